//! `/api/session`: logging in and out, locking, and the password.

use super::extract::Said;
use super::permit::{COOKIE, Permit, cookie};
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::session::{self, Used, proof_of};
use crate::{account, clock};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::ids::{AreaCode, RecordId};
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::county::Account;
use utoipa::ToSchema;

/// How far somebody is with logging in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SessionState {
    /// Nobody has logged in.
    Out,
    /// The password has to be typed again; the page stays.
    Locked,
    /// The first password has to be changed.
    FirstPassword,
    /// All is well.
    Open,
}

/// A role that holds today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RoleReply {
    /// The code.
    role: &'static str,
    zh: &'static str,
    en: &'static str,
    #[schema(value_type = u64)]
    area: AreaCode,
    area_name: String,
}

/// Who is at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SessionReply {
    state: SessionState,
    /// What goes into the header `x-request-proof` of everything that changes something.
    proof: Option<String>,
    #[schema(value_type = Option<String>)]
    staff: Option<RecordId>,
    name: Option<String>,
    login: Option<String>,
    roles: Vec<RoleReply>,
    /// After so many minutes without use the password is asked again.
    idle_min: u64,
}

/// A log-in name and its password.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct LogIn {
    login: String,
    password: String,
}

/// The password again.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Unlock {
    password: String,
}

/// Another password.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewPassword {
    old: String,
    new: String,
}

/// Who is at the desk, if anybody is.
#[utoipa::path(get, path = "/api/session", responses((status = 200, body = SessionReply)))]
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    headers: HeaderMap,
) -> Json<SessionReply> {
    let token = cookie(&headers).filter(|_| permit.session.is_some());
    Json(reply(&desk, &permit, token.as_deref()))
}

fn reply(desk: &Desk, permit: &Permit, token: Option<&str>) -> SessionReply {
    let idle_min = desk.settings.idle.as_secs() / 60;
    let Some(session) = &permit.session else {
        let (state, roles) = (SessionState::Out, Vec::new());
        return SessionReply { state, proof: None, staff: None, name: None, login: None, roles, idle_min };
    };
    let state = match (session.locked, session.first) {
        (true, _) => SessionState::Locked,
        (false, true) => SessionState::FirstPassword,
        (false, false) => SessionState::Open,
    };
    let today = Day::of(clock::now_ms());
    let holding = permit.reference.assignments_of(session.staff).filter(|one| one.holds_on(today));
    let role = |one: &domain::staff::Assignment| RoleReply {
        role: one.role.code(),
        zh: one.role.zh(),
        en: one.role.en(),
        area: one.area,
        area_name: permit.reference.areas.name(one.area),
    };
    SessionReply {
        state,
        proof: token.map(proof_of),
        staff: Some(session.staff),
        name: permit.reference.staff.get(&session.staff).map(|member| member.name.clone()),
        login: Some(session.login.clone()),
        roles: holding.map(role).collect(),
        idle_min,
    }
}

/// Logs in.
#[utoipa::path(post, path = "/api/session", request_body = LogIn,
    responses((status = 200, body = SessionReply)))]
pub(super) async fn log_in(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(said): Said<LogIn>,
) -> Result<Response, Refusal> {
    let account = prove(&desk, &permit, &said.login, &said.password).await?;
    if let Some(former) = &permit.session {
        session::end(&desk.county, former.token).await?;
    }
    let token = session::begin(&desk.county, &account, clock::now_ms()).await?;
    let begun =
        session::find(&desk.county, &token, desk.settings.idle, Used::ByHand, clock::now_ms()).await?;
    let permit = Permit { session: begun, ..permit };
    let cookie = format!("{COOKIE}={token}; {}", attributes(&desk));
    let mut response = Json(reply(&desk, &permit, Some(&token))).into_response();
    set(&mut response, &cookie);
    Ok(response)
}

/// Whose password this is; counts as a guess until it is known not to be one.
async fn prove(desk: &Desk, permit: &Permit, login: &str, password: &str) -> Result<Account, Problem> {
    let sessions = &desk.county.sessions;
    sessions.guess(login, permit.address)?;
    let account = account::proven(&desk.county, login, password).await?;
    let account = account.ok_or_else(|| Problem::new(ProblemCode::LogInWrong))?;
    sessions.guessed_right(login, permit.address);
    if account.closed {
        return Err(Problem::new(ProblemCode::AccountClosed));
    }
    Ok(account)
}

fn attributes(desk: &Desk) -> String {
    let secure = if desk.settings.secure { "; Secure" } else { "" };
    format!("Path=/; HttpOnly; SameSite=Strict{secure}")
}

fn set(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}

/// Logs out.
#[utoipa::path(delete, path = "/api/session", responses((status = 200, body = SessionReply)))]
pub(super) async fn log_out(State(desk): State<Arc<Desk>>, permit: Permit) -> Result<Response, Refusal> {
    session::end(&desk.county, permit.session()?.token).await?;
    let permit = Permit { session: None, ..permit };
    let mut response = Json(reply(&desk, &permit, None)).into_response();
    set(&mut response, &format!("{COOKIE}=; Max-Age=0; {}", attributes(&desk)));
    Ok(response)
}

/// Locks at once, as when somebody leaves the room.
#[utoipa::path(post, path = "/api/session/lock", responses((status = 200, body = SessionReply)))]
pub(super) async fn lock(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    headers: HeaderMap,
) -> Result<Json<SessionReply>, Refusal> {
    session::lock(&desk.county, permit.session()?.token);
    again(&desk, permit, &headers).await
}

/// Goes on after a lock: the page has kept what was typed.
#[utoipa::path(post, path = "/api/session/unlock", request_body = Unlock,
    responses((status = 200, body = SessionReply)))]
pub(super) async fn unlock(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    headers: HeaderMap,
    Said(said): Said<Unlock>,
) -> Result<Json<SessionReply>, Refusal> {
    let session = permit.session()?.clone();
    let account = prove(&desk, &permit, &session.login, &said.password).await?;
    session::go_on(&desk.county, session.token, &account);
    again(&desk, permit, &headers).await
}

/// Changes the password; everywhere else its holder is logged out.
#[utoipa::path(post, path = "/api/session/password", request_body = NewPassword,
    responses((status = 200, body = SessionReply)))]
pub(super) async fn password(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    headers: HeaderMap,
    Said(said): Said<NewPassword>,
) -> Result<Json<SessionReply>, Refusal> {
    let session = permit.session()?.clone();
    let account = prove(&desk, &permit, &session.login, &said.old).await?;
    account::change(&desk.county, account.clone(), &said.old, &said.new, session.token).await?;
    session::go_on(&desk.county, session.token, &Account { first: false, ..account });
    again(&desk, permit, &headers).await
}

async fn again(desk: &Desk, permit: Permit, headers: &HeaderMap) -> Result<Json<SessionReply>, Refusal> {
    let token = cookie(headers).ok_or(ProblemCode::LogInMissing)?;
    let session =
        session::find(&desk.county, &token, desk.settings.idle, Used::ByHand, clock::now_ms()).await?;
    Ok(Json(reply(desk, &Permit { session, ..permit }, Some(&token))))
}
