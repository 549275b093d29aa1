//! `county-server doctor`.

use super::text::Table;
use super::{Outcome, hint, print, tell, today, typed};
use crate::config::Config;
use crate::doctor::{known_at, pages, rows};
use crate::open;
use crate::problem::wrong;
use crate::reports::{Question, ask, table};
use domain::coverage::reading::Row;
use domain::time::Day;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use store::audit::Step;

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
    hint(&format!("1/{STEPS} {FILE}"));
    let words = pages(&county, &config.data).await?;
    if !words.is_empty() {
        tell(&open::damaged(&config.data));
        hint(&details(&words));
        return Ok(ExitCode::from(2));
    }
    let mut progress = Progress::default();
    let mut listener = |step, done| {
        if let Some(line) = progress.line(step, done, Instant::now()) {
            hint(&line);
        }
    };
    let findings = rows(&county, &mut listener).await?;
    for row in &findings {
        print(&format!("{row}\n"));
    }
    if findings.is_empty() {
        print("核对无误：存着的和从头重算的一样。\n");
        return Ok(ExitCode::SUCCESS);
    }
    let count = findings.len();
    print(&format!(
        "以上 {count} 处和从头重算的不一样。服务正忙时刚变的行也会列出：过一会儿再跑一次；还在就把这份输出交给维护的人。\n"
    ));
    Ok(ExitCode::from(1))
}

/// The steps, with the one before rows are read.
const STEPS: usize = 8;

const FILE: &str = "数据库文件：每一页";

/// What a step looks at, by which number, and what it counts.
fn words(step: Step) -> (usize, &'static str, &'static str) {
    match step {
        Step::Ledger => (2, "账本：每一条和前一条接不接得上", "条"),
        Step::Records => (3, "每条记录：从它的全部改动重算", "条"),
        Step::Places => (4, "每条记录：放在哪里、谁能拿到", "条"),
        Step::Feeds => (5, "发给手机的名单：按村一份份核对", "份"),
        Step::Parts => (6, "每次走访里的每个人", "条"),
        Step::People => (7, "每个人：各项要求各期走访了没有", "人"),
        Step::Figures => (8, "走访情况的每个数字", "个"),
    }
}

/// What whoever waits is told: each step when it begins, and how far it is when it goes on and on.
#[derive(Default)]
struct Progress {
    said: Option<(Step, Instant)>,
}

impl Progress {
    const EVERY: Duration = Duration::from_secs(5);

    fn line(&mut self, step: Step, done: u64, now: Instant) -> Option<String> {
        let (number, looked_at, unit) = words(step);
        let line = match self.said {
            Some((before, at)) if before == step => {
                let due = now.duration_since(at) >= Self::EVERY;
                due.then(|| format!("    已核对 {done} {unit} …"))?
            }
            _ => format!("{number}/{STEPS} {looked_at}"),
        };
        self.said = Some((step, now));
        Some(line)
    }
}

/// Of a file that is damaged in many places so many are shown.
const DETAILS_MAX: usize = 10;

/// What SQLite says of a damaged file, for whoever knows to read it.
fn details(words: &[String]) -> String {
    let shown = words.iter().take(DETAILS_MAX).map(|word| format!("    {word}"));
    let mut lines = vec![format!("细节（{} 处）：", words.len())];
    lines.extend(shown);
    if words.len() > DETAILS_MAX {
        lines.push(format!("    … 还有 {} 处", words.len() - DETAILS_MAX));
    }
    lines.join("\n")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_hears_of_each_step_and_not_of_each_page() {
        let (mut progress, begun) = (Progress::default(), Instant::now());
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert_eq!(progress.line(Step::Ledger, 0, at(0)).unwrap(), "2/8 账本：每一条和前一条接不接得上");
        assert_eq!(progress.line(Step::Ledger, 500, at(4)), None);
        assert_eq!(progress.line(Step::Ledger, 1_000, at(5)).unwrap(), "    已核对 1000 条 …");
        assert_eq!(progress.line(Step::Ledger, 1_500, at(9)), None, "five seconds since the last word");
        assert!(progress.line(Step::Records, 0, at(9)).unwrap().starts_with("3/8 "));
    }

    #[test]
    fn of_many_damaged_places_a_few_are_shown_and_all_are_counted() {
        let places = |count: u32| (0..count).map(|page| format!("page {page}")).collect::<Vec<_>>();
        let (few, many) = (details(&places(2)), details(&places(149)));
        assert_eq!(few, "细节（2 处）：\n    page 0\n    page 1");
        assert!(many.starts_with("细节（149 处）：") && many.ends_with("… 还有 139 处"), "{many}");
        assert_eq!(many.lines().count(), 12);
    }
}
