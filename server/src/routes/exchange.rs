//! `POST /exchange`: a request frame in, a reply frame out.

use super::body;
use crate::county::County;
use crate::problem::Refusal;
use crate::{clock, ingest};
use axum::body::Body;
use axum::extract::State;
use seal::frame::CERTIFICATE_BYTES_MAX;
use std::sync::Arc;
use sync::wire::limits::FRAME_BYTES_MAX;

/// Takes in one exchange. No content type: on a village's line every byte counts, and a frame says
/// itself what it is.
pub(super) async fn post(State(county): State<Arc<County>>, body: Body) -> Result<Body, Refusal> {
    let frame = body::read(body, FRAME_BYTES_MAX + CERTIFICATE_BYTES_MAX).await?;
    let reply = ingest::exchange(&county, frame, clock::now_ms()).await.inspect_err(|problem| {
        tracing::info!(code = ?problem.code, "an exchange was refused");
    })?;
    Ok(Body::from(reply))
}
