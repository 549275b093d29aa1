//! A decision is taken back: what it moved goes back to where it was, as if nobody had decided.
//!
//! Nothing is overwritten. The decision stays with its author and reason, and this is one more word of
//! its record. What came meanwhile and had seen what is taken back stands.

use super::decide::Written;
use super::duplicate::Moved;
use super::needs::{HeldEntry, HistoryEntry, Waiting, WaitsFor};
use super::plan::own;
use super::prepared::{ASK, Decision, FOLLOW, MERGE, ONE, ReviewVerdict, SETTLE, TWO, UNDO, Undo, ends};
use super::work::Work;
use super::{again, duplicate, judge};
use crate::wire::receipt::ItemState;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::Dot;
use domain::patch::RecordRef;
use domain::permission::{self, Act};
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What an entry becomes when the decision that moved it is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Back {
    dot: Dot,
    hash: Hash,
    record: Option<RecordRef>,
    state: ItemState,
    waits_for: Option<WaitsFor>,
    problem: Option<Problem>,
    questions: Vec<Problem>,
}

impl Back {
    /// It goes on waiting as it did.
    fn of(one: &HeldEntry) -> Self {
        let patch = &one.entry.patch;
        let (dot, record, waits_for) = (patch.dot(), Some(patch.record), Some(one.waits_for));
        let (problem, questions) = (one.problem.clone(), one.questions.clone());
        Self { dot, hash: one.hash, record, state: one.state, waits_for, problem, questions }
    }

    /// The same of whatever waits at a place.
    fn of_item(dot: Dot, one: &Waiting) -> Self {
        match one {
            Waiting::Entry(one) => Self::of(one),
            Waiting::Unreadable { hash, state, problem } => {
                let (waits_for, problem) = (Some(WaitsFor::Reviewer), problem.clone());
                Self {
                    dot,
                    hash: *hash,
                    record: None,
                    state: *state,
                    waits_for,
                    problem,
                    questions: Vec::new(),
                }
            }
        }
    }

    /// What the county wrote is passed over.
    pub fn passed_over(dot: Dot, hash: Hash, record: RecordRef) -> Self {
        let (record, state) = (Some(record), ItemState::Dismissed);
        Self { dot, hash, record, state, waits_for: None, problem: None, questions: Vec::new() }
    }

    /// It stands taken in, with what was asked of it then.
    pub fn taken_in(one: &HistoryEntry, hash: Hash) -> Self {
        let patch = &one.entry.patch;
        let (dot, record, questions) = (patch.dot(), Some(patch.record), one.questions.clone());
        let waits_for = judge::asks(one.state, &questions);
        Self { dot, hash, record, state: one.state, waits_for, problem: None, questions }
    }

    /// It waits, for what it had found when it came.
    fn waiting(one: &HistoryEntry, hash: Hash, waits_for: WaitsFor, problem: Problem) -> Self {
        let patch = &one.entry.patch;
        let (dot, record, questions) = (patch.dot(), Some(patch.record), one.questions.clone());
        let (state, waits_for, problem) = (ItemState::Awaiting, Some(waits_for), Some(problem));
        Self { dot, hash, record, state, waits_for, problem, questions }
    }

    /// A list of these as a field keeps it.
    pub fn list(all: &[Self]) -> Value {
        Value::List(all.iter().filter_map(|one| serde_json::to_string(one).ok()).collect())
    }

    /// A list as a field keeps it, read again.
    pub fn read(value: &Value) -> Option<Vec<Self>> {
        let Value::List(texts) = value else { return None };
        texts.iter().map(|text| serde_json::from_str(text).ok()).collect()
    }
}

/// What each decision moved, with the record that it was about: the item, what the county wrote for it,
/// what had waited for either, and what of these went on to whom somebody was merged into. `copies` are the plan's own
/// patches, by decision.
pub(super) fn moved(
    work: &Work<'_>,
    decisions: &[Decision],
    copies: &[Range<usize>],
    followed: &[Moved],
) -> Vec<(Option<RecordRef>, Vec<Back>)> {
    let loaded = work.loaded;
    let held = loaded.records.values().flat_map(|found| found.held.iter().chain(&found.awaited));
    let waited: BTreeMap<Hash, &HeldEntry> = held.map(|one| (one.hash, one)).collect();
    let mut known: BTreeSet<Hash> = decisions.iter().map(|one| one.hash).collect();
    let mut reach: Vec<BTreeSet<RecordRef>> = Vec::new();
    let mut moved = Vec::new();
    for (decision, copies) in decisions.iter().zip(copies) {
        let Decision { dot, hash, .. } = *decision;
        let place = loaded.entries.get(&(dot.writer, dot.serial)).into_iter().flatten();
        let item = place.filter(|one| one.hash() == hash).map(|one| Back::of_item(dot, one)).next();
        let record = item.as_ref().and_then(|one| one.record);
        let keeps = matches!(decision.verdict, ReviewVerdict::Keep { .. });
        let mut back: Vec<Back> = item.into_iter().filter(|_| !keeps).collect();
        back.extend(work.plan.own.get(copies.clone()).into_iter().flatten().filter_map(|(record, dot)| {
            let row = work.plan.ledger.iter().find(|row| row.is_at(*dot))?;
            Some(Back::passed_over(*dot, row.hash, *record))
        }));
        reach.push(back.iter().filter_map(|one| one.record).collect());
        moved.push((record, back));
    }
    // What was released later may have waited for what was released before.
    for change in &work.plan.states {
        let Some(one) = waited.get(&change.hash).filter(|_| known.insert(change.hash)) else { continue };
        let record = one.entry.patch.record;
        let cause = match one.waits_for {
            WaitsFor::Record(needed) => needed,
            _ => record,
        };
        let Some(at) = reach.iter().position(|reach| reach.contains(&cause)) else { continue };
        if let (Some(reach), Some((_, back))) = (reach.get_mut(at), moved.get_mut(at)) {
            reach.insert(record);
            back.push(Back::of(one));
        }
    }
    for (record, dot, hash) in followed {
        let at = reach.iter().position(|reach| reach.contains(record)).unwrap_or(0);
        if let Some((_, back)) = moved.get_mut(at) {
            back.push(Back::passed_over(*dot, *hash, *record));
        }
    }
    moved
}

/// A decision as its record tells it.
struct Decided {
    verdict: String,
    item: Option<RecordRef>,
    area: AreaCode,
    back: Vec<Back>,
    /// By which decisions are told in their order.
    at: (UnixMs, u64),
}

impl Decided {
    /// The decision that stands in a record; `None` when none does that could be taken back.
    fn read(head: &Head) -> Option<Self> {
        let verdict = head.text(keys::VERDICT)?.to_owned();
        let write = head.fields.get(keys::VERDICT)?.last()?;
        let kind = head.text(keys::ITEM_KIND).and_then(RecordKind::from_code);
        let id = head.text(keys::ITEM_RECORD).and_then(|text| text.parse::<RecordId>().ok());
        let area = head.value(keys::AREA).and_then(Value::as_area)?;
        let back = Back::read(head.value(keys::ITEM_BACK)?)?;
        let item = kind.zip(id).map(|(kind, id)| RecordRef { kind, id });
        let at = (write.at_ms, write.serial);
        (verdict != UNDO).then_some(Self { verdict, item, area, back, at })
    }

    /// Whether whoever takes it back might have decided so today. `None` while something has to be loaded.
    fn may(&self, work: &mut Work<'_>, undo: &Undo) -> Option<Result<(), Problem>> {
        let mut acts = BTreeSet::from([Act::Decide]);
        if let (SETTLE, Some(record)) = (self.verdict.as_str(), self.item) {
            let history = work.history(record)?;
            let patch = history.iter().find(|one| one.entry.patch.hash() == undo.hash);
            let sets = patch.and_then(|one| one.entry.body.as_ref()).map(|body| &body.sets);
            acts = permission::acts_of_settling(permission::acts(record.kind, sets, false));
        }
        let merged = [MERGE, FOLLOW].contains(&self.verdict.as_str());
        if merged && let Err(problem) = duplicate::may_be_parted(work, self.item)? {
            return Some(Err(problem));
        }
        if merged || [ASK, ONE, TWO].contains(&self.verdict.as_str()) {
            acts = BTreeSet::from([Act::ConfirmChange]);
        }
        let today = Day::of(work.prepared.now_ms);
        Some(permission::require(work.reference(), undo.by, &acts, self.area, today))
    }
}

/// Takes decisions back, and writes down that they were. One that has been taken back already, or on
/// which another rests, is a problem, and then nothing of the job is written.
pub(super) fn undo(work: &mut Work<'_>, undos: &[Undo]) {
    let mut decided = Vec::new();
    for one in undos {
        let Some(row) = work.row(Decision::record(one.hash)) else { continue };
        let Some(found) = row.and_then(|row| Decided::read(&row.head)) else {
            let none = Problem::new(ProblemCode::ArgumentWrong).with("name", UNDO);
            let en = "there is no decision that could be taken back; it may have been already";
            work.plan.problem = Some(none.with_both("reason", "没有可以撤销的决定，可能已经撤销了", en));
            return;
        };
        if one.reason.trim().is_empty() {
            let missing = Problem::new(ProblemCode::ArgumentWrong).with("name", "reason");
            work.plan.problem = Some(missing.with_both("reason", "没有写原因", "a reason is needed"));
            return;
        }
        match found.may(work, one) {
            Some(Ok(())) => decided.push(found),
            Some(Err(problem)) => {
                work.plan.problem = Some(problem);
                return;
            }
            None => {}
        }
    }
    if decided.len() < undos.len() {
        return;
    }
    // The latest first: what an earlier one found is what remains.
    decided.sort_by_key(|one| std::cmp::Reverse(one.at));
    let backs = decided.into_iter().flat_map(|one| one.back).map(|back| (back.hash, back)).collect();
    match put_back(work, undos, backs) {
        Some(Ok(())) => {}
        Some(Err(problem)) => {
            work.plan.problem = Some(problem);
            return;
        }
        None => return,
    }
    let now_ms = work.prepared.now_ms;
    let written = undos.iter().map(|one| {
        let Undo { hash, by, salt, ref reason } = *one;
        let word = Written { verdict: UNDO, reason, by, salt, now_ms };
        word.with(hash, BTreeMap::from([(keys::ITEM_BACK.to_owned(), Value::Null)]))
    });
    own(work, &written.collect::<Vec<_>>());
}

/// Puts entries back to where they were, with what has come behind them. `None` while something has to
/// be loaded.
fn put_back(
    work: &mut Work<'_>,
    undos: &[Undo],
    mut backs: BTreeMap<Hash, Back>,
) -> Option<Result<(), Problem>> {
    let (entries, mut complete) = with_what_follows(work, &mut backs);
    // No word stands on what has gone back: it was said of something else.
    for hash in backs.keys().filter(|hash| !undos.iter().any(|one| one.hash == **hash)) {
        let Some(row) = work.row(Decision::record(*hash)) else {
            complete = false;
            continue;
        };
        if row.is_some_and(|row| row.head.text(keys::VERDICT).is_some_and(ends)) {
            let since = Problem::new(ProblemCode::ArgumentWrong).with("name", UNDO);
            let zh = "后来又对跟着它的内容作过决定，要先撤销后来的那个";
            let en = "there is a later decision on what hangs on it; take that back first";
            return Some(Err(since.with_both("reason", zh, en)));
        }
    }
    if !complete {
        return None;
    }
    let (mut changed, mut waiting) = (BTreeSet::new(), Vec::new());
    for back in backs.into_values() {
        let entry = entries.get(&back.hash).copied();
        let Back { dot, hash, record, state, mut waits_for, problem, questions } = back;
        if let (ItemState::Forked, Some(one)) = (state, entry)
            && again::was_issued(work, one, hash)?
        {
            waits_for = None;
        }
        work.change_state(dot, hash, state, waits_for, problem.clone());
        work.ask(questions.clone());
        changed.extend(record.filter(|_| entry.is_some_and(|one| one.state != state)));
        if let (true, Some(one), Some(waits_for)) = (state.holds_back(), entry, waits_for) {
            let (entry, arrived_ms, device) = (one.entry.clone(), one.arrived_ms, one.device);
            let one = HeldEntry { entry, hash, state, waits_for, arrived_ms, device, problem, questions };
            work.hold(one.clone());
            waiting.push(one);
        }
    }
    changed.into_iter().for_each(|record| work.take_back(record));
    // What it waited for may have come since, and will not come again.
    let comes = |one: &&HeldEntry| matches!(one.waits_for, WaitsFor::Record(_) | WaitsFor::Form(_));
    for one in waiting.iter().filter(comes) {
        let missing = judge::missing(work, &one.entry)?;
        if missing.is_none_or(|(waits_for, _)| waits_for != one.waits_for) {
            one.device.into_iter().for_each(|device| again::end_waiting(work, &one.entry, device));
            judge::rejudge(work, one);
        }
    }
    Some(Ok(()))
}

/// Adds what follows entries that go back, until nothing is added: what stands behind them, and what
/// speaks of a record of which nothing is left. Answers the entries of all records concerned, and
/// whether everything was loaded. O(entries of these records).
fn with_what_follows<'l>(
    work: &mut Work<'l>,
    backs: &mut BTreeMap<Hash, Back>,
) -> (BTreeMap<Hash, &'l HistoryEntry>, bool) {
    let mut entries: BTreeMap<Hash, &HistoryEntry> = BTreeMap::new();
    let (mut complete, mut before) = (true, 0);
    while before < backs.len() {
        before = backs.len();
        let records: BTreeSet<RecordRef> = backs.values().filter_map(|back| back.record).collect();
        for record in records {
            let (history, found) = (work.history(record), work.loaded(record));
            let (Some(history), Some(found)) = (history, found) else {
                complete = false;
                continue;
            };
            let of_record: BTreeMap<Hash, &HistoryEntry> =
                history.iter().map(|one| (one.entry.patch.hash(), one)).collect();
            behind(backs, record, &of_record, &found.held);
            if nothing_left(backs, &of_record) {
                complete &= speaking_of(work, backs, record).is_some();
            }
            entries.extend(of_record);
        }
    }
    (entries, complete)
}

/// Whether no entry of a record says anything any more.
fn nothing_left(backs: &BTreeMap<Hash, Back>, history: &BTreeMap<Hash, &HistoryEntry>) -> bool {
    !history.iter().any(|(hash, one)| {
        let state = backs.get(hash).map_or(one.state, |back| back.state);
        state == ItemState::Applied && one.entry.body.as_ref().is_some_and(|body| !body.sets.is_empty())
    })
}

/// Adds what phones wrote of a record that is not here any more: it waits for it, as it would have when
/// it came. Who lives in a household is counted without it. `None` while something has to be loaded.
fn speaking_of(work: &mut Work<'_>, backs: &mut BTreeMap<Hash, Back>, gone: RecordRef) -> Option<()> {
    let around: Vec<RecordRef> = match gone.kind {
        RecordKind::Visit => {
            let parts = work.parts_of_visit(gone.id)?.iter();
            parts.map(|row| RecordRef { kind: RecordKind::Part, id: row.part }).collect()
        }
        RecordKind::Person => work.hanging(gone.id)?.to_vec(),
        _ => match work.before(gone).and_then(|row| row.subject) {
            Some(subject) => work.hanging(subject)?.to_vec(),
            None => Vec::new(),
        },
    };
    let mut complete = Some(());
    for record in around.into_iter().filter(|record| *record != gone) {
        let Some(history) = work.history(record) else {
            complete = None;
            continue;
        };
        for one in history {
            let hash = one.entry.patch.hash();
            let taken_in = one.state == ItemState::Applied && one.device.is_some();
            if taken_in && !backs.contains_key(&hash) && judge::needed(&one.entry).contains(&gone) {
                let (waits_for, code) = (WaitsFor::Record(gone), ProblemCode::WaitsForSubject);
                backs.insert(hash, Back::waiting(one, hash, waits_for, Problem::new(code)));
            }
        }
    }
    complete
}

/// Adds what stands behind the entries of a record that are to wait again: of the same writer, and later.
fn behind(
    backs: &mut BTreeMap<Hash, Back>,
    record: RecordRef,
    history: &BTreeMap<Hash, &HistoryEntry>,
    held: &[HeldEntry],
) {
    let mut first: BTreeMap<WriterId, u64> = BTreeMap::new();
    for back in backs.values().filter(|back| back.record == Some(record) && back.state.holds_back()) {
        let serial = first.entry(back.dot.writer).or_insert(u64::MAX);
        *serial = back.dot.serial.min(*serial);
    }
    for (hash, one) in history {
        let dot = one.entry.patch.dot();
        let waits_for = held.iter().find(|one| one.hash == *hash).map(|one| one.waits_for);
        // What is beyond a gap or a fork of its log has not been looked at.
        let looked_at = waits_for != Some(WaitsFor::Earlier) && one.state != ItemState::Forked;
        let late = first.get(&dot.writer).is_some_and(|first| *first < dot.serial);
        let waits = waits_for == Some(WaitsFor::Held) && !backs.contains_key(hash);
        // On which the program failed was set aside whatever stood before it.
        let held_for = held.iter().filter(|one| one.hash == *hash).map(|one| one.problem.as_ref());
        let goes_for = backs.get(hash).map(|back| back.problem.as_ref());
        let mut problems = held_for.chain(goes_for).flatten();
        let failed = problems.any(|problem| problem.code == ProblemCode::ItemNotHandled);
        if late && looked_at && !waits && !failed {
            let problem = Problem::new(ProblemCode::WaitsForEarlier).with("missing", 1);
            backs.insert(*hash, Back::waiting(one, *hash, WaitsFor::Held, problem));
        }
    }
}
