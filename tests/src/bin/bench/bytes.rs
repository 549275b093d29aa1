//! What the wire costs, each row beside a baseline of the same content. Bytes do not depend on how busy
//! the machine is.

use crate::Outcome;
use crate::bare::spelled;
use crate::table::{Aim, Amount, BYTES, Table};
use county_server::ingest::{MORE_LEVEL, REPLY_LEVEL};
use county_server::seed::County;
use county_server::seed::notes::Style;
use county_server::seed::visits::SeedVisit;
use domain::canonical::Hash;
use domain::head::Head;
use domain::ids::{DeviceId, WriterId};
use domain::log::Mark;
use domain::patch::{Entry, RecordRef};
use domain::time::Day;
use seal::compress::PHONE_LEVEL;
use seal::dice::SeededDice;
use seal::frame::{seal_reply, seal_request};
use seal::{Dictionary, SigningKey};
use sync::wire::exchange::{Cursor, ExchangeRequest, Page, Position, Rest};
use sync::wire::heads::{HeadTables, estimate};
use sync::wire::item::LogPiece;
use sync::wire::limits::UNIT_BYTES_MAX;
use sync::wire::receipt::Statement;
use system_tests::workload::{LogMaker, Order, a_days_visits, visits};

/// A request's line and headers as the phone's client sends them: POST, host, accept, content-length.
const HTTP_HEAD: usize = 105;
/// The county's status line and content-length.
const REPLY_HEAD: usize = 41;
/// The people and visits of one worker, as in the measurements of peers.
const PEOPLE: usize = 223;
const VISITS: usize = 330;

fn request(county: &County, author: domain::ids::RecordId, day: Day, logs: Vec<LogPiece>) -> ExchangeRequest {
    let feeds = domain::permission::scopes(&county.reference, author, day);
    let digest = logs.is_empty().then_some(WriterId(0x1d6e_570a_94c3_82b7));
    let cursor = Cursor { epoch: WriterId(0xfeed_beef_1234_5678), seq: 47_110, hash: Hash::of(b"ledger") };
    ExchangeRequest {
        version: 1,
        app: env!("CARGO_PKG_VERSION").into(),
        number: 17,
        logs,
        waiting: 0,
        cursor: Some(cursor),
        feeds: feeds.into_iter().map(|scope| Position(scope, 47_110)).collect(),
        digest,
        recovered: None,
        key: None,
        code: None,
        unread: Vec::new(),
    }
}

fn framed(request: &ExchangeRequest, key: &SigningKey) -> Outcome<usize> {
    let json = serde_json::to_vec(request)?;
    Ok(seal_request(DeviceId(7), key, Some(Dictionary::builtin()), PHONE_LEVEL, &json)?.len() + HTTP_HEAD)
}

/// The same visits as plain objects with named fields, the way a small web service would send them.
fn plain(visits: &[SeedVisit], orders: &Order) -> Outcome<usize> {
    Ok(zstd::bulk::compress(&spelled(visits, orders)?, 3)?.len() + HTTP_HEAD)
}

fn heads(entries: &[Entry], orders: &Order) -> Vec<(RecordRef, Head)> {
    let settle = |entry: &Entry| {
        let order = entry.patch.form.map_or(&[][..], |form| orders.of(form));
        let item = sync::merge::Item { patch: &entry.patch, body: entry.body.as_ref(), order };
        (entry.patch.record, sync::merge::settle([item]))
    };
    entries.iter().map(settle).collect()
}

/// A county's word to a phone that brings nothing.
fn statement() -> Outcome<String> {
    let hash = Hash::of(b"ledger");
    let mark = |serial| Mark { serial, hash: if serial == 0 { Hash::ZERO } else { Hash::of(b"log") } };
    let (log, urgent) = (WriterId(0x1234_5678_90ab_cdef), WriterId(0x9abc_def0_7654_3210));
    Ok(serde_json::to_string(&Statement {
        county: county_server::seed::places::COUNTY,
        device: DeviceId(0x0bad_cafe_dead_beef),
        number: 17,
        epoch: WriterId(0xfeed_beef_1234_5678),
        seq: 47_110,
        hash,
        at_ms: 1_795_420_812_345,
        marks: vec![(log, mark(1_042)), (urgent, mark(0))],
        outcomes: Vec::new(),
        visits: Vec::new(),
        forks: Vec::new(),
    })?)
}

/// Pages of at most a unit each, as the county cuts them; answers their number and bytes.
fn first_sync(all: &[(RecordRef, Head)], key: &SigningKey) -> Outcome<(usize, usize)> {
    let (mut pages, mut bytes, mut rest) = (0, 0, all);
    while !rest.is_empty() {
        let mut size = 0;
        let fits = rest.iter().take_while(|(_, head)| {
            size += estimate(head);
            size <= UNIT_BYTES_MAX
        });
        let (page, others) = rest.split_at(fits.count().clamp(1, rest.len()));
        let heads = HeadTables::encode(page.iter().map(|(record, head)| (*record, head)));
        let more = !others.is_empty();
        let rest_json = Rest { page: Some(Page { heads, more, ..Page::default() }), ..Rest::default() };
        let json = serde_json::to_vec(&rest_json)?;
        let level = if more { MORE_LEVEL } else { REPLY_LEVEL };
        let frame = seal_reply(key, Some(Dictionary::builtin()), level, &statement()?, &json)?;
        bytes += frame.len() + REPLY_HEAD;
        (pages, rest) = (pages + 1, others);
    }
    Ok((pages, bytes))
}

/// A number of bytes.
pub(crate) fn bytes(count: usize) -> Amount {
    Amount(f64::from(u32::try_from(count).unwrap_or(u32::MAX)), BYTES)
}

/// What a day up and a first sync down cost.
pub(crate) fn measure(table: &mut Table) -> Outcome {
    let key = SigningKey::generate(&mut SeededDice::repeatable(1));
    let days = Day::from_ymd(2026, 9, 1).ok_or("no day")?..Day::from_ymd(2026, 11, 1).ok_or("no day")?;
    let orders = Order::library()?;
    table.section("Bytes on the wire", "HTTP heads included, over a connection that is open.");
    for (style, name, up_aim, first_aim) in
        [(Style::Plain, "usual notes", 3_500.0, 60_000.0), (Style::Hard, "hard notes", 5_000.0, 95_000.0)]
    {
        let (county, all) = visits(42, 3_000, style, days.clone());
        let day = a_days_visits(&all, 20);
        let author = day.first().ok_or("no visits")?.author;
        let mut log = LogMaker::new(WriterId(0x1234_5678_90ab_cdef), author);
        let entries: Vec<Entry> = day.iter().flat_map(|visit| log.visit(visit)).collect();
        let ours = framed(
            &request(&county, author, days.end, LogPiece::encode(&entries).into_iter().collect()),
            &key,
        )?;
        let what = format!("a day of {} visits up, {name}", day.len());
        table.row(
            &what,
            bytes(ours),
            Aim::AtMost(up_aim),
            Some(("JSON + zstd-3", bytes(plain(&day, &orders)?))),
        );
        let mut log = LogMaker::new(WriterId(0x0bad_cafe_0000_0001), author);
        let month: Vec<SeedVisit> = all.iter().take(VISITS).cloned().collect();
        let entries: Vec<Entry> = month.iter().flat_map(|visit| log.visit(visit)).collect();
        let people = county.register.records.iter().map(|record| (record.record, record.head()));
        let mut everything: Vec<_> = people
            .filter(|(record, _)| record.kind == domain::catalogue::RecordKind::Person)
            .take(PEOPLE)
            .collect();
        everything.extend(heads(&entries, &orders));
        let (pages, ours) = first_sync(&everything, &key)?;
        let json: Vec<u8> = serde_json::to_vec(
            &everything.iter().map(|(record, head)| (record, &head.fields)).collect::<Vec<_>>(),
        )?;
        let what = format!("first sync of {PEOPLE} people and {} visits, {pages} pages, {name}", month.len());
        let theirs = bytes(zstd::bulk::compress(&json, 3)?.len());
        table.row(&what, bytes(ours), Aim::AtMost(first_aim), Some(("heads as JSON + zstd-3", theirs)));
    }
    Ok(())
}
