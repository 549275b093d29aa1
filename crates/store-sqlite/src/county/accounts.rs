//! Accounts of the desk, their sessions, and the access log.

use super::bits::{kind_number, kind_of, limit};
use super::view::View;
use super::writer::Desk;
use crate::codec::record_id;
use crate::fault::fault;
use domain::canonical::Hash;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::time::UnixMs;
use rusqlite::{OptionalExtension, Row, ToSql, params};
use store::StoreError;
use store::county::{Access, Account, DeskSession};

pub(super) fn put_account(desk: &Desk<'_>, account: &Account) -> Result<bool, StoreError> {
    const OTHER: &str = "SELECT 1 FROM accounts WHERE county = ?1 AND login = ?2 AND staff != ?3";
    const PUT: &str =
        "INSERT OR REPLACE INTO accounts (county, staff, login, password, first, closed, made_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let Account { staff, login, password, first, closed, made_ms } = account;
    let key = params![desk.county, login, staff.bytes()];
    if desk.connection.query_row(OTHER, key, |_| Ok(())).optional().map_err(fault)?.is_some() {
        return Ok(false);
    }
    let row = params![desk.county, staff.bytes(), login, password, first, closed, made_ms];
    desk.connection.execute(PUT, row).map_err(fault)?;
    Ok(true)
}

const ACCOUNTS: &str =
    "SELECT staff, login, password, first, closed, made_ms FROM accounts WHERE county = ?1";

fn account_of(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        staff: record_id(row.get(0)?),
        login: row.get(1)?,
        password: row.get(2)?,
        first: row.get(3)?,
        closed: row.get(4)?,
        made_ms: row.get(5)?,
    })
}

pub(super) fn account(view: &View<'_>, login: &str) -> Result<Option<Account>, StoreError> {
    let sql = format!("{ACCOUNTS} AND login = ?2");
    let mut statement = view.connection.prepare_cached(&sql).map_err(fault)?;
    statement.query_row(params![view.county, login], account_of).optional().map_err(fault)
}

pub(super) fn accounts(view: &View<'_>) -> Result<Vec<Account>, StoreError> {
    let sql = format!("{ACCOUNTS} ORDER BY login");
    let mut statement = view.connection.prepare_cached(&sql).map_err(fault)?;
    let rows = statement.query_map([view.county], account_of).map_err(fault)?;
    rows.collect::<Result<_, _>>().map_err(fault)
}

pub(super) fn put_session(desk: &Desk<'_>, session: &DeskSession) -> Result<(), StoreError> {
    const PUT: &str =
        "INSERT OR REPLACE INTO sessions (county, token, staff, begun_ms) VALUES (?1, ?2, ?3, ?4)";
    let row = params![desk.county, session.token.0, session.staff.bytes(), session.begun_ms];
    desk.connection.execute(PUT, row).map_err(fault).map(drop)
}

pub(super) fn session(view: &View<'_>, token: Hash) -> Result<Option<DeskSession>, StoreError> {
    const SQL: &str = "SELECT staff, begun_ms FROM sessions WHERE county = ?1 AND token = ?2";
    let mut statement = view.connection.prepare_cached(SQL).map_err(fault)?;
    let read =
        |row: &Row<'_>| Ok(DeskSession { token, staff: record_id(row.get(0)?), begun_ms: row.get(1)? });
    statement.query_row(params![view.county, token.0], read).optional().map_err(fault)
}

pub(super) fn end_session(desk: &Desk<'_>, token: Hash) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM sessions WHERE county = ?1 AND token = ?2";
    desk.connection.execute(SQL, params![desk.county, token.0]).map_err(fault).map(drop)
}

pub(super) fn end_sessions(
    desk: &Desk<'_>,
    staff: RecordId,
    but: Option<Hash>,
    before_ms: UnixMs,
) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM sessions WHERE county = ?1
         AND (begun_ms < ?2 OR (staff = ?3 AND (?4 IS NULL OR token != ?4)))";
    let key = params![desk.county, before_ms, staff.bytes(), but.map(|token| token.0)];
    desk.connection.execute(SQL, key).map_err(fault).map(drop)
}

pub(super) fn log_access(desk: &Desk<'_>, access: &Access) -> Result<u64, StoreError> {
    const LAST: &str = "SELECT coalesce(max(number), 0) FROM accesses";
    const PUT: &str =
        "INSERT INTO accesses (number, county, at_ms, staff, act, kind, record, allowed_by, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let Access { at_ms, staff, act, record, grant, reason } = access;
    let last: i64 = desk.connection.query_row(LAST, [], |row| row.get(0)).map_err(fault)?;
    let (kind, id) = (record.map(|one| kind_number(one.kind)), record.map(|one| one.id.bytes()));
    let grant = grant.map(|grant| grant.bytes());
    let row = params![last + 1, desk.county, at_ms, staff.bytes(), act, kind, id, grant, reason];
    desk.connection.execute(PUT, row).map_err(fault)?;
    Ok((last + 1).cast_unsigned())
}

pub(super) fn accesses(
    view: &View<'_>,
    before: Option<u64>,
    count: usize,
) -> Result<Vec<(u64, Access)>, StoreError> {
    const SQL: &str = "SELECT number, at_ms, staff, act, kind, record, allowed_by, reason FROM accesses
         WHERE county = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3";
    let before = before.map_or(i64::MAX, |number| i64::try_from(number).unwrap_or(i64::MAX));
    lines(view, SQL, params![view.county, before, limit(count)])
}

pub(super) fn accesses_of(
    view: &View<'_>,
    reason: &str,
    record: RecordRef,
    count: usize,
) -> Result<Vec<(u64, Access)>, StoreError> {
    const SQL: &str = "SELECT number, at_ms, staff, act, kind, record, allowed_by, reason FROM accesses
         WHERE county = ?1 AND (reason = ?2 OR (kind = ?3 AND record = ?4)) ORDER BY number DESC LIMIT ?5";
    let (kind, id) = (kind_number(record.kind), record.id.bytes());
    lines(view, SQL, params![view.county, reason, kind, id, limit(count)])
}

fn lines(view: &View<'_>, sql: &str, key: &[&dyn ToSql]) -> Result<Vec<(u64, Access)>, StoreError> {
    let mut statement = view.connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(key).map_err(fault)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        found.push(access_of(row)?);
    }
    Ok(found)
}

fn access_of(row: &Row<'_>) -> Result<(u64, Access), StoreError> {
    let kind: Option<i64> = row.get(4).map_err(fault)?;
    let id: Option<[u8; 16]> = row.get(5).map_err(fault)?;
    let record = match (kind, id) {
        (Some(kind), Some(id)) => Some(RecordRef { kind: kind_of(kind)?, id: record_id(id) }),
        _ => None,
    };
    let access = Access {
        at_ms: row.get(1).map_err(fault)?,
        staff: record_id(row.get(2).map_err(fault)?),
        act: row.get(3).map_err(fault)?,
        record,
        grant: row.get::<_, Option<[u8; 16]>>(6).map_err(fault)?.map(record_id),
        reason: row.get(7).map_err(fault)?,
    };
    Ok((row.get::<_, i64>(0).map_err(fault)?.cast_unsigned(), access))
}
