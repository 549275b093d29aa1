//! The same figures four times: as the desk answers them and the console shows them, as the doctor computes them from
//! every patch, and by plain SQL over an export.

use super::export::{county, export, told};
use super::screen::{Page, Read};
use super::{Stage, screen};
use crate::desk::{number, rows, text};
use county_server::doctor::known_at;
use county_server::seed::dice::Dice;
use domain::duty::{Duty, DutyKind};
use domain::ids::{AreaCode, AreaLevel};
use domain::period::{Cadence, Period};
use domain::settings::Setting;
use domain::staff::Role;
use domain::time::Day;
use rusqlite::{Connection, params};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::Path;

/// Pages that are drawn, and cells of each: 200 cells.
const PAGES: usize = 20;
const CELLS_OF_A_PAGE: usize = 10;
/// So many cells of a page may be empty even where others are not.
const EMPTY_OF_A_PAGE: usize = 2;

/// The columns out of which cells are drawn, as the desk names them.
const COLUMNS: [&str; 9] =
    ["register", "not_counted", "due", "met", "met_home", "change_pending", "tried", "silent", "not_yet"];

/// One number of the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    pub duty: String,
    pub period: Period,
    /// The area whose page it is, and that of the row.
    pub page: AreaCode,
    pub area: AreaCode,
    pub column: &'static str,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// How many cells were drawn.
    pub cells: usize,
    /// In how many of them desk, doctor and SQL say the same.
    pub agree: usize,
    /// How many cells were read in a browser too, all of them alike.
    pub on_the_screen: usize,
    /// Cells that are not 0: agreeing on nothing proves little.
    pub not_zero: usize,
}

/// People by village and status, as one source has them.
type Counts = BTreeMap<(AreaCode, String), i64>;

/// The requirements of care by calendar periods, each with the period in which the month ends. 任一要求 and rolling ones
/// are not among them: what they ask of somebody follows from that person's own periods and last visits, and is no union
/// of what `figures.sql` says; the doctor recomputes them.
fn duties(stage: &Stage) -> Vec<(Duty, Period)> {
    let last = stage.period.last();
    let mut found: Vec<_> = stage
        .synthetic
        .reference
        .duties
        .values()
        .filter(|one| one.kind == DutyKind::Care && one.holds_on(last))
        .filter(|one| !matches!(one.cadence, Cadence::Rolling { .. }))
        .map(|one| (one.clone(), Period::containing(one.cadence, domain::period::Cut::Day26, last)))
        .collect();
    found.sort_by(|one, other| one.0.duty.cmp(&other.0.duty));
    found
}

/// Draws 200 cells, ten of each of twenty pages; most of them such that SQL finds somebody there, as far as there are
/// any: agreeing on nothing proves little.
fn drawn(stage: &Stage, duties: &[(Duty, Period)], by_sql: &BTreeMap<String, Counts>) -> Vec<Cell> {
    let mut dice = Dice::of(super::SEED, "cells", &[]);
    let areas = &stage.synthetic.places.areas;
    let above = areas.iter().filter(|one| one.code.level() != AreaLevel::Village);
    let mut pages: Vec<_> = above.flat_map(|one| duties.iter().map(move |duty| (one.code, duty))).collect();
    shuffle(&mut pages, &mut dice);
    let mut cells = Vec::new();
    for (page, (duty, period)) in pages.into_iter().take(PAGES) {
        let below = areas.iter().filter(|one| one.parent == Some(page)).map(|one| one.code);
        let cell = |area, column| Cell { duty: duty.duty.clone(), period: *period, page, area, column };
        let mut all: Vec<Cell> = below.flat_map(|area| COLUMNS.map(|column| cell(area, column))).collect();
        shuffle(&mut all, &mut dice);
        let somebody =
            |one: &Cell| by_sql.get(&one.duty).is_some_and(|counts| by_column(stage, counts, one) > 0);
        let (full, empty): (Vec<_>, Vec<_>) = all.into_iter().partition(somebody);
        let (most, rest) = full.split_at(full.len().min(CELLS_OF_A_PAGE - EMPTY_OF_A_PAGE));
        cells.extend(most.iter().chain(&empty).chain(rest).take(CELLS_OF_A_PAGE).cloned());
    }
    cells
}

/// In an order that the dice say.
fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
    for at in (1..items.len()).rev() {
        items.swap(at, usize::try_from(dice.below(at as u64 + 1)).unwrap_or_default());
    }
}

/// Compares the drawn cells as of a day that is over.
pub(super) fn compare(stage: &mut Stage, as_of: Day, screens: Option<&Path>) -> Result<Compared> {
    let duties = duties(stage);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let data = county(&stage.data())?;
    let file = stage.folder.join("export.db");
    let plain = runtime.block_on(export(&data, &file, as_of))?;
    let mut by_sql = BTreeMap::new();
    let mut by_doctor = BTreeMap::new();
    for (duty, period) in &duties {
        by_sql.insert(duty.duty.clone(), counted(&plain, duty, *period, as_of)?);
        let known = runtime.block_on(known_at(&data, &duty.duty, *period, as_of)).map_err(told)?;
        by_doctor.insert(duty.duty.clone(), known.villages);
    }
    let cells = drawn(stage, &duties, &by_sql);
    let desk = desk_rows(stage, &cells, as_of)?;
    let read = match screens {
        Some(_) => screen::read(stage, &pages(&cells), as_of)?,
        None => BTreeMap::new(),
    };
    let mut found = Compared { cells: cells.len(), ..Compared::default() };
    for cell in &cells {
        let row = desk.get(&(cell.duty.clone(), cell.area));
        let row = row.ok_or_else(|| Error::other(format!("no row at the desk: {cell:?}")))?;
        let shown = number(row, cell.column);
        let theirs = by_sql.get(&cell.duty).map(|counts| by_column(stage, counts, cell));
        let doctors = by_doctor.get(&cell.duty).map(|villages| {
            let here =
                villages.values().filter(|one| stage.synthetic.reference.areas.within(one.area, cell.area));
            here.map(|row| of_doctor(row, cell.column)).sum::<i64>()
        });
        // The doctor does not tell who is silent: both columns are one there.
        let asked = match cell.column {
            "silent" | "not_yet" => number(row, "silent") + number(row, "not_yet"),
            column => number(row, column),
        };
        let screen = read.get(&(cell.duty.clone(), cell.area)).map(|row| row.get(cell.column).copied());
        let on_screen = screen.is_none_or(|read| read == Some(shown));
        let same = theirs == Some(shown) && doctors == Some(asked) && on_screen;
        found.agree += usize::from(same);
        found.not_zero += usize::from(shown != 0);
        found.on_the_screen += usize::from(screen.is_some());
        if !same {
            let (duty, area, column) = (&cell.duty, stage.name(cell.area), cell.column);
            stage.tell.line(&format!(
                "不同：{duty} {} {area} {column}：控制台 {shown}，SQL {theirs:?}，doctor {doctors:?}（对 {asked}），浏览器 {screen:?}",
                cell.period
            ));
        }
    }
    Ok(found)
}

fn of_doctor(row: &domain::coverage::reading::Row, column: &str) -> i64 {
    match column {
        "register" => row.register,
        "not_counted" => row.not_counted(),
        "due" => row.due,
        "met" => row.met,
        "met_home" => row.met_home,
        "change_pending" => row.change_pending,
        "tried" => row.tried,
        _ => row.not_yet + row.silent,
    }
}

/// By plain SQL: people by village and status.
fn counted(plain: &Connection, duty: &Duty, period: Period, as_of: Day) -> Result<Counts> {
    let sql = |error: rusqlite::Error| Error::other(error.to_string());
    let quiet = as_of.plus(-Setting::SilentDays.default_value()).to_string();
    let asked = params![
        duty.duty,
        period.from().to_string(),
        period.until().to_string(),
        as_of.to_string(),
        duty.cadence.to_string(),
        "day26",
        quiet
    ];
    let mut statement = plain.prepare(include_str!("figures.sql")).map_err(sql)?;
    let rows = statement
        .query_map(asked, |row| {
            let village = AreaCode(u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default());
            Ok(((village, row.get::<_, String>(1)?), row.get::<_, i64>(2)?))
        })
        .map_err(sql)?;
    rows.collect::<rusqlite::Result<_>>().map_err(sql)
}

/// The number of a column out of people by status.
fn by_column(stage: &Stage, counts: &Counts, cell: &Cell) -> i64 {
    let counts_in = |status: &str| match cell.column {
        "register" => true,
        "not_counted" => status == "excluded",
        "due" => status != "excluded",
        "met" => status == "met_home" || status == "met_other",
        column => status == column,
    };
    let areas = &stage.synthetic.reference.areas;
    let here =
        counts.iter().filter(|((village, status), _)| counts_in(status) && areas.within(*village, cell.area));
    here.map(|(_, people)| people).sum()
}

fn pages(cells: &[Cell]) -> Vec<Page> {
    let mut pages: Vec<Page> =
        cells.iter().map(|one| Page { duty: one.duty.clone(), period: one.period, area: one.page }).collect();
    pages.sort();
    pages.dedup();
    pages
}

/// The rows of the drawn pages, as the desk answers them.
fn desk_rows(stage: &mut Stage, cells: &[Cell], as_of: Day) -> Result<BTreeMap<(String, AreaCode), Value>> {
    let pages = pages(cells);
    let desk = stage.office(Role::CountyReviewer)?;
    let mut found = BTreeMap::new();
    for page in pages {
        let (asked, duty) = (format!("/api{}", page.path(as_of)), page.duty);
        let page = desk.get(&asked)?;
        for row in rows(page.get("rows").unwrap_or(&Value::Null)) {
            let area = AreaCode(u64::try_from(number(row, "area")).unwrap_or_default());
            found.insert((duty.clone(), area), row.clone());
        }
        if text(&page, "sentence_zh").is_empty() {
            return Err(Error::other(format!("no sentence over {asked}")));
        }
    }
    Ok(found)
}

/// What a browser read of a row.
pub(super) type Rows = BTreeMap<(String, AreaCode), Read>;
