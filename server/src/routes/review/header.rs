//! `GET /api/header`: what the header of every page chooses from: areas, duties with their periods,
//! categories.

use super::permit::Permit;
use crate::clock;
use crate::county::at_county;
use crate::desk::Desk;
use crate::problem::Refusal;
use axum::Json;
use axum::extract::State;
use domain::area::{Area, Areas};
use domain::category::Category;
use domain::coverage::rules::{ANY_DUTY, Rules, rule_on};
use domain::duty::Duty;
use domain::ids::{AreaCode, AreaLevel};
use domain::period::Period;
use domain::time::Day;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A code with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CodeReply {
    pub code: String,
    pub zh: String,
    pub en: String,
}

/// A division.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct AreaReply {
    #[schema(value_type = u64)]
    pub area: AreaCode,
    pub name: String,
    /// `county`, `township`, `village`.
    #[schema(value_type = String)]
    pub level: AreaLevel,
    /// The division above; none at the top of what may be seen.
    #[schema(value_type = Option<u64>)]
    pub parent: Option<AreaCode>,
}

/// A duty and the periods over which it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DutyChoice {
    duty: String,
    title_zh: String,
    title_en: String,
    /// Whether it asks anything of anybody today.
    in_force: bool,
    /// The present one first.
    periods: Vec<CodeReply>,
}

/// What the header chooses from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct HeaderReply {
    /// Ascending by code.
    areas: Vec<AreaReply>,
    /// The area to begin with.
    #[schema(value_type = u64)]
    area: AreaCode,
    duties: Vec<DutyChoice>,
    categories: Vec<CodeReply>,
    #[schema(value_type = String)]
    today: Day,
    /// The first day that is counted.
    #[schema(value_type = String)]
    begins: Day,
}

/// So many periods can be looked back on.
const PERIODS_MAX: usize = 60;

/// What may be chosen.
#[utoipa::path(get, path = "/api/header", responses((status = 200, body = HeaderReply)))]
pub(super) async fn get(State(desk): State<Arc<Desk>>, permit: Permit) -> Result<Json<HeaderReply>, Refusal> {
    let ledger = &desk.county.stores.ledger;
    let (state, _, _, generations) = ledger.standing_now().await.map_err(at_county)?;
    let today = Day::of(clock::now_ms());
    let areas = &permit.reference.areas;
    let seen = areas.0.values().filter(|area| permit.covers(area.code));
    let category = |one: &Category| code(one.code(), one.zh(), one.en());
    Ok(Json(HeaderReply {
        areas: seen.map(|area| area_reply(&permit, area)).collect(),
        area: permit.areas.first().copied().unwrap_or(permit.area),
        duties: duties(generations.rules(), areas, permit.area, state.begins, today),
        categories: Category::ALL.iter().map(category).collect(),
        today,
        begins: state.begins,
    }))
}

fn code(code: &str, zh: &str, en: &str) -> CodeReply {
    CodeReply { code: code.to_owned(), zh: zh.to_owned(), en: en.to_owned() }
}

fn area_reply(permit: &Permit, area: &Area) -> AreaReply {
    AreaReply {
        area: area.code,
        name: area.name.clone(),
        level: area.code.level(),
        parent: area.parent.filter(|parent| permit.covers(*parent)),
    }
}

/// Every duty that was ever asked for in the county, the one of everybody first.
fn duties(rules: &Rules, areas: &Areas, county: AreaCode, begins: Day, today: Day) -> Vec<DutyChoice> {
    let mut all: Vec<&str> = rules.names().collect();
    all.sort_by_key(|name| (*name != ANY_DUTY, *name));
    let choice = |name: &str| {
        let below =
            || areas.villages(county).map(|one| rules.at(name, one.code)).find(|list| !list.is_empty());
        let list = Some(rules.at(name, county)).filter(|list| !list.is_empty()).or_else(below)?;
        let rule = rule_on(list, today).or(list.last())?;
        Some(DutyChoice {
            duty: name.to_owned(),
            title_zh: rule.title_zh.clone(),
            title_en: rule.title_en.clone(),
            in_force: rule.holds_on(today),
            periods: periods(list, begins, today),
        })
    };
    all.into_iter().filter_map(choice).collect()
}

/// The periods of its rules, from today's back to the first that is counted.
fn periods(list: &[Duty], begins: Day, today: Day) -> Vec<CodeReply> {
    let mut found: Vec<Period> = Vec::new();
    for rule in list.iter().rev().filter(|rule| rule.from <= today) {
        let last = rule.until.map_or(today, |until| until.plus(-1).min(today));
        let mut period = Period::containing(rule.cadence, rule.cut, last);
        while found.len() < PERIODS_MAX && period.until() > begins && period.until() > rule.from {
            if !found.contains(&period) {
                found.push(period);
            }
            period = period.previous();
        }
    }
    found.into_iter().map(|period| code(&period.to_string(), &period.zh(), &period.en())).collect()
}
