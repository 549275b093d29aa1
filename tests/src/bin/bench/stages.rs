//! Where the time of one request goes: the county's own functions, one after the other, one request at
//! a time.

use crate::Outcome;
use crate::folder::{self, county};
use crate::ingest::{A_REQUEST, config, enrolled, workers};
use crate::table::{Aim, Amount, MS, Table};
use crate::writer::Carries;
use county_server::county::{County, Stores};
use county_server::feed::{self, Followed};
use county_server::known::KnownForms;
use county_server::{clock, dice, keys};
use domain::ids::{RecordId, WriterId};
use domain::problem::Problem;
use domain::time::Day;
use forms::verdict::verdict;
use seal::dice::draw_u64;
use seal::frame::{RequestFrame, seal_reply};
use seal::stretch::Stretch;
use seal::{Dictionary, PublicKey};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store_sqlite::SqliteCounty;
use sync::county::prepared::{Exchange, Job, Piece};
use sync::wire::exchange::ExchangeRequest;
use tokio::runtime::Runtime;

/// Requests that are looked at.
const REQUESTS: usize = 30;

/// The stages in their order.
const STAGES: [&str; 12] = [
    "signature",
    "decompress",
    "JSON",
    "items and their hash chain",
    "verdict of the form",
    "load",
    "plan",
    "write",
    "sums and commit (fsync)",
    "to the writer and back",
    "read the feeds",
    "reply: JSON, zstd, signature",
];

/// The county as one thread, with a watch on each stage.
struct Staged {
    county: County,
    store: Arc<SqliteCounty>,
    runtime: Runtime,
    spent: BTreeMap<&'static str, Duration>,
    requests: u32,
}

fn said(problem: Problem) -> String {
    problem.en()
}

impl Staged {
    fn open(data: &Path) -> Outcome<Self> {
        let config = config(data);
        let keys = keys::load(&config.data).map_err(said)?;
        let mut dice = dice::of_the_system().map_err(said)?;
        let (path, epoch) = (config.data.database(), WriterId(draw_u64(&mut dice)));
        let store = SqliteCounty::open(&path, keys.database().expose(), keys.county(), epoch, Day(0))?;
        let store = Arc::new(store);
        let county = County::new(keys, Stores::of(Arc::clone(&store)), dice, Stretch::ENROL);
        let (spent, requests) = (BTreeMap::new(), 0);
        Ok(Self { county, store, runtime: Runtime::new()?, spent, requests })
    }

    fn add(&mut self, stage: &'static str, time: Duration) {
        *self.spent.entry(stage).or_default() += time;
    }

    /// Adds the time since `began`, and begins anew.
    fn lap(&mut self, stage: &'static str, began: &mut Instant) {
        let now = Instant::now();
        self.add(stage, now - *began);
        *began = now;
    }

    fn read(&mut self, frame: &[u8], key: &PublicKey) -> Outcome<(Exchange, Followed)> {
        let limits = county_server::ingest::LIMITS;
        let mut began = Instant::now();
        let verified = RequestFrame::open(frame, limits)?.verify(key)?;
        self.lap("signature", &mut began);
        let message = verified.decompress(&self.county.dictionaries, limits)?;
        self.lap("decompress", &mut began);
        let request: ExchangeRequest = serde_json::from_slice(&message)?;
        self.lap("JSON", &mut began);
        let mut pieces: Vec<Piece> = request.logs.iter().map(Piece::decode).collect();
        self.lap("items and their hash chain", &mut began);
        judge(&self.county.forms, &mut pieces)?;
        self.lap("verdict of the form", &mut began);
        let heard = request.cursor.is_some();
        let exchange = Exchange {
            device: verified.device(),
            number: request.number,
            app: request.app,
            waiting: request.waiting,
            pieces,
            cursor: request.cursor,
            recovered: Vec::new(),
            salt: WriterId(5),
        };
        Ok((exchange, Followed { feeds: request.feeds, digest: request.digest, heard }))
    }
}

/// The forms' verdicts; the seeded visits raise no question.
fn judge(forms: &KnownForms, pieces: &mut [Piece]) -> Outcome {
    for (entry, _) in pieces.iter().flat_map(|piece| &piece.entries) {
        let (Some(hash), Some(body)) = (entry.patch.form, &entry.body) else { continue };
        let form = forms.get(hash).ok_or("a form is not ready")?;
        if !verdict(&form, &body.row, &body.origins, &body.given).is_empty() {
            return Err("a verdict differs".into());
        }
    }
    Ok(())
}

impl Carries for Staged {
    fn carry(&mut self, frame: &[u8]) -> Outcome<Vec<u8>> {
        let device = RequestFrame::open(frame, county_server::ingest::LIMITS)?.device;
        let now_ms = clock::now_ms();
        let known = self.runtime.block_on(self.county.device(device)).map_err(said)?;
        let (exchange, followed) = self.read(frame, &known.key)?;
        let (mut began, before) = (Instant::now(), self.store.spent().unwrap_or_default());
        let job = Job::Exchange(Box::new(exchange));
        let done = self.runtime.block_on(self.county.run(job, now_ms)).map_err(said)?;
        let (whole, after) = (began.elapsed(), self.store.spent().unwrap_or_default());
        let parts = [
            ("load", after.load - before.load),
            ("plan", after.plan - before.plan),
            ("write", after.write - before.write),
            ("sums and commit (fsync)", after.commit - before.commit),
        ];
        parts.into_iter().for_each(|(stage, time)| self.add(stage, time));
        let inside: Duration = parts.iter().map(|(_, time)| *time).sum();
        self.add("to the writer and back", whole.saturating_sub(inside));
        began = Instant::now();
        let page = feed::page(&self.county, known.staff, &followed, done.positions_reset, now_ms);
        let rest = self.runtime.block_on(page).map_err(said)?;
        self.lap("read the feeds", &mut began);
        let statement = serde_json::to_string(&done.statement.ok_or("no statement")?)?;
        let rest = serde_json::to_vec(&rest)?;
        let (key, dictionary) = (self.county.keys.signing(), Some(&**Dictionary::builtin()));
        let reply = seal_reply(key, dictionary, seal::compress::COUNTY_LEVEL, &statement, &rest)?;
        self.lap("reply: JSON, zstd, signature", &mut began);
        self.requests += 1;
        Ok(reply)
    }
}

/// Measures.
pub fn measure(table: &mut Table) -> Outcome {
    let seeded = county(20_000, 0)?;
    let data = seeded.copied("stages")?;
    let workers: Vec<(RecordId, _)> = workers(&seeded, 1, (REQUESTS + 2) * A_REQUEST)?;
    let mut writer = enrolled(&data, &workers)?.pop().ok_or("no writer")?;
    let mut staged = Staged::open(&data)?;
    let forms: BTreeSet<_> = system_tests::workload::Order::library()?.forms().collect();
    let ledger = Arc::clone(&staged.county.stores.ledger);
    staged.runtime.block_on(staged.county.forms.load(ledger.as_ref(), &forms)).map_err(said)?;
    writer.catch_up(&mut staged)?;
    // Whatever is prepared at its first use.
    writer.bring(&mut staged)?;
    (staged.spent, staged.requests) = (BTreeMap::new(), 0);
    while writer.ready() > 0 {
        writer.bring(&mut staged)?;
    }
    let about = format!(
        "The mean of {} requests of {A_REQUEST} visits, one at a time, in the county's own functions: what \
         the group commit of many phones shares, each pays alone here.",
        staged.requests
    );
    table.section("One request, stage by stage", &about);
    let whole: Duration = staged.spent.values().sum();
    let each = |time: Duration| Amount(time.as_secs_f64() * 1e3 / f64::from(staged.requests.max(1)), MS);
    for stage in STAGES {
        let time = staged.spent.get(stage).copied().unwrap_or_default();
        table.row(stage, each(time), Aim::None, Some(("all together", each(whole))));
    }
    drop(staged);
    folder::remove(&data)
}
