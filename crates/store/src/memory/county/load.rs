//! Loads what a plan names. Every key that was asked for gets an entry, also when there is nothing.

use super::{Disk, Row};
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::coverage::{Generation, Standing};
use domain::ids::{RecordId, WriterId};
use domain::patch::RecordRef;
use domain::time::Day;
use std::collections::BTreeMap;
use std::sync::Arc;
use sync::county::needs::{
    ChangedOutcome, HeldEntry, HistoryEntry, KnownEntry, LoadedRecord, PartRow, Waiting, WaitsFor,
};
use sync::county::outcome::{Held, LedgerRow, said};
use sync::county::{Loaded, Needs};
use sync::wire::exchange::Cursor;
use sync::wire::receipt::ItemState;

impl Disk {
    /// What every plan begins with.
    pub(super) fn begin(&self) -> Loaded {
        let (reference, generations) = (Arc::clone(&self.reference), Arc::clone(&self.generations));
        Loaded::new(reference, generations, self.county, self.former.clone())
    }

    /// Loads what is needed. `cursor` is where the phone stands, if a phone asks.
    pub(super) fn load(&self, needs: &Needs, cursor: Option<Cursor>, loaded: &mut Loaded) {
        for device in &needs.devices {
            loaded.devices.insert(*device, self.devices.get(device).map(|found| found.row.clone()));
        }
        for writer in &needs.writers {
            loaded.writers.insert(*writer, self.writers.get(writer).copied());
            loaded.gaps.insert(*writer, self.gaps(*writer));
            loaded.outcomes.insert(*writer, self.outcomes(*writer, cursor));
        }
        for (writer, from, last) in &needs.known {
            for (place, seqs) in self.places.range((*writer, *from)..=(*writer, *last)) {
                loaded.known.insert(*place, seqs.iter().filter_map(|seq| self.known(*seq)).collect());
            }
            loaded.known_ranges.insert((*writer, *from, *last));
        }
        for record in &needs.records {
            loaded.records.insert(*record, self.loaded_record(*record));
        }
        for record in &needs.histories {
            loaded.histories.insert(*record, self.history_of(*record));
        }
        for form in &needs.forms {
            loaded.forms.insert(*form, self.waiting(|waits_for| waits_for == WaitsFor::Form(*form)));
        }
        for (subject, from) in &needs.parts_of_subjects {
            loaded.parts_of_subjects.insert(*subject, (*from, self.parts_since(*subject, *from)));
        }
        for visit in &needs.parts_of_visits {
            let parts = self.parts.values().filter(|part| part.visit == *visit).cloned().collect();
            loaded.parts_of_visits.insert(*visit, parts);
        }
        for (subject, from) in &needs.standings {
            let mut found = self.standings_of(*subject);
            found.retain(|(_, one)| one.period.until() > *from);
            loaded.standings.insert(*subject, (*from, found));
        }
        for subject in &needs.hanging {
            let hangs = |row: &sync::county::needs::RecordRow| row.subject == Some(*subject);
            let found = self.records.iter().filter(|(_, row)| hangs(row)).map(|(record, _)| *record);
            loaded.hanging.insert(*subject, found.collect());
        }
        for (after, count) in &needs.people {
            let ids = self
                .records
                .keys()
                .filter(|record| record.kind == RecordKind::Person)
                .map(|record| record.id);
            let found = ids.filter(|id| after.is_none_or(|after| *id > after)).take(*count).collect();
            loaded.people.insert((*after, *count), found);
        }
        for seq in &needs.ledger_hash {
            loaded.ledger_hash.insert(*seq, self.hash_at(*seq));
        }
        for place in &needs.entries {
            let found = self.rows_at(*place).filter(|row| row.row.waits_for.is_some());
            loaded.entries.insert(*place, found.map(waiting).collect());
        }
    }

    /// What is kept of a person in every generation.
    pub(super) fn standings_of(&self, subject: RecordId) -> Vec<(Generation, Standing)> {
        let found = self.standings.iter().filter(|(_, one)| one.subject == subject);
        found.map(|(key, one)| (key.0, one.clone())).collect()
    }

    fn rows_at(&self, place: (WriterId, u64)) -> impl Iterator<Item = &Row> {
        self.places.get(&place).into_iter().flatten().filter_map(|seq| self.ledger.get(seq))
    }

    fn rows_of(&self, writer: WriterId) -> impl Iterator<Item = &Row> {
        let places = self.places.range((writer, 0)..=(writer, u64::MAX));
        places.flat_map(|(_, seqs)| seqs).filter_map(|seq| self.ledger.get(seq))
    }

    fn known(&self, seq: u64) -> Option<KnownEntry> {
        let Row { row, .. } = self.ledger.get(&seq)?;
        Some(KnownEntry { hash: row.hash, state: row.state, receipt: row.receipt })
    }

    /// Entries beyond the mark of their log, ascending.
    fn gaps(&self, writer: WriterId) -> Vec<HeldEntry> {
        let beyond = self.rows_of(writer).filter(|row| row.row.waits_for == Some(WaitsFor::Earlier));
        beyond.filter_map(held).collect()
    }

    /// What the phone has not been told yet. A cursor that does not fit this ledger says nothing; one of a
    /// former epoch is told all once more, for the phone lets go of what it was told by then.
    fn outcomes(&self, writer: WriterId, cursor: Option<Cursor>) -> Vec<ChangedOutcome> {
        let fits = |cursor: &Cursor| {
            cursor.epoch == self.county.epoch && self.hash_at(cursor.seq) == Some(cursor.hash)
        };
        let since = cursor.filter(fits).map_or(0, |cursor| cursor.seq);
        self.rows_of(writer)
            .filter(|row| row.told > since)
            .filter(|row| {
                let said = !row.row.questions.is_empty();
                row.row.state != ItemState::Applied || row.changed() || said
            })
            .map(|row| ChangedOutcome {
                writer,
                serial: place(row).1,
                state: row.row.state,
                problem: said(&row.row.problem, &row.row.questions, row.row.state),
                record: match &row.row.held {
                    Held::Entry(entry) => Some(entry.patch.record),
                    Held::Unreadable { .. } => None,
                },
            })
            .collect()
    }

    fn loaded_record(&self, record: RecordRef) -> LoadedRecord {
        let own = |row: &&Row| row.row.state.holds_back();
        let mut held: Vec<HeldEntry> = self.ledger.values().filter(own).filter_map(held).collect();
        held.retain(|one| one.entry.patch.record == record);
        held.sort_by_key(|one| one.entry.patch.dot());
        let awaited = self.waiting(|waits_for| waits_for == WaitsFor::Record(record));
        LoadedRecord { row: self.records.get(&record).cloned(), held, awaited }
    }

    fn waiting(&self, wanted: impl Fn(WaitsFor) -> bool) -> Vec<HeldEntry> {
        let rows = self.ledger.values().filter(|row| row.row.waits_for.is_some_and(&wanted));
        rows.filter_map(held).collect()
    }

    fn history_of(&self, record: RecordRef) -> Vec<HistoryEntry> {
        let of_record = |row: &Row| match &row.row.held {
            Held::Entry(entry) if entry.patch.record == record => {
                let LedgerRow { state, arrived_ms, device, ref questions, .. } = row.row;
                let (entry, questions) = ((**entry).clone(), questions.clone());
                Some(HistoryEntry { entry, state, arrived_ms, device, questions })
            }
            _ => None,
        };
        self.ledger.values().filter_map(of_record).collect()
    }

    /// Parts from a day on; of those before it, the ones that are always needed, and the last of each
    /// way, meeting and number of visitors, one of which counts for a rolling duty.
    fn parts_since(&self, subject: RecordId, from: Day) -> Vec<PartRow> {
        let mut found = Vec::new();
        let mut last: BTreeMap<_, &PartRow> = BTreeMap::new();
        for row in self.parts.values().filter(|row| row.subject == subject) {
            let Some(fact) = &row.fact else { continue };
            if fact.day >= from || domain::coverage::timeline::always_needed(fact) {
                found.push(row.clone());
                continue;
            }
            let day = |row: &PartRow| row.fact.as_ref().map(|fact| fact.day);
            let one = last.entry((fact.way, fact.met, fact.visitors)).or_insert(row);
            if day(one) < Some(fact.day) {
                *one = row;
            }
        }
        found.extend(last.into_values().cloned());
        found
    }

    /// The hash of the ledger at a sequence; `None` beyond its end.
    pub(super) fn hash_at(&self, seq: u64) -> Option<Hash> {
        let last = self.ledger.range(..=seq).next_back().map_or(Hash::ZERO, |(_, row)| row.row.ledger_hash);
        (seq <= self.county.seq).then_some(last)
    }
}

/// The place of a row in its log.
pub(super) fn place(row: &Row) -> (WriterId, u64) {
    match &row.row.held {
        Held::Entry(entry) => (entry.patch.writer, entry.patch.serial),
        Held::Unreadable { writer, serial, .. } => (*writer, *serial),
    }
}

/// A row that waits.
fn waiting(row: &Row) -> Waiting {
    let unreadable =
        Waiting::Unreadable { hash: row.row.hash, state: row.row.state, problem: row.row.problem.clone() };
    held(row).map_or(unreadable, |one| Waiting::Entry(Box::new(one)))
}

/// A row as an entry that waits; `None` when it could not be read, or waits for nothing.
fn held(row: &Row) -> Option<HeldEntry> {
    let Held::Entry(entry) = &row.row.held else { return None };
    let row = &row.row;
    Some(HeldEntry {
        entry: (**entry).clone(),
        hash: row.hash,
        state: row.state,
        waits_for: row.waits_for?,
        arrived_ms: row.arrived_ms,
        device: row.device,
        problem: row.problem.clone(),
        questions: row.questions.clone(),
    })
}
