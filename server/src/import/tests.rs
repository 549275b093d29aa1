//! Files as offices have them, against a county: good rows, bad rows, the same file twice.

use super::export::Shown;
use super::numbers::{Numbers, local_number};
use super::table::FileKind;
use super::*;
use crate::clock;
use crate::county::County;
use crate::grid::Format;
use crate::staff::operator;
use crate::testing::{VILLAGE, World};
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::Day;
use domain::value::Value;
use rust_xlsxwriter::{Format as Look, Workbook};
use std::collections::BTreeSet;
use std::sync::Arc;

mod books;
mod roster;
mod rounds;

const FILE: &str = "名册.xlsx";

fn today() -> Day {
    Day::of(clock::now_ms())
}

async fn reference(world: &World) -> Arc<Reference> {
    world.county.stores.ledger.standing_now().await.unwrap().2
}

fn frame(county: &County) -> Frame {
    Frame { scope: county.keys.county(), now_ms: clock::now_ms() }
}

/// The rows of a file, and what is wrong already as they are read.
async fn rows(world: &World, bytes: &[u8]) -> (Vec<people::Row>, Vec<Wrong>) {
    let (table, columns) = read(FILE, bytes, List::People).unwrap();
    people::rows(&table, &columns, &*reference(world).await, today())
}

/// Takes a file whole; what is wrong, as it was read and beside the register, by line.
async fn import(world: &World, bytes: &[u8], ticks: Ticks) -> Taken {
    let (rows, wrong) = rows(world, bytes).await;
    let mut taken = take(&world.county, operator(), &rows, &ticks, frame(&world.county), None).await.unwrap();
    taken.wrong.extend(wrong);
    taken.wrong.sort_by_key(|one| one.line);
    taken
}

async fn told(world: &World, bytes: &[u8]) -> Preview {
    let (rows, _) = rows(world, bytes).await;
    preview(&world.county, &rows, frame(&world.county)).await.unwrap()
}

/// Cells and reasons, these up to where they say what there is instead.
fn reasons(wrong: &[Wrong]) -> Vec<(String, String)> {
    let short = |text: &str| text.split(['；', '（']).next().unwrap().to_owned();
    wrong.iter().flat_map(|one| &one.doubts).map(|one| (one.cell.clone(), short(&one.zh))).collect()
}

fn reason(cell: &str, why: &str) -> (String, String) {
    (cell.to_owned(), why.to_owned())
}

async fn head(world: &World, kind: RecordKind, id: RecordId) -> Head {
    let record = RecordRef { kind, id };
    world.county.stores.ledger.record(record).await.unwrap().unwrap().head.as_ref().clone()
}

async fn called(world: &World, name: &str) -> Vec<(Person, Head)> {
    let mut found = Vec::new();
    for (person, _) in crate::person::everybody(&world.county).await.unwrap() {
        if person.name == name {
            let head = head(world, RecordKind::Person, person.id).await;
            found.push((person, head));
        }
    }
    found
}

/// An ID number that nobody has, of somebody born in 1950.
fn id_number(running: u32) -> String {
    let digits = format!("53292919500101{running:03}");
    let check = domain::id_number::check_character(&digits).unwrap();
    format!("{digits}{check}")
}

fn csv(rows: &[&str]) -> Vec<u8> {
    let head = "乡镇,村,小组,户主,与户主关系,姓名,身份证号,类别,电话,照料人,住址";
    std::iter::once(&head).chain(rows).map(|row| format!("{row}\n")).collect::<String>().into_bytes()
}

#[tokio::test]
async fn good_rows_are_taken_whole_and_the_same_file_twice_changes_nothing() {
    let world = World::new().await;
    let [one, two] = [1, 2].map(id_number);
    let bytes = csv(&[
        &format!(
            "功果桥镇,民主村,3,测 一,本人,测 一,{one},低保、独居老人,139 0000 0001,测二 13900000002,核桃树下第二家"
        ),
        &format!("功果桥镇,民主村委会,3组,测一,配偶,测三,{two},低保,,,"),
        ",532929102210,3组,测一,孙子,测·四,,留守儿童,,13900000003,",
    ]);
    let before = told(&world, &bytes).await;
    assert_eq!((before.new, before.homes, before.unchanged), (3, 1, 0));
    let taken = import(&world, &bytes, Ticks::None).await;
    assert_eq!((taken.new, taken.wrong.len()), (3, 0), "{taken:?}");
    let (person, head) = called(&world, "测一").await.pop().unwrap();
    assert_eq!(
        (person.id_number.as_deref(), person.villages.as_slice()),
        (Some(one.as_str()), &[VILLAGE][..])
    );
    assert_eq!((person.sex.as_deref(), person.born), (Some("1"), Day::from_ymd(1950, 1, 1)));
    let starts: Vec<_> = person.memberships.iter().map(|one| (one.code.as_str(), one.from)).collect();
    assert_eq!(starts, [("DB", Some(today())), ("DJ", Some(today()))], "the past is not changed");
    let text = |key| head.text(key).unwrap_or_default();
    assert_eq!([text(keys::RELATION), text(keys::PHONE)], ["户主", "13900000001"]);
    assert_eq!([text(keys::CARER), text(keys::PHONE_CARER)], ["测二", "13900000002"]);
    let home = self::head(&world, RecordKind::Household, person.household.unwrap()).await;
    assert_eq!(home.text(keys::GROUP), Some("3组"));
    assert_eq!(home.text(keys::DIRECTIONS), Some("核桃树下第二家"));
    let (child, head) = called(&world, "测·四").await.pop().unwrap();
    assert_eq!(child.household, person.household);
    assert_eq!(head.text(keys::LOCAL_NUMBER), Some(local_number(VILLAGE, 1).as_str()));
    let again = import(&world, &bytes, Ticks::All).await;
    assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 3), "{again:?}");
    world.sound().await;
}

#[tokio::test]
async fn a_bad_row_is_told_with_its_cells_and_stops_no_other() {
    let world = World::new().await;
    let [one, two, three] = [3, 4, 5].map(id_number);
    let bytes = csv(&[
        &format!("功果桥镇,民主村,,,,,{one},,,,"),
        "功果桥镇,没有的村,,,,测五,5.32929E+17,富户,12,,",
        "没有的镇,民主村,,,,测五,,,,,",
        &format!("诺邓镇,民主村,,,,测五,{one},,,,"),
        &format!("功果桥镇,民主村,,测六,户主,测五,{one},,,,"),
        &format!("功果桥镇,民主村,,测六,户主,测六,{two},留守儿童,,,"),
        &format!("功果桥镇,民主村,一组,测七,户主,测七,{three},低保,,,"),
        &format!("功果桥镇,民主村,一组,测七,户主,测七,{three},低保,,,"),
        "功果桥镇,民主村,二组,测八,,测九,,,,,",
        "功果桥镇,民主村,二组,测八,,测九,,,,,",
        "合计,,,,,10 人,,,,,",
    ]);
    let taken = import(&world, &bytes, Ticks::None).await;
    let found = reasons(&taken.wrong);
    for expected in [
        reason("F2", "没有填"),
        reason("B3", "没有这个村"),
        reason("G3", "Excel 把这一格当成数字，末三位已经丢了"),
        reason("H3", "没有类别“富户”"),
        reason("I3", "不是电话号码"),
        reason("A4", "没有这个乡镇"),
        reason("B5", "诺邓镇没有这个村"),
        reason("D6", "与户主关系是“户主”，这里却是另一个人"),
        reason("G9", "与第 8 行是同一个人"),
        reason("F11", "与第 10 行是同一家的同名人，分不清"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    assert!(found.iter().any(|(cell, why)| cell == "H7" && why.contains("不能是留守儿童")), "{found:?}");
    assert_eq!(taken.wrong.iter().map(|one| one.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 9, 11, 12]);
    assert_eq!(taken.new, 2, "测七, and 测九 once");
}

#[tokio::test]
async fn what_the_register_says_otherwise_is_changed_when_it_is_ticked() {
    let world = World::new().await;
    let number = id_number(6);
    let row = |phone: &str, group: &str, categories: &str| {
        csv(&[&format!("功果桥镇,民主村,{group},测十,户主,测十,{number},{categories},{phone},,坡上")])
    };
    import(&world, &row("13900000001", "一组", "低保"), Ticks::None).await;
    let later = row("13900000009", "二组", "残疾人");
    let told = told(&world, &later).await;
    let fields: Vec<_> = told.changes[0]
        .fields
        .iter()
        .map(|one| (one.zh.as_str(), one.old.as_str(), one.new.as_str()))
        .collect();
    let since = format!("残疾人（从 {} 起）", today());
    let expected =
        [("本人电话", "13900000001", "13900000009"), ("类别", "", since.as_str()), ("小组", "一组", "二组")];
    assert_eq!(fields, expected);
    assert_eq!(told.changes[0].fields[0].by.as_deref(), Some("服务器上"));
    assert_eq!(told.hash(), self::told(&world, &later).await.hash(), "told twice it is the same plan");
    let none = import(&world, &later, Ticks::None).await;
    assert_eq!((none.changed, none.left), (0, 1), "nothing is changed that nobody ticked");
    let other = import(&world, &later, Ticks::Lines(BTreeSet::from([9]))).await;
    assert_eq!((other.changed, other.left), (0, 1));
    let all = import(&world, &later, Ticks::Lines(BTreeSet::from([2]))).await;
    assert_eq!((all.changed, all.left), (1, 0));
    let (person, head) = called(&world, "测十").await.pop().unwrap();
    assert_eq!(head.text(keys::PHONE), Some("13900000009"));
    assert_eq!(person.memberships.len(), 2, "a category that a file leaves out goes on");
    let home = self::head(&world, RecordKind::Household, person.household.unwrap()).await;
    assert_eq!((home.text(keys::GROUP), home.text(keys::DIRECTIONS)), (Some("二组"), Some("坡上")));
    assert_eq!(import(&world, &later, Ticks::All).await.unchanged, 1);
    // Into another village: until today they were counted where they lived.
    let moved = csv(&[&format!("诺邓镇,532929101202,,测十,户主,测十,{number},,,,")]);
    let done = import(&world, &moved, Ticks::All).await;
    assert_eq!((done.changed, done.wrong.len()), (1, 0), "{done:?}");
    let (person, _) = called(&world, "测十").await.pop().unwrap();
    assert_eq!(person.village_on(today().plus(-1)), Some(VILLAGE));
    assert_eq!(person.counted_in(), Some(AreaCode(532_929_101_202)));
    world.sound().await;
}

#[tokio::test]
async fn whom_a_phone_has_registered_is_recognised_and_confirmed() {
    let world = World::new().await;
    let number = id_number(7);
    let mut phone = world.phone(1).await;
    let village = i64::try_from(VILLAGE.0).unwrap();
    let sets = [
        (keys::NAME, "测十一".into()),
        (keys::ID_NUMBER, number.as_str().into()),
        (keys::VILLAGE, village.into()),
        (keys::REGISTRATION, "pending".into()),
    ];
    let id = phone.write(RecordKind::Person, &sets);
    phone.exchange(&world.phones).await.unwrap();
    let bytes = csv(&[&format!("功果桥镇,民主村,一组,测十一,户主,测十一,{number},独居老人,,,")]);
    let told = told(&world, &bytes).await;
    assert_eq!((told.new, told.changes.len()), (0, 1));
    assert!(told.changes[0].pending && told.changes[0].fields.iter().any(|one| one.new == "已确认"));
    assert_eq!(import(&world, &bytes, Ticks::None).await.left, 1, "a file alone confirms nobody");
    assert!(Person::read(id, &head(&world, RecordKind::Person, id).await).pending);
    assert_eq!(import(&world, &bytes, Ticks::All).await.changed, 1);
    let person = Person::read(id, &head(&world, RecordKind::Person, id).await);
    assert!(!person.pending && person.household.is_some() && person.categories_on(today()).eq(["DJ"]));
    // What the phone says meanwhile stands beside it, and is not passed over.
    let record = RecordRef { kind: RecordKind::Person, id };
    phone.write_having_seen(record, &[(keys::PHONE, "13900000001".into())], domain::log::Vector::default());
    phone.exchange(&world.phones).await.unwrap();
    let with_phone =
        csv(&[&format!("功果桥镇,民主村,一组,测十一,户主,测十一,{number},独居老人,13900000002,,")]);
    let field = self::told(&world, &with_phone).await.changes.pop().unwrap().fields.pop().unwrap();
    let officer = reference(&world).await.staff_name(world.officer());
    assert_eq!((field.old.as_str(), field.by), ("13900000001", Some(officer)), "who wrote it is told");
    world.sound().await;
}

#[tokio::test]
async fn nobody_is_guessed() {
    let world = World::new().await;
    let elder = world.elder().await;
    let person = Person::read(elder, &head(&world, RecordKind::Person, elder).await);
    // Without a number, by village, head and name; with another's number somebody else.
    let home = head(&world, RecordKind::Household, person.household.unwrap()).await;
    let [chief, group] = [keys::NAME, keys::GROUP].map(|key| home.text(key).unwrap());
    let name = &person.name;
    let same = told(&world, &csv(&[&format!(",532929102210,{group},{chief},,{name},,,,,")])).await;
    assert_eq!((same.new, same.unchanged + same.changes.len()), (0, 1), "{same:?}");
    let other =
        told(&world, &csv(&[&format!(",532929102210,{group},{chief},,{name},{},,,,", id_number(8))])).await;
    assert_eq!((other.new, other.changes.len()), (1, 0));
    let vague = told(&world, &csv(&[&format!(",532929102210,,,,{name},,,,,")])).await;
    assert!(vague.wrong[0].doubts[0].zh.contains("请填户主或身份证号"), "{vague:?}");
    // Two homes of one name in one group.
    let twins = csv(&[
        &format!(",532929102210,九组,测甲,户主,测甲,{},,,,", id_number(9)),
        &format!(",532929102210,九组,测甲,户主,测甲,{},,,,", id_number(10)),
        &format!(",532929102210,九组,测甲,儿子,测乙,{},,,,", id_number(11)),
    ]);
    let told = told(&world, &twins).await;
    assert_eq!((told.new, told.homes), (2, 2), "the two heads have homes of their own: {told:?}");
    assert_eq!(reasons(&told.wrong), [reason("D4", "同村同组有两户户主同名，分不清是哪一户")]);
}

#[tokio::test]
async fn rows_of_elsewhere_and_of_whom_the_register_has_elsewhere_are_wrong() {
    let world = World::new().await;
    let (number, township) = (id_number(12), AreaCode(532_929_102_000));
    let here = csv(&[&format!("功果桥镇,民主村,,,,测丙,{number},,,,")]);
    let there = csv(&[&format!(",532929101202,,,,测丙,{number},,,,")]);
    let scoped = async |bytes: &[u8], scope| {
        let (rows, _) = rows(&world, bytes).await;
        let frame = Frame { scope, now_ms: clock::now_ms() };
        take(&world.county, operator(), &rows, &Ticks::All, frame, None).await.unwrap()
    };
    let done = scoped(&there, township).await;
    assert!(done.new == 0 && done.wrong[0].doubts[0].zh.contains("不在功果桥镇"), "{done:?}");
    assert_eq!(scoped(&here, township).await.new, 1);
    let done = scoped(&there, AreaCode(532_929_101_000)).await;
    assert!(done.changed == 0 && done.wrong[0].doubts[0].zh.contains("登记在功果桥镇"), "{done:?}");
    // Nor what became of somebody of another township.
    let (person, _) = called(&world, "测丙").await.pop().unwrap();
    let died = RecordRef { kind: RecordKind::Person, id: person.id };
    let sets = [(keys::DIED.to_owned(), Value::from(today().to_string()))].into();
    let change = crate::staff::Change::of_office(died, sets);
    crate::staff::write(&world.county, operator(), change, clock::now_ms()).await.unwrap();
    let done = scoped(&there, AreaCode(532_929_101_000)).await;
    assert_eq!(reasons(&done.wrong), [reason("B2", "县里已有这个人，登记在功果桥镇")]);
    assert!(scoped(&here, township).await.wrong[0].doubts[0].zh.contains("去世"));
}

#[tokio::test]
async fn two_heads_of_one_name_in_one_group_are_two_homes_and_only_who_lives_with_which_is_asked() {
    let world = World::new().await;
    let [one, two, three] = [1, 2, 3].map(id_number);
    let head = |number: &str| format!("功果桥镇,民主村,3组,测同,户主,测同,{number},低保,,,");
    let member = format!("功果桥镇,民主村,3组,测同,配偶,测妻,{three},低保,,,");
    let both = csv(&[&head(&one), &head(&two), &member]);
    let taken = import(&world, &both, Ticks::None).await;
    assert_eq!(taken.new, 2, "{taken:?}");
    assert_eq!(reasons(&taken.wrong), [reason("D4", "同村同组有两户户主同名，分不清是哪一户")]);
    let homes: BTreeSet<_> = called(&world, "测同").await.into_iter().map(|(one, _)| one.household).collect();
    assert_eq!(homes.len(), 2, "each has a home");
    assert!(!homes.contains(&None));
    let again = import(&world, &both, Ticks::All).await;
    assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 2), "{again:?}");
    // Who says no group lives with the head of that name, where there is one; with which of two is asked.
    let [four, five, six] = [14, 15, 16].map(id_number);
    let row = |group: &str, name: &str, relation: &str, number: &str| {
        format!("功果桥镇,民主村,{group},测双,{relation},{name},{number},低保,,,")
    };
    let file = csv(&[&row("半坡", "测双", "户主", &four), &row("", "测孙", "孙子", &six)]);
    assert_eq!(told(&world, &file).await.homes, 1, "one home, and no other without a group");
    let file = csv(&[
        &row("半坡", "测双", "户主", &four),
        &row("坡脚", "测双", "户主", &five),
        &row("", "测孙", "孙子", &six),
    ]);
    let asked = told(&world, &file).await;
    assert_eq!((asked.new, asked.homes), (2, 2), "{asked:?}");
    assert_eq!(reasons(&asked.wrong), [reason("D4", "同村同组有两户户主同名，分不清是哪一户")]);
    // One whom the register does not have is no member of a namesake's home either.
    let other = import(&world, &csv(&[&head(&id_number(4)), &member]), Ticks::None).await;
    assert_eq!((other.new, other.wrong.len()), (1, 1), "{other:?}");
}

#[tokio::test]
async fn a_date_of_birth_that_cannot_be_is_told_where_it_stands_and_one_number_of_two_names_as_that() {
    let world = World::new().await;
    let bytes = "村,姓名,身份证号,出生日期,类别\n民主村,测老,,1901-01-01,低保\n".as_bytes();
    let taken = import(&world, bytes, Ticks::None).await;
    assert_eq!(reasons(&taken.wrong), [reason("D2", "比 122 岁还大，像是写错了")]);
    let digits = "53292918000101001";
    let number = format!("{digits}{}", domain::id_number::check_character(digits).unwrap());
    let taken =
        import(&world, format!("村,姓名,身份证号,类别\n民主村,测老,{number},低保\n").as_bytes(), Ticks::None)
            .await;
    assert_eq!(taken.wrong[0].doubts[0].cell, "C2", "{taken:?}");
    let number = id_number(7);
    let bytes = format!("村,姓名,身份证号,类别\n民主村,测甲,{number},低保\n民主村,测乙,{number},低保\n");
    let taken = import(&world, bytes.as_bytes(), Ticks::None).await;
    assert_eq!(reasons(&taken.wrong), [reason("C3", "身份证号与第 2 行相同，姓名却不同")]);
}

#[test]
fn a_county_s_number_is_checked_and_runs_by_township() {
    assert_eq!(local_number(VILLAGE, 1), "Y102000016");
    let mut numbers = Numbers::after(["Y102000074", "Y101000020", "甲1"].into_iter(), 0);
    assert_eq!(numbers.next(VILLAGE), local_number(VILLAGE, 8).as_str());
    assert_eq!(numbers.next(AreaCode(532_929_103_201)), local_number(AreaCode(532_929_103_201), 1));
    let mut numbers = Numbers::after(["Y102000074"].into_iter(), 2);
    assert_eq!(
        numbers.next(VILLAGE),
        local_number(VILLAGE, 10).as_str(),
        "8 and 9 may have been of the erased"
    );
    assert_eq!(numbers.next(AreaCode(532_929_103_201)), local_number(AreaCode(532_929_103_201), 3));
    let given = local_number(VILLAGE, 42);
    assert_eq!(cells::local_number(&table::Cell::Text(given.clone())).unwrap(), Some(given));
    assert!(cells::local_number(&table::Cell::Text("Y10200043".into())).is_err());
}
