//! `county-server area …`.

use super::person::figures;
use super::text::Table;
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::area::{End, Plan, plan};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::{County, at_county};
use crate::open;
use crate::person::effects;
use crate::staff::find_area;
use domain::ids::{AreaCode, AreaLevel};
use domain::problem::Problem;
use domain::reference::Reference;
use domain::time::Day;
use std::process::ExitCode;

/// What can be done about divisions.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 有哪些区划 (the divisions).
    List {
        /// 只看这个区划和它下面的：代码或全名 (only this one and those below: code or whole name).
        #[arg(long)]
        area: Option<String>,
        /// 已撤的也列出 (those that have ended as well).
        #[arg(long)]
        all: bool,
    },
    /// 撤并：人、户、分工从那天起归入另一个 (an area ends; people, households and roles go over to another).
    End {
        /// 撤哪个村（或已没有村的乡镇）：代码或全名 (which village, or township without villages).
        area: String,
        /// 并入哪个：代码或全名 (what takes its place: code or whole name).
        #[arg(long, value_name = "AREA")]
        successor: String,
        /// 并入后的第一天 (the first day on which it exists no more).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        from: Day,
        /// 只说会改变什么，不写入 (tell what would change; write nothing).
        #[arg(long)]
        dry_run: bool,
    },
}

/// Lists, or tells what an end changes and then writes it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let reference = staff::reference(config).await?;
    let (area, successor, from, dry_run) = match command {
        Command::List { area, all } => {
            let area = area.map(|area| find_area(&reference, &area)).transpose()?;
            print(&listed(&reference, area, all));
            return Ok(ExitCode::SUCCESS);
        }
        Command::End { area, successor, from, dry_run } => (area, successor, from, dry_run),
    };
    let end =
        End { area: find_area(&reference, &area)?, successor: find_area(&reference, &successor)?, from };
    let county = open::to_read(config)?;
    // What would be is told beforehand; written it is on the day or later.
    let day = if dry_run { today().max(end.from) } else { today() };
    let planned = plan(&county, &end, day).await?;
    print(&told(&county, &end, &planned).await?);
    drop(county);
    if dry_run {
        print("没有写入（--dry-run）。\n");
        if end.from > today() {
            let from = end.from;
            print(&format!(
                "以上照现在的数据算。{from} 还没到，要到那一天或以后才能写入：请到时再写一次。\n"
            ));
        }
        return Ok(ExitCode::SUCCESS);
    }
    match errand(config, Errand::EndArea(end)).await? {
        Answer::Done => print("已写入。手机下次联系时换名单。\n"),
        _ => return Err(unexpected()),
    }
    Ok(ExitCode::SUCCESS)
}

fn listed(reference: &Reference, area: Option<AreaCode>, all: bool) -> String {
    let (areas, today) = (&reference.areas, today());
    let here = |code: AreaCode| area.is_none_or(|area| areas.within(code, area));
    let mut table = Table::new(&["代码", "名称", "级别", "从", "到", "并入", ""]);
    for one in areas.0.values().filter(|one| here(one.code)) {
        if !all && one.until.is_some_and(|until| until <= today) {
            continue;
        }
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        table.row([
            one.code.to_string(),
            one.name.clone(),
            level_zh(one.code.level()).to_owned(),
            day(one.from),
            day(one.until),
            one.successor.map(|code| code.to_string()).unwrap_or_default(),
            one.successor.map(|code| areas.name(code)).unwrap_or_default(),
        ]);
    }
    table.text()
}

fn level_zh(level: AreaLevel) -> &'static str {
    match level {
        AreaLevel::Province => "省",
        AreaLevel::Prefecture => "州市",
        AreaLevel::County => "县",
        AreaLevel::Township => "乡镇",
        AreaLevel::Village => "村",
    }
}

async fn told(county: &County, end: &End, plan: &Plan) -> Result<String, Problem> {
    let (_, _, reference, generations) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let name = |code| reference.areas.name(code);
    let mut text = format!("从 {} 起，{} → {}\n", end.from, name(end.area), name(end.successor));
    if plan.goes_on {
        text.push_str("已经撤并；还有没转过去的，接着转：\n");
    }
    let (people, households, roles) = (plan.people.len(), plan.households.len(), plan.assignments.len());
    text.push_str(&format!("服务对象 {people} 人、{households} 户、分工 {roles} 个\n"));
    for (old, new) in &plan.assignments {
        let member = reference.staff.get(&old.staff).map_or("", |one| &one.name);
        let known = if new.is_none() { "（在那里已有这个职责）" } else { "" };
        text.push_str(&format!("  {member} {}{known}\n", old.role.zh()));
    }
    if plan.contested > 0 {
        let count = plan.contested;
        text.push_str(&format!(
            "另有 {count} 个人或户，在哪个村填写不一致：不动。定下来以后再写一次这个命令。\n"
        ));
    }
    text.push_str(&format!(
        "{} 以前仍算在{}，从这一天起算在{}。",
        end.from,
        name(end.area),
        name(end.successor)
    ));
    text.push_str(&figures(&reference, &generations, &effects(county, &plan.people, today()).await?));
    Ok(text)
}
