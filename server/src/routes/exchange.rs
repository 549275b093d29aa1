//! `POST /exchange`: a request frame in, a reply frame out.

use super::body;
use crate::county::County;
use crate::problem::Refusal;
use crate::{clock, ingest};
use axum::body::Body;
use axum::extract::State;
use domain::problem::Problem;
use seal::frame::{CERTIFICATE_BYTES_MAX, RequestFrame};
use std::sync::Arc;
use sync::wire::limits::FRAME_BYTES_MAX;

/// Takes in one exchange. No content type: on a village's line every byte counts, and a frame says
/// itself what it is.
pub(super) async fn post(State(county): State<Arc<County>>, body: Body) -> Result<Body, Refusal> {
    let frame = body::read(body, FRAME_BYTES_MAX + CERTIFICATE_BYTES_MAX).await?;
    // As the frame says, which nobody has proven when it is refused.
    let device = RequestFrame::open(&frame, ingest::LIMITS).ok().map(|frame| frame.device);
    let reply = ingest::exchange(&county, frame, clock::now_ms()).await;
    let from = |problem: Problem| match device {
        Some(device) => problem.with("device", device),
        None => problem,
    };
    Ok(Body::from(reply.map_err(from)?))
}
