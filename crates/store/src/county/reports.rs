//! Reports: figures and what stands behind them. Reading only.

use crate::StoreError;
use async_trait::async_trait;
use domain::coverage::{Generation, Standing, Status};
use domain::going::Pair;
use domain::ids::{AreaCode, DeviceId, RecordId};
use domain::log::Dot;
use domain::patch::{Entry, RecordRef};
use domain::period::Period;
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use std::collections::{BTreeMap, BTreeSet};
use sync::county::needs::{PartRow, WaitsFor};
use sync::wire::receipt::ItemState;

/// Which figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiguresQuery {
    /// The duty's name, or `*`.
    pub duty: String,
    /// The period.
    pub period: Period,
    /// A category's code, or `*` for everybody once.
    pub category: String,
    /// Facts up to the end of this day.
    pub as_of: Day,
}

/// How many people stand in a village with a status.
pub type Figures = BTreeMap<(AreaCode, Status), i64>;

/// Whose standings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingQuery {
    /// The duty's name, or `*`.
    pub duty: String,
    /// The period.
    pub period: Period,
    /// Only people who stand in one of these villages as of `as_of`.
    pub villages: Vec<AreaCode>,
    /// Facts up to the end of this day.
    pub as_of: Day,
}

/// One patch in a record's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryItem {
    /// The patch.
    pub entry: Entry,
    /// Its state.
    pub state: ItemState,
    /// Why.
    pub problem: Option<Problem>,
    /// When it arrived.
    pub arrived_ms: UnixMs,
    /// The receipt of a visit: day and number.
    pub receipt: Option<(i32, u32)>,
    /// What is asked of its author.
    pub questions: Vec<Problem>,
}

/// Something that waits for a reviewer (待处理).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueItem {
    /// Its place in its log.
    pub dot: Dot,
    /// The patch; `None` when it could not be read.
    pub entry: Option<Entry>,
    /// What came, when it could not be read: a piece of a log with this one item, as JSON.
    pub raw: Option<String>,
    /// The hash of the entry, by which a decision names it.
    pub hash: domain::canonical::Hash,
    /// Its state.
    pub state: ItemState,
    /// What it waits for.
    pub waits_for: Option<WaitsFor>,
    /// Why.
    pub problem: Option<Problem>,
    /// What its form asks of its author, when it was taken in with a question.
    pub questions: Vec<Problem>,
    /// When it arrived.
    pub arrived_ms: UnixMs,
    /// The device that brought it.
    pub device: Option<DeviceId>,
}

/// Figures and lists. Every figure opens into people, and they into visits. Whoever reads sees, of each
/// duty and period, the last complete generation that covers it ([`domain::coverage::generations`]).
#[async_trait]
pub trait Reports: Send + Sync {
    /// The figures of one duty, period and category as of a day: one select over the tally.
    /// O(villages × days × statuses of that period).
    ///
    /// # Errors
    /// As any reading.
    async fn figures(&self, query: &FiguresQuery) -> Result<Figures, StoreError>;

    /// The standings behind the figures, ascending by village and person.
    ///
    /// # Errors
    /// As any reading.
    async fn standings(&self, query: &StandingQuery) -> Result<Vec<Standing>, StoreError>;

    /// All standings of a person, ascending by duty and by the period's key.
    ///
    /// # Errors
    /// As any reading.
    async fn standings_of(&self, subject: RecordId) -> Result<Vec<Standing>, StoreError>;

    /// The same of several people, in one reading; who has none is left out.
    ///
    /// # Errors
    /// As any reading.
    async fn standings_of_all(
        &self,
        subjects: BTreeSet<RecordId>,
    ) -> Result<BTreeMap<RecordId, Vec<Standing>>, StoreError>;

    /// All standings that are kept of a person, also those that nobody reads yet or any more, by
    /// generation: for `doctor`.
    ///
    /// # Errors
    /// As any reading.
    async fn standings_kept(&self, subject: RecordId) -> Result<Vec<(Generation, Standing)>, StoreError>;

    /// The figures that are kept in a generation, also where nobody reads them: for `doctor`.
    ///
    /// # Errors
    /// As any reading.
    async fn figures_kept(&self, generation: Generation, query: &FiguresQuery)
    -> Result<Figures, StoreError>;

    /// The parts of a person, latest first, those that count for nothing last, at most so many.
    ///
    /// # Errors
    /// As any reading.
    async fn parts_of(&self, subject: RecordId, count: usize) -> Result<Vec<PartRow>, StoreError>;

    /// The same of several people, in one reading; who has none is left out.
    ///
    /// # Errors
    /// As any reading.
    async fn parts_of_all(
        &self,
        subjects: BTreeSet<RecordId>,
        count: usize,
    ) -> Result<BTreeMap<RecordId, Vec<PartRow>>, StoreError>;

    /// The parts of a visit, ascending, those that count for nothing too.
    ///
    /// # Errors
    /// As any reading.
    async fn parts_of_visit(&self, visit: RecordId) -> Result<Vec<PartRow>, StoreError>;

    /// Parts that report a change (情况变了), whether or not it was decided, ascending. O(such parts).
    ///
    /// # Errors
    /// As any reading.
    async fn reported(&self) -> Result<Vec<PartRow>, StoreError>;

    /// Visits of two workers that are suggested as one going-there, each with a person whom both met; ascending.
    /// O(such pairs).
    ///
    /// # Errors
    /// As any reading.
    async fn suggested(&self) -> Result<Vec<(Pair, RecordId)>, StoreError>;

    /// A record's patches in the order in which they arrived.
    ///
    /// # Errors
    /// As any reading.
    async fn history(&self, record: RecordRef) -> Result<Vec<HistoryItem>, StoreError>;

    /// Records with a contested field, ascending, at most so many.
    ///
    /// # Errors
    /// As any reading.
    async fn contested(&self, count: usize) -> Result<Vec<RecordRef>, StoreError>;

    /// What waits for a reviewer or for something still to come (its `waits_for` is set; forked work
    /// that nobody has decided on and questions that nobody has seen to among it), oldest first, at
    /// most so many.
    ///
    /// # Errors
    /// As any reading.
    async fn queue(&self, count: usize) -> Result<Vec<QueueItem>, StoreError>;

    /// What waits for a reviewer ([`sync::county::needs::WaitsFor::reviewer`]), oldest first, behind a place of the ledger, at most
    /// so many; each with its place. O(what waits behind the place).
    ///
    /// # Errors
    /// As any reading.
    async fn for_reviewer(&self, after: u64, count: usize) -> Result<Vec<(u64, QueueItem)>, StoreError>;

    /// What reviewers have said, word by word, latest first, before a place of the ledger (from its end when
    /// none is given), at most so many; each with its place. O(all that was ever said).
    ///
    /// # Errors
    /// As any reading.
    async fn decisions(
        &self,
        before: Option<u64>,
        count: usize,
    ) -> Result<Vec<(u64, HistoryItem)>, StoreError>;

    /// The last day on or before `as_of` on which each member of staff's phone was heard; whoever has a
    /// revoked one is not heard by it.
    ///
    /// # Errors
    /// As any reading.
    async fn heard(&self, as_of: Day) -> Result<BTreeMap<RecordId, Day>, StoreError>;

    /// The visit that was given this receipt.
    ///
    /// # Errors
    /// As any reading.
    async fn by_receipt(&self, day: Day, number: u32) -> Result<Option<RecordRef>, StoreError>;
}
