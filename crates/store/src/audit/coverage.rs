//! Parts, standings and figures, from the heads of persons, visits and parts.

use super::{Finding, records};
use crate::StoreError;
use crate::county::{FiguresQuery, Ledger, Reports};
use domain::catalogue::RecordKind;
use domain::coverage::tally::Tally;
use domain::coverage::touch::pairs_since;
use domain::coverage::{Rules, Standing, deltas, standing};
use domain::head::Head;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::period::Period;
use domain::subject::Person;
use domain::time::Day;
use domain::visit::{Part, PartFact, Visit};
use std::collections::{BTreeMap, BTreeSet};
use sync::county::needs::CountyState;

/// Facts of parts, by person.
type Facts = BTreeMap<RecordId, BTreeSet<PartFact>>;

pub(super) async fn check(ledger: &dyn Ledger, reports: &dyn Reports) -> Result<Vec<Finding>, StoreError> {
    let (county, _, _, rules) = ledger.standing_now().await?;
    let facts = facts(ledger).await?;
    let mut findings = Vec::new();
    let mut tally = Tally::default();
    let mut after = None;
    while let Some((last, page)) = records(ledger, RecordKind::Person, after).await? {
        after = Some(last);
        for (record, row) in page {
            let person = Person::read(record.id, &row.head);
            let known = facts.get(&person.id).cloned().unwrap_or_default();
            findings.extend(check_parts(reports, person.id, &known).await?);
            let known: Vec<PartFact> = known.into_iter().collect();
            let stored = reports.standings_of(person.id).await?;
            let fresh = standings(&county, &rules, &person, &known, &stored);
            findings.extend(differences(person.id, &stored, &fresh));
            fresh.iter().for_each(|one| tally.apply(deltas(None, Some(one))));
        }
    }
    findings.extend(check_figures(reports, &rules, &tally).await?);
    Ok(findings)
}

/// The facts of every part, computed from the part and its visit.
async fn facts(ledger: &dyn Ledger) -> Result<Facts, StoreError> {
    let mut facts = Facts::new();
    let mut after = None;
    while let Some((last, page)) = records(ledger, RecordKind::Part, after).await? {
        after = Some(last);
        for (record, row) in page {
            if let Some((subject, fact)) = fact(ledger, record.id, &row.head).await? {
                facts.entry(subject).or_default().insert(fact);
            }
        }
    }
    Ok(facts)
}

async fn fact(
    ledger: &dyn Ledger,
    id: RecordId,
    head: &Head,
) -> Result<Option<(RecordId, PartFact)>, StoreError> {
    let part = Part::read(id, head);
    let (Some(visit), Some(subject)) = (part.visit, part.subject) else { return Ok(None) };
    let row = ledger.record(RecordRef { kind: RecordKind::Visit, id: visit }).await?;
    let fact = row.and_then(|row| PartFact::of(&part, &Visit::read(visit, &row.head)));
    Ok(fact.map(|fact| (subject, fact)))
}

async fn check_parts(
    reports: &dyn Reports,
    subject: RecordId,
    expected: &BTreeSet<PartFact>,
) -> Result<Vec<Finding>, StoreError> {
    let rows = reports.parts_of(subject, usize::MAX).await?;
    let stored: BTreeSet<PartFact> = rows.into_iter().filter_map(|row| row.fact).collect();
    Ok(stored.symmetric_difference(expected).map(|fact| Finding::Part(fact.part)).collect())
}

/// What should stand: wherever something stands, and in every period that begins before the horizon.
fn standings(
    county: &CountyState,
    rules: &Rules,
    person: &Person,
    facts: &[PartFact],
    stored: &[Standing],
) -> Vec<Standing> {
    let mut pairs = pairs_since(rules, person, county.begins, county.horizon);
    pairs.retain(|(_, period)| period.from() < county.horizon && period.until() > county.begins);
    pairs.extend(stored.iter().map(|one| (one.duty.clone(), one.period)));
    pairs.iter().filter_map(|(duty, period)| standing(person, rules, duty, *period, facts)).collect()
}

fn differences(subject: RecordId, stored: &[Standing], fresh: &[Standing]) -> Vec<Finding> {
    let by_key = |list: &[Standing]| -> BTreeMap<(String, Period), Standing> {
        list.iter().map(|one| ((one.duty.clone(), one.period), one.clone())).collect()
    };
    let (stored, fresh) = (by_key(stored), by_key(fresh));
    let keys: BTreeSet<&(String, Period)> = stored.keys().chain(fresh.keys()).collect();
    let differ = keys.into_iter().filter(|key| stored.get(*key) != fresh.get(*key));
    differ.map(|(duty, period)| Finding::Standing { subject, duty: duty.clone(), period: *period }).collect()
}

/// The figures as of every day on which they change, and at the end where there should be none.
async fn check_figures(
    reports: &dyn Reports,
    rules: &Rules,
    tally: &Tally,
) -> Result<Vec<Finding>, StoreError> {
    let mut days: BTreeMap<(&str, Period, &str), BTreeSet<Day>> = BTreeMap::new();
    let periods: BTreeSet<Period> = tally.0.keys().map(|key| key.period).collect();
    let categories: BTreeSet<&str> = tally.0.keys().map(|key| key.category.as_str()).collect();
    for (duty, period) in rules.names().flat_map(|duty| periods.iter().map(move |period| (duty, *period))) {
        for category in &categories {
            days.entry((duty, period, category)).or_default().insert(period.next().last());
        }
    }
    for key in tally.0.keys() {
        days.entry((&key.duty, key.period, &key.category)).or_default().insert(key.day);
    }
    let mut findings = Vec::new();
    for ((duty, period, category), days) in days {
        for as_of in days {
            let (duty, category) = (duty.to_owned(), category.to_owned());
            let query = FiguresQuery { duty, period, category, as_of };
            let expected = tally.figures(&query.duty, period, &query.category, as_of);
            if reports.figures(&query).await? != expected {
                let FiguresQuery { duty, category, .. } = query;
                findings.push(Finding::Figures { duty, period, category, as_of });
                break;
            }
        }
    }
    Ok(findings)
}
