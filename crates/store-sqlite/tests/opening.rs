//! What opening a database tells apart, and what it never touches.

#![expect(clippy::unwrap_used, reason = "clippy knows only functions that are tests themselves")]

mod folder;

use domain::ids::{AreaCode, WriterId};
use domain::time::Day;
use folder::{Folder, KEY};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use store::StoreError;
use store_sqlite::SqliteCounty;
use store_sqlite::open::{Half, back_up, check, open, open_reader, set_aside};

const OTHER_KEY: [u8; 32] = [8; 32];
const COUNTY: AreaCode = AreaCode(532_929_000_000);

/// A county's database with something in it, closed.
fn database(folder: &Folder) -> std::path::PathBuf {
    let path = folder.path("county.db");
    let connection = open(&path, &KEY, Half::County).unwrap();
    let sql = "INSERT INTO heard (county, staff, day) VALUES (0, zeroblob(16), ?1)";
    connection.execute_batch("BEGIN").unwrap();
    for day in 0..20_000 {
        connection.execute(sql, [day]).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    path
}

fn days(path: &Path) -> i64 {
    let connection = open(path, &KEY, Half::County).unwrap();
    connection.query_row("SELECT count(*) FROM heard", [], |row| row.get(0)).unwrap()
}

/// Spoils some bytes of a file.
fn spoil(path: &Path, at: u64) {
    let mut file = std::fs::File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[0xaa; 64]).unwrap();
}

#[test]
fn a_wrong_key_is_told_and_changes_nothing() {
    let folder = Folder::new();
    let path = database(&folder);
    let before = std::fs::read(&path).unwrap();
    assert_eq!(open(&path, &OTHER_KEY, Half::County).unwrap_err(), StoreError::WrongKey);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(days(&path), 20_000);
    // Also when the canary is gone: nothing is called damaged on a guess.
    std::fs::remove_file(folder.path("county.db.canary")).unwrap();
    assert_eq!(open(&path, &OTHER_KEY, Half::County).unwrap_err(), StoreError::WrongKey);
    assert_eq!(days(&path), 20_000);
    assert!(folder.path("county.db.canary").exists(), "the right key brings it back");
}

#[test]
fn what_is_committed_is_on_disk_in_both_halves() {
    let folder = Folder::new();
    for half in [Half::County, Half::Phone] {
        let connection = open(&folder.path(format!("{half:?}.db")), &KEY, half).unwrap();
        let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2), "{half:?}: 2 is FULL, 1 loses the last commits");
    }
}

#[test]
fn every_table_is_strict() {
    let folder = Folder::new();
    for half in [Half::County, Half::Phone] {
        let connection = open(&folder.path(format!("{half:?}.db")), &KEY, half).unwrap();
        let sql = "SELECT count(*), sum(strict) FROM pragma_table_list \
                   WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite%'";
        let (tables, strict): (i64, i64) =
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert!(tables > 5 && strict == tables, "{half:?}: {strict} of {tables}");
    }
}

#[test]
fn nothing_can_be_read_without_the_key() {
    let folder = Folder::new();
    let path = database(&folder);
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"SQLite" || window == b"CREATE"));
}

#[test]
fn a_damaged_file_is_told_from_a_wrong_key_and_set_aside_whole() {
    let folder = Folder::new();
    let path = database(&folder);
    spoil(&path, 100);
    let spoilt = std::fs::read(&path).unwrap();
    assert_eq!(open(&path, &KEY, Half::County).unwrap_err(), StoreError::Damaged);
    assert_eq!(open(&path, &OTHER_KEY, Half::County).unwrap_err(), StoreError::WrongKey);
    let aside = set_aside(&path, 1_795_000_000_000).unwrap();
    assert_eq!(std::fs::read(aside.join("county.db")).unwrap(), spoilt);
    assert!(!path.exists() && aside.starts_with(folder.path("quarantine")));
    assert_eq!(days(&path), 0, "a new one begins in its place");
    assert!(set_aside(&path, 1_795_000_000_000).is_err(), "never over what was set aside before");
}

#[test]
fn a_database_that_vanished_is_not_begun_anew() {
    let folder = Folder::new();
    let path = database(&folder);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(open(&path, &KEY, Half::County).unwrap_err(), StoreError::Damaged);
    std::fs::write(&path, []).unwrap();
    assert_eq!(open(&path, &KEY, Half::County).unwrap_err(), StoreError::Damaged);
}

#[test]
fn damage_behind_the_first_page_is_found_by_the_check_and_by_reading() {
    let folder = Folder::new();
    let path = database(&folder);
    assert_eq!(check(&path, &KEY, Half::County), Ok(Vec::new()));
    let length = std::fs::metadata(&path).unwrap().len();
    spoil(&path, length - 5_000);
    assert!(!check(&path, &KEY, Half::County).unwrap().is_empty());
    let connection = open(&path, &KEY, Half::County).unwrap();
    let read = connection.query_row("SELECT count(*) FROM heard", [], |row| row.get::<_, i64>(0));
    assert_eq!(read.unwrap_err().sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseCorrupt));
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    for half in [Half::County, Half::Phone] {
        let folder = Folder::new();
        let path = folder.path("some.db");
        // As a newer version might leave it: with other settings in its header too.
        let newer = "PRAGMA user_version = 99; PRAGMA journal_mode = DELETE";
        open(&path, &KEY, half).unwrap().execute_batch(newer).unwrap();
        let before = std::fs::read(&path).unwrap();
        for error in [
            open(&path, &KEY, half).unwrap_err(),
            open_reader(&path, &KEY, half).unwrap_err(),
            check(&path, &KEY, half).unwrap_err(),
            back_up(&path, &KEY, half, &folder.path("copy.db")).unwrap_err(),
        ] {
            let StoreError::Newer(why) = error else { panic!("{error:?}") };
            assert!(why.starts_with("schema 99, known up to "), "{why}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before, "byte for byte");
        assert!(!folder.path("copy.db").exists());
    }
}

#[test]
fn the_other_half_is_refused() {
    let folder = Folder::new();
    let path = database(&folder);
    assert!(matches!(open(&path, &KEY, Half::Phone), Err(StoreError::Other(_))));
    assert_eq!(days(&path), 20_000);
}

#[test]
fn what_was_not_committed_is_not_there_after_opening_again() {
    let folder = Folder::new();
    let path = database(&folder);
    let connection = open(&path, &KEY, Half::County).unwrap();
    connection.execute_batch("BEGIN; DELETE FROM heard").unwrap();
    drop(connection);
    assert_eq!(days(&path), 20_000);
}

#[test]
fn opening_twice_migrates_once() {
    let folder = Folder::new();
    let path = database(&folder);
    let dump = || {
        let connection = open(&path, &KEY, Half::County).unwrap();
        let mut statement = connection.prepare("SELECT sql FROM sqlite_schema ORDER BY rowid").unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(dump(), dump());
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = Folder::new();
    std::fs::write(folder.path("file"), "x").unwrap();
    let error = open(&folder.path("file/county.db"), &KEY, Half::County).unwrap_err();
    assert!(matches!(&error, StoreError::Other(words) if words.contains("folder")), "{error}");
}

#[test]
fn a_backup_is_one_whole_moment_and_opens_with_the_same_key() {
    let folder = Folder::new();
    let path = database(&folder);
    let writer = open(&path, &KEY, Half::County).unwrap();
    writer.execute_batch("BEGIN; DELETE FROM heard").unwrap();
    let copy = folder.path("copy.db");
    back_up(&path, &KEY, Half::County, &copy).unwrap();
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(days(&copy), 20_000);
    assert_eq!(check(&copy, &KEY, Half::County), Ok(Vec::new()));
    assert_eq!(open(&copy, &OTHER_KEY, Half::County).unwrap_err(), StoreError::WrongKey);
    assert!(back_up(&path, &KEY, Half::County, &copy).is_err(), "never over another");
}

#[test]
fn one_process_writes_to_a_county_and_others_may_read() {
    let folder = Folder::new();
    let path = folder.path("county.db");
    let open = || SqliteCounty::open(&path, &KEY, COUNTY, WriterId(1), Day(20_000));
    assert!(
        matches!(SqliteCounty::open_to_read(&path, &KEY, COUNTY), Err(StoreError::NotWritable(_))),
        "not there"
    );
    assert!(!path.exists(), "and not made by asking");
    let first = open().unwrap();
    assert!(matches!(open(), Err(StoreError::Other(_))));
    assert!(SqliteCounty::open_to_read(&path, &KEY, COUNTY).is_ok());
    assert!(matches!(SqliteCounty::open_to_read(&path, &KEY, AreaCode(1)), Err(StoreError::Other(_))));
    drop(first);
    assert!(open().is_ok());
}
