//! Coverage against a plain re-computation, over random registers, dated rules and histories.
//! `COVERAGE_CASES` raises the number of cases of each property.

mod contested;
mod examples;
mod generations;
mod oracle;
mod rules;
mod sentences;
mod world;

use super::due::{earlier_parts, parts_from};
use super::reading::{Row, roll_up, rows, total};
use super::tally::{Figures, Tally};
use super::touch::{first_difference, horizon, is_kept, pairs_of_part, pairs_since, reached};
use super::{EVERYBODY, Rules, Standing, Status, deltas, overdue_of, standing};
use crate::ids::AreaCode;
use crate::period::{Cadence, Cut, Period};
use crate::reference::Reference;
use crate::subject::Person;
use crate::time::Day;
use crate::visit::PartFact;
use oracle::{Oracle, Stand};
use proptest::collection::vec;
use proptest::prelude::*;
use sentences::{listed, told};
use std::collections::{BTreeMap, BTreeSet};
use world::{
    CATEGORIES, COUNTY, DUTIES, VILLAGES, any_day, any_period, day, history, id, part, person, reference,
};

fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("COVERAGE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

fn any_duty() -> impl Strategy<Value = &'static str> {
    prop_oneof![1 => Just(DUTIES[0]), 3 => Just(DUTIES[1]), 1 => Just(DUTIES[2])]
}

/// What a standing says of a day, in the oracle's words.
fn said(standing: Option<&Standing>, day: Day) -> Option<Stand> {
    let standing = standing?;
    let step = standing.step_on(day)?;
    let categories: BTreeSet<String> = step.place.categories.iter().cloned().collect();
    assert_eq!(categories.len(), step.place.categories.len(), "no category twice");
    let due = if standing.dues.is_empty() { None } else { standing.due_on(day) };
    Some(Stand { area: step.place.area, categories, status: step.status, due })
}

/// Every day of every person by the oracle.
type Plain = Vec<Vec<(Day, Option<Stand>)>>;

/// The figures by the oracle.
fn recount(plain: &Plain, category: &str, as_of: Day) -> Figures {
    let mut figures = Figures::new();
    for days in plain {
        let upto = days.iter().take_while(|(day, _)| *day <= as_of);
        let Some((_, Some(stand))) = upto.last() else { continue };
        if category == EVERYBODY || stand.categories.contains(category) {
            *figures.entry((stand.area, stand.status)).or_default() += 1;
        }
    }
    figures
}

proptest! {
    #![proptest_config(config(1_500))]

    #[test]
    fn every_day_of_a_timeline_is_that_of_the_plain_recomputation(
        reference in reference(), person in person(), parts in history(), duty in any_duty(), two in [any_period(), any_period()],
    ) {
        let rules = Rules::of(&reference);
        for period in two {
            let found = standing(&person, &rules, duty, period, &parts);
            let oracle = Oracle::new(&reference, &person, duty, period, &parts);
            let days = oracle.days();
            for (day, expected) in &days {
                prop_assert_eq!(&said(found.as_ref(), *day), expected, "{} {} {}", duty, period, day);
            }
            let Some(found) = found else { continue };
            let record = (found.tried_on, found.met_on.zip(found.met_by));
            prop_assert_eq!(record, oracle.record());
            for day in (period.until().0..period.next().until().0).map(Day) {
                prop_assert_eq!(found.missed_on(day), oracle.missed(&days, day), "missed on {}", day);
            }
            prop_assert!(found.steps.windows(2).all(|two| two[0].day < two[1].day));
            prop_assert!(found.steps.windows(2).all(|two| (&two[0].place, two[0].status) != (&two[1].place, two[1].status)));
            prop_assert!(found.steps.iter().all(|step| period.contains(step.day)));
            let json = serde_json::to_string(&found).unwrap();
            prop_assert_eq!(serde_json::from_str::<Standing>(&json).unwrap(), found);
        }
    }

    #[test]
    fn neither_the_order_of_parts_nor_what_is_not_needed_matters(
        reference in reference(), person in person(), parts in history(), turned in 0..8_usize,
        duty in any_duty(), period in any_period(),
    ) {
        let rules = Rules::of(&reference);
        let expected = standing(&person, &rules, duty, period, &parts);
        let mut other = parts.clone();
        other.reverse();
        if !other.is_empty() {
            let by = turned % other.len();
            other.rotate_left(by);
        }
        prop_assert_eq!(&standing(&person, &rules, duty, period, &other), &expected);
        let oracle = Oracle::new(&reference, &person, duty, period, &parts);
        let earlier: Vec<_> = earlier_parts(&person, &rules, duty, period, &parts).flatten().collect();
        let from = parts_from(&rules, &person, duty, period);
        let near = |day: Day| from <= day && day < period.next().until();
        let needed = |fact: &&PartFact| {
            near(fact.day) || oracle.open_change(fact) || fact.is_contested() || earlier.contains(&fact.day)
        };
        let needed: Vec<PartFact> = parts.iter().filter(needed).cloned().collect();
        prop_assert_eq!(&standing(&person, &rules, duty, period, &needed), &expected);
    }

    #[test]
    fn differences_are_exact_and_cancel(
        reference in reference(), one in person(), other in person(), parts in history(), others in history(),
        duty in any_duty(), period in any_period(),
    ) {
        let rules = Rules::of(&reference);
        let old = standing(&one, &rules, duty, period, &parts);
        let new = standing(&other, &rules, duty, period, &others);
        let forth = deltas(old.as_ref(), new.as_ref());
        let mut back = deltas(new.as_ref(), old.as_ref());
        prop_assert!(back.iter().all(|(key, sum)| forth.get(key) == Some(&-sum)) && back.len() == forth.len());
        back.values_mut().for_each(|sum| *sum = -*sum);
        prop_assert_eq!(&forth, &back);
        prop_assert!(deltas(old.as_ref(), old.as_ref()).is_empty());
        let mut tally = Tally::default();
        tally.apply(deltas(None, old.as_ref()));
        tally.apply(forth.clone());
        let mut fresh = Tally::default();
        fresh.apply(deltas(None, new.as_ref()));
        prop_assert_eq!(tally, fresh);
        let first = (0..150).map(|at| day("2026-07-01").plus(at * 2)).find(|day| {
            [day, &day.plus(1)].iter().any(|day| said(old.as_ref(), **day) != said(new.as_ref(), **day))
        });
        if let (Some(first), Some((key, _))) = (first, forth.iter().min_by_key(|(key, _)| key.day)) {
            prop_assert!(key.day >= first || first == day("2026-07-01"), "nothing before the first difference");
        }
    }

    #[test]
    fn whoever_was_merged_stands_nowhere_and_everything_of_them_is_judged_anew(
        reference in reference(), person in person(), parts in history(), period in any_period(), today in any_day(),
    ) {
        let rules = Rules::of(&reference);
        let merged = Person { merged_into: Some(id(6, 1)), ..person.clone() };
        let since = first_difference(&person, &merged, &parts);
        prop_assert_eq!(since, first_difference(&merged, &person, &parts));
        prop_assert!(since.is_some_and(|since| since < day("1900-01-01")), "as if there had never been one");
        let touched: BTreeSet<_> = [&person, &merged]
            .into_iter()
            .flat_map(|one| pairs_since(&rules, one, since.unwrap_or(today), today))
            .collect();
        for duty in DUTIES {
            prop_assert_eq!(standing(&merged, &rules, duty, period, &parts), None);
            let stood = standing(&person, &rules, duty, period, &parts).is_some() && is_kept(period, today);
            prop_assert!(!stood || touched.contains(&(duty.to_owned(), period)), "{} {}", duty, period);
        }
    }

    #[test]
    fn what_a_change_does_not_touch_stays(
        reference in reference(), old in person(), changed in person(), bits in [0_u16..12, 0_u16..12], parts in history(),
        new_part in option_part(), today in any_day(), two in [any_period(), any_period()],
    ) {
        let rules = Rules::of(&reference);
        let mut new = mix(&old, &changed, 1 << bits[0] | 1 << bits[1]);
        new.id = old.id;
        let since = first_difference(&old, &new, &parts);
        let mut touched = BTreeSet::new();
        if let Some(since) = since {
            touched.extend(pairs_since(&rules, &old, since, today));
            touched.extend(pairs_since(&rules, &new, since, today));
        }
        let all = pairs_since(&rules, &old, Day(i32::MIN), today);
        let mut after = parts.clone();
        let mut by_part = BTreeSet::new();
        if let Some(fact) = &new_part {
            after.retain(|one| one.part != fact.part);
            after.push(fact.clone());
            for fact in parts.iter().filter(|one| one.part == fact.part).chain([fact]) {
                by_part.extend(pairs_of_part(&rules, &old, fact, today));
            }
        }
        for duty in DUTIES {
            for period in two.into_iter().filter(|period| period.from() <= today) {
                let before = standing(&old, &rules, duty, period, &parts);
                let pair = (duty.to_owned(), period);
                prop_assert!(before.is_none() || all.contains(&pair), "{} {} is kept", duty, period);
                if !touched.contains(&pair) {
                    prop_assert_eq!(&standing(&new, &rules, duty, period, &parts), &before, "{} {} person", duty, period);
                } else if let (Some(since), Some(now)) = (since, standing(&new, &rules, duty, period, &parts)) {
                    for day in (period.from().0..since.0.min(period.until().0)).map(Day) {
                        prop_assert_eq!(said(Some(&now), day), said(before.as_ref(), day), "{} before the change", day);
                    }
                }
                if !by_part.contains(&pair) {
                    prop_assert_eq!(&standing(&old, &rules, duty, period, &after), &before, "{} {} part", duty, period);
                }
            }
        }
    }
}

#[test]
fn what_a_horizon_was_reached_with_keeps_the_same_periods() {
    let cadences = [Cadence::Month, Cadence::Quarter, Cadence::HalfYear, Cadence::Year];
    for today in (0..800).map(|at| day("2026-01-01").plus(at)) {
        let then = reached(horizon(today));
        assert!(then <= today && horizon(then) == horizon(today), "{today}: {then}");
        assert!(horizon(then.plus(-1)) < horizon(today), "{today}: {then} is the first such day");
        for (cadence, cut) in
            cadences.iter().flat_map(|cadence| Cut::ALL.iter().map(move |cut| (cadence, cut)))
        {
            let last = Period::containing(*cadence, *cut, today).next().next();
            assert!(is_kept(last, then) && is_kept(last, today), "{today}: {last}");
            assert!(!is_kept(last.next(), today), "{today}: {last}");
        }
    }
}

fn option_part() -> impl Strategy<Value = Option<PartFact>> {
    proptest::option::weighted(0.8, (0..world::PARTS).prop_flat_map(part))
}

/// A person of whom only some facts have changed.
fn mix(old: &Person, new: &Person, mask: u16) -> Person {
    let mut person = old.clone();
    let bit = |at: u16| mask >> at & 1 == 1;
    if bit(0) {
        person.villages = new.villages.clone();
    }
    if bit(1) {
        person.moves = new.moves.clone();
    }
    if bit(2) {
        person.memberships = new.memberships.clone();
    }
    if bit(3) {
        person.aways = new.aways.clone();
    }
    if bit(4) {
        person.died = new.died;
    }
    if bit(5) {
        person.moved_out = new.moved_out;
    }
    if bit(6) {
        person.refusal_approved = new.refusal_approved;
    }
    if bit(7) {
        person.changes_decided = new.changes_decided.clone();
    }
    if bit(8) {
        person.pending = new.pending;
    }
    if bit(10) {
        person.changes_decided.insert(id(9, 1), true);
    }
    if bit(9)
        && let Some(last) = person.memberships.last_mut()
    {
        last.until = new.died;
    }
    person
}

/// One thing that happens to a county.
#[derive(Debug, Clone)]
enum Edit {
    Person(usize, Box<Person>),
    Parts(usize, Vec<PartFact>),
    Rules(Box<Reference>),
}

const PEOPLE: usize = 4;

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        5 => (0..PEOPLE, person()).prop_map(|(at, person)| Edit::Person(at, Box::new(person))),
        5 => (0..PEOPLE, history()).prop_map(|(at, parts)| Edit::Parts(at, parts)),
        1 => reference().prop_map(|reference| Edit::Rules(Box::new(reference))),
    ]
}

/// A county that keeps standings and tally as storage does.
struct County {
    reference: Reference,
    people: Vec<(Person, Vec<PartFact>)>,
    standings: BTreeMap<(&'static str, Period, usize), Standing>,
    tally: Tally,
}

impl County {
    fn refresh(&mut self, at: usize, rules: &Rules, asked: &[Period]) {
        let (person, parts) = &self.people[at];
        for duty in DUTIES {
            for period in asked {
                let new = standing(person, rules, duty, *period, parts);
                let old = self.standings.remove(&(duty, *period, at));
                self.tally.apply(deltas(old.as_ref(), new.as_ref()));
                self.standings.extend(new.map(|new| ((duty, *period, at), new)));
            }
        }
    }

    fn edit(&mut self, edit: Edit, asked: &[Period]) {
        let touched = match edit {
            Edit::Person(at, person) => {
                self.people[at].0 = Person { id: id(6, at), ..*person };
                at..at + 1
            }
            Edit::Parts(at, parts) => {
                self.people[at].1 = parts;
                at..at + 1
            }
            Edit::Rules(reference) => {
                self.reference = *reference;
                0..PEOPLE
            }
        };
        let rules = Rules::of(&self.reference);
        touched.for_each(|at| self.refresh(at, &rules, asked));
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn sums_of_differences_sentences_rows_lists_and_recount_agree_after_any_edits(
        reference in reference(), people in vec((person(), history()), PEOPLE), edits in vec(edit(), 0..8),
        period in any_period(), other in any_period(), as_of in any_day(), late in 0..28, silent in 0_u8..8,
        category in proptest::sample::select(&CATEGORIES[..]),
    ) {
        let asked = [period, other];
        let people = people.into_iter().enumerate().map(|(at, (person, parts))| (Person { id: id(6, at), ..person }, parts));
        let mut county = County { reference, people: people.collect(), standings: BTreeMap::new(), tally: Tally::default() };
        let rules = Rules::of(&county.reference);
        (0..PEOPLE).for_each(|at| county.refresh(at, &rules, &asked));
        edits.into_iter().for_each(|edit| county.edit(edit, &asked));
        let silent: BTreeSet<AreaCode> =
            VILLAGES.into_iter().enumerate().filter(|(at, _)| silent >> at & 1 == 1).map(|(_, village)| village).collect();
        for (duty, period) in DUTIES.into_iter().flat_map(|duty| asked.map(|period| (duty, period))) {
            let oracle = |at: usize| {
                let (person, parts) = &county.people[at];
                Oracle::new(&county.reference, person, duty, period, parts)
            };
            let plain: Plain = (0..PEOPLE).map(|at| oracle(at).days()).collect();
            for category in [EVERYBODY, category] {
                let figures = county.tally.figures(duty, period, category, as_of);
                prop_assert_eq!(&figures, &recount(&plain, category, as_of));
                prop_assert!(figures.values().all(|people| *people > 0));
            }
            let of_period = county.standings.iter().filter(|((name, one, _), _)| *name == duty && *one == period);
            for (category, as_of) in [EVERYBODY, category].into_iter().zip([as_of, period.from().plus(late)]) {
                let as_of = as_of.min(period.last());
                let late = of_period.clone().filter(|(_, one)| one.overdue_days(as_of) > 0);
                let late = late.filter_map(|(_, one)| one.step_on(as_of));
                let late = late.filter(|step| category == EVERYBODY || step.place.categories.iter().any(|code| code == category));
                let mut people = BTreeMap::new();
                late.for_each(|step| *people.entry((step.place.area, step.status)).or_insert(0) += 1);
                prop_assert_eq!(county.tally.figures(duty, period, &overdue_of(category), as_of), people);
            }
            let later = period.until().plus(late);
            let mut missed = BTreeMap::new();
            for (_, days) in plain.iter().enumerate().filter(|(at, days)| oracle(*at).missed(days, later)) {
                let area = days.last().and_then(|(_, stand)| stand.as_ref()).unwrap().area;
                *missed.entry(area).or_insert(0) += 1;
            }
            prop_assert_eq!(county.tally.missed(duty, period.next(), later), missed);
            let figures = county.tally.figures(duty, period, EVERYBODY, as_of);
            let rows = rows(&figures, &silent);
            let list: Vec<(AreaCode, Status)> = county
                .standings
                .iter()
                .filter(|((name, one, _), _)| *name == duty && *one == period)
                .filter_map(|(_, standing)| standing.step_on(as_of))
                .map(|step| (step.place.area, step.status))
                .collect();
            let sum = total(COUNTY, rows.values());
            prop_assert!(sum.adds_up() && rows.values().all(Row::adds_up));
            prop_assert_eq!(sum.register, i64::try_from(list.len()).unwrap());
            for row in rows.values() {
                let here = |wanted: fn(Status) -> bool| {
                    let found = list.iter().filter(|(area, status)| *area == row.area && wanted(*status)).count();
                    i64::try_from(found).unwrap()
                };
                prop_assert_eq!(row.register, here(|_| true));
                prop_assert_eq!(row.due, here(Status::is_due));
                prop_assert_eq!(row.met, here(Status::is_met));
                prop_assert_eq!(row.met_home, here(|status| status == Status::MetHome));
                prop_assert_eq!(row.tried, here(|status| status == Status::Tried));
                prop_assert_eq!(row.change_pending, here(|status| status == Status::ChangePending));
                let (open, hidden) = if silent.contains(&row.area) { (0, row.silent) } else { (row.not_yet, 0) };
                prop_assert_eq!((row.not_yet, row.silent), (open, hidden));
                prop_assert_eq!(open + hidden, here(|status| status == Status::NotYet));
            }
            let of = |wanted: Period| {
                let here = move |(name, one, _): &(&str, Period, usize)| *name == duty && *one == wanted;
                county.standings.iter().filter(move |(key, _)| here(key)).map(|(_, standing)| standing)
            };
            let missed = of(period.previous()).filter(|standing| standing.missed_on(as_of)).count();
            let told_missed = county.tally.missed(duty, period, as_of).values().sum();
            let over = Row { missed_before: told_missed, ..sum.clone() };
            let quiet = |one: &Standing| one.step_on(as_of).is_some_and(|step| silent.contains(&step.place.area));
            let everybody = of(period).map(|standing| (standing, quiet(standing)));
            let missed = i64::try_from(missed).unwrap();
            prop_assert_eq!(told(&over, period), listed(everybody, as_of, missed), "{} {}", duty, period);
            let townships = roll_up(&county.reference.areas, COUNTY, &rows);
            prop_assert!(townships.is_sorted_by_key(|row| row.area));
            prop_assert_eq!(townships.len(), 2);
            prop_assert_eq!(&total(COUNTY, &townships), &sum);
        }
    }
}
