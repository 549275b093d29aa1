//! `county-server account …`.

use super::text::{Table, moment};
use super::{Outcome, errand, print, unexpected};
use crate::account::Act;
use crate::cli::staff::reference;
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::at_county;
use crate::open;
use crate::staff::find;
use std::process::ExitCode;

/// What can be done about accounts. Roles are given with `staff assign`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Every account.
    List,
    /// An account for a member of staff. Prints a first password, once; it is changed at the first log-in.
    Add {
        /// For whom: id or whole name.
        staff: String,
        /// The log-in name: small letters and digits.
        login: String,
    },
    /// Another first password, for somebody who has forgotten theirs; a closed account is open again.
    Reset {
        /// Whose: id or whole name.
        staff: String,
    },
    /// Nobody may log in with it any more.
    Lock {
        /// Whose: id or whole name.
        staff: String,
    },
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let act = match command {
        Command::List => return list(config).await,
        Command::Add { staff, login } => Act::Add { staff: find(&*reference(config).await?, &staff)?, login },
        Command::Reset { staff } => Act::Reset { staff: find(&*reference(config).await?, &staff)? },
        Command::Lock { staff } => Act::Close { staff: find(&*reference(config).await?, &staff)? },
    };
    match errand(config, Errand::Account(act)).await? {
        Answer::Done => {}
        Answer::FirstPassword(first) => {
            print(&format!("登录名 {}\n第一次的密码 {}（登录后要换掉）\n", first.login, first.password));
        }
        _ => return Err(unexpected()),
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(config: &Config) -> Outcome {
    let county = open::to_read(config)?;
    let (_, _, known, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut table = Table::new(&["登录名", "姓名", "状态", "建立", "工作人员"]);
    for account in county.stores.directory.accounts().await.map_err(at_county)? {
        let member = known.staff.get(&account.staff);
        let state = match (account.closed, account.first) {
            (true, _) => "已停用",
            (false, true) => "还没换第一次的密码",
            (false, false) => "在用",
        };
        table.row([
            account.login,
            member.map(|member| member.name.clone()).unwrap_or_default(),
            state.to_owned(),
            moment(account.made_ms),
            account.staff.to_string(),
        ]);
    }
    print(&table.text());
    Ok(ExitCode::SUCCESS)
}
