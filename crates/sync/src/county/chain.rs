//! A piece of a log against what the county holds of that log: known, fresh, beyond a gap, or forked.

use super::again;
use super::epoch;
use super::erase;
use super::judge::{self, Verdict, asks};
use super::needs::{HeldEntry, WaitsFor, WriterRow};
use super::outcome::Held;
use super::prepared::Piece;
use super::work::Work;
use crate::wire::receipt::{ItemOutcome, ItemState};
use domain::canonical::Hash;
use domain::ids::{DeviceId, WriterId};
use domain::log::Mark;
use domain::patch::Entry;
use domain::problem::{Problem, ProblemCode};

/// What the chain found out besides what it wrote into the plan.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Outcomes that have no row of their own: an unreadable item that has to come alone.
    pub outcomes: Vec<ItemOutcome>,
    /// The last serial that both sides share, when the log forked.
    pub fork: Option<u64>,
}

/// Walks one piece. Does nothing but ask, as long as something is missing.
pub(super) fn walk(work: &mut Work<'_>, piece: &Piece, device: DeviceId) -> Walked {
    let mut walked = Walked::default();
    let loaded = work.loaded;
    let Some(row) = loaded.writers.get(&piece.writer) else {
        work.needs.writers.insert(piece.writer);
        return walked;
    };
    let last = piece.from.saturating_add(piece.entries.len() as u64);
    let range = (piece.writer, piece.from, last);
    if !loaded.known_ranges.contains(&range) {
        work.needs.known.insert(range);
        return walked;
    }
    let free = !epoch::is_one(work, piece.writer);
    let fresh = WriterRow { mark: Mark::NONE, device: free.then_some(device), forked_at: 0 };
    // A request may hold two pieces of a log: the second goes on where the first ended.
    let before = work.plan.writers.get(&piece.writer).copied();
    let mut row = before.or(*row).unwrap_or(fresh);
    // A log that another device holds is never continued by this one.
    let mut forked = row.device != Some(device);
    for (entry, hash) in &piece.entries {
        let serial = entry.patch.serial;
        if let Some(state) = known(work, piece.writer, serial, *hash, before.is_some()) {
            if state == ItemState::Forked {
                // The phone did not hear of it, or it would not send this again.
                forked = true;
                walked.fork.get_or_insert(serial - 1);
                walked.outcomes.push(fork_outcome(piece.writer, serial));
            }
            continue;
        }
        again::end_waiting(work, entry, device);
        let bare = erase::bared(work, entry);
        let entry = bare.as_ref().unwrap_or(entry);
        let questions = piece.questions.get(&serial).cloned().unwrap_or_default();
        let next = serial == row.mark.serial + 1;
        forked |= serial <= row.mark.serial || (next && entry.patch.prev != row.mark.hash);
        if forked {
            fork(work, &mut row, &mut walked, entry, *hash, device);
        } else if next {
            if piece.kept.contains(&serial) {
                let problem = Problem::new(ProblemCode::ItemNotHandled);
                let (state, waits_for) = (ItemState::SetAside, WaitsFor::Reviewer);
                hold(work, entry, *hash, state, waits_for, problem, questions, device);
            } else {
                fresh_entry(work, entry, *hash, questions, device);
            }
            row.mark = Mark { serial, hash: *hash };
        } else {
            let missing = serial - row.mark.serial - 1;
            let problem = Problem::new(ProblemCode::WaitsForEarlier).with("missing", missing);
            hold(work, entry, *hash, ItemState::Awaiting, WaitsFor::Earlier, problem, questions, device);
        }
    }
    unreadable(work, piece, &mut row, &mut walked, device, forked);
    close_gap(work, piece, &mut row);
    work.plan.writers.insert(piece.writer, row);
    walked
}

/// The state of an entry that the ledger has, or that this plan has just taken in.
fn known(work: &Work<'_>, writer: WriterId, serial: u64, hash: Hash, again: bool) -> Option<ItemState> {
    let found = work.loaded.known.get(&(writer, serial)).into_iter().flatten().find(|one| one.hash == hash);
    let fresh = || work.plan.ledger.iter().find(|row| row.hash == hash).map(|row| row.state);
    found.map(|one| one.state).or_else(|| again.then(fresh).flatten())
}

fn broken(serial: u64) -> Problem {
    Problem::new(ProblemCode::ChainBroken).with("serial", serial)
}

fn fork_outcome(writer: WriterId, serial: u64) -> ItemOutcome {
    ItemOutcome { writer, serial, state: ItemState::Forked, problem: Some(broken(serial)) }
}

fn note_fork(row: &mut WriterRow, walked: &mut Walked, serial: u64) {
    if walked.fork.is_none() {
        walked.fork = Some(serial - 1);
        row.forked_at = if row.forked_at == 0 { serial } else { row.forked_at.min(serial) };
    }
}

fn fork(
    work: &mut Work<'_>,
    row: &mut WriterRow,
    walked: &mut Walked,
    entry: &Entry,
    hash: Hash,
    device: DeviceId,
) {
    let serial = entry.patch.serial;
    note_fork(row, walked, serial);
    let held = Held::Entry(Box::new(entry.clone()));
    let (state, waits_for) = (ItemState::Forked, Some(WaitsFor::Reviewer));
    work.append(held, hash, state, waits_for, Some(broken(serial)), Vec::new(), Some(device));
}

fn fresh_entry(work: &mut Work<'_>, entry: &Entry, hash: Hash, questions: Vec<Problem>, device: DeviceId) {
    match judge::judge(work, entry, Some(device), work.prepared.now_ms) {
        None => {}
        Some(Verdict::Apply) => {
            let held = Held::Entry(Box::new(entry.clone()));
            let state = judge::taken_in(entry);
            let waits_for = asks(state, &questions);
            work.append(held, hash, state, waits_for, None, questions, Some(device));
            work.take(entry);
        }
        Some(Verdict::Hold(state, waits_for, problem)) => {
            hold(work, entry, hash, state, waits_for, problem, questions, device);
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "each is a column of the row")]
fn hold(
    work: &mut Work<'_>,
    entry: &Entry,
    hash: Hash,
    state: ItemState,
    waits_for: WaitsFor,
    problem: Problem,
    questions: Vec<Problem>,
    device: DeviceId,
) {
    let held = Held::Entry(Box::new(entry.clone()));
    let (device, problem) = (Some(device), Some(problem));
    work.append(held, hash, state, Some(waits_for), problem.clone(), questions.clone(), device);
    let (entry, arrived_ms) = (entry.clone(), work.prepared.now_ms);
    let one = HeldEntry { entry, hash, state, waits_for, arrived_ms, device, problem, questions };
    work.held.entry(one.entry.patch.record).or_default().push(one);
}

/// An unreadable item is kept as it came, in its place, when it came alone; else the phone is
/// asked to send it alone, so that what stands behind it can be chained.
fn unreadable(
    work: &mut Work<'_>,
    piece: &Piece,
    row: &mut WriterRow,
    walked: &mut Walked,
    device: DeviceId,
    forked: bool,
) {
    let Some((item, alone)) = &piece.unreadable else { return };
    let (writer, serial) = (piece.writer, item.serial);
    let known = work.loaded.known.get(&(writer, serial));
    if let Some(one) = known.and_then(|known| known.iter().find(|one| one.hash == piece.last)) {
        if one.state == ItemState::Forked {
            walked.fork.get_or_insert(serial - 1);
        }
        return;
    }
    let problem = Problem::new(ProblemCode::ItemUndecodable).with("place", &item.reason);
    let next = serial == row.mark.serial + 1 && piece.prev == row.mark.hash;
    // Its place is taken by another, or what stands before it is.
    let forked = forked || serial <= row.mark.serial || (serial == row.mark.serial + 1 && *alone && !next);
    if *alone && (next || forked) {
        let held = Held::Unreadable { writer, serial, raw: item.raw.clone() };
        let state = if forked { ItemState::Forked } else { ItemState::SetAside };
        let waits_for = Some(WaitsFor::Reviewer);
        work.append(held, piece.last, state, waits_for, Some(problem), Vec::new(), Some(device));
        if forked {
            note_fork(row, walked, serial);
        } else {
            row.mark = Mark { serial, hash: piece.last };
        }
    } else {
        let state = ItemState::SetAside;
        walked.outcomes.push(ItemOutcome { writer, serial, state, problem: Some(problem) });
    }
}

/// What waited beyond a gap joins, once the gap is closed.
fn close_gap(work: &mut Work<'_>, piece: &Piece, row: &mut WriterRow) {
    let own = work.held.values().flatten().filter(|one| one.waits_for == WaitsFor::Earlier);
    let own = own.filter(|one| one.entry.patch.writer == piece.writer);
    let stored = work.loaded.gaps.get(&piece.writer).into_iter().flatten();
    let mut beyond: Vec<HeldEntry> = stored.chain(own).cloned().collect();
    beyond.sort_by_key(|one| one.entry.patch.serial);
    for one in &beyond {
        let serial = one.entry.patch.serial;
        if work.released.contains(&one.hash) || serial > row.mark.serial + 1 {
            continue;
        }
        if serial == row.mark.serial + 1 && one.entry.patch.prev == row.mark.hash {
            row.mark = Mark { serial, hash: one.hash };
            if piece.joining_kept {
                let problem = Some(Problem::new(ProblemCode::ItemNotHandled));
                work.settle_state(one, ItemState::SetAside, Some(WaitsFor::Reviewer), problem);
                work.released.insert(one.hash);
            } else {
                judge::rejudge(work, one);
            }
        } else {
            let waits_for = Some(WaitsFor::Reviewer);
            work.settle_state(one, ItemState::Forked, waits_for, Some(broken(serial)));
            work.released.insert(one.hash);
        }
    }
}
