//! A month's visits through the real server, brought by 200 phones at once, while somebody at the desk looks at
//! 走访情况 and 未走访名单.

use crate::Outcome;
use crate::folder::{SEED, Seeded, county, remove};
use crate::ingest::{A_REQUEST, enrolled, number};
use crate::table::{Aim, Amount, Table, Times};
use crate::writer::{Line, Writer};
use county_server::seed::notes::Style;
use county_server::seed::visits::SeedVisit;
use domain::ids::RecordId;
use domain::staff::Role;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use system_tests::county::{CountyProcess, ask};
use system_tests::desk::Desk;
use system_tests::workload::visits;

/// People of the county.
const SUBJECTS: usize = 20_000;
/// Phones, and visits that each of them brings: 30,000.
const PHONES: usize = 200;
const EACH: usize = 150;
/// The days out of which the visits are drawn.
const DAYS: i32 = 240;
/// How often the desk looks while nobody sends.
const QUIET: usize = 60;

const COVERAGE: &str = "/api/coverage?duty=*";
const UNVISITED: &str = "/api/coverage/people?duty=*&column=open&count=200";

/// How long the desk's two pages took.
#[derive(Default)]
struct Looked {
    coverage: Times,
    unvisited: Times,
}

impl Looked {
    fn look(&mut self, desk: &Desk) -> Outcome {
        self.coverage.time(|| desk.get(COVERAGE))?;
        self.unvisited.time(|| desk.get(UNVISITED))?;
        Ok(())
    }
}

/// Measures.
pub fn measure(table: &mut Table) -> Outcome {
    let seeded = county(SUBJECTS, 0)?;
    let data = seeded.copied("month")?;
    let (phones, reviewer) = phones(&seeded)?;
    let brought: usize = phones.iter().map(|(_, visits)| visits.len()).sum();
    let about = format!(
        "The real server on a county of {} people: {} phones at once bring {} visits, {A_REQUEST} a request, while a \
         reviewer opens 走访情况 of the whole county and the first 200 people of 未走访名单 again and again, over HTTP. \
         Phones, desk and server share this machine. The baseline is the same page before anybody sends.",
        Amount(number(SUBJECTS), ""),
        phones.len(),
        Amount(number(brought), ""),
    );
    table.section("A month's visits, and the desk meanwhile", &about);
    let mut writers = enrolled(&data, &phones)?;
    let said = ask(&data, &["account", "add", &reviewer.to_string(), "month"])?;
    let server = CountyProcess::start(&data, "127.0.0.1:0")?;
    let desk = Desk::open(&server.desk, "month", &said)?;
    let mut quiet = Looked::default();
    for _ in 0..QUIET {
        quiet.look(&desk)?;
    }
    let mut lines = Vec::new();
    for writer in &mut writers {
        let mut line = Line::open(server.address())?;
        writer.catch_up(&mut line)?;
        lines.push(line);
    }
    let (taken, seconds, busy) = send(&mut writers, lines, &desk)?;
    if taken != brought {
        return Err(format!("of {brought} visits {taken} were signed for").into());
    }
    server.stop()?;
    ask(&data, &["doctor"])?;
    remove(&data)?;
    table.row("all visits, on disk and signed for", Amount(seconds, "s"), Aim::None, None);
    table.row("of these", Amount((number(taken) / seconds).round(), "visits/s"), Aim::None, None);
    let none = |times: &Times| Some(("while nobody sends", times.p99()));
    let what = "走访情况 of the county while they send, p99";
    table.row(what, busy.coverage.p99(), Aim::None, none(&quiet.coverage));
    let what = "未走访名单, 200 people of it, while they send, p99";
    table.row(what, busy.unvisited.p99(), Aim::None, none(&quiet.unvisited));
    Ok(())
}

/// All phones bring what they have, at once, while the desk looks: visits signed for, seconds, and how long the desk's
/// pages took.
fn send(writers: &mut [Writer], lines: Vec<Line>, desk: &Desk) -> Outcome<(usize, f64, Looked)> {
    let left = &AtomicUsize::new(writers.len());
    let bring = |writer: &mut Writer, line: &mut Line| -> Result<usize, String> {
        let mut visits = 0;
        for _ in 0..writer.ready() {
            visits += writer.bring(line).map_err(|error| error.to_string())?.visits;
        }
        Ok(visits)
    };
    let mut busy = Looked::default();
    let began = Instant::now();
    let taken: Result<usize, String> = std::thread::scope(|scope| {
        let phone = |(writer, mut line): (_, Line)| {
            scope.spawn(move || {
                let visits = bring(writer, &mut line);
                left.fetch_sub(1, Ordering::SeqCst);
                visits
            })
        };
        let threads: Vec<_> = writers.iter_mut().zip(lines).map(phone).collect();
        let mut looked = Ok(());
        while looked.is_ok() && left.load(Ordering::SeqCst) > 0 {
            looked = busy.look(desk).map_err(|error| error.to_string());
        }
        let stopped = |_| Err("a phone stopped".to_owned());
        let visits = threads.into_iter().map(|thread| thread.join().unwrap_or_else(stopped)).sum();
        looked.and(visits)
    });
    Ok((taken?, began.elapsed().as_secs_f64(), busy))
}

/// A phone of a worker, and the visits that it brings.
type Phone = (RecordId, Vec<SeedVisit>);

/// Who brings which visits: of a worker with many of them several phones; and a reviewer.
fn phones(seeded: &Seeded) -> Outcome<(Vec<Phone>, RecordId)> {
    let days = seeded.today.plus(-DAYS)..seeded.today;
    let (county, all) = visits(SEED, seeded.subjects, Style::Plain, days);
    let mut by_author: BTreeMap<RecordId, Vec<SeedVisit>> = BTreeMap::new();
    // The latest first: as many as can be are of this month.
    for visit in all.into_iter().rev() {
        by_author.entry(visit.author).or_default().push(visit);
    }
    let shares = by_author.into_iter().flat_map(|(staff, visits)| {
        visits
            .chunks_exact(EACH)
            .map(|some| (staff, some.iter().rev().cloned().collect()))
            .collect::<Vec<Phone>>()
    });
    let mut phones: Vec<_> = shares.collect();
    // Else all the phones of those who come first.
    phones.sort_by_key(|(_, visits)| std::cmp::Reverse(visits.last().map(|visit| visit.entered_ms)));
    phones.truncate(PHONES);
    let mut assigned = county.reference.assignments.values();
    let reviewer = assigned.find(|one| one.role == Role::CountyReviewer).ok_or("no reviewer")?.staff;
    Ok((phones, reviewer))
}
