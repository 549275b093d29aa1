//! Computes anew what a county keeps, and names every row that differs: for `doctor`, and for the
//! conformance suite.
//!
//! Reads through the traits only. Jobs that are done meanwhile may show as differences, so that it
//! is run while nobody writes, or twice. O(all records × their patches); in memory it holds one
//! record's history at a time, the facts of all parts, and the tally.

mod coverage;
mod feeds;
mod ledger;

use crate::StoreError;
use crate::county::{Ledger, Reports};
use domain::catalogue::RecordKind;
use domain::coverage::Generation;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::period::Period;
use domain::permission::Scope;
use domain::time::Day;
use std::fmt;
use sync::county::needs::RecordRow;

/// One row that is not what it should be. Ids only: nothing personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The ledger's hash does not follow from the row before.
    LedgerHash {
        /// The row.
        seq: u64,
    },
    /// An entry's hash is not that of the entry, or its body not that of the envelope.
    EntryHash {
        /// The row.
        seq: u64,
    },
    /// The county's place is not the end of its ledger.
    CountyPlace,
    /// A record has applied entries, and is not there.
    RecordMissing(RecordRef),
    /// A record is not what its patches say.
    Head(RecordRef),
    /// A record stands in the feeds of other areas than its own.
    Place(RecordRef),
    /// A feed does not hold exactly the records that stand in it.
    Feed(Scope),
    /// A feed's digest is not the sum over its records.
    Digest(Scope),
    /// The index of parts does not say what part and visit say.
    Part(RecordId),
    /// What is suggested of a person's visits as one going-there is not what they say.
    Suggested(RecordId),
    /// The rules of the latest generation are not what the duties say.
    Rules,
    /// A standing is missing, left over, or different.
    Standing {
        /// In which generation.
        generation: Generation,
        /// Whose.
        subject: RecordId,
        /// The duty's name.
        duty: String,
        /// The period.
        period: Period,
    },
    /// A figure is not the sum over the standings.
    Figures {
        /// In which generation.
        generation: Generation,
        /// The duty's name.
        duty: String,
        /// The period.
        period: Period,
        /// The category.
        category: String,
        /// The first day on which it differs.
        as_of: Day,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LedgerHash { seq } => {
                write!(f, "ledger row {seq}: its hash does not follow from the row before")
            }
            Self::EntryHash { seq } => write!(f, "ledger row {seq}: not the entry that its hash names"),
            Self::CountyPlace => f.write_str("the county's place is not the end of its ledger"),
            Self::RecordMissing(record) => write!(f, "{} {}: missing", record.kind.code(), record.id),
            Self::Head(record) => write!(f, "{} {}: not what its patches say", record.kind.code(), record.id),
            Self::Place(record) => write!(f, "{} {}: in the wrong feeds", record.kind.code(), record.id),
            Self::Feed(scope) => write!(f, "feed {} {:?}: not its records", scope.area, scope.audience),
            Self::Digest(scope) => write!(f, "feed {} {:?}: wrong digest", scope.area, scope.audience),
            Self::Part(part) => write!(f, "part {part}: the index says something else"),
            Self::Suggested(person) => {
                write!(f, "visits of {person} suggested as one: not what the visits say")
            }
            Self::Rules => f.write_str("the rules of the latest generation: not what the duties say"),
            Self::Standing { generation, subject, duty, period } => {
                write!(
                    f,
                    "standing of {subject}, {duty}, {period} (generation {generation}): not what the facts say"
                )
            }
            Self::Figures { generation, duty, period, category, as_of } => {
                write!(
                    f,
                    "figures of {duty}, {period}, {category}, as of {as_of} (generation {generation}): not the \
                     sum of the standings"
                )
            }
        }
    }
}

/// What is looked at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The ledger's chain, by its rows.
    Ledger,
    /// Each record against its patches.
    Records,
    /// In which feeds each record stands.
    Places,
    /// What each feed holds.
    Feeds,
    /// The facts of each part.
    Parts,
    /// Each person's standings.
    People,
    /// The figures, one by one.
    Figures,
}

/// Whoever waits: hears of each step when it begins, and of how much of it is done.
pub type Listener<'a> = dyn FnMut(Step, u64) + Send + 'a;

/// How far a step is.
struct Progress<'a, 'b> {
    step: Step,
    done: u64,
    listener: &'a mut Listener<'b>,
}

impl<'a, 'b> Progress<'a, 'b> {
    fn begin(step: Step, listener: &'a mut Listener<'b>) -> Self {
        listener(step, 0);
        Self { step, done: 0, listener }
    }

    fn more(&mut self, count: usize) {
        self.done += count as u64;
        (self.listener)(self.step, self.done);
    }
}

/// Everything that differs; empty when all is well. `county` is the county's own code.
///
/// # Errors
/// As any reading.
pub async fn audit(
    ledger: &dyn Ledger,
    reports: &dyn Reports,
    county: AreaCode,
    listener: &mut Listener<'_>,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = ledger::check(ledger, reports, listener).await?;
    findings.extend(feeds::check(ledger, county, listener).await?);
    findings.extend(coverage::check(ledger, reports, listener).await?);
    Ok(findings)
}

/// How many rows are read at a time.
const ROWS: usize = 500;

/// The page of a kind's records after an id, with the id after which the next page begins.
async fn records(
    ledger: &dyn Ledger,
    kind: RecordKind,
    after: Option<RecordId>,
) -> Result<Option<(RecordId, Vec<(RecordRef, RecordRow)>)>, StoreError> {
    let page = ledger.records_after(kind, after, ROWS).await?;
    Ok(page.last().map(|(record, _)| record.id).map(|last| (last, page)))
}
