//! The sentence and the table.

use super::{Depth, Format, json};
use crate::cli::text::Table as Columns;
use crate::reports::{Asked, Table};
use domain::coverage::reading::Row;
use domain::coverage::status::Excluded;
use domain::problem::Problem;
use serde::Serialize;

/// The table as it is handed to a program.
#[derive(Serialize)]
struct Printed<'a> {
    sentence_zh: String,
    sentence_en: String,
    #[serde(flatten)]
    table: &'a Table,
    /// Of the whole area.
    #[serde(flatten)]
    rates: Rates,
    rows: Vec<Named>,
}

/// 走访率 and 入户率 in thousandths; absent when nobody is due.
#[derive(Serialize)]
struct Rates {
    rate: Option<i64>,
    home_rate: Option<i64>,
}

impl Rates {
    fn of(row: &Row) -> Self {
        Self { rate: row.rate(), home_rate: row.home_rate() }
    }
}

/// A row with its name.
#[derive(Serialize)]
struct Named {
    name: String,
    #[serde(flatten)]
    rates: Rates,
    #[serde(flatten)]
    row: Row,
}

/// What stands over the table.
pub(super) struct Sentences {
    pub zh: String,
    pub en: String,
}

/// Prints sentence and table.
pub(super) fn print(
    asked: &Asked,
    table: &Table,
    sentences: Sentences,
    format: Format,
    depth: Depth,
) -> Result<String, Problem> {
    let rows = match depth {
        Depth::Below => table.below(asked),
        Depth::Village | Depth::Person => table.villages.values().cloned().collect(),
    };
    let name = |row: &Row| asked.reference.areas.name(row.area);
    match format {
        Format::Json => {
            let rows =
                rows.into_iter().map(|row| Named { name: name(&row), rates: Rates::of(&row), row }).collect();
            let rates = Rates::of(&table.total);
            json(&Printed { sentence_zh: sentences.zh, sentence_en: sentences.en, table, rates, rows })
        }
        Format::Csv => {
            let mut columns = csv_headings();
            for row in rows.iter().chain([&table.total]) {
                columns.row(csv_cells(table, name(row), row));
            }
            Ok(columns.csv())
        }
        Format::Text => {
            let mut headings = vec![
                "",
                "名册",
                "不计入",
                "应走访",
                "已走访",
                "上门",
                "走访率",
                "入户率",
                "情况有变",
                "去过未见到",
                "手机未回传",
                "还没去",
                "上期漏访",
                "不一致",
            ];
            let rolls = table.total.overdue.is_some();
            headings.extend(rolls.then_some("现已超期"));
            let mut columns = Columns::new(&headings);
            let cells = |name, row: &Row| {
                let mut cells = cells(name, row);
                cells.extend(rolls.then(|| overdue(row)));
                cells
            };
            rows.iter().for_each(|row| columns.row(cells(name(row), row)));
            columns.row(cells("合计".to_owned(), &table.total));
            Ok(format!("{}\n\n{}", sentences.zh, columns.text()))
        }
    }
}

fn cells(name: String, row: &Row) -> Vec<String> {
    let mut cells = vec![name];
    let before = [row.register, row.not_counted(), row.due, row.met, row.met_home];
    cells.extend(before.map(|number| number.to_string()));
    cells.extend([row.rate_text(), row.home_rate_text()]);
    let after = [row.change_pending, row.tried, row.silent, row.not_yet, row.missed_before, row.contested];
    cells.extend(after.map(|number| number.to_string()));
    cells
}

/// 现已超期; empty where the duty is not due by days.
fn overdue(row: &Row) -> String {
    row.overdue.map_or_else(String::new, |people| people.to_string())
}

fn csv_headings() -> Columns {
    let mut headings =
        vec!["区划", "名称", "走访要求", "类别", "统计期", "从", "到", "截至", "名册", "不计入"];
    headings.extend(Excluded::ALL.iter().map(|reason| reason.zh()));
    headings.extend([
        "应走访",
        "已走访",
        "上门",
        "走访率‰",
        "入户率‰",
        "情况有变待确认",
        "去过未见到",
        "手机未回传",
    ]);
    headings.extend(["还没去", "上期漏访至今未补", "填写不一致", "现已超期"]);
    Columns::new(&headings)
}

fn csv_cells(table: &Table, name: String, row: &Row) -> Vec<String> {
    let mut cells = vec![row.area.to_string(), name, table.title_zh.clone()];
    cells.extend([table.category.clone().unwrap_or_default(), table.period.to_string()]);
    cells.extend([table.from, table.last, table.as_of].map(|day| day.to_string()));
    cells.extend([row.register, row.not_counted()].map(|number| number.to_string()));
    let reason = |reason| row.excluded.get(reason).copied().unwrap_or(0).to_string();
    cells.extend(Excluded::ALL.iter().map(reason));
    cells.extend([row.due, row.met, row.met_home].map(|number| number.to_string()));
    cells.extend(
        [row.rate(), row.home_rate()].map(|rate| rate.map_or_else(String::new, |one| one.to_string())),
    );
    let after = [row.change_pending, row.tried, row.silent, row.not_yet, row.missed_before, row.contested];
    cells.extend(after.map(|number| number.to_string()));
    cells.push(overdue(row));
    cells
}
