//! The ledger: the one place where a county's data change.

use crate::StoreError;
use async_trait::async_trait;
use domain::coverage::Generations;
use domain::head::Head;
use domain::ids::WriterId;
use domain::log::Dot;
use domain::patch::{Entry, RecordRef};
use domain::problem::Problem;
use domain::reference::Reference;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use sync::county::Prepared;
use sync::county::needs::{CountyState, FormerEpoch, RecordRow};
use sync::wire::exchange::{FeedDigest, Position};
use sync::wire::receipt::{ItemState, Statement};

/// What came of a job, once it is on disk.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Done {
    /// What is answered to a phone.
    pub statement: Option<Statement>,
    /// Whether the phone gets receipts only.
    pub receipts_only: bool,
    /// Whether the phone's positions in the feeds mean nothing here.
    pub positions_reset: bool,
    /// Records and places of the county's own patches, in the order of the job.
    pub own: Vec<(RecordRef, Dot)>,
    /// Whether rules were edited: jobs of [`sync::county::prepared::Job::Build`] are to follow.
    pub edited: bool,
    /// Records of the phone's own of which it is told that they were erased by law.
    pub gone: Vec<RecordRef>,
    /// Why nothing was written.
    pub problem: Option<Problem>,
}

/// What a phone wants of its feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRequest {
    /// The feeds and how far each has been read.
    pub feeds: Vec<Position>,
    /// About how many bytes of JSON a page may have; one row always fits.
    pub bytes_max: usize,
}

/// One row of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRow {
    /// The position of its feed in the request.
    pub feed: u16,
    /// The record.
    pub record: RecordRef,
    /// The record as it stands; `None` when it left the feed.
    pub head: Option<Arc<Head>>,
}

/// A page of feeds: a consistent view of one moment, at or after the last job that was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedPage {
    /// Rows, feed after feed, each ascending by sequence.
    pub rows: Vec<FeedRow>,
    /// How far each feed has been read with this page; an exhausted one up to the county's sequence.
    pub positions: Vec<Position>,
    /// Whether more is waiting.
    pub more: bool,
    /// Digests of all the feeds, when nothing more is waiting.
    pub digests: Vec<FeedDigest>,
}

/// A row of the ledger, for `doctor` and for history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Its sequence.
    pub seq: u64,
    /// The hash of the ledger with it.
    pub ledger_hash: domain::canonical::Hash,
    /// The entry; `None` when it could not be read.
    pub entry: Option<Entry>,
    /// The hash of the entry.
    pub hash: domain::canonical::Hash,
    /// Its state.
    pub state: ItemState,
    /// When it arrived, Unix milliseconds.
    pub arrived_ms: i64,
}

/// Where a county's data change. One ledger per county.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Carries out one job: loads what the plan names, plans, writes, commits. Answers only when it
    /// is on disk; when the commit fails, nothing of it is.
    ///
    /// # Errors
    /// `Busy` and `Full` leave everything as it was.
    async fn run(&self, prepared: Prepared) -> Result<Done, StoreError>;

    /// A page of feeds. O(rows of the page · log).
    ///
    /// # Errors
    /// As any reading.
    async fn changes_since(&self, request: FeedRequest) -> Result<FeedPage, StoreError>;

    /// The county's place, its former epochs, its reference, and the generations with their rules, as of
    /// the last job.
    ///
    /// # Errors
    /// As any reading.
    async fn standing_now(
        &self,
    ) -> Result<(CountyState, Vec<FormerEpoch>, Arc<Reference>, Arc<Generations>), StoreError>;

    /// A record as it stands.
    ///
    /// # Errors
    /// As any reading.
    async fn record(&self, record: RecordRef) -> Result<Option<RecordRow>, StoreError>;

    /// Several records as they stand at one time; those that are not there are left out. One reading, however many.
    ///
    /// # Errors
    /// As any reading.
    async fn records(
        &self,
        records: BTreeSet<RecordRef>,
    ) -> Result<BTreeMap<RecordRef, RecordRow>, StoreError>;

    /// Rows of the ledger after a sequence, at most so many, ascending: for `doctor`.
    ///
    /// # Errors
    /// As any reading.
    async fn ledger_after(&self, seq: u64, count: usize) -> Result<Vec<LedgerEntry>, StoreError>;

    /// All records of a kind after an id, at most so many, ascending by id: for `doctor` and `roll`.
    ///
    /// # Errors
    /// As any reading.
    async fn records_after(
        &self,
        kind: domain::catalogue::RecordKind,
        after: Option<domain::ids::RecordId>,
        count: usize,
    ) -> Result<Vec<(RecordRef, RecordRow)>, StoreError>;

    /// Leaves nothing behind of what was erased, in no file beside the database either.
    ///
    /// # Errors
    /// As any writing.
    async fn overwrite(&self) -> Result<(), StoreError>;

    /// How far a log is held.
    ///
    /// # Errors
    /// As any reading.
    async fn mark(&self, writer: WriterId) -> Result<domain::log::Mark, StoreError>;
}
