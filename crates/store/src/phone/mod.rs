//! What a phone remembers: its own logs, the records of its feeds, drafts, and what is derived of them.
//!
//! Nothing here decides anything: `client` says what is to be written, in one [`Batch`] per step, and
//! a backend writes all of it or nothing. Readers see every batch that was answered with success, also
//! after a power cut.

mod batch;
pub mod conformance;
pub mod memory;
mod rows;
mod search;

pub use batch::Batch;
pub use rows::{
    AnswerRow, DraftRow, DueRow, FactRow, FeedRow, Links, LogRow, MemberRow, OutcomeRow, PersonRow,
    RecordRow, StepRow, Stretch, WriterRow, missed_until,
};
pub use search::{Needle, RANK_NONE, SearchKeys, plain};

use crate::StoreError;
use domain::catalogue::RecordKind;
use domain::coverage::Standing;
use domain::head::Head;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::RecordRef;
use domain::period::Period;
use domain::permission::Scope;
use domain::time::{Day, UnixMs};
use domain::visit::PartFact;

/// By what records are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// All that hangs on a person.
    Subject(RecordId),
    /// The parts of a visit.
    Visit(RecordId),
    /// What belongs to a household.
    Household(RecordId),
}

/// Which people are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeopleFilter {
    /// Everybody.
    All,
    /// Of one village.
    Village(AreaCode),
    /// Of one group of a village.
    Group(AreaCode, String),
    /// Of one household.
    Household(RecordId),
}

/// Which of the phone's own visits are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnFilter {
    /// All of them.
    All,
    /// Those of which the county does not have everything yet.
    Waiting,
    /// Those of which the county says or asks something: some entry is not simply applied.
    Attention,
}

/// What a phone remembers. Synchronous: a phone has one user.
///
/// Every reading may fail with any [`StoreError`]; none changes anything.
#[expect(clippy::missing_errors_doc, reason = "said once above for all readings")]
pub trait PhoneStore {
    /// Writes a batch: all of it is on disk when this returns, or nothing of it.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::Busy`] leave everything as it was.
    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Does at leisure what no batch should wait for. What can be read stays the same.
    ///
    /// # Errors
    /// Any; nothing is lost by it.
    fn tidy(&mut self) -> Result<(), StoreError>;

    /// A setting.
    fn setting(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// The phone's own logs, ascending.
    fn writers(&self) -> Result<Vec<WriterRow>, StoreError>;

    /// Entries of a log from a serial on, at most so many, ascending.
    fn log(&self, writer: WriterId, from: u64, count: usize) -> Result<Vec<LogRow>, StoreError>;

    /// Own entries of a record, ascending by log and serial.
    fn log_of(&self, record: RecordRef) -> Result<Vec<LogRow>, StoreError>;

    /// The visit that a draft became.
    fn visit_of_draft(&self, draft: &str) -> Result<Option<RecordRef>, StoreError>;

    /// Own entries that created a visit, newest first, made before a time and place in a log.
    /// `Waiting` lists a visit while any entry that belongs to it is not delivered, `Attention` while
    /// the county says or asks something of one.
    fn own_visits(
        &self,
        filter: OwnFilter,
        before: Option<(UnixMs, WriterId, u64)>,
        count: usize,
    ) -> Result<Vec<LogRow>, StoreError>;

    /// A record.
    fn record(&self, record: RecordRef) -> Result<Option<RecordRow>, StoreError>;

    /// All records of a kind, ascending by id: for what is small, such as areas and duties.
    fn records_of(&self, kind: RecordKind) -> Result<Vec<RecordRow>, StoreError>;

    /// Records of a kind by link, newest day first, then descending by id; those after a place.
    fn linked(
        &self,
        link: Link,
        kind: RecordKind,
        after: Option<(Day, RecordId)>,
        count: usize,
    ) -> Result<Vec<RecordRow>, StoreError>;

    /// Records after a record, at most so many, ascending.
    fn records_after(&self, after: Option<RecordRef>, count: usize) -> Result<Vec<RecordRow>, StoreError>;

    /// People by village, group, household and name; those after so many.
    fn people(
        &self,
        filter: &PeopleFilter,
        offset: usize,
        count: usize,
    ) -> Result<Vec<PersonRow>, StoreError>;

    /// One person's row.
    fn person(&self, id: RecordId) -> Result<Option<PersonRow>, StoreError>;

    /// How many people there are by village and group.
    fn groups(&self) -> Result<Vec<(Option<AreaCode>, String, u64)>, StoreError>;

    /// People whom a needle finds: best rank first, then by village, name and id. O(people).
    fn search(&self, needle: &Needle, offset: usize, count: usize) -> Result<Vec<PersonRow>, StoreError>;

    /// Facts of a person for coverage since a day; of earlier ones those that report a change or
    /// are 填写不一致, and for each way the last in which somebody was met in person. Cost does not grow with history.
    fn facts(&self, subject: RecordId, since: Day) -> Result<Vec<PartFact>, StoreError>;

    /// Persons to be judged anew, at most so many, ascending.
    fn touched(&self, count: usize) -> Result<Vec<RecordId>, StoreError>;

    /// A person's standings, ascending by duty and period.
    fn standings(&self, subject: RecordId) -> Result<Vec<Standing>, StoreError>;

    /// Where everybody of a duty and period stands on a day, ascending by person. O(people of the duty).
    fn due(&self, duty: &str, period: Period, day: Day) -> Result<Vec<DueRow>, StoreError>;

    /// Who was missed in a period and, as of a day, not visited since, ascending.
    fn missed(&self, duty: &str, period: Period, day: Day) -> Result<Vec<RecordId>, StoreError>;

    /// The feeds that are followed, ascending.
    fn feeds(&self) -> Result<Vec<FeedRow>, StoreError>;

    /// A record's place in a feed.
    fn member(&self, scope: Scope, record: RecordRef) -> Result<Option<MemberRow>, StoreError>;

    /// The feeds in which a record stands, ascending.
    fn feeds_of(&self, record: RecordRef) -> Result<Vec<Scope>, StoreError>;

    /// Records of a feed that last came in a generation before this one, at most so many, ascending.
    fn stale(&self, scope: Scope, generation: u32, count: usize) -> Result<Vec<RecordRef>, StoreError>;

    /// Drafts, newest change first, those put away included.
    fn drafts(&self) -> Result<Vec<DraftRow>, StoreError>;

    /// A draft.
    fn draft(&self, id: &str) -> Result<Option<DraftRow>, StoreError>;

    /// The answers of a draft, ascending by person and path.
    fn answers(&self, draft: &str) -> Result<Vec<AnswerRow>, StoreError>;

    /// A stored statement.
    fn proof(&self, id: u64) -> Result<Option<String>, StoreError>;

    /// Heads to be offered to a restored county, at most so many, ascending.
    fn recover(&self, count: usize) -> Result<Vec<(RecordRef, Head)>, StoreError>;
}
