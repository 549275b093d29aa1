//! `GET /api/coverage/people`: the people behind a figure, 未走访名单 among them, page by page.

use super::coverage::CoverageAsked;
use super::extract::Asks;
use super::permit::Permit;
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::reports::{Column, Line, people_after, table};
use axum::Json;
use axum::extract::State;
use domain::ids::RecordId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which people.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PeopleAsked {
    /// The figure that is opened.
    #[param(inline)]
    pub column: Column,
    /// After this person, with whom the page before ended.
    #[param(value_type = Option<String>)]
    after: Option<RecordId>,
    /// At most so many: 200 when nothing is said, 1000 at most.
    count: Option<usize>,
}

/// A page of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct PeopleReply {
    /// How many the figure counts.
    total: i64,
    lines: Vec<Line>,
    /// What `after` is to be for the next page; none at the end.
    #[schema(value_type = Option<String>)]
    next: Option<RecordId>,
}

const PAGE: usize = 200;
const PAGE_MAX: usize = 1_000;

/// The people.
#[utoipa::path(get, path = "/api/coverage/people", params(CoverageAsked, PeopleAsked),
    responses((status = 200, body = PeopleReply)))]
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<CoverageAsked>,
    Asks(which): Asks<PeopleAsked>,
) -> Result<Json<PeopleReply>, Refusal> {
    let asked = asks.ask(&desk, &permit).await?;
    let table = table(&desk.county, &asked).await?;
    let count = which.count.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let page = people_after(&desk.county, &asked, which.column, which.after, count).await?;
    let total = which.column.of(&table.total);
    Ok(Json(PeopleReply { total, lines: page.lines, next: page.next }))
}
