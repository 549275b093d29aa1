//! A table as a file: CSV or XLSX, written while its rows are still being read.

use domain::problem::{Problem, ProblemCode};
use rust_xlsxwriter::{Format as Look, Workbook, Worksheet, XlsxError};
use serde::Deserialize;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Lines of text.
    Csv,
    /// A workbook.
    Xlsx,
}

impl Format {
    /// What a file's name ends with.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// What a browser is told that it is.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words. What a spreadsheet would calculate is kept from it.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Tenths: 811 is 81.1.
    Tenths(i64),
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        let text: String = text.into();
        let calculates = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        Self::Text(if calculates { format!("'{text}") } else { text })
    }

    fn to_csv(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Tenths(tenths) => format!("{}.{}", tenths / 10, (tenths % 10).abs()),
        }
    }
}

/// What stands over the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Lines over the table.
    pub title: Vec<String>,
    /// The head of each column.
    pub columns: Vec<String>,
}

/// A file that is being written on a thread of its own.
#[derive(Debug)]
pub struct Writing {
    rows: Sender<Vec<Vec<Cell>>>,
    file: JoinHandle<Result<Vec<u8>, String>>,
}

/// So many lots of rows may wait for the writer.
const WAITING: usize = 4;

impl Writing {
    /// Begins a file.
    pub fn begin(format: Format, head: Grid) -> Self {
        let (rows, taken) = channel(WAITING);
        let file = tokio::task::spawn_blocking(move || match format {
            Format::Csv => csv(&head, taken).map_err(|error| error.to_string()),
            Format::Xlsx => xlsx(&head, taken).map_err(|error| error.to_string()),
        });
        Self { rows, file }
    }

    /// More rows.
    pub async fn rows(&self, rows: Vec<Vec<Cell>>) {
        // A writer that has failed says so at the end.
        let _ = self.rows.send(rows).await;
    }

    /// The whole file.
    ///
    /// # Errors
    /// `internal` when it could not be written.
    pub async fn end(self) -> Result<Vec<u8>, Problem> {
        drop(self.rows);
        let failed = |reason: String| Problem::new(ProblemCode::Internal).with("reference", reason);
        self.file.await.map_err(|_| failed("grid".to_owned()))?.map_err(failed)
    }
}

fn csv(head: &Grid, mut rows: Receiver<Vec<Vec<Cell>>>) -> Result<Vec<u8>, csv::Error> {
    // Without this mark common spreadsheets read Chinese in another encoding.
    let mut file = csv::WriterBuilder::new().flexible(true).from_writer("\u{feff}".as_bytes().to_vec());
    for line in &head.title {
        file.write_record([line])?;
    }
    file.write_record(&head.columns)?;
    while let Some(some) = rows.blocking_recv() {
        for row in some {
            file.write_record(row.iter().map(Cell::to_csv))?;
        }
    }
    file.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
}

/// Rows go to disk as they come: memory does not grow with them.
fn xlsx(head: &Grid, mut rows: Receiver<Vec<Vec<Cell>>>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let (bold, tenths) = (Look::new().set_bold(), Look::new().set_num_format("0.0"));
    let sheet = book.add_worksheet_with_constant_memory()?;
    let mut number = 0;
    for (line, look) in head.title.iter().zip([Some(&bold), None, None, None]) {
        match look {
            Some(look) => sheet.write_string_with_format(number, 0, line, look)?,
            None => sheet.write_string(number, 0, line)?,
        };
        number += 1;
    }
    for (column, name) in (0..).zip(&head.columns) {
        sheet.write_string_with_format(number, column, name, &bold)?;
    }
    while let Some(some) = rows.blocking_recv() {
        for row in some {
            number += 1;
            write_row(sheet, number, &row, &tenths)?;
        }
    }
    book.save_to_buffer()
}

fn write_row(sheet: &mut Worksheet, number: u32, row: &[Cell], tenths: &Look) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(row) {
        match cell {
            Cell::Text(text) => sheet.write_string(number, column, text)?,
            Cell::Number(figure) => sheet.write_number(number, column, as_float(*figure))?,
            Cell::Tenths(figure) => {
                sheet.write_number_with_format(number, column, as_float(*figure) / 10.0, tenths)?
            }
        };
    }
    Ok(())
}

/// A workbook knows no other numbers; people of a province are counted exactly by them.
fn as_float(number: i64) -> f64 {
    i32::try_from(number).map_or(f64::NAN, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn head() -> Grid {
        let columns = ["姓名", "率"].map(str::to_owned).to_vec();
        Grid { title: vec!["未走访名单".to_owned()], columns }
    }

    #[tokio::test]
    async fn what_a_spreadsheet_would_calculate_is_kept_from_it() {
        let writing = Writing::begin(Format::Csv, head());
        for text in ["=1+1", "+86", "-", "@x", "杨*妹"] {
            writing.rows(vec![vec![Cell::text(text), Cell::Tenths(811)]]).await;
        }
        let text = String::from_utf8(writing.end().await.unwrap()).unwrap();
        assert_eq!(
            text,
            "\u{feff}未走访名单\n姓名,率\n'=1+1,81.1\n'+86,81.1\n'-,81.1\n'@x,81.1\n杨*妹,81.1\n"
        );
    }

    #[tokio::test]
    async fn a_workbook_has_every_row() {
        let writing = Writing::begin(Format::Xlsx, head());
        for number in 0..2_000 {
            writing.rows(vec![vec![Cell::text("李阿普"), Cell::Number(number)]]).await;
        }
        let bytes = writing.end().await.unwrap();
        let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut sheet = String::new();
        book.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
        // A line above the table, its head, and every row, with its figure.
        assert_eq!(sheet.matches("<row ").count(), 2 + 2_000);
        let figures = (0..2_000).filter(|figure| sheet.contains(&format!("<v>{figure}</v></c></row>")));
        assert_eq!(figures.count(), 2_000);
    }
}
