//! As known then: figures computed from what had arrived by the end of a day, and nothing later.

use crate::county::{County, at_county};
use domain::catalogue::RecordKind;
use domain::coverage::reading::{Row, rows, total};
use domain::coverage::rules::Rules;
use domain::coverage::tally::{EVERYBODY, Tally};
use domain::coverage::{deltas, standing};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId};
use domain::patch::{Entry, RecordRef};
use domain::period::Period;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::Day;
use domain::visit::{Part, PartFact, Visit};
use std::collections::{BTreeMap, BTreeSet};
use sync::merge::{Item, counted, settle};
use sync::wire::receipt::ItemState;

/// Figures as they were known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Villages with somebody in them.
    pub villages: BTreeMap<AreaCode, Row>,
    /// The whole county.
    pub total: Row,
}

/// How many rows of the ledger are read at a time.
const ROWS: usize = 1_000;

/// The figures of a duty and period as of the end of a day, from the patches that had arrived by the
/// end of that day. An item that was decided on later counts as it was decided. Phones' silence is
/// not told. O(ledger); holds the records of the county in memory.
///
/// # Errors
/// What the store says.
pub async fn known_at(county: &County, duty: &str, period: Period, day: Day) -> Result<Known, Problem> {
    let arrived = arrived(county, day).await?;
    let heads = heads(&arrived);
    let mut reference = Reference::default();
    heads.iter().for_each(|(record, head)| reference.take(*record, head));
    let rules = Rules::of(&reference);
    let parts = parts(&heads);
    let mut tally = Tally::default();
    for (record, head) in heads.iter().filter(|(record, _)| record.kind == RecordKind::Person) {
        let person = Person::read(record.id, head);
        let facts = parts.get(&record.id).map(Vec::as_slice).unwrap_or_default();
        tally.apply(deltas(None, standing(&person, &rules, duty, period, facts).as_ref()));
    }
    let villages = rows(&tally.figures(duty, period, EVERYBODY, day), &BTreeSet::new());
    let total = total(county.keys.county(), villages.values());
    Ok(Known { villages, total })
}

/// Entries that were in their records by the end of a day.
async fn arrived(county: &County, day: Day) -> Result<BTreeMap<RecordRef, Vec<Entry>>, Problem> {
    let until_ms = day.plus(1).starts_at();
    let mut arrived: BTreeMap<RecordRef, Vec<Entry>> = BTreeMap::new();
    let mut after = 0;
    loop {
        let rows = county.stores.ledger.ledger_after(after, ROWS).await.map_err(at_county)?;
        let last = rows.len() < ROWS;
        for row in rows {
            after = row.seq;
            let settles = matches!(row.state, ItemState::Applied | ItemState::Dismissed | ItemState::Erased);
            let Some(mut entry) = row.entry.filter(|_| settles && row.arrived_ms < until_ms) else {
                continue;
            };
            entry.body = counted(row.state, entry.body.as_ref()).cloned();
            arrived.entry(entry.patch.record).or_default().push(entry);
        }
        if last {
            return Ok(arrived);
        }
    }
}

fn heads(arrived: &BTreeMap<RecordRef, Vec<Entry>>) -> BTreeMap<RecordRef, Head> {
    let mut reference = Reference::default();
    // Forms first: they say in which order a row of answers stands.
    for (record, entries) in arrived.iter().filter(|(record, _)| record.kind == RecordKind::Form) {
        reference.take(*record, &head(entries, &Reference::default()));
    }
    arrived.iter().map(|(record, entries)| (*record, head(entries, &reference))).collect()
}

fn head(entries: &[Entry], reference: &Reference) -> Head {
    settle(entries.iter().map(|entry| Item {
        patch: &entry.patch,
        body: entry.body.as_ref(),
        order: reference.order(entry.patch.form).unwrap_or_default(),
    }))
}

fn parts(heads: &BTreeMap<RecordRef, Head>) -> BTreeMap<RecordId, Vec<PartFact>> {
    let mut parts: BTreeMap<RecordId, Vec<PartFact>> = BTreeMap::new();
    for (record, head) in heads.iter().filter(|(record, _)| record.kind == RecordKind::Part) {
        let part = Part::read(record.id, head);
        let (Some(visit), Some(subject)) = (part.visit, part.subject) else { continue };
        let Some(head) = heads.get(&RecordRef { kind: RecordKind::Visit, id: visit }) else { continue };
        parts.entry(subject).or_default().extend(PartFact::of(&part, &Visit::read(visit, head)));
    }
    parts
}
