//! Figures and what stands behind them, as the console asks for them.

use super::{Clerk, TOWNSHIP};
use crate::testing::{VILLAGE, World};
use axum::http::StatusCode;
use domain::staff::Role;
use serde_json::{Value, json};

async fn reviewer(world: &World) -> Clerk {
    Clerk::with(world, "reviewer", &[(Role::CountyReviewer, world.county.keys.county())]).await
}

#[tokio::test]
async fn rows_add_up_to_the_total_and_open_down_to_people() {
    let world = World::with_months(1).await;
    let clerk = reviewer(&world).await;
    let county = clerk.get(&world, "/api/coverage?duty=elder_monthly").await.json();
    let sum = |answer: &Value, figure: &str| -> i64 {
        answer["rows"].as_array().unwrap().iter().map(|row| row[figure].as_i64().unwrap()).sum()
    };
    for figure in ["register", "due", "met", "met_home", "open", "missed_before", "contested"] {
        assert_eq!(sum(&county, figure), county["total"][figure].as_i64().unwrap(), "{figure}");
    }
    assert!(county["sentence_zh"].as_str().unwrap().contains("应走访"), "{county}");
    assert_eq!(county["breadcrumb"].as_array().unwrap().len(), 1);
    let path = format!("/api/coverage?duty=elder_monthly&area={TOWNSHIP}");
    let township = clerk.get(&world, &path).await.json();
    let row = county["rows"].as_array().unwrap().iter().find(|row| row["area"] == TOWNSHIP.0).unwrap();
    assert_eq!(*row, township["total"]);
    assert_eq!(township["breadcrumb"][1]["area"], json!(TOWNSHIP.0));
    for column in ["register", "due", "met", "open", "excluded", "missed_before"] {
        let path = format!("/api/coverage/people?duty=elder_monthly&area={TOWNSHIP}&column={column}");
        let listed = clerk.get(&world, &path).await.json();
        assert_eq!(listed["lines"].as_array().unwrap().len() as i64, listed["total"], "{column}");
    }
}

#[tokio::test]
async fn pages_of_people_follow_each_other_without_gap_or_repetition() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    let path = "/api/coverage/people?duty=*&column=register";
    let whole = clerk.get(&world, &format!("{path}&count=1000")).await.json();
    let all: Vec<Value> = whole["lines"].as_array().unwrap().clone();
    assert!(all.len() > 40 && whole["next"].is_null());
    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let page = clerk.get(&world, &format!("{path}&count=7{after}")).await.json();
        paged.extend(page["lines"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn a_void_visit_counts_for_nothing_until_that_is_taken_back() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    let mut phone = world.phone(1).await;
    let visit = phone.visit(world.elder().await);
    phone.exchange(&world.phones).await.unwrap();
    let met = async || {
        clerk.get(&world, "/api/coverage?duty=elder_monthly").await.json()["total"]["met"].as_i64().unwrap()
    };
    let counted = met().await;
    let shown = clerk.get(&world, &format!("/api/visits/{visit}")).await.json();
    assert!(shown["receipt"].as_str().is_some() && shown["parts"][0]["shut"] == false, "{shown}");
    assert_eq!(shown["parts"][0]["meets"][0]["duty"].as_str().map(str::is_empty), Some(false));
    let void = async |reason: Value| {
        let said = json!({ "reason": reason });
        clerk.post(&world, &format!("/api/visits/{visit}/void"), said).await.json()["void"].clone()
    };
    let asks = async || {
        let shown = clerk.get(&world, &format!("/api/visits/{visit}")).await.json();
        shown["parts"][0]["asks"].as_array().unwrap().len()
    };
    let question = json!({ "part": shown["parts"][0]["part"], "field": "met", "words": "是哪一位？" });
    clerk.post(&world, &format!("/api/visits/{visit}/asks"), question).await;
    assert_eq!(asks().await, 1);
    assert_eq!((void("填错了".into()).await, met().await), (json!(true), counted - 1));
    assert_eq!(asks().await, 0, "of a visit that does not count nothing is asked");
    assert_eq!((void(Value::Null).await, met().await), (json!(false), counted));
}

#[tokio::test]
async fn what_was_set_aside_is_listed_and_taken_in() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    let station = Clerk::with(&world, "station", &[(Role::StationHead, TOWNSHIP)]).await;
    let mut phone = world.phone(1).await;
    let elder = world.elder().await;
    let record = domain::patch::RecordRef { kind: domain::catalogue::RecordKind::Person, id: elder };
    phone.write_to(record, &[("life/died", "2026-11-01".into())]);
    phone.exchange(&world.phones).await.unwrap();
    let list = clerk.get(&world, "/api/waiting").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    let item = list["items"][0]["handle"].as_str().unwrap().to_owned();
    let shown = clerk.get(&world, &format!("/api/waiting/{item}")).await.json();
    assert_eq!(shown["fields"][0]["field"], "life/died");
    let called = domain::catalogue::field_zh("life/died").unwrap();
    assert_eq!((&shown["fields"][0]["takes"]["zh"], &shown["restricted"]), (&json!(called), &json!(false)));
    let word = json!({ "items": [item], "verdict": "accept", "reason": "问过村里" });
    let refused = station.post(&world, "/api/waiting/decisions", word.clone()).await;
    assert_eq!(refused.code(), "not_for_you");
    let decided = clerk.post(&world, "/api/waiting/decisions", word).await;
    assert_eq!((decided.status, &decided.json()["decided"]), (StatusCode::OK, &json!(1)));
    assert_eq!(clerk.get(&world, "/api/waiting").await.json()["items"], json!([]));
}

#[tokio::test]
async fn the_register_is_searched_and_shown_masked() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    let all = clerk.get(&world, "/api/subjects?count=500").await.json();
    assert_eq!(all["lines"].as_array().unwrap().len() as u64, all["total"].as_u64().unwrap());
    let (mut children, mut numbers) = (0, 0);
    for line in all["lines"].as_array().unwrap() {
        let name = line["name"].as_str().unwrap();
        assert_eq!(name.contains('*'), line["minor"] == true, "{line}");
        children += i32::from(line["minor"] == true);
        if let Some(number) = line["id_number"].as_str() {
            numbers += 1;
            assert!(number.contains("****"), "{line}");
        }
    }
    assert!(children > 0 && numbers > 0);
    let elder = all["lines"].as_array().unwrap().iter().find(|line| line["minor"] == false).unwrap();
    let found = clerk.post(&world, "/api/subjects/search", json!({ "q": elder["name"] })).await.json();
    assert!(found["lines"].as_array().unwrap().contains(elder), "{found}");
    let person = elder["person"].as_str().unwrap();
    let page = clerk.get(&world, &format!("/api/subjects/{person}")).await.json();
    assert_eq!((&page["name"], &page["id_number"]), (&elder["name"], &elder["id_number"]));
    assert!(page["standings"].is_array() && page["visits"].is_array());
}

#[tokio::test]
async fn a_township_sees_itself_only() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "station", &[(Role::StationHead, TOWNSHIP)]).await;
    let own = clerk.get(&world, "/api/coverage").await.json();
    assert_eq!(own["breadcrumb"][0]["area"], json!(TOWNSHIP.0));
    assert_eq!(clerk.get(&world, &format!("/api/coverage?area={VILLAGE}")).await.status, StatusCode::OK);
    for elsewhere in ["532929000000", "532929101000", "532929101201"] {
        let refused = clerk.get(&world, &format!("/api/coverage?area={elsewhere}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "not_for_you"));
    }
    let header = clerk.get(&world, "/api/header").await.json();
    let areas: Vec<_> = header["areas"].as_array().unwrap().iter().map(|area| &area["area"]).collect();
    assert!(areas.len() > 2 && areas.iter().all(|area| area.as_u64().unwrap() / 1_000 == TOWNSHIP.0 / 1_000));
    assert_eq!(header["areas"][0]["parent"], Value::Null);
}

#[tokio::test]
async fn the_header_offers_what_figures_can_be_asked_by() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    let header = clerk.get(&world, "/api/header").await.json();
    assert_eq!(header["duties"][0]["duty"], "*");
    for duty in header["duties"].as_array().unwrap() {
        let name = duty["duty"].as_str().unwrap();
        let periods = duty["periods"].as_array().unwrap();
        for period in [periods.first().unwrap(), periods.last().unwrap()] {
            let period = period["code"].as_str().unwrap().replace('+', "%2B");
            let answer = clerk.get(&world, &format!("/api/coverage?duty={name}&period={period}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{name} {period}: {:?}", answer.json());
        }
    }
}

#[tokio::test]
async fn every_figure_is_explained_from_its_rule() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    for column in ["register", "due", "met", "met_home", "open", "silent", "not_yet", "missed_before"] {
        let path = format!("/api/coverage/explain?duty=elder_monthly&column={column}");
        let said = clerk.get(&world, &path).await.json();
        let definition = said["definition_zh"].as_str().unwrap();
        assert!(definition.contains('：') && !definition.contains("每月一次"), "what it counts: {said}");
        assert!(said["source_zh"].as_str().unwrap().contains("每月一次"), "of whom, once for all: {said}");
        assert!(said["source_zh"].as_str().unwrap().contains("依据"), "{said}");
        assert!(!said["source_en"].as_str().unwrap().is_empty());
    }
    let wrong = clerk.get(&world, "/api/coverage/explain?column=nothing").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::BAD_REQUEST, "argument_wrong"));
    let tomorrow = clerk.get(&world, "/api/coverage?as_of=2999-01-01").await;
    assert_eq!(tomorrow.code(), "argument_wrong");
}

#[tokio::test]
async fn of_any_duty_a_line_says_which_ones_are_asked_for() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    let titles: Vec<Value> = clerk.get(&world, "/api/header").await.json()["duties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|duty| duty["title_zh"].clone())
        .collect();
    let listed = clerk.get(&world, "/api/coverage/people?duty=*&column=open&count=1000").await.json();
    let lines = listed["lines"].as_array().unwrap();
    assert!(!lines.is_empty());
    for line in lines {
        let duties = line["duties"].as_array().unwrap();
        assert!(!duties.is_empty() && duties.iter().all(|one| titles.contains(one)), "{line}");
        assert_eq!(duties.len(), line["duties_en"].as_array().unwrap().len());
    }
    let one = clerk.get(&world, "/api/coverage/people?duty=elder_monthly&column=due").await.json();
    assert_eq!(one["lines"][0]["duties"], json!(["特殊困难老年人月探访"]));
}

#[tokio::test]
async fn those_found_on_the_spot_are_counted_and_listed_apart() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    let pending = async || clerk.get(&world, "/api/subjects?pending=true").await.json();
    let before = pending().await["total"].as_u64().unwrap();
    let mut phone = world.phone(1).await;
    let home = i64::try_from(VILLAGE.0).unwrap();
    let sets = [("name", "新登记".into()), ("village", home.into()), ("registration", "pending".into())];
    phone.write(domain::catalogue::RecordKind::Person, &sets);
    phone.exchange(&world.phones).await.unwrap();
    let now = pending().await;
    assert_eq!(now["total"].as_u64().unwrap(), before + 1, "{now}");
    assert!(now["lines"].as_array().unwrap().iter().all(|line| line["pending"] == true));
}

#[tokio::test]
async fn telephones_that_differ_are_both_told() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    let elder = world.elder().await;
    let record = domain::patch::RecordRef { kind: domain::catalogue::RecordKind::Person, id: elder };
    for (seed, number) in [(1, "13300000001"), (3, "13400000002")] {
        let mut phone = world.phone(seed).await;
        phone.write_to(record, &[("phone", number.into())]);
        phone.exchange(&world.phones).await.unwrap();
    }
    let page = clerk.get(&world, &format!("/api/subjects/{elder}")).await.json();
    assert_eq!((&page["phone"], &page["differs"][0]["field"]), (&Value::Null, &json!("phone")));
    let values = page["differs"][0]["values"].as_array().unwrap();
    assert!(values.len() > 1, "{page}");
    for shown in values.iter().map(|one| one.as_str().unwrap()) {
        assert!(!shown.contains("13300000001") && !shown.contains("13400000002"), "masked as elsewhere");
    }
}

#[tokio::test]
async fn what_an_address_says_wrongly_is_named() {
    let world = World::new().await;
    let clerk = reviewer(&world).await;
    for (asked, name) in [("period=9999-99", "统计期"), ("as_of=abcd", "截至日"), ("area=nonsense", "区划")]
    {
        let refused = clerk.get(&world, &format!("/api/coverage?{asked}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "argument_wrong"));
        assert!(refused.json()["params"].to_string().contains(name), "{asked}: {}", refused.json());
        assert!(!refused.json()["params"].to_string().contains("刷新"), "which would not help");
    }
}
