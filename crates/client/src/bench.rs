//! Records being changed, and all that is derived of them: links, lists, search, facts, standings.
//!
//! One bench per batch. Own patches and heads of the county are laid on it; at the end it says what
//! has to be written, for the records that changed and those that hang on them, and nothing else.

use crate::app::Open;
use crate::standings;
use crate::tell::OrTell;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::household::Household;
use domain::ids::RecordId;
use domain::patch::{Entry, RecordRef};
use domain::problem::Problem;
use domain::subject::Person;
use domain::time::{Day, Happened};
use domain::visit::{Part, PartFact, Visit};
use names::search_keys;
use std::collections::{BTreeMap, BTreeSet};
use store::phone::{Batch, FactRow, Link, Links, LogRow, PersonRow, RecordRow};
use sync::merge;
use sync::wire::receipt::ItemState;

/// Up to so many persons are judged in the batch itself; more are left for later, in slices.
const JUDGE_MAX: usize = 32;

/// More than any household has members, or any visit parts.
const MANY: usize = 10_000;

/// Records being changed.
pub(crate) struct Bench<'a> {
    open: &'a Open,
    today: Day,
    /// What was loaded or changed; `None` for what is not there, or no more.
    rows: BTreeMap<RecordRef, Option<RecordRow>>,
    changed: BTreeSet<RecordRef>,
    gone: BTreeSet<RecordRef>,
    /// Persons who are kept, and stand in no list.
    unlisted: BTreeSet<RecordId>,
    /// Own entries that are not in the store yet.
    fresh: Vec<Entry>,
}

impl<'a> Bench<'a> {
    /// An empty bench.
    pub(crate) fn new(open: &'a Open, today: Day) -> Self {
        let (rows, changed, gone, unlisted, fresh) = Default::default();
        Self { open, today, rows, changed, gone, unlisted, fresh }
    }

    /// A record as it stands on the bench.
    pub(crate) fn row(&mut self, record: RecordRef) -> Result<Option<&RecordRow>, Problem> {
        if !self.rows.contains_key(&record) {
            let row = self.open.store.record(record).or_tell()?;
            self.rows.insert(record, row);
        }
        Ok(self.rows.get(&record).and_then(Option::as_ref))
    }

    fn head(&mut self, kind: RecordKind, id: RecordId) -> Result<Option<Head>, Problem> {
        Ok(self.row(RecordRef { kind, id })?.and_then(RecordRow::head).cloned())
    }

    fn put(&mut self, row: RecordRow) {
        self.gone.remove(&row.record);
        self.changed.insert(row.record);
        self.rows.insert(row.record, Some(row));
    }

    /// Takes an own patch into the phone's view of its record.
    pub(crate) fn take_own(&mut self, entry: &Entry) -> Result<(), Problem> {
        let record = entry.patch.record;
        let mut row = self.row(record)?.cloned().unwrap_or_else(|| blank(record));
        let order = self.open.reference.order(entry.patch.form).unwrap_or_default();
        let item = merge::Item { patch: &entry.patch, body: entry.body.as_ref(), order };
        row.view = Some(merge::overlay(&row.head().cloned().unwrap_or_default(), [item]));
        self.fresh.push(entry.clone());
        self.put(row);
        Ok(())
    }

    /// Takes the county's head of a record, and lays over it the own patches that it does not cover.
    pub(crate) fn take_county(&mut self, record: RecordRef, county: Option<Head>) -> Result<(), Problem> {
        let own = self.open.store.log_of(record).or_tell()?;
        self.lay(record, county, &own)
    }

    /// Lays these own entries over the county's head as it stands on the bench.
    pub(crate) fn lay_again(&mut self, record: RecordRef, own: &[LogRow]) -> Result<(), Problem> {
        let county = self.row(record)?.and_then(|row| row.county.clone());
        self.lay(record, county, own)
    }

    fn lay(&mut self, record: RecordRef, county: Option<Head>, own: &[LogRow]) -> Result<(), Problem> {
        let base = county.clone().unwrap_or_default();
        let lost = [Some(ItemState::Forked), Some(ItemState::Dismissed), Some(ItemState::Erased)];
        let stored = own.iter().filter(|row| !lost.contains(&row.state)).map(|row| &row.entry);
        let fresh = self.fresh.iter().filter(|entry| entry.patch.record == record);
        let items: Vec<merge::Item<'_>> = stored
            .chain(fresh)
            .filter(|entry| !base.vector.covers(entry.patch.dot()))
            .map(|entry| merge::Item {
                patch: &entry.patch,
                body: entry.body.as_ref(),
                order: self.open.reference.order(entry.patch.form).unwrap_or_default(),
            })
            .collect();
        if items.is_empty() && county.is_none() {
            self.remove(record)?;
            return Ok(());
        }
        let view = (!items.is_empty()).then(|| merge::overlay(&base, items));
        let links = self.row(record)?.map(|row| row.links).unwrap_or_default();
        self.put(RecordRow { record, county, view, links });
        Ok(())
    }

    /// Takes a head of the county alone, without own patches.
    pub(crate) fn take_bare(&mut self, record: RecordRef, county: Head) {
        let links = self.rows.get(&record).and_then(Option::as_ref).map(|row| row.links).unwrap_or_default();
        self.put(RecordRow { record, county: Some(county), view: None, links });
    }

    /// Takes a record away with all that is derived of it.
    pub(crate) fn remove(&mut self, record: RecordRef) -> Result<(), Problem> {
        if self.row(record)?.is_some() {
            self.gone.insert(record);
            self.changed.insert(record);
        }
        Ok(())
    }

    /// Takes a person out of every list; the record stays.
    pub(crate) fn unlist(&mut self, person: RecordId) {
        self.unlisted.insert(person);
    }

    /// Says what has to be written.
    pub(crate) fn finish(mut self, batch: &mut Batch) -> Result<(), Problem> {
        let mut touched: BTreeSet<RecordId> = BTreeSet::new();
        // Households and visits first: what hangs on them is derived with them.
        self.spread()?;
        let changed = self.changed.clone();
        for record in changed {
            self.derive(record, batch, &mut touched)?;
        }
        batch.people_gone.extend(&self.unlisted);
        touched.retain(|id| !self.unlisted.contains(id));
        let rules = |record: &RecordRef| matches!(record.kind, RecordKind::Duty | RecordKind::Area);
        batch.touch_everyone |= self.changed.iter().any(rules);
        if touched.len() > JUDGE_MAX || batch.touch_everyone {
            batch.touched.extend(touched);
        } else {
            for id in touched {
                let judged = self.judge(id, batch)?;
                batch.standings.push((id, judged));
            }
        }
        for record in &self.changed {
            match self.rows.get(record) {
                Some(Some(row)) if !self.gone.contains(record) => batch.records.push(row.clone()),
                _ => batch.records_gone.push(*record),
            }
        }
        Ok(())
    }

    /// Lays on the bench what is derived from changed households and visits.
    fn spread(&mut self) -> Result<(), Problem> {
        let over: Vec<RecordRef> = self.changed.iter().copied().collect();
        for record in over {
            let (link, kind) = match record.kind {
                RecordKind::Household => (Link::Household(record.id), RecordKind::Person),
                RecordKind::Visit => (Link::Visit(record.id), RecordKind::Part),
                _ => continue,
            };
            for row in self.open.store.linked(link, kind, None, MANY).or_tell()? {
                if !self.changed.contains(&row.record) {
                    self.put(row);
                }
            }
        }
        Ok(())
    }

    fn derive(
        &mut self,
        record: RecordRef,
        batch: &mut Batch,
        touched: &mut BTreeSet<RecordId>,
    ) -> Result<(), Problem> {
        let before = self.rows.get(&record).and_then(Option::as_ref).map(|row| row.links);
        let gone = self.gone.contains(&record);
        let Some(head) = self.head(record.kind, record.id)?.filter(|_| !gone) else {
            match record.kind {
                RecordKind::Person => batch.people_gone.push(record.id),
                RecordKind::Part => {
                    batch.facts_gone.push(record.id);
                    touched.extend(before.and_then(|links| links.subject));
                }
                _ => {}
            }
            return Ok(());
        };
        let links = self.links(record, &head)?;
        if let Some(Some(row)) = self.rows.get_mut(&record) {
            row.links = links;
        }
        match record.kind {
            RecordKind::Person => {
                let person = self.person_row(record.id, &head)?;
                batch.people.push(person);
                touched.insert(record.id);
            }
            RecordKind::Part => {
                touched.extend(links.subject);
                touched.extend(before.and_then(|links| links.subject));
                match self.fact(record.id, &head)? {
                    Some(fact) => batch.facts.push(fact),
                    None => batch.facts_gone.push(record.id),
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn links(&mut self, record: RecordRef, head: &Head) -> Result<Links, Problem> {
        let id = |key| head.text(key).and_then(|text| text.parse::<RecordId>().ok());
        let village = head.values(keys::VILLAGE).filter_map(|value| value.as_area()).min();
        let day = match record.kind {
            RecordKind::Visit => visit_day(head),
            RecordKind::Part => match id(keys::VISIT) {
                Some(visit) => self.head(RecordKind::Visit, visit)?.as_ref().and_then(visit_day),
                None => None,
            },
            RecordKind::Concern => head.fields.values().flatten().map(|write| write.at_ms).min().map(Day::of),
            _ => None,
        };
        Ok(Links {
            subject: id(keys::SUBJECT),
            visit: id(keys::VISIT),
            household: id(keys::HOUSEHOLD),
            village,
            day,
        })
    }

    fn person_row(&mut self, id: RecordId, head: &Head) -> Result<PersonRow, Problem> {
        let person = Person::read(id, head);
        let household = match person.household {
            Some(home) => self.head(RecordKind::Household, home)?.map(|head| Household::read(home, &head)),
            None => None,
        };
        let own = head.text(keys::GROUP).map(str::to_owned);
        let group = own.or_else(|| household.map(|household| household.group)).unwrap_or_default();
        let keys = search_keys(&person, head);
        let village = person.counted_in();
        Ok(PersonRow { id, village, group, household: person.household, name: person.name, keys })
    }

    fn fact(&mut self, id: RecordId, head: &Head) -> Result<Option<FactRow>, Problem> {
        let part = Part::read(id, head);
        let (Some(visit), Some(subject)) = (part.visit, part.subject) else { return Ok(None) };
        let Some(head) = self.head(RecordKind::Visit, visit)? else { return Ok(None) };
        let fact = PartFact::of(&part, &Visit::read(visit, &head));
        Ok(fact.map(|fact| FactRow { subject, fact }))
    }

    /// A person's standings, with the facts of this batch in place of the stored ones.
    fn judge(&mut self, id: RecordId, batch: &Batch) -> Result<Vec<domain::coverage::Standing>, Problem> {
        let Some(head) = self.head(RecordKind::Person, id)? else { return Ok(Vec::new()) };
        let person = Person::read(id, &head);
        let changed: BTreeSet<RecordId> =
            batch.facts.iter().map(|row| row.fact.part).chain(batch.facts_gone.iter().copied()).collect();
        let fresh = batch.facts.iter().filter(|row| row.subject == id).map(|row| row.fact.clone());
        let facts = |since| {
            let stored = self.open.store.facts(id, since).or_tell()?;
            let kept = stored.into_iter().filter(|fact| !changed.contains(&fact.part));
            Ok(kept.chain(fresh.clone()).collect())
        };
        standings::judge(&self.open.rules, &person, self.today, facts)
    }
}

fn blank(record: RecordRef) -> RecordRow {
    RecordRow { record, county: None, view: None, links: Links::default() }
}

fn visit_day(head: &Head) -> Option<Day> {
    head.text(keys::HAPPENED).and_then(|text| text.parse::<Happened>().ok()).map(Happened::day)
}
