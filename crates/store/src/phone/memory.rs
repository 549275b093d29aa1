//! The phone's store in memory: the readable specification, and the simulator's disk.

use super::{
    AnswerRow, Batch, DraftRow, DueRow, FactRow, FeedRow, Link, LogRow, MemberRow, Needle, OwnFilter,
    PeopleFilter, PersonRow, PhoneStore, RANK_NONE, RecordRow, StepRow, WriterRow, missed_until,
};
use crate::StoreError;
use domain::catalogue::RecordKind;
use domain::coverage::Standing;
use domain::coverage::timeline::always_needed;
use domain::head::Head;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::RecordRef;
use domain::period::Period;
use domain::permission::Scope;
use domain::time::{Day, UnixMs};
use domain::visit::{PartFact, Way};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use sync::wire::receipt::ItemState;

/// Everything on a phone's disk.
#[derive(Debug, Clone, Default)]
struct Disk {
    settings: BTreeMap<String, String>,
    log: BTreeMap<(WriterId, u64), LogRow>,
    writers: BTreeMap<WriterId, WriterRow>,
    records: BTreeMap<RecordRef, RecordRow>,
    people: BTreeMap<RecordId, PersonRow>,
    facts: BTreeMap<RecordId, FactRow>,
    feeds: BTreeMap<Scope, FeedRow>,
    members: BTreeMap<(Scope, RecordRef), MemberRow>,
    touched: BTreeSet<RecordId>,
    standings: BTreeMap<RecordId, Vec<Standing>>,
    drafts: BTreeMap<String, DraftRow>,
    answers: BTreeMap<(String, RecordId, String), AnswerRow>,
    proofs: BTreeMap<u64, String>,
    recover: BTreeMap<RecordRef, Head>,
}

/// What goes wrong with a disk, and when: the number counts batches from now on, beginning with 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The batch is not written.
    Before(u32),
    /// The batch is written, but nobody hears of it.
    After(u32),
    /// The disk is full for this batch.
    Full(u32),
}

#[derive(Debug, Default)]
struct Shared {
    disk: Disk,
    fault: Option<Fault>,
    batches: u32,
}

/// A phone's store in memory. Clones share one disk, so that a killed phone can be started again.
#[derive(Debug, Clone, Default)]
pub struct MemoryPhone(Arc<Mutex<Shared>>);

impl MemoryPhone {
    /// Another phone with a copy of this disk: a clone, or a backup.
    #[must_use]
    pub fn copy(&self) -> Self {
        let disk = self.shared().disk.clone();
        Self(Arc::new(Mutex::new(Shared { disk, ..Shared::default() })))
    }

    /// Plans a fault, in place of any planned before.
    pub fn plan_fault(&self, fault: Option<Fault>) {
        let mut shared = self.shared();
        (shared.fault, shared.batches) = (fault, 0);
    }

    /// Batches that were tried since the last fault was planned.
    pub fn batches(&self) -> u32 {
        self.shared().batches
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, look: impl FnOnce(&Disk) -> T) -> Result<T, StoreError> {
        Ok(look(&self.shared().disk))
    }
}

impl Disk {
    fn apply(&mut self, batch: &Batch) {
        for (key, value) in &batch.settings {
            match value {
                Some(value) => self.settings.insert(key.clone(), value.clone()),
                None => self.settings.remove(key),
            };
        }
        self.apply_logs(batch);
        self.apply_records(batch);
        self.apply_feeds(batch);
        self.apply_standings(batch);
        self.apply_drafts(batch);
        self.recover.extend(batch.recover.iter().cloned());
        batch.recovered.iter().for_each(|record| drop(self.recover.remove(record)));
    }

    fn apply_logs(&mut self, batch: &Batch) {
        for row in &batch.entries {
            let patch = &row.entry.patch;
            self.log.entry((patch.writer, patch.serial)).or_insert_with(|| row.clone());
        }
        self.writers.extend(batch.writers.iter().map(|row| (row.writer, *row)));
        for outcome in &batch.outcomes {
            if let Some(row) = self.log.get_mut(&(outcome.writer, outcome.serial)) {
                (row.state, row.problem) = (Some(outcome.state), outcome.problem.clone());
            }
        }
        for (writer, serial, day, number) in &batch.receipts {
            if let Some(row) = self.log.get_mut(&(*writer, *serial)) {
                row.receipt = Some((*day, *number));
            }
        }
        if let Some((statement, stretches)) = &batch.proof {
            let id = self.proofs.last_key_value().map_or(1, |(last, _)| last + 1);
            self.proofs.insert(id, statement.clone());
            for one in stretches {
                for (_, row) in self.log.range_mut((one.writer, one.from)..=(one.writer, one.to)) {
                    row.proof.get_or_insert(id);
                }
            }
        }
        for record in &batch.erased {
            for row in self.log.values_mut().filter(|row| row.entry.patch.record == *record) {
                (row.entry.body, row.state, row.problem) = (None, Some(ItemState::Erased), None);
            }
        }
    }

    fn apply_records(&mut self, batch: &Batch) {
        self.records.extend(batch.records.iter().map(|row| (row.record, row.clone())));
        for record in &batch.records_gone {
            self.records.remove(record);
            self.members.retain(|(_, member), _| member != record);
        }
        self.people.extend(batch.people.iter().map(|row| (row.id, row.clone())));
        for id in &batch.people_gone {
            self.people.remove(id);
            self.standings.remove(id);
            self.touched.remove(id);
        }
        self.facts.extend(batch.facts.iter().map(|row| (row.fact.part, row.clone())));
        self.facts.retain(|part, _| !batch.facts_gone.contains(part));
    }

    fn apply_feeds(&mut self, batch: &Batch) {
        self.feeds.extend(batch.feeds.iter().map(|row| (row.scope, *row)));
        for scope in &batch.feeds_gone {
            self.feeds.remove(scope);
            self.members.retain(|(feed, _), _| feed != scope);
        }
        self.members.extend(batch.members.iter().map(|row| ((row.scope, row.record), *row)));
        self.members.retain(|place, _| !batch.members_gone.contains(place));
    }

    fn apply_standings(&mut self, batch: &Batch) {
        if batch.touch_everyone {
            self.touched.extend(self.people.keys());
        }
        self.touched.extend(&batch.touched);
        for (subject, standings) in &batch.standings {
            self.standings.insert(*subject, standings.clone());
            self.touched.remove(subject);
        }
    }

    fn apply_drafts(&mut self, batch: &Batch) {
        self.drafts.extend(batch.drafts.iter().map(|row| (row.id.clone(), row.clone())));
        for row in &batch.answers {
            self.answers.insert((row.draft.clone(), row.subject, row.path.clone()), row.clone());
        }
        for (draft, subject, path) in &batch.answers_gone {
            self.answers.retain(|(one, whose, at), _| {
                one != draft || whose != subject || path.as_ref().is_some_and(|path| path != at)
            });
        }
        for draft in &batch.drafts_gone {
            self.drafts.remove(draft);
            self.answers.retain(|(one, _, _), _| one != draft);
        }
    }

    fn delivered(&self, row: &LogRow) -> bool {
        let patch = &row.entry.patch;
        self.writers.get(&patch.writer).is_some_and(|writer| patch.serial <= writer.delivered)
    }

    fn facts(&self, subject: RecordId, since: Day) -> Vec<PartFact> {
        let mine = || self.facts.values().filter(|row| row.subject == subject).map(|row| &row.fact);
        let mut found: BTreeMap<RecordId, PartFact> = mine()
            .filter(|fact| fact.day >= since || always_needed(fact))
            .map(|fact| (fact.part, fact.clone()))
            .collect();
        for way in Way::ALL {
            let settled = mine().filter(|fact| !fact.is_contested() && fact.day < since);
            let before = settled.filter(|fact| fact.way == *way && fact.met.in_person());
            let last = before.max_by_key(|fact| (fact.day, fact.part));
            found.extend(last.map(|fact| (fact.part, fact.clone())));
        }
        found.into_values().collect()
    }
}

fn standing_on<'a>(disk: &'a Disk, duty: &'a str, period: Period) -> impl Iterator<Item = &'a Standing> + 'a {
    let all = disk.standings.values().flatten();
    all.filter(move |standing| standing.duty == duty && standing.period == period)
}

impl PhoneStore for MemoryPhone {
    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut shared = self.shared();
        let now = shared.batches;
        shared.batches += 1;
        let lost = || StoreError::Other("power cut".to_owned());
        match shared.fault {
            Some(Fault::Before(at)) if at == now => return Err(lost()),
            Some(Fault::Full(at)) if at == now => return Err(StoreError::Full),
            _ => {}
        }
        shared.disk.apply(batch);
        if shared.fault == Some(Fault::After(now)) { Err(lost()) } else { Ok(()) }
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.read(|disk| disk.settings.get(key).cloned())
    }

    fn writers(&self) -> Result<Vec<WriterRow>, StoreError> {
        self.read(|disk| disk.writers.values().copied().collect())
    }

    fn log(&self, writer: WriterId, from: u64, count: usize) -> Result<Vec<LogRow>, StoreError> {
        self.read(|disk| {
            let rows = disk.log.range((writer, from)..=(writer, u64::MAX));
            rows.take(count).map(|(_, row)| row.clone()).collect()
        })
    }

    fn log_of(&self, record: RecordRef) -> Result<Vec<LogRow>, StoreError> {
        self.read(|disk| disk.log.values().filter(|row| row.entry.patch.record == record).cloned().collect())
    }

    fn visit_of_draft(&self, draft: &str) -> Result<Option<RecordRef>, StoreError> {
        self.read(|disk| {
            let mut rows = disk.log.values();
            rows.find(|row| row.draft.as_deref() == Some(draft)).map(|row| row.entry.patch.record)
        })
    }

    fn own_visits(
        &self,
        filter: OwnFilter,
        before: Option<(UnixMs, WriterId, u64)>,
        count: usize,
    ) -> Result<Vec<LogRow>, StoreError> {
        self.read(|disk| {
            let wanted = |visit: RecordId| {
                let mut entries = disk.log.values().filter(|row| row.visit == Some(visit));
                match filter {
                    OwnFilter::All => true,
                    OwnFilter::Waiting => entries.any(|row| !disk.delivered(row)),
                    OwnFilter::Attention => entries.any(LogRow::needs_attention),
                }
            };
            let place = |row: &LogRow| {
                let patch = &row.entry.patch;
                (patch.stamp.best_ms(), patch.writer, patch.serial)
            };
            let mut visits: Vec<&LogRow> = disk
                .log
                .values()
                .filter(|row| row.entry.patch.record.kind == RecordKind::Visit && row.creates())
                .filter(|row| before.is_none_or(|before| place(row) < before))
                .filter(|row| wanted(row.entry.patch.record.id))
                .collect();
            visits.sort_by_key(|row| std::cmp::Reverse(place(row)));
            visits.into_iter().take(count).cloned().collect()
        })
    }

    fn record(&self, record: RecordRef) -> Result<Option<RecordRow>, StoreError> {
        self.read(|disk| disk.records.get(&record).cloned())
    }

    fn records_of(&self, kind: RecordKind) -> Result<Vec<RecordRow>, StoreError> {
        self.read(|disk| disk.records.values().filter(|row| row.record.kind == kind).cloned().collect())
    }

    fn linked(
        &self,
        link: Link,
        kind: RecordKind,
        after: Option<(Day, RecordId)>,
        count: usize,
    ) -> Result<Vec<RecordRow>, StoreError> {
        self.read(|disk| {
            let fits = |row: &&RecordRow| match link {
                Link::Subject(id) => row.links.subject == Some(id),
                Link::Visit(id) => row.links.visit == Some(id),
                Link::Household(id) => row.links.household == Some(id),
            };
            let place = |row: &RecordRow| (row.links.day.unwrap_or(Day(i32::MIN)), row.record.id);
            let mut rows: Vec<&RecordRow> = disk
                .records
                .values()
                .filter(|row| row.record.kind == kind)
                .filter(fits)
                .filter(|row| after.is_none_or(|after| place(row) < after))
                .collect();
            rows.sort_by_key(|row| std::cmp::Reverse(place(row)));
            rows.into_iter().take(count).cloned().collect()
        })
    }

    fn records_after(&self, after: Option<RecordRef>, count: usize) -> Result<Vec<RecordRow>, StoreError> {
        self.read(|disk| {
            let rows = disk.records.iter().filter(|(record, _)| after.is_none_or(|after| **record > after));
            rows.take(count).map(|(_, row)| row.clone()).collect()
        })
    }

    fn people(
        &self,
        filter: &PeopleFilter,
        offset: usize,
        count: usize,
    ) -> Result<Vec<PersonRow>, StoreError> {
        self.read(|disk| {
            let fits = |row: &&PersonRow| match filter {
                PeopleFilter::All => true,
                PeopleFilter::Village(village) => row.village == Some(*village),
                PeopleFilter::Group(village, group) => row.village == Some(*village) && row.group == *group,
                PeopleFilter::Household(id) => row.household == Some(*id),
            };
            let mut rows: Vec<&PersonRow> = disk.people.values().filter(fits).collect();
            rows.sort_by_key(|row| (row.village, &row.group, row.household, &row.name, row.id));
            rows.into_iter().skip(offset).take(count).cloned().collect()
        })
    }

    fn person(&self, id: RecordId) -> Result<Option<PersonRow>, StoreError> {
        self.read(|disk| disk.people.get(&id).cloned())
    }

    fn groups(&self) -> Result<Vec<(Option<AreaCode>, String, u64)>, StoreError> {
        self.read(|disk| {
            let mut groups: BTreeMap<(Option<AreaCode>, String), u64> = BTreeMap::new();
            for row in disk.people.values() {
                *groups.entry((row.village, row.group.clone())).or_default() += 1;
            }
            groups.into_iter().map(|((village, group), people)| (village, group, people)).collect()
        })
    }

    fn search(&self, needle: &Needle, offset: usize, count: usize) -> Result<Vec<PersonRow>, StoreError> {
        self.read(|disk| {
            let ranked = disk.people.values().map(|row| (needle.rank(&row.keys), row));
            let mut found: Vec<_> = ranked.filter(|(rank, _)| *rank < RANK_NONE).collect();
            found.sort_by_key(|(rank, row)| (*rank, row.village, &row.name, row.id));
            found.into_iter().skip(offset).take(count).map(|(_, row)| row.clone()).collect()
        })
    }

    fn facts(&self, subject: RecordId, since: Day) -> Result<Vec<PartFact>, StoreError> {
        self.read(|disk| disk.facts(subject, since))
    }

    fn touched(&self, count: usize) -> Result<Vec<RecordId>, StoreError> {
        self.read(|disk| disk.touched.iter().take(count).copied().collect())
    }

    fn standings(&self, subject: RecordId) -> Result<Vec<Standing>, StoreError> {
        self.read(|disk| {
            let mut all = disk.standings.get(&subject).cloned().unwrap_or_default();
            all.sort_by_cached_key(|one| (one.duty.clone(), one.period.to_string()));
            all
        })
    }

    fn due(&self, duty: &str, period: Period, day: Day) -> Result<Vec<DueRow>, StoreError> {
        self.read(|disk| {
            let steps = standing_on(disk, duty, period).flat_map(StepRow::of);
            steps.filter(|step| step.from <= day && day < step.until).map(|step| step.due).collect()
        })
    }

    fn missed(&self, duty: &str, period: Period, day: Day) -> Result<Vec<RecordId>, StoreError> {
        self.read(|disk| {
            let missed = |one: &&Standing| missed_until(one).is_some_and(|until| day < until);
            standing_on(disk, duty, period).filter(missed).map(|one| one.subject).collect()
        })
    }

    fn feeds(&self) -> Result<Vec<FeedRow>, StoreError> {
        self.read(|disk| disk.feeds.values().copied().collect())
    }

    fn member(&self, scope: Scope, record: RecordRef) -> Result<Option<MemberRow>, StoreError> {
        self.read(|disk| disk.members.get(&(scope, record)).copied())
    }

    fn feeds_of(&self, record: RecordRef) -> Result<Vec<Scope>, StoreError> {
        self.read(|disk| {
            disk.members.keys().filter(|(_, one)| *one == record).map(|(scope, _)| *scope).collect()
        })
    }

    fn stale(&self, scope: Scope, generation: u32, count: usize) -> Result<Vec<RecordRef>, StoreError> {
        self.read(|disk| {
            let old = |row: &&MemberRow| row.scope == scope && row.generation < generation;
            disk.members.values().filter(old).take(count).map(|row| row.record).collect()
        })
    }

    fn drafts(&self) -> Result<Vec<DraftRow>, StoreError> {
        self.read(|disk| {
            let mut drafts: Vec<_> = disk.drafts.values().cloned().collect();
            drafts.sort_by(|one, two| (two.changed_ms, &two.id).cmp(&(one.changed_ms, &one.id)));
            drafts
        })
    }

    fn draft(&self, id: &str) -> Result<Option<DraftRow>, StoreError> {
        self.read(|disk| disk.drafts.get(id).cloned())
    }

    fn answers(&self, draft: &str) -> Result<Vec<AnswerRow>, StoreError> {
        self.read(|disk| disk.answers.values().filter(|row| row.draft == draft).cloned().collect())
    }

    fn proof(&self, id: u64) -> Result<Option<String>, StoreError> {
        self.read(|disk| disk.proofs.get(&id).cloned())
    }

    fn recover(&self, count: usize) -> Result<Vec<(RecordRef, Head)>, StoreError> {
        self.read(|disk| {
            disk.recover.iter().take(count).map(|(record, head)| (*record, head.clone())).collect()
        })
    }
}
