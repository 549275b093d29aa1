//! The key file: made once, outside the data folder, readable by its owner only.

use crate::config::Data;
use domain::problem::{Problem, ProblemCode};
use seal::age_seal::SealIdentity;
use seal::county_keys::CountyKeys;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The county's keys, and the recovery key when they have just been made: to be shown once.
#[derive(Debug)]
pub struct Keys {
    /// The keys.
    pub county: CountyKeys,
    /// What opens the county's backups. Nowhere but where it is shown.
    pub recovery: Option<SealIdentity>,
}

/// Reads the key file, or makes it, when there is no database either.
///
/// # Errors
/// `key_file_missing` when there is a database: new keys would not open it. `key_file_damaged`, or
/// `folder_not_writable`.
pub fn load_or_make(data: &Data) -> Result<Keys, Problem> {
    match load(data) {
        // Even an empty or unreadable database belongs to keys that once were.
        Err(problem)
            if problem.code == ProblemCode::KeyFileMissing && data.database().symlink_metadata().is_err() =>
        {
            make(data, &data.key_file())
        }
        Err(problem) => Err(problem),
        Ok(county) => Ok(Keys { county, recovery: None }),
    }
}

/// Reads the key file.
///
/// # Errors
/// `key_file_missing` or `key_file_damaged`.
pub fn load(data: &Data) -> Result<CountyKeys, Problem> {
    let path = data.key_file();
    match fs::read_to_string(&path) {
        Ok(text) => CountyKeys::from_json(&text).map_err(|error| {
            let problem = Problem::new(ProblemCode::KeyFileDamaged).with("path", path.display());
            problem.with_both("reason", format!("不完整，或有字符不对：{error}"), error)
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Problem::new(ProblemCode::KeyFileMissing).with("path", path.display()))
        }
        Err(error) => Err(unreadable(&path, &error)),
    }
}

/// Takes new keys for signing and sealing; the former stay in the file. The caller holds the data, so that
/// no server goes on with keys that it does not know.
///
/// # Errors
/// `folder_not_writable`, `server_full`: then the file is as it was.
pub fn renew(data: &Data, keys: &mut CountyKeys) -> Result<(), Problem> {
    let failed = |error: seal::SealError| Problem::new(ProblemCode::Internal).with("reference", error);
    let mut dice = crate::dice::of_the_system()?;
    keys.renew_signing(&mut dice);
    keys.renew_sealing(&mut dice).map_err(failed)?;
    let text = keys.to_json().map_err(failed)?;
    let path = data.key_file();
    let mut fresh = path.clone().into_os_string();
    fresh.push(".new");
    let fresh = std::path::PathBuf::from(fresh);
    let written = || {
        // Left over from one that was cut off.
        if fresh.symlink_metadata().is_ok() {
            fs::remove_file(&fresh)?;
        }
        write_new(&fresh, text.as_bytes())?;
        fs::rename(&fresh, &path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    written().map_err(|error: io::Error| not_written(&path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::new(ProblemCode::KeyFileDamaged).with("path", path.display());
    problem.with("reason", error)
}

fn make(data: &Data, path: &Path) -> Result<Keys, Problem> {
    let failed = |error: seal::SealError| Problem::new(ProblemCode::Internal).with("reference", error);
    let mut dice = crate::dice::of_the_system()?;
    let (county, recovery) = CountyKeys::generate(data.county, &mut dice).map_err(failed)?;
    let text = county.to_json().map_err(failed)?;
    write_new(path, text.as_bytes()).map_err(|error| not_written(path, &error))?;
    Ok(Keys { county, recovery: Some(recovery) })
}

/// Why a file could not be written, with its folder: there is no room, or nothing can be written there.
pub(crate) fn not_written(path: &Path, error: &io::Error) -> Problem {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ProblemCode::ServerFull,
        _ => ProblemCode::FolderNotWritable,
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Problem::new(code).with("path", folder.unwrap_or(Path::new(".")).display())
}

/// Writes a file that only its owner may read, that was not there before, and that stays through a
/// loss of power: whole or not at all.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })?;
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn data(folder: &Path) -> Data {
        Data { folder: folder.join("data"), ..Data::default() }
    }

    #[test]
    fn the_first_start_makes_keys_and_shows_the_recovery_key_once() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        let first = load_or_make(&data).unwrap();
        let recovery = first.recovery.unwrap();
        assert_eq!(first.county.backup(), &recovery.recipient());
        let mode = fs::metadata(data.key_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = load_or_make(&data).unwrap();
        assert!(second.recovery.is_none());
        assert_eq!(second.county.public(), first.county.public());
        let file = fs::read_to_string(data.key_file()).unwrap();
        assert!(!file.contains(recovery.to_text().as_str()), "the recovery key is on no disk");
    }

    #[test]
    fn a_database_without_its_keys_never_gets_new_ones() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        fs::create_dir_all(&data.folder).unwrap();
        fs::write(data.database(), b"").unwrap();
        let problem = load_or_make(&data).unwrap_err();
        assert_eq!(problem.code, ProblemCode::KeyFileMissing);
        assert!(problem.params["path"].ends_with("data.keys.json"));
        assert!(!data.key_file().exists());
    }

    #[test]
    fn new_keys_take_the_place_of_the_old_which_stay_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        let mut keys = load_or_make(&data).unwrap().county;
        let before = keys.public();
        fs::write(folder.path().join("data.keys.json.new"), b"cut off").unwrap();
        renew(&data, &mut keys).unwrap();
        let after = load_or_make(&data).unwrap().county.public();
        assert_eq!(after, keys.public());
        assert_ne!(after.signing, before.signing);
        assert_eq!(
            (after.older_signing.as_slice(), after.sealing == before.sealing),
            (&[before.signing][..], false)
        );
        let mode = fs::metadata(data.key_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        fs::write(data.key_file(), b"{}").unwrap();
        assert_eq!(load_or_make(&data).unwrap_err().code, ProblemCode::KeyFileDamaged);
        assert_eq!(fs::read(data.key_file()).unwrap(), b"{}");
    }
}
