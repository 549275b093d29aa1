//! Which row of a sheet is its head, and which column is what: by their names, in any order.

use super::List;
use super::field::Field;
use super::file::{Reason, reason};
use super::table::{Cell, Line, Table, letters};
use std::collections::{BTreeMap, BTreeSet};

/// Rows in which the head is looked for: a title, a unit, a date may stand over it.
const HEAD_MAX: usize = 20;

/// What is known of a sheet's columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    /// Number of the row that is the head, the lower one of two; from 1.
    pub head: u32,
    /// Where each field is, by column from 0, and what its head says.
    pub found: BTreeMap<Field, (usize, String)>,
    /// Heads that mean nothing here, with their columns: these are not read.
    pub ignored: Vec<(usize, String)>,
}

impl Columns {
    /// The cell of a field in a row.
    pub fn cell<'l>(&self, line: &'l Line, field: Field) -> &'l Cell {
        self.found.get(&field).map_or(&Cell::Empty, |(column, _)| line.cell(*column))
    }

    /// What a spreadsheet calls the cell of a field; the row alone when it has no column.
    pub fn place(&self, field: Field, line: u32) -> String {
        let column = self.found.get(&field).map(|(column, _)| letters(*column));
        format!("{}{line}", column.unwrap_or_default())
    }
}

/// The first sheet that has the columns, with merged cells filled where they mean every row.
///
/// # Errors
/// What is missing, by the sheet that has most.
pub(super) fn choose(sheets: Vec<Table>, list: List) -> Result<(Table, Columns), Reason> {
    let names: Vec<String> = sheets.iter().map(|sheet| sheet.sheet.clone()).collect();
    let mut nearest: Option<(usize, Columns)> = None;
    for mut sheet in sheets {
        let head = sheet.lines.iter().take(HEAD_MAX).next_back().map_or(0, |line| line.number);
        let mut tried = sheet.clone_head();
        tried.fill(|_| true, 0..=head.saturating_sub(1));
        let columns = find(&tried, list);
        let missing = missing(&columns, list).count();
        if missing == 0 && !columns.found.is_empty() {
            let shared: BTreeSet<u32> = columns
                .found
                .iter()
                .filter(|(field, _)| field.is_shared())
                .filter_map(|(_, (column, _))| u32::try_from(*column).ok())
                .collect();
            sheet.fill(|column| shared.contains(&column), columns.head..=u32::MAX - 2);
            sheet.others = names.into_iter().filter(|name| *name != sheet.sheet).collect();
            return Ok((sheet, columns));
        }
        if nearest.as_ref().is_none_or(|(fewest, _)| missing < *fewest) {
            nearest = Some((missing, columns));
        }
    }
    let columns = nearest.map(|(_, columns)| columns).unwrap_or_default();
    Err(lacking(&columns, list))
}

fn missing(columns: &Columns, list: List) -> impl Iterator<Item = Field> {
    Field::needed(list).iter().copied().filter(|field| !columns.found.contains_key(field))
}

fn lacking(columns: &Columns, list: List) -> Reason {
    let named = |word: fn(Field) -> &'static str, fields: &mut dyn Iterator<Item = Field>, between: &str| {
        fields.map(word).collect::<Vec<_>>().join(between)
    };
    let all_zh = named(Field::zh, &mut Field::of(list), " ");
    if columns.found.len() < 2 {
        return reason(
            format!("没有找到表头：前 {HEAD_MAX} 行里要有一行写 {all_zh} 这些列名"),
            format!("no head was found: one of the first {HEAD_MAX} rows has to name the columns: {all_zh}"),
        );
    }
    let (zh, en) = (
        named(Field::zh, &mut missing(columns, list), "、"),
        named(Field::en, &mut missing(columns, list), ", "),
    );
    let head = columns.head;
    let others: Vec<&str> = columns.ignored.iter().map(|(_, name)| name.as_str()).collect();
    let unread = if others.is_empty() {
        String::new()
    } else {
        format!("；认不出的列：{}", others.join("、"))
    };
    reason(
        format!("第 {head} 行是表头，缺少“{zh}”{unread}"),
        format!("row {head} is the head, and lacks {en}"),
    )
}

/// The columns by the row in the beginning of a sheet that names most of them; of two alike that are one head
/// over two rows, by the lower.
fn find(sheet: &Table, list: List) -> Columns {
    let head = sheet.lines.iter().take(HEAD_MAX);
    let mut best = Columns::default();
    let mut above: Option<&Line> = None;
    for line in head {
        let here = read(line, above, list);
        let goes_on = best.head + 1 == line.number && same(&best, &here);
        if here.found.len() > best.found.len() || (goes_on && !here.found.is_empty()) {
            best = here;
        }
        above = Some(line);
    }
    best
}

fn same(one: &Columns, other: &Columns) -> bool {
    one.found.len() == other.found.len()
        && one
            .found
            .iter()
            .all(|(field, (column, _))| other.found.get(field).is_some_and(|(there, _)| there == column))
}

/// The columns of a head. A title over several columns makes what stands below more exact (照料人 over 电话 is
/// 照料人电话); what has nothing below it is a head itself.
fn read(line: &Line, above: Option<&Line>, list: List) -> Columns {
    let mut columns = Columns { head: line.number, ..Columns::default() };
    let above = above.filter(|above| above.number + 1 == line.number);
    let width = line.cells.len().max(above.map_or(0, |above| above.cells.len()));
    for column in 0..width {
        let own = line.cell(column).text();
        let over = above.map(|above| above.cell(column).text()).unwrap_or_default();
        let both = format!("{over}{own}");
        let title = if over == own { "" } else { over.as_str() };
        let exact = Field::called(list, &both).filter(|_| !title.is_empty() && !own.is_empty());
        let plain = Field::called(list, &own);
        let alone = Field::called(list, title).filter(|_| own.is_empty());
        let (field, said) = match (exact, plain, alone) {
            (Some(field), ..) => (Some(field), both),
            (_, Some(field), _) => (Some(field), own),
            (_, _, Some(field)) => (Some(field), over),
            _ => (None, own),
        };
        let said: String = said.split_whitespace().collect();
        match field {
            Some(field) if !columns.found.contains_key(&field) => {
                columns.found.insert(field, (column, said));
            }
            _ if !said.is_empty() => columns.ignored.push((column, said)),
            _ => {}
        }
    }
    columns
}

impl Table {
    /// The beginning of the sheet, in which the head is looked for.
    fn clone_head(&self) -> Self {
        let lines = self.lines.iter().take(HEAD_MAX).cloned().collect();
        let merged = self.merged.iter().filter(|one| (one.rows.0 as usize) < HEAD_MAX * 4).copied().collect();
        Self { lines, merged, ..Self::default() }
    }
}
