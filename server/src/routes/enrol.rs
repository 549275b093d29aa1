//! `POST /enrol`: a phone that knows the code of a sheet becomes a device.

use super::body;
use crate::county::County;
use crate::problem::Refusal;
use crate::{clock, enrol};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use domain::problem::{Problem, ProblemCode};
use seal::enrol::{EnrolReply, EnrolRequest};
use std::sync::Arc;

/// A request has some 600 bytes.
const BYTES_MAX: usize = 4 * 1024;

/// Enrols a phone.
pub(super) async fn post(State(county): State<Arc<County>>, body: Body) -> Result<Json<EnrolReply>, Refusal> {
    let bytes = body::read(body, BYTES_MAX).await?;
    let request: EnrolRequest = serde_json::from_slice(&bytes).map_err(|error| {
        let place = format!("JSON {}:{}", error.line(), error.column());
        Problem::new(ProblemCode::RequestDamaged).with("place", place)
    })?;
    Ok(Json(enrol::enrol(&county, &request, clock::now_ms()).await?))
}
