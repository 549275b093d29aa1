//! 删除: what the law has erased loses its bodies, and what comes of it later comes without them.
//!
//! Envelopes stay, so that logs, receipts and digests go on; what still counts of a record is written by the county
//! in the names and at the times of those who wrote it.

use super::needs::WaitsFor;
use super::plan::own;
use super::prepared::{Erase, OwnPatch, OwnRecord};
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::catalogue::{RecordKind, keys};
use domain::erasure::kept;
use domain::head::{Head, Write};
use domain::ids::RecordId;
use domain::log::{Dot, Vector};
use domain::patch::{Body, Entry, RecordRef, Salt};
use domain::reference::Reference;
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
            let problem = beyond.map(|held| held.problem.clone());
            entries.push((*record, one.entry.patch.dot(), hash, one.state, problem));
        }
    }
    if !complete {
        return;
    }
    let mut taken = BTreeSet::new();
    for (record, dot, hash, state, beyond) in entries {
        work.plan.erased.push((dot, hash));
        match (beyond, state) {
            // It takes its place as an envelope once the gap before it is closed.
            (Some(problem), _) => work.change_state(dot, hash, state, Some(WaitsFor::Earlier), problem),
            // Its place is another's, and that is what the phone is told of.
            (None, ItemState::Forked) => work.change_state(dot, hash, state, None, None),
            (None, _) => {
                work.change_state(dot, hash, ItemState::Erased, None, None);
                taken.insert(record);
            }
        }
    }
    own(work, std::slice::from_ref(&job.word));
    own(work, &job.leaves);
    for record in &job.records {
        if taken.contains(record) || work.row(*record).is_some_and(|row| row.is_some()) {
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

/// What stays of one patch of an erased record: written by the county, in its author's name, at its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Of which record.
    pub record: RecordRef,
    /// Who wrote it.
    pub author: RecordId,
    /// When.
    pub at_ms: UnixMs,
    /// The fields that still count.
    pub sets: BTreeMap<String, Value>,
}

impl Leaf {
    /// As the county writes it, beside what else stood when it was read.
    pub fn patch(&self, seen: Option<Vector>, salt: Salt) -> OwnPatch {
        let body = Body { sets: self.sets.clone(), salt, ..Body::default() };
        let stamp = Stamp { wall_ms: self.at_ms, ..Stamp::default() };
        OwnPatch { record: OwnRecord::Known(self.record), form: None, body, seen, author: self.author, stamp }
    }
}

/// What stays of a record: what its standing writes say that is counted, each in its author's name, so that sides that
/// stand beside each other go on doing so. A person's categories end on `today`: nobody is to visit them any more.
pub fn leaves(record: RecordRef, head: &Head, by: RecordId, now_ms: UnixMs) -> Vec<Leaf> {
    let today = Day::of(now_ms);
    let mut leaves: BTreeMap<Dot, Leaf> = BTreeMap::new();
    let ended = if record.kind == RecordKind::Person { ended(head, today) } else { BTreeMap::new() };
    for (key, writes) in head.fields.iter().filter(|(key, _)| !ended.contains_key(*key)) {
        for write in writes {
            let Some(value) = kept(record.kind, key, &write.value) else { continue };
            let (author, at_ms) = (write.author, write.at_ms);
            let leaf = leaves.entry(write.dot());
            let leaf = leaf.or_insert_with(|| Leaf { record, author, at_ms, sets: BTreeMap::new() });
            leaf.sets.insert(key.clone(), value);
        }
    }
    let last = (!ended.is_empty()).then_some(Leaf { record, author: by, at_ms: now_ms, sets: ended });
    leaves.into_values().chain(last).collect()
}

/// The ends of the categories that hold on a day or later. One that was taken back is as if it had never been.
fn ended(head: &Head, today: Day) -> BTreeMap<String, Value> {
    let key = |rest: &str| {
        let (spell, _) = rest.split_once('/')?;
        Some(format!("{}{spell}/end", keys::CATEGORY))
    };
    let over = |end: &str| {
        let day = |value: &Value| value.as_text().and_then(|text| text.parse::<Day>().ok());
        let past = |write: &Write| day(&write.value).is_some_and(|day| day <= today);
        head.fields.get(end).is_some_and(|sides| sides.iter().all(past))
    };
    let says = |writes: &[Write]| writes.iter().any(|write| !write.value.is_null());
    let spells = head.under(keys::CATEGORY).filter(|(_, writes)| says(writes));
    let spells = spells.filter_map(|(rest, _)| key(rest));
    spells.filter(|end| !over(end)).map(|end| (end, today.to_string().into())).collect()
}
