//! `POST /exchange`: a request frame in, a reply frame out.

use super::body;
use crate::county::County;
use crate::problem::Refusal;
use crate::{clock, ingest};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use std::sync::Arc;
use sync::wire::limits::FRAME_BYTES_MAX;

/// Takes in one exchange.
pub(super) async fn post(
    State(county): State<Arc<County>>,
    body: Body,
) -> Result<([(HeaderName, &'static str); 1], Vec<u8>), Refusal> {
    let frame = body::read(body, FRAME_BYTES_MAX).await?;
    let reply = ingest::exchange(&county, frame, clock::now_ms()).await.inspect_err(|problem| {
        tracing::info!(code = ?problem.code, "an exchange was refused");
    })?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], reply))
}
