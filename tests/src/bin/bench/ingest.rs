//! Visits taken in by the real server over loopback: signature, form's verdict, merge, standings, feeds,
//! fsync and signed reply included.

use crate::bare::{Bare, spelled};
use crate::folder::{self, SEED, Seeded, county};
use crate::table::{Aim, Amount, Table, Times};
use crate::writer::{Line, Writer};
use crate::{Outcome, processor};
use county_server::config::Config;
use county_server::open;
use county_server::seed::notes::Style;
use county_server::seed::visits::SeedVisit;
use domain::ids::RecordId;
use domain::log::Mark;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;
use system_tests::county::CountyProcess;
use system_tests::workload::{Order, visits};

/// People of the county.
const SUBJECTS: usize = 20_000;
/// Visits of one request: a worker's day.
pub const A_REQUEST: usize = 20;
/// Phones at once, and how many requests each of them brings.
const ROUNDS: [(usize, usize); 3] = [(1, 40), (8, 25), (32, 20)];
/// Days of visits, so that every worker has enough of them.
const DAYS: i32 = 75;

/// Settings for a data folder.
pub fn config(data: &Path) -> Config {
    let mut config = Config::default();
    config.data.folder = data.to_owned();
    config
}

/// The workers with the most visits, with so many visits each.
pub fn workers(seeded: &Seeded, count: usize, each: usize) -> Outcome<Vec<(RecordId, Vec<SeedVisit>)>> {
    let days = seeded.today.plus(-DAYS)..seeded.today;
    let (_, all) = visits(SEED, seeded.subjects, Style::Plain, days);
    let mut by_author: BTreeMap<RecordId, Vec<SeedVisit>> = BTreeMap::new();
    for visit in all {
        by_author.entry(visit.author).or_default().push(visit);
    }
    let mut workers: Vec<_> = by_author.into_iter().collect();
    workers.sort_by_key(|(_, visits)| std::cmp::Reverse(visits.len()));
    workers.truncate(count);
    for (_, visits) in &mut workers {
        // Whole requests only.
        visits.truncate(each.min(visits.len() / A_REQUEST * A_REQUEST));
    }
    Ok(workers)
}

/// What one round has come to.
struct Round {
    visits: usize,
    seconds: f64,
    times: Times,
    /// Microseconds of processor a visit: of the server, and of those who asked.
    server_us: f64,
    clients_us: f64,
}

impl Round {
    fn a_second(&self) -> Amount {
        Amount((number(self.visits) / self.seconds).round(), "visits/s")
    }
}

/// A count as it is divided by.
pub fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Lets threads bring visits at the same time: each element of `works` is one phone's whole work, and
/// answers how many visits were taken in.
fn round<W>(server: u32, works: Vec<W>) -> Outcome<Round>
where
    W: FnOnce(&mut Times) -> Result<usize, String> + Send,
{
    let (began, at_server, here) = (Instant::now(), processor(server)?, processor(std::process::id())?);
    let done: Vec<Result<(usize, Times), String>> = std::thread::scope(|scope| {
        let run = |work: W| {
            scope.spawn(|| {
                let mut times = Times::default();
                Ok((work(&mut times)?, times))
            })
        };
        let threads: Vec<_> = works.into_iter().map(run).collect();
        let stopped = |_| Err("a phone stopped".to_owned());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(stopped)).collect()
    });
    let seconds = began.elapsed().as_secs_f64();
    let (mut visits, mut times) = (0, Times::default());
    for one in done {
        let (count, one) = one?;
        visits += count;
        times.extend(one);
    }
    let a_visit = |spent: f64| spent * 1e6 / number(visits);
    let server_us = a_visit(processor(server)? - at_server);
    let clients_us = a_visit(processor(std::process::id())? - here);
    Ok(Round { visits, seconds, times, server_us, clients_us })
}

/// One round of the real server.
fn ours(server: &CountyProcess, writers: &mut [Writer]) -> Outcome<Round> {
    let mut works = Vec::new();
    for writer in writers {
        let mut line = Line::open(server.address())?;
        writer.catch_up(&mut line)?;
        works.push(move |times: &mut Times| {
            let mut visits = 0;
            for _ in 0..writer.ready() {
                let came = times.time(|| writer.bring(&mut line)).map_err(|error| error.to_string())?;
                visits += came.visits;
            }
            Ok(visits)
        });
    }
    round(server.id(), works)
}

/// The same visits to the bare handler.
fn theirs(bare: &Bare, workers: &[(RecordId, Vec<SeedVisit>)], orders: &Order) -> Outcome<Round> {
    let mut works = Vec::new();
    for (_, visits) in workers {
        let mut line = bare.line()?;
        let bodies: Vec<_> =
            visits.chunks(A_REQUEST).map(|some| spelled(some, orders)).collect::<Outcome<_>>()?;
        works.push(move |times: &mut Times| {
            for body in &bodies {
                times.time(|| line.post("/visits", body)).map_err(|error| error.to_string())?;
            }
            Ok(visits.len())
        });
    }
    round(bare.id(), works)
}

/// Splits workers among the rounds.
fn portions<T>(mut all: Vec<T>) -> Vec<Vec<T>> {
    ROUNDS.iter().map(|(phones, _)| all.drain(..(*phones).min(all.len())).collect()).collect()
}

/// Enrols a writer for each worker, with its visits ready.
pub fn enrolled(data: &Path, workers: &[(RecordId, Vec<SeedVisit>)]) -> Outcome<Vec<Writer>> {
    let county = open::to_begin(&config(data), None, |_| Ok(())).map_err(|problem| problem.en())?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut writers = Vec::new();
        for ((staff, visits), place) in workers.iter().zip(1..) {
            let mut writer = Writer::enrol(&county, *staff, place).await?;
            writer.prepare(visits, A_REQUEST)?;
            writers.push(writer);
        }
        Ok(writers)
    })
}

/// Whether the county holds of every log what it has signed for; answers how many entries these are.
fn held(data: &Path, said: &[(domain::ids::WriterId, Mark)]) -> Outcome<u64> {
    let county = open::to_read(&config(data)).map_err(|problem| problem.en())?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut entries = 0;
        for (writer, mark) in said {
            let held = county.stores.ledger.mark(*writer).await?;
            if held != *mark || mark.serial == 0 {
                return Err(format!("the county signed for {mark:?} and holds {held:?}").into());
            }
            entries += held.serial;
        }
        Ok(entries)
    })
}

/// Measures.
pub fn measure(table: &mut Table) -> Outcome {
    let seeded = county(SUBJECTS, 0)?;
    let data = seeded.copied("ingest")?;
    let phones = ROUNDS.iter().map(|(phones, _)| phones).sum();
    let most = ROUNDS.iter().map(|(_, requests)| requests * A_REQUEST).max().unwrap_or_default();
    let mut portions = portions(workers(&seeded, phones, most)?);
    for (portion, (_, requests)) in portions.iter_mut().zip(ROUNDS) {
        portion.iter_mut().for_each(|(_, visits)| visits.truncate(requests * A_REQUEST));
    }
    let mut writers = enrolled(&data, &portions.concat())?.into_iter();
    let orders = Order::library()?;
    let server = CountyProcess::start(&data, "127.0.0.1:0")?;
    let bare = Bare::start()?;
    let about = format!(
        "The real server process on {SUBJECTS} people, phones over kept connections on the same machine: \
         each request is signed and compressed, each reply opened and its signature proved. Afterwards the \
         county's own file is asked for what was signed for."
    );
    table.section("Visits taken in", &about);
    let mut said = Vec::new();
    for (portion, (phones, _)) in portions.iter().zip(ROUNDS) {
        let mut some: Vec<_> = writers.by_ref().take(phones).collect();
        let (ours, theirs) = (ours(&server, &mut some)?, theirs(&bare, portion, &orders)?);
        said.extend(some.iter().map(|writer| (writer.writer(), writer.held)));
        let what = format!("{phones} phones × {A_REQUEST} visits a request");
        let aim = if phones == 32 { Aim::AtLeast(10_000.0) } else { Aim::None };
        table.row(&what, ours.a_second(), aim, Some(("parse and insert only", theirs.a_second())));
        let slow = Some(("parse and insert only", theirs.times.p99()));
        table.row(&format!("{phones} phones: a request, p99"), ours.times.p99(), Aim::None, slow);
        let (ours_us, theirs_us) = (Amount(ours.server_us, "µs"), Amount(theirs.server_us, "µs"));
        let what = format!("{phones} phones: the server's processor time a visit");
        table.row(&what, ours_us, Aim::None, Some(("parse and insert only", theirs_us)));
        let (here, there) = (Amount(ours.clients_us, "µs"), Amount(theirs.clients_us, "µs"));
        let what = format!("{phones} phones: their own processor time a visit");
        table.row(&what, here, Aim::None, Some(("parse and insert only", there)));
    }
    server.stop()?;
    let entries = held(&data, &said)?;
    folder::remove(&data)?;
    eprintln!("the county holds all {entries} entries that it signed for");
    Ok(())
}
