//! `/api/staff` and `/api/assignments`: 工作人员 and what they are for.

use super::extract::{At, Said};
use super::permit::Permit;
use crate::clock;
use crate::desk::Desk;
use crate::handover::{self, HandOver};
use crate::problem::{Refusal, wrong};
use crate::staff::{self, NewAssignment};
use axum::Json;
use axum::extract::State;
use domain::ids::{AreaCode, RecordId};
use domain::staff::{Assignment, Role, Staff};
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A role in an area, with its days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct AssignmentReply {
    #[schema(value_type = String)]
    assignment: RecordId,
    role: &'static str,
    role_zh: &'static str,
    role_en: &'static str,
    #[schema(value_type = u64)]
    area: AreaCode,
    area_name: String,
    #[schema(value_type = String)]
    from: Day,
    /// The first day no more.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
    /// Whether it holds today.
    holds: bool,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct StaffReply {
    #[schema(value_type = String)]
    staff: RecordId,
    name: String,
    phone: Option<String>,
    assignments: Vec<AssignmentReply>,
}

/// Somebody new.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewStaff {
    name: String,
    phone: Option<String>,
}

/// A record that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct MadeReply {
    #[schema(value_type = String)]
    pub id: RecordId,
}

/// A role that is to be given in the area that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewRole {
    /// The role's code.
    #[schema(value_type = String)]
    role: Role,
    #[schema(value_type = String)]
    from: Day,
    /// The first day no more.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
}

/// The end of a role.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct EndOfRole {
    /// The first day on which it holds no more.
    #[schema(value_type = String)]
    until: Day,
}

/// What is handed over.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct HandOverAsked {
    /// To whom.
    #[schema(value_type = String)]
    to: RecordId,
    /// Which villages; all of them when none is named.
    #[schema(value_type = Vec<u64>)]
    villages: Vec<AreaCode>,
    /// The first day on which it is the other's.
    #[schema(value_type = String)]
    day: Day,
}

/// How many roles changed hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct HandedOver {
    roles: usize,
}

/// Only the area is asked for.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AreaAsked {
    /// The area; that of one's role when nothing is said.
    #[param(value_type = Option<u64>)]
    pub area: Option<AreaCode>,
}

/// Everybody with a role in the area or below, past and present; who has none is the county's.
#[utoipa::path(get, path = "/api/staff", params(AreaAsked),
    responses((status = 200, body = Vec<StaffReply>)))]
pub(super) async fn list(State(desk): State<Arc<Desk>>, permit: Permit) -> Json<Vec<StaffReply>> {
    let whole = permit.area == desk.county.keys.county();
    let here = |one: &&Assignment| permit.reference.areas.within(one.area, permit.area);
    let reply = |member: &Staff| {
        let all: Vec<_> = permit.reference.assignments_of(member.id).collect();
        let mut mine: Vec<_> = all.iter().copied().filter(here).collect();
        mine.sort_by_key(|one| (one.area, one.role, one.from));
        (!mine.is_empty() || (whole && all.is_empty())).then(|| StaffReply {
            staff: member.id,
            name: member.name.clone(),
            phone: member.phone.clone(),
            assignments: mine.into_iter().map(|one| assignment_reply(&permit, one)).collect(),
        })
    };
    let mut all: Vec<StaffReply> = permit.reference.staff.values().filter_map(reply).collect();
    all.sort_by_cached_key(|one| (one.assignments.first().map(|role| role.area), one.name.clone()));
    Json(all)
}

fn assignment_reply(permit: &Permit, one: &Assignment) -> AssignmentReply {
    AssignmentReply {
        assignment: one.id,
        role: one.role.code(),
        role_zh: one.role.zh(),
        role_en: one.role.en(),
        area: one.area,
        area_name: permit.reference.areas.name(one.area),
        from: one.from,
        until: one.until,
        holds: one.holds_on(Day::of(clock::now_ms())),
    }
}

/// A new member of staff; they can do nothing before they are given a role.
#[utoipa::path(post, path = "/api/staff", request_body = NewStaff,
    responses((status = 200, body = MadeReply)))]
pub(super) async fn add(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(new): Said<NewStaff>,
) -> Result<Json<MadeReply>, Refusal> {
    let phone = new.phone.as_deref().map(str::trim).filter(|phone| !phone.is_empty());
    let id = staff::add(&desk.county, permit.staff()?, &new.name, phone, clock::now_ms()).await?;
    Ok(Json(MadeReply { id }))
}

/// Gives a role in the area that is asked for; nobody gives themselves one.
#[utoipa::path(post, path = "/api/staff/{staff}/assignments", params(AreaAsked, ("staff" = String, Path)),
    request_body = NewRole, responses((status = 200, body = MadeReply)))]
pub(super) async fn assign(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(staff): At<RecordId>,
    Said(new): Said<NewRole>,
) -> Result<Json<MadeReply>, Refusal> {
    if new.until.is_some_and(|until| until <= new.from) {
        let from = new.from;
        return Err(wrong(
            "until",
            format!("要在第一天 {from} 之后"),
            format!("after the first day, {from}"),
        )
        .into());
    }
    let NewRole { role, from, until } = new;
    let new = NewAssignment { staff, role, area: permit.area, from, until };
    let id = staff::assign(&desk.county, permit.staff()?, &new, clock::now_ms()).await?;
    Ok(Json(MadeReply { id }))
}

/// Hands the villages of a worker over to another.
#[utoipa::path(post, path = "/api/staff/{staff}/handover", params(("staff" = String, Path)),
    request_body = HandOverAsked, responses((status = 200, body = HandedOver)))]
pub(super) async fn hand_over(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(from): At<RecordId>,
    Said(asked): Said<HandOverAsked>,
) -> Result<Json<HandedOver>, Refusal> {
    let HandOverAsked { to, villages, day } = asked;
    let new = HandOver { from, to, villages, day };
    let roles = handover::hand_over(&desk.county, permit.staff()?, &new, clock::now_ms()).await?;
    Ok(Json(HandedOver { roles }))
}

/// Ends a role; nobody ends their own.
#[utoipa::path(post, path = "/api/assignments/{assignment}/end", params(("assignment" = String, Path)),
    request_body = EndOfRole, responses((status = 200, body = MadeReply)))]
pub(super) async fn end(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
    Said(said): Said<EndOfRole>,
) -> Result<Json<MadeReply>, Refusal> {
    staff::end(&desk.county, permit.staff()?, id, said.until, clock::now_ms()).await?;
    Ok(Json(MadeReply { id }))
}
