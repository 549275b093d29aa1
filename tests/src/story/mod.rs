//! The main job, played: two phones without signal, one county, one true coverage table.
//!
//! Real processes only: the county's server on its database, two phones on theirs.

mod acts;
mod kept;
mod scenes;
mod screens;
pub(crate) mod tell;

use crate::bridge::BridgeProcess;
use crate::clock::real_ms;
use crate::county::{CountyProcess, ask};
use county_server::seed::people::Resident;
use county_server::seed::register::SUBJECTS_MIN;
use county_server::seed::story::{Story, story};
use county_server::seed::{County, Plan};
use domain::ids::{AreaCode, RecordId};
use domain::time::Day;
use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use tell::Teller;

pub use acts::{PIN, correct_phone, exchange, fill, finish, start};

/// What is asked of the story.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder in which everything lies; made when it is not there.
    pub folder: PathBuf,
    /// The size of the register, when one was asked for.
    pub subjects: Option<usize>,
    /// Begin again, with nothing.
    pub fresh: bool,
    /// Leave the server running, and the screens when there are some.
    pub keep: bool,
    /// The built screens, `phone-bridge` and `review`, to open the county's console and both phones in a
    /// browser at the end; without them nothing is opened.
    pub screens: Option<PathBuf>,
    /// Say nothing but what went wrong.
    pub quiet: bool,
    /// The phone's app: the first phone is opened in its window instead of a browser, until that is closed.
    pub window: Option<PathBuf>,
}

/// The seed of the demonstration's county: the default of `county-server seed`.
const SEED: u64 = 1;

/// How many people the register has unless told.
const SUBJECTS: usize = 2_400;

/// The file that says that a folder is the story's own, and how far it was played.
const MARK: &str = "demo.json";

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Played {
    subjects: usize,
    day: Day,
    done: bool,
    /// The process of a server that was left running.
    #[serde(default)]
    server: Option<u32>,
    /// The processes of phones in a browser that were left running.
    #[serde(default)]
    phones: Vec<u32>,
    /// Accounts of the desk, since they were first shown.
    #[serde(default)]
    accounts: Vec<Account>,
}

/// An account of the desk, with the password that it was given.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Account {
    who: String,
    login: String,
    first: String,
}

fn read_mark(folder: &Path) -> Option<Played> {
    serde_json::from_str(&std::fs::read_to_string(folder.join(MARK)).ok()?).ok()
}

fn write_mark(folder: &Path, played: &Played) -> Result<()> {
    std::fs::write(folder.join(MARK), serde_json::to_string(played)?)
}

/// Everything that a scene needs.
struct Stage<'a> {
    county: CountyProcess,
    synthetic: County,
    story: Story,
    folder: &'a Path,
    tell: Teller,
    day: Day,
    /// Whether the day's morning is over.
    noon_is_past: bool,
    names: BTreeMap<RecordId, String>,
}

impl Stage<'_> {
    fn data(&self) -> PathBuf {
        self.folder.join("county")
    }

    /// A name for the story.
    fn name(&self, id: RecordId) -> String {
        self.names.get(&id).cloned().unwrap_or_default()
    }
}

/// Plays the story, or shows what an earlier one left behind.
///
/// # Errors
/// When something did not go as the story says.
pub fn play(options: &Options) -> Result<()> {
    let folder = &options.folder;
    let tell = Teller { quiet: options.quiet };
    std::fs::create_dir_all(folder)?;
    let mark = read_mark(folder);
    let foreign = mark.is_none() && std::fs::read_dir(folder)?.next().is_some();
    if foreign {
        let folder = folder.display();
        return Err(Error::other(format!(
            "{folder} holds something that is not the demonstration's; choose another"
        )));
    }
    kept::stop(folder, mark.as_ref(), tell)?;
    if let Some(played) = mark.filter(|played| played.done && !options.fresh) {
        return again(options, tell, &played);
    }
    clear(folder, MARK)?;
    let subjects = register(options, tell);
    let day = Day::of(real_ms());
    let played =
        Played { subjects, day, done: false, server: None, phones: Vec::new(), accounts: Vec::new() };
    write_mark(folder, &played)?;
    tell.title("山访：没有信号的手机，一个县，一张真实的走访表");
    let data = folder.join("county");
    std::fs::create_dir_all(&data)?;
    tell.line(&format!("县里：云龙县 11 个乡镇、90 个村，合成名册 {subjects} 人（没有一个真人）……"));
    let subjects = subjects.to_string();
    let seeded = ask(&data, &["seed", "--subjects", &subjects, "--seed", &SEED.to_string()])?;
    tell.line(&format!("　　　{}", seeded.trim()));
    let mut stage = raise(options, tell, &played)?;
    scenes::play(&mut stage)?;
    let played = Played { done: true, ..played };
    write_mark(folder, &played)?;
    close(stage, options, &played)
}

/// How many people the register is to have; fewer than the story needs are too few.
fn register(options: &Options, tell: Teller) -> usize {
    let asked = options.subjects.unwrap_or(SUBJECTS);
    if asked < SUBJECTS_MIN {
        tell.line(&format!("名册至少 {SUBJECTS_MIN} 人故事才演得成：{asked} 改为 {SUBJECTS_MIN}"));
    }
    asked.max(SUBJECTS_MIN)
}

/// Empties a folder of the story's own but for its mark, so that an interrupted emptying is known.
pub(crate) fn clear(folder: &Path, mark: &str) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == mark {
            continue;
        }
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?
        } else {
            std::fs::remove_file(entry.path())?
        }
    }
    Ok(())
}

fn raise<'a>(options: &'a Options, tell: Teller, played: &Played) -> Result<Stage<'a>> {
    let synthetic = County::new(Plan { seed: SEED, subjects: played.subjects, today: played.day });
    let story = story(&synthetic, played.day).ok_or_else(|| Error::other("the register has no story"))?;
    let names = names(&synthetic, played.day);
    let data = options.folder.join("county");
    let county = match &options.screens {
        None => CountyProcess::start(&data, "127.0.0.1:0")?,
        Some(screens) => {
            let desk = format!("127.0.0.1:{}", free_port(DESK_PORT));
            CountyProcess::start_with_desk(&data, "127.0.0.1:0", &desk, &screens.join("review"))?
        }
    };
    let noon_is_past = real_ms() >= played.day.starts_at() + 12 * 3_600_000;
    let (folder, day) = (options.folder.as_path(), played.day);
    Ok(Stage { county, synthetic, story, folder, tell, day, noon_is_past, names })
}

/// Where browsers look for the county's console first.
const DESK_PORT: u16 = 8460;

/// This port, or 0 for any, when something else has it.
fn free_port(port: u16) -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", port)).map_or(0, |_| port)
}

/// What the story calls everybody: neighbours of one name are told apart by their 小组 or 户主, and a
/// child's name is masked, as on every list.
fn names(synthetic: &County, day: Day) -> BTreeMap<RecordId, String> {
    let residents = &synthetic.register.residents;
    let mut same: BTreeMap<(Option<AreaCode>, &str), usize> = BTreeMap::new();
    let village = |one: &Resident| one.person.counted_in();
    for one in residents {
        *same.entry((village(one), one.person.name.as_str())).or_default() += 1;
    }
    let called = |one: &Resident| {
        let name = &one.person.name;
        let Some(home) = synthetic.register.homes.get(one.home) else { return name.clone() };
        let alone = same.get(&(village(one), name.as_str())).is_none_or(|count| *count < 2);
        match name.chars().collect::<Vec<_>>().as_slice() {
            [first, _, .., last] if one.person.is_minor_on(day) => format!("{first}*{last}"),
            [first, ..] if one.person.is_minor_on(day) => format!("{first}*"),
            _ if alone => name.clone(),
            _ => format!("{name}（{}）", home.group),
        }
    };
    let mut names: BTreeMap<_, _> = residents.iter().map(|one| (one.person.id, called(one))).collect();
    names.extend(synthetic.reference.staff.values().map(|staff| (staff.id, staff.name.clone())));
    names
}

/// A second start: what the first one left, in seconds.
fn again(options: &Options, tell: Teller, played: &Played) -> Result<()> {
    tell.title("山访：上次的故事已经演过，数据都在");
    if let Some(asked) = options.subjects.filter(|asked| (*asked).max(SUBJECTS_MIN) != played.subjects) {
        let there = played.subjects;
        tell.line(&format!(
            "名册还是上次的 {there} 人：--subjects {asked} 没有用上。要换请加 --fresh，重新演一遍"
        ));
    }
    let mut stage = raise(options, tell, played)?;
    scenes::look_again(&mut stage)?;
    close(stage, options, played)
}

fn close(stage: Stage<'_>, options: &Options, played: &Played) -> Result<()> {
    let (tell, data, phones) = (stage.tell, stage.data(), stage.county.phones.clone());
    tell.title("数据在哪里，接下来可以试什么");
    tell.line(&format!("县库（SQLCipher）{}", data.join("county.db").display()));
    tell.line(&format!("县里的钥匙　　　{}（在数据文件夹之外）", data.with_extension("keys.json").display()));
    tell.line(&format!("两部手机　　　　{}", options.folder.join("phones").display()));
    let (server, village) =
        (format!("target/debug/county-server --data {}", data.display()), stage.story.village);
    tell.line(&format!("　{server} coverage --area {village} --open village"));
    tell.line(&format!("　{server} coverage --area {village} --list not_yet"));
    tell.line(&format!("　{server} doctor"));
    tell.line("　cargo xtask demo --fresh（重新演一遍）　cargo xtask demo --fresh --subjects 20000");
    let mut now = Played { server: None, phones: Vec::new(), ..played.clone() };
    let opened = match &options.screens {
        Some(folder) => screens::open(&stage, folder, options.window.as_deref(), &mut now)?,
        None => Vec::new(),
    };
    let county = stage.county;
    if options.keep {
        now.phones = opened.into_iter().map(BridgeProcess::leave).collect();
        let process = county.leave();
        now.server = Some(process);
        write_mark(&options.folder, &now)?;
        tell.line(&format!("服务器还开着：{phones}（进程 {process}；停止：kill {process}）"));
        if let [one, two] = now.phones.as_slice() {
            tell.line(&format!("两部手机的页面也开着（停止：kill {one} {two}）"));
        }
        return Ok(());
    }
    write_mark(&options.folder, &now)?;
    if !opened.is_empty() {
        let window = options.window.as_deref().map(|app| screens::window(app, &options.folder, &phones));
        let or = if window.is_some() { "关上手机的窗口，或者" } else { "" };
        tell.line(&format!("{or}按 Ctrl+C 全部停下；数据都留着，再运行一次还在"));
        until_told_to_stop(window)?;
    }
    drop(opened);
    county.stop()
}

/// Waits for Ctrl+C, for being asked to end, or for somebody to close the window that is opened meanwhile.
pub(crate) fn until_told_to_stop(window: Option<Command>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut asked = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        let closed = async {
            let Some(window) = window else { return std::future::pending().await };
            let status = tokio::process::Command::from(window).kill_on_drop(true).status().await?;
            let failed = || Error::other(format!("the window ended with {status}"));
            status.success().then_some(()).ok_or_else(failed)
        };
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped,
            _ = asked.recv() => Ok(()),
            closed = closed => closed,
        }
    })
}
