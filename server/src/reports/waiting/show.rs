//! One waiting item, opened: its fields, both sides of what is contested, and what was said of it.

use super::desk::Desk;
use super::going::{self, Sides};
use super::{Item, Reason};
use crate::county::{County, at_county};
use crate::goings;
use crate::problem::wrong;
use crate::reports::named::Names;
use crate::takes::{Slot, Takes};
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::RecordId;
use domain::log::Vector;
use domain::mask;
use domain::patch::{ANSWER_PREFIX, RecordRef};
use domain::problem::Problem;
use domain::subject::{Person, is_restricted};
use domain::time::{Day, UnixMs};
use domain::value::{Origin, Value};
use domain::visit::Visit;
use serde::Serialize;
use std::collections::BTreeMap;
use store::county::QueueItem;
use sync::county::place::link;
use sync::county::prepared::Decision;

/// A field that an item sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = WaitingField)]
pub struct Field {
    /// Its key.
    pub field: String,
    /// The value; absent where it is a child's and only those responsible may read it.
    #[schema(value_type = serde_json::Value)]
    pub value: Option<Value>,
    /// Where the answer came from.
    #[schema(value_type = String)]
    pub origin: Origin,
    /// What stands at the county now.
    #[schema(value_type = serde_json::Value)]
    pub stands: Option<Value>,
    /// What it is called, and what its codes mean.
    pub takes: Takes,
}

/// One of the values that stand side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = WaitingSide)]
pub struct Side {
    /// The field.
    pub field: String,
    /// By which `settle` names the side: from 1.
    pub number: usize,
    /// The value.
    #[schema(value_type = serde_json::Value)]
    pub value: Value,
    /// Who wrote it.
    pub by: String,
    /// When, as far as clocks can tell.
    pub at_ms: UnixMs,
    /// What stood in the field before its author's eyes; nothing when it had not been filled in, several values
    /// while it was contested. Absent when something that they had seen is not here.
    #[schema(value_type = Option<Vec<serde_json::Value>>)]
    pub saw: Option<Vec<Value>>,
}

/// What was said of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = WaitingWord)]
pub struct Word {
    /// `accept`, `dismiss` or `keep`; `undo` where the word before was taken back.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at_ms: UnixMs,
}

/// An item, opened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
#[schema(as = WaitingShown)]
pub struct Shown {
    /// The item; of a record, each of its contested fields.
    pub items: Vec<Item>,
    /// What it sets.
    pub fields: Vec<Field>,
    /// How many bytes are kept, as they came, of what cannot be read. They are shown nowhere: nobody can tell
    /// whether they are a child's.
    pub kept_bytes: Option<usize>,
    /// Whether what is not shown is that of somebody under 限制处理.
    pub restricted: bool,
    /// What its form asks, in Chinese.
    pub questions: Vec<String>,
    /// The same in English.
    pub questions_en: Vec<String>,
    /// What stands side by side.
    pub sides: Vec<Side>,
    /// What else could be written into a contested record's fields, of those that are shown.
    pub takes: Vec<Takes>,
    /// What the reader has seen of a contested record: to be handed back with the decision.
    #[schema(value_type = Object)]
    pub seen: Vector,
    /// What was said of it, oldest first.
    pub words: Vec<Word>,
    /// Two visits that may be one going-there, side by side.
    pub going: Option<Sides>,
    /// What the records are called that its values name, by their ids; a child's name is masked.
    pub names: BTreeMap<String, String>,
}

/// Opens an item by its name, a contested record by its id, or two visits by both of theirs.
///
/// # Errors
/// `argument_wrong` when nothing of this name waits; what the store says.
pub async fn show(county: &County, text: &str, today: Day) -> Result<Shown, Problem> {
    let desk = Desk::open(county, today).await?;
    if goings::named(text).is_some() {
        let (item, going) = going::show(county, &desk, text).await?;
        return Ok(Shown { items: vec![item], going: Some(going), ..Shown::default() });
    }
    if let Ok(id) = text.parse::<RecordId>() {
        return contested(county, &desk, id).await;
    }
    let item = desk.find(text)?;
    let (fields, sides, seen, restricted) = match &item.entry {
        Some(entry) => {
            let stands =
                desk.row_for(item, entry.patch.record).await?.map(|row| row.head).unwrap_or_default();
            let laid = desk.head(Some(item), entry.patch.record).await?.unwrap_or_default();
            let shut = Shut::of(&desk, Some(item), entry.patch.record, &laid).await?;
            let sides = sides(county, &desk, entry.patch.record, &stands, &shut).await?;
            let fields = fields(county, &desk, item, &stands, &shut).await?;
            (fields, sides, stands.vector.clone(), shut.restricted())
        }
        None => (Vec::new(), Vec::new(), Vector::default(), false),
    };
    let words = words(county, &desk, item).await?;
    let names =
        names(county, &desk, item.entry.as_ref().map(|entry| entry.patch.record), &fields, &sides).await?;
    let [questions, questions_en] =
        [Problem::zh, Problem::en].map(|said| item.questions.iter().map(said).collect());
    let kept_bytes = item.raw.as_ref().map(String::len);
    Ok(Shown {
        items: vec![desk.item(item).await?],
        fields,
        kept_bytes,
        restricted,
        questions,
        questions_en,
        sides,
        takes: Vec::new(),
        seen,
        words,
        going: None,
        names,
    })
}

async fn names(
    county: &County,
    desk: &Desk<'_>,
    record: Option<RecordRef>,
    fields: &[Field],
    sides: &[Side],
) -> Result<BTreeMap<String, String>, Problem> {
    let Some(record) = record else { return Ok(BTreeMap::new()) };
    let mut names = Names::about(county, &desk.reference, record, desk.today).await?;
    for one in fields {
        for value in one.value.iter().chain(&one.stands) {
            names.of(&one.field, value).await?;
        }
    }
    for one in sides {
        for value in one.saw.iter().flatten().chain([&one.value]) {
            names.of(&one.field, value).await?;
        }
    }
    Ok(names.all())
}

/// A contested record of this id.
pub(crate) async fn contested_record(county: &County, id: RecordId) -> Result<RecordRef, Problem> {
    let all = county.stores.reports.contested(super::desk::WAITING_MAX).await.map_err(at_county)?;
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let found = all.into_iter().find(|record| record.id == id && !reference.erased.contains(record));
    found.ok_or_else(|| wrong(id, "这条记录没有填写不一致的地方", "nothing of this record is contested"))
}

async fn contested(county: &County, desk: &Desk<'_>, id: RecordId) -> Result<Shown, Problem> {
    let record = contested_record(county, id).await?;
    let items = desk.contested(record).await?;
    let head = desk.row(record).await?.map(|row| row.head).unwrap_or_default();
    let shut = Shut::of(desk, None, record, &head).await?;
    let sides = sides(county, desk, record, &head, &shut).await?;
    let mut takes = Vec::new();
    for field in head.contested().filter(|field| !shut.hides(field)) {
        takes.push(Slot::of(county, record, field).await?.takes);
    }
    Ok(Shown {
        items,
        fields: Vec::new(),
        kept_bytes: None,
        restricted: shut.restricted(),
        questions: Vec::new(),
        questions_en: Vec::new(),
        names: names(county, desk, Some(record), &[], &sides).await?,
        sides,
        takes,
        seen: head.vector.clone(),
        words: Vec::new(),
        going: None,
    })
}

/// What is for those responsible for a child, and for whoever was granted it: what a form asked, what was said
/// in words, and the number of the ID. A reviewer decides without.
pub(crate) struct Shut {
    kind: RecordKind,
    child: bool,
    restricted: bool,
}

impl Shut {
    /// By the record as it would be with the item. Whoever was a child on the day of the visit is one here.
    pub async fn of(
        desk: &Desk<'_>,
        item: Option<&QueueItem>,
        record: RecordRef,
        laid: &Head,
    ) -> Result<Self, Problem> {
        let kind = record.kind;
        let body = item.and_then(|item| item.entry.as_ref()?.body.as_ref());
        let linked = |key: &str| {
            let set = || body.and_then(|body| body.sets.get(key)?.as_text()?.parse().ok());
            link(laid, key).or_else(set)
        };
        let subject = match kind {
            RecordKind::Person => Some(record.id),
            _ => linked(keys::SUBJECT),
        };
        let head = match subject {
            Some(id) => desk.head(item, RecordRef { kind: RecordKind::Person, id }).await?,
            None => None,
        };
        let restricted = head.as_ref().is_some_and(|head| is_restricted(head));
        let person = subject.zip(head.as_ref()).map(|(id, head)| Person::read(id, head));
        let then = match linked(keys::VISIT).filter(|_| kind == RecordKind::Part) {
            Some(id) => {
                let visit = desk.head(item, RecordRef { kind: RecordKind::Visit, id }).await?;
                visit.and_then(|head| Visit::read(id, &head).happened).map(|when| when.day())
            }
            None => None,
        };
        let of_a_person = !matches!(kind, RecordKind::Visit | RecordKind::Household) || subject.is_some();
        let is_child =
            |person: &Person| desk.may_be_a_child(person) || then.is_some_and(|day| person.is_minor_on(day));
        Ok(Self { kind, child: of_a_person && person.as_ref().is_none_or(is_child), restricted })
    }

    /// Whether it is of a child.
    pub fn child(&self) -> bool {
        self.child
    }

    /// Whether nobody opens it: 限制处理.
    pub fn restricted(&self) -> bool {
        self.restricted
    }

    /// Whether a field is shut.
    pub fn hides(&self, key: &str) -> bool {
        let words =
            [keys::WORDS, keys::REPLY, keys::UNDONE, keys::REASON_WORDS, keys::ID_NUMBER].contains(&key);
        self.kind == RecordKind::Urgent
            || (self.child || self.restricted)
                && (self.kind == RecordKind::ChildFile || key.starts_with(ANSWER_PREFIX) || words)
    }

    /// A value as lists show it: the name of a child is masked.
    pub fn masked(&self, key: &str, value: &Value) -> Value {
        let named = self.kind == RecordKind::Person && [keys::NAME, keys::NICKNAME].contains(&key);
        match value.as_text().filter(|_| self.child && named) {
            Some(name) => Value::text(mask::name(name)),
            None => value.clone(),
        }
    }
}

/// What stands side by side in a record. A name is shown whole: it is what there is to decide on.
async fn sides(
    county: &County,
    desk: &Desk<'_>,
    record: RecordRef,
    head: &Head,
    shut: &Shut,
) -> Result<Vec<Side>, Problem> {
    let shown: Vec<_> = head.contested().filter(|field| !shut.hides(field)).collect();
    if shown.is_empty() {
        return Ok(Vec::new());
    }
    let history = county.stores.reports.history(record).await.map_err(at_county)?;
    Ok(shown.into_iter().flat_map(|field| desk.sides(head, field, &history)).collect())
}

/// The fields that an item sets.
async fn fields(
    county: &County,
    desk: &Desk<'_>,
    item: &QueueItem,
    stands: &Head,
    shut: &Shut,
) -> Result<Vec<Field>, Problem> {
    let Some(entry) = &item.entry else { return Ok(Vec::new()) };
    let Some(body) = &entry.body else { return Ok(Vec::new()) };
    let order = desk.reference.order(entry.patch.form).unwrap_or_default();
    let mut fields = Vec::new();
    for (field, value, origin) in body.writes(order) {
        let shown = |value: &Value| (!shut.hides(&field)).then(|| shut.masked(&field, value));
        let (value, stands) = (shown(value), stands.value(&field).and_then(shown));
        let takes = Slot::asked(county, entry.patch.record, &field, entry.patch.form).await?.takes;
        fields.push(Field { field, value, origin, stands, takes });
    }
    Ok(fields)
}

async fn words(county: &County, desk: &Desk<'_>, item: &QueueItem) -> Result<Vec<Word>, Problem> {
    let record = Decision::record(item.hash);
    let mut words = Vec::new();
    for one in county.stores.reports.history(record).await.map_err(at_county)? {
        let Some(body) = &one.entry.body else { continue };
        let text = |key: &str| body.sets.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
        words.push(Word {
            verdict: text(keys::VERDICT),
            reason: text(keys::VERDICT_WHY),
            by: desk.reference.staff_name(one.entry.patch.author),
            at_ms: one.entry.patch.stamp.best_ms(),
        });
    }
    Ok(words)
}

impl Shown {
    /// Whether this is a contested record rather than an item of a log.
    pub fn is_record(&self) -> bool {
        self.items.iter().all(|item| item.reason == Reason::Contested)
    }
}
