//! The workbench of one plan: what was loaded, with what has been changed laid over it.

use super::needs::{
    CountyState, HeldEntry, HistoryEntry, Loaded, LoadedRecord, Needs, PartRow, RecordRow, WaitsFor,
};
use super::outcome::{Held, LedgerRow, Plan, StateChange, ledger_hash};
use super::prepared::Prepared;
use crate::merge::{Applied, Item, apply, counted, settle};
use crate::wire::receipt::ItemState;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Generations;
use domain::head::Head;
use domain::ids::{DeviceId, RecordId, WriterId};
use domain::log::Dot;
use domain::patch::{Entry, RecordRef};
use domain::problem::Problem;
use domain::reference::Reference;
use domain::time::Day;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One plan in the making.
pub(super) struct Work<'a> {
    pub prepared: &'a Prepared,
    pub loaded: &'a Loaded,
    pub needs: Needs,
    pub plan: Plan,
    pub county: CountyState,
    /// The reference with this plan's changes; `None` while it is as loaded.
    reference: Option<Reference>,
    /// The generations with this plan's changes.
    pub generations: Arc<Generations>,
    /// Entries held by this plan, or released by it: they overrule what was loaded.
    pub held: BTreeMap<RecordRef, Vec<HeldEntry>>,
    /// Hashes of entries that this plan has taken out of waiting.
    pub released: BTreeSet<Hash>,
    /// Persons who changed, or whose standings are to be computed anew from a day on.
    pub persons: BTreeMap<RecordId, Option<Day>>,
    /// Visits whose parts may count differently.
    pub visits: BTreeSet<RecordId>,
    /// Parts that changed.
    pub parts: BTreeSet<RecordId>,
    /// Records of which something was taken in without its body, because it was erased.
    pub gone: BTreeSet<RecordRef>,
    /// Records that appeared or changed in this plan, for whoever waits for them.
    pub arrived: Vec<RecordRef>,
}

impl<'a> Work<'a> {
    pub fn new(prepared: &'a Prepared, loaded: &'a Loaded) -> Self {
        Self {
            prepared,
            loaded,
            needs: Needs::default(),
            plan: Plan::default(),
            county: loaded.county,
            reference: None,
            generations: Arc::clone(&loaded.generations),
            held: BTreeMap::new(),
            released: BTreeSet::new(),
            persons: BTreeMap::new(),
            visits: BTreeSet::new(),
            parts: BTreeSet::new(),
            gone: BTreeSet::new(),
            arrived: Vec::new(),
        }
    }

    /// The reference as it stands in this plan.
    pub fn reference(&self) -> &Reference {
        self.reference.as_ref().unwrap_or(&self.loaded.reference)
    }

    /// The day as of which standings are kept: the clock may have been further already.
    pub fn kept_as_of(&self) -> Day {
        self.county.kept_as_of(Day::of(self.prepared.now_ms))
    }

    /// Whether this plan changes the reference.
    pub fn reference_changed(&self) -> bool {
        self.reference.is_some()
    }

    /// A record as it was before this plan.
    pub fn before(&self, record: RecordRef) -> Option<&'a RecordRow> {
        self.loaded.records.get(&record).and_then(|found| found.row.as_ref())
    }

    /// A record with all that waits around it; asks for it when it has not been loaded.
    pub fn loaded(&mut self, record: RecordRef) -> Option<&'a LoadedRecord> {
        let found = self.loaded.records.get(&record);
        if found.is_none() {
            self.needs.records.insert(record);
        }
        found
    }

    /// A record as it stands in this plan: the outer `None` means "not loaded yet".
    pub fn row(&mut self, record: RecordRef) -> Option<Option<&RecordRow>> {
        if !self.plan.records.contains_key(&record) {
            return self.loaded(record).map(|found| found.row.as_ref());
        }
        Some(self.plan.records.get(&record))
    }

    /// A record's head, if it is loaded and there.
    pub fn head(&mut self, kind: RecordKind, id: RecordId) -> Option<&Head> {
        self.row(RecordRef { kind, id }).flatten().map(|row| &*row.head)
    }

    /// The next sequence of the county's ledger.
    pub fn next_seq(&mut self) -> u64 {
        self.county.seq += 1;
        self.county.seq
    }

    /// Appends a row to the ledger and gives it its place.
    #[expect(clippy::too_many_arguments, reason = "each is a column of the row")]
    pub fn append(
        &mut self,
        held: Held,
        hash: Hash,
        state: ItemState,
        waits_for: Option<WaitsFor>,
        problem: Option<Problem>,
        questions: Vec<Problem>,
        device: Option<DeviceId>,
    ) {
        let seq = self.next_seq();
        self.county.hash = ledger_hash(&self.county.hash, seq, &hash);
        let receipt = self.receipt(&held, device);
        self.plan.ledger.push(LedgerRow {
            seq,
            ledger_hash: self.county.hash,
            held,
            hash,
            state,
            waits_for,
            problem,
            questions,
            receipt,
            arrived_ms: self.prepared.now_ms,
            device,
        });
    }

    /// The next receipt, for the first patch of a visit that a phone brought.
    fn receipt(&mut self, held: &Held, device: Option<DeviceId>) -> Option<(i32, u32)> {
        let Held::Entry(entry) = held else { return None };
        let patch = &entry.patch;
        if device.is_none() || patch.record.kind != RecordKind::Visit || !makes(entry) {
            return None;
        }
        let today = Day::of(self.prepared.now_ms);
        // The county's clock may go back; numbers never do.
        if today > self.county.receipt_day {
            (self.county.receipt_day, self.county.receipt_number) = (today, 0);
        }
        self.county.receipt_number += 1;
        Some((self.county.receipt_day.0, self.county.receipt_number))
    }

    /// Takes an applied entry into its record. `false` when the record's history has to be loaded first.
    pub fn take(&mut self, entry: &Entry) -> bool {
        let record = entry.patch.record;
        let Some(row) = self.row(record) else { return false };
        let mut row = row.cloned().unwrap_or_default();
        let order = self.reference().order(entry.patch.form).unwrap_or(&[]);
        let item = Item { patch: &entry.patch, body: entry.body.as_ref(), order };
        if apply(Arc::make_mut(&mut row.head), item) == Applied::SettleAll {
            let Some(head) = self.settle_all(record, Some(entry)) else { return false };
            row.head = Arc::new(head);
        }
        self.put(record, row, Some(entry));
        true
    }

    /// Settles a record anew, after entries of it were taken out of it.
    pub fn take_back(&mut self, record: RecordRef) {
        let Some(row) = self.row(record) else { return };
        let mut row = row.cloned().unwrap_or_default();
        let Some(head) = self.settle_all(record, None) else { return };
        row.head = Arc::new(head);
        self.put(record, row, None);
    }

    /// A record's whole history; asks for it when it has not been loaded.
    pub fn history(&mut self, record: RecordRef) -> Option<&'a [HistoryEntry]> {
        let found = self.loaded.histories.get(&record);
        if found.is_none() {
            self.needs.histories.insert(record);
        }
        found.map(Vec::as_slice)
    }

    /// Records that hang on a person; asks for them when they have not been loaded.
    pub fn hanging(&mut self, subject: RecordId) -> Option<&'a [RecordRef]> {
        let found = self.loaded.hanging.get(&subject);
        if found.is_none() {
            self.needs.hanging.insert(subject);
        }
        found.map(Vec::as_slice)
    }

    /// Parts of a visit, as they were before this plan; asks for them when they have not been loaded.
    pub fn parts_of_visit(&mut self, visit: RecordId) -> Option<&'a [PartRow]> {
        let found = self.loaded.parts_of_visits.get(&visit);
        if found.is_none() {
            self.needs.parts_of_visits.insert(visit);
        }
        found.map(Vec::as_slice)
    }

    /// Parts of a person from a day on, as they were before this plan, with what is told of those before it; asks
    /// for them when they have not been loaded.
    pub fn parts_since(&mut self, subject: RecordId, from: Day) -> Option<&'a [PartRow]> {
        let found = self.loaded.parts_of_subjects.get(&subject).filter(|(known, _)| *known <= from);
        if found.is_none() {
            self.need_parts(subject, from);
        }
        found.map(|(_, rows)| rows.as_slice())
    }

    /// Asks for the parts of a person from a day on, or from an earlier one that was asked for already.
    pub fn need_parts(&mut self, subject: RecordId, from: Day) {
        let asked = self.needs.parts_of_subjects.range((subject, Day(i32::MIN))..).next().copied();
        let asked = asked.filter(|(id, _)| *id == subject);
        let from = asked.map_or(from, |(_, day)| day.min(from));
        if let Some(asked) = asked {
            self.needs.parts_of_subjects.remove(&asked);
        }
        self.needs.parts_of_subjects.insert((subject, from));
    }

    /// Settles a record from its whole history and one more entry, if there is one.
    fn settle_all(&mut self, record: RecordRef, entry: Option<&Entry>) -> Option<Head> {
        let history = self.history(record)?;
        let fresh = self.plan.ledger.iter().filter_map(|row| match &row.held {
            Held::Entry(entry)
                if matches!(row.state, ItemState::Applied | ItemState::Erased)
                    && entry.patch.record == record =>
            {
                Some((&entry.patch, counted(row.state, entry.body.as_ref())))
            }
            _ => None,
        });
        // What this plan has released or dismissed already is still held in the ledger.
        let changes = self.plan.states.iter().map(|change| (change.hash, change.state));
        let changes: BTreeMap<Hash, ItemState> = changes.collect();
        let state = |one: &HistoryEntry| changes.get(&one.entry.patch.hash()).copied().unwrap_or(one.state);
        let stored = history.iter().filter_map(|one| match state(one) {
            state @ (ItemState::Applied | ItemState::Dismissed | ItemState::Erased) => {
                Some((&one.entry.patch, counted(state, one.entry.body.as_ref())))
            }
            ItemState::Awaiting | ItemState::SetAside | ItemState::Forked => None,
        });
        let reference = self.reference.as_ref().unwrap_or(&self.loaded.reference);
        let last = entry.map(|entry| (&entry.patch, entry.body.as_ref()));
        let items = stored.chain(fresh).chain(last).map(|(patch, body)| Item {
            patch,
            body,
            order: reference.order(patch.form).unwrap_or(&[]),
        });
        Some(settle(items))
    }

    /// Lays a changed record on the bench and notes what else it concerns; `entry` is what changed it,
    /// unless something was taken out of it.
    pub fn put(&mut self, record: RecordRef, row: RecordRow, entry: Option<&Entry>) {
        if Reference::holds(record.kind) {
            let mut reference = self.reference.take().unwrap_or_else(|| (*self.loaded.reference).clone());
            reference.take(record, &row.head);
            self.reference = Some(reference);
        }
        match record.kind {
            RecordKind::Person if entry.is_none_or(counts) => {
                self.persons.entry(record.id).or_default();
            }
            // A visit that its phone has only just made has no parts yet.
            RecordKind::Visit if self.before(record).is_some() || !entry.is_some_and(makes) => {
                self.visits.insert(record.id);
            }
            RecordKind::Part => {
                self.parts.insert(record.id);
            }
            _ => {}
        }
        self.plan.records.insert(record, row);
        self.arrived.push(record);
    }

    /// Gives a held entry its new state, wherever it stands: in a row of this plan, or in the ledger.
    pub fn settle_state(
        &mut self,
        one: &HeldEntry,
        state: ItemState,
        waits_for: Option<WaitsFor>,
        problem: Option<Problem>,
    ) {
        if let Some(row) = self.plan.ledger.iter_mut().find(|row| row.hash == one.hash) {
            (row.state, row.waits_for, row.problem) = (state, waits_for, problem);
        } else if state != one.state || waits_for != Some(one.waits_for) {
            self.change_state(one.entry.patch.dot(), one.hash, state, waits_for, problem);
            self.ask(one.questions.clone());
        }
    }

    /// What the entry whose state was changed last asks of its author from now on.
    pub fn ask(&mut self, questions: Vec<Problem>) {
        self.plan.states.last_mut().into_iter().for_each(|last| last.questions.clone_from(&questions));
    }

    /// Changes the state of an entry that is already in the ledger, and remembers to tell its phone.
    pub fn change_state(
        &mut self,
        dot: Dot,
        hash: Hash,
        state: ItemState,
        waits_for: Option<WaitsFor>,
        problem: Option<Problem>,
    ) {
        let seq = self.next_seq();
        self.released.insert(hash);
        let questions = Vec::new();
        self.plan.states.push(StateChange { dot, hash, state, waits_for, problem, seq, questions });
    }

    /// Notes that an entry waits now as it is said here.
    pub fn hold(&mut self, one: HeldEntry) {
        self.released.remove(&one.hash);
        let held = self.held.entry(one.entry.patch.record).or_default();
        held.retain(|other| other.hash != one.hash);
        held.push(one);
    }

    /// Whether an earlier entry of this record and writer is held, so that a later one must wait.
    pub fn holds_back(&mut self, record: RecordRef, writer: WriterId, serial: u64) -> Option<bool> {
        let found = self.loaded(record)?;
        let waits = |one: &HeldEntry| {
            one.entry.patch.writer == writer
                && one.entry.patch.serial < serial
                && !self.released.contains(&one.hash)
        };
        let old = found.held.iter().any(waits);
        Some(old || self.held.get(&record).is_some_and(|held| held.iter().any(waits)))
    }
}

/// Whether an entry is the one that made its record.
fn makes(entry: &Entry) -> bool {
    entry.patch.record.id == RecordId::derived(entry.patch.writer, entry.patch.serial)
}

/// Whether a patch of a person writes anything that standings depend on.
fn counts(entry: &Entry) -> bool {
    const LABELS: [&str; 9] = [
        keys::NAME,
        keys::NICKNAME,
        keys::PINYIN,
        keys::PHONE,
        keys::CARER,
        keys::PHONE_CARER,
        keys::PHONE_AWAY,
        keys::DIRECTIONS,
        keys::ETHNIC_GROUP,
    ];
    entry.body.as_ref().is_none_or(|body| body.sets.keys().any(|key| !LABELS.contains(&key.as_str())))
}
