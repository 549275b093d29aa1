//! The desk, as its routes need it: the county, and how the listener is set up.

use crate::config::Config;
use crate::county::County;
use crate::register::Register;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How the desk is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// After so long without use the password is asked again.
    pub idle: Duration,
    /// Whether the cookie only travels over TLS.
    pub secure: bool,
    /// Whether a proxy in front says whose request it is.
    pub behind_proxy: bool,
    /// For how many hours a sheet is good.
    pub sheet_hours: u32,
    /// Where phones reach the county, as it stands on sheets.
    pub sheet_address: Option<String>,
    /// The folder of the console's files, instead of those in the program.
    pub console: Option<PathBuf>,
}

impl Settings {
    /// What a county's settings say.
    pub fn of(config: &Config) -> Self {
        let desk = &config.desk;
        Self {
            idle: Duration::from_secs(u64::from(desk.idle_min) * 60),
            secure: desk.tls().is_some() || desk.behind_proxy,
            behind_proxy: desk.behind_proxy,
            sheet_hours: config.sheets.hours,
            sheet_address: config.sheets.known_address(),
            console: (!desk.console.as_os_str().is_empty()).then(|| desk.console.clone()),
        }
    }
}

/// The desk.
#[derive(Debug)]
pub struct Desk {
    /// The county.
    pub county: Arc<County>,
    /// How it is set up.
    pub settings: Settings,
    /// The register, as it is searched.
    pub register: Register,
}

impl Desk {
    /// A county's desk.
    pub fn new(county: Arc<County>, settings: Settings) -> Self {
        Self { county, settings, register: Register::default() }
    }
}
