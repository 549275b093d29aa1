//! `/api/urgent`: 紧急: what was reported, for those who act on it. The list says only that there is something,
//! where, when, and who reported it; what it says is answered to an opening, which is in the access log before.

use super::extract::{Asks, At, Said};
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::clock;
use crate::desk::Desk;
use crate::problem::Refusal;
use crate::urgent::{self, Waiting};
use axum::Json;
use axum::extract::State;
use domain::ids::{AreaCode, RecordId};
use domain::reference::Reference;
use domain::time::UnixMs;
use domain::urgent::Call;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// That there is a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct UrgentRow {
    #[schema(value_type = String)]
    report: RecordId,
    /// When it was written.
    at_ms: UnixMs,
    #[schema(value_type = u64)]
    area: AreaCode,
    area_name: String,
    /// Who reported it.
    author: String,
    /// Their telephone.
    phone: Option<String>,
    /// It was written on a locked phone, which has not signed it yet: it may be anybody's.
    unsigned: bool,
    /// It came from a phone that was reported lost.
    doubtful: bool,
    /// Who has read it, the first one first.
    readers: Vec<UrgentReader>,
}

/// Somebody who has read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct UrgentReader {
    name: String,
    at_ms: UnixMs,
    /// Whether that is who asks.
    own: bool,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct UrgentCall {
    words: String,
    name: String,
    at_ms: UnixMs,
}

/// All that a report says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct UrgentReply {
    row: UrgentRow,
    who: Option<String>,
    place: Option<String>,
    words: Option<String>,
    /// The person, when they are on the list.
    #[schema(value_type = Option<String>)]
    subject: Option<RecordId>,
    calls: Vec<UrgentCall>,
}

/// A call.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct UrgentCallAsked {
    /// To whom and when.
    words: String,
}

fn row(reference: &Reference, one: &Waiting, me: RecordId) -> UrgentRow {
    let author = one.report.author.and_then(|id| reference.staff.get(&id));
    let reader = |one: &domain::urgent::Reader| UrgentReader {
        name: reference.staff_name(one.staff),
        at_ms: one.at_ms,
        own: one.staff == me,
    };
    UrgentRow {
        report: one.report.id,
        at_ms: one.report.at_ms,
        area: one.area,
        area_name: one.name(reference),
        author: author.map(|one| one.name.clone()).unwrap_or_default(),
        phone: author.and_then(|one| one.phone.clone()),
        unsigned: one.report.unsigned,
        doubtful: one.doubtful,
        readers: one.report.readers.iter().map(reader).collect(),
    }
}

fn said(reference: &Reference, call: &Call) -> UrgentCall {
    UrgentCall { words: call.words.clone(), name: reference.staff_name(call.author), at_ms: call.at_ms }
}

/// What was reported in the area and below, the latest first; nothing of what it says.
#[utoipa::path(get, path = "/api/urgent", params(AreaAsked),
    responses((status = 200, body = Vec<UrgentRow>)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asked): Asks<AreaAsked>,
) -> Result<Json<Vec<UrgentRow>>, Refusal> {
    let me = permit.staff()?;
    let mut found = urgent::list(&desk.county, &permit.reference, desk.county.keys.county()).await?;
    // Where nobody names an area it is wherever they hold the role: two townships, say.
    let here = |area| {
        asked.area.map_or_else(|| permit.covers(area), |here| permit.reference.areas.within(area, here))
    };
    found.retain(|one| one.areas.iter().any(|area| here(*area)));
    Ok(Json(found.iter().map(|one| row(&permit.reference, one, me)).collect()))
}

/// How many nobody has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct UrgentUnread {
    count: usize,
}

/// How many reports nobody has read, of those that whoever asks may read; behind the lock too, and nothing else of them.
#[utoipa::path(get, path = "/api/urgent/unread", responses((status = 200, body = UrgentUnread)))]
pub(super) async fn unread(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
) -> Result<Json<UrgentUnread>, Refusal> {
    let all = urgent::list(&desk.county, &permit.reference, desk.county.keys.county()).await?;
    let mine = |one: &&Waiting| one.areas.iter().any(|area| permit.covers(*area));
    let count = all.iter().filter(mine).filter(|one| one.report.readers.is_empty()).count();
    Ok(Json(UrgentUnread { count }))
}

/// Reads a report. Its author's phone hears who did, at its next exchange.
#[utoipa::path(post, path = "/api/urgent/{urgent}/openings", params(("urgent" = String, Path)),
    responses((status = 200, body = UrgentReply)))]
pub(super) async fn open(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
) -> Result<Json<UrgentReply>, Refusal> {
    let me = permit.staff()?;
    let one = urgent::open(&desk.county, &permit.reference, id, me, clock::now_ms()).await?;
    let row = row(&permit.reference, &one, me);
    let calls = one.report.calls.iter().map(|call| said(&permit.reference, call)).collect();
    let (who, place, words, subject) =
        (one.report.who, one.report.place, one.report.words, one.report.subject);
    Ok(Json(UrgentReply { row, who, place, words, subject, calls }))
}

/// Notes a call that was made about it.
#[utoipa::path(post, path = "/api/urgent/{urgent}/calls", params(("urgent" = String, Path)),
    request_body = UrgentCallAsked, responses((status = 200, body = UrgentCall)))]
pub(super) async fn call(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
    Said(asked): Said<UrgentCallAsked>,
) -> Result<Json<UrgentCall>, Refusal> {
    let made = urgent::call(&desk.county, id, &asked.words, permit.staff()?, clock::now_ms()).await?;
    Ok(Json(said(&permit.reference, &made)))
}
