//! `county-server account …`.

use super::text::{Table, moment};
use super::{Outcome, errand, print, today, unexpected};
use crate::account::Act;
use crate::cli::staff::reference;
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::at_county;
use crate::open;
use crate::problem::wrong;
use crate::staff::find;
use domain::ids::RecordId;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::Day;
use std::process::ExitCode;

/// What can be done about accounts. Roles are given with `staff assign`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 所有账号 (every account).
    List,
    /// 给工作人员开账号，第一次的密码只显示一次 (an account for a member of staff; prints a first password, once).
    Add {
        /// 给谁：编号或姓名 (for whom: id or whole name).
        staff: String,
        /// 登录名：小写字母和数字 (the log-in name: small letters and digits).
        login: String,
    },
    /// 忘了密码：另给一个第一次的密码；停用的账号重新可用 (another first password; a closed account is open again).
    Reset {
        /// 谁的：编号或姓名 (whose: id or whole name).
        staff: String,
    },
    /// 停用：不能再登录 (nobody may log in with it any more).
    Lock {
        /// 谁的：编号或姓名 (whose: id or whole name).
        staff: String,
    },
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let act = match command {
        Command::List => return list(config).await,
        Command::Add { staff, login } => {
            let known = reference(config).await?;
            let staff = find(&known, &staff)?;
            at_the_desk(&known, staff, today())?;
            Act::Add { staff, login }
        }
        Command::Reset { staff } => Act::Reset { staff: find(&*reference(config).await?, &staff)? },
        Command::Lock { staff } => Act::Close { staff: find(&*reference(config).await?, &staff)? },
    };
    let whose = match &act {
        Act::Add { .. } => None,
        Act::Reset { staff } | Act::Close { staff } => Some(*staff),
    };
    let known = reference(config).await?;
    let name = whose.and_then(|staff| known.staff.get(&staff)).map(|one| one.name.clone());
    let done = errand(config, Errand::Account(act)).await.map_err(|problem| match (problem.code, &name) {
        (ProblemCode::NothingFound, Some(name)) => no_account(name),
        _ => problem,
    });
    match done? {
        Answer::Done => print("已停用：不能再登录，登录着的已经退出。\n"),
        Answer::FirstPassword(first) => {
            print(&format!("登录名 {}\n第一次的密码 {}（登录后要换掉）\n", first.login, first.password));
        }
        _ => return Err(unexpected()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Whoever has roles of the village only works with a phone.
fn at_the_desk(known: &Reference, staff: RecordId, today: Day) -> Result<(), Problem> {
    let roles: Vec<_> =
        known.assignments_of(staff).filter(|one| one.holds_on(today)).map(|one| one.role).collect();
    if roles.is_empty() || !roles.iter().all(|role| role.of_the_village()) {
        return Ok(());
    }
    let name = known.staff.get(&staff).map_or("", |one| &one.name);
    let zh = "只有村里的角色：用手机，不用账号；在乡镇或县有角色（`staff assign`）以后再开";
    let en = "has roles of the village only, and works with a phone, not an account; give a role in the township or \
              the county first (`staff assign`)";
    Err(wrong(name, zh, en))
}

fn no_account(name: &str) -> Problem {
    let zh = "还没有登录账号；要开一个用 `account add`，已有的见 `account list`";
    wrong(name, zh, "has no account yet; `account add` makes one, `account list` shows those there are")
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
