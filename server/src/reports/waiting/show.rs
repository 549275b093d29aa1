//! One waiting item, opened: its fields, both sides of what is contested, and what was said of it.

use super::desk::Desk;
use super::{Item, Reason};
use crate::county::{County, at_county};
use crate::problem::wrong;
use crate::reports::visits::staff_name;
use domain::catalogue::{RecordKind, keys};
use domain::head::{Head, Reading};
use domain::ids::RecordId;
use domain::log::Vector;
use domain::mask;
use domain::patch::{ANSWER_PREFIX, RecordRef};
use domain::problem::Problem;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::{Origin, Value};
use serde::Serialize;
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
}

/// What was said of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = WaitingWord)]
pub struct Word {
    /// `accept`, `dismiss` or `keep`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at_ms: UnixMs,
}

/// An item, opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = WaitingShown)]
pub struct Shown {
    /// The item; of a record, each of its contested fields.
    pub items: Vec<Item>,
    /// What it sets.
    pub fields: Vec<Field>,
    /// What its form asks, in Chinese.
    pub questions: Vec<String>,
    /// What stands side by side.
    pub sides: Vec<Side>,
    /// What the reader has seen of a contested record: to be handed back with the decision.
    #[schema(value_type = Object)]
    pub seen: Vector,
    /// What was said of it, oldest first.
    pub words: Vec<Word>,
}

/// Opens an item by its name, or a contested record by its id.
///
/// # Errors
/// `argument_wrong` when nothing of this name waits; what the store says.
pub async fn show(county: &County, text: &str, today: Day) -> Result<Shown, Problem> {
    let desk = Desk::open(county, today).await?;
    if let Ok(id) = text.parse::<RecordId>() {
        return contested(county, &desk, id).await;
    }
    let item = desk.find(text)?;
    let (fields, sides, seen) = match &item.entry {
        Some(entry) => {
            let stands =
                desk.row_for(item, entry.patch.record).await?.map(|row| row.head).unwrap_or_default();
            let fields = fields(&desk, item, &stands).await?;
            (fields, sides(&desk, &stands), stands.vector.clone())
        }
        None => (Vec::new(), Vec::new(), Vector::default()),
    };
    let words = words(county, &desk, item).await?;
    let questions = item.questions.iter().map(Problem::zh).collect();
    Ok(Shown { items: vec![desk.item(item).await?], fields, questions, sides, seen, words })
}

/// A contested record of this id.
pub(crate) async fn contested_record(county: &County, id: RecordId) -> Result<RecordRef, Problem> {
    let all = county.stores.reports.contested(super::desk::WAITING_MAX).await.map_err(at_county)?;
    let found = all.into_iter().find(|record| record.id == id);
    found.ok_or_else(|| wrong(id, "这条记录没有填写不一致的地方", "nothing of this record is contested"))
}

async fn contested(county: &County, desk: &Desk<'_>, id: RecordId) -> Result<Shown, Problem> {
    let record = contested_record(county, id).await?;
    let items = desk.contested(record).await?;
    let head = desk.row(record).await?.map(|row| row.head).unwrap_or_default();
    Ok(Shown {
        items,
        fields: Vec::new(),
        questions: Vec::new(),
        sides: sides(desk, &head),
        seen: head.vector.clone(),
        words: Vec::new(),
    })
}

fn sides(desk: &Desk<'_>, head: &Head) -> Vec<Side> {
    let of_field = |field: &str| -> Vec<Side> {
        let Reading::Contested(writes) = head.read(field) else { return Vec::new() };
        let side = |(number, write): (usize, &domain::head::Write)| Side {
            field: field.to_owned(),
            number,
            value: write.value.clone(),
            by: staff_name(&desk.reference, write.author),
            at_ms: write.at_ms,
        };
        (1..).zip(writes).map(side).collect()
    };
    head.contested().flat_map(of_field).collect()
}

/// The fields that an item sets. What a form asked about a child, and what was said of it in words, is
/// for those responsible and for whoever was granted it: a reviewer decides without.
async fn fields(desk: &Desk<'_>, item: &QueueItem, stands: &Head) -> Result<Vec<Field>, Problem> {
    let Some(entry) = &item.entry else { return Ok(Vec::new()) };
    let Some(body) = &entry.body else { return Ok(Vec::new()) };
    let kind = entry.patch.record.kind;
    let laid = desk.head(Some(item), entry.patch.record).await?.unwrap_or_default();
    let subject = match kind {
        RecordKind::Person => Some(entry.patch.record.id),
        _ => link(&laid, keys::SUBJECT)
            .or_else(|| body.sets.get(keys::SUBJECT).and_then(|value| value.as_text()?.parse().ok())),
    };
    let person = match subject {
        Some(id) => desk
            .head(Some(item), RecordRef { kind: RecordKind::Person, id })
            .await?
            .map(|head| Person::read(id, &head)),
        None => None,
    };
    let of_a_person = !matches!(kind, RecordKind::Visit | RecordKind::Household) || subject.is_some();
    let child = of_a_person && person.as_ref().is_none_or(|person| desk.may_be_a_child(person));
    let hidden = |key: &str| {
        let words = [keys::WORDS, keys::REPLY, keys::REASON_WORDS, keys::ID_NUMBER].contains(&key);
        child && (kind == RecordKind::ChildFile || key.starts_with(ANSWER_PREFIX) || words)
    };
    let name = |key: &str, value: &Value| match value.as_text() {
        Some(name) if child && kind == RecordKind::Person && key == keys::NAME => {
            Value::text(mask::name(name))
        }
        _ => value.clone(),
    };
    let order = desk.reference.order(entry.patch.form).unwrap_or_default();
    let written = body.writes(order).map(|(field, value, origin)| {
        let shown = |value: &Value| (!hidden(&field)).then(|| name(&field, value));
        Field {
            value: shown(value),
            origin,
            stands: stands.value(&field).and_then(shown),
            field: field.clone(),
        }
    });
    Ok(written.collect())
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
            by: staff_name(&desk.reference, one.entry.patch.author),
            at_ms: one.entry.patch.stamp.best_ms(),
        });
    }
    Ok(words)
}

/// Whether the record of an item holds a child's answers, or may.
async fn of_a_child(county: &County, item: &Item, today: Day) -> Result<bool, Problem> {
    let (Some(kind), Some(id)) = (item.kind.and_then(RecordKind::from_code), item.record) else {
        return Ok(false);
    };
    if !matches!(kind, RecordKind::Part | RecordKind::ChildFile) {
        return Ok(false);
    }
    let ledger = &county.stores.ledger;
    let row = ledger.record(RecordRef { kind, id }).await.map_err(at_county)?;
    let subject = row.and_then(|row| row.head.text(keys::SUBJECT)?.parse::<RecordId>().ok());
    let Some(subject) = subject else { return Ok(true) };
    let person = RecordRef { kind: RecordKind::Person, id: subject };
    let person = ledger.record(person).await.map_err(at_county)?;
    let person = person.map(|row| Person::read(subject, &row.head));
    Ok(person.is_none_or(|person| person.born.is_none() || person.is_minor_on(today)))
}

impl Shown {
    /// Takes away the sides of what a form asked about a child: they are for those responsible, and for
    /// whoever was granted it.
    ///
    /// # Errors
    /// What the store says.
    pub async fn close(&mut self, county: &County, today: Day) -> Result<(), Problem> {
        if let Some(item) = self.items.first()
            && of_a_child(county, item, today).await?
        {
            self.sides.retain(|side| !side.field.starts_with(ANSWER_PREFIX));
        }
        Ok(())
    }

    /// Whether this is a contested record rather than an item of a log.
    pub fn is_record(&self) -> bool {
        self.items.iter().all(|item| item.reason == Reason::Contested)
    }
}
