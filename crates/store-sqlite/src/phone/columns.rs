//! How things stand in columns.

use crate::codec::{broken, record_id, unpack_entry, unpack_head};
use domain::catalogue::RecordKind;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::RecordRef;
use domain::permission::{Audience, Scope};
use domain::time::Day;
use rusqlite::Row;
use serde::de::DeserializeOwned;
use store::StoreError;
use store::phone::{Links, LogRow, PersonRow, RecordRow};
use sync::wire::receipt::ItemState;

/// Stands for no day.
const NO_DAY: i32 = i32::MIN;

/// A writer as a number that sorts as writers do.
pub(super) fn writer_key(writer: WriterId) -> i64 {
    (writer.0 ^ (1 << 63)).cast_signed()
}

pub(super) fn writer_of(key: i64) -> WriterId {
    WriterId(key.cast_unsigned() ^ (1 << 63))
}

/// Serials, positions and counts; those beyond 2^63 do not occur.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

pub(super) fn kind_key(kind: RecordKind) -> i64 {
    number(kind.number())
}

pub(super) fn kind_of(key: i64) -> Result<RecordKind, StoreError> {
    RecordKind::from_number(unsigned(key)).ok_or_else(|| broken("a record of a newer version"))
}

pub(super) fn day_key(day: Option<Day>) -> i32 {
    day.map_or(NO_DAY, |day| day.0)
}

pub(super) fn day_of(key: i32) -> Option<Day> {
    (key != NO_DAY).then_some(Day(key))
}

pub(super) fn scope_key(scope: Scope) -> (i64, i64) {
    (number(scope.area.0), i64::from(scope.audience.number()))
}

pub(super) fn scope_of(area: i64, audience: i64) -> Result<Scope, StoreError> {
    let audience = u8::try_from(audience).ok().and_then(Audience::from_number);
    let audience = audience.ok_or_else(|| broken("an audience of a newer version"))?;
    Ok(Scope { area: AreaCode(unsigned(area)), audience })
}

/// JSON of a column.
pub(super) fn json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| broken("JSON that cannot be read"))
}

/// JSON for a column.
pub(super) fn to_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| broken("no JSON"))
}

/// A column, with SQLite's error as ours.
pub(super) fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    row.get(column).map_err(crate::fault::fault)
}

/// A text, read where it lies.
pub(super) fn get_text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, StoreError> {
    let text = row.get_ref(column).map_err(crate::fault::fault)?.as_str();
    text.map_err(|_| broken("a text that is none"))
}

pub(super) fn get_id(row: &Row<'_>, column: usize) -> Result<RecordId, StoreError> {
    get(row, column).map(record_id)
}

pub(super) fn get_id_option(row: &Row<'_>, column: usize) -> Result<Option<RecordId>, StoreError> {
    Ok(get::<Option<[u8; 16]>>(row, column)?.map(record_id))
}

/// `kind, id` from a column on.
pub(super) fn get_record(row: &Row<'_>, column: usize) -> Result<RecordRef, StoreError> {
    Ok(RecordRef { kind: kind_of(get(row, column)?)?, id: get_id(row, column + 1)? })
}

/// The columns of [`log_row`].
pub(super) const LOG: &str = "writer, serial, kind, record, hash, entry, state, problem, receipt_day, \
     receipt_number, proof, visit, draft";

pub(super) fn log_row(row: &Row<'_>) -> Result<LogRow, StoreError> {
    let (writer, serial) = (writer_of(get(row, 0)?), unsigned(get(row, 1)?));
    let packed: Vec<u8> = get(row, 5)?;
    let entry = unpack_entry(&packed, writer, serial, get_record(row, 2)?)?;
    let state = get::<Option<u8>>(row, 6)?
        .map(|state| ItemState::from_number(state).ok_or_else(|| broken("a state of a newer version")));
    let problem = get::<Option<String>>(row, 7)?.map(|text| json(&text));
    let (day, counter): (Option<i32>, Option<u32>) = (get(row, 8)?, get(row, 9)?);
    Ok(LogRow {
        entry,
        hash: domain::canonical::Hash(get(row, 4)?),
        state: state.transpose()?,
        problem: problem.transpose()?,
        receipt: day.zip(counter),
        proof: get::<Option<i64>>(row, 10)?.map(unsigned),
        visit: get_id_option(row, 11)?,
        draft: get(row, 12)?,
    })
}

/// The columns of [`record_row`].
pub(super) const RECORD: &str = "kind, id, county, view, subject, visit, household, village, day";

pub(super) fn record_row(row: &Row<'_>) -> Result<RecordRow, StoreError> {
    let head = |column| get::<Option<Vec<u8>>>(row, column)?.map(|packed| unpack_head(&packed)).transpose();
    let links = Links {
        subject: get_id_option(row, 4)?,
        visit: get_id_option(row, 5)?,
        household: get_id_option(row, 6)?,
        village: get::<Option<i64>>(row, 7)?.map(|code| AreaCode(unsigned(code))),
        day: day_of(get(row, 8)?),
    };
    Ok(RecordRow { record: get_record(row, 0)?, county: head(2)?, view: head(3)?, links })
}

/// The columns of [`person_row`].
pub(super) const PERSON: &str = "id, village, village_group, household, name, keys";

pub(super) fn person_row(row: &Row<'_>) -> Result<PersonRow, StoreError> {
    Ok(PersonRow {
        id: get_id(row, 0)?,
        village: get::<Option<i64>>(row, 1)?.map(|code| AreaCode(unsigned(code))),
        group: get(row, 2)?,
        household: get_id_option(row, 3)?,
        name: get(row, 4)?,
        keys: get(row, 5)?,
    })
}
