//! A log whose past is in doubt: this phone and another one (a clone, a restored copy) have both
//! written to it. The phone takes a new log and issues again what the county keeps apart.

use super::delivered::{Writers, begin_anew};
use crate::app::{Open, setting};
use crate::bench::Bench;
use crate::journal::Line;
use crate::pen::{Pen, Said};
use crate::ports::Ports;
use crate::tell::OrTell;
use domain::canonical::Hash;
use domain::ids::{RecordId, WriterId};
use domain::log::{Dot, Mark, Vector};
use domain::patch::{Body, RecordRef};
use domain::problem::Problem;
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::phone::{Batch, LogRow, OutcomeRow};
use sync::wire::limits::PATCH_BYTES_MAX;
use sync::wire::receipt::ItemState;

/// What became of the entries beyond the fork.
struct Again {
    from: WriterId,
    to: WriterId,
    shared: u64,
    /// Records made beyond the fork: their old and new ids. The other phone may have made others
    /// under the old ones.
    ids: BTreeMap<RecordId, RecordId>,
    /// By record, old serial to new serial.
    serials: BTreeMap<RecordRef, BTreeMap<u64, u64>>,
}

impl Again {
    fn record(&self, record: RecordRef) -> RecordRef {
        RecordRef { id: self.ids.get(&record.id).copied().unwrap_or(record.id), ..record }
    }

    /// The old vector, cut to what both sides share, with the new places of what was issued again.
    fn seen(&self, record: RecordRef, seen: &Vector) -> Vector {
        let mut cut = seen.clone();
        let old = seen.get(self.from);
        if old > self.shared {
            cut.0.insert(self.from, self.shared);
            cut.0.retain(|_, serial| *serial > 0);
            let again = self.serials.get(&record).and_then(|serials| serials.range(..=old).next_back());
            if let Some((_, serial)) = again {
                cut.raise(Dot { writer: self.to, serial: *serial });
            }
        }
        cut
    }

    /// The body with the new ids. It names what it is issued again for, so that nobody at the county has to
    /// look at that; a body that was as long as may be goes without.
    fn body(&self, body: &Body, dot: Dot, hash: Hash) -> Result<Body, Problem> {
        let mut body = body.clone();
        for value in body.sets.values_mut() {
            let id = value.as_text().and_then(|text| text.parse::<RecordId>().ok());
            if let Some(new) = id.and_then(|id| self.ids.get(&id)) {
                *value = Value::text(new.to_string());
            }
        }
        let mut named = body.clone();
        named.issue_again(dot, hash);
        let fits = serde_json::to_vec(&named).or_tell()?.len() <= PATCH_BYTES_MAX;
        Ok(if fits { named } else { body })
    }
}

impl Open {
    /// Issues again what stands behind the forks that the county tells, and behind holes. Answers whether
    /// there is any.
    ///
    /// # Errors
    /// Those of the journal and the database.
    pub(super) fn reissue_all(
        &self,
        ports: &mut Ports,
        forks: &[(WriterId, u64)],
        writers: &mut Writers,
        bench: &mut Bench<'_>,
        batch: &mut Batch,
    ) -> Result<bool, Problem> {
        let mut all = forks.to_vec();
        let holes = self.holes(writers)?;
        all.extend(holes.into_iter().filter(|hole| forks.iter().all(|fork| fork.0 != hole.0)));
        for fork in &all {
            self.reissue(ports, *fork, writers, bench, batch)?;
        }
        Ok(!all.is_empty())
    }

    /// Issues again, in a new log, the own entries of a forked one beyond what both sides share.
    ///
    /// # Errors
    /// Those of the journal and the database.
    fn reissue(
        &self,
        ports: &mut Ports,
        (writer, shared): (WriterId, u64),
        writers: &mut Writers,
        bench: &mut Bench<'_>,
        batch: &mut Batch,
    ) -> Result<(), Problem> {
        let Some(row) = writers.get(&writer).copied() else { return Ok(()) };
        if row.last.serial <= shared {
            return Ok(());
        }
        let fresh = begin_anew(ports, writers, writer);
        let mut rows = self.store.log(writer, shared + 1, usize::MAX).or_tell()?;
        // What lies behind its end was issued again before.
        rows.retain(|one| one.entry.patch.serial <= row.last.serial);
        batch.outcomes.extend(rows.iter().map(|row| OutcomeRow {
            writer,
            serial: row.entry.patch.serial,
            state: ItemState::Forked,
            problem: None,
        }));
        let records: BTreeSet<RecordRef> = rows.iter().map(|row| row.entry.patch.record).collect();
        for record in records {
            let own = self.own_as_told(record, batch)?;
            bench.lay_again(record, &own)?;
        }
        let (ids, serials) = Default::default();
        let mut again = Again { from: writer, to: fresh, shared, ids, serials };
        let (lines, last) = self.write_again(ports, &mut again, &rows)?;
        for line in &lines {
            // The line is of use only with the log that this batch begins: cut off before, the fork
            // is reported again, and all is issued again out of the old log.
            let end =
                line.append(ports.journal.as_mut(), &self.unlocked.keys, &self.identity.county.sealing)?;
            batch.settings.insert(setting::JOURNAL.to_owned(), Some(end.to_string()));
            for row in line.rows() {
                bench.take_own(&row.entry)?;
                batch.entries.push(row);
            }
        }
        let at_fork = if shared > 0 { self.hash_at(writer, shared)? } else { None };
        let hash = at_fork.unwrap_or(Mark::NONE.hash);
        if let Some(old) = writers.get_mut(&writer) {
            old.last = Mark { serial: shared, hash };
            old.delivered = old.delivered.min(shared);
        }
        if let Some(new) = writers.get_mut(&fresh) {
            new.last = last;
        }
        Ok(())
    }

    /// The same acts in the new log: one line for each stretch that belonged to one visit.
    fn write_again(
        &self,
        ports: &mut Ports,
        again: &mut Again,
        rows: &[LogRow],
    ) -> Result<(Vec<Line>, Mark), Problem> {
        let mut pen = Pen::on_new(again.to, self.staff, self.stamp(ports));
        let mut visits = Vec::new();
        for row in rows {
            let patch = &row.entry.patch;
            let Some(body) = &row.entry.body else { continue };
            pen.stamped(patch.stamp, patch.author);
            if row.creates() {
                again.ids.insert(patch.record.id, pen.next_id());
            }
            let record = again.record(patch.record);
            let serial = pen.next_dot().serial;
            let seen = again.seen(patch.record, &patch.seen);
            let said = Said { seen, form: patch.form, body: again.body(body, patch.dot(), row.hash)? };
            pen.change(ports, record, said)?;
            again.serials.entry(patch.record).or_default().insert(patch.serial, serial);
            let visit = row.visit.map(|visit| again.ids.get(&visit).copied().unwrap_or(visit));
            visits.push((visit, row.draft.clone()));
        }
        let (entries, last) = pen.into_parts();
        let issued = Some((again.from, again.shared));
        let mut lines: Vec<Line> = Vec::new();
        for (entry, (visit, draft)) in entries.into_iter().zip(visits) {
            match lines.last_mut() {
                Some(line) if line.visit == visit => {
                    line.entries.push(entry);
                    line.draft = line.draft.take().or(draft);
                }
                _ => lines.push(Line { entries: vec![entry], visit, draft, again: issued, locked: None }),
            }
        }
        Ok((lines, last))
    }
}
