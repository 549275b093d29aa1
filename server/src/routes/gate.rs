//! Before every route: not too many at once, none for too long, and no panic goes unanswered.

use super::Limits;
use crate::problem::Refusal;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use axum::middleware::Next;
use axum::response::IntoResponse;
use domain::problem::{Problem, ProblemCode};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// When to come again, in seconds, after having been turned away.
const COME_AGAIN_S: u32 = 5;

/// Counts requests in, and watches the clock.
#[derive(Debug, Clone)]
pub struct Gate {
    places: Arc<Semaphore>,
    request: Duration,
}

impl Gate {
    /// A gate with these limits.
    pub fn new(limits: &Limits) -> Self {
        Self { places: Arc::new(Semaphore::new(limits.concurrent)), request: limits.request }
    }
}

/// Lets a request through, or tells it to come again.
pub(super) async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response<Body> {
    let Ok(_place) = gate.places.try_acquire() else {
        let busy = Problem::new(ProblemCode::CountyBusy).with("wait_s", COME_AGAIN_S);
        return Refusal(busy).into_response();
    };
    match tokio::time::timeout(gate.request, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::from(ProblemCode::TooSlow).into_response(),
    }
}

static PANICS: AtomicU64 = AtomicU64::new(1);

/// A panic is a fault of the program: the log gets its words, the phone a number to name it by.
pub(super) fn panicked(words: Box<dyn Any + Send>) -> Response<Body> {
    let said = words.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| words.downcast_ref::<&str>().copied()).unwrap_or("no words");
    let number = PANICS.fetch_add(1, Ordering::Relaxed);
    let reference = format!("{:08x}-{number}", crate::clock::now_ms() / 1_000);
    tracing::error!(reference, said, "a request panicked");
    Refusal(Problem::new(ProblemCode::Internal).with("reference", reference)).into_response()
}
