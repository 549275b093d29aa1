//! 工作人员.

use super::*;

async fn read_staff(world: &World, bytes: &[u8]) -> (Vec<staff::Row>, Vec<Wrong>) {
    let (table, columns) = read(FILE, bytes, List::Staff).unwrap();
    staff::rows(&table, &columns, &*reference(world).await, today())
}

async fn take_staff(world: &World, rows: &[staff::Row]) -> Taken {
    staff::take(&world.county, operator(), rows, today(), clock::now_ms()).await.unwrap()
}

#[tokio::test]
async fn good_rows_are_taken_and_the_same_file_twice_changes_nothing() {
    let world = World::new().await;
    // Columns in another order, one more, a mark at the beginning, spaces, and an empty line.
    let text = "\u{feff}电话,村,备注,姓名,角色\r\n\
        139 0000 0001, 532929102210 ,,测试甲,社会救助协理员\r\n\r\n\
        13900000001,532929102210,,测试甲,child_director\r\n\
        ,功果桥镇,,测试·乙,站长\r\n";
    let (rows, unread) = read_staff(&world, text.as_bytes()).await;
    assert_eq!(unread, []);
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 5]);
    let before = reference(&world).await;
    let (told, wrong) = staff::plan(&before, operator(), &rows, today());
    assert_eq!(reference(&world).await, before, "telling changes nothing");
    assert!(wrong.is_empty() && told.iter().all(|one| one.step == staff::Step::Person));
    assert_eq!(take_staff(&world, &rows).await.new, 3);
    let after = reference(&world).await;
    assert_eq!(after.staff.len(), before.staff.len() + 2, "one person with two roles, and one more");
    assert_eq!(after.assignments.len(), before.assignments.len() + 3);
    let one = after.staff.values().find(|one| one.name == "测试甲").unwrap();
    assert_eq!(one.phone.as_deref(), Some("13900000001"));
    let again = take_staff(&world, &rows).await;
    assert_eq!((again.new, again.unchanged), (0, 3));
    assert_eq!(reference(&world).await, after);
}

#[tokio::test]
async fn everything_that_is_wrong_in_a_row_is_told_at_once_and_the_others_are_taken() {
    let world = World::new().await;
    let text = "姓名,角色,村,电话\n\
        ,村长,不存在的村,12ab\n\
        张三,村长,,13900000001\n\
        赵六,儿童主任,不存在的村,\n\
        赵六,儿童主任,532929102211,13900000006\n\
        王五,儿童主任,532929102210,13900000005\n\
        王五,儿童主任,532929102210,13900000005\n\
        钱七,县管理员,532929102210,\n";
    let (rows, unread) = read_staff(&world, text.as_bytes()).await;
    assert_eq!(
        reasons(&unread),
        [
            reason("C2", "没有这样的区划"),
            reason("A2", "没有填"),
            reason("B2", "没有这个角色“村长”"),
            reason("D2", "不是电话号码"),
            reason("C3", "没有填"),
            reason("B3", "没有这个角色“村长”"),
            reason("C4", "没有这样的区划"),
            reason("B8", "是县里的角色，只能给在县，不能给在乡镇或村"),
        ]
    );
    let done = take_staff(&world, &rows).await;
    assert_eq!(reasons(&done.wrong), [reason("A7", "与第 6 行相同")]);
    assert_eq!(done.new, 2, "王五, and 赵六 with a telephone");
}

#[tokio::test]
async fn namesakes_are_told_apart_and_nobody_gives_themselves_a_role() {
    let world = World::new().await;
    let known = reference(&world).await;
    let one = known.staff.values().find(|one| one.phone.is_some()).unwrap().clone();
    let line = |phone: &str| format!("姓名,角色,村,电话\n{},只读,532929000000,{phone}\n", one.name);
    let steps = async |text: String, by| {
        let (rows, _) = read_staff(&world, text.as_bytes()).await;
        staff::plan(&known, by, &rows, today())
    };
    let (same, _) = steps(line(one.phone.as_deref().unwrap()), operator()).await;
    assert_eq!((same[0].step, same[0].staff), (staff::Step::Role, Some(one.id)));
    let (other, _) = steps(line("13900000009"), operator()).await;
    assert_eq!((other[0].step, other[0].namesake), (staff::Step::Person, true));
    let (none, wrong) = steps(line(one.phone.as_deref().unwrap()), one.id).await;
    assert!(none.is_empty() && wrong[0].doubts[0].zh.contains("不能给自己分工"), "{wrong:?}");
}
