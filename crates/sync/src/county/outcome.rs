//! Everything that a backend has to write, as plain data.

use super::needs::{CountyState, DeviceRow, FormerEpoch, PartRow, RecordRow, WaitsFor, WriterRow};
use crate::wire::receipt::{ItemState, Statement};
use domain::canonical::{Hash, Transcript};
use domain::coverage::standing::Standing;
use domain::coverage::tally::TallyKey;
use domain::coverage::{Generation, Generations};
use domain::going::Pair;
use domain::ids::{DeviceId, RecordId, WriterId};
use domain::log::Dot;
use domain::patch::{Entry, RecordRef};
use domain::period::Period;
use domain::permission::Scope;
use domain::problem::Problem;
use domain::time::UnixMs;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a new ledger row holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// An entry that was read.
    Entry(Box<Entry>),
    /// One that could not be read, as it came.
    Unreadable {
        /// Its log.
        writer: WriterId,
        /// Its place.
        serial: u64,
        /// What came: a piece of a log with this one item, as JSON.
        raw: String,
    },
}

/// The hash of a county's ledger with one more row. `doctor` walks it from [`Hash::ZERO`].
pub fn ledger_hash(before: &Hash, seq: u64, entry: &Hash) -> Hash {
    Transcript::new("shanfang ledger 1").hash(before).number(seq).hash(entry).finish()
}

/// A new row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its sequence in the county's ledger.
    pub seq: u64,
    /// The hash of the ledger with it, see [`ledger_hash`].
    pub ledger_hash: Hash,
    /// What it holds.
    pub held: Held,
    /// The hash of the entry.
    pub hash: Hash,
    /// Its state.
    pub state: ItemState,
    /// What it waits for, when it is held.
    pub waits_for: Option<WaitsFor>,
    /// Why, in words for people.
    pub problem: Option<Problem>,
    /// Where the county's verdict differs: questions to the worker.
    pub questions: Vec<Problem>,
    /// The receipt of a visit: day and number.
    pub receipt: Option<(i32, u32)>,
    /// When it arrived.
    pub arrived_ms: UnixMs,
    /// Which device brought it; `None` for the county's own.
    pub device: Option<DeviceId>,
}

impl LedgerRow {
    /// Whether it is what stands at a place of a log.
    pub fn is_at(&self, dot: Dot) -> bool {
        match &self.held {
            Held::Entry(entry) => entry.patch.dot() == dot,
            Held::Unreadable { writer, serial, .. } => (*writer, *serial) == (dot.writer, dot.serial),
        }
    }

    /// Whether it is an entry of a record.
    pub fn is_of(&self, record: RecordRef) -> bool {
        matches!(&self.held, Held::Entry(entry) if entry.patch.record == record)
    }
}

/// What is said of an entry: why it is held, or what its form asks once it is taken in.
pub fn said(problem: &Option<Problem>, questions: &[Problem], state: ItemState) -> Option<Problem> {
    let asked = || questions.first().filter(|_| state == ItemState::Applied).cloned();
    problem.clone().or_else(asked)
}

/// A ledger row whose state changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// The place in its log.
    pub dot: Dot,
    /// Which of several in a forked log.
    pub hash: Hash,
    /// The new state.
    pub state: ItemState,
    /// What it waits for now.
    pub waits_for: Option<WaitsFor>,
    /// Why.
    pub problem: Option<Problem>,
    /// The sequence under which the change is told to the phone.
    pub seq: u64,
    /// What its form asks of the worker from now on.
    pub questions: Vec<Problem>,
}

/// A record's move to the end of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedMove {
    /// The feed.
    pub scope: Scope,
    /// The record.
    pub record: RecordRef,
    /// Its new place.
    pub seq: u64,
    /// Whether it left; else it entered or changed.
    pub left: bool,
}

/// The change of a feed's digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DigestChange {
    /// Records more (or fewer).
    pub count: i64,
    /// To be added without carry.
    pub sum: u64,
}

/// Which visits that met a person are suggested as one going-there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// The person.
    pub subject: RecordId,
    /// All visits that were looked at: nothing else is suggested of two of these.
    pub visits: BTreeSet<RecordId>,
    /// What is.
    pub open: BTreeSet<Pair>,
}

/// The key of a standing: generation, duty, period and person.
pub type StandingKey = (Generation, String, Period, RecordId);

/// What has to be written, in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// New rows of the ledger, ascending.
    pub ledger: Vec<LedgerRow>,
    /// Rows whose state changes.
    pub states: Vec<StateChange>,
    /// Rows that lose their bodies: what they say was erased by law.
    pub erased: Vec<(Dot, Hash)>,
    /// Records of the phone's own of which it is told that they were erased.
    pub gone: Vec<RecordRef>,
    /// Records as they stand now.
    pub records: BTreeMap<RecordRef, RecordRow>,
    /// Moves in feeds.
    pub feed: Vec<FeedMove>,
    /// Digests of feeds.
    pub digests: BTreeMap<Scope, DigestChange>,
    /// Parts as they stand now.
    pub parts: Vec<PartRow>,
    /// What is suggested as one going-there, of persons whose parts changed.
    pub suggested: Vec<Suggested>,
    /// Standings as they stand now.
    pub standings: Vec<(Generation, Standing)>,
    /// Standings that are no more.
    pub standings_gone: BTreeSet<StandingKey>,
    /// Changes of the tally.
    pub tally: BTreeMap<(Generation, TallyKey), i64>,
    /// The generations, when they change.
    pub generations: Option<Arc<Generations>>,
    /// Logs as they stand now.
    pub writers: BTreeMap<WriterId, WriterRow>,
    /// The device as it stands now.
    pub device: Option<DeviceRow>,
    /// The county's place after this.
    pub county: Option<CountyState>,
    /// The epoch that ends with this.
    pub former: Option<FormerEpoch>,
    /// What is answered to a phone.
    pub statement: Option<Statement>,
    /// Whether the phone gets receipts only: an old exchange number, a retired or revoked device.
    pub receipts_only: bool,
    /// Whether the phone's positions in the feeds mean nothing here: it reads them from 0.
    pub positions_reset: bool,
    /// What went wrong as a whole: then nothing is written.
    pub problem: Option<Problem>,
    /// Places in the county's log that own patches were given, in their order.
    pub own: Vec<(RecordRef, Dot)>,
}
