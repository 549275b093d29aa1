//! Whether a phone and the county share a past.

use super::judge::{self, Verdict};
use super::needs::{CountyState, FormerEpoch, WaitsFor, WriterRow};
use super::outcome::{Held, Plan};
use super::permit;
use super::place;
use super::plan::own;
use super::prepared::{Exchange, OwnPatch, OwnRecord};
use super::work::Work;
use crate::merge::Item;
use crate::wire::receipt::ItemState;
use domain::canonical::Transcript;
use domain::catalogue::RecordKind;
use domain::head::{Head, Write};
use domain::ids::{DeviceId, RecordId, WriterId};
use domain::log::{Dot, Mark, Vector};
use domain::patch::{Body, Entry, Patch, RecordRef, Salt};
use domain::permission::{Scope, scopes};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Holds the phone's cursor against the ledger. A hash that does not fit means that the county was
/// restored, or its files copied: it takes a new writer, and the phone reads its feeds from 0.
pub(super) fn check(work: &mut Work<'_>, exchange: &Exchange) {
    let Some(cursor) = exchange.cursor else { return };
    let county = work.loaded.county;
    let until = if cursor.epoch == county.epoch {
        Some(county.seq)
    } else {
        work.loaded.former.iter().find(|former| former.writer == cursor.epoch).map(|one| one.until_seq)
    };
    let fits = match until {
        Some(until) if cursor.seq <= until => match work.loaded.ledger_hash.get(&cursor.seq) {
            Some(hash) => *hash == Some(cursor.hash),
            None => {
                work.needs.ledger_hash.insert(cursor.seq);
                return;
            }
        },
        _ => false,
    };
    if fits {
        return;
    }
    work.plan.positions_reset = true;
    if cursor.epoch == county.epoch {
        restored(work);
    }
}

/// Begins a new epoch.
pub(super) fn restored(work: &mut Work<'_>) {
    begin(&mut work.plan, &mut work.county, work.prepared.spare_writer, work.prepared.now_ms);
}

/// Receipts after a restore go on above all that may have been given that day, by the county as it was or
/// after an earlier restore: those are on paper and in phones. At a moment of a day this is more than any
/// county has given: so many to begin with, and so many for each second; at midnight six digits still do.
/// They have no room for more a second, and two restores share nothing but the clock.
fn receipts_until(now_ms: UnixMs) -> u32 {
    const AT_ONCE: u32 = 5_000;
    const A_SECOND: u32 = 11;
    let seconds = (now_ms - Day::of(now_ms).starts_at()) / 1_000;
    AT_ONCE + A_SECOND * u32::try_from(seconds).unwrap_or(0)
}

fn begin(plan: &mut Plan, county: &mut CountyState, writer: WriterId, now_ms: UnixMs) {
    county.receipt_day = county.receipt_day.max(Day::of(now_ms));
    county.receipt_number = county.receipt_number.max(receipts_until(now_ms));
    plan.former = Some(FormerEpoch { writer: county.epoch, until_seq: county.seq });
    county.epoch = writer;
}

/// Whether a log is the county's own, now or formerly: no device ever holds it, also while it is empty.
pub(super) fn is_one(work: &Work<'_>, writer: WriterId) -> bool {
    let former = || work.loaded.former.iter().any(|one| one.writer == writer);
    writer == work.county.epoch || writer == work.loaded.county.epoch || former()
}

/// Takes back standing writes of former county writers that the county does not have any more, offered
/// by a phone out of its heads. A phone proves nothing by them: of its own feeds only; what its holder
/// may write is written in the holder's name, beside what others have written since; everything else
/// waits for a reviewer, in a log of its own, so that it holds back no later word of the county.
pub(super) fn recover(work: &mut Work<'_>, exchange: &Exchange) {
    let Some(device) = work.plan.device.as_ref() else { return };
    // A log is drawn anew for each exchange; with an epoch that has just begun, feeds are read first.
    let aside = work.prepared.spare_writer;
    if work.plan.receipts_only || work.county.epoch == aside || exchange.recovered.is_empty() {
        return;
    }
    let (holder, by) = (device.staff, device.device);
    let followed = scopes(work.reference(), holder, Day::of(work.prepared.now_ms));
    let Some(marks) = marks_of_former(work) else { return };
    let mut salts = Salts(exchange.salt, 0);
    let mut log = WriterRow { mark: Mark::NONE, device: None, forked_at: 0 };
    for (record, offered) in &exchange.recovered {
        // A phone's word gives nobody rights: rules, staff and grants come back from the backup only.
        let rights = matches!(
            record.kind,
            RecordKind::Grant
                | RecordKind::ClosingFigures
                | RecordKind::FormAssignment
                | RecordKind::Decision
        );
        if rights || Reference::holds(record.kind) || work.reference().erased.contains(record) {
            continue;
        }
        let Some(stands) = stands_in(work, *record, offered) else { continue };
        if !stands.iter().any(|scope| followed.contains(scope)) {
            continue;
        }
        let Some(lost) = lost(work, &marks, *record, offered) else { continue };
        for one in lost {
            let stamp = Stamp { wall_ms: one.at_ms, ..Stamp::default() };
            let (record, seen) = (OwnRecord::Known(*record), Some(Vector::of(one.dot)));
            let body = Body { sets: one.sets, salt: salts.next(), ..Body::default() };
            let patch = OwnPatch { record, form: None, body, seen, author: holder, stamp };
            match may_write(work, &patch) {
                Some(true) => own(work, &[patch]),
                Some(false) => set_aside(work, &mut log, OwnPatch { author: one.author, ..patch }, by),
                None => {}
            }
        }
    }
    if log.mark.serial > 0 {
        work.plan.writers.insert(aside, log);
    }
}

/// How far the county holds the logs of its former writers. `None` while something has to be loaded.
fn marks_of_former(work: &mut Work<'_>) -> Option<BTreeMap<WriterId, u64>> {
    let loaded = work.loaded;
    for former in &loaded.former {
        if !loaded.writers.contains_key(&former.writer) {
            work.needs.writers.insert(former.writer);
        }
    }
    let mark = |former: &FormerEpoch| {
        let row = loaded.writers.get(&former.writer)?;
        Some((former.writer, row.map_or(0, |row| row.mark.serial)))
    };
    loaded.former.iter().map(mark).collect()
}

/// The feeds in which a record stands, or would stand as it is offered.
fn stands_in(work: &mut Work<'_>, record: RecordRef, offered: &Head) -> Option<Vec<Scope>> {
    match work.row(record)? {
        Some(row) if !row.scopes.is_empty() => Some(row.scopes.clone()),
        _ => place::scopes(work, &BTreeMap::new(), record, offered).map(|(scopes, _)| scopes),
    }
}

/// What is left of one patch of a former writer.
struct Lost {
    dot: Dot,
    author: RecordId,
    at_ms: UnixMs,
    sets: BTreeMap<String, Value>,
}

/// The lost patches of a record, by their old places. Of a field in which one was lost, the others that
/// stand are written again as well: the later one, which names its old place, would cover them. `None` while
/// something has to be loaded.
fn lost(
    work: &mut Work<'_>,
    marks: &BTreeMap<WriterId, u64>,
    record: RecordRef,
    offered: &Head,
) -> Option<impl Iterator<Item = Lost> + use<>> {
    let now = work.row(record).flatten().map(|row| row.head.clone()).unwrap_or_default();
    let beyond = |write: &Write| {
        let beyond = marks.get(&write.writer).is_some_and(|mark| write.serial > *mark);
        beyond && !now.vector.covers(write.dot())
    };
    let mut passed = BTreeSet::new();
    for (key, writes) in &offered.fields {
        for write in writes.iter().filter(|write| beyond(write) && now.ahead.covers(write.dot())) {
            if seen_since(work, record, key, write)? {
                passed.insert((key.clone(), write.dot()));
            }
        }
    }
    let held = work.loaded(record).map_or(&[][..], |found| found.held.as_slice());
    let waits = |key: &str, write: &Write| {
        held.iter().any(|one| {
            let body = one.entry.body.as_ref();
            one.entry.patch.seen.covers(write.dot())
                && body.is_some_and(|body| body.sets.get(key) == Some(&write.value))
        })
    };
    let is_lost = |key: &String, write: &Write| {
        beyond(write) && !passed.contains(&(key.clone(), write.dot())) && !waits(key, write)
    };
    let mut patches: BTreeMap<Dot, Lost> = BTreeMap::new();
    for (key, writes) in &offered.fields {
        if !writes.iter().any(|write| is_lost(key, write)) {
            continue;
        }
        let stands = |write: &Write| now.fields.get(key).is_some_and(|all| all.contains(write));
        for write in writes.iter().filter(|write| is_lost(key, write) || stands(write)) {
            let (dot, author, at_ms) = (write.dot(), write.author, write.at_ms);
            let one = patches.entry(dot);
            let one = one.or_insert_with(|| Lost { dot, author, at_ms, sets: BTreeMap::new() });
            one.sets.insert(key.clone(), write.value.clone());
        }
    }
    Some(patches.into_values())
}

/// Whether something that was taken in or passed over since has written the same field and had seen a write:
/// then it stays settled. The head knows that of the record as a whole only; a correction of the telephone had
/// seen the village, and says nothing of it. `None` while the history has to be loaded. O(patches of the record).
fn seen_since(work: &mut Work<'_>, record: RecordRef, key: &str, write: &Write) -> Option<bool> {
    let Some(history) = work.loaded.histories.get(&record) else {
        work.needs.histories.insert(record);
        return None;
    };
    let reference = work.reference();
    Some(history.iter().any(|one| {
        let patch = &one.entry.patch;
        let settles = matches!(one.state, ItemState::Applied | ItemState::Dismissed);
        let order = reference.order(patch.form).unwrap_or(&[]);
        let item = Item { patch, body: one.entry.body.as_ref(), order };
        settles && patch.seen.covers(write.dot()) && item.writes().any(|(field, _)| field == key)
    }))
}

/// Whether the holder of the phone might write this today in their own name.
fn may_write(work: &mut Work<'_>, patch: &OwnPatch) -> Option<bool> {
    let entry = entry_of(patch, work.prepared.spare_writer, Mark::NONE)?;
    // What the county made is nothing that the holder registers.
    let lost_whole = work.row(entry.patch.record)?.is_none();
    if lost_whole || judge::missing(work, &entry)?.is_some() {
        return Some(false);
    }
    Some(matches!(permit::permitted(work, &entry, work.prepared.now_ms)?, Verdict::Apply))
}

/// An own patch with its place in a log.
fn entry_of(patch: &OwnPatch, writer: WriterId, after: Mark) -> Option<Entry> {
    let OwnRecord::Known(record) = patch.record else { return None };
    let body = patch.body.clone();
    let envelope = Patch {
        writer,
        serial: after.serial + 1,
        prev: after.hash,
        record,
        seen: patch.seen.clone().unwrap_or_default(),
        form: patch.form,
        author: patch.author,
        stamp: patch.stamp,
        body_hash: body.hash(),
    };
    Some(Entry { patch: envelope, body: Some(body) })
}

/// Holds what a phone gives back for a reviewer, who is told which phone: nothing proves its author.
fn set_aside(work: &mut Work<'_>, log: &mut WriterRow, patch: OwnPatch, by: DeviceId) {
    let Some(entry) = entry_of(&patch, work.prepared.spare_writer, log.mark) else { return };
    let hash = entry.patch.hash();
    log.mark = Mark { serial: entry.patch.serial, hash };
    let problem = Some(Problem::new(ProblemCode::OfferedAfterRestore).with("device", by));
    let held = Held::Entry(Box::new(entry));
    work.append(held, hash, ItemState::SetAside, Some(WaitsFor::Reviewer), problem, Vec::new(), None);
}

/// Salts out of one that was drawn: from each only itself can be told.
struct Salts(Salt, u64);

impl Salts {
    fn next(&mut self) -> Salt {
        self.1 += 1;
        let hash = Transcript::new("recovered salt 1").number(self.0.0).number(self.1).finish();
        let first = hash.0.first_chunk::<8>().copied().unwrap_or_default();
        WriterId(u64::from_be_bytes(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_after_a_restore_go_on_higher_the_later_it_is_and_have_six_digits() {
        let day = Day(20_784);
        let at = |seconds: i64| receipts_until(day.starts_at() + seconds * 1_000);
        assert_eq!(at(0), 5_000);
        for seconds in 1..86_400 {
            assert!(at(seconds) > at(seconds - 1));
        }
        assert!(at(86_399) < 960_000, "with room below a million for what comes until midnight");
    }
}
