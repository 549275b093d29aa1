//! `GET /api/coverage/people`: the people behind a figure, 未走访名单 among them, page by page; and by worker, to be
//! rung. `GET /api/coverage/workers`: who can be chosen there.

use super::coverage::CoverageAsked;
use super::extract::Asks;
use super::permit::Permit;
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::reports::{Asked, Column, Line, Worker, of_worker, people_after, table, workers};
use axum::Json;
use axum::extract::State;
use domain::ids::RecordId;
use domain::problem::Problem;
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
    /// Only in the villages that are this worker's today (责任人): of 未走访 and its parts.
    #[param(value_type = Option<String>)]
    worker: Option<RecordId>,
    /// After this person, with whom the page before ended.
    #[param(value_type = Option<String>)]
    after: Option<RecordId>,
    /// At most so many: 200 when nothing is said, 1000 at most.
    count: Option<usize>,
}

impl PeopleAsked {
    /// Leaves of a question the villages of the worker who is asked for.
    ///
    /// # Errors
    /// As [`of_worker`].
    pub fn narrow(&self, asked: &mut Asked) -> Result<Option<Worker>, Problem> {
        self.worker.map(|worker| of_worker(asked, self.column, worker)).transpose()
    }
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
    let mut asked = asks.ask(&desk, &permit).await?;
    which.narrow(&mut asked)?;
    let table = table(&desk.county, &asked).await?;
    let count = which.count.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let page = people_after(&desk.county, &asked, which.column, which.after, count).await?;
    let total = which.column.of(&table.total);
    Ok(Json(PeopleReply { total, lines: page.lines, next: page.next }))
}

/// Who is to go to the villages of the area today, to be chosen from: by their first village, without a number.
#[utoipa::path(get, path = "/api/coverage/workers", params(CoverageAsked),
    responses((status = 200, body = Vec<Worker>)))]
pub(super) async fn workers_here(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<CoverageAsked>,
) -> Result<Json<Vec<Worker>>, Refusal> {
    Ok(Json(workers(&asks.ask(&desk, &permit).await?)))
}
