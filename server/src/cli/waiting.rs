//! `county-server waiting …`: what waits for a reviewer, and the words on it.

mod print;

use self::print::{listed, named, one, past, place, words};
use super::coverage::Format;
use super::{Outcome, errand, print, staff, today, typed, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::at_county;
use crate::decide::{Retraction, Settlement, Verdict, Word, not_blindly};
use crate::fields::{Place, Words};
use crate::goings;
use crate::open;
use crate::problem::wrong;
use crate::reports::waiting::{Filter, Item, Reason, Shown, Side, contested_record, decided, list, show};
use crate::staff::{find, find_area};
use domain::going::Going;
use domain::head::{Head, Reading};
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::value::Value;
use std::process::ExitCode;

/// How many decisions are printed at once.
const PAGE: usize = 50;

/// What can be asked about what waits, and said to it.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 等审核员看的全部；儿童姓名遮盖 (everything that waits for a reviewer; children's names are masked).
    List {
        /// 只看这个区划及以下：代码或全名 (only here and below: code or whole name).
        #[arg(long)]
        area: Option<String>,
        /// 只看这一种原因 (only this reason).
        #[arg(long, value_enum)]
        reason: Option<Reason>,
        /// 只看等了这么多天的 (only what has waited for so many days).
        #[arg(long, value_name = "DAYS", value_parser = typed::number::<i32>)]
        older: Option<i32>,
        /// 打印成什么 (how it is printed).
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// 打开一条：要写什么，不一致的各边，说过什么 (open one item: what it sets, both sides of what is contested, what was said of it).
    Show {
        /// 哪一条：`waiting list` 的编号 (the item, as `list` names it).
        item: String,
        /// 打印成什么 (how it is printed).
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// 收下；请本人补充的：这样就对 (take items in; of one that asks a question: it is right as it is).
    Accept(Said),
    /// 不采用；本人看得到理由 (pass items over; the worker reads the reason).
    Dismiss(Said),
    /// 以后再看 (look at items later).
    Keep(Said),
    /// 可能是同一次走访：认作一次；各自的填写和功劳不变 (two visits that may be one: they are one; both stay as they are).
    One(Pair),
    /// 可能是同一次走访：不是同一次，以后不再提示 (they are two, and are not suggested again).
    Two(Pair),
    /// 已处理：谁、什么时候、怎么定的、为什么，撤销了没有 (what was decided, the latest first, and what of it was taken back).
    History {
        /// 只看这个区划及以下：代码或全名 (only here and below: code or whole name).
        #[arg(long)]
        area: Option<String>,
        /// 接着上一页：它末尾印的数 (the next page: the number with which the last one ends).
        #[arg(long, value_name = "N", value_parser = typed::number::<u64>)]
        before: Option<u64>,
        /// 打印成什么 (how it is printed).
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// 撤销一个决定：当时一起定的都回到待处理 (take a decision back: all that was decided with it waits again).
    Undo {
        /// 哪个决定：`waiting history` 的编号 (the decision, as `history` names it).
        decision: RecordId,
        /// 谁撤销：编号或姓名 (who takes it back: id or whole name).
        #[arg(long)]
        by: String,
        /// 为什么撤销 (why).
        #[arg(long)]
        reason: String,
    },
    /// 填写不一致的一项，定下用哪个 (say which value of a contested field is to stand).
    Settle {
        /// 哪条记录：`waiting list` 的编号 (the record, as `list` names it).
        #[arg(value_parser = typed::contested)]
        record: RecordId,
        /// 哪一项：代号，`waiting show` 印在括号里 (the field: its key, which `waiting show` prints in brackets).
        field: String,
        /// 用这一边：`waiting show` 印的号 (the side of this number, as `show` prints it).
        #[arg(
            long = "use",
            value_name = "N",
            value_parser = typed::number::<usize>,
            allow_hyphen_values = true
        )]
        side: Option<usize>,
        /// 都不对，写成这个；写空就是全部撤回 (neither: this value; empty takes all of them back).
        #[arg(long, conflicts_with = "side")]
        value: Option<String>,
        /// 谁决定：编号或姓名 (who decides: id or whole name).
        #[arg(long)]
        by: String,
    },
}

/// Which two visits, who, and why.
#[derive(Debug, clap::Args)]
pub(super) struct Pair {
    /// 哪两次：`waiting list` 的编号 (the two, as `list` names them).
    item: String,
    /// 谁决定：编号或姓名 (who decides: id or whole name).
    #[arg(long)]
    by: String,
    /// 理由 (why).
    #[arg(long, default_value = "")]
    reason: String,
}

/// Which items, who, and why.
#[derive(Debug, clap::Args)]
pub(super) struct Said {
    /// 哪几条：`waiting list` 的编号 (the items, as `list` names them).
    #[arg(required = true)]
    items: Vec<String>,
    /// 谁决定：编号或姓名 (who decides: id or whole name).
    #[arg(long)]
    by: String,
    /// 理由：给本人看，也给以后问的人 (why: for the worker, and for whoever asks later).
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
            print(&listed(&found, &words(&county, &found.items).await?, format)?);
        }
        Command::Show { item, format } => print(&one(&*open::to_read(config)?, &item, format).await?),
        Command::Accept(said) => return decide(config, said, Verdict::Accept).await,
        Command::Dismiss(said) => return decide(config, said, Verdict::Dismiss).await,
        Command::Keep(said) => return decide(config, said, Verdict::Keep).await,
        Command::One(pair) => return going(config, pair, Going::One).await,
        Command::Two(pair) => return going(config, pair, Going::Two).await,
        Command::History { area, before, format } => {
            let county = open::to_read(config)?;
            let reference = staff::reference(config).await?;
            let area = area.map(|area| find_area(&reference, &area)).transpose()?;
            print(&past(&decided(&county, area, before, PAGE, today()).await?, format)?);
        }
        Command::Undo { decision, by, reason } => {
            let by = find(&*staff::reference(config).await?, &by)?;
            let word = Retraction { decision, reason, by };
            let Answer::Decided(count) = errand(config, Errand::Undo(word)).await? else {
                return Err(unexpected());
            };
            print(&format!("已撤销，{count} 条回到待处理。下次联系时手机上也会改回来。\n"));
        }
        Command::Settle { record, field, side, value, by } => {
            let by = find(&*staff::reference(config).await?, &by)?;
            let (shown, words, record) = {
                let county = open::to_read(config)?;
                let shown = show(&county, &record.to_string(), today()).await?;
                let words = words(&county, &shown.items).await?;
                let record = contested_record(&county, record).await?;
                not_blindly(&county, record, &field, today()).await?;
                (shown, words, record)
            };
            let sides = differing(&shown, &words, &field)?;
            let value = chosen(&sides, side, value.as_deref())?;
            let (seen, key) = (shown.seen.clone(), field.clone());
            let word = Settlement { record, field, value, seen, by };
            match errand(config, Errand::Settle(Box::new(word))).await? {
                Answer::Done => {
                    let row = open::to_read(config)?.stores.ledger.record(record).await.map_err(at_county)?;
                    let head = row.map(|row| row.head).unwrap_or_default();
                    print(&stands(&words, place(shown.items.first(), &key), &head));
                }
                _ => return Err(unexpected()),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn going(config: &Config, pair: Pair, going: Going) -> Outcome {
    let Pair { item, by, reason } = pair;
    let by = find(&*staff::reference(config).await?, &by)?;
    let word = goings::Word { item, going, reason, by };
    let Answer::Done = errand(config, Errand::Going(word)).await? else { return Err(unexpected()) };
    print(match going {
        Going::One => "已认作一次：走访次数里算一次，两人各自的走访都还在。下次联系时手机上会写明。\n",
        Going::Two => "已记下不是同一次，以后不再提示。\n",
    });
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

/// The sides of a field that is contested.
fn differing<'a>(shown: &'a Shown, words: &Words, field: &str) -> Result<Vec<&'a Side>, Problem> {
    let sides: Vec<&Side> = shown.sides.iter().filter(|one| one.field == field).collect();
    if !sides.is_empty() {
        return Ok(sides);
    }
    let keys: Vec<_> = shown.items.iter().filter_map(|item| item.field.as_deref()).collect();
    let name = |item: &Item| item.field.as_deref().map(|key| named(words, place(Some(item), key)));
    let names: Vec<_> = shown.items.iter().filter_map(name).collect();
    let zh = format!("这条记录的这一项没有不一致；不一致的是：{}", names.join("、"));
    Err(wrong(field, zh, format!("nothing differs in this field; what differs is: {}", keys.join(", "))))
}

/// What stands after a field was settled.
fn stands(words: &Words, place: Place<'_>, head: &Head) -> String {
    let name = words.field(place);
    match head.read(place.field) {
        Reading::Settled(value) => {
            format!("已定：{name}现在是“{}”。下次联系时手机上也会改过来。\n", words.value(place, value))
        }
        _ => format!("已写入，但{name}又来了一个不同的值，还是填写不一致：请再看一次 `waiting show`。\n"),
    }
}

/// The value of a side, or a new one of the same type.
fn chosen(sides: &[&Side], side: Option<usize>, value: Option<&str>) -> Result<Value, Problem> {
    let Some(text) = value else {
        if side.is_none() {
            let zh = "还要写用哪个值：--use N 用这一边（号见 `waiting show`），或 --value … 另写一个";
            let en = "say which value is to stand: --use N for a side (see `waiting show`), or --value … for another";
            return Err(wrong("waiting settle", zh, en));
        }
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

#[cfg(test)]
mod tests;
