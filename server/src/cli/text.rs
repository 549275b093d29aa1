//! Words and columns for a terminal, where a Chinese character takes two places.

use domain::name;
use domain::time::{Day, UnixMs};
use domain::value::Value;

/// A moment as people write it, in the county's time: `2026-11-23 18:00`.
pub(crate) fn moment(ms: UnixMs) -> String {
    let day = Day::of(ms);
    let minutes = (ms - day.starts_at()) / 60_000;
    format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// A value as people read it.
pub(super) fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(items) => items.join("、"),
    }
}

/// What people wrote, without what would command a terminal or turn the order of what stands around it.
pub(super) fn harmless(text: &str) -> String {
    // A table of our own has lines, and begins with a byte-order mark for spreadsheets.
    let steers = |c: char| name::steers(c) && !matches!(c, '\n' | '\r' | '\t' | '\u{feff}');
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// A cell in one line.
fn one_line(cell: &str) -> String {
    cell.replace("\r\n", " ⏎ ").replace(['\n', '\r'], " ⏎ ").replace('\t', " ")
}

/// How many places a text takes: two for what East Asian typography sets wide.
fn width(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}')
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// Rows of cells under headings.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with headings.
    pub(super) fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    /// One more row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Columns side by side; numbers stand to the right.
    pub(super) fn text(&self) -> String {
        let lines = |row: &Vec<String>| row.iter().map(|cell| one_line(cell)).collect::<Vec<_>>();
        let rows: Vec<_> = self.rows.iter().map(lines).collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        let mut text = String::new();
        for row in &rows {
            let mut line = String::new();
            for (cell, width_here) in row.iter().zip(&widths) {
                let space = " ".repeat(width_here.saturating_sub(width(cell)));
                let number = cell.ends_with(|c: char| c.is_ascii_digit() || c == '%');
                let number = number && cell.starts_with(|c: char| c.is_ascii_digit()) && cell.len() < 9;
                line.push_str(&if number { format!("{space}{cell}  ") } else { format!("{cell}{space}  ") });
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// Comma-separated values, RFC 4180, with a byte-order mark so that spreadsheets read the Chinese.
    pub(super) fn csv(&self) -> String {
        let mut text = String::from('\u{feff}');
        for row in &self.rows {
            let cells: Vec<_> = row.iter().map(|cell| csv_cell(cell)).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        text
    }
}

/// One cell; what a spreadsheet would take for a formula is made text.
fn csv_cell(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<i64>().is_err();
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["村", "人"]);
        table.row(["民主".to_owned(), "7".to_owned()]);
        table.row(["=1,\"2\"".to_owned(), "1,234".to_owned()]);
        table
    }

    #[test]
    fn chinese_columns_stand_under_each_other() {
        assert_eq!(table().text(), "村      人\n民主        7\n=1,\"2\"  1,234\n");
    }

    #[test]
    fn what_people_wrote_breaks_no_table_and_commands_no_terminal() {
        let mut table = Table::new(&["村", "人"]);
        table.row(["民\n主".to_owned(), "\u{1b}[2J\u{202e}7\0".to_owned()]);
        let text = harmless(&table.text());
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("民 ⏎ 主") && text.contains("\u{fffd}[2J\u{fffd}7\u{fffd}"), "{text}");
        assert!(harmless(&table.csv()).contains("\"民\n主\""), "a cell of a spreadsheet has lines");
    }

    #[test]
    fn a_spreadsheet_takes_nothing_for_a_formula() {
        let expected = "\u{feff}村,人\r\n民主,7\r\n\"'=1,\"\"2\"\"\",\"1,234\"\r\n";
        assert_eq!(table().csv(), expected);
    }

    #[test]
    fn moments_are_the_county_s() {
        assert_eq!(moment(1_795_400_000_000), "2026-11-23 10:13");
    }
}
