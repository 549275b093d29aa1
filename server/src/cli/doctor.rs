//! `county-server doctor`.

use super::text::Table;
use super::{Outcome, print, today, typed};
use crate::config::Config;
use crate::doctor::{examine, known_at};
use crate::open;
use crate::problem::wrong;
use crate::reports::{Question, ask, table};
use domain::coverage::reading::Row;
use domain::time::Day;
use std::process::ExitCode;

/// What is to be looked at.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// 改为打印某天当时所知的数字 (instead: the figures as they were known at the end of this day).
    #[arg(long, value_name = "DAY", value_parser = typed::day, requires = "duty")]
    known_at: Option<Day>,
    /// 走访要求的代号或 `*`，配 --known-at 用 (the duty's name, or `*`: with `--known-at`).
    #[arg(long)]
    duty: Option<String>,
    /// 统计期，配 --known-at 用 (the period: with `--known-at`; the one of that day when nothing is said).
    #[arg(long, requires = "known_at", value_parser = typed::period)]
    period: Option<domain::period::Period>,
}

/// Looks, and says what differs.
pub(super) async fn run(config: &Config, options: &Options) -> Outcome {
    let county = open::to_read(config)?;
    if let (Some(day), Some(duty)) = (options.known_at, &options.duty) {
        return then(config, day, duty, options.period).await;
    }
    let findings = examine(&county, &config.data).await?;
    for word in &findings.file {
        print(&format!("{}: {word}\n", config.data.database().display()));
    }
    if !findings.file.is_empty() {
        return Err(open::damaged(&config.data));
    }
    for row in &findings.rows {
        print(&format!("{row}\n"));
    }
    if findings.is_empty() {
        print("核对无误：存着的和从头重算的一样。\n");
        return Ok(ExitCode::SUCCESS);
    }
    let count = findings.rows.len();
    print(&format!(
        "以上 {count} 处和从头重算的不一样。服务正忙时刚变的行也会列出：过一会儿再跑一次；还在就把这份输出交给维护的人。\n"
    ));
    Ok(ExitCode::from(1))
}

async fn then(config: &Config, day: Day, duty: &str, period: Option<domain::period::Period>) -> Outcome {
    if day >= today() {
        let zh = format!("要写今天以前的日子：{day} 知道些什么，还没有定下来");
        let en = format!("a day before today: what is known on {day} is not settled yet");
        return Err(wrong("--known-at", zh, en));
    }
    let county = open::to_read(config)?;
    let question = Question {
        area: county.keys.county(),
        duty: duty.to_owned(),
        period,
        category: None,
        as_of: day,
        // Nobody is silent here: what was known then did not know how phones would go on.
        silence: false,
    };
    let asked = ask(&county, question).await?;
    let now = table(&county, &asked).await?;
    let known = known_at(&county, duty, asked.period, day).await?;
    let mut rows = Table::new(&[
        "",
        "名册",
        "不计入",
        "应走访",
        "已走访",
        "上门",
        "情况有变",
        "去过未见到",
        "还没去（含未回传）",
    ]);
    rows.row(line(&format!("{day} 当时所知"), &known.total));
    rows.row(line(&format!("{day} 现在所知"), &now.total));
    let title = format!("{} · {}", asked.rule.title_zh, asked.period.zh());
    print(&format!("{title}\n{}{NOT_COMPARED}\n", rows.text()));
    Ok(ExitCode::SUCCESS)
}

/// What both lines leave out, and where it is asked.
const NOT_COMPARED: &str = "手机未回传在这里不比，两行都算在“还没去”里：它只看哪几天联系过县里，后来传到的走访不改变它；\
要看那天的，用 coverage --as-of。上期漏访、填写不一致、现已超期也不比。";

fn line(name: &str, row: &Row) -> [String; 9] {
    let numbers = [
        row.register,
        row.not_counted(),
        row.due,
        row.met,
        row.met_home,
        row.change_pending,
        row.tried,
        row.not_yet + row.silent,
    ];
    let [register, excluded, due, met, home, change, tried, open] = numbers.map(|number| number.to_string());
    [name.to_owned(), register, excluded, due, met, home, change, tried, open]
}
