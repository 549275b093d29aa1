//! What the two listeners answer. One file per act; neither listener has the other's routes.

mod body;
mod enrol;
mod exchange;
mod gate;
mod health;
#[cfg(test)]
mod tests;

use crate::county::County;
use crate::problem::Refusal;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::problem::ProblemCode;
use std::sync::Arc;
use std::time::Duration;

pub use gate::Gate;

/// What a listener needs.
#[derive(Debug, Clone)]
pub struct Limits {
    /// A request that takes longer is given up.
    pub request: Duration,
    /// So many requests at once; one more is told to come again.
    pub concurrent: usize,
}

/// The listener of the phones: exchange, enrolment, health.
pub fn phones(county: Arc<County>, limits: &Limits) -> Router {
    let routes = Router::new()
        .route("/exchange", post(exchange::post))
        .route("/enrol", post(enrol::post))
        .route("/health", get(health::get));
    guarded(routes, county, limits)
}

/// The listener of the desk: the console and its API, later; health.
pub fn desk(county: Arc<County>, limits: &Limits) -> Router {
    guarded(Router::new().route("/health", get(health::get)), county, limits)
}

fn guarded(routes: Router<Arc<County>>, county: Arc<County>, limits: &Limits) -> Router {
    routes
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .with_state(county)
        .layer(axum::middleware::from_fn_with_state(Gate::new(limits), gate::pass))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(gate::panicked))
}

async fn nothing_here() -> Refusal {
    Refusal::from(ProblemCode::NotFromHere)
}

async fn wrong_method() -> Response {
    let mut response = Refusal::from(ProblemCode::NotFromHere).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}
