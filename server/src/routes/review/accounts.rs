//! `/api/accounts`: who may log in. What they may do follows from their roles.

use super::extract::{At, Said};
use super::permit::Permit;
use crate::access::log_staff;
use crate::account::{self, Act, FirstPassword};
use crate::clock;
use crate::county::at_county;
use crate::desk::Desk;
use crate::problem::Refusal;
use axum::Json;
use axum::extract::State;
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::time::UnixMs;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct AccountReply {
    #[schema(value_type = String)]
    staff: RecordId,
    name: String,
    login: String,
    /// The first password was not changed yet.
    first: bool,
    closed: bool,
    made_ms: UnixMs,
}

/// Whose account, under which name.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewAccount {
    #[schema(value_type = String)]
    staff: RecordId,
    login: String,
}

/// Every account, by log-in name.
#[utoipa::path(get, path = "/api/accounts", responses((status = 200, body = Vec<AccountReply>)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
) -> Result<Json<Vec<AccountReply>>, Refusal> {
    let all = desk.county.stores.directory.accounts().await.map_err(at_county)?;
    let known = &permit.reference.staff;
    let reply = |one: store::county::Account| AccountReply {
        staff: one.staff,
        name: known.get(&one.staff).map(|member| member.name.clone()).unwrap_or_default(),
        login: one.login,
        first: one.first,
        closed: one.closed,
        made_ms: one.made_ms,
    };
    Ok(Json(all.into_iter().map(reply).collect()))
}

/// A new account; its first password is answered once.
#[utoipa::path(post, path = "/api/accounts", request_body = NewAccount,
    responses((status = 200, body = FirstPassword)))]
pub(super) async fn add(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(new): Said<NewAccount>,
) -> Result<Json<Option<FirstPassword>>, Refusal> {
    let act = Act::Add { staff: new.staff, login: new.login };
    Ok(Json(carry_out(&desk, &permit, act, new.staff, "account_added").await?))
}

/// Another first password, for somebody who has forgotten theirs.
#[utoipa::path(post, path = "/api/staff/{staff}/account/reset", params(("staff" = String, Path)),
    responses((status = 200, body = FirstPassword)))]
pub(super) async fn reset(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(staff): At<RecordId>,
) -> Result<Json<Option<FirstPassword>>, Refusal> {
    Ok(Json(carry_out(&desk, &permit, Act::Reset { staff }, staff, "account_reset").await?))
}

/// Nobody may log in with it any more.
#[utoipa::path(post, path = "/api/staff/{staff}/account/close", params(("staff" = String, Path)),
    responses((status = 200, body = Option<FirstPassword>)))]
pub(super) async fn close(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(staff): At<RecordId>,
) -> Result<Json<Option<FirstPassword>>, Refusal> {
    Ok(Json(carry_out(&desk, &permit, Act::Close { staff }, staff, "account_closed").await?))
}

/// Carries it out, and keeps who did it.
async fn carry_out(
    desk: &Desk,
    permit: &Permit,
    act: Act,
    of: RecordId,
    name: &str,
) -> Result<Option<FirstPassword>, Problem> {
    let now_ms = clock::now_ms();
    log_staff(&desk.county, permit.staff()?, name, of, now_ms).await?;
    account::carry_out(&desk.county, act, now_ms).await
}
