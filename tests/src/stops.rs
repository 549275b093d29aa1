//! Where a test's phone stands still, to be killed there: before or after something is on its disk.
//!
//! Nothing of this is in the client: journal and database are wrapped as they are lent to it, by the headless
//! phone alone. What ships knows no such point.

use client::ports::{Journal, JournalLine, PortError, Ports, Stores};
use domain::catalogue::RecordKind;
use domain::coverage::Standing;
use domain::head::Head;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::RecordRef;
use domain::period::Period;
use domain::permission::Scope;
use domain::time::{Day, UnixMs};
use domain::visit::PartFact;
use seal::secret::Key;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::StoreError;
use store::phone::{
    AnswerRow, Batch, DraftRow, DueRow, FeedRow, Link, LogRow, MemberRow, Needle, OwnFilter, PeopleFilter,
    PersonRow, PhoneStore, RecordRow, WriterRow,
};

/// How long a phone stands still that nobody kills: whoever asked for it is gone.
const STANDS: Duration = Duration::from_secs(120);

/// What a phone writes on the way of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// A draft, into the database.
    Draft,
    /// An answer of a draft, into the database.
    Answer,
    /// The line of a finished act, into the journal: the first memory.
    Line,
    /// The entries of a finished visit, into the database, out of which its draft goes.
    Visit,
    /// The number of an exchange, into the database, before anything is sent.
    Number,
    /// A reply by which the county says that it has something, into the database.
    Reply,
}

impl Written {
    fn is_in(self, batch: &Batch) -> bool {
        match self {
            Self::Draft => !batch.drafts.is_empty(),
            Self::Answer => !batch.answers.is_empty(),
            Self::Line => false,
            Self::Visit => !batch.entries.is_empty() && !batch.drafts_gone.is_empty(),
            Self::Number => {
                let settings = batch.settings.clone();
                !settings.is_empty() && *batch == Batch { settings, ..Batch::default() }
            }
            Self::Reply => batch.proof.is_some(),
        }
    }
}

/// A point at which a phone stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// Everything before it is on disk, this is not.
    Before(Written),
    /// It is on disk, and nobody has been told.
    After(Written),
}

/// What a phone says that has come to its point.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stands {
    /// The point.
    pub stands: Point,
}

/// The point at which a phone is to stand still, if there is one.
#[derive(Debug, Clone, Default)]
pub struct Stops(Arc<Mutex<Option<Point>>>);

impl Stops {
    /// From now on it stands still when it comes to this point.
    pub fn stop_at(&self, point: Point) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(point);
    }

    /// The same journal and databases, with the points about them.
    pub fn around(&self, ports: Ports) -> Ports {
        Ports {
            journal: Box::new(Stopping { inner: ports.journal, stops: self.clone() }),
            stores: Box::new(Stopping { inner: ports.stores, stops: self.clone() }),
            ..ports
        }
    }

    /// Passes, unless the point was reached: says so then, and never goes on.
    fn come_to(&self, reached: impl Fn(Point) -> bool) {
        let wanted = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(stands) = wanted.filter(|point| reached(*point)) else { return };
        let said = serde_json::to_string(&Stands { stands }).unwrap_or_default();
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{said}").and_then(|()| out.flush()).is_ok() {
            std::thread::sleep(STANDS);
        }
        std::process::exit(1);
    }
}

/// Something lent to the client, with the points about it.
struct Stopping<T> {
    inner: T,
    stops: Stops,
}

impl Journal for Stopping<Box<dyn Journal>> {
    fn append(&mut self, line: &[u8]) -> Result<u64, PortError> {
        self.stops.come_to(|point| point == Point::Before(Written::Line));
        let end = self.inner.append(line)?;
        self.stops.come_to(|point| point == Point::After(Written::Line));
        Ok(end)
    }

    fn after(&mut self, place: u64) -> Result<Vec<JournalLine>, PortError> {
        self.inner.after(place)
    }

    fn end(&mut self) -> Result<u64, PortError> {
        self.inner.end()
    }

    fn replace(&mut self, lines: &[Vec<u8>]) -> Result<u64, PortError> {
        self.inner.replace(lines)
    }
}

impl Stores for Stopping<Box<dyn Stores>> {
    fn open(&mut self, key: &Key) -> Result<Box<dyn PhoneStore + Send>, StoreError> {
        let inner = self.inner.open(key)?;
        Ok(Box::new(Stopping { inner, stops: self.stops.clone() }))
    }

    fn free_bytes(&self) -> Option<u64> {
        self.inner.free_bytes()
    }
}

/// Readings, which are only passed on.
macro_rules! passed_on {
    ($($name:ident($($given:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, $($given: $kind),*) -> Result<$answer, StoreError> {
            self.inner.$name($($given),*)
        })*
    };
}

impl PhoneStore for Stopping<Box<dyn PhoneStore + Send>> {
    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.stops.come_to(|point| matches!(point, Point::Before(written) if written.is_in(batch)));
        self.inner.apply(batch)?;
        self.stops.come_to(|point| matches!(point, Point::After(written) if written.is_in(batch)));
        Ok(())
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        self.inner.tidy()
    }

    passed_on! {
        setting(key: &str) -> Option<String>;
        writers() -> Vec<WriterRow>;
        log(writer: WriterId, from: u64, count: usize) -> Vec<LogRow>;
        log_of(record: RecordRef) -> Vec<LogRow>;
        visit_of_draft(draft: &str) -> Option<RecordRef>;
        own_visits(filter: OwnFilter, before: Option<(UnixMs, WriterId, u64)>, count: usize) -> Vec<LogRow>;
        record(record: RecordRef) -> Option<RecordRow>;
        records_of(kind: RecordKind) -> Vec<RecordRow>;
        linked(link: Link, kind: RecordKind, after: Option<(Day, RecordId)>, count: usize) -> Vec<RecordRow>;
        records_after(after: Option<RecordRef>, count: usize) -> Vec<RecordRow>;
        people(filter: &PeopleFilter, offset: usize, count: usize) -> Vec<PersonRow>;
        person(id: RecordId) -> Option<PersonRow>;
        groups() -> Vec<(Option<AreaCode>, String, u64)>;
        search(needle: &Needle, offset: usize, count: usize) -> Vec<PersonRow>;
        facts(subject: RecordId, since: Day) -> Vec<PartFact>;
        touched(count: usize) -> Vec<RecordId>;
        standings(subject: RecordId) -> Vec<Standing>;
        due(duty: &str, period: Period, day: Day) -> Vec<DueRow>;
        missed(duty: &str, period: Period, day: Day) -> Vec<RecordId>;
        feeds() -> Vec<FeedRow>;
        member(scope: Scope, record: RecordRef) -> Option<MemberRow>;
        feeds_of(record: RecordRef) -> Vec<Scope>;
        stale(scope: Scope, generation: u32, count: usize) -> Vec<RecordRef>;
        drafts() -> Vec<DraftRow>;
        draft(id: &str) -> Option<DraftRow>;
        answers(draft: &str) -> Vec<AnswerRow>;
        proof(id: u64) -> Option<String>;
        recover(count: usize) -> Vec<(RecordRef, Head)>;
    }
}
