//! What waits, as it is printed.

use crate::cli::coverage::{Format, json};
use crate::cli::text::{Table, in_words, moment};
use crate::cli::today;
use crate::county::County;
use crate::fields::{Place, Words, verdict_zh};
use crate::reports::waiting::{DecidedPage, Item, List, Shown, Side, Sides, show};
use crate::reports::{Settled, settled_of};
use domain::catalogue::{RecordKind, field_zh};
use domain::problem::{Problem, ProblemCode};
use domain::value::{Origin, Value};
use domain::visit::Way;

fn kind_zh(item: &Item) -> &str {
    item.kind.and_then(RecordKind::from_code).map_or(item.kind.unwrap_or_default(), RecordKind::zh)
}

/// The words of everything that some items speak of.
pub(super) async fn words(county: &County, items: &[Item]) -> Result<Words, Problem> {
    Words::of(county, items.iter().filter_map(|item| item.form).collect()).await
}

/// A field of an item.
pub(super) fn place<'a>(item: Option<&Item>, field: &'a str) -> Place<'a> {
    let kind = item.and_then(|item| item.kind).and_then(RecordKind::from_code);
    Place { kind, field, form: item.and_then(|item| item.form) }
}

/// What a field is called, with the key by which `settle` names it.
pub(super) fn named(words: &Words, place: Place<'_>) -> String {
    let name = words.field(place);
    if name == place.field { name } else { format!("{name}（{}）", place.field) }
}

/// What stands over the list.
const HEADINGS: [&str; 11] =
    ["编号", "原因", "区划", "谁写的", "日期", "是什么", "关于", "项", "收到", "说明", "以后再看"];

/// The list.
pub(super) fn listed(found: &List, words: &Words, format: Format) -> Result<String, Problem> {
    if format == Format::Json {
        return json(found);
    }
    let (csv, mut headings) = (format == Format::Csv, HEADINGS.to_vec());
    headings.extend(csv.then_some("项的代号"));
    let mut table = Table::new(&headings);
    for item in &found.items {
        let field = item.field.as_deref();
        let name = field.map(|field| {
            let place = place(Some(item), field);
            if csv { words.field(place) } else { named(words, place) }
        });
        let code = csv.then(|| field.unwrap_or_default().to_owned());
        table.row(cells(item, name.unwrap_or_default()).into_iter().chain(code));
    }
    if csv {
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

/// What was decided.
pub(super) fn past(page: &DecidedPage, format: Format) -> Result<String, Problem> {
    if format == Format::Json {
        return json(page);
    }
    let mut table =
        Table::new(&["编号", "时间", "谁定的", "怎么定", "关于", "谁写的", "区划", "条数", "理由", "撤销"]);
    for one in &page.decisions {
        let undone = one
            .undone
            .as_ref()
            .map(|undone| format!("{} {}：{}", moment(undone.at_ms), undone.by, undone.reason));
        let field = one.field.as_deref().and_then(field_zh).map(|field| format!("：{field}"));
        table.row([
            one.id.to_string(),
            moment(one.at_ms),
            one.by.clone(),
            format!("{}{}", verdict_zh(&one.verdict), field.unwrap_or_default()),
            one.people.join("、"),
            one.author.clone(),
            one.area_name.clone(),
            one.count.to_string(),
            one.reason.clone(),
            undone.unwrap_or_default(),
        ]);
    }
    if format == Format::Csv {
        return Ok(table.csv());
    }
    let more = page.next.map(|next| format!("还有更早的：--before {next}\n")).unwrap_or_default();
    Ok(format!("{}{more}", table.text()))
}

/// One item, or a record: what is contested in it, and what was settled.
pub(super) async fn one(county: &County, item: &str, format: Format) -> Result<String, Problem> {
    let settled = match item.parse() {
        Ok(record) => settled_of(county, record, today()).await?,
        Err(_) => Vec::new(),
    };
    let shown = match show(county, item, today()).await {
        // Nothing is contested any more.
        Err(problem) if problem.code == ProblemCode::ArgumentWrong && !settled.is_empty() => None,
        shown => Some(shown?),
    };
    if format == Format::Json {
        return json(&OneItem { shown: shown.as_ref(), settled: &settled });
    }
    let mut text = String::new();
    if let Some(shown) = &shown {
        text = opened(shown, &words(county, &shown.items).await?, format);
    }
    let forms = settled.iter().filter_map(|one| one.form).collect();
    let settled = ends(&settled, &Words::of(county, forms).await?);
    Ok(match settled {
        Some(table) if format == Format::Csv && shown.is_none() => table.csv(),
        Some(table) if format == Format::Text => {
            format!("{text}\n已经定下的：\n{}", table.text()).trim_start().to_owned()
        }
        _ => text,
    })
}

/// An item for programs.
#[derive(serde::Serialize)]
struct OneItem<'a> {
    #[serde(flatten)]
    shown: Option<&'a Shown>,
    settled: &'a [Settled],
}

/// Which values were said to stand, by whom, and what stood beside them.
fn ends(settled: &[Settled], words: &Words) -> Option<Table> {
    let mut table = Table::new(&["项", "代号", "定为", "谁定的", "什么时候", "", "原来的各边"]);
    for one in settled {
        let place = Place { kind: RecordKind::from_code(one.kind), field: &one.field, form: one.form };
        table.row([
            words.field(place),
            one.field.clone(),
            words.value(place, &one.value),
            one.by.clone(),
            moment(one.at_ms),
            if one.stands { "现在是这个" } else { "后来又改了" }.to_owned(),
            words.sides(place, &one.sides),
        ]);
    }
    (!settled.is_empty()).then_some(table)
}

fn opened(shown: &Shown, words: &Words, format: Format) -> String {
    let csv = format == Format::Csv;
    let (fields, sides) = (fields_of(shown, words, csv), sides_of(shown, words, csv));
    if csv {
        return if shown.is_record() { sides.csv() } else { fields.csv() };
    }
    let mut text: String = shown.items.iter().map(heading).collect();
    shown.kept_bytes.iter().for_each(|bytes| text.push_str(&format!("原样存着 {bytes} 字节\n")));
    shown.questions.iter().for_each(|question| text.push_str(&format!("请补充：{question}\n")));
    for (table, any) in [(&fields, !shown.fields.is_empty()), (&sides, !shown.sides.is_empty())] {
        if any {
            text.push_str(&format!("\n{}", table.text()));
        }
    }
    shown.going.iter().for_each(|going| text.push_str(&side_by_side(going)));
    for word in &shown.words {
        text.push_str(&format!(
            "\n{} {} {}：{}",
            moment(word.at_ms),
            word.by,
            verdict_zh(&word.verdict),
            word.reason
        ));
    }
    format!("{}\n", text.trim_end())
}

/// Two visits that may be one, a row each; and what was answered differently.
fn side_by_side(going: &Sides) -> String {
    let mut table = Table::new(&["走访", "从", "到", "怎么见的", "走访人", "见到谁", "回执"]);
    for one in &going.visits {
        let met = one.met.iter().map(|met| format!("{}：{}", met.name, met.zh)).collect::<Vec<_>>();
        table.row([
            one.visit.to_string(),
            one.from_ms.map(moment).unwrap_or_default(),
            one.until_ms.map(moment).unwrap_or_default(),
            one.way.and_then(Way::from_code).map_or("", Way::zh).to_owned(),
            one.credit.zh(),
            met.join("；"),
            one.receipt.clone().unwrap_or_default(),
        ]);
    }
    let mut text = format!("\n{}", table.text());
    for one in &going.differs {
        let [first, second] = &one.answers_zh;
        text.push_str(&format!("\n{} · {}：{first} ｜ {second}", one.name, one.question_zh));
    }
    if going.shut {
        text.push_str(&format!("\n{HIDDEN}"));
    }
    text.push('\n');
    text
}

/// What an item sets; for spreadsheets with the codes beside the words.
fn fields_of(shown: &Shown, words: &Words, csv: bool) -> Table {
    let mut table = Table::new(match csv {
        true => &["项", "要写成", "现在是", "来历", "项的代号", "要写成的代码", "现在的代码"],
        false => &["项", "要写成", "现在是", "来历"],
    });
    for one in &shown.fields {
        let place = place(shown.items.first(), &one.field);
        let [to, stands] = [&one.value, &one.stands].map(Option::as_ref);
        let mut cells = vec![
            words.field(place),
            to.map_or_else(|| HIDDEN.to_owned(), |to| words.value(place, to)),
            stands.map(|stands| words.value(place, stands)).unwrap_or_default(),
            if one.origin == Origin::Asked { String::new() } else { one.origin.zh().to_owned() },
        ];
        if csv {
            let code = |value: Option<&Value>| value.map(in_words).unwrap_or_default();
            cells.extend([one.field.clone(), code(to), code(stands)]);
        }
        table.row(cells);
    }
    table
}

/// What stands side by side; for spreadsheets with the codes beside the words.
fn sides_of(shown: &Shown, words: &Words, csv: bool) -> Table {
    let mut table = Table::new(match csv {
        true => &["项", "号", "值", "谁写的", "什么时候", "当时看到的", "项的代号", "值的代码"],
        false => &["项", "号", "值", "谁写的", "什么时候", "当时看到的"],
    });
    for one in &shown.sides {
        let place = place(shown.items.first(), &one.field);
        let name = if csv { words.field(place) } else { named(words, place) };
        let value = words.value(place, &one.value);
        let mut cells = vec![name, one.number.to_string(), value, one.by.clone(), moment(one.at_ms)];
        cells.push(saw(one, words, place));
        if csv {
            cells.extend([one.field.clone(), in_words(&one.value)]);
        }
        table.row(cells);
    }
    table
}

/// What a side's author had before their eyes.
fn saw(side: &Side, words: &Words, place: Place<'_>) -> String {
    match side.saw.as_deref() {
        None => "这里查不到".to_owned(),
        Some([]) => "还没有填".to_owned(),
        Some(values) => values.iter().map(|value| words.value(place, value)).collect::<Vec<_>>().join("、"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::waiting::{Filter, Reason, list};
    use crate::testing::World;
    use domain::catalogue::keys;
    use domain::ids::AreaCode;
    use domain::patch::RecordRef;
    use domain::time::Happened;

    const ELSEWHERE: AreaCode = AreaCode(532_929_102_201);

    #[tokio::test]
    async fn a_reviewer_reads_words_and_a_spreadsheet_gets_the_codes_beside_them() {
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
            opened(&shown, &words(county, &shown.items).await.unwrap(), format)
        };
        let item = open(handle(Reason::OutsideArea), Format::Text).await;
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.unwrap();
        let place = reference.areas.name(ELSEWHERE);
        for words in ["怎么见的", "在别处见面", "走访时间", "上午", &place] {
            assert!(item.contains(words), "{words}: {item}");
        }
        assert!(!item.contains("elsewhere") && !item.contains("T00:00"), "{item}");
        let csv = open(handle(Reason::OutsideArea), Format::Csv).await;
        for words in ["项,要写成,现在是", "怎么见的,在别处见面,", ",way,elsewhere,"] {
            assert!(csv.contains(words), "{words}: {csv}");
        }
        let sides = open(handle(Reason::Contested), Format::Text).await;
        assert!(sides.contains("本人电话（phone）") && sides.contains("13300000002"), "{sides}");
    }
}
