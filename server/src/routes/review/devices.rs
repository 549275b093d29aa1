//! `/api/devices`: 手机: who holds them, when they were last heard, and what may be done about them.

use super::extract::{At, Said};
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::access::{SHEET_PRINTED, on_a_phone};
use crate::county::at_county;
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::{clock, enrol, staff};
use axum::Json;
use axum::extract::State;
use domain::catalogue::RecordKind;
use domain::ids::{DeviceId, RecordId};
use domain::patch::RecordRef;
use domain::problem::ProblemCode;
use domain::reference::Reference;
use domain::settings::Setting;
use domain::time::{Day, UnixMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::county::DeviceRecord;
use sync::county::needs::DeviceState;
use utoipa::ToSchema;

/// What a phone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StateOfDevice {
    /// 在用.
    Active,
    /// 已移交: uploads, and gets no lists any more.
    Retired,
    /// 已停用: destroys its keys at its next contact.
    Revoked,
}

impl From<DeviceState> for StateOfDevice {
    fn from(state: DeviceState) -> Self {
        match state {
            DeviceState::Active => Self::Active,
            DeviceState::Retired => Self::Retired,
            DeviceState::Revoked => Self::Revoked,
        }
    }
}

impl From<StateOfDevice> for DeviceState {
    fn from(state: StateOfDevice) -> Self {
        match state {
            StateOfDevice::Active => Self::Active,
            StateOfDevice::Retired => Self::Retired,
            StateOfDevice::Revoked => Self::Revoked,
        }
    }
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DeviceReply {
    #[schema(value_type = String)]
    device: DeviceId,
    /// The holder.
    #[schema(value_type = String)]
    staff: RecordId,
    name: String,
    phone: Option<String>,
    /// Where the holder works today.
    areas: Vec<String>,
    state: StateOfDevice,
    enrolled_ms: UnixMs,
    /// None when it was never heard after it was enrolled.
    heard_ms: Option<UnixMs>,
    /// Days since then, or since it was enrolled.
    silent_days: i32,
    /// 手机未回传: silent for longer than the county's setting says.
    silent: bool,
    /// Visits and changes that were still on the phone when it was last heard.
    waiting: u64,
    /// The app's version.
    app: String,
}

/// What a phone is from now on.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewState {
    state: StateOfDevice,
}

/// What was done with a phone, or a sheet that was printed for its holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DoneReply {
    number: u64,
    at_ms: UnixMs,
    /// As the access log has it: `recovery_read`, `sheet_printed`, `phone_handed_over`, `phone_stopped`,
    /// `phone_taken_back`.
    act: String,
    /// Who; empty when it was done at the server itself.
    by: String,
}

/// 备用解锁码.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RecoveryReply {
    /// 20 digits in groups of four, to be read out.
    code: String,
}

/// The phones of those who work in the area or below, the longest silent first.
#[utoipa::path(get, path = "/api/devices", params(AreaAsked),
    responses((status = 200, body = Vec<DeviceReply>)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
) -> Result<Json<Vec<DeviceReply>>, Refusal> {
    let reference = &permit.reference;
    let whole = permit.area == desk.county.keys.county();
    let here = |staff: RecordId| {
        let mut all = reference.assignments_of(staff).peekable();
        let nowhere = all.peek().is_none();
        all.any(|one| reference.areas.within(one.area, permit.area)) || (whole && nowhere)
    };
    let all = desk.county.stores.directory.devices().await.map_err(at_county)?;
    let mine = all.into_iter().filter(|device| here(device.row.staff));
    let mut found: Vec<_> = mine.map(|device| reply(reference, device)).collect();
    found.sort_by_key(|one| (one.state != StateOfDevice::Active, -one.silent_days, one.device));
    Ok(Json(found))
}

fn reply(reference: &Reference, device: DeviceRecord) -> DeviceReply {
    let DeviceRecord { row, enrolled_ms, .. } = device;
    let today = Day::of(clock::now_ms());
    let member = reference.staff.get(&row.staff);
    let heard_ms = (row.number > 0).then_some(row.heard_ms);
    let silent_days = today.0.saturating_sub(Day::of(heard_ms.unwrap_or(enrolled_ms)).0);
    let areas: BTreeSet<_> =
        reference.assignments_of(row.staff).filter(|one| one.holds_on(today)).map(|one| one.area).collect();
    let limits = areas.iter().map(|area| reference.setting(Setting::SilentDays, *area, today));
    let limit_days = limits.min().unwrap_or_else(|| Setting::SilentDays.default_value());
    DeviceReply {
        device: row.device,
        staff: row.staff,
        name: member.map(|member| member.name.clone()).unwrap_or_default(),
        phone: member.and_then(|member| member.phone.clone()),
        areas: areas.into_iter().map(|area| reference.areas.name(area)).collect(),
        state: row.state.into(),
        enrolled_ms,
        heard_ms,
        silent_days,
        silent: row.state == DeviceState::Active && silent_days >= limit_days,
        waiting: row.waiting,
        app: row.app,
    }
}

/// Retires or revokes a phone, or takes it back.
#[utoipa::path(post, path = "/api/devices/{device}/state", params(("device" = String, Path)),
    request_body = NewState, responses((status = 200, body = NewStateReply)))]
pub(super) async fn state(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(device): At<DeviceId>,
    Said(new): Said<NewState>,
) -> Result<Json<NewStateReply>, Refusal> {
    staff::set_state(&desk.county, permit.staff()?, device, new.state.into(), clock::now_ms()).await?;
    Ok(Json(NewStateReply { device, state: new.state }))
}

/// What it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct NewStateReply {
    #[schema(value_type = String)]
    device: DeviceId,
    state: StateOfDevice,
}

/// So many of the latest acts are shown.
const ACTS: usize = 100;

/// Who did what with a phone, and who printed sheets for its holder; the latest first.
#[utoipa::path(get, path = "/api/devices/{device}/acts", params(("device" = String, Path)),
    responses((status = 200, body = Vec<DoneReply>)))]
pub(super) async fn acts(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(device): At<DeviceId>,
) -> Result<Json<Vec<DoneReply>>, Refusal> {
    let directory = &desk.county.stores.directory;
    let found = directory.device(device).await.map_err(at_county)?;
    let holder = found.ok_or(ProblemCode::DeviceUnknown)?.row.staff;
    let holder = RecordRef { kind: RecordKind::Staff, id: holder };
    let lines = directory.accesses_of(&device.to_string(), holder, ACTS).await.map_err(at_county)?;
    let of_phones = lines.into_iter().filter(|(_, one)| on_a_phone(&one.act) || one.act == SHEET_PRINTED);
    let done = of_phones.map(|(number, one)| DoneReply {
        number,
        at_ms: one.at_ms,
        act: one.act,
        by: permit.reference.staff.get(&one.staff).map(|one| one.name.clone()).unwrap_or_default(),
    });
    Ok(Json(done.collect()))
}

/// 备用解锁码, to be read out to the holder. Who read it is written down before it is answered.
#[utoipa::path(post, path = "/api/devices/{device}/recovery", params(("device" = String, Path)),
    responses((status = 200, body = RecoveryReply)))]
pub(super) async fn recovery(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(device): At<DeviceId>,
) -> Result<Json<RecoveryReply>, Refusal> {
    let code = enrol::read_recovery(&desk.county, permit.staff()?, device, clock::now_ms()).await?;
    Ok(Json(RecoveryReply { code: code.read_out() }))
}
