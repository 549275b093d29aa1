//! `GET /app`: where a phone gets the app: version, size, digest, and how to install it. `GET /app/shanfang.apk` is
//! the file.

use crate::app::Offer;
use crate::county::County;
use crate::problem::Refusal;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::problem::{Problem, ProblemCode};
use std::sync::Arc;
use tokio_util::io::ReaderStream;

const PAGE: &str = include_str!("app.html");

/// How it is installed, while there is something to install.
const STEPS: &str = include_str!("app_steps.html");

/// What is said while there is nothing.
const NONE: &str = "<p class=\"none\">县里还没有放安装包，现在这里没有可以下载的。</p>\
    <p>请问乡镇站长，或者县民政局管这套系统的人：放好以后再打开这一页。</p>\
    <p><small>No package has been put here yet, so there is nothing to download. Ask the head of your township's \
    station, or whoever runs this at the county.</small></p>";

/// Nothing but this page's own words and drawings.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/// The page.
pub(super) async fn page(State(county): State<Arc<County>>) -> Response {
    let download = match county.offer.get() {
        Some(offer) => told(offer),
        None => NONE.to_owned(),
    };
    // Without a package nothing is to be pressed here.
    let steps = if county.offer.get().is_some() { STEPS } else { "" };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    (headers, PAGE.replace("{download}", &download).replace("{steps}", steps)).into_response()
}

/// What a version may be called on the page; its file was named by the operator.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || ".-+_".contains(*c)).take(40).collect()
}

fn told(offer: &Offer) -> String {
    let tenths = offer.bytes / 100_000;
    let (size, version) = (format!("{}.{} MB", tenths / 10, tenths % 10), plain(&offer.version));
    format!(
        "<p><a class=\"get\" href=\"/app/shanfang.apk\">下载（{size}）</a></p>\
         <p>版本 {version}。建议连 Wi-Fi 时下载。<br><small>Version {version}. Better over Wi-Fi.</small></p>\
         <p class=\"digest\">SHA-256：<code>{}</code></p>",
        offer.sha256
    )
}

/// The file.
pub(super) async fn package(State(county): State<Arc<County>>) -> Result<Response, Refusal> {
    let none = || Problem::new(ProblemCode::NothingFound);
    let offer = county.offer.get().ok_or_else(none)?;
    let file = tokio::fs::File::open(&offer.path).await.map_err(|_| none())?;
    let mut headers = HeaderMap::new();
    let kind = HeaderValue::from_static("application/vnd.android.package-archive");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(offer.bytes));
    let name = HeaderValue::from_static("attachment; filename=\"shanfang.apk\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}
