//! What the routes of a township's desk and of the staff are asked with, and what there has to be before.

use super::table::{Things, number, somebody, village, write};
use super::today;
use crate::clock;
use crate::staff::{self, NewAssignment, operator};
use crate::testing::World;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::staff::Role;
use domain::value::Value as Field;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A visit so many days ago at which somebody was not met; the part.
async fn missed(world: &World, things: &Things, area: AreaCode, reason: &str, days: i32) -> RecordId {
    let link = |id: RecordId| Field::from(id.to_string());
    let happened = domain::time::Happened::whole(today().plus(-days)).to_string();
    let visit = [
        (keys::VILLAGE, number(village(area))),
        (keys::WAY, "home".into()),
        (keys::HAPPENED, happened.as_str().into()),
    ];
    let visit = write(world, RecordKind::Visit, &visit).await;
    let part = [
        (keys::VISIT, link(visit)),
        (keys::SUBJECT, link(things.person[&area])),
        (keys::MET, "none".into()),
        (keys::REASON, reason.into()),
    ];
    write(world, RecordKind::Part, &part).await
}

/// Two workers' visits to one person on one day, as the list of what waits names them.
pub(super) async fn two_visits(world: &World, area: AreaCode) -> String {
    let link = |id: RecordId| Field::from(id.to_string());
    let home = number(village(area));
    let named = [(keys::NAME, "段生面".into()), (keys::VILLAGE, home.clone())];
    let person = write(world, RecordKind::Person, &named).await;
    let happened = domain::time::Happened::whole(today()).to_string();
    let mut visits = Vec::new();
    for _ in 0..2 {
        let visit = [
            (keys::VILLAGE, home.clone()),
            (keys::WAY, "home".into()),
            (keys::HAPPENED, happened.as_str().into()),
            (keys::VISITED_BY, Field::List(vec![somebody(world, area).await.to_string()])),
        ];
        let visit = write(world, RecordKind::Visit, &visit).await;
        let part = [(keys::VISIT, link(visit)), (keys::SUBJECT, link(person)), (keys::MET, "self".into())];
        write(world, RecordKind::Part, &part).await;
        visits.push(visit.to_string());
    }
    visits.sort();
    visits.join("+")
}

/// Somebody who was registered at the door.
pub(super) async fn registered(world: &World, area: AreaCode) -> RecordId {
    let fields = [
        (keys::NAME, "段生面".into()),
        (keys::VILLAGE, number(village(area))),
        (keys::REGISTRATION, "pending".into()),
    ];
    write(world, RecordKind::Person, &fields).await
}

/// A stay elsewhere that could end, or had ended.
async fn away(world: &World, person: RecordId) -> String {
    let stay = world.county.dice.number().to_string();
    let field = |name: &str| format!("{}{stay}/{name}", keys::AWAY);
    let sets = BTreeMap::from([
        (field("kind"), Field::from("hospital")),
        (field("from"), Field::from(today().plus(-9).to_string())),
    ]);
    let record = RecordRef { kind: RecordKind::Person, id: person };
    staff::write(&world.county, operator(), staff::Change::of_office(record, sets), clock::now_ms())
        .await
        .unwrap();
    stay
}

/// Something found at somebody's, who is grown up unless it is a child's.
pub(super) async fn concern(world: &World, things: &Things, area: AreaCode, of_a_child: bool) -> RecordId {
    let person = if of_a_child {
        things.person[&area]
    } else {
        let grown = [
            (keys::NAME, "段生面".into()),
            (keys::VILLAGE, number(village(area))),
            (keys::BORN, "1950-01-01".into()),
        ];
        write(world, RecordKind::Person, &grown).await
    };
    let fields = [
        (keys::SUBJECT, Field::from(person.to_string())),
        (keys::KIND, "house".into()),
        (keys::WORDS, "屋顶漏雨".into()),
        (keys::STATE, "open".into()),
    ];
    write(world, RecordKind::Concern, &fields).await
}

/// What is posted to a route.
pub(super) async fn said(
    world: &World,
    things: &Things,
    path: &str,
    area: AreaCode,
    owner: RecordId,
) -> Value {
    match path {
        "/api/changes/{person}" => {
            let parts = [missed(world, things, area, "hospital", 0).await];
            json!({ "parts": parts, "verdict": "not_so", "words": "昨天还在家" })
        }
        "/api/subjects/{person}/back" => {
            json!({ "stay": away(world, things.person[&area]).await, "until": today() })
        }
        "/api/subjects/{person}/corrections" => {
            json!({ "field": "carer", "value": format!("测照料{}", world.county.dice.number()) })
        }
        "/api/subjects/{person}/categories" => {
            json!({ "category": "LSJZ", "from": "2026-01-01", "until": today().plus(i32::from(world.county.dice.number() as u8)) })
        }
        "/api/subjects/{person}/refusal" => {
            // Once twice refused, each word is another day's.
            let day = today().plus(-i32::from(world.county.dice.number() as u16));
            for days in [1, 2] {
                missed(world, things, area, "refused", days).await;
            }
            json!({ "from": day, "words": "两次都不开门" })
        }
        "/api/subjects/{person}/restriction" => {
            json!({ "restricted": true, "words": "本人要求" })
        }
        "/api/subjects/{person}/dossier" => json!({}),
        "/api/erasures" => json!({ "kind": "person", "id": adult(world, area).await, "reason": "本人申请" }),
        "/api/erasures/{erasure}/word" => json!({ "refused": "还在处理" }),
        "/api/concerns/{concern}/answer" => json!({ "state": "solved", "words": "修好了" }),
        "/api/grants/{grant}/concerns" => {
            json!({ "concern": concern(world, things, area, true).await, "reason": "verify" })
        }
        "/api/registrations/{person}" => json!({ "verdict": "not_taken", "words": "外县人" }),
        "/api/staff/{staff}/handover" => {
            let (role, here) = (Role::ChildDirector, village(area));
            let new = NewAssignment { staff: owner, role, area: here, from: today().plus(-9), until: None };
            let change = staff::Change::new(RecordKind::Assignment, new.sets());
            staff::write(&world.county, operator(), change, clock::now_ms()).await.unwrap();
            json!({ "to": somebody(world, area).await, "villages": [], "day": today() })
        }
        "/api/staff" => {
            let phone = format!("1070{:07}", world.county.dice.number() % 10_000_000);
            json!({ "name": "新来的", "phone": phone })
        }
        "/api/accounts" => {
            let login = format!("new{}", world.county.dice.number() % 1_000_000_000);
            json!({ "staff": somebody(world, area).await, "login": login })
        }
        _ => json!({}),
    }
}

/// The path of a request, with whatever has to be made anew for it.
pub(super) async fn path(world: &World, things: &Things, of: &str, area: AreaCode, path: String) -> String {
    let put = |name: &str, id: RecordId| path.replace(name, &id.to_string());
    match of {
        "/api/registrations/{person}" => put("{person}", registered(world, area).await),
        "/api/subjects/{person}/restriction"
        | "/api/subjects/{person}/dossier"
        | "/api/subjects/{person}/categories" => put("{person}", adult(world, area).await),
        _ if of.contains("{concern}") => put("{concern}", concern(world, things, area, false).await),
        _ if of.contains("{erasure}") => put("{erasure}", erasure(world, area).await),
        _ => path,
    }
}

/// Somebody grown up of the register, each time anew.
async fn adult(world: &World, area: AreaCode) -> RecordId {
    let born = "1950-05-05".into();
    let sets = [(keys::NAME, "测成年".into()), (keys::BORN, born), (keys::VILLAGE, number(village(area)))];
    write(world, RecordKind::Person, &sets).await
}

/// An erasure that waits for the second word.
async fn erasure(world: &World, area: AreaCode) -> RecordId {
    let target = RecordRef { kind: RecordKind::Person, id: adult(world, area).await };
    let by = crate::seed::staff::id(world.county.keys.county(), 1);
    let asked = crate::erase::Ask { target, reason: "本人申请".to_owned(), by };
    crate::erase::ask(&world.county, &asked, clock::now_ms()).await.unwrap()
}
