//! 查阅、复制 (个人信息保护法 第45条): all that the county holds of a person in one document, with who wrote what when
//! and who looked at it. It is in the access log before it is answered; a child's needs a grant that holds.

mod page;

pub use page::html;

use crate::access::log_right;
use crate::county::{County, at_county};
use crate::fields::{Place, Words, author_zh};
use crate::opening::{Opening, open};
use domain::catalogue::{RecordKind, keys};
use domain::grant::OpeningReason;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::county::HistoryItem;
use store::erasure::reach;
use sync::county::place::link;
use sync::wire::receipt::ItemState;

/// Of whom, by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The person.
    pub person: RecordId,
    /// Who makes it.
    pub by: RecordId,
    /// Under which grant: of a child only.
    pub grant: Option<RecordId>,
}

/// One field of a patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// As it is stored.
    pub key: String,
    /// What it is called, or what was asked.
    pub name: String,
    /// The value in words.
    pub words: String,
}

/// What was written at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// By whom.
    pub by: String,
    /// When, as its author's clock says.
    pub at_ms: UnixMs,
    /// When it came to the county.
    pub arrived_ms: UnixMs,
    /// What became of it.
    pub state: String,
    /// What it says; nothing when that was erased.
    pub fields: Vec<Field>,
}

/// A record with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The record's kind, Chinese.
    pub kind: String,
    /// What it is called in this document: 走访 2; of the person, the name.
    pub title: String,
    /// The record.
    pub id: RecordId,
    /// In the order in which it came.
    pub written: Vec<Written>,
}

/// Somebody looked at something of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// Who.
    pub by: String,
    /// When.
    pub at_ms: UnixMs,
    /// What was done: a code of the access log.
    pub act: String,
}

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// What the person is called.
    pub name: String,
    /// The person.
    pub person: RecordId,
    /// When it was made.
    pub made_ms: UnixMs,
    /// By whom.
    pub made_by: String,
    /// Everything that is held: person, household, visits, parts, concerns, files, decisions.
    pub records: Vec<Held>,
    /// Who looked at it at the desk, or carried it away; the latest first.
    pub looked: Vec<Looked>,
}

/// Makes the document.
///
/// # Errors
/// `nothing_found`; `right_missing` unless somebody is the county's administrator or reviewer; `grant_missing` of a
/// child without a grant that covers it; what the store says.
pub async fn make(county: &County, asked: &Asked, now_ms: UnixMs) -> Result<Dossier, Problem> {
    let stores = &county.stores;
    let (_, _, reference, _) = stores.ledger.standing_now().await.map_err(at_county)?;
    let today = Day::of(now_ms);
    let acts = [domain::permission::Act::Decide].into();
    domain::permission::require(&reference, asked.by, &acts, county.keys.county(), today)?;
    let record = RecordRef { kind: RecordKind::Person, id: asked.person };
    let row = stores.ledger.record(record).await.map_err(at_county)?;
    let row = row.filter(|_| !reference.erased.contains(&record));
    let row = row.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    let person = Person::read(asked.person, &row.head);
    let mut all = reach(stores.ledger.as_ref(), stores.reports.as_ref(), record).await.map_err(at_county)?;
    all.extend(person.household.map(|id| RecordRef { kind: RecordKind::Household, id }));
    // When, how and by whom, also where somebody else was met too.
    let parts: Vec<RecordRef> = all.iter().copied().filter(|one| one.kind == RecordKind::Part).collect();
    for part in parts {
        let row = stores.ledger.record(part).await.map_err(at_county)?;
        let visit = row.and_then(|row| link(&row.head, keys::VISIT));
        all.extend(visit.map(|id| RecordRef { kind: RecordKind::Visit, id }));
    }
    if person.may_be_minor_on(today) {
        let of_kind = |kind| all.iter().filter(move |one| one.kind == kind).map(|one| one.id).collect();
        let grant = asked.grant.ok_or_else(|| Problem::new(ProblemCode::GrantMissing))?;
        let (parts, concerns) = (of_kind(RecordKind::Part), of_kind(RecordKind::Concern));
        let (person, reason) = (Some(asked.person), OpeningReason::Request);
        let opening = Opening { grant, parts, concerns, person, reason, by: asked.by };
        open(county, &opening, now_ms).await?;
    }
    log_right(county, asked.by, SHOWN, record, now_ms).await?;
    let mut held = Vec::new();
    for one in std::iter::once(record).chain(all.into_iter().filter(|one| *one != record)) {
        held.push((one, stores.reports.history(one).await.map_err(at_county)?));
    }
    // Kind by kind, each as time went.
    held.sort_by_key(|(one, history)| {
        (*one != record, one.kind, history.first().map(|item| item.arrived_ms))
    });
    let records = Told::of(county, reference.clone(), &person, &held).await?.records(&held);
    let made_by = author_zh(&reference, asked.by);
    let looked = looked(county, &reference, &records).await?;
    Ok(Dossier { name: person.name, person: asked.person, made_ms: now_ms, made_by, records, looked })
}

/// A document of all that is held of a person was made.
pub(crate) const SHOWN: &str = "shown_to_person";

/// A record, and all that was written of it.
type History = (RecordRef, Vec<HistoryItem>);

/// What fields, values and the records of the document are called.
struct Told {
    reference: Arc<Reference>,
    words: Words,
    /// The records: 走访 2.
    titles: BTreeMap<RecordId, String>,
}

impl Told {
    async fn of(
        county: &County,
        reference: Arc<Reference>,
        person: &Person,
        held: &[History],
    ) -> Result<Self, Problem> {
        let forms = held.iter().flat_map(|(_, all)| all.iter().filter_map(|item| item.entry.patch.form));
        let words = Words::of(county, forms.collect()).await?;
        let mut counts: BTreeMap<RecordKind, usize> = BTreeMap::new();
        let mut titles = BTreeMap::new();
        for (record, _) in held {
            let count = counts.entry(record.kind).or_default();
            *count += 1;
            titles.insert(record.id, format!("{} {count}", record.kind.zh()));
        }
        titles.insert(person.id, person.name.clone());
        Ok(Self { reference, words, titles })
    }

    fn records(&self, held: &[History]) -> Vec<Held> {
        let record = |(record, history): &History| Held {
            kind: record.kind.zh().to_owned(),
            title: self.titles.get(&record.id).cloned().unwrap_or_default(),
            id: record.id,
            written: history.iter().map(|item| self.written(record.kind, item)).collect(),
        };
        held.iter().map(record).collect()
    }

    fn written(&self, kind: RecordKind, item: &HistoryItem) -> Written {
        Written {
            by: author_zh(&self.reference, item.entry.patch.author),
            at_ms: item.entry.patch.stamp.best_ms(),
            arrived_ms: item.arrived_ms,
            state: item.state.zh().to_owned(),
            fields: self.fields(kind, item),
        }
    }

    fn fields(&self, kind: RecordKind, item: &HistoryItem) -> Vec<Field> {
        let Some(body) = item.entry.body.as_ref().filter(|_| item.state != ItemState::Erased) else {
            return Vec::new();
        };
        let form = item.entry.patch.form;
        let field = |(key, value, _): (String, &Value, _)| {
            let place = Place { kind: Some(kind), field: &key, form };
            // A field may be named after a record: the word on a change, after the part that reports it.
            let name = key.split('/').fold(self.words.field(place), |name, step| match self.named(step) {
                Some(title) => name.replace(step, &title),
                None => name,
            });
            // Whoever only reported a change says nothing of who was met.
            let told = key == keys::REASON && !body.sets.contains_key(keys::MET);
            let name = if told { "原因或情况".to_owned() } else { name };
            let words = match value {
                Value::Text(text) => self.named(text),
                _ => None,
            };
            Field { name, words: words.unwrap_or_else(|| self.words.value(place, value)), key }
        };
        body.writes(self.reference.order(form).unwrap_or(&[])).map(field).collect()
    }

    /// What a record is called, if the text is its id.
    fn named(&self, text: &str) -> Option<String> {
        let id: RecordId = text.parse().ok()?;
        let staff = || self.reference.staff.get(&id).map(|staff| staff.name.clone());
        Some(self.titles.get(&id).cloned().or_else(staff).unwrap_or_else(|| OTHERS.to_owned()))
    }
}

/// Stands for a record of somebody else's.
const OTHERS: &str = "（别人的记录）";

async fn looked(county: &County, reference: &Reference, records: &[Held]) -> Result<Vec<Looked>, Problem> {
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let page = county.stores.directory.accesses(before, LINES).await.map_err(at_county)?;
        let Some((last, _)) = page.last() else { break };
        before = Some(*last);
        let of_them = page.iter().filter(|(_, one)| {
            one.record.is_some_and(|record| records.iter().any(|held| held.id == record.id))
        });
        found.extend(of_them.map(|(_, one)| Looked {
            by: author_zh(reference, one.staff),
            at_ms: one.at_ms,
            act: one.act.clone(),
        }));
    }
    Ok(found)
}

/// How many lines of the access log are read at a time.
const LINES: usize = 500;

/// Keys that say nothing to the person: by them the program takes words back.
pub(super) fn is_inner(key: &str) -> bool {
    let of_an_item = [keys::ITEM, keys::ITEM_BACK, keys::ITEM_HASH, keys::ITEM_KIND, keys::ITEM_RECORD];
    let wrote = key == keys::REGISTRATION_WROTE || key.starts_with(keys::CHANGE) && key.ends_with("/wrote");
    of_an_item.contains(&key) || wrote || key == keys::PINYIN
}
