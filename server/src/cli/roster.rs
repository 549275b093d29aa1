//! `county-server staff import`.

use super::text::Table;
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::problem::{not_read, wrong};
use crate::roster::{Planned, Roster, Step, plan, read};
use domain::problem::Problem;
use domain::time::Day;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which file, and whether it is meant.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// 名单文件，CSV UTF-8，第一行写 姓名,角色,村,电话 (the file: CSV in UTF-8).
    file: PathBuf,
    /// 写入；不写这个只说会做什么 (do it; else it is only told what would be done).
    #[arg(long)]
    apply: bool,
    /// 新分工从哪天起，不写是今天 (the first day of new roles; today when nothing is said).
    #[arg(long, value_name = "DAY", value_parser = typed::day)]
    from: Option<Day>,
}

/// Tells, or does, what the file says.
pub(super) async fn run(config: &Config, options: &Options) -> Outcome {
    let file = options.file.display().to_string();
    let bytes = std::fs::read(&options.file).map_err(|error| {
        let (zh, en) = not_read(&error);
        wrong(&file, zh, en)
    })?;
    let (rows, broken) = read(&file, &bytes)?;
    let reference = staff::reference(config).await?;
    let unread: Vec<_> = broken.iter().flat_map(|row| row.problems(&reference, &file)).collect();
    let from = options.from.unwrap_or_else(today);
    let roster = if options.apply {
        match errand(config, Errand::Roster { file, rows, from }).await? {
            Answer::Roster(roster) => roster,
            _ => return Err(unexpected()),
        }
    } else {
        plan(&reference, &file, &rows, from)
    };
    print(&told(&roster, &unread, options.apply));
    let all_well = unread.is_empty() && roster.wrong.is_empty();
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn told(roster: &Roster, unread: &[Problem], applied: bool) -> String {
    let mut table = Table::new(&["行", "姓名", "角色", "区划", ""]);
    for Planned { row, area, step, namesake, .. } in &roster.planned {
        let step = match step {
            Step::Known => "已有",
            Step::Role => "新增分工",
            Step::Person if *namesake => "新增人员和分工（县里有同名的人，电话不同）",
            Step::Person => "新增人员和分工",
        };
        let area = format!("{} {area}", row.area);
        table.row([row.line.to_string(), row.name.clone(), row.role.zh().to_owned(), area, step.to_owned()]);
    }
    let mut text = table.text();
    for problem in unread.iter().chain(&roster.wrong) {
        text.push_str(&format!("{}\n{}\n", problem.zh(), problem.en()));
    }
    let count = |step| roster.planned.iter().filter(|one| one.step == step).count();
    // Of one row several things may be wrong.
    let rows: BTreeSet<_> = unread.iter().chain(&roster.wrong).map(|one| one.params.get("row")).collect();
    let (known, wrong) = (count(Step::Known), rows.len());
    let new = roster.planned.len() - known;
    let done = match (applied, new) {
        (_, 0) => "没有要改的",
        (true, _) => "已写入",
        (false, _) => "还没有写入；确认后加 --apply",
    };
    text.push_str(&format!("新增 {new} 行，已有 {known} 行，有错 {wrong} 行。{done}。\n"));
    text
}
