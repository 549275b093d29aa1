//! What opens behind a figure: people, a person's visits, a visit's patches.

use super::{Format, json};
use crate::cli::fields::{Place, Words};
use crate::cli::text::{Table as Columns, in_words, moment};
use crate::cli::today;
use crate::county::County;
use crate::reports::{self, Asked, Column, Line, Table};
use domain::catalogue::RecordKind;
use domain::ids::RecordId;
use domain::problem::Problem;
use std::collections::BTreeSet;

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

/// A person: their visits, and what is contested.
pub(super) async fn person(county: &County, id: RecordId, format: Format) -> Result<String, Problem> {
    let (name, lines) = reports::of_person(county, id, today()).await?;
    let contested = reports::contested_of(county, id).await?;
    if format == Format::Json {
        return json(&Opened { name, visits: lines, contested });
    }
    let mut columns = Columns::new(&["日期", "怎么见的", "走访人", "回执", "走访"]);
    for line in &lines {
        columns.row([
            line.day.map(|day| day.to_string()).unwrap_or_default(),
            line.met.as_ref().map_or_else(|| "不计入".to_owned(), |met| met.zh.clone()),
            line.visited_by.join("、"),
            line.receipt.clone(),
            line.visit.to_string(),
        ]);
    }
    if format == Format::Csv {
        return Ok(columns.csv());
    }
    let words = Words::of(county, BTreeSet::new()).await?;
    let told = |side: &reports::FieldHistory| {
        let place = Place { kind: Some(RecordKind::Person), field: &side.field, form: None };
        format!("填写不一致 {}：{}（{}）\n", words.field(place), words.value(place, &side.value), side.by)
    };
    let sides: String = contested.iter().map(told).collect();
    Ok(format!("{name}\n{sides}\n{}", columns.text()))
}

/// A person, opened.
#[derive(serde::Serialize)]
struct Opened {
    name: String,
    visits: Vec<reports::VisitLine>,
    contested: Vec<reports::FieldHistory>,
}

/// A visit's parts, and who wrote what when.
pub(super) async fn visit(county: &County, id: RecordId, format: Format) -> Result<String, Problem> {
    let records = reports::of_visit(county, id).await?;
    if format == Format::Json {
        return json(&records);
    }
    let forms = records.iter().flat_map(|record| &record.writes).filter_map(|write| write.form);
    let words = Words::of(county, forms.collect()).await?;
    let mut columns = Columns::new(&["记录", "项", "值", "谁", "填写", "收到", "状态", ""]);
    for record in &records {
        let kind = RecordKind::from_code(record.kind);
        for write in &record.writes {
            let contested = write.stands && record.contested.contains(&write.field);
            let place = Place { kind, field: &write.field, form: write.form };
            // A spreadsheet keeps the codes, people read words.
            let [of, field, value, state] = if format == Format::Csv {
                let state = write.state.code().to_owned();
                [record.kind.to_owned(), write.field.clone(), in_words(&write.value), state]
            } else {
                let (of, state) = (kind.map_or(record.kind, RecordKind::zh), write.state.zh());
                [of.to_owned(), words.field(place), words.value(place, &write.value), state.to_owned()]
            };
            columns.row([
                format!("{of} {}", record.record),
                field,
                value,
                write.by.clone(),
                moment(write.made_ms),
                moment(write.arrived_ms),
                state,
                match (contested, write.stands) {
                    (true, _) => "填写不一致",
                    (false, true) => "",
                    (false, false) => "已被替换",
                }
                .to_owned(),
            ]);
        }
    }
    Ok(if format == Format::Csv { columns.csv() } else { columns.text() })
}
