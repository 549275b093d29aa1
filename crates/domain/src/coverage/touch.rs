//! Which standings a changed fact can change, so that only those are computed again.
//!
//! Standings are kept up to the period after next (house: `roll`), so that every figure of today
//! stands ready. Costs are O(duties · villages of the person · rules), times the periods named.

use crate::coverage::due::reach;
use crate::coverage::rules::{ANY_DUTY, Holding, Rules};
use crate::coverage::timeline::reports_change;
use crate::duty::Duty;
use crate::ids::RecordId;
use crate::period::{Cadence, Cut, Period};
use crate::subject::Person;
use crate::time::Day;
use crate::visit::PartFact;
use std::collections::BTreeSet;

/// Duties with periods.
pub type Pairs = BTreeSet<(String, Period)>;

/// Periods after the present one for which standings are kept.
const AHEAD: usize = 2;

/// The day up to which standings are to exist on a day, for everybody: the first at which a period after
/// next ends, of whatever duty: none is shorter than a month.
pub fn horizon(today: Day) -> Day {
    let month = |cut: &Cut| Period::containing(Cadence::Month, *cut, today);
    let ends = Cut::ALL.iter().map(|cut| (0..AHEAD).fold(month(cut), |period, _| period.next()).until());
    ends.min().unwrap_or(today)
}

/// The first day whose [`horizon`] is this one or a later: as of it standings have been kept that reach so
/// far, whatever the clock says now.
pub fn reached(horizon: Day) -> Day {
    let last = |cut: &Cut| Period::containing(Cadence::Month, *cut, horizon.plus(-1));
    let days = Cut::ALL.iter().map(|cut| (0..AHEAD).fold(last(cut), |period, _| period.previous()).from());
    days.max().unwrap_or(horizon)
}

/// Whether standings of a period may be kept as of a day: it is one after the present one at most by
/// [`AHEAD`], or an earlier one.
pub fn is_kept(period: Period, today: Day) -> bool {
    (0..AHEAD).fold(period, |period, _| period.previous()).from() <= today
}

/// Every (duty, period) in which the person may stand, from the period before that of `from` (whose
/// missed visit may be made up) to the one after next, seen from `today`. `roll` asks with
/// `from = today`, a changed rule with its first day.
pub fn pairs_since(rules: &Rules, person: &Person, from: Day, today: Day) -> Pairs {
    collect(rules, person, |rule| (from, last_kept(rule, today)))
}

fn last_kept(rule: &Duty, today: Day) -> Period {
    (0..AHEAD).fold(Period::containing(rule.cadence, rule.cut, today), |period, _| period.next())
}

/// The (duty, period) pairs that a part can change when it comes, goes or changes: the periods of its
/// days and the one before (whose missed visit it may make up); later ones too when it reports a change, the
/// duty is rolling, or a month of `*` may be asked less for it. For a part that changed, ask with what it was
/// and with what it is.
pub fn pairs_of_part(rules: &Rules, person: &Person, fact: &PartFact, today: Day) -> Pairs {
    let change = reports_change(fact);
    let reach = reach(rules, person, fact.day);
    collect(rules, person, |rule| {
        let its_own = Period::containing(rule.cadence, rule.cut, fact.day);
        let rolling = matches!(rule.cadence, Cadence::Rolling { .. });
        let reach = if rule.duty == ANY_DUTY { reach } else { Some(fact.day) };
        let last = match reach.filter(|_| !change && !rolling) {
            Some(day) => Period::containing(rule.cadence, rule.cut, day),
            None => last_kept(rule, today),
        };
        (fact.first_day(), last.max(its_own))
    })
}

/// For each rule that may concern the person: the periods from the one before that of a day up to a
/// last one, kept when the rule may be in force on some day of them.
fn collect(rules: &Rules, person: &Person, span: impl Fn(&Duty) -> (Day, Period)) -> Pairs {
    let mut pairs = Pairs::new();
    for village in person.villages_ever() {
        for Holding { duty, rules: following } in rules.holding_at(village) {
            let mut following = following.as_slice();
            while let Some((rule, after)) = following.split_first() {
                following = after;
                if !rule.may_concern(person) {
                    continue;
                }
                let (from, last) = span(rule);
                let first = Period::containing(rule.cadence, rule.cut, from.max(rule.from)).previous();
                let periods = std::iter::successors(Some(first), |period| Some(period.next()));
                let kept = periods.take_while(|one| *one <= last).filter(|one| in_force(rule, after, *one));
                pairs.extend(kept.map(|period| (duty.clone(), period)));
            }
        }
    }
    pairs
}

/// Whether a rule overlaps a period and none of those that began later replaces it throughout.
fn in_force(rule: &Duty, after: &[Duty], period: Period) -> bool {
    let from = rule.from.max(period.from());
    let lasts = |one: &Duty| one.until.is_none_or(|until| period.until() <= until);
    from < period.until()
        && rule.until.is_none_or(|until| from < until)
        && !after.iter().any(|later| later.from <= from && lasts(later))
}

/// The first day on which coverage may judge two states of a person differently; `None` when it
/// cannot. `parts` tells the days of reported changes that were decided meanwhile; one that is not
/// among them counts as of all time. All standings since that day (of the person as before and as
/// now, [`pairs_since`]) are to be computed again. O(d · m) for d dates, m memberships and stays.
pub fn first_difference(old: &Person, new: &Person, parts: &[PartFact]) -> Option<Day> {
    let mut days: BTreeSet<Day> = [old, new].into_iter().flat_map(dates).collect();
    days.insert(ALWAYS);
    let stands = days.into_iter().find(|day| state(old, *day) != state(new, *day));
    let words = |one: &Person, other: &Person| {
        let differs = |part: &RecordId| one.changes_decided.get(part) != other.changes_decided.get(part);
        one.changes_decided.keys().copied().filter(differs).collect::<Vec<_>>()
    };
    let decided = words(old, new).into_iter().chain(words(new, old));
    let day = |part| parts.iter().find(|fact| fact.part == part).map_or(ALWAYS, |fact| fact.day);
    stands.into_iter().chain(decided.map(day)).min()
}

const ALWAYS: Day = Day(i32::MIN);

/// Every day on which something in the record of a person begins or ends.
fn dates(person: &Person) -> impl Iterator<Item = Day> {
    let memberships = person.memberships.iter().flat_map(|one| [one.from, one.until]);
    let aways = person.aways.iter().flat_map(|away| [away.from, away.until]);
    let once = [person.died, person.moved_out, person.refusal_approved];
    memberships.chain(aways).chain(once).flatten().chain(person.moves.keys().copied())
}

/// All that coverage reads of a person on a day, but for decided changes.
fn state(person: &Person, day: Day) -> impl PartialEq {
    let since = |fact: Option<Day>| fact.is_some_and(|from| from <= day);
    let codes: BTreeSet<&str> = person.categories_on(day).collect();
    let away = person.aways.iter().filter(|away| away.holds_on(day)).map(|away| away.kind);
    let once = [since(person.died), since(person.moved_out), since(person.refusal_approved)];
    let stands = (person.pending, person.merged_into.is_some());
    (person.village_on(day), codes, away.collect::<BTreeSet<_>>(), once, stands)
}
