//! What the road and the county's power do to an exchange.

use crate::world::{World, deliver, exchange, in_step, not_met, wait_for};
use seal::codes::EnrolCode;
use serde_json::json;
use system_tests::net::Weather;
use system_tests::phone::{PhoneProcess, Told};

/// A second worker's phone comes into signal as well: both have what the county has, and the county is sound.
fn both_are_in_step(world: &World, phone: &mut PhoneProcess) {
    let mut second = world.enrolled("second", world.story.second_officer);
    in_step(&mut second);
    in_step(phone);
    world.doctor_finds_nothing();
}

#[test]
fn a_lost_reply_is_no_second_visit() {
    let world = World::new("lost-reply");
    let person = world.story.not_met;
    let before = world.visits_at_county(person);
    let mut phone = world.enrolled("phone", world.story.officer);
    let visit = not_met(&mut phone, person);
    world.road.set(Weather::RepliesLost);
    phone.send("exchange", json!({})).unwrap();
    wait_for("the county answered, and nobody heard it", || world.road.lost() > 0);
    phone.kill().unwrap();
    assert!(world.visits_at_county(person).contains(&visit), "it is on the county's disk");
    world.road.set(Weather::Fair);
    let mut phone = world.again("phone");
    deliver(&mut phone);
    let mut expected = before;
    expected.insert(visit);
    assert_eq!(world.visits_at_county(person), expected);
    both_are_in_step(&world, &mut phone);
}

#[test]
fn a_county_killed_between_commit_and_reply_has_the_visit_once() {
    let mut world = World::new("killed-after-commit");
    let person = world.story.not_met;
    let mut expected = world.visits_at_county(person);
    let mut phone = world.enrolled("phone", world.story.officer);
    let visit = not_met(&mut phone, person);
    world.road.set(Weather::RepliesLost);
    phone.send("exchange", json!({})).unwrap();
    wait_for("a reply that nobody hears", || world.road.lost() > 0);
    world.kill_county();
    phone.kill().unwrap();
    world.road.set(Weather::Fair);
    world.start_county();
    assert!(world.visits_at_county(person).contains(&visit), "it was committed before the kill");
    let mut phone = world.again("phone");
    deliver(&mut phone);
    expected.insert(visit);
    assert_eq!(world.visits_at_county(person), expected, "once, and nothing else");
    both_are_in_step(&world, &mut phone);
}

#[test]
fn a_county_killed_in_mid_request_loses_nothing() {
    let mut world = World::new("killed-mid-request");
    let person = world.story.not_met;
    let mut phone = world.enrolled("phone", world.story.officer);
    let mut expected = world.visits_at_county(person);
    let before = expected.clone();
    expected.extend((0..3).map(|_| not_met(&mut phone, person)));
    world.road.set(Weather::RequestsStalled { after: 300 });
    phone.send("exchange", json!({})).unwrap();
    wait_for("a request that has begun and does not come on", || world.road.stalled() > 0);
    // Phone and county both hold the connection open and wait.
    world.kill_county_and_start_again();
    assert_eq!(world.visits_at_county(person), before, "half a request is none");
    phone.kill().unwrap();
    world.road.set(Weather::Fair);
    let mut phone = world.again("phone");
    deliver(&mut phone);
    assert_eq!(world.visits_at_county(person), expected);
    both_are_in_step(&world, &mut phone);
}

#[test]
fn offline_everything_works_and_is_delivered_later() {
    let world = World::new("offline");
    let person = world.story.not_met;
    let mut phone = world.enrolled("phone", world.story.officer);
    phone.call("signal", json!({ "on": false })).unwrap();
    let visit = not_met(&mut phone, person);
    let report = exchange(&mut phone);
    assert_eq!(report["problem"]["code"], "unreachable", "{report}");
    assert!(!world.visits_at_county(person).contains(&visit));
    phone.kill().unwrap();
    let mut phone = world.again("phone");
    deliver(&mut phone);
    assert!(world.visits_at_county(person).contains(&visit));
    let quiet = exchange(&mut phone);
    assert_eq!((&quiet["exchanges"], &quiet["sent"]), (&json!(1), &json!(0)), "nothing new is one request");
    both_are_in_step(&world, &mut phone);
}

#[test]
fn two_phones_end_with_what_the_county_has() {
    let world = World::new("two-phones");
    let person = world.story.phone;
    let mut one = world.enrolled("one", world.story.officer);
    let mut two = world.enrolled("two", world.story.second_officer);
    for (phone, number) in [(&mut one, "10700000001"), (&mut two, "10700000002")] {
        system_tests::story::correct_phone(phone, person, number).unwrap();
    }
    let visit = not_met(&mut one, person);
    for _ in 0..2 {
        deliver(&mut one);
        deliver(&mut two);
    }
    // Nothing new is left for either: a digest that differs would be read again.
    for phone in [&mut one, &mut two] {
        let report = exchange(phone);
        assert_eq!((&report["fetched"], &report["problem"]), (&json!(0), &json!(null)), "{report}");
        assert_eq!(report["alike"], true, "the phone's feeds are the county's: {report}");
    }
    assert!(world.visits_at_county(person).contains(&visit));
    world.doctor_finds_nothing();
}

#[test]
fn a_used_code_and_a_wrong_one_enrol_nobody_and_a_lost_reply_is_resumed() {
    let world = World::new("enrol");
    let code = world.sheet(world.story.officer);
    let args = |code: &str| json!({ "code": code, "pin": crate::world::PIN, "county": world.county_code() });
    world.road.set(Weather::RepliesLost);
    let mut phone = world.phone("phone");
    assert!(matches!(phone.tell("enrol", args(&code)).unwrap(), Told::Problem(_)), "the reply was lost");
    phone.kill().unwrap();
    world.road.set(Weather::Fair);
    let mut phone = world.phone("phone");
    phone.call("enrol", args(&code)).unwrap();
    let mut other = world.phone("other");
    let Told::Problem(used) = other.tell("enrol", args(&code)).unwrap() else { panic!("used twice") };
    assert_eq!(used.code, domain::problem::ProblemCode::EnrolCodeUsed);
    // One digit of the secret is another, and the check digit fits: only the county can tell.
    let fresh = world.sheet(world.story.second_officer);
    let mut left = || {
        let Told::Problem(wrong) = other.tell("enrol", args(&mistaken(&fresh))).unwrap() else {
            panic!("a wrong code")
        };
        assert_eq!(wrong.code, domain::problem::ProblemCode::EnrolCodeWrong, "{wrong:?}");
        wrong.params["left"].parse::<u8>().unwrap()
    };
    assert_eq!(left() - 1, left(), "the county counts the tries");
    other.call("enrol", args(&fresh)).unwrap();
}

/// The code with another secret, well formed.
fn mistaken(code: &str) -> String {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let (kept, rest) = digits.split_at(13);
    let typed = (0..1000).map(|end| format!("{kept}{end:03}"));
    typed.into_iter().find(|typed| !typed.ends_with(rest) && EnrolCode::parse(typed).is_ok()).unwrap()
}
