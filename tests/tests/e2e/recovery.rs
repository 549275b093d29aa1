//! 备用解锁码: good once; the phone draws another, and the county has it after the next exchange.

use crate::world::{PIN, World, deliver, wait_for};
use serde_json::{Value, json};
use system_tests::county::{ask, cli};
use system_tests::net::Weather;
use system_tests::phone::{PhoneProcess, Told};

/// What the county reads out for the only phone that was enrolled in this test.
fn read_out(world: &World) -> String {
    let phones = ask(&world.data(), &["staff", "phones"]).unwrap();
    let row = phones.lines().find(|line| line.contains("在用")).unwrap();
    let device = row.split_whitespace().next().unwrap();
    let said = ask(&world.data(), &["staff", "recovery", device]).unwrap();
    let digits: String = said.lines().next().unwrap().chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.len(), 20, "{said}");
    digits
}

/// Opens with a code; answers what the phone says is wrong, if anything is.
fn open(phone: &mut PhoneProcess, code: &str, pin: &str) -> Option<Value> {
    phone.call("lock", json!({})).unwrap();
    match phone.tell("unlock_recovery", json!({ "code": code, "new_pin": pin })).unwrap() {
        Told::Ok(status) => {
            assert_eq!(status["phase"], "open");
            None
        }
        Told::Problem(problem) => Some(serde_json::to_value(problem.code).unwrap()),
    }
}

#[test]
fn a_recovery_code_is_good_once_and_another_reaches_the_county_with_the_next_exchange() {
    let mut world = World::new("recovery");
    let mut phone = world.enrolled("phone", world.story.officer);
    let first = read_out(&world);
    assert_eq!(open(&mut phone, &first, "775533"), None);
    // Used up, also after a restart, and whatever the county reads out meanwhile.
    assert_eq!(open(&mut phone, &first, "884422"), Some(json!("recovery_code_used")));
    assert_eq!(read_out(&world), first, "nobody has told the county yet");
    phone.kill().unwrap();
    let mut phone = world.phone("phone");
    assert!(matches!(phone.tell("unlock", json!({ "pin": PIN })).unwrap(), Told::Problem(_)), "the old PIN");
    phone.call("unlock", json!({ "pin": "775533" })).unwrap();
    world.road.set(Weather::RepliesLost);
    phone.send("exchange", json!({})).unwrap();
    wait_for("the county answered, and nobody heard it", || world.road.lost() > 0);
    phone.kill().unwrap();
    let second = read_out(&world);
    assert_ne!(second, first);
    // The phone offers the same code once more, until it hears that the county has it.
    world.road.set(Weather::Fair);
    let mut phone = world.phone("phone");
    phone.call("unlock", json!({ "pin": "775533" })).unwrap();
    let sent = |phone: &mut PhoneProcess, world: &World| {
        let before = world.road.traffic().0;
        deliver(phone);
        world.road.traffic().0 - before
    };
    let (with, without) = (sent(&mut phone, &world), sent(&mut phone, &world));
    assert!(with > without + 200, "{with} bytes with a code, {without} without");
    assert_eq!(read_out(&world), second);
    // The county's disk has it: a power cut changes nothing.
    world.kill_county_and_start_again();
    assert_eq!(read_out(&world), second);
    assert_eq!(open(&mut phone, &first, "884422"), Some(json!("recovery_code_used")));
    phone.kill().unwrap();
    let mut phone = world.phone("phone");
    let opened = phone.tell("unlock_recovery", json!({ "code": second, "new_pin": "996633" })).unwrap();
    assert!(matches!(opened, Told::Ok(_)), "{opened:?}");
    deliver(&mut phone);
    assert!(![first, second].contains(&read_out(&world)));
    let log = std::fs::read_to_string(world.data().with_extension("log")).unwrap();
    assert!(!log.contains("recovery code cannot be read"));
    assert!(cli(&world.data(), &["doctor"]).unwrap().status.success());
}
