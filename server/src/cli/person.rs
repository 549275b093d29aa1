//! `county-server person …`.

use super::{Outcome, errand, staff, today, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::person::Move;
use crate::staff::find_area;
use domain::ids::RecordId;
use domain::time::Day;
use std::process::ExitCode;

/// What can be done about people of the register.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Somebody moves to another village of the county.
    Move {
        /// Who: the id, as lists of `coverage` show it.
        person: RecordId,
        /// Where to: the code or whole name of a village.
        village: String,
        /// The first day there; today when nothing is said.
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// The household there; the old one is left in any case.
        #[arg(long, value_name = "ID")]
        household: Option<RecordId>,
    },
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let Command::Move { person, village, from, household } = command;
    let village = find_area(&*staff::reference(config).await?, &village)?;
    let new = Move { person, village, from: from.unwrap_or_else(today), household };
    match errand(config, Errand::Move(new)).await? {
        Answer::Done => Ok(ExitCode::SUCCESS),
        _ => Err(unexpected()),
    }
}
