//! `/api/sheets`: sheets with which phones are enrolled, for one or for a whole township.

use super::extract::Said;
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::access::{SHEET_PRINTED, log_staff};
use crate::control::PrintedSheet;
use crate::county::at_county;
use crate::desk::Desk;
use crate::problem::{Refusal, wrong};
use crate::{clock, enrol};
use axum::Json;
use axum::extract::State;
use domain::ids::{AreaCode, RecordId};
use domain::problem::{Problem, ProblemCode};
use domain::staff::{Assignment, Role};
use domain::time::{Day, UnixMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use sync::county::needs::DeviceState;
use utoipa::ToSchema;

/// More than a township has workers; each costs a tenth of a second.
const SHEETS_MAX: usize = 80;

/// Somebody who works with a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct HolderReply {
    #[schema(value_type = String)]
    staff: RecordId,
    name: String,
    roles_zh: Vec<&'static str>,
    roles_en: Vec<&'static str>,
    areas: Vec<String>,
    /// How many phones of theirs are in use.
    phones: usize,
}

/// For whom.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SheetsAsked {
    #[schema(value_type = Vec<String>)]
    staff: Vec<RecordId>,
}

/// A sheet as it is printed. Its code is nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SheetReply {
    #[schema(value_type = String)]
    staff: RecordId,
    name: String,
    areas: Vec<String>,
    /// The county's code: the phone asks for it when it cannot know it.
    #[schema(value_type = u64)]
    county: AreaCode,
    county_name: String,
    /// 启用码 in groups of four.
    code: String,
    /// The six digits of the county's key, to be compared with the phone's.
    fingerprint: String,
    until_ms: UnixMs,
    /// Where phones reach the county, when its settings say so.
    address: Option<String>,
}

/// Who works in the villages of the area today, and whether they have a phone.
#[utoipa::path(get, path = "/api/sheets", params(AreaAsked),
    responses((status = 200, body = Vec<HolderReply>)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
) -> Result<Json<Vec<HolderReply>>, Refusal> {
    let today = Day::of(clock::now_ms());
    let reference = &permit.reference;
    let works = |one: &&Assignment| {
        let worker = matches!(one.role, Role::AssistanceOfficer | Role::ChildDirector);
        worker && one.holds_on(today) && reference.areas.within(one.area, permit.area)
    };
    let devices = desk.county.stores.directory.devices().await.map_err(at_county)?;
    let phones = |staff: RecordId| {
        let used = |state: DeviceState| state == DeviceState::Active;
        devices.iter().filter(|one| one.row.staff == staff && used(one.row.state)).count()
    };
    let staff: BTreeSet<_> = reference.assignments.values().filter(works).map(|one| one.staff).collect();
    let holder = |staff: RecordId| {
        let mut mine: Vec<_> = reference.assignments_of(staff).filter(works).collect();
        mine.sort_by_key(|one| (one.area, one.role));
        let roles: BTreeSet<_> = mine.iter().map(|one| one.role).collect();
        let key = mine.first().map(|one| one.area);
        let reply = HolderReply {
            staff,
            name: reference.staff.get(&staff).map(|member| member.name.clone()).unwrap_or_default(),
            roles_zh: roles.iter().map(|role| role.zh()).collect(),
            roles_en: roles.iter().map(|role| role.en()).collect(),
            areas: names(&permit, staff, today),
            phones: phones(staff),
        };
        (key, reply)
    };
    let mut found: Vec<_> = staff.into_iter().map(holder).collect();
    found.sort_by(|(one, first), (other, second)| (one, &first.name).cmp(&(other, &second.name)));
    Ok(Json(found.into_iter().map(|(_, reply)| reply).collect()))
}

fn names(permit: &Permit, staff: RecordId, today: Day) -> Vec<String> {
    let all = permit.reference.assignments_of(staff).filter(|one| one.holds_on(today));
    let areas: BTreeSet<_> = all.map(|one| one.area).collect();
    areas.into_iter().map(|area| permit.reference.areas.name(area)).collect()
}

/// Makes the sheets; an earlier one of the same people that was not used is void from now on. Only for
/// people who work nowhere else: whoever gets a phone may see all that its holder may.
#[utoipa::path(post, path = "/api/sheets", params(AreaAsked), request_body = SheetsAsked,
    responses((status = 200, body = Vec<SheetReply>)))]
pub(super) async fn print(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(asked): Said<SheetsAsked>,
) -> Result<Json<Vec<SheetReply>>, Refusal> {
    if asked.staff.len() > SHEETS_MAX {
        let zh = format!("一次最多 {SHEETS_MAX} 张");
        return Err(wrong("staff", zh, format!("{SHEETS_MAX} at once at most")).into());
    }
    let (now_ms, today) = (clock::now_ms(), Day::of(clock::now_ms()));
    for staff in &asked.staff {
        let mut today = permit.reference.assignments_of(*staff).filter(|one| one.holds_on(today)).peekable();
        let works = today.peek().is_some();
        if !works || !today.all(|one| permit.reference.areas.within(one.area, permit.area)) {
            return Err(Problem::new(ProblemCode::NotForYou).into());
        }
    }
    let mut sheets = Vec::new();
    for staff in asked.staff {
        log_staff(&desk.county, permit.staff()?, SHEET_PRINTED, staff, now_ms).await?;
        let sheet = enrol::sheet(&desk.county, staff, desk.settings.sheet_hours, now_ms).await?;
        let PrintedSheet { staff, name, county, code, fingerprint, until_ms, .. } =
            PrintedSheet::of(&desk.county, &sheet);
        let (areas, county_name) = (names(&permit, staff, today), permit.reference.areas.name(county));
        let address = desk.settings.sheet_address.clone();
        sheets.push(SheetReply {
            staff,
            name,
            areas,
            county,
            county_name,
            code,
            fingerprint,
            until_ms,
            address,
        });
    }
    Ok(Json(sheets))
}
