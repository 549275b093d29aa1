//! What the screens cost: measured by a program of the browser's own language, each row of it a line of JSON.

use crate::Outcome;
use crate::coverage;
use crate::folder::county;
use crate::table::{Aim, Amount, Table, Times};
use serde::Deserialize;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What acts in the browser.
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/bench.mjs");
/// More people than a county of this size will ever have on its register.
const LONGEST: usize = 100_000;

/// A row as it is told.
#[derive(Deserialize)]
struct Row {
    what: String,
    /// Durations in milliseconds, or nothing where something is counted.
    ms: Option<Vec<f64>>,
    count: Option<f64>,
    /// The share of all that does not exceed what is written down.
    #[serde(default)]
    share: f64,
    most: Option<f64>,
    baseline: Option<String>,
    #[serde(default)]
    theirs: Vec<f64>,
}

fn times(ms: &[f64]) -> Times {
    let mut times = Times::default();
    ms.iter().for_each(|one| times.push(Duration::from_secs_f64(one / 1e3)));
    times
}

/// Measures.
pub fn measure(table: &mut Table) -> Outcome {
    let seeded = county(coverage::SUBJECTS, coverage::MONTHS)?;
    let register = county(LONGEST, 0)?;
    let programs = env::current_exe()?;
    let programs = programs.parent().unwrap_or(Path::new("."));
    let mut node = Command::new("node");
    node.arg(PROGRAM).arg(seeded.folder()).arg(register.folder()).env("SHANFANG_PROGRAMS", programs);
    let done = node.stderr(Stdio::inherit()).output()?;
    if !done.status.success() {
        return Err(format!("{PROGRAM} ended with {}", done.status).into());
    }
    let about = "In Chromium on the real programs. The phone's pages at six times the processor time, nothing in \
        the browser's cache; the console's at that of this machine. From the finger or the key to the frame that \
        shows what came of it, as the page itself measures it; medians unless said.";
    table.section("Screens", about);
    for line in String::from_utf8(done.stdout)?.lines() {
        let row: Row = serde_json::from_str(line)?;
        let aim = row.most.map_or(Aim::None, Aim::AtMost);
        let measured = match (&row.ms, row.count) {
            (Some(ms), _) => times(ms).percentile(row.share),
            (None, count) => Amount(count.ok_or("a row without a figure")?, "frames"),
        };
        let theirs = times(&row.theirs).percentile(row.share);
        table.row(&row.what, measured, aim, row.baseline.as_deref().map(|name| (name, theirs)));
    }
    Ok(())
}
