//! Figures, lists and histories.

use super::{Disk, MemoryCounty, Row};
use crate::StoreError;
use crate::county::{Figures, FiguresQuery, HistoryItem, QueueItem, Reports, StandingQuery};
use async_trait::async_trait;
use domain::catalogue::RecordKind;
use domain::coverage::timeline::reports_change;
use domain::coverage::{Generation, Standing};
use domain::going::Pair;
use domain::ids::RecordId;
use domain::log::Dot;
use domain::patch::{Entry, RecordRef};
use domain::time::Day;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use sync::county::needs::{PartRow, WaitsFor};
use sync::county::outcome::Held;

#[async_trait]
impl Reports for MemoryCounty {
    async fn figures(&self, query: &FiguresQuery) -> Result<Figures, StoreError> {
        self.read(|disk| {
            let holder = disk.generations.spans().holder(&query.duty, query.period);
            disk.figures(holder, query)
        })
    }

    async fn standings(&self, query: &StandingQuery) -> Result<Vec<Standing>, StoreError> {
        self.read(|disk| disk.standings_in(query))
    }

    async fn standings_of(&self, subject: RecordId) -> Result<Vec<Standing>, StoreError> {
        self.read(|disk| disk.standings_read(subject))
    }

    async fn standings_of_all(
        &self,
        subjects: BTreeSet<RecordId>,
    ) -> Result<BTreeMap<RecordId, Vec<Standing>>, StoreError> {
        self.read(|disk| {
            let all = subjects.iter().map(|id| (*id, disk.standings_read(*id)));
            all.filter(|(_, found)| !found.is_empty()).collect()
        })
    }

    async fn standings_kept(&self, subject: RecordId) -> Result<Vec<(Generation, Standing)>, StoreError> {
        self.read(|disk| disk.standings_of(subject))
    }

    async fn figures_kept(
        &self,
        generation: Generation,
        query: &FiguresQuery,
    ) -> Result<Figures, StoreError> {
        self.read(|disk| disk.figures(generation, query))
    }

    async fn parts_of(&self, subject: RecordId, count: usize) -> Result<Vec<PartRow>, StoreError> {
        self.read(|disk| disk.parts_of(subject, count))
    }

    async fn parts_of_all(
        &self,
        subjects: BTreeSet<RecordId>,
        count: usize,
    ) -> Result<BTreeMap<RecordId, Vec<PartRow>>, StoreError> {
        self.read(|disk| {
            let all = subjects.iter().map(|id| (*id, disk.parts_of(*id, count)));
            all.filter(|(_, found)| !found.is_empty()).collect()
        })
    }

    async fn parts_of_visit(&self, visit: RecordId) -> Result<Vec<PartRow>, StoreError> {
        self.read(|disk| disk.parts.values().filter(|part| part.visit == visit).cloned().collect())
    }

    async fn reported(&self) -> Result<Vec<PartRow>, StoreError> {
        self.read(|disk| {
            let changed = |part: &&PartRow| part.fact.as_ref().is_some_and(reports_change);
            disk.parts.values().filter(changed).cloned().collect()
        })
    }

    async fn suggested(&self) -> Result<Vec<(Pair, RecordId)>, StoreError> {
        self.read(|disk| disk.suggested.iter().copied().collect())
    }

    async fn history(&self, record: RecordRef) -> Result<Vec<HistoryItem>, StoreError> {
        self.read(|disk| {
            let rows = disk.ledger.values().filter_map(|row| Some((row, entry(row)?)));
            let of_record = rows.filter(|(_, entry)| entry.patch.record == record);
            of_record.map(|(row, entry)| history_item(row, entry)).collect()
        })
    }

    async fn contested(&self, count: usize) -> Result<Vec<RecordRef>, StoreError> {
        self.read(|disk| {
            let contested = disk.records.iter().filter(|(_, row)| row.head.contested().next().is_some());
            contested.map(|(record, _)| *record).take(count).collect()
        })
    }

    async fn queue(&self, count: usize) -> Result<Vec<QueueItem>, StoreError> {
        self.read(|disk| {
            let waiting = disk.ledger.values().filter(|row| row.row.waits_for.is_some());
            waiting.map(queue_item).take(count).collect()
        })
    }

    async fn for_reviewer(&self, after: u64, count: usize) -> Result<Vec<(u64, QueueItem)>, StoreError> {
        self.read(|disk| {
            let behind = disk.ledger.iter().filter(|(seq, _)| **seq > after);
            let waiting = behind.filter(|(_, row)| row.row.waits_for.is_some_and(WaitsFor::reviewer));
            waiting.map(|(seq, row)| (*seq, queue_item(row))).take(count).collect()
        })
    }

    async fn decisions(
        &self,
        before: Option<u64>,
        count: usize,
    ) -> Result<Vec<(u64, HistoryItem)>, StoreError> {
        self.read(|disk| {
            let rows = disk.ledger.range(..before.unwrap_or(u64::MAX)).rev();
            let rows = rows.filter_map(|(seq, row)| Some((*seq, row, entry(row)?)));
            let said = rows.filter(|(.., entry)| entry.patch.record.kind == RecordKind::Decision);
            said.map(|(seq, row, entry)| (seq, history_item(row, entry))).take(count).collect()
        })
    }

    async fn heard(&self, as_of: Day) -> Result<BTreeMap<RecordId, Day>, StoreError> {
        // Ascending by day within a member of staff, so that the last one stays.
        self.read(|disk| disk.heard.iter().copied().filter(|(_, day)| *day <= as_of).collect())
    }

    async fn by_receipt(&self, day: Day, number: u32) -> Result<Option<RecordRef>, StoreError> {
        self.read(|disk| {
            let found = disk.ledger.values().find(|row| row.row.receipt == Some((day.0, number)));
            found.and_then(entry).map(|entry| entry.patch.record)
        })
    }
}

impl Disk {
    /// The standings of a person that are read.
    fn standings_read(&self, subject: RecordId) -> Vec<Standing> {
        let spans = self.generations.spans();
        let read = |(number, one): &(Generation, Standing)| spans.holder(&one.duty, one.period) == *number;
        let mut found: Vec<Standing> =
            self.standings_of(subject).into_iter().filter(read).map(|(_, one)| one).collect();
        found.sort_by_cached_key(|one| (one.duty.clone(), one.period.to_string()));
        found
    }

    /// The parts of a person, latest first.
    fn parts_of(&self, subject: RecordId, count: usize) -> Vec<PartRow> {
        let mut parts: Vec<_> = self.parts.values().filter(|part| part.subject == subject).collect();
        parts.sort_by_key(|part| Reverse((part.fact.as_ref().map(|fact| fact.day), part.part)));
        parts.into_iter().take(count).cloned().collect()
    }

    fn figures(&self, generation: Generation, query: &FiguresQuery) -> Figures {
        let tally = self.tallies.get(&generation);
        tally.map_or_else(Figures::new, |tally| {
            tally.figures(&query.duty, query.period, &query.category, query.as_of)
        })
    }

    fn standings_in(&self, query: &StandingQuery) -> Vec<Standing> {
        let holder = self.generations.spans().holder(&query.duty, query.period);
        let village = |one: &Standing| one.step_on(query.as_of).map(|step| step.place.area);
        let mut found: Vec<Standing> = self
            .standings
            .iter()
            .filter(|(key, _)| key.0 == holder && key.1 == query.duty && key.2 == query.period)
            .map(|(_, one)| one)
            .filter(|one| village(one).is_some_and(|village| query.villages.contains(&village)))
            .cloned()
            .collect();
        found.sort_by_key(|one| (village(one), one.subject));
        found
    }
}

fn entry(row: &Row) -> Option<&Entry> {
    match &row.row.held {
        Held::Entry(entry) => Some(entry),
        Held::Unreadable { .. } => None,
    }
}

fn history_item(row: &Row, entry: &Entry) -> HistoryItem {
    let row = &row.row;
    HistoryItem {
        entry: entry.clone(),
        state: row.state,
        problem: row.problem.clone(),
        arrived_ms: row.arrived_ms,
        receipt: row.receipt,
        questions: row.questions.clone(),
    }
}

fn queue_item(row: &Row) -> QueueItem {
    let (entry, raw) = match &row.row.held {
        Held::Entry(entry) => (Some((**entry).clone()), None),
        Held::Unreadable { raw, .. } => (None, Some(raw.clone())),
    };
    let (writer, serial) = super::load::place(row);
    let row = &row.row;
    QueueItem {
        dot: Dot { writer, serial },
        entry,
        raw,
        hash: row.hash,
        state: row.state,
        waits_for: row.waits_for,
        problem: row.problem.clone(),
        questions: row.questions.clone(),
        arrived_ms: row.arrived_ms,
        device: row.device,
    }
}
