//! What opens behind a figure: people.

use super::{Format, json};
use crate::cli::text::Table as Columns;
use crate::county::County;
use crate::reports::{self, Asked, Column, Line, Table};
use domain::problem::Problem;

/// The people behind a figure.
pub(super) async fn people(
    county: &County,
    asked: &Asked,
    table: &Table,
    column: Column,
    format: Format,
) -> Result<String, Problem> {
    let lines = reports::people(county, asked, column).await?;
    if format == Format::Json {
        return json(&lines);
    }
    let mut columns = Columns::new(&[
        "乡镇",
        "村",
        "组",
        "户主",
        "姓名",
        "类别",
        "状态",
        "应于",
        "上次走访",
        "谁",
        "为什么",
        "责任人",
        "记录",
    ]);
    lines.iter().for_each(|line| columns.row(cells(line)));
    let ahead = if asked.known < asked.question.as_of { "预计 · " } else { "" };
    let heading =
        format!("{ahead}{} · {} · {} {} 人", table.heading_zh(), table.period.zh(), column.zh(), lines.len());
    Ok(if format == Format::Csv { columns.csv() } else { format!("{heading}\n\n{}", columns.text()) })
}

fn cells(line: &Line) -> Vec<String> {
    let due = line.due_on.map(|day| day.to_string()).unwrap_or_default();
    let due = if line.overdue_days > 0 { format!("{due} 超期{}天", line.overdue_days) } else { due };
    let responsible = line.responsible.iter().map(|one| {
        let phone = one.phone.as_deref().unwrap_or_default();
        format!("{} {phone}", one.name).trim_end().to_owned()
    });
    vec![
        line.township.clone(),
        line.village_name.clone(),
        line.group.clone(),
        line.head_name.clone(),
        line.name.clone(),
        line.categories.join("、"),
        line.status.clone(),
        due,
        line.last_visit.map(|day| day.to_string()).unwrap_or_default(),
        line.last_visit_by.clone(),
        line.why.clone(),
        responsible.collect::<Vec<_>>().join("；"),
        line.person.to_string(),
    ]
}
