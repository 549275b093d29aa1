//! The plan itself: from what arrived and what is known to what has to be written.

use super::chain::{self, Walked};
use super::judge;
use super::needs::{DeviceState, Loaded, Needs, WriterRow};
use super::outcome::{Held, Plan, said};
use super::prepared::{Exchange, Job, OwnPatch, OwnRecord, Prepared};
use super::work::Work;
use super::{ask, build, cover, decide, duplicate, epoch, erase, going, place, release, undo};
use crate::wire::receipt::{ItemOutcome, ItemState, Statement, VisitReceipt};
use domain::catalogue::RecordKind;
use domain::ids::{RecordId, WriterId};
use domain::log::{Dot, Mark, Vector};
use domain::patch::{Entry, Patch, RecordRef};
use domain::problem::{Problem, ProblemCode};
use std::sync::Arc;

/// What a plan answers.
#[derive(Debug)]
pub enum Step {
    /// It has to know this first; call it again with more loaded.
    Load(Box<Needs>),
    /// This has to be written, and nothing else.
    Done(Box<Plan>),
}

/// Plans one job. Pure and total: the same job and the same knowledge give the same plan.
pub fn plan(prepared: &Prepared, loaded: &Loaded) -> Step {
    let mut work = Work::new(prepared, loaded);
    let (mut walked, mut copies) = (Vec::new(), Vec::new());
    match &prepared.job {
        Job::Exchange(exchange) => walked = take_in(&mut work, exchange),
        Job::Append(patches) => own(&mut work, patches),
        Job::Decide(decisions) => copies = decide::decide(&mut work, decisions),
        Job::Settle(word) => decide::settle(&mut work, word),
        Job::Ask(one) => ask::ask(&mut work, one),
        Job::Merge(word) => duplicate::merge(&mut work, word),
        Job::Going(word) => going::say(&mut work, word),
        Job::Undo(undos) => undo::undo(&mut work, undos),
        Job::Erase(job) => erase::erase(&mut work, job),
        Job::Roll { subjects, from, horizon } => {
            // A county that stood still for long has a gap behind it.
            let from = (*from).min(work.county.horizon);
            for subject in subjects {
                work.loaded(RecordRef { kind: RecordKind::Person, id: *subject });
                work.persons.insert(*subject, Some(from));
            }
            work.county.horizon = work.county.horizon.max(*horizon);
        }
        Job::Restored => epoch::restored(&mut work),
        Job::Build { .. } => {}
    }
    if work.plan.problem.is_some() {
        return Step::Done(Box::new(Plan { problem: work.plan.problem, ..Plan::default() }));
    }
    release::settle_waiting(&mut work);
    let followed = duplicate::follow(&mut work);
    match &prepared.job {
        Job::Decide(decisions) => decide::write_down(&mut work, decisions, &copies, &followed),
        Job::Settle(word) => decide::write_settled(&mut work, word, &followed),
        _ => {}
    }
    build::edited(&mut work);
    cover::standings(&mut work);
    if let Job::Build { count } = &prepared.job {
        build::slice(&mut work, *count);
    }
    place::feeds(&mut work);
    if let Job::Exchange(exchange) = &prepared.job {
        answer(&mut work, exchange, walked);
    }
    if !work.needs.is_empty() {
        return Step::Load(Box::new(work.needs));
    }
    work.plan.county = Some(work.county);
    work.plan.generations = (work.generations != loaded.generations).then(|| Arc::clone(&work.generations));
    Step::Done(Box::new(work.plan))
}

/// Names everything that an exchange is sure to need, so that it is loaded in one go.
fn collect(work: &mut Work<'_>, exchange: &Exchange) {
    for piece in &exchange.pieces {
        let last = piece.from.saturating_add(piece.entries.len() as u64);
        let range = (piece.writer, piece.from, last);
        if !work.loaded.known_ranges.contains(&range) {
            work.needs.known.insert(range);
        }
        if !work.loaded.writers.contains_key(&piece.writer) {
            work.needs.writers.insert(piece.writer);
        }
    }
    for entry in exchange.judged() {
        work.loaded(entry.patch.record);
        for record in judge::needed(entry) {
            work.loaded(record);
        }
    }
}

fn take_in(work: &mut Work<'_>, exchange: &Exchange) -> Vec<(WriterId, Walked)> {
    collect(work, exchange);
    let Some(device) = work.loaded.devices.get(&exchange.device) else {
        work.needs.devices.insert(exchange.device);
        return Vec::new();
    };
    let Some(device) = device else {
        work.plan.problem = Some(Problem::new(ProblemCode::DeviceUnknown));
        return Vec::new();
    };
    for writer in &device.writers {
        if !work.loaded.writers.contains_key(writer) {
            work.needs.writers.insert(*writer);
        }
    }
    epoch::check(work, exchange);
    if !work.needs.is_empty() {
        return Vec::new();
    }
    let mut row = device.clone();
    let repeated = exchange.number <= row.number;
    work.plan.receipts_only = repeated || row.state != DeviceState::Active;
    row.number = row.number.max(exchange.number);
    row.app.clone_from(&exchange.app);
    row.waiting = exchange.waiting;
    row.heard_ms = work.prepared.now_ms;
    // The logs that a device brings and nobody else holds are its own.
    for piece in &exchange.pieces {
        let held = work.loaded.writers.get(&piece.writer).copied().flatten();
        let free = held.is_none() && !epoch::is_one(work, piece.writer);
        if free || held.is_some_and(|held| held.device == Some(exchange.device)) {
            row.writers.insert(piece.writer);
        }
    }
    work.plan.device = Some(row);
    let walked = exchange
        .pieces
        .iter()
        .map(|piece| (piece.writer, chain::walk(work, piece, exchange.device)))
        .collect();
    epoch::recover(work, exchange);
    walked
}

/// Puts the county's own patches into the county's own log.
pub(super) fn own(work: &mut Work<'_>, patches: &[OwnPatch]) {
    if patches.is_empty() {
        return;
    }
    let writer = work.county.epoch;
    let row = match work.plan.writers.get(&writer) {
        Some(row) => Some(*row),
        None if writer == work.prepared.spare_writer => None,
        None => match work.loaded.writers.get(&writer) {
            Some(row) => *row,
            None => {
                work.needs.writers.insert(writer);
                return;
            }
        },
    };
    let mut row = row.unwrap_or(WriterRow { mark: Mark::NONE, device: None, forked_at: 0 });
    for patch in patches {
        let serial = row.mark.serial + 1;
        let record = match patch.record {
            OwnRecord::Known(record) => record,
            OwnRecord::New(kind) => RecordRef { kind, id: RecordId::derived(writer, serial) },
        };
        let Some(now) = work.row(record) else {
            // Its place is taken all the same, so that one pass names every record that is needed.
            row.mark.serial = serial;
            continue;
        };
        let seen = patch
            .seen
            .clone()
            .unwrap_or_else(|| now.map_or_else(Vector::default, |row| row.head.vector.clone()));
        let body = patch.body.clone();
        let envelope = Patch {
            writer,
            serial,
            prev: row.mark.hash,
            record,
            seen,
            form: patch.form,
            author: patch.author,
            stamp: patch.stamp,
            body_hash: body.hash(),
        };
        let hash = envelope.hash();
        let dot = envelope.dot();
        let entry = Entry { patch: envelope, body: Some(body) };
        work.append(
            Held::Entry(Box::new(entry.clone())),
            hash,
            ItemState::Applied,
            None,
            None,
            Vec::new(),
            None,
        );
        work.take(&entry);
        row.mark = Mark { serial, hash };
        work.plan.own.push((record, dot));
    }
    work.plan.writers.insert(writer, row);
}

/// What the county will sign for.
fn answer(work: &mut Work<'_>, exchange: &Exchange, walked: Vec<(WriterId, Walked)>) {
    let Some(device) = work.plan.device.clone() else { return };
    let mark = |writer: &WriterId| {
        let loaded = || work.loaded.writers.get(writer).copied().flatten();
        let row = work.plan.writers.get(writer).copied().or_else(loaded);
        (*writer, row.filter(|row| row.device == Some(device.device)).map_or(Mark::NONE, |row| row.mark))
    };
    let marks: Vec<(WriterId, Mark)> = device.writers.iter().map(mark).collect();
    let mut outcomes = told(work, &device.writers);
    let mut forks = Vec::new();
    for (writer, walked) in walked {
        outcomes.extend(walked.outcomes);
        forks.extend(walked.fork.map(|serial| (writer, serial)));
    }
    outcomes.sort_by_key(|one| (one.writer, one.serial));
    let statement = Statement {
        county: work.prepared.county,
        device: device.device,
        number: exchange.number,
        epoch: work.county.epoch,
        seq: work.county.seq,
        hash: work.county.hash,
        at_ms: work.prepared.now_ms,
        visits: receipts(work, exchange, &marks),
        marks,
        outcomes,
        forks,
    };
    work.plan.statement = Some(statement);
}

/// Outcomes that are not simply "applied": of this request, and whatever changed since the cursor. Notes which
/// records the phone is to let go of.
fn told(work: &mut Work<'_>, writers: &std::collections::BTreeSet<WriterId>) -> Vec<ItemOutcome> {
    // A forked item shares its place with another; it is told in answer to whoever sends it.
    let old = writers.iter().flat_map(|writer| work.loaded.outcomes.get(writer).into_iter().flatten());
    let old = old.filter(|one| one.state != ItemState::Forked);
    let mut gone = std::mem::take(&mut work.gone);
    gone.extend(old.clone().filter(|one| one.state == ItemState::Erased).filter_map(|one| one.record));
    let mut all: std::collections::BTreeMap<Dot, ItemOutcome> = old
        .map(|one| {
            let (writer, serial) = (one.writer, one.serial);
            let outcome = ItemOutcome { writer, serial, state: one.state, problem: one.problem.clone() };
            (Dot { writer, serial }, outcome)
        })
        .collect();
    for row in &work.plan.ledger {
        let (writer, serial) = match &row.held {
            Held::Entry(entry) => (entry.patch.writer, entry.patch.serial),
            Held::Unreadable { writer, serial, .. } => (*writer, *serial),
        };
        let problem = said(&row.problem, &row.questions, row.state);
        if let (Held::Entry(entry), ItemState::Erased) = (&row.held, row.state) {
            gone.insert(entry.patch.record);
        }
        if writers.contains(&writer) && (row.state != ItemState::Applied || problem.is_some()) {
            let outcome = ItemOutcome { writer, serial, state: row.state, problem };
            all.insert(Dot { writer, serial }, outcome);
        }
    }
    for change in work.plan.states.iter().filter(|change| writers.contains(&change.dot.writer)) {
        let Dot { writer, serial } = change.dot;
        let problem = said(&change.problem, &change.questions, change.state);
        let outcome = ItemOutcome { writer, serial, state: change.state, problem };
        all.insert(change.dot, outcome);
    }
    work.plan.gone = gone.into_iter().collect();
    all.into_values().collect()
}

/// Receipts of visits: those given now, and those of items that were sent again.
fn receipts(work: &Work<'_>, exchange: &Exchange, marks: &[(WriterId, Mark)]) -> Vec<VisitReceipt> {
    let place = |writer: WriterId| {
        let place = marks.iter().position(|(one, _)| *one == writer)?;
        u16::try_from(place).ok()
    };
    let mut receipts = Vec::new();
    for piece in &exchange.pieces {
        let Some(log) = place(piece.writer) else { continue };
        for (entry, hash) in &piece.entries {
            let known = work.loaded.known.get(&(piece.writer, entry.patch.serial));
            let found = known.and_then(|known| known.iter().find(|one| one.hash == *hash));
            if let Some((day, number)) = found.and_then(|one| one.receipt) {
                receipts.push(VisitReceipt(log, entry.patch.serial, day, number));
            }
        }
    }
    for row in &work.plan.ledger {
        if let (Held::Entry(entry), Some((day, number))) = (&row.held, row.receipt)
            && let Some(log) = place(entry.patch.writer)
        {
            receipts.push(VisitReceipt(log, entry.patch.serial, day, number));
        }
    }
    receipts
}
