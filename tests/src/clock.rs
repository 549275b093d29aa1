//! A clock that can be set: processes under test run under libfaketime, which reads from one file how far their time
//! stands off. They are the programs that ship, untouched.

use domain::time::{Day, UnixMs};
use std::ffi::OsString;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// The library that goes before the system's clocks.
const LIBRARY: &str = "libfaketimeMT.so.1";

/// Where distributions put it, below one more folder for the kind of machine.
const FOLDERS: [&str; 3] = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/// One time for all processes that are started with it.
#[derive(Debug, Clone)]
pub struct Clock {
    file: PathBuf,
    library: PathBuf,
}

/// Whose clocks are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A server's: only what it tells people. Its timeouts go by the time that passes for everybody.
    Server,
    /// A phone's: the time since it was switched on goes along, by which a phone corrects a wall clock that somebody
    /// has set.
    Phone,
}

impl Clock {
    /// A clock whose file lies in a folder, at the time that it is.
    ///
    /// # Errors
    /// When the library is not there, or the file cannot be written.
    pub fn new(folder: &Path) -> Result<Self> {
        let missing = || Error::other(format!("{LIBRARY} is not here (Debian: apt-get install faketime)"));
        let clock = Self { file: folder.join("clock"), library: library().ok_or_else(missing)? };
        clock.write(0)?;
        Ok(clock)
    }

    /// Sets it to an hour and a minute of a day, in Chinese time.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&self, day: Day, hour: i64, minute: i64) -> Result<()> {
        let wanted_ms = day.starts_at() + (hour * 60 + minute) * 60_000;
        self.write((wanted_ms - real_ms()).div_euclid(1_000))
    }

    /// In one step, so that nobody reads half of it.
    fn write(&self, seconds: i64) -> Result<()> {
        let fresh = self.file.with_extension("new");
        std::fs::write(&fresh, format!("{seconds:+}\n"))?;
        std::fs::rename(fresh, &self.file)
    }

    /// Has a program go by this clock.
    pub fn rule(&self, command: &mut Command, whose: Whose) {
        let surroundings: [(&str, OsString); 4] = [
            ("LD_PRELOAD", self.library.clone().into()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.clone().into()),
            // Else it looks again after ten seconds only.
            ("FAKETIME_NO_CACHE", "1".into()),
            // What files say of themselves is nobody's business here.
            ("NO_FAKE_STAT", "1".into()),
        ];
        command.envs(surroundings);
        if whose == Whose::Server {
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
    }
}

/// Now, whatever the clock says.
pub fn real_ms() -> UnixMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn library() -> Option<PathBuf> {
    let kinds = |folder: &str| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let below = FOLDERS.iter().flat_map(|folder| kinds(folder).map(|kind| kind.path()));
    let all = FOLDERS.iter().map(PathBuf::from).chain(below);
    all.map(|folder| folder.join("faketime").join(LIBRARY)).find(|path| path.exists())
}
