//! A county in memory.
//!
//! What SQLite keeps in tables stands here in maps, named alike. Lists are searched from end to end
//! wherever that reads better: this is for specification and simulation, not for a county's load.

mod apply;
mod directory;
mod ledger;
mod load;
mod reports;
#[cfg(test)]
mod tests;

use crate::StoreError;
use crate::county::{Access, Account, DeskSession, DeviceRecord, EnrolCode};
use domain::canonical::Hash;
use domain::coverage::tally::Tally;
use domain::coverage::{Generation, Generations, Rules, Standing};
use domain::going::Pair;
use domain::ids::{DeviceId, RecordId, WriterId};
use domain::log::Dot;
use domain::patch::RecordRef;
use domain::permission::Scope;
use domain::reference::Reference;
use domain::time::Day;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use sync::county::needs::{CountyState, DeviceState, FormerEpoch, PartRow, RecordRow, WriterRow};
use sync::county::outcome::{LedgerRow, StandingKey};

/// A row of the ledger as it stands.
#[derive(Debug, Clone)]
struct Row {
    /// As it was written, with its state as it stands.
    row: LedgerRow,
    /// The sequence under which its state is told: its own, or that of its last change.
    told: u64,
}

impl Row {
    fn changed(&self) -> bool {
        self.told != self.row.seq
    }
}

/// The place of a record in a feed.
#[derive(Debug, Clone, Copy)]
struct Place {
    seq: u64,
    left: bool,
}

/// Everything that is on the disk.
#[derive(Debug, Clone)]
struct Disk {
    county: CountyState,
    former: Vec<FormerEpoch>,
    reference: Arc<Reference>,
    generations: Arc<Generations>,
    /// By sequence.
    ledger: BTreeMap<u64, Row>,
    /// Sequences by place in a log: several where it forked.
    places: BTreeMap<(WriterId, u64), Vec<u64>>,
    records: BTreeMap<RecordRef, RecordRow>,
    feeds: BTreeMap<Scope, BTreeMap<RecordRef, Place>>,
    /// How many records a feed has, and the sum of their digests.
    digests: BTreeMap<Scope, (u64, u64)>,
    parts: BTreeMap<RecordId, PartRow>,
    /// What is suggested as one going-there, with whom both visits met.
    suggested: BTreeSet<(Pair, RecordId)>,
    standings: BTreeMap<StandingKey, Standing>,
    tallies: BTreeMap<Generation, Tally>,
    writers: BTreeMap<WriterId, WriterRow>,
    devices: BTreeMap<DeviceId, DeviceRecord>,
    codes: BTreeMap<String, EnrolCode>,
    /// On which days a phone of which member of staff was heard.
    heard: BTreeSet<(RecordId, Day)>,
    /// From which day on a device had another state.
    states: BTreeMap<(DeviceId, Day), DeviceState>,
    /// By log-in name.
    accounts: BTreeMap<String, Account>,
    sessions: BTreeMap<Hash, DeskSession>,
    /// In the order in which they were written; the first is number 1.
    accesses: Vec<Access>,
}

/// A fault that is waiting for the next job.
#[derive(Debug, Clone)]
enum Fault {
    /// Nothing is written.
    Before(StoreError),
    /// Everything is written, but whoever asked does not hear of it.
    After(StoreError),
}

#[derive(Debug)]
struct Inner {
    disk: Disk,
    fault: Option<Fault>,
    poison: Option<Dot>,
}

/// A county in memory.
#[derive(Debug)]
pub struct MemoryCounty {
    inner: Mutex<Inner>,
    readings: AtomicUsize,
}

/// A copy of a county's disk: a backup.
#[derive(Debug, Clone)]
pub struct Snapshot(Box<Disk>);

impl MemoryCounty {
    /// An empty county with its first writer; periods that end before `begins` have no figures.
    pub fn new(epoch: WriterId, begins: Day) -> Self {
        let reference = Reference::default();
        let disk = Disk {
            county: CountyState::new(epoch, begins),
            former: Vec::new(),
            generations: Arc::new(Generations::first(Rules::of(&reference))),
            reference: Arc::new(reference),
            ledger: BTreeMap::new(),
            places: BTreeMap::new(),
            records: BTreeMap::new(),
            feeds: BTreeMap::new(),
            digests: BTreeMap::new(),
            parts: BTreeMap::new(),
            suggested: BTreeSet::new(),
            standings: BTreeMap::new(),
            tallies: BTreeMap::new(),
            writers: BTreeMap::new(),
            devices: BTreeMap::new(),
            codes: BTreeMap::new(),
            heard: BTreeSet::new(),
            states: BTreeMap::new(),
            accounts: BTreeMap::new(),
            sessions: BTreeMap::new(),
            accesses: Vec::new(),
        };
        Self { inner: Mutex::new(Inner { disk, fault: None, poison: None }), readings: AtomicUsize::new(0) }
    }

    /// A backup of everything.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(Box::new(self.inner().disk.clone()))
    }

    /// Puts a backup in the place of what is there.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.inner().disk = (*snapshot.0).clone();
    }

    /// The next job fails, and nothing of it is written.
    pub fn fail_next(&self, error: StoreError) {
        self.inner().fault = Some(Fault::Before(error));
    }

    /// The next job is written, and then the county goes down before anybody hears of it.
    pub fn lose_next(&self, error: StoreError) {
        self.inner().fault = Some(Fault::After(error));
    }

    /// From now on the program fails on the entry at this place, whenever it is to be judged.
    pub fn poison(&self, dot: Dot) {
        self.inner().poison = Some(dot);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere leaves whole jobs behind: they are written in one go.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the disk.
    fn read<T>(&self, look: impl FnOnce(&Disk) -> T) -> Result<T, StoreError> {
        self.readings.fetch_add(1, Ordering::Relaxed);
        Ok(look(&self.inner().disk))
    }

    /// How often the disk was looked at: for tests of what must not grow.
    pub fn readings(&self) -> usize {
        self.readings.load(Ordering::Relaxed)
    }
}
