//! What is shown of what waits, on a county in memory.

use super::show;
use crate::clock;
use crate::testing::{Phone, World, story};
use domain::catalogue::{RecordKind, keys};
use domain::log::{Dot, Vector};
use domain::patch::RecordRef;
use domain::time::Day;
use domain::value::Value;
use store::county::Ledger;

fn today() -> Day {
    Day::of(clock::now_ms())
}

/// Writes a telephone, having seen so much, and sends it.
async fn telephone(world: &World, phone: &mut Phone, record: RecordRef, number: &str, seen: Vector) {
    phone.write_having_seen(record, &[(keys::PHONE_AWAY, number.into())], seen);
    phone.exchange(&world.phones).await.unwrap();
}

/// Each side's value, and what its author had seen.
async fn sides(world: &World, record: RecordRef) -> Vec<(Value, Option<Vec<Value>>)> {
    let shown = show(&world.county, &record.id.to_string(), today()).await.unwrap();
    shown.sides.into_iter().map(|side| (side.value, side.saw)).collect()
}

#[tokio::test]
async fn of_each_side_it_is_told_what_its_author_had_seen() {
    let world = World::new().await;
    let record = RecordRef { kind: RecordKind::Person, id: story().not_met };
    let vector = async || world.store.record(record).await.unwrap().unwrap().head.vector.clone();
    let (mut one, mut two, mut three) = (world.phone(9).await, world.phone(11).await, world.phone(12).await);
    let before = vector().await;
    telephone(&world, &mut one, record, "13300000001", before.clone()).await;
    let after = vector().await;
    // The second goes on from the first; the third had the page open before, and does not know of it.
    telephone(&world, &mut two, record, "13300000002", after.clone()).await;
    telephone(&world, &mut three, record, "13300000003", before).await;
    let mut told = sides(&world, record).await;
    told.sort_by_key(|(value, _)| value.as_text().map(str::to_owned));
    let number = |last: &str| Value::from(format!("1330000000{last}").as_str());
    assert_eq!(told, [(number("2"), Some(vec![number("1")])), (number("3"), Some(Vec::new()))]);
    // What they had seen went with a restore: nobody claims to know it.
    let mut lost = after;
    lost.raise(Dot { writer: two.certificate().writer, serial: 9 });
    let mut four = world.phone(13).await;
    telephone(&world, &mut four, record, "13300000004", lost).await;
    let told = sides(&world, record).await;
    let of_four = told.iter().find(|(value, _)| *value == number("4")).unwrap();
    assert_eq!(of_four.1, None);
}

#[tokio::test]
async fn what_a_waiting_value_names_is_called_by_its_name() {
    let world = World::new().await;
    let child = story().grandson;
    let mut phone = world.phone_of(world.officer(), 9).await;
    let stranger = crate::seed::staff::id(crate::testing::VILLAGE, 1);
    // Another village: set aside.
    let elsewhere = Value::Int(532_929_101_201);
    let visit = phone.write(
        RecordKind::Visit,
        &[
            (keys::VILLAGE, elsewhere),
            (keys::WAY, "home".into()),
            (keys::VISITED_BY, Value::List(vec![stranger.to_string()])),
        ],
    );
    let link = |id: domain::ids::RecordId| Value::from(id.to_string());
    phone.write(
        RecordKind::Part,
        &[(keys::VISIT, link(visit)), (keys::SUBJECT, link(child)), (keys::MET, "self".into())],
    );
    phone.exchange(&world.phones).await.unwrap();
    let listed = super::list(&world.county, super::Filter::default(), today()).await.unwrap();
    let item = listed.items.iter().find(|one| one.record == Some(visit)).unwrap();
    let shown = show(&world.county, &item.handle, today()).await.unwrap();
    let (_, _, reference, _) = world.store.standing_now().await.unwrap();
    assert_eq!(shown.names.get(&stranger.to_string()), Some(&reference.staff_name(stranger)));
}
