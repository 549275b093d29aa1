//! `/api/changes`: 情况变了: what was reported at the door, the township's word on it, the end of a stay elsewhere,
//! and the county's on a refusal.

use super::extract::{Asks, At, Said};
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::changes::{self, Case, Reported, Word};
use crate::clock;
use crate::desk::Desk;
use crate::problem::{Refusal, wrong};
use crate::stays::{self, Back, OpenStay};
use axum::Json;
use axum::extract::State;
use domain::ids::{AreaCode, RecordId};
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which of them.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DecidedToo {
    /// Those on which the township has spoken, instead of those that wait.
    #[serde(default)]
    pub decided: bool,
}

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChangeVerdict {
    /// 确认.
    So,
    /// 不是这样.
    NotSo,
    /// The word before is taken back.
    TakenBack,
}

/// A word on a reported change.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ChangeAsked {
    /// The parts that report it.
    #[schema(value_type = Vec<String>)]
    parts: Vec<RecordId>,
    /// Of what is so: others of the same report of whom the same is confirmed in this step. No death.
    #[serde(default)]
    also: Vec<Reported>,
    verdict: ChangeVerdict,
    /// Of what is so: the first day of it.
    #[schema(value_type = Option<String>)]
    from: Option<Day>,
    /// The first day back, when that is known.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
    /// To which village of this county somebody moved.
    #[schema(value_type = Option<u64>)]
    village: Option<AreaCode>,
    /// Why; the worker reads it.
    #[serde(default)]
    words: String,
}

/// The end of a stay elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct BackAsked {
    /// The stay, as the person's page names it.
    stay: String,
    /// The first day back; none takes that back.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
}

/// 拒访不计入.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RefusalAsked {
    /// From which day on; none takes it back.
    #[schema(value_type = Option<String>)]
    from: Option<Day>,
    /// Why.
    words: String,
}

/// That it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SaidReply {
    pub(super) done: bool,
}

/// Changes that were reported in the area.
#[utoipa::path(get, path = "/api/changes", params(AreaAsked, DecidedToo),
    responses((status = 200, body = Vec<Case>)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asked): Asks<DecidedToo>,
) -> Result<Json<Vec<Case>>, Refusal> {
    let today = Day::of(clock::now_ms());
    Ok(Json(changes::list(&desk.county, permit.area, !asked.decided, today).await?))
}

/// Who is said to be elsewhere with no word that they are back.
#[utoipa::path(get, path = "/api/stays", params(AreaAsked), responses((status = 200, body = Vec<OpenStay>)))]
pub(super) async fn stays(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
) -> Result<Json<Vec<OpenStay>>, Refusal> {
    Ok(Json(stays::open(&desk.county, permit.area, Day::of(clock::now_ms())).await?))
}

/// A word on what was reported of somebody.
#[utoipa::path(post, path = "/api/changes/{person}", params(("person" = String, Path)),
    request_body = ChangeAsked, responses((status = 200, body = SaidReply)))]
pub(super) async fn say(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(person): At<RecordId>,
    Said(asked): Said<ChangeAsked>,
) -> Result<Json<SaidReply>, Refusal> {
    let ChangeAsked { parts, also, verdict, from, until, village, words } = asked;
    let said = match verdict {
        ChangeVerdict::So => {
            let none = || wrong("--from", "要写从哪天起", "since when is needed");
            changes::Said::So { from: from.ok_or_else(none)?, until, village }
        }
        ChangeVerdict::NotSo => changes::Said::NotSo,
        ChangeVerdict::TakenBack => changes::Said::TakenBack,
    };
    let word = Word { person, parts, also, said, words, by: permit.staff()? };
    changes::say(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(SaidReply { done: true }))
}

/// Somebody has come back, or has not after all.
#[utoipa::path(post, path = "/api/subjects/{person}/back", params(("person" = String, Path)),
    request_body = BackAsked, responses((status = 200, body = SaidReply)))]
pub(super) async fn back(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(person): At<RecordId>,
    Said(asked): Said<BackAsked>,
) -> Result<Json<SaidReply>, Refusal> {
    let word = Back { person, stay: asked.stay, until: asked.until, by: permit.staff()? };
    stays::back(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(SaidReply { done: true }))
}

/// A refusal is recognised, or no more.
#[utoipa::path(post, path = "/api/subjects/{person}/refusal", params(("person" = String, Path)),
    request_body = RefusalAsked, responses((status = 200, body = SaidReply)))]
pub(super) async fn refuse(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(person): At<RecordId>,
    Said(asked): Said<RefusalAsked>,
) -> Result<Json<SaidReply>, Refusal> {
    let RefusalAsked { from, words } = asked;
    let word = stays::Refusal { person, from, words, by: permit.staff()? };
    stays::refuse(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(SaidReply { done: true }))
}
