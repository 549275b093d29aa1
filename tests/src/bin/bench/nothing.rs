//! What it costs to ask whether there is anything new, and to send a day's visits, by the bytes of a real phone's
//! connection.

use crate::Outcome;
use crate::bytes::bytes;
use crate::folder::{county, scratch};
use crate::ingest::workers;
use crate::table::{Aim, Amount, Table};
use domain::ids::RecordId;
use serde_json::{Value, json};
use system_tests::county::{CountyProcess, ask};
use system_tests::net::Road;
use system_tests::phone::PhoneProcess;
use system_tests::story::{fill, finish, start};

const PIN: &str = "135790";

/// How many visits a day has.
const DAY: usize = 20;

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
    let exchange = |phone: &mut PhoneProcess| -> Outcome<(Value, u64, u64)> {
        let before = road.traffic();
        let report = phone.call("exchange", json!({}))?;
        let after = road.traffic();
        if report.get("problem").is_some_and(|problem| !problem.is_null()) {
            return Err(report.to_string().into());
        }
        Ok((report, after.0 - before.0, after.1 - before.1))
    };
    let (first, up, down) = exchange(&mut phone)?;
    // The register has come, and with it what the county had to say; from here on there is nothing new.
    exchange(&mut phone)?;
    let (nothing, asked, answered) = exchange(&mut phone)?;
    let about = "A real phone process and the real server, counted on a proxy between them: HTTP heads, \
        signatures and all, over a connection that is open.";
    table.section("Nothing new", about);
    table.row("requests", requests(&nothing), Aim::AtMost(1.0), None);
    let total = usize::try_from(asked + answered)?;
    table.row("both ways", bytes(total), Aim::AtMost(700.0), None);
    table.row("of these, up", bytes(usize::try_from(asked)?), Aim::None, None);
    table.row("of these, down", bytes(usize::try_from(answered)?), Aim::None, None);
    let fetched = first.get("fetched").and_then(Value::as_u64).unwrap_or_default();
    let what = format!("for comparison: the first sync of the same phone, {fetched} records");
    table.row(&what, bytes(usize::try_from(up + down)?), Aim::None, None);
    for subject in people(&mut phone)?.into_iter().take(DAY) {
        let draft = start(&mut phone, json!({ "subjects": [{ "subject": subject, "met": "self" }] }))?;
        fill(&mut phone, &draft, subject)?;
        finish(&mut phone, &draft)?;
    }
    let (day, up, _) = exchange(&mut phone)?;
    let sent = day.get("sent").and_then(Value::as_u64).unwrap_or_default();
    let what = format!("{DAY} visits, filled in on it with as few taps as may be ({sent} entries): requests");
    table.row(&what, requests(&day), Aim::AtMost(1.0), None);
    table.row("– up", bytes(usize::try_from(up)?), Aim::None, None);
    Ok(())
}

fn requests(report: &Value) -> Amount {
    Amount(report.get("exchanges").and_then(Value::as_f64).unwrap_or_default(), "requests")
}

fn people(phone: &mut PhoneProcess) -> Outcome<Vec<RecordId>> {
    let people = phone.call("people", json!({ "count": 2 * DAY }))?;
    let ids =
        people.as_array().into_iter().flatten().filter_map(|one| one.get("subject")?.as_str()?.parse().ok());
    let ids: Vec<RecordId> = ids.collect();
    if ids.len() < DAY { Err("too few people on the phone".into()) } else { Ok(ids) }
}
