//! Generations: which one readers see, and what an edit of rules can change.

use super::world::{COUNTY, DUTIES, any_day, any_period, areas, day, history, id, person, reference};
use super::{Rules, config, deltas, standing};
use crate::coverage::Generations;
use crate::coverage::generations::{Generation, Work};
use crate::coverage::rules::JUDGEMENT;
use crate::duty::{Duty, DutyKind};
use crate::ids::RecordId;
use crate::period::{Cadence, Cut, Period};
use crate::reference::Reference;
use crate::time::Day;
use crate::visit::{Met, Way};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

proptest! {
    #![proptest_config(config(1_500))]

    #[test]
    fn what_an_edit_does_not_cover_stays(
        old in reference(), new in reference(), turned in any::<[bool; 4]>(), moved in any_day(), people in [person(), person()],
        parts in history(), two in [any_period(), any_period()],
    ) {
        // Some of the rules stay, some are others, one begins on another day.
        let mut edited = old.clone();
        for (other, _) in new.duties.values().zip(turned).filter(|(_, turned)| *turned) {
            edited.duties.insert(other.id, other.clone());
        }
        if let (true, Some(last)) = (turned[3], edited.duties.values_mut().last()) {
            last.from = moved;
        }
        let (before, after) = (Rules::of(&old), Rules::of(&edited));
        let change = before.difference(&after);
        prop_assert_eq!(&change, &after.difference(&before));
        let mut all = Generations::first(before.clone());
        all.edit(after.clone(), Day(i32::MIN), false);
        for (person, duty) in people.iter().flat_map(|person| DUTIES.map(|duty| (person, duty))) {
            for period in two {
                if all.building().is_none_or(|(span, _)| !span.covers(duty, period)) {
                    let [old, new] = [&before, &after].map(|rules| standing(person, rules, duty, period, &parts));
                    prop_assert_eq!(old, new, "{} {} {:?}", duty, period, &change);
                }
            }
        }
        let json = serde_json::to_string(&after).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rules>(&json).unwrap(), after);
    }
}

fn plain_rule(from: Day) -> Duty {
    Duty {
        id: id(4, 1),
        duty: "care".to_owned(),
        title_zh: String::new(),
        title_en: String::new(),
        kind: DutyKind::Care,
        categories: vec!["DB".to_owned()],
        ways: Way::ALL.to_vec(),
        mets: Met::ALL.to_vec(),
        cadence: Cadence::Month,
        cut: Cut::Natural,
        visitors_min: 1,
        enrolled_days_min: 0,
        roles: Vec::new(),
        area: COUNTY,
        from,
        until: None,
        source: String::new(),
        strength: String::new(),
        ended_source: String::new(),
    }
}

fn period(key: &str) -> Period {
    key.parse().unwrap()
}

fn rules(days: u8, source: &str) -> Rules {
    let mut rule = plain_rule(day("2026-11-01"));
    rule.enrolled_days_min = days;
    rule.source = source.to_owned();
    let mut reference = Reference { areas: areas(), ..Reference::default() };
    reference.duties.insert(rule.id, rule);
    Rules::of(&reference)
}

const BEGINS: Day = Day(20_000);

#[test]
fn readers_switch_when_it_is_complete_and_only_where_it_covers() {
    let mut all = Generations::first(rules(1, ""));
    all.edit(rules(2, ""), BEGINS, false);
    assert_eq!(all.work(), Some(Work::Build(None)));
    let number = all.building().unwrap().0.number;
    let holder = |all: &Generations, duty: &str, key: &str| all.spans().holder(duty, period(key)).0;
    assert_eq!(holder(&all, "care", "2026-11"), 0);
    assert_eq!(all.rules().as_ref(), &rules(1, ""));
    assert!(all.spans().lives(number, "care", period("2026-11")));
    all.finish();
    assert_eq!(all.rules().as_ref(), &rules(2, ""));
    let found =
        ["2026-09", "2026-10", "2026-11", "2026-10+3", "2027-01"].map(|key| holder(&all, "care", key));
    assert_eq!(found, [0, 1, 1, 1, 1], "from the period before its first day on");
    assert_eq!(holder(&all, "other", "2026-11"), 0);
    assert_eq!(holder(&all, "*", "2026-11"), 1);
    assert!(!all.spans().lives(Generation::FIRST, "care", period("2026-11")));
    assert_eq!(all.work(), Some(Work::Sweep(None)));
    all.done_to(RecordId::named("person", "x"));
    assert_eq!(all.work(), Some(Work::Sweep(Some(RecordId::named("person", "x")))));
    all.finish();
    assert!(all.spans().at_rest() && all.work().is_none());
}

#[test]
fn a_later_edit_gives_an_unfinished_build_up() {
    let mut all = Generations::first(rules(1, ""));
    all.edit(rules(2, ""), BEGINS, false);
    all.done_to(RecordId::named("person", "x"));
    all.edit(rules(3, ""), BEGINS, false);
    assert_eq!(all.work(), Some(Work::Build(None)));
    assert_eq!(all.building().unwrap().0.number, Generation(2));
    all.finish();
    all.finish();
    let numbers: Vec<_> = all.spans().all().iter().map(|span| span.number.0).collect();
    assert_eq!(numbers, [0, 2]);
    // Taken back before it was complete: nothing is built, and what was begun is removed.
    all.edit(rules(4, ""), BEGINS, false);
    all.edit(rules(3, ""), BEGINS, false);
    assert_eq!((all.building(), all.work()), (None, Some(Work::Sweep(None))));
    all.edit(rules(5, ""), BEGINS, false);
    assert_eq!(all.building().unwrap().0.number, Generation(4), "no number is used twice");
}

#[test]
fn words_change_at_once_and_so_does_a_county_without_people() {
    let mut all = Generations::first(rules(1, ""));
    all.edit(rules(1, "a law"), BEGINS, false);
    assert_eq!((all.work(), all.rules().as_ref()), (None, &rules(1, "a law")));
    all.edit(rules(2, "a law"), BEGINS, true);
    assert_eq!((all.work(), all.rules().as_ref()), (None, &rules(2, "a law")));
    all.edit(rules(3, "a law"), BEGINS, false);
    let before = all.clone();
    all.edit(rules(3, "another law"), BEGINS, false);
    assert_eq!(all.work(), before.work());
    assert_eq!(all.spans(), before.spans());
    assert_eq!(all.newest().as_ref(), &rules(3, "another law"));
}

#[test]
fn generations_that_cover_nothing_any_more_are_forgotten() {
    let mut all = Generations::first(rules(1, ""));
    for days in 2..20 {
        all.edit(rules(days, ""), BEGINS, false);
        all.finish();
        all.finish();
    }
    assert_eq!(all.spans().all().len(), 2);
    assert!(all.rules_of(Generation::FIRST).is_none());
    assert_eq!(all.rules_of(Generation(18)), Some(all.rules()));
}

#[test]
fn what_an_older_program_judged_is_all_judged_again() {
    let now = rules(0, "");
    let mut json = serde_json::to_value(&now).unwrap();
    json.as_object_mut().unwrap().remove("judgement");
    let older: Rules = serde_json::from_value(json).unwrap();
    let mut all = Generations::first(older);
    all.edit(now.clone(), day("2026-01-01"), false);
    let (span, next) = all.building().unwrap();
    assert_eq!((span.from, &**next), (day("2026-01-01"), &now));
    assert!(["*", "care"].iter().all(|duty| span.covers(duty, period("2026-01"))));
    all.finish();
    all.edit(now, day("2026-01-01"), false);
    assert!(all.building().is_none(), "once is enough");
}

/// What [`JUDGEMENT`] is of. Whoever has to change the digest has to change the number too, unless no county has
/// been judged by it: what is stored was judged by the former program.
#[test]
fn who_judges_otherwise_says_so() {
    let mut runner = TestRunner::deterministic();
    let world = (reference(), person(), history(), proptest::sample::select(&DUTIES[..]), any_period());
    let mut hasher = blake3::Hasher::new();
    for _ in 0..600 {
        let (reference, person, parts, duty, period) = world.new_tree(&mut runner).unwrap().current();
        let judged = standing(&person, &Rules::of(&reference), duty, period, &parts);
        hasher.update(serde_json::to_string(&judged).unwrap().as_bytes());
        hasher.update(format!("{:?}", deltas(None, judged.as_ref())).as_bytes());
    }
    let digest = hasher.finalize().to_hex();
    assert_eq!((JUDGEMENT, digest.get(..16)), (4, Some("67f7d78a485717af")));
}

#[test]
fn a_tally_of_a_former_program_does_not_tell_who_is_overdue() {
    let now = Rules::of(&Reference::default());
    let mut before = serde_json::to_value(&now).unwrap();
    before["judgement"] = 3.into();
    let before: Rules = serde_json::from_value(before).unwrap();
    assert_eq!((now.tells_overdue(), before.tells_overdue()), (true, false));
    assert!(before.difference(&now).is_some(), "it is built anew");
}
