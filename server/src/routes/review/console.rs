//! The console itself: its files with their types, and its first page for every path that is the
//! console's own.

use crate::desk::Desk;
use crate::problem::Refusal;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use domain::problem::ProblemCode;
use std::borrow::Cow;
use std::path::{Component, Path};
use std::sync::Arc;

/// The console's first page.
const INDEX: &str = "index.html";

/// Files whose name has the hash of their content never change.
const HASHED: &str = "assets/";

/// Paths that are never the console's: its API's, and what only phones ask for.
const NO_PAGES: [&str; 4] = ["api", "health", "exchange", "enrol"];

/// A file of the console.
pub(super) async fn get(State(desk): State<Arc<Desk>>, method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let reads = method == Method::GET || method == Method::HEAD;
    let first = path.split('/').next().unwrap_or_default();
    if !reads || NO_PAGES.contains(&first) {
        return Refusal::from(ProblemCode::NotFromHere).into_response();
    }
    let name = if path.is_empty() { INDEX } else { path };
    if let Some(bytes) = file(&desk, name) {
        return answer(name, bytes);
    }
    // A path without a dot is a page of the console; any other is a file that is not there.
    let page = !name.rsplit('/').next().unwrap_or_default().contains('.');
    match file(&desk, INDEX).filter(|_| page) {
        Some(bytes) => answer(INDEX, bytes),
        None => Refusal::from(ProblemCode::NotFromHere).into_response(),
    }
}

fn answer(name: &str, bytes: Cow<'static, [u8]>) -> Response {
    let keep = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind(name))),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    (StatusCode::OK, headers, Body::from(bytes.into_owned())).into_response()
}

/// The type of a file by its name.
fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

fn file(desk: &Desk, name: &str) -> Option<Cow<'static, [u8]>> {
    match &desk.settings.console {
        Some(folder) => from_folder(folder, name).map(Cow::Owned),
        None => built_in(name),
    }
}

/// Nothing outside the folder.
fn from_folder(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let relative = Path::new(name);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| std::fs::read(folder.join(relative)).ok()).flatten()
}

#[cfg(feature = "embed-ui")]
fn built_in(name: &str) -> Option<Cow<'static, [u8]>> {
    #[derive(rust_embed::Embed)]
    #[folder = "$CONSOLE_DIST"]
    struct Console;
    Console::get(name).map(|file| file.data)
}

#[cfg(not(feature = "embed-ui"))]
fn built_in(name: &str) -> Option<Cow<'static, [u8]>> {
    (name == INDEX).then_some(Cow::Borrowed(include_bytes!("no_console.html").as_slice()))
}
