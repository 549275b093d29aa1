//! A county in SQLite keeps every claim that a county has to keep.

#![expect(clippy::unwrap_used, reason = "clippy knows only functions that are tests themselves")]

mod folder;

use async_trait::async_trait;
use domain::ids::WriterId;
use folder::{Folder, KEY};
use std::sync::{Arc, Mutex};
use store::conformance::county::{CASES, County, Founding, Site, attempt, attempt_play};
use store_sqlite::SqliteCounty;

struct Disk {
    folder: Folder,
    founding: Mutex<Option<Founding>>,
}

impl Disk {
    fn new() -> Arc<Self> {
        Arc::new(Self { folder: Folder::new(), founding: Mutex::new(None) })
    }

    fn open(&self) -> County {
        let Founding { county, epoch, begins } = self.founding.lock().unwrap().unwrap();
        let path = self.folder.path("county.db");
        county_of(SqliteCounty::open(&path, &KEY, county, epoch, begins).unwrap())
    }
}

fn county_of(opened: SqliteCounty) -> County {
    let opened = Arc::new(opened);
    County { ledger: opened.clone(), reports: opened.clone(), directory: opened }
}

#[async_trait]
impl Site for Disk {
    async fn found(&self, founding: Founding) -> County {
        *self.founding.lock().unwrap() = Some(founding);
        self.open()
    }

    async fn back_up(&self) -> bool {
        let (database, copy) = (self.folder.path("county.db"), self.folder.path("copy.db"));
        store_sqlite::open::back_up(&database, &KEY, store_sqlite::open::Half::County, &copy).unwrap();
        true
    }

    async fn restore(&self) -> County {
        // The county may still be open: the copy is opened in another place, as after a disaster.
        let places = (1..).map(|time| self.folder.path(format!("restored-{time}")));
        let restored = places.into_iter().find(|place| std::fs::create_dir(place).is_ok()).unwrap();
        for name in ["", ".canary"] {
            let (from, to) = (format!("copy.db{name}"), format!("county.db{name}"));
            std::fs::copy(self.folder.path(&from), restored.join(to)).unwrap();
        }
        let Founding { county, begins, .. } = self.founding.lock().unwrap().unwrap();
        let path = restored.join("county.db");
        county_of(SqliteCounty::open(&path, &KEY, county, WriterId(1), begins).unwrap())
    }

    async fn beside(&self) -> County {
        let Founding { county, .. } = self.founding.lock().unwrap().unwrap();
        county_of(SqliteCounty::open_to_read(&self.folder.path("county.db"), &KEY, county).unwrap())
    }
}

/// `CLAIM` names the ones to be tried.
#[test]
fn every_claim_holds_in_sqlite() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let only = std::env::var("CLAIM").unwrap_or_default();
    let mut broken = Vec::new();
    for case in CASES.iter().filter(|case| case.0.contains(&only)) {
        if let Err(words) = runtime.block_on(attempt(case, Disk::new())) {
            broken.push(format!("{}: {words}", case.0));
        }
    }
    assert!(broken.is_empty(), "{} of {}:\n{}", broken.len(), CASES.len(), broken.join("\n"));
}

/// `PLAYS` raises the number of plays, `SEED` names the first.
#[test]
fn random_plays_equal_their_recomputation() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let first = number("SEED", 200);
    for seed in first..first + number("PLAYS", 6) {
        assert_eq!(runtime.block_on(attempt_play(seed, 150, Disk::new())), Ok(()));
    }
}
