//! The key file: made once, outside the data folder, readable by its owner only.

use crate::config::Data;
use crate::problem::not_read;
use domain::problem::{Problem, ProblemCode};
use seal::age_seal::SealIdentity;
use seal::county_keys::CountyKeys;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Makes keys, with what opens the county's backups, which is nowhere but where it is shown. They are on no
/// disk before [`keep`].
///
/// # Errors
/// `internal` without randomness.
pub fn make(data: &Data) -> Result<(CountyKeys, SealIdentity), Problem> {
    let failed = |error: seal::SealError| Problem::new(ProblemCode::Internal).with("reference", error);
    CountyKeys::generate(data.county, &mut crate::dice::of_the_system()?).map_err(failed)
}

/// Writes the key file, which must not be there.
///
/// # Errors
/// `folder_not_writable`, `server_full`.
pub fn keep(data: &Data, keys: &CountyKeys) -> Result<(), Problem> {
    let failed = |error: seal::SealError| Problem::new(ProblemCode::Internal).with("reference", error);
    let (path, text) = (data.key_file(), keys.to_json().map_err(failed)?);
    write_new(&path, text.as_bytes()).map_err(|error| not_written(&path, &error))
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
            let zh = "不完整，或有字符不对；请从备份放回";
            problem.with_both("reason", zh, format!("{error}; put it back from the backup"))
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
    let fresh = PathBuf::from(fresh);
    let written = || {
        // Left over from one that was cut off.
        if fresh.symlink_metadata().is_ok() {
            fs::remove_file(&fresh)?;
        }
        write_new(&fresh, text.as_bytes())?;
        fs::rename(&fresh, &path)?;
        File::open(folder_of(&path))?.sync_all()
    };
    written().map_err(|error: io::Error| not_written(&path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::new(ProblemCode::KeyFileDamaged).with("path", path.display());
    if error.kind() == io::ErrorKind::PermissionDenied {
        let zh = "没有权限：请用运行 `serve` 的那个用户来运行，不用恢复";
        return problem.with_both(
            "reason",
            zh,
            "no permission: run this as the user who runs `serve`; nothing is to be restored",
        );
    }
    let (zh, en) = not_read(error);
    let back = ("请从备份放回", "put it back from the backup");
    problem.with_both("reason", format!("{zh}；{}", back.0), format!("{en}; {}", back.1))
}

/// Why a file could not be written, with its folder: there is no room, or nothing can be written there.
pub(crate) fn not_written(path: &Path, error: &io::Error) -> Problem {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ProblemCode::ServerFull,
        _ => ProblemCode::FolderNotWritable,
    };
    Problem::new(code).with("path", folder_of(path).display())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file that only its owner may read, that was not there before, and that stays through a
/// loss of power: whole or not at all.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder_of(path))?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })?;
    File::open(folder_of(path))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn data(folder: &Path) -> Data {
        Data { folder: folder.join("data"), ..Data::default() }
    }

    fn first_start(data: &Data) -> CountyKeys {
        let (keys, _) = make(data).unwrap();
        keep(data, &keys).unwrap();
        keys
    }

    #[test]
    fn keys_are_kept_once_and_the_recovery_key_is_on_no_disk() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        let (keys, recovery) = make(&data).unwrap();
        assert!(!data.key_file().exists());
        assert_eq!(keys.backup(), &recovery.recipient());
        keep(&data, &keys).unwrap();
        let mode = fs::metadata(data.key_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(load(&data).unwrap().public(), keys.public());
        let file = fs::read_to_string(data.key_file()).unwrap();
        assert!(!file.contains(recovery.to_text().as_str()));
        let (other, _) = make(&data).unwrap();
        assert!(keep(&data, &other).is_err());
        assert_eq!(fs::read_to_string(data.key_file()).unwrap(), file, "never over others");
    }

    #[test]
    fn new_keys_take_the_place_of_the_old_which_stay_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        let mut keys = first_start(&data);
        let before = keys.public();
        fs::write(folder.path().join("data.keys.json.new"), b"cut off").unwrap();
        renew(&data, &mut keys).unwrap();
        let after = load(&data).unwrap().public();
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
        assert_eq!(load(&data).unwrap_err().code, ProblemCode::KeyFileDamaged);
        assert_eq!(fs::read(data.key_file()).unwrap(), b"{}");
    }
}
