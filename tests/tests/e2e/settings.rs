//! What the county sets reaches the phones, and phone and county never disagree about it.

use super::world::{World, deliver, exchange, today, try_visit, visit, waiting};
use county_server::seed::places::COUNTY;
use county_server::seed::staff::id;
use serde_json::{Value, json};
use system_tests::county::{ask, cli};
use system_tests::phone::PhoneProcess;

fn set(world: &World, setting: &str, value: &str) {
    let by = id(COUNTY, 1).to_string();
    let asked = ["settings", "set", setting, value, "--source", "县民政局通知", "--by", &by];
    ask(&world.data(), &asked).unwrap();
}

fn state(phone: &mut PhoneProcess, visit: &str) -> Value {
    phone.call("record", json!({ "visit": visit })).unwrap()["state_zh"].clone()
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
    let gaps = try_visit(&mut phone, world.story.evening, today().plus(-3)).unwrap_err();
    assert_eq!(gaps[0]["problem"]["code"], "visit_too_long_ago", "{gaps}");
    assert_eq!(gaps[0]["problem"]["params"]["days"], "2", "{gaps}");
    // Who could not hear of it is judged by what they knew.
    let known_before = visit(&mut away, world.story.phone, today().plus(-3));
    away.call("signal", json!({ "on": true })).unwrap();
    deliver(&mut away);
    assert_eq!(state(&mut away, &known_before), "县里已收到");

    set(&world, "late_days", "30");
    assert!(exchange(&mut phone)["problem"].is_null());
    let late = visit(&mut phone, world.story.not_met, today().plus(-20));
    // Set back before it arrives: the phone's own limit has travelled with the visit.
    set(&world, "late_days", "2");
    deliver(&mut phone);
    assert_eq!(state(&mut phone, &late), "县里已收到");
    assert!(waiting(&world, &[]).is_empty());
    world.doctor_finds_nothing();
}
