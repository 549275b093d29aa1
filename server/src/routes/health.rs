//! `GET /health`: that the county is here, which one, and what time it has.

use crate::clock;
use crate::county::County;
use axum::Json;
use axum::extract::State;
use domain::time::UnixMs;
use serde::Serialize;
use std::sync::Arc;

/// What anybody may know.
#[derive(Debug, Serialize)]
pub(super) struct Health {
    county: String,
    time_ms: UnixMs,
    version: &'static str,
}

/// Says that the county is here.
pub(super) async fn get(State(county): State<Arc<County>>) -> Json<Health> {
    let version = env!("CARGO_PKG_VERSION");
    Json(Health { county: county.keys.county().to_string(), time_ms: clock::now_ms(), version })
}
