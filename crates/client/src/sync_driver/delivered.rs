//! What the county has on disk, by its own signed word.

use super::Asked;
use crate::app::Open;
use crate::bench::Bench;
use crate::ports::Ports;
use crate::tell::OrTell;
use domain::ids::WriterId;
use domain::log::Mark;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use seal::dice::draw_u64;
use std::collections::{BTreeMap, BTreeSet};
use store::phone::{Batch, LogRow, OutcomeRow, Stretch, WriterRow};
use sync::wire::receipt::{ItemState, Statement};

/// Entries looked at in one go.
const SLICE: usize = 500;

/// The phone's logs while a reply is taken in.
pub(super) type Writers = BTreeMap<WriterId, WriterRow>;

impl Open {
    /// Takes in marks, outcomes and receipts. Answers what was delivered for the first time. `restored`:
    /// the county has a past that this phone has not heard of.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn take_statement(
        &self,
        ports: &mut Ports,
        statement: &Statement,
        asked: &Asked,
        restored: bool,
        writers: &mut Writers,
        batch: &mut Batch,
    ) -> Result<Vec<Stretch>, Problem> {
        let marks: BTreeMap<WriterId, Mark> = statement.marks.iter().copied().collect();
        let forked: BTreeSet<WriterId> = statement.forks.iter().map(|(writer, _)| *writer).collect();
        let mut first_time = Vec::new();
        let mut ahead = Vec::new();
        for row in writers.values_mut() {
            let mark = marks.get(&row.writer).copied().unwrap_or(Mark::NONE);
            let before = row.delivered;
            let looked_at = looked_at(row.writer, statement, asked);
            let here = if mark.serial == 0 { None } else { self.hash_at(row.writer, mark.serial)? };
            if mark.serial > row.last.serial {
                // The county knows more of this log than this phone does: the phone was restored, or
                // another one has the same past. What it sent now stands there all the same; of a county
                // that was restored nobody knows what it still has.
                if restored {
                    row.delivered = 0;
                } else if !forked.contains(&row.writer) {
                    row.delivered = looked_at.unwrap_or(before).max(before);
                }
                if !row.closed {
                    ahead.push(row.writer);
                }
            } else if here.is_none_or(|hash| hash == mark.hash) {
                // What is missing here nobody can compare.
                row.delivered = mark.serial;
            } else if restored {
                // Another phone with the same past was quicker: all is offered again, until the place is
                // found from which on the two differ.
                row.delivered = 0;
            } else if !forked.contains(&row.writer) {
                row.delivered = looked_at.unwrap_or(0);
            }
            if row.delivered > before {
                first_time.push(Stretch { writer: row.writer, from: before + 1, to: row.delivered });
            }
        }
        for writer in ahead {
            begin_anew(ports, writers, writer);
        }
        let own = |writer: WriterId| writers.contains_key(&writer);
        batch.outcomes.extend(statement.outcomes.iter().filter(|one| own(one.writer)).map(|one| {
            OutcomeRow {
                writer: one.writer,
                serial: one.serial,
                state: one.state,
                problem: one.problem.clone(),
            }
        }));
        if restored {
            self.void_outcomes(statement, writers, batch)?;
        }
        for receipt in &statement.visits {
            let log = statement.marks.get(usize::from(receipt.0)).map(|(writer, _)| *writer);
            batch.receipts.extend(log.map(|writer| (writer, receipt.1, receipt.2, receipt.3)));
        }
        Ok(first_time)
    }

    /// A county of another epoch has said, in answer to a cursor that it does not know, all that there is to
    /// say: what a former one said of what this one has taken in holds no more. Own forks, what was passed
    /// over and what was erased stay as they are. Once per restored county; linear in the phone's own logs.
    ///
    /// # Errors
    /// Those of the database.
    fn void_outcomes(
        &self,
        statement: &Statement,
        writers: &Writers,
        batch: &mut Batch,
    ) -> Result<(), Problem> {
        let told: BTreeSet<_> = statement.outcomes.iter().map(|one| (one.writer, one.serial)).collect();
        for log in writers.values() {
            let mut next = 1;
            while next <= log.delivered {
                let rows = self.store.log(log.writer, next, SLICE).or_tell()?;
                let Some(last) = rows.last() else { break };
                next = last.entry.patch.serial + 1;
                let void = rows.iter().filter(|row| {
                    let serial = row.entry.patch.serial;
                    let waits = matches!(row.state, Some(ItemState::Awaiting | ItemState::SetAside));
                    let asked = row.state == Some(ItemState::Applied) && row.problem.is_some();
                    (waits || asked) && serial <= log.delivered && !told.contains(&(log.writer, serial))
                });
                batch.outcomes.extend(void.map(|row| OutcomeRow {
                    writer: log.writer,
                    serial: row.entry.patch.serial,
                    state: ItemState::Applied,
                    problem: None,
                }));
            }
        }
        Ok(())
    }

    /// Logs in which the next entry is missing on this phone and at the county (a line of the journal was
    /// damaged, and the database lost), with the last serial before it.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn holes(&self, writers: &Writers) -> Result<Vec<(WriterId, u64)>, Problem> {
        let mut holes = Vec::new();
        for row in writers.values().filter(|row| row.delivered < row.last.serial) {
            let next = self.store.log(row.writer, row.delivered + 1, 1).or_tell()?;
            if next.first().is_some_and(|one| one.entry.patch.serial > row.delivered + 1) {
                holes.push((row.writer, row.delivered));
            }
        }
        Ok(holes)
    }

    /// The hash of an own entry.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn hash_at(
        &self,
        writer: WriterId,
        serial: u64,
    ) -> Result<Option<domain::canonical::Hash>, Problem> {
        let rows = self.store.log(writer, serial, 1).or_tell()?;
        Ok(rows.first().filter(|row| row.entry.patch.serial == serial).map(|row| row.hash))
    }

    /// The records of these stretches.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn records_of(&self, stretches: &[Stretch]) -> Result<BTreeSet<RecordRef>, Problem> {
        let mut records = BTreeSet::new();
        for one in stretches {
            let count = usize::try_from(one.to - one.from + 1).unwrap_or(usize::MAX);
            let rows = self.store.log(one.writer, one.from, count).or_tell()?;
            records.extend(rows.iter().map(|row| row.entry.patch.record));
        }
        Ok(records)
    }

    /// The own entries of a record, with what this reply says of them.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn own_as_told(&self, record: RecordRef, batch: &Batch) -> Result<Vec<LogRow>, Problem> {
        let mut rows = self.store.log_of(record).or_tell()?;
        for row in &mut rows {
            let patch = &row.entry.patch;
            let place = (patch.writer, patch.serial);
            let told = batch.outcomes.iter().rev().find(|one| (one.writer, one.serial) == place);
            if let Some(told) = told {
                row.state = Some(told.state);
            }
            if batch.erased.contains(&record) {
                row.state = Some(ItemState::Erased);
            }
        }
        Ok(rows)
    }

    /// Lays own entries anew where an outcome takes one out of the phone's view, or brings it back.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn relay_told(&self, bench: &mut Bench<'_>, batch: &Batch) -> Result<(), Problem> {
        let out = [ItemState::Dismissed, ItemState::Forked, ItemState::Erased];
        let mut records = BTreeSet::new();
        for one in &batch.outcomes {
            let row = self.store.log(one.writer, one.serial, 1).or_tell()?;
            let was = |row: &&LogRow| row.state.is_some_and(|state| out.contains(&state));
            let moved = row.first().filter(|row| out.contains(&one.state) || was(row));
            records.extend(moved.map(|row| row.entry.patch.record));
        }
        for record in records {
            let own = self.own_as_told(record, batch)?;
            bench.lay_again(record, &own)?;
        }
        Ok(())
    }
}

/// Up to where the county has looked at what was sent of a log: there it stands, or a fork is told. From an
/// item on that it could not read among others it has not looked.
fn looked_at(writer: WriterId, statement: &Statement, asked: &Asked) -> Option<u64> {
    let unreadable = statement.outcomes.iter().filter(|one| {
        let code = one.problem.as_ref().map(|problem| problem.code);
        one.writer == writer && code == Some(ProblemCode::ItemUndecodable)
    });
    let before = unreadable.map(|one| one.serial - 1).min().unwrap_or(u64::MAX);
    let sent = asked.sent.iter().filter(|one| one.writer == writer);
    let read = |one: &Stretch| if one.from == one.to { one.to } else { one.to.min(before.max(one.from - 1)) };
    sent.map(read).max()
}

/// Closes a log and begins another in its place. Answers the new one. Of a log that had been replaced
/// already the new one is closed too: it only carries what is sent again, and one stays open.
pub(super) fn begin_anew(ports: &mut Ports, writers: &mut Writers, writer: WriterId) -> WriterId {
    let fresh = WriterId(draw_u64(&mut ports.dice));
    let (urgent, closed) = writers.get_mut(&writer).map_or((false, false), |row| {
        let closed = std::mem::replace(&mut row.closed, true);
        (row.urgent, closed)
    });
    let row = WriterRow { writer: fresh, urgent, closed, last: Mark::NONE, delivered: 0 };
    writers.insert(fresh, row);
    fresh
}
