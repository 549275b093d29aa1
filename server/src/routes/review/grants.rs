//! `/api/grants`: 批准查看: asked for, decided on by the person responsible, and used: every opening has
//! its reason, and is on disk before anything is answered.

use super::extract::{At, Said};
use super::permit::Permit;
use super::staff::{AreaAsked, MadeReply};
use super::visit::{PartReply, part};
use crate::clock;
use crate::county::County;
use crate::desk::Desk;
use crate::opening::{self, Opening, grant, grants};
use crate::problem::{Refusal, wrong};
use crate::staff::{Change, write};
use axum::Json;
use axum::extract::State;
use domain::catalogue::{RecordKind, keys};
use domain::grant::{Grant, GrantState, OpeningReason};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// No grant lasts longer.
const DAYS_MAX: i32 = 31;

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct GrantReply {
    #[schema(value_type = String)]
    grant: RecordId,
    /// To whom.
    #[schema(value_type = String)]
    staff: RecordId,
    name: String,
    #[schema(value_type = u64)]
    area: AreaCode,
    area_name: String,
    words: String,
    state: &'static str,
    state_zh: &'static str,
    state_en: &'static str,
    #[schema(value_type = String)]
    from: Day,
    /// The first day no more.
    #[schema(value_type = String)]
    until: Day,
    decided_by: Option<String>,
    /// Whether it is one's own.
    own: bool,
    /// Whether it lets its holder open anything today.
    holds: bool,
}

/// What is asked for, in the area that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct GrantAsked {
    /// What for.
    words: String,
    /// The first day no more: at most 31 days from today.
    #[schema(value_type = String)]
    until: Day,
}

/// The word of the person responsible.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct GrantDecision {
    approve: bool,
}

/// What is opened, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct OpeningAsked {
    #[schema(value_type = String)]
    part: RecordId,
    /// 查看事由: `verify`, `assess`, `urgent`, `complaint`, `audit`.
    #[schema(value_type = String)]
    reason: OpeningReason,
}

/// Grants of the area and below, the latest first.
#[utoipa::path(get, path = "/api/grants", params(AreaAsked),
    responses((status = 200, body = Vec<GrantReply>)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
) -> Result<Json<Vec<GrantReply>>, Refusal> {
    let mut found = grants(&desk.county).await?;
    found.retain(|one| permit.reference.areas.within(one.area, permit.area));
    let me = permit.staff()?;
    Ok(Json(found.iter().map(|one| reply(&permit, one, me)).collect()))
}

fn reply(permit: &Permit, grant: &Grant, me: RecordId) -> GrantReply {
    let name = |id: RecordId| permit.reference.staff.get(&id).map(|member| member.name.clone());
    GrantReply {
        grant: grant.id,
        staff: grant.staff,
        name: name(grant.staff).unwrap_or_default(),
        area: grant.area,
        area_name: permit.reference.areas.name(grant.area),
        words: grant.words.clone(),
        state: grant.state.code(),
        state_zh: grant.state.zh(),
        state_en: grant.state.en(),
        from: grant.from,
        until: grant.until,
        decided_by: grant.decided_by.and_then(name),
        own: grant.staff == me,
        holds: grant.holds_on(Day::of(clock::now_ms())),
    }
}

/// Asks for a grant for oneself, in the area that is asked for.
#[utoipa::path(post, path = "/api/grants", params(AreaAsked), request_body = GrantAsked,
    responses((status = 200, body = MadeReply)))]
pub(super) async fn ask(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(asked): Said<GrantAsked>,
) -> Result<Json<MadeReply>, Refusal> {
    let today = Day::of(clock::now_ms());
    if asked.until <= today || asked.until > today.plus(DAYS_MAX) {
        let (first, last) = (today.plus(1), today.plus(DAYS_MAX));
        let zh = format!("到期日写在 {first} 到 {last} 之间");
        return Err(wrong("until", zh, format!("between {first} and {last}")).into());
    }
    let words = asked.words.trim();
    if words.is_empty() || words.chars().count() > 500 {
        return Err(wrong("words", "用途写 1 到 500 个字", "1 to 500 characters").into());
    }
    let me = permit.staff()?;
    let sets = BTreeMap::from([
        (keys::STAFF.to_owned(), Value::text(me.to_string())),
        (keys::AREA.to_owned(), Value::Int(i64::try_from(permit.area.0).unwrap_or_default())),
        (keys::WORDS.to_owned(), Value::text(words)),
        (keys::STATE.to_owned(), Value::from(GrantState::Asked.code())),
        (keys::FROM.to_owned(), Value::text(today.to_string())),
        (keys::UNTIL.to_owned(), Value::text(asked.until.to_string())),
    ]);
    let id = write(&desk.county, me, Change::new(RecordKind::Grant, sets), clock::now_ms()).await?;
    Ok(Json(MadeReply { id }))
}

async fn settle(county: &County, by: RecordId, id: RecordId, state: GrantState) -> Result<(), Problem> {
    let record = RecordRef { kind: RecordKind::Grant, id };
    let sets = BTreeMap::from([
        (keys::STATE.to_owned(), Value::from(state.code())),
        (keys::DECIDED_BY.to_owned(), Value::text(by.to_string())),
    ]);
    write(county, by, Change::of_office(record, sets), clock::now_ms()).await.map(drop)
}

async fn answered(desk: &Desk, permit: &Permit, id: RecordId) -> Result<Json<GrantReply>, Refusal> {
    Ok(Json(reply(permit, &grant(&desk.county, id).await?, permit.staff()?)))
}

/// Approves or refuses; nobody decides on their own.
#[utoipa::path(post, path = "/api/grants/{grant}/decision", params(("grant" = String, Path)),
    request_body = GrantDecision, responses((status = 200, body = GrantReply)))]
pub(super) async fn decide(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
    Said(said): Said<GrantDecision>,
) -> Result<Json<GrantReply>, Refusal> {
    if grant(&desk.county, id).await?.state != GrantState::Asked {
        return Err(Problem::new(ProblemCode::DecidedAlready).into());
    }
    let state = if said.approve { GrantState::Approved } else { GrantState::Refused };
    settle(&desk.county, permit.staff()?, id, state).await?;
    answered(&desk, &permit, id).await
}

/// Takes a grant back before its time.
#[utoipa::path(post, path = "/api/grants/{grant}/end", params(("grant" = String, Path)),
    responses((status = 200, body = GrantReply)))]
pub(super) async fn end(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
) -> Result<Json<GrantReply>, Refusal> {
    if grant(&desk.county, id).await?.state != GrantState::Approved {
        return Err(Problem::new(ProblemCode::DecidedAlready).into());
    }
    settle(&desk.county, permit.staff()?, id, GrantState::Ended).await?;
    answered(&desk, &permit, id).await
}

/// Opens a child's answers under one's own grant.
#[utoipa::path(post, path = "/api/grants/{grant}/openings", params(("grant" = String, Path)),
    request_body = OpeningAsked, responses((status = 200, body = PartReply)))]
pub(super) async fn open(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
    Said(asked): Said<OpeningAsked>,
) -> Result<Json<PartReply>, Refusal> {
    let (county, by) = (&desk.county, permit.staff()?);
    let opening = Opening {
        grant: id,
        parts: vec![asked.part],
        concerns: Vec::new(),
        person: None,
        reason: asked.reason,
        by,
    };
    opening::open(county, &opening, clock::now_ms()).await?;
    Ok(Json(part(county, &permit, asked.part, true).await?))
}
