//! What the desk answers to whom.

mod dossiers;
mod exports;
mod figures;
mod foretold;
mod grants;
mod log_in;
mod names;
mod rights;
mod table;
mod township;
mod workers;

use super::permit::PROOF;
use crate::account::{self, Act};
use crate::staff::{self, NewAssignment, operator};
use crate::testing::World;
use crate::{clock, session};
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use domain::catalogue::RecordKind;
use domain::ids::{AreaCode, RecordId};
use domain::staff::Role;
use domain::time::Day;
use serde_json::{Value, json};
use tower::ServiceExt;

/// The story's township, and another one.
pub(super) const TOWNSHIP: AreaCode = AreaCode(532_929_102_000);
pub(super) const ELSEWHERE: AreaCode = AreaCode(532_929_101_000);

pub(super) fn today() -> Day {
    Day::of(clock::now_ms())
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The problem's code.
    pub(super) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Somebody at the desk.
#[derive(Debug, Clone)]
pub(super) struct Clerk {
    pub staff: RecordId,
    pub token: String,
}

impl Clerk {
    /// A new member of staff with these roles and an open session.
    pub(super) async fn with(world: &World, login: &str, roles: &[(Role, AreaCode)]) -> Self {
        let (county, now_ms) = (&world.county, clock::now_ms());
        let member = staff::add(county, operator(), login, None, now_ms).await.unwrap();
        for (role, area) in roles {
            let from = today().plus(-30);
            let new = NewAssignment { staff: member, role: *role, area: *area, from, until: None };
            // As it stands, not as it is given: a role of the county may lie in a township from before.
            let change = staff::Change::new(RecordKind::Assignment, new.sets());
            staff::write(county, operator(), change, now_ms).await.unwrap();
        }
        let act = Act::Add { staff: member, login: login.to_owned() };
        let first = account::carry_out(county, act, now_ms).await.unwrap().unwrap();
        let account = account::proven(county, login, &first.password).await.unwrap().unwrap();
        let account = store::county::Account { first: false, ..account };
        county.stores.directory.put_account(account.clone()).await.unwrap();
        let token = session::begin(county, &account, now_ms).await.unwrap();
        Self { staff: member, token }
    }

    pub(super) async fn get(&self, world: &World, path: &str) -> Answer {
        ask(world, Method::GET, path, Some(&self.token), None).await
    }

    pub(super) async fn post(&self, world: &World, path: &str, said: Value) -> Answer {
        ask(world, Method::POST, path, Some(&self.token), Some(said)).await
    }
}

/// Asks as a page of the console does.
pub(super) async fn ask(
    world: &World,
    method: Method,
    path: &str,
    token: Option<&str>,
    said: Option<Value>,
) -> Answer {
    let mut request = Request::builder().method(&method).uri(path).header(header::HOST, "desk");
    if let Some(token) = token {
        request = request.header(header::COOKIE, format!("other=1; session={token}"));
        request = request.header(PROOF, session::proof_of(token));
    }
    if method != Method::GET {
        request = request.header(header::ORIGIN, "http://desk");
    }
    send(world, request.body(said.map_or(Body::empty(), |said| Body::from(said.to_string()))).unwrap()).await
}

pub(super) async fn send(world: &World, request: Request<Body>) -> Answer {
    let response = world.desk.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, bytes }
}

/// What is posted when nothing need be said.
pub(super) fn nothing() -> Value {
    json!({})
}
