//! `county-server coverage`: the sentence, the table, and what opens behind each figure.

mod lists;
mod rows;

use super::{Outcome, print, today};
use crate::config::Config;
use crate::county::{County, at_county};
use crate::reports::{Column, Question, ask, table};
use crate::{clock, open, staff};
use domain::ids::RecordId;
use domain::period::Period;
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use std::process::ExitCode;

/// What is asked, and how it is to be printed.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The area: code or whole name; the county when nothing is said.
    #[arg(long)]
    area: Option<String>,
    /// The duty's name; `*` counts everybody once.
    #[arg(long, default_value = "*")]
    duty: String,
    /// The period's key: `2026-11`, `2026-10+3` for a quarter, `2026-11@26`; the one in which `--as-of`
    /// lies when nothing is said.
    #[arg(long)]
    period: Option<Period>,
    /// Facts up to the end of this day; today when nothing is said.
    #[arg(long, value_name = "DAY")]
    as_of: Option<Day>,
    /// Only people of this category, by its code.
    #[arg(long)]
    category: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Down to where the rows go.
    #[arg(long, value_enum, default_value_t = Depth::Below)]
    open: Depth,
    /// Open one figure: the people behind it, children's names masked.
    #[arg(long, value_enum, value_name = "FIGURE", conflicts_with_all = ["person", "visit"])]
    list: Option<Column>,
    /// Open a person: their visits.
    #[arg(long, value_name = "ID", conflicts_with = "visit")]
    person: Option<RecordId>,
    /// Open a visit: its parts, and the history of every field.
    #[arg(long, value_name = "ID")]
    visit: Option<RecordId>,
}

/// How something is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// Down to where the rows of the table go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Depth {
    /// The divisions directly below the area.
    Below,
    /// Villages.
    Village,
    /// People: everybody of the register.
    Person,
}

/// Prints it.
pub(super) async fn run(config: &Config, options: &Options) -> Outcome {
    let county = open::to_read(config)?;
    let text = match (options.person, options.visit) {
        (Some(person), _) => lists::person(&county, person, options.format).await?,
        (None, Some(visit)) => lists::visit(&county, visit, options.format).await?,
        (None, None) => figures(&county, options).await?,
    };
    print(&text);
    Ok(ExitCode::SUCCESS)
}

async fn figures(county: &County, options: &Options) -> Result<String, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let area = match &options.area {
        Some(text) => staff::find_area(&reference, text)?,
        None => county.keys.county(),
    };
    let question = Question {
        area,
        duty: options.duty.clone(),
        period: options.period,
        category: options.category.clone(),
        as_of: options.as_of.unwrap_or_else(today),
        silence: true,
    };
    let asked = ask(county, question).await?;
    let answer = table(county, &asked).await?;
    let list = options.list.or((options.open == Depth::Person).then_some(Column::Register));
    match list {
        None => rows::print(&asked, &answer, options.format, options.open, clock::now_ms()),
        Some(column) => lists::people(county, &asked, &answer, column, options.format).await,
    }
}

/// JSON for programs, with a line break at its end.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, Problem> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|_| Problem::new(ProblemCode::Internal).with("reference", "JSON"))?;
    Ok(format!("{text}\n"))
}
