//! A phone in SQLite keeps every claim that a phone has to keep.

mod folder;

use folder::{Folder, KEY};
use store::StoreError;
use store::phone::conformance::{PHONE_CASES, PhoneSite, play};
use store::phone::{Batch, PhoneStore};
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
