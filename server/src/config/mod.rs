//! One TOML file, a struct for each section, a default for every key: the county starts without any
//! of it. Order: defaults, then the file, then `COUNTY_<SECTION>_<KEY>` of the environment, then flags.
//!
//! No key here is a secret: keys live in the key file, certificates in files of their own.

mod load;

use domain::ids::{AreaCode, AreaLevel};
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

pub use load::load;

/// Everything that a county can set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where things lie.
    pub data: Data,
    /// The listener of the phones.
    pub phones: Phones,
    /// The listener of the desk.
    pub desk: Desk,
    /// How much at once.
    pub limits: Limits,
    /// Sheets for enrolment.
    pub sheets: Sheets,
    /// Logs.
    pub log: Log,
}

/// Where things lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// The folder of the database.
    pub folder: PathBuf,
    /// The key file; when empty, beside the folder: `<folder>.keys.json`.
    pub keys: PathBuf,
    /// The county's 12-digit code. Asked once, when the keys are made; afterwards the keys know it.
    pub county: AreaCode,
    /// The first day that is counted, asked once, when the database is made; when absent, the first
    /// of January of that year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins: Option<Day>,
}

/// 云龙县, the county for which this was made.
const COUNTY: AreaCode = AreaCode(532_929_000_000);

impl Default for Data {
    fn default() -> Self {
        Self { folder: PathBuf::from("data"), keys: PathBuf::new(), county: COUNTY, begins: None }
    }
}

impl Data {
    /// The key file: outside the data folder, so that a copy of the folder opens nothing.
    pub fn key_file(&self) -> PathBuf {
        if self.keys.as_os_str().is_empty() { self.beside(".keys.json") } else { self.keys.clone() }
    }

    /// What was erased by law, beside the keys: a restored database may be older.
    pub fn erasures(&self) -> PathBuf {
        let mut name = self.key_file().into_os_string();
        name.push(".erasures");
        PathBuf::from(name)
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.folder.join("county.db")
    }

    /// The database of a county that has not begun yet.
    pub fn begun(&self) -> PathBuf {
        self.folder.join("begun.db")
    }

    /// The database of a backup on its way into its place.
    pub fn restoring(&self) -> PathBuf {
        self.folder.join("restoring.db")
    }

    /// The mark of a synthetic county that is being filled.
    pub fn filling(&self) -> PathBuf {
        self.folder.join("filling")
    }

    /// The mark of a database that was restored and not opened for writing since.
    pub fn restored(&self) -> PathBuf {
        self.folder.join("restored")
    }

    /// A path beside the data folder, with its name and something behind it.
    pub fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.folder.components().as_path().as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    }
}

macro_rules! listener {
    ($(#[$doc:meta])* $name:ident $port:literal { $($(#[$more_doc:meta])* $more:ident: $type:ty = $default:expr;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// Where to listen; port 0 takes any free one.
            pub address: SocketAddr,
            /// The file of the TLS certificate chain, PEM. With `tls_key`: TLS here.
            pub tls_certificate: PathBuf,
            /// The file of its key, PEM.
            pub tls_key: PathBuf,
            /// Without TLS of its own, an address beyond this machine is taken only when this says
            /// that a proxy in front of it speaks TLS.
            pub behind_proxy: bool,
            $($(#[$more_doc])* pub $more: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), $port),
                    tls_certificate: PathBuf::new(),
                    tls_key: PathBuf::new(),
                    behind_proxy: false,
                    $($more: $default,)*
                }
            }
        }

        impl $name {
            /// The certificate and its key, when there is TLS.
            pub fn tls(&self) -> Option<(PathBuf, PathBuf)> {
                let set = !self.tls_certificate.as_os_str().is_empty();
                set.then(|| (self.tls_certificate.clone(), self.tls_key.clone()))
            }

            /// What is wrong with the settings together, if something is.
            fn wrong(&self) -> Option<Words> {
                let (certificate, key) = (&self.tls_certificate, &self.tls_key);
                if certificate.as_os_str().is_empty() != key.as_os_str().is_empty() {
                    return Some((
                        "tls_certificate 和 tls_key 要一起写",
                        "tls_certificate and tls_key belong together",
                    ));
                }
                let open = self.tls().is_none() && !self.behind_proxy;
                (open && !self.address.ip().is_loopback()).then_some((
                    "没有 TLS 只答本机：请写 tls_certificate 和 tls_key，或 behind_proxy",
                    "without TLS only this machine is answered: set tls_certificate and tls_key, or behind_proxy",
                ))
            }
        }
    };
}

listener! {
    /// The listener of the phones: exchange, enrolment.
    Phones 7440 {
        /// The folder in which the app's package lies, as `shanfang-<version>.apk`; when empty, `<data>.app` beside the
        /// data folder.
        app: PathBuf = PathBuf::new();
    }
}
listener! {
    /// The listener of the desk: the console.
    Desk 7441 {
        /// Minutes without use after which the password is asked again; what is typed stays.
        idle_min: u32 = 15;
        /// The folder of the console's files; when empty, those that are built into the program.
        console: PathBuf = PathBuf::new();
    }
}

/// How much at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Seconds that a request may take, its way up included.
    pub request_s: u32,
    /// Requests at once on each listener; one more is told to come again.
    pub concurrent: u32,
    /// Seconds that running requests have when the server is told to stop.
    pub stop_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { request_s: 90, concurrent: 512, stop_s: 20 }
    }
}

/// Sheets for enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sheets {
    /// Hours for which a sheet is good.
    pub hours: u32,
    /// Where phones reach this county, as a worker types it: `https://…`. It stands on every sheet; empty
    /// when nobody has said it: where the server listens need not be where phones find it.
    pub address: String,
}

impl Sheets {
    /// Where phones reach this county, when it is known.
    pub fn known_address(&self) -> Option<String> {
        (!self.address.is_empty()).then(|| self.address.clone())
    }
}

impl Default for Sheets {
    fn default() -> Self {
        Self { hours: crate::enrol::HOURS, address: String::new() }
    }
}

/// How logs look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// 给人看的行 (lines for people).
    Text,
    /// 给程序的 JSON 行 (lines of JSON).
    Json,
}

/// Logs, to standard error. They never name a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// How they look.
    pub format: LogFormat,
    /// What is logged: `info`, `debug`, or a filter such as `county_server=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// What is wrong, in Chinese and in English.
type Words = (&'static str, &'static str);

impl Config {
    /// Where the app's package lies.
    pub fn app_folder(&self) -> PathBuf {
        if self.phones.app.as_os_str().is_empty() {
            self.data.beside(".app")
        } else {
            self.phones.app.clone()
        }
    }

    /// What is wrong with the settings together, with the section.
    fn wrong(&self) -> Option<(&'static str, Words)> {
        let phones = self.phones.wrong().map(|reason| ("[phones]", reason));
        let desk = self.desk.wrong().map(|reason| ("[desk]", reason));
        let limits = (self.limits.request_s == 0 || self.limits.concurrent == 0).then_some((
            "[limits]",
            ("request_s 和 concurrent 至少是 1", "request_s and concurrent begin at 1"),
        ));
        let idle = (!(1..=720).contains(&self.desk.idle_min))
            .then_some(("[desk]", ("idle_min 在 1 到 720 之间", "idle_min is between 1 and 720")));
        let sheets = (!(1..=24 * 31).contains(&self.sheets.hours))
            .then_some(("[sheets]", ("hours 在 1 到 744 之间", "hours is between 1 and 744")));
        let host = self.sheets.address.strip_prefix("https://").unwrap_or_default();
        let plain = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/?#@".contains(c));
        let address = (!self.sheets.address.is_empty() && !plain).then_some((
            "[sheets]",
            (
                "address 写成 https:// 加服务器的名字，如 https://zoufang.example.gov.cn:7440，后面什么也不加",
                "address is https:// and the server's name, such as https://county.example:7440, and nothing behind it",
            ),
        ));
        let inside = self.data.key_file().starts_with(&self.data.folder);
        let keys = inside.then_some((
            "[data]",
            ("密钥文件要放在数据文件夹之外", "the key file lies outside the data folder"),
        ));
        let code = self.data.county;
        let county = (code.level() != AreaLevel::County || code.0.to_string().len() != 12).then_some((
            "[data]",
            (
                "county 是县的 12 位区划代码，如 532929000000；定下以后不能改",
                "county is the 12-digit code of a county, such as 532929000000; it is taken for good",
            ),
        ));
        county.or(phones).or(desk).or(idle).or(limits).or(sheets).or(address).or(keys)
    }
}
