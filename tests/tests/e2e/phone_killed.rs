//! A phone whose battery falls out on the way of a visit, at points that are known: before or after something
//! is on its disk. What it has afterwards is what that point says, never one thing or another.

use crate::world::{PIN, World, exchange, in_step};
use domain::ids::RecordId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use system_tests::phone::PhoneProcess;
use system_tests::stops::Point::{self, After, Before};
use system_tests::stops::Written;

impl World {
    /// The phone with the visit, killed at a point of a command, started again and unlocked.
    fn killed_at(&self, phone: PhoneProcess, point: Point, name: &str, args: Value) -> PhoneProcess {
        phone.kill_at(point, name, args).unwrap();
        self.again("phone")
    }
}

fn begun(person: RecordId) -> Value {
    json!({ "subjects": [{ "subject": person, "met": "self" }], "way": "home" })
}

/// The first question with choices that nobody has answered, and a choice.
fn first_open(phone: &mut PhoneProcess, visit: &str, person: RecordId) -> (String, Value) {
    let form = phone.call("form", json!({ "visit": visit, "subject": person })).unwrap();
    let questions =
        form["pages"].as_array().unwrap().iter().flat_map(|page| page["questions"].as_array().unwrap());
    let open = |question: &&Value| {
        question["relevant"] == true && question["kind"] == "select_one" && question["value"].is_null()
    };
    let question = { questions }.find(open).unwrap();
    (question["path"].as_str().unwrap().to_owned(), question["choices"][0]["code"].clone())
}

fn value_of(phone: &mut PhoneProcess, visit: &str, person: RecordId, path: &str) -> Value {
    let form = phone.call("form", json!({ "visit": visit, "subject": person })).unwrap();
    let pages = form["pages"].as_array().unwrap();
    let mut questions = pages.iter().flat_map(|page| page["questions"].as_array().unwrap());
    questions.find(|question| question["path"] == path).unwrap()["value"].clone()
}

/// The drafts on a phone.
fn drafts(phone: &mut PhoneProcess) -> Vec<String> {
    let drafts = phone.call("drafts", json!({})).unwrap();
    let drafts = drafts.as_array().unwrap().iter();
    drafts.map(|draft| draft["visit"].as_str().unwrap().to_owned()).collect()
}

/// The finished visits on a phone, each once, with what became of it and its receipt.
fn finished(phone: &mut PhoneProcess) -> BTreeMap<String, (String, Option<String>)> {
    let records = phone.call("records", json!({ "count": 10_000 })).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut all = BTreeMap::new();
    for record in records.as_array().unwrap() {
        let became = (text(&record["state"]).unwrap(), text(&record["receipt"]));
        let before = all.insert(text(&record["visit"]).unwrap(), became);
        assert_eq!(before, None, "no visit twice: {records}");
    }
    all
}

/// What stands in the part of a person's last visit: the visit and all answers.
fn last_visit(phone: &mut PhoneProcess, person: RecordId) -> (Value, Value) {
    let page = phone.call("person", json!({ "subject": person })).unwrap();
    let last = &page["visits"][0];
    let part = phone.call("part", json!({ "part": last["part"] })).unwrap();
    (last["visit"].clone(), part["answers"].clone())
}

/// Starts a visit; answers the draft.
fn started(world: &World, phone: PhoneProcess, person: RecordId) -> (PhoneProcess, String) {
    let mut phone = world.killed_at(phone, Before(Written::Draft), "start_visit", begun(person));
    assert_eq!(drafts(&mut phone), [""; 0], "nothing was begun");
    let mut phone = world.killed_at(phone, After(Written::Draft), "start_visit", begun(person));
    let [draft] = drafts(&mut phone).try_into().unwrap();
    (phone, draft)
}

/// Answers all questions of a draft.
fn answered(world: &World, mut phone: PhoneProcess, draft: &str, person: RecordId) -> PhoneProcess {
    let (path, value) = first_open(&mut phone, draft, person);
    let args = json!({ "visit": draft, "subject": person, "path": path, "value": value });
    let mut phone = world.killed_at(phone, Before(Written::Answer), "answer", args.clone());
    assert_eq!(value_of(&mut phone, draft, person, &path), Value::Null, "it was not kept");
    let mut phone = world.killed_at(phone, After(Written::Answer), "answer", args);
    assert_eq!(value_of(&mut phone, draft, person, &path), value, "it was, though nobody was told");
    let (path, value) = first_open(&mut phone, draft, person);
    let args = json!({ "visit": draft, "subject": person, "path": path, "value": value });
    phone.call("answer", args).unwrap();
    phone.kill().unwrap();
    let mut phone = world.again("phone");
    assert_eq!(value_of(&mut phone, draft, person, &path), value);
    system_tests::story::fill(&mut phone, draft, person).unwrap();
    phone
}

/// Finishes the first visit, which the journal alone has for a while; answers the visit.
fn in_the_journal(
    world: &World,
    mut phone: PhoneProcess,
    draft: &str,
    person: RecordId,
) -> (PhoneProcess, String) {
    let (finish, asked) = (json!({ "visit": draft }), json!({ "visit": draft, "subject": person }));
    let form = phone.call("form", asked.clone()).unwrap();
    let mut phone = world.killed_at(phone, Before(Written::Line), "finish", finish.clone());
    assert_eq!((drafts(&mut phone), finished(&mut phone)), (vec![draft.to_owned()], BTreeMap::new()));
    assert_eq!(phone.call("form", asked).unwrap(), form, "a draft with all its answers");
    phone.kill_at(After(Written::Line), "finish", finish.clone()).unwrap();
    // Twice more while the database takes it up.
    for point in [Before(Written::Visit), After(Written::Visit)] {
        world.phone("phone").kill_at(point, "unlock", json!({ "pin": PIN })).unwrap();
    }
    let mut phone = world.again("phone");
    assert_eq!(drafts(&mut phone), [""; 0]);
    let [visit] = finished(&mut phone).into_keys().collect::<Vec<_>>().try_into().unwrap();
    let again = phone.call("finish", finish).unwrap();
    assert_eq!(again["visit"], json!(visit), "finished again it is the same");
    (phone, visit)
}

/// Finishes another visit, which both memories have before anybody is told; answers the visit.
fn in_the_database(
    world: &World,
    mut phone: PhoneProcess,
    person: RecordId,
    first: &str,
) -> (PhoneProcess, String) {
    let draft = system_tests::story::start(&mut phone, begun(person)).unwrap();
    system_tests::story::fill(&mut phone, &draft, person).unwrap();
    let mut phone = world.killed_at(phone, After(Written::Visit), "finish", json!({ "visit": draft }));
    assert_eq!(drafts(&mut phone), [""; 0]);
    let mut all = finished(&mut phone);
    assert!(all.remove(first).is_some());
    let [visit] = all.into_keys().collect::<Vec<_>>().try_into().unwrap();
    let again = phone.call("finish", json!({ "visit": draft })).unwrap();
    assert_eq!(again["visit"], json!(visit));
    (phone, visit)
}

#[test]
fn a_phone_killed_at_any_point_of_a_visit_has_what_that_point_says_and_every_visit_once() {
    let world = World::new("phone-killed");
    let people = [world.story.evening, world.story.not_met];
    let at_county = || people.map(|person| world.visits_at_county(person));
    let before = at_county();
    let mut second = world.enrolled("second", world.story.second_officer);
    let phone = world.enrolled("phone", world.story.officer);
    let (phone, draft) = started(&world, phone, people[0]);
    let phone = answered(&world, phone, &draft, people[0]);
    let (phone, one) = in_the_journal(&world, phone, &draft, people[0]);
    let (mut phone, two) = in_the_database(&world, phone, people[1], &one);
    let visits = [one, two];
    let waiting: BTreeMap<_, _> =
        visits.iter().map(|visit| (visit.clone(), ("waiting".to_owned(), None))).collect();
    assert_eq!(finished(&mut phone), waiting);

    // They are being sent.
    for point in [Before(Written::Number), After(Written::Number)] {
        phone = world.killed_at(phone, point, "exchange", json!({}));
        assert_eq!((finished(&mut phone), at_county()), (waiting.clone(), before.clone()), "{point:?}");
    }
    let mut expected = before;
    for (of_person, visit) in expected.iter_mut().zip(&visits) {
        assert!(of_person.insert(visit.clone()));
    }
    let mut phone = world.killed_at(phone, Before(Written::Reply), "exchange", json!({}));
    assert_eq!((finished(&mut phone), at_county()), (waiting, expected.clone()), "the county has them");
    let mut phone = world.killed_at(phone, After(Written::Reply), "exchange", json!({}));
    let received = finished(&mut phone);
    assert!(received.len() == 2 && visits.iter().all(|visit| received.contains_key(visit)));
    assert!(received.values().all(|(state, receipt)| state == "received" && receipt.is_some()));

    // Each visit once, and two phones that have what the county has.
    let report = exchange(&mut phone);
    assert_eq!((&report["sent"], &report["waiting"]), (&json!(0), &json!(0)), "{report}");
    for phone in [&mut phone, &mut second] {
        in_step(phone);
    }
    assert_eq!((finished(&mut phone), finished(&mut second)), (received, BTreeMap::new()));
    for (person, visit) in people.into_iter().zip(&visits) {
        let (last, answers) = last_visit(&mut phone, person);
        assert_eq!(last, json!(visit));
        assert!(answers.as_array().is_some_and(|answers| !answers.is_empty()));
        assert_eq!(last_visit(&mut second, person), (last, answers), "the other phone reads the same");
    }
    assert_eq!(at_county(), expected, "exactly once");
    world.doctor_finds_nothing();
}
