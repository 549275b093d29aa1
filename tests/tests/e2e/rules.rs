//! A county edits its rules while it is serving, loses its power in the middle, and goes on.

use super::world::{folder, today};
use domain::period::{Cadence, Cut, Period};
use domain::time::Day;
use std::path::Path;
use std::time::{Duration, Instant};
use system_tests::county::{CountyProcess, ask, cli};

const DUTY: &str = "elder_monthly";
/// As many people as make several slices.
const SUBJECTS: &str = "1050";

/// The table of a duty and a period by village, as of its end.
fn table(data: &Path, duty: &str, period: Period, as_of: Day) -> String {
    let (period, as_of) = (period.to_string(), as_of.to_string());
    let asked = ["coverage", "--duty", duty, "--period", &period, "--as-of", &as_of];
    ask(data, &[&asked[..], &["--open", "village", "--format", "csv"]].concat()).unwrap()
}

/// This month and the two before, of the elders and of everybody.
fn past(data: &Path) -> Vec<String> {
    let now = Period::containing(Cadence::Month, Cut::Natural, today());
    let months = [now.previous().previous(), now.previous(), now];
    let tables = months.into_iter().flat_map(|month| [(DUTY, month), ("*", month)]);
    let tables: Vec<_> = tables.map(|(duty, month)| table(data, duty, month, month.last())).collect();
    assert!(tables.iter().all(|table| table.lines().count() > 20), "many villages: {tables:?}");
    tables
}

fn change(data: &Path, from: Day, fields: &[&str]) -> String {
    let from = from.to_string();
    let asked = ["duty", "change", DUTY, "--from", &from, "--source", "县民政局通知"];
    ask(data, &[&asked[..], fields].concat()).unwrap()
}

fn building(data: &Path) -> bool {
    ask(data, &["duty", "list"]).unwrap().contains("正在按新要求重算")
}

fn wait_until_built(data: &Path) {
    let began = Instant::now();
    while building(data) {
        assert!(began.elapsed() < Duration::from_secs(120), "the build goes on");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Whether there is a table for such a period.
fn counted(data: &Path, period: Period) -> bool {
    let asked = period.to_string();
    let as_of = period.last().to_string();
    let output = cli(data, &["coverage", "--duty", DUTY, "--period", &asked, "--as-of", &as_of]).unwrap();
    output.status.success() && !String::from_utf8(output.stdout).unwrap().contains("名册 0 人")
}

#[test]
fn rules_are_edited_while_serving_and_a_build_survives_kill_9() {
    let data = folder("rules").join("county");
    ask(&data, &["seed", "--subjects", SUBJECTS, "--months", "1", "--seed", "1"]).unwrap();
    let county = CountyProcess::start(&data, "127.0.0.1:0").unwrap();
    let address = county.address().to_owned();
    let before = past(&data);
    let quarter = Period::containing(Cadence::Quarter, Cut::Natural, today()).next();
    let from = quarter.from();
    let cut = Period::containing(Cadence::Month, Cut::Day26, from);

    let said = change(&data, from, &["--cadence", "quarter"]);
    assert!(said.contains("每月 → 每季度") && said.contains("重算完成"), "{said}");
    assert!(counted(&data, quarter));
    assert_eq!(past(&data), before, "the past is the same to the digit");

    // Back to months, from the 26th to the 25th, and the power fails in the middle.
    let mut county = Some(county);
    for attempt in 0.. {
        assert!(attempt < 10, "a build was never caught in the middle");
        let said = change(&data, from, &["--cadence", "month", "--cut", "day26", "--no-wait"]);
        county.take().unwrap().kill().unwrap();
        assert!(said.contains("按批重算"), "{said}");
        if building(&data) {
            break;
        }
        county = Some(CountyProcess::start(&data, &address).unwrap());
        change(&data, from, &["--cadence", "quarter", "--cut", "natural"]);
    }
    assert!(counted(&data, quarter) && !counted(&data, cut), "nothing of it shows");
    assert_eq!(past(&data), before);
    ask(&data, &["doctor"]).unwrap();
    // Killed once more as soon as it goes on.
    CountyProcess::start(&data, &address).unwrap().kill().unwrap();
    let county = CountyProcess::start(&data, &address).unwrap();
    wait_until_built(&data);
    assert!(counted(&data, cut) && !counted(&data, quarter), "then all of it does");
    assert_eq!(past(&data), before);

    // And as it was in the beginning.
    let said = change(&data, from, &["--cut", "natural"]);
    assert!(said.contains("26日口径 → 自然月") && said.contains("重算完成"), "{said}");
    assert_eq!(past(&data), before);
    ask(&data, &["doctor"]).unwrap();
    county.stop().unwrap();
    let log = std::fs::read_to_string(data.with_extension("log")).unwrap();
    assert!(log.contains("the new generation of rules is complete"), "{log}");
    std::fs::remove_dir_all(data.parent().unwrap()).unwrap();
}
