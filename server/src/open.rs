//! Opening a county: its folder, its keys, its database.

use crate::config::{Config, Data};
use crate::county::{County, Stores, at_county};
use crate::erase::Erasures;
use crate::keys::{load, not_written};
use crate::problem::wrong;
use crate::{begin, clock, dice, erase};
use domain::ids::WriterId;
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, UnixMs};
use seal::age_seal::SealIdentity;
use seal::county_keys::CountyKeys;
use seal::dice::draw_u64;
use seal::stretch::Stretch;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use store_sqlite::SqliteCounty;
use store_sqlite::open::{Half, check};
use sync::county::prepared::Job;

/// Opens the county for the one process that writes.
///
/// # Errors
/// As [`to_begin`]; `argument_wrong` when there is no county: then nothing is made.
pub fn to_write(config: &Config) -> Result<Arc<County>, Problem> {
    must_be_there(&config.data)?;
    writing(&config.data, &config.data.database(), load(&config.data)?, None)
}

/// Opens the county for the one process that writes, and makes whatever is not there yet. `begins` is the
/// first day that is counted, for a database that is being made. `show` is handed what opens the backups of
/// a county that has just been made; the county has begun when it returns, and a start that is cut off
/// before is the first again.
///
/// # Errors
/// Each with its place: folder not writable, key file missing or damaged, database missing while its keys
/// are there, damaged, newer, not of these keys, or open in another process (`data_in_use`). What `show`
/// says: then nothing has begun.
pub fn to_begin(
    config: &Config,
    begins: Option<Day>,
    show: impl FnOnce(&SealIdentity) -> Result<(), Problem>,
) -> Result<Arc<County>, Problem> {
    let data = &config.data;
    if begin::is_restoring(data) {
        return Err(restore_cut_off(data));
    }
    look_for_database(data)?;
    filled(data)?;
    check_writable(data)?;
    if data.database().symlink_metadata().is_err() {
        return begin::begin(config, begins, show);
    }
    writing(data, &data.database(), load(data)?, begins)
}

/// Opens a database for writing, and makes it when it is not there.
pub(crate) fn writing(
    data: &Data,
    database: &Path,
    keys: CountyKeys,
    begins: Option<Day>,
) -> Result<Arc<County>, Problem> {
    let mut dice = dice::of_the_system()?;
    let today = Day::of(clock::now_ms());
    let begins = data.begins.or(begins).unwrap_or_else(|| first_of_january(today));
    let epoch = WriterId(draw_u64(&mut dice));
    let store = SqliteCounty::open(database, keys.database().expose(), keys.county(), epoch, begins);
    let county = county(data, keys, store.map_err(|error| opening(data, &error))?)?;
    begin_after_restore(data, &county)?;
    // Before anybody is served.
    on_a_thread(async || erase::again(&county, clock::now_ms()).await)?;
    Ok(county)
}

/// An empty county in the place of one that is being restored would be taken for it.
pub(crate) fn restore_cut_off(data: &Data) -> Problem {
    let zh = "这里的恢复没有做完（被中断，或还在进行）：请再做一次 `restore`，做完才能启动。没有改动";
    let en = "a restore was cut off here, or goes on: do `restore` again before anything else. Nothing was changed";
    wrong(data.folder.display(), zh, en)
}

/// Keys without their database are those of a county that once was: an empty one in its place would have
/// every phone let go of its lists.
fn look_for_database(data: &Data) -> Result<(), Problem> {
    be_a_folder(data)?;
    if data.key_file().symlink_metadata().is_err() {
        return Ok(());
    }
    if data.database().symlink_metadata().is_err() && begin::is_unfinished(data) {
        return Ok(());
    }
    if begin::is_restoring(data) {
        return Err(restore_cut_off(data));
    }
    match fs::metadata(data.database()) {
        Ok(file) if file.len() > 0 => Ok(()),
        Ok(_) => Err(damaged(data)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(not_readable(data)),
        Err(_) => {
            let problem = Problem::new(ProblemCode::DatabaseMissing).with("path", data.folder.display());
            Err(problem.with("keys", data.key_file().display()))
        }
    }
}

/// A file in the place of the data folder holds no county, and none is put beside it.
pub(crate) fn be_a_folder(data: &Data) -> Result<(), Problem> {
    match fs::metadata(&data.folder) {
        Ok(there) if !there.is_dir() => {
            let zh = "这是文件，不是文件夹，没有动它；`--data` 要写放 county.db 的那个文件夹";
            let en = "this is a file and no folder; it was left as it is. `--data` names the folder in which county.db lies";
            Err(wrong(data.folder.display(), zh, en))
        }
        _ => Ok(()),
    }
}

fn not_readable(data: &Data) -> Problem {
    let zh = "没有权限读这个文件夹；里面的数据没有动。请用运行 `serve` 的那个用户来运行";
    let en =
        "no permission to read this folder; nothing in it was touched. Run this as the user who runs `serve`";
    wrong(data.folder.display(), zh, en)
}

/// Also whoever only reads leaves a word beside the database, so that nobody takes away what is being read.
fn not_writable(data: &Data) -> Problem {
    let zh = "这个文件夹或里面的数据库不能写，只看也要能写；里面的数据没有动。请用运行 `serve` 的那个用户来运行；\
              还不行，看看磁盘是不是只读";
    let en = "this folder or the database in it cannot be written, which is needed for reading too; nothing in it was \
              touched. Run this as the user who runs `serve`; if that does not help, see whether the disk is read-only";
    wrong(data.folder.display(), zh, en)
}

/// The mark of a restore goes when what it asks for is on disk; cut off between, the county takes one
/// more writer.
fn begin_after_restore(data: &Data, county: &Arc<County>) -> Result<(), Problem> {
    let mark = data.restored();
    if !mark.exists() {
        return Ok(());
    }
    on_a_thread(async || begin_again(county, another_second()).await)?;
    fs::remove_file(&mark).map_err(|error| not_written(&mark, &error))
}

/// Does something of the store's on a thread of its own: whoever opens may be inside a runtime already.
fn on_a_thread<T: Send>(work: impl AsyncFnOnce() -> Result<T, Problem> + Send) -> Result<T, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::new(ProblemCode::Internal).with("reference", error);
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.map_err(|error| failed(&error))?.block_on(work())
    };
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    done.unwrap_or_else(|_| Err(failed(&"a thread at the start")))
}

/// Waits until the clock shows another second than now. From where receipts go on after a restore is said by the
/// second: the present one may be that of another restore of the same backup, which has ended since. Nothing but
/// the clock is known to both.
fn another_second() -> UnixMs {
    let second = |now_ms: UnixMs| now_ms.div_euclid(1_000);
    let began = second(clock::now_ms());
    loop {
        let now_ms = clock::now_ms();
        if second(now_ms) != began {
            return now_ms;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A county that was restored takes a new writer before anything else, and no sheet that was printed
/// before is good any more.
///
/// # Errors
/// What the store says.
pub async fn begin_again(county: &County, now_ms: UnixMs) -> Result<(), Problem> {
    county.stores.directory.cancel_codes().await.map_err(at_county)?;
    county.run(Job::Restored, now_ms).await.map(drop)
}

/// Opens the county for reading, also while another process writes.
///
/// # Errors
/// As [`to_write`].
pub fn to_read(config: &Config) -> Result<Arc<County>, Problem> {
    let data = &config.data;
    must_be_there(data)?;
    let keys = load(data)?;
    let store = SqliteCounty::open_to_read(&data.database(), keys.database().expose(), keys.county());
    county(data, keys, store.map_err(|error| opening(data, &error))?)
}

/// That, and what was left when there was no room: the half that is there takes it up still.
pub(crate) fn filled_in_part(data: &Data) -> Problem {
    match filled(data) {
        Err(problem) => problem,
        Ok(()) => Problem::new(ProblemCode::ServerFull).with("path", data.folder.display()),
    }
}

/// A synthetic county that was filled in part looks like one in which nobody did anything.
fn filled(data: &Data) -> Result<(), Problem> {
    if data.filling().symlink_metadata().is_err() {
        return Ok(());
    }
    let keys = data.key_file();
    let zh = format!(
        "这里的虚构县没有填完（`seed` 被中断，或还在进行），不能用；里面没有真实数据。请删掉这个文件夹和 {}，再做 `seed`；\
         或换一个 `--data`",
        keys.display()
    );
    let en = format!(
        "this synthetic county was not filled to its end (`seed` was cut off, or goes on) and cannot be used; nothing \
         real is in it. Delete this folder and {}, then `seed` again; or give another `--data`",
        keys.display()
    );
    Err(wrong(data.folder.display(), zh, en))
}

fn must_be_there(data: &Data) -> Result<(), Problem> {
    look_for_database(data)?;
    filled(data)?;
    let path = data.database();
    match path.symlink_metadata() {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(not_readable(data)),
        Err(_) => {}
    }
    let zh = "这里没有县的数据库，什么也没有建；`serve` 或 `seed` 会建一个，`--data` 指定文件夹";
    let en = "there is no county here, and nothing was made; `serve` or `seed` makes one, `--data` names the folder";
    Err(wrong(path.display(), zh, en))
}

fn county(data: &Data, keys: CountyKeys, store: SqliteCounty) -> Result<Arc<County>, Problem> {
    let dice = dice::of_the_system()?;
    let mut county = County::new(keys, Stores::of(Arc::new(store)), dice, Stretch::ENROL);
    county.erasures = Erasures::at(data.erasures());
    Ok(Arc::new(county))
}

fn first_of_january(today: Day) -> Day {
    Day::from_ymd(chrono::Datelike::year(&today.date()), 1, 1).unwrap_or(today)
}

fn check_writable(data: &Data) -> Result<(), Problem> {
    let probe = data.folder.join(".writable");
    let written = begin::private(&data.folder).and_then(|()| fs::write(&probe, b""));
    let removed = written.and_then(|()| fs::remove_file(&probe));
    removed.map_err(|error| not_written(&probe, &error))
}

/// The database is damaged, with its place.
pub(crate) fn damaged(data: &Data) -> Problem {
    Problem::new(ProblemCode::CountyDatabaseDamaged).with("path", data.database().display())
}

/// What is wrong with the database's file as a whole, if anything is: every page is read. A page that is
/// being written meanwhile looks wrong once, a damaged one twice. O(database).
pub(crate) fn damage(data: &Data, key: &[u8; 32]) -> Option<Problem> {
    let look = || match check(&data.database(), key, Half::County) {
        Ok(words) => (!words.is_empty()).then(|| damaged(data)),
        Err(error) => Some(opening(data, &error)),
    };
    look().and_then(|_| look())
}

/// What the store says at opening, with its place.
pub(crate) fn opening(data: &Data, error: &StoreError) -> Problem {
    let path: PathBuf = data.database();
    match error {
        StoreError::WrongKey => {
            let problem = Problem::new(ProblemCode::KeysMisfit).with("path", path.display());
            problem.with("keys", data.key_file().display())
        }
        StoreError::Damaged => damaged(data),
        StoreError::Newer(given) => Problem::new(ProblemCode::DatabaseNewer).with("given", given),
        StoreError::Full => Problem::new(ProblemCode::ServerFull).with("path", data.folder.display()),
        StoreError::Busy => Problem::new(ProblemCode::DataInUse).with("path", data.folder.display()),
        StoreError::NotWritable(_) => not_writable(data),
        StoreError::Other(reason) if reason.contains("another process") => {
            Problem::new(ProblemCode::DataInUse).with("path", data.folder.display())
        }
        StoreError::Corrupt(_) | StoreError::Panicked | StoreError::Other(_) => {
            Problem::new(ProblemCode::Internal).with("reference", error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever starts for the first time has looked.
    fn seen(_: &SealIdentity) -> Result<(), Problem> {
        Ok(())
    }

    #[test]
    fn keys_without_their_database_never_begin_an_empty_county() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.folder = folder.path().join("data");
        let data = &config.data;
        drop(to_begin(&config, None, seen).unwrap());
        fs::remove_dir_all(&data.folder).unwrap();
        let refused = |expected| {
            for problem in [to_begin(&config, None, seen).unwrap_err(), to_read(&config).unwrap_err()] {
                assert_eq!(problem.code, expected);
                assert!(problem.en().contains(data.folder.to_str().unwrap()), "{}", problem.en());
            }
        };
        refused(ProblemCode::DatabaseMissing);
        assert!(!data.folder.exists(), "nothing was made");
        fs::create_dir(&data.folder).unwrap();
        refused(ProblemCode::DatabaseMissing);
        fs::write(data.database(), b"").unwrap();
        refused(ProblemCode::CountyDatabaseDamaged);
        assert_eq!(fs::read_dir(&data.folder).unwrap().count(), 1, "nothing was made");
    }

    #[test]
    fn what_may_not_be_written_is_told_with_its_folder_and_what_to_do() {
        let data = Config::default().data;
        let told =
            opening(&data, &StoreError::NotWritable("attempt to write a readonly database".to_owned()));
        assert!(told.zh().starts_with("“data”：") && told.zh().contains("不能写"), "{}", told.zh());
        assert!(told.zh().contains("请用运行 `serve` 的那个用户来运行"), "{}", told.zh());
        assert!(told.en().contains("cannot be written") && !told.en().contains("readonly"), "{told}");
    }

    #[test]
    fn of_a_database_that_does_not_open_both_causes_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.folder = folder.path().join("data");
        drop(to_begin(&config, None, seen).unwrap());
        // As after a restore: nothing beside the database says whose it is.
        fs::remove_file(config.data.folder.join("county.db.canary")).unwrap();
        let database = config.data.database();
        let whole = fs::read(&database).unwrap();
        let mut flipped = whole.clone();
        flipped[100] ^= 1;
        for bytes in [flipped, whole[..2_000].to_vec()] {
            fs::write(&database, &bytes).unwrap();
            for problem in [
                to_begin(&config, None, seen).unwrap_err(),
                to_write(&config).unwrap_err(),
                to_read(&config).unwrap_err(),
            ] {
                assert_eq!(problem.code, ProblemCode::KeysMisfit);
                assert!(problem.en().contains("damaged") && problem.zh().contains("restore --data"));
            }
            assert_eq!(fs::read(&database).unwrap(), bytes);
        }
    }

    #[test]
    fn a_first_start_that_fails_leaves_no_keys_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.folder = folder.path().join("data");
        // Where the canary belongs stands something else.
        let canary = config.data.folder.join("begun.db.canary-new");
        fs::create_dir_all(&canary).unwrap();
        assert!(to_begin(&config, None, seen).is_err());
        assert!(!config.data.key_file().exists() && !config.data.database().exists());
        fs::remove_dir(canary).unwrap();
        drop(to_begin(&config, None, seen).unwrap());
    }

    #[test]
    fn a_restored_county_takes_a_new_writer_at_its_first_opening_and_only_then() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.folder = folder.path().join("data");
        let opened = || {
            let county = to_begin(&config, None, seen).unwrap();
            let standing = county.stores.ledger.standing_now();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (state, former, ..) = runtime.block_on(standing).unwrap();
            (state.epoch, former.len())
        };
        let (first, _) = opened();
        assert_eq!(opened(), (first, 0));
        fs::write(config.data.restored(), b"").unwrap();
        let (second, former) = opened();
        assert!(second != first && former == 1);
        assert_eq!(opened(), (second, 1));
    }
}
