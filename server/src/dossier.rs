//! 查阅、复制 (个人信息保护法 第45条): all that the county holds of a person in one document, with who wrote what when
//! and who looked at it. It is in the access log before it is answered; a child's needs a grant that holds.

mod page;

pub use page::html;

use crate::access::log_right;
use crate::county::{County, at_county};
use crate::opening::{Opening, open};
use crate::takes::form;
use domain::catalogue::{RecordKind, field_zh, keys};
use domain::grant::OpeningReason;
use domain::ids::RecordId;
use domain::patch::{ANSWER_PREFIX, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
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
        let opening = Opening { grant, parts, concerns, reason: OpeningReason::Request, by: asked.by };
        open(county, &opening, now_ms).await?;
    }
    log_right(county, asked.by, SHOWN, record, now_ms).await?;
    let mut records = Vec::new();
    for one in std::iter::once(record).chain(all.into_iter().filter(|one| *one != record)) {
        records.push(held(county, &reference, one).await?);
    }
    let made_by = reference.staff_name(asked.by);
    let looked = looked(county, &reference, &records).await?;
    Ok(Dossier { name: person.name, person: asked.person, made_ms: now_ms, made_by, records, looked })
}

/// A document of all that is held of a person was made.
pub(crate) const SHOWN: &str = "shown_to_person";

async fn held(county: &County, reference: &Reference, record: RecordRef) -> Result<Held, Problem> {
    let mut written = Vec::new();
    for item in county.stores.reports.history(record).await.map_err(at_county)? {
        written.push(Written {
            by: reference.staff_name(item.entry.patch.author),
            at_ms: item.entry.patch.stamp.best_ms(),
            arrived_ms: item.arrived_ms,
            state: item.state.zh().to_owned(),
            fields: fields(county, reference, &item).await?,
        });
    }
    Ok(Held { kind: record.kind.zh().to_owned(), id: record.id, written })
}

async fn fields(county: &County, reference: &Reference, item: &HistoryItem) -> Result<Vec<Field>, Problem> {
    let Some(body) = item.entry.body.as_ref().filter(|_| item.state != ItemState::Erased) else {
        return Ok(Vec::new());
    };
    let hash = item.entry.patch.form;
    let form = match hash {
        Some(hash) => form(county, hash).await?,
        None => None,
    };
    let field = |(key, value, _): (String, &Value, _)| {
        let answer = key.strip_prefix(ANSWER_PREFIX);
        let asked = answer.and_then(|path| form.as_ref()?.in_words(path, value, "zh"));
        let (name, words) =
            asked.unwrap_or_else(|| (field_zh(&key).unwrap_or_else(|| key.clone()), words(reference, value)));
        Field { key, name, words }
    };
    Ok(body.writes(reference.order(hash).unwrap_or(&[])).map(field).collect())
}

/// A value as people read it: areas and staff by their names.
fn words(reference: &Reference, value: &Value) -> String {
    let one = |text: &str| match text.parse::<RecordId>() {
        Ok(id) => reference.staff_name(id),
        Err(_) => text.to_owned(),
    };
    match value {
        Value::Null => "（空）".to_owned(),
        Value::Text(text) => one(text),
        Value::List(all) => all.iter().map(|text| one(text)).collect::<Vec<_>>().join("、"),
        other => match other.as_area().filter(|code| reference.areas.0.contains_key(code)) {
            Some(code) => reference.areas.name(code),
            None => serde_json::to_string(other).unwrap_or_default(),
        },
    }
}

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
            by: reference.staff_name(one.staff),
            at_ms: one.at_ms,
            act: one.act.clone(),
        }));
    }
    Ok(found)
}

/// How many lines of the access log are read at a time.
const LINES: usize = 500;

/// Keys that say nothing to the person.
pub(super) fn is_inner(key: &str) -> bool {
    key == keys::ITEM_BACK || key == keys::ITEM_HASH
}
