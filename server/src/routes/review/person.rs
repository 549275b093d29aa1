//! `GET /api/subjects/{person}`: a person of the register, masked, where they stand in every duty, and
//! their visits.

use super::extract::At;
use super::header::CodeReply;
use super::permit::Permit;
use crate::clock;
use crate::county::at_county;
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::reason;
use crate::reports::{VisitLine, of_person, township};
use crate::stays::refusals;
use axum::Json;
use axum::extract::State;
use domain::catalogue::{RecordKind, keys};
use domain::category::Category;
use domain::coverage::Standing;
use domain::head::{Head, Reading};
use domain::household::Household;
use domain::ids::{AreaCode, RecordId};
use domain::mask;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::{self, Away, Person};
use domain::time::Day;
use domain::value::Value;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A category with its days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct MembershipReply {
    code: String,
    zh: String,
    en: String,
    #[schema(value_type = Option<String>)]
    from: Option<Day>,
    /// The first day without it.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
    holds: bool,
}

/// Where a person stands in a duty, in the period of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct StandingReply {
    duty: String,
    title_zh: String,
    title_en: String,
    period: CodeReply,
    status_zh: &'static str,
    status_en: &'static str,
    /// Whether the person counts as visited.
    met: bool,
    #[schema(value_type = Option<String>)]
    met_on: Option<Day>,
    #[schema(value_type = Option<String>)]
    due_on: Option<Day>,
    /// Rolling duties only.
    overdue_days: i32,
}

/// A telephone on which values differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DiffersReply {
    /// The field.
    field: String,
    /// What stands side by side, masked; empty where a side says nothing.
    values: Vec<String>,
}

/// A stay elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct StayReply {
    /// By which it is named.
    stay: String,
    kind: &'static str,
    zh: &'static str,
    en: &'static str,
    #[schema(value_type = String)]
    from: Day,
    /// The first day back.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
    /// Whether the person is there today.
    holds: bool,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct PersonReply {
    #[schema(value_type = String)]
    person: RecordId,
    /// A child's is masked.
    name: String,
    minor: bool,
    /// `1` male, `2` female.
    sex: Option<String>,
    age: Option<i32>,
    /// All but its ends are stars.
    id_number: Option<String>,
    phone: Option<String>,
    /// Who cares for the person, by name.
    carer: Option<String>,
    phone_carer: Option<String>,
    phone_away: Option<String>,
    township: String,
    #[schema(value_type = Option<u64>)]
    village: Option<AreaCode>,
    village_name: String,
    group: String,
    head_name: String,
    /// 主动发现·待确认.
    pending: bool,
    /// The record of the same person into which this one was merged.
    #[schema(value_type = Option<String>)]
    merged_into: Option<RecordId>,
    /// All that was held of the person was erased by law: nobody is named here.
    erased: bool,
    /// Since when the answers are kept only: 限制处理.
    #[schema(value_type = Option<String>)]
    restricted: Option<Day>,
    /// Why, and who asked for it.
    restricted_words: Option<String>,
    #[schema(value_type = Option<String>)]
    died: Option<Day>,
    #[schema(value_type = Option<String>)]
    moved_out: Option<Day>,
    /// Stays elsewhere, the latest first.
    stays: Vec<StayReply>,
    /// On how many days somebody said that they do not want to be visited.
    refusals: usize,
    /// Since when that is recognised.
    #[schema(value_type = Option<String>)]
    refused: Option<Day>,
    /// Why.
    refused_words: Option<String>,
    categories: Vec<MembershipReply>,
    standings: Vec<StandingReply>,
    /// Keys of the fields on which values differ.
    contested: Vec<String>,
    /// Of these the telephones, with what stands side by side.
    differs: Vec<DiffersReply>,
    /// How often somebody went there: once of what is one going-there.
    times: usize,
    /// The latest first.
    visits: Vec<VisitLine>,
}

/// The person.
#[utoipa::path(get, path = "/api/subjects/{person}", params(("person" = String, Path)),
    responses((status = 200, body = PersonReply)))]
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
) -> Result<Json<PersonReply>, Refusal> {
    let county = &desk.county;
    let today = Day::of(clock::now_ms());
    let record = RecordRef { kind: RecordKind::Person, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let head = row.ok_or(ProblemCode::NothingFound)?.head;
    let person = Person::read(id, &head);
    let home = household(&desk, person.household).await?;
    let minor = person.is_minor_on(today);
    let shown = |name: &str| if minor { mask::name(name) } else { name.to_owned() };
    let phone = |key: &str| head.text(key).map(mask::phone);
    let head_name = home.as_ref().map(|home| home.head_name.clone()).unwrap_or_default();
    let found = of_person(county, id, today, today).await?;
    let village = person.village_on(today);
    let reference = &permit.reference;
    let reasons = reason::of(county, id).await?;
    let reply = PersonReply {
        person: id,
        name: shown(&person.name),
        minor,
        sex: person.sex.clone(),
        age: person.age_on(today),
        id_number: person.id_number.as_deref().map(mask::id_number),
        phone: phone(keys::PHONE),
        carer: head.text(keys::CARER).map(str::to_owned),
        phone_carer: phone(keys::PHONE_CARER),
        phone_away: phone(keys::PHONE_AWAY),
        township: village.map(|village| township(reference, village)).unwrap_or_default(),
        village,
        village_name: village.map(|village| reference.areas.name(village)).unwrap_or_default(),
        group: home.map(|home| home.group).unwrap_or_default(),
        head_name: if head_name == person.name { shown(&head_name) } else { head_name },
        pending: person.pending,
        merged_into: person.merged_into,
        erased: permit.reference.erased.contains(&record),
        restricted: subject::restricted_since(&head),
        // Who asked for it is the county's to know.
        restricted_words: reasons.restricted.filter(|_| permit.covers(county.keys.county())),
        died: person.died,
        moved_out: person.moved_out,
        stays: stays(&head, today),
        refusals: refusals(county, id).await?,
        refused: person.refusal_approved,
        refused_words: reasons.refusal.filter(|_| person.refusal_approved.is_some()),
        categories: memberships(&person, today),
        standings: standings(&desk, reference, id, today).await?,
        contested: head.contested().map(str::to_owned).collect(),
        differs: differs(&head),
        times: found.times,
        visits: found.visits,
    };
    Ok(Json(if reply.erased { emptied(reply) } else { reply }))
}

/// Of whom was erased figures count what happened; nobody reads it together as one person's.
fn emptied(reply: PersonReply) -> PersonReply {
    PersonReply {
        township: String::new(),
        village: None,
        village_name: String::new(),
        died: None,
        moved_out: None,
        stays: Vec::new(),
        refusals: 0,
        refused: None,
        refused_words: None,
        categories: Vec::new(),
        standings: Vec::new(),
        contested: Vec::new(),
        differs: Vec::new(),
        times: 0,
        visits: Vec::new(),
        ..reply
    }
}

fn stays(head: &Head, today: Day) -> Vec<StayReply> {
    let one = |(key, away): (&str, Away)| {
        let (kind, zh, en) = (away.kind.code(), away.kind.zh(), away.kind.en());
        let (until, holds) = (away.until, away.holds_on(today));
        Some(StayReply { stay: key.to_owned(), kind, zh, en, from: away.from?, until, holds })
    };
    let mut stays: Vec<StayReply> = subject::stays(head).into_iter().filter_map(one).collect();
    stays.sort_by_key(|one| std::cmp::Reverse(one.from));
    stays
}

fn differs(head: &Head) -> Vec<DiffersReply> {
    let one = |field: &str| {
        let Reading::Contested(sides) = head.read(field) else { return None };
        let masked = |value: &Value| value.as_text().map(mask::phone).unwrap_or_default();
        let values = sides.iter().map(|side| masked(&side.value)).collect();
        Some(DiffersReply { field: field.to_owned(), values })
    };
    [keys::PHONE, keys::PHONE_CARER, keys::PHONE_AWAY].into_iter().filter_map(one).collect()
}

async fn household(desk: &Desk, id: Option<RecordId>) -> Result<Option<Household>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let record = RecordRef { kind: RecordKind::Household, id };
    let row = desk.county.stores.ledger.record(record).await.map_err(at_county)?;
    Ok(row.map(|row| Household::read(id, &row.head)))
}

fn memberships(person: &Person, today: Day) -> Vec<MembershipReply> {
    let one = |one: &domain::category::Membership| {
        let known = Category::from_code(&one.code);
        let (zh, en) = known.map_or((one.code.as_str(), one.code.as_str()), |known| (known.zh(), known.en()));
        MembershipReply {
            code: one.code.clone(),
            zh: zh.to_owned(),
            en: en.to_owned(),
            from: one.from,
            until: one.until,
            holds: one.holds_on(today),
        }
    };
    person.memberships.iter().map(one).collect()
}

async fn standings(
    desk: &Desk,
    reference: &Reference,
    id: RecordId,
    today: Day,
) -> Result<Vec<StandingReply>, Problem> {
    let mut all = desk.county.stores.reports.standings_of(id).await.map_err(at_county)?;
    let any = domain::coverage::rules::ANY_DUTY;
    all.retain(|one| one.period.contains(today) && one.duty != any);
    let reply = |one: Standing| {
        let step = one.step_on(today)?;
        let rule = reference.rule_on(&one.duty, step.place.area, today);
        let period = one.period;
        Some(StandingReply {
            title_zh: rule.map_or(one.duty.clone(), |rule| rule.title_zh.clone()),
            title_en: rule.map_or(one.duty.clone(), |rule| rule.title_en.clone()),
            period: CodeReply { code: period.to_string(), zh: period.zh(), en: period.en() },
            status_zh: step.status.zh(),
            status_en: step.status.en(),
            met: step.status.is_met(),
            met_on: one.met_on.filter(|day| *day <= today),
            due_on: one.due_on(today),
            overdue_days: one.overdue_days(today),
            duty: one.duty.clone(),
        })
    };
    Ok(all.into_iter().filter_map(reply).collect())
}
