//! Counties that are measured: seeded once by the real server and kept in `target/bench`, copied for
//! whoever writes to them. A folder is of one schema and one way of judging: another one is seeded anew beside it.

use crate::Outcome;
use domain::canonical::Hash;
use domain::coverage::rules::JUDGEMENT;
use domain::time::Day;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use system_tests::county::ask;

/// The schema of the county's database, which names what is kept.
const SCHEMA: &str = include_str!("../../../../crates/store-sqlite/src/migrations/county/001_county.sql");

/// The number from which the synthetic county is drawn.
pub const SEED: u64 = 1;

/// A seeded county's folder.
#[derive(Debug, Clone)]
pub struct Seeded {
    folder: PathBuf,
    /// People of its register.
    pub subjects: usize,
    /// The day on which it was seeded: the synthetic county is drawn for this day.
    pub today: Day,
    /// How long that took, in seconds.
    pub seconds: u64,
}

/// Today.
pub fn today() -> Outcome<Day> {
    Ok(Day::of(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?))
}

fn kept() -> Outcome<PathBuf> {
    let here = std::env::current_exe()?;
    let target = here.ancestors().nth(2).ok_or("the bench does not lie in a target folder")?;
    Ok(target.join("bench"))
}

/// An empty folder for one run.
pub fn scratch(name: &str) -> Outcome<PathBuf> {
    let folder = kept()?.join("run").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The county of so many people with so many months of visits before the present one: the one that is
/// kept, or else one that is seeded now.
pub fn county(subjects: usize, months: u32) -> Outcome<Seeded> {
    let schema = Hash::of(SCHEMA.as_bytes()).short();
    let folder = kept()?.join(format!("{subjects}-{months}-{schema}-{JUDGEMENT}"));
    let note = folder.join("seeded");
    if let Ok(text) = fs::read_to_string(&note) {
        let (day, seconds) = text.split_once(' ').ok_or("the note on a kept county")?;
        return Ok(Seeded { subjects, today: day.parse()?, seconds: seconds.parse()?, folder });
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let (today, began) = (today()?, Instant::now());
    eprintln!("seeding {subjects} people and {months} months of visits, once …");
    let (people, months, seed) = (subjects.to_string(), months.to_string(), SEED.to_string());
    let arguments = ["seed", "--subjects", &people, "--months", &months, "--seed", &seed];
    ask(&folder.join("county"), &arguments)?;
    let seconds = began.elapsed().as_secs();
    fs::write(&note, format!("{today} {seconds}"))?;
    Ok(Seeded { folder, subjects, today, seconds })
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            fs::copy(path, to.join(name))?;
        }
    }
    Ok(())
}

/// Takes a copy away again: the largest is some gigabytes.
pub fn remove(data: &Path) -> Outcome {
    let run = data.parent().filter(|run| run.parent().is_some_and(|parent| parent.ends_with("bench/run")));
    Ok(fs::remove_dir_all(run.ok_or("this is no copy")?)?)
}

impl Seeded {
    /// Its data folder: to be read only.
    pub fn data(&self) -> PathBuf {
        self.folder.join("county")
    }

    /// The folder in which its data folder is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data folder of a copy that may be written to.
    pub fn copied(&self, name: &str) -> Outcome<PathBuf> {
        let to = scratch(name)?;
        copy(&self.folder, &to)?;
        Ok(to.join("county"))
    }
}
