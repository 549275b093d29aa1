//! Workbooks: .xlsx cell by cell, .xls as it is kept in memory anyway.

use super::file::{COLUMNS_MAX, ROWS_MAX, Reason, reason, too_many};
use super::table::{Cell, FileKind, Line, Merged, Table};
use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetVisible, Xls, XlsError, Xlsx};
use domain::time::Day;
use std::io::{Cursor, Read, sink};

/// More than any register needs unpacked: a workbook of a few bytes can be made to unpack into a disk full.
const UNPACKED_MAX: u64 = 400 * 1024 * 1024;

/// Sheets that are looked at; a list is never behind them.
const SHEETS_MAX: usize = 20;

/// Merged cells that are looked at.
const MERGED_MAX: usize = 100_000;

/// The sheets of an .xlsx that are not hidden.
pub(super) fn xlsx(bytes: &[u8]) -> Result<Vec<Table>, Reason> {
    unpacks(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|_| no_book())?;
    let mut sheets: Vec<Table> = Vec::new();
    for name in visible(book.sheets_metadata()) {
        let mut lines = Rows::default();
        {
            let mut cells = book.worksheet_cells_reader(&name).map_err(|_| no_book())?;
            while let Some(cell) = cells.next_cell().map_err(|_| no_book())? {
                lines.put(cell.get_position(), of_xlsx(cell.get_value()))?;
            }
        }
        let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        sheets.push(Table {
            sheet: name,
            lines: lines.sorted(),
            merged: merges(&merged),
            ..Table::default()
        });
    }
    Ok(sheets)
}

/// The sheets of an .xls that are not hidden. What it may hold is bounded by its format: 65,536 rows of 256.
pub(super) fn xls(bytes: &[u8]) -> Result<Vec<Table>, Reason> {
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => locked(),
        _ if bytes.windows(ENCRYPTED.len()).any(|part| part == ENCRYPTED) => locked(),
        _ => no_book(),
    })?;
    let mut sheets = Vec::new();
    for name in visible(book.sheets_metadata()) {
        let range = book.worksheet_range(&name).map_err(|_| no_book())?;
        let (row, column) = range.start().unwrap_or_default();
        let mut lines = Rows::default();
        for (down, right, value) in range.used_cells() {
            let place = (u32::try_from(down), u32::try_from(right));
            if let (Ok(down), Ok(right)) = place {
                lines.put((row + down, column + right), of_xls(value))?;
            }
        }
        let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        sheets.push(Table {
            kind: FileKind::Xls,
            sheet: name,
            lines: lines.sorted(),
            merged: merges(&merged),
            ..Table::default()
        });
    }
    Ok(sheets)
}

/// What stands in an .xlsx that opens with a password: "EncryptedPackage" as the container spells it.
const ENCRYPTED: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

fn locked() -> Reason {
    reason(
        "这个工作簿设了打开密码，请先在 Excel 或 WPS 里去掉密码",
        "the workbook opens with a password only: take that off in Excel or WPS first",
    )
}

fn no_book() -> Reason {
    reason(
        "这个工作簿读不出来，可能坏了，或不是 Excel 的格式；请在 Excel 或 WPS 里打开，另存为 .xlsx",
        "the workbook cannot be read: damaged, or of another kind; open it in Excel or WPS and save it as .xlsx",
    )
}

/// Unpacks it to nowhere and counts.
fn unpacks(bytes: &[u8]) -> Result<(), Reason> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| no_book())?;
    let mut left = UNPACKED_MAX;
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(|_| no_book())?;
        let read = std::io::copy(&mut entry.take(left + 1), &mut sink()).map_err(|_| no_book())?;
        left = left.checked_sub(read).ok_or_else(|| {
            reason("这个工作簿展开后太大，没有读", "the workbook unpacks into too much and was not read")
        })?;
    }
    Ok(())
}

fn visible(sheets: &[calamine::Sheet]) -> Vec<String> {
    let shown = sheets.iter().filter(|one| one.visible == SheetVisible::Visible);
    shown.map(|one| one.name.clone()).take(SHEETS_MAX).collect()
}

fn merges(given: &[Dimensions]) -> Vec<Merged> {
    let one = |one: &Dimensions| Merged { rows: (one.start.0, one.end.0), columns: (one.start.1, one.end.1) };
    given.iter().take(MERGED_MAX).map(one).collect()
}

fn of_xlsx(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        // As the screen shows it: a number that could not be looked up is not one that is missing.
        DataRef::Error(error) => Cell::Text(error.to_string()),
        DataRef::Int(number) => whole(*number),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => words(text),
        DataRef::SharedString(text) => words(text),
        DataRef::Bool(truth) => Cell::Text(if *truth { "是" } else { "否" }.to_owned()),
        DataRef::DateTime(moment) => day(moment),
    }
}

fn of_xls(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::Error(error) => Cell::Text(error.to_string()),
        Data::Int(number) => whole(*number),
        Data::Float(number) => Cell::Number(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => words(text),
        Data::Bool(truth) => Cell::Text(if *truth { "是" } else { "否" }.to_owned()),
        Data::DateTime(moment) => day(moment),
    }
}

fn whole(number: i64) -> Cell {
    number.to_string().parse().map_or(Cell::Empty, Cell::Number)
}

fn words(text: &str) -> Cell {
    if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn day(moment: &ExcelDateTime) -> Cell {
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let found = Day::from_ymd(i32::from(year), u32::from(month), u32::from(day));
    found.filter(|_| moment.is_datetime()).map_or(Cell::Number(moment.as_f64()), Cell::Day)
}

/// Rows as cells come.
#[derive(Default)]
struct Rows(std::collections::BTreeMap<u32, Vec<Cell>>);

impl Rows {
    fn put(&mut self, (row, column): (u32, u32), cell: Cell) -> Result<(), Reason> {
        let column = column as usize;
        if cell == Cell::Empty || column >= COLUMNS_MAX {
            return Ok(());
        }
        if self.0.len() > ROWS_MAX {
            return Err(too_many());
        }
        let cells = self.0.entry(row + 1).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
        Ok(())
    }

    fn sorted(self) -> Vec<Line> {
        self.0.into_iter().map(|(number, cells)| Line { number, cells }).collect()
    }
}
