//! Reading what was posted, and never more than is allowed.

use crate::problem::Refusal;
use axum::body::{Body, Bytes, HttpBody};
use domain::problem::{Problem, ProblemCode};

/// The whole body, at most so many bytes. What declares more is not read at all.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let declared = body.size_hint().lower();
    if usize::try_from(declared).map_or(true, |declared| declared > limit) {
        return Err(too_large(limit));
    }
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        // A body without a declared length goes over the limit while it is being read.
        if source.is_some_and(|source| source.to_string().contains("length limit")) {
            return too_large(limit);
        }
        Refusal(Problem::new(ProblemCode::RequestDamaged).with("place", "body: cut short"))
    })
}

fn too_large(limit: usize) -> Refusal {
    Refusal(Problem::new(ProblemCode::RequestTooLarge).with("limit", format!("{} KiB", limit / 1024)))
}
