//! One person and one visit, opened: visits, who wrote what, what differs and what was settled. What is for
//! those responsible for a child is not among it, unless it was opened under a grant.

use super::{Format, json};
use crate::cli::text::{Table as Columns, in_words, moment};
use crate::cli::{hint, today};
use crate::county::County;
use crate::fields::{Place, Words};
use crate::reports::{self, FieldHistory, PersonVisits, Settled, Share, VisitLine};
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::time::Day;
use std::collections::BTreeSet;

/// A person, opened.
#[derive(serde::Serialize)]
struct Opened {
    #[serde(flatten)]
    person: PersonVisits,
    as_of: Day,
    contested: Vec<FieldHistory>,
    settled: Vec<Settled>,
}

impl Opened {
    fn place<'a>(&self, field: &'a str) -> Place<'a> {
        Place { kind: Some(RecordKind::Person), field, form: None }
    }

    /// For people: the name, what differs, what was settled, the visits.
    fn text(&self, words: &Words) -> String {
        let PersonVisits { name, home, categories, visits, times } = &self.person;
        let mut text = format!("{name}　{home}　{}　走访 {times} 次\n", categories.join("、"));
        if self.as_of != today() {
            text.push_str(&format!("走访只列到 {}\n", self.as_of));
        }
        for one in &self.contested {
            let (place, at) = (self.place(&one.field), moment(one.made_ms));
            let (field, value) = (words.field(place), words.value(place, &one.value));
            text.push_str(&format!("填写不一致 {field}：{value}（{} {at}）\n", one.by));
        }
        for one in &self.settled {
            let (place, at) = (self.place(&one.field), moment(one.at_ms));
            let (field, value) = (words.field(place), words.value(place, &one.value));
            let then = if one.stands { "" } else { "，后来又改了" };
            let sides = words.sides(place, &one.sides);
            text.push_str(&format!(
                "已经定下 {field}：{value}（{} {at}{then}）；原来的各边：{sides}\n",
                one.by
            ));
        }
        let mut columns = Columns::new(&["日期", "怎么见的", "走访人", "回执", "走访"]);
        visits.iter().for_each(|line| columns.row(cells(line).into_iter().chain([line.visit.to_string()])));
        format!("{text}\n{}", columns.text())
    }

    /// For spreadsheets: a row for each visit and for each value that differs or was settled, words first,
    /// codes beside them.
    fn csv(&self, words: &Words) -> String {
        let mut columns = Columns::new(&[
            "是什么",
            "日期",
            "怎么见的",
            "走访人",
            "回执",
            "项",
            "值",
            "谁写的",
            "什么时候",
            "方式代码",
            "见到谁代码",
            "原因代码",
            "项的代号",
            "值的代码",
            "走访",
        ]);
        let empty = |count| std::iter::repeat_n(String::new(), count);
        for line in &self.person.visits {
            let met = line.met.as_ref();
            let codes = met.map_or(["", "", ""], |met| [met.way, met.met, met.reason.unwrap_or_default()]);
            let row = ["走访".to_owned()].into_iter().chain(cells(line)).chain(empty(4));
            let row = row.chain(codes.map(str::to_owned)).chain(empty(2)).chain([line.visit.to_string()]);
            columns.row(row);
        }
        let contested =
            self.contested.iter().map(|one| ("填写不一致", &one.field, &one.value, &one.by, one.made_ms));
        let settled = self.settled.iter().map(|one| ("已经定下", &one.field, &one.value, &one.by, one.at_ms));
        for (what, field, value, by, at_ms) in contested.chain(settled) {
            let place = self.place(field);
            let told = [words.field(place), words.value(place, value), by.clone(), moment(at_ms)];
            let row = [what.to_owned()].into_iter().chain(empty(4)).chain(told).chain(empty(3));
            columns.row(row.chain([field.clone(), in_words(value), String::new()]));
        }
        columns.csv()
    }
}

/// A visit to a person in words.
fn cells(line: &VisitLine) -> [String; 4] {
    [
        line.day.map(|day| day.to_string()).unwrap_or_default(),
        line.met.as_ref().map_or_else(|| "不计入".to_owned(), |met| met.zh.clone()),
        who(line),
        line.receipt.clone(),
    ]
}

/// Who went, came along and wrote it down; and whose visit it is one and the same with.
fn who(line: &VisitLine) -> String {
    let same = line.one_with.iter().map(|names| format!("（与{}的走访是同一次）", names.join("、")));
    format!("{}{}", line.credit.zh(), same.collect::<String>())
}

/// A person: their visits, what is contested and what was settled.
pub(super) async fn person(
    county: &County,
    id: RecordId,
    as_of: Day,
    format: Format,
) -> Result<String, Problem> {
    let person = reports::of_person(county, id, as_of, today()).await?;
    let contested = reports::contested_of(county, id, today()).await?;
    let settled = reports::settled_of(county, id, today()).await?;
    let opened = Opened { person, as_of, contested, settled };
    let words = Words::of(county, BTreeSet::new()).await?;
    match format {
        Format::Json => json(&opened),
        Format::Csv => Ok(opened.csv(&words)),
        Format::Text => Ok(opened.text(&words)),
    }
}

/// The parts of a visit that are shut.
pub(super) async fn shut(county: &County, id: RecordId) -> Result<Vec<RecordId>, Problem> {
    let shares = reports::of_visit(county, id, &BTreeSet::new(), today()).await?;
    Ok(shares.into_iter().filter(|one| one.shut).map(|one| one.history.record).collect())
}

/// A visit's parts, and who wrote what when; those that are shut only when they were opened.
pub(super) async fn visit(
    county: &County,
    id: RecordId,
    opened: &BTreeSet<RecordId>,
    format: Format,
) -> Result<String, Problem> {
    let shares = reports::of_visit(county, id, opened, today()).await?;
    let closed = closed(&shares);
    if format != Format::Text && !closed.is_empty() {
        hint(&closed);
    }
    if format == Format::Json {
        return json(&shares);
    }
    let forms = shares.iter().flat_map(|one| &one.history.writes).filter_map(|write| write.form);
    let words = Words::of(county, forms.collect()).await?;
    let csv = format == Format::Csv;
    let mut columns = Columns::new(match csv {
        true => &[
            "记录",
            "项",
            "值",
            "谁",
            "填写",
            "收到",
            "状态",
            "",
            "项的代号",
            "值的代码",
            "状态代码",
            "记录代码",
            "记录编号",
        ],
        false => &["记录", "项", "值", "谁", "填写", "收到", "状态", ""],
    });
    for share in &shares {
        for write in &share.history.writes {
            columns.row(row(share, write, &words, csv));
        }
    }
    Ok(if csv { columns.csv() } else { format!("{}\n{closed}", columns.text()).trim_end().to_owned() + "\n" })
}

/// One write: in words, for spreadsheets with the codes behind them.
fn row(share: &Share, write: &FieldHistory, words: &Words, csv: bool) -> Vec<String> {
    let history = &share.history;
    let kind = RecordKind::from_code(history.kind);
    let place = Place { kind, field: &write.field, form: write.form };
    let of = kind.map_or(history.kind, RecordKind::zh);
    let of = share.name.as_ref().map_or_else(|| of.to_owned(), |name| format!("{of} {name}"));
    let stands = match (write.stands && history.contested.contains(&write.field), write.stands) {
        (true, _) => "填写不一致",
        (false, true) => "",
        (false, false) => "已被替换",
    };
    let value = match (write.field.as_str(), &share.name) {
        (keys::SUBJECT, Some(name)) => name.clone(),
        (keys::VISIT, _) => "本次".to_owned(),
        (keys::HOUSEHOLD, _) => {
            let head = write.value.as_text().and_then(|id| history.names.get(id));
            head.map_or_else(|| words.value(place, &write.value), |head| format!("户主 {head}"))
        }
        _ => words.value(place, &write.value),
    };
    let mut cells = vec![of, words.field(place), value, write.by.clone()];
    cells.extend([write.made_ms, write.arrived_ms].map(moment));
    cells.extend([write.state.zh().to_owned(), stands.to_owned()]);
    if csv {
        let codes = [write.field.clone(), in_words(&write.value), write.state.code().to_owned()];
        cells.extend(codes.into_iter().chain([history.kind.to_owned(), history.record.to_string()]));
    }
    cells
}

/// Says what is not shown, and how it is opened.
fn closed(shares: &[Share]) -> String {
    let names: Vec<_> = shares.iter().filter(|one| one.shut).filter_map(|one| one.name.clone()).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(
        "{}：儿童的内容没有打印。要看先要有管那里的批准查看，再写 --grant 批准编号 --reason 查看事由 --by 谁看；每次打开都有记录。",
        names.join("、")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{VILLAGE, World, story};
    use domain::time::Happened;
    use domain::value::Value;

    #[tokio::test]
    async fn what_was_said_of_a_child_is_printed_only_when_it_was_opened() {
        let world = World::new().await;
        let county = &world.county;
        let story = story();
        let mut phone = world.phone(1).await;
        let village = Value::Int(i64::try_from(VILLAGE.0).unwrap());
        let when = Value::from(Happened::whole(today()).to_string());
        let visit = [(keys::VILLAGE, village), (keys::WAY, "home".into()), (keys::HAPPENED, when)];
        let visit = phone.write(RecordKind::Visit, &visit);
        let mut parts = Vec::new();
        for (person, words) in [(story.grandson, "想妈妈"), (story.grandmother, "腿疼")] {
            let link = |id: RecordId| Value::from(id.to_string());
            let part = [
                (keys::VISIT, link(visit)),
                (keys::SUBJECT, link(person)),
                (keys::MET, "self".into()),
                (keys::REASON_WORDS, words.into()),
            ];
            parts.push(phone.write(RecordKind::Part, &part));
        }
        phone.exchange(&world.phones).await.unwrap();

        assert_eq!(shut(county, visit).await.unwrap(), [parts[0]]);
        for format in [Format::Text, Format::Csv, Format::Json] {
            let closed = super::visit(county, visit, &BTreeSet::new(), format).await.unwrap();
            assert!(!closed.contains("想妈妈") && closed.contains("腿疼"), "{closed}");
            let opened = super::visit(county, visit, &BTreeSet::from([parts[0]]), format).await.unwrap();
            assert!(opened.contains("想妈妈"), "{opened}");
        }
        let text = super::visit(county, visit, &BTreeSet::new(), Format::Text).await.unwrap();
        let masked = text.lines().find(|line| line.starts_with("走访对象") && line.contains('*'));
        assert!(masked.is_some() && text.contains("--grant"), "{text}");
        assert!(!text.contains(&story.grandson.to_string()), "people by name, not by id: {text}");
    }

    #[tokio::test]
    async fn the_household_of_a_visit_is_told_by_its_head_and_a_child_s_name_is_masked() {
        let world = World::new().await;
        let mut phone = world.phone(1).await;
        let village = Value::Int(i64::try_from(VILLAGE.0).unwrap());
        let when = Value::from(Happened::whole(today()).to_string());
        let story = story();
        for (person, child) in [(story.grandmother, false), (story.grandson, true)] {
            let record = domain::patch::RecordRef { kind: RecordKind::Person, id: person };
            let head = world.county.stores.ledger.record(record).await.unwrap().unwrap().head;
            let name = head.text(keys::NAME).unwrap().to_owned();
            let shown = if child { domain::mask::name(&name) } else { name.clone() };
            let home = [(keys::NAME, name.as_str().into()), (keys::VILLAGE, village.clone())];
            let home = phone.write(RecordKind::Household, &home);
            let link = |id: RecordId| Value::from(id.to_string());
            let visit = [(keys::VILLAGE, village.clone()), (keys::WAY, "home".into())];
            let more = [(keys::HAPPENED, when.clone()), (keys::HOUSEHOLD, link(home))];
            let visit = phone.write(RecordKind::Visit, &[visit, more].concat());
            let part =
                [(keys::VISIT, link(visit)), (keys::SUBJECT, link(person)), (keys::MET, "self".into())];
            phone.write(RecordKind::Part, &part);
            phone.exchange(&world.phones).await.unwrap();
            let text = super::visit(&world.county, visit, &BTreeSet::new(), Format::Text).await.unwrap();
            assert!(text.contains(&format!("户主 {shown}")), "{text}");
            assert!(!text.contains(&home.to_string()) && text.contains(&name) != child, "{text}");
        }
    }

    #[tokio::test]
    async fn a_grant_opens_the_children_of_its_villages_and_of_no_other() {
        use crate::control::{Answer, Errand, carry_out};
        use crate::opening::{Opening, homes};
        use domain::catalogue::keys::{AREA, FROM, STAFF, STATE, UNTIL, WORDS};
        let world = World::new().await;
        let county = &world.county;
        let (now_ms, operator) = (crate::clock::now_ms(), crate::staff::operator());
        let write = async |kind, sets: Vec<(&str, Value)>| {
            let sets = sets.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            let change = crate::staff::Change::new(kind, sets);
            crate::staff::write(county, operator, change, now_ms).await.unwrap()
        };
        let number = |area: domain::ids::AreaCode| Value::Int(i64::try_from(area.0).unwrap());
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.unwrap();
        let mut villages = reference.areas.0.keys().copied().filter(|area| !area.0.is_multiple_of(1000));
        let villages: [_; 3] = std::array::from_fn(|_| villages.next().unwrap());
        let when = Value::from(Happened::whole(today()).to_string());
        let school = vec![(keys::VILLAGE, number(villages[0])), (keys::WAY, "elsewhere".into())];
        let visit = write(RecordKind::Visit, [school, vec![(keys::HAPPENED, when)]].concat()).await;
        let told = ["想妈妈", "想爸爸", "想奶奶", "想姐姐", "想弟弟"];
        let mut parts = Vec::new();
        for (place, words) in [0, 0, 1, 1, 2].into_iter().zip(told) {
            let born = today().plus(-3650).to_string();
            let child = vec![
                (keys::NAME, "杨小某".into()),
                (keys::VILLAGE, number(villages[place])),
                (keys::BORN, born.into()),
            ];
            let child = write(RecordKind::Person, child).await;
            assert_eq!(homes(county, child).await.unwrap(), BTreeSet::from([villages[place]]));
            let part = vec![
                (keys::VISIT, visit.to_string().into()),
                (keys::SUBJECT, child.to_string().into()),
                (keys::MET, "self".into()),
                (keys::REASON_WORDS, words.into()),
            ];
            parts.push(write(RecordKind::Part, part).await);
        }
        let by = crate::seed::staff::id(county.keys.county(), 1);
        let day = |days| Value::from(today().plus(days).to_string());
        let grant = async |area| {
            let sets = vec![(STAFF, by.to_string().into()), (AREA, number(area)), (WORDS, "核实".into())];
            let days = vec![(STATE, "approved".into()), (FROM, day(0)), (UNTIL, day(3))];
            write(RecordKind::Grant, [sets, days].concat()).await
        };
        let open = async |grant, parts: Vec<RecordId>| {
            let reason = domain::grant::OpeningReason::Verify;
            let opening = Opening { grant, parts, concerns: Vec::new(), person: None, reason, by };
            carry_out(county, Errand::Open(opening), now_ms).await
        };
        assert_eq!(shut(county, visit).await.unwrap().len(), 5);
        let own = grant(villages[1]).await;
        let Answer::Opened(opened) = open(own, parts.clone()).await.unwrap() else {
            panic!("the parts that are open are named")
        };
        assert_eq!(opened, parts[2..4].iter().copied().collect());
        let logged = async || {
            let lines = county.stores.directory.accesses(None, 9).await.unwrap();
            lines.into_iter().filter_map(|(_, line)| Some(line.record?.id)).collect::<BTreeSet<_>>()
        };
        assert_eq!(logged().await, opened, "a line for each of them");
        let text = super::visit(county, visit, &opened, Format::Text).await.unwrap();
        for (words, open) in told.into_iter().zip([false, false, true, true, false]) {
            assert_eq!(text.contains(words), open, "{words}: {text}");
        }
        assert!(text.contains("--grant") && text.contains("杨*某、杨*某、杨*某："), "{text}");
        let refused = open(own, vec![parts[0], parts[4]]).await.unwrap_err();
        assert_eq!(refused.code, domain::problem::ProblemCode::GrantMissing);
        assert_eq!(logged().await, opened, "what was refused is not an opening");
    }

    #[tokio::test]
    async fn a_child_s_name_stays_masked_while_it_differs_and_once_it_is_settled() {
        let world = World::new().await;
        let county = &world.county;
        let story = story();
        let record = domain::patch::RecordRef { kind: RecordKind::Person, id: story.grandson };
        let names = [("杨小明", "阿明子"), ("杨晓明", "阿鸣子")];
        let by = crate::seed::staff::id(county.keys.county(), 1);
        for (name, nickname) in names {
            let sets = [(keys::NAME, name), (keys::NICKNAME, nickname)];
            let sets = sets.map(|(key, value)| (key.to_owned(), value.into())).into();
            let change = crate::staff::Change::of_register(record, domain::log::Vector::default(), sets);
            crate::staff::write(county, by, change, crate::clock::now_ms()).await.unwrap();
        }
        let masked = async || {
            for format in [Format::Text, Format::Csv, Format::Json] {
                let text = person(county, story.grandson, today(), format).await.unwrap();
                for whole in names.iter().flat_map(|(name, nickname)| [name, nickname]) {
                    assert!(!text.contains(whole), "{whole}: {text}");
                }
                assert!(text.contains("杨*明") && text.contains("阿*子"), "{text}");
            }
        };
        masked().await;
        for (field, value) in [(keys::NAME, names[0].0), (keys::NICKNAME, names[0].1)] {
            let (row, field) =
                (county.stores.ledger.record(record).await.unwrap().unwrap(), field.to_owned());
            let (seen, value) = (row.head.vector.clone(), value.into());
            let word = crate::decide::Settlement { record, field, value, seen, by };
            crate::decide::settle(county, &word, crate::clock::now_ms()).await.unwrap();
        }
        masked().await;
        let told = reports::settled_of(county, story.grandson, today()).await.unwrap();
        assert_eq!(told.len(), 2, "{told:?}");
    }

    #[tokio::test]
    async fn a_spreadsheet_of_a_person_has_what_differs_in_words_with_its_code() {
        let world = World::new().await;
        let elder = world.elder().await;
        let record = domain::patch::RecordRef { kind: RecordKind::Person, id: elder };
        for (seed, number) in [(1, "13300000001"), (2, "13300000002")] {
            let mut phone = world.phone(seed).await;
            phone.write_to(record, &[(keys::PHONE, number.into())]);
            phone.exchange(&world.phones).await.unwrap();
        }
        let csv = person(&world.county, elder, today(), Format::Csv).await.unwrap();
        for number in ["13300000001", "13300000002"] {
            let row = csv.lines().find(|line| line.contains(number)).unwrap();
            assert!(
                row.starts_with("填写不一致,") && row.contains("本人电话") && row.contains(",phone,"),
                "{row}"
            );
        }
    }
}
