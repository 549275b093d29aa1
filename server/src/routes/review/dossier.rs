//! `POST /api/subjects/{person}/dossier`: 查阅、复制: all that is held of a person as one document, to be handed over.
//! It is in the access log before it is answered.

use super::extract::{At, Said};
use super::permit::Permit;
use crate::clock;
use crate::desk::Desk;
use crate::dossier::{self, Asked};
use crate::problem::Refusal;
use axum::Json;
use axum::extract::State;
use base64::Engine;
use domain::ids::RecordId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Under what.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DossierAsked {
    /// One's own grant that covers the person: of a child only.
    #[schema(value_type = Option<String>)]
    grant: Option<RecordId>,
}

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DossierReply {
    /// What the file is called: nobody's name is in it.
    name: String,
    /// The file, a page that any browser reads and prints, base64.
    bytes: String,
}

/// Makes it.
#[utoipa::path(post, path = "/api/subjects/{person}/dossier", params(("person" = String, Path)),
    request_body = DossierAsked, responses((status = 200, body = DossierReply)))]
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(person): At<RecordId>,
    Said(said): Said<DossierAsked>,
) -> Result<Json<DossierReply>, Refusal> {
    let asked = Asked { person, by: permit.staff()?, grant: said.grant };
    let made = dossier::make(&desk.county, &asked, clock::now_ms()).await?;
    let bytes = base64::engine::general_purpose::STANDARD.encode(dossier::html(&made));
    Ok(Json(DossierReply { name: format!("个人信息查阅-{person}.html"), bytes }))
}
