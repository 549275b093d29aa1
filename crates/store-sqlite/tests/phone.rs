//! A phone in SQLite keeps every claim that a phone has to keep.

#![expect(clippy::unwrap_used, reason = "clippy knows only functions that are tests themselves")]

mod folder;

use folder::{Folder, KEY};
use std::path::Path;
use store::StoreError;
use store::phone::conformance::{PHONE_CASES, PhoneSite, play};
use store::phone::{Batch, DraftRow, PhoneStore};
use store_sqlite::open;
use store_sqlite::phone::SqlitePhone;

struct Disk(Folder);

impl PhoneSite for Disk {
    fn open(&self) -> Box<dyn PhoneStore> {
        Box::new(SqlitePhone::open(&self.0.path("phone.db"), &KEY, 0).unwrap())
    }
}

#[test]
fn every_claim_holds_in_sqlite() {
    for (claim, case) in PHONE_CASES {
        assert_eq!(case(&Disk(Folder::new())), Ok(()), "{claim}");
    }
}

/// `PLAYS` raises the number of plays, `SEED` names the first.
#[test]
fn random_plays_read_as_in_memory() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let first = number("SEED", 1);
    for seed in first..first + number("PLAYS", 6) {
        assert_eq!(play(&Disk(Folder::new()), seed, 60), Ok(()));
    }
}

#[test]
fn a_phone_opens_with_its_own_key_only_and_holds_nothing_in_the_clear() {
    let folder = Folder::new();
    let path = folder.path("phone.db");
    let mut phone = SqlitePhone::open(&path, &KEY, 0).unwrap();
    let settings = [("who".to_owned(), Some("a name that must not be found".to_owned()))].into();
    phone.apply(&Batch { settings, ..Batch::default() }).unwrap();
    drop(phone);
    assert_eq!(SqlitePhone::open(&path, &[8; 32], 0).err(), Some(StoreError::WrongKey));
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"a name"));
    }
}

/// A batch that says who: one row in the first table, one in the last.
fn who(name: &str) -> Batch {
    let draft = DraftRow { id: name.to_owned(), head: "{}".to_owned(), changed_ms: 1, discarded_ms: None };
    let settings = [("who".to_owned(), Some(name.to_owned()))].into();
    Batch { settings, drafts: vec![draft], ..Batch::default() }
}

fn reopened(path: &Path) -> (Option<String>, usize) {
    let phone = SqlitePhone::open(path, &KEY, 0).unwrap();
    assert_eq!(phone.set_aside(), None);
    (phone.setting("who").unwrap(), phone.drafts().unwrap().len())
}

#[test]
fn an_app_that_dies_in_the_middle_of_a_transaction_finds_what_was_before() {
    let folder = Folder::new();
    let (path, copy) = (folder.path("phone.db"), folder.path("copy.db"));
    SqlitePhone::open(&path, &KEY, 0).unwrap().apply(&who("before")).unwrap();
    let connection = open::open(&path, &KEY, open::Half::Phone).unwrap();
    // The cache is too small for the transaction: its pages are in the log of the file already.
    connection.execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE").unwrap();
    connection.execute("UPDATE settings SET value = 'after'", []).unwrap();
    let fill = "INSERT INTO drafts (id, head, changed_ms) SELECT value, hex(zeroblob(2000)), 1 FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 500) SELECT value FROM n)";
    assert_eq!(connection.execute(fill, []).unwrap(), 500);
    assert!(std::fs::metadata(folder.path("phone.db-wal")).unwrap().len() > 1_000_000);
    for suffix in ["", "-wal", ".canary"] {
        std::fs::copy(folder.path(format!("phone.db{suffix}")), folder.path(format!("copy.db{suffix}")))
            .unwrap();
    }
    assert_eq!(reopened(&copy), (Some("before".to_owned()), 1));
    drop(connection);
    assert_eq!(reopened(&path), (Some("before".to_owned()), 1));
}

#[test]
fn a_batch_that_fails_at_its_end_leaves_nothing_of_its_beginning() {
    let folder = Folder::new();
    let path = folder.path("phone.db");
    let connection = open::open(&path, &KEY, open::Half::Phone).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON drafts WHEN new.id = 'after'
         BEGIN SELECT RAISE (ABORT, 'refused'); END";
    connection.execute_batch(refuse).unwrap();
    drop(connection);
    let mut phone = SqlitePhone::open(&path, &KEY, 0).unwrap();
    phone.apply(&who("before")).unwrap();
    assert!(phone.apply(&who("after")).is_err());
    assert_eq!(phone.setting("who").unwrap().as_deref(), Some("before"));
    phone.apply(&who("later")).unwrap();
    drop(phone);
    assert_eq!(reopened(&path), (Some("later".to_owned()), 2));
}

#[test]
fn a_damaged_database_is_set_aside_whole_and_an_empty_one_takes_its_place() {
    let folder = Folder::new();
    let path = folder.path("phone.db");
    SqlitePhone::open(&path, &KEY, 0).unwrap().apply(&who("before")).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[40..200].fill(0);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(SqlitePhone::open(&path, &[8; 32], 0).err(), Some(StoreError::WrongKey));
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "another key moves nothing");
    let phone = SqlitePhone::open(&path, &KEY, 86_400_000).unwrap();
    assert_eq!(phone.setting("who").unwrap(), None);
    let aside = phone.set_aside().unwrap();
    assert_eq!(std::fs::read(aside.join("phone.db")).unwrap(), bytes);
    assert!(aside.join("phone.db.canary").exists());
}
