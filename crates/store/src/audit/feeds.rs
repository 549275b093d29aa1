//! Every feed read from its beginning, against the records that stand in it.

use super::{Finding, Listener, Progress, Step, records};
use crate::StoreError;
use crate::county::{FeedRequest, Ledger};
use domain::area::codes;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::permission::{Audience, Scope};
use domain::reference::Reference;
use domain::subject::{Person, is_restricted};
use domain::time::Day;
use std::collections::{BTreeMap, BTreeSet};
use sync::county::erase::stands_nowhere;
use sync::county::needs::RecordRow;
use sync::county::place::{areas_of, audience_of, days_of_visit, hangs_on, link};
use sync::wire::exchange::Position;

/// What a feed should be.
#[derive(Default)]
struct Expected {
    records: BTreeSet<RecordRef>,
    sum: u64,
}

pub(super) async fn check(
    ledger: &dyn Ledger,
    county: AreaCode,
    listener: &mut Listener<'_>,
) -> Result<Vec<Finding>, StoreError> {
    let mut progress = Progress::begin(Step::Places, listener);
    let mut findings = Vec::new();
    let mut feeds: BTreeMap<Scope, Expected> = BTreeMap::new();
    let (state, _, reference, _) = ledger.standing_now().await?;
    let visits = villages_of_visits(ledger, &reference).await?;
    for kind in RecordKind::ALL {
        let mut after = None;
        while let Some((last, page)) = records(ledger, *kind, after).await? {
            after = Some(last);
            progress.more(page.len());
            for (record, row) in page {
                let placed = placed(ledger, county, &reference, &visits, record, &row).await?;
                if !placed || !for_whom(ledger, state.begins, record, &row).await? {
                    findings.push(Finding::Place(record));
                }
                for scope in &row.scopes {
                    let feed = feeds.entry(*scope).or_default();
                    feed.records.insert(record);
                    feed.sum = feed.sum.wrapping_add(row.head.digest(record));
                }
            }
        }
    }
    let mut progress = Progress::begin(Step::Feeds, listener);
    for (scope, expected) in feeds {
        progress.more(1);
        findings.extend(check_feed(ledger, scope, &expected).await?);
    }
    Ok(findings)
}

/// The villages of the persons whom each visit met.
type VillagesOfVisits = BTreeMap<RecordId, BTreeSet<AreaCode>>;

async fn villages_of_visits(
    ledger: &dyn Ledger,
    reference: &Reference,
) -> Result<VillagesOfVisits, StoreError> {
    let mut visits = VillagesOfVisits::new();
    let mut after = None;
    while let Some((last, page)) = records(ledger, RecordKind::Part, after).await? {
        after = Some(last);
        for (_, row) in page {
            let linked = (link(&row.head, keys::VISIT), link(&row.head, keys::SUBJECT));
            let erased = |id| reference.erased.contains(&RecordRef { kind: RecordKind::Person, id });
            if let (Some(visit), Some(subject)) = linked
                && !erased(subject)
            {
                visits.entry(visit).or_default().extend(villages(ledger, subject).await?);
            }
        }
    }
    Ok(visits)
}

async fn villages(ledger: &dyn Ledger, person: RecordId) -> Result<Vec<AreaCode>, StoreError> {
    let row = ledger.record(RecordRef { kind: RecordKind::Person, id: person }).await?;
    Ok(row.map_or_else(Vec::new, |row| codes(&row.head, keys::VILLAGE)))
}

/// Whether a record stands in the feeds of the areas where it belongs.
async fn placed(
    ledger: &dyn Ledger,
    county: AreaCode,
    reference: &Reference,
    visits: &VillagesOfVisits,
    record: RecordRef,
    row: &RecordRow,
) -> Result<bool, StoreError> {
    let subject = hangs_on(record.kind, &row.head);
    let villages: Vec<AreaCode> = match subject {
        None => visits.get(&record.id).into_iter().flatten().copied().collect(),
        Some(id) => villages(ledger, id).await?,
    };
    let areas: Vec<AreaCode> = row.scopes.iter().map(|scope| scope.area).collect();
    let restricted = match subject {
        Some(id) => {
            let person = ledger.record(RecordRef { kind: RecordKind::Person, id }).await?;
            person.is_some_and(|row| is_restricted(&row.head))
        }
        None => false,
    };
    let nowhere = restricted || stands_nowhere(reference, record, subject, !villages.is_empty());
    let expected = if nowhere { Vec::new() } else { areas_of(county, record.kind, &row.head, &villages) };
    Ok(row.subject == subject && areas == expected)
}

/// Whether a record stands in the feeds of those who may have it. Who was a child when it was placed
/// may be none today: then both are right.
async fn for_whom(
    ledger: &dyn Ledger,
    begins: Day,
    record: RecordRef,
    row: &RecordRow,
) -> Result<bool, StoreError> {
    let person = match row.subject {
        None => None,
        Some(id) => {
            let row = ledger.record(RecordRef { kind: RecordKind::Person, id }).await?;
            row.map(|row| Person::read(id, &row.head))
        }
    };
    let visit = link(&row.head, keys::VISIT).filter(|_| record.kind == RecordKind::Part);
    let visit = match visit {
        None => None,
        Some(id) => ledger.record(RecordRef { kind: RecordKind::Visit, id }).await?,
    };
    let mut days = visit.map_or_else(Vec::new, |visit| days_of_visit(&visit.head));
    let least = audience_of(record.kind, person.as_ref(), &days);
    days.push(begins);
    let most = match &person {
        Some(person) if person.age_on(begins).is_none() => Audience::Child,
        person => audience_of(record.kind, person.as_ref(), &days),
    };
    let hangs = matches!(record.kind, RecordKind::Part | RecordKind::Concern);
    let most = if hangs { most } else { least };
    Ok(row.scopes.iter().all(|scope| scope.audience == least || scope.audience == most))
}

async fn check_feed(
    ledger: &dyn Ledger,
    scope: Scope,
    expected: &Expected,
) -> Result<Vec<Finding>, StoreError> {
    let mut present = BTreeSet::new();
    let mut repeated = false;
    let mut position = Position(scope, 0);
    loop {
        let request = FeedRequest { feeds: vec![position], bytes_max: 256 * 1024 };
        let page = ledger.changes_since(request).await?;
        for row in page.rows {
            // A row has one place in a feed: reading from 0 meets each record once.
            repeated |= row.head.is_some() && !present.insert(row.record);
        }
        position = page.positions.first().copied().unwrap_or(position);
        if page.more {
            continue;
        }
        let mut findings = Vec::new();
        if repeated || present != expected.records {
            findings.push(Finding::Feed(scope));
        }
        let same = |count: u64, sum: u64| count == expected.records.len() as u64 && sum == expected.sum;
        if !page.digests.iter().any(|digest| digest.scope == scope && same(digest.count, digest.sum.0)) {
            findings.push(Finding::Digest(scope));
        }
        return Ok(findings);
    }
}
