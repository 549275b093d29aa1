//! The county takes new keys.

use crate::world::{World, deliver, not_met};
use serde_json::{Value, json};
use system_tests::county::{ask, cli};
use system_tests::phone::PhoneProcess;

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn fingerprint(phone: &mut PhoneProcess) -> String {
    let me: Value = phone.call("me", json!({})).unwrap();
    digits(me["fingerprint"].as_str().unwrap())
}

#[test]
fn a_phone_goes_on_after_the_countys_keys_were_renewed() {
    let mut world = World::new("keys");
    let person = world.story.not_met;
    let mut expected = world.visits_at_county(person);
    let mut old = world.enrolled("old", world.story.officer);
    expected.insert(not_met(&mut old, person));
    assert_eq!(cli(&world.data(), &["keys", "renew"]).unwrap().status.code(), Some(2), "it is serving");
    let mut known = vec![fingerprint(&mut old)];
    for round in ["first", "second"] {
        world.county.take().unwrap().stop().unwrap();
        ask(&world.data(), &["keys", "renew"]).unwrap();
        world.start_county();
        deliver(&mut old);
        let now = digits(&world.county.as_ref().unwrap().fingerprint);
        assert!(!known.contains(&now), "a new key");
        assert_eq!(fingerprint(&mut old), now, "and the phone knows it");
        known.insert(0, now);
        // What it has learned survives its process, and a phone of the new key is like any other.
        old.kill().unwrap();
        old = world.again("old");
        let mut new = world.enrolled(round, world.story.second_officer);
        for phone in [&mut old, &mut new] {
            expected.insert(not_met(phone, person));
            deliver(phone);
        }
    }
    assert_eq!(world.visits_at_county(person), expected, "each once");
    let listed = ask(&world.data(), &["keys", "list"]).unwrap();
    let places: Vec<_> = known.iter().map(|one| digits(&listed).find(one.as_str())).collect();
    assert!(places.iter().all(Option::is_some), "{listed}");
    world.doctor_finds_nothing();
}

#[test]
fn a_phone_goes_on_when_the_keys_that_it_knows_are_lost_with_a_backup() {
    let mut world = World::new("keys-lost");
    let person = world.story.not_met;
    let mut expected = world.visits_at_county(person);
    let mut phone = world.enrolled("phone", world.story.officer);
    deliver(&mut phone);
    let backup = world.backup();
    let renew = |world: &mut World| {
        world.county.take().unwrap().stop().unwrap();
        ask(&world.data(), &["keys", "renew"]).unwrap();
        world.start_county();
    };
    renew(&mut world);
    expected.insert(not_met(&mut phone, person));
    deliver(&mut phone);
    let lost = fingerprint(&mut phone);
    world.destroy_and_restore(&backup);
    for renewed in [false, true] {
        if renewed {
            renew(&mut world);
        }
        expected.insert(not_met(&mut phone, person));
        deliver(&mut phone);
    }
    assert_eq!(world.visits_at_county(person), expected, "each once");
    let now = digits(&world.county.as_ref().unwrap().fingerprint);
    assert_eq!(fingerprint(&mut phone), now, "it was told of the newest key by the oldest");
    assert_ne!(now, lost);
}
