//! A reviewer's word on what was set aside.

use super::judge;
use super::needs::{HeldEntry, Waiting, WaitsFor};
use super::plan::own;
use super::prepared::{Decision, OwnPatch, OwnRecord, ReviewVerdict};
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::ids::RecordId;
use domain::patch::{Body, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::value::Value;
use std::collections::BTreeMap;

/// Records that forked entries had made, under the ids they get now.
type Renamed = BTreeMap<RecordId, RecordId>;

/// Carries out decisions. A decision on something that waits for no decision is a problem, and then
/// nothing of the job is written.
pub(super) fn decide(work: &mut Work<'_>, decisions: &[Decision]) {
    let mut renamed = Renamed::new();
    for decision in decisions {
        let place = (decision.dot.writer, decision.dot.serial);
        let Some(found) = work.loaded.entries.get(&place) else {
            work.needs.entries.insert(place);
            continue;
        };
        let Some(one) = found.iter().find(|one| one.hash() == decision.hash) else {
            work.plan.problem = Some(Problem::new(ProblemCode::NothingFound));
            return;
        };
        let done = match (one, told(&decision.verdict)) {
            (_, Err(problem)) => Some(Err(problem)),
            // Nobody can take in what nobody can read.
            (Waiting::Unreadable { .. }, Ok(None)) => Some(Err(Problem::new(ProblemCode::ItemUndecodable))),
            (Waiting::Unreadable { state, .. }, Ok(told)) => {
                let ended = if *state == ItemState::Forked { *state } else { ItemState::Dismissed };
                work.change_state(decision.dot, decision.hash, ended, None, told);
                Some(Ok(()))
            }
            (Waiting::Entry(one), Ok(told)) => entry(work, one, told, &mut renamed),
        };
        if let Some(Err(problem)) = done {
            work.plan.problem = Some(problem);
            return;
        }
    }
}

/// What the worker is told; `None` when the item is accepted.
fn told(verdict: &ReviewVerdict) -> Result<Option<Problem>, Problem> {
    let ReviewVerdict::Dismiss { reason } = verdict else { return Ok(None) };
    if reason.trim().is_empty() {
        let missing = Problem::new(ProblemCode::ArgumentWrong).with("name", "reason");
        return Err(missing.with("reason", "没有写原因 (nothing is dismissed without a reason)"));
    }
    Ok(Some(Problem::new(ProblemCode::NotAdopted).with("reason", reason)))
}

/// Decides on an entry. `None` while something has to be loaded.
fn entry(
    work: &mut Work<'_>,
    one: &HeldEntry,
    told: Option<Problem>,
    renamed: &mut Renamed,
) -> Option<Result<(), Problem>> {
    if told.is_none() {
        // Nobody can take in what speaks of something that is not here.
        if let Some((_, problem)) = judge::missing(work, &one.entry)? {
            return Some(Err(problem));
        }
    }
    if one.state == ItemState::Forked {
        forked(work, one, told, renamed);
        Some(Ok(()))
    } else {
        held(work, one, told)
    }
}

/// Ends the waiting of an entry, one way or the other. Not over the head of an earlier one: the
/// record's vector would pass over what nobody has looked at.
fn held(work: &mut Work<'_>, one: &HeldEntry, told: Option<Problem>) -> Option<Result<(), Problem>> {
    let patch = &one.entry.patch;
    let behind = work.holds_back(patch.record, patch.writer, patch.serial)?;
    if behind || one.waits_for == WaitsFor::Earlier {
        return Some(Err(Problem::new(ProblemCode::WaitsForEarlier).with("missing", 1)));
    }
    let mut entry = one.entry.clone();
    let state = if told.is_none() { ItemState::Applied } else { ItemState::Dismissed };
    if told.is_some() {
        // It is passed over: the vector goes on, the fields stay as they are.
        entry.body = None;
    }
    work.released.insert(one.hash);
    if work.take(&entry) {
        work.change_state(patch.dot(), one.hash, state, None, told);
    }
    Some(Ok(()))
}

/// A forked entry shares its place with another, so that it never settles itself: what is accepted
/// is written again by the county, in its author's name. It stays forked, and waits no more.
fn forked(work: &mut Work<'_>, one: &HeldEntry, told: Option<Problem>, renamed: &mut Renamed) {
    let patch = &one.entry.patch;
    let accept = told.is_none();
    work.change_state(patch.dot(), one.hash, ItemState::Forked, None, told);
    let Some(body) = one.entry.body.as_ref().filter(|_| accept) else { return };
    let Some(log) = work.loaded.writers.get(&patch.writer) else {
        work.needs.writers.insert(patch.writer);
        return;
    };
    let mut seen = patch.seen.clone();
    let shared = log.map_or(0, |log| log.forked_at.saturating_sub(1));
    seen.0.entry(patch.writer).and_modify(|serial| *serial = shared.min(*serial));
    seen.0.retain(|_, serial| *serial > 0);
    let sets = body.sets.iter().map(|(key, value)| (key.clone(), rename(value, renamed))).collect();
    let body = Body { sets, ..body.clone() };
    let Some(row) = work.row(patch.record) else { return };
    let made = patch.record.id == RecordId::derived(patch.writer, patch.serial);
    let record = match renamed.get(&patch.record.id) {
        Some(id) => OwnRecord::Known(RecordRef { id: *id, ..patch.record }),
        // The id belongs to what the other branch made.
        None if made && row.is_some() => OwnRecord::New(patch.record.kind),
        None => OwnRecord::Known(patch.record),
    };
    let (form, author, stamp) = (patch.form, patch.author, patch.stamp);
    own(work, &[OwnPatch { record, form, body, seen: Some(seen), author, stamp }]);
    if let (OwnRecord::New(_), Some((new, _))) = (record, work.plan.own.last()) {
        renamed.insert(patch.record.id, new.id);
    }
}

/// A value that names a record, with the id the record has now.
fn rename(value: &Value, renamed: &Renamed) -> Value {
    let new = value.as_text().and_then(|text| renamed.get(&text.parse().ok()?));
    new.map_or_else(|| value.clone(), |id| Value::text(id.to_string()))
}
