//! When a visit falls due: so many days after the last one, or once in a period that is longer than the
//! month by which `*` is told; and which earlier parts tell it.
//!
//! Seen from a month of `*`, a duty that concerns somebody on a day asks *now*, or *later only*: when it is
//! rolling and they are 未到期 in its own period of that day, or when that period is longer than a month and
//! a part of it before the month counted.

use crate::coverage::rules::{ANY_DUTY, Rules};
use crate::coverage::speaking::Speaker;
use crate::coverage::timeline::Judge;
use crate::duty::{Duty, DutyKind};
use crate::period::{Cadence, Period};
use crate::subject::Person;
use crate::time::Day;
use crate::visit::PartFact;
use std::collections::BTreeMap;

/// Whether somebody is due in a duty's own period, of those that were asked about.
pub(super) type Own<'a> = BTreeMap<(&'a str, Period), bool>;

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

impl<'a> Judge<'a> {
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

    /// The day of the last part before the period that counts for a duty; of one that may have been on several
    /// days the first.
    fn last_counting(&self, duty: &str, parts: &[PartFact]) -> Option<Day> {
        let before = parts.iter().filter(|fact| fact.day < self.period.from());
        before.filter(|fact| self.counts(duty, fact)).map(PartFact::first_day).max()
    }

    /// For `*`: whether a rule that concerns the person on a day asks now, and not later only.
    pub(super) fn asks_now(
        &self,
        speaker: &Speaker<'a>,
        rule: &'a Duty,
        day: Day,
        parts: &[PartFact],
        own: &mut Own<'a>,
    ) -> bool {
        let period = Period::containing(rule.cadence, rule.cut, day);
        if rule.cadence.months() > 1 {
            let last = speaker.last_counting.get_or_init(|| self.last_counting(speaker.name, parts));
            return last.is_none_or(|last| last < period.from());
        }
        if !speaker.rolls {
            return true;
        }
        let due =
            || Judge { duty: speaker.name, period, ..*self }.entry(parts).is_none_or(|entry| !entry.not_due);
        *own.entry((speaker.name, period)).or_insert_with(due)
    }

    /// For `*`: the days on which periods of other duties begin, as far as they may lie in this one.
    pub(super) fn own_periods_begin(&self) -> impl Iterator<Item = Day> {
        let all = (self.duty == ANY_DUTY).then(|| care(self.rules, self.person));
        let own = |rule: &Duty| Period::containing(rule.cadence, rule.cut, self.period.last());
        all.into_iter().flatten().map(move |rule| own(rule).from())
    }
}

/// The rules of care by which `*` may be told of a person.
fn care<'a>(rules: &'a Rules, person: &'a Person) -> impl Iterator<Item = &'a Duty> {
    let all = person.villages_ever().flat_map(|village| rules.holding_at(village));
    let all = all.filter(|one| one.duty != ANY_DUTY).flat_map(|one| &one.rules);
    all.filter(|rule| cares(rule, person))
}

/// Whether `*` may be told of a person by a rule.
pub(super) fn cares(rule: &Duty, person: &Person) -> bool {
    rule.kind == DutyKind::Care && rule.may_concern(person)
}

/// Whether a rule may ask somebody by days.
pub(super) fn rolls(rule: &Duty, person: &Person) -> bool {
    matches!(rule.cadence, Cadence::Rolling { .. }) && rule.may_concern(person)
}

/// For `*`: the last day whose month a part of a day may change; `None` when there is none, for somebody whom
/// a rolling duty may concern. O(rules of the person).
pub(super) fn reach(rules: &Rules, person: &Person, day: Day) -> Option<Day> {
    let last = |rule: &Duty| match rule.cadence {
        Cadence::Rolling { .. } => None,
        cadence => Some(Period::containing(cadence, rule.cut, day).last()),
    };
    care(rules, person).map(last).try_fold(day, |reach, last| Some(reach.max(last?)))
}

/// Since when all parts are needed to judge a period: its own first day, and for `*` that of the longest
/// period of a duty in which it begins. O(rules of the person).
pub fn parts_from(rules: &Rules, person: &Person, duty: &str, period: Period) -> Day {
    let own = |rule: &Duty| Period::containing(rule.cadence, rule.cut, period.from()).from();
    let longer = (duty == ANY_DUTY).then(|| care(rules, person).map(own).min()).flatten();
    longer.map_or(period.from(), |longer| longer.min(period.from()))
}

/// Which earlier parts tell what is asked in a period by days: for each rolling duty the day of the last part
/// that counts before its own period in which the period begins, as far as `parts` tells. Later ones that are
/// left out change what is due. O(p · rules of the person).
pub fn earlier_parts<'a>(
    person: &'a Person,
    rules: &'a Rules,
    duty: &'a str,
    period: Period,
    parts: &'a [PartFact],
) -> impl Iterator<Item = Option<Day>> + 'a {
    let all = person.villages_ever().flat_map(|village| rules.holding_at(village));
    let all = all.filter(move |one| one.duty != ANY_DUTY && (one.duty == duty || duty == ANY_DUTY));
    let rolling = all.flat_map(|one| &one.rules).filter(|rule| rolls(rule, person));
    rolling.map(move |rule| {
        let period = Period::containing(rule.cadence, rule.cut, period.from());
        Judge { person, rules, duty: &rule.duty, period }.last_counting(&rule.duty, parts)
    })
}
