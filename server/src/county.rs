//! The county as its processes hold it: keys, stores, and what is kept ready in memory.

use crate::app::Offer;
use crate::dice::SharedDice;
use crate::erase::Erasures;
use crate::known::{KnownDevice, KnownDevices, KnownForms};
use crate::session::Sessions;
use crate::urgent::Counter;
use domain::catalogue::RecordKind;
use domain::ids::{DeviceId, WriterId};
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::time::UnixMs;
use seal::Dictionaries;
use seal::county_keys::CountyKeys;
use seal::dice::SeededDice;
use seal::stretch::Stretch;
use std::sync::{Arc, OnceLock};
use store::StoreError;
use store::county::{Directory, Done, Ledger, Reports};
use sync::county::Prepared;
use sync::county::needs::RecordRow;
use sync::county::prepared::{Decision, Job, OwnPatch};
use tokio::sync::{Mutex, Notify};

/// What a county remembers, whichever backend does it.
#[derive(Clone)]
pub struct Stores {
    /// Where data change.
    pub ledger: Arc<dyn Ledger>,
    /// Figures and lists.
    pub reports: Arc<dyn Reports>,
    /// Codes and devices.
    pub directory: Arc<dyn Directory>,
}

impl Stores {
    /// All three halves of one backend.
    pub fn of<B: Ledger + Reports + Directory + 'static>(backend: Arc<B>) -> Self {
        Self { ledger: Arc::clone(&backend) as _, reports: Arc::clone(&backend) as _, directory: backend }
    }
}

/// One county.
pub struct County {
    /// Its keys.
    pub keys: CountyKeys,
    /// What it remembers.
    pub stores: Stores,
    /// Dictionaries in which phones may write.
    pub dictionaries: Dictionaries,
    /// Dice.
    pub dice: SharedDice,
    /// What one guess at an enrolment code costs.
    pub stretch: Stretch,
    /// Forms, ready to judge by.
    pub forms: KnownForms,
    /// One file of people is taken in at a time: of two that enter somebody each, the second finds them.
    pub(crate) importing: Mutex<()>,
    /// Who is at the desk.
    pub sessions: Sessions,
    /// The app that is offered to phones, once the server has looked for one.
    pub offer: OnceLock<Offer>,
    /// How many sealed reports have come this hour.
    pub reports: Counter,
    /// What was erased by law, outside the database.
    pub erasures: Erasures,
    devices: KnownDevices,
    edited: Notify,
}

/// How many records are read at a time.
const PAGE: usize = 500;

/// Every record of a kind, ascending by id, a page at a time. O(records).
///
/// # Errors
/// What the store says.
pub async fn each_record(
    ledger: &dyn Ledger,
    kind: RecordKind,
    mut take: impl FnMut(RecordRef, &RecordRow),
) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let page = ledger.records_after(kind, after, PAGE).await.map_err(at_county)?;
        page.iter().for_each(|(record, row)| take(*record, row));
        after = page.last().map(|(record, _)| record.id);
        if page.len() < PAGE {
            return Ok(());
        }
    }
}

impl County {
    /// A county of these keys and stores.
    pub fn new(keys: CountyKeys, stores: Stores, dice: SeededDice, stretch: Stretch) -> Self {
        Self {
            keys,
            stores,
            dictionaries: Dictionaries::builtin(),
            dice: SharedDice::new(dice),
            stretch,
            forms: KnownForms::default(),
            importing: Mutex::default(),
            sessions: Sessions::default(),
            erasures: Erasures::default(),
            offer: OnceLock::new(),
            reports: Counter::default(),
            devices: KnownDevices::default(),
            edited: Notify::new(),
        }
    }

    /// The key and the holder of a device; neither ever changes.
    ///
    /// # Errors
    /// `device_unknown`, or what the store says.
    pub async fn device(&self, device: DeviceId) -> Result<KnownDevice, Problem> {
        if let Some(known) = self.devices.get(device) {
            return Ok(known);
        }
        let found = self.stores.directory.device(device).await.map_err(at_county)?;
        let known = found.and_then(|record| KnownDevice::read(&record));
        let known = known.ok_or_else(|| Problem::new(ProblemCode::DeviceUnknown))?;
        self.devices.insert(device, known);
        Ok(known)
    }

    /// Puts one job to the ledger.
    ///
    /// # Errors
    /// What the plan or the store says; then nothing was written.
    pub async fn run(&self, job: Job, now_ms: UnixMs) -> Result<Done, Problem> {
        agreed(self.attempt(job, now_ms).await.map_err(at_county)?)
    }

    /// The same for whoever has to know how the store failed; what the plan says against it is in the answer.
    ///
    /// # Errors
    /// What the store says; then nothing was written.
    pub(crate) async fn attempt(&self, job: Job, now_ms: UnixMs) -> Result<Done, StoreError> {
        let building = matches!(job, Job::Build { .. });
        let spare_writer = WriterId(self.dice.number());
        let prepared = Prepared { county: self.keys.county(), now_ms, spare_writer, job };
        let done = self.stores.ledger.run(prepared).await?;
        if done.edited && !building {
            self.edited.notify_one();
        }
        Ok(done)
    }

    /// Ends when rules have been edited since the last time.
    pub async fn rules_edited(&self) {
        self.edited.notified().await;
    }

    /// Puts the county's own patches into its own log: register, staff, rules, corrections.
    ///
    /// # Errors
    /// As [`County::run`].
    pub async fn append(&self, patches: Vec<OwnPatch>, now_ms: UnixMs) -> Result<Done, Problem> {
        self.run(Job::Append(patches), now_ms).await
    }

    /// Carries out a reviewer's words on what was set aside.
    ///
    /// # Errors
    /// As [`County::run`].
    pub async fn decide(&self, decisions: Vec<Decision>, now_ms: UnixMs) -> Result<Done, Problem> {
        self.run(Job::Decide(decisions), now_ms).await
    }
}

impl std::fmt::Debug for County {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "County({})", self.keys.county())
    }
}

/// What was done, unless the plan says something against it.
pub(crate) fn agreed(done: Done) -> Result<Done, Problem> {
    match &done.problem {
        Some(problem) => Err(problem.clone()),
        None => Ok(done),
    }
}

/// A failure of the store as it is told outside; the inside goes to the log.
pub(crate) fn at_county(error: StoreError) -> Problem {
    match error {
        StoreError::Busy => tracing::debug!("the store is busy"),
        _ => tracing::error!(%error, "the store failed"),
    }
    error.at_county()
}
