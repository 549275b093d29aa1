//! `/api/registrations`: 主动发现: who was registered at the door, and the township's word on them.

use super::changes::{DecidedToo, SaidReply};
use super::extract::{Asks, At, Said};
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::changes::about;
use crate::clock;
use crate::county::at_county;
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::registrations::{self, Found, Namesake, Taking, Word};
use axum::Json;
use axum::extract::State;
use domain::catalogue::{RecordKind, keys};
use domain::household::Household;
use domain::ids::RecordId;
use domain::mask;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::subject::AgeSaid;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A household that could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct HomeReply {
    #[schema(value_type = String)]
    household: RecordId,
    group: String,
    head_name: String,
}

/// Somebody who was registered, with all that is needed to take them in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RegistrationReply {
    found: Found,
    /// What people call them.
    nickname: Option<String>,
    /// What whoever registered them said of their age, where no date of birth is known.
    age_said: Option<&'static str>,
    #[schema(value_type = Option<String>)]
    born: Option<Day>,
    /// All but its ends are stars.
    id_number: Option<String>,
    #[schema(value_type = Option<String>)]
    household: Option<RecordId>,
    /// Categories by code, with their first days.
    #[schema(value_type = BTreeMap<String, String>)]
    categories: BTreeMap<String, Day>,
    /// Who is called so too, or has the same number.
    namesakes: Vec<Namesake>,
    /// Households of the village.
    homes: Vec<HomeReply>,
}

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RegistrationVerdict {
    /// 纳入.
    Taken,
    /// 不纳入.
    NotTaken,
    /// The word before is taken back.
    TakenBack,
}

/// A word on somebody who was registered.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RegistrationAsked {
    verdict: RegistrationVerdict,
    /// Of whom is taken in.
    taking: Option<Taking>,
    /// Why; the worker reads it.
    #[serde(default)]
    words: String,
}

/// Who was registered at the door in the area.
#[utoipa::path(get, path = "/api/registrations", params(AreaAsked, DecidedToo),
    responses((status = 200, body = Vec<Found>)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asked): Asks<DecidedToo>,
) -> Result<Json<Vec<Found>>, Refusal> {
    let today = Day::of(clock::now_ms());
    Ok(Json(registrations::list(&desk.county, permit.area, !asked.decided, today).await?))
}

/// One of them.
#[utoipa::path(get, path = "/api/registrations/{person}", params(("person" = String, Path)),
    responses((status = 200, body = RegistrationReply)))]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
) -> Result<Json<RegistrationReply>, Refusal> {
    let today = Day::of(clock::now_ms());
    let county = &desk.county;
    let found = registrations::one(county, &permit.reference, id, today).await?;
    let found = found.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    let (_, known) = about(county, id, today).await?;
    let person = &known.person;
    let mut homes = Vec::new();
    let village = person.counted_in();
    for household in match village {
        Some(village) => desk.register.homes(county, village).await?,
        None => Vec::new(),
    } {
        let record = RecordRef { kind: RecordKind::Household, id: household };
        let row = county.stores.ledger.record(record).await.map_err(at_county)?;
        homes.extend(row.map(|row| {
            let home = Household::read(household, &row.head);
            HomeReply { household, group: home.group, head_name: home.head_name }
        }));
    }
    let started = person.memberships.iter().filter_map(|one| Some((one.code.clone(), one.from?)));
    let minor = person.is_minor_on(today);
    Ok(Json(RegistrationReply {
        nickname: known
            .head
            .text(keys::NICKNAME)
            .map(|name| if minor { mask::name(name) } else { name.to_owned() }),
        age_said: person.age_said.map(AgeSaid::code),
        born: person.born,
        id_number: person.id_number.as_deref().map(mask::id_number),
        household: person.household,
        categories: started.collect(),
        namesakes: registrations::namesakes(county, &desk.register, id, None, today)
            .await?
            .into_iter()
            .map(|one| {
                if one.who.village.is_some_and(|village| permit.covers(village)) {
                    one
                } else {
                    one.elsewhere()
                }
            })
            .collect(),
        homes,
        found,
    }))
}

/// A word on one of them.
#[utoipa::path(post, path = "/api/registrations/{person}", params(("person" = String, Path)),
    request_body = RegistrationAsked, responses((status = 200, body = SaidReply)))]
pub(super) async fn say(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(person): At<RecordId>,
    Said(asked): Said<RegistrationAsked>,
) -> Result<Json<SaidReply>, Refusal> {
    let RegistrationAsked { verdict, taking, words } = asked;
    let said = match verdict {
        RegistrationVerdict::Taken => registrations::Said::Taken(Box::new(taking.unwrap_or_default())),
        RegistrationVerdict::NotTaken => registrations::Said::NotTaken,
        RegistrationVerdict::TakenBack => registrations::Said::TakenBack,
    };
    let word = Word { person, said, words, by: permit.staff()? };
    registrations::say(&desk.county, &desk.register, &word, clock::now_ms()).await?;
    Ok(Json(SaidReply { done: true }))
}
