//! Good rows, bad rows, and the same file twice.

use super::*;
use crate::clock;
use crate::testing::World;

const FILE: &str = "roster.csv";

async fn reference(world: &World) -> std::sync::Arc<Reference> {
    world.county.stores.ledger.standing_now().await.unwrap().2
}

/// Line, column and reason of what is wrong.
fn places(problems: &[Problem]) -> Vec<(String, String, String)> {
    let param = |problem: &Problem, key: &str| problem.params[key].clone();
    // Up to where it says what there is instead.
    let reason = |problem: &Problem| {
        let reason = param(problem, "reason_zh");
        reason.split(['；', '（']).next().unwrap().to_owned()
    };
    problems.iter().map(|one| (param(one, "row"), param(one, "column"), reason(one))).collect()
}

fn told(reference: &Reference, broken: &[Broken]) -> Vec<Problem> {
    broken.iter().flat_map(|row| row.problems(reference, FILE)).collect()
}

fn place(row: &str, column: &str, reason: &str) -> (String, String, String) {
    (row.to_owned(), column.to_owned(), reason.to_owned())
}

#[tokio::test]
async fn good_rows_are_taken_and_the_same_file_twice_changes_nothing() {
    let world = World::new().await;
    // Columns in another order, one more, a mark at the beginning, spaces, and an empty line.
    let text = "\u{feff}电话,村,备注,姓名,角色\r\n\
        139 0000 0001, 532929102210 ,,测试甲,社会救助协理员\r\n\r\n\
        13900000001,532929102210,,测试甲,child_director\r\n\
        ,功果桥镇,,测试·乙,站长\r\n";
    let (rows, unread) = read(FILE, text.as_bytes()).unwrap();
    assert_eq!(unread, []);
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 5]);
    let (from, before) = (Day::of(clock::now_ms()), reference(&world).await);
    let told = plan(&before, FILE, &rows, from);
    assert_eq!(reference(&world).await, before, "telling changes nothing");
    let done = take(&world.county, FILE, &rows, from, clock::now_ms()).await.unwrap();
    assert_eq!(done, told, "what was told is what is done");
    assert!(done.wrong.is_empty() && done.planned.iter().all(|one| one.step == Step::Person));
    let after = reference(&world).await;
    assert_eq!(after.staff.len(), before.staff.len() + 2, "one person with two roles, and one more");
    assert_eq!(after.assignments.len(), before.assignments.len() + 3);
    let one = after.staff.values().find(|one| one.name == "测试甲").unwrap();
    assert_eq!(one.phone.as_deref(), Some("13900000001"));
    let again = take(&world.county, FILE, &rows, from, clock::now_ms()).await.unwrap();
    assert!(again.planned.iter().all(|one| one.step == Step::Known), "{again:?}");
    assert_eq!(reference(&world).await, after);
}

#[tokio::test]
async fn every_bad_row_is_told_with_line_column_and_reason_and_the_others_are_taken() {
    let world = World::new().await;
    let mut text =
        b"\xe5\xa7\x93\xe5\x90\x8d,\xe8\xa7\x92\xe8\x89\xb2,\xe6\x9d\x91,\xe7\x94\xb5\xe8\xaf\x9d\n".to_vec();
    text.extend(
        ",社会救助协理员,532929102210,\n\
         张三,村长,532929102210,\n\
         张三,儿童主任,不存在的村,\n\
         张三,儿童主任,532929102210,12ab\n\
         李四,儿童主任\n\
         王五,儿童主任,532929102210,13900000005\n\
         王五,儿童主任,532929102210,13900000005\n\
         赵六,儿童主任,532929102210,\n\
         赵六,儿童主任,532929102211,13900000006\n"
            .bytes(),
    );
    text.extend(b"\xc0\xcf\xc0\xee,x,y,z\n");
    text.extend("吴九,儿童主任,532929102210,13900000009,多\n".bytes());
    let (rows, broken) = read(FILE, &text).unwrap();
    let before = reference(&world).await;
    let unread = told(&before, &broken);
    assert_eq!(
        places(&unread),
        [
            place("2", "姓名", "没有填"),
            place("3", "角色", "没有这个角色“村长”"),
            place("5", "电话", "不是电话号码"),
            place("6", "村", "没有填"),
            place("11", "整行", "不是 UTF-8，请另存为“CSV UTF-8”"),
            place("12", "整行", "比第一行多出一格，可能多写了一个逗号"),
        ]
    );
    let from = Day::of(clock::now_ms());
    let done = take(&world.county, FILE, &rows, from, clock::now_ms()).await.unwrap();
    assert_eq!(
        places(&done.wrong),
        [
            place("4", "村", "没有这样的区划"),
            place("8", "整行", "与前面一行相同"),
            place("9", "电话", "有同名的人，请填电话"),
        ]
    );
    let after = reference(&world).await;
    assert_eq!(after.staff.len(), before.staff.len() + 2, "王五, and 赵六 with a telephone");
    assert!(done.wrong[0].zh().contains("第 4 行") && done.wrong[0].en().contains("row 4"));
}

#[tokio::test]
async fn everything_that_is_wrong_in_a_row_is_told_at_once() {
    let world = World::new().await;
    let known = reference(&world).await;
    let text = "姓名,角色,村,电话\n\
        ,村长,不存在的村,12ab\n\
        张三,村长,,13900000001\n\
        赵六,儿童主任,不存在的村,\n\
        赵六,儿童主任,532929102211,13900000006\n";
    let (rows, broken) = read(FILE, text.as_bytes()).unwrap();
    let all = [
        place("2", "姓名", "没有填"),
        place("2", "角色", "没有这个角色“村长”"),
        place("2", "村", "没有这样的区划"),
        place("2", "电话", "不是电话号码"),
        place("3", "角色", "没有这个角色“村长”"),
        place("3", "村", "没有填"),
    ];
    assert_eq!(places(&told(&known, &broken)), all);
    let planned = plan(&known, FILE, &rows, Day::of(clock::now_ms()));
    let both = [place("4", "村", "没有这样的区划"), place("4", "电话", "有同名的人，请填电话")];
    assert_eq!(places(&planned.wrong), both, "also of what only the county knows");
    assert_eq!(planned.planned.len(), 1);
}

#[test]
fn a_file_that_is_no_roster_is_told_as_a_whole() {
    let told = |bytes: &[u8]| read(FILE, bytes).unwrap_err().zh();
    assert!(told("姓名,角色,电话\n".as_bytes()).contains("第 1 行“村”没有这一列"));
    assert!(told(b"").contains("第 1 行“姓名”没有这一列"));
    let wrong = read(FILE, "姓名,职务,村,电话\n".as_bytes()).unwrap_err();
    assert!(
        wrong.zh().contains("第一行要写 姓名,角色,村,电话，文件里是“姓名,职务,村,电话”"),
        "{}",
        wrong.zh()
    );
    // 姓名,角色 in GBK.
    let gbk = told(b"\xd0\xd5\xc3\xfb,\xbd\xc7\xc9\xab\n");
    assert!(gbk.contains("第 1 行不是 UTF-8，请另存为“CSV UTF-8”"), "{gbk}");
    let workbook = told(b"PK\x03\x04\x14\x00\x06\x00");
    for told in [gbk, workbook] {
        assert!(told.ends_with("整个文件都没有导入。") && !told.contains("其他行"), "{told}");
    }
}

#[tokio::test]
async fn namesakes_are_told_apart_and_never_guessed() {
    let world = World::new().await;
    let known = reference(&world).await;
    let one = known.staff.values().find(|one| one.phone.is_some()).unwrap().clone();
    let line = |phone: &str| format!("姓名,角色,村,电话\n{},只读,532929000000,{phone}\n", one.name);
    let steps = |text: String| {
        let (rows, _) = read(FILE, text.as_bytes()).unwrap();
        plan(&known, FILE, &rows, Day::of(clock::now_ms())).planned
    };
    let same = steps(line(one.phone.as_deref().unwrap()));
    assert_eq!((same[0].step, same[0].staff), (Step::Role, Some(one.id)));
    let other = steps(line("13900000009"));
    assert_eq!((other[0].step, other[0].namesake), (Step::Person, true));
}

#[test]
fn a_quotation_mark_that_nothing_closes_is_told_with_its_line() {
    let heading = "姓名,角色,村,电话\n";
    for (text, line) in [
        ("\"张一,儿童主任,民主村委会,13800000011\n李二,儿童主任,民主村委会,\n", 2),
        ("张一,儿童主任,民主村委会,\n李二,\"儿童主任,民主村委会,\n王三,儿童主任,民主村委会,", 3),
        ("\"张\"\"一,儿童主任,民主村委会,\n", 2),
    ] {
        let problem = read(FILE, format!("{heading}{text}").as_bytes()).unwrap_err();
        assert!(problem.zh().contains(&format!("第 {line} 行的引号没有结束")), "{}", problem.zh());
        assert!(problem.en().contains(&format!("row {line}")), "{}", problem.en());
    }
    let whole = "\"张\"\"一\",\"儿童主任\",\"民主\n村委会\",\n李\"二,儿童主任,民主村委会,\n";
    let (rows, wrong) = read(FILE, format!("{heading}{whole}").as_bytes()).unwrap();
    assert_eq!((rows.len() + wrong.len(), rows.iter().filter(|row| row.line == 2).count() <= 1), (2, true));
}
