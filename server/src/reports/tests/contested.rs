//! 填写不一致 in figures and lists.

use super::{answer, question, today};
use crate::reports::{Column, differed_by, of_person, people};
use crate::testing::{VILLAGE, World};
use domain::catalogue::{RecordKind, keys};
use domain::head::{Head, Write};
use domain::ids::{RecordId, WriterId};
use domain::patch::RecordRef;
use domain::time::Day;
use domain::value::{Origin, Value};
use store::county::{Ledger, Reports};

#[test]
fn equal_values_do_not_differ_whenever_they_were_written() {
    let write = |(at, (day, value)): (usize, &(i32, i64))| Write {
        writer: WriterId(at as u64),
        serial: 1,
        author: RecordId::named("staff", "杨洁"),
        at_ms: Day(20_000 + day).starts_at(),
        value: Value::Int(*value),
        origin: Origin::default(),
    };
    let differed = |writes: &[(i32, i64)], day: i32| {
        let mut head = Head::default();
        head.fields.insert("phone".to_owned(), writes.iter().enumerate().map(write).collect());
        differed_by(&head, Day(20_000 + day), |_| true)
    };
    let said_twice = [(1, 1), (2, 1), (5, 2)];
    assert_eq!([1, 2, 4, 5, 6].map(|day| differed(&said_twice, day)), [false, false, false, true, true]);
    assert_eq!([1, 2, 5].map(|day| differed(&[(5, 2), (1, 1), (2, 1)], day)), [false, false, true]);
    assert!(!differed(&[(1, 1), (2, 1)], 9));
}

/// A visit today to somebody, of whom a second phone, which has not seen it, says otherwise whom it met.
async fn told_twice(world: &World, seed: u64, subject: RecordId, otherwise: &str) -> RecordId {
    let mut first = world.phone(seed).await;
    let visit = first.visit(subject);
    first.exchange(&world.phones).await.unwrap();
    let part = RecordRef { kind: RecordKind::Part, id: RecordId::derived(first.certificate().writer, 2) };
    let mut second = world.phone(seed + 1).await;
    second.write_to(part, &[(keys::MET, otherwise.into())]);
    second.exchange(&world.phones).await.unwrap();
    visit
}

#[tokio::test]
async fn a_visit_of_which_not_all_say_the_same_is_told_and_counts_by_what_they_agree_on() {
    let world = World::new().await;
    let county = &world.county;
    let elder = world.elder().await;
    let (asked, before) = answer(county, question(VILLAGE, "elder_monthly", today())).await;
    let register = people(county, &asked, Column::Register).await.unwrap();
    let other = register.iter().map(|line| line.person).find(|id| *id != elder).unwrap();
    told_twice(&world, 1, elder, "none").await;
    told_twice(&world, 3, other, "self_and_carer").await;
    let (asked, table) = answer(county, question(VILLAGE, "elder_monthly", today())).await;
    let listed = async |column| people(county, &asked, column).await.unwrap();
    let ids = |lines: &[crate::reports::Line]| lines.iter().map(|line| line.person).collect::<Vec<_>>();

    // Both sides say that this one was met; of the other one side says no.
    assert_eq!(
        (table.total.met_home, table.total.tried),
        (before.total.met_home + 1, before.total.tried + 1)
    );
    assert!(ids(&listed(Column::MetHome).await).contains(&other));
    let tried = listed(Column::Tried).await;
    let line = tried.iter().find(|line| line.person == elder).unwrap();
    assert!(line.why.ends_with("上门：见到本人或没见到（填写不一致）"), "{}", line.why);
    assert!(line.why.starts_with(&today().to_string()), "{}", line.why);
    assert_eq!(line.last_visit, None, "one side says that nobody was met");
    let open: Vec<_> = [listed(Column::NotYet).await, listed(Column::Silent).await].concat();
    assert!(!ids(&open).contains(&elder));

    assert_eq!(table.total.contested, before.total.contested + 2);
    let mut marked = ids(&listed(Column::Contested).await);
    marked.sort_unstable();
    let mut both = vec![elder, other];
    both.sort_unstable();
    assert_eq!(marked, both);
    let (asked, then) = answer(county, question(VILLAGE, "elder_monthly", today().plus(-1))).await;
    assert_eq!(then.total.contested, 0, "nothing differed by then");
    assert!(people(county, &asked, Column::Contested).await.unwrap().is_empty());

    let visits = of_person(county, elder, today(), today()).await.unwrap().visits;
    assert_eq!(visits[0].day, Some(today()));
    assert_eq!(visits[0].met.as_ref().unwrap().zh, "上门，见到本人或没见到（填写不一致）");
    world.sound().await;
}

#[tokio::test]
async fn once_it_is_settled_it_counts_and_is_told_no_more() {
    let world = World::new().await;
    let county = &world.county;
    let elder = world.elder().await;
    told_twice(&world, 1, elder, "none").await;
    let part = world.store.parts_of(elder, 1).await.unwrap().remove(0).part;
    let record = RecordRef { kind: RecordKind::Part, id: part };
    let mut third = world.phone(7).await;
    let seen = world.store.record(record).await.unwrap().unwrap().head.vector.clone();
    third.write_having_seen(record, &[(keys::MET, "self".into())], seen);
    third.exchange(&world.phones).await.unwrap();
    let (_, table) = answer(county, question(VILLAGE, "elder_monthly", today())).await;
    assert_eq!((table.total.met_home, table.total.tried, table.total.contested), (1, 0, 0));
    world.sound().await;
}
