//! `county-server settings …`.

use super::text::{Table, moment};
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::open;
use crate::settings::{Edit, Past, check, past};
use crate::staff::{find, find_area};
use domain::ids::AreaCode;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::settings::Setting;
use domain::time::Day;
use std::process::ExitCode;

/// What can be done about settings.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 一个区划今天的设定，和设过的全部 (what holds in an area today, and what was ever set).
    List {
        /// 区划：代码或全名，不写是全县 (the area: code or whole name; the county when nothing is said).
        #[arg(long)]
        area: Option<String>,
    },
    /// 从某天起设定 (set something, from a day on).
    Set {
        /// 哪一项：`settings list` 的代号 (which, as `list` names it).
        setting: String,
        /// 设成多少 (to what).
        #[arg(allow_negative_numbers = true, value_parser = typed::number::<i32>)]
        value: i32,
        /// 依据：文件、决定 (who says so: document, decision).
        #[arg(long)]
        source: String,
        /// 谁设的：编号或姓名 (who sets it: id or whole name).
        #[arg(long)]
        by: String,
        /// 哪个区划及以下：代码或全名，不写是全县 (for this area and all below it; the county when nothing is said).
        #[arg(long)]
        area: Option<String>,
        /// 从哪天起，不写是今天 (the first day of it; today when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        from: Option<Day>,
    },
    /// 撤回从某天起的设定，按以前的或上级的 (take back what was set from a day on: what holds before it, or above, holds again).
    Withdraw {
        /// 哪一项：`settings list` 的代号 (which, as `list` names it).
        setting: String,
        /// 原来从哪天起的 (the day from which it was set).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        from: Day,
        /// 依据：文件、决定，或录错了 (who says so: document, decision, or that it was a mistake).
        #[arg(long)]
        source: String,
        /// 谁撤回：编号或姓名 (who takes it back: id or whole name).
        #[arg(long)]
        by: String,
        /// 哪个区划的：代码或全名，不写是全县 (of this area: code or whole name; the county when nothing is said).
        #[arg(long)]
        area: Option<String>,
    },
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let reference = staff::reference(config).await?;
    let place = |area: Option<String>, county: AreaCode| match area {
        Some(text) => find_area(&reference, &text),
        None => Ok(county),
    };
    match command {
        Command::List { area } => {
            let county = open::to_read(config)?;
            let area = place(area, county.keys.county())?;
            let mut now = Table::new(&["设定", "", "现在", "默认"]);
            for setting in Setting::ALL {
                let held = [reference.setting(*setting, area, today()), setting.default_value()];
                let [value, default] = held.map(|value| setting.told_zh(value));
                now.row([setting.code().to_owned(), setting.zh().to_owned(), value, default]);
            }
            let set = history(&reference, &past(&county, today()).await?, area);
            print(&format!("{}\n\n{}{set}", reference.areas.name(area), now.text()));
        }
        Command::Set { setting, value, source, by, area, from } => {
            let by = find(&reference, &by)?;
            let area = place(area, open::to_read(config)?.keys.county())?;
            let (value, from) = (Some(value), from.unwrap_or_else(today));
            carry(config, &reference, Edit { setting, value, area, from, source, by }).await?;
        }
        Command::Withdraw { setting, from, source, by, area } => {
            let by = find(&reference, &by)?;
            let area = place(area, open::to_read(config)?.keys.county())?;
            carry(config, &reference, Edit { setting, value: None, area, from, source, by }).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What was ever set for an area, those above it, whose settings hold here too, and those below it, also what
/// was replaced or taken back since.
fn history(reference: &Reference, past: &[Past], area: AreaCode) -> String {
    let areas = &reference.areas;
    let here = |one: &&Past| areas.within(one.area, area) || areas.within(area, one.area);
    let past: Vec<&Past> = past.iter().filter(here).collect();
    if past.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["区划", "设定", "从", "设成", "谁设的", "什么时候", "依据", ""]);
    for one in past {
        let value = one.value.map_or_else(|| "撤回".to_owned(), |value| one.setting.told_zh(value));
        let (name, from) = (reference.areas.name(one.area), one.from.to_string());
        let (by, at, source) = (one.by.clone(), moment(one.at_ms), one.source.clone());
        table.row([name, one.setting.code().to_owned(), from, value, by, at, source, one.then.zh()]);
    }
    format!("\n设过的全部：\n{}", table.text())
}

/// Says what changes, then has it done.
async fn carry(config: &Config, reference: &Reference, edit: Edit) -> Result<(), Problem> {
    let checked = check(&*open::to_read(config)?, &edit, today()).await?;
    let (area, title, from) = (reference.areas.name(edit.area), checked.setting.zh(), edit.from);
    let [before, after] = [checked.before, checked.after].map(|value| checked.setting.told_zh(value));
    let withdrawn =
        if edit.value.is_none() { "（撤回，按以前的、上级的或默认的）" } else { "" };
    print(&format!("{area} · {title}：从 {from} 起，{before} → {after}{withdrawn}。\n"));
    if checked.own_from_now {
        print(&format!("{area}从此有自己的设定：上级以后的更改不再影响这里。\n"));
    }
    if edit.from < today() {
        print(match checked.setting {
            Setting::SilentDays => "从那天起已经显示过的“手机未回传”会跟着变。\n",
            _ => "已经上传的走访仍按手机当时知道的数判断，已经显示过的数字不变。\n",
        });
    }
    match errand(config, Errand::Set(edit)).await? {
        Answer::Done => print("已写入。手机在下次联系时得到。\n"),
        _ => return Err(unexpected()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::seed::places::COUNTY;
    use crate::settings::set;
    use crate::testing::{VILLAGE, World};

    #[tokio::test]
    async fn the_history_says_what_holds_and_is_that_of_the_area_that_was_asked_for() {
        let world = World::new().await;
        let county = &world.county;
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.unwrap();
        let township = reference.areas.ancestors(VILLAGE).nth(1).unwrap();
        let is_other =
            |area: &AreaCode| *area != township && reference.areas.ancestors(*area).nth(1) == Some(COUNTY);
        let other = reference.areas.0.keys().copied().find(is_other).unwrap();
        let day = |days: i32| today().plus(days);
        for (area, days, value) in [
            (COUNTY, -60, Some(8)),
            (COUNTY, -30, Some(10)),
            (COUNTY, -10, Some(12)),
            (COUNTY, -10, None),
            (COUNTY, 5, Some(9)),
            (township, -20, Some(6)),
            (VILLAGE, -5, Some(5)),
            (other, -20, Some(4)),
        ] {
            let (setting, source) = ("late_days".to_owned(), "县民政局通知".to_owned());
            let by = crate::seed::staff::id(COUNTY, 1);
            let edit = Edit { setting, value, area, from: day(days), source, by };
            set(county, &edit, clock::now_ms()).await.unwrap();
        }
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.unwrap();
        let told = async |area| {
            let text = history(&reference, &past(county, today()).await.unwrap(), area);
            let rows = text.lines().filter(|line| line.contains("late_days"));
            rows.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        let rows = told(COUNTY).await;
        assert_eq!(rows.len(), 8, "of the county and all below it: {rows:?}");
        let until = format!("到 {} 为止", day(-31));
        for (row, end) in
            rows.iter().zip([until.as_str(), "有效", "已撤回", "撤回后按以前的或上级的", "以后生效"])
        {
            assert!(row.ends_with(end), "{end}: {row}");
        }
        let names = [COUNTY, township, VILLAGE].map(|area| reference.areas.name(area));
        let rows = told(township).await;
        assert_eq!(rows.len(), 7, "what is above holds here, and below are exceptions: {rows:?}");
        for row in rows {
            assert!(names.iter().any(|name| row.starts_with(&format!("{name} "))), "{row}");
        }
        assert_eq!(told(other).await.len(), 6);
    }
}
