//! What a plan has to know, and what a backend has found.

use crate::wire::receipt::ItemState;
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::coverage::touch::reached;
use domain::coverage::{Generation, Generations, Standing};
use domain::head::Head;
use domain::ids::{DeviceId, RecordId, WriterId};
use domain::log::Mark;
use domain::patch::{Entry, RecordRef};
use domain::permission::Scope;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::time::{Day, UnixMs};
use domain::visit::PartFact;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the plan still has to know. Empty when it knows enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Rows of devices.
    pub devices: BTreeSet<DeviceId>,
    /// Rows of writers, with entries that wait beyond their marks, and outcomes to be told: rows of
    /// the log that are not applied, or whose state has changed, or that raised questions, told under
    /// a sequence (their own, or that of the last change) after the phone's cursor; all of them when
    /// there is no cursor, or when its hash is not that of the ledger there.
    pub writers: BTreeSet<WriterId>,
    /// Hashes and states of entries: writer and a range of serials, both ends included.
    pub known: BTreeSet<(WriterId, u64, u64)>,
    /// Records, with their held entries and the entries of others that wait for them.
    pub records: BTreeSet<RecordRef>,
    /// All entries of a record, for a full settle.
    pub histories: BTreeSet<RecordRef>,
    /// Entries that wait for a form.
    pub forms: BTreeSet<Hash>,
    /// Parts of persons, from a day on; of those before it the ones that are always needed
    /// (`always_needed`), and the last of each way, meeting and number of visitors. What a rule
    /// accepted changes with days and stays, so none of these need count for a rolling duty: the plan
    /// then asks further back. Parts without facts may be left out.
    pub parts_of_subjects: BTreeSet<(RecordId, Day)>,
    /// Parts of visits.
    pub parts_of_visits: BTreeSet<RecordId>,
    /// Standings of persons in every generation, of periods of which some day lies after a day
    /// (`until` > day).
    pub standings: BTreeSet<(RecordId, Day)>,
    /// Records that hang on a person.
    pub hanging: BTreeSet<RecordId>,
    /// Persons after an id, ascending, at most so many.
    pub people: BTreeSet<(Option<RecordId>, usize)>,
    /// The ledger's hash at a sequence.
    pub ledger_hash: BTreeSet<u64>,
    /// What waits at a place (`waits_for` is set: awaiting, set aside, or forked and not decided; also
    /// what could not be read), for a decision.
    pub entries: BTreeSet<(WriterId, u64)>,
}

impl Needs {
    /// Whether nothing is needed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The county's own place in its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountyState {
    /// The county's writer.
    pub epoch: WriterId,
    /// The last sequence given out.
    pub seq: u64,
    /// The hash of the ledger there.
    pub hash: Hash,
    /// The day on which receipts are being numbered.
    pub receipt_day: Day,
    /// The last receipt number of that day.
    pub receipt_number: u32,
    /// The first day that is counted: periods that end before it have no figures.
    pub begins: Day,
    /// Standings exist for periods that begin before this day.
    pub horizon: Day,
}

impl CountyState {
    /// The place of a county whose ledger is empty.
    pub fn new(epoch: WriterId, begins: Day) -> Self {
        let (seq, hash) = (0, Hash::ZERO);
        Self { epoch, seq, hash, receipt_day: begins, receipt_number: 0, begins, horizon: begins }
    }

    /// The day as of which standings are kept: today, or a later one that the county's clock has shown
    /// before it went back.
    pub fn kept_as_of(&self, today: Day) -> Day {
        reached(self.horizon).max(today)
    }
}

/// An epoch that is over: up to which sequence it reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerEpoch {
    /// The writer the county had.
    pub writer: WriterId,
    /// The last sequence of that epoch.
    pub until_seq: u64,
}

/// Whether a device may exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// In use.
    Active,
    /// Handed over: uploads and receipts only.
    Retired,
    /// Lost: whatever it sends is set aside; it is told to destroy its keys.
    Revoked,
}

impl DeviceState {
    /// The word on the screen, Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Active => "在用",
            Self::Retired => "已移交",
            Self::Revoked => "已停用",
        }
    }

    /// The word on the screen, English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Active => "in use",
            Self::Retired => "handed over",
            Self::Revoked => "revoked",
        }
    }
}

/// What the county remembers of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRow {
    /// Which.
    pub device: DeviceId,
    /// Whose.
    pub staff: RecordId,
    /// Whether it may exchange.
    pub state: DeviceState,
    /// The highest exchange number taken.
    pub number: u64,
    /// The version it runs.
    pub app: String,
    /// Entries it said were waiting.
    pub waiting: u64,
    /// When it was last heard.
    pub heard_ms: UnixMs,
    /// The logs that belong to it.
    pub writers: BTreeSet<WriterId>,
}

/// What the county holds of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterRow {
    /// How far.
    pub mark: Mark,
    /// Whose log it is; `None` for the county's own.
    pub device: Option<DeviceId>,
    /// The first serial at which the log forked; 0 while it has not.
    pub forked_at: u64,
}

/// What an entry waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// An earlier entry of its log.
    Earlier,
    /// An earlier entry of its record and writer that is itself held.
    Held,
    /// A record that is not here yet; or the decision on what it is issued again for, to be taken back.
    Record(RecordRef),
    /// A form that is not here yet.
    Form(Hash),
    /// A reviewer.
    Reviewer,
}

impl WaitsFor {
    /// Whether a reviewer has to do something about it.
    pub fn reviewer(self) -> bool {
        match self {
            Self::Reviewer => true,
            Self::Record(record) => record.kind == RecordKind::Decision,
            Self::Earlier | Self::Held | Self::Form(_) => false,
        }
    }
}

/// An entry that is in the ledger but not in its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldEntry {
    /// The entry.
    pub entry: Entry,
    /// Its hash.
    pub hash: Hash,
    /// Its state.
    pub state: ItemState,
    /// What it waits for.
    pub waits_for: WaitsFor,
    /// When it arrived.
    pub arrived_ms: UnixMs,
    /// The device that brought it.
    pub device: Option<DeviceId>,
    /// Why it is held.
    pub problem: Option<Problem>,
    /// What its form asks of the worker: told when it is taken in.
    pub questions: Vec<Problem>,
}

/// Something that waits, for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// An entry.
    Entry(Box<HeldEntry>),
    /// What could not be read: it speaks of no record, and holds nothing up.
    Unreadable {
        /// Its hash.
        hash: Hash,
        /// Its state.
        state: ItemState,
        /// Why it waits.
        problem: Option<Problem>,
    },
}

impl Waiting {
    /// The hash by which a decision names it.
    pub fn hash(&self) -> Hash {
        match self {
            Self::Entry(one) => one.hash,
            Self::Unreadable { hash, .. } => *hash,
        }
    }
}

/// An entry that the ledger has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownEntry {
    /// Its hash.
    pub hash: Hash,
    /// Its state.
    pub state: ItemState,
    /// The receipt it was given: day and number.
    pub receipt: Option<(i32, u32)>,
}

/// An entry of a record's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The entry; its body is gone when erased.
    pub entry: Entry,
    /// Its state.
    pub state: ItemState,
    /// When it arrived.
    pub arrived_ms: UnixMs,
    /// The device that brought it.
    pub device: Option<DeviceId>,
    /// What its form asks of the worker.
    pub questions: Vec<Problem>,
}

/// A record as the county keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordRow {
    /// What it is.
    pub head: Arc<Head>,
    /// The feeds it stands in, ascending.
    pub scopes: Vec<Scope>,
    /// The person it hangs on.
    pub subject: Option<RecordId>,
}

/// A record with all that waits around it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadedRecord {
    /// The record, if it is here.
    pub row: Option<RecordRow>,
    /// Its own entries that are awaiting or set aside, whatever for, ordered by writer and serial.
    pub held: Vec<HeldEntry>,
    /// Entries, of whatever record, that wait for this one.
    pub awaited: Vec<HeldEntry>,
}

/// A part in the county's index of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    /// The part's record.
    pub part: RecordId,
    /// The visit's record.
    pub visit: RecordId,
    /// The person's record.
    pub subject: RecordId,
    /// The facts, unless something in them is void, contested or unknown.
    pub fact: Option<PartFact>,
}

/// An outcome that the phone has not been told yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedOutcome {
    /// The log.
    pub writer: WriterId,
    /// The place in it.
    pub serial: u64,
    /// The new state.
    pub state: ItemState,
    /// Why.
    pub problem: Option<Problem>,
    /// Of which record; `None` when it could not be read.
    pub record: Option<RecordRef>,
}

/// What a backend has found so far: everything that was asked for has a key here, so that a
/// missing key means "not asked yet" and `None` or an empty list means "not there".
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Areas, staff, assignments, duties, orders of forms.
    pub reference: Arc<Reference>,
    /// Generations with their rules, ready to be asked.
    pub generations: Arc<Generations>,
    /// The county's place.
    pub county: CountyState,
    /// The county's former epochs.
    pub former: Vec<FormerEpoch>,
    /// Devices.
    pub devices: BTreeMap<DeviceId, Option<DeviceRow>>,
    /// Logs.
    pub writers: BTreeMap<WriterId, Option<WriterRow>>,
    /// Entries that wait beyond the mark of their log (for [`WaitsFor::Earlier`]), ascending.
    pub gaps: BTreeMap<WriterId, Vec<HeldEntry>>,
    /// Outcomes to be told, since the phone's cursor.
    pub outcomes: BTreeMap<WriterId, Vec<ChangedOutcome>>,
    /// Hashes and states of known entries: several where a log forked.
    pub known: BTreeMap<(WriterId, u64), Vec<KnownEntry>>,
    /// Ranges of `known` that were asked for.
    pub known_ranges: BTreeSet<(WriterId, u64, u64)>,
    /// Records.
    pub records: BTreeMap<RecordRef, LoadedRecord>,
    /// Full histories.
    pub histories: BTreeMap<RecordRef, Vec<HistoryEntry>>,
    /// Entries that wait for a form.
    pub forms: BTreeMap<Hash, Vec<HeldEntry>>,
    /// Parts by person, from the day asked for.
    pub parts_of_subjects: BTreeMap<RecordId, (Day, Vec<PartRow>)>,
    /// Parts by visit.
    pub parts_of_visits: BTreeMap<RecordId, Vec<PartRow>>,
    /// Standings by person, from the day asked for.
    pub standings: BTreeMap<RecordId, (Day, Vec<(Generation, Standing)>)>,
    /// Records that hang on a person.
    pub hanging: BTreeMap<RecordId, Vec<RecordRef>>,
    /// Persons after an id, ascending.
    pub people: BTreeMap<(Option<RecordId>, usize), Vec<RecordId>>,
    /// The ledger's hash at a sequence; `None` beyond its end.
    pub ledger_hash: BTreeMap<u64, Option<Hash>>,
    /// What waits at single places, for a decision.
    pub entries: BTreeMap<(WriterId, u64), Vec<Waiting>>,
}

impl Loaded {
    /// What every plan begins with.
    pub fn new(
        reference: Arc<Reference>,
        generations: Arc<Generations>,
        county: CountyState,
        former: Vec<FormerEpoch>,
    ) -> Self {
        Self {
            reference,
            generations,
            county,
            former,
            devices: BTreeMap::new(),
            writers: BTreeMap::new(),
            gaps: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            known: BTreeMap::new(),
            known_ranges: BTreeSet::new(),
            records: BTreeMap::new(),
            histories: BTreeMap::new(),
            forms: BTreeMap::new(),
            parts_of_subjects: BTreeMap::new(),
            parts_of_visits: BTreeMap::new(),
            standings: BTreeMap::new(),
            hanging: BTreeMap::new(),
            people: BTreeMap::new(),
            ledger_hash: BTreeMap::new(),
            entries: BTreeMap::new(),
        }
    }
}
