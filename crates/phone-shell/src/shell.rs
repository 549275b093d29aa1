//! A phone in a folder: everything lent to the client, and the loop that carries its bytes.

use crate::clock::SystemClock;
use crate::files::{FileJournal, FolderVault, random};
use crate::transport::{NoAnswer, Transport};
use client::ports::{Ports, Stores};
use client::sync_driver::{Arrived, SyncReport, SyncWant};
use client::{App, Settings};
use domain::problem::Problem;
use seal::dice::SeededDice;
use seal::secret::Key;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::StoreError;
use store::phone::PhoneStore;
use store_sqlite::SqlitePhone;

/// The phone's database on SQLCipher, in a file of this folder.
#[derive(Debug)]
struct SqliteStores {
    path: PathBuf,
}

impl Stores for SqliteStores {
    fn open(&mut self, key: &Key) -> Result<Box<dyn PhoneStore + Send>, StoreError> {
        let now_ms = client::ports::Clock::wall_ms(&SystemClock::new(0));
        Ok(Box::new(SqlitePhone::open(&self.path, key.expose(), now_ms)?))
    }
}

/// A phone whose files lie in `folder`, which is made when it is not there.
///
/// # Errors
/// When the folder cannot be made, or the system gives no randomness.
pub fn phone_in(folder: &Path, settings: Settings) -> std::io::Result<App> {
    std::fs::create_dir_all(folder)?;
    let chance = random()?;
    let [a, b, c, d, ..] = chance;
    let ports = Ports {
        clock: Box::new(SystemClock::new(u32::from_le_bytes([a, b, c, d]))),
        dice: Box::new(SeededDice::from_secret(random()?)),
        vault: Box::new(FolderVault::new(folder, random()?)),
        journal: Box::new(FileJournal::new(&folder.join("journal"))),
        stores: Box::new(SqliteStores { path: folder.join("phone.db") }),
    };
    Ok(App::new(ports, settings))
}

/// How often a session tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tries {
    /// As often as the client wants; the waits between are waited out, so that a caller who wants to
    /// stop drops the future.
    Usual,
    /// It is over with the first failure.
    One,
}

/// Sends and fetches until the client says that it is over. `transport` is `None` without signal.
///
/// # Errors
/// When the phone is locked.
pub async fn exchange(
    app: &mut App,
    transport: Option<&Transport>,
    tries: Tries,
) -> Result<SyncReport, Problem> {
    let mut arrived = Arrived::Start;
    loop {
        arrived = match app.sync_step(arrived)? {
            SyncWant::Done(report) => return Ok(report),
            SyncWant::Wait { .. } if tries == Tries::One => Arrived::Stop,
            SyncWant::Wait { until_ms } => {
                let now_ms = client::ports::Clock::wall_ms(&SystemClock::new(0));
                let wait_ms = u64::try_from(until_ms.saturating_sub(now_ms)).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(wait_ms.clamp(10, 60_000))).await;
                Arrived::Tick
            }
            SyncWant::Post { path, body } => match transport {
                None => Arrived::Unreachable,
                Some(transport) => match transport.post(path, body).await {
                    Ok(answer) => Arrived::Reply { status: answer.status, body: answer.body },
                    Err(NoAnswer::Unreachable) => Arrived::Unreachable,
                    Err(NoAnswer::TooSlow) => Arrived::TooSlow,
                },
            },
        };
    }
}
