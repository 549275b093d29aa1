//! Whether an entry may be taken in: its device, form, record, subject and permission.
//!
//! Nothing authenticated is refused: what may not be applied is held, with a reason.

use super::again;
use super::needs::{DeviceState, HeldEntry, WaitsFor};
use super::permit::permitted;
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{DeviceId, RecordId};
use domain::patch::{Entry, RecordRef};
use domain::permission::{Act, acts};
use domain::problem::{Problem, ProblemCode};
use domain::time::UnixMs;

/// What is to become of an entry.
pub(super) enum Verdict {
    /// It is taken in.
    Apply,
    /// It is held.
    Hold(ItemState, WaitsFor, Problem),
}

pub(super) fn set_aside(code: ProblemCode) -> Option<Verdict> {
    Some(Verdict::Hold(ItemState::SetAside, WaitsFor::Reviewer, Problem::new(code)))
}

/// The state of an entry that is taken in.
pub(super) fn taken_in(entry: &Entry) -> ItemState {
    if entry.body.is_some() { ItemState::Applied } else { ItemState::Erased }
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
    if entry.body.is_none() {
        // Erased on its phone, by law: nothing is left of it that anybody could permit or wait for.
        return Some(Verdict::Apply);
    }
    if let Some(decision) = again::decided(work, entry)? {
        let (waits_for, problem) = (WaitsFor::Record(decision), Problem::new(ProblemCode::DecidedBefore));
        return Some(Verdict::Hold(ItemState::SetAside, waits_for, problem));
    }
    if let Some((waits_for, problem)) = missing(work, entry)? {
        return Some(Verdict::Hold(ItemState::Awaiting, waits_for, problem));
    }
    if reports(work, entry)? {
        return Some(Verdict::Apply);
    }
    permitted(work, entry, arrived_ms)
}

/// Whether an entry reports something urgent: that is taken in from whoever holds a phone of the county, of every
/// place and time, with or without a role. Whoever is to read it sees who wrote it.
fn reports(work: &mut Work<'_>, entry: &Entry) -> Option<bool> {
    if entry.patch.record.kind != RecordKind::Urgent {
        return Some(false);
    }
    let new = work.row(entry.patch.record)?.is_none_or(|row| row.head.fields.is_empty());
    let sets = entry.body.as_ref().map(|body| &body.sets);
    Some(acts(RecordKind::Urgent, sets, new).iter().all(|act| *act == Act::Urgent))
}

/// The form or record that an entry cannot do without, and that is not here. Outer `None`: not loaded.
pub(super) fn missing(work: &mut Work<'_>, entry: &Entry) -> Option<Option<(WaitsFor, Problem)>> {
    if let Some(form) = entry.patch.form
        && work.reference().order(Some(form)).is_none()
    {
        return Some(Some((WaitsFor::Form(form), Problem::new(ProblemCode::WaitsForForm))));
    }
    for needed in needed(entry) {
        // It was here and will not come again: nothing waits for it.
        if needed.kind == RecordKind::Household && work.reference().erased.contains(&needed) {
            continue;
        }
        // What consists of dismissed entries only has no field, and is not here.
        if work.row(needed)?.is_none_or(|row| row.head.fields.is_empty()) {
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

/// What an entry that was taken in waits for: somebody who sees to its questions, if it has any.
pub(super) fn asks(state: ItemState, questions: &[Problem]) -> Option<WaitsFor> {
    (state == ItemState::Applied && !questions.is_empty()).then_some(WaitsFor::Reviewer)
}

/// Judges an entry of the ledger again, after what it waited for has come.
pub(super) fn rejudge(work: &mut Work<'_>, one: &HeldEntry) {
    // The entry itself no longer holds anything back while it is being judged.
    work.released.insert(one.hash);
    match judge(work, &one.entry, one.device, one.arrived_ms) {
        Some(Verdict::Apply) if work.take(&one.entry) => {
            let state = taken_in(&one.entry);
            if state == ItemState::Erased {
                work.gone.insert(one.entry.patch.record);
            }
            work.settle_state(one, state, asks(state, &one.questions), None);
        }
        // Something has to be loaded first; the plan begins anew.
        None | Some(Verdict::Apply) => {}
        Some(Verdict::Hold(state, waits_for, problem)) => {
            work.settle_state(one, state, Some(waits_for), Some(problem.clone()));
            work.hold(HeldEntry { state, waits_for, problem: Some(problem), ..one.clone() });
        }
    }
}

/// The records that an entry speaks of and that have to be here first.
pub fn needed(entry: &Entry) -> Vec<RecordRef> {
    let reference = |kind, key| {
        let id = entry.body.as_ref()?.sets.get(key)?.as_text()?.parse().ok()?;
        Some(RecordRef { kind, id })
    };
    let named = match entry.patch.record.kind {
        RecordKind::Part => {
            [reference(RecordKind::Visit, keys::VISIT), reference(RecordKind::Person, keys::SUBJECT)]
        }
        RecordKind::Concern => {
            [reference(RecordKind::Person, keys::SUBJECT), reference(RecordKind::Part, keys::PART)]
        }
        RecordKind::ChildFile => [reference(RecordKind::Person, keys::SUBJECT), None],
        RecordKind::Visit | RecordKind::Person => [reference(RecordKind::Household, keys::HOUSEHOLD), None],
        _ => [None, None],
    };
    named.into_iter().flatten().collect()
}
