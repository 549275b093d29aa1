//! 可能重复: two records of one person become one, and can become two again. Nothing is overwritten: the merging
//! is a decision with an author and a reason, what it moved stands in it, and to take it back is to pass over what
//! it wrote.
//!
//! Invariant: nothing hangs on a person who was merged. What comes later for them, from a phone that had not heard
//! of it, moves on in the plan that takes it in, and is moved back with the rest.

use super::decide::{Item, Written};
use super::place::hangs_on;
use super::plan::own;
use super::prepared::{Decision, FOLLOW, MERGE, Merge, OwnPatch, OwnRecord};
use super::undo::Back;
use super::work::Work;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::RecordId;
use domain::log::Dot;
use domain::patch::{Body, RecordRef, Salt};
use domain::permission::{self, Act};
use domain::problem::{Problem, ProblemCode};
use domain::subject::merged_into;
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Further than anybody was merged one after the other.
const CHAIN_MAX: usize = 20;

type Sets = BTreeMap<String, Value>;

/// Merges a person's record into another. What cannot be merged is a problem, and then nothing of the job is
/// written. O(records that hang on the person).
pub(super) fn merge(work: &mut Work<'_>, word: &Merge) {
    let (act, today) = (BTreeSet::from([Act::ConfirmChange]), Day::of(work.prepared.now_ms));
    if let Err(problem) = permission::require(work.reference(), word.by, &act, word.area, today) {
        work.plan.problem = Some(problem);
        return;
    }
    let (gone, stays) = (head(work, word.person), head(work, word.into));
    let hanging = work.hanging(word.person);
    let (Some(gone), Some(stays), Some(hanging)) = (gone, stays, hanging) else { return };
    let (gone, stays) = match (gone, stays) {
        // Of whom everything still waits for a word, there is nobody yet.
        (Some(gone), Some(stays))
            if word.person != word.into && !gone.fields.is_empty() && !stays.fields.is_empty() =>
        {
            (gone, stays)
        }
        _ => {
            work.plan.problem = Some(Problem::new(ProblemCode::NothingFound));
            return;
        }
    };
    let erased = &work.reference().erased;
    if [word.person, word.into].into_iter().any(|id| erased.contains(&person(id))) {
        let never = Problem::new(ProblemCode::ArgumentWrong).with("name", MERGE);
        let en = "one of both was erased by law: nobody can say any more who it was";
        work.plan.problem = Some(never.with_both("reason", "其中一个已经依法删除，不能再合并", en));
        return;
    }
    if let Some(problem) = merged_already(&gone, &stays) {
        work.plan.problem = Some(problem);
        return;
    }
    let into = || Value::text(word.into.to_string());
    let now_ms = work.prepared.now_ms;
    let patch = |record, sets: Sets| own_patch(record, sets, word.by, word.salt, now_ms);
    let mut patches = vec![patch(person(word.person), [(keys::MERGED.to_owned(), into())].into())];
    patches.extend(hanging.iter().map(|record| patch(*record, [(keys::SUBJECT.to_owned(), into())].into())));
    let taken = taken_over(&gone, &word.takes);
    if !taken.is_empty() {
        patches.push(patch(person(word.into), taken));
    }
    let written = write(work, &patches);
    let Some((dot, hash)) = written.first().map(|one| (one.0, one.1)) else { return };
    let back: Vec<Back> =
        written.into_iter().map(|(dot, hash, record)| Back::passed_over(dot, hash, record)).collect();
    let item = Item { dot, hash, record: Some(person(word.person)), area: word.area };
    let word = Written { verdict: MERGE, reason: &word.reason, by: word.by, salt: word.salt, now_ms };
    own(work, &[word.on(item, &back)]);
}

pub(super) fn own_patch(
    record: RecordRef,
    sets: Sets,
    author: RecordId,
    salt: Salt,
    now_ms: UnixMs,
) -> OwnPatch {
    let stamp = Stamp { wall_ms: now_ms, county_ms: now_ms, ..Stamp::default() };
    let body = Body { sets, salt, ..Body::default() };
    OwnPatch { record: OwnRecord::Known(record), form: None, body, seen: None, author, stamp }
}

fn merged_already(gone: &Head, stays: &Head) -> Option<Problem> {
    if merged_into(gone).is_none() && merged_into(stays).is_none() {
        return None;
    }
    let already = Problem::new(ProblemCode::ArgumentWrong).with("name", MERGE);
    let en = "one of both was merged already, perhaps by somebody else just now; look at the list again";
    Some(already.with_both("reason", "其中一个已经合并过了，可能刚有人合并；请重新看名单", en))
}

/// What the one who stays gets: what somebody chose, and every word on a change that was reported in a part.
fn taken_over(gone: &Head, chosen: &BTreeSet<String>) -> Sets {
    let words = gone.under(keys::CHANGE).map(|(part, _)| format!("{}{part}", keys::CHANGE));
    let all = words.chain(chosen.iter().cloned());
    all.filter_map(|key| Some((key.clone(), gone.value(&key)?.clone()))).collect()
}

/// Appends the county's own patches, and answers the places of all; nothing while something has to be loaded.
pub(super) fn write(work: &mut Work<'_>, patches: &[OwnPatch]) -> Vec<(Dot, Hash, RecordRef)> {
    let (own_before, rows_before) = (work.plan.own.len(), work.plan.ledger.len());
    own(work, patches);
    let places = work.plan.own.iter().skip(own_before);
    let rows = work.plan.ledger.iter().skip(rows_before);
    let written: Vec<_> = places.zip(rows).map(|((record, dot), row)| (*dot, row.hash, *record)).collect();
    if written.len() == patches.len() { written } else { Vec::new() }
}

fn person(id: RecordId) -> RecordRef {
    RecordRef { kind: RecordKind::Person, id }
}

/// A person's head: outer `None` while it has to be loaded.
fn head(work: &mut Work<'_>, id: RecordId) -> Option<Option<Arc<Head>>> {
    work.row(person(id)).map(|row| row.map(|row| Arc::clone(&row.head)))
}

/// A patch of the county's that moved a record on.
pub(super) type Moved = (RecordRef, Dot, Hash);

/// Moves on whatever of this plan hangs on somebody who was merged, and answers what was written for it: with a
/// decision that is taken back it goes back too. O(records of the plan).
pub(super) fn follow(work: &mut Work<'_>) -> Vec<Moved> {
    let mut moved = Vec::new();
    let hang = |kind| matches!(kind, RecordKind::Part | RecordKind::Concern | RecordKind::ChildFile);
    let records: Vec<RecordRef> =
        work.plan.records.keys().copied().filter(|record| hang(record.kind)).collect();
    for record in records {
        for _ in 0..CHAIN_MAX {
            let Some(one) = follow_one(work, record) else { break };
            moved.push(one);
        }
    }
    moved
}

/// Moves a record to the person into whom its own was merged; `None` when there is nothing to move, or something
/// has to be loaded.
fn follow_one(work: &mut Work<'_>, record: RecordRef) -> Option<Moved> {
    let subject = hangs_on(record.kind, &work.plan.records.get(&record)?.head)?;
    let merged = head(work, subject)??;
    let into = merged_into(&merged)?;
    let place = merged.fields.get(keys::MERGED)?.last()?;
    let place = Dot { writer: place.writer, serial: place.serial };
    let history = work.history(person(subject))?;
    let hash = history.iter().find(|one| one.entry.patch.dot() == place)?.entry.patch.hash();
    let decision = Arc::clone(&work.row(Decision::record(hash))??.head);
    let mut back = Back::read(decision.value(keys::ITEM_BACK)?)?;
    let by = decision.fields.get(keys::VERDICT)?.last()?.author;
    let area = decision.value(keys::AREA).and_then(Value::as_area)?;
    let (now_ms, salt) = (work.prepared.now_ms, work.prepared.spare_writer);
    let sets = [(keys::SUBJECT.to_owned(), Value::text(into.to_string()))].into();
    let written = write(work, &[own_patch(record, sets, by, salt, now_ms)]);
    let (dot, moved, record) = *written.first()?;
    back.push(Back::passed_over(dot, moved, record));
    let reason = decision.text(keys::VERDICT_WHY).unwrap_or_default();
    let word = Written { verdict: FOLLOW, reason, by, salt, now_ms };
    let item = Item { dot: place, hash, record: Some(person(subject)), area };
    own(work, &[word.on(item, &back)]);
    Some((record, dot, moved))
}

/// Whether a merging can be taken back: not before the one of whoever it was merged into. `None` while something
/// has to be loaded.
pub(super) fn may_be_parted(work: &mut Work<'_>, item: Option<RecordRef>) -> Option<Result<(), Problem>> {
    let Some(item) = item else { return Some(Ok(())) };
    let Some(into) = head(work, item.id)?.and_then(|head| merged_into(&head)) else { return Some(Ok(())) };
    if head(work, into)?.is_none_or(|head| merged_into(&head).is_none()) {
        return Some(Ok(()));
    }
    let since = Problem::new(ProblemCode::ArgumentWrong).with("name", MERGE);
    let zh = "留下的这个人后来又并入了另一个人，要先撤销后面那一次";
    let en = "the one who stayed was merged into another since; take that back first";
    Some(Err(since.with_both("reason", zh, en)))
}
