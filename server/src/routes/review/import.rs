//! `POST /api/subjects/import/…` and `/api/staff/import/…`: a table is told, taken, or its wrong rows handed back.
//! The same bytes are posted each time and nothing is kept between: what is taken names the plan that was shown,
//! and a plan that has become another is shown anew instead.

use super::extract::SaidWithFile;
use super::permit::Permit;
use super::staff::AreaAsked;
use crate::access::{IMPORTED, log_list};
use crate::clock;
use crate::desk::Desk;
use crate::import::columns::Columns;
use crate::import::table::{Table, letters};
use crate::import::{
    self, Doubt, Frame, List, Preview, Review, Sample, Taken, Ticks, Told, Wrong, people, report as bad,
};
use crate::problem::{Refusal, wrong};
use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::canonical::Hash;
use domain::ids::RecordId;
use domain::mask;
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// A file.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct FileSaid {
    /// Its bytes, base64.
    file: String,
}

/// A file that is meant.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct TakeSaid {
    /// Its bytes, base64.
    file: String,
    /// The hash of what was shown.
    #[schema(value_type = String)]
    hash: Hash,
    /// Whether every change is wanted.
    #[serde(default)]
    all: bool,
    /// Rows whose changes are wanted, unless all are.
    #[serde(default)]
    lines: Vec<u32>,
}

/// A column that was recognised.
#[derive(Debug, Serialize, ToSchema)]
struct ColumnReply {
    /// As a spreadsheet calls it.
    column: String,
    /// Its head.
    said: String,
    /// What it is: nothing for one that is not read.
    zh: Option<&'static str>,
    en: Option<&'static str>,
}

/// Somebody who is new.
#[derive(Debug, Serialize, ToSchema)]
struct SampleReply {
    line: u32,
    name: String,
    place: String,
    words: String,
}

/// One field that the file has otherwise.
#[derive(Debug, Serialize, ToSchema)]
struct FieldReply {
    zh: String,
    en: String,
    /// Numbers masked.
    old: String,
    new: String,
    by: Option<String>,
    at_ms: Option<i64>,
    contested: bool,
}

/// Somebody of whom the file says something else.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeReply {
    line: u32,
    #[schema(value_type = String)]
    person: RecordId,
    name: String,
    /// Registered by a phone, and not confirmed: this would do it.
    pending: bool,
    fields: Vec<FieldReply>,
}

/// What is wrong in a cell.
#[derive(Debug, Serialize, ToSchema)]
struct DoubtReply {
    cell: String,
    column_zh: Option<&'static str>,
    column_en: Option<&'static str>,
    zh: String,
    en: String,
}

/// A row that is not taken.
#[derive(Debug, Serialize, ToSchema)]
struct WrongReply {
    line: u32,
    doubts: Vec<DoubtReply>,
}

/// What a file comes to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportReply {
    /// What kind of file it is.
    kind: &'static str,
    /// The sheet that was read; empty in a file of one.
    sheet: String,
    /// Sheets that were not.
    others: Vec<String>,
    /// The row that is the head.
    head: u32,
    columns: Vec<ColumnReply>,
    new: usize,
    /// Households that are new.
    homes: usize,
    unchanged: usize,
    /// Some of those who are new.
    samples: Vec<SampleReply>,
    changes: Vec<ChangeReply>,
    wrong: Vec<WrongReply>,
    /// What is handed back with what is meant.
    #[schema(value_type = String)]
    hash: Hash,
}

/// What was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TakenReply {
    new: usize,
    changed: usize,
    unchanged: usize,
    /// Changes that were not ticked.
    left: usize,
    /// Rows for which the time was too short.
    waiting: usize,
    wrong: usize,
}

/// What became of a file that was meant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TakeReply {
    /// Nothing, when the plan has become another since it was shown.
    taken: Option<TakenReply>,
    /// How it stands now, when there is something to look at or to go on with.
    now: Option<ImportReply>,
}

/// Rows that were not taken.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportReply {
    /// A workbook, base64.
    workbook: String,
}

/// As long as one request takes in rows, before it answers how far it came.
const WITHIN: Duration = Duration::from_secs(8);

/// A file that was read: rows that can be, and those that cannot.
struct Read<R> {
    table: Table,
    columns: Columns,
    rows: Vec<R>,
    wrong: Vec<Wrong>,
}

/// Reads a list out of a file, beside what the county is.
type Rows<R> = fn(&Table, &Columns, &domain::reference::Reference, Day) -> (Vec<R>, Vec<Wrong>);

/// Reads a file off the threads that answer.
async fn read<R: Send + 'static>(
    permit: &Permit,
    file: String,
    list: List,
    rows: Rows<R>,
) -> Result<Read<R>, Problem> {
    let reference = Arc::clone(&permit.reference);
    let work = move || {
        let unread = |_| Problem::new(ProblemCode::RequestDamaged).with("place", "file");
        let bytes = STANDARD.decode(file).map_err(unread)?;
        let (table, columns) = import::read("file", &bytes, list)?;
        let (rows, wrong) = rows(&table, &columns, &reference, Day::of(clock::now_ms()));
        Ok(Read { table, columns, rows, wrong })
    };
    let inside = |_| Problem::new(ProblemCode::Internal).with("reference", "a file of a list");
    tokio::task::spawn_blocking(work).await.map_err(inside)?
}

fn reply<R>(read: &Read<R>, told: Preview) -> ImportReply {
    let hash = told.hash();
    let mut columns: Vec<_> = read
        .columns
        .found
        .iter()
        .map(|(field, (column, said))| (*column, said, Some(*field)))
        .chain(read.columns.ignored.iter().map(|(column, said)| (*column, said, None)))
        .collect();
    columns.sort_by_key(|(column, ..)| *column);
    let column = |(column, said, field): (usize, &String, Option<import::field::Field>)| ColumnReply {
        column: letters(column),
        said: said.clone(),
        zh: field.map(import::field::Field::zh),
        en: field.map(import::field::Field::en),
    };
    let mut wrong: Vec<WrongReply> = told.wrong.iter().chain(&read.wrong).map(wrong_reply).collect();
    wrong.sort_by_key(|one| one.line);
    ImportReply {
        kind: read.table.kind.words(),
        sheet: read.table.sheet.clone(),
        others: read.table.others.clone(),
        head: read.columns.head,
        columns: columns.into_iter().map(column).collect(),
        new: told.new,
        homes: told.homes,
        unchanged: told.unchanged,
        samples: told.samples.into_iter().map(sample_reply).collect(),
        changes: told.changes.into_iter().map(change_reply).collect(),
        wrong,
        hash,
    }
}

fn shown(name: String, minor: bool) -> String {
    if minor { mask::name(&name) } else { name }
}

fn sample_reply(Sample { line, name, minor, place, words }: Sample) -> SampleReply {
    SampleReply { line, name: shown(name, minor), place, words }
}

fn change_reply(one: Review) -> ChangeReply {
    let minor = one.minor;
    let field = |Told { zh, en, old, new, by, at_ms, contested }: Told| {
        let named = minor && ["姓名", "户主"].contains(&zh.as_ref());
        // What stands is masked as in every list; of what the file says, which its holder has in hand, a child's name.
        let new = shown(new, named);
        let old = match old.chars().filter(char::is_ascii_digit).count() {
            15.. => mask::id_number(&old),
            7..15 if !old.contains('-') => mask::phone(&old),
            _ if named => mask::name(&old),
            _ => old,
        };
        FieldReply { zh, en, old, new, by, at_ms, contested }
    };
    let fields = one.fields.into_iter().map(field).collect();
    ChangeReply {
        line: one.line,
        person: one.person,
        name: shown(one.name, minor),
        pending: one.pending,
        fields,
    }
}

fn wrong_reply(one: &Wrong) -> WrongReply {
    let doubt = |doubt: &Doubt| DoubtReply {
        cell: doubt.cell.clone(),
        column_zh: doubt.field.map(import::field::Field::zh),
        column_en: doubt.field.map(import::field::Field::en),
        zh: doubt.zh.clone(),
        en: doubt.en.clone(),
    };
    WrongReply { line: one.line, doubts: one.doubts.iter().map(doubt).collect() }
}

fn frame(permit: &Permit) -> Frame {
    Frame { scope: permit.area, now_ms: clock::now_ms() }
}

fn workbook<R>(mut read: Read<R>, told: Preview) -> Result<Json<ReportReply>, Refusal> {
    read.wrong.extend(told.wrong);
    read.wrong.sort_by_key(|one| one.line);
    if read.wrong.is_empty() {
        return Err(wrong("file", "没有有错的行", "no row is wrong").into());
    }
    let bytes = bad::workbook(&read.table, &read.columns, &read.wrong)?;
    Ok(Json(ReportReply { workbook: STANDARD.encode(bytes) }))
}

fn taken_reply<R>(taken: &Taken, read: &Read<R>) -> TakenReply {
    let Taken { new, changed, unchanged, left, waiting, .. } = *taken;
    TakenReply { new, changed, unchanged, left, waiting, wrong: taken.wrong.len() + read.wrong.len() }
}

/// Tells what a file of people comes to; writes nothing.
#[utoipa::path(post, path = "/api/subjects/import/preview", params(AreaAsked), request_body = FileSaid,
    responses((status = 200, body = ImportReply)))]
pub(super) async fn preview(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    SaidWithFile(said): SaidWithFile<FileSaid>,
) -> Result<Json<ImportReply>, Refusal> {
    let read = read(&permit, said.file, List::People, people::rows).await?;
    let told = import::preview(&desk.county, &read.rows, frame(&permit)).await?;
    Ok(Json(reply(&read, told)))
}

/// Takes in the people of a file who are new, and the changes that are ticked; for some seconds, then it is to be
/// asked again. That it was done stands in the access log, with how many, and no name.
#[utoipa::path(post, path = "/api/subjects/import/take", params(AreaAsked), request_body = TakeSaid,
    responses((status = 200, body = TakeReply)))]
pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    SaidWithFile(said): SaidWithFile<TakeSaid>,
) -> Result<Json<TakeReply>, Refusal> {
    let (county, by) = (&desk.county, permit.staff()?);
    let TakeSaid { file, hash, all, lines } = said;
    let ticks = if all { Ticks::All } else { Ticks::Lines(lines.into_iter().collect()) };
    let read = read(&permit, file, List::People, people::rows).await?;
    let told = import::preview(county, &read.rows, frame(&permit)).await?;
    if told.hash() != hash {
        return Ok(Json(TakeReply { taken: None, now: Some(reply(&read, told)) }));
    }
    let carried = format!("{} subjects {}", permit.area, read.rows.len());
    log_list(county, by, IMPORTED, carried, clock::now_ms()).await?;
    let taken = import::take(county, by, &read.rows, &ticks, frame(&permit), Some(WITHIN)).await?;
    let now = match taken.waiting {
        0 => None,
        _ => Some(reply(&read, import::preview(county, &read.rows, frame(&permit)).await?)),
    };
    Ok(Json(TakeReply { taken: Some(taken_reply(&taken, &read)), now }))
}

/// The rows of a file that are not taken, as a workbook that is mended and imported.
#[utoipa::path(post, path = "/api/subjects/import/report", params(AreaAsked), request_body = FileSaid,
    responses((status = 200, body = ReportReply)))]
pub(super) async fn report(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    SaidWithFile(said): SaidWithFile<FileSaid>,
) -> Result<Json<ReportReply>, Refusal> {
    let read = read(&permit, said.file, List::People, people::rows).await?;
    let told = import::preview(&desk.county, &read.rows, frame(&permit)).await?;
    workbook(read, told)
}

async fn read_staff(permit: &Permit, file: String) -> Result<(Read<import::staff::Row>, Preview), Problem> {
    let read = read(permit, file, List::Staff, import::staff::rows).await?;
    let told = import::preview_staff(&permit.reference, permit.staff()?, &read.rows, today());
    Ok((read, told))
}

fn today() -> Day {
    Day::of(clock::now_ms())
}

/// Tells what a file of staff comes to; writes nothing.
#[utoipa::path(post, path = "/api/staff/import/preview", request_body = FileSaid,
    responses((status = 200, body = ImportReply)))]
pub(super) async fn preview_staff(
    permit: Permit,
    SaidWithFile(said): SaidWithFile<FileSaid>,
) -> Result<Json<ImportReply>, Refusal> {
    let (read, told) = read_staff(&permit, said.file).await?;
    Ok(Json(reply(&read, told)))
}

/// Takes in the staff of a file and their roles, from today on.
#[utoipa::path(post, path = "/api/staff/import/take", request_body = TakeSaid,
    responses((status = 200, body = TakeReply)))]
pub(super) async fn take_staff(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    SaidWithFile(said): SaidWithFile<TakeSaid>,
) -> Result<Json<TakeReply>, Refusal> {
    let (county, by) = (&desk.county, permit.staff()?);
    let (read, told) = read_staff(&permit, said.file).await?;
    if told.hash() != said.hash {
        return Ok(Json(TakeReply { taken: None, now: Some(reply(&read, told)) }));
    }
    let carried = format!("{} staff {}", permit.area, read.rows.len());
    log_list(county, by, IMPORTED, carried, clock::now_ms()).await?;
    let taken = import::staff::take(county, by, &read.rows, today(), clock::now_ms()).await?;
    Ok(Json(TakeReply { taken: Some(taken_reply(&taken, &read)), now: None }))
}

/// The rows of a file of staff that are not taken.
#[utoipa::path(post, path = "/api/staff/import/report", request_body = FileSaid,
    responses((status = 200, body = ReportReply)))]
pub(super) async fn report_staff(
    permit: Permit,
    SaidWithFile(said): SaidWithFile<FileSaid>,
) -> Result<Json<ReportReply>, Refusal> {
    let (read, told) = read_staff(&permit, said.file).await?;
    workbook(read, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_s_new_name_is_masked_like_the_old_one() {
        let told = |zh: &str, old: &str, new: &str| Told {
            zh: zh.to_owned(),
            en: String::new(),
            old: old.to_owned(),
            new: new.to_owned(),
            by: None,
            at_ms: None,
            contested: false,
        };
        let shown = |minor| {
            let fields = vec![told("姓名", "测小甲", "测小乙"), told("住址", "坡上", "井边")];
            let (line, person, name) = (2, RecordId::named("person", "child"), "测小甲".to_owned());
            let reply = change_reply(Review { line, person, name, minor, pending: false, fields });
            reply.fields.into_iter().map(|one| (one.old, one.new)).collect::<Vec<_>>()
        };
        let as_told = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        assert_eq!(shown(false), [as_told("测小甲", "测小乙"), as_told("坡上", "井边")]);
        let [old, new] = ["测小甲", "测小乙"].map(mask::name);
        assert_eq!(shown(true), [as_told(&old, &new), as_told("坡上", "井边")]);
    }
}
