//! `county-server close …`.

use super::text::{Table, moment};
use super::{Outcome, errand, print, staff, typed, unexpected};
use crate::close::{Close, is_empty, periods};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::at_county;
use crate::open;
use crate::staff::find;
use domain::period::Period;
use domain::problem::Problem;
use domain::time::Day;
use std::process::ExitCode;

/// What can be done about periods.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 各统计期，和它们的月结 (periods, and what became of them).
    List,
    /// 月结一个统计期：定下分母和当时的数，以后的更正另列 (close a period: denominator and figures of now stay, corrections stand beside them).
    Period {
        /// 哪个统计期：`close list` 第一列 (which, as `list` names it).
        period: Period,
        /// 谁月结：编号或姓名 (who closes it: id or whole name).
        #[arg(long)]
        by: String,
        /// 到哪天为止补记不用写原因，不写是期末后 5 天，那天已过就从今天起算 5 天 (the last day on which work is entered without a reason; five days after its end when nothing is said, or after today when these are over).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        late_until: Option<Day>,
    },
    /// 重新打开一个已月结的统计期 (open a closed period again).
    Reopen {
        /// 哪个统计期 (which).
        period: Period,
        /// 为什么 (why).
        #[arg(long)]
        reason: String,
        /// 谁：编号或姓名 (who: id or whole name).
        #[arg(long)]
        by: String,
    },
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let reference = staff::reference(config).await?;
    match command {
        Command::List => print(&listed(config).await?),
        Command::Period { period, by, late_until } => {
            let word = Close { period, late_until, by: find(&reference, &by)? };
            done(config, Errand::Close(word)).await?;
            print(&format!("已月结：{}\n", period.zh()));
        }
        Command::Reopen { period, reason, by } => {
            let by = find(&reference, &by)?;
            done(config, Errand::Reopen { period, reason, by }).await?;
            print(&format!("已重新打开：{}\n", period.zh()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn listed(config: &Config) -> Result<String, Problem> {
    let county = open::to_read(config)?;
    let (state, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut table = Table::new(&["统计期", "", "月结", "谁", "补记截止", ""]);
    for one in periods(&reference, state.begins, super::today()) {
        let closing = one.closing.as_ref();
        let state = match closing {
            Some(closing) if closing.is_closed() => moment(closing.closed_ms),
            Some(_) => "重新打开了".to_owned(),
            None if one.over && is_empty(&county, &reference, one.period).await? => {
                "这一期没有走访，不用月结".to_owned()
            }
            None if one.over => "可以月结".to_owned(),
            None => "还没结束".to_owned(),
        };
        table.row([
            one.period.to_string(),
            one.period.zh(),
            state,
            closing.map_or_else(String::new, |closing| reference.staff_name(closing.by)),
            closing.map_or_else(String::new, |closing| closing.late_until.to_string()),
            closing.and_then(|closing| closing.reopened.clone()).unwrap_or_default(),
        ]);
    }
    Ok(table.text())
}

async fn done(config: &Config, what: Errand) -> Result<(), Problem> {
    match errand(config, what).await? {
        Answer::Done => Ok(()),
        _ => Err(unexpected()),
    }
}
