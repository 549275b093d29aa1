//! 移交: the village of one worker becomes another's; both phones are right after their next exchange.

use super::county::{County, person};
use super::flows::{enrol, noon};
use super::world::{Phone, sync};
use client::App;
use client::people::OfPerson;
use client::records::{RecordState, RecordsAsked};
use client::today::{TodayAsked, Why};
use client::visits::draft::DraftName;
use client::visits::start::{Chosen, StartVisit, When};
use domain::catalogue::{RecordKind, keys};
use domain::time::{Day, Happened};
use domain::value::Value;
use domain::visit::Met;
use sync::county::needs::WaitsFor;

fn today() -> Day {
    Day::of(noon())
}

fn due(app: &mut App) -> usize {
    app.today_list(TodayAsked::default()).unwrap().total
}

/// A finished visit on a day.
fn visited(app: &mut App, name: &str, day: Day) {
    let chosen = Chosen { subject: person(name), met: Some(Met::InPerson) };
    let happened = Some(When::Exactly(Happened::whole(day)));
    let draft = app
        .start_visit(StartVisit { subjects: vec![chosen], happened, ..StartVisit::default() })
        .unwrap()
        .visit;
    super::flows::fill(app, &draft, name);
    assert_eq!(app.finish(DraftName { visit: draft }).unwrap().gaps, []);
}

/// Two workers, of whom the second has no village yet.
fn two() -> (County, (Phone, App), (Phone, App)) {
    let county = County::new(noon() - 3_600_000);
    let (one, other) = (enrol(&county, "杨洁", 1), enrol(&county, "县管", 2));
    (county, one, other)
}

#[test]
fn both_phones_are_right_after_their_next_exchange() {
    let (county, (old, mut before), (new, mut after)) = two();
    assert!(due(&mut before) > 0);
    assert_eq!(due(&mut after), 0, "the administrator has no duty in a village");
    assert_eq!(county.hand_over("杨洁", "县管", today(), old.clock.wall()), 2);
    sync(&mut before, &old, &county);
    sync(&mut after, &new, &county);
    assert_eq!(due(&mut before), 0, "no more the one's");
    assert!(due(&mut after) > 0, "but the other's");
    county.is_sound();
}

#[test]
fn an_old_phone_without_signal_brings_visits_of_before_and_after_the_day() {
    let (county, (old, mut before), _) = two();
    county.hand_over("杨洁", "县管", today(), old.clock.wall());
    visited(&mut before, "张建国", today().plus(-1));
    visited(&mut before, "李阿普", today());
    sync(&mut before, &old, &county);
    assert_eq!(county.count(RecordKind::Visit), 1, "the one of before counts");
    let parts = county.parts_of(person("张建国"));
    assert!(parts.iter().any(|part| part.fact.is_some()));
    let waits = county.waiting().into_iter().filter(|item| item.waits_for == Some(WaitsFor::Reviewer));
    assert!(waits.count() > 0, "that of after waits for a reviewer, and nothing is lost");
    county.is_sound();
}

#[test]
fn what_was_asked_of_a_visit_that_has_left_the_phone_is_said_to_be_gone() {
    let (county, (old, mut before), _) = two();
    let right = old.clock.wall();
    old.clock.reboot();
    old.clock.set_wall(right + 40 * 86_400_000);
    super::flows::visit(&mut before, "李阿普");
    old.clock.set_wall(right);
    county.may_ask();
    sync(&mut before, &old, &county);
    let today = before.today_list(TodayAsked::default()).unwrap();
    assert_eq!((today.asked, today.no_village), (1, false));
    assert!(!before.records(RecordsAsked::default()).unwrap()[0].gone);
    county.hand_over("杨洁", "县管", self::today(), old.clock.wall());
    sync(&mut before, &old, &county);
    let record = before.records(RecordsAsked::default()).unwrap().remove(0);
    assert!(record.gone && record.receipt.is_some(), "receipt and state stay: {record:?}");
    assert_eq!(record.state, RecordState::PleaseAdd);
    let today = before.today_list(TodayAsked::default()).unwrap();
    assert_eq!((today.asked, today.no_village), (0, true), "nobody can answer it here");
}

#[test]
fn of_a_restricted_person_the_phone_does_not_say_whether_somebody_went() {
    let (county, (phone, mut app), _) = two();
    super::flows::visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    let view = |app: &mut App| app.person(OfPerson { subject: person("李阿普") }).unwrap();
    assert!(!view(&mut app).item.restricted && !view(&mut app).duties.is_empty());
    let say = |value: Value| {
        let fields = [(keys::RESTRICTED, value)];
        county.put(RecordKind::Person, person("李阿普"), &fields, phone.clock.wall());
    };
    say("2026-11-20".into());
    sync(&mut app, &phone, &county);
    let shown = view(&mut app);
    assert_eq!((shown.item.restricted, shown.item.due, shown.duties), (true, false, vec![]));
    // The duty to visit is the law's and goes on: they stay on the list, without a word on what the phone cannot know.
    let people = app.today_list(TodayAsked::default()).unwrap().people;
    let one = people.iter().find(|one| one.subject == person("李阿普")).unwrap();
    assert_eq!((&one.why[..], one.due_on), (&[Why::Restricted][..], None));
    say(Value::Null);
    sync(&mut app, &phone, &county);
    let after = view(&mut app);
    assert!(!after.item.restricted && !after.duties.is_empty());
}
