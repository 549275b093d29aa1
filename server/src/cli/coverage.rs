//! `county-server coverage`: the sentence, the table, and what opens behind each figure.

mod lists;
mod opened;
mod rows;

use super::{Outcome, errand, hint, print, today, typed, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::{County, at_county};
use crate::duty::named;
use crate::opening::{Opening, not_this};
use crate::problem::wrong;
use crate::recorded::{unrecorded, with_note_en, with_note_zh};
use crate::reports::{Column, Question, ask, explain, table};
use crate::{clock, open, staff};
use domain::grant::OpeningReason;
use domain::ids::RecordId;
use domain::period::Period;
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use std::collections::BTreeSet;
use std::process::ExitCode;

/// What is asked, and how it is to be printed.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// 区划：代码或全名，不写是全县 (the area: code or whole name; the county when nothing is said).
    #[arg(long)]
    area: Option<String>,
    /// 走访要求的代号或中文全称；`*` 每人计一次 (the duty's name or whole Chinese title; `*` counts everybody once).
    #[arg(long, default_value = "*")]
    duty: String,
    /// 统计期：2026-11、2026-10+3（季）、2026-11@26；不写是截至日所在的 (the period; the one of `--as-of`).
    #[arg(long, value_parser = typed::period)]
    period: Option<Period>,
    /// 截至哪天，不写是今天 (facts up to the end of this day; today when nothing is said).
    #[arg(long, value_name = "DAY", value_parser = typed::day)]
    as_of: Option<Day>,
    /// 只算这一类别：代码或名称 (only people of this category: code or Chinese name).
    #[arg(long)]
    category: Option<String>,
    /// 打印成什么 (how it is printed).
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// 展开到哪一级 (down to where the rows go).
    #[arg(long, value_enum, default_value_t = Depth::Below)]
    open: Depth,
    /// 打开一个数字：背后的人，儿童名字遮盖 (open one figure: the people behind it, children's names masked).
    #[arg(long, value_enum, value_name = "FIGURE", conflicts_with_all = ["person", "visit", "open"])]
    list: Option<Column>,
    /// 怎么算的：一个数字数什么，按哪些天，依据什么 (how a figure is made: what it counts, over which days, by whose word).
    #[arg(long, value_enum, value_name = "FIGURE", conflicts_with_all = ["list", "person", "visit", "open"])]
    explain: Option<Column>,
    /// 打开一个人：到 --as-of 为止的走访 (open a person: their visits up to `--as-of`).
    #[arg(long, value_name = "ID", value_parser = typed::record,
        conflicts_with_all = ["visit", "area", "duty", "period", "category", "open"])]
    person: Option<RecordId>,
    /// 打开一次走访：每一项的来历 (open a visit: its parts, and the history of every field).
    #[arg(long, value_name = "ID", value_parser = typed::record,
        conflicts_with_all = ["area", "duty", "period", "category", "open", "as_of"])]
    visit: Option<RecordId>,
    /// 打开儿童的内容：批准查看的编号，和 --reason、--by 一起写 (open a child's answers: the grant, with --reason and --by).
    #[arg(long, value_name = "ID", value_parser = typed::record, requires_all = ["visit", "reason", "by"])]
    grant: Option<RecordId>,
    /// 查看事由，写进查看记录 (why they are opened: it goes to the access log).
    #[arg(long, value_parser = typed::opening_reason, requires = "grant")]
    reason: Option<OpeningReason>,
    /// 谁看：编号或姓名，要是批准给的那个人 (who reads: id or whole name; whom the grant was given to).
    #[arg(long, requires = "grant")]
    by: Option<String>,
}

/// How something is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// 给人看 (for people).
    Text,
    /// 给程序 (for programs).
    Json,
    /// 给电子表格 (for spreadsheets).
    Csv,
}

/// Down to where the rows of the table go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Depth {
    /// 下一级 (the divisions directly below the area).
    Below,
    /// 村 (villages).
    Village,
    /// 人：名册上所有人 (people: everybody of the register).
    Person,
}

/// Prints it.
pub(super) async fn run(config: &Config, options: &Options) -> Outcome {
    let county = open::to_read(config)?;
    let text = match (options.person, options.visit) {
        (Some(person), _) => {
            let as_of = options.as_of.unwrap_or_else(today);
            opened::person(&county, person, as_of, options.format).await.map_err(unknown(person))?
        }
        (None, Some(visit)) => {
            let parts = open_parts(config, &county, options, visit).await?;
            opened::visit(&county, visit, &parts, options.format).await.map_err(unknown(visit))?
        }
        (None, None) => figures(&county, options).await?,
    };
    print(&text);
    Ok(ExitCode::SUCCESS)
}

/// Which parts of children were opened, with the grant that was named: that is on disk now.
async fn open_parts(
    config: &Config,
    county: &County,
    options: &Options,
    visit: RecordId,
) -> Result<BTreeSet<RecordId>, Problem> {
    let (Some(grant), Some(reason), Some(by)) = (options.grant, options.reason, &options.by) else {
        return Ok(BTreeSet::new());
    };
    let by = staff::find(&*super::staff::reference(config).await?, by)?;
    let parts = opened::shut(county, visit).await.map_err(unknown(visit))?;
    if parts.is_empty() {
        hint("这次走访没有儿童的内容，不用批准；没有写查看记录。");
        return Ok(BTreeSet::new());
    }
    let opening = Opening { grant, parts, concerns: Vec::new(), person: None, reason, by };
    match errand(config, Errand::Open(opening)).await {
        Ok(Answer::Opened(parts)) => Ok(parts),
        Ok(_) => Err(unexpected()),
        Err(problem) if [ProblemCode::GrantMissing, ProblemCode::NothingFound].contains(&problem.code) => {
            Err(not_this(county, by, today()).await?)
        }
        Err(problem) => Err(problem),
    }
}

/// What opens nothing is told with where ids stand.
fn unknown(id: RecordId) -> impl Fn(Problem) -> Problem {
    move |problem| match problem.code {
        ProblemCode::NothingFound => {
            let zh = "没有这个编号的记录；人的编号在 `--list` 最后一列，走访的在 `--person` 最后一列";
            let en =
                "no record has this id; of people `--list` shows them, of visits `--person`: the last column";
            wrong(id, zh, en)
        }
        _ => problem,
    }
}

async fn figures(county: &County, options: &Options) -> Result<String, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let area = match &options.area {
        Some(text) => staff::find_area(&reference, text)?,
        None => county.keys.county(),
    };
    let question = Question {
        area,
        duty: named(&reference, &options.duty),
        period: options.period,
        category: options.category.clone(),
        as_of: options.as_of.unwrap_or_else(today),
        silence: true,
    };
    let asked = ask(county, question).await?;
    if let Some(column) = options.explain {
        let told = explain(&asked, column);
        return match options.format {
            Format::Json => json(&told),
            _ => {
                let duties = told.duties_zh.iter().map(|title| format!("  {title}\n")).collect::<String>();
                Ok(format!("{}\n{}\n{duties}", told.definition_zh, told.source_zh))
            }
        };
    }
    let answer = table(county, &asked).await?;
    let list = options.list.or((options.open == Depth::Person).then_some(Column::Register));
    match list {
        None => {
            let now_ms = clock::now_ms();
            let note = unrecorded(county, &asked, Day::of(now_ms)).await?;
            let sentences = rows::Sentences {
                zh: with_note_zh(note.as_ref(), answer.sentence_zh(now_ms)),
                en: with_note_en(note.as_ref(), answer.sentence_en(now_ms)),
            };
            rows::print(&asked, &answer, sentences, options.format, options.open)
        }
        Some(Column::Overdue) if asked.rolling.is_empty() => {
            let zh = "“现已超期”只有按天数到期的要求才有，按月、按季的和“*”没有；请用 --duty 写其中一项（重算完成以前也没有）";
            let en = "only a duty that falls due by days has people who are overdue, none by month or quarter, nor `*`: \
                name one with `--duty` (there is none either until figures are built anew)";
            Err(wrong("--list", zh, en))
        }
        Some(column) => lists::people(county, &asked, &answer, column, options.format).await,
    }
}

/// JSON for programs, with a line break at its end.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, Problem> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|_| Problem::new(ProblemCode::Internal).with("reference", "JSON"))?;
    Ok(format!("{text}\n"))
}
