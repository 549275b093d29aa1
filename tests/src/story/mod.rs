//! The main job, played: two phones without signal, one county, one true coverage table.
//!
//! Real processes only: the county's server on its database, two phones on theirs.

mod acts;
mod kept;
mod scenes;
mod tell;

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

pub use acts::{correct_phone, fill};

/// What is asked of the story.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder in which everything lies; made when it is not there.
    pub folder: PathBuf,
    /// The size of the register, when one was asked for.
    pub subjects: Option<usize>,
    /// Begin again, with nothing.
    pub fresh: bool,
    /// Leave the server running.
    pub keep: bool,
    /// Say nothing but what went wrong.
    pub quiet: bool,
    /// The phone's app: its window is opened at the end on the first phone, and the server runs until it is closed.
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
}

/// Now, Unix milliseconds.
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
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
    kept::stop(folder, mark.as_ref().and_then(|played| played.server), tell)?;
    if let Some(played) = mark.filter(|played| played.done && !options.fresh) {
        return again(options, tell, &played);
    }
    clear(folder)?;
    let subjects = register(options, tell);
    let played = Played { subjects, day: Day::of(now_ms()), done: false, server: None };
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

/// Empties a folder of the story's own; the mark goes last, so that an interrupted emptying is known.
fn clear(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == MARK {
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
    let county = CountyProcess::start(&options.folder.join("county"), "127.0.0.1:0")?;
    let noon_is_past = now_ms() >= played.day.starts_at() + 12 * 3_600_000;
    Ok(Stage { county, story, folder: &options.folder, tell, day: played.day, noon_is_past, names })
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
    let Stage { county, tell, story, .. } = stage;
    let (data, phones) = (county.data().to_owned(), county.phones.clone());
    tell.title("数据在哪里，接下来可以试什么");
    tell.line(&format!("县库（SQLCipher）{}", data.join("county.db").display()));
    tell.line(&format!("县里的钥匙　　　{}（在数据文件夹之外）", data.with_extension("keys.json").display()));
    tell.line(&format!("两部手机　　　　{}", options.folder.join("phones").display()));
    let server = format!("target/debug/county-server --data {}", data.display());
    tell.line(&format!("　{server} coverage --area {} --open village", story.village));
    tell.line(&format!("　{server} coverage --area {} --list not_yet", story.village));
    tell.line(&format!("　{server} doctor"));
    tell.line("　cargo xtask demo --fresh（重新演一遍）　cargo xtask demo --fresh --subjects 20000");
    if let Some(app) = &options.window {
        tell.line(&format!("打开第一部手机的窗口（解锁密码 {}）；关上它，服务器就停。", acts::PIN));
        let phone = options.folder.join("phones").join(scenes::FIRST);
        let closed = Command::new(app).arg("--folder").arg(phone).args(["--county", &phones]).status()?;
        if !closed.success() {
            return Err(Error::other(format!("the window ended with {closed}")));
        }
        return county.stop();
    }
    if options.keep {
        let process = county.leave();
        write_mark(&options.folder, &Played { server: Some(process), ..played.clone() })?;
        tell.line(&format!("服务器还开着：{phones}（进程 {process}；停止：kill {process}）"));
        return Ok(());
    }
    if played.server.is_some() {
        write_mark(&options.folder, &Played { server: None, ..played.clone() })?;
    }
    county.stop()
}
