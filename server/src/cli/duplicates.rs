//! `county-server duplicates …`.

use super::text::{Table, moment};
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::{County, at_county};
use crate::decide::Retraction;
use crate::duplicates::{Apart, Merging, Pair};
use crate::open;
use crate::register::Register;
use crate::reports::waiting::merged;
use crate::staff::{find, find_area};
use domain::catalogue::RecordKind;
use domain::ids::{AreaCode, RecordId};
use domain::mask;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::subject::Person;
use std::process::ExitCode;

/// How many mergings are printed.
const PAGE: usize = 50;

/// What can be done about likely duplicates.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 看起来是同一个人的，两份一行；儿童姓名遮盖 (pairs that look like one person; children's names are masked).
    List {
        /// 只看这个区划及以下：代码或全名 (only here and below: code or whole name).
        #[arg(long)]
        area: Option<String>,
    },
    /// 合并过的，和撤销了的 (what was merged, and what of it was taken back).
    History {
        /// 只看这个区划及以下：代码或全名 (only here and below: code or whole name).
        #[arg(long)]
        area: Option<String>,
    },
    /// 两份是同一个人：并成一份 (both are one person: merge them).
    Merge {
        /// 并过去的那份：编号 (the record that is merged: its id).
        #[arg(value_parser = typed::record)]
        person: RecordId,
        /// 留下的那份：编号 (the one that stays: its id).
        #[arg(value_parser = typed::record)]
        into: RecordId,
        /// 带到留下的那份的项：代号，可以写几次 (a field that is taken over: its key; may be given several times).
        #[arg(long, value_name = "FIELD")]
        take: Vec<String>,
        /// 谁：编号或姓名 (who: id or whole name).
        #[arg(long)]
        by: String,
        /// 为什么 (why).
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// 撤销一次合并 (take a merging back).
    Undo {
        /// 哪一次：`duplicates history` 的编号 (which, as `history` names it).
        decision: RecordId,
        /// 谁撤销：编号或姓名 (who takes it back: id or whole name).
        #[arg(long)]
        by: String,
        /// 为什么撤销 (why).
        #[arg(long)]
        reason: String,
    },
    /// 两份不是同一个人，不再提示 (they are two people, and are not suggested again).
    Apart {
        /// 一份：编号 (one: its id).
        #[arg(value_parser = typed::record)]
        person: RecordId,
        /// 另一份：编号 (the other: its id).
        #[arg(value_parser = typed::record)]
        other: RecordId,
        /// 撤销这句话，重新提示 (take that back: they are suggested again).
        #[arg(long)]
        back: bool,
        /// 谁：编号或姓名 (who: id or whole name).
        #[arg(long)]
        by: String,
        /// 为什么 (why).
        #[arg(long, default_value = "")]
        reason: String,
    },
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    match command {
        Command::List { area } => {
            let county = open::to_read(config)?;
            let area = here(config, &county, area).await?;
            let found = Register::default().alike(&county, area).await?;
            print(&listed(&county, &found).await?);
        }
        Command::History { area } => {
            let county = open::to_read(config)?;
            let area = here(config, &county, area).await?;
            print(&history(&county, area).await?);
        }
        Command::Merge { person, into, take, by, reason } => {
            let by = find(&*staff::reference(config).await?, &by)?;
            let word = Merging { person, into, takes: take.into_iter().collect(), reason, by };
            let Answer::Made(decision) = errand(config, Errand::Merge(word)).await? else {
                return Err(unexpected());
            };
            print(&format!("已合并，手机下次联系时换名单。撤销时写这个编号：{decision}\n"));
        }
        Command::Undo { decision, by, reason } => {
            let by = find(&*staff::reference(config).await?, &by)?;
            let word = Retraction { decision, reason, by };
            let Answer::Decided(_) = errand(config, Errand::Undo(word)).await? else {
                return Err(unexpected());
            };
            print("已撤销，两份记录都恢复原样。手机下次联系时改回来。\n");
        }
        Command::Apart { person, other, back, by, reason } => {
            let by = find(&*staff::reference(config).await?, &by)?;
            let word = Apart { person, other, apart: !back, reason, by };
            let Answer::Done = errand(config, Errand::Apart(word)).await? else { return Err(unexpected()) };
            print(if back {
                "已撤销，重新列为可能重复。\n"
            } else {
                "已记下：不是同一个人，不再提示。\n"
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn here(config: &Config, county: &County, area: Option<String>) -> Result<AreaCode, Problem> {
    match area {
        Some(area) => find_area(&*staff::reference(config).await?, &area),
        None => Ok(county.keys.county()),
    }
}

async fn listed(county: &County, pairs: &[Pair]) -> Result<String, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut table = Table::new(&["姓名", "村", "留下的", "并过去的", "为什么", ""]);
    for pair in pairs {
        let record = RecordRef { kind: RecordKind::Person, id: pair.stays };
        let row = county.stores.ledger.record(record).await.map_err(at_county)?;
        let Some(person) = row.map(|row| Person::read(pair.stays, &row.head)) else { continue };
        let name = if person.is_minor_on(today()) { mask::name(&person.name) } else { person.name.clone() };
        table.row([
            name,
            person.counted_in().map(|village| reference.areas.name(village)).unwrap_or_default(),
            pair.stays.to_string(),
            pair.goes.to_string(),
            pair.why.iter().map(|why| why.zh()).collect::<Vec<_>>().join("；"),
            if pair.apart { "不是同一个人".to_owned() } else { String::new() },
        ]);
    }
    Ok(table.text())
}

async fn history(county: &County, area: AreaCode) -> Result<String, Problem> {
    let mut table = Table::new(&["时间", "谁", "姓名", "区划", "为什么", "撤销", "编号"]);
    for one in merged(county, area, None, PAGE, today()).await?.decisions {
        let undone =
            one.undone.map(|undone| format!("{} {}：{}", moment(undone.at_ms), undone.by, undone.reason));
        table.row([
            moment(one.at_ms),
            one.by,
            one.people.join("、"),
            one.area_name,
            one.reason,
            undone.unwrap_or_default(),
            one.id.to_string(),
        ]);
    }
    Ok(table.text())
}
