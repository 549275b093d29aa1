//! Two visits that may be one going-there, side by side: who, when, how, whom they met, and what was answered
//! differently. A child's answers are not shown, nor those of whoever is restricted (限制处理).

use super::desk::Desk;
use super::{Item, Reason, Shut};
use crate::county::{County, at_county};
use crate::credit::Credit;
use crate::goings::{area_of, handle, suggested, visit};
use crate::reports::answers_of;
use domain::catalogue::RecordKind;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::time::{Day, Happened, UnixMs};
use domain::visit::{Part, Visit};
use seal::receipt::ReceiptDigits;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One person whom a visit met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = GoingMet)]
pub struct Met {
    /// The name; a child's is masked.
    pub name: String,
    /// Who was met, or why not. Chinese.
    pub zh: String,
    /// The same, English.
    pub en: String,
}

/// One of two visits that may be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = GoingSide)]
pub struct Side {
    /// The visit.
    #[schema(value_type = String)]
    pub visit: RecordId,
    /// When it was, as far as the worker knows: Unix milliseconds.
    pub from_ms: Option<UnixMs>,
    /// Until when.
    pub until_ms: Option<UnixMs>,
    /// How: the code.
    pub way: Option<&'static str>,
    /// Who went, came along, and wrote it down.
    #[serde(flatten)]
    pub credit: Credit,
    /// Whom it met.
    pub met: Vec<Met>,
    /// 回执.
    pub receipt: Option<String>,
    /// When the county had it on disk.
    pub received_ms: Option<UnixMs>,
}

/// What was answered differently about somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = GoingAnswer)]
pub struct Differs {
    /// Of whom.
    pub name: String,
    /// The question, Chinese.
    pub question_zh: String,
    /// The same, English.
    pub question_en: String,
    /// The answers of the first visit and of the second, in words; nothing where it was not answered. Chinese.
    pub answers_zh: [String; 2],
    /// The same, English.
    pub answers_en: [String; 2],
}

/// Two visits that may be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = GoingShown)]
pub struct Sides {
    /// The two.
    pub visits: Vec<Side>,
    /// What was answered differently of people whom both met.
    pub differs: Vec<Differs>,
    /// Whether answers are not shown, because they are a child's.
    pub shut: bool,
    /// Whether answers are not shown, because they are kept only: 限制处理.
    pub restricted: bool,
}

/// Everything that is suggested as one going-there, by its arrival. O(what is suggested), a few reads each.
pub(super) async fn items(county: &County, desk: &Desk<'_>) -> Result<Vec<Item>, Problem> {
    let mut pairs: BTreeMap<(RecordId, RecordId), Vec<RecordId>> = BTreeMap::new();
    for (pair, person) in county.stores.reports.suggested().await.map_err(at_county)? {
        pairs.entry(pair).or_default().push(person);
    }
    let mut items = Vec::new();
    for (pair, people) in pairs {
        items.push(item(county, desk, pair, &people).await?);
    }
    items.sort_by_key(|item| item.arrived_ms);
    Ok(items)
}

async fn item(
    county: &County,
    desk: &Desk<'_>,
    pair: (RecordId, RecordId),
    met: &[RecordId],
) -> Result<Item, Problem> {
    let (one, other) = (visit(county, pair.0).await?, visit(county, pair.1).await?);
    let area = area_of(county, [&one, &other]).await?;
    let mut authors = Vec::new();
    for id in one.visited_by.iter().chain(&other.visited_by) {
        let name = desk.reference.staff_name(*id);
        if !authors.contains(&name) {
            authors.push(name);
        }
    }
    let (mut arrived_ms, mut people) = (0, Vec::new());
    for id in [one.id, other.id] {
        arrived_ms = arrival(county, id).await?.map_or(arrived_ms, |(at_ms, _)| at_ms.max(arrived_ms));
    }
    for person in met {
        people.extend(desk.person(None, *person).await?);
    }
    Ok(Item {
        handle: handle(pair),
        reason: Reason::OneGoing,
        why: "两个人同一天走访了同一个人，各记了一次".to_owned(),
        why_en: "two workers visited one person on one day, and each wrote it down".to_owned(),
        kind: Some(RecordKind::Visit.code()),
        record: None,
        field: None,
        area,
        area_name: desk.reference.areas.name(area),
        author: authors.join("、"),
        day: one.happened.or(other.happened).map(Happened::day),
        people,
        arrived_ms,
        kept: None,
        form: None,
    })
}

/// When a visit was first on disk, and its receipt.
async fn arrival(county: &County, id: RecordId) -> Result<Option<(UnixMs, Option<String>)>, Problem> {
    let record = RecordRef { kind: RecordKind::Visit, id };
    let history = county.stores.reports.history(record).await.map_err(at_county)?;
    let receipt = history.iter().find_map(|item| {
        let (day, number) = item.receipt?;
        Some(ReceiptDigits::of(Day(day), number)?.to_string())
    });
    Ok(history.first().map(|first| (first.arrived_ms, receipt)))
}

/// Two visits that are suggested as one, opened.
pub(super) async fn show(county: &County, desk: &Desk<'_>, text: &str) -> Result<(Item, Sides), Problem> {
    let (pair, people) = suggested(county, text).await?;
    let item = item(county, desk, pair, &people).await?;
    let (mut visits, mut parts) = (Vec::new(), Vec::new());
    for id in [pair.0, pair.1] {
        let visit = visit(county, id).await?;
        let of_visit = parts_of(county, id).await?;
        visits.push(side(county, desk, &visit, &of_visit).await?);
        parts.push(of_visit);
    }
    let both: BTreeSet<RecordId> = people.into_iter().collect();
    let mut sides = Sides { visits, differs: Vec::new(), shut: false, restricted: false };
    if let [one, other] = parts.as_slice() {
        for one in one.iter().filter(|part| part.subject.is_some_and(|who| both.contains(&who))) {
            if let Some(other) = other.iter().find(|other| other.subject == one.subject) {
                sides.compare(county, desk, one, other).await?;
            }
        }
    }
    Ok((item, sides))
}

async fn parts_of(county: &County, visit: RecordId) -> Result<Vec<Part>, Problem> {
    let mut parts = Vec::new();
    for row in county.stores.reports.parts_of_visit(visit).await.map_err(at_county)? {
        let record = RecordRef { kind: RecordKind::Part, id: row.part };
        let found = county.stores.ledger.record(record).await.map_err(at_county)?;
        parts.extend(found.map(|found| Part::read(row.part, &found.head)));
    }
    parts.retain(|part| !part.void);
    Ok(parts)
}

async fn side(county: &County, desk: &Desk<'_>, visit: &Visit, parts: &[Part]) -> Result<Side, Problem> {
    let mut met = Vec::new();
    for part in parts {
        let Some(name) = name(desk, part).await? else { continue };
        let words = part.reason.map(|reason| (reason.zh(), reason.en()));
        let (zh, en) = words.or(part.met.map(|met| (met.zh(), met.en()))).unwrap_or_default();
        met.push(Met { name, zh: zh.to_owned(), en: en.to_owned() });
    }
    let arrival = arrival(county, visit.id).await?;
    Ok(Side {
        visit: visit.id,
        from_ms: visit.happened.map(|when| when.from_ms),
        until_ms: visit.happened.map(|when| when.until_ms),
        way: visit.way.map(domain::visit::Way::code),
        credit: Credit::of(&desk.reference, visit),
        met,
        received_ms: arrival.as_ref().map(|(at_ms, _)| *at_ms),
        receipt: arrival.and_then(|(_, receipt)| receipt),
    })
}

async fn name(desk: &Desk<'_>, part: &Part) -> Result<Option<String>, Problem> {
    match part.subject {
        Some(subject) => desk.person(None, subject).await,
        None => Ok(None),
    }
}

impl Sides {
    /// Adds what was answered differently in two parts of one person.
    async fn compare(
        &mut self,
        county: &County,
        desk: &Desk<'_>,
        one: &Part,
        other: &Part,
    ) -> Result<(), Problem> {
        let mut answers = Vec::new();
        for part in [one, other] {
            let record = RecordRef { kind: RecordKind::Part, id: part.id };
            let head = desk.row(record).await?.map(|row| row.head).unwrap_or_default();
            let shut = Shut::of(desk, None, record, &head).await?;
            if shut.child() || shut.restricted() {
                (self.shut, self.restricted) =
                    (self.shut || shut.child(), self.restricted || shut.restricted());
                return Ok(());
            }
            answers.push(answers_of(county, record, &head).await?);
        }
        let name = name(desk, one).await?.unwrap_or_default();
        let [first, second] = answers.as_slice() else { return Ok(()) };
        let mut told = BTreeSet::new();
        for asked in first.iter().chain(second).filter(|asked| told.insert(&asked.path)) {
            let both = [first, second].map(|all| all.iter().find(|one| one.path == asked.path));
            let [one, other] = both.map(|found| found.map(|found| &found.values));
            if one == other {
                continue;
            }
            let words = |zh: bool| {
                both.map(|found| {
                    let words = found.map(|one| if zh { &one.words_zh } else { &one.words_en });
                    words.map(|words| words.join(" ／ ")).unwrap_or_default()
                })
            };
            self.differs.push(Differs {
                name: name.clone(),
                question_zh: asked.question_zh.clone(),
                question_en: asked.question_en.clone(),
                answers_zh: words(true),
                answers_en: words(false),
            });
        }
        Ok(())
    }
}
