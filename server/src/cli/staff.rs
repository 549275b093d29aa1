//! `county-server staff …`.

use super::text::{Table, moment};
use super::{Outcome, errand, print, today, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::at_county;
use crate::open;
use crate::staff::{NewAssignment, find, find_area};
use domain::ids::{DeviceId, RecordId};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::staff::Role;
use domain::time::Day;
use std::process::ExitCode;
use std::sync::Arc;
use store::county::DeviceRecord;
use sync::county::needs::DeviceState;

/// What can be done about staff.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Everybody with a role today in an area and below.
    List {
        /// The area: code or whole name; the whole county when nothing is said.
        area: Option<String>,
    },
    /// Add a member of staff.
    Add {
        /// The name.
        name: String,
        /// The telephone.
        #[arg(long)]
        phone: Option<String>,
    },
    /// Give a role in an area.
    Assign {
        /// To whom: id or whole name.
        staff: String,
        /// Which role, such as `assistance_officer`, `child_director`, `station_head`.
        #[arg(value_parser = role)]
        role: Role,
        /// Where: code or whole name.
        area: String,
        /// The first day; today when nothing is said.
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// The first day on which it holds no more.
        #[arg(long, value_name = "DAY")]
        until: Option<Day>,
    },
    /// Read staff with their roles out of a CSV file with the columns 姓名, 角色, 村, 电话. Prints what
    /// would happen; ends with 1 when a row is wrong.
    Import(super::roster::Options),
    /// End a role.
    End {
        /// The assignment's id, as `list` shows it.
        assignment: RecordId,
        /// The first day on which it holds no more; today when nothing is said.
        #[arg(long, value_name = "DAY")]
        until: Option<Day>,
    },
    /// Every phone, and when it was last heard.
    Phones,
    /// A phone's work was handed over: it uploads, and gets no lists any more.
    Retire {
        /// The phone.
        device: DeviceId,
    },
    /// A phone was lost: at its next contact it destroys its keys.
    Revoke {
        /// The phone.
        device: DeviceId,
    },
    /// A phone was found again.
    Reactivate {
        /// The phone.
        device: DeviceId,
    },
    /// 备用解锁码: read out to the holder who has forgotten the PIN, once you know who it is.
    Recovery {
        /// The phone.
        device: DeviceId,
    },
}

fn role(text: &str) -> Result<Role, String> {
    let known = || Role::ALL.iter().map(|role| role.code()).collect::<Vec<_>>().join(", ");
    Role::from_code(text).ok_or_else(known)
}

pub(super) async fn reference(config: &Config) -> Result<Arc<Reference>, Problem> {
    let county = open::to_read(config)?;
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    Ok(reference)
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let set = |device, state| Errand::SetState { device, state };
    let asked = match command {
        Command::List { area } => return list(config, area.as_deref()).await,
        Command::Phones => return phones(config).await,
        Command::Import(options) => return super::roster::run(config, &options).await,
        Command::Add { name, phone } => Errand::AddStaff { name, phone },
        Command::Assign { staff, role, area, from, until } => {
            let known = reference(config).await?;
            let (staff, area) = (find(&known, &staff)?, find_area(&known, &area)?);
            let from = from.unwrap_or_else(today);
            if until.is_some_and(|until| until <= from) {
                let wrong = Problem::new(ProblemCode::ArgumentWrong).with("name", "--until");
                return Err(wrong.with("reason", "it is after the first day"));
            }
            Errand::Assign(NewAssignment { staff, role, area, from, until })
        }
        Command::End { assignment, until } => {
            Errand::EndAssignment { assignment, until: until.unwrap_or_else(today) }
        }
        Command::Retire { device } => set(device, DeviceState::Retired),
        Command::Revoke { device } => set(device, DeviceState::Revoked),
        Command::Reactivate { device } => set(device, DeviceState::Active),
        Command::Recovery { device } => Errand::Recovery { device },
    };
    match errand(config, asked).await? {
        Answer::Done => {}
        Answer::Made(id) => print(&format!("{id}\n")),
        Answer::Recovery(code) => print(&format!("备用解锁码 {code}\n")),
        Answer::Sheet(_) | Answer::Roster(_) | Answer::Decided(_) | Answer::FirstPassword(_) => {
            return Err(unexpected());
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(config: &Config, area: Option<&str>) -> Outcome {
    let known = reference(config).await?;
    let area = area.map(|area| find_area(&known, area)).transpose()?;
    let today = today();
    let mut holding: Vec<_> = known
        .assignments
        .values()
        .filter(|one| one.holds_on(today) && area.is_none_or(|area| known.areas.within(one.area, area)))
        .collect();
    holding.sort_by_key(|one| (one.area, one.role, one.staff));
    let mut table = Table::new(&["区划", "", "职责", "姓名", "电话", "从", "到", "工作人员", "分工"]);
    for one in holding {
        let member = known.staff.get(&one.staff);
        table.row([
            one.area.to_string(),
            known.areas.name(one.area),
            one.role.zh().to_owned(),
            member.map(|member| member.name.clone()).unwrap_or_default(),
            member.and_then(|member| member.phone.clone()).unwrap_or_default(),
            one.from.to_string(),
            one.until.map(|until| until.to_string()).unwrap_or_default(),
            one.staff.to_string(),
            one.id.to_string(),
        ]);
    }
    print(&table.text());
    Ok(ExitCode::SUCCESS)
}

async fn phones(config: &Config) -> Outcome {
    let county = open::to_read(config)?;
    let (_, _, known, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut table = Table::new(&["手机", "姓名", "状态", "启用", "上次联系", "还有", "版本"]);
    for device in county.stores.directory.devices().await.map_err(at_county)? {
        let DeviceRecord { row, enrolled_ms, .. } = device;
        let member = known.staff.get(&row.staff);
        table.row([
            row.device.to_string(),
            member.map(|member| member.name.clone()).unwrap_or_default(),
            match row.state {
                DeviceState::Active => "在用",
                DeviceState::Retired => "已移交",
                DeviceState::Revoked => "已停用",
            }
            .to_owned(),
            moment(enrolled_ms),
            if row.number == 0 { String::new() } else { moment(row.heard_ms) },
            row.waiting.to_string(),
            row.app,
        ]);
    }
    print(&table.text());
    Ok(ExitCode::SUCCESS)
}
