//! A reviewer's word on what was set aside.

use super::judge;
use super::needs::{HeldEntry, WaitsFor};
use super::plan::own;
use super::prepared::{Decision, OwnPatch, OwnRecord};
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::ids::RecordId;
use domain::patch::RecordRef;
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
        let Some(one) = found.iter().find(|one| one.hash == decision.hash) else {
            work.plan.problem = Some(Problem::new(ProblemCode::NothingFound));
            return;
        };
        if decision.accept {
            // Nobody can take in what speaks of something that is not here.
            match judge::missing(work, &one.entry) {
                Some(None) => {}
                Some(Some((_, problem))) => {
                    work.plan.problem = Some(problem);
                    return;
                }
                None => continue,
            }
        }
        if one.state == ItemState::Forked {
            forked(work, one, decision.accept, &mut renamed);
        } else {
            held(work, one, decision.accept);
        }
    }
}

/// Ends the waiting of an entry, one way or the other. Not over the head of an earlier one: the
/// record's vector would pass over what nobody has looked at.
fn held(work: &mut Work<'_>, one: &HeldEntry, accept: bool) {
    let patch = &one.entry.patch;
    let Some(behind) = work.holds_back(patch.record, patch.writer, patch.serial) else { return };
    if behind || one.waits_for == WaitsFor::Earlier {
        work.plan.problem = Some(Problem::new(ProblemCode::WaitsForEarlier).with("missing", 1));
        return;
    }
    let mut entry = one.entry.clone();
    let state = if accept { ItemState::Applied } else { ItemState::Dismissed };
    if !accept {
        // It is passed over: the vector goes on, the fields stay as they are.
        entry.body = None;
    }
    work.released.insert(one.hash);
    if work.take(&entry) {
        work.change_state(one, state, None, None);
    }
}

/// A forked entry shares its place with another, so that it never settles itself: what is accepted
/// is written again by the county, in its author's name. It stays forked, and waits no more.
fn forked(work: &mut Work<'_>, one: &HeldEntry, accept: bool, renamed: &mut Renamed) {
    work.change_state(one, ItemState::Forked, None, None);
    let Some(body) = one.entry.body.as_ref().filter(|_| accept) else { return };
    let patch = &one.entry.patch;
    let Some(log) = work.loaded.writers.get(&patch.writer) else {
        work.needs.writers.insert(patch.writer);
        return;
    };
    let mut seen = patch.seen.clone();
    let shared = log.map_or(0, |log| log.forked_at.saturating_sub(1));
    seen.0.entry(patch.writer).and_modify(|serial| *serial = shared.min(*serial));
    seen.0.retain(|_, serial| *serial > 0);
    let order = work.reference().order(patch.form).unwrap_or(&[]);
    let sets = body.writes(order).map(|(key, value, _)| (key, rename(value, renamed))).collect();
    let Some(row) = work.row(patch.record) else { return };
    let made = patch.record.id == RecordId::derived(patch.writer, patch.serial);
    let record = match renamed.get(&patch.record.id) {
        Some(id) => OwnRecord::Known(RecordRef { id: *id, ..patch.record }),
        // The id belongs to what the other branch made.
        None if made && row.is_some() => OwnRecord::New(patch.record.kind),
        None => OwnRecord::Known(patch.record),
    };
    let (author, stamp, salt) = (patch.author, patch.stamp, body.salt);
    own(work, &[OwnPatch { record, sets, seen: Some(seen), author, stamp, salt }]);
    if let (OwnRecord::New(_), Some((new, _))) = (record, work.plan.own.last()) {
        renamed.insert(patch.record.id, new.id);
    }
}

/// A value that names a record, with the id the record has now.
fn rename(value: &Value, renamed: &Renamed) -> Value {
    let new = value.as_text().and_then(|text| renamed.get(&text.parse().ok()?));
    new.map_or_else(|| value.clone(), |id| Value::text(id.to_string()))
}
