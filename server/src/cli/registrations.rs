//! `county-server registration …`: 主动发现, the township's word on it.

use super::changes::who;
use super::text::{Table, moment};
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::open;
use crate::problem::wrong;
use crate::registrations::{Said, Taking, Word, list};
use crate::staff::find_area;
use domain::change::Registration;
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::time::Day;
use std::process::ExitCode;

/// What can be asked about people who were registered at the door, and said of them.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 主动发现·待确认：走访人登记的人 (who was registered at the door and waits for the township).
    List {
        /// 只看这个区划及以下：代码或全名 (only here and below: code or whole name).
        #[arg(long)]
        area: Option<String>,
        /// 看已经定了的 (those that were decided, instead).
        #[arg(long)]
        decided: bool,
    },
    /// 纳入名册 (take somebody into the register).
    Take {
        /// 谁：编号，见 `registration list` (who: the id, as `list` shows it).
        #[arg(value_parser = typed::record)]
        person: RecordId,
        /// 类别和从哪天起，如 GL=2026-11-01，可写几个 (categories with their first days).
        #[arg(long, required = true, value_name = "CODE=DAY")]
        category: Vec<String>,
        /// 姓名 (the name as it stands on the ID).
        #[arg(long)]
        name: Option<String>,
        /// 身份证号 (the ID number).
        #[arg(long)]
        id_number: Option<String>,
        /// 户的编号 (the household).
        #[arg(long, value_parser = typed::record)]
        household: Option<RecordId>,
        /// 谁决定：编号或姓名 (who decides: id or whole name).
        #[arg(long)]
        by: String,
        /// 说明 (in words).
        #[arg(long, default_value = "")]
        words: String,
    },
    /// 不纳入；走访人看得到理由 (do not take somebody in; the worker reads why).
    Refuse(Reasoned),
    /// 撤销：回到待确认 (take the word back: they wait again).
    Undo(Reasoned),
}

/// Who, by whom, why.
#[derive(Debug, clap::Args)]
pub(super) struct Reasoned {
    /// 谁：编号，见 `registration list` (who: the id, as `list` shows it).
    #[arg(value_parser = typed::record)]
    person: RecordId,
    /// 谁决定：编号或姓名 (who decides: id or whole name).
    #[arg(long)]
    by: String,
    /// 理由 (why).
    #[arg(long)]
    reason: String,
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let (person, said, words, by) = match command {
        Command::List { area, decided } => return listed(config, area.as_deref(), decided).await,
        Command::Take { person, category, name, id_number, household, by, words } => {
            let categories = category.iter().map(|text| dated(text)).collect::<Result<_, _>>()?;
            let taking = Taking { name, id_number, household, categories, ..Taking::default() };
            (person, Said::Taken(Box::new(taking)), words, by)
        }
        Command::Refuse(Reasoned { person, by, reason }) => (person, Said::NotTaken, reason, by),
        Command::Undo(Reasoned { person, by, reason }) => (person, Said::TakenBack, reason, by),
    };
    let by = who(config, &by).await?;
    match errand(config, Errand::Registration(Box::new(Word { person, said, words, by }))).await? {
        Answer::Done => print("已写入。手机下次联系时看得到。\n"),
        _ => return Err(unexpected()),
    }
    Ok(ExitCode::SUCCESS)
}

/// A category with its first day.
fn dated(text: &str) -> Result<(String, Day), Problem> {
    let read = text.split_once('=').and_then(|(code, day)| Some((code.to_owned(), day.parse().ok()?)));
    read.ok_or_else(|| wrong(text, "类别写成 GL=2026-11-01", "a category is written GL=2026-11-01"))
}

async fn listed(config: &Config, area: Option<&str>, decided: bool) -> Outcome {
    let known = staff::reference(config).await?;
    let county = open::to_read(config)?;
    let area = area.map(|area| find_area(&known, area)).transpose()?;
    let area = area.unwrap_or_else(|| county.keys.county());
    let mut table =
        Table::new(&["乡镇", "村", "姓名", "谁登记的", "登记时间", "走访次数", "怎么定", "说明", "编号"]);
    for one in list(&county, area, !decided, today()).await? {
        table.row([
            one.who.township.clone(),
            one.who.village_name.clone(),
            one.who.name.clone(),
            one.found_by.clone(),
            moment(one.found_ms),
            one.visits.to_string(),
            Registration::from_code(one.state).map_or(one.state, Registration::zh).to_owned(),
            one.words.clone(),
            one.who.person.to_string(),
        ]);
    }
    print(&table.text());
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_typed_with_its_first_day() {
        assert_eq!(dated("GL=2026-11-01").unwrap(), ("GL".to_owned(), "2026-11-01".parse().unwrap()));
        assert!(dated("GL").is_err() && dated("GL=soon").is_err());
    }
}
