//! What a reviewer's desk needs to know of the items on it.

use super::{Handle, Item, Kept, Reason, Side};
use crate::county::{County, at_county};
use crate::problem::wrong;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::head::{Head, Reading};
use domain::ids::{AreaCode, RecordId};
use domain::log::Dot;
use domain::mask;
use domain::patch::{ANSWER_PREFIX, Entry, RecordRef};
use domain::permission::Audience;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use domain::visit::Visit;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::county::{HistoryItem, QueueItem};
use sync::county::needs::{RecordRow, WaitsFor};
use sync::county::place::link;
use sync::county::prepared::Decision;
use sync::merge::{Item as Patch, apply, counted, settle};
use sync::wire::receipt::ItemState;

/// How much is looked at of what waits for something else; all that waits for a reviewer is.
pub(super) const WAITING_MAX: usize = 10_000;

/// How far links are followed: a concern to its part, its visit, its household.
const LINKS_MAX: usize = 4;

/// Everything that waits, and who is who.
pub(crate) struct Desk<'a> {
    county: &'a County,
    /// Areas, staff, rules.
    pub reference: Arc<Reference>,
    /// What waits, oldest first.
    pub queue: Vec<QueueItem>,
    names: Handle,
    pub today: Day,
}

impl<'a> Desk<'a> {
    /// Reads what waits.
    pub async fn open(county: &'a County, today: Day) -> Result<Self, Problem> {
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
        let queue = waiting(county).await?;
        let names = Handle::of(&places(&queue));
        Ok(Self { county, reference, queue, names, today })
    }

    /// The item of a name.
    pub fn find(&self, text: &str) -> Result<&QueueItem, Problem> {
        let found = Handle::find(&places(&self.queue), text);
        match found.as_slice() {
            [] => {
                let en = "nothing of this name waits; it may have been decided on";
                Err(wrong(text, "没有这样一条在等，可能已经处理过", en))
            }
            [at] => self.queue.get(*at).ok_or_else(|| Problem::new(ProblemCode::NothingFound)),
            several => {
                let texts: Vec<_> = several.iter().map(|at| self.names.text(*at)).collect();
                let (zh, en) = (texts.join("、"), texts.join(", "));
                Err(wrong(text, format!("有好几条：{zh}"), format!("there are several: {en}")))
            }
        }
    }

    fn name_of(&self, item: &QueueItem) -> String {
        let at = self.queue.iter().position(|one| (one.dot, one.hash) == (item.dot, item.hash));
        at.map_or_else(String::new, |at| self.names.text(at).to_owned())
    }

    /// One item of the queue.
    pub async fn item(&self, item: &QueueItem) -> Result<Item, Problem> {
        let area = self.area(item).await?;
        let why = item.problem.as_ref().or(item.questions.first());
        let mut people = Vec::new();
        let mut day = None;
        if let Some(entry) = &item.entry {
            day = self.day(item, entry).await?;
            for person in self.people(item, entry).await? {
                people.extend(self.person(Some(item), person).await?);
            }
        }
        let author = item.entry.as_ref().map(|entry| entry.patch.author);
        let author = match (author, item.device) {
            (None, Some(device)) => {
                self.county.stores.directory.device(device).await.map_err(at_county)?.map(|one| one.row.staff)
            }
            (author, _) => author,
        };
        Ok(Item {
            handle: self.name_of(item),
            reason: Reason::of(item),
            why: why.map(Problem::zh).unwrap_or_default(),
            why_en: why.map(Problem::en).unwrap_or_default(),
            kind: item.entry.as_ref().map(|entry| entry.patch.record.kind.code()),
            record: item.entry.as_ref().map(|entry| entry.patch.record.id),
            field: None,
            area,
            area_name: self.reference.areas.name(area),
            author: author.map(|id| self.reference.staff_name(id)).unwrap_or_default(),
            day,
            people,
            arrived_ms: item.arrived_ms,
            kept: self.kept(item.hash).await?,
            form: item.entry.as_ref().and_then(|entry| entry.patch.form),
        })
    }

    /// The contested fields of a record, each an item.
    pub async fn contested(&self, record: RecordRef) -> Result<Vec<Item>, Problem> {
        let Some(row) = self.row(record).await? else { return Ok(Vec::new()) };
        let area = area_of_row(&row).unwrap_or_else(|| self.county.keys.county());
        let mut people = Vec::new();
        for person in self.people_of(None, record, &row.head).await? {
            people.extend(self.person(None, person).await?);
        }
        let of_a_form = row.head.contested().any(|field| field.starts_with(ANSWER_PREFIX));
        let form = if of_a_form { self.last_form(record).await? } else { None };
        let item = |field: &str| {
            let Reading::Contested(sides) = row.head.read(field) else { return None };
            let mut authors: Vec<_> =
                sides.iter().map(|side| self.reference.staff_name(side.author)).collect();
            authors.dedup();
            let at_ms = sides.iter().map(|side| side.at_ms).max()?;
            Some(Item {
                handle: record.id.to_string(),
                reason: Reason::Contested,
                why: Reason::Contested.zh().to_owned(),
                why_en: Reason::Contested.en().to_owned(),
                kind: Some(record.kind.code()),
                record: Some(record.id),
                field: Some(field.to_owned()),
                area,
                area_name: self.reference.areas.name(area),
                author: authors.join("、"),
                day: Some(Day::of(at_ms)),
                people: people.clone(),
                arrived_ms: at_ms,
                kept: None,
                form,
            })
        };
        Ok(row.head.contested().filter_map(item).collect())
    }

    /// The form under which a record was written last.
    async fn last_form(&self, record: RecordRef) -> Result<Option<Hash>, Problem> {
        let history = self.county.stores.reports.history(record).await.map_err(at_county)?;
        Ok(history.iter().rev().find_map(|item| item.entry.patch.form))
    }

    pub async fn row(&self, record: RecordRef) -> Result<Option<RecordRow>, Problem> {
        let row = self.county.stores.ledger.record(record).await.map_err(at_county)?;
        Ok(row.filter(|row| !row.head.fields.is_empty()))
    }

    /// The entries of the same branch that wait too: those of a forked log speak of records of their
    /// own, whose ids the other branch may have given to something else.
    fn beside(&self, item: Option<&QueueItem>) -> impl Iterator<Item = &Entry> {
        let branch = item.filter(|item| item.state == ItemState::Forked).map(|item| item.dot.writer);
        let same = move |one: &&QueueItem| match branch {
            Some(writer) => one.state == ItemState::Forked && one.dot.writer == writer,
            None => one.state != ItemState::Forked,
        };
        self.queue.iter().filter(same).filter_map(|one| one.entry.as_ref())
    }

    /// Whether a record was made in the branch of a forked item.
    fn of_branch(&self, item: Option<&QueueItem>, record: RecordRef) -> bool {
        let makes = |entry: &Entry| {
            let patch = &entry.patch;
            patch.record == record && record.id == RecordId::derived(patch.writer, patch.serial)
        };
        item.is_some_and(|item| item.state == ItemState::Forked) && self.beside(item).any(makes)
    }

    /// The record of which an item speaks, as it stands at the county.
    pub async fn row_for(&self, item: &QueueItem, record: RecordRef) -> Result<Option<RecordRow>, Problem> {
        if self.of_branch(Some(item), record) { Ok(None) } else { self.row(record).await }
    }

    /// A record as it stands for an item; when it waits itself, as it would be.
    pub async fn head(
        &self,
        item: Option<&QueueItem>,
        record: RecordRef,
    ) -> Result<Option<Arc<Head>>, Problem> {
        if !self.of_branch(item, record)
            && let Some(row) = self.row(record).await?
        {
            return Ok(Some(row.head));
        }
        let own: Vec<&Entry> = self.beside(item).filter(|entry| entry.patch.record == record).collect();
        Ok((!own.is_empty()).then(|| {
            let mut head = Head::default();
            own.iter().for_each(|entry| lay(&mut head, entry));
            Arc::new(head)
        }))
    }

    /// Where an item belongs: where its record stands, or would stand; else where its author works.
    pub async fn area(&self, item: &QueueItem) -> Result<AreaCode, Problem> {
        let county = self.county.keys.county();
        let Some(entry) = &item.entry else { return Ok(county) };
        let mut head = Head::default();
        lay(&mut head, entry);
        let (mut record, mut head) = (entry.patch.record, Arc::new(head));
        for _ in 0..LINKS_MAX {
            let row = self.row_for(item, record).await?;
            if let Some(area) = row.as_ref().and_then(area_of_row) {
                return Ok(area);
            }
            let named = [keys::VILLAGE, keys::AREA].into_iter().find_map(|key| area_in(&head, key));
            if let Some(area) = named {
                return Ok(area);
            }
            let Some(next) = above(&head) else { break };
            let Some(known) = self.head(Some(item), next).await? else { break };
            (record, head) = (next, known);
        }
        let author = entry.patch.author;
        let works = self.reference.assignments_of(author).filter(|one| one.holds_on(self.today));
        Ok(works.map(|one| one.area).max().unwrap_or(county))
    }

    /// When the visit was; of other things, when they were entered.
    async fn day(&self, item: &QueueItem, entry: &Entry) -> Result<Option<Day>, Problem> {
        let mut head = Head::default();
        lay(&mut head, entry);
        let visit = match entry.patch.record.kind {
            RecordKind::Visit => Some(entry.patch.record),
            _ => link(&head, keys::VISIT).map(|id| RecordRef { kind: RecordKind::Visit, id }),
        };
        if let Some(record) = visit {
            let stands = self.head(Some(item), record).await?.unwrap_or_default();
            let happened = [&head, &*stands].map(|head| Visit::read(record.id, head).happened);
            if let Some(happened) = happened.into_iter().flatten().next() {
                return Ok(Some(happened.day()));
            }
        }
        Ok(Some(Day::of(entry.patch.stamp.best_ms())))
    }

    async fn people(&self, item: &QueueItem, entry: &Entry) -> Result<BTreeSet<RecordId>, Problem> {
        let mut head =
            Arc::unwrap_or_clone(self.head(Some(item), entry.patch.record).await?.unwrap_or_default());
        lay(&mut head, entry);
        self.people_of(Some(item), entry.patch.record, &head).await
    }

    /// Whom a record is about: itself, its subject, or those whom a visit met, also in parts that wait.
    pub async fn people_of(
        &self,
        item: Option<&QueueItem>,
        record: RecordRef,
        head: &Head,
    ) -> Result<BTreeSet<RecordId>, Problem> {
        match record.kind {
            RecordKind::Person => return Ok(BTreeSet::from([record.id])),
            // Of whom an urgent report is stands in no list.
            RecordKind::Urgent => return Ok(BTreeSet::new()),
            RecordKind::Visit => {}
            _ => return Ok(link(head, keys::SUBJECT).into_iter().collect()),
        }
        let mut people = BTreeSet::new();
        if !self.of_branch(item, record) {
            let parts = self.county.stores.reports.parts_of_visit(record.id).await.map_err(at_county)?;
            people.extend(parts.into_iter().map(|part| part.subject));
        }
        let id = record.id.to_string();
        for entry in self.beside(item) {
            let Some(body) = &entry.body else { continue };
            let text = |key: &str| body.sets.get(key).and_then(|value| value.as_text());
            if entry.patch.record.kind == RecordKind::Part && text(keys::VISIT) == Some(&id) {
                people.extend(text(keys::SUBJECT).and_then(|text| text.parse::<RecordId>().ok()));
            }
        }
        Ok(people)
    }

    /// The values of a field that stand side by side, by the history of the record; none when it is not
    /// contested.
    pub fn sides(&self, head: &Head, field: &str, history: &[HistoryItem]) -> Vec<Side> {
        let Reading::Contested(writes) = head.read(field) else { return Vec::new() };
        let side = |(number, write): (usize, &domain::head::Write)| Side {
            field: field.to_owned(),
            number,
            value: write.value.clone(),
            by: self.reference.staff_name(write.author),
            at_ms: write.at_ms,
            saw: self.saw(history, write.dot(), field),
        };
        (1..).zip(writes).map(side).collect()
    }

    /// What a field said to the author of a patch: the head at the vector that they had seen. `None` when
    /// something of it is not here.
    fn saw(&self, history: &[HistoryItem], dot: Dot, field: &str) -> Option<Vec<Value>> {
        let seen = &history.iter().find(|one| one.entry.patch.dot() == dot)?.entry.patch.seen;
        let taken = |one: &&HistoryItem| matches!(one.state, ItemState::Applied | ItemState::Dismissed);
        let before = history.iter().filter(taken).filter(|one| seen.covers(one.entry.patch.dot()));
        let then = settle(before.map(|one| Patch {
            patch: &one.entry.patch,
            body: counted(one.state, one.entry.body.as_ref()),
            order: self.reference.order(one.entry.patch.form).unwrap_or_default(),
        }));
        let mut values: Vec<Value> = Vec::new();
        for value in then.values(field) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        then.vector.contains(seen).then_some(values)
    }

    /// Somebody's name as it stands on lists.
    pub async fn person(&self, item: Option<&QueueItem>, id: RecordId) -> Result<Option<String>, Problem> {
        let record = RecordRef { kind: RecordKind::Person, id };
        let Some(head) = self.head(item, record).await? else { return Ok(None) };
        let person = Person::read(id, &head);
        Ok(Some(self.named(person)))
    }

    /// A name as it stands on lists: a child's is masked, and nobody's of whom nothing is known.
    pub fn named(&self, person: Person) -> String {
        if person.is_minor_on(self.today) { mask::name(&person.name) } else { person.name }
    }

    /// Of whom no day of birth is known may be a child: what was said of them is for those responsible for children.
    pub fn may_be_a_child(&self, person: &Person) -> bool {
        person.may_be_minor_on(self.today)
    }

    /// Who wanted to look at an item later, if that is the last word on it.
    pub async fn kept_by(&self, hash: Hash) -> Result<Option<(RecordId, UnixMs, String)>, Problem> {
        let row = self.row(Decision::record(hash)).await?;
        let Some(Reading::Settled(word)) = row.as_ref().map(|row| row.head.read(keys::VERDICT)) else {
            return Ok(None);
        };
        let row = row.as_ref().filter(|_| word.as_text() == Some("keep"));
        let write = row.and_then(|row| row.head.fields.get(keys::VERDICT)?.last().zip(Some(&row.head)));
        Ok(write.map(|(write, head)| {
            let reason = head.text(keys::VERDICT_WHY).unwrap_or_default().to_owned();
            (write.author, write.at_ms, reason)
        }))
    }

    async fn kept(&self, hash: Hash) -> Result<Option<Kept>, Problem> {
        let kept = self.kept_by(hash).await?;
        let by = |author| self.reference.staff_name(author);
        Ok(kept.map(|(author, at_ms, reason)| Kept { by: by(author), at_ms, reason }))
    }
}

/// How many items are read at once.
const PAGE: usize = 500;

/// All that waits for a reviewer, and what waits for something still to come, by its arrival.
pub(crate) async fn waiting(county: &County) -> Result<Vec<QueueItem>, Problem> {
    let reports = &county.stores.reports;
    let mut queue = reports.queue(WAITING_MAX).await.map_err(at_county)?;
    queue.retain(|item| !item.waits_for.is_some_and(WaitsFor::reviewer));
    let mut after = 0;
    loop {
        let page = reports.for_reviewer(after, PAGE).await.map_err(at_county)?;
        let full = page.len() == PAGE;
        for (place, item) in page {
            after = place;
            queue.push(item);
        }
        if !full {
            break;
        }
    }
    queue.sort_by_key(|item| (item.arrived_ms, item.dot));
    Ok(queue)
}

/// The places of items, by which they are named.
fn places(queue: &[QueueItem]) -> Vec<(Dot, Hash)> {
    queue.iter().map(|item| (item.dot, item.hash)).collect()
}

/// Lays an entry on a head, as if it had been taken in; answers of forms are left out.
pub fn lay(head: &mut Head, entry: &Entry) {
    apply(head, Patch { patch: &entry.patch, body: entry.body.as_ref(), order: &[] });
}

/// The area in whose feed a record stands; of several, the smallest.
pub(crate) fn area_of_row(row: &RecordRow) -> Option<AreaCode> {
    let general = row.scopes.iter().filter(|scope| scope.audience != Audience::Restricted);
    general.map(|scope| scope.area).min()
}

fn area_in(head: &Head, key: &str) -> Option<AreaCode> {
    domain::area::codes(head, key).first().copied()
}

/// The record over this one, which says where it belongs.
fn above(head: &Head) -> Option<RecordRef> {
    let links = [
        (RecordKind::Person, keys::SUBJECT),
        (RecordKind::Visit, keys::VISIT),
        (RecordKind::Part, keys::PART),
        (RecordKind::Household, keys::HOUSEHOLD),
    ];
    links.into_iter().find_map(|(kind, key)| Some(RecordRef { kind, id: link(head, key)? }))
}
