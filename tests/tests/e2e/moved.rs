//! A person moves between the villages of two workers while both are without signal.

use crate::world::{World, in_step, today, visit};
use domain::ids::{AreaCode, RecordId};
use domain::permission::{Act, permits};
use domain::time::Day;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use system_tests::county::ask;
use system_tests::phone::{PhoneProcess, Told};

/// A worker of another village, who has nothing to do with the story's.
fn neighbour(world: &World) -> (AreaCode, RecordId) {
    let reference = &world.synthetic.reference;
    let holding = || reference.assignments.values().filter(|one| one.holds_on(today()));
    let here: BTreeSet<_> = holding()
        .filter(|one| reference.areas.within(world.story.village, one.area))
        .map(|one| one.staff)
        .collect();
    let villages =
        holding().filter(|one| reference.areas.villages(one.area).any(|area| area.code == one.area));
    let mut others = villages.filter(|one| permits(one.role, Act::LogVisit) && !here.contains(&one.staff));
    others.next().map(|one| (one.area, one.staff)).unwrap()
}

fn listed(phone: &mut PhoneProcess, person: RecordId) -> bool {
    let people = phone.call("people", json!({ "count": 10_000 })).unwrap();
    people.as_array().unwrap().iter().any(|one| one["subject"] == json!(person))
}

/// The villages in which a person counts as visited on a day.
fn visited_in(world: &World, villages: &[AreaCode], person: RecordId, day: Day) -> Vec<AreaCode> {
    let visited = |village: &AreaCode| {
        let (area, day) = (village.to_string(), day.to_string());
        let figure = ["--list", "met", "--format", "json"];
        let asked = [&["coverage", "--area", &area, "--as-of", &day], figure.as_slice()].concat();
        let lines: Value = serde_json::from_str(&ask(&world.data(), &asked).unwrap()).unwrap();
        lines["lines"].as_array().unwrap().iter().filter(|line| line["person"] == json!(person)).count()
    };
    villages.iter().flat_map(|village| vec![*village; visited(village)]).collect()
}

/// Everything that a phone has finished is at the county, each once, and said to be there.
fn all_received(world: &World, phone: &mut PhoneProcess) -> usize {
    let records = phone.call("records", json!({ "count": 10_000 })).unwrap();
    let records = records.as_array().unwrap();
    for record in records {
        assert_eq!(record["state"], "received", "{record}");
        for person in record["people"].as_array().unwrap() {
            let at_county = world.visits_at_county(serde_json::from_value(person[0].clone()).unwrap());
            assert!(at_county.contains(record["visit"].as_str().unwrap()), "{record}");
        }
    }
    records.len()
}

#[test]
fn who_moves_while_both_workers_are_away_is_on_the_right_list_and_counted_once() {
    let world = World::new("moved");
    let (person, old) = (world.story.evening, world.story.village);
    let (new, second) = neighbour(&world);
    let mut one = world.enrolled("one", world.story.officer);
    let mut two = world.enrolled("two", second);
    assert!(listed(&mut one, person) && !listed(&mut two, person));
    let before = world.visits_at_county(person);

    // Both lose signal. The visit is made the day before the move, both in one month.
    for phone in [&mut one, &mut two] {
        phone.call("signal", json!({ "on": false })).unwrap();
    }
    let first_of_month = today().to_string().ends_with("-01");
    let moved = if first_of_month { today().plus(-1) } else { today() };
    let visited = moved.plus(-1);
    let made = visit(&mut one, person, visited);
    let (id, village, from) = (person.to_string(), new.to_string(), moved.to_string());
    ask(&world.data(), &["person", "move", &id, &village, "--from", &from]).unwrap();
    assert_eq!(visited_in(&world, &[old, new], person, moved).len(), usize::from(first_of_month));

    for phone in [&mut one, &mut two] {
        phone.call("signal", json!({ "on": true })).unwrap();
    }
    // The second worker hears of the visit once the first has sent it.
    in_step(&mut one);
    in_step(&mut two);
    in_step(&mut one);

    assert!(!listed(&mut one, person) && listed(&mut two, person));
    let gone = one.tell("person", json!({ "subject": person })).unwrap();
    assert!(matches!(gone, Told::Problem(_)), "{gone:?}");
    let page = two.call("person", json!({ "subject": person })).unwrap();
    let last = &page["visits"][0];
    assert_eq!((&last["visit"], &last["day"], &last["way"]), (&json!(made), &json!(visited), &json!("home")));
    let part = two.call("part", json!({ "part": last["part"] })).unwrap();
    assert!(part.to_string().len() > 500, "with its answers: {part}");

    let mut expected = before;
    expected.insert(made);
    assert_eq!(world.visits_at_county(person), expected, "each visit once");
    assert_eq!(visited_in(&world, &[old, new], person, visited), [old], "where they belonged then");
    assert_eq!(visited_in(&world, &[old, new], person, moved), [new], "and the visit went along");
    assert_eq!((all_received(&world, &mut one), all_received(&world, &mut two)), (1, 0));

    // The new worker goes on where the old one left off.
    let next = visit(&mut two, person, today());
    in_step(&mut two);
    in_step(&mut one);
    expected.insert(next);
    assert_eq!(world.visits_at_county(person), expected);
    assert_eq!(all_received(&world, &mut two), 1);
    world.doctor_finds_nothing();
}
