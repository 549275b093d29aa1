//! `county-server duty list` and `show`.

use super::words::{cadence_zh, codes, fields};
use crate::cli::text::Table;
use crate::cli::{Outcome, print, today};
use crate::config::Config;
use crate::county::at_county;
use crate::open;
use crate::reports::no_duty;
use crate::staff::find_area;
use domain::coverage::Generations;
use domain::coverage::rules::{ANY_DUTY, Rules};
use domain::duty::Duty;
use domain::time::Day;
use std::process::ExitCode;

/// Prints the rules that hold in an area, or of all areas.
pub(super) async fn list(config: &Config, area: Option<&str>, all: bool) -> Outcome {
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
    rules.retain(|rule| rule.holds_ever() && (all || lasts(rule, today)));
    rules.sort_by(|one, other| (&one.duty, one.area, one.from).cmp(&(&other.duty, other.area, other.from)));
    let headings = [
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
        "效力",
        "依据",
    ];
    let mut table = Table::new(&headings);
    for rule in rules {
        table.row([
            rule.duty,
            rule.title_zh,
            rule.kind.zh().to_owned(),
            rule.categories.join(","),
            codes(&rule.ways, |way| way.code()),
            codes(&rule.mets, |met| met.code()),
            cadence_zh(rule.cadence),
            rule.cut.zh().to_owned(),
            rule.enrolled_days_min.to_string(),
            codes(&rule.roles, |role| role.zh()),
            rule.area.to_string(),
            reference.areas.name(rule.area),
            rule.from.to_string(),
            rule.until.map(|until| until.to_string()).unwrap_or_default(),
            rule.strength,
            rule.source,
        ]);
    }
    print(&table.text());
    print(&state(&generations));
    Ok(ExitCode::SUCCESS)
}

/// Whether a rule is in force, or will be.
fn lasts(rule: &Duty, today: Day) -> bool {
    rule.until.is_none_or(|until| today < until)
}

/// What the figures stand by, when it is not what the list says.
fn state(generations: &Generations) -> String {
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
    if name == ANY_DUTY {
        print(
            "* 任一要求：由所有走访要求合成，每人只计一次，其中任一项算走访过即为已走访，只按月统计；不能单独更改。\n",
        );
        return Ok(ExitCode::SUCCESS);
    }
    let mut rules: Vec<&Duty> = reference.duties.values().filter(|rule| rule.duty == name).collect();
    rules.sort_by_key(|rule| (rule.area, rule.from, rule.id));
    if rules.is_empty() {
        let known = reference.duty_names();
        return Err(no_duty(name, known.iter().map(String::as_str)));
    }
    // One that was ended before it began was never in force.
    for rule in rules.into_iter().filter(|rule| rule.holds_ever()) {
        let until = rule.until.map_or_else(|| "今后".to_owned(), |until| format!("{until} 前"));
        let (code, area) = (rule.area, reference.areas.name(rule.area));
        let mut text = format!("{name} · {code} {area} · {} 至 {until}\n", rule.from);
        let said = fields(rule).into_iter().filter(|(name, value)| !value.is_empty() && *name != "到");
        said.for_each(|(name, value)| text.push_str(&format!("  {name}：{value}\n")));
        print(&text);
    }
    print(&state(&generations));
    Ok(ExitCode::SUCCESS)
}
