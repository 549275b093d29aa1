//! Permission over random trees of areas, assignments and intervals, against a plain day-by-day reading.

use super::*;
use crate::area::Area;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Areas of the tree, and one more that nobody knows.
const AREAS: u64 = 7;
/// Days on which anything begins or ends.
const DAYS: std::ops::RangeInclusive<i32> = 0..=14;
const ACTS: [Act; 11] = [
    Act::LogVisit,
    Act::CorrectContact,
    Act::RegisterPerson,
    Act::ConfirmChange,
    Act::Decide,
    Act::EditRules,
    Act::ManageStaff,
    Act::Read,
    Act::ReadChild,
    Act::Urgent,
    Act::ReadUrgent,
];

fn code(number: u64) -> AreaCode {
    AreaCode(532_929_000_000 + number)
}

fn staff(number: u8) -> RecordId {
    RecordId::named("staff", &number.to_string())
}

/// Somebody's role, area, first day, and how many days it holds (none: for ever).
type Given = (u8, Role, u64, i32, Option<i32>);

fn world() -> impl Strategy<Value = Reference> {
    let parents = vec(any::<prop::sample::Index>(), usize::try_from(AREAS).unwrap_or(0));
    let role = prop::sample::select(Role::ALL);
    // Of length 0 or less too: what ends before it begins holds on no day.
    let given = (0..2_u8, role, 0..=AREAS, DAYS, prop::option::weighted(0.8, -2..8_i32));
    (parents, vec(given, 0..9)).prop_map(|(parents, given)| reference(&parents, &given))
}

fn reference(parents: &[prop::sample::Index], given: &[Given]) -> Reference {
    let mut reference = Reference::default();
    for (number, parent) in (0..).zip(parents) {
        // Any of those before it, so that there is no loop.
        let parent = (number > 0).then(|| code(parent.index(usize::try_from(number).unwrap()) as u64));
        let (name, code) = (String::new(), code(number));
        let area = Area { code, name, parent, from: None, until: None, successor: None };
        reference.areas.0.insert(code, area);
    }
    for (number, (who, role, area, from, length)) in given.iter().enumerate() {
        let id = RecordId::named("assignment", &number.to_string());
        let until = length.map(|length| Day(from + length));
        let (staff, role, area, from) = (staff(*who), *role, code(*area), Day(*from));
        reference.assignments.insert(id, Assignment { id, staff, role, area, from, until });
    }
    reference
}

/// An area with all below it, found by going down from it again and again.
fn below(reference: &Reference, area: AreaCode) -> BTreeSet<AreaCode> {
    let mut found = BTreeSet::from([area]);
    for _ in 0..=AREAS {
        let children =
            reference.areas.0.values().filter(|one| one.parent.is_some_and(|up| found.contains(&up)));
        let children: Vec<_> = children.map(|one| one.code).collect();
        found.extend(children);
    }
    found
}

/// The assignments that somebody holds on a day.
fn held(reference: &Reference, who: RecordId, day: i32) -> impl Iterator<Item = &Assignment> {
    let begun = move |one: &&Assignment| one.staff == who && one.from.0 <= day;
    let all = reference.assignments.values().filter(begun);
    all.filter(move |one| match one.until {
        Some(until) => day < until.0,
        None => true,
    })
}

fn plainly_allowed(reference: &Reference, who: RecordId, act: Act, area: AreaCode, days: &[i32]) -> bool {
    let on = |day: &i32| {
        held(reference, who, *day)
            .any(|one| permits(one.role, act) && below(reference, one.area).contains(&area))
    };
    !days.is_empty() && days.iter().all(on)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn who_may_is_who_is_assigned_on_each_single_day(
        reference in world(),
        who in 0..2_u8,
        act in prop::sample::select(&ACTS[..]),
        area in 0..=AREAS,
        from in DAYS,
        length in 0..6_i32,
    ) {
        let days: Vec<i32> = (from..from + length).collect();
        let expected = plainly_allowed(&reference, staff(who), act, code(area), &days);
        let interval = Day(from)..=Day(from + length - 1);
        prop_assert_eq!(allowed(&reference, staff(who), act, code(area), interval), expected);
    }

    #[test]
    fn who_follows_a_feed_works_there_above_it_or_below_it(reference in world(), who in 0..2_u8, day in DAYS) {
        let mut expected = BTreeSet::new();
        for one in held(&reference, staff(who), day) {
            let under = below(&reference, one.area);
            let over = reference.areas.0.keys().filter(|up| below(&reference, **up).contains(&one.area));
            let general = under.iter().chain(over);
            expected.extend(general.map(|area| Scope { area: *area, audience: Audience::General }));
            if permits(one.role, Act::ReadChild) {
                let known = under.iter().filter(|area| reference.areas.0.contains_key(area));
                expected.extend(known.map(|area| Scope { area: *area, audience: Audience::Child }));
            }
        }
        let found = scopes(&reference, staff(who), Day(day));
        prop_assert!(found.is_sorted_by(|one, next| one < next), "ascending, each once");
        prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn nobody_gains_by_asking_about_a_longer_time(
        reference in world(),
        act in prop::sample::select(&ACTS[..]),
        area in 0..=AREAS,
        from in DAYS,
        (shorter, more) in (0..5_i32, 0..5_i32),
    ) {
        let may = |last: i32| allowed(&reference, staff(0), act, code(area), Day(from)..=Day(last));
        prop_assert!(!may(from + shorter + more) || may(from + shorter));
    }
}
