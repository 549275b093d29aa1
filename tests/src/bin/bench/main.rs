//! `cargo xtask bench`: what it costs, each row beside a baseline in the same run, so that ratios hold on
//! noisy machines. `bench [NAME]` runs the measurements whose name contains NAME. The tables go to
//! standard output, progress to standard error.

mod bare;
mod bytes;
mod coverage;
mod folder;
mod growth;
mod import;
mod ingest;
mod month;
mod nothing;
mod phone;
mod screens;
mod stages;
mod table;
mod writer;

use std::error::Error;
use std::process::ExitCode;
use table::Table;

/// As in the county's own process, whose functions are measured here too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a measurement ends with. A miss of an aim is a word in the table; an error is one of the bench.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A measurement: it writes its section of the table.
type Measurement = fn(&mut Table) -> Outcome;

/// Every measurement by its name, in the order of the page.
const MEASUREMENTS: &[(&str, Measurement)] = &[
    ("bytes", bytes::measure),
    ("nothing", nothing::measure),
    ("ingest", ingest::measure),
    ("stages", stages::measure),
    ("coverage", coverage::measure),
    ("growth", growth::measure),
    ("import", import::measure),
    ("month", month::measure),
    ("phone", phone::measure),
    ("screens", screens::measure),
];

/// Processor time of a process so far, in seconds: steadier than the clock on a busy machine.
fn processor(process: u32) -> Outcome<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after = text.rsplit(')').next().unwrap_or_default();
    // User and system time, fields 14 and 15 of proc(5), in ticks of 10 ms.
    let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if let (Some(bare::ARGUMENT), Some(folder)) = (arguments.next().as_deref(), arguments.next()) {
        return bare::serve(&folder).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
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
