//! `/api/erasures`: 删除: what would go, asking for it, and a second person's word on it.

use super::extract::{Asks, At, Said};
use super::permit::Permit;
use crate::clock;
use crate::desk::Desk;
use crate::erase::{self, Ask, Foreseen, Word};
use crate::problem::Refusal;
use axum::Json;
use axum::extract::State;
use domain::catalogue::RecordKind;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// What can be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Erasable {
    /// Somebody, with all that is held of them.
    Person,
    /// What a visit says; it goes on counting.
    Visit,
    /// 紧急.
    Urgent,
}

impl Erasable {
    fn record(self, id: RecordId) -> RecordRef {
        let kind = match self {
            Self::Person => RecordKind::Person,
            Self::Visit => RecordKind::Visit,
            Self::Urgent => RecordKind::Urgent,
        };
        RecordRef { kind, id }
    }
}

/// Of what.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ForeseenAsked {
    #[param(inline)]
    kind: Erasable,
    #[param(value_type = String)]
    id: RecordId,
}

/// How many records of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct GoesReply {
    /// The kind's code.
    kind: &'static str,
    count: usize,
}

/// What goes, before anything does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ForeseenReply {
    /// A child's name is masked; of a visit or a report its number.
    name: String,
    goes: Vec<GoesReply>,
    /// Urgent reports that name the person: they are erased by a word of their own.
    urgent: usize,
}

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ErasureAsked {
    kind: Erasable,
    #[schema(value_type = String)]
    id: RecordId,
    /// Why, without names.
    reason: String,
}

/// A second person's word.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ErasureWord {
    /// Why not; it is erased at once when nothing is said.
    refused: Option<String>,
}

/// That it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct AskedReply {
    #[schema(value_type = String)]
    erasure: RecordId,
}

/// How an erasure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ErasureState {
    /// Waits for the second word.
    Asked,
    /// 已删除.
    Erased,
    /// 不同意.
    Refused,
}

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ErasureReply {
    #[schema(value_type = String)]
    erasure: RecordId,
    /// The kind's code.
    kind: &'static str,
    #[schema(value_type = String)]
    id: RecordId,
    /// What it is called as long as it is not erased; a child's name is masked.
    name: String,
    reason: String,
    by: String,
    /// Whether whoever looks has asked for it: then the second word is another's.
    own: bool,
    at_ms: UnixMs,
    state: ErasureState,
    /// Who said the second word.
    decided_by: Option<String>,
    /// Why not.
    refused: Option<String>,
    /// How many records lost their content.
    records: usize,
}

/// What would go.
#[utoipa::path(get, path = "/api/erasures/foreseen", params(ForeseenAsked),
    responses((status = 200, body = ForeseenReply)))]
pub(super) async fn foreseen(
    State(desk): State<Arc<Desk>>,
    _: Permit,
    Asks(asked): Asks<ForeseenAsked>,
) -> Result<Json<ForeseenReply>, Refusal> {
    let target = asked.kind.record(asked.id);
    let Foreseen { goes, urgent } = erase::foreseen(&desk.county, target).await?;
    let name = erase::called(&desk.county, target, Day::of(clock::now_ms())).await?;
    let goes = goes.into_iter().map(|(one, count)| GoesReply { kind: one.code(), count }).collect();
    Ok(Json(ForeseenReply { name, goes, urgent }))
}

/// Asks for an erasure: nothing is erased by it.
#[utoipa::path(post, path = "/api/erasures", request_body = ErasureAsked,
    responses((status = 200, body = AskedReply)))]
pub(super) async fn ask(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(said): Said<ErasureAsked>,
) -> Result<Json<AskedReply>, Refusal> {
    let asked = Ask { target: said.kind.record(said.id), reason: said.reason, by: permit.staff()? };
    let erasure = erase::ask(&desk.county, &asked, clock::now_ms()).await?;
    Ok(Json(AskedReply { erasure }))
}

/// Every erasure, the latest first.
#[utoipa::path(get, path = "/api/erasures", responses((status = 200, body = Vec<ErasureReply>)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
) -> Result<Json<Vec<ErasureReply>>, Refusal> {
    Ok(Json(listed(&desk, &permit).await?))
}

/// Erases, or says why not.
#[utoipa::path(post, path = "/api/erasures/{erasure}/word", params(("erasure" = String, Path)),
    request_body = ErasureWord, responses((status = 200, body = Vec<ErasureReply>)))]
pub(super) async fn say(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(erasure): At<RecordId>,
    Said(said): Said<ErasureWord>,
) -> Result<Json<Vec<ErasureReply>>, Refusal> {
    let word = Word { erasure, refused: said.refused, by: permit.staff()? };
    erase::say(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(listed(&desk, &permit).await?))
}

async fn listed(desk: &Desk, permit: &Permit) -> Result<Vec<ErasureReply>, Problem> {
    let (today, me) = (Day::of(clock::now_ms()), permit.staff()?);
    let mut lines = Vec::new();
    for one in erase::all(&desk.county).await? {
        let state = match (&one.refused, one.is_done()) {
            (Some(_), _) => ErasureState::Refused,
            (None, true) => ErasureState::Erased,
            (None, false) => ErasureState::Asked,
        };
        let name = match state {
            ErasureState::Erased => String::new(),
            _ => erase::called(&desk.county, one.target, today).await?,
        };
        lines.push(ErasureReply {
            erasure: one.id,
            kind: one.target.kind.code(),
            id: one.target.id,
            name,
            by: permit.reference.staff_name(one.by),
            own: one.by == me,
            at_ms: one.at_ms,
            state,
            decided_by: one.approved_by.map(|id| permit.reference.staff_name(id)),
            records: one.records.len(),
            refused: one.refused,
            reason: one.reason,
        });
    }
    Ok(lines)
}
