//! `county-server waiting …`: what waits for a reviewer, and the words on it.

use super::coverage::{Format, json};
use super::fields::{Place, Words};
use super::text::{Table, in_words, moment};
use super::{Outcome, errand, print, staff, today, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::county::County;
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
    /// 等审核员看的全部；儿童姓名遮盖 (everything that waits for a reviewer; children's names are masked).
    List {
        /// 只看这个区划及以下：代码或全名 (only here and below: code or whole name).
        #[arg(long)]
        area: Option<String>,
        /// 只看这一种原因 (only this reason).
        #[arg(long, value_enum)]
        reason: Option<Reason>,
        /// 只看等了这么多天的 (only what has waited for so many days).
        #[arg(long, value_name = "DAYS")]
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
    /// 填写不一致的一项，定下用哪个 (say which value of a contested field is to stand).
    Settle {
        /// 哪条记录：`waiting list` 的编号 (the record, as `list` names it).
        record: RecordId,
        /// 哪一项：代号，`waiting show` 印在括号里 (the field: its key, which `waiting show` prints in brackets).
        field: String,
        /// 用这一边：`waiting show` 印的号 (the side of this number, as `show` prints it).
        #[arg(long = "use", value_name = "N", required_unless_present = "value")]
        side: Option<usize>,
        /// 都不对，写成这个；写空就是全部撤回 (neither: this value; empty takes all of them back).
        #[arg(long, conflicts_with = "side")]
        value: Option<String>,
        /// 谁决定：编号或姓名 (who decides: id or whole name).
        #[arg(long)]
        by: String,
    },
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
        Command::Show { item, format } => {
            let county = open::to_read(config)?;
            let shown = show(&county, &item, today()).await?;
            print(&opened(&shown, &words(&county, &shown.items).await?, format)?);
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

fn kind_zh(item: &Item) -> &str {
    item.kind.and_then(RecordKind::from_code).map_or(item.kind.unwrap_or_default(), RecordKind::zh)
}

/// The words of everything that some items speak of.
async fn words(county: &County, items: &[Item]) -> Result<Words, Problem> {
    Words::of(county, items.iter().filter_map(|item| item.form).collect()).await
}

/// A field of an item.
fn place<'a>(item: Option<&Item>, field: &'a str) -> Place<'a> {
    let kind = item.and_then(|item| item.kind).and_then(RecordKind::from_code);
    Place { kind, field, form: item.and_then(|item| item.form) }
}

/// What a field is called, with the key by which `settle` names it.
fn named(words: &Words, place: Place<'_>) -> String {
    let name = words.field(place);
    if name == place.field { name } else { format!("{name}（{}）", place.field) }
}

fn listed(found: &List, words: &Words, format: Format) -> Result<String, Problem> {
    if format == Format::Json {
        return json(found);
    }
    let headings =
        ["编号", "原因", "区划", "谁写的", "日期", "是什么", "关于", "项", "收到", "说明", "以后再看"];
    let mut table = Table::new(&headings);
    for item in &found.items {
        let field = item.field.as_deref().map(|field| match format {
            Format::Csv => field.to_owned(),
            _ => named(words, place(Some(item), field)),
        });
        table.row(cells(item, field.unwrap_or_default()));
    }
    if format == Format::Csv {
        return Ok(table.csv());
    }
    let rest = match found.awaiting {
        0 => String::new(),
        count => format!("另有 {count} 条在等还没到的内容：--reason awaiting\n"),
    };
    Ok(format!("待处理 {} 条\n\n{}{rest}", found.items.len(), table.text()))
}

fn cells(item: &Item, field: String) -> [String; 11] {
    let kept = item.kept.as_ref().map(|kept| format!("{} {}：{}", moment(kept.at_ms), kept.by, kept.reason));
    [
        item.handle.clone(),
        item.reason.zh().to_owned(),
        item.area_name.clone(),
        item.author.clone(),
        item.day.map(|day| day.to_string()).unwrap_or_default(),
        kind_zh(item).to_owned(),
        item.people.join("、"),
        field,
        moment(item.arrived_ms),
        item.why.clone(),
        kept.unwrap_or_default(),
    ]
}

fn opened(shown: &Shown, words: &Words, format: Format) -> Result<String, Problem> {
    if format == Format::Json {
        return json(shown);
    }
    let csv = format == Format::Csv;
    let (mut fields, mut sides) = (
        Table::new(&["项", "要写成", "现在是", "来历"]),
        Table::new(&["项", "号", "值", "谁写的", "什么时候"]),
    );
    let item = shown.items.first();
    // A spreadsheet keeps the codes, people read words.
    let value = |field: &str, value: &Value| {
        if csv { in_words(value) } else { words.value(place(item, field), value) }
    };
    for one in &shown.fields {
        let key = one.field.as_str();
        fields.row([
            if csv { key.to_owned() } else { words.field(place(item, key)) },
            one.value.as_ref().map_or_else(|| HIDDEN.to_owned(), |to| value(key, to)),
            one.stands.as_ref().map(|stands| value(key, stands)).unwrap_or_default(),
            if one.origin == Origin::Asked { String::new() } else { one.origin.zh().to_owned() },
        ]);
    }
    for one in &shown.sides {
        let key = one.field.as_str();
        let name = if csv { key.to_owned() } else { named(words, place(item, key)) };
        let at = moment(one.at_ms);
        sides.row([name, one.number.to_string(), value(key, &one.value), one.by.clone(), at]);
    }
    if csv {
        return Ok(if shown.is_record() { sides.csv() } else { fields.csv() });
    }
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

/// What stands in the place of what only those responsible may read.
const HIDDEN: &str = "（儿童的内容，经批准后才能看）";

fn heading(item: &Item) -> String {
    let day = item.day.map(|day| day.to_string()).unwrap_or_default();
    format!(
        "{} · {} · {} · {} {} · {day} · {}\n{}\n",
        item.handle,
        item.reason.zh(),
        item.area_name,
        kind_zh(item),
        item.people.join("、"),
        item.author,
        item.why
    )
}

fn verdict_zh(code: &str) -> &str {
    match code {
        "accept" => "收下",
        "dismiss" => "没有采用",
        "keep" => "以后再看",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use domain::catalogue::keys;
    use domain::ids::AreaCode;
    use domain::patch::RecordRef;
    use domain::time::Happened;

    const ELSEWHERE: AreaCode = AreaCode(532_929_102_201);

    #[tokio::test]
    async fn a_reviewer_reads_words_and_a_spreadsheet_gets_the_codes() {
        let world = World::new().await;
        let (county, elder) = (&world.county, world.elder().await);
        let mut phone = world.phone(1).await;
        let village = Value::Int(i64::try_from(ELSEWHERE.0).unwrap());
        let morning = Happened::morning(today()).to_string();
        let sets =
            [(keys::VILLAGE, village), (keys::WAY, "elsewhere".into()), (keys::HAPPENED, morning.into())];
        phone.write(RecordKind::Visit, &sets);
        let record = RecordRef { kind: RecordKind::Person, id: elder };
        phone.write_to(record, &[(keys::PHONE, "13300000001".into())]);
        phone.exchange(&world.phones).await.unwrap();
        let mut other = world.phone(2).await;
        other.write_to(record, &[(keys::PHONE, "13300000002".into())]);
        other.exchange(&world.phones).await.unwrap();

        let found = list(county, Filter::default(), today()).await.unwrap();
        let text = listed(&found, &words(county, &found.items).await.unwrap(), Format::Text).unwrap();
        for words in ["不在负责的村", "走访", "填写不一致", "服务对象", "本人电话（phone）"]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
        let handle = |reason| &found.items.iter().find(|item| item.reason == reason).unwrap().handle;
        let open = async |handle: &str, format| {
            let shown = show(county, handle, today()).await.unwrap();
            opened(&shown, &words(county, &shown.items).await.unwrap(), format).unwrap()
        };
        let item = open(handle(Reason::OutsideArea), Format::Text).await;
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.unwrap();
        let place = reference.areas.name(ELSEWHERE);
        for words in ["怎么见的", "在别处见面", "走访时间", "上午", &place] {
            assert!(item.contains(words), "{words}: {item}");
        }
        assert!(!item.contains("elsewhere") && !item.contains("T00:00"), "{item}");
        let csv = open(handle(Reason::OutsideArea), Format::Csv).await;
        assert!(csv.contains("way,elsewhere,"), "{csv}");
        let sides = open(handle(Reason::Contested), Format::Text).await;
        assert!(sides.contains("本人电话（phone）") && sides.contains("13300000002"), "{sides}");
    }
}
