//! `cargo xtask bench`: what it costs, each row beside a baseline in the same run, so that ratios hold on
//! noisy machines. `bench [NAME]` runs the measurements whose name contains NAME. The tables go to
//! standard output, progress to standard error.

mod bytes;
mod phone;
#[cfg_attr(not(test), expect(dead_code, reason = "the county's measurements are on their way"))]
mod table;

use std::error::Error;
use std::process::ExitCode;
use table::Table;

/// What a measurement ends with. A miss of an aim is a word in the table; an error is one of the bench.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A measurement: it writes its section of the table.
type Measurement = fn(&mut Table) -> Outcome;

/// Every measurement by its name, in the order of the page.
const MEASUREMENTS: &[(&str, Measurement)] = &[("bytes", bytes::measure), ("phone", phone::measure)];

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let mut table = Table::default();
    let mut any = false;
    for (name, measure) in MEASUREMENTS.iter().filter(|(name, _)| name.contains(&wanted)) {
        any = true;
        eprintln!("measuring {name} …");
        if let Err(error) = measure(&mut table) {
            eprintln!("{name}: {error}");
            return ExitCode::FAILURE;
        }
    }
    if any {
        return ExitCode::SUCCESS;
    }
    let names: Vec<_> = MEASUREMENTS.iter().map(|(name, _)| *name).collect();
    eprintln!("no measurement has {wanted:?} in its name; there are: {}", names.join(", "));
    ExitCode::FAILURE
}
