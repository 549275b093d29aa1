//! `POST /urgent`: what a locked phone reports, sealed to the county. Answered with the county's signed word.

use super::body;
use crate::county::County;
use crate::problem::Refusal;
use crate::{clock, urgent};
use axum::body::Body;
use axum::extract::State;
use std::sync::Arc;
use sync::wire::urgent::SEALED_BYTES_MAX;

/// Takes in one report.
pub(super) async fn post(State(county): State<Arc<County>>, body: Body) -> Result<String, Refusal> {
    let sealed = body::read(body, SEALED_BYTES_MAX).await?;
    Ok(urgent::take_sealed(&county, &sealed, clock::now_ms()).await?)
}
