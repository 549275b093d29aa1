//! The rows of generations.

use crate::codec::{broken, record_id};
use crate::fault::fault;
use domain::coverage::generations::{GenerationState, Span};
use domain::coverage::{Generation, Generations, Rules, Spans};
use domain::reference::Reference;
use domain::time::Day;
use rusqlite::{Connection, Row, params};
use std::sync::Arc;
use store::StoreError;

/// The span in a row of `number, state, from_day, duties, done_to`.
fn span(row: &Row<'_>) -> Result<Span, StoreError> {
    let unknown = || broken("a generation of a newer version");
    let state: String = row.get(1).map_err(fault)?;
    let duties = row.get_ref(3).map_err(fault)?.as_str().map_err(super::bits::from_sql)?;
    let done_to: Option<[u8; 16]> = row.get(4).map_err(fault)?;
    Ok(Span {
        number: Generation(row.get(0).map_err(fault)?),
        state: GenerationState::from_code(&state).ok_or_else(unknown)?,
        from: Day(row.get(2).map_err(fault)?),
        duties: serde_json::from_str(duties).map_err(|_| unknown())?,
        done_to: done_to.map(record_id),
    })
}

/// What each generation covers: asked in the transaction in which its rows are read. O(generations).
pub(super) fn spans(connection: &Connection, county: i64) -> Result<Spans, StoreError> {
    const SQL: &str = "SELECT number, state, from_day, duties, done_to FROM generations WHERE county = ?1";
    let mut statement = connection.prepare_cached(SQL).map_err(fault)?;
    let mut rows = statement.query([county]).map_err(fault)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        found.push(span(row)?);
    }
    Ok(Spans::new(found))
}

/// The generations with their rules.
pub(super) fn read(connection: &Connection, county: i64) -> Result<Generations, StoreError> {
    const SQL: &str = "SELECT rules FROM generations WHERE county = ?1 AND rules IS NOT NULL ORDER BY number";
    let spans = spans(connection, county)?;
    let mut statement = connection.prepare(SQL).map_err(fault)?;
    let mut rows = statement.query([county]).map_err(fault)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let json = row.get_ref(0).map_err(fault)?.as_str().map_err(super::bits::from_sql)?;
        let rules: Rules = serde_json::from_str(json).map_err(|_| broken("rules of a newer version"))?;
        found.push(Arc::new(rules));
    }
    // Of the last complete one, and of the one that is being built.
    let next = if spans.building().is_some() { found.pop() } else { None };
    let rules = found.pop().unwrap_or_else(|| Arc::new(Rules::of(&Reference::default())));
    Ok(Generations::new(spans, rules, next))
}

/// Writes what has changed. O(generations).
pub(super) fn put(
    connection: &Connection,
    county: i64,
    old: &Generations,
    new: &Generations,
) -> Result<(), StoreError> {
    const DELETE: &str = "DELETE FROM generations WHERE county = ?1 AND number = ?2";
    const PUT: &str = "INSERT OR REPLACE INTO generations
             (county, number, state, from_day, duties, done_to, rules)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let kept = |number| new.spans().all().iter().any(|span| span.number == number);
    for span in old.spans().all().iter().filter(|span| !kept(span.number)) {
        connection.execute(DELETE, params![county, span.number.0]).map_err(fault)?;
    }
    let before = |number| old.spans().all().iter().find(|span| span.number == number);
    for span in new.spans().all() {
        let rules = new.rules_of(span.number);
        if before(span.number) == Some(span) && old.rules_of(span.number) == rules {
            continue;
        }
        let rules = rules.map(|rules| json(&**rules)).transpose()?;
        let (state, duties) = (span.state.code(), json(&span.duties)?);
        let done_to = span.done_to.map(|id| id.bytes());
        let row = params![county, span.number.0, state, span.from.0, duties, done_to, rules];
        connection.prepare_cached(PUT).and_then(|mut put| put.execute(row)).map_err(fault)?;
    }
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}
