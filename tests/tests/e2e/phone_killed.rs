//! A phone whose battery falls out at five points of a visit.

use crate::world::{World, deliver};
use domain::ids::RecordId;
use serde_json::{Value, json};
use std::time::Duration;
use system_tests::phone::PhoneProcess;

fn start(phone: &mut PhoneProcess, person: RecordId) -> String {
    let chosen = json!([{ "subject": person, "met": "self" }]);
    let view = phone.call("start_visit", json!({ "subjects": chosen, "way": "home" })).unwrap();
    view["visit"].as_str().unwrap().to_owned()
}

/// The first question with choices that nobody has answered.
fn first_open(phone: &mut PhoneProcess, visit: &str, person: RecordId) -> Option<(String, Value)> {
    let form = phone.call("form", json!({ "visit": visit, "subject": person })).unwrap();
    let questions =
        form["pages"].as_array().unwrap().iter().flat_map(|page| page["questions"].as_array().unwrap());
    let open = |question: &&Value| {
        question["relevant"] == true && question["kind"] == "select_one" && question["value"].is_null()
    };
    let question = questions.into_iter().find(open)?;
    Some((question["path"].as_str().unwrap().to_owned(), question["choices"][0]["code"].clone()))
}

fn answer(phone: &mut PhoneProcess, visit: &str, person: RecordId) -> (String, Value) {
    let (path, value) = first_open(phone, visit, person).unwrap();
    let args = json!({ "visit": visit, "subject": person, "path": path, "value": value });
    phone.call("answer", args).unwrap();
    (path, value)
}

fn value_of(phone: &mut PhoneProcess, visit: &str, person: RecordId, path: &str) -> Value {
    let form = phone.call("form", json!({ "visit": visit, "subject": person })).unwrap();
    let pages = form["pages"].as_array().unwrap();
    let mut questions = pages.iter().flat_map(|page| page["questions"].as_array().unwrap());
    questions.find(|question| question["path"] == path).unwrap()["value"].clone()
}

#[test]
fn no_answer_given_and_no_visit_finished_is_lost() {
    let world = World::new("phone-killed");
    let person = world.story.evening;
    let before = world.visits_at_county(person);
    let mut phone = world.enrolled("phone", world.story.officer);

    // 1. After the visit was started.
    let visit = start(&mut phone, person);
    phone.kill().unwrap();
    let mut phone = world.again("phone");
    let drafts = phone.call("drafts", json!({})).unwrap();
    assert!(drafts.to_string().contains(&visit), "the draft is there: {drafts}");

    // 2. After an answer.
    let (path, value) = answer(&mut phone, &visit, person);
    phone.kill().unwrap();
    let mut phone = world.again("phone");
    assert_eq!(value_of(&mut phone, &visit, person, &path), value);

    // 3. While an answer is being given: before or after it, never half of it.
    let (path, value) = first_open(&mut phone, &visit, person).unwrap();
    let args = json!({ "visit": visit, "subject": person, "path": path, "value": value });
    phone.send("answer", args).unwrap();
    phone.kill().unwrap();
    let mut phone = world.again("phone");
    let now = value_of(&mut phone, &visit, person, &path);
    assert!(now.is_null() || now == value, "{now}");

    // 4. While it is being finished.
    system_tests::story::fill(&mut phone, &visit, person).unwrap();
    phone.send("finish", json!({ "visit": visit })).unwrap();
    std::thread::sleep(Duration::from_millis(15));
    phone.kill().unwrap();
    let mut phone = world.again("phone");
    let drafts = phone.call("drafts", json!({})).unwrap();
    if drafts.to_string().contains(&visit) {
        let done = phone.call("finish", json!({ "visit": visit })).unwrap();
        assert!(!done["visit"].is_null(), "{done}");
    }

    // 5. While it is being sent.
    phone.send("exchange", json!({})).unwrap();
    std::thread::sleep(Duration::from_millis(30));
    phone.kill().unwrap();
    let mut phone = world.again("phone");
    deliver(&mut phone);

    let after = world.visits_at_county(person);
    assert_eq!(after.difference(&before).count(), 1, "exactly once");
    world.doctor_finds_nothing();
}
