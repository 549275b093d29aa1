//! A child's answers are opened: under a grant that holds, with a 查看事由, and on disk before anything is
//! answered. The desk and the terminal do it here.

use crate::county::{County, at_county, each_record};
use crate::problem::wrong;
use domain::catalogue::{RecordKind, keys};
use domain::grant::{Grant, OpeningReason};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::permission::{Act, require};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::county::Access;
use sync::county::needs::RecordRow;
use sync::county::place::link;

/// What is opened, by whom, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The grant.
    pub grant: RecordId,
    /// The parts; those that the grant does not cover stay shut.
    pub parts: Vec<RecordId>,
    /// The concerns, likewise.
    #[serde(default)]
    pub concerns: Vec<RecordId>,
    /// The person, when all that is held of them is shown.
    #[serde(default)]
    pub person: Option<RecordId>,
    /// 查看事由.
    pub reason: OpeningReason,
    /// Who: the holder of the grant.
    pub by: RecordId,
}

fn nothing() -> Problem {
    Problem::new(ProblemCode::NothingFound)
}

/// Where a person belongs: in each of these while it is contested.
pub(crate) async fn homes(county: &County, id: RecordId) -> Result<BTreeSet<AreaCode>, Problem> {
    let record = RecordRef { kind: RecordKind::Person, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?.ok_or_else(nothing)?;
    Ok(Person::read(id, &row.head).villages.into_iter().collect())
}

/// A grant by its id.
pub(crate) async fn grant(county: &County, id: RecordId) -> Result<Grant, Problem> {
    let record = RecordRef { kind: RecordKind::Grant, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    row.and_then(|row| Grant::read(id, &row.head)).ok_or_else(nothing)
}

/// Every grant, the latest first. O(grants).
pub(crate) async fn grants(county: &County) -> Result<Vec<Grant>, Problem> {
    let mut found = Vec::new();
    let take = |record: RecordRef, row: &RecordRow| found.extend(Grant::read(record.id, &row.head));
    each_record(county.stores.ledger.as_ref(), RecordKind::Grant, take).await?;
    found.sort_by_key(|one| std::cmp::Reverse((one.from, one.id)));
    Ok(found)
}

/// Whether a person, a part or a concern is of somebody who belongs, perhaps beside other places, where a grant is for. Of whom
/// nothing is known belongs nowhere.
async fn covers(
    county: &County,
    reference: &Reference,
    grant: &Grant,
    record: RecordRef,
) -> Result<bool, Problem> {
    let row = county.stores.ledger.record(record).await.map_err(at_county)?.ok_or_else(nothing)?;
    let own = || (record.kind == RecordKind::Person).then_some(record.id);
    let Some(subject) = link(&row.head, keys::SUBJECT).or_else(own) else { return Ok(false) };
    match homes(county, subject).await {
        Ok(places) => Ok(places.iter().any(|place| reference.areas.within(*place, grant.area))),
        Err(problem) if problem.code == ProblemCode::NothingFound => Ok(false),
        Err(problem) => Err(problem),
    }
}

/// Writes down that parts, concerns and a person are opened, those that the grant covers, and answers which. Only these may be shown,
/// and only then.
///
/// # Errors
/// `grant_missing` unless it is the reader's own, holds today and covers one of the people; `right_missing`
/// when the reader is of no office there any more; `nothing_found`; what the store says.
pub async fn open(county: &County, asked: &Opening, now_ms: UnixMs) -> Result<BTreeSet<RecordId>, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let (today, grant) = (Day::of(now_ms), grant(county, asked.grant).await?);
    let missing = || Problem::new(ProblemCode::GrantMissing);
    if grant.staff != asked.by || !grant.holds_on(today) {
        return Err(missing());
    }
    require(&reference, asked.by, &BTreeSet::from([Act::ConfirmChange]), grant.area, today)?;
    let mut opened = BTreeSet::new();
    let named = |kind| move |id: &RecordId| RecordRef { kind, id: *id };
    let parts = asked.parts.iter().map(named(RecordKind::Part));
    let concerns = asked.concerns.iter().map(named(RecordKind::Concern));
    for record in parts.chain(concerns).chain(asked.person.iter().map(named(RecordKind::Person))) {
        if covers(county, &reference, &grant, record).await? {
            opened.insert(record);
        }
    }
    if opened.is_empty() {
        return Err(missing());
    }
    for record in opened.iter().copied() {
        let access = Access {
            at_ms: now_ms,
            staff: asked.by,
            act: "opened".to_owned(),
            record: Some(record),
            grant: Some(asked.grant),
            reason: asked.reason.code().to_owned(),
        };
        county.stores.directory.log_access(access).await.map_err(at_county)?;
    }
    Ok(opened.into_iter().map(|record| record.id).collect())
}

/// What is told to whoever named a grant at the terminal that does not do: those that would.
///
/// # Errors
/// What the store says.
pub(crate) async fn not_this(county: &County, by: RecordId, today: Day) -> Result<Problem, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let all = grants(county).await?;
    let mine = all.iter().filter(|one| one.staff == by && one.holds_on(today));
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for one in mine {
        let (area, last) = (reference.areas.name(one.area), one.until.plus(-1));
        zh.push(format!("{}（{area}，到 {last}）", one.id));
        en.push(format!("{} ({area}, until {last})", one.id));
    }
    let name = reference.staff_name(by);
    if zh.is_empty() {
        let zh = format!("{name}现在没有有效的批准；在审核台申请，由负责人批准");
        let en = format!("{name} has no grant that holds; ask for one at the desk");
        return Ok(wrong("--grant", zh, en));
    }
    let (zh, en) = (zh.join("、"), en.join(", "));
    let zh = format!("这个批准不是{name}的、已过期，或不管这里；{name}现在有效的是：{zh}");
    Ok(wrong("--grant", zh, format!("not {name}'s, over, or not for here; those of {name} that hold: {en}")))
}
