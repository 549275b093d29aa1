//! 可能是同一次走访: visits of two workers to one person on one day. Somebody says that they are one going-there, or
//! two; visits, answers and what they meet stay as they are, and both workers are credited as before.

use crate::county::{County, at_county};
use crate::credit::Credit;
use domain::catalogue::RecordKind;
use domain::going::{Going, pair};
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::UnixMs;
use domain::visit::Visit;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use sync::county::prepared::{Job, OneOrTwo};

/// A word on two visits that are suggested as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The two, as the list names them.
    pub item: String,
    /// What is said.
    pub going: Going,
    /// Why, if somebody says so.
    pub reason: String,
    /// Who says it.
    pub by: RecordId,
}

/// How two visits are named in the list: their ids, with a plus between.
pub(crate) fn handle((one, other): (RecordId, RecordId)) -> String {
    format!("{one}+{other}")
}

/// The two visits of a name; `None` when it is that of something else.
pub(crate) fn named(text: &str) -> Option<(RecordId, RecordId)> {
    let (one, other) = text.split_once('+')?;
    Some(pair(one.parse().ok()?, other.parse().ok()?))
}

/// A visit as it stands.
///
/// # Errors
/// `nothing_found`; what the store says.
pub(crate) async fn visit(county: &County, id: RecordId) -> Result<Visit, Problem> {
    let record = RecordRef { kind: RecordKind::Visit, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    Ok(Visit::read(id, &row.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?.head))
}

/// The visits that are one going-there with this one, void ones left out.
///
/// # Errors
/// What the store says.
pub(crate) async fn one_with(county: &County, visit: &Visit) -> Result<Vec<Visit>, Problem> {
    let mut all = Vec::new();
    for id in visit.said.iter().filter(|(_, going)| **going == Going::One).map(|(id, _)| *id) {
        let record = RecordRef { kind: RecordKind::Visit, id };
        let row = county.stores.ledger.record(record).await.map_err(at_county)?;
        all.extend(row.map(|row| Visit::read(id, &row.head)).filter(|other| !other.void));
    }
    Ok(all)
}

/// Who is credited with each of these goings-there: with a visit, and with those that are one with it. Two readings.
///
/// # Errors
/// What the store says.
pub(crate) async fn credits(
    county: &County,
    reference: &Reference,
    visits: BTreeSet<RecordId>,
) -> Result<BTreeMap<RecordId, Credit>, Problem> {
    let own = read(county, visits).await?;
    let with = |visit: &Visit| -> Vec<RecordId> {
        visit.said.iter().filter(|(_, going)| **going == Going::One).map(|(id, _)| *id).collect()
    };
    let others = read(county, own.values().flat_map(with).collect()).await?;
    let credit = |visit: &Visit| {
        let mut credit = Credit::of(reference, visit);
        let others = with(visit).into_iter().filter_map(|id| others.get(&id)).filter(|other| !other.void);
        others.for_each(|other| credit.join(Credit::of(reference, other)));
        credit
    };
    Ok(own.iter().map(|(id, visit)| (*id, credit(visit))).collect())
}

async fn read(county: &County, ids: BTreeSet<RecordId>) -> Result<BTreeMap<RecordId, Visit>, Problem> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let records = ids.into_iter().map(|id| RecordRef { kind: RecordKind::Visit, id }).collect();
    let found = county.stores.ledger.records(records).await.map_err(at_county)?;
    Ok(found.into_iter().map(|(record, row)| (record.id, Visit::read(record.id, &row.head))).collect())
}

/// Where two visits belong: the smallest area of both; the county when one says nowhere.
pub(crate) async fn area_of(county: &County, visits: [&Visit; 2]) -> Result<AreaCode, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let villages: Option<Vec<AreaCode>> = visits.into_iter().map(|visit| visit.village).collect();
    Ok(reference.areas.common(&villages.unwrap_or_default()).unwrap_or(county.keys.county()))
}

/// Says of two visits that are suggested what they are. The phones concerned hear of it at their next exchange.
///
/// # Errors
/// `argument_wrong` when they are not suggested (any more); `right_missing` where they belong; what the store says.
pub async fn say(county: &County, word: &Word, now_ms: UnixMs) -> Result<(), Problem> {
    let visits = suggested(county, &word.item).await?.0;
    let (one, other) = (visit(county, visits.0).await?, visit(county, visits.1).await?);
    let area = area_of(county, [&one, &other]).await?;
    let (reason, salt) = (word.reason.trim().to_owned(), WriterId(county.dice.number()));
    let (visits, going, by) = ([one.id, other.id], word.going, word.by);
    let word = OneOrTwo { visits, going, reason, by, area, salt };
    county.run(Job::Going(Box::new(word)), now_ms).await?;
    tracing::info!(going = going.code(), "two visits were decided on");
    Ok(())
}

/// Two visits that are suggested as one, with the people whom both met.
///
/// # Errors
/// `argument_wrong` when they are not; what the store says.
pub(crate) async fn suggested(
    county: &County,
    item: &str,
) -> Result<((RecordId, RecordId), Vec<RecordId>), Problem> {
    let gone = || {
        let en = "these two visits do not wait for a word; it may have been said already";
        crate::problem::wrong(item, "这两次走访不在等，可能已经有人处理过", en)
    };
    let visits = named(item).ok_or_else(gone)?;
    let all = county.stores.reports.suggested().await.map_err(at_county)?;
    let people: Vec<RecordId> =
        all.into_iter().filter(|(pair, _)| *pair == visits).map(|(_, person)| person).collect();
    if people.is_empty() { Err(gone()) } else { Ok((visits, people)) }
}

#[cfg(test)]
mod tests;
