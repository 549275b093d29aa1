//! `/api/subjects/{person}/corrections`: 更正 by the office, field by field; `…/categories`: from which day on somebody
//! belongs to one, or no more.

use super::changes::SaidReply;
use super::extract::{At, Said};
use super::permit::Permit;
use crate::clock;
use crate::correct::{Belonging, Correctable, Correction, belong, correct, correctable};
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::takes::Takes;
use axum::Json;
use axum::extract::State;
use domain::ids::RecordId;
use domain::log::Vector;
use domain::time::Day;
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What can be put right, with what each field takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CorrectableReply {
    /// Of the person.
    person: Vec<Takes>,
    #[schema(value_type = Object)]
    seen: Vector,
    /// Of the home.
    home: Vec<Takes>,
    #[schema(value_type = Object)]
    home_seen: Vector,
}

/// One field put right.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CorrectionAsked {
    /// Whether the field is one of the home.
    #[serde(default)]
    home: bool,
    field: String,
    /// What it is to be; null takes away what was wrong.
    #[schema(value_type = Object)]
    value: Value,
    /// The record as it was seen.
    #[schema(value_type = Option<Object>)]
    seen: Option<Vector>,
}

/// From when to when somebody belongs to a category.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct BelongingAsked {
    category: String,
    #[schema(value_type = String)]
    from: Day,
    /// The first day without it; none while it goes on.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
}

/// What can be put right of somebody.
#[utoipa::path(get, path = "/api/subjects/{person}/corrections", params(("person" = String, Path)),
    responses((status = 200, body = CorrectableReply)))]
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    _: Permit,
    At(id): At<RecordId>,
) -> Result<Json<CorrectableReply>, Refusal> {
    let found = correctable(&desk.county, id, Day::of(clock::now_ms())).await?;
    let Correctable { person, seen, home, home_seen } = found;
    Ok(Json(CorrectableReply { person, seen, home, home_seen }))
}

/// Puts one field right.
#[utoipa::path(post, path = "/api/subjects/{person}/corrections", params(("person" = String, Path)),
    request_body = CorrectionAsked, responses((status = 200, body = SaidReply)))]
pub(super) async fn say(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(person): At<RecordId>,
    Said(asked): Said<CorrectionAsked>,
) -> Result<Json<SaidReply>, Refusal> {
    let CorrectionAsked { home, field, value, seen } = asked;
    let word = Correction { person, home, field, value, seen, by: permit.staff()? };
    correct(&desk.county, &desk.register, &word, clock::now_ms()).await?;
    Ok(Json(SaidReply { done: true }))
}

/// Somebody belongs to a category, or no more.
#[utoipa::path(post, path = "/api/subjects/{person}/categories", params(("person" = String, Path)),
    request_body = BelongingAsked, responses((status = 200, body = SaidReply)))]
pub(super) async fn category(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(person): At<RecordId>,
    Said(asked): Said<BelongingAsked>,
) -> Result<Json<SaidReply>, Refusal> {
    let BelongingAsked { category, from, until } = asked;
    let word = Belonging { person, category, from, until, by: permit.staff()? };
    belong(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(SaidReply { done: true }))
}
