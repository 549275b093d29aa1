//! A village is merged into another while its worker is without signal.

use crate::world::{World, in_step, today, visit};
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::time::Day;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use system_tests::county::ask;
use system_tests::phone::PhoneProcess;

fn listed(phone: &mut PhoneProcess) -> BTreeSet<String> {
    let people = phone.call("people", json!({ "count": 10_000 })).unwrap();
    let people = people.as_array().unwrap();
    people.iter().map(|one| one["subject"].as_str().unwrap().to_owned()).collect()
}

fn coverage(world: &World, area: AreaCode, day: Day, more: &[&str]) -> Value {
    let (area, day) = (area.to_string(), day.to_string());
    let asked = ["coverage", "--area", &area, "--as-of", &day, "--format", "json"];
    serde_json::from_str(&ask(&world.data(), &[&asked[..], more].concat()).unwrap()).unwrap()
}

/// Whether a person counts as visited in a village on a day.
fn visited_in(world: &World, village: AreaCode, person: RecordId, day: Day) -> bool {
    let lines = coverage(world, village, day, &["--list", "met"]);
    lines["lines"].as_array().unwrap().iter().any(|line| line["person"] == json!(person))
}

#[test]
fn a_village_merged_while_its_worker_is_away_is_counted_by_day_and_stays_with_the_worker() {
    let world = World::new("merged");
    let (old, story) = (world.story.village, &world.story);
    let areas = &world.synthetic.reference.areas;
    let county: AreaCode = world.county_code().parse().unwrap();
    // In another township: no role above reaches from one to the other.
    let above = areas.0[&old].parent.unwrap();
    let mut others = areas.villages(county).filter(|one| !areas.within(one.code, above));
    let new = others.find(|one| one.code.level() == AreaLevel::Village).unwrap().code;
    let mut phone = world.enrolled("one", story.officer);
    let people = listed(&mut phone);

    // Without signal: one visit on the day before the merger, one on the day, both by the old village.
    phone.call("signal", json!({ "on": false })).unwrap();
    let first_of_month = today().to_string().ends_with("-01");
    let from = if first_of_month { today().plus(-1) } else { today() };
    let before = visit(&mut phone, story.evening, from.plus(-1));
    let after = visit(&mut phone, story.not_met, from);
    let total = |day| coverage(&world, county, day, &[])["total"].clone();
    let figures = [from.plus(-1), from].map(total);
    let (old_code, new_code, day) = (old.to_string(), new.to_string(), from.to_string());
    let end = ["area", "end", &old_code, "--successor", &new_code, "--from", &day];
    let told = ask(&world.data(), &[&end[..], &["--dry-run"]].concat()).unwrap();
    assert!(told.contains("服务对象") && told.contains("没有写入"), "{told}");
    assert!(!people.is_empty() && figures.iter().all(|total| total["register"].as_u64() > Some(0)));
    ask(&world.data(), &end).unwrap();
    let again = ask(&world.data(), &end).unwrap();
    assert!(again.contains("已经在") && again.contains("什么也没有写"), "it has ended: {again}");
    let list = |all: &[&str]| ask(&world.data(), &[&["area", "list"], all].concat()).unwrap();
    let ended = |line: &&str| line.starts_with(&old_code) && line.contains(&day) && line.contains(&new_code);
    assert!(list(&["--all"]).lines().any(|line| ended(&line)));
    assert!(!list(&[]).lines().any(|line| line.starts_with(&old_code)));
    assert_eq!([from.plus(-1), from].map(total), figures, "the county has as many as before");

    phone.call("signal", json!({ "on": true })).unwrap();
    in_step(&mut phone);
    in_step(&mut phone);
    assert!(listed(&mut phone).is_superset(&people), "the same people, through the successor");
    for (person, made, day, village, other) in
        [(story.evening, before, from.plus(-1), old, new), (story.not_met, after, from, new, old)]
    {
        assert!(world.visits_at_county(person).contains(&made));
        let page = phone.call("person", json!({ "subject": person })).unwrap();
        assert_eq!(page["visits"][0]["visit"], json!(made), "{page}");
        let counted = [village, other].map(|village| visited_in(&world, village, person, day));
        assert_eq!(counted, [true, false], "on {day}");
    }
    assert!(visited_in(&world, new, story.evening, from), "and the visit went along");
    let records = phone.call("records", json!({ "count": 10_000 })).unwrap();
    let records = records.as_array().unwrap();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record["state"] == "received"), "{records:?}");

    // The worker goes on, and somebody enrolled later begins, in the village that there is now.
    let next = visit(&mut phone, story.phone, today());
    in_step(&mut phone);
    assert!(world.visits_at_county(story.phone).contains(&next));
    let mut second = world.enrolled("two", story.second_officer);
    assert!(listed(&mut second).is_superset(&people));
    world.doctor_finds_nothing();
}
