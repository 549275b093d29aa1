//! The county as plain tables in a file that any SQLite opens, made from its records.

use county_server::config::{Config, Data};
use county_server::county::County;
use county_server::open;
use domain::catalogue::RecordKind;
use domain::head::Head;
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::subject::Person;
use domain::time::Day;
use domain::visit::{Met, Part, Visit, Way};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::Path;
use std::sync::Arc;
use store::StoreError;
use sync::county::needs::DeviceState;

/// Records read at a time.
const PAGE: usize = 2_000;

/// The county's data, opened to be read.
pub(super) fn county(data: &Path) -> Result<Arc<County>> {
    let config = Config { data: Data { folder: data.to_owned(), ..Data::default() }, ..Config::default() };
    open::to_read(&config).map_err(told)
}

/// A problem in the words of whoever reads logs.
pub(super) fn told(problem: Problem) -> Error {
    Error::other(problem.en())
}

fn stored(error: StoreError) -> Error {
    Error::other(error.to_string())
}

fn sql(error: rusqlite::Error) -> Error {
    Error::other(error.to_string())
}

fn text(day: Option<Day>) -> Option<String> {
    day.map(|day| day.to_string())
}

fn code(area: domain::ids::AreaCode) -> i64 {
    i64::try_from(area.0).unwrap_or_default()
}

async fn records(county: &County, kind: RecordKind) -> Result<BTreeMap<RecordId, Arc<Head>>> {
    let mut found = BTreeMap::new();
    let mut after = None;
    loop {
        let page = county.stores.ledger.records_after(kind, after, PAGE).await.map_err(stored)?;
        let Some((last, _)) = page.last() else { return Ok(found) };
        after = Some(last.id);
        found.extend(page.into_iter().map(|(record, row)| (record.id, row.head)));
    }
}

/// Writes the tables into a file; phones as they were on a day.
pub(super) async fn export(county: &County, file: &Path, as_of: Day) -> Result<Connection> {
    let plain = Connection::open(file).map_err(sql)?;
    plain.execute_batch(include_str!("export.sql")).map_err(sql)?;
    plain.execute_batch("BEGIN").map_err(sql)?;
    for (id, head) in records(county, RecordKind::Person).await? {
        person(&plain, &Person::read(id, &head)).map_err(sql)?;
    }
    let visits = records(county, RecordKind::Visit).await?;
    for (id, head) in records(county, RecordKind::Part).await? {
        let part = Part::read(id, &head);
        let visit = part.visit.and_then(|visit| Some(Visit::read(visit, visits.get(&visit)?)));
        if let Some(visit) = visit.filter(|visit| !visit.void && !part.void) {
            share(&plain, &part, &visit)?;
        }
    }
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(stored)?;
    books(&plain, &reference).map_err(sql)?;
    phones(&plain, county, as_of).await?;
    plain.execute_batch("COMMIT").map_err(sql)?;
    Ok(plain)
}

fn person(plain: &Connection, one: &Person) -> rusqlite::Result<()> {
    let id = one.id.to_string();
    plain.execute(
        "INSERT INTO person VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id,
            one.counted_in().map(code),
            text(one.died),
            text(one.moved_out),
            text(one.refusal_approved),
            one.pending,
            one.merged_into.is_some()
        ],
    )?;
    for (day, village) in &one.moves {
        plain
            .execute("INSERT INTO moved VALUES (?1, ?2, ?3)", params![id, day.to_string(), code(*village)])?;
    }
    for member in &one.memberships {
        let (from, until) = (text(member.from), text(member.until));
        plain.execute("INSERT INTO member VALUES (?1, ?2, ?3, ?4)", params![id, member.code, from, until])?;
    }
    for away in &one.aways {
        let (kind, from, until) = (away.kind.code(), text(away.from), text(away.until));
        plain.execute("INSERT INTO away VALUES (?1, ?2, ?3, ?4)", params![id, kind, from, until])?;
    }
    for part in one.changes_decided.keys() {
        plain.execute("INSERT INTO decided VALUES (?1, ?2)", params![id, part.to_string()])?;
    }
    Ok(())
}

/// What is 填写不一致 is read in other ways than a plain table can hold, and nothing of the month is.
fn share(plain: &Connection, part: &Part, visit: &Visit) -> Result<()> {
    // Of whom a change is only reported nobody was met, and nobody says so.
    let met = part.met.or((visit.way == Some(Way::Report)).then_some(Met::Nobody));
    let (Some(subject), Some(way), Some(happened), Some(met)) =
        (part.subject, visit.way, visit.happened, met)
    else {
        return Err(Error::other(format!("part {} is contested or not whole", part.id)));
    };
    let by = visit.visited_by.first().map(ToString::to_string);
    let row = params![
        part.id.to_string(),
        subject.to_string(),
        happened.day().to_string(),
        way.code(),
        met.code(),
        part.reason.map(|reason| reason.code()),
        i64::try_from(visit.visitors()).unwrap_or(i64::MAX),
        by
    ];
    plain.execute("INSERT INTO part VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", row).map(drop).map_err(sql)
}

fn books(plain: &Connection, reference: &domain::reference::Reference) -> rusqlite::Result<()> {
    for rule in reference.duties.values() {
        let id = rule.id.to_string();
        plain.execute(
            "INSERT INTO rule VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                id,
                rule.duty,
                rule.from.to_string(),
                text(rule.until),
                rule.cadence.to_string(),
                rule.cut.code(),
                rule.kind.code(),
                rule.visitors_min,
                rule.enrolled_days_min
            ],
        )?;
        let lists = rule.categories.iter().map(|code| ("category", code.as_str()));
        let lists = lists.chain(rule.ways.iter().map(|one| ("way", one.code())));
        let lists = lists.chain(rule.mets.iter().map(|one| ("met", one.code())));
        for (what, code) in lists.chain(rule.roles.iter().map(|one| ("role", one.code()))) {
            plain.execute("INSERT INTO rule_list VALUES (?1, ?2, ?3)", params![id, what, code])?;
        }
    }
    for area in reference.areas.0.values() {
        let row = params![code(area.code), area.parent.map(code), area.name];
        plain.execute("INSERT INTO area VALUES (?1, ?2, ?3)", row)?;
    }
    for one in reference.assignments.values() {
        let (from, until) = (one.from.to_string(), text(one.until));
        let row = params![one.staff.to_string(), one.role.code(), code(one.area), from, until];
        plain.execute("INSERT INTO post VALUES (?1, ?2, ?3, ?4, ?5)", row)?;
    }
    Ok(())
}

async fn phones(plain: &Connection, county: &County, as_of: Day) -> Result<()> {
    let directory = &county.stores.directory;
    let states = directory.states(as_of).await.map_err(stored)?;
    for device in directory.devices().await.map_err(stored)? {
        if states.get(&device.row.device) == Some(&DeviceState::Retired) {
            continue;
        }
        let row = params![device.row.staff.to_string(), Day::of(device.enrolled_ms).to_string()];
        plain.execute("INSERT INTO phone VALUES (?1, ?2)", row).map_err(sql)?;
    }
    for (staff, day) in county.stores.reports.heard(as_of).await.map_err(stored)? {
        let row = params![staff.to_string(), day.to_string()];
        plain.execute("INSERT INTO heard VALUES (?1, ?2)", row).map_err(sql)?;
    }
    Ok(())
}
