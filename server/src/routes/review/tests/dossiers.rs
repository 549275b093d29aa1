//! 查阅、复制 of a child of whom nothing but the name is held, and what is in no such document.

use super::{Clerk, TOWNSHIP, today};
use crate::staff::{Change, operator, write};
use crate::testing::{VILLAGE, World};
use base64::Engine as _;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::staff::Role;
use domain::value::Value;
use serde_json::json;
use store::county::{Ledger, Reports};
use store::erasure::reach;

const WORDS: &str = "手臂上有几块青的";

async fn written(world: &World, kind: RecordKind, sets: &[(&str, Value)]) -> RecordId {
    let sets = sets.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    write(&world.county, operator(), Change::new(kind, sets), crate::clock::now_ms()).await.unwrap()
}

/// A child whom nobody has visited, and an urgent report that names it.
async fn reported_child(world: &World) -> (RecordId, RecordId) {
    let village = Value::Int(i64::try_from(VILLAGE.0).unwrap());
    let born = today().plus(-9 * 365).to_string();
    let child = [(keys::NAME, "字小满".into()), (keys::VILLAGE, village.clone()), (keys::BORN, born.into())];
    let child = written(world, RecordKind::Person, &child).await;
    let report =
        [(keys::SUBJECT, child.to_string().into()), (keys::WORDS, WORDS.into()), (keys::VILLAGE, village)];
    (child, written(world, RecordKind::Urgent, &report).await)
}

#[tokio::test]
async fn a_guardian_gets_what_is_held_of_a_child_without_visits_and_no_urgent_report_is_in_it() {
    let world = World::new().await;
    let county = world.county.keys.county();
    let roles = [(Role::CountyReviewer, county), (Role::CountyAdmin, county)];
    let clerk = Clerk::with(&world, "reviewer", &roles).await;
    let head = Clerk::with(&world, "approver", &[(Role::Approver, county)]).await;
    let (child, _) = reported_child(&world).await;
    let path = format!("/api/subjects/{child}/dossier");
    assert_eq!(clerk.post(&world, &path, json!({})).await.code(), "grant_missing");
    let asked = json!({ "words": "监护人申请查阅", "until": today().plus(7).to_string() });
    let made = clerk.post(&world, &format!("/api/grants?area={TOWNSHIP}"), asked).await.json();
    let grant = made["id"].as_str().unwrap();
    head.post(&world, &format!("/api/grants/{grant}/decision"), json!({ "approve": true })).await;
    let made = clerk.post(&world, &path, json!({ "grant": grant })).await.json();
    let page = base64::engine::general_purpose::STANDARD.decode(made["bytes"].as_str().unwrap()).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("字小满"), "{page}");
    assert!(!page.contains(WORDS), "who reported it, and what, is not the guardian's to read");
    let log = head.get(&world, "/api/accesses").await.json();
    let acts: Vec<_> = log["lines"].as_array().unwrap().iter().map(|line| line["act"].clone()).collect();
    assert!(acts.contains(&json!("opened")), "{acts:?}");
}

#[tokio::test]
async fn an_urgent_report_is_not_erased_with_the_person_whom_it_names() {
    let world = World::new().await;
    let (child, report) = reported_child(&world).await;
    let person = RecordRef { kind: RecordKind::Person, id: child };
    let report = RecordRef { kind: RecordKind::Urgent, id: report };
    let (ledger, reports): (&dyn Ledger, &dyn Reports) = (&*world.store, &*world.store);
    let goes = reach(ledger, reports, person).await.unwrap();
    assert!(goes.contains(&person) && !goes.contains(&report), "{goes:?}");
    assert!(reach(ledger, reports, report).await.unwrap().contains(&report), "by a word of its own it is");
}
