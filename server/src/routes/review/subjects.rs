//! `/api/subjects`: 服务对象: the register, page by page, and searched by name, pinyin initials or the
//! end of the ID number. What is typed is posted: no name stands in an address.

use super::coverage::category;
use super::extract::{Asks, Said};
use super::header::CodeReply;
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::clock;
use crate::county::at_county;
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::register::Found;
use crate::reports::township;
use axum::Json;
use axum::extract::State;
use domain::catalogue::{RecordKind, keys};
use domain::household::Household;
use domain::ids::{AreaCode, RecordId};
use domain::mask;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::subject::Person;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SubjectsAsked {
    /// After this person, with whom the page before ended.
    #[param(value_type = Option<String>)]
    after: Option<RecordId>,
    /// At most so many: 100 when nothing is said, 500 at most.
    count: Option<usize>,
    /// Only 主动发现·待确认.
    #[serde(default)]
    pending: bool,
}

/// Who is searched for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct SearchAsked {
    /// Name, pinyin, initials, or the last digits of the ID number; everybody when nothing is typed.
    q: String,
    /// After this person, with whom the page before ended.
    #[schema(value_type = Option<String>)]
    after: Option<RecordId>,
    /// At most so many: 100 when nothing is said, 500 at most.
    count: Option<usize>,
}

/// Somebody of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SubjectReply {
    #[schema(value_type = String)]
    person: RecordId,
    /// A child's is masked.
    name: String,
    minor: bool,
    /// `1` male, `2` female.
    sex: Option<String>,
    age: Option<i32>,
    id_number: Option<String>,
    /// 县内编号, of whom no ID number is known.
    local_number: Option<String>,
    township: String,
    #[schema(value_type = Option<u64>)]
    village: Option<AreaCode>,
    village_name: String,
    group: String,
    head_name: String,
    categories: Vec<CodeReply>,
    /// 主动发现·待确认.
    pending: bool,
    /// Died, or lives elsewhere.
    gone: bool,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SubjectsReply {
    total: usize,
    lines: Vec<SubjectReply>,
    /// What `after` is to be for the next page; none at the end.
    #[schema(value_type = Option<String>)]
    next: Option<RecordId>,
}

const PAGE: usize = 100;
const PAGE_MAX: usize = 500;

/// The register of the area.
#[utoipa::path(get, path = "/api/subjects", params(AreaAsked, SubjectsAsked),
    responses((status = 200, body = SubjectsReply)))]
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asked): Asks<SubjectsAsked>,
) -> Result<Json<SubjectsReply>, Refusal> {
    let SubjectsAsked { after, count, pending } = asked;
    let found = match (pending, size(count)) {
        (true, count) => desk.register.pending(&desk.county, permit.area, after, count).await?,
        (false, count) => desk.register.search(&desk.county, permit.area, "", after, count).await?,
    };
    lines(&desk, &permit, found).await
}

/// Those of the area who are found by what was typed, the best first.
#[utoipa::path(post, path = "/api/subjects/search", params(AreaAsked), request_body = SearchAsked,
    responses((status = 200, body = SubjectsReply)))]
pub(super) async fn search(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(asked): Said<SearchAsked>,
) -> Result<Json<SubjectsReply>, Refusal> {
    let (county, count) = (&desk.county, size(asked.count));
    let found = desk.register.search(county, permit.area, &asked.q, asked.after, count).await?;
    lines(&desk, &permit, found).await
}

/// How many people a page has.
fn size(count: Option<usize>) -> usize {
    count.unwrap_or(PAGE).clamp(1, PAGE_MAX)
}

async fn lines(desk: &Desk, permit: &Permit, found: Found) -> Result<Json<SubjectsReply>, Refusal> {
    let mut lines = Vec::new();
    for id in found.people {
        lines.extend(line(desk, permit, id).await?);
    }
    Ok(Json(SubjectsReply { total: found.total, lines, next: found.next }))
}

async fn line(desk: &Desk, permit: &Permit, id: RecordId) -> Result<Option<SubjectReply>, Problem> {
    let ledger = &desk.county.stores.ledger;
    let record = RecordRef { kind: RecordKind::Person, id };
    let Some(row) = ledger.record(record).await.map_err(at_county)? else { return Ok(None) };
    let person = Person::read(id, &row.head);
    let home = match person.household {
        Some(home) => {
            let record = RecordRef { kind: RecordKind::Household, id: home };
            let row = ledger.record(record).await.map_err(at_county)?;
            row.map(|row| Household::read(home, &row.head))
        }
        None => None,
    };
    let today = Day::of(clock::now_ms());
    let minor = person.is_minor_on(today);
    let shown = |name: &str| if minor { mask::name(name) } else { name.to_owned() };
    let head_name = home.as_ref().map(|home| home.head_name.clone()).unwrap_or_default();
    let village = person.village_on(today);
    Ok(Some(SubjectReply {
        person: id,
        name: shown(&person.name),
        minor,
        sex: person.sex.clone(),
        age: person.age_on(today),
        id_number: person.id_number.as_deref().map(mask::id_number),
        local_number: row.head.text(keys::LOCAL_NUMBER).map(str::to_owned),
        township: village.map(|village| township(&permit.reference, village)).unwrap_or_default(),
        village,
        village_name: village.map(|village| permit.reference.areas.name(village)).unwrap_or_default(),
        group: home.map(|home| home.group).unwrap_or_default(),
        head_name: if head_name == person.name { shown(&head_name) } else { head_name },
        categories: person.categories_on(today).map(category).collect(),
        pending: person.pending,
        gone: [person.died, person.moved_out].into_iter().flatten().any(|day| day <= today),
    }))
}
