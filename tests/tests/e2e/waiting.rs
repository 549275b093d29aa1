//! What waits for a reviewer is listed, decided on, and told on the phones.

use super::world::{World, deliver, exchange, today, visit, waiting};
use county_server::seed::staff::id;
use domain::ids::RecordId;
use domain::staff::Role;
use serde_json::{Value, json};
use system_tests::county::{ask, cli};
use system_tests::phone::PhoneProcess;

/// The county's own code, where its staff have their posts.
const COUNTY: domain::ids::AreaCode = county_server::seed::places::COUNTY;

/// The county's first reviewer, and its auditor, who decides nothing.
fn reviewer() -> RecordId {
    id(COUNTY, 2)
}

fn auditor() -> RecordId {
    id(COUNTY, 5)
}

fn decide(world: &World, verdict: &str, item: &Value, by: RecordId, reason: &str) -> Result<String, String> {
    let (handle, by) = (item["handle"].as_str().unwrap(), by.to_string());
    let asked = ["waiting", verdict, handle, "--by", &by, "--reason", reason];
    ask(&world.data(), &asked).map_err(|error| error.to_string())
}

fn record(phone: &mut PhoneProcess, visit: &str) -> Value {
    phone.call("record", json!({ "visit": visit })).unwrap()
}

fn correct(phone: &mut PhoneProcess, person: RecordId, number: &str) {
    let page = phone.call("person", json!({ "subject": person })).unwrap();
    let record = json!({ "kind": "person", "id": person });
    let args = json!({ "record": record, "key": "phone", "value": number, "seen": page["seen"] });
    phone.call("correct_contact", args).unwrap();
}

/// What a phone says of a person's telephone: the number, and whether it is contested.
fn telephone(phone: &mut PhoneProcess, person: RecordId) -> (Value, usize) {
    let page = phone.call("person", json!({ "subject": person })).unwrap();
    let record = json!({ "kind": "person", "id": person });
    let contested = phone.call("contested", json!({ "record": record })).unwrap();
    (page["phone"].clone(), contested.as_array().unwrap().len())
}

/// The second officer's post goes to another village: from today on, theirs is somebody else's.
fn transfer(world: &World) {
    let reference = &world.synthetic.reference;
    let post = reference.assignments.values().find(|one| one.staff == world.story.second_officer).unwrap();
    let elsewhere = reference
        .areas
        .0
        .keys()
        .find(|area| area.level() == domain::ids::AreaLevel::Village && **area != world.story.village);
    let (day, staff) = (today().to_string(), post.staff.to_string());
    ask(&world.data(), &["staff", "end", &post.id.to_string(), "--until", &day]).unwrap();
    let (role, area) = (Role::AssistanceOfficer.code(), elsewhere.unwrap().to_string());
    ask(&world.data(), &["staff", "assign", &staff, role, &area, "--from", &day]).unwrap();
}

#[test]
fn what_was_set_aside_is_accepted_or_dismissed_and_the_phone_says_so() {
    let mut world = World::new("waiting");
    let mut phone = world.enrolled("phone", world.story.second_officer);
    let (taken, refused) = (world.story.evening, world.story.not_met);
    let before = world.visits_at_county(taken);
    phone.call("signal", json!({ "on": false })).unwrap();
    let (good, bad) = (visit(&mut phone, taken, today()), visit(&mut phone, refused, today()));
    transfer(&world);
    phone.call("signal", json!({ "on": true })).unwrap();
    deliver(&mut phone);
    for visit in [&good, &bad] {
        assert_eq!(record(&mut phone, visit)["state_zh"], "没能收下");
    }
    assert_eq!(world.visits_at_county(taken), before, "so far it does not count");

    let village = world.story.village.to_string();
    let items = waiting(&world, &["--area", &village, "--reason", "outside_area"]);
    let item = |visit: &str| items.iter().find(|item| item["record"] == visit).unwrap();
    assert_eq!(items.len(), 2, "{items:?}");
    assert_eq!(item(&good)["kind"], "visit");
    assert_eq!(item(&good)["day"], json!(today()));
    assert!(item(&good)["author"].as_str().unwrap().chars().count() >= 2);
    assert_eq!(item(&good)["people"].as_array().unwrap().len(), 1, "{items:?}");
    assert_eq!(waiting(&world, &["--older", "1"]).len(), 0);
    let handle = item(&good)["handle"].as_str().unwrap();
    let shown = ask(&world.data(), &["waiting", "show", handle]).unwrap();
    assert!(shown.contains("不在负责的村") && shown.contains("走访时间"), "{shown}");

    // Whoever has no right to decide changes nothing; without a reason nothing is dismissed.
    let refusal = decide(&world, "accept", item(&good), auditor(), "").unwrap_err();
    assert!(refusal.contains("县审核员"), "{refusal}");
    assert!(decide(&world, "dismiss", item(&bad), reviewer(), " ").is_err());
    decide(&world, "keep", item(&good), reviewer(), "问过乡镇再说").unwrap();
    let kept = waiting(&world, &["--reason", "outside_area"]);
    assert!(kept.iter().any(|item| item["kept"]["reason"] == "问过乡镇再说"), "{kept:?}");

    // One while the server is running, the other without it.
    decide(&world, "accept", item(&good), reviewer(), "替班").unwrap();
    world.kill_county();
    decide(&world, "dismiss", item(&bad), reviewer(), "那天没有去过").unwrap();
    world.start_county();
    assert_eq!(waiting(&world, &[]).len(), 0, "nothing waits");
    assert_eq!(waiting(&world, &["--reason", "awaiting"]).len(), 0, "nor behind it");
    assert!(decide(&world, "accept", item(&bad), reviewer(), "").is_err(), "once");

    let mut expected = before;
    expected.insert(good.clone());
    assert_eq!(world.visits_at_county(taken), expected, "it counts");
    assert!(!world.visits_at_county(refused).contains(&bad));
    let report = exchange(&mut phone);
    assert!(report["problem"].is_null(), "{report}");
    assert_eq!(record(&mut phone, &good)["state_zh"], "县里已收到");
    let told = record(&mut phone, &bad);
    assert_eq!(told["state_zh"], "没能收下");
    assert!(told["problems"].to_string().contains("那天没有去过"), "{told}");
    world.doctor_finds_nothing();
}

#[test]
fn a_contested_telephone_is_settled_at_the_county_and_both_phones_agree() {
    let world = World::new("settled");
    let person = world.story.phone;
    let mut phones =
        [world.enrolled("one", world.story.officer), world.enrolled("two", world.story.second_officer)];
    for (phone, number) in phones.iter_mut().zip(["13800000001", "13800000002"]) {
        phone.call("signal", json!({ "on": false })).unwrap();
        correct(phone, person, number);
        phone.call("signal", json!({ "on": true })).unwrap();
    }
    phones.iter_mut().for_each(deliver);
    phones.iter_mut().for_each(deliver);
    for phone in &mut phones {
        assert_eq!(telephone(phone, person).1, 1, "both sides stand");
    }
    let items = waiting(&world, &["--reason", "contested"]);
    let item = items.iter().find(|item| item["record"] == json!(person)).unwrap();
    assert_eq!(item["field"], "phone");
    let id = person.to_string();
    let shown: Value =
        serde_json::from_str(&ask(&world.data(), &["waiting", "show", &id, "--format", "json"]).unwrap())
            .unwrap();
    let sides = shown["sides"].as_array().unwrap();
    assert_eq!(sides.len(), 2, "{shown}");
    assert!(sides.iter().all(|side| side["by"].as_str().unwrap().chars().count() >= 2));
    let (chosen, number) = (&sides[1]["value"], sides[1]["number"].to_string());
    let by = auditor().to_string();
    let settle = |by: &str| {
        cli(&world.data(), &["waiting", "settle", &id, "phone", "--use", &number, "--by", by]).unwrap()
    };
    assert!(!settle(&by).status.success(), "not by an auditor");
    let worker = world.story.officer.to_string();
    assert!(!settle(&worker).status.success(), "not by a village worker, who has a phone for it");
    assert!(settle(&reviewer().to_string()).status.success());
    let shown: Value =
        serde_json::from_str(&ask(&world.data(), &["waiting", "show", &id, "--format", "json"]).unwrap())
            .unwrap();
    assert_eq!((&shown["settled"][0]["value"], &shown["settled"][0]["stands"]), (chosen, &json!(true)));
    assert!(!settle(&reviewer().to_string()).status.success(), "nothing is contested any more");
    for phone in &mut phones {
        exchange(phone);
        assert_eq!(telephone(phone, person), (chosen.clone(), 0), "as the county settled it");
    }
    world.doctor_finds_nothing();
}
