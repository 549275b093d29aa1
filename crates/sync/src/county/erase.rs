//! 删除: what the law has erased loses its bodies, and what comes of it later comes without them.
//!
//! Envelopes stay, so that logs, receipts and digests go on; what still counts of a record is written by the county
//! in the names and at the times of those who wrote it.

use super::needs::WaitsFor;
use super::plan::own;
use super::prepared::Erase;
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::{Entry, RecordRef};
use domain::reference::Reference;

/// Takes the content of records away, in whatever state their entries are.
pub(super) fn erase(work: &mut Work<'_>, job: &Erase) {
    let (mut entries, mut complete) = (Vec::new(), true);
    for record in &job.records {
        let (Some(found), Some(history)) = (work.loaded(*record), work.history(*record)) else {
            complete = false;
            continue;
        };
        for one in history.iter().filter(|one| one.entry.body.is_some()) {
            let hash = one.entry.patch.hash();
            let held = found.held.iter().find(|held| held.hash == hash);
            let beyond = held.filter(|held| held.waits_for == WaitsFor::Earlier);
            entries.push((one.entry.patch.dot(), hash, one.state, beyond.map(|held| held.problem.clone())));
        }
    }
    if !complete {
        return;
    }
    for (dot, hash, state, beyond) in entries {
        work.plan.erased.push((dot, hash));
        match (beyond, state) {
            // It takes its place as an envelope once the gap before it is closed.
            (Some(problem), _) => work.change_state(dot, hash, state, Some(WaitsFor::Earlier), problem),
            // Its place is another's, and that is what the phone is told of.
            (None, ItemState::Forked) => work.change_state(dot, hash, state, None, None),
            (None, _) => work.change_state(dot, hash, ItemState::Erased, None, None),
        }
    }
    own(work, std::slice::from_ref(&job.word));
    own(work, &job.leaves);
    for record in &job.records {
        if work.row(*record).is_some_and(|row| row.is_some()) {
            work.take_back(*record);
        }
    }
}

/// Whether an entry speaks of what was erased. `None` while something has to be loaded.
pub(super) fn is_of_erased(work: &mut Work<'_>, entry: &Entry) -> Option<bool> {
    let record = entry.patch.record;
    let Some(body) = &entry.body else { return Some(false) };
    let erased = &work.reference().erased;
    let hangs = matches!(record.kind, RecordKind::Part | RecordKind::Concern | RecordKind::ChildFile);
    let subject = || body.sets.get(keys::SUBJECT)?.as_text()?.parse().ok();
    let person = |id: RecordId| RecordRef { kind: RecordKind::Person, id };
    if erased.contains(&record) || hangs && subject().is_some_and(|id| erased.contains(&person(id))) {
        return Some(true);
    }
    if !hangs || erased.is_empty() {
        return Some(false);
    }
    // What came of an erased person came as an envelope; a correction of it does not say of whom it is.
    if work.row(record)?.is_none_or(|row| !row.head.fields.is_empty()) {
        return Some(false);
    }
    let now = work.plan.ledger.iter().any(|row| row.state == ItemState::Erased && row.is_of(record));
    Some(now || work.history(record)?.iter().any(|one| one.state == ItemState::Erased))
}

/// The same entry without what it says, when that was erased by law.
pub(super) fn bared(work: &mut Work<'_>, entry: &Entry) -> Option<Entry> {
    let erased = is_of_erased(work, entry).unwrap_or(false);
    erased.then(|| Entry { patch: entry.patch.clone(), body: None })
}

/// Whether a record stands in no feed because it was erased, or whom it hangs on was; `elsewhere` says whether
/// anybody else has a share in it. Shared with `doctor`.
pub fn stands_nowhere(
    reference: &Reference,
    record: RecordRef,
    subject: Option<RecordId>,
    elsewhere: bool,
) -> bool {
    let person = |id: RecordId| RecordRef { kind: RecordKind::Person, id };
    match record.kind {
        RecordKind::Part | RecordKind::Concern => {
            subject.is_some_and(|id| reference.erased.contains(&person(id)))
        }
        RecordKind::Visit => !elsewhere && reference.erased.contains(&record),
        _ => reference.erased.contains(&record),
    }
}
