//! `/api/waiting`: 待处理: what waits for a reviewer, shown whole, and the word on it. Phones hear of it
//! at their next exchange.

use super::extract::{Asks, At, Said};
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::clock;
use crate::decide::{self, Retraction, Settlement, Verdict, Word};
use crate::desk::Desk;
use crate::goings;
use crate::problem::Refusal;
use crate::reports::waiting::{
    DecidedPage, Filter, List, Reason, Shown, decided as past, list as waiting, show as shown,
};
use axum::Json;
use axum::extract::State;
use domain::going::Going;
use domain::ids::RecordId;
use domain::log::Vector;
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which items.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WaitingAsked {
    /// Of one reason only. What waits for something still to come is listed only when it is asked for.
    #[param(inline)]
    reason: Option<Reason>,
    /// Waiting for so many days or more.
    older: Option<i32>,
}

/// A reviewer's word on items.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DecisionAsked {
    /// As the list names them.
    items: Vec<String>,
    verdict: Verdict,
    /// Why; the worker reads it when something is dismissed.
    reason: String,
}

/// How many items were decided on: what hangs together goes together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DecisionReply {
    decided: usize,
}

/// A reviewer's word on a contested field.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SettlementAsked {
    #[schema(value_type = String)]
    record: RecordId,
    field: String,
    /// What is to stand: one of the sides, or something else.
    #[schema(value_type = serde_json::Value)]
    value: Value,
    /// As it was shown: a side that has come since stays beside the word.
    #[schema(value_type = Object)]
    seen: Vector,
    /// Only whether it could be settled so: nothing is written.
    #[serde(default)]
    only_asked: bool,
}

/// A word on two visits that may be one going-there.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct GoingAsked {
    /// The two, as the list names them.
    item: String,
    /// Whether they are one; else they are two, and are not suggested again.
    one: bool,
    /// Why, if somebody says so.
    reason: String,
}

/// Which page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DecidedAsked {
    /// As the page before said.
    before: Option<u64>,
}

/// Why a decision is taken back.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct UndoAsked {
    reason: String,
}

/// How many decisions stand on a page.
const PAGE: usize = 50;

/// What was decided in the area, the latest first, and what of it was taken back.
#[utoipa::path(get, path = "/api/waiting/decisions", params(AreaAsked, DecidedAsked),
    responses((status = 200, body = DecidedPage)))]
pub(super) async fn decided(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asked): Asks<DecidedAsked>,
) -> Result<Json<DecidedPage>, Refusal> {
    let today = Day::of(clock::now_ms());
    Ok(Json(past(&desk.county, Some(permit.area), asked.before, PAGE, today).await?))
}

/// Takes a decision back, with all that was decided in the same word.
#[utoipa::path(post, path = "/api/waiting/decisions/{decision}/undo", params(("decision" = String, Path)),
    request_body = UndoAsked, responses((status = 200, body = DecisionReply)))]
pub(super) async fn undo(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(decision): At<RecordId>,
    Said(said): Said<UndoAsked>,
) -> Result<Json<DecisionReply>, Refusal> {
    let word = Retraction { decision, reason: said.reason, by: permit.staff()? };
    let decided = decide::undo(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(DecisionReply { decided }))
}

/// What waits in the area.
#[utoipa::path(get, path = "/api/waiting", params(AreaAsked, WaitingAsked),
    responses((status = 200, body = List)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asked): Asks<WaitingAsked>,
) -> Result<Json<List>, Refusal> {
    let filter = Filter { area: Some(permit.area), reason: asked.reason, days_min: asked.older };
    Ok(Json(waiting(&desk.county, filter, Day::of(clock::now_ms())).await?))
}

/// One item, or all that is contested in a record: what it sets, what stands, both sides, and what was
/// said of it. A child's answers are not shown.
#[utoipa::path(get, path = "/api/waiting/{item}", params(("item" = String, Path)),
    responses((status = 200, body = Shown)))]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(item): At<String>,
) -> Result<Json<Shown>, Refusal> {
    let found = shown(&desk.county, &item, Day::of(clock::now_ms())).await?;
    if found.items.iter().any(|one| !permit.covers(one.area)) {
        return Err(Problem::new(ProblemCode::NotForYou).into());
    }
    Ok(Json(found))
}

/// Takes in, passes over, or goes on waiting.
#[utoipa::path(post, path = "/api/waiting/decisions", request_body = DecisionAsked,
    responses((status = 200, body = DecisionReply)))]
pub(super) async fn decide(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(said): Said<DecisionAsked>,
) -> Result<Json<DecisionReply>, Refusal> {
    if said.items.is_empty() {
        return Ok(Json(DecisionReply { decided: 0 }));
    }
    let DecisionAsked { items, verdict, reason } = said;
    let word = Word { items, verdict, reason, by: permit.staff()? };
    let decided = decide::decide(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(DecisionReply { decided }))
}

/// Settles a contested field: 用这一个, or 都不对，重新填.
#[utoipa::path(post, path = "/api/waiting/settlements", request_body = SettlementAsked,
    responses((status = 200, body = DecisionReply)))]
pub(super) async fn settle(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(said): Said<SettlementAsked>,
) -> Result<Json<DecisionReply>, Refusal> {
    let record = crate::reports::waiting::contested_record(&desk.county, said.record).await?;
    let SettlementAsked { field, value, seen, only_asked, .. } = said;
    let word = Settlement { record, field, value, seen, by: permit.staff()? };
    if only_asked {
        decide::settling(&desk.county, &word, clock::now_ms()).await?;
        return Ok(Json(DecisionReply { decided: 0 }));
    }
    decide::settle(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(DecisionReply { decided: 1 }))
}

/// Says of two visits that they are one going-there, or two. Both stay as they are.
#[utoipa::path(post, path = "/api/waiting/goings", request_body = GoingAsked,
    responses((status = 200, body = DecisionReply)))]
pub(super) async fn going(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(said): Said<GoingAsked>,
) -> Result<Json<DecisionReply>, Refusal> {
    let GoingAsked { item, one, reason } = said;
    let going = if one { Going::One } else { Going::Two };
    let word = goings::Word { item, going, reason, by: permit.staff()? };
    goings::say(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(DecisionReply { decided: 1 }))
}
