//! A sheet as it was read: rows of cells, and which of them are merged.

use domain::time::Day;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Words.
    Text(String),
    /// A number, as a workbook keeps it: of more than fifteen digits the last ones are lost.
    Number(f64),
    /// A cell that is set as a date.
    Day(Day),
}

/// Digits that a workbook keeps of a number.
const EXACT: f64 = 1e15;

impl Cell {
    /// The cell as it would be typed, without blanks around it.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => spelled(*number),
            Self::Day(day) => day.to_string(),
        }
    }

    /// Whether nothing can be seen in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Day(_) => false,
        }
    }
}

fn spelled(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT { format!("{number:.0}") } else { format!("{number:e}") }
}

/// Cells that are one on the screen, both ends included, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// First and last row.
    pub rows: (u32, u32),
    /// First and last column.
    pub columns: (u32, u32),
}

/// A row, by its number in the sheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// From 1, as a spreadsheet counts.
    pub number: u32,
    /// Its cells from the first column on; what is behind the last is empty.
    pub cells: Vec<Cell>,
}

impl Line {
    /// A cell, by its column from 0.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
}

/// A sheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// What kind of file it was in.
    pub kind: FileKind,
    /// Its name; empty in a file of one sheet.
    pub sheet: String,
    /// Sheets of the file that were not read.
    pub others: Vec<String>,
    /// Rows in which something stands, by number.
    pub lines: Vec<Line>,
    /// Merged cells.
    pub merged: Vec<Merged>,
}

/// What kind of file it was, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileKind {
    /// .xlsx
    #[default]
    Xlsx,
    /// .xls
    Xls,
    /// CSV in UTF-8.
    CsvUtf8,
    /// CSV in GBK or GB 18030.
    CsvGbk,
    /// CSV in UTF-16, which Excel calls Unicode text.
    CsvUtf16,
}

impl FileKind {
    /// What it is called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Xlsx => "Excel .xlsx",
            Self::Xls => "Excel .xls",
            Self::CsvUtf8 => "CSV UTF-8",
            Self::CsvGbk => "CSV GBK",
            Self::CsvUtf16 => "CSV UTF-16",
        }
    }
}

/// More merged cells than these are not filled: no list that people made has them.
const FILLED_MAX: usize = 2_000_000;

impl Table {
    /// Puts what stands in the first cell of merged cells into all of them, in these columns and rows.
    /// O(cells that are filled + lines × log).
    pub fn fill(&mut self, wanted: impl Fn(u32) -> bool, rows: std::ops::RangeInclusive<u32>) {
        let mut left = FILLED_MAX;
        let merged = std::mem::take(&mut self.merged);
        for one in &merged {
            let value = self.at(one.rows.0, one.columns.0).clone();
            if value.is_empty() {
                continue;
            }
            let (first, last) = (one.rows.0.max(*rows.start()), one.rows.1.min(*rows.end()));
            let begins = self.lines.partition_point(|line| line.number <= first);
            for line in self.lines.iter_mut().skip(begins).take_while(|line| line.number <= last + 1) {
                for column in (one.columns.0..=one.columns.1).filter(|column| wanted(*column)) {
                    if left == 0 {
                        break;
                    }
                    left -= 1;
                    let column = column as usize;
                    if line.cells.len() <= column {
                        line.cells.resize(column + 1, Cell::Empty);
                    }
                    if let Some(cell) = line.cells.get_mut(column).filter(|cell| cell.is_empty()) {
                        *cell = value.clone();
                    }
                }
            }
        }
        self.merged = merged;
    }

    /// The cell at a row and column from 0.
    fn at(&self, row: u32, column: u32) -> &Cell {
        let found = self.lines.binary_search_by_key(&(row + 1), |line| line.number).ok();
        found.and_then(|place| self.lines.get(place)).map_or(&Cell::Empty, |line| line.cell(column as usize))
    }
}

/// What a spreadsheet calls a column: A, B … Z, AA.
pub fn letters(column: usize) -> String {
    let (mut rest, mut letters) = (column + 1, Vec::new());
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// What a spreadsheet calls a cell, such as `F12`.
pub fn place(column: usize, line: u32) -> String {
    format!("{}{line}", letters(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_called_as_spreadsheets_do() {
        assert_eq!(
            [0, 5, 25, 26, 51, 52, 701, 702].map(letters),
            ["A", "F", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
        );
        assert_eq!(place(5, 12), "F12");
    }

    #[test]
    fn numbers_are_spelled_as_they_would_be_typed_while_they_are_exact() {
        assert_eq!(Cell::Number(13_900_000_001.0).text(), "13900000001");
        assert_eq!(Cell::Number(532_929_195_001_011_000.0).text(), "5.32929195001011e17");
        assert_eq!(Cell::Number(1.5).text(), "1.5e0");
    }
}
