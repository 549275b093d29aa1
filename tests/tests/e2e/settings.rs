//! What the county sets reaches the phones, and phone and county never disagree about it.

use super::world::{World, deliver, exchange, today};
use county_server::seed::places::COUNTY;
use county_server::seed::staff::id;
use domain::ids::RecordId;
use serde_json::{Value, json};
use system_tests::county::{ask, cli};
use system_tests::phone::PhoneProcess;

fn set(world: &World, setting: &str, value: &str) {
    let by = id(COUNTY, 1).to_string();
    let asked = ["settings", "set", setting, value, "--source", "县民政局通知", "--by", &by];
    ask(&world.data(), &asked).unwrap();
}

/// Visits somebody at home so many days ago, without a reason. Answers the visit's record, or what is missing.
fn visit(phone: &mut PhoneProcess, person: RecordId, days_ago: i32) -> Result<String, Value> {
    let chosen = json!([{ "subject": person, "met": "self" }]);
    let args = json!({ "subjects": chosen, "way": "home", "happened": { "day": today().plus(-days_ago) } });
    let draft = phone.call("start_visit", args).unwrap()["visit"].as_str().unwrap().to_owned();
    system_tests::story::fill(phone, &draft, person).unwrap();
    let done = phone.call("finish", json!({ "visit": draft })).unwrap();
    done["visit"].as_str().map(str::to_owned).ok_or_else(|| done["gaps"].clone())
}

fn state(phone: &mut PhoneProcess, visit: &str) -> Value {
    phone.call("record", json!({ "visit": visit })).unwrap()["state_zh"].clone()
}

fn waits_for_a_reviewer(world: &World) -> bool {
    let list = ask(&world.data(), &["waiting", "list", "--format", "json"]).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    !list["items"].as_array().unwrap().is_empty()
}

#[test]
fn phones_follow_what_the_county_sets_and_the_county_judges_by_what_they_knew() {
    let world = World::new("settings");
    let mut phone = world.enrolled("phone", world.story.officer);
    let mut away = world.enrolled("away", world.story.second_officer);
    assert_eq!(phone.call("me", json!({})).unwrap()["lock_minutes"], 15, "nothing was set");
    away.call("signal", json!({ "on": false })).unwrap();

    set(&world, "late_days", "2");
    set(&world, "lock_minutes", "5");
    let reviewer = id(COUNTY, 2).to_string();
    let refused = ["settings", "set", "late_days", "9", "--source", "x", "--by", &reviewer];
    assert!(!cli(&world.data(), &refused).unwrap().status.success(), "rules are the administrator's");
    let listed = ask(&world.data(), &["settings", "list"]).unwrap();
    assert!(listed.contains("late_days") && listed.contains("县民政局通知"), "{listed}");

    assert!(exchange(&mut phone)["problem"].is_null());
    assert_eq!(phone.call("me", json!({})).unwrap()["lock_minutes"], 5);
    let gaps = visit(&mut phone, world.story.evening, 3).unwrap_err();
    assert_eq!(gaps[0]["problem"]["code"], "visit_too_long_ago", "{gaps}");
    assert_eq!(gaps[0]["problem"]["params"]["days"], "2", "{gaps}");
    // Who could not hear of it is judged by what they knew.
    let known_before = visit(&mut away, world.story.phone, 3).unwrap();
    away.call("signal", json!({ "on": true })).unwrap();
    deliver(&mut away);
    assert_eq!(state(&mut away, &known_before), "县里已收到");

    set(&world, "late_days", "30");
    assert!(exchange(&mut phone)["problem"].is_null());
    let late = visit(&mut phone, world.story.not_met, 20).unwrap();
    // Set back before it arrives: the phone's own limit has travelled with the visit.
    set(&world, "late_days", "2");
    deliver(&mut phone);
    assert_eq!(state(&mut phone, &late), "县里已收到");
    assert!(!waits_for_a_reviewer(&world));
    world.doctor_finds_nothing();
}
