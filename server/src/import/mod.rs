//! 导入: the real register and the staff out of the tables that an office keeps: workbooks and CSV, as they are.
//!
//! A file becomes a [`table::Table`] of cells, its columns are found by their heads ([`columns`]), its rows are
//! read ([`people`], [`staff`]) and held against what the county has: a plan. Telling writes nothing; taking
//! writes the good rows, in batches between which phones are answered. A bad row stops no good one: it is told
//! with its cell and its reason, also as a workbook that can be mended and imported as it is ([`report`]).
//!
//! An empty cell says nothing: it never takes away what stands. A category that is not in a row is not ended.

mod book;
pub mod cells;
pub mod columns;
mod differs;
pub mod export;
pub mod field;
pub mod file;
mod homes;
mod known;
mod lines;
pub mod numbers;
pub mod people;
mod places;
pub mod plan;
pub mod report;
pub mod staff;
pub mod table;
#[cfg(test)]
mod tests;
mod write;

use crate::problem::wrong;
use domain::problem::Problem;
use field::Field;
use serde::{Deserialize, Serialize};
use table::Table;

pub(crate) use known::numbers_given;
pub use write::{Frame, Preview, Review, Sample, Taken, Ticks, Told, preview, preview_staff, take};

/// What is wrong in a row, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The cell as a spreadsheet calls it, such as `F12`; of a whole row its number alone.
    pub cell: String,
    /// The column; `None` when the whole row is meant.
    pub field: Option<Field>,
    /// Why, Chinese.
    pub zh: String,
    /// Why, English.
    pub en: String,
}

/// A row that is not taken, with everything that is wrong in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// Its number in the sheet, from 1.
    pub line: u32,
    /// What is wrong, in the order of the columns; never empty.
    pub doubts: Vec<Doubt>,
}

/// Which list a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// 服务对象.
    People,
    /// 工作人员.
    Staff,
}

/// Reads a file of a list: its bytes, whatever it is called. `name` stands in problems. O(bytes).
///
/// # Errors
/// `argument_wrong` when it is no table, or no sheet of it has the columns: then no row can be read.
pub fn read(name: &str, bytes: &[u8], list: List) -> Result<(Table, columns::Columns), Problem> {
    let sheets = file::sheets(bytes).map_err(|(zh, en)| wrong(name, whole_zh(&zh), whole_en(&en)))?;
    columns::choose(sheets, list).map_err(|(zh, en)| wrong(name, whole_zh(&zh), whole_en(&en)))
}

fn whole_zh(reason: &str) -> String {
    format!("{reason}。整个文件都没有导入")
}

fn whole_en(reason: &str) -> String {
    format!("{reason}. Nothing of the file was taken")
}
