//! `county-server person …`.

use super::import::write_new;
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::{County, at_county};
use crate::dossier::{Asked, html};
use crate::open;
use crate::person::{Effects, Move, Plan, Target, effects, plan};
use crate::problem::wrong;
use crate::restrict::Word;
use crate::staff::{find, find_area};
use domain::coverage::Generations;
use domain::ids::RecordId;
use domain::mask;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::Day;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be done about people of the register.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 搬到本县另一个村 (somebody moves to another village of the county).
    Move {
        #[command(flatten)]
        who: Who,
        /// 搬到哪个村：代码或全名 (where to: code or whole name of a village).
        village: String,
        /// 在新村的第一天，不写是今天 (the first day there; today when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        from: Option<Day>,
        /// 到新村的哪一户 (the household there; the old one is left in any case).
        #[arg(long, value_name = "ID", value_parser = typed::record, conflicts_with = "household")]
        into: Option<RecordId>,
        /// 上一次搬错了，改成这一次 (the last move was a mistake: this one is instead of it).
        #[arg(long)]
        correct: bool,
    },
    /// 查阅：县里保存的这个人的全部内容，写成网页或 JSON (all that is held of a person, as a page to print or as JSON).
    Show {
        /// 谁：编号 (who: the id).
        #[arg(value_parser = typed::record)]
        person: RecordId,
        /// 写到哪个新文件：.html 或 .json (the new file: .html or .json).
        file: PathBuf,
        /// 谁办理：编号或姓名 (who makes it: id or whole name).
        #[arg(long)]
        by: String,
        /// 儿童要有批准查看 (of a child: the grant).
        #[arg(long, value_name = "ID", value_parser = typed::record)]
        grant: Option<RecordId>,
    },
    /// 限制处理：答案只保存，谁也不能打开；数字照常 (answers are kept only, and opened by nobody; figures go on).
    Restrict {
        #[command(flatten)]
        word: Restricting,
    },
    /// 解除限制处理 (end that).
    Unrestrict {
        #[command(flatten)]
        word: Restricting,
    },
    /// 撤回上一次搬村，如同没有搬过 (take the last move back, as if it had never been).
    Withdraw {
        #[command(flatten)]
        who: Who,
    },
}

/// Of whom, why, and by whom.
#[derive(Debug, clap::Args)]
pub(super) struct Restricting {
    /// 谁：编号 (who: the id).
    #[arg(value_parser = typed::record)]
    person: RecordId,
    /// 理由：谁要求的 (why, and who asked for it).
    #[arg(long)]
    reason: String,
    /// 谁办理：编号或姓名 (who does it: id or whole name).
    #[arg(long)]
    by: String,
}

/// Who, and how it is done.
#[derive(Debug, clap::Args)]
pub(super) struct Who {
    /// 谁：编号，见 `coverage --list` (who: the id, as lists of `coverage` show it).
    #[arg(value_parser = typed::record)]
    person: RecordId,
    /// 全户一起 (the household with all who live in it).
    #[arg(long)]
    household: bool,
    /// 只说会改变什么，不写入 (tell what would change; write nothing).
    #[arg(long)]
    dry_run: bool,
}

/// Tells what changes, then does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let (who, new) = match command {
        Command::Restrict { word } => return restrict(config, word, true).await,
        Command::Unrestrict { word } => return restrict(config, word, false).await,
        Command::Show { person, file, by, grant } => {
            let by = find(&*staff::reference(config).await?, &by)?;
            return show(config, Asked { person, by, grant }, &file).await;
        }
        Command::Withdraw { who } => {
            let new = Move { person: who.person, whole_household: who.household, take_back: true, to: None };
            (who, new)
        }
        Command::Move { who, village, from, into, correct } => {
            let village = find_area(&*staff::reference(config).await?, &village)?;
            let to = Target { village, from: from.unwrap_or_else(today), household: into };
            let (person, whole_household) = (who.person, who.household);
            (who, Move { person, whole_household, take_back: correct, to: Some(to) })
        }
    };
    let county = open::to_read(config)?;
    let planned = plan(&county, &new).await?;
    let changed = effects(&county, &planned.people, today()).await?;
    print(&told(&county, &new, &planned, &changed).await?);
    drop(county);
    if who.dry_run {
        print("没有写入（--dry-run）。\n");
        return Ok(ExitCode::SUCCESS);
    }
    match errand(config, Errand::Move(new)).await? {
        Answer::Done => print("已写入。手机下次联系时换名单。\n"),
        _ => return Err(unexpected()),
    }
    Ok(ExitCode::SUCCESS)
}

async fn restrict(config: &Config, word: Restricting, restricted: bool) -> Outcome {
    let by = find(&*staff::reference(config).await?, &word.by)?;
    let word = Word { person: word.person, restricted, words: word.reason, by };
    match errand(config, Errand::Restrict(word)).await? {
        Answer::Done if restricted => {
            print("已限制处理：答案谁也不能打开，手机下次联系时不再有；姓名不进导出；走访和数字照常。\n");
        }
        Answer::Done => print("已解除限制处理。\n"),
        _ => return Err(unexpected()),
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(config: &Config, asked: Asked, file: &Path) -> Outcome {
    let as_page = match file.extension().and_then(|end| end.to_str()) {
        Some("html") => true,
        Some("json") => false,
        _ => {
            let zh = "文件名要以 .html 或 .json 结尾";
            return Err(wrong(file.display(), zh, "the file's name ends with .html or .json"));
        }
    };
    let Answer::Dossier(made) = errand(config, Errand::Show(asked)).await? else { return Err(unexpected()) };
    let text =
        if as_page { html(&made) } else { serde_json::to_string_pretty(&made).map_err(|_| unexpected())? };
    write_new(file, text.as_bytes())?;
    print("已写入，查阅已记入访问记录。文件里是个人信息，交给本人后请删除。\n");
    Ok(ExitCode::SUCCESS)
}

async fn told(county: &County, new: &Move, plan: &Plan, effects: &Effects) -> Result<String, Problem> {
    let (_, _, reference, generations) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let names: Vec<_> = plan.people.iter().map(|(person, _)| called(person)).collect();
    let mut text = format!("{}（{} 人）\n", names.join("、"), names.len());
    if let Some(day) = plan.taken_back {
        text.push_str(&format!("撤回 {day} 的那一次搬村。\n"));
    }
    let place =
        |person: &Person| person.counted_in().map(|code| reference.areas.name(code)).unwrap_or_default();
    if let Some((before, after)) = plan.people.first() {
        let from = new.to.map_or_else(String::new, |to| format!("从 {} 起，", to.from));
        let (before, after) = (place(before), place(after));
        text.push_str(&if before == after {
            format!("{from}住在{after}（只更正日期）\n")
        } else {
            format!("{from}{before} → {after}\n")
        });
    }
    for (person, _) in plan.people.iter().filter(|(person, _)| person.villages.len() > 1) {
        let villages: Vec<_> = person.villages.iter().map(|code| reference.areas.name(*code)).collect();
        let (name, villages) = (called(person), villages.join("、"));
        text.push_str(&format!("{name}住在哪个村，现在填写不一致（{villages}）：写入以后以这一次为准。\n"));
    }
    if let Some(village) = plan.household {
        let name = reference.areas.name(village);
        let goes_along = plan.people.iter().any(|(_, after)| new.to.is_none() && after.villages == [village]);
        text.push_str(&match (goes_along, new.to) {
            (true, _) => format!("户里没有别人住在那里了：户也回到{name}。\n"),
            (false, None) => format!("户和其他人还在{name}；要全户一起撤回，请加 --household。\n"),
            (false, Some(_)) => format!("户在{name}，不跟着走；要全户一起改，请加 --household。\n"),
        });
    }
    if new.to.is_some_and(|to| to.from > today()) {
        for (before, _) in plan.people.iter().filter(|(before, after)| before.household != after.household) {
            let name = called(before);
            text.push_str(&format!(
                "{name}那天以前仍统计在原来的村，但写入以后就不在原来的户里：名单上没有小组和户主。\n"
            ));
        }
    }
    text.push_str(&figures(&reference, &generations, effects));
    Ok(text)
}

/// The figures up to today that change.
pub(super) fn figures(reference: &Reference, generations: &Generations, effects: &Effects) -> String {
    if effects.rows.is_empty() {
        return match effects.since {
            None => "今天和以前的数字都不变。\n".to_owned(),
            Some(since) => format!("今天的数字不变；截至 {since} 起到今天以前各天看的数字会改变。\n"),
        };
    }
    let mut text = "这些数字会改变（名册、应走访、已走访）：\n".to_owned();
    for ((period, duty, area), row) in &effects.rows {
        let rule = generations.rules().at(duty, *area).last();
        let title = rule.map_or(duty.as_str(), |rule| &rule.title_zh);
        let (area, register, due, met) = (reference.areas.name(*area), row.register, row.due, row.met);
        text.push_str(&format!("  {} · {title} · {area}：{register:+}、{due:+}、{met:+}\n", period.zh()));
    }
    text
}

/// A person on the terminal: a child's name is masked.
fn called(person: &Person) -> String {
    if person.is_minor_on(today()) { mask::name(&person.name) } else { person.name.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::testing::{VILLAGE, World};
    use domain::catalogue::{RecordKind, keys};
    use domain::ids::AreaCode;
    use domain::patch::RecordRef;
    use domain::value::Value;

    #[tokio::test]
    async fn a_move_to_come_says_that_the_household_is_left_now_and_is_not_years_ahead() {
        let world = World::new().await;
        let (person, village) = (world.elder().await, AreaCode(532_929_102_201));
        let said = async |days| {
            let target = Target { village, from: today().plus(days), household: None };
            let new = Move { person, whole_household: false, take_back: false, to: Some(target) };
            let planned = plan(&world.county, &new).await.map_err(|problem| problem.zh())?;
            Ok(told(&world.county, &new, &planned, &Effects::default()).await.unwrap())
        };
        assert!(said(30).await.is_ok_and(|said: String| said.contains("没有小组和户主")));
        assert!(said(0).await.is_ok_and(|said| !said.contains("没有小组和户主")));
        assert!(said(367).await.is_err_and(|said: String| said.contains("太远")));
    }

    #[tokio::test]
    async fn a_move_that_settles_where_somebody_lives_says_so_before_it_is_written() {
        let world = World::new().await;
        let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
        let (person, to) = (world.elder().await, AreaCode(532_929_102_201));
        let target = Target { village: to, from: Day::of(clock::now_ms()), household: None };
        let new = Move { person, whole_household: false, take_back: false, to: Some(target) };
        let said = async || {
            let planned = plan(&world.county, &new).await.unwrap();
            told(&world.county, &new, &planned, &Effects::default()).await.unwrap()
        };
        let before = said().await;
        assert!(before.contains(&reference.areas.name(to)) && !before.contains("填写不一致"), "{before}");
        // Two phones say so, neither having seen the other.
        let township = reference.areas.0[&VILLAGE].parent.unwrap();
        let villages = reference.areas.villages(township).filter(|one| one.code != to).take(2);
        let record = RecordRef { kind: RecordKind::Person, id: person };
        let seen = world.county.stores.ledger.record(record).await.unwrap().unwrap().head.vector.clone();
        let villages: Vec<_> = villages.map(|one| (one.code, one.name.clone())).collect();
        for (number, (village, _)) in (1..).zip(&villages) {
            let mut phone = world.phone_of(crate::seed::staff::id(township, 1), number).await;
            let value = Value::Int(i64::try_from(village.0).unwrap());
            phone.write_having_seen(record, &[(keys::VILLAGE, value)], seen.clone());
            phone.exchange(&world.phones).await.unwrap();
        }
        let after = said().await;
        assert!(after.contains("填写不一致") && villages.iter().all(|one| after.contains(&one.1)), "{after}");
    }
}
