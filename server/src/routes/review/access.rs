//! `GET /api/accesses`: who looked at, or carried away, what is not for everybody.

use super::extract::Asks;
use super::permit::Permit;
use crate::county::at_county;
use crate::desk::Desk;
use crate::problem::Refusal;
use axum::Json;
use axum::extract::State;
use domain::ids::RecordId;
use domain::time::UnixMs;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which lines.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AccessesAsked {
    /// Before this number, with which the page before ended.
    before: Option<u64>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct AccessReply {
    number: u64,
    at_ms: UnixMs,
    #[schema(value_type = String)]
    staff: RecordId,
    name: String,
    /// `opened`, `exported`, `recovery_read`, `sheet_printed`, `account_added`, `account_reset`,
    /// `account_closed`.
    act: String,
    /// The kind of the record, when it was of one.
    kind: Option<&'static str>,
    #[schema(value_type = Option<String>)]
    record: Option<RecordId>,
    #[schema(value_type = Option<String>)]
    grant: Option<RecordId>,
    /// 查看事由, or of what.
    reason: String,
}

/// A page of the log, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct AccessesReply {
    lines: Vec<AccessReply>,
    /// What `before` is to be for the next page; none at the end.
    next: Option<u64>,
}

const PAGE: usize = 200;

/// The access log.
#[utoipa::path(get, path = "/api/accesses", params(AccessesAsked),
    responses((status = 200, body = AccessesReply)))]
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<AccessesAsked>,
) -> Result<Json<AccessesReply>, Refusal> {
    let found = desk.county.stores.directory.accesses(asks.before, PAGE).await.map_err(at_county)?;
    let next = found.last().map(|(number, _)| *number).filter(|number| found.len() == PAGE && *number > 1);
    let line = |(number, access): (u64, store::county::Access)| AccessReply {
        number,
        at_ms: access.at_ms,
        staff: access.staff,
        name: permit.reference.staff.get(&access.staff).map(|one| one.name.clone()).unwrap_or_default(),
        act: access.act,
        kind: access.record.map(|record| record.kind.code()),
        record: access.record.map(|record| record.id),
        grant: access.grant,
        reason: access.reason,
    };
    Ok(Json(AccessesReply { lines: found.into_iter().map(line).collect(), next }))
}
