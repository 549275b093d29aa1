//! A phone in a folder: everything lent to the client.

use crate::clock::SystemClock;
use crate::files::{FileJournal, FolderVault, KeyStore, random};
use client::ports::{Ports, Stores};
use client::{App, Settings};
use seal::dice::SeededDice;
use seal::secret::Key;
use std::path::{Path, PathBuf};
use store::StoreError;
use store::phone::PhoneStore;
use store_sqlite::SqlitePhone;
use store_sqlite::open::set_aside;

/// The phone's database on SQLCipher, in a file of this folder. One under another key is of an
/// enrolment before this one, whose keys were destroyed or lost: it is set aside, whole.
#[derive(Debug)]
struct SqliteStores {
    path: PathBuf,
}

impl Stores for SqliteStores {
    fn open(&mut self, key: &Key) -> Result<Box<dyn PhoneStore + Send>, StoreError> {
        let now_ms = client::ports::Clock::wall_ms(&SystemClock::new(0));
        let open = || SqlitePhone::open(&self.path, key.expose(), now_ms);
        Ok(Box::new(match open() {
            Err(StoreError::WrongKey) => {
                set_aside(&self.path, now_ms)?;
                open()?
            }
            opened => opened?,
        }))
    }

    fn free_bytes(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(self.path.parent()?).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }
}

/// A phone whose files lie in `folder`, which is made when it is not there, on a platform without a key store.
///
/// # Errors
/// As [`ports_with`].
pub fn phone_in(folder: &Path, settings: Settings) -> std::io::Result<App> {
    phone_with(folder, settings, None)
}

/// A phone whose files lie in `folder`, with the key store of its platform.
///
/// # Errors
/// As [`ports_with`].
pub fn phone_with(
    folder: &Path,
    settings: Settings,
    key_store: Option<Box<dyn KeyStore>>,
) -> std::io::Result<App> {
    Ok(App::new(ports_with(folder, key_store)?, settings))
}

/// All that is lent to a phone whose files lie in `folder`.
///
/// # Errors
/// When the folder cannot be made, or the system gives no randomness.
pub fn ports_with(folder: &Path, key_store: Option<Box<dyn KeyStore>>) -> std::io::Result<Ports> {
    std::fs::create_dir_all(folder)?;
    let chance = random()?;
    let [a, b, c, d, ..] = chance;
    Ok(Ports {
        clock: Box::new(SystemClock::new(u32::from_le_bytes([a, b, c, d]))),
        dice: Box::new(SeededDice::from_secret(random()?)),
        vault: Box::new(FolderVault::new(folder, random()?, key_store)),
        journal: Box::new(FileJournal::new(&folder.join("journal"))),
        stores: Box::new(SqliteStores { path: folder.join("phone.db") }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::phone::Batch;

    #[test]
    fn the_disk_under_the_database_has_room_and_one_that_is_not_there_says_nothing() {
        let of = |folder: &Path| SqliteStores { path: folder.join("phone.db") }.free_bytes();
        assert!(of(&std::env::temp_dir()).unwrap() > 0);
        assert_eq!(of(Path::new("/nowhere/at/all")), None);
    }

    #[test]
    fn a_database_under_another_key_is_set_aside_whole_and_an_empty_one_takes_its_place() {
        let folder = std::env::temp_dir().join(format!("shanfang-{}-other-key", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let mut stores = SqliteStores { path: folder.join("phone.db") };
        let (old, new) = (Key::new([1; 32]), Key::new([2; 32]));
        let mut store = stores.open(&old).unwrap();
        let settings = [("whose".to_owned(), Some("the first".to_owned()))].into();
        store.apply(&Batch { settings, ..Batch::default() }).unwrap();
        drop(store);
        let mut store = stores.open(&new).unwrap();
        assert_eq!(store.setting("whose").unwrap(), None);
        let settings = [("whose".to_owned(), Some("the second".to_owned()))].into();
        store.apply(&Batch { settings, ..Batch::default() }).unwrap();
        drop(store);
        let aside = std::fs::read_dir(folder.join("quarantine")).unwrap().next().unwrap().unwrap().path();
        let kept = SqlitePhone::open(&aside.join("phone.db"), old.expose(), 0).unwrap();
        assert_eq!(kept.setting("whose").unwrap().as_deref(), Some("the first"), "nothing was deleted");
        let again = stores.open(&new).unwrap();
        assert_eq!(again.setting("whose").unwrap().as_deref(), Some("the second"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
