//! `county-server staff …`.

use super::text::{Table, moment};
use super::{Outcome, errand, hint, print, today, typed, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::at_county;
use crate::handover::HandOver;
use crate::open;
use crate::problem::wrong;
use crate::staff::{NewAssignment, find, find_area, namesakes};
use domain::ids::{AreaLevel, DeviceId, RecordId};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::staff::Role;
use domain::time::Day;
use std::process::ExitCode;
use std::sync::Arc;
use store::county::DeviceRecord;
use sync::county::needs::{DeviceRow, DeviceState};

/// What can be done about staff.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 一个区划及以下今天有分工的人 (everybody with a role today in an area and below).
    List {
        /// 区划：代码或全名，不写是全县 (the area: code or whole name; the whole county when nothing is said).
        area: Option<String>,
    },
    /// 新增工作人员 (add a member of staff).
    Add {
        /// 姓名 (the name).
        name: String,
        /// 电话，同名的人靠它分清 (the telephone, by which namesakes are told apart).
        #[arg(long)]
        phone: Option<String>,
    },
    /// 给一个分工 (give a role in an area).
    Assign {
        /// 给谁：编号或姓名 (to whom: id or whole name).
        staff: String,
        /// 角色：中文名称，如 协理员、儿童主任、站长，或代码 (which role: Chinese name or code).
        #[arg(value_parser = typed::role)]
        role: Role,
        /// 哪里：代码或全名 (where: code or whole name).
        area: String,
        /// 从哪天起，不写是今天 (the first day; today when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        from: Option<Day>,
        /// 到哪天为止，那天已不算 (the first day on which it holds no more).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        until: Option<Day>,
    },
    /// 结束一个分工 (end a role).
    End {
        /// 分工编号，`staff list` 最后一列 (the assignment's id, as `list` shows it).
        #[arg(value_parser = typed::record)]
        assignment: RecordId,
        /// 到哪天为止，不写是今天 (the first day on which it holds no more; today when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        until: Option<Day>,
    },
    /// 移交：一个人的村，从某一天起归另一个人 (the villages of one worker become another's from a day on).
    HandOver {
        /// 谁移交：编号或姓名 (by whom: id or whole name).
        from: String,
        /// 移交给谁：编号或姓名 (to whom: id or whole name).
        to: String,
        /// 哪些村：代码或全名，不写就是全部 (which villages: code or whole name; all of them when nothing is said).
        villages: Vec<String>,
        /// 从哪天起，不写是今天 (the first day; today when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        day: Option<Day>,
    },
    /// 所有手机，上次联系的时间 (every phone, and when it was last heard).
    Phones,
    /// 已移交：只上传，不再给名单 (a phone's work was handed over: it uploads, and gets no lists any more).
    Retire {
        /// 手机编号，`staff phones` 第一列 (the phone, as `staff phones` shows it).
        #[arg(value_parser = typed::device)]
        device: DeviceId,
    },
    /// 丢失停用：下次联系时销毁钥匙 (a phone was lost: at its next contact it destroys its keys).
    Revoke {
        /// 手机编号，`staff phones` 第一列 (the phone, as `staff phones` shows it).
        #[arg(value_parser = typed::device)]
        device: DeviceId,
    },
    /// 找回来了，重新启用 (a phone was found again).
    Reactivate {
        /// 手机编号，`staff phones` 第一列 (the phone, as `staff phones` shows it).
        #[arg(value_parser = typed::device)]
        device: DeviceId,
    },
    /// 备用解锁码：念给忘了密码的本人 (read out to the holder who has forgotten the PIN, once you know who it is).
    Recovery {
        /// 手机编号，`staff phones` 第一列 (the phone, as `staff phones` shows it).
        #[arg(value_parser = typed::device)]
        device: DeviceId,
    },
}

pub(super) async fn reference(config: &Config) -> Result<Arc<Reference>, Problem> {
    let county = open::to_read(config)?;
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    Ok(reference)
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let of = match &command {
        Command::Recovery { device } => Some(*device),
        _ => None,
    };
    let asked = match command {
        Command::List { area } => return list(config, area.as_deref()).await,
        Command::Phones => return phones(config).await,
        Command::Add { name, phone } => return add(config, name, phone).await,
        Command::Assign { staff, role, area, from, until } => {
            let known = reference(config).await?;
            let (staff, area) = (find(&known, &staff)?, find_area(&known, &area)?);
            let from = from.unwrap_or_else(today);
            if until.is_some_and(|until| until <= from) {
                let zh = format!("要在第一天 {from} 之后");
                return Err(wrong("--until", zh, format!("it has to be after the first day, {from}")));
            }
            let new = NewAssignment { staff, role, area, from, until };
            return assign(config, &known, new).await;
        }
        Command::End { assignment, until } => {
            Errand::EndAssignment { assignment, until: until.unwrap_or_else(today) }
        }
        Command::HandOver { from, to, villages, day } => {
            let known = reference(config).await?;
            let villages = villages.iter().map(|one| find_area(&known, one)).collect::<Result<_, _>>()?;
            let (from, to) = (find(&known, &from)?, find(&known, &to)?);
            Errand::HandOver(HandOver { from, to, villages, day: day.unwrap_or_else(today) })
        }
        Command::Retire { device } => return set(config, device, DeviceState::Retired).await,
        Command::Revoke { device } => return set(config, device, DeviceState::Revoked).await,
        Command::Reactivate { device } => return set(config, device, DeviceState::Active).await,
        Command::Recovery { device } => Errand::Recovery { device },
    };
    let done = errand(config, asked).await.map_err(|problem| match (problem.code, of) {
        (ProblemCode::DeviceUnknown, Some(device)) => unknown(device),
        _ => problem,
    });
    match done? {
        Answer::Done => print("已写入。\n"),
        Answer::Made(id) => print(&format!("{id}\n")),
        Answer::Recovery(code) => print(&format!("备用解锁码 {code}\n")),
        Answer::Decided(roles) => print(&format!("已移交 {roles} 个分工。两台手机下次联系时各换名单。\n")),
        Answer::Sheet(_)
        | Answer::Imported(_)
        | Answer::FirstPassword(_)
        | Answer::Dossier(_)
        | Answer::Opened(_) => {
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

/// Gives a role, and says where it holds: a whole county is as quickly typed as a village.
async fn assign(config: &Config, known: &Reference, new: NewAssignment) -> Outcome {
    let words = given(known, &new, today());
    match errand(config, Errand::Assign(new)).await? {
        Answer::Made(id) => print(&format!("{id}\n")),
        _ => return Err(unexpected()),
    }
    hint(&words);
    Ok(ExitCode::SUCCESS)
}

/// Who is what from now on, where, and over how many villages.
fn given(known: &Reference, new: &NewAssignment, today: Day) -> String {
    let name = known.staff_name(new.staff);
    let villages = known.areas.0.values().filter(|one| one.code.level() == AreaLevel::Village);
    let villages = villages.filter(|one| one.exists_on(today) && known.areas.within(one.code, new.area));
    let (count, area, from) = (villages.count(), known.areas.name(new.area), new.from);
    let reach = match new.area.level() {
        AreaLevel::Village => String::new(),
        _ => format!("，管这里全部 {count} 个村"),
    };
    let usual = match new.area.level() {
        AreaLevel::County if new.role.of_the_village() => {
            "这是村里的角色，一般给在村：写错了用 `staff end` 取消。"
        }
        _ => "",
    };
    format!("{name}从 {from} 起是{area}的{}{reach}。{usual}", new.role.zh())
}

/// Adds somebody, and says so when the county has others of that name.
async fn add(config: &Config, name: String, phone: Option<String>) -> Outcome {
    let made = match errand(config, Errand::AddStaff { name, phone }).await? {
        Answer::Made(id) => id,
        _ => return Err(unexpected()),
    };
    print(&format!("{made}\n"));
    let known = reference(config).await?;
    let name = known.staff.get(&made).map(|one| one.name.as_str()).unwrap_or_default();
    hint(&format!("{name}已记为工作人员，编号在上面；还没有分工，用 `staff assign` 给。"));
    let others: Vec<_> = namesakes(&known, name).filter(|one| one.id != made).collect();
    if !others.is_empty() {
        let others =
            others.iter().map(|one| format!("{} {}", one.id, one.phone.as_deref().unwrap_or_default()));
        let others = others.collect::<Vec<_>>().join("；");
        hint(&format!("县里还有同名的人，电话不同：{others}。以后写编号才分得清。"));
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(device: DeviceId) -> Problem {
    let zh = "没有登记这台手机；`staff phones` 列出全部";
    wrong(device, zh, "no such phone is enrolled; `staff phones` lists them all")
}

/// Retires, revokes or takes back a phone; says whose it is, what it was and what it is now.
async fn set(config: &Config, device: DeviceId, state: DeviceState) -> Outcome {
    let (row, name) = {
        let county = open::to_read(config)?;
        let found = county.stores.directory.device(device).await.map_err(at_county)?;
        let DeviceRecord { row, .. } = found.ok_or_else(|| unknown(device))?;
        let (_, _, known, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
        let name = known.staff_name(row.staff);
        (row, name)
    };
    if state == DeviceState::Revoked && row.state != state {
        print(&last_word(&row));
    }
    match errand(config, Errand::SetState { device, state }).await? {
        Answer::Done => print(&turned(&name, &row, state)),
        _ => return Err(unexpected()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Whose phone it is, what it was and what it is now.
fn turned(name: &str, row: &DeviceRow, state: DeviceState) -> String {
    format!("{name}的手机 {}：{} → {}。已写入。\n", row.device, row.state.zh(), state.zh())
}

/// What a phone that is about to be revoked may still hold: after its next contact nobody can read it.
fn last_word(row: &DeviceRow) -> String {
    let heard = if row.number == 0 { "还没有联系过".to_owned() } else { moment(row.heard_ms) };
    let waiting = match row.waiting {
        0 => "那时手机里没有等待上传的".to_owned(),
        waiting => format!("那时手机里还有 {waiting} 条等待上传：停用后读不出来了，能找到手机请先上传"),
    };
    format!("上次联系 {heard}；{waiting}。以后记的县里不知道。\n")
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
            row.state.zh().to_owned(),
            moment(enrolled_ms),
            if row.number == 0 { String::new() } else { moment(row.heard_ms) },
            row.waiting.to_string(),
            row.app,
        ]);
    }
    print(&table.text());
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::set_state;
    use crate::testing::World;

    #[tokio::test]
    async fn a_lost_phone_is_not_handed_over_and_what_became_of_it_is_told_with_its_holder() {
        let world = World::new().await;
        let device = world.phone(1).await.certificate().device;
        let set = async |state| {
            set_state(&world.county, crate::staff::operator(), device, state, crate::clock::now_ms()).await
        };
        let row = async || world.county.stores.directory.device(device).await.unwrap().unwrap().row;
        let before = row().await;
        set(DeviceState::Revoked).await.unwrap();
        let told = turned("杨洁", &before, DeviceState::Revoked);
        assert!(told.contains(&format!("杨洁的手机 {device}：在用 → 已停用。")), "{told}");
        let refused = set(DeviceState::Retired).await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::ArgumentWrong);
        assert!(refused.zh().contains("已停用（丢失）") && refused.zh().contains("reactivate"), "{refused}");
        assert_eq!(row().await.state, DeviceState::Revoked, "the loss stands");
        set(DeviceState::Active).await.unwrap();
        set(DeviceState::Retired).await.unwrap();
    }
}
