//! CSV as spreadsheets write it (RFC 4180), counted as they count: an empty line is a row, a cell of two lines is
//! one. The crate that writes ours counts otherwise, and cannot say where a quotation mark was left open.

use super::table::{Cell, Line};

/// What separates cells: whichever of these the first rows have most of.
const BETWEEN: [char; 4] = [',', '\t', ';', '，'];

/// Rows of a text; or the row in which a quotation mark opens that nothing closes.
pub(super) fn read(text: &str, rows_max: usize) -> Result<Vec<Line>, u32> {
    let sample = || text.lines().take(20);
    let count = |between: &char| sample().map(|line| line.matches(*between).count()).sum::<usize>();
    let between = BETWEEN.into_iter().rev().max_by_key(count).unwrap_or(',');
    let mut reader = Reader { lines: Vec::new(), row: Vec::new(), cell: String::new(), number: 1 };
    let mut characters = text.chars().peekable();
    // The row in which the present quotation began.
    let mut quoted: Option<u32> = None;
    while let Some(c) = characters.next() {
        match (c, quoted) {
            ('"', Some(_)) if characters.next_if_eq(&'"').is_some() => reader.cell.push('"'),
            ('"', Some(_)) => quoted = None,
            ('"', None) if reader.cell.trim().is_empty() => {
                reader.cell.clear();
                quoted = Some(reader.number);
            }
            ('\r', None) if characters.peek() == Some(&'\n') => {}
            ('\n' | '\r', None) => reader.end_row(),
            (c, None) if c == between => reader.end_cell(),
            (c, _) => reader.cell.push(c),
        }
        if reader.lines.len() > rows_max {
            break;
        }
    }
    if let Some(row) = quoted {
        return Err(row);
    }
    if !reader.cell.is_empty() || !reader.row.is_empty() {
        reader.end_row();
    }
    Ok(reader.lines)
}

struct Reader {
    lines: Vec<Line>,
    row: Vec<Cell>,
    cell: String,
    number: u32,
}

impl Reader {
    fn end_cell(&mut self) {
        let text = std::mem::take(&mut self.cell);
        self.row.push(if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text) });
    }

    fn end_row(&mut self) {
        self.end_cell();
        let cells = std::mem::take(&mut self.row);
        if cells.iter().any(|cell| !cell.is_empty()) {
            self.lines.push(Line { number: self.number, cells });
        }
        self.number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(u32, Vec<String>)> {
        let lines = read(text, 100).unwrap();
        lines.iter().map(|line| (line.number, line.cells.iter().map(Cell::text).collect())).collect()
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_does() {
        let row =
            |number, cells: &[&str]| (number, cells.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            texts("姓名,村\r\n\r\n\"张\"\"一\",\"民主\n村\"\r\n李\"二, x ,\n"),
            [row(1, &["姓名", "村"]), row(3, &["张\"一", "民主\n村"]), row(4, &["李\"二", "x", ""])]
        );
        assert_eq!(
            texts("姓名\t村\n张一\t民主,二组"),
            [row(1, &["姓名", "村"]), row(2, &["张一", "民主,二组"])]
        );
    }

    #[test]
    fn a_mark_that_nothing_closes_is_told_with_its_row() {
        for (text, row) in [("\"张一,\n李二,\n", 1), ("a,b\n\nc,\"d\ne,f", 3), ("a\n\"张\"\"一,x\n", 2)]
        {
            assert_eq!(read(text, 100).unwrap_err(), row);
        }
    }
}
