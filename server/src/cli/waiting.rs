//! `county-server waiting …`: what waits for a reviewer, and the words on it.

use super::coverage::{Format, json};
use super::text::{Table, in_words, moment};
use super::{Outcome, errand, print, staff, today, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::decide::{Settlement, Verdict, Word};
use crate::open;
use crate::problem::wrong;
use crate::reports::waiting::{Filter, Item, List, Reason, Shown, Side, contested_record, list, show};
use crate::staff::{find, find_area};
use domain::catalogue::RecordKind;
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::value::{Origin, Value};
use std::process::ExitCode;

/// What can be asked about what waits, and said to it.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Everything that waits for a reviewer; children's names are masked.
    List {
        /// Only here and below: code or whole name.
        #[arg(long)]
        area: Option<String>,
        /// Only this.
        #[arg(long, value_enum)]
        reason: Option<Reason>,
        /// Only what has waited for so many days.
        #[arg(long, value_name = "DAYS")]
        older: Option<i32>,
        /// How it is printed.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Open one item: what it sets, both sides of what is contested, and what was said of it.
    Show {
        /// The item, as `list` names it.
        item: String,
        /// How it is printed.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Take items in; of one that asks a question: it is right as it is.
    Accept(Said),
    /// Pass items over; the worker reads the reason.
    Dismiss(Said),
    /// Look at items later.
    Keep(Said),
    /// Say which value of a contested field is to stand.
    Settle {
        /// The record, as `list` names it.
        record: RecordId,
        /// The field.
        field: String,
        /// The side of this number, as `show` prints it.
        #[arg(long = "use", value_name = "N", required_unless_present = "value")]
        side: Option<usize>,
        /// Neither: this value. Empty takes all of them back.
        #[arg(long, conflicts_with = "side")]
        value: Option<String>,
        /// Who decides: id or whole name.
        #[arg(long)]
        by: String,
    },
}

/// Which items, who, and why.
#[derive(Debug, clap::Args)]
pub(super) struct Said {
    /// The items, as `list` names them.
    #[arg(required = true)]
    items: Vec<String>,
    /// Who decides: id or whole name.
    #[arg(long)]
    by: String,
    /// Why: for the worker, and for whoever asks later.
    #[arg(long, default_value = "")]
    reason: String,
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    match command {
        Command::List { area, reason, older, format } => {
            let county = open::to_read(config)?;
            let reference = staff::reference(config).await?;
            let area = area.map(|area| find_area(&reference, &area)).transpose()?;
            let found = list(&county, Filter { area, reason, days_min: older }, today()).await?;
            print(&listed(&found, format)?);
        }
        Command::Show { item, format } => {
            let county = open::to_read(config)?;
            print(&opened(&show(&county, &item, today()).await?, format)?);
        }
        Command::Accept(said) => return decide(config, said, Verdict::Accept).await,
        Command::Dismiss(said) => return decide(config, said, Verdict::Dismiss).await,
        Command::Keep(said) => return decide(config, said, Verdict::Keep).await,
        Command::Settle { record, field, side, value, by } => {
            let by = find(&*staff::reference(config).await?, &by)?;
            let county = open::to_read(config)?;
            let shown = show(&county, &record.to_string(), today()).await?;
            let sides: Vec<&Side> = shown.sides.iter().filter(|one| one.field == field).collect();
            let value = chosen(&sides, side, value.as_deref())?;
            let record = contested_record(&county, record).await?;
            let word = Settlement { record, field, value, seen: shown.seen, by };
            match errand(config, Errand::Settle(Box::new(word))).await? {
                Answer::Done => print("已定。下次联系时手机上也会改过来。\n"),
                _ => return Err(unexpected()),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn decide(config: &Config, said: Said, verdict: Verdict) -> Outcome {
    let Said { items, by, reason } = said;
    let by = find(&*staff::reference(config).await?, &by)?;
    let word = Word { items, verdict, reason, by };
    let Answer::Decided(count) = errand(config, Errand::Decide(word)).await? else {
        return Err(unexpected());
    };
    let done = match verdict {
        Verdict::Accept => "已收下，下次联系时手机显示“县里已收到”",
        Verdict::Dismiss => "没有采用，原样还存着，下次联系时手机会显示原因",
        Verdict::Keep => "留着以后再看",
    };
    print(&format!("{count} 条{done}。\n"));
    Ok(ExitCode::SUCCESS)
}

/// The value of a side, or a new one of the same type.
fn chosen(sides: &[&Side], side: Option<usize>, value: Option<&str>) -> Result<Value, Problem> {
    let Some(text) = value else {
        let found = sides.iter().find(|one| Some(one.number) == side);
        let none = || {
            wrong(
                "--use",
                "没有这一边，请看 `waiting show` 印出的号码",
                "there is no such side; see `waiting show`",
            )
        };
        return found.map(|one| one.value.clone()).ok_or_else(none);
    };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let number =
        || text.parse().map(Value::Int).map_err(|_| wrong("--value", "这里要填数字", "a number is needed"));
    match sides.iter().map(|one| &one.value).find(|value| !value.is_null()) {
        Some(Value::Int(_)) => number(),
        Some(Value::Bool(_)) => {
            let truth = text.parse().map(Value::Bool);
            truth.map_err(|_| wrong("--value", "这里要填 true 或 false", "true or false is needed"))
        }
        Some(Value::List(_)) => Ok(Value::List(text.split(',').map(str::to_owned).collect())),
        _ => Ok(Value::text(text)),
    }
}

fn kind_zh(code: Option<&str>) -> &str {
    let known = RecordKind::ALL.iter().find(|kind| Some(kind.code()) == code);
    match known {
        Some(RecordKind::Person) => "服务对象",
        Some(RecordKind::Household) => "户",
        Some(RecordKind::ChildFile) => "儿童档案",
        Some(RecordKind::Visit) => "走访",
        Some(RecordKind::Part) => "走访对象",
        Some(RecordKind::Concern) => "发现的问题",
        _ => code.unwrap_or(""),
    }
}

fn listed(found: &List, format: Format) -> Result<String, Problem> {
    if format == Format::Json {
        return json(found);
    }
    let headings =
        ["编号", "原因", "区划", "谁写的", "日期", "是什么", "关于", "项", "收到", "说明", "以后再看"];
    let mut table = Table::new(&headings);
    found.items.iter().for_each(|item| table.row(cells(item)));
    if format == Format::Csv {
        return Ok(table.csv());
    }
    let rest = match found.awaiting {
        0 => String::new(),
        count => format!("另有 {count} 条在等还没到的内容：--reason awaiting\n"),
    };
    Ok(format!("待处理 {} 条\n\n{}{rest}", found.items.len(), table.text()))
}

fn cells(item: &Item) -> [String; 11] {
    let kept = item.kept.as_ref().map(|kept| format!("{} {}：{}", moment(kept.at_ms), kept.by, kept.reason));
    [
        item.handle.clone(),
        item.reason.zh().to_owned(),
        item.area_name.clone(),
        item.author.clone(),
        item.day.map(|day| day.to_string()).unwrap_or_default(),
        kind_zh(item.kind).to_owned(),
        item.people.join("、"),
        item.field.clone().unwrap_or_default(),
        moment(item.arrived_ms),
        item.why.clone(),
        kept.unwrap_or_default(),
    ]
}

fn opened(shown: &Shown, format: Format) -> Result<String, Problem> {
    if format == Format::Json {
        return json(shown);
    }
    let mut fields = Table::new(&["项", "要写成", "现在是", "来历"]);
    let hidden = || "（儿童的内容，经批准后才能看）".to_owned();
    for one in &shown.fields {
        fields.row([
            one.field.clone(),
            one.value.as_ref().map_or_else(hidden, in_words),
            one.stands.as_ref().map(in_words).unwrap_or_default(),
            origin_zh(one.origin).to_owned(),
        ]);
    }
    let mut sides = Table::new(&["项", "号", "值", "谁写的", "什么时候"]);
    for one in &shown.sides {
        let at = moment(one.at_ms);
        sides.row([one.field.clone(), one.number.to_string(), in_words(&one.value), one.by.clone(), at]);
    }
    if format == Format::Csv {
        return Ok(if shown.is_record() { sides.csv() } else { fields.csv() });
    }
    let heading = |item: &Item| {
        let about = item.people.join("、");
        let day = item.day.map(|day| day.to_string()).unwrap_or_default();
        let kind = kind_zh(item.kind);
        format!(
            "{} · {} · {} · {kind} {about} · {day} · {}\n{}\n",
            item.handle,
            item.reason.zh(),
            item.area_name,
            item.author,
            item.why
        )
    };
    let mut text: String = shown.items.iter().map(heading).collect();
    shown.questions.iter().for_each(|question| text.push_str(&format!("请补充：{question}\n")));
    for (table, any) in [(&fields, !shown.fields.is_empty()), (&sides, !shown.sides.is_empty())] {
        if any {
            text.push_str(&format!("\n{}", table.text()));
        }
    }
    for word in &shown.words {
        text.push_str(&format!(
            "\n{} {} {}：{}",
            moment(word.at_ms),
            word.by,
            verdict_zh(&word.verdict),
            word.reason
        ));
    }
    Ok(format!("{}\n", text.trim_end()))
}

fn verdict_zh(code: &str) -> &str {
    match code {
        "accept" => "收下",
        "dismiss" => "没有采用",
        "keep" => "以后再看",
        other => other,
    }
}

fn origin_zh(origin: Origin) -> &'static str {
    match origin {
        Origin::Asked => "",
        Origin::Prefilled => "带出的",
        Origin::ConfirmedUnchanged => "没变化",
    }
}
