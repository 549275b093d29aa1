//! 可能重复: records that look like one person's, merged into one on the word of whoever may confirm, or said to
//! be of two people; both can be taken back.

mod alike;

pub(crate) use alike::{Looks, pairs};
pub use alike::{Pair, Why};

use crate::county::{County, at_county};
use crate::problem::wrong;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::permission::{Act, require};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use sync::county::prepared::{Job, Merge, OwnPatch, OwnRecord};

/// A word that two records are of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merging {
    /// The record that is merged.
    pub person: RecordId,
    /// The one that stays.
    pub into: RecordId,
    /// Fields that the one who stays takes over.
    pub takes: BTreeSet<String>,
    /// Why, if somebody says so.
    pub reason: String,
    /// Who says it.
    pub by: RecordId,
}

/// A word that two records are of two people, or that this was a mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// One.
    pub person: RecordId,
    /// The other.
    pub other: RecordId,
    /// Whether they are; else an earlier word is taken back.
    pub apart: bool,
    /// Why, if somebody says so.
    pub reason: String,
    /// Who says it.
    pub by: RecordId,
}

/// What somebody who stays may take over. Where somebody lives and whether they were confirmed is theirs, and a
/// refusal is recognised for a person, not for a record.
const MAY_BE_TAKEN: [&str; 13] = [
    keys::NAME,
    keys::NICKNAME,
    keys::SEX,
    keys::BORN,
    keys::AGE_SAID,
    keys::ID_NUMBER,
    keys::LOCAL_NUMBER,
    keys::ETHNIC_GROUP,
    keys::PHONE,
    keys::CARER,
    keys::PHONE_CARER,
    keys::PHONE_AWAY,
    keys::DIRECTIONS,
];

/// Of the same kind, each with fields of its own.
const MAY_BE_TAKEN_BELOW: [&str; 3] = [keys::CATEGORY, keys::AWAY, "life/"];

/// Fields of which either record says something, and one may take over the other's, in order.
pub fn fields(one: &Head, other: &Head) -> Vec<String> {
    let below = |prefix: &'static str| {
        let all = one.under(prefix).chain(other.under(prefix));
        let mut found: Vec<String> = all.map(|(rest, _)| format!("{prefix}{rest}")).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    let all = MAY_BE_TAKEN.into_iter().map(str::to_owned);
    let all = all.chain(MAY_BE_TAKEN_BELOW.into_iter().flat_map(below));
    all.filter(|key| one.value(key).is_some() || other.value(key).is_some()).collect()
}

/// Two people as they stand, and whether somebody may say there what has to do with both.
struct Two {
    one: (Person, Head),
    other: (Person, Head),
    area: AreaCode,
}

impl Two {
    async fn read(
        county: &County,
        ids: [RecordId; 2],
        by: RecordId,
        now_ms: UnixMs,
    ) -> Result<Self, Problem> {
        let [one, other] = ids;
        let (one, other) = (person(county, one).await?, person(county, other).await?);
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
        let reference: &Reference = &reference;
        let lives = |person: &Person| !person.villages.is_empty();
        let both = lives(&one.0) && lives(&other.0);
        let homes: Vec<AreaCode> =
            one.0.villages.iter().chain(&other.0.villages).copied().filter(|_| both).collect();
        let area = reference.areas.common(&homes).unwrap_or(county.keys.county());
        require(reference, by, &BTreeSet::from([Act::ConfirmChange]), area, Day::of(now_ms))?;
        Ok(Self { one, other, area })
    }
}

async fn person(county: &County, id: RecordId) -> Result<(Person, Head), Problem> {
    let record = RecordRef { kind: RecordKind::Person, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let row = row.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    Ok((Person::read(id, &row.head), Head::clone(&row.head)))
}

/// Merges a person's record into another: what was and will be said of it is said of the other. Answers by what
/// it is taken back.
///
/// # Errors
/// `right_missing` where both live; `argument_wrong` when one of both was merged already, or something is to be
/// taken over that cannot be; `nothing_found`; what the store says.
pub async fn merge(county: &County, word: &Merging, now_ms: UnixMs) -> Result<RecordId, Problem> {
    let two = Two::read(county, [word.person, word.into], word.by, now_ms).await?;
    let (gone, stays) = (&two.one.1, &two.other.1);
    let may = fields(gone, stays);
    let differs = |key: &str| gone.value(key).is_some() && gone.value(key) != stays.value(key);
    if let Some(wanted) = word.takes.iter().find(|key| !may.contains(key) || !differs(key)) {
        let zh = "这一项没有可以带过去的，可能刚有人改过；请重新看一遍";
        return Err(wrong(
            wanted,
            zh,
            "there is nothing to take over here; somebody may have edited it just now",
        ));
    }
    let Merging { person, into, ref takes, ref reason, by } = *word;
    let (takes, reason, salt) = (takes.clone(), reason.trim().to_owned(), WriterId(county.dice.number()));
    let merge = Merge { person, into, takes, reason, by, area: two.area, salt };
    let done = county.run(Job::Merge(Box::new(merge)), now_ms).await?;
    tracing::info!("two records were merged");
    let decision = done.own.iter().find(|(record, _)| record.kind == RecordKind::Decision);
    decision.map(|(record, _)| record.id).ok_or_else(|| Problem::new(ProblemCode::NothingFound))
}

/// Says that two records are of two people, so that they are not suggested again; or takes that back.
///
/// # Errors
/// As [`merge`]: of what was merged it is said no more that it is somebody else, before that is taken back.
pub async fn apart(county: &County, word: &Apart, now_ms: UnixMs) -> Result<(), Problem> {
    let (id, other) = (word.person.min(word.other), word.person.max(word.other));
    if id == other {
        return Err(Problem::new(ProblemCode::NothingFound));
    }
    let two = Two::read(county, [id, other], word.by, now_ms).await?;
    if word.apart && [&two.one, &two.other].iter().any(|(person, _)| person.merged_into.is_some()) {
        let zh = "其中一份已经并入另一份了；真是两个人，先在“已处理”里撤销合并";
        let en =
            "one of the two was merged by now; if these are two people, take that back under “Decided” first";
        return Err(wrong("person", zh, en));
    }
    let key = |other: RecordId| format!("{}{other}", keys::APART);
    let said = |head: &Head, key: &str| head.values(key).next().is_some();
    let value = if word.apart { Value::from(word.reason.trim()) } else { Value::Null };
    let both = [(id, key(other), &two.one.1), (other, key(id), &two.other.1)];
    // A word is written once, and taken back wherever it stands.
    let written = both.into_iter().enumerate().filter(
        |(at, (_, key, head))| {
            if word.apart { *at == 0 } else { said(head, key) }
        },
    );
    let patches: Vec<OwnPatch> = written
        .map(|(_, (id, key, _))| {
            let stamp = Stamp { wall_ms: now_ms, county_ms: now_ms, ..Stamp::default() };
            let salt = WriterId(county.dice.number());
            let body = Body { sets: [(key, value.clone())].into(), salt, ..Body::default() };
            let record = OwnRecord::Known(RecordRef { kind: RecordKind::Person, id });
            OwnPatch { record, form: None, body, seen: None, author: word.by, stamp }
        })
        .collect();
    if !patches.is_empty() {
        county.append(patches, now_ms).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
