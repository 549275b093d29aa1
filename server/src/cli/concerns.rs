//! `county-server concern …`: 发现的问题, the township's answer, the figures.

use super::changes::who;
use super::text::Table;
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::concerns::{Asked, Which, Word, figures, found, line};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::open;
use crate::problem::wrong;
use crate::staff::find_area;
use domain::concern::{ConcernKind, ConcernState};
use domain::ids::RecordId;
use domain::period::{Cadence, Cut, Period};
use domain::problem::Problem;
use domain::time::Day;
use std::process::ExitCode;

/// What can be asked about concerns, and said to them.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 列出；未成年人的、限制处理的，内容不显示 (list them; no words of children's, nor of whoever is restricted).
    List {
        /// 只看这个区划及以下：代码或全名 (only here and below: code or whole name).
        #[arg(long)]
        area: Option<String>,
        /// 哪些，不写是没办结的 (which; those that are not settled when nothing is said).
        #[arg(long, value_enum, default_value_t = Which::Unsettled)]
        which: Which,
        /// 只看这一类：代号 (only of this kind: its code).
        #[arg(long)]
        kind: Option<String>,
        /// 只看发现了这么多天的 (only what was found so many days ago).
        #[arg(long, value_name = "DAYS", value_parser = typed::number::<i32>)]
        older: Option<i32>,
    },
    /// 今年发现多少、办结多少、及时多少 (how many were found this year, settled, and settled in time).
    Figures {
        /// 哪里：代码或全名，不写是全县 (where: code or whole name; the whole county when nothing is said).
        #[arg(long)]
        area: Option<String>,
        /// 截至，不写是今天 (as of; today when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        as_of: Option<Day>,
    },
    /// 答复：处理中、已解决、解决不了 (answer: in hand, solved, cannot be solved).
    Answer {
        /// 哪一条：编号，见 `concern list` (which: the id, as `list` shows it).
        #[arg(value_parser = typed::record)]
        concern: RecordId,
        /// 怎么样了：in_hand、solved、unsolvable (how far it is).
        state: String,
        /// 谁来办 (who sees to it).
        #[arg(long, default_value = "")]
        handler: String,
        /// 到哪天 (by when).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        due: Option<Day>,
        /// 答复的话；走访人看得到 (in words: the worker reads them).
        #[arg(long, default_value = "")]
        words: String,
        /// 谁答复：编号或姓名 (who answers: id or whole name).
        #[arg(long)]
        by: String,
    },
    /// 撤销最近一次答复 (take the last answer back).
    Undo {
        /// 哪一条：编号 (which: the id).
        #[arg(value_parser = typed::record)]
        concern: RecordId,
        /// 谁撤销：编号或姓名 (who takes it back: id or whole name).
        #[arg(long)]
        by: String,
        /// 为什么撤销 (why).
        #[arg(long)]
        reason: String,
    },
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let word = match command {
        Command::List { area, which, kind, older } => {
            let kind = kind.map(|code| kind_of(&code)).transpose()?;
            return list(config, area.as_deref(), which, kind, older).await;
        }
        Command::Figures { area, as_of } => return counted(config, area.as_deref(), as_of).await,
        Command::Answer { concern, state, handler, due, words, by } => {
            let none = || wrong(&state, "写 in_hand、solved 或 unsolvable", "in_hand, solved or unsolvable");
            let state = Some(ConcernState::from_code(&state).ok_or_else(none)?);
            Word { concern, state, handler, due, words, seen: None, by: who(config, &by).await? }
        }
        Command::Undo { concern, by, reason } => {
            let (state, handler, due) = (None, String::new(), None);
            Word { concern, state, handler, due, words: reason, seen: None, by: who(config, &by).await? }
        }
    };
    match errand(config, Errand::Answer(Box::new(word))).await? {
        Answer::Done => print("已写入。手机下次联系时看得到。\n"),
        _ => return Err(unexpected()),
    }
    Ok(ExitCode::SUCCESS)
}

fn kind_of(code: &str) -> Result<ConcernKind, Problem> {
    let all: Vec<_> = ConcernKind::ALL.iter().map(|kind| kind.code()).collect();
    let none =
        || wrong(code, format!("写其中之一：{}", all.join("、")), format!("one of: {}", all.join(", ")));
    ConcernKind::from_code(code).ok_or_else(none)
}

async fn list(
    config: &Config,
    area: Option<&str>,
    which: Which,
    kind: Option<ConcernKind>,
    older: Option<i32>,
) -> Outcome {
    let known = staff::reference(config).await?;
    let county = open::to_read(config)?;
    let area = area.map(|area| find_area(&known, area)).transpose()?;
    let area = area.unwrap_or_else(|| county.keys.county());
    let asked = Asked { area, which, kind, from: None, to: None, as_of: today(), older };
    let (reference, kept) = found(&county, &asked).await?;
    let mut table = Table::new(&[
        "乡镇",
        "村",
        "姓名",
        "哪一类",
        "内容",
        "状态",
        "到哪天",
        "发现日",
        "发现人",
        "答复",
        "编号",
    ]);
    for one in &kept {
        let line = line(&county, &reference, one, today()).await?;
        let who = line.who.as_ref();
        table.row([
            who.map(|who| who.township.clone()).unwrap_or_default(),
            who.map(|who| who.village_name.clone()).unwrap_or_default(),
            who.map(|who| who.name.clone()).unwrap_or_default(),
            one.concern.kind.zh().to_owned(),
            line.shown_words(),
            if line.contested { "填写不一致" } else { one.concern.state.zh() }.to_owned(),
            line.due.map(|day| day.to_string()).unwrap_or_default(),
            line.found.to_string(),
            line.found_by,
            line.reply.unwrap_or_default(),
            line.concern.to_string(),
        ]);
    }
    print(&table.text());
    Ok(ExitCode::SUCCESS)
}

async fn counted(config: &Config, area: Option<&str>, as_of: Option<Day>) -> Outcome {
    let known = staff::reference(config).await?;
    let county = open::to_read(config)?;
    let area = area.map(|area| find_area(&known, area)).transpose()?;
    let area = area.unwrap_or_else(|| county.keys.county());
    let as_of = as_of.unwrap_or_else(today);
    let from = Period::containing(Cadence::Year, Cut::Natural, as_of).from();
    let mut table =
        Table::new(&["区划", "发现", "待处理", "处理中", "办结", "其中解决不了", "办结及时", "过了期没办结"]);
    for row in figures(&county, area, None, (from, as_of), as_of).await? {
        let counts =
            [row.found, row.open, row.in_hand, row.settled, row.unsolvable, row.in_time, row.overdue];
        table.row([row.name].into_iter().chain(counts.map(|count| count.to_string())));
    }
    print(&table.text());
    Ok(ExitCode::SUCCESS)
}
