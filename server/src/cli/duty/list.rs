//! `county-server duty list` and `show`.

use super::words::{cadence_zh, categories_zh, fields, spoken};
use crate::cli::coverage::{Format, json};
use crate::cli::text::{Table, moment};
use crate::cli::{Outcome, print, today};
use crate::config::Config;
use crate::county::{County, at_county};
use crate::duty::named;
use crate::fields::author_zh;
use crate::open;
use crate::reports::no_duty;
use crate::staff::find_area;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Generations;
use domain::coverage::rules::{ANY_DUTY, Rules};
use domain::duty::Duty;
use domain::head::Write;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::time::Day;
use std::process::ExitCode;

/// Prints the rules that hold in an area, or of all areas.
pub(super) async fn list(config: &Config, area: Option<&str>, all: bool, format: Format) -> Outcome {
    let county = open::to_read(config)?;
    let (_, _, reference, generations) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut rules: Vec<Duty> = match area {
        None => reference.duties.values().cloned().collect(),
        Some(area) => {
            let (area, known) = (find_area(&reference, area)?, Rules::of(&reference));
            let names = known.names().filter(|name| *name != ANY_DUTY);
            names.flat_map(|name| known.at(name, area).to_vec()).collect()
        }
    };
    let today = today();
    rules.retain(|rule| all || (rule.holds_ever() && lasts(rule, today)));
    rules.sort_by(|one, other| (&one.duty, one.area, one.from).cmp(&(&other.duty, other.area, other.from)));
    match format {
        Format::Text => {
            print(&table(&rules, &reference, today, false).text());
            print(&building(&generations));
        }
        Format::Csv => print(&table(&rules, &reference, today, true).csv()),
        Format::Json => print(&json(&rules)?),
    }
    Ok(ExitCode::SUCCESS)
}

/// What stands over the list.
const HEADINGS: [&str; 18] = [
    "要求",
    "名称",
    "种类",
    "对象",
    "方式",
    "见到谁",
    "多久一次",
    "口径",
    "在册天数",
    "职责",
    "区划",
    "",
    "从",
    "到",
    "状态",
    "效力",
    "依据",
    "停止的依据",
];

/// Over the codes that a spreadsheet has behind the words.
const CODES: [&str; 8] = [
    "种类的代号",
    "对象的代号",
    "方式的代号",
    "见到谁的代号",
    "多久一次的代号",
    "口径的代号",
    "职责的代号",
    "效力的代号",
];

/// Rules in words; with their codes behind them.
fn table(rules: &[Duty], reference: &Reference, today: Day, codes: bool) -> Table {
    let mut table = Table::new(&[&HEADINGS[..], if codes { &CODES } else { &[] }].concat());
    for rule in rules {
        let words = [
            rule.duty.clone(),
            rule.title_zh.clone(),
            rule.kind.zh().to_owned(),
            categories_zh(rule),
            spoken(&rule.ways, |way| way.zh()),
            spoken(&rule.mets, |met| met.zh()),
            cadence_zh(rule.cadence),
            rule.cut.zh().to_owned(),
            rule.enrolled_days_min.to_string(),
            spoken(&rule.roles, |role| role.zh()),
            rule.area.to_string(),
            reference.areas.name(rule.area),
            rule.from.to_string(),
            rule.until.map(|until| until.to_string()).unwrap_or_default(),
            state(rule, today),
            rule.strength().zh().to_owned(),
            rule.source.clone(),
            rule.ended_source.clone(),
        ];
        let behind = || {
            [
                rule.kind.code().to_owned(),
                rule.categories.join(","),
                joined(&rule.ways, |way| way.code()),
                joined(&rule.mets, |met| met.code()),
                rule.cadence.to_string(),
                rule.cut.code().to_owned(),
                joined(&rule.roles, |role| role.code()),
                rule.strength.clone(),
            ]
        };
        table.row(words.into_iter().chain(codes.then(behind).into_iter().flatten()));
    }
    table
}

/// Codes as they are typed.
fn joined<T: Copy>(of: &[T], code: impl Fn(T) -> &'static str) -> String {
    of.iter().map(|one| code(*one)).collect::<Vec<_>>().join(",")
}

/// Whether a rule is in force, or will be.
fn lasts(rule: &Duty, today: Day) -> bool {
    rule.until.is_none_or(|until| today < until)
}

/// What became of a rule.
fn state(rule: &Duty, today: Day) -> String {
    if !rule.holds_ever() {
        return "没有实行过（被替换或撤下）".to_owned();
    }
    let last = rule.until.map(|until| format!("到 {} 为止", until.plus(-1)));
    if !lasts(rule, today) {
        return last.unwrap_or_default();
    }
    let now = if rule.from <= today { "有效" } else { "以后生效" };
    [now.to_owned()].into_iter().chain(last).collect::<Vec<_>>().join("，")
}

/// Who wrote a rule and when, and who said last until when it holds, as far as the ledger's head tells it.
async fn authors(county: &County, reference: &Reference, rule: &Duty) -> Result<String, Problem> {
    let record = RecordRef { kind: RecordKind::Duty, id: rule.id };
    let Some(row) = county.stores.ledger.record(record).await.map_err(at_county)? else {
        return Ok(String::new());
    };
    let said = |write: &Write| {
        let name = author_zh(reference, write.author);
        format!("{name}，{}", moment(write.at_ms))
    };
    let fields = &row.head.fields;
    let written = fields.values().flatten().min_by_key(|write| (write.at_ms, write.dot()));
    let mut text = written.map(|write| format!("  谁写的：{}\n", said(write))).unwrap_or_default();
    let ended = fields.get(keys::UNTIL).into_iter().flatten().max_by_key(|write| (write.at_ms, write.dot()));
    if let Some(write) = ended.filter(|write| written.is_some_and(|first| first.dot() != write.dot())) {
        text.push_str(&format!("  谁定的到哪天：{}\n", said(write)));
    }
    Ok(text)
}

/// What the figures stand by, when it is not what the list says.
fn building(generations: &Generations) -> String {
    let Some((span, _)) = generations.building() else { return String::new() };
    let duties: Vec<_> = span.duties.iter().map(String::as_str).collect();
    format!(
        "正在按新要求重算（第 {} 代，{} 起，{}）：完成以前，数字仍按原要求。\n",
        span.number,
        span.from,
        duties.join("、")
    )
}

/// Prints every rule of a duty.
pub(super) async fn show(config: &Config, name: &str) -> Outcome {
    let county = open::to_read(config)?;
    let (_, _, reference, generations) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    if named(&reference, name) == ANY_DUTY {
        print(
            "* 任一要求：由所有走访要求合成，每人只计一次，其中任一项算走访过即为已走访，只按月统计；不能单独更改。\n",
        );
        return Ok(ExitCode::SUCCESS);
    }
    let name = &named(&reference, name);
    let mut rules: Vec<&Duty> = reference.duties.values().filter(|rule| rule.duty == *name).collect();
    rules.sort_by_key(|rule| (rule.area, rule.from, rule.id));
    if rules.is_empty() {
        let known = reference.duty_names();
        return Err(no_duty(&reference, name, known.iter().map(String::as_str)));
    }
    let today = today();
    if !rules.iter().any(|rule| rule.holds_on(today)) {
        print(&format!("{name}：今天哪里都没有实行。\n"));
    }
    for rule in rules {
        let (code, area) = (rule.area, reference.areas.name(rule.area));
        let mut text = format!("{name} · {code} {area} · 从 {} 起 · {}\n", rule.from, state(rule, today));
        let said = fields(rule).into_iter().filter(|(name, value)| !value.is_empty() && *name != "到");
        said.for_each(|(name, value)| text.push_str(&format!("  {name}：{value}\n")));
        text.push_str(&authors(&county, &reference, rule).await?);
        print(&text);
    }
    print(&building(&generations));
    Ok(ExitCode::SUCCESS)
}
