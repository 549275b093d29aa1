//! A whole month, played in minutes: 11 townships, 20 workers with habits of their own, the real server and phones,
//! from the training day to 月结. At its end it is told who was not visited and why, everybody in one column; and the
//! figures of the screen are those of the doctor and of plain SQL over an export.

mod days;
mod ending;
mod export;
mod figures;
mod people;
mod screen;
mod township;
mod walk;
mod workers;

use crate::clock::{Clock, real_ms};
use crate::county::{CountyProcess, ask_at};
use crate::desk::{self, Desk};
use crate::story::tell::Teller;
use crate::story::{clear, until_told_to_stop};
use county_server::seed::{County, Plan};
use domain::ids::{AreaCode, RecordId};
use domain::period::{Cadence, Cut, Period};
use domain::staff::Role;
use domain::time::Day;
use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

pub use ending::Ending;

/// What is asked of the month.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder in which everything lies; made when it is not there, emptied when it holds an earlier month.
    pub folder: PathBuf,
    /// The size of the register.
    pub subjects: usize,
    /// The built screens: the figures are read from the console in a browser too.
    pub screens: Option<PathBuf>,
    /// Leave the server running at the end, until it is told to stop.
    pub stay: bool,
    /// Say nothing but what went wrong.
    pub quiet: bool,
}

/// How many people the register has unless told.
pub const SUBJECTS: usize = 2_400;

/// The seed of the county of the month.
const SEED: u64 = 1;

/// The file that says that a folder is a month's own.
const MARK: &str = "month.json";

/// After how many days of grace the period is closed.
const CLOSED_AFTER: i32 = 3;

/// Everything that a day needs.
struct Stage {
    clock: Clock,
    county: CountyProcess,
    synthetic: County,
    folder: PathBuf,
    tell: Teller,
    period: Period,
    /// Sessions at the desk, by role and area.
    desks: BTreeMap<(Role, AreaCode), Desk>,
    /// What each habit led to, as it happened.
    told: Vec<String>,
    /// Who must stand in one of which columns at the end.
    stands: Vec<(RecordId, &'static [&'static str])>,
}

impl Stage {
    fn data(&self) -> PathBuf {
        self.folder.join("county")
    }

    /// Somebody who holds a role in an area, logged in.
    fn desk(&mut self, role: Role, area: AreaCode) -> Result<&Desk> {
        if !self.desks.contains_key(&(role, area)) {
            let staff = holder(&self.synthetic, role, area, self.period.from());
            let staff = staff.ok_or_else(|| Error::other(format!("nobody is {}", role.code())))?;
            let login = format!("{}{}", role.code().replace('_', "-"), self.desks.len());
            let said = ask_at(&self.clock, &self.data(), &["account", "add", &staff.to_string(), &login])?;
            let desk = Desk::open(&self.county.desk, &login, &said)?;
            self.desks.insert((role, area), desk);
        }
        let desk = self.desks.get_mut(&(role, area)).ok_or_else(|| Error::other("no desk"))?;
        // Days have passed since.
        desk.again()?;
        Ok(desk)
    }

    /// The county's own office.
    fn office(&mut self, role: Role) -> Result<&Desk> {
        let county = self.synthetic.places.areas.first().map(|one| one.code);
        self.desk(role, county.ok_or_else(|| Error::other("no county"))?)
    }

    fn name(&self, area: AreaCode) -> String {
        self.synthetic.reference.areas.name(area)
    }
}

/// Whether somebody stands on the register of the month, as of today.
fn on_its_list(stage: &mut Stage, person: RecordId) -> Result<bool> {
    let key = stage.period.to_string();
    let shown = stage.office(Role::CountyReviewer)?.get(&format!("/api/subjects/{person}"))?;
    let standings = shown.get("standings").and_then(serde_json::Value::as_array);
    let here = |one: &&serde_json::Value| {
        one.pointer("/period/code").and_then(serde_json::Value::as_str) == Some(key.as_str())
    };
    Ok(standings.is_some_and(|all| all.iter().any(|one| here(&one))))
}

fn holder(county: &County, role: Role, area: AreaCode, day: Day) -> Option<RecordId> {
    let mut of = county.reference.assignments.values();
    of.find(|one| one.role == role && one.area == area && one.holds_on(day)).map(|one| one.staff)
}

/// The last month of the 26th that was over, with the days of grace, on a day.
fn month_before(today: Day) -> Period {
    let now = Period::containing(Cadence::Month, Cut::Day26, today);
    let last = now.previous();
    if last.last().plus(CLOSED_AFTER) <= today { last } else { last.previous() }
}

/// Plays the month.
///
/// # Errors
/// When something did not go as the month says, or the figures differ.
pub fn play(options: &Options) -> Result<Ending> {
    let tell = Teller { quiet: options.quiet };
    begin_folder(&options.folder)?;
    let clock = Clock::new(&options.folder)?;
    let period = month_before(Day::of(real_ms()));
    let training = period.from().plus(-1);
    clock.set(training, 7, 30)?;
    tell.title("山访：一个月，11 个乡镇，20 名工作人员，从培训日到月结");
    let synthetic = seeded(options, &clock, training, tell)?;
    let console = options.screens.as_ref().map(|screens| screens.join("review"));
    let county = CountyProcess::start_at(&clock, &options.folder.join("county"), console.as_deref())?;
    let folder = options.folder.clone();
    let (desks, told, stands) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut stage = Stage { clock, county, synthetic, folder, tell, period, desks, told, stands };
    let mut workers = workers::workers(&stage.synthetic, training)?;
    days::play(&mut stage, &mut workers, training)?;
    let ending = ending::tell(&mut stage, &mut workers, options.screens.as_deref())?;
    for worker in &mut workers {
        worker.phone = None;
    }
    close(stage, options.stay)?;
    Ok(ending)
}

fn begin_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let foreign = !folder.join(MARK).exists() && std::fs::read_dir(folder)?.next().is_some();
    if foreign {
        let folder = folder.display();
        return Err(Error::other(format!("{folder} holds something that is not a month's; choose another")));
    }
    clear(folder, MARK)?;
    std::fs::write(folder.join(MARK), "{}")
}

/// A county with two months behind it, whose requirements go by the month of the 26th from now on.
fn seeded(options: &Options, clock: &Clock, training: Day, tell: Teller) -> Result<County> {
    let data = options.folder.join("county");
    std::fs::create_dir_all(&data)?;
    let subjects = options.subjects.to_string();
    tell.line(&format!("县里：云龙县 11 个乡镇、90 个村，合成名册 {subjects} 人（没有一个真人）……"));
    let seeded = ask_at(clock, &data, &["seed", "--subjects", &subjects, "--seed", &SEED.to_string()])?;
    tell.line(&format!("　　　{}", seeded.trim()));
    let county = County::new(Plan { seed: SEED, subjects: options.subjects, today: training });
    let first = training.plus(1);
    let care = |one: &&domain::duty::Duty| one.kind == domain::duty::DutyKind::Care && one.holds_on(first);
    let duties: Vec<String> =
        county.reference.duties.values().filter(care).map(|one| one.duty.clone()).collect();
    let from = first.to_string();
    for (at, duty) in duties.iter().enumerate() {
        let source = "龙政办发〔2021〕29号 五(一)：每月26日前报";
        let mut asked =
            vec!["duty", "change", duty.as_str(), "--from", &from, "--cut", "day26", "--source", source];
        // The figures are built once, for all of them.
        asked.extend((at + 1 < duties.len()).then_some("--no-wait"));
        ask_at(clock, &data, &asked)?;
    }
    tell.line(&format!("　　　从 {from} 起改为 26日口径（{} 项要求）", duties.len()));
    Ok(county)
}

fn close(stage: Stage, stay: bool) -> Result<()> {
    let (tell, county) = (stage.tell, stage.county);
    if stay {
        tell.title("控制台还开着");
        tell.line(&format!("{}　县里的时间停在月结那天", county.desk));
        for (role, area) in stage.desks.keys() {
            let login = stage.desks.get(&(*role, *area)).map(|desk| desk.login.as_str());
            let place = stage.synthetic.reference.areas.name(*area);
            tell.line(&format!("　{place} {}：{}", role.zh(), login.unwrap_or_default()));
        }
        tell.line(&format!("　密码都是 {}", desk::PASSWORD));
        tell.line("按 Ctrl+C 停下；再运行一次会重新演一遍");
        until_told_to_stop(None)?;
    }
    county.stop()
}
