//! 填写不一致: what a part does while its day, its way or who was met differs, read from its records.

use super::examples::{care, grandmother, november, rules, stands, story};
use super::world::{day, id};
use crate::catalogue::keys;
use crate::coverage::Status::{ChangePending, MetHome, MetOther, NotYet, Tried};
use crate::coverage::{Standing, standing};
use crate::duty::Duty;
use crate::head::{Head, Write};
use crate::ids::WriterId;
use crate::period::Cadence;
use crate::time::Happened;
use crate::value::{Origin, Value};
use crate::visit::{Met, Part, PartFact, Visit, Way};

/// A record in whose fields these values stand side by side.
fn head(fields: &[(&str, &[Value])]) -> Head {
    let mut head = Head::default();
    for (key, values) in fields {
        let write = |(at, value): (usize, &Value)| Write {
            writer: WriterId(at as u64 + 1),
            serial: 1,
            author: id(5, 1),
            at_ms: 0,
            value: value.clone(),
            origin: Origin::default(),
        };
        head.fields.insert((*key).to_owned(), values.iter().enumerate().map(write).collect());
    }
    head
}

/// A part of a visit with these values.
fn fact(days: &[&str], ways: &[&str], mets: &[&str]) -> Option<PartFact> {
    let texts = |all: &[&str]| all.iter().map(|text| Value::from(*text)).collect::<Vec<_>>();
    let whole = |on: &&str| Value::text(Happened::morning(day(on)).to_string());
    let (visit, part) = (id(8, 1), id(9, 1));
    let days: Vec<Value> = days.iter().map(whole).collect();
    let visit = Visit::read(visit, &head(&[(keys::HAPPENED, &days), (keys::WAY, &texts(ways))]));
    let of_visit = [Value::text(visit.id.to_string())];
    PartFact::of(&Part::read(part, &head(&[(keys::VISIT, &of_visit), (keys::MET, &texts(mets))])), &visit)
}

/// November of the grandmother's monthly visits, with one part.
fn november_with(days: &[&str], ways: &[&str], mets: &[&str]) -> Standing {
    stands(&grandmother(), &rules(vec![care()]), &[fact(days, ways, mets).unwrap()])
}

#[test]
fn it_counts_by_what_all_sides_agree_on() {
    let two_meetings = november_with(&["2026-11-09"], &["home"], &["self", "self_and_carer"]);
    assert_eq!(story(&two_meetings), [(1, NotYet), (9, MetHome)]);
    let two_ways = november_with(&["2026-11-09"], &["phone", "home"], &["self"]);
    assert_eq!(story(&two_ways), [(1, NotYet), (9, MetOther)], "at home only when all say so");
    let two_days = november_with(&["2026-11-20", "2026-11-09"], &["home"], &["self"]);
    assert_eq!(story(&two_days), [(1, NotYet), (20, MetHome)], "by then all say so");
    assert_eq!((two_days.met_on, two_days.tried_on), (Some(day("2026-11-20")), None));
    let mut fact = fact(&["2026-11-09", "2026-11-09"], &["home"], &["self"]).unwrap();
    assert!(!fact.is_contested(), "two hours of one day are one day");
    fact.beside.days.push(day("2026-11-02"));
    assert!(fact.is_contested());
}

#[test]
fn it_is_a_try_when_one_side_would_not_count() {
    let seen_or_not = november_with(&["2026-11-09"], &["home"], &["self", "none"]);
    assert_eq!(story(&seen_or_not), [(1, NotYet), (9, Tried)]);
    assert_eq!((seen_or_not.tried_on, seen_or_not.met_on), (Some(day("2026-11-09")), None));
    let no_such_way = november_with(&["2026-11-09"], &["phone", "video"], &["self"]);
    assert_eq!(story(&no_such_way), [(1, NotYet), (9, Tried)], "one side is accepted, the other is not");
    let never_accepted = november_with(&["2026-11-09"], &["elsewhere", "video"], &["self"]);
    assert_eq!(story(&never_accepted), [(1, NotYet)], "no side is");
    let newer = november_with(&["2026-11-09"], &["home", "by_drone"], &["self"]);
    assert_eq!(story(&newer), [(1, NotYet), (9, Tried)], "a side that nobody here can read");
    let taken_back = [Value::from("home"), Value::Null];
    let visit = Visit::read(id(8, 1), &head(&[(keys::WAY, &taken_back)]));
    assert_eq!(visit.way, None);
    assert_eq!(fact(&["2026-11-09"], &["by_drone"], &["self"]), None, "nothing is known of it");
}

#[test]
fn days_in_two_months_count_in_neither_and_hide_in_neither() {
    let days = ["2026-11-03", "2026-10-30"];
    let rules = rules(vec![care()]);
    let parts = [fact(&days, &["home"], &["self"]).unwrap()];
    assert_eq!(story(&stands(&grandmother(), &rules, &parts)), [(1, NotYet), (3, Tried)]);
    let october = standing(&grandmother(), &rules, "care", november().previous(), &parts).unwrap();
    assert_eq!(
        october.steps.iter().map(|step| (step.day, step.status)).collect::<Vec<_>>(),
        [(day("2026-10-01"), NotYet), (day("2026-10-30"), Tried),]
    );
    assert!(october.missed_on(day("2026-11-29")), "nor is it made up by a visit of perhaps October");
}

#[test]
fn a_rolling_duty_is_due_after_the_first_of_the_days() {
    let rolling = Duty { cadence: Cadence::Rolling { days: 30 }, ..care() };
    let rules = rules(vec![rolling]);
    let due_on = |days: &[&str], mets: &[&str]| {
        let parts = [fact(days, &["home"], mets).unwrap()];
        stands(&grandmother(), &rules, &parts).due_on(day("2026-11-29")).unwrap()
    };
    assert_eq!(due_on(&["2026-11-20"], &["self"]), day("2026-12-20"));
    assert_eq!(due_on(&["2026-11-20", "2026-11-02"], &["self"]), day("2026-12-02"));
    assert_eq!(due_on(&["2026-11-20", "2026-10-28"], &["self"]), day("2026-11-27"));
    let never = due_on(&["2026-11-20"], &["none"]);
    assert_eq!(due_on(&["2026-11-20", "2026-11-02"], &["self", "none"]), never);
}

#[test]
fn a_change_that_one_side_reports_waits_for_the_township() {
    let parts = |days: &[&str]| {
        let fact = fact(days, &["home"], &["self", "none"]).unwrap();
        [PartFact { reason: Some(crate::visit::NotMet::Hospital), ..fact }]
    };
    let rules = rules(vec![care()]);
    let told = story(&stands(&grandmother(), &rules, &parts(&["2026-11-09"])));
    assert_eq!(told, [(1, NotYet), (9, ChangePending)]);
    let both = parts(&["2026-10-30", "2026-11-09"]);
    assert_eq!(story(&stands(&grandmother(), &rules, &both)), [(1, NotYet), (9, ChangePending)]);
}

#[test]
fn of_what_differs_the_least_is_shown() {
    let fact = fact(&["2026-11-09", "2026-11-20"], &["home", "phone"], &["none", "self"]).unwrap();
    assert_eq!((fact.day, fact.way, fact.met), (day("2026-11-20"), Way::Phone, Met::Nobody));
    assert_eq!(fact.sides().count(), 8);
    assert!(fact.sides().all(|side| !side.is_contested()));
    let json = serde_json::to_string(&fact).unwrap();
    assert_eq!(serde_json::from_str::<PartFact>(&json).unwrap(), fact);
    let plain = PartFact { beside: Default::default(), ..fact };
    assert!(!serde_json::to_string(&plain).unwrap().contains("beside"));
}
