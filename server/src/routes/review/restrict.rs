//! `POST /api/subjects/{person}/restriction`: 限制处理, or the end of it.

use super::changes::SaidReply;
use super::extract::{At, Said};
use super::permit::Permit;
use crate::clock;
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::restrict::{self, Word};
use axum::Json;
use axum::extract::State;
use domain::ids::RecordId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The word.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RestrictionAsked {
    /// Whether the answers are kept only from now on; used again otherwise.
    restricted: bool,
    /// Why, and who asked for it.
    words: String,
}

/// Restricts, or ends that.
#[utoipa::path(post, path = "/api/subjects/{person}/restriction", params(("person" = String, Path)),
    request_body = RestrictionAsked, responses((status = 200, body = SaidReply)))]
pub(super) async fn say(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(person): At<RecordId>,
    Said(said): Said<RestrictionAsked>,
) -> Result<Json<SaidReply>, Refusal> {
    let RestrictionAsked { restricted, words } = said;
    let word = Word { person, restricted, words, by: permit.staff()? };
    restrict::say(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(SaidReply { done: true }))
}
