//! 更正走访时间: what the phone asks when the time of a visit is amended is what the county asks.

use super::county::{County, person};
use super::flows::{enrolled, visit};
use super::world::{Phone, code, sync};
use client::App;
use client::amend::{Amend, AmendTime};
use client::history::{HistoryAsked, OfPart, PartPage};
use client::records::{RecordState, RecordsAsked};
use client::today::TodayAsked;
use client::visits::start::When;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::ProblemCode;
use domain::time::Day;
use domain::value::Value;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn page(app: &mut App) -> PartPage {
    let asked = HistoryAsked { subject: person("李阿普"), after: None, count: None };
    let part = app.history(asked).unwrap()[0].part;
    app.part(OfPart { part }).unwrap()
}

fn time(app: &mut App, visit: RecordId, happened: When, reason: Option<&str>) -> AmendTime {
    AmendTime { visit, happened, late_reason: reason.map(str::to_owned), seen: page(app).visit_seen }
}

/// A visit of today that the county has.
fn made() -> (County, Phone, App, RecordId) {
    let (county, phone, mut app) = enrolled();
    let made = visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    (county, phone, app, made)
}

#[test]
fn the_time_of_a_visit_is_amended_and_the_county_has_it() {
    let (county, phone, mut app, made) = made();
    let morning = time(&mut app, made, When::Morning(day("2026-11-20")), None);
    assert!(app.amend_time(morning.clone()).unwrap().changed);
    assert!(!app.amend_time(morning).unwrap().changed, "it is so already");
    assert_eq!(page(&mut app).brief.day, Some(day("2026-11-20")));
    sync(&mut app, &phone, &county);
    let head = county.record(RecordKind::Visit, made).unwrap().head;
    assert_eq!(head.text(keys::HAPPENED), Some("2026-11-20T00:00/2026-11-20T12:00"));
    assert_eq!(head.text(keys::LATE_REASON), None);
    let record = &app.records(RecordsAsked::default()).unwrap()[0];
    assert_eq!((record.state, record.late), (RecordState::Received, true));
}

#[test]
fn long_ago_asks_for_a_reason_once_and_the_future_is_refused() {
    let (county, phone, mut app, made) = made();
    let long_ago = When::Day(day("2026-11-02"));
    for silent in [None, Some("  ")] {
        let silent = time(&mut app, made, long_ago, silent);
        assert_eq!(code(app.amend_time(silent)), ProblemCode::VisitTooLongAgo);
    }
    let tomorrow = time(&mut app, made, When::Morning(day("2026-11-24")), None);
    assert_eq!(code(app.amend_time(tomorrow)), ProblemCode::VisitInTheFuture);
    assert_eq!(page(&mut app).brief.day, Some(day("2026-11-23")), "nothing was written");
    let said = time(&mut app, made, long_ago, Some("手机坏了"));
    assert!(app.amend_time(said).unwrap().changed);
    sync(&mut app, &phone, &county);
    // The reason stands: who says the day more exactly is not asked again, by the county neither.
    let exact = time(&mut app, made, When::Afternoon(day("2026-11-03")), None);
    assert!(app.amend_time(exact).unwrap().changed);
    sync(&mut app, &phone, &county);
    let head = county.record(RecordKind::Visit, made).unwrap().head;
    assert_eq!(head.text(keys::LATE_REASON), Some("手机坏了"));
    assert_eq!(app.records(RecordsAsked::default()).unwrap()[0].state, RecordState::Received);
}

#[test]
fn a_visit_dated_ahead_by_a_wrong_clock_is_kept_and_asked_about_until_its_time_is_amended() {
    let (county, phone, mut app) = enrolled();
    let right = phone.clock.wall();
    phone.clock.reboot();
    phone.clock.set_wall(right + 40 * 86_400_000);
    let made = visit(&mut app, "李阿普");
    // The network sets the clock right before there is signal enough to send.
    phone.clock.set_wall(right);
    county.may_ask();
    sync(&mut app, &phone, &county);
    assert!(county.record(RecordKind::Visit, made).is_some(), "nothing is refused");
    let record = |app: &mut App| app.records(RecordsAsked::default()).unwrap().remove(0);
    let asked = record(&mut app);
    assert_eq!(asked.state, RecordState::PleaseAdd);
    let codes: Vec<_> = asked.problems.iter().map(|one| one.code).collect();
    assert_eq!(codes, [ProblemCode::VisitDatedAhead]);
    assert!(asked.problems[0].zh().contains("2027-01-02"), "{}", asked.problems[0].zh());
    assert!(asked.problems[0].zh().contains("2026-11-23"), "{}", asked.problems[0].zh());
    let met = |app: &mut App| app.today_list(TodayAsked::default()).unwrap().met;
    let to_supplement = |app: &mut App| app.today_list(TodayAsked::default()).unwrap().asked;
    assert_eq!((met(&mut app), to_supplement(&mut app)), (0, 1));
    let say = |value: Value| county.put(RecordKind::Visit, made, &[(keys::VOID, value)], phone.clock.wall());
    say("记错了".into());
    sync(&mut app, &phone, &county);
    let void = record(&mut app);
    assert_eq!((void.state, void.problems), (RecordState::Received, Vec::new()), "void, it asks nothing");
    assert_eq!(to_supplement(&mut app), 0);
    say(Value::Null);
    sync(&mut app, &phone, &county);
    assert_eq!((record(&mut app).state, to_supplement(&mut app)), (RecordState::PleaseAdd, 1));

    let morning = time(&mut app, made, When::Morning(day("2026-11-23")), None);
    assert!(app.amend_time(morning).unwrap().changed);
    sync(&mut app, &phone, &county);
    let answered = record(&mut app);
    assert_eq!((answered.state, answered.problems), (RecordState::Received, Vec::new()));
    assert_eq!((met(&mut app), to_supplement(&mut app)), (1, 0));
    county.is_sound();
}

#[test]
fn a_visit_that_was_of_last_month_leaves_this_month_open() {
    let (county, phone, mut app, made) = made();
    let met = |app: &mut App| app.today_list(TodayAsked::default()).unwrap().met;
    assert_eq!(met(&mut app), 1);
    let october = time(&mut app, made, When::Day(day("2026-10-30")), Some("记错了日子"));
    assert!(app.amend_time(october).unwrap().changed);
    assert_eq!(met(&mut app), 0);
    sync(&mut app, &phone, &county);
    county.is_sound();
}

#[test]
fn the_time_is_amended_by_its_own_command_only() {
    let (_, _, mut app, made) = made();
    let seen = page(&mut app).visit_seen;
    let record = RecordRef { kind: RecordKind::Visit, id: made };
    for key in [keys::HAPPENED, keys::LATE_REASON] {
        let value = "2026-11-02T00:00/2026-11-03T00:00".into();
        let past = Amend { record, key: key.into(), value, seen: seen.clone() };
        assert_eq!(code(app.amend(past)), ProblemCode::NotYoursToChange, "or the reason is got round");
    }
}

#[test]
fn a_reason_is_given_afterwards_for_a_time_that_stands() {
    let (county, phone, mut app, made) = made();
    let stands = When::Exactly(page(&mut app).happened.unwrap());
    assert_eq!((page(&mut app).late, page(&mut app).late_reason), (false, None));
    let silent = time(&mut app, made, stands, Some("  "));
    assert!(!app.amend_time(silent).unwrap().changed, "blank is none");
    let said = time(&mut app, made, stands, Some(" 山洪断路 "));
    assert!(app.amend_time(said).unwrap().changed);
    for again in [None, Some("  "), Some("山洪断路 ")] {
        let again = time(&mut app, made, stands, again);
        assert!(!app.amend_time(again).unwrap().changed, "it is so already");
    }
    sync(&mut app, &phone, &county);
    let head = county.record(RecordKind::Visit, made).unwrap().head;
    assert_eq!(head.text(keys::LATE_REASON), Some("山洪断路"));
    let better = time(&mut app, made, stands, Some("手机坏了"));
    assert!(app.amend_time(better).unwrap().changed);
    sync(&mut app, &phone, &county);
    let head = county.record(RecordKind::Visit, made).unwrap().head;
    assert_eq!(head.text(keys::LATE_REASON), Some("手机坏了"));
}

#[test]
fn a_blank_reason_leaves_the_one_that_stands() {
    let (county, phone, mut app, made) = made();
    let said = time(&mut app, made, When::Day(day("2026-11-02")), Some("手机坏了"));
    assert!(app.amend_time(said).unwrap().changed);
    let blank = time(&mut app, made, When::Day(day("2026-11-03")), Some("  "));
    assert!(app.amend_time(blank).unwrap().changed, "nobody is asked twice");
    assert_eq!((page(&mut app).late, page(&mut app).late_reason.as_deref()), (true, Some("手机坏了")));
    sync(&mut app, &phone, &county);
    let head = county.record(RecordKind::Visit, made).unwrap().head;
    assert_eq!(head.text(keys::HAPPENED), Some("2026-11-03T00:00/2026-11-04T00:00"));
    assert_eq!(head.text(keys::LATE_REASON), Some("手机坏了"));
}
