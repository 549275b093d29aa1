//! 同一次走访: which visits of two workers are suggested as one, kept with the facts that say so; and the word on
//! two of them. Nothing is merged: the word stands in both visits, and to take it back is to pass over it.

use super::cover::Changed;
use super::decide::{Item, Written};
use super::duplicate::{own_patch, write};
use super::outcome::Suggested;
use super::plan::own;
use super::prepared::{ONE, OneOrTwo, TWO};
use super::undo::Back;
use super::work::Work;
use domain::catalogue::{RecordKind, keys};
use domain::going::{DAYS_AROUND, Going, suggested};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::permission::{self, Act};
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use domain::value::Value;
use domain::visit::{Met, PartFact, Visit};
use std::collections::{BTreeMap, BTreeSet};

/// Notes what is to be suggested of the people whose parts changed. O(their parts of those days).
pub(super) fn suggest(work: &mut Work<'_>, parts: &[Changed]) {
    let mut people: BTreeMap<RecordId, Vec<&Changed>> = BTreeMap::new();
    for one in parts {
        people.entry(one.subject).or_default().push(one);
    }
    for (subject, changed) in people {
        let found = person(work, subject, &changed);
        work.plan.suggested.extend(found);
    }
}

/// The same of one person; nothing where there is no other visit around, or something has to be loaded.
fn person(work: &mut Work<'_>, subject: RecordId, changed: &[&Changed]) -> Option<Suggested> {
    let facts = || changed.iter().flat_map(|one| one.old.iter().chain(&one.new));
    let first = facts().map(PartFact::first_day).min()?.plus(-DAYS_AROUND);
    let last = facts().map(|fact| fact.day).max()?.plus(DAYS_AROUND);
    let rows = work.parts_since(subject, first)?;
    let gone: BTreeSet<RecordId> = facts().map(|fact| fact.part).collect();
    let known = rows.iter().filter_map(|row| row.fact.as_ref()).filter(|fact| !gone.contains(&fact.part));
    let around = |fact: &&PartFact| fact.day >= first && fact.first_day() <= last;
    let now: Vec<&PartFact> =
        known.chain(changed.iter().filter_map(|one| one.new.as_ref())).filter(around).collect();
    let visits: BTreeSet<RecordId> = facts().chain(now.iter().copied()).map(|fact| fact.visit).collect();
    if visits.len() < 2 {
        return None;
    }
    let met: BTreeSet<RecordId> =
        now.iter().filter(|fact| fact.met != Met::Nobody).map(|fact| fact.visit).collect();
    let mut read = Vec::new();
    let mut complete = true;
    for id in met {
        match work.row(RecordRef { kind: RecordKind::Visit, id }) {
            Some(row) => read.extend(row.map(|row| Visit::read(id, &row.head))),
            None => complete = false,
        }
    }
    complete.then(|| Suggested { subject, visits, open: suggested(&read) })
}

/// Says of two visits whether they are one going-there. What cannot be said is a problem, and then nothing of the
/// job is written.
pub(super) fn say(work: &mut Work<'_>, word: &OneOrTwo) {
    let (act, today) = (BTreeSet::from([Act::ConfirmChange]), Day::of(work.prepared.now_ms));
    if let Err(problem) = permission::require(work.reference(), word.by, &act, word.area, today) {
        work.plan.problem = Some(problem);
        return;
    }
    let visit = |id| RecordRef { kind: RecordKind::Visit, id };
    let mut read = Vec::new();
    for id in word.visits {
        let Some(row) = work.row(visit(id)) else { continue };
        let Some(row) = row else {
            work.plan.problem = Some(Problem::new(ProblemCode::NothingFound));
            return;
        };
        read.push(Visit::read(id, &row.head));
    }
    let [one, other] = read.as_slice() else { return };
    if let Some(problem) = no_more(one, other) {
        work.plan.problem = Some(problem);
        return;
    }
    let now_ms = work.prepared.now_ms;
    let patch = |of: RecordId, beside: RecordId| {
        let sets = [(format!("{}{beside}", keys::GOING), Value::from(word.going.code()))].into();
        own_patch(visit(of), sets, word.by, word.salt, now_ms)
    };
    let patches = [patch(one.id, other.id), patch(other.id, one.id)];
    let written = write(work, &patches);
    let Some((dot, hash, record)) = written.first().copied() else { return };
    let back: Vec<Back> =
        written.into_iter().map(|(dot, hash, record)| Back::passed_over(dot, hash, record)).collect();
    let item = Item { dot, hash, record: Some(record), area: word.area };
    let verdict = match word.going {
        Going::One => ONE,
        Going::Two => TWO,
    };
    let word = Written { verdict, reason: &word.reason, by: word.by, salt: word.salt, now_ms };
    own(work, &[word.on(item, &back)]);
}

/// Why nothing more is to be said of two visits.
fn no_more(one: &Visit, other: &Visit) -> Option<Problem> {
    let said = one.said.contains_key(&other.id) || other.said.contains_key(&one.id);
    let (zh, en) = if one.id == other.id || one.void || other.void {
        ("其中一次已经作废了；请重新看名单", "one of both is void by now; look at the list again")
    } else if said {
        (
            "已经有人说过了，可能刚刚；请重新看名单",
            "somebody has said so, perhaps just now; look at the list again",
        )
    } else {
        return None;
    };
    Some(Problem::new(ProblemCode::ArgumentWrong).with("name", "going").with_both("reason", zh, en))
}
