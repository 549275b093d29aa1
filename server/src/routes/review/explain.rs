//! `GET /api/coverage/explain`: 怎么算的.

use super::coverage::CoverageAsked;
use super::extract::Asks;
use super::permit::Permit;
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::reports::{Column, Explanation, explain};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Of which figure.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExplainAsked {
    /// The figure.
    #[param(inline)]
    column: Column,
}

/// How a figure is made: definition, cut and source.
#[utoipa::path(get, path = "/api/coverage/explain", params(CoverageAsked, ExplainAsked),
    responses((status = 200, body = Explanation)))]
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<CoverageAsked>,
    Asks(which): Asks<ExplainAsked>,
) -> Result<Json<Explanation>, Refusal> {
    let asked = asks.ask(&desk, &permit).await?;
    Ok(Json(explain(&asked, which.column)))
}
