//! `GET /api/visits/{visit}`: a visit with its parts, their answers, the history of every field, the
//! receipt, and the duties it met. A child's part is shut: see `grants.rs`.

use super::extract::{At, Said};
use super::header::CodeReply;
use super::permit::Permit;
use crate::ask::{self, Asked, Question, asks_of};
use crate::clock;
use crate::county::{County, at_county};
use crate::credit::Credit;
use crate::desk::Desk;
use crate::goings;
use crate::opening::homes;
use crate::problem::{Refusal, wrong};
use crate::reports::{Answer, Names, RecordHistory, answers_of, one_with, record_history};
use crate::restrict;
use crate::staff::{Change, write};
use axum::Json;
use axum::extract::State;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::mask;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use domain::visit::{Met, NotMet, Part, Visit, Way};
use seal::receipt::ReceiptDigits;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use sync::county::place::link;
use utoipa::ToSchema;

/// A duty that a part met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct MetDuty {
    duty: String,
    title_zh: String,
    title_en: String,
    period: CodeReply,
}

/// One person's share of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct PartReply {
    #[schema(value_type = String)]
    part: RecordId,
    #[schema(value_type = String)]
    person: RecordId,
    /// A child's is masked.
    name: String,
    minor: bool,
    /// A child's answers and their history are not here: opening them takes a grant.
    shut: bool,
    /// Because the answers are kept only (限制处理): nobody opens them.
    restricted: bool,
    met: Option<CodeReply>,
    reason: Option<CodeReply>,
    /// It counts for nothing.
    void: bool,
    meets: Vec<MetDuty>,
    answers: Vec<Answer>,
    /// What was asked of its author, as long as that is open.
    asks: Vec<Asked>,
    history: Option<RecordHistory>,
}

/// A home that was visited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct HomeReply {
    #[schema(value_type = String)]
    household: RecordId,
    group: String,
    /// A child's name is masked.
    head_name: String,
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct VisitReply {
    #[schema(value_type = String)]
    visit: RecordId,
    #[schema(value_type = Option<u64>)]
    village: Option<AreaCode>,
    village_name: String,
    way: Option<CodeReply>,
    place: Option<String>,
    /// Which home; none when it was at a place.
    home: Option<HomeReply>,
    /// When it was, as far as the worker knows: Unix milliseconds.
    from_ms: Option<UnixMs>,
    until_ms: Option<UnixMs>,
    /// Who went, came along, and wrote it down.
    #[serde(flatten)]
    credit: Credit,
    /// Who made another visit that is one and the same going-there: of each such visit the names.
    one_with: Vec<Vec<String>>,
    /// Where it was written down, if its author said so: degrees, metres, when, as the field holds them.
    location: Option<String>,
    void: bool,
    /// 回执.
    receipt: Option<String>,
    /// When the county had it on disk.
    received_ms: Option<UnixMs>,
    /// People of the area only; others of the same visit are not here.
    parts: Vec<PartReply>,
    /// Whether there are parts of people elsewhere.
    more_elsewhere: bool,
    history: RecordHistory,
}

fn code(code: &str, zh: &str, en: &str) -> CodeReply {
    CodeReply { code: code.to_owned(), zh: zh.to_owned(), en: en.to_owned() }
}

/// The visit.
#[utoipa::path(get, path = "/api/visits/{visit}", params(("visit" = String, Path)),
    responses((status = 200, body = VisitReply)))]
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
) -> Result<Json<VisitReply>, Refusal> {
    let county = &desk.county;
    let reference = &permit.reference;
    let record = RecordRef { kind: RecordKind::Visit, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let visit = Visit::read(id, &row.ok_or(ProblemCode::NothingFound)?.head);
    let (mut parts, mut more_elsewhere) = (Vec::new(), false);
    for one in county.stores.reports.parts_of_visit(id).await.map_err(at_county)? {
        let places = homes(county, one.subject).await.unwrap_or_default();
        if places.iter().any(|place| permit.covers(*place)) {
            parts.push(part(county, &permit, one.part, false).await?);
        } else {
            more_elsewhere = true;
        }
    }
    let today = Day::of(clock::now_ms());
    let home = home(county, reference, &visit, today).await?;
    let mut history = record_history(county, reference, record, today).await?;
    // Whoever was a child on the day of the visit is one here.
    history.names.extend(parts.iter().map(|part| (part.person.to_string(), part.name.clone())));
    let arrivals = county.stores.reports.history(record).await.map_err(at_county)?;
    let receipt = arrivals.iter().find_map(|item| {
        let (day, number) = item.receipt?;
        Some((ReceiptDigits::of(Day(day), number)?.to_string(), item.arrived_ms))
    });
    Ok(Json(VisitReply {
        visit: id,
        village: visit.village,
        village_name: visit.village.map(|village| reference.areas.name(village)).unwrap_or_default(),
        way: visit.way.map(|way: Way| code(way.code(), way.zh(), way.en())),
        place: visit.place.clone(),
        home,
        from_ms: visit.happened.map(|when| when.from_ms),
        until_ms: visit.happened.map(|when| when.until_ms),
        credit: Credit::of(reference, &visit),
        one_with: one_with(county, reference, &visit).await?,
        location: visit.location.map(|at| at.to_string()),
        void: visit.void,
        received_ms: receipt.as_ref().map(|(_, at_ms)| *at_ms),
        receipt: receipt.map(|(digits, _)| digits),
        parts,
        more_elsewhere,
        history,
    }))
}

async fn home(
    county: &County,
    reference: &Reference,
    visit: &Visit,
    today: Day,
) -> Result<Option<HomeReply>, Problem> {
    let Some(id) = visit.household else { return Ok(None) };
    let record = RecordRef { kind: RecordKind::Visit, id: visit.id };
    let home = Names::about(county, reference, record, today).await?.household(id).await?;
    Ok(home.map(|home| HomeReply { household: id, group: home.group, head_name: home.head_name }))
}

/// 作废, and the taking back of it.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct VoidAsked {
    /// Why it counts for nothing; nothing takes that back.
    reason: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct VoidReply {
    void: bool,
}

/// Makes a visit void, or takes that back: it counts again. Its author's phone hears of it at its next
/// exchange.
#[utoipa::path(post, path = "/api/visits/{visit}/void", params(("visit" = String, Path)),
    request_body = VoidAsked, responses((status = 200, body = VoidReply)))]
pub(super) async fn void(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
    Said(said): Said<VoidAsked>,
) -> Result<Json<VoidReply>, Refusal> {
    let reason = said.reason.as_deref().map(str::trim);
    if reason.is_some_and(|reason| reason.is_empty() || reason.chars().count() > 500) {
        return Err(wrong("reason", "理由写 1 到 500 个字", "1 to 500 characters").into());
    }
    let record = RecordRef { kind: RecordKind::Visit, id };
    let sets = BTreeMap::from([(keys::VOID.to_owned(), reason.map_or(Value::Null, Value::text))]);
    write(&desk.county, permit.staff()?, Change::of_office(record, sets), clock::now_ms()).await?;
    Ok(Json(VoidReply { void: reason.is_some() }))
}

/// What a reviewer wants to know of an answer.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct AskAsked {
    #[schema(value_type = String)]
    part: RecordId,
    /// The field; an answer's is `a/` and its path.
    field: String,
    /// What is asked; its author reads it on the phone.
    words: String,
}

/// 请您补充: asks the author of an answer about it. The visit counts as before.
#[utoipa::path(post, path = "/api/visits/{visit}/asks", params(("visit" = String, Path)),
    request_body = AskAsked, responses((status = 200)))]
pub(super) async fn ask(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
    Said(said): Said<AskAsked>,
) -> Result<Json<()>, Refusal> {
    let record = RecordRef { kind: RecordKind::Part, id: said.part };
    let row = desk.county.stores.ledger.record(record).await.map_err(at_county)?;
    if row.and_then(|row| link(&row.head, keys::VISIT)) != Some(id) {
        return Err(Problem::new(ProblemCode::NothingFound).into());
    }
    let visit = RecordRef { kind: RecordKind::Visit, id };
    let visit = desk.county.stores.ledger.record(visit).await.map_err(at_county)?;
    let village = visit.and_then(|row| Visit::read(id, &row.head).village);
    let area = village.unwrap_or(desk.county.keys.county());
    let AskAsked { part, field, words } = said;
    let question = Question { part, field, words, by: permit.staff()?, area };
    Ok(Json(ask::ask(&desk.county, &question, clock::now_ms()).await?))
}

/// A part; a child's without its answers unless it is opened.
pub(super) async fn part(
    county: &County,
    permit: &Permit,
    id: RecordId,
    opened: bool,
) -> Result<PartReply, Problem> {
    let nothing = || Problem::new(ProblemCode::NothingFound);
    let record = RecordRef { kind: RecordKind::Part, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?.ok_or_else(nothing)?;
    let part = Part::read(id, &row.head);
    let subject = part.subject.ok_or_else(nothing)?;
    let person = RecordRef { kind: RecordKind::Person, id: subject };
    let person = county.stores.ledger.record(person).await.map_err(at_county)?.ok_or_else(nothing)?;
    let person = Person::read(subject, &person.head);
    let visit = match part.visit {
        Some(id) => Some(goings::visit(county, id).await?),
        None => None,
    };
    // Whoever was a child on the day of the visit stays one here: what was said then stays a child's.
    let when = visit.as_ref().and_then(|visit| visit.happened);
    let minor = person.may_be_minor_on(Day::of(clock::now_ms()))
        || when.is_some_and(|when| person.is_minor_on(when.day()));
    let void = part.void || visit.is_some_and(|visit| visit.void);
    let restricted = restrict::holds(county, subject).await?;
    let shut = minor && !opened || restricted;
    let name = if minor { mask::name(&person.name) } else { person.name.clone() };
    let (answers, history) = if shut {
        (Vec::new(), None)
    } else {
        let today = Day::of(clock::now_ms());
        let mut history = record_history(county, &permit.reference, record, today).await?;
        history.names.insert(subject.to_string(), name.clone());
        (answers_of(county, record, &row.head).await?, Some(history))
    };
    Ok(PartReply {
        part: id,
        person: subject,
        name,
        minor,
        shut,
        restricted,
        met: part.met.map(|met: Met| code(met.code(), met.zh(), met.en())),
        reason: part.reason.map(|reason: NotMet| code(reason.code(), reason.zh(), reason.en())),
        void: part.void,
        meets: meets(county, &permit.reference, &part, subject).await?,
        answers,
        // Of what does not count nothing is asked.
        asks: if shut || void { Vec::new() } else { asks_of(county, record, &row.head).await? },
        history,
    })
}

/// A part with those of the same person in visits that are one going-there with its own: what one of them meets is
/// met by all who went.
async fn one_going(county: &County, part: &Part, subject: RecordId) -> Result<BTreeSet<RecordId>, Problem> {
    let mut parts = BTreeSet::from([part.id]);
    let Some(id) = part.visit else { return Ok(parts) };
    for other in goings::one_with(county, &goings::visit(county, id).await?).await? {
        let rows = county.stores.reports.parts_of_visit(other.id).await.map_err(at_county)?;
        parts.extend(rows.into_iter().filter(|row| row.subject == subject).map(|row| row.part));
    }
    Ok(parts)
}

/// Which duties the part met, or its going-there did. O(standings of the person).
async fn meets(
    county: &County,
    reference: &Reference,
    part: &Part,
    subject: RecordId,
) -> Result<Vec<MetDuty>, Problem> {
    let mut standings = county.stores.reports.standings_of(subject).await.map_err(at_county)?;
    let any = domain::coverage::rules::ANY_DUTY;
    let parts = one_going(county, part, subject).await?;
    standings.retain(|one| one.met_by.is_some_and(|met| parts.contains(&met)) && one.duty != any);
    let duty = |one: domain::coverage::Standing| {
        let village = one.step_on(one.period.last()).map_or(AreaCode(0), |step| step.place.area);
        let rule = reference.rule_on(&one.duty, village, one.met_on.unwrap_or(one.period.from()));
        MetDuty {
            title_zh: rule.map_or(one.duty.clone(), |rule| rule.title_zh.clone()),
            title_en: rule.map_or(one.duty.clone(), |rule| rule.title_en.clone()),
            period: code(&one.period.to_string(), &one.period.zh(), &one.period.en()),
            duty: one.duty,
        }
    };
    Ok(standings.into_iter().map(duty).collect())
}
