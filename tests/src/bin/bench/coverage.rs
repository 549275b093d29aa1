//! The coverage of the whole county by village: from the tally, and by SQL over the visits.

use crate::Outcome;
use crate::folder::{SEED, Seeded, county, remove};
use crate::ingest::config;
use crate::table::{Aim, Amount, Table, Times};
use county_server::county::County;
use county_server::reports::{Question, ask, table as answer};
use county_server::{open, seed};
use domain::period::{Cadence, Cut, Period};
use domain::time::Day;
use rusqlite::{Connection, params};
use store::county::FiguresQuery;
use store_sqlite::open::{Half, open as open_file};
use system_tests::county::ask as ask_server;
use tokio::runtime::Runtime;

/// People, and months of visits before the present one: 360,000 visits to persons.
pub const SUBJECTS: usize = 20_000;
/// See [`SUBJECTS`].
pub const MONTHS: u32 = 28;

/// How often each figure is asked for.
const TIMES: usize = 200;

const DUTY: &str = "elder_monthly";

/// Measures.
pub fn measure(table: &mut Table) -> Outcome {
    let seeded = county(SUBJECTS, MONTHS)?;
    let key = open::to_read(&config(&seeded.data())).map_err(|problem| problem.en())?;
    let visits = plain(&seeded, key.keys.database().expose())?;
    let about = format!(
        "{SUBJECTS} people and {} visits to persons, each counted where its person lived on the day; the \
         county was seeded in {} s, once. The baseline counts the people met, village by village, over \
         the visits of the period in a table of their own with the indexes that suit it, on a file with the \
         county's settings.",
        Amount(visits.0, ""),
        seeded.seconds
    );
    table.section("Coverage of the county by village", &about);
    let runtime = Runtime::new()?;
    // The day is drawn from the seed number, so that each run asks for the same.
    let month = Period::containing(Cadence::Month, Cut::Natural, seeded.today);
    let drawn = month.previous().from().plus(i32::try_from(SEED * 7919 % 28)?);
    for (name, as_of) in [("today", seeded.today), ("as of a drawn date", drawn)] {
        let theirs = sql(&visits.1, Period::containing(Cadence::Month, Cut::Natural, as_of), as_of)?;
        let figures = figures(&runtime, &key, as_of)?;
        let beside = Some(("SQL over the visits", theirs.median()));
        table.row(&format!("figures by village, {name}"), figures.median(), Aim::AtMost(1.0), beside);
        let whole = page(&runtime, &key, as_of)?;
        let what = format!("the whole page (rows, silent phones, missed before, contested), {name}");
        table.row(&what, whole.median(), Aim::None, beside);
    }
    let theirs = sql(&visits.1, month, seeded.today)?;
    let rolling = rolling(&runtime, &seeded, month.from())?;
    let what = "the same page of the same people, once they are due by days (with who is overdue), today";
    table.row(what, rolling.median(), Aim::None, Some(("SQL over the visits", theirs.median())));
    Ok(())
}

/// The page of the duty in a copy of the county in which it is due 30 days after the last time, from a day on.
fn rolling(runtime: &Runtime, seeded: &Seeded, from: Day) -> Outcome<Times> {
    let data = seeded.copied("rolling")?;
    ask_server(
        &data,
        &["duty", "change", DUTY, "--from", &from.to_string(), "--cadence", "days:30", "--source", "bench"],
    )?;
    let county = open::to_read(&config(&data)).map_err(|problem| problem.en())?;
    let question = question(seeded.today);
    let shown = runtime.block_on(async { answer(&county, &ask(&county, question).await?).await });
    if shown.map_err(|problem| problem.en())?.total.overdue.unwrap_or_default() == 0 {
        return Err("nobody is overdue".into());
    }
    let times = page(runtime, &county, seeded.today)?;
    drop(county);
    remove(&data)?;
    Ok(times)
}

fn question(as_of: Day) -> Question {
    let area = seed::places::COUNTY;
    Question { area, duty: DUTY.into(), period: None, category: None, as_of, silence: true }
}

fn figures(runtime: &Runtime, county: &County, as_of: Day) -> Outcome<Times> {
    let period = Period::containing(Cadence::Month, Cut::Natural, as_of);
    let query = FiguresQuery { duty: DUTY.into(), period, category: "*".into(), as_of };
    let mut times = Times::default();
    for _ in 0..TIMES {
        let found = times.time(|| runtime.block_on(county.stores.reports.figures(&query)))?;
        if found.is_empty() {
            return Err("the county has no figures".into());
        }
    }
    Ok(times)
}

fn page(runtime: &Runtime, county: &County, as_of: Day) -> Outcome<Times> {
    let question = question(as_of);
    let mut times = Times::default();
    for _ in 0..TIMES {
        let asked = || async { answer(county, &ask(county, question.clone()).await?).await };
        let shown = times.time(|| runtime.block_on(asked())).map_err(|problem| problem.en())?;
        if shown.total.met == 0 {
            return Err("nobody was visited".into());
        }
    }
    Ok(times)
}

fn sql(connection: &Connection, period: Period, as_of: Day) -> Outcome<Times> {
    const SQL: &str = "SELECT people.village, count(DISTINCT visits.person) FROM visits
         JOIN people ON people.id = visits.person
         WHERE visits.day >= ?1 AND visits.day <= ?2 AND visits.met = 1 GROUP BY people.village";
    let mut statement = connection.prepare(SQL)?;
    let mut times = Times::default();
    for _ in 0..TIMES / 10 {
        let counted: Vec<(i64, i64)> = times.time(|| {
            let rows = statement.query_map([period.from().0, as_of.0], |row| Ok((row.get(0)?, row.get(1)?)));
            rows?.collect::<rusqlite::Result<_>>()
        })?;
        if counted.is_empty() {
            return Err("the baseline has counted nobody".into());
        }
    }
    Ok(times)
}

/// The visits as a plain table in a file beside the county's, made once; answers how many there are.
fn plain(seeded: &Seeded, key: &[u8; 32]) -> Outcome<(f64, Connection)> {
    let beside = seeded.data().with_file_name("plain.db");
    let made = beside.exists();
    let connection = open_file(&beside, key, Half::County)?;
    if !made {
        fill(&connection, seeded, key)?;
    }
    let visits: u32 = connection.query_row("SELECT count(*) FROM visits", [], |row| row.get(0))?;
    Ok((f64::from(visits), connection))
}

fn fill(connection: &Connection, seeded: &Seeded, key: &[u8; 32]) -> Outcome {
    let people = seed::County::new(seed::Plan { seed: SEED, subjects: seeded.subjects, today: seeded.today });
    let county = open_file(&seeded.data().join("county.db"), key, Half::County)?;
    connection.execute_batch(
        "BEGIN; CREATE TABLE people (id BLOB PRIMARY KEY, village INTEGER) WITHOUT ROWID;
         CREATE TABLE visits (person BLOB, day INTEGER, met INTEGER);",
    )?;
    let mut insert = connection.prepare("INSERT INTO people VALUES (?1, ?2)")?;
    for resident in &people.register.residents {
        let village = resident.person.villages.first().map(|village| village.0.cast_signed());
        insert.execute(params![resident.person.id.bytes(), village])?;
    }
    let mut parts = county.prepare("SELECT subject, day, kind FROM parts WHERE kind > ''")?;
    let mut rows = parts.query([])?;
    let mut insert = connection.prepare("INSERT INTO visits VALUES (?1, ?2, ?3)")?;
    while let Some(row) = rows.next()? {
        let (subject, day): ([u8; 16], i32) = (row.get(0)?, row.get(1)?);
        let kind: String = row.get(2)?;
        insert.execute(params![subject, day, kind.contains("/self")])?;
    }
    connection.execute_batch("CREATE INDEX visits_by_day ON visits (day, met, person); COMMIT; ANALYZE;")?;
    Ok(())
}
