//! `GET /api/coverage/export` and `/api/coverage/people/export`: what the page shows, as CSV or XLSX.
//! `GET /api/subjects/export` and `/api/staff/export`: the register, masked as its list is, and the staff.

use super::coverage::{AboutReply, CoverageAsked, RowReply, figures};
use super::extract::Asks;
use super::people::PeopleAsked;
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::access::{EXPORTED, log_list};
use crate::clock;
use crate::desk::Desk;
use crate::grid::{Cell, Format, Grid, Writing};
use crate::import::export::{self, Shown};
use crate::problem::Refusal;
use crate::reports::{Line, Worker, people_after};
use crate::restrict;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// As what.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportAsked {
    #[param(inline)]
    pub format: Format,
}

/// So many people are read at once.
const PAGE: usize = 500;

/// The table.
#[utoipa::path(get, path = "/api/coverage/export", params(CoverageAsked, ExportAsked),
    responses((status = 200, description = "A file", content_type = "application/octet-stream")))]
pub(super) async fn coverage(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<CoverageAsked>,
    Asks(how): Asks<ExportAsked>,
) -> Result<Response, Refusal> {
    let asked = asks.ask(&desk, &permit).await?;
    let shown = figures(&desk, &permit, &asked, asks.as_closed()).await?;
    let closed = shown.closed.as_ref().is_some_and(|one| one.shown);
    let title = if closed { "走访情况（月结数）" } else { "走访情况" };
    let writing = Writing::begin(how.format, head(title, &shown.about, &shown.sentence_zh, &FIGURES));
    let rows = shown.rows.iter().chain([&shown.total]);
    writing.rows(rows.map(|row| figures_of(row, closed)).collect()).await;
    let bytes = writing.end().await?;
    Ok(file(&shown.about, title, how.format, bytes))
}

/// The people behind a figure: all of them, however many pages the screen has. Written into the access
/// log before the first of them is sent.
#[utoipa::path(get, path = "/api/coverage/people/export", params(CoverageAsked, PeopleAsked, ExportAsked),
    responses((status = 200, description = "A file", content_type = "application/octet-stream")))]
pub(super) async fn people(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<CoverageAsked>,
    Asks(which): Asks<PeopleAsked>,
    Asks(how): Asks<ExportAsked>,
) -> Result<Response, Refusal> {
    let mut asked = asks.ask(&desk, &permit).await?;
    let worker = which.narrow(&mut asked)?;
    let shown = figures(&desk, &permit, &asked, false).await?;
    let carried = format!("{} {} {}", permit.area, shown.about.duty, shown.about.period.code);
    log_list(&desk.county, permit.staff()?, EXPORTED, carried, clock::now_ms()).await?;
    let title = format!("{}名单", which.column.zh());
    // Of one worker no figures are told.
    let sentence = worker.as_ref().map_or(shown.sentence_zh.clone(), whose);
    let writing = Writing::begin(how.format, head(&title, &shown.about, &sentence, &PEOPLE));
    let mut after = None;
    loop {
        let mut page = people_after(&desk.county, &asked, which.column, after, PAGE).await?;
        restrict::unname(&desk.county, &mut page.lines).await?;
        writing.rows(page.lines.iter().map(person_of).collect()).await;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let bytes = writing.end().await?;
    let title = worker.map_or(title.clone(), |one| format!("{title}（{}）", one.name));
    Ok(file(&shown.about, &title, how.format, bytes))
}

/// Whose villages a list is of.
fn whose(worker: &Worker) -> String {
    format!("只看责任人：{}（{}）", worker.name, worker.villages.join("、"))
}

/// The register of the area, in the columns in which one is imported; masked, so that it cannot be.
#[utoipa::path(get, path = "/api/subjects/export", params(AreaAsked, ExportAsked),
    responses((status = 200, description = "A file", content_type = "application/octet-stream")))]
pub(super) async fn subjects(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(how): Asks<ExportAsked>,
) -> Result<Response, Refusal> {
    let (now_ms, area) = (clock::now_ms(), permit.area);
    log_list(&desk.county, permit.staff()?, EXPORTED, format!("{area} subjects"), now_ms).await?;
    let today = Day::of(now_ms);
    let bytes = export::people(&desk.county, area, Shown::Masked, how.format, today).await?;
    let name = format!("{}服务对象名册_{today}", permit.reference.areas.name(area));
    Ok(download(&format!("{name}.{}", how.format.ending()), how.format, bytes))
}

/// Everybody with a role, in the columns in which staff is imported.
#[utoipa::path(get, path = "/api/staff/export", params(ExportAsked),
    responses((status = 200, description = "A file", content_type = "application/octet-stream")))]
pub(super) async fn staff(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(how): Asks<ExportAsked>,
) -> Result<Response, Refusal> {
    let (now_ms, area) = (clock::now_ms(), permit.area);
    log_list(&desk.county, permit.staff()?, EXPORTED, format!("{area} staff"), now_ms).await?;
    let today = Day::of(now_ms);
    let bytes = export::staff(&desk.county, area, how.format, today).await?;
    let name = format!("{}工作人员名单_{today}", permit.reference.areas.name(area));
    Ok(download(&format!("{name}.{}", how.format.ending()), how.format, bytes))
}

/// The duty, and the category when only one is counted.
fn duty(about: &AboutReply) -> String {
    let only = about.category.as_ref().map(|one| format!("（只算{}）", one.zh)).unwrap_or_default();
    format!("{}{only}", about.title_zh)
}

/// The lines over the table: what it is, of whom, over which days.
fn head(title: &str, about: &AboutReply, sentence: &str, columns: &[&str]) -> Grid {
    let lines = [
        title.to_owned(),
        format!("填报单位：{}", about.unit),
        format!("走访要求：{}　统计期：{}　截至：{}", duty(about), about.period.zh, about.as_of),
        sentence.to_owned(),
    ];
    Grid { title: lines.to_vec(), columns: columns.iter().map(|one| (*one).to_owned()).collect() }
}

const FIGURES: [&str; 16] = [
    "区划代码",
    "区划",
    "名册",
    "不计入",
    "应走访",
    "已走访",
    "其中上门",
    "走访率（%）",
    "未走访",
    "情况有变待确认",
    "去过未见到",
    "手机未回传",
    "还没去",
    "上期漏访至今未补",
    "填写不一致",
    "现已超期",
];

/// Of a closed period what is told beside the sum is of today, and is left out.
fn figures_of(row: &RowReply, closed: bool) -> Vec<Cell> {
    let share = row.rate.map_or(Cell::text("—"), Cell::Tenths);
    let mut cells = vec![Cell::text(row.area.to_string()), Cell::text(&row.name)];
    cells.extend([row.register, row.not_counted, row.due, row.met, row.met_home].map(Cell::Number));
    cells.push(share);
    let rest = [row.open, row.change_pending, row.tried, row.silent, row.not_yet];
    cells.extend(rest.map(Cell::Number));
    let beside = [Some(row.missed_before), Some(row.contested), row.overdue];
    cells.extend(beside.map(|one| one.filter(|_| !closed).map_or(Cell::text("—"), Cell::Number)));
    cells
}

const PEOPLE: [&str; 14] = [
    "乡镇",
    "村",
    "组",
    "户主",
    "姓名",
    "类别",
    "要求",
    "状态",
    "应于",
    "超期天数",
    "上次走访",
    "上次走访人",
    "为什么",
    "责任人及电话",
];

fn person_of(line: &Line) -> Vec<Cell> {
    let day = |day: Option<domain::time::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let responsible = line.responsible.iter().map(|one| {
        let phone = one.phone.as_deref().unwrap_or_default();
        format!("{} {phone}", one.name).trim().to_owned()
    });
    vec![
        Cell::text(&line.township),
        Cell::text(&line.village_name),
        Cell::text(&line.group),
        Cell::text(&line.head_name),
        Cell::text(&line.name),
        Cell::text(line.categories.join("、")),
        Cell::text(line.duties.join("、")),
        Cell::text(&line.status),
        Cell::text(day(line.due_on)),
        Cell::Number(i64::from(line.overdue_days)),
        Cell::text(day(line.last_visit)),
        Cell::text(&line.last_visit_by),
        Cell::text(&line.why),
        Cell::text(responsible.collect::<Vec<_>>().join("；")),
    ]
}

fn file(about: &AboutReply, title: &str, format: Format, bytes: Vec<u8>) -> Response {
    let (unit, period, as_of) = (&about.unit, &about.period.code, about.as_of);
    download(
        &format!("{unit}{title}_{}_{period}_截至{as_of}.{}", duty(about), format.ending()),
        format,
        bytes,
    )
}

/// A file of this name.
pub(super) fn download(name: &str, format: Format, bytes: Vec<u8>) -> Response {
    let named = format!("attachment; filename*=UTF-8''{}", percent(name));
    let Ok(named) = HeaderValue::from_str(&named) else {
        let inside = Problem::new(ProblemCode::Internal).with("reference", "the name of a file");
        return Refusal(inside).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (header::CONTENT_DISPOSITION, named),
    ];
    (StatusCode::OK, headers, Body::from(bytes)).into_response()
}

/// RFC 5987: everything but letters, digits and a few marks as bytes.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::new(), |mut done, byte| {
        if plain(byte) {
            done.push(char::from(byte));
        } else {
            done.push_str(&format!("%{byte:02X}"));
        }
        done
    })
}
