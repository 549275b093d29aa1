//! `county-server erase …`.

use super::text::{Table, moment};
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::{County, at_county};
use crate::erase::{Ask, Foreseen, Word, all, called, foreseen};
use crate::open;
use crate::staff::find;
use domain::catalogue::RecordKind;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::Problem;
use std::process::ExitCode;

/// What can be erased, and what was.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 申请删除一个人的全部内容 (all that is held of a person).
    Person(Options),
    /// 申请删除一次走访的内容，次数不变 (what a visit says; it goes on counting).
    Visit(Options),
    /// 申请删除一份紧急报告 (an urgent report).
    Report(Options),
    /// 批准一项申请：立即删除 (approve what somebody else has asked for: it is erased at once).
    Approve {
        /// 哪一项：`erase list` 第一列 (which, as `list` names it).
        #[arg(value_parser = typed::record)]
        erasure: RecordId,
        /// 谁批准：编号或姓名 (who approves: id or whole name).
        #[arg(long)]
        by: String,
    },
    /// 不同意一项申请 (refuse it).
    Refuse {
        /// 哪一项 (which).
        #[arg(value_parser = typed::record)]
        erasure: RecordId,
        /// 为什么 (why).
        #[arg(long)]
        reason: String,
        /// 谁：编号或姓名 (who: id or whole name).
        #[arg(long)]
        by: String,
    },
    /// 各项申请，和结果 (what was asked for, and what became of it).
    List,
}

/// What, why, and by whom.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// 编号 (the id).
    #[arg(value_parser = typed::record)]
    id: RecordId,
    /// 理由，不写姓名：申请、依据 (why, without names: who asked for it, and by which rule).
    #[arg(long)]
    reason: String,
    /// 谁申请：编号或姓名 (who asks: id or whole name of an administrator).
    #[arg(long)]
    by: String,
    /// 当场由谁批准：编号或姓名，不能是申请人；不写就等负责人批准 (who approves at once, another than who asks; it waits otherwise).
    #[arg(long)]
    approved_by: Option<String>,
    /// 只说会删除什么，不写入 (tell what would go; write nothing).
    #[arg(long)]
    dry_run: bool,
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let reference = staff::reference(config).await?;
    match command {
        Command::Person(options) => return ask(config, RecordKind::Person, options).await,
        Command::Visit(options) => return ask(config, RecordKind::Visit, options).await,
        Command::Report(options) => return ask(config, RecordKind::Urgent, options).await,
        Command::Approve { erasure, by } => {
            say(config, Word { erasure, refused: None, by: find(&reference, &by)? }).await?;
            print(ERASED);
        }
        Command::Refuse { erasure, reason, by } => {
            say(config, Word { erasure, refused: Some(reason), by: find(&reference, &by)? }).await?;
            print("不同意：什么也没有删除。\n");
        }
        Command::List => print(&listed(config).await?),
    }
    Ok(ExitCode::SUCCESS)
}

const ERASED: &str = "已删除。手机下次联系时删除；在此之前做的备份里还有，到轮换覆盖时为止。\n";

async fn ask(config: &Config, kind: RecordKind, options: Options) -> Outcome {
    let reference = staff::reference(config).await?;
    let (target, by) = (RecordRef { kind, id: options.id }, find(&reference, &options.by)?);
    let approver = options.approved_by.as_deref().map(|name| find(&reference, name)).transpose()?;
    let county = open::to_read(config)?;
    print(&told(&county, target, &foreseen(&county, target).await?).await?);
    drop(county);
    if options.dry_run {
        print("没有写入（--dry-run）。\n");
        return Ok(ExitCode::SUCCESS);
    }
    let Answer::Made(erasure) =
        errand(config, Errand::AskToErase(Ask { target, reason: options.reason, by })).await?
    else {
        return Err(unexpected());
    };
    let Some(by) = approver else {
        print(&format!("已申请，编号 {erasure}；等另一位负责人批准，还没有删除。\n"));
        return Ok(ExitCode::SUCCESS);
    };
    say(config, Word { erasure, refused: None, by }).await?;
    print(ERASED);
    Ok(ExitCode::SUCCESS)
}

async fn say(config: &Config, word: Word) -> Result<(), Problem> {
    match errand(config, Errand::Erase(word)).await? {
        Answer::Done => Ok(()),
        _ => Err(unexpected()),
    }
}

async fn told(county: &County, target: RecordRef, found: &Foreseen) -> Result<String, Problem> {
    let name = called(county, target, today()).await?;
    let goes: Vec<String> = found.goes.iter().map(|(kind, count)| format!("{} {count}", kind.zh())).collect();
    let mut text = format!("{}：{name}\n删除：{}\n", target.kind.zh(), goes.join("、"));
    text.push_str("留下：今天以前各天的数字不变，只记次数，不知道是谁；谁在什么时候申请和批准。\n");
    if target.kind == RecordKind::Person {
        text.push_str("从今天起不再要求走访；手机上没有这个人了。\n");
    }
    if found.urgent > 0 {
        let urgent = found.urgent;
        text.push_str(&format!("提到这个人的紧急报告 {urgent} 份不在内，要分别申请（erase report）。\n"));
    }
    Ok(text)
}

async fn listed(config: &Config) -> Result<String, Problem> {
    let county = open::to_read(config)?;
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut table = Table::new(&["编号", "什么", "理由", "谁申请", "什么时候", "结果"]);
    for one in all(&county).await? {
        let approver = one.approved_by.map_or_else(String::new, |id| reference.staff_name(id));
        let became = match (&one.refused, one.is_done()) {
            (Some(why), _) => format!("{approver}不同意：{why}"),
            (None, true) => format!("已删除 {} 条，{approver}批准", one.records.len()),
            (None, false) => "等负责人批准".to_owned(),
        };
        let what = format!("{} {}", one.target.kind.zh(), one.target.id);
        let (by, at) = (reference.staff_name(one.by), moment(one.at_ms));
        table.row([one.id.to_string(), what, one.reason.clone(), by, at, became]);
    }
    Ok(table.text())
}
