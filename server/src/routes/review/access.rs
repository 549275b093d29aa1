//! `GET /api/accesses`: who looked at, or carried away, what is not for everybody.

use super::extract::Asks;
use super::permit::Permit;
use crate::access::on_a_phone;
use crate::clock;
use crate::county::{County, at_county};
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::reports::Names;
use axum::Json;
use axum::extract::State;
use domain::catalogue::RecordKind;
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::county::Access;
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
    /// `opened`, `exported`, `imported`, `recovery_read`, `phone_handed_over`, `phone_stopped`, `phone_taken_back`,
    /// `sheet_printed`, `account_added`, `account_reset`, `account_closed`.
    act: String,
    /// The kind of the record, when it was of one.
    kind: Option<&'static str>,
    #[schema(value_type = Option<String>)]
    record: Option<RecordId>,
    /// Whose: of a visit's part the person, a child's name masked; of a phone its holder; of an account or a sheet
    /// its member of staff. None of a list.
    of: Option<String>,
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
    let mut lines = Vec::new();
    for (number, access) in found {
        lines.push(AccessReply {
            number,
            at_ms: access.at_ms,
            staff: access.staff,
            name: staff_name(&permit, access.staff),
            of: whose(&desk.county, &permit, &access).await?,
            act: access.act,
            kind: access.record.map(|record| record.kind.code()),
            record: access.record.map(|record| record.id),
            grant: access.grant,
            reason: access.reason,
        });
    }
    Ok(Json(AccessesReply { lines, next }))
}

/// Empty of what was done at the server itself.
fn staff_name(permit: &Permit, id: RecordId) -> String {
    permit.reference.staff.get(&id).map(|one| one.name.clone()).unwrap_or_default()
}

async fn whose(county: &County, permit: &Permit, access: &Access) -> Result<Option<String>, Problem> {
    if let Some(device) = access.reason.parse().ok().filter(|_| on_a_phone(&access.act)) {
        let found = county.stores.directory.device(device).await.map_err(at_county)?;
        return Ok(found.map(|device| staff_name(permit, device.row.staff)));
    }
    let Some(record) = access.record else { return Ok(None) };
    if record.kind == RecordKind::Staff {
        return Ok(Some(staff_name(permit, record.id)));
    }
    let today = Day::of(clock::now_ms());
    let names = Names::about(county, &permit.reference, record, today).await?.all();
    Ok(names.into_values().next())
}
