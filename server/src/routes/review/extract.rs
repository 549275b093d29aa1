//! Reading what was asked; what cannot be read is a problem like any other.

use crate::import::file;
use crate::problem::{Refusal, wrong};
use crate::routes::body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use domain::problem::{Problem, ProblemCode};
use serde::de::DeserializeOwned;

/// More than any form of the console has.
const BYTES_MAX: usize = 64 * 1024;

/// What stands behind the question mark.
pub(super) struct Asks<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asks<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        let read = read.map_err(|error: QueryRejection| {
            let text = error.body_text();
            // Which of them: `…: period: …`. Without a name nobody could tell.
            let named = text
                .split(": ")
                .nth(1)
                .filter(|name| name.bytes().all(|one| one == b'_' || one.is_ascii_lowercase()));
            let zh = "地址里写的这一项读不懂，请在页面上方重新选";
            Refusal(wrong(
                named.unwrap_or("?"),
                zh,
                "what the address says of it cannot be read; choose it again above",
            ))
        })?;
        Ok(Self(read.0))
    }
}

/// What stands in the path. What is no id is nobody's.
pub(super) struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        let read = read.map_err(|_: PathRejection| Refusal::from(ProblemCode::NothingFound))?;
        Ok(Self(read.0))
    }
}

/// What was posted, as JSON.
pub(super) struct Said<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Said<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        posted(request, BYTES_MAX).await.map(Self)
    }
}

/// What was posted with a file in it, as JSON.
pub(super) struct SaidWithFile<T>(pub T);

/// A file in base64, and what is said of it.
const FILE_BYTES_MAX: usize = file::BYTES_MAX / 3 * 4 + 1024 * 1024;

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for SaidWithFile<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        posted(request, FILE_BYTES_MAX).await.map(Self)
    }
}

async fn posted<T: DeserializeOwned>(request: Request, bytes_max: usize) -> Result<T, Refusal> {
    let bytes = body::read(request.into_body(), bytes_max).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        // The reader's own words may repeat what was posted.
        let place = format!("JSON {}:{}", error.line(), error.column());
        Problem::new(ProblemCode::RequestDamaged).with("place", place).into()
    })
}
