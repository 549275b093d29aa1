//! 工作人员: who they are, where they work, and which phones they hold.

use crate::clock;
use crate::county::{County, at_county};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::staff::Role;
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use sync::county::needs::DeviceState;
use sync::county::prepared::{OwnPatch, OwnRecord};

/// Who the county's log names as the author of what is done at the server itself.
pub fn operator() -> RecordId {
    RecordId::named("staff", "operator of the server")
}

/// A role that is to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAssignment {
    /// To whom.
    pub staff: RecordId,
    /// Which.
    pub role: Role,
    /// Where.
    pub area: AreaCode,
    /// The first day.
    pub from: Day,
    /// The first day no more.
    pub until: Option<Day>,
}

impl NewAssignment {
    /// The fields of its record.
    pub(crate) fn sets(&self) -> Sets {
        let area = i64::try_from(self.area.0).unwrap_or_default();
        let mut sets = BTreeMap::from([
            (keys::STAFF.to_owned(), Value::from(self.staff.to_string())),
            (keys::ROLE.to_owned(), Value::from(self.role.code())),
            (keys::AREA.to_owned(), Value::from(area)),
            (keys::FROM.to_owned(), Value::from(self.from.to_string())),
        ]);
        sets.extend(self.until.map(|until| (keys::UNTIL.to_owned(), Value::from(until.to_string()))));
        sets
    }
}

/// Adds a member of staff; they can do nothing before they are given a role.
///
/// # Errors
/// What the store says.
pub async fn add(
    county: &County,
    by: RecordId,
    name: &str,
    phone: Option<&str>,
    now_ms: UnixMs,
) -> Result<RecordId, Problem> {
    let mut sets = BTreeMap::from([(keys::NAME.to_owned(), Value::from(name))]);
    sets.extend(phone.map(|phone| (keys::PHONE.to_owned(), Value::from(phone))));
    write(county, by, OwnRecord::New(RecordKind::Staff), sets, now_ms).await
}

/// Gives a role.
///
/// # Errors
/// `nothing_found` when there is no such member of staff or area; what the store says.
pub async fn assign(
    county: &County,
    by: RecordId,
    new: &NewAssignment,
    now_ms: UnixMs,
) -> Result<RecordId, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let known = reference.staff.contains_key(&new.staff) && reference.areas.0.contains_key(&new.area);
    if !known {
        return Err(Problem::new(ProblemCode::NothingFound));
    }
    write(county, by, OwnRecord::New(RecordKind::Assignment), new.sets(), now_ms).await
}

/// Ends a role: `until` is the first day on which it holds no more.
///
/// # Errors
/// `nothing_found` when there is no such assignment; what the store says.
pub async fn end(
    county: &County,
    by: RecordId,
    assignment: RecordId,
    until: Day,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    if !reference.assignments.contains_key(&assignment) {
        return Err(Problem::new(ProblemCode::NothingFound));
    }
    let record = RecordRef { kind: RecordKind::Assignment, id: assignment };
    let sets = BTreeMap::from([(keys::UNTIL.to_owned(), Value::from(until.to_string()))]);
    write(county, by, OwnRecord::Known(record), sets, now_ms).await.map(drop)
}

/// What a patch sets.
pub(crate) type Sets = BTreeMap<String, Value>;

pub(crate) async fn write(
    county: &County,
    by: RecordId,
    record: OwnRecord,
    sets: Sets,
    now_ms: UnixMs,
) -> Result<RecordId, Problem> {
    let written = write_all(county, by, vec![(record, sets)], now_ms).await?.first().copied();
    written.ok_or_else(|| Problem::new(ProblemCode::Internal).with("reference", "nothing was written"))
}

/// Writes into the county's log in somebody's name, all or nothing; answers the records in their order.
/// Whether they may is for the caller to know.
pub(crate) async fn write_all(
    county: &County,
    by: RecordId,
    records: Vec<(OwnRecord, Sets)>,
    now_ms: UnixMs,
) -> Result<Vec<RecordId>, Problem> {
    let stamp = Stamp { wall_ms: now_ms, county_ms: now_ms, ..Stamp::default() };
    let patch = |(record, sets)| {
        let body = Body { sets, salt: WriterId(county.dice.number()), ..Body::default() };
        OwnPatch { record, form: None, body, seen: None, author: by, stamp }
    };
    let patches: Vec<OwnPatch> = records.into_iter().map(patch).collect();
    if patches.is_empty() {
        return Ok(Vec::new());
    }
    let done = county.append(patches, now_ms).await?;
    Ok(done.own.into_iter().map(|(record, _)| record.id).collect())
}

/// Retires (handed over) or revokes (lost) a phone, or takes it back.
///
/// # Errors
/// `device_unknown`; what the store says.
pub async fn set_state(county: &County, device: DeviceId, state: DeviceState) -> Result<(), Problem> {
    let today = Day::of(clock::now_ms());
    let found = county.stores.directory.set_state(device, state, today).await.map_err(at_county)?;
    if !found {
        return Err(Problem::new(ProblemCode::DeviceUnknown));
    }
    tracing::info!(%device, ?state, "a phone's state was set");
    Ok(())
}

/// The member of staff whose id or whole name this is.
///
/// # Errors
/// `argument_wrong` when there is none, or several of that name: their ids are given.
pub fn find(reference: &Reference, text: &str) -> Result<RecordId, Problem> {
    let wrong =
        |reason: String| Problem::new(ProblemCode::ArgumentWrong).with("name", text).with("reason", reason);
    if let Ok(id) = text.parse::<RecordId>()
        && reference.staff.contains_key(&id)
    {
        return Ok(id);
    }
    let same: Vec<_> = reference.staff.values().filter(|one| one.name == text).map(|one| one.id).collect();
    match same.as_slice() {
        [] => Err(wrong("no member of staff has this id or name".to_owned())),
        [one] => Ok(*one),
        several => {
            let ids: Vec<_> = several.iter().map(ToString::to_string).collect();
            Err(wrong(format!("several have this name: {}", ids.join(", "))))
        }
    }
}

/// The area whose code or whole name this is.
///
/// # Errors
/// `argument_wrong` when there is none, or several of that name: their codes are given.
pub fn find_area(reference: &Reference, text: &str) -> Result<AreaCode, Problem> {
    let wrong =
        |reason: String| Problem::new(ProblemCode::ArgumentWrong).with("name", text).with("reason", reason);
    if let Ok(code) = text.parse::<AreaCode>()
        && reference.areas.0.contains_key(&code)
    {
        return Ok(code);
    }
    let same: Vec<_> =
        reference.areas.0.values().filter(|one| one.name == text).map(|one| one.code).collect();
    match same.as_slice() {
        [] => Err(wrong("no area has this code or name".to_owned())),
        [one] => Ok(*one),
        several => {
            let codes: Vec<_> = several.iter().map(ToString::to_string).collect();
            Err(wrong(format!("several have this name: {}", codes.join(", "))))
        }
    }
}
