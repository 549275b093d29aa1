//! `/api/concerns`: 发现的问题: the list, its figures, one concern with its history, and the township's answer.

use super::changes::SaidReply;
use super::export::{ExportAsked, download};
use super::extract::{Asks, At, Said};
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::clock;
use crate::concerns::{self, Asked, Figures, Line, Which, Word, figures as counted, found, line, one};
use crate::county::at_county;
use crate::desk::Desk;
use crate::grid::{Cell, Grid, Writing};
use crate::opening::{self, Opening};
use crate::problem::{Refusal, wrong};
use crate::reports::{RecordHistory, record_history as history};
use crate::restrict;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::catalogue::{RecordKind, keys};
use domain::concern::{ConcernKind, ConcernNow, ConcernState};
use domain::grant::OpeningReason;
use domain::ids::RecordId;
use domain::log::Vector;
use domain::patch::RecordRef;
use domain::period::{Cadence, Cut, Period};
use domain::problem::Problem;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::county::Access;
use utoipa::{IntoParams, ToSchema};

/// Which concerns.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ConcernsAsked {
    /// Which; those that are not settled when nothing is said.
    #[param(inline)]
    which: Option<Which>,
    /// Only of this kind: a code.
    kind: Option<String>,
    /// Found on this day or later.
    #[param(value_type = Option<String>)]
    from: Option<Day>,
    /// Found in this period; of the figures the year up to the day when nothing is said.
    #[param(value_type = Option<String>)]
    period: Option<Period>,
    /// As of the end of this day; today when nothing is said.
    #[param(value_type = Option<String>)]
    as_of: Option<Day>,
    /// Found so many days before that, or more.
    older: Option<i32>,
}

/// Which page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ConcernsPage {
    /// After this one, with which the page before ended.
    #[param(value_type = Option<String>)]
    after: Option<RecordId>,
    /// At most so many: 200 when nothing is said, 1000 at most.
    count: Option<usize>,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ConcernsReply {
    total: usize,
    lines: Vec<Line>,
    /// What `after` is to be for the next page; none at the end.
    #[schema(value_type = Option<String>)]
    next: Option<RecordId>,
}

/// The figures: each area below, and the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ConcernFiguresReply {
    #[schema(value_type = String)]
    from: Day,
    /// The last day on which what is counted was found.
    #[schema(value_type = String)]
    to: Day,
    #[schema(value_type = String)]
    as_of: Day,
    rows: Vec<Figures>,
    total: Figures,
}

/// One concern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ConcernReply {
    line: Line,
    /// The part in which it was found.
    #[schema(value_type = Option<String>)]
    part: Option<RecordId>,
    /// Why the last answer was taken back.
    undone: Option<String>,
    /// A child's: the words are not here. Opening them takes a grant.
    shut: bool,
    /// To be handed back with the answer: one that has come since stays beside it.
    #[schema(value_type = Object)]
    seen: Vector,
    /// Everything that was written to it.
    history: RecordHistory,
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct AnswerAsked {
    /// How far it is: `in_hand`, `solved`, `unsolvable`; nothing takes the last answer back.
    state: Option<String>,
    /// Who sees to it.
    #[serde(default)]
    handler: String,
    /// By when.
    #[schema(value_type = Option<String>)]
    due: Option<Day>,
    /// In words.
    words: String,
    /// As it was shown.
    #[schema(value_type = Object)]
    seen: Option<Vector>,
}

/// Opening a child's concern under one's own grant.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ConcernOpened {
    #[schema(value_type = String)]
    concern: RecordId,
    /// 查看事由: a code.
    #[schema(value_type = String)]
    reason: OpeningReason,
}

const PAGE: usize = 200;
const PAGE_MAX: usize = 1_000;

impl ConcernsAsked {
    fn asked(&self, permit: &Permit) -> Result<Asked, Problem> {
        let kind = match self.kind.as_deref().filter(|kind| !kind.is_empty()) {
            Some(code) => Some(kind_of(code)?),
            None => None,
        };
        Ok(Asked {
            area: permit.area,
            which: self.which.unwrap_or(Which::Unsettled),
            kind,
            from: self.period.map(Period::from).or(self.from),
            to: self.period.map(Period::last),
            as_of: self.as_of.unwrap_or_else(|| Day::of(clock::now_ms())),
            older: self.older,
        })
    }
}

fn kind_of(code: &str) -> Result<ConcernKind, Problem> {
    ConcernKind::from_code(code)
        .ok_or_else(|| wrong("kind", "没有这一种问题", "there is no such kind of concern"))
}

/// The list.
#[utoipa::path(get, path = "/api/concerns", params(AreaAsked, ConcernsAsked, ConcernsPage),
    responses((status = 200, body = ConcernsReply)))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<ConcernsAsked>,
    Asks(page): Asks<ConcernsPage>,
) -> Result<Json<ConcernsReply>, Refusal> {
    let asked = asks.asked(&permit)?;
    let (reference, kept) = found(&desk.county, &asked).await?;
    let begin = page.after.and_then(|after| kept.iter().position(|one| one.concern.id == after));
    let begin = begin.map_or(0, |at| at + 1);
    let count = page.count.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let mut lines = Vec::new();
    for one in kept.iter().skip(begin).take(count) {
        lines.push(line(&desk.county, &reference, one, asked.as_of).await?);
    }
    let next = lines.last().map(|one| one.concern).filter(|_| begin + count < kept.len());
    Ok(Json(ConcernsReply { total: kept.len(), lines, next }))
}

/// The figures of what was found in a period; of this year up to the day when none is named.
#[utoipa::path(get, path = "/api/concerns/figures", params(AreaAsked, ConcernsAsked),
    responses((status = 200, body = ConcernFiguresReply)))]
pub(super) async fn figures(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<ConcernsAsked>,
) -> Result<Json<ConcernFiguresReply>, Refusal> {
    let asked = asks.asked(&permit)?;
    let from =
        asked.from.unwrap_or_else(|| Period::containing(Cadence::Year, Cut::Natural, asked.as_of).from());
    let to = asked.to.map_or(asked.as_of, |to| to.min(asked.as_of));
    let mut rows = counted(&desk.county, asked.area, asked.kind, (from, to), asked.as_of).await?;
    let total = rows.pop().ok_or_else(|| Problem::new(domain::problem::ProblemCode::NothingFound))?;
    Ok(Json(ConcernFiguresReply { from, to, as_of: asked.as_of, rows, total }))
}

/// One concern with its history; of a child's nothing in words.
#[utoipa::path(get, path = "/api/concerns/{concern}", params(("concern" = String, Path)),
    responses((status = 200, body = ConcernReply)))]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(id): At<RecordId>,
) -> Result<Json<ConcernReply>, Refusal> {
    Ok(Json(shown(&desk, &permit, id, false).await?))
}

async fn shown(desk: &Desk, permit: &Permit, id: RecordId, opened: bool) -> Result<ConcernReply, Problem> {
    let today = Day::of(clock::now_ms());
    let (reference, kept) = one(&desk.county, id).await?;
    let mut line = line(&desk.county, &reference, &kept, today).await?;
    let child = line.who.as_ref().is_none_or(|who| who.shut);
    let restricted = line.who.as_ref().is_some_and(|who| who.restricted);
    let shut = child && !opened || restricted;
    if child && opened && !restricted {
        line.words = Some(kept.concern.words.clone());
        line.reply.clone_from(&kept.concern.reply);
    }
    let record = RecordRef { kind: RecordKind::Concern, id };
    let mut history = history(&desk.county, &permit.reference, record, today).await?;
    let words = [keys::WORDS, keys::REPLY, keys::UNDONE];
    history.writes.retain(|write| !shut || !words.contains(&write.field.as_str()));
    let undone = kept.head.text(keys::UNDONE).map(str::to_owned).filter(|_| !shut);
    Ok(ConcernReply { line, part: kept.concern.part, undone, shut, seen: kept.head.vector.clone(), history })
}

/// Answers it, or takes the last answer back.
#[utoipa::path(post, path = "/api/concerns/{concern}/answer", params(("concern" = String, Path)),
    request_body = AnswerAsked, responses((status = 200, body = SaidReply)))]
pub(super) async fn answer(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(concern): At<RecordId>,
    Said(asked): Said<AnswerAsked>,
) -> Result<Json<SaidReply>, Refusal> {
    let AnswerAsked { state, handler, due, words, seen } = asked;
    let none = || wrong("state", "没有这样的答复", "there is no such answer");
    let state = state.map(|code| ConcernState::from_code(&code).ok_or_else(none)).transpose()?;
    let word = Word { concern, state, handler, due, words, seen, by: permit.staff()? };
    concerns::answer(&desk.county, &word, clock::now_ms()).await?;
    Ok(Json(SaidReply { done: true }))
}

/// Opens a child's concern under one's own grant.
#[utoipa::path(post, path = "/api/grants/{grant}/concerns", params(("grant" = String, Path)),
    request_body = ConcernOpened, responses((status = 200, body = ConcernReply)))]
pub(super) async fn open(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    At(grant): At<RecordId>,
    Said(asked): Said<ConcernOpened>,
) -> Result<Json<ConcernReply>, Refusal> {
    let (parts, concerns) = (Vec::new(), vec![asked.concern]);
    let opening = Opening { grant, parts, concerns, person: None, reason: asked.reason, by: permit.staff()? };
    opening::open(&desk.county, &opening, clock::now_ms()).await?;
    Ok(Json(shown(&desk, &permit, asked.concern, true).await?))
}

const COLUMNS: [&str; 16] = [
    "乡镇",
    "村",
    "组",
    "户主",
    "姓名",
    "哪一类",
    "内容",
    "状态",
    "谁来办",
    "到哪天",
    "过期天数",
    "答复",
    "发现日",
    "发现人",
    "办结日",
    "走访人说现在",
];

fn cells(line: &Line) -> Vec<Cell> {
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let who =
        |read: fn(&crate::who::Who) -> &String| line.who.as_ref().map(read).cloned().unwrap_or_default();
    let state = ConcernState::from_code(line.state).map_or(line.state, ConcernState::zh);
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let texts = [
        who(|who| &who.township),
        who(|who| &who.village_name),
        who(|who| &who.group),
        who(|who| &who.head_name),
        who(|who| &who.name),
        ConcernKind::from_code(line.kind).map_or(line.kind, ConcernKind::zh).to_owned(),
        line.shown_words(),
        if line.contested { "填写不一致".to_owned() } else { state.to_owned() },
        said(&line.handler),
        day(line.due),
        Some(line.overdue_days).filter(|days| *days > 0).map(|days| days.to_string()).unwrap_or_default(),
        said(&line.reply),
        line.found.to_string(),
        line.found_by.clone(),
        day(line.settled),
        line.now.and_then(ConcernNow::from_code).map_or_else(String::new, |now| now.zh().to_owned()),
    ];
    texts.into_iter().map(Cell::text).collect()
}

/// The list as a file, masked as on the screen. Written into the access log before it is sent.
#[utoipa::path(get, path = "/api/concerns/export", params(AreaAsked, ConcernsAsked, ExportAsked),
    responses((status = 200, description = "A file", content_type = "application/octet-stream")))]
pub(super) async fn export(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<ConcernsAsked>,
    Asks(how): Asks<ExportAsked>,
) -> Result<Response, Refusal> {
    let asked = asks.asked(&permit)?;
    let access = Access {
        at_ms: clock::now_ms(),
        staff: permit.staff()?,
        act: "exported".to_owned(),
        record: None,
        grant: None,
        reason: format!("{} concerns", permit.area),
    };
    desk.county.stores.directory.log_access(access).await.map_err(at_county)?;
    let (reference, kept) = found(&desk.county, &asked).await?;
    let unit = permit.reference.areas.name(permit.area);
    let mut title = vec!["发现的问题".to_owned(), format!("填报单位：{unit}")];
    title.extend(asks.period.map(|period| format!("统计期：{}", period.zh())));
    title.push(format!("截至：{}", asked.as_of));
    let columns = COLUMNS.iter().map(|one| (*one).to_owned()).collect();
    let writing = Writing::begin(how.format, Grid { title, columns });
    for some in kept.chunks(PAGE) {
        let mut rows = Vec::new();
        for one in some {
            let mut line = line(&desk.county, &reference, one, asked.as_of).await?;
            line.who.iter_mut().for_each(restrict::unname_who);
            rows.push(cells(&line));
        }
        writing.rows(rows).await;
    }
    let bytes = writing.end().await?;
    Ok(download(&format!("{unit}发现的问题_截至{}.{}", asked.as_of, how.format.ending()), how.format, bytes))
}
