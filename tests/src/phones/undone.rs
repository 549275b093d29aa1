//! 撤销: what a reviewer has decided on a phone's visit, and then takes back.

use super::county::{County, person};
use super::flows::{enrolled, visit};
use super::world::{Phone, sync};
use client::App;
use client::records::{RecordState, RecordsAsked};
use county_server::decide::Verdict;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::problem::ProblemCode;
use domain::value::Value;

/// A visit of somebody who worked there until the first of the month: it is set aside.
fn set_aside() -> (County, Phone, App, RecordId) {
    let (county, phone, mut app) = enrolled();
    let made = visit(&mut app, "李阿普");
    for role in ["assistance_officer", "child_director"] {
        let id = RecordId::named("assignment", &format!("杨洁 {role}"));
        let until = [(keys::UNTIL, Value::from("2026-11-01"))];
        county.put(RecordKind::Assignment, id, &until, phone.clock.wall());
    }
    sync(&mut app, &phone, &county);
    (county, phone, app, made)
}

/// The state of the phone's visit, and why.
fn told(app: &mut App) -> (RecordState, Vec<ProblemCode>) {
    let record = app.records(RecordsAsked::default()).unwrap().remove(0);
    let mut codes: Vec<_> = record.problems.iter().map(|problem| problem.code).collect();
    codes.dedup();
    (record.state, codes)
}

/// How much the county has of visits to a person that counts.
fn counts(county: &County) -> usize {
    county.parts_of(person("李阿普")).iter().filter(|part| part.fact.is_some()).count()
}

#[test]
fn what_was_accepted_waits_again_and_its_phone_hears_of_it_at_its_next_exchange() {
    let (county, phone, mut app, _) = set_aside();
    let waits = told(&mut app);
    assert_eq!(waits.0, RecordState::NotTaken);
    let decision = county.decide(Verdict::Accept, "替班", phone.clock.wall());
    assert_eq!(counts(&county), 1);
    sync(&mut app, &phone, &county);
    assert_eq!(told(&mut app), (RecordState::Received, vec![]));
    county.undo(decision, phone.clock.wall());
    assert_eq!(counts(&county), 0, "it counts no more");
    assert_eq!(told(&mut app).0, RecordState::Received, "the phone has not heard of it yet");
    sync(&mut app, &phone, &county);
    assert_eq!(told(&mut app), waits, "as at first, with the same reason");
    county.decide(Verdict::Accept, "", phone.clock.wall());
    sync(&mut app, &phone, &county);
    assert_eq!((told(&mut app).0, counts(&county)), (RecordState::Received, 1), "and again the other way");
}

#[test]
fn what_was_dismissed_waits_again_and_its_phone_shows_it_as_its_own_again() {
    let (county, phone, mut app, made) = set_aside();
    let waits = told(&mut app);
    let shown = |app: &mut App| {
        let record = app.records(RecordsAsked::default()).unwrap().remove(0);
        (record.visit, record.happened, record.people.len())
    };
    let before = shown(&mut app);
    assert_eq!((before.0, before.2), (made, 1));
    let decision = county.decide(Verdict::Dismiss, "那天没有去过", phone.clock.wall());
    sync(&mut app, &phone, &county);
    let (state, codes) = told(&mut app);
    assert_eq!((state, codes.contains(&ProblemCode::NotAdopted)), (RecordState::NotTaken, true));
    county.undo(decision, phone.clock.wall());
    sync(&mut app, &phone, &county);
    assert_eq!(told(&mut app), waits, "the reason of the dismissal is gone");
    assert_eq!(shown(&mut app), before, "and the visit is there as it was written");
    assert_eq!(county.waiting().len(), 2, "the visit waits with its part");
}
