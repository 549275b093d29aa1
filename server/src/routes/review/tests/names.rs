//! People, homes and staff are named; an id stands beside a name only where a page goes there.

use super::{Clerk, TOWNSHIP, today};
use crate::testing::{VILLAGE, World, story};
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::staff::Role;
use domain::time::Happened;
use domain::value::Value;
use serde_json::json;
use store::county::Ledger;

#[tokio::test]
async fn a_visit_names_its_home_its_people_and_its_staff_and_masks_children() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    let clerk = Clerk::with(&world, "station", &[(Role::StationHead, TOWNSHIP)]).await;
    let (child, elder) = (story().grandson, story().grandmother);
    let named = async |id: RecordId| {
        let record = RecordRef { kind: RecordKind::Person, id };
        let row = world.store.record(record).await.unwrap().unwrap();
        row.head.text(keys::NAME).unwrap().to_owned()
    };
    let (child_name, elder_name) = (named(child).await, named(elder).await);
    let village = Value::Int(i64::try_from(VILLAGE.0).unwrap());
    let link = |id: RecordId| Value::from(id.to_string());
    // A home that is called after the child.
    let home = [
        (keys::NAME, child_name.as_str().into()),
        (keys::VILLAGE, village.clone()),
        (keys::GROUP, "上村".into()),
    ];
    let home = phone.write(RecordKind::Household, &home);
    let happened = Value::from(Happened::whole(today()).to_string());
    let officer = world.officer();
    let visit = [
        (keys::VILLAGE, village),
        (keys::WAY, "home".into()),
        (keys::HAPPENED, happened),
        (keys::HOUSEHOLD, link(home)),
        (keys::VISITED_BY, Value::List(vec![officer.to_string()])),
    ];
    let visit = phone.write(RecordKind::Visit, &visit);
    for person in [child, elder] {
        let part = [(keys::VISIT, link(visit)), (keys::SUBJECT, link(person)), (keys::MET, "self".into())];
        phone.write(RecordKind::Part, &part);
    }
    phone.exchange(&world.phones).await.unwrap();
    let shown = clerk.get(&world, &format!("/api/visits/{visit}")).await.json();
    let masked = domain::mask::name(&child_name);
    assert_eq!(shown["home"], json!({ "household": home.to_string(), "group": "上村", "head_name": masked }));
    let names = &shown["history"]["names"];
    assert_eq!(names[child.to_string()], json!(masked));
    assert_eq!(names[elder.to_string()], json!(elder_name));
    assert_eq!(names[home.to_string()], json!(masked));
    assert_eq!(names[officer.to_string()], shown["visited_by"][0]);
    assert!(shown["recorded_by"].is_null(), "whoever was there wrote it down");
    for write in shown["history"]["writes"].as_array().unwrap() {
        assert_eq!(write["by"], shown["visited_by"][0], "who wrote it, by name");
    }
    assert!(!shown.to_string().contains(&child_name), "{shown}");
}
