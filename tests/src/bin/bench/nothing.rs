//! What it costs to ask whether there is anything new, by the bytes of a real phone's connection.

use crate::Outcome;
use crate::bytes::bytes;
use crate::folder::{county, scratch};
use crate::ingest::workers;
use crate::table::{Aim, Amount, Table};
use serde_json::{Value, json};
use system_tests::county::{CountyProcess, ask};
use system_tests::net::Road;
use system_tests::phone::PhoneProcess;

const PIN: &str = "135790";

/// Measures.
pub fn measure(table: &mut Table) -> Outcome {
    let seeded = county(20_000, 0)?;
    let data = seeded.copied("nothing")?;
    let (staff, _) = workers(&seeded, 1, 20)?.pop().ok_or("no workers")?;
    let server = CountyProcess::start(&data, "127.0.0.1:0")?;
    let road = Road::to(server.address())?;
    let sheet: Value = serde_json::from_str(&ask(&data, &["enrol", &staff.to_string(), "--json"])?)?;
    let mut phone = PhoneProcess::start(&scratch("phone")?, &road.url)?;
    phone.call("enrol", json!({ "code": sheet.get("code"), "pin": PIN, "county": server.county }))?;
    let mut exchange = || -> Outcome<(Value, u64, u64)> {
        let before = road.traffic();
        let report = phone.call("exchange", json!({}))?;
        let after = road.traffic();
        if report.get("problem").is_some_and(|problem| !problem.is_null()) {
            return Err(report.to_string().into());
        }
        Ok((report, after.0 - before.0, after.1 - before.1))
    };
    let (first, up, down) = exchange()?;
    // The register has come, and with it what the county had to say; from here on there is nothing new.
    exchange()?;
    let (nothing, asked, answered) = exchange()?;
    let about = "A real phone process and the real server, counted on a proxy between them: HTTP heads, \
        signatures and all, over a connection that is open.";
    table.section("Nothing new", about);
    let requests = Amount(nothing.get("exchanges").and_then(Value::as_f64).unwrap_or_default(), "requests");
    table.row("requests", requests, Aim::AtMost(1.0), None);
    let total = usize::try_from(asked + answered)?;
    table.row("both ways", bytes(total), Aim::AtMost(700.0), None);
    table.row("of these, up", bytes(usize::try_from(asked)?), Aim::None, None);
    table.row("of these, down", bytes(usize::try_from(answered)?), Aim::None, None);
    let fetched = first.get("fetched").and_then(Value::as_u64).unwrap_or_default();
    let what = format!("for comparison: the first sync of the same phone, {fetched} records");
    table.row(&what, bytes(usize::try_from(up + down)?), Aim::None, None);
    Ok(())
}
