//! What a phone remembers, as rows of plain data.

use domain::canonical::Hash;
use domain::coverage::{Standing, Status};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::Mark;
use domain::patch::{Entry, RecordRef};
use domain::permission::Scope;
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use domain::value::{Origin, Value};
use domain::visit::PartFact;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use sync::wire::receipt::ItemState;

/// One of the phone's own logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriterRow {
    /// The log.
    pub writer: WriterId,
    /// Whether it is the lane of urgent reports.
    pub urgent: bool,
    /// Whether it is written to no more: its past was in doubt.
    pub closed: bool,
    /// Its last entry.
    pub last: Mark,
    /// How much of it the county has on disk, by its own signed word: 0 for nothing.
    pub delivered: u64,
}

/// An entry of one of the phone's own logs, with what the county said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The entry; its body is gone once erased.
    pub entry: Entry,
    /// Its hash.
    pub hash: Hash,
    /// Its state at the county; `None` until the county said something.
    pub state: Option<ItemState>,
    /// Why, or what the county asks.
    pub problem: Option<Problem>,
    /// The receipt of a visit: the county's day and number.
    pub receipt: Option<(i32, u32)>,
    /// The stored statement by which it was first delivered.
    pub proof: Option<u64>,
    /// The visit that it made or changed, directly or by a part or concern.
    pub visit: Option<RecordId>,
    /// Of the entry that made a visit: the draft that it came from.
    pub draft: Option<String>,
}

impl LogRow {
    /// The row of a new entry.
    pub fn new(entry: Entry, visit: Option<RecordId>, draft: Option<String>) -> Self {
        let hash = entry.patch.hash();
        Self { entry, hash, state: None, problem: None, receipt: None, proof: None, visit, draft }
    }

    /// Whether the county said anything but that it has simply taken it in.
    pub fn needs_attention(&self) -> bool {
        self.problem.is_some() || self.state.is_some_and(|state| state != ItemState::Applied)
    }

    /// Whether this entry created its record.
    pub fn creates(&self) -> bool {
        let patch = &self.entry.patch;
        patch.record.id == RecordId::derived(patch.writer, patch.serial)
    }
}

/// What the county said of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// The log.
    pub writer: WriterId,
    /// The place in it.
    pub serial: u64,
    /// Its state.
    pub state: ItemState,
    /// Why, or what is asked.
    pub problem: Option<Problem>,
}

/// A stretch of a log, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The log.
    pub writer: WriterId,
    /// The first serial.
    pub from: u64,
    /// The last serial.
    pub to: u64,
}

/// By what a record is found besides its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Links {
    /// The person it hangs on.
    pub subject: Option<RecordId>,
    /// The visit it is part of.
    pub visit: Option<RecordId>,
    /// The household.
    pub household: Option<RecordId>,
    /// The village, the smallest code while contested.
    pub village: Option<AreaCode>,
    /// The day of the visit.
    pub day: Option<Day>,
}

/// A record: the county's head, and the phone's own view where that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Which.
    pub record: RecordRef,
    /// As the county has it; `None` while only this phone knows it.
    pub county: Option<Head>,
    /// The county's head with own patches that it does not cover; `None` when that is the same.
    pub view: Option<Head>,
    /// By what it is found.
    pub links: Links,
}

impl RecordRow {
    /// The record as this phone shows it.
    pub fn head(&self) -> Option<&Head> {
        self.view.as_ref().or(self.county.as_ref())
    }
}

/// A person as lists and search need them: derived from the record, never the truth itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person's record.
    pub id: RecordId,
    /// The village, the smallest code while contested.
    pub village: Option<AreaCode>,
    /// The village group.
    pub group: String,
    /// The household.
    pub household: Option<RecordId>,
    /// The name.
    pub name: String,
    /// What is searched: see [`super::SearchKeys`].
    pub keys: String,
}

/// A part as coverage needs it: derived from a part and its visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRow {
    /// Whom the part is about.
    pub subject: RecordId,
    /// The fact.
    pub fact: PartFact,
}

/// A feed that the phone follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedRow {
    /// Which.
    pub scope: Scope,
    /// Read up to this sequence of the county.
    pub position: u64,
    /// Grows whenever the feed is read again from 0.
    pub generation: u32,
    /// Records that have come in this generation.
    pub count: u64,
    /// The sum of their digests, without carry.
    pub sum: u64,
}

impl FeedRow {
    /// A feed of which nothing has been read.
    pub fn new(scope: Scope) -> Self {
        Self { scope, position: 0, generation: 1, count: 0, sum: 0 }
    }

    /// The same feed, to be read again from its beginning.
    #[must_use]
    pub fn again(self) -> Self {
        Self { generation: self.generation.saturating_add(1), ..Self::new(self.scope) }
    }
}

/// That a record stands in a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberRow {
    /// The feed.
    pub scope: Scope,
    /// The record.
    pub record: RecordRef,
    /// The generation of the feed in which it last came.
    pub generation: u32,
    /// Its share of the feed's digest.
    pub digest: u64,
}

/// A visit that is being filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Its name on this phone.
    pub id: String,
    /// Everything but the answers, as its keeper writes it.
    pub head: String,
    /// When it was last changed, by the phone's clock.
    pub changed_ms: UnixMs,
    /// When it was put away; it can be brought back.
    pub discarded_ms: Option<UnixMs>,
}

/// One answer of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// The draft.
    pub draft: String,
    /// Whose part.
    pub subject: RecordId,
    /// The question's path.
    pub path: String,
    /// The answer.
    pub value: Value,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a person stands on a day for a duty and its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueRow {
    /// The person.
    pub subject: RecordId,
    /// Where they are counted.
    pub area: AreaCode,
    /// How they stand.
    pub status: Status,
    /// By when they should be visited.
    pub due_on: Option<Day>,
}

/// A stretch of days of a standing on which nothing changes; what backends index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepRow {
    /// The first day.
    pub from: Day,
    /// The first day no more.
    pub until: Day,
    /// What holds on these days.
    pub due: DueRow,
}

impl StepRow {
    /// The stretches of a standing, ascending; the last one stays after the period's end. O(steps).
    pub fn of(standing: &Standing) -> Vec<Self> {
        let edges: BTreeSet<Day> = standing
            .steps
            .iter()
            .map(|step| step.day)
            .chain(standing.dues.iter().map(|(since, _)| *since))
            .collect();
        let ends = edges.iter().skip(1).copied().chain([Day(i32::MAX)]);
        edges
            .iter()
            .zip(ends)
            .filter_map(|(from, until)| {
                let step = standing.step_on(*from)?;
                let due_on = standing.due_on(*from);
                let (subject, area, status) = (standing.subject, step.place.area, step.status);
                Some(Self { from: *from, until, due: DueRow { subject, area, status, due_on } })
            })
            .collect()
    }
}

/// Until which day a standing tells of a missed visit: [`Day`]`(i32::MAX)` while it was not made up.
pub fn missed_until(standing: &Standing) -> Option<Day> {
    standing.missed.map(|missed| missed.until.unwrap_or(Day(i32::MAX)))
}
