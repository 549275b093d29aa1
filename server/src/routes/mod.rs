//! What the two listeners answer. One file per act; neither listener has the other's routes.

mod app;
mod body;
mod enrol;
mod exchange;
mod gate;
mod health;
pub mod review;
#[cfg(test)]
mod tests;
mod urgent;

use crate::county::County;
use crate::desk::Desk;
use crate::problem::Refusal;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::problem::ProblemCode;
use std::sync::Arc;
use std::time::Duration;
use sync::wire::urgent::URGENT_PATH;

pub(crate) use app::no_numbers;
pub use gate::Gate;

/// What a listener needs.
#[derive(Debug, Clone)]
pub struct Limits {
    /// A request that takes longer is given up.
    pub request: Duration,
    /// So many requests at once; one more is told to come again.
    pub concurrent: usize,
}

/// The listener of the phones: exchange, enrolment, what a locked phone reports, the app, health.
pub fn phones(county: Arc<County>, limits: &Limits) -> Router {
    let routes = Router::new()
        .route("/exchange", post(exchange::post))
        .route("/enrol", post(enrol::post))
        .route(URGENT_PATH, post(urgent::post))
        .route("/app", get(app::page))
        .route("/app/shanfang.apk", get(app::package))
        .route("/health", get(health::get))
        .fallback(nothing_here)
        .with_state(county);
    guarded(routes, limits)
}

/// The listener of the desk: the console and its API; health.
pub fn desk(desk: Arc<Desk>, limits: &Limits) -> Router {
    let health = Router::new().route("/health", get(health::get)).with_state(Arc::clone(&desk.county));
    let routes = review::routes(Arc::clone(&desk)).merge(health);
    guarded(routes, limits).layer(axum::middleware::from_fn_with_state(desk, review::headers))
}

fn guarded(routes: Router, limits: &Limits) -> Router {
    routes
        .method_not_allowed_fallback(wrong_method)
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
