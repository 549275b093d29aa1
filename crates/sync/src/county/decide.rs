//! A reviewer's word on what waits.

use super::duplicate::Moved;
use super::needs::{HeldEntry, Waiting, WaitsFor};
use super::permit;
use super::plan::own;
use super::prepared::{Decision, OwnPatch, OwnRecord, ReviewVerdict, SETTLE, Settle};
use super::undo;
use super::work::Work;
use super::{again, judge};
use crate::merge::counted;
use crate::wire::receipt::ItemState;
use domain::canonical::Hash;
use domain::catalogue::keys;
use domain::ids::{AreaCode, RecordId};
use domain::log::Dot;
use domain::patch::{Body, RecordRef, Salt};
use domain::permission::{self, Act};
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Records that forked entries had made, under the ids they get now.
type Renamed = BTreeMap<RecordId, RecordId>;

/// Carries out decisions. A decision on something that waits for no decision is a problem, and then
/// nothing of the job is written. Answers, for each, which of the plan's own patches it wrote.
pub(super) fn decide(work: &mut Work<'_>, decisions: &[Decision]) -> Vec<Range<usize>> {
    let mut renamed = Renamed::new();
    let mut decided = BTreeSet::new();
    let mut copies = Vec::new();
    for decision in decisions {
        // Nothing is taken in twice.
        if !decided.insert((decision.dot, decision.hash)) {
            work.plan.problem = Some(Problem::new(ProblemCode::NothingFound));
            break;
        }
        let place = (decision.dot.writer, decision.dot.serial);
        let Some(found) = work.loaded.entries.get(&place) else {
            work.needs.entries.insert(place);
            continue;
        };
        let Some(one) = found.iter().find(|one| one.hash() == decision.hash) else {
            work.plan.problem = Some(Problem::new(ProblemCode::NothingFound));
            break;
        };
        let before = work.plan.own.len();
        if let Some(Err(problem)) = one_item(work, decision, one, &mut renamed) {
            work.plan.problem = Some(problem);
            break;
        }
        copies.push(before..work.plan.own.len());
    }
    copies
}

/// Writes decisions down, each with what it moved. Behind all that was decided and released: what is
/// written again follows each other in the county's log.
pub(super) fn write_down(
    work: &mut Work<'_>,
    decisions: &[Decision],
    copies: &[Range<usize>],
    followed: &[Moved],
) {
    if copies.len() < decisions.len() {
        return;
    }
    let moved = undo::moved(work, decisions, copies, followed);
    let now_ms = work.prepared.now_ms;
    let written = decisions.iter().zip(moved).map(|(one, (record, back))| {
        let Decision { dot, hash, area, by, salt, .. } = *one;
        let word = Written { verdict: one.verdict.code(), reason: one.verdict.reason(), by, salt, now_ms };
        word.on(Item { dot, hash, record, area }, &back)
    });
    own(work, &written.collect::<Vec<_>>());
}

/// Settles a contested field.
pub(super) fn settle(work: &mut Work<'_>, word: &Settle) {
    own(work, std::slice::from_ref(&word.patch));
}

/// Writes down that it was settled, with what moved on by it.
pub(super) fn write_settled(work: &mut Work<'_>, word: &Settle, followed: &[Moved]) {
    let Some((record, dot)) = work.plan.own.first().copied() else { return };
    let Some(hash) = work.plan.ledger.first().map(|row| row.hash) else { return };
    let (by, salt, now_ms) = (word.patch.author, word.salt, work.prepared.now_ms);
    let item = Item { dot, hash, record: Some(record), area: word.area };
    let written = Written { verdict: SETTLE, reason: "", by, salt, now_ms };
    let mut back = vec![undo::Back::passed_over(dot, hash, record)];
    back.extend(followed.iter().map(|(record, dot, hash)| undo::Back::passed_over(*dot, *hash, *record)));
    own(work, &[written.on(item, &back)]);
}

/// Carries out one decision. `None` while something has to be loaded.
fn one_item(
    work: &mut Work<'_>,
    decision: &Decision,
    one: &Waiting,
    renamed: &mut Renamed,
) -> Option<Result<(), Problem>> {
    let today = Day::of(work.prepared.now_ms);
    let word = BTreeSet::from([Act::Decide]);
    if let Err(problem) = permission::require(work.reference(), decision.by, &word, decision.area, today) {
        return Some(Err(problem));
    }
    let reason = decision.verdict.reason();
    let silent = reason.trim().is_empty();
    let told = match &decision.verdict {
        ReviewVerdict::Accept { .. } => None,
        _ if silent => {
            let missing = Problem::new(ProblemCode::ArgumentWrong).with("name", "reason");
            return Some(Err(missing.with_both("reason", "没有写原因", "a reason is needed")));
        }
        ReviewVerdict::Keep { .. } => return Some(Ok(())),
        ReviewVerdict::Dismiss { .. } => Some(Problem::new(ProblemCode::NotAdopted).with("reason", reason)),
    };
    match (one, told) {
        // Nobody can take in what nobody can read.
        (Waiting::Unreadable { .. }, None) => Some(Err(Problem::new(ProblemCode::ItemUndecodable))),
        (Waiting::Unreadable { state, .. }, told) => {
            let ended = if *state == ItemState::Forked { *state } else { ItemState::Dismissed };
            work.change_state(decision.dot, decision.hash, ended, None, told);
            Some(Ok(()))
        }
        (Waiting::Entry(one), told) => entry(work, decision, one, told, renamed),
    }
}

/// What was decided on.
pub(super) struct Item {
    pub dot: Dot,
    pub hash: Hash,
    pub record: Option<RecordRef>,
    pub area: AreaCode,
}

/// A reviewer's word, to be written down.
pub(super) struct Written<'w> {
    pub verdict: &'w str,
    pub reason: &'w str,
    pub by: RecordId,
    pub salt: Salt,
    pub now_ms: UnixMs,
}

impl Written<'_> {
    /// The word as a patch of the decision's record, in the reviewer's name, that sets this beside it.
    pub fn with(self, hash: Hash, mut sets: BTreeMap<String, Value>) -> OwnPatch {
        let Self { verdict, reason, by, salt, now_ms } = self;
        sets.insert(keys::VERDICT.to_owned(), Value::from(verdict));
        sets.insert(keys::VERDICT_WHY.to_owned(), Value::from(reason));
        let stamp = Stamp { wall_ms: now_ms, county_ms: now_ms, ..Stamp::default() };
        let body = Body { sets, salt, ..Body::default() };
        let record = OwnRecord::Known(Decision::record(hash));
        OwnPatch { record, form: None, body, seen: None, author: by, stamp }
    }

    /// The first word on an item, or another one.
    pub fn on(self, item: Item, back: &[undo::Back]) -> OwnPatch {
        let Item { dot, hash, record, area } = item;
        let area = i64::try_from(area.0).unwrap_or_default();
        let mut sets = BTreeMap::from([
            (keys::ITEM.to_owned(), Value::text(format!("{}:{}", dot.writer, dot.serial))),
            (keys::ITEM_HASH.to_owned(), Value::text(hash.to_string())),
            (keys::ITEM_BACK.to_owned(), undo::Back::list(back)),
            (keys::AREA.to_owned(), Value::Int(area)),
        ]);
        if let Some(RecordRef { kind, id }) = record {
            sets.insert(keys::ITEM_KIND.to_owned(), Value::from(kind.code()));
            sets.insert(keys::ITEM_RECORD.to_owned(), Value::text(id.to_string()));
        }
        self.with(hash, sets)
    }
}

/// Decides on an entry. `None` while something has to be loaded.
fn entry(
    work: &mut Work<'_>,
    decision: &Decision,
    one: &HeldEntry,
    told: Option<Problem>,
    renamed: &mut Renamed,
) -> Option<Result<(), Problem>> {
    if told.is_none() {
        // Nobody can take in what speaks of something that is not here.
        if let Some((_, problem)) = judge::missing(work, &one.entry)? {
            return Some(Err(problem));
        }
        if again::decided(work, &one.entry)?.is_some() {
            return Some(Err(twice()));
        }
    }
    if one.state == ItemState::Applied {
        return Some(asked(work, one, told.is_some()));
    }
    if told.is_none()
        && let Err(problem) = permit::may_accept(work, &one.entry, decision.by, decision.area)?
    {
        return Some(Err(problem));
    }
    if one.state == ItemState::Forked {
        forked(work, one, told, renamed);
        Some(Ok(()))
    } else {
        held(work, one, told)
    }
}

/// What is issued again for something that has been decided on is never taken in beside it.
fn twice() -> Problem {
    let zh = "手机换新记录以前的那一份已经定过，再收会计两次。要收这一份，先在“已处理”里撤销那个决定，它就自动收下；\
              不收就选“不采用”";
    let en = "what it was issued again for has been decided on, and taking in both would count it twice; to take \
              this in, take that decision back, and it goes in by itself; else do not adopt it";
    Problem::new(ProblemCode::ArgumentWrong).with("name", "accept").with_both("reason", zh, en)
}

/// An entry that was taken in and asks a question of its author: the reviewer finds it right as it is.
fn asked(work: &mut Work<'_>, one: &HeldEntry, dismissed: bool) -> Result<(), Problem> {
    if dismissed {
        let taken = Problem::new(ProblemCode::ArgumentWrong).with("name", one.entry.patch.serial);
        let en = "it is taken in already; a visit that is not true is made void";
        return Err(taken.with_both("reason", "已经计入，不能不采用；不实的走访要作废", en));
    }
    work.change_state(one.entry.patch.dot(), one.hash, ItemState::Applied, None, None);
    Ok(())
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
    let state = if told.is_none() { judge::taken_in(&entry) } else { ItemState::Dismissed };
    // What is passed over writes nothing; the vector goes on.
    entry.body = counted(state, one.entry.body.as_ref()).cloned();
    work.released.insert(one.hash);
    if work.take(&entry) {
        let questions = if told.is_none() { one.questions.clone() } else { Vec::new() };
        work.change_state(patch.dot(), one.hash, state, judge::asks(state, &questions), told);
        work.ask(questions);
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
        None if made && row.is_some_and(|row| row.head.vector.covers(patch.dot())) => {
            OwnRecord::New(patch.record.kind)
        }
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
