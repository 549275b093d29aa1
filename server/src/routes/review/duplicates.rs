//! `/api/duplicates`: 可能重复: records that look like one person's, both side by side; merging them, saying that
//! they are two people, and taking either back.

use super::coverage::category;
use super::extract::{Asks, At, Said};
use super::header::CodeReply;
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::clock;
use crate::county::at_county;
use crate::decide::{self, Retraction};
use crate::desk::Desk;
use crate::duplicates::{self, Apart, Merging, Pair, Why};
use crate::problem::Refusal;
use crate::reports::waiting::{DecidedPage, merged};
use crate::reports::{of_person, township};
use crate::takes::{Slot, Takes};
use axum::Json;
use axum::extract::State;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::household::Household;
use domain::ids::RecordId;
use domain::mask;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// How much is asked for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DuplicatesAsked {
    /// At most so many pairs: 50 when nothing is said, 1000 at most; with 0 only how many there are.
    count: Option<usize>,
}

/// A record of somebody, as it stands beside another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CardReply {
    #[schema(value_type = String)]
    person: RecordId,
    /// A child's is masked.
    name: String,
    minor: bool,
    township: String,
    village_name: String,
    group: String,
    head_name: String,
    categories: Vec<CodeReply>,
    /// 主动发现·待确认.
    pending: bool,
    /// Who entered it; an operator's number when nobody of the staff did.
    entered_by: String,
    entered_ms: Option<UnixMs>,
    visits: usize,
    #[schema(value_type = Option<String>)]
    last_visit: Option<Day>,
}

/// A field of which either says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct BesideReply {
    field: String,
    /// Whether both say the same.
    same: bool,
    takes: Takes,
    /// What stands in the record that stays, masked as in lists; nothing where it says nothing.
    #[schema(value_type = serde_json::Value)]
    stays: Value,
    /// What stands in the other.
    #[schema(value_type = serde_json::Value)]
    goes: Value,
}

/// Two records that look like one person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct PairReply {
    /// The one that stays, as far as one can guess: it may be the other.
    stays: CardReply,
    goes: CardReply,
    why: Vec<Why>,
    fields: Vec<BesideReply>,
}

/// What looks like one person's in the area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DuplicatesReply {
    /// How many pairs there are.
    total: usize,
    pairs: Vec<PairReply>,
    /// Of whom somebody said that they are two people.
    apart: Vec<PairReply>,
    /// What was merged, the latest first.
    merged: DecidedPage,
}

/// The word that two records are of one person.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct MergeAsked {
    /// The record that is merged.
    #[schema(value_type = String)]
    person: RecordId,
    /// The one that stays.
    #[schema(value_type = String)]
    into: RecordId,
    /// Fields that the one who stays takes over.
    takes: BTreeSet<String>,
    /// Why, if somebody says so.
    reason: String,
}

/// The word that two records are of two people, or that this was a mistake.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ApartAsked {
    #[schema(value_type = String)]
    person: RecordId,
    #[schema(value_type = String)]
    other: RecordId,
    /// Whether they are; else an earlier word is taken back.
    apart: bool,
    /// Why, if somebody says so.
    reason: String,
}

/// Why people are taken apart again.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PartAsked {
    reason: String,
}

/// That two records were merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct MergedReply {
    /// By what it is taken back.
    #[schema(value_type = String)]
    decision: RecordId,
}

/// That it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DoneReply {
    done: bool,
}

const PAGE: usize = 50;
const PAGE_MAX: usize = 1_000;

/// Pairs of the area, what was said of others, and what was merged.
#[utoipa::path(get, path = "/api/duplicates", params(AreaAsked, DuplicatesAsked),
    responses((status = 200, body = DuplicatesReply)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asked): Asks<DuplicatesAsked>,
) -> Result<Json<DuplicatesReply>, Refusal> {
    let count = asked.count.unwrap_or(PAGE).min(PAGE_MAX);
    let found = desk.register.alike(&desk.county, permit.area).await?;
    let (said, open): (Vec<Pair>, Vec<Pair>) = found.into_iter().partition(|pair| pair.apart);
    let mut reply = DuplicatesReply {
        total: open.len(),
        pairs: Vec::new(),
        apart: Vec::new(),
        merged: DecidedPage::default(),
    };
    if count == 0 {
        return Ok(Json(reply));
    }
    for pair in open.iter().take(count) {
        reply.pairs.extend(told(&desk, &permit, pair).await?);
    }
    for pair in said.iter().take(count) {
        reply.apart.extend(told(&desk, &permit, pair).await?);
    }
    reply.merged = merged(&desk.county, permit.area, None, count, Day::of(clock::now_ms())).await?;
    Ok(Json(reply))
}

/// Merges a person's record into another.
#[utoipa::path(post, path = "/api/duplicates/merge", request_body = MergeAsked,
    responses((status = 200, body = MergedReply)))]
pub(super) async fn merge(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(said): Said<MergeAsked>,
) -> Result<Json<MergedReply>, Refusal> {
    let MergeAsked { person, into, takes, reason } = said;
    let word = Merging { person, into, takes, reason, by: permit.staff()? };
    let decision = duplicates::merge(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(MergedReply { decision }))
}

/// Says that two records are of two people, or takes that back.
#[utoipa::path(post, path = "/api/duplicates/apart", request_body = ApartAsked,
    responses((status = 200, body = DoneReply)))]
pub(super) async fn apart(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(said): Said<ApartAsked>,
) -> Result<Json<DoneReply>, Refusal> {
    let ApartAsked { person, other, apart, reason } = said;
    let word = Apart { person, other, apart, reason, by: permit.staff()? };
    duplicates::apart(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(DoneReply { done: true }))
}

/// Takes a merging back: both are as they were, with whatever came for either since.
#[utoipa::path(post, path = "/api/duplicates/{decision}/undo", params(("decision" = String, Path)),
    request_body = PartAsked, responses((status = 200, body = DoneReply)))]
pub(super) async fn undo(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(decision): At<RecordId>,
    Said(said): Said<PartAsked>,
) -> Result<Json<DoneReply>, Refusal> {
    let word = Retraction { decision, reason: said.reason, by: permit.staff()? };
    decide::undo(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(DoneReply { done: true }))
}

/// A pair as it is told; nothing when one of both has gone meanwhile.
async fn told(desk: &Desk, permit: &Permit, pair: &Pair) -> Result<Option<PairReply>, Problem> {
    let (Some(stays), Some(goes)) = (head(desk, pair.stays).await?, head(desk, pair.goes).await?) else {
        return Ok(None);
    };
    let today = Day::of(clock::now_ms());
    let record = RecordRef { kind: RecordKind::Person, id: pair.goes };
    let minor = [(pair.stays, &stays), (pair.goes, &goes)]
        .into_iter()
        .any(|(id, head)| Person::read(id, head).is_minor_on(today));
    let mut fields = Vec::new();
    for field in duplicates::fields(&stays, &goes) {
        let takes = Slot::of(&desk.county, record, &field).await?.takes;
        let shown =
            |head: &Head| head.value(&field).map_or(Value::Null, |value| masked(&field, value, minor));
        let same = stays.value(&field) == goes.value(&field);
        fields.push(BesideReply { takes, same, stays: shown(&stays), goes: shown(&goes), field });
    }
    Ok(Some(PairReply {
        stays: card(desk, permit, pair.stays, &stays, today).await?,
        goes: card(desk, permit, pair.goes, &goes, today).await?,
        why: pair.why.iter().copied().collect(),
        fields,
    }))
}

async fn head(desk: &Desk, id: RecordId) -> Result<Option<Arc<Head>>, Problem> {
    let record = RecordRef { kind: RecordKind::Person, id };
    let row = desk.county.stores.ledger.record(record).await.map_err(at_county)?;
    Ok(row.map(|row| row.head))
}

/// A value as lists show it.
fn masked(field: &str, value: &Value, minor: bool) -> Value {
    let mask = match field {
        keys::NAME | keys::NICKNAME if minor => mask::name,
        keys::ID_NUMBER => mask::id_number,
        keys::PHONE | keys::PHONE_CARER | keys::PHONE_AWAY => mask::phone,
        _ => return value.clone(),
    };
    value.as_text().map_or_else(|| value.clone(), |text| Value::text(mask(text)))
}

async fn card(
    desk: &Desk,
    permit: &Permit,
    id: RecordId,
    head: &Head,
    today: Day,
) -> Result<CardReply, Problem> {
    let person = Person::read(id, head);
    let home = match person.household {
        Some(home) => {
            let record = RecordRef { kind: RecordKind::Household, id: home };
            let row = desk.county.stores.ledger.record(record).await.map_err(at_county)?;
            row.map(|row| Household::read(home, &row.head))
        }
        None => None,
    };
    let minor = person.is_minor_on(today);
    let shown = |name: &str| if minor { mask::name(name) } else { name.to_owned() };
    let head_name = home.as_ref().map(|home| home.head_name.clone()).unwrap_or_default();
    let village = person.village_on(today);
    let reference = &permit.reference;
    let found = of_person(&desk.county, id, today, today).await?;
    let entered = head.fields.values().flatten().map(|write| write.at_ms).min();
    Ok(CardReply {
        person: id,
        name: shown(&person.name),
        minor,
        township: village.map(|village| township(reference, village)).unwrap_or_default(),
        village_name: village.map(|village| reference.areas.name(village)).unwrap_or_default(),
        group: home.map(|home| home.group).unwrap_or_default(),
        head_name: if head_name == person.name { shown(&head_name) } else { head_name },
        categories: person.categories_on(today).map(category).collect(),
        pending: person.pending,
        entered_by: head.author(id).map_or_else(String::new, |by| reference.staff_name(by)),
        entered_ms: entered.filter(|at_ms| *at_ms > 0),
        last_visit: found.visits.iter().filter(|visit| visit.went()).filter_map(|visit| visit.day).max(),
        visits: found.times,
    })
}
