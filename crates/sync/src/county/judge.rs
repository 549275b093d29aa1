//! Whether an entry may be taken in: its device, form, record, subject and permission.
//!
//! Nothing authenticated is refused: what may not be applied is held, with a reason.

use super::needs::{DeviceState, HeldEntry, WaitsFor};
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, DeviceId, RecordId};
use domain::patch::{Entry, RecordRef};
use domain::permission::{self, Act};
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, Happened, UnixMs};
use domain::value::Value;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// What is to become of an entry.
pub(super) enum Verdict {
    /// It is taken in.
    Apply,
    /// It is held.
    Hold(ItemState, WaitsFor, Problem),
}

fn set_aside(code: ProblemCode) -> Option<Verdict> {
    Some(Verdict::Hold(ItemState::SetAside, WaitsFor::Reviewer, Problem::new(code)))
}

/// Judges an entry that a device brought; `None` while something has to be loaded first.
pub(super) fn judge(
    work: &mut Work<'_>,
    entry: &Entry,
    device: Option<DeviceId>,
    arrived_ms: UnixMs,
) -> Option<Verdict> {
    let patch = &entry.patch;
    if work.holds_back(patch.record, patch.writer, patch.serial)? {
        let problem = Problem::new(ProblemCode::WaitsForEarlier).with("missing", 1);
        return Some(Verdict::Hold(ItemState::Awaiting, WaitsFor::Held, problem));
    }
    let Some((state, staff)) = brought_by(work, device)? else {
        return set_aside(ProblemCode::DeviceUnknown);
    };
    if state == DeviceState::Revoked {
        return set_aside(ProblemCode::DeviceWasRevoked);
    }
    if patch.author != staff {
        return set_aside(ProblemCode::NotPermitted);
    }
    if let Some((waits_for, problem)) = missing(work, entry)? {
        return Some(Verdict::Hold(ItemState::Awaiting, waits_for, problem));
    }
    permitted(work, entry, arrived_ms)
}

/// The form or record that an entry cannot do without, and that is not here. Outer `None`: not loaded.
pub(super) fn missing(work: &mut Work<'_>, entry: &Entry) -> Option<Option<(WaitsFor, Problem)>> {
    if let Some(form) = entry.patch.form
        && work.reference().order(Some(form)).is_none()
    {
        return Some(Some((WaitsFor::Form(form), Problem::new(ProblemCode::WaitsForForm))));
    }
    for needed in needed(entry) {
        if work.row(needed)?.is_none() {
            let problem = Problem::new(ProblemCode::WaitsForSubject);
            return Some(Some((WaitsFor::Record(needed), problem)));
        }
    }
    Some(None)
}

/// The state and the holder of a device. It is not always the one that speaks now: what a phone
/// brought may be released by another phone, or by the county itself. Outer `None`: not loaded.
fn brought_by(work: &mut Work<'_>, device: Option<DeviceId>) -> Option<Option<(DeviceState, RecordId)>> {
    let Some(id) = device else { return Some(None) };
    let now = work.plan.device.as_ref().filter(|row| row.device == id);
    let Some(row) = now.or(work.loaded.devices.get(&id).and_then(Option::as_ref)) else {
        if work.loaded.devices.contains_key(&id) {
            return Some(None);
        }
        work.needs.devices.insert(id);
        return None;
    };
    Some(Some((row.state, row.staff)))
}

/// Judges an entry of the ledger again, after what it waited for has come.
pub(super) fn rejudge(work: &mut Work<'_>, one: &HeldEntry) {
    // The entry itself no longer holds anything back while it is being judged.
    work.released.insert(one.hash);
    match judge(work, &one.entry, one.device, one.arrived_ms) {
        Some(Verdict::Apply) if work.take(&one.entry) => {
            work.settle_state(one, ItemState::Applied, None, None);
        }
        // Something has to be loaded first; the plan begins anew.
        None | Some(Verdict::Apply) => {}
        Some(Verdict::Hold(state, waits_for, problem)) => {
            work.settle_state(one, state, Some(waits_for), Some(problem));
            work.released.remove(&one.hash);
            let again = HeldEntry { state, waits_for, ..one.clone() };
            let held = work.held.entry(one.entry.patch.record).or_default();
            held.retain(|other| other.hash != one.hash);
            held.push(again);
        }
    }
}

/// The records that an entry speaks of and that have to be here first.
pub(super) fn needed(entry: &Entry) -> Vec<RecordRef> {
    let reference = |kind, key| {
        let id = entry.body.as_ref()?.sets.get(key)?.as_text()?.parse().ok()?;
        Some(RecordRef { kind, id })
    };
    let named = match entry.patch.record.kind {
        RecordKind::Part => {
            [reference(RecordKind::Visit, keys::VISIT), reference(RecordKind::Person, keys::SUBJECT)]
        }
        RecordKind::Concern | RecordKind::ChildFile => [reference(RecordKind::Person, keys::SUBJECT), None],
        RecordKind::Visit | RecordKind::Person => [reference(RecordKind::Household, keys::HOUSEHOLD), None],
        _ => [None, None],
    };
    named.into_iter().flatten().collect()
}

/// What the author may do, where and when. `None` while something has to be loaded.
pub(super) fn permitted(work: &mut Work<'_>, entry: &Entry, arrived_ms: UnixMs) -> Option<Verdict> {
    let patch = &entry.patch;
    let new = work.row(patch.record)?.is_none();
    let keys = entry.body.iter().flat_map(|body| body.sets.keys());
    let mut acts: BTreeSet<Act> = keys.map(|key| permission::act_for(patch.record.kind, key, new)).collect();
    if acts.is_empty() {
        acts.insert(permission::act_for(patch.record.kind, "", new));
    }
    // A person registered by a worker begins as 待确认, which only the township may change.
    let Some(area) = area_of(work, entry)? else { return set_aside(ProblemCode::OutsideArea) };
    let days = days_of(work, entry, arrived_ms)?;
    let reference = work.reference();
    let may = |act: Act| permission::allowed(reference, patch.author, act, area, days.clone());
    if acts.iter().all(|act| may(*act)) {
        return Some(Verdict::Apply);
    }
    let somewhere = reference
        .assignments_of(patch.author)
        .any(|one| acts.iter().all(|act| permission::permits(one.role, *act)) && one.holds_on(*days.start()));
    set_aside(if somewhere { ProblemCode::OutsideArea } else { ProblemCode::NotPermitted })
}

fn code(value: &Value) -> Option<AreaCode> {
    value.as_int().and_then(|number| u64::try_from(number).ok()).map(AreaCode)
}

/// A value that the entry sets, or else the settled one of its record. Outer `None`: not loaded.
fn field(work: &mut Work<'_>, entry: &Entry, key: &str) -> Option<Option<Value>> {
    let set = entry.body.as_ref().and_then(|body| body.sets.get(key));
    if let Some(value) = set {
        return Some(Some(value.clone()));
    }
    let row = work.row(entry.patch.record)?;
    Some(row.and_then(|row| row.head.value(key)).cloned())
}

fn linked(work: &mut Work<'_>, entry: &Entry, key: &str) -> Option<Option<RecordId>> {
    let value = field(work, entry, key)?;
    Some(value.and_then(|value| value.as_text()?.parse().ok()))
}

/// The smallest village of a record, or the area it names.
fn area_in(work: &mut Work<'_>, record: RecordRef, key: &str) -> Option<Option<AreaCode>> {
    let row = work.row(record)?;
    Some(row.and_then(|row| row.head.values(key).filter_map(code).min()))
}

/// Where an entry wants to change something. For what exists, where it is, not where it is to go.
fn area_of(work: &mut Work<'_>, entry: &Entry) -> Option<Option<AreaCode>> {
    let record = entry.patch.record;
    match record.kind {
        RecordKind::Part => {
            let Some(id) = linked(work, entry, keys::VISIT)? else { return Some(None) };
            area_in(work, RecordRef { kind: RecordKind::Visit, id }, keys::VILLAGE)
        }
        RecordKind::Concern | RecordKind::ChildFile => {
            let Some(id) = linked(work, entry, keys::SUBJECT)? else { return Some(None) };
            area_in(work, RecordRef { kind: RecordKind::Person, id }, keys::VILLAGE)
        }
        RecordKind::Visit | RecordKind::Person | RecordKind::Household | RecordKind::Urgent => {
            let now = area_in(work, record, keys::VILLAGE)?;
            let set = entry.body.as_ref().and_then(|body| body.sets.get(keys::VILLAGE)).and_then(code);
            Some(now.or(set))
        }
        _ => {
            let now = area_in(work, record, keys::AREA)?;
            let set = entry.body.as_ref().and_then(|body| body.sets.get(keys::AREA)).and_then(code);
            Some(now.or(set).or(Some(work.prepared.county)))
        }
    }
}

/// The whole possible interval of what the entry tells: of a visit and its parts, when it happened;
/// of everything else, the day on which it was entered as far as clocks can tell.
fn days_of(work: &mut Work<'_>, entry: &Entry, arrived_ms: UnixMs) -> Option<RangeInclusive<Day>> {
    let happened = match entry.patch.record.kind {
        RecordKind::Visit => field(work, entry, keys::HAPPENED)?,
        RecordKind::Part => match linked(work, entry, keys::VISIT)? {
            None => None,
            Some(id) => {
                let row = work.row(RecordRef { kind: RecordKind::Visit, id })?;
                row.and_then(|row| row.head.value(keys::HAPPENED)).cloned()
            }
        },
        _ => None,
    };
    let happened = happened.and_then(|value| value.as_text()?.parse::<Happened>().ok());
    Some(happened.map_or_else(
        || {
            let day = Day::of(entry.patch.stamp.best_ms().min(arrived_ms));
            day..=day
        },
        |happened| happened.day()..=happened.last_day(),
    ))
}
