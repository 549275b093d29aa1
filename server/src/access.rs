//! The access log: who looked at, carried away, or did what is not for everybody. A line is on disk before
//! what it tells of.

use crate::county::{County, at_county};
use domain::catalogue::RecordKind;
use domain::ids::{DeviceId, RecordId};
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::time::UnixMs;
use store::county::Access;
use sync::county::needs::DeviceState;

/// The 备用解锁码 of a phone was read.
pub(crate) const RECOVERY_READ: &str = "recovery_read";

/// A sheet for 启用本机 was made for somebody.
pub(crate) const SHEET_PRINTED: &str = "sheet_printed";

/// A list of people was carried away as a file.
pub(crate) const EXPORTED: &str = "exported";

/// A file of people or staff was taken in.
pub(crate) const IMPORTED: &str = "imported";

/// What becomes of a phone.
pub(crate) fn state_act(state: DeviceState) -> &'static str {
    match state {
        DeviceState::Active => "phone_taken_back",
        DeviceState::Retired => "phone_handed_over",
        DeviceState::Revoked => "phone_stopped",
    }
}

/// Whether an act is one on a phone, whose number is the reason of the line.
pub(crate) fn on_a_phone(act: &str) -> bool {
    let states = [DeviceState::Active, DeviceState::Retired, DeviceState::Revoked];
    act == RECOVERY_READ || states.into_iter().any(|state| state_act(state) == act)
}

/// Writes down that somebody does something with a phone.
///
/// # Errors
/// What the store says.
pub(crate) async fn log_phone(
    county: &County,
    by: RecordId,
    act: &str,
    device: DeviceId,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let reason = device.to_string();
    log(county, by, act, None, reason, now_ms).await
}

/// An urgent report was read.
pub(crate) const URGENT_READ: &str = "urgent_read";

/// Writes down that somebody reads an urgent report.
///
/// # Errors
/// What the store says.
pub(crate) async fn log_urgent(
    county: &County,
    by: RecordId,
    report: RecordRef,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    log(county, by, URGENT_READ, Some(report), String::new(), now_ms).await
}

/// Writes down that somebody asks for an erasure, approves or refuses it, restricts, or hands out what is held.
///
/// # Errors
/// What the store says.
pub(crate) async fn log_right(
    county: &County,
    by: RecordId,
    act: &str,
    target: RecordRef,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    log(county, by, act, Some(target), String::new(), now_ms).await
}

/// Writes down that somebody does something for a member of staff.
///
/// # Errors
/// What the store says.
pub(crate) async fn log_staff(
    county: &County,
    by: RecordId,
    act: &str,
    staff: RecordId,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let record = Some(RecordRef { kind: RecordKind::Staff, id: staff });
    log(county, by, act, record, String::new(), now_ms).await
}

/// Writes down that somebody carries a list away or takes one in: of what area, what it is and how much, and no
/// name.
///
/// # Errors
/// What the store says.
pub(crate) async fn log_list(
    county: &County,
    by: RecordId,
    act: &str,
    reason: String,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    log(county, by, act, None, reason, now_ms).await
}

async fn log(
    county: &County,
    by: RecordId,
    act: &str,
    record: Option<RecordRef>,
    reason: String,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let access = Access { at_ms: now_ms, staff: by, act: act.to_owned(), record, grant: None, reason };
    county.stores.directory.log_access(access).await.map_err(at_county).map(drop)
}
