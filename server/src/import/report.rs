//! The rows that were not taken, as a workbook: their own columns as they were, the bad cells coloured, and why in
//! a last column. Mended, it is imported as it is: 原因 is no column of any list.

use super::Wrong;
use super::columns::Columns;
use super::table::{Cell, Line, Table};
use domain::problem::{Problem, ProblemCode};
use rust_xlsxwriter::{Color, Format as Look, Workbook, Worksheet, XlsxError};
use std::collections::{BTreeMap, BTreeSet};

/// The head of the last column.
const WHY: &str = "原因";

/// Writes the workbook. O(wrong rows × columns).
///
/// # Errors
/// `internal` when it could not be written.
pub fn workbook(table: &Table, columns: &Columns, wrong: &[Wrong]) -> Result<Vec<u8>, Problem> {
    let failed = |error: XlsxError| Problem::new(ProblemCode::Internal).with("reference", error);
    written(table, columns, wrong).map_err(failed)
}

fn written(table: &Table, columns: &Columns, wrong: &[Wrong]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    let (head, bad) = (
        Look::new().set_bold().set_num_format("@"),
        Look::new().set_background_color(Color::RGB(0x00FF_D8A8)).set_num_format("@"),
    );
    let (plain, wrap) = (Look::new().set_num_format("@"), Look::new().set_text_wrap());
    let heads: BTreeMap<usize, &str> = columns
        .found
        .values()
        .map(|(column, said)| (*column, said.as_str()))
        .chain(columns.ignored.iter().map(|(column, said)| (*column, said.as_str())))
        // The reasons of the last time are no column any more.
        .filter(|(_, said)| *said != WHY)
        .collect();
    let last = u16::try_from(heads.len()).unwrap_or(u16::MAX - 1);
    sheet.set_column_width(last, 60)?;
    for (place, said) in (0_u16..).zip(heads.values()) {
        sheet.set_column_width(place, 14)?;
        sheet.write_string_with_format(0, place, *said, &head)?;
    }
    sheet.write_string_with_format(0, last, WHY, &head)?;
    let lines: BTreeMap<u32, &Line> = table.lines.iter().map(|line| (line.number, line)).collect();
    for (row, one) in (1_u32..).zip(wrong) {
        let marked: BTreeSet<usize> = one
            .doubts
            .iter()
            .filter_map(|doubt| columns.found.get(&doubt.field?).map(|(column, _)| *column))
            .collect();
        for (place, column) in (0_u16..).zip(heads.keys()) {
            let look = if marked.contains(column) { &bad } else { &plain };
            let cell = lines.get(&one.line).map_or(&Cell::Empty, |line| line.cell(*column));
            write(sheet, (row, place), cell, look)?;
        }
        let why: Vec<String> = one
            .doubts
            .iter()
            .map(|doubt| {
                let field = doubt.field.map(|field| format!("{} ", field.zh())).unwrap_or_default();
                format!("{field}{}：{}", doubt.cell, doubt.zh)
            })
            .collect();
        sheet.write_string_with_format(row, last, why.join("\n"), &wrap)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}

/// As text, so that no number loses digits again.
fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    look: &Look,
) -> Result<(), XlsxError> {
    let text = cell.text();
    match cell {
        Cell::Empty if *look == Look::new().set_num_format("@") => {}
        Cell::Empty => drop(sheet.write_blank(row, column, look)?),
        _ => drop(sheet.write_string_with_format(row, column, text, look)?),
    }
    Ok(())
}
