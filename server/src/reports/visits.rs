//! The visits behind a person, and the patches behind a visit.

use super::named::Names;
use super::people::{categories, township};
use super::waiting::{Desk, Shut};
use crate::county::{County, at_county};
use crate::credit::Credit;
use crate::goings;
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::category::Category;
use domain::going;
use domain::household::Household;
use domain::ids::RecordId;
use domain::mask;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use domain::visit::{self, PartFact, Visit, Way};
use seal::receipt::ReceiptDigits;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use store::county::HistoryItem;
use sync::wire::receipt::ItemState;

/// One visit to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VisitLine {
    /// The visit's record.
    #[schema(value_type = String)]
    pub visit: RecordId,
    /// The part's record.
    #[schema(value_type = String)]
    pub part: RecordId,
    /// The day on which it counts, the latest up to the one asked while several stand; absent when it counts for
    /// nothing.
    #[schema(value_type = Option<String>)]
    pub day: Option<Day>,
    /// How, who was met, and why not.
    pub met: Option<Met>,
    /// Who went, came along, and wrote it down.
    #[serde(flatten)]
    pub credit: Credit,
    /// Who made another visit that is one and the same going-there: of each such visit the names.
    pub one_with: Vec<Vec<String>>,
    /// The receipt in digits.
    pub receipt: String,
}

impl VisitLine {
    /// Whether somebody went there, as far as is known, and not only reported a change.
    pub(crate) fn went(&self) -> bool {
        self.met.as_ref().is_none_or(|met| met.way != Way::Report.code())
    }
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = HowMet)]
pub struct Met {
    /// The way's code.
    pub way: &'static str,
    /// Who was met: the code.
    pub met: &'static str,
    /// Why not: the code.
    pub reason: Option<&'static str>,
    /// All of it in words.
    pub zh: String,
}

/// How many visits of a person are listed.
const VISITS_MAX: usize = 500;

/// A person's heading and visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonVisits {
    /// The name, masked for a child.
    pub name: String,
    /// Where they live on the day: township, village, group.
    pub home: String,
    /// Their categories on the day, in words.
    pub categories: Vec<String>,
    /// Their visits up to the day, the latest first; those of which no day is known among them.
    pub visits: Vec<VisitLine>,
    /// How often somebody went there: none of what is void, and once of what is one going-there.
    pub times: usize,
}

/// A person and their visits as of a day.
///
/// # Errors
/// `nothing_found`, or what the store says.
pub async fn of_person(
    county: &County,
    id: RecordId,
    as_of: Day,
    today: Day,
) -> Result<PersonVisits, Problem> {
    let record = RecordRef { kind: RecordKind::Person, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let row = row.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    let person = Person::read(id, &row.head);
    let name = if person.is_minor_on(today) { mask::name(&person.name) } else { person.name.clone() };
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let (mut lines, mut counted) = (Vec::new(), Vec::new());
    for part in county.stores.reports.parts_of(id, VISITS_MAX).await.map_err(at_county)? {
        if part.fact.as_ref().is_some_and(|fact| fact.first_day() > as_of) {
            continue;
        }
        let record = RecordRef { kind: RecordKind::Visit, id: part.visit };
        let row = county.stores.ledger.record(record).await.map_err(at_county)?;
        let visit = row.map(|row| Visit::read(part.visit, &row.head));
        let credit = visit.as_ref().map(|visit| Credit::of(&reference, visit)).unwrap_or_default();
        let one_with = match &visit {
            Some(visit) => one_with(county, &reference, visit).await?,
            None => Vec::new(),
        };
        counted.extend(visit.filter(|_| part.fact.is_some()));
        let history = county.stores.reports.history(record).await.map_err(at_county)?;
        lines.push(VisitLine {
            visit: part.visit,
            part: part.part,
            day: part.fact.as_ref().and_then(|fact| fact.days().rfind(|day| *day <= as_of)),
            met: part.fact.as_ref().map(|fact| Met {
                way: fact.way.code(),
                met: fact.met.code(),
                reason: fact.reason.map(visit::NotMet::code),
                zh: in_words(fact),
            }),
            credit,
            one_with,
            receipt: history.iter().find_map(|item| digits(item.receipt)).unwrap_or_default(),
        });
    }
    let home = home(county, &reference, &person, as_of).await?;
    let categories = categories(&person, as_of, Category::zh);
    Ok(PersonVisits { name, home, categories, visits: lines, times: going::count(&counted) })
}

/// Who made the visits that are one going-there with this one, void ones left out.
///
/// # Errors
/// What the store says.
pub(crate) async fn one_with(
    county: &County,
    reference: &Reference,
    visit: &Visit,
) -> Result<Vec<Vec<String>>, Problem> {
    let others = goings::one_with(county, visit).await?;
    Ok(others.iter().map(|other| Credit::of(reference, other).visited_by).collect())
}

/// Township, village and group of a person on a day.
async fn home(county: &County, reference: &Reference, person: &Person, day: Day) -> Result<String, Problem> {
    let Some(village) = person.village_on(day) else { return Ok(String::new()) };
    let group = match person.household {
        Some(id) => {
            let record = RecordRef { kind: RecordKind::Household, id };
            let row = county.stores.ledger.record(record).await.map_err(at_county)?;
            row.map(|row| Household::read(id, &row.head).group).unwrap_or_default()
        }
        None => String::new(),
    };
    let mut parts = vec![township(reference, village), reference.areas.name(village), group];
    parts.retain(|part| !part.is_empty());
    Ok(parts.join(" "))
}

fn in_words(fact: &PartFact) -> String {
    if let (Way::Report, Some(reason)) = (fact.way, fact.reason) {
        // Nobody was looked for, so nobody was not met.
        return format!("{}：{}{}", Way::Report.zh(), reason.zh(), contested_in_words(fact));
    }
    let reason = fact.reason.map(|reason| format!("：{}", reason.zh())).unwrap_or_default();
    let (way, met) = (ways_in_words(fact, Way::zh, "或"), mets_in_words(fact, visit::Met::zh, "或"));
    format!("{way}，{met}{reason}{}", contested_in_words(fact))
}

/// How it was, by every side, in the words of a language.
pub(super) fn ways_in_words(fact: &PartFact, word: fn(Way) -> &'static str, or: &str) -> String {
    let ways = fact.beside.ways.iter().chain([&fact.way]);
    ways.map(|way| word(*way)).collect::<Vec<_>>().join(or)
}

/// Who was met, by every side, in the words of a language.
pub(super) fn mets_in_words(fact: &PartFact, word: fn(visit::Met) -> &'static str, or: &str) -> String {
    let mets = fact.beside.mets.iter().chain([&fact.met]);
    mets.map(|met| word(*met)).collect::<Vec<_>>().join(or)
}

/// That its sides differ; nothing when they do not.
pub(super) fn contested_in_words(fact: &PartFact) -> &'static str {
    if fact.is_contested() { "（填写不一致）" } else { "" }
}

fn digits(receipt: Option<(i32, u32)>) -> Option<String> {
    let (day, number) = receipt?;
    ReceiptDigits::of(Day(day), number).map(|digits| digits.to_string())
}

/// A record of a visit with everything that was ever written to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RecordHistory {
    /// `visit` or `part`.
    pub kind: &'static str,
    /// The record.
    #[schema(value_type = String)]
    pub record: RecordId,
    /// Keys of the fields on which values differ.
    pub contested: Vec<String>,
    /// Every write, in the order of arrival.
    pub writes: Vec<FieldHistory>,
    /// What the records are called that the writes name, by their ids: a person, 户主 of a household, a member of
    /// staff. A child's name is masked.
    pub names: BTreeMap<String, String>,
}

/// One write to one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldHistory {
    /// The field's key.
    pub field: String,
    /// The value.
    #[schema(value_type = serde_json::Value)]
    pub value: Value,
    /// Who wrote it.
    pub by: String,
    /// When it was made, as far as clocks can tell.
    pub made_ms: UnixMs,
    /// When it arrived.
    pub arrived_ms: UnixMs,
    /// What became of the patch.
    #[schema(value_type = String)]
    pub state: ItemState,
    /// Whether it stands.
    pub stands: bool,
    /// The form under which it was written.
    #[serde(skip)]
    pub form: Option<Hash>,
}

/// A visit, or one person's share of it, as the terminal shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The history; of a part that is shut, without a child's answers and words.
    #[serde(flatten)]
    pub history: RecordHistory,
    /// Whose share; of the visit itself nobody's.
    pub person: Option<RecordId>,
    /// Their name, a child's masked.
    pub name: Option<String>,
    /// A child's answers and words are not here: opening them takes a grant.
    pub shut: bool,
}

/// A visit and its parts, each with the history of its fields. A child's part is shut unless it is among
/// those that were opened.
///
/// # Errors
/// `nothing_found`, or what the store says.
pub async fn of_visit(
    county: &County,
    id: RecordId,
    opened: &BTreeSet<RecordId>,
    today: Day,
) -> Result<Vec<Share>, Problem> {
    let desk = Desk::open(county, today).await?;
    let visit = RecordRef { kind: RecordKind::Visit, id };
    let history_of_visit = history(county, &desk.reference, visit, today).await?;
    let mut shares = vec![Share { history: history_of_visit, person: None, name: None, shut: false }];
    for part in county.stores.reports.parts_of_visit(id).await.map_err(at_county)? {
        let record = RecordRef { kind: RecordKind::Part, id: part.part };
        let shut = shut(&desk, record).await?;
        let mut history = history(county, &desk.reference, record, today).await?;
        let closed = shut.restricted() || shut.child() && !opened.contains(&part.part);
        if closed {
            history.close(&shut);
        }
        let (person, name) = (Some(part.subject), desk.person(None, part.subject).await?);
        shares.push(Share { history, person, name, shut: closed });
    }
    Ok(shares)
}

/// What of a record is for those responsible for a child.
async fn shut(desk: &Desk<'_>, record: RecordRef) -> Result<Shut, Problem> {
    let row = desk.row(record).await?.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    Shut::of(desk, None, record, &row.head).await
}

impl RecordHistory {
    /// Takes away what is shut.
    fn close(&mut self, shut: &Shut) {
        self.writes.retain(|write| !shut.hides(&write.field));
        self.contested.retain(|field| !shut.hides(field));
    }
}

/// 填写不一致: the sides of every contested field of a person, with their authors; nothing of what is for
/// those responsible for a child, whose names are masked.
///
/// # Errors
/// `nothing_found`, or what the store says.
pub async fn contested_of(county: &County, id: RecordId, today: Day) -> Result<Vec<FieldHistory>, Problem> {
    let desk = Desk::open(county, today).await?;
    let record = RecordRef { kind: RecordKind::Person, id };
    let mut all = history(county, &desk.reference, record, today).await?;
    let shut = shut(&desk, record).await?;
    all.close(&shut);
    let RecordHistory { contested, writes, .. } = all;
    let differing = writes.into_iter().filter(|write| write.stands && contested.contains(&write.field));
    let masked =
        |write: FieldHistory| FieldHistory { value: shut.masked(&write.field, &write.value), ..write };
    Ok(differing.map(masked).collect())
}

/// A record with everything that was ever written to it.
///
/// # Errors
/// `nothing_found`, or what the store says.
pub(crate) async fn history(
    county: &County,
    reference: &Reference,
    record: RecordRef,
    today: Day,
) -> Result<RecordHistory, Problem> {
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let head = row.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?.head;
    let mut names = Names::about(county, reference, record, today).await?;
    let mut writes = Vec::new();
    for item in county.stores.reports.history(record).await.map_err(at_county)? {
        let HistoryItem { entry, state, arrived_ms, .. } = item;
        let Some(body) = &entry.body else { continue };
        let order = reference.order(entry.patch.form).unwrap_or_default();
        for (field, value, _) in body.writes(order) {
            names.of(&field, value).await?;
            let dot = entry.patch.dot();
            let stands = head.fields.get(&field).is_some_and(|all| all.iter().any(|one| one.dot() == dot));
            writes.push(FieldHistory {
                value: value.clone(),
                by: reference.staff_name(entry.patch.author),
                made_ms: entry.patch.stamp.best_ms(),
                arrived_ms,
                state,
                stands,
                field,
                form: entry.patch.form,
            });
        }
    }
    let contested = head.contested().map(str::to_owned).collect();
    Ok(RecordHistory { kind: record.kind.code(), record: record.id, contested, writes, names: names.all() })
}
