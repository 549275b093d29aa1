//! When a visit falls due: so many days after the last one, or once in a period that is longer than the
//! month by which `*` is told; and which earlier parts tell it.
//!
//! A duty asks *later only*, seen from a month of `*`, when it is rolling and due after the month, or when the
//! month lies in a longer period of the duty in which an earlier part counted already.

use crate::coverage::rules::{ANY_DUTY, Rules};
use crate::coverage::timeline::Judge;
use crate::duty::{Duty, DutyKind};
use crate::period::{Cadence, Period};
use crate::subject::Person;
use crate::time::Day;
use crate::visit::PartFact;

/// A rolling duty of a person, seen from a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rolling {
    /// The day from which days are counted at the earliest: in the categories, under the duty.
    begun: Day,
    days: i32,
    /// Due on this day, by the parts before the period.
    pub(super) due: Day,
}

impl Rolling {
    /// Due on this day, once a part of the period counted.
    pub(super) fn after(self, counted: Day) -> Day {
        counted.max(self.begun).plus(self.days)
    }
}

impl Judge<'_> {
    /// Of a rolling rule, for somebody who comes into its register on a day of the period; `None` of any other.
    pub(super) fn rolling(&self, rule: &Duty, day: Day, parts: &[PartFact]) -> Option<Rolling> {
        let Cadence::Rolling { days } = rule.cadence else { return None };
        let rules = self.rules.at(&rule.duty, self.person.village_on(day)?);
        let begun = rules.first().map_or(day, |first| first.from).max(self.spell_began(rule, day));
        let last = self.last_counting(&rule.duty, parts).filter(|last| *last > begun);
        let days = i32::from(days);
        Some(Rolling { begun, days, due: last.unwrap_or(begun).plus(days) })
    }

    /// The first day of the unbroken stay in the rule's categories that reaches `day`.
    fn spell_began(&self, rule: &Duty, day: Day) -> Day {
        let mut began = day.plus(1);
        loop {
            let before = began.plus(-1);
            let of_duty = self.person.memberships.iter().filter(|one| rule.categories.contains(&one.code));
            match of_duty.filter(|one| one.holds_on(before)).map(|one| one.from).min() {
                Some(Some(from)) => began = from,
                Some(None) => return Day(i32::MIN),
                None => return began,
            }
        }
    }

    /// The day of the last part before the period that counts for a duty.
    fn last_counting(&self, duty: &str, parts: &[PartFact]) -> Option<Day> {
        let before = parts.iter().filter(|fact| fact.day < self.period.from());
        before.filter(|fact| self.counts(duty, fact)).map(|fact| fact.day).max()
    }

    /// For `*`: whether a rule that asks the person on a day does so later only.
    pub(super) fn asks_later(&self, rule: &Duty, day: Day, parts: &[PartFact]) -> bool {
        match self.rolling(rule, day, parts) {
            Some(rolling) => rolling.due >= self.period.until(),
            None => {
                let own = own_period(rule, self.period);
                let last = self.last_counting(&rule.duty, parts);
                last.is_some_and(|last| own.from() <= last)
            }
        }
    }
}

/// The period of a rule in which the last day of another one lies.
fn own_period(rule: &Duty, period: Period) -> Period {
    Period::containing(rule.cadence, rule.cut, period.last())
}

/// The rules of care by which `*` may be told of a person.
fn care<'a>(rules: &'a Rules, person: &'a Person) -> impl Iterator<Item = &'a Duty> {
    let of = move |name| {
        let villages = person.moves.values().copied().chain(person.counted_in());
        villages.flat_map(move |village| rules.at(name, village))
    };
    let all = rules.names().filter(|name| *name != ANY_DUTY).flat_map(of);
    all.filter(|rule| rule.kind == DutyKind::Care && rule.may_concern(person))
}

/// For `*`: whether a part may change later months than its own. O(rules of the person).
pub(super) fn reaches(rules: &Rules, person: &Person) -> bool {
    care(rules, person).any(|rule| rule.cadence != Cadence::Month)
}

/// Since when all parts are needed to judge a period: its own first day, and for `*` that of the longest
/// period that it lies in. O(rules of the person).
pub fn parts_from(rules: &Rules, person: &Person, duty: &str, period: Period) -> Day {
    let own = |rule: &Duty| own_period(rule, period).from();
    let longer = care(rules, person).filter(|_| duty == ANY_DUTY).map(own).min();
    longer.map_or(period.from(), |longer| longer.min(period.from()))
}

/// Which earlier parts tell what is asked in a period by days: for each rolling duty the day of the last
/// part before the period that counts, as far as `parts` tells. Later ones that are left out change what
/// is due. O(p · rules of the person).
pub fn earlier_parts<'a>(
    person: &'a Person,
    rules: &'a Rules,
    duty: &'a str,
    period: Period,
    parts: &'a [PartFact],
) -> impl Iterator<Item = Option<Day>> + 'a {
    let judge = Judge { person, rules, duty, period };
    let named = move |name: &&str| *name == duty || duty == ANY_DUTY;
    let rolling = move |name: &&str| {
        let villages = person.moves.values().copied().chain(person.counted_in());
        let mut all = villages.flat_map(|village| rules.at(name, village));
        all.any(|rule| matches!(rule.cadence, Cadence::Rolling { .. }) && rule.may_concern(person))
    };
    let names = rules.names().filter(|name| *name != ANY_DUTY).filter(named).filter(rolling);
    names.map(move |name| judge.last_counting(name, parts))
}
