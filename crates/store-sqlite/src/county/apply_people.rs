//! Writing the parts and standings of a plan.

use super::load::Knowledge;
use super::load_people::{part_day, part_kind};
use crate::codec::{pack_standing, record_id};
use crate::fault::fault;
use domain::catalogue::RecordKind;
use domain::coverage::{Generation, Standing};
use domain::going::Pair;
use domain::ids::AreaCode;
use domain::patch::RecordRef;
use domain::period::Period;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;
use store::StoreError;
use sync::county::Plan;
use sync::county::needs::PartRow;
use sync::county::outcome::Suggested;

/// Where a part stands: its visit, person, kind and day.
type PartKey = ([u8; 16], [u8; 16], String, i64);

/// Writes the parts and standings of a plan.
pub(super) fn people(
    connection: &Connection,
    county: i64,
    knowledge: &Knowledge,
    plan: &Plan,
) -> Result<(), StoreError> {
    for part in &plan.parts {
        let record = RecordRef { kind: RecordKind::Part, id: part.part };
        if knowledge.stored.contains_key(&record) {
            leave(connection, county, part)?;
        }
        put_part(connection, county, part)?;
    }
    for one in &plan.suggested {
        suggest(connection, county, one)?;
    }
    let known = |generation: Generation, duty: &str, period: Period, subject| {
        let (_, standings) = knowledge.loaded.standings.get(&subject)?;
        let here = |(number, one): &&(Generation, Standing)| {
            *number == generation && one.duty == duty && one.period == period
        };
        standings.iter().find(here).map(|(_, one)| one)
    };
    for (generation, duty, period, subject) in &plan.standings_gone {
        if let Some(old) = known(*generation, duty, *period, *subject) {
            remove_standing(connection, county, *generation, old)?;
        }
    }
    for (generation, standing) in &plan.standings {
        let old = known(*generation, &standing.duty, standing.period, standing.subject);
        put_standing(connection, county, *generation, standing, old)?;
    }
    Ok(())
}

/// What is suggested of a person's visits takes the place of what was suggested of the same.
fn suggest(connection: &Connection, county: i64, one: &Suggested) -> Result<(), StoreError> {
    const HERE: &str = "SELECT visit, other FROM suggested WHERE county = ?1 AND subject = ?2";
    const GONE: &str =
        "DELETE FROM suggested WHERE county = ?1 AND subject = ?2 AND visit = ?3 AND other = ?4";
    const NEW: &str = "INSERT INTO suggested (county, subject, visit, other) VALUES (?1, ?2, ?3, ?4)";
    let subject = one.subject.bytes();
    let mut here = connection.prepare_cached(HERE).map_err(fault)?;
    let pair = |row: &Row<'_>| Ok((record_id(row.get(0)?), record_id(row.get(1)?)));
    let here = here.query_map(params![county, subject], pair).map_err(fault)?;
    let here: BTreeSet<Pair> = here.collect::<Result<_, _>>().map_err(fault)?;
    let write = |sql: &str, (visit, other): Pair| {
        let key = params![county, subject, visit.bytes(), other.bytes()];
        connection.prepare_cached(sql).and_then(|mut write| write.execute(key)).map_err(fault).map(drop)
    };
    let seen = |(visit, other): &&Pair| one.visits.contains(visit) && one.visits.contains(other);
    here.difference(&one.open).filter(seen).try_for_each(|pair| write(GONE, *pair))?;
    one.open.difference(&here).try_for_each(|pair| write(NEW, *pair))
}

fn remove_standing(
    connection: &Connection,
    county: i64,
    generation: Generation,
    old: &Standing,
) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM standings WHERE county = ?1 AND subject = ?2 AND until = ?3
         AND duty = ?4 AND period = ?5 AND generation = ?6";
    let period = old.period.to_string();
    let key = params![county, old.subject.bytes(), old.period.until().0, old.duty, period, generation.0];
    connection.prepare_cached(SQL).and_then(|mut delete| delete.execute(key)).map_err(fault)?;
    let mut areas = old.steps.iter().map(|step| step.place.area);
    areas.try_for_each(|area| leave_area(connection, county, generation, old, area))
}

fn leave_area(
    connection: &Connection,
    county: i64,
    generation: Generation,
    standing: &Standing,
    area: AreaCode,
) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM standing_areas WHERE county = ?1 AND duty = ?2 AND period = ?3
         AND generation = ?4 AND area = ?5 AND subject = ?6";
    let Standing { duty, period, subject, .. } = standing;
    let key = params![county, duty, period.to_string(), generation.0, area.0.cast_signed(), subject.bytes()];
    connection.prepare_cached(SQL).and_then(|mut delete| delete.execute(key)).map_err(fault).map(drop)
}

/// Takes a part that was here before out of its old place.
fn leave(connection: &Connection, county: i64, part: &PartRow) -> Result<(), StoreError> {
    const HERE: &str = "SELECT visit, subject, kind, day FROM visit_parts
         WHERE county = ?1 AND visit = ?2 AND part = ?3";
    // Only when a part was given another visit: a reviewer's correction of the link itself.
    const ANYWHERE: &str =
        "SELECT visit, subject, kind, day FROM visit_parts WHERE county = ?1 AND part = ?2";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let key = params![county, part.visit.bytes(), part.part.bytes()];
    let mut here = connection.prepare_cached(HERE).map_err(fault)?;
    let mut found: Option<PartKey> = here.query_row(key, read).optional().map_err(fault)?;
    if found.is_none() {
        let mut anywhere = connection.prepare_cached(ANYWHERE).map_err(fault)?;
        found = anywhere.query_row(params![county, part.part.bytes()], read).optional().map_err(fault)?;
    }
    let Some((visit, subject, kind, day)) = found else { return Ok(()) };
    let id = part.part.bytes();
    let sql = "DELETE FROM parts WHERE county = ?1 AND subject = ?2 AND kind = ?3 AND day = ?4 AND part = ?5";
    let key = params![county, subject, kind, day, id];
    connection.prepare_cached(sql).and_then(|mut delete| delete.execute(key)).map_err(fault)?;
    let sql = "DELETE FROM visit_parts WHERE county = ?1 AND visit = ?2 AND part = ?3";
    let key = params![county, visit, id];
    connection.prepare_cached(sql).and_then(|mut delete| delete.execute(key)).map_err(fault).map(drop)
}

pub(super) fn put_part(connection: &Connection, county: i64, part: &PartRow) -> Result<(), StoreError> {
    const PART: &str = "INSERT INTO parts (county, subject, kind, day, part, visit, reason, reason_from,
             visited_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    const BY_VISIT: &str = "INSERT INTO visit_parts (county, visit, part, subject, kind, day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let fact = part.fact.as_ref();
    let (kind, day) = (part_kind(fact), part_day(fact));
    let (id, visit, subject) = (part.part.bytes(), part.visit.bytes(), part.subject.bytes());
    let row = params![
        county,
        subject,
        kind,
        day,
        id,
        visit,
        fact.and_then(|fact| fact.reason).map(|reason| reason.code()),
        fact.and_then(|fact| fact.reason_from).map(|day| day.0),
        fact.and_then(|fact| fact.by).map(|by| by.bytes()),
    ];
    connection.prepare_cached(PART).and_then(|mut insert| insert.execute(row)).map_err(fault)?;
    let row = params![county, visit, id, subject, kind, day];
    connection.prepare_cached(BY_VISIT).and_then(|mut insert| insert.execute(row)).map_err(fault).map(drop)
}

fn put_standing(
    connection: &Connection,
    county: i64,
    generation: Generation,
    standing: &Standing,
    old: Option<&Standing>,
) -> Result<(), StoreError> {
    const INSERT: &str = "INSERT OR REPLACE INTO standings
             (county, subject, until, duty, period, generation, standing)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    const UPDATE: &str = "UPDATE standings SET standing = ?7
         WHERE county = ?1 AND subject = ?2 AND until = ?3 AND duty = ?4 AND period = ?5 AND generation = ?6";
    const AREA: &str =
        "INSERT OR IGNORE INTO standing_areas (county, duty, period, generation, area, subject)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (subject, period) = (standing.subject.bytes(), standing.period.to_string());
    let until = standing.period.until().0;
    let packed = pack_standing(standing);
    let row = params![county, subject, until, standing.duty, period, generation.0, packed];
    let sql = if old.is_some() { UPDATE } else { INSERT };
    connection.prepare_cached(sql).and_then(|mut put| put.execute(row)).map_err(fault)?;
    let was_in = |area| old.is_some_and(|old| old.steps.iter().any(|step| step.place.area == area));
    let mut last: Option<AreaCode> = None;
    for area in standing.steps.iter().map(|step| step.place.area) {
        if last != Some(area) && !was_in(area) {
            let row = params![county, standing.duty, period, generation.0, area.0.cast_signed(), subject];
            connection.prepare_cached(AREA).and_then(|mut insert| insert.execute(row)).map_err(fault)?;
        }
        last = Some(area);
    }
    let stands_in = |area| standing.steps.iter().any(|step| step.place.area == area);
    let left = old.into_iter().flat_map(|old| &old.steps).map(|step| step.place.area);
    left.filter(|area| !stands_in(*area))
        .try_for_each(|area| leave_area(connection, county, generation, standing, area))
}
