//! Backup and restore: one age file with the database, the list of what was erased by law and the keys, to the
//! recovery key on paper.
//!
//! Inside is a plain tar archive, so that `age -d -i recovery.txt backup.age | tar -x` opens it too, with the
//! mark that it was restored.

use crate::begin;
use crate::config::Data;
use crate::erase::Erasures;
use crate::keys::{not_written, write_new};
use crate::open::{be_a_folder, damage, damaged, opening};
use crate::problem::{not_read, wrong};
use domain::problem::{Problem, ProblemCode};
use seal::SealError;
use seal::age_seal::{SealIdentity, SealWriter, open_stream};
use seal::county_keys::CountyKeys;
use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use store::StoreError;
use store_sqlite::open::{Half, back_up, check};

/// The names in the archive. The mark comes first: whoever unpacks the rest without this program has it beside
/// the database, by the name of [`Data::restored`]. Keys come last: whoever has them has read all the rest.
const MARK: &str = "restored";
const DATABASE: &str = "county.db";
const ERASED: &str = "county.keys.json.erasures";
const KEYS: &str = "county.keys.json";

/// Writes one moment of the county into a new file, also while it is serving. The copy of the database
/// lies beside it meanwhile, encrypted as ever. Neither a damaged database nor a damaged copy is taken
/// for a backup. O(database).
///
/// # Errors
/// `argument_wrong` when the file is there already or its folder is not; `county_database_damaged`;
/// `folder_not_writable`, `server_full`; what the store says. Then no file is left behind.
pub fn backup(data: &Data, keys: &CountyKeys, to: &Path) -> Result<(), Problem> {
    free(to)?;
    let mut name = to.as_os_str().to_owned();
    name.push(".db");
    let copy = Copy(Path::new(&name));
    let key = keys.database().expose();
    if let Some(damaged) = damage(data, key) {
        return Err(damaged);
    }
    let failed = |error: StoreError| match error {
        // The copy lies where the backup goes.
        StoreError::Full => not_written(to, &io::ErrorKind::StorageFull.into()),
        _ => opening(data, &error),
    };
    back_up(&data.database(), key, Half::County, copy.0).map_err(failed)?;
    let words = check(copy.0, key, Half::County).map_err(failed)?;
    if !words.is_empty() {
        return Err(damaged(data));
    }
    let text = keys.to_json().map_err(|error| inside(&error))?;
    let erasures = data.erasures();
    let erased = Erasures::at(erasures.clone()).text().map_err(|error| not_written(&erasures, &error))?;
    let beside = [(ERASED, erased.as_bytes()), (KEYS, text.as_bytes())];
    seal(keys, copy.0, &beside, to).map_err(|error| {
        // What is cut off opens nowhere.
        let _ = fs::remove_file(to);
        not_written(to, &error)
    })
}

/// Whether a backup may be written there.
fn free(to: &Path) -> Result<(), Problem> {
    let name = to.display();
    if to.symlink_metadata().is_ok() {
        let zh = "已经有这个文件，没有改动它；请换一个文件名";
        return Err(wrong(name, zh, "this file is there already and was left as it is; choose another name"));
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let folder = folder.display();
        let zh = format!("没有文件夹 {folder}，请先建好，或检查移动硬盘是否插好");
        return Err(wrong(
            name,
            zh,
            format!("there is no folder {folder}: make it, or look whether the disk is there"),
        ));
    }
    let made = OpenOptions::new().write(true).create_new(true).open(to).map(drop);
    made.and_then(|()| fs::remove_file(to)).map_err(|error| not_written(to, &error))
}

/// The copy of the database on its way into the archive; gone when it is dropped.
struct Copy<'a>(&'a Path);

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        let parts = [".part", ".part-journal", ".part-wal", ".part-shm"];
        for behind in parts.into_iter().chain(["", ".canary", ".canary-new", "-wal", "-shm"]) {
            let mut name = self.0.as_os_str().to_owned();
            name.push(behind);
            let _ = fs::remove_file(name);
        }
    }
}

fn seal(keys: &CountyKeys, database: &Path, beside: &[(&str, &[u8])], to: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let sealed = SealWriter::new(std::slice::from_ref(keys.backup()), io::BufWriter::new(file));
    let mut archive = tar::Builder::new(sealed.map_err(io::Error::other)?);
    append(&mut archive, MARK, &[])?;
    archive.append_path_with_name(database, DATABASE)?;
    for (name, text) in beside {
        append(&mut archive, name, text)?;
    }
    let mut file = archive.into_inner()?.finish()?;
    file.flush()?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

fn append(archive: &mut tar::Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut head = tar::Header::new_gnu();
    head.set_size(bytes.len() as u64);
    head.set_mode(0o600);
    head.set_cksum();
    archive.append_data(&mut head, name, bytes)
}

fn inside(error: &SealError) -> Problem {
    Problem::new(ProblemCode::Internal).with("reference", error)
}

/// Puts a backup where there is nothing yet: the database into the data folder, the keys into the key
/// file. A mark beside it has the first opening begin a new epoch. Phones notice by themselves and send
/// again what the backup does not have.
///
/// # Errors
/// `not_empty` when there is a database, or a key file with other keys; `backup_unreadable` when the file is
/// damaged or not for this recovery key: then nothing is left behind. One that was cut off is done again.
pub fn restore(data: &Data, recovery: &SealIdentity, from: &Path) -> Result<(), Problem> {
    let unreadable = |zh: &str, en: &dyn Display| unreadable(from, zh, en);
    let plain = open_stream(std::slice::from_ref(recovery), BufReader::new(opened(from)?));
    let plain = plain.map_err(|error| match error {
        SealError::NotForUs => unreadable("这把恢复密钥不是它的：换一把，或换一个备份", &error),
        SealError::NotOurs { .. } => unreadable("它不是备份文件", &"it is no backup"),
        _ => unreadable("文件不完整，或已损坏", &error),
    })?;
    be_a_folder(data)?;
    let made = !data.folder.exists();
    // Nobody else puts a database there meanwhile.
    let held = begin::lock(data)?;
    // A journal or canary of another database would be taken for this one's.
    let restored = match begin::left_over(data) {
        Some(left) => Err(not_empty(&left)),
        None => put(data, plain, &|error| unreadable("文件不完整，或已损坏", error)),
    };
    drop(held);
    if restored.is_err() && made {
        let _ = fs::remove_file(data.folder.join("begun.lock"));
        let _ = fs::remove_dir(&data.folder);
    }
    restored
}

/// Proves what can be proved of a restore before its recovery key is asked for.
///
/// # Errors
/// As those of [`restore`].
pub fn restorable(data: &Data, from: &Path) -> Result<(), Problem> {
    opened(from)?;
    begin::left_over(data).map_or(Ok(()), |left| Err(not_empty(&left)))
}

fn opened(from: &Path) -> Result<File, Problem> {
    let not_opened = |error| {
        let (zh, en) = not_read(&error);
        unreadable(from, zh, &en)
    };
    let file = File::open(from).map_err(not_opened)?;
    // A folder opens, and only reading says what it is.
    match file.metadata() {
        Ok(found) if found.is_dir() => Err(not_opened(io::ErrorKind::IsADirectory.into())),
        _ => Ok(file),
    }
}

fn unreadable(from: &Path, zh: &str, en: &dyn Display) -> Problem {
    Problem::new(ProblemCode::BackupUnreadable).with("path", from.display()).with_both("reason", zh, en)
}

fn not_empty(path: &Path) -> Problem {
    Problem::new(ProblemCode::NotEmpty).with("path", path.display())
}

fn put(data: &Data, plain: impl Read, unreadable: &dyn Fn(&io::Error) -> Problem) -> Result<(), Problem> {
    let (fresh, mark) = (data.restoring(), data.restored());
    // Left over from one that was cut off.
    for path in [&fresh, &mark] {
        let _ = fs::remove_file(path);
    }
    begin::clear(data);
    let mut own = vec![fresh.clone()];
    let restored = put_all(data, plain, unreadable, &mut own);
    if restored.is_err() {
        // Only what was written here.
        for path in own {
            let _ = fs::remove_file(path);
        }
    }
    restored
}

fn put_all(
    data: &Data,
    plain: impl Read,
    unreadable: &dyn Fn(&io::Error) -> Problem,
    own: &mut Vec<PathBuf>,
) -> Result<(), Problem> {
    let (fresh, keys, mark) = (data.restoring(), data.key_file(), data.restored());
    let (text, erased) = unpack(plain, &fresh).map_err(|error| {
        let place = not_written(&fresh, &error);
        if place.code == ProblemCode::ServerFull { place } else { unreadable(&error) }
    })?;
    match fs::read(&keys) {
        Ok(there) if there == text => {}
        Ok(_) => return Err(not_empty(&keys)),
        Err(_) => {
            write_new(&keys, &text).map_err(|error| not_written(&keys, &error))?;
            own.push(keys);
        }
    }
    // What stands there may know of more than the backup does.
    let erasures = data.erasures();
    own.extend((!erasures.exists()).then(|| erasures.clone()));
    Erasures::at(erasures.clone()).join(&erased).map_err(|error| not_written(&erasures, &error))?;
    write_new(&mark, &[]).map_err(|error| not_written(&mark, &error))?;
    own.push(mark);
    fs::rename(&fresh, data.database()).map_err(|error| not_written(&fresh, &error))
}

/// Reads the archive to its end before anything of it is believed.
/// Answers by the keys, and by what was erased; a backup of a former version says nothing of that.
fn unpack(plain: impl Read, database: &Path) -> io::Result<(Vec<u8>, String)> {
    let missing = |name: &str| io::Error::other(format!("{name} is missing"));
    let (mut keys, mut found, mut erased) = (None, false, String::new());
    let mut archive = tar::Archive::new(plain);
    for entry in archive.entries()? {
        let mut entry = entry?;
        match entry.path()?.to_str() {
            Some(DATABASE) => {
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(database)?;
                io::copy(&mut entry, &mut file)?;
                file.sync_all()?;
                found = true;
            }
            Some(ERASED) => {
                entry.read_to_string(&mut erased)?;
            }
            Some(KEYS) => {
                let mut text = Vec::new();
                entry.read_to_end(&mut text)?;
                keys = Some(text);
            }
            _ => {}
        }
    }
    // The end of the age stream says that nothing was cut off.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    if !found {
        return Err(missing(DATABASE));
    }
    let keys = keys.ok_or_else(|| missing(KEYS))?;
    let text = std::str::from_utf8(&keys).map_err(io::Error::other)?;
    CountyKeys::from_json(text).map_err(io::Error::other)?;
    Ok((keys, erased))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::open::{to_begin, to_write};
    use std::cell::RefCell;
    use std::os::unix::fs::PermissionsExt;

    /// A county that has just begun, in a folder of its own, with its recovery key.
    fn begun() -> (tempfile::TempDir, Config, SealIdentity) {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.folder = folder.path().join("data");
        let recovery = RefCell::new(None);
        let show = |made: &SealIdentity| {
            *recovery.borrow_mut() = SealIdentity::parse(made.to_text().as_str()).ok();
            Ok(())
        };
        drop(to_begin(&config, None, show).unwrap());
        (folder, config, recovery.into_inner().unwrap())
    }

    #[test]
    fn an_archive_of_a_former_version_without_a_mark_is_restored_with_one() {
        let (folder, config, recovery) = begun();
        let data = &config.data;
        let keys = crate::keys::load(data).unwrap();
        let former = folder.path().join("former.age");
        let sealed = SealWriter::new(std::slice::from_ref(keys.backup()), File::create(&former).unwrap());
        let mut archive = tar::Builder::new(sealed.unwrap());
        archive.append_path_with_name(data.database(), DATABASE).unwrap();
        archive.append_path_with_name(data.key_file(), KEYS).unwrap();
        archive.into_inner().unwrap().finish().unwrap().sync_all().unwrap();
        fs::remove_dir_all(&data.folder).unwrap();
        restore(data, &recovery, &former).unwrap();
        assert!(data.restored().exists());
        drop(to_write(&config).unwrap());
        assert!(!data.restored().exists());
    }

    #[test]
    fn a_backup_that_is_restored_twice_at_once_counts_receipts_from_two_seconds() {
        let (folder, config, recovery) = begun();
        let data = &config.data;
        let to = folder.path().join("backup.age");
        backup(data, &crate::keys::load(data).unwrap(), &to).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let goes_on_behind = || {
            fs::remove_dir_all(&data.folder).unwrap();
            restore(data, &recovery, &to).unwrap();
            let county = to_write(&config).unwrap();
            let (state, ..) = runtime.block_on(county.stores.ledger.standing_now()).unwrap();
            (state.receipt_day, state.receipt_number)
        };
        let (first, second) = (goes_on_behind(), goes_on_behind());
        assert!(second > first, "a receipt of the first would be given again: {first:?}, {second:?}");
    }

    #[test]
    fn a_restore_that_is_cut_off_is_done_again_and_other_keys_are_left_alone() {
        let (folder, config, recovery) = begun();
        let data = &config.data;
        let to = folder.path().join("backup.age");
        let keys = crate::keys::load(data).unwrap();
        backup(data, &keys, &to).unwrap();
        let text = fs::read(data.key_file()).unwrap();
        fs::remove_dir_all(&data.folder).unwrap();
        // Cut off at each step: half a database, the keys, the mark.
        fs::create_dir(&data.folder).unwrap();
        fs::write(data.restoring(), b"half").unwrap();
        fs::write(data.restored(), b"").unwrap();
        fs::rename(data.key_file(), folder.path().join("kept")).unwrap();
        // Nobody begins an empty county over it, whatever the restore had got to.
        let told = to_begin(&config, None, |_| Ok(())).unwrap_err();
        assert!(told.zh().contains("恢复") && told.en().contains("restore"), "{told}");
        assert!(!data.key_file().exists() && !data.database().exists());
        fs::rename(folder.path().join("kept"), data.key_file()).unwrap();
        assert!(to_begin(&config, None, |_| Ok(())).is_err());
        for there in [false, true] {
            if !there {
                fs::remove_file(data.key_file()).unwrap();
            }
            restore(data, &recovery, &to).unwrap();
            assert_eq!(fs::read(data.key_file()).unwrap(), text);
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&data.database()), 0o600);
            if there {
                assert_eq!(mode(&data.folder), 0o700, "it was made here, for nobody else");
            }
            assert!(data.restored().exists() && !data.restoring().exists());
            drop(to_write(&config).unwrap());
            fs::remove_dir_all(&data.folder).unwrap();
        }
        fs::write(data.key_file(), b"other").unwrap();
        assert_eq!(restore(data, &recovery, &to).unwrap_err().code, ProblemCode::NotEmpty);
        assert_eq!(fs::read(data.key_file()).unwrap(), b"other", "left as it was");
        assert!(!data.folder.exists(), "nothing was made");
        fs::write(&data.folder, b"a file").unwrap();
        let told = restore(data, &recovery, &to).unwrap_err();
        assert!(told.zh().contains("不是文件夹") && told.en().contains("no folder"), "{told}");
        assert_eq!(fs::read(&data.folder).unwrap(), b"a file");
    }
}
