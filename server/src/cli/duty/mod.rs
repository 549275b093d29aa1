//! `county-server duty …`.

mod list;
mod progress;
mod words;

use super::coverage::Format;
use super::{Outcome, print, typed};
use crate::config::Config;
use crate::control::{Errand, carry_out, hand_over};
use crate::county::{County, at_county};
use crate::duty::{Act, Edit, Fields, named, plan};
use crate::person::everybody;
use crate::staff::find_area;
use crate::{clock, open};
use domain::duty::DutyKind;
use domain::ids::RecordId;
use domain::period::{Cadence, Cut};
use domain::problem::ProblemCode;
use domain::staff::Role;
use domain::time::Day;
use domain::visit::{Met, Way};
use std::process::ExitCode;

/// What can be done about duties.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 现行的和将来的要求 (the rules that are in force, and those that will be).
    List {
        /// 只看这个区划：代码或全名 (only those that hold in this area: code or whole name).
        #[arg(long)]
        area: Option<String>,
        /// 已停的也列出 (those that are over as well).
        #[arg(long)]
        all: bool,
        /// 打印成什么；csv 和 json 有代号 (how it is printed; csv and json have the codes).
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// 一项要求的过去、现在和将来 (every rule a duty had, has and will have).
    Show {
        /// 要求的代号或中文全称 (the duty's name, or its whole Chinese title).
        name: String,
    },
    /// 从某天起更改，没写的不变 (another rule from a day on: what is not named stays as it is).
    Change(Change),
    /// 新增一项，或重新开始 (a new duty, or one that begins again).
    Add(Change),
    /// 从某天起停止 (it asks no more from a day on).
    End {
        #[command(flatten)]
        place: Place,
        /// 停止的依据：哪个文件、哪一条 (by whose word: document, article).
        #[arg(long)]
        source: String,
        #[command(flatten)]
        waiting: Waiting,
    },
}

/// Which duty, where, and from when.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// 要求的代号或中文全称，见 duty list (the duty's name, or its whole Chinese title).
    name: String,
    /// 从哪天起 (the first day of it).
    #[arg(long, value_name = "DAY", value_parser = typed::day)]
    from: Day,
    /// 哪个区划及以下：代码或全名，不写是全县 (for this area and all below it; the county when nothing is said).
    #[arg(long)]
    area: Option<String>,
}

/// Whether to wait.
#[derive(Debug, clap::Args)]
pub(super) struct Waiting {
    /// 不等重算 (come back at once: the server builds the new figures by itself).
    #[arg(long)]
    no_wait: bool,
    /// 只说会改变什么，不写入 (tell what would change; write nothing).
    #[arg(long)]
    dry_run: bool,
}

/// A rule, or what changes of it.
#[derive(Debug, clap::Args)]
pub(super) struct Change {
    #[command(flatten)]
    place: Place,
    /// 多久一次 (how often): month, quarter, `half_year`, year, or days:30 (so many days after the last time).
    #[arg(long, value_parser = cadence)]
    cadence: Option<Cadence>,
    /// 口径 (where a month is cut): natural, or day26 (from the 26th to the 25th).
    #[arg(long, value_parser = |text: &str| code(text, Cut::ALL, Cut::from_code, Cut::code))]
    cut: Option<Cut>,
    /// 哪些方式算 (which ways count): home, elsewhere, phone, video.
    #[arg(long, value_delimiter = ',', value_parser = |text: &str| code(text, Way::GOING, Way::from_code, Way::code))]
    ways: Option<Vec<Way>>,
    /// 见到谁算 (which meetings count): self, `self_and_carer`, family.
    #[arg(long, value_delimiter = ',', value_parser = |text: &str| code(text, Met::ALL, Met::from_code, Met::code))]
    mets: Option<Vec<Met>>,
    /// 对象类别 (whom it is for: codes of categories), such as DJ,KC,LSLR.
    #[arg(long, value_delimiter = ',')]
    categories: Option<Vec<String>>,
    /// 由谁去：如 协理员、儿童主任，或代码 (who carries it: Chinese names or codes).
    #[arg(long, value_delimiter = ',', value_parser = typed::role)]
    roles: Option<Vec<Role>>,
    /// 至少几人同去 (how many visitors it takes).
    #[arg(long, value_parser = typed::number::<u8>, allow_hyphen_values = true)]
    visitors_min: Option<u8>,
    /// 期末前在册少于几天的不算 (who is enrolled fewer days before a period ends is not due in it).
    #[arg(long, value_parser = typed::number::<u8>)]
    enrolled_days_min: Option<u8>,
    /// 名称 (what people call it).
    #[arg(long)]
    title_zh: Option<String>,
    /// 英文名称 (the English name).
    #[arg(long)]
    title_en: Option<String>,
    /// 种类 (what kind of visit): care, check, `follow_up`, assessment.
    #[arg(long, value_parser = |text: &str| code(text, DutyKind::ALL, DutyKind::from_code, DutyKind::code))]
    kind: Option<DutyKind>,
    /// 效力：N 全国规定，O 参照外地，D 县里自定，不写是 D (N national, O after another place, D set by the county, unless told).
    #[arg(long)]
    strength: Option<String>,
    /// 依据：哪个文件哪一条 (law, document and article that says so).
    #[arg(long)]
    source: String,
    #[command(flatten)]
    waiting: Waiting,
}

fn cadence(text: &str) -> Result<Cadence, typed::Shape> {
    let zh = "能写：month 每月、quarter 每季、half_year 每半年、year 每年、days:30 每30天";
    let en = "it may be: month, quarter, half_year, year, days:30";
    text.parse().map_err(|_| typed::Shape::new(zh, en))
}

/// The value of a code; else what there is.
fn code<T: Copy>(
    text: &str,
    all: &[T],
    from: impl Fn(&str) -> Option<T>,
    code: impl Fn(T) -> &'static str,
) -> Result<T, typed::Shape> {
    let known = |between| all.iter().map(|one| code(*one)).collect::<Vec<_>>().join(between);
    from(text).ok_or_else(|| {
        typed::Shape::new(format!("能写：{}", known("、")), format!("it may be: {}", known(", ")))
    })
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    let (act, place, fields, waiting) = match command {
        Command::List { area, all, format } => {
            return list::list(config, area.as_deref(), all, format).await;
        }
        Command::Show { name } => return list::show(config, &name).await,
        Command::End { place, source, waiting } => {
            (Act::End, place, Fields { source: Some(source), ..Fields::default() }, waiting)
        }
        Command::Change(change) => of(Act::Change, change),
        Command::Add(change) => of(Act::Add, change),
    };
    let reader = open::to_read(config)?;
    let (state, _, reference, _) = reader.stores.ledger.standing_now().await.map_err(at_county)?;
    let area = match &place.area {
        Some(text) => find_area(&reference, text)?,
        None => reader.keys.county(),
    };
    let edit = Edit { act, duty: named(&reference, &place.name), area, from: place.from, fields };
    let planned = plan(&reference, state.begins, &edit)?;
    let people = everybody(&reader).await?;
    let concerned =
        people.iter().filter(|(one, _)| planned.concerns(&reference, area, one, edit.from)).count();
    print(&words::of(&edit, &planned, &reference, concerned, super::today()));
    if waiting.dry_run {
        print("没有写入（--dry-run）。\n");
        return Ok(ExitCode::SUCCESS);
    }
    let ids: Vec<RecordId> = people.iter().map(|(person, _)| person.id).collect();
    carry(config, &reader, edit, &ids, !waiting.no_wait).await
}

fn of(act: Act, change: Change) -> (Act, Place, Fields, Waiting) {
    let fields = Fields {
        title_zh: change.title_zh,
        title_en: change.title_en,
        kind: change.kind,
        categories: change.categories,
        ways: change.ways,
        mets: change.mets,
        cadence: change.cadence,
        cut: change.cut,
        visitors_min: change.visitors_min,
        enrolled_days_min: change.enrolled_days_min,
        roles: change.roles,
        source: Some(change.source),
        strength: change.strength,
    };
    (act, change.place, fields, change.waiting)
}

/// Has the edit made by the process that writes: this one, or the server that holds the data. Then
/// waits until the new figures are complete.
async fn carry(config: &Config, reader: &County, edit: Edit, ids: &[RecordId], wait: bool) -> Outcome {
    let errand = Errand::Duty(Box::new(edit));
    let complete = match open::to_write(config) {
        Ok(county) => {
            carry_out(&county, errand, clock::now_ms()).await?;
            print("已写入。\n");
            wait && progress::build(&county, ids).await?
        }
        Err(problem) if problem.code == ProblemCode::DataInUse => {
            hand_over(&config.data, &errand).await?;
            print("已写入。\n");
            wait && progress::watch(reader, ids).await?
        }
        Err(problem) => return Err(problem),
    };
    if complete {
        print("重算完成：各处已按新要求显示。\n");
    } else {
        print("新要求由服务按批重算，完成以前各处仍按原要求显示；`duty list` 末行说明进度。\n");
    }
    Ok(if wait && !complete { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
