//! What an exchange of one day's visits costs as the county's history grows, and as the history of one
//! person does. Flat is the aim: each row is held against the smallest.

use crate::Outcome;
use crate::folder::county;
use crate::ingest::{A_REQUEST, enrolled, workers};
use crate::table::{Aim, Amount, Table, Times};
use crate::writer::{Line, Writer};
use crate::{coverage, folder};
use county_server::seed::visits::SeedVisit;
use domain::catalogue::keys;
use domain::time::{Day, Happened};
use domain::value::Value;
use system_tests::county::CountyProcess;

/// Months of history and visits brought besides, that make a county of about 3,600, 36,000 and 360,000.
const COUNTIES: [(u32, usize, &str); 3] =
    [(0, 3_600, "3,600"), (2, 0, "36,000"), (coverage::MONTHS, 0, "360,000")];

/// Requests that are timed.
const TIMED: usize = 40;

/// Visits that a person has before the timed ones.
const HISTORIES: [usize; 3] = [10, 100, 1_000];

/// Measures.
pub fn measure(table: &mut Table) -> Outcome {
    let about = "One phone, the real server over loopback; the median of the whole exchange. A growing \
        county: a request of 20 visits. A growing history: a request of one \
        visit to one person, who has been \
        visited every day so far.";
    table.section("An exchange as history grows", about);
    let mut smallest: Option<Amount> = None;
    for (months, more, name) in COUNTIES {
        let ours = of_county(months, more)?.median();
        let beside = smallest.map(|smallest| ("the smallest", smallest));
        let aim = if beside.is_some() { Aim::Times(1.5) } else { Aim::None };
        table.row(&format!("a county with {name} visits"), ours, aim, beside);
        smallest.get_or_insert(ours);
    }
    let mut smallest: Option<Amount> = None;
    for (count, times) in HISTORIES.into_iter().zip(of_people()?) {
        let ours = times.median();
        let beside = smallest.map(|smallest| ("the smallest", smallest));
        let aim = if beside.is_some() { Aim::Times(1.5) } else { Aim::None };
        table.row(&format!("a person with {count} visits at the county"), ours, aim, beside);
        smallest.get_or_insert(ours);
    }
    Ok(())
}

/// Brings everything that is ready; answers the times of the last requests.
fn bring(writer: &mut Writer, server: &CountyProcess) -> Outcome<Times> {
    let mut line = Line::open(server.address())?;
    writer.catch_up(&mut line)?;
    let mut times = Times::default();
    while writer.ready() > 0 {
        let last = writer.ready() <= TIMED;
        let mut one = Times::default();
        one.time(|| writer.bring(&mut line))?;
        if last {
            times.extend(one);
        }
    }
    Ok(times)
}

fn of_county(months: u32, more: usize) -> Outcome<Times> {
    let seeded = county(coverage::SUBJECTS, months)?;
    let data = seeded.copied("growth")?;
    let timed = TIMED * A_REQUEST;
    let others = more.div_ceil(timed);
    let mut workers = workers(&seeded, 1 + others, timed)?;
    let mut left = more;
    for (_, visits) in workers.iter_mut().skip(1) {
        visits.truncate(left / A_REQUEST * A_REQUEST);
        left -= visits.len();
    }
    let mut writers = enrolled(&data, &workers)?;
    let server = CountyProcess::start(&data, "127.0.0.1:0")?;
    writers.reverse();
    let mut times = Times::default();
    // The first worker, whose requests are timed, comes last.
    for writer in &mut writers {
        times = bring(writer, &server)?;
    }
    server.stop()?;
    folder::remove(&data)?;
    Ok(times)
}

/// A visit to the same person on another day.
fn moved(visit: &SeedVisit, day: Day) -> SeedVisit {
    let happened = Happened::morning(day);
    let mut visit = SeedVisit { happened, entered_ms: happened.until_ms, ..visit.clone() };
    visit.sets.insert(keys::HAPPENED.to_owned(), Value::from(happened.to_string()));
    visit
}

fn of_people() -> Outcome<Vec<Times>> {
    let seeded = county(coverage::SUBJECTS, 0)?;
    let data = seeded.copied("people")?;
    let (staff, visits) = workers(&seeded, 1, A_REQUEST)?.pop().ok_or("no workers")?;
    let template = visits.first().ok_or("no visits")?;
    // One a day, backwards from yesterday.
    let on = |place: usize| moved(template, seeded.today.plus(-1 - i32::try_from(place).unwrap_or_default()));
    let mut writer = enrolled(&data, &[(staff, Vec::new())])?.pop().ok_or("no writer")?;
    let server = CountyProcess::start(&data, "127.0.0.1:0")?;
    let (mut all, mut brought) = (Vec::new(), 0);
    for count in HISTORIES {
        let history: Vec<_> = (brought..count).map(on).collect();
        writer.prepare(&history, A_REQUEST)?;
        // Always of the last days: once more on a day that had one.
        let timed: Vec<_> = (0..TIMED).map(on).collect();
        writer.prepare(&timed, 1)?;
        all.push(bring(&mut writer, &server)?);
        brought = count;
    }
    server.stop()?;
    folder::remove(&data)?;
    Ok(all)
}
