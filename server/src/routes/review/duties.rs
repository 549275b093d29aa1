//! `/api/duties`: 走访要求: the dated rules, what an edit would come to, and the edit.

use super::extract::{Asks, At, Said};
use super::header::CodeReply;
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::clock;
use crate::county::at_county;
use crate::desk::Desk;
use crate::duty::effect::{Effect, effects, periods};
use crate::duty::{self, Act, Edit, Fields, Plan};
use crate::problem::Refusal;
use crate::reports::{Question, ask, table};
use axum::Json;
use axum::extract::State;
use domain::category::Category;
use domain::duty::Duty;
use domain::ids::{AreaCode, RecordId};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which rules.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DutiesAsked {
    /// Those that are over too.
    #[serde(default)]
    all: bool,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DutyReply {
    #[schema(value_type = String)]
    rule: RecordId,
    duty: String,
    title_zh: String,
    title_en: String,
    kind: &'static str,
    categories: Vec<CodeReply>,
    ways: Vec<&'static str>,
    mets: Vec<&'static str>,
    /// `month`, `quarter`, `half_year`, `year`, `days:30`.
    cadence: String,
    cut: &'static str,
    visitors_min: u8,
    enrolled_days_min: u8,
    roles: Vec<&'static str>,
    #[schema(value_type = u64)]
    area: AreaCode,
    area_name: String,
    #[schema(value_type = String)]
    from: Day,
    /// The first day no more.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
    source: String,
    /// N national, O other place, D suggested default.
    strength: String,
    /// By whose word it was ended; empty while it was not.
    ended_source: String,
    /// `past`, `in_force`, `to_come`.
    now: &'static str,
}

/// One edit; of a rule what is not named stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct EditAsked {
    act: Act,
    duty: String,
    /// From this day on.
    #[schema(value_type = String)]
    from: Day,
    #[serde(default)]
    fields: Fields,
}

/// What an edit comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct PreviewReply {
    before: Option<DutyReply>,
    after: Option<DutyReply>,
    /// The area had the rules of an area above it, and gets its own from now on.
    own_from_now: bool,
    /// How many people it concerns.
    people: usize,
    /// The first period whose figures may change.
    period: Option<CodeReply>,
    /// What people may not expect of it, in words.
    effects: Vec<EffectReply>,
}

/// Something that follows from an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct EffectReply {
    zh: String,
    en: String,
}

/// Rules that hold in the area, by name and day.
#[utoipa::path(get, path = "/api/duties", params(AreaAsked, DutiesAsked),
    responses((status = 200, body = Vec<DutyReply>)))]
pub(super) async fn list(permit: Permit, Asks(asked): Asks<DutiesAsked>) -> Json<Vec<DutyReply>> {
    let today = Day::of(clock::now_ms());
    let mut rules: Vec<&Duty> = here(&permit).collect();
    rules.retain(|rule| asked.all || rule.until.is_none_or(|until| today < until));
    rules.sort_by_key(|rule| (rule.duty.clone(), rule.area, rule.from));
    Json(rules.into_iter().map(|rule| reply(&permit.reference, rule)).collect())
}

/// Rules of the area, of those above it that it may have, and of those below.
fn here(permit: &Permit) -> impl Iterator<Item = &Duty> {
    let areas = &permit.reference.areas;
    let near = |rule: &&Duty| areas.within(rule.area, permit.area) || areas.within(permit.area, rule.area);
    permit.reference.duties.values().filter(near)
}

/// Every rule that a duty had, has and will have.
#[utoipa::path(get, path = "/api/duties/{duty}", params(AreaAsked, ("duty" = String, Path)),
    responses((status = 200, body = Vec<DutyReply>)))]
pub(super) async fn show(permit: Permit, At(name): At<String>) -> Result<Json<Vec<DutyReply>>, Refusal> {
    let mut rules: Vec<&Duty> = here(&permit).filter(|rule| rule.duty == name).collect();
    if rules.is_empty() {
        return Err(Problem::new(ProblemCode::NothingFound).into());
    }
    rules.sort_by_key(|rule| (rule.area, rule.from));
    Ok(Json(rules.into_iter().map(|rule| reply(&permit.reference, rule)).collect()))
}

fn reply(reference: &Reference, rule: &Duty) -> DutyReply {
    let today = Day::of(clock::now_ms());
    let category = |code: &String| {
        let known = Category::from_code(code);
        let (zh, en) = known.map_or((code.as_str(), code.as_str()), |one| (one.zh(), one.en()));
        CodeReply { code: code.clone(), zh: zh.to_owned(), en: en.to_owned() }
    };
    DutyReply {
        rule: rule.id,
        duty: rule.duty.clone(),
        title_zh: rule.title_zh.clone(),
        title_en: rule.title_en.clone(),
        kind: rule.kind.code(),
        categories: rule.categories.iter().map(category).collect(),
        ways: rule.ways.iter().map(|way| way.code()).collect(),
        mets: rule.mets.iter().map(|met| met.code()).collect(),
        cadence: rule.cadence.to_string(),
        cut: rule.cut.code(),
        visitors_min: rule.visitors_min,
        enrolled_days_min: rule.enrolled_days_min,
        roles: rule.roles.iter().map(|role| role.code()).collect(),
        area: rule.area,
        area_name: reference.areas.name(rule.area),
        from: rule.from,
        until: rule.until,
        source: rule.source.clone(),
        strength: rule.strength.clone(),
        ended_source: rule.ended_source.clone(),
        now: match (rule.holds_on(today), rule.from > today) {
            (true, _) => "in_force",
            (false, true) => "to_come",
            (false, false) => "past",
        },
    }
}

/// What an edit would come to; nothing is written.
#[utoipa::path(post, path = "/api/duties/preview", params(AreaAsked), request_body = EditAsked,
    responses((status = 200, body = PreviewReply)))]
pub(super) async fn preview(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(asked): Said<EditAsked>,
) -> Result<Json<PreviewReply>, Refusal> {
    let edit = edit_of(&permit, asked);
    let (state, ..) = desk.county.stores.ledger.standing_now().await.map_err(at_county)?;
    let reference = &permit.reference;
    let plan = duty::plan(reference, state.begins, &edit)?;
    let people = duty::concerned(&desk.county, reference, &plan, &edit).await?;
    let [old, new] = periods(&edit, &plan);
    let period = new.or(old);
    Ok(Json(PreviewReply {
        before: plan.before.as_ref().map(|rule| reply(reference, rule)),
        after: plan.after.as_ref().map(|rule| reply(reference, rule)),
        own_from_now: plan.own_from_now,
        people,
        period: period.map(|one| CodeReply { code: one.to_string(), zh: one.zh(), en: one.en() }),
        effects: emptied(&desk, &edit, &plan)
            .await?
            .into_iter()
            .chain(effects(&edit, &plan))
            .map(|Effect { zh, en }| EffectReply { zh, en })
            .collect(),
    }))
}

/// The period that is running now, when an edit ends it before its time: who is counted in it, and will not be.
async fn emptied(desk: &Desk, edit: &Edit, plan: &Plan) -> Result<Option<Effect>, Problem> {
    let [old, new] = periods(edit, plan);
    let (today, from) = (Day::of(clock::now_ms()), edit.from);
    let broken = old.filter(|old| new != Some(*old) && old.from() < from && old.contains(today));
    let (Some(old), Some(rule)) = (broken, &plan.before) else { return Ok(None) };
    let question = Question {
        area: edit.area,
        duty: rule.duty.clone(),
        period: Some(old),
        category: None,
        as_of: today,
        silence: false,
    };
    let due = table(&desk.county, &ask(&desk.county, question).await?).await?.total.due;
    let after = old.until();
    Ok(Some(Effect {
        zh: format!(
            "{}现在应走访 {due} 人；这样改，到 {from} 那天起这一期的应走访变成 0 人。想让它照常算完，从 {after} 起改。",
            old.zh()
        ),
        en: format!(
            "In {} {due} people are due now; with this change nobody is from {from} on. To let it run to its end, \
             change the rule from {after} on.",
            old.en()
        ),
    }))
}

fn edit_of(permit: &Permit, asked: EditAsked) -> Edit {
    let EditAsked { act, duty, from, fields } = asked;
    Edit { act, duty, area: permit.area, from, fields }
}

/// Adds, changes or ends a duty. Until everybody has been judged anew all figures stand by the former
/// rules.
#[utoipa::path(post, path = "/api/duties", params(AreaAsked), request_body = EditAsked,
    responses((status = 200, body = Vec<DutyReply>)))]
pub(super) async fn edit(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(asked): Said<EditAsked>,
) -> Result<Json<Vec<DutyReply>>, Refusal> {
    let edit = edit_of(&permit, asked);
    duty::edit(&desk.county, permit.staff()?, &edit, clock::now_ms()).await?;
    let (_, _, reference, _) = desk.county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut rules: Vec<&Duty> = reference.duties.values().filter(|rule| rule.duty == edit.duty).collect();
    rules.sort_by_key(|rule| (rule.area, rule.from));
    Ok(Json(rules.into_iter().map(|rule| reply(&reference, rule)).collect()))
}
