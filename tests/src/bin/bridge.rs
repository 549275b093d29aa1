//! A phone in a browser: `bridge FOLDER COUNTY-URL DIST [PORT]`. The real screens on the real client and its
//! SQLCipher file, over loopback HTTP; no part of anything that ships. Prints its address.
//!
//! `POST /call/{name}` carries a command; `GET` and `POST /signal` read and turn the switch 没有信号.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use client::Settings;
use phone_shell::carry::Phone;
use phone_shell::shell::phone_in;
use phone_shell::transport::Transport;
use serde_json::{Value, json};
use std::error::Error;
use std::sync::Arc;
use tower_http::services::{ServeDir, ServeFile};

/// The phone's app, as Tauri reads it.
const APP: &str = include_str!("../../../app-ui/src-tauri/tauri.conf.json");

/// What the screens may load: what they may in the app, so that whatever the app would refuse fails here too. Only
/// the carrier is another one, and a header may say besides who may frame the page.
fn policy() -> Result<HeaderValue, Box<dyn Error>> {
    let app: Value = serde_json::from_str(APP)?;
    let policy = app.pointer("/app/security/csp").and_then(Value::as_str).ok_or("the app has no policy")?;
    let carried = |one: &str| match one.trim() {
        by if by.starts_with("connect-src ") => "connect-src 'self'".to_owned(),
        same => same.to_owned(),
    };
    let own: Vec<String> = policy.split(';').map(carried).collect();
    Ok(format!("{}; frame-ancestors 'none'", own.join("; ")).parse()?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: bridge FOLDER COUNTY-URL DIST [PORT]";
    let (folder, county) = (arguments.next().ok_or(usage)?, arguments.next().ok_or(usage)?);
    let dist = std::path::PathBuf::from(arguments.next().ok_or(usage)?);
    let port: u16 = arguments.next().map_or(Ok(0), |port| port.parse())?;
    let app = phone_in(folder.as_ref(), Settings::new(env!("CARGO_PKG_VERSION")))?;
    let phone = Phone::new(app, Transport::new(&county, None)?);
    let files = ServeDir::new(&dist).fallback(ServeFile::new(dist.join("index.html")));
    let policy = policy()?;
    let router = Router::new()
        .route("/call/{name}", post(call))
        .route("/signal", get(signal).post(turn))
        .fallback_service(files)
        .layer(from_fn_with_state(policy, only_this_page))
        .with_state(phone);
    // Only this machine can reach it.
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

/// Refuses what another page in the same browser sends, and says what a page may load.
async fn only_this_page(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    if origin.is_some_and(|origin| origin != format!("http://{host}")) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

async fn call(
    State(phone): State<Arc<Phone>>,
    Path(name): Path<String>,
    Json(request): Json<Value>,
) -> Response {
    match phone.answer(&name, request).await {
        Ok(reply) => Json(reply).into_response(),
        Err(problem) => (StatusCode::UNPROCESSABLE_ENTITY, Json(problem)).into_response(),
    }
}

async fn signal(State(phone): State<Arc<Phone>>) -> Json<Value> {
    Json(json!({ "on": phone.has_signal() }))
}

async fn turn(State(phone): State<Arc<Phone>>, Json(wanted): Json<Value>) -> Json<Value> {
    phone.set_signal(wanted.get("on").and_then(Value::as_bool).unwrap_or(true));
    Json(json!({ "on": phone.has_signal() }))
}
