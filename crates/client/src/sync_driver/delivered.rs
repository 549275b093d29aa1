//! What the county has on disk, by its own signed word.

use super::Asked;
use crate::app::Open;
use crate::bench::Bench;
use crate::ports::Ports;
use crate::tell::OrTell;
use domain::ids::WriterId;
use domain::log::Mark;
use domain::patch::RecordRef;
use domain::problem::Problem;
use seal::dice::draw_u64;
use std::collections::{BTreeMap, BTreeSet};
use store::phone::{Batch, LogRow, OutcomeRow, Stretch, WriterRow};
use sync::wire::receipt::{ItemState, Statement};

/// The phone's logs while a reply is taken in.
pub(super) type Writers = BTreeMap<WriterId, WriterRow>;

impl Open {
    /// Takes in marks, outcomes and receipts. Answers what was delivered for the first time.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn take_statement(
        &self,
        ports: &mut Ports,
        statement: &Statement,
        asked: &Asked,
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
            if mark.serial > row.last.serial {
                // The county knows more of this log than this phone does: the phone was restored, or
                // another one has the same past. What it sent now stands there all the same.
                if !forked.contains(&row.writer) {
                    let sent = asked.sent.iter().filter(|one| one.writer == row.writer).map(|one| one.to);
                    row.delivered = sent.max().unwrap_or(before).max(before);
                }
                if !row.closed {
                    ahead.push(row.writer);
                }
            } else if mark.serial == 0 || self.hash_at(row.writer, mark.serial)? == Some(mark.hash) {
                row.delivered = mark.serial;
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
        for receipt in &statement.visits {
            let log = statement.marks.get(usize::from(receipt.0)).map(|(writer, _)| *writer);
            batch.receipts.extend(log.map(|writer| (writer, receipt.1, receipt.2, receipt.3)));
        }
        Ok(first_time)
    }

    fn hash_at(&self, writer: WriterId, serial: u64) -> Result<Option<domain::canonical::Hash>, Problem> {
        Ok(self.store.log(writer, serial, 1).or_tell()?.first().map(|row| row.hash))
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

    /// Lays own entries anew where an outcome takes one out of the phone's view.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn relay_told(&self, bench: &mut Bench<'_>, batch: &Batch) -> Result<(), Problem> {
        let out = [ItemState::Dismissed, ItemState::Forked, ItemState::Erased];
        let mut records = BTreeSet::new();
        for one in batch.outcomes.iter().filter(|one| out.contains(&one.state)) {
            let row = self.store.log(one.writer, one.serial, 1).or_tell()?;
            records.extend(row.first().map(|row| row.entry.patch.record));
        }
        for record in records {
            let own = self.own_as_told(record, batch)?;
            bench.lay_again(record, &own)?;
        }
        Ok(())
    }
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
