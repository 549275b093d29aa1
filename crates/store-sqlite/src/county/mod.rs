//! A county in SQLite: one writer with group commit, and a few readers beside it.
//!
//! What a record, a feed, a standing is and when it changes is decided by `sync::county::plan`; here
//! it is only kept. `store::memory` says in plain maps what this says in tables.

mod accounts;
mod apply;
mod apply_people;
mod apply_records;
mod bits;
mod caches;
mod directory;
mod feed;
mod foresee;
mod generations;
mod ledger;
mod lines;
mod load;
mod load_log;
mod load_people;
mod places;
mod recent;
mod reports;
mod spent;
mod tally;
#[cfg(test)]
mod tests;
mod view;
mod writer;

use crate::fault::file_fault;
use crate::open::{Half, back_up, beside, check, open, open_reader};
use crate::pool::Pool;
use caches::{county_number, found_county};
use domain::ids::{AreaCode, WriterId};
use domain::time::Day;
use recent::Recent;
pub use spent::Spent;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use store::StoreError;
use view::{Orders, View};
use writer::{Desk, Errand, Published, Task, Writer};

/// Jobs that may wait for the writer; whoever comes beyond that is told `Busy`.
const QUEUE_MAX: usize = 256;

/// Connections for reading.
const READERS: usize = 3;

/// A county in a SQLite file.
pub struct SqliteCounty {
    path: PathBuf,
    key: [u8; 32],
    county: i64,
    readers: Pool<Orders>,
    writing: Option<Writing>,
}

/// What only the one process has that writes.
struct Writing {
    /// `None` once nothing more is taken.
    queue: Option<SyncSender<Box<dyn Task>>>,
    published: Arc<Mutex<Published>>,
    recent: Arc<RwLock<Recent>>,
    thread: Option<JoinHandle<()>>,
    /// Locked as long as this process writes.
    _lock: File,
}

impl Drop for Writing {
    fn drop(&mut self) {
        // The thread ends when it has done all that was queued; then the file is closed.
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl SqliteCounty {
    /// Opens the county's file for the one process that writes to it, and makes it when it is not
    /// there. A county that is not in the file yet begins with the writer `epoch`; periods that end
    /// before `begins` have no figures. Both are passed over otherwise.
    ///
    /// # Errors
    /// As [`open`]; `Other` when another process has it open for writing.
    pub fn open(
        path: &Path,
        key: &[u8; 32],
        code: AreaCode,
        epoch: WriterId,
        begins: Day,
    ) -> Result<Self, StoreError> {
        let connection = open(path, key, Half::County)?;
        let lock = lock(path)?;
        let county = match county_number(&connection, code)? {
            Some(county) => county,
            None => found_county(&connection, code, epoch, begins)?,
        };
        let writer = Writer::new(connection, county)?;
        let (published, recent) = (writer.published(), writer.recent());
        let (queue, tasks) = sync_channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("county-writer".to_owned())
            .spawn(move || writer.serve(&tasks))
            .map_err(|error| file_fault("the writer cannot be started", &error))?;
        let writing = Writing { queue: Some(queue), published, recent, thread: Some(thread), _lock: lock };
        Self::over(path, key, county, Some(writing))
    }

    /// Opens the county's file for reading only, also while another process writes to it.
    ///
    /// # Errors
    /// As [`open_reader`]; `Other` when the county is not in the file.
    pub fn open_to_read(path: &Path, key: &[u8; 32], code: AreaCode) -> Result<Self, StoreError> {
        let connection = open_reader(path, key, Half::County)?;
        let missing = || StoreError::Other("the county is not in this file".to_owned());
        let county = county_number(&connection, code)?.ok_or_else(missing)?;
        Self::over(path, key, county, None)
    }

    fn over(path: &Path, key: &[u8; 32], county: i64, writing: Option<Writing>) -> Result<Self, StoreError> {
        Ok(Self { path: path.to_owned(), key: *key, county, readers: readers(path, key)?, writing })
    }

    /// Copies the county's file while it goes on: see [`crate::open::back_up`].
    ///
    /// # Errors
    /// As [`crate::open::back_up`].
    pub async fn back_up(&self, target: &Path) -> Result<(), StoreError> {
        let (path, key, target) = (self.path.clone(), self.key, target.to_owned());
        beside_others(move || back_up(&path, &key, Half::County, &target)).await
    }

    /// Reads every page of the county's file: see [`crate::open::check`].
    ///
    /// # Errors
    /// As [`crate::open::check`].
    pub async fn check(&self) -> Result<Vec<String>, StoreError> {
        let (path, key) = (self.path.clone(), self.key);
        beside_others(move || check(&path, &key, Half::County)).await
    }

    /// What the writer's time went into; `None` in a process that only reads.
    pub fn spent(&self) -> Option<Spent> {
        let writing = self.writing.as_ref()?;
        Some(writing.published.lock().unwrap_or_else(PoisonError::into_inner).1)
    }

    /// Has something done by the writer; answers when it is on disk.
    async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Desk<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let stopped = || StoreError::Other("the county is not open for writing".to_owned());
        let queue = self.writing.as_ref().and_then(|writing| writing.queue.as_ref()).ok_or_else(stopped)?;
        let (errand, answer) = Errand::new(work);
        match queue.try_send(Box::new(errand)) {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(stopped())),
            Err(TrySendError::Full(_)) => Err(StoreError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(stopped()),
        }
    }

    /// Reads in one read transaction.
    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut View<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let county = self.county;
        self.readers.read(move |connection, orders| question(&mut View { connection, county, orders })).await
    }
}

/// Does something long on a thread of its own.
async fn beside_others<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreError::Panicked))
}

fn readers(path: &Path, key: &[u8; 32]) -> Result<Pool<Orders>, StoreError> {
    let connections = (0..READERS).map(|_| Ok((open_reader(path, key, Half::County)?, Orders::default())));
    Ok(Pool::new(connections.collect::<Result<_, StoreError>>()?))
}

/// Takes the lock of the process that writes: what it keeps in memory must stay true.
fn lock(path: &Path) -> Result<File, StoreError> {
    let file = File::create(beside(path, ".lock"))
        .map_err(|error| file_fault("the lock beside the database cannot be made", &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(StoreError::Other("another process writes to this county's database".to_owned())),
    }
}
