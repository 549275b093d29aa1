//! `county-server reported …`: 情况变了, the township's word on it; 回来了; 拒访不计入.

use super::text::Table;
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::changes::{Case, Reported, Said, Word, list};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::open;
use crate::problem::wrong;
use crate::staff::{find, find_area};
use crate::stays::{Back, Refusal};
use domain::change::ChangeState;
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::time::Day;
use domain::visit::NotMet;
use std::process::ExitCode;

/// What can be asked about reported changes, and said of them.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 情况有变待确认：谁、什么情况、谁报告的 (what was reported at the door and waits for the township).
    List {
        /// 只看这个区划及以下：代码或全名 (only here and below: code or whole name).
        #[arg(long)]
        area: Option<String>,
        /// 看已经定了的 (those that were decided, instead).
        #[arg(long)]
        decided: bool,
    },
    /// 确认 (it is so).
    Confirm {
        #[command(flatten)]
        about: About,
        /// 从哪天起，不写用报告的那天 (since when; as it was reported when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        from: Option<Day>,
        /// 到哪天回来 (the first day back, when that is known).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        until: Option<Day>,
        /// 搬到本县哪个村：代码或全名 (to which village of this county somebody moved).
        #[arg(long)]
        village: Option<String>,
        /// 同一次报来的其他人，同样的情况一起确认；每个人仍可单独撤销，去世不行 (confirm the same of all whom the same
        /// report names; each can be taken back alone; no deaths).
        #[arg(long)]
        together: bool,
        /// 说明 (in words).
        #[arg(long, default_value = "")]
        words: String,
    },
    /// 不是这样；走访人看得到理由 (it is not so; the worker reads why).
    Reject {
        #[command(flatten)]
        about: About,
        /// 理由 (why).
        #[arg(long)]
        reason: String,
    },
    /// 撤销：一切恢复成定以前那样 (take the word back: everything is as before it).
    Undo {
        #[command(flatten)]
        about: About,
        /// 为什么撤销 (why).
        #[arg(long)]
        reason: String,
    },
    /// 回来了 (somebody has come back from a stay elsewhere).
    Back {
        /// 谁：编号 (who: the id).
        #[arg(value_parser = typed::record)]
        person: RecordId,
        /// 哪一次外出：编号 (which stay, by its id).
        stay: String,
        /// 从哪天起在家，不写是今天 (the first day back; today when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day, conflicts_with = "not")]
        until: Option<Day>,
        /// 其实还没回来 (they have not come back after all).
        #[arg(long)]
        not: bool,
        /// 谁决定：编号或姓名 (who decides: id or whole name).
        #[arg(long)]
        by: String,
    },
    /// 拒访不计入，县里才能定 (a refusal is recognised; the county's alone).
    Refusal {
        /// 谁：编号 (who: the id).
        #[arg(value_parser = typed::record)]
        person: RecordId,
        /// 从哪天起，不写是今天 (since when; today when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day, conflicts_with = "undo")]
        from: Option<Day>,
        /// 撤销 (take it back).
        #[arg(long)]
        undo: bool,
        /// 谁决定：编号或姓名 (who decides: id or whole name).
        #[arg(long)]
        by: String,
        /// 理由 (why).
        #[arg(long)]
        reason: String,
    },
}

/// Which change, and who decides.
#[derive(Debug, clap::Args)]
pub(super) struct About {
    /// 谁：编号，见 `reported list` (who: the id, as `list` shows it).
    #[arg(value_parser = typed::record)]
    person: RecordId,
    /// 什么情况：代号，见 `reported list` (which change: its code, as `list` shows it).
    change: String,
    /// 谁决定：编号或姓名 (who decides: id or whole name).
    #[arg(long)]
    by: String,
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let asked = match command {
        Command::List { area, decided } => return listed(config, area.as_deref(), decided).await,
        Command::Confirm { about, from, until, village, together, words } => {
            let known = staff::reference(config).await?;
            let village = village.map(|village| find_area(&known, &village)).transpose()?;
            let case = case(config, &about, true).await?;
            let said_of = case.reports.iter().any(|one| one.from.is_some());
            if from.is_none() && case.change == NotMet::Died.code() && !said_of {
                let zh = "报告里没有写去世的日子，请核对后用 --from 写明";
                return Err(wrong("--from", zh, "the report does not say the day of death: give it"));
            }
            let said = Said::So { from: from.unwrap_or(case.from), until, village };
            let also = if together { together_with(&case) } else { Vec::new() };
            word(config, about, (case, also), said, words).await?
        }
        Command::Reject { about, reason } => {
            let case = case(config, &about, true).await?;
            word(config, about, (case, Vec::new()), Said::NotSo, reason).await?
        }
        Command::Undo { about, reason } => {
            let case = case(config, &about, false).await?;
            word(config, about, (case, Vec::new()), Said::TakenBack, reason).await?
        }
        Command::Back { person, stay, until, not, by } => {
            let until = (!not).then(|| until.unwrap_or_else(today));
            Errand::Back(Back { person, stay, until, by: who(config, &by).await? })
        }
        Command::Refusal { person, from, undo, by, reason } => {
            let from = (!undo).then(|| from.unwrap_or_else(today));
            Errand::Refuse(Refusal { person, from, words: reason, by: who(config, &by).await? })
        }
    };
    match errand(config, asked).await? {
        Answer::Done => print("已写入。手机下次联系时看得到。\n"),
        _ => return Err(unexpected()),
    }
    Ok(ExitCode::SUCCESS)
}

/// A member of staff by what was typed.
pub(super) async fn who(config: &Config, by: &str) -> Result<RecordId, Problem> {
    find(&*staff::reference(config).await?, by)
}

async fn listed(config: &Config, area: Option<&str>, decided: bool) -> Outcome {
    let known = staff::reference(config).await?;
    let county = open::to_read(config)?;
    let area = area.map(|area| find_area(&known, area)).transpose()?;
    let area = area.unwrap_or_else(|| county.keys.county());
    let mut table = Table::new(&[
        "乡镇",
        "村",
        "姓名",
        "情况",
        "代号",
        "从哪天起",
        "谁报告的",
        "怎么定",
        "说明",
        "同一次报来的",
        "编号",
    ]);
    for one in list(&county, area, !decided, today()).await? {
        let change = NotMet::from_code(one.change).map_or(one.change, NotMet::zh);
        let state = ChangeState::from_code(one.state).map_or(one.state, ChangeState::zh);
        let by = one.reports.iter().map(|report| format!("{} {}", report.credit.zh(), report.day));
        table.row([
            one.who.township.clone(),
            one.who.village_name.clone(),
            one.who.name.clone(),
            change.to_owned(),
            one.change.to_owned(),
            one.from.to_string(),
            by.collect::<Vec<_>>().join("、"),
            state.to_owned(),
            one.words.clone(),
            one.also.iter().map(|other| other.name.as_str()).collect::<Vec<_>>().join("、"),
            one.who.person.to_string(),
        ]);
    }
    print(&table.text());
    Ok(ExitCode::SUCCESS)
}

/// The case that is named.
async fn case(config: &Config, about: &About, waits: bool) -> Result<Case, Problem> {
    let county = open::to_read(config)?;
    let all = list(&county, county.keys.county(), waits, today()).await?;
    let found = all.into_iter().find(|one| one.who.person == about.person && one.change == about.change);
    let none = || match waits {
        true => wrong(
            &about.change,
            "这个人没有这样的情况在等，见 `reported list`",
            "nothing of this waits for this person; see `reported list`",
        ),
        false => wrong(
            &about.change,
            "这个人的这种情况没有定过，见 `reported list --decided`",
            "this was not decided of this person; see `reported list --decided`",
        ),
    };
    found.ok_or_else(none)
}

/// Others of the same report of whom the same waits for a word.
fn together_with(case: &Case) -> Vec<Reported> {
    let same = case.also.iter().filter(|one| one.change == case.change && one.state == case.state);
    same.map(|one| Reported { person: one.person, parts: one.parts.clone() }).collect()
}

async fn word(
    config: &Config,
    about: About,
    (case, also): (Case, Vec<Reported>),
    said: Said,
    words: String,
) -> Result<Errand, Problem> {
    let parts = case.reports.iter().map(|report| report.part).collect();
    let by = who(config, &about.by).await?;
    Ok(Errand::Change(Box::new(Word { person: about.person, parts, also, said, words, by })))
}
