//! A county begins: its database is made under another name, its recovery key shown, its key file written,
//! and only then has the database its name. Cut off anywhere, the next start begins anew or finishes; nothing
//! that could be a county is ever touched.

use crate::config::{Config, Data};
use crate::county::County;
use crate::keys::{self, not_written};
use crate::open::writing;
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use seal::age_seal::SealIdentity;
use seal::county_keys::CountyKeys;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Makes the data folder where there is none: for nobody but this user.
pub(crate) fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The lock of whoever puts a database where there is none: a first start, or a restore.
///
/// # Errors
/// `data_in_use` while another process does so, `folder_not_writable`.
pub(crate) fn lock(data: &Data) -> Result<File, Problem> {
    let path = data.folder.join("begun.lock");
    let file = private(&data.folder).and_then(|()| File::create(&path));
    let file = file.map_err(|error| not_written(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(Problem::new(ProblemCode::DataInUse).with("path", data.folder.display())),
    }
}

/// What stands beside a database of this name, and the database last.
fn of(database: PathBuf) -> impl Iterator<Item = PathBuf> {
    ["-wal", "-shm", ".canary", ".canary-new", ".lock", ""].into_iter().map(move |behind| {
        let mut name = database.clone().into_os_string();
        name.push(behind);
        PathBuf::from(name)
    })
}

/// Takes away a database that never had its name. Only under the [`lock`].
pub(crate) fn clear(data: &Data) {
    for path in of(data.begun()) {
        let _ = fs::remove_file(path);
    }
}

/// What is left of a database, where a county is to be put: nothing may be beside it that is not its own.
pub(crate) fn left_over(data: &Data) -> Option<PathBuf> {
    of(data.database()).find(|path| !path.ends_with("county.db.lock") && path.symlink_metadata().is_ok())
}

/// Whether keys stand whose database has not got its name yet.
pub(crate) fn is_unfinished(data: &Data) -> bool {
    data.begun().symlink_metadata().is_ok() && data.key_file().symlink_metadata().is_ok()
}

/// Whether a restore was cut off, and has to be done again before anything else is.
pub(crate) fn is_restoring(data: &Data) -> bool {
    data.database().symlink_metadata().is_err() && data.restoring().symlink_metadata().is_ok()
}

/// Begins a county where there is no database, or finishes one that was cut off.
///
/// # Errors
/// As [`crate::open::to_begin`].
pub(crate) fn begin(
    config: &Config,
    begins: Option<Day>,
    show: impl FnOnce(&SealIdentity) -> Result<(), Problem>,
) -> Result<Arc<County>, Problem> {
    let data = &config.data;
    let held = lock(data)?;
    if is_restoring(data) {
        return Err(crate::open::restore_cut_off(data));
    }
    if data.database().symlink_metadata().is_err() {
        if !is_unfinished(data) {
            clear(data);
            make(config, begins, show).inspect_err(|_| {
                if !is_unfinished(data) {
                    clear(data);
                }
            })?;
        }
        name(data)?;
    }
    drop(held);
    writing(data, &data.database(), keys::load(data)?, begins)
}

/// Makes database and keys; whoever opens the backups is shown what it takes before the keys stand.
fn make(
    config: &Config,
    begins: Option<Day>,
    show: impl FnOnce(&SealIdentity) -> Result<(), Problem>,
) -> Result<CountyKeys, Problem> {
    let data = &config.data;
    match keys::load(data) {
        Err(problem) if problem.code == ProblemCode::KeyFileMissing => {}
        Err(problem) => return Err(problem),
        Ok(_) => {
            let problem = Problem::new(ProblemCode::DatabaseMissing).with("path", data.folder.display());
            return Err(problem.with("keys", data.key_file().display()));
        }
    }
    let (made, recovery) = keys::make(data)?;
    drop(writing(data, &data.begun(), made.clone(), begins)?);
    show(&recovery)?;
    keys::keep(data, &made)?;
    Ok(made)
}

/// Gives the database its name. What SQLite has left to write goes before it, what only says whose it was
/// made for stays behind.
fn name(data: &Data) -> Result<(), Problem> {
    for behind in [".canary", ".canary-new", ".lock", "-shm"] {
        let mut path = data.begun().into_os_string();
        path.push(behind);
        let _ = fs::remove_file(path);
    }
    let (begun, database) = (data.begun(), data.database());
    let wal = |path: &PathBuf| {
        let mut wal = path.clone().into_os_string();
        wal.push("-wal");
        PathBuf::from(wal)
    };
    let moved = || {
        if wal(&begun).symlink_metadata().is_ok() {
            fs::rename(wal(&begun), wal(&database))?;
        }
        fs::rename(&begun, &database)?;
        File::open(&data.folder)?.sync_all()
    };
    moved().map_err(|error| not_written(&database, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{to_begin, to_read, to_write};

    fn config(folder: &tempfile::TempDir) -> Config {
        let mut config = Config::default();
        config.data.folder = folder.path().join("data");
        config
    }

    fn shown(to: &mut Option<String>) -> impl FnMut(&SealIdentity) -> Result<(), Problem> {
        move |recovery| {
            *to = Some(recovery.recipient().to_string());
            Ok(())
        }
    }

    #[test]
    fn no_county_begins_unless_its_recovery_key_was_shown() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder);
        let data = &config.data;
        let full = |_: &SealIdentity| Err(Problem::new(ProblemCode::ServerFull));
        assert_eq!(to_begin(&config, None, full).unwrap_err().code, ProblemCode::ServerFull);
        assert!(!data.key_file().exists() && !data.database().exists() && !data.begun().exists());
        let mut recovery = None;
        let county = to_begin(&config, None, shown(&mut recovery)).unwrap();
        assert_eq!(recovery, Some(county.keys.backup().to_string()));
        drop(county);
        let mut again = None;
        drop(to_begin(&config, None, shown(&mut again)).unwrap());
        assert_eq!(again, None, "at the first start, and only there");
    }

    #[test]
    fn a_first_start_that_was_cut_off_begins_anew_or_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder);
        let data = &config.data;
        let no_county = || {
            let problem = to_write(&config).unwrap_err();
            assert!(problem.en().contains("there is no county here"), "{}", problem.en());
            assert!(to_read(&config).is_err());
        };
        // Cut off before the keys stood: nobody was told anything that holds.
        fs::create_dir_all(&data.folder).unwrap();
        let (lost, _) = keys::make(data).unwrap();
        drop(writing(data, &data.begun(), lost, None).unwrap());
        no_county();
        let mut recovery = None;
        let county = to_begin(&config, None, shown(&mut recovery)).unwrap();
        assert_eq!(recovery, Some(county.keys.backup().to_string()));
        drop(county);
        // Cut off when the keys stood, and had been shown: they stay.
        fs::remove_dir_all(&data.folder).unwrap();
        fs::remove_file(data.key_file()).unwrap();
        fs::create_dir_all(&data.folder).unwrap();
        let mut first = None;
        let kept = make(&config, None, shown(&mut first)).unwrap();
        no_county();
        let mut second = None;
        let county = to_begin(&config, None, shown(&mut second)).unwrap();
        assert_eq!((county.keys.public(), second), (kept.public(), None));
        assert_eq!(first, Some(county.keys.backup().to_string()));
        drop(county);
        drop(to_write(&config).unwrap());
    }

    #[test]
    fn whatever_a_first_start_left_no_county_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder);
        let data = &config.data;
        drop(to_begin(&config, None, |_| Ok(())).unwrap());
        let database = fs::read(data.database()).unwrap();
        // What a cut-off start left elsewhere in time, and then the keys are lost.
        fs::write(data.begun(), b"left").unwrap();
        let keys = fs::read(data.key_file()).unwrap();
        fs::remove_file(data.key_file()).unwrap();
        let problem = to_begin(&config, None, |_| Ok(())).unwrap_err();
        assert_eq!(problem.code, ProblemCode::KeyFileMissing);
        assert_eq!(fs::read(data.database()).unwrap(), database);
        fs::write(data.key_file(), keys).unwrap();
        drop(to_write(&config).unwrap());
    }

    #[test]
    fn two_first_starts_at_once_are_one_and_one_that_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder);
        let inside = |_: &SealIdentity| {
            let other = to_begin(&config, None, |_| Ok(()));
            assert_eq!(other.unwrap_err().code, ProblemCode::DataInUse);
            Ok(())
        };
        drop(to_begin(&config, None, inside).unwrap());
        drop(to_write(&config).unwrap());
    }
}
