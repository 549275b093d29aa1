//! What has to be erased with a person, a visit or an urgent report, and whether anything of it is left.

use crate::StoreError;
use crate::county::{Ledger, Reports};
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::RecordId;
use domain::patch::{Entry, RecordRef};
use domain::subject::merged_into;
use std::collections::{BTreeMap, BTreeSet};
use sync::county::place::link;
use sync::county::prepared::Decision;

/// How many rows are read at a time.
const ROWS: usize = 500;

/// Every record whose content goes with a target, itself among them, ascending. O(ledger): also what was dismissed,
/// waits, or was forked speaks of a person, and no index knows of it.
///
/// # Errors
/// As any reading.
pub async fn reach(
    ledger: &dyn Ledger,
    reports: &dyn Reports,
    target: RecordRef,
) -> Result<BTreeSet<RecordRef>, StoreError> {
    let mut all = BTreeSet::from([target]);
    match target.kind {
        RecordKind::Person => {
            all.extend(same_person(ledger, target).await?);
            let people: Vec<RecordRef> = all.iter().copied().collect();
            for one in &people {
                let said = speaking(ledger, keys::SUBJECT, one.id).await?;
                // An urgent report is also somebody else's duty to report: it is erased by a word of its own.
                all.extend(said.into_iter().filter(|one| one.kind != RecordKind::Urgent));
            }
            all.extend(lonely_visits(ledger, reports, &all).await?);
            for one in &people {
                all.extend(lonely_household(ledger, &people, *one).await?);
            }
        }
        RecordKind::Visit => {
            all.extend(speaking(ledger, keys::VISIT, target.id).await?);
            let parts: Vec<RecordId> = of_kind(&all, RecordKind::Part).collect();
            for part in parts {
                all.extend(speaking(ledger, keys::PART, part).await?);
            }
        }
        _ => {}
    }
    let mut decisions = BTreeSet::new();
    for record in &all {
        for one in reports.history(*record).await? {
            let decision = Decision::record(one.entry.patch.hash());
            if ledger.record(decision).await?.is_some() {
                decisions.insert(decision);
            }
        }
    }
    all.extend(decisions);
    Ok(all)
}

/// Whether anything of these records still says something, apart from what the county left of them when it erased them.
///
/// # Errors
/// As any reading.
pub async fn is_left(reports: &dyn Reports, records: &BTreeSet<RecordRef>) -> Result<bool, StoreError> {
    for record in records {
        let counts = |entry: &Entry| {
            let body = entry.body.iter();
            let mut fields = body.clone().flat_map(|body| &body.sets);
            body.clone().all(|body| body.row.is_empty())
                && fields.all(|(key, value)| {
                    domain::erasure::kept(record.kind, key, value).as_ref() == Some(value)
                })
        };
        if reports.history(*record).await?.iter().any(|one| !counts(&one.entry)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn of_kind(all: &BTreeSet<RecordRef>, kind: RecordKind) -> impl Iterator<Item = RecordId> {
    all.iter().filter(move |one| one.kind == kind).map(|one| one.id)
}

/// The records of which some patch, in whatever state, says in a field that they are of this; but for those of
/// which it was put right that they are of another.
async fn speaking(ledger: &dyn Ledger, key: &str, id: RecordId) -> Result<BTreeSet<RecordRef>, StoreError> {
    let (mut seq, mut said, wanted) = (0, BTreeSet::new(), id.to_string());
    let names = |entry: &Entry| {
        let value = entry.body.as_ref().and_then(|body| body.sets.get(key)?.as_text());
        value == Some(wanted.as_str())
    };
    loop {
        let rows = ledger.ledger_after(seq, ROWS).await?;
        let Some(last) = rows.last() else { break };
        seq = last.seq;
        let entries = rows.iter().filter_map(|row| row.entry.as_ref());
        said.extend(entries.filter(|entry| names(entry)).map(|entry| entry.patch.record));
    }
    let mut found = BTreeSet::new();
    for record in said {
        let row = ledger.record(record).await?;
        let of_it = |head: &Head| {
            let mut values = head.values(key).filter_map(|value| value.as_text());
            !head.fields.contains_key(key) || values.any(|value| value == wanted)
        };
        if row.is_none_or(|row| of_it(&row.head)) {
            found.insert(record);
        }
    }
    Ok(found)
}

/// The visits that met nobody else.
async fn lonely_visits(
    ledger: &dyn Ledger,
    reports: &dyn Reports,
    all: &BTreeSet<RecordRef>,
) -> Result<BTreeSet<RecordRef>, StoreError> {
    let mut visits = BTreeSet::new();
    for part in of_kind(all, RecordKind::Part) {
        let row = ledger.record(RecordRef { kind: RecordKind::Part, id: part }).await?;
        visits.extend(row.and_then(|row| link(&row.head, keys::VISIT)));
    }
    let mut lonely = BTreeSet::new();
    for visit in visits {
        let parts = reports.parts_of_visit(visit).await?;
        let gone = |part: RecordId| all.contains(&RecordRef { kind: RecordKind::Part, id: part });
        if parts.iter().all(|one| gone(one.part)) {
            lonely.insert(RecordRef { kind: RecordKind::Visit, id: visit });
        }
    }
    Ok(lonely)
}

/// The records that the county says are this person: whoever it was merged into, and who was merged into any of
/// them. O(people).
async fn same_person(ledger: &dyn Ledger, person: RecordRef) -> Result<BTreeSet<RecordRef>, StoreError> {
    let mut into: BTreeMap<RecordId, RecordId> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = ledger.records_after(RecordKind::Person, after, ROWS).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.id);
        into.extend(page.iter().filter_map(|(record, row)| Some((record.id, merged_into(&row.head)?))));
    }
    // Nobody is merged into whoever was merged into them: each step goes to another.
    let last = |id: RecordId| {
        std::iter::successors(Some(id), |id| into.get(id).copied()).take(into.len() + 1).last()
    };
    let stays = last(person.id);
    let all = into.keys().filter(|id| last(**id) == stays).copied().chain(stays);
    Ok(all.map(|id| RecordRef { kind: RecordKind::Person, id }).collect())
}

/// The household of a person in which only these people live. O(people).
async fn lonely_household(
    ledger: &dyn Ledger,
    people: &[RecordRef],
    person: RecordRef,
) -> Result<Option<RecordRef>, StoreError> {
    let Some(row) = ledger.record(person).await? else { return Ok(None) };
    let Some(home) = link(&row.head, keys::HOUSEHOLD) else { return Ok(None) };
    let mut after = None;
    loop {
        let page = ledger.records_after(RecordKind::Person, after, ROWS).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.id);
        let lives = |row: &sync::county::needs::RecordRow| link(&row.head, keys::HOUSEHOLD) == Some(home);
        if page.iter().any(|(record, row)| !people.contains(record) && lives(row)) {
            return Ok(None);
        }
    }
    Ok(Some(RecordRef { kind: RecordKind::Household, id: home }))
}
