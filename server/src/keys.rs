//! The key file: made once, outside the data folder, readable by its owner only.

use crate::config::Data;
use domain::problem::{Problem, ProblemCode};
use seal::age_seal::SealIdentity;
use seal::county_keys::CountyKeys;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Keys that have just been made. They stand in a file of their own until their database is there and the
/// recovery key has been shown: a first start that is cut off before leaves no county behind.
#[derive(Debug)]
pub struct Begun {
    /// The keys.
    pub county: CountyKeys,
    /// What opens the county's backups. Nowhere but where it is shown.
    pub recovery: SealIdentity,
    /// Locked, so that no second first start takes it for one that was cut off.
    file: File,
}

impl Begun {
    /// Makes keys, beside the place where they belong.
    ///
    /// # Errors
    /// `folder_not_writable`, `server_full`; `data_in_use` while another process begins.
    pub fn make(data: &Data) -> Result<Self, Problem> {
        let failed = |error: seal::SealError| Problem::new(ProblemCode::Internal).with("reference", error);
        let mut dice = crate::dice::of_the_system()?;
        let (county, recovery) = CountyKeys::generate(data.county, &mut dice).map_err(failed)?;
        let text = county.to_json().map_err(failed)?;
        let path = begun(data);
        let locked = write_new(&path, text.as_bytes()).and_then(|()| File::open(&path));
        let file = locked.map_err(|error| not_written(&path, &error))?;
        file.try_lock().map_err(|_| in_use(data))?;
        Ok(Self { county, recovery, file })
    }

    /// The county has begun: from here on its keys are the key file.
    ///
    /// # Errors
    /// `folder_not_writable`: then nothing has begun.
    pub fn stays(self, data: &Data) -> Result<CountyKeys, Problem> {
        let (begun, path) = (begun(data), data.key_file());
        let moved = fs::rename(&begun, &path).and_then(|()| File::open(folder_of(&path))?.sync_all());
        moved.map_err(|error| not_written(&path, &error))?;
        drop(self.file);
        Ok(self.county)
    }
}

/// Where keys stand whose county has not begun.
fn begun(data: &Data) -> PathBuf {
    let mut name = data.key_file().into_os_string();
    name.push(".begun");
    PathBuf::from(name)
}

/// Whether a first start was cut off, or goes on in another process: then there is no county yet.
pub fn is_begun(data: &Data) -> bool {
    data.key_file().symlink_metadata().is_err() && begun(data).symlink_metadata().is_ok()
}

/// Takes away what a first start left that was cut off; nothing was ever taken in by it.
///
/// # Errors
/// `data_in_use` while that start goes on in another process, `folder_not_writable`.
pub fn unmake(data: &Data) -> Result<(), Problem> {
    let path = begun(data);
    let file = File::open(&path).map_err(|error| not_written(&path, &error))?;
    file.try_lock().map_err(|_| in_use(data))?;
    // The lock may have been waited for: by now it may have become the key file.
    if !is_begun(data) {
        return Err(in_use(data));
    }
    let database = data.database();
    for behind in ["", "-wal", "-shm", ".canary", ".canary-new", ".lock"] {
        let mut name = database.clone().into_os_string();
        name.push(behind);
        let _ = fs::remove_file(name);
    }
    fs::remove_file(&path).map_err(|error| not_written(&path, &error))
}

fn in_use(data: &Data) -> Problem {
    Problem::new(ProblemCode::DataInUse).with("path", data.folder.display())
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
    problem.with("reason", error)
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
        Begun::make(data).unwrap().stays(data).unwrap()
    }

    #[test]
    fn the_first_start_makes_keys_and_the_recovery_key_is_on_no_disk() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        let first = Begun::make(&data).unwrap();
        assert!(is_begun(&data) && !data.key_file().exists());
        assert_eq!(first.county.backup(), &first.recovery.recipient());
        let recovery = first.recovery.to_text();
        let public = first.stays(&data).unwrap().public();
        let mode = fs::metadata(data.key_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(load(&data).unwrap().public(), public);
        assert!(!is_begun(&data));
        let file = fs::read_to_string(data.key_file()).unwrap();
        assert!(!file.contains(recovery.as_str()));
    }

    #[test]
    fn what_is_begun_in_another_process_is_not_taken_for_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        let first = Begun::make(&data).unwrap();
        assert_eq!(unmake(&data).unwrap_err().code, ProblemCode::DataInUse);
        let public = first.stays(&data).unwrap().public();
        assert_eq!(load(&data).unwrap().public(), public);
        let other = Data { folder: folder.path().join("other"), ..Data::default() };
        drop(Begun::make(&other).unwrap());
        unmake(&other).unwrap();
        assert!(!is_begun(&other));
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
