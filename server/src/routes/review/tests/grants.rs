//! A child's answers: shut, and open only under a grant, with a reason, after it was written down.

use super::{Clerk, TOWNSHIP, today};
use crate::testing::World;
use axum::http::StatusCode;
use domain::catalogue::{RecordKind, keys};
use domain::grant::OpeningReason;
use domain::ids::RecordId;
use domain::problem::ProblemCode;
use domain::staff::Role;
use serde_json::{Value, json};
use store::county::Reports;

/// A visit to a child of the story's township, made by a phone.
async fn visit_to_a_child(world: &World, clerk: &Clerk) -> (RecordId, String) {
    let path = format!("/api/coverage/people?duty=child_left_behind_monthly&column=register&area={TOWNSHIP}");
    let listed = clerk.get(world, &path).await.json();
    let child: RecordId = listed["lines"][0]["person"].as_str().unwrap().parse().unwrap();
    let happened = domain::time::Happened::whole(today()).to_string();
    let village = listed["lines"][0]["village"].as_i64().unwrap();
    let link = |id: RecordId| domain::value::Value::from(id.to_string());
    let write = async |kind, sets: Vec<(&str, domain::value::Value)>| {
        let sets = sets.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let (by, new) = (crate::staff::operator(), crate::staff::Change::new(kind, sets));
        crate::staff::write(&world.county, by, new, crate::clock::now_ms()).await.unwrap()
    };
    let way = (keys::WAY, "home".into());
    let visit = vec![(keys::VILLAGE, village.into()), way, (keys::HAPPENED, happened.as_str().into())];
    let visit = write(RecordKind::Visit, visit).await;
    let words = ("a/what_was_said", "说了什么".into());
    let part =
        vec![(keys::VISIT, link(visit)), (keys::SUBJECT, link(child)), (keys::MET, "self".into()), words];
    write(RecordKind::Part, part).await;
    (visit, listed["lines"][0]["name"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_child_is_masked_and_shut_until_a_grant_opens_it() {
    let world = World::new().await;
    let county = world.county.keys.county();
    let clerk = Clerk::with(&world, "supervisor", &[(Role::ChildSupervisor, TOWNSHIP)]).await;
    let head = Clerk::with(&world, "approver", &[(Role::Approver, county)]).await;
    let (visit, name) = visit_to_a_child(&world, &clerk).await;
    assert!(name.contains('*'), "{name}");
    let shown = clerk.get(&world, &format!("/api/visits/{visit}")).await.json();
    let part = &shown["parts"][0];
    assert_eq!((&part["shut"], &part["answers"], &part["history"]), (&json!(true), &json!([]), &Value::Null));
    assert!(part["name"].as_str().unwrap().contains('*'));
    let asked = json!({ "words": "核实走访", "until": today().plus(7).to_string() });
    let made = clerk.post(&world, &format!("/api/grants?area={TOWNSHIP}"), asked).await.json();
    let grant = made["id"].as_str().unwrap().to_owned();
    let opening = json!({ "part": part["part"], "reason": "verify" });
    let openings = format!("/api/grants/{grant}/openings");
    let early = clerk.post(&world, &openings, opening.clone()).await;
    assert_eq!((early.status, early.code().as_str()), (StatusCode::FORBIDDEN, "grant_missing"));
    let decision = format!("/api/grants/{grant}/decision");
    let approved = head.post(&world, &decision, json!({ "approve": true })).await.json();
    assert_eq!((&approved["state"], &approved["holds"]), (&json!("approved"), &json!(true)));
    let again = head.post(&world, &decision, json!({ "approve": false })).await;
    assert_eq!(again.code(), "decided_already");
    let without = clerk.post(&world, &openings, json!({ "part": part["part"] })).await;
    assert_eq!(without.status, StatusCode::BAD_REQUEST, "no reason, no opening");
    let opened = clerk.post(&world, &openings, opening.clone()).await;
    assert_eq!(opened.status, StatusCode::OK, "{:?}", opened.json());
    assert!(!opened.json()["history"]["writes"].as_array().unwrap().is_empty());
    let log = head.get(&world, "/api/accesses").await.json();
    let lines = log["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "what was refused is not an opening");
    assert_eq!((&lines[0]["act"], &lines[0]["reason"]), (&json!("opened"), &json!("verify")));
    assert_eq!((&lines[0]["record"], &lines[0]["grant"]), (&part["part"], &json!(grant)));
    assert_eq!(
        (&lines[0]["of"], &lines[0]["name"]),
        (&json!(name), &json!("supervisor")),
        "names, the child's masked"
    );
    // At the terminal it is the same grant, its holder alone, and the same log.
    let part: RecordId = part["part"].as_str().unwrap().parse().unwrap();
    let at_terminal = async |by| {
        let (grant, reason) = (grant.parse().unwrap(), OpeningReason::Complaint);
        let asked =
            crate::opening::Opening { grant, parts: vec![part], concerns: vec![], person: None, reason, by };
        crate::opening::open(&world.county, &asked, crate::clock::now_ms()).await
    };
    assert_eq!(at_terminal(head.staff).await.unwrap_err().code, ProblemCode::GrantMissing);
    at_terminal(clerk.staff).await.unwrap();
    let log = head.get(&world, "/api/accesses").await.json();
    assert_eq!(
        (&log["lines"][0]["act"], &log["lines"][0]["reason"]),
        (&json!("opened"), &json!("complaint"))
    );
    assert_eq!(log["lines"].as_array().unwrap().len(), 2);
    let told = crate::opening::not_this(&world.county, clerk.staff, today()).await.unwrap().zh();
    assert!(told.contains(&grant), "{told}");
    let ended = head.post(&world, &format!("/api/grants/{grant}/end"), json!({})).await.json();
    assert_eq!(ended["state"], "ended");
    assert_eq!(clerk.post(&world, &openings, opening).await.code(), "grant_missing");
}

#[tokio::test]
async fn nobody_asks_for_longer_than_a_month_or_without_words() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "supervisor", &[(Role::ChildSupervisor, TOWNSHIP)]).await;
    for (words, days) in [("", 3), ("核实", 0), ("核实", 32)] {
        let asked = json!({ "words": words, "until": today().plus(days).to_string() });
        let refused = clerk.post(&world, "/api/grants", asked).await;
        assert_eq!(refused.code(), "argument_wrong", "{words} {days}");
    }
}

#[tokio::test]
async fn a_phone_s_code_is_read_out_and_written_down() {
    let world = World::new().await;
    let phone = world.phone(1).await;
    let county = world.county.keys.county();
    let clerk = Clerk::with(&world, "station", &[(Role::StationHead, TOWNSHIP)]).await;
    let auditor = Clerk::with(&world, "auditor", &[(Role::Auditor, county)]).await;
    let device = phone.certificate().device;
    let listed = clerk.get(&world, "/api/devices").await.json();
    assert_eq!(listed[0]["device"], json!(device.to_string()));
    assert_eq!((&listed[0]["state"], &listed[0]["heard_ms"]), (&json!("active"), &Value::Null));
    let code = clerk.post(&world, &format!("/api/devices/{device}/recovery"), json!({})).await.json();
    let digits = code["code"].as_str().unwrap().chars().filter(char::is_ascii_digit).count();
    assert_eq!(digits, 20, "{code}");
    let log = auditor.get(&world, "/api/accesses").await.json();
    assert_eq!(
        (&log["lines"][0]["act"], &log["lines"][0]["reason"]),
        (&json!("recovery_read"), &json!(device.to_string()))
    );
    assert_eq!(log["lines"][0]["of"], listed[0]["name"], "its holder");
    for (state, status) in [("retired", StatusCode::OK), ("retired", StatusCode::CONFLICT)] {
        let said = json!({ "state": state });
        let answer = clerk.post(&world, &format!("/api/devices/{device}/state"), said).await;
        assert_eq!(answer.status, status, "{:?}", answer.json());
    }
    let sheets = json!({ "staff": [listed[0]["staff"]] });
    assert_eq!(clerk.post(&world, "/api/sheets", sheets).await.status, StatusCode::OK);
    // The operator reads it at the terminal; another phone is no business of this one.
    let (by, now_ms) = (crate::staff::operator(), crate::clock::now_ms());
    crate::enrol::read_recovery(&world.county, by, device, now_ms).await.unwrap();
    let other = world.phone(2).await.certificate().device;
    crate::enrol::read_recovery(&world.county, by, other, now_ms).await.unwrap();
    let acts = clerk.get(&world, &format!("/api/devices/{device}/acts")).await.json();
    let told: Vec<_> = acts.as_array().unwrap().iter().map(|one| (&one["act"], &one["by"])).collect();
    let by = |act: &str, name: &str| (json!(act), json!(name));
    let expected = [
        by("recovery_read", ""),
        by("sheet_printed", "station"),
        by("phone_handed_over", "station"),
        by("recovery_read", "station"),
    ];
    assert_eq!(
        told,
        expected.iter().map(|(act, by)| (act, by)).collect::<Vec<_>>(),
        "what was refused is no act"
    );
    let listed = clerk.get(&world, "/api/devices").await.json();
    let one = listed.as_array().unwrap().iter().find(|one| one["device"] == json!(device.to_string()));
    assert_eq!(one.unwrap()["state"], "retired");
    assert_eq!(world.store.contested(1).await.unwrap(), []);
}

#[tokio::test]
async fn sheets_are_printed_for_a_township_and_for_nobody_who_works_elsewhere_too() {
    let world = World::new().await;
    let county = world.county.keys.county();
    let clerk = Clerk::with(&world, "station", &[(Role::StationHead, TOWNSHIP)]).await;
    let holders = clerk.get(&world, "/api/sheets").await.json();
    let staff: Vec<Value> =
        holders.as_array().unwrap().iter().take(3).map(|holder| holder["staff"].clone()).collect();
    let sheets = clerk.post(&world, "/api/sheets", json!({ "staff": staff })).await.json();
    let codes: std::collections::BTreeSet<_> =
        sheets.as_array().unwrap().iter().map(|sheet| sheet["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), staff.len());
    let fingerprint = sheets[0]["fingerprint"].as_str().unwrap();
    assert_eq!(fingerprint.chars().filter(char::is_ascii_digit).count(), 6);
    let reviewer =
        Clerk::with(&world, "both", &[(Role::CountyReviewer, county), (Role::StationHead, TOWNSHIP)]).await;
    let refused = clerk.post(&world, "/api/sheets", json!({ "staff": [reviewer.staff.to_string()] })).await;
    assert_eq!(refused.code(), "not_for_you", "their phone would see the county");
}

#[tokio::test]
async fn who_audits_imports_and_prints_nothing() {
    let world = World::new().await;
    let county = world.county.keys.county();
    let auditor = Clerk::with(&world, "auditor", &[(Role::Auditor, county)]).await;
    for (path, said) in [
        ("/api/subjects/import/preview", json!({ "file": "", "name": "a.csv" })),
        ("/api/subjects/import/take", json!({ "file": "", "name": "a.csv", "hash": "" })),
        ("/api/subjects/import/report", json!({ "file": "", "name": "a.csv" })),
        ("/api/staff/import/preview", json!({ "file": "", "name": "a.csv" })),
        ("/api/sheets", json!({ "staff": [] })),
    ] {
        let refused = auditor.post(&world, path, said).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (StatusCode::FORBIDDEN, "not_for_you"),
            "{path}"
        );
    }
    assert_eq!(auditor.get(&world, "/api/sheets").await.code(), "not_for_you");
    assert_eq!(auditor.get(&world, "/api/subjects").await.status, StatusCode::OK, "who only reads");
}
