//! The files of a phone are copied while it is off, and both copies go on.

use crate::world::{World, deliver, in_step, not_met, waiting};
use county_server::config::Config;
use county_server::open::to_read;
use domain::catalogue::RecordKind;
use domain::ids::{RecordId, WriterId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use sync::wire::receipt::ItemState;
use system_tests::net::Weather;
use system_tests::phone::PhoneProcess;

/// The visits that count at the county, by the log in which they came.
fn logs(world: &World) -> BTreeMap<WriterId, BTreeSet<String>> {
    let mut config = Config::default();
    config.data.folder = world.data();
    let county = to_read(&config).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let lines = runtime.block_on(county.stores.ledger.ledger_after(0, 1_000_000)).unwrap();
    let mut logs: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.state == ItemState::Applied) {
        let Some(patch) = line.entry.as_ref().map(|entry| &entry.patch) else { continue };
        if patch.record.kind == RecordKind::Visit {
            logs.entry(patch.writer).or_default().insert(patch.record.id.to_string());
        }
    }
    logs
}

/// The visits of a phone, each with its state there.
fn records(phone: &mut PhoneProcess) -> BTreeMap<String, Value> {
    let records = phone.call("records", json!({ "count": 1_000 })).unwrap();
    let state = |one: &Value| (one["visit"].as_str().unwrap().to_owned(), one["state"].clone());
    records.as_array().unwrap().iter().map(state).collect()
}

#[test]
fn two_copies_of_a_phone_go_on_and_nothing_of_either_is_lost_or_doubled() {
    let world = World::new("cloned");
    let (here, there) = (world.story.not_met, world.story.evening);
    let at_county = |person: RecordId| world.visits_at_county(person);
    let (mut here_expected, mut there_expected) = (at_county(here), at_county(there));
    let before: BTreeSet<WriterId> = logs(&world).into_keys().collect();
    let mut one = world.enrolled("one", world.story.officer);
    let first = not_met(&mut one, here);
    deliver(&mut one);
    // This one still waits when the files are copied: both have it, and it is the same.
    let shared = not_met(&mut one, here);
    one.kill().unwrap();
    world.copy_phone("one", "two");
    let (mut one, mut two) = (world.again("one"), world.again("two"));

    let ones = not_met(&mut one, here);
    let twos = not_met(&mut two, there);
    assert_eq!(ones, twos, "neither knows of the other: what follows has the same place and the same name");
    deliver(&mut one);
    // What the second has after the fork is kept apart, and waits as long as nobody has told it.
    world.road.set(Weather::RepliesLost);
    two.call("patience", json!({ "ms": 2_000 })).unwrap();
    assert_ne!(two.call("exchange_once", json!({})).unwrap()["problem"], json!(null));
    let kept = waiting(&world, &[]);
    assert!(!kept.is_empty() && kept.iter().all(|item| item["reason"] == "forked"), "{kept:?}");
    assert_eq!(at_county(there), there_expected, "nothing that forked counts");
    world.road.set(Weather::Fair);
    two.call("patience", json!({ "ms": 60_000 })).unwrap();
    deliver(&mut two);
    assert_eq!(waiting(&world, &[]), Vec::<Value>::new(), "issued again, it waits for nobody");

    let again: Vec<_> = records(&mut two).into_keys().filter(|id| ![&first, &shared].contains(&id)).collect();
    let [again] = again.as_slice() else { panic!("one visit besides the shared ones: {again:?}") };
    assert_ne!(*again, twos, "under a name that is nobody else's");
    here_expected.extend([first.clone(), shared.clone(), ones.clone()]);
    there_expected.insert(again.clone());
    assert_eq!(
        (at_county(here), at_county(there)),
        (here_expected.clone(), there_expected.clone()),
        "each once"
    );

    // Both go on, each in a log of its own.
    let (next_one, next_two) = (not_met(&mut one, there), not_met(&mut two, here));
    for phone in [&mut one, &mut two] {
        deliver(phone);
    }
    for phone in [&mut one, &mut two] {
        in_step(phone);
        let states = records(phone);
        assert!(states.values().all(|state| state == "received"), "{states:?}");
    }
    there_expected.insert(next_one.clone());
    here_expected.insert(next_two.clone());
    assert_eq!((at_county(here), at_county(there)), (here_expected, there_expected), "each once");
    let new = logs(&world).into_iter().filter(|(writer, _)| !before.contains(writer));
    let new: BTreeSet<BTreeSet<String>> = new.map(|(_, visits)| visits).collect();
    let expected =
        [BTreeSet::from([first, shared, ones, next_one]), BTreeSet::from([again.clone(), next_two])];
    assert_eq!(new, BTreeSet::from(expected), "the second has taken a log of its own");
    assert_eq!(waiting(&world, &[]), Vec::<Value>::new());
    world.doctor_finds_nothing();

    // After a new start each still knows which is its own.
    for (phone, name) in [(one, "one"), (two, "two")] {
        phone.kill().unwrap();
        in_step(&mut world.again(name));
    }
}
