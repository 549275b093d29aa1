//! What opens behind a figure: people.

use super::{Format, json};
use crate::cli::text::Table as Columns;
use crate::county::County;
use crate::reports::{self, Asked, Column, Line, Table};
use crate::restrict;
use domain::category::Category;
use domain::ids::AreaLevel;
use domain::period::Period;
use domain::problem::Problem;
use domain::time::Day;
use serde::Serialize;

/// A list as it is handed to a program: of what it is, as the table of figures says it, and the people.
#[derive(Serialize)]
struct Printed<'a> {
    duty: &'a str,
    title_zh: &'a str,
    title_en: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    period: Period,
    from: Day,
    last: Day,
    as_of: Day,
    column: Column,
    lines: &'a [Line],
}

/// The people behind a figure.
pub(super) async fn people(
    county: &County,
    asked: &Asked,
    table: &Table,
    column: Column,
    format: Format,
) -> Result<String, Problem> {
    let mut lines = reports::people(county, asked, column).await?;
    restrict::unname(county, &mut lines).await?;
    if format == Format::Json {
        let of = table;
        return json(&Printed {
            duty: &of.duty,
            title_zh: &of.title_zh,
            title_en: &of.title_en,
            category: of.category.as_deref(),
            period: of.period,
            from: of.from,
            last: of.last,
            as_of: of.as_of,
            column,
            lines: &lines,
        });
    }
    let csv = format == Format::Csv;
    let mut headings = vec![
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
    ];
    headings.extend(if csv { CODES.as_slice() } else { &[] });
    headings.extend(if csv { OF_WHAT.as_slice() } else { &[] });
    headings.push("记录");
    let mut columns = Columns::new(&headings);
    for line in &lines {
        let mut row = cells(line);
        row.extend(csv.then(|| codes(asked, line)).into_iter().flatten());
        row.extend(csv.then(|| of_what(table, column)).into_iter().flatten());
        row.push(line.person.to_string());
        columns.row(row);
    }
    let ahead = if asked.known < asked.question.as_of { "预计 · " } else { "" };
    let heading = format!(
        "{ahead}{} · 截至 {} · {} · {} · {} {} 人",
        asked.reference.areas.name(asked.question.area),
        asked.question.as_of,
        table.heading_zh(),
        table.period.zh(),
        column.zh(),
        lines.len()
    );
    Ok(if csv { columns.csv() } else { format!("{heading}\n\n{}", columns.text()) })
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
    ]
}

/// The codes behind the words, for spreadsheets; the record's id is the last column everywhere.
const CODES: [&str; 5] = ["乡镇代码", "村代码", "类别代码", "到期日", "超期天数"];

fn codes(asked: &Asked, line: &Line) -> [String; 5] {
    let mut above = asked.reference.areas.ancestors(line.village);
    let township = above.find(|area| area.level() == AreaLevel::Township);
    let code = |word: &String| {
        let known = Category::ALL.iter().find(|one| one.zh() == word);
        known.map_or_else(|| word.clone(), |one| one.code().to_owned())
    };
    [
        township.map(|area| area.to_string()).unwrap_or_default(),
        line.village.to_string(),
        line.categories.iter().map(code).collect::<Vec<_>>().join("、"),
        line.due_on.map(|day| day.to_string()).unwrap_or_default(),
        line.overdue_days.to_string(),
    ]
}

/// Of what the list is, in every row, in the words of the table of figures.
const OF_WHAT: [&str; 7] = ["走访要求", "只算类别", "统计期", "从", "到", "截至", "看哪一项"];

fn of_what(table: &Table, column: Column) -> [String; 7] {
    [
        table.title_zh.clone(),
        table.category.clone().unwrap_or_default(),
        table.period.to_string(),
        table.from.to_string(),
        table.last.to_string(),
        table.as_of.to_string(),
        column.zh().to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::{Question, ask, table};
    use crate::testing::{VILLAGE, World};

    #[tokio::test]
    async fn a_spreadsheet_of_people_has_the_codes_behind_the_words() {
        let world = World::new().await;
        let as_of = Day::of(crate::clock::now_ms());
        let duty = "elder_monthly".to_owned();
        let question = Question { area: VILLAGE, duty, period: None, category: None, as_of, silence: true };
        let asked = ask(&world.county, question).await.unwrap();
        let answer = table(&world.county, &asked).await.unwrap();
        let print =
            async |format| people(&world.county, &asked, &answer, Column::Register, format).await.unwrap();
        let csv = print(Format::Csv).await;
        let mut rows = csv.trim_start_matches('\u{feff}').lines();
        let heading: Vec<_> = rows.next().unwrap().trim().split(',').collect();
        let at = |name: &str| heading.iter().position(|one| *one == name).unwrap();
        let lines = reports::people(&world.county, &asked, Column::Register).await.unwrap();
        assert!(!lines.is_empty());
        for (row, line) in rows.zip(&lines) {
            let cells: Vec<_> = row.trim().split(',').collect();
            assert_eq!(cells[at("村代码")], VILLAGE.to_string());
            assert_eq!(cells[at("乡镇代码")], (VILLAGE.0 / 1000 * 1000).to_string());
            let codes: Vec<_> = cells[at("类别代码")].split('、').collect();
            let words: Vec<_> =
                codes.iter().map(|code| Category::from_code(code).unwrap().zh().to_owned()).collect();
            assert_eq!(words, line.categories);
            assert_eq!(cells[at("到期日")], line.due_on.unwrap().to_string());
            assert_eq!(cells[at("超期天数")], line.overdue_days.to_string());
            assert_eq!(*cells.last().unwrap(), line.person.to_string());
            let of_what = ["走访要求", "统计期", "从", "到", "截至", "看哪一项"].map(|name| cells[at(name)]);
            let (period, from) = (answer.period.to_string(), answer.from.to_string());
            let (last, day) = (answer.last.to_string(), as_of.to_string());
            assert_eq!(of_what, ["特殊困难老年人月探访", &period, &from, &last, &day, "名册"]);
        }
        let told: serde_json::Value = serde_json::from_str(&print(Format::Json).await).unwrap();
        for (key, value) in [("duty", "elder_monthly"), ("as_of", &as_of.to_string()), ("column", "register")]
        {
            assert_eq!(told[key], value, "{key}");
        }
        assert_eq!(told["period"], answer.period.to_string());
        assert_eq!(told["lines"].as_array().unwrap().len(), lines.len());
        assert!(!print(Format::Text).await.contains("村代码"));
    }
}
