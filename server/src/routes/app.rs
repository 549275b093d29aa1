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

/// The displayed name and what stands beside it: the same file as the phone's screens and the console are built with.
const NAME: &str = include_str!(env!("SHANFANG_NAME"));

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
    (headers, PAGE.replace("{name}", &name()).replace("{download}", &download).replace("{steps}", steps))
        .into_response()
}

fn data() -> serde_json::Value {
    serde_json::from_str(NAME).unwrap_or_default()
}

/// Whether phones are given no number of the county's own, such as that of the 派出所.
pub(crate) fn no_numbers() -> bool {
    data().get("numbers").and_then(serde_json::Value::as_array).is_none_or(Vec::is_empty)
}

/// The displayed name, as it stands in a page.
fn name() -> String {
    let data = data();
    let name = data.pointer("/zh/name").and_then(serde_json::Value::as_str).unwrap_or("山访");
    name.replace('&', "&amp;").replace('<', "&lt;")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_on_the_page_is_that_of_the_screens_and_a_missing_number_is_noticed() {
        let data = data();
        let named = data.pointer("/zh/name").and_then(serde_json::Value::as_str).unwrap();
        assert!(!PAGE.contains(named), "the name is data");
        assert_eq!((PAGE.matches("{name}").count(), name()), (2, named.to_owned()));
        assert_eq!(no_numbers(), data["numbers"].as_array().unwrap().is_empty());
    }
}
