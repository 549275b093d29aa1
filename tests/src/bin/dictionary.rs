//! Trains the dictionary of the wire out of synthetic visits, and writes it to the path given.
//!
//! Deterministic for one version of zstd. Its hash is its name on the wire, so a new one is a new file.

use county_server::seed::notes::Style;
use county_server::seed::sheets::Sheets;
use domain::ids::WriterId;
use domain::time::Day;
use std::collections::BTreeMap;
use sync::wire::exchange::{ExchangeRequest, Page, Position, Rest};
use sync::wire::heads::HeadTables;
use sync::wire::item::LogPiece;
use system_tests::workload::{LogMaker, visits};

/// Not the seed of any bench: a dictionary must not know what it is measured on.
const SEED: u64 = 7;
const BYTES: usize = 24 * 1024;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: dictionary FILE")?;
    let days = Day::from_ymd(2026, 3, 1).ok_or("no day")?..Day::from_ymd(2026, 6, 1).ok_or("no day")?;
    let (county, all) = visits(SEED, 3_000, Style::Plain, days.clone());
    let sheets = Sheets::library().map_err(|problems| format!("{problems:?}"))?;
    let order =
        |form: &std::sync::Arc<forms::form::Form>| form.field_order().map(str::to_owned).collect::<Vec<_>>();
    let orders: BTreeMap<_, _> = sheets.forms().map(|form| (form.hash(), order(form))).collect();
    let mut samples: Vec<Vec<u8>> = Vec::new();
    let mut by_author: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for visit in &all {
        by_author.entry(visit.author).or_default().push(visit);
    }
    for (number, (author, visits)) in (1..).zip(by_author) {
        let mut log = LogMaker::new(WriterId(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(number)), author);
        let scopes = domain::permission::scopes(&county.reference, author, days.end);
        let feeds: Vec<Position> = scopes.iter().map(|scope| Position(*scope, number * 31)).collect();
        for chunk in visits.chunks(4) {
            let entries: Vec<_> = chunk.iter().flat_map(|visit| log.visit(visit)).collect();
            let request = ExchangeRequest {
                version: 1,
                app: env!("CARGO_PKG_VERSION").into(),
                number,
                logs: LogPiece::encode(&entries).into_iter().collect(),
                waiting: 0,
                cursor: None,
                feeds: feeds.clone(),
                digest: None,
                recovered: None,
                key: None,
                code: None,
                unread: Vec::new(),
            };
            samples.push(serde_json::to_vec(&request)?);
            let heads: Vec<_> = entries
                .iter()
                .map(|entry| {
                    let order = entry.patch.form.and_then(|form| orders.get(&form));
                    let order = order.map_or(&[][..], Vec::as_slice);
                    let item = sync::merge::Item { patch: &entry.patch, body: entry.body.as_ref(), order };
                    (entry.patch.record, sync::merge::settle([item]))
                })
                .collect();
            if number % 3 == 0 {
                let page = Page {
                    heads: HeadTables::encode(heads.iter().map(|(record, head)| (*record, head))),
                    feeds: feeds.clone(),
                    ..Page::default()
                };
                samples.push(serde_json::to_vec(&Rest { page: Some(page), ..Rest::default() })?);
            }
        }
    }
    for chunk in county.register.records.chunks(12).step_by(4) {
        let heads: Vec<_> = chunk.iter().map(|record| (record.record, record.head())).collect();
        let page = Page {
            heads: HeadTables::encode(heads.iter().map(|(record, head)| (*record, head))),
            ..Page::default()
        };
        samples.push(serde_json::to_vec(&Rest { page: Some(page), ..Rest::default() })?);
    }
    eprintln!("{} samples, {} bytes", samples.len(), samples.iter().map(Vec::len).sum::<usize>());
    let dictionary = zstd::dict::from_samples(&samples, BYTES)?;
    eprintln!("dictionary of {} bytes", dictionary.len());
    std::fs::write(path, dictionary)?;
    Ok(())
}
