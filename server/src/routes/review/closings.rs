//! `/api/closings`: 月结: which periods are closed, closing one, opening it again; and who stands otherwise since.

use super::coverage::CoverageAsked;
use super::extract::{Asks, Said};
use super::header::CodeReply;
use super::permit::Permit;
use crate::clock;
use crate::close::{self, Close, Corrected, Kept};
use crate::county::{County, at_county};
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::reports::Column;
use axum::Json;
use axum::extract::State;
use domain::catalogue::RecordKind;
use domain::closing::Stood;
use domain::ids::RecordId;
use domain::mask;
use domain::patch::RecordRef;
use domain::period::Period;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A period, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ClosingReply {
    period: CodeReply,
    #[schema(value_type = String)]
    from: Day,
    #[schema(value_type = String)]
    last: Day,
    /// Whether it is over, and may be closed.
    over: bool,
    closed: bool,
    /// When it was closed, for the last time.
    closed_ms: Option<UnixMs>,
    by: Option<String>,
    /// The last day on which its work is entered without a reason; of one that is open what is proposed.
    #[schema(value_type = String)]
    late_until: Day,
    /// Why it was opened again.
    reopened: Option<String>,
    /// Of one that is over and not closed: nobody was met, tried or reported as changed in it, so none is offered.
    empty: bool,
}

impl ClosingReply {
    /// A period as the desk tells it.
    pub fn of(one: &Kept, reference: &Reference, empty: bool) -> Self {
        let period = one.period;
        let closing = one.closing.as_ref();
        Self {
            period: CodeReply { code: period.to_string(), zh: period.zh(), en: period.en() },
            from: period.from(),
            last: period.last(),
            over: one.over,
            closed: closing.is_some_and(domain::closing::Closing::is_closed),
            closed_ms: closing.map(|closing| closing.closed_ms),
            by: closing.map(|closing| reference.staff_name(closing.by)),
            late_until: match closing.filter(|closing| closing.is_closed()) {
                Some(closing) => closing.late_until,
                None => close::proposed(period, Day::of(clock::now_ms())),
            },
            reopened: closing.and_then(|closing| closing.reopened.clone()),
            empty,
        }
    }
}

/// The word that closes a period.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CloseAsked {
    /// Its key.
    #[schema(value_type = String)]
    period: Period,
    /// The last day on which its work is entered without a reason; as it is proposed when nothing is said.
    #[schema(value_type = Option<String>)]
    late_until: Option<Day>,
}

/// The word that opens it again.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ReopenAsked {
    /// Its key.
    #[schema(value_type = String)]
    period: Period,
    reason: String,
}

/// Somebody who stands otherwise than when the period was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CorrectedReply {
    #[schema(value_type = String)]
    person: RecordId,
    /// A child's is masked.
    name: String,
    township: String,
    village: String,
    /// How they stood; none of whom the register did not have.
    then: Option<CodeReply>,
    /// How they stand; none of whom it has no more.
    now: Option<CodeReply>,
}

/// All periods. O(periods), and of each that is over and open the duties until one has somebody.
async fn listed(desk: &Desk) -> Result<Vec<ClosingReply>, Problem> {
    let (state, _, reference, _) = desk.county.stores.ledger.standing_now().await.map_err(at_county)?;
    let kept = close::periods(&reference, state.begins, Day::of(clock::now_ms()));
    let mut lines = Vec::new();
    for one in &kept {
        let open = one.over && !one.closing.as_ref().is_some_and(|closing| closing.is_closed());
        let empty = open && close::is_empty(&desk.county, &reference, one.period).await?;
        lines.push(ClosingReply::of(one, &reference, empty));
    }
    Ok(lines)
}

/// Periods, the latest first.
#[utoipa::path(get, path = "/api/closings", responses((status = 200, body = Vec<ClosingReply>)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    _: Permit,
) -> Result<Json<Vec<ClosingReply>>, Refusal> {
    Ok(Json(listed(&desk).await?))
}

/// Closes a period: its figures are copied and stay.
#[utoipa::path(post, path = "/api/closings", request_body = CloseAsked,
    responses((status = 200, body = Vec<ClosingReply>)))]
pub(super) async fn close(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(said): Said<CloseAsked>,
) -> Result<Json<Vec<ClosingReply>>, Refusal> {
    let CloseAsked { period, late_until } = said;
    let word = Close { period, late_until, by: permit.staff()? };
    close::close(&desk.county, word, clock::now_ms()).await?;
    Ok(Json(listed(&desk).await?))
}

/// Opens a closed period again.
#[utoipa::path(post, path = "/api/closings/reopen", request_body = ReopenAsked,
    responses((status = 200, body = Vec<ClosingReply>)))]
pub(super) async fn reopen(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Said(said): Said<ReopenAsked>,
) -> Result<Json<Vec<ClosingReply>>, Refusal> {
    close::reopen(&desk.county, said.period, &said.reason, permit.staff()?, clock::now_ms()).await?;
    Ok(Json(listed(&desk).await?))
}

/// Which of those who stood.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StoodAsked {
    /// The figure of then that is opened; whoever stands otherwise since, when nothing is said.
    #[param(inline)]
    column: Option<Column>,
}

/// Who stood where when the period was closed, and how they stand now; nobody while it is not closed.
#[utoipa::path(get, path = "/api/coverage/corrections", params(CoverageAsked, StoodAsked),
    responses((status = 200, body = Vec<CorrectedReply>)))]
pub(super) async fn corrections(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<CoverageAsked>,
    Asks(which): Asks<StoodAsked>,
) -> Result<Json<Vec<CorrectedReply>>, Refusal> {
    let asked = asks.ask(&desk, &permit).await?;
    if close::figures_then(&desk.county, &asked).await?.is_none() {
        return Ok(Json(Vec::new()));
    }
    let mut lines = Vec::new();
    let found = match which.column {
        None => close::corrections(&desk.county, &asked).await?,
        Some(column) => close::opened(&desk.county, &asked, column).await?,
    };
    for one in found {
        lines.push(line(&desk.county, &permit.reference, one).await?);
    }
    Ok(Json(lines))
}

async fn line(county: &County, reference: &Reference, one: Corrected) -> Result<CorrectedReply, Problem> {
    let record = RecordRef { kind: RecordKind::Person, id: one.person };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let person = row.map(|row| Person::read(one.person, &row.head));
    let today = Day::of(clock::now_ms());
    let name = person.map_or_else(String::new, |person| {
        if person.is_minor_on(today) { mask::name(&person.name) } else { person.name }
    });
    let village = one.now.as_ref().or(one.then.as_ref()).map(|stood| stood.1);
    let village = village.unwrap_or(county.keys.county());
    let township = reference.areas.ancestors(village).nth(1).unwrap_or(village);
    let told = |stood: &Stood| {
        let Stood(_, _, status, ..) = stood;
        CodeReply { code: status.code().to_string(), zh: status.zh().to_owned(), en: status.en().to_owned() }
    };
    Ok(CorrectedReply {
        person: one.person,
        name,
        township: reference.areas.name(township),
        village: reference.areas.name(village),
        then: one.then.as_ref().map(told),
        now: one.now.as_ref().map(told),
    })
}
