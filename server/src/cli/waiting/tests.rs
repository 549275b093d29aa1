//! What differs is settled by the office, and everybody sees by whom.

use super::*;
use crate::testing::{VILLAGE, World};
use crate::{clock, decide};
use domain::catalogue::{RecordKind, keys};
use domain::patch::RecordRef;
use domain::problem::ProblemCode;
use domain::staff::Role;

/// Two phones, and somebody of whom each knows another telephone.
async fn two_telephones(world: &World) -> RecordRef {
    let record = RecordRef { kind: RecordKind::Person, id: world.elder().await };
    for (seed, number) in [(1, "13300000001"), (2, "13300000002")] {
        let mut phone = world.phone(seed).await;
        phone.write_to(record, &[(keys::PHONE, number.into())]);
        phone.exchange(&world.phones).await.unwrap();
    }
    record
}

#[tokio::test]
async fn the_office_settles_what_differs_and_everybody_sees_by_whom() {
    let world = World::new().await;
    let county = &world.county;
    let record = two_telephones(&world).await;
    let id = record.id.to_string();
    let shown = show(county, &id, today()).await.unwrap();
    let names = words(county, &shown.items).await.unwrap();

    let told = differing(&shown, &names, "telefon").unwrap_err().zh();
    assert!(
        told.contains("telefon") && told.contains("本人电话（phone）") && !told.contains("--use"),
        "{told}"
    );
    let sides = differing(&shown, &names, keys::PHONE).unwrap();
    let neither = chosen(&sides, None, None).unwrap_err();
    for told in [neither.zh(), neither.en()] {
        assert!(told.contains("--use N") && told.contains("--value …"), "{told}");
    }
    for verdict in [Verdict::Accept, Verdict::Dismiss, Verdict::Keep] {
        let (reason, by) = ("问过".to_owned(), world.officer());
        let word = Word { items: vec![id.clone()], verdict, reason, by };
        let told = decide::decide(county, &word, clock::now_ms()).await.unwrap_err().zh();
        assert!(told.contains("填写不一致") && told.contains(&format!("waiting settle {id}")), "{told}");
    }
    assert_eq!(sides.len(), 3, "the register's too");

    // A village worker settles on the phone, not at the county, even what that worker wrote.
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.unwrap();
    let township = reference.areas.ancestors(VILLAGE).nth(1).unwrap();
    let mut heads = reference.assignments.values().filter(|one| one.role == Role::StationHead);
    let head = heads.find(|one| one.area == township).unwrap().staff;
    let value = Value::from("13300000001");
    let settle = async |by| {
        let (field, value, seen) = (keys::PHONE.to_owned(), value.clone(), shown.seen.clone());
        decide::settle(county, &Settlement { record, field, value, seen, by }, clock::now_ms()).await
    };
    let refused = settle(world.officer()).await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::RightMissing);
    assert!(refused.zh().contains("乡镇站长") && !refused.zh().contains("协理员"), "{refused}");
    settle(head).await.unwrap();

    let row = county.stores.ledger.record(record).await.unwrap().unwrap();
    let line = stands(&names, place(shown.items.first(), keys::PHONE), &row.head);
    assert!(line.contains("本人电话现在是“13300000001”"), "{line}");
    let who = &reference.staff[&head].name;
    let opened = one(county, &id, Format::Text).await.unwrap();
    for words in ["已经定下的", "本人电话", "13300000002", "现在是这个", who] {
        assert!(opened.contains(words), "{words}: {opened}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&one(county, &id, Format::Json).await.unwrap()).unwrap();
    assert_eq!(json["settled"][0]["by"], who.as_str());
    assert_eq!(json["settled"][0]["sides"].as_array().unwrap().len(), 3);
    let nobody = RecordId::named("person", "nobody").to_string();
    assert!(one(county, &nobody, Format::Text).await.is_err(), "of whom nothing ever differed");
}
