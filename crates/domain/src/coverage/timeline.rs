//! The timeline: from which day on a person stands where, and how. Pure judgement, nothing stored.
//!
//! Definitions, for a duty, a period and a person:
//! - *The rule on a day* is the one in force in the village of that day, and it asks in this period
//!   when its cadence and cut are reported by such periods. A cadence that changes in mid-period
//!   therefore ends the old periods and begins the new ones on that very day.
//! - *The register* takes in a person on the first day of the period on which a rule asks, the person
//!   is in one of its categories, alive, and lives here; from then to the period's end the person
//!   stays in it, so that no figure loses anybody: who is asked no more is 不计入 with a reason, and
//!   stands in the categories of the last day on which the rule asked.
//! - *A part counts* when the rule on the part's own day is met by it, whatever its cadence, the
//!   ways widened by a stay elsewhere. It counts for the whole period, before the enrolment too.
//! - *For `*`* a part counts, or is a try, when it does so for one of the duties of care that have asked
//!   the person by then: in whose categories, under whose rule, the person was on a day of the period on
//!   which the duty asked now and not later only ([`super::due`]). Nobody is visited by `*` whom no duty
//!   counts, and nobody is due by it on a day on which no duty asks now: 未到期.
//! - *A try* is a part that does not count and that goes home, or by a way that the rule accepts,
//!   or reports a change.
//! - *A part that is 填写不一致* (day, way or meeting) counts when every side of it counts and all of its days
//!   lie in the period, on the latest of them; at home when every side is. Else it is a try, when one side of it
//!   is or counts, on the latest of its days in the period: it is never told as more than all sides agree on,
//!   and never as if nobody had gone. A rolling duty is due after the first of its days.
//! - *A reported change* is pending from the day of its part, into later periods, until the township
//!   decides (then it is a try, and what was decided speaks through the person's own dates); the
//!   date that the worker gave (`reason_from`) is a label.
//! - *A rolling duty* is due so many days after the last part that counted, after the person came
//!   into the categories (without a break), or after the duty began, whichever is latest; judged by
//!   the rule of the first day in the register. Due after the period's end: 未到期 throughout.
//! - *Missed* (漏访) is who is due and not visited at the end of a calendar period, until the first
//!   part of the next period that counts, death or leaving; counted where they last stood.

use crate::coverage::due::Own;
use crate::coverage::rules::{Rules, rule_on};
use crate::coverage::status::{Excluded, Status};
use crate::duty::Duty;
use crate::ids::{AreaCode, RecordId};
use crate::period::Period;
use crate::subject::{AwayKind, Person};
use crate::time::Day;
use crate::visit::{NotMetGroup, PartFact, Way};
use serde::{Deserialize, Serialize};
use std::iter;

/// Where a person is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The village.
    pub area: AreaCode,
    /// Those of the duty's categories that the person is in: ascending, without repetition.
    pub categories: Vec<String>,
}

/// From a day on, a person stands at a place with a status. JSON: `[day, area, categories, status]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "StepRow", into = "StepRow")]
pub struct Step {
    /// The first day of it; it ends with the next step or the period.
    pub day: Day,
    /// Where.
    pub place: Place,
    /// How.
    pub status: Status,
}

type StepRow = (i32, AreaCode, Vec<String>, Status);

impl From<StepRow> for Step {
    fn from((day, area, categories, status): StepRow) -> Self {
        Self { day: Day(day), place: Place { area, categories }, status }
    }
}

impl From<Step> for StepRow {
    fn from(step: Step) -> Self {
        (step.day.0, step.place.area, step.place.categories, step.status)
    }
}

/// What a period says of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    /// Ascending by day, neighbours different, all within the period. Before the first the person
    /// is not in the register; without any, never.
    pub steps: Vec<Step>,
    /// Rolling duties only: from a day on, due on a day.
    pub dues: Vec<(Day, Day)>,
    /// The last try.
    pub tried_on: Option<Day>,
    /// The day of the part by which it is met: the first at home, else the first.
    pub met_on: Option<Day>,
    /// That part.
    pub met_by: Option<RecordId>,
    /// Whether the period ended without the visit, and how long that was not made up.
    pub missed: Option<Missed>,
}

/// 漏访: due and not visited when a calendar period ended. It holds from the day after the period,
/// and is told during the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missed {
    /// The day, within the next period, on which it was made up or became void; `None` while neither.
    pub until: Option<Day>,
}

/// What one part does.
#[derive(Debug, Clone, Copy)]
struct Effect {
    day: Day,
    /// The first day on which it may have been.
    since: Day,
    part: RecordId,
    counts: bool,
    /// Whether a rolling duty is due anew: as `counts`, though it may have been before the period.
    renews: bool,
    home: bool,
    tried: bool,
    change_open: bool,
}

/// What the parts up to a day have done.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    home: bool,
    other: bool,
    change_open: bool,
    tried: bool,
}

/// What was decided when the person came into the register of the period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    newly: bool,
    pub(super) not_due: bool,
}

/// Who is judged, by which rules, for what.
pub(super) struct Judge<'a> {
    pub(super) person: &'a Person,
    pub(super) rules: &'a Rules,
    pub(super) duty: &'a str,
    pub(super) period: Period,
}

/// Judges a person for a duty and a period.
///
/// `parts` may come in any order and may hold more than is needed. Needed are the parts since
/// [`super::due::parts_from`] up to the end of the next period, earlier ones that report a change not yet
/// decided, and those of [`super::due::earlier_parts`]. O(d · (p + m + r)) for d days on which
/// something changes, p parts, m memberships and stays, r rules of the duty in the village: some microseconds; for
/// `*` times the duties that may concern the person.
pub fn timeline(person: &Person, rules: &Rules, duty: &str, period: Period, parts: &[PartFact]) -> Timeline {
    Judge { person, rules, duty, period }.judge(parts)
}

impl<'a> Judge<'a> {
    fn judge(&self, parts: &[PartFact]) -> Timeline {
        let from = self.period.from();
        let day_inside = |fact: &PartFact| fact.days().rfind(|day| self.period.contains(*day));
        let mut inside: Vec<(Day, &PartFact)> =
            parts.iter().filter_map(|fact| Some((day_inside(fact)?, fact))).collect();
        inside.sort_unstable_by_key(|(day, fact)| (*day, fact.part));
        let speakers = self.speakers();
        let (mut asking, mut own) = (vec![false; speakers.len()], Own::new());
        let effects = |asking: &[bool]| -> Vec<Effect> {
            let rules = |day| self.speaking(&speakers, asking, day);
            inside.iter().map(|(day, fact)| self.effect(fact, *day, self.period, &rules)).collect()
        };
        let mut now = Vec::new();
        let mut timeline = Timeline::default();
        let before = Progress {
            change_open: parts.iter().any(|fact| fact.day < from && self.change_open(fact)),
            ..Progress::default()
        };
        let mut entry = None;
        for day in self.days(inside.iter().map(|(day, _)| *day)) {
            let asking_now = self.asking_on(day, parts, &speakers, &mut own);
            let all = || asking_now.iter().zip(&asking);
            let asks_more = all().any(|(now, before)| *now && !before);
            if asks_more || now.len() < inside.len() {
                asking = all().map(|(now, before)| now | before).collect();
                now = effects(&asking);
            }
            let mut progress = before;
            now.iter().take_while(|effect| effect.day <= day).for_each(|effect| progress.take(*effect));
            let last = timeline.steps.last().map(|step| &step.place);
            let Some((place, gone)) = self.place(day, last) else { continue };
            let entry = match entry {
                Some(entry) => entry,
                None => *entry.insert(self.enter(day, &place, parts, &now, &mut timeline.dues)),
            };
            let later = !asking_now.contains(&true) && self.person.village_on(day).is_some();
            let entry = Entry { not_due: entry.not_due || later, ..entry };
            let status = self.excluded(day, gone, entry).map_or_else(|| progress.status(), Status::Excluded);
            let same = timeline.steps.last().is_some_and(|step| step.status == status && step.place == place);
            if !same {
                timeline.steps.push(Step { day, place, status });
            }
        }
        let effects = now;
        timeline.tried_on = effects.iter().rev().find(|effect| effect.tried).map(|effect| effect.day);
        let met = effects.iter().find(|effect| effect.home).or(effects.iter().find(|effect| effect.counts));
        timeline.met_on = met.map(|effect| effect.day);
        timeline.met_by = met.map(|effect| effect.part);
        timeline.missed = self.missed(&timeline, parts, |day| self.speaking(&speakers, &asking, day));
        timeline
    }

    /// What is decided when the person comes into the register of the period; `None` when that never is.
    pub(super) fn entry(&self, parts: &[PartFact]) -> Option<Entry> {
        let first = |day| self.place(day, None).map(|(place, _)| (day, place));
        let (day, place) = self.days(iter::empty()).into_iter().find_map(first)?;
        Some(self.enter(day, &place, parts, &[], &mut Vec::new()))
    }

    fn missed(
        &self,
        timeline: &Timeline,
        parts: &[PartFact],
        rules: impl Fn(Day) -> Vec<&'a Duty>,
    ) -> Option<Missed> {
        let ended = timeline.steps.last()?.status;
        let next = self.period.next();
        if !timeline.dues.is_empty() || !ended.is_due() || ended.is_met() {
            return None;
        }
        let counts = |fact: &&PartFact| self.effect(fact, fact.day, next, &rules).counts;
        let made_up = parts.iter().filter(|fact| next.contains(fact.day)).filter(counts);
        let gone = [self.person.died, self.person.moved_out].into_iter().flatten();
        let until = made_up.map(|fact| fact.day).chain(gone.filter(|day| next.contains(*day))).min();
        Some(Missed { until })
    }

    /// The days of the period on which anything can change, ascending.
    fn days(&self, parts: impl Iterator<Item = Day>) -> Vec<Day> {
        let (person, from, until) = (self.person, self.period.from(), self.period.until());
        let mut days = vec![from];
        days.extend(parts);
        days.extend(person.memberships.iter().flat_map(|one| [one.from, one.until]).flatten());
        days.extend(person.aways.iter().flat_map(|away| [away.from, away.until]).flatten());
        days.extend([person.died, person.moved_out, person.refusal_approved].into_iter().flatten());
        days.extend(person.moves.keys());
        let rules = person.villages_ever().flat_map(|village| self.rules.at(self.duty, village));
        days.extend(rules.flat_map(|rule| [Some(rule.from), rule.until]).flatten());
        days.extend(self.own_periods_begin());
        days.retain(|day| from <= *day && *day < until);
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The rule of a duty on a day, whatever its cadence.
    fn rule(&self, duty: &str, day: Day) -> Option<&'a Duty> {
        rule_on(self.rules.at(duty, self.person.village_on(day)?), day)
    }

    /// Where the person stands, and why the rule asks no more; `None` before the register has them.
    fn place(&self, day: Day, last: Option<&Place>) -> Option<(Place, Option<Excluded>)> {
        let person = self.person;
        // Whoever was merged is somebody else's record: as if there had never been one.
        if person.merged_into.is_some() {
            return None;
        }
        let area = person.village_on(day).or_else(|| last.map(|place| place.area))?;
        let rule = rule_on(self.rules.at(self.duty, area), day)
            .filter(|rule| self.period.suits(rule.cadence, rule.cut));
        let categories = rule.map_or_else(Vec::new, |rule| categories(person, rule, day));
        if !categories.is_empty() {
            let gone = [person.died, person.moved_out].into_iter().flatten().any(|gone| gone <= day);
            return (last.is_some() || !gone).then_some((Place { area, categories }, None));
        }
        let categories = last?.categories.clone();
        let still = person.categories_on(day).any(|code| categories.iter().any(|one| one == code));
        let gone = if rule.is_none() || still { Excluded::RuleEnded } else { Excluded::CategoryEnded };
        Some((Place { area, categories }, Some(gone)))
    }

    /// What is decided on the first day in the register.
    fn enter(
        &self,
        day: Day,
        place: &Place,
        parts: &[PartFact],
        effects: &[Effect],
        dues: &mut Vec<(Day, Day)>,
    ) -> Entry {
        let rule = rule_on(self.rules.at(self.duty, place.area), day);
        let Some(rule) = rule else { return Entry { newly: false, not_due: false } };
        let left = self.period.until().0 - day.0;
        let newly = day > self.period.from() && left < i32::from(rule.enrolled_days_min);
        let rolling = self.rolling(rule, day, parts);
        let Some(rolling) = rolling else { return Entry { newly, not_due: false } };
        dues.push((day, rolling.due));
        let mut last = Day(i32::MIN);
        for met in effects.iter().filter(|effect| effect.renews) {
            last = last.max(met.since);
            dues.retain(|(since, _)| *since < met.day);
            dues.push((met.day, rolling.after(last).max(rolling.due)));
        }
        Entry { newly, not_due: rolling.due >= self.period.until() }
    }

    fn excluded(&self, day: Day, gone: Option<Excluded>, entry: Entry) -> Option<Excluded> {
        let person = self.person;
        let since = |fact: Option<Day>, reason| fact.is_some_and(|from| from <= day).then_some(reason);
        let away = |kind, reason| {
            person.aways.iter().any(|away| away.kind == kind && away.holds_on(day)).then_some(reason)
        };
        let reasons = [
            since(person.died, Excluded::Died),
            since(person.moved_out, Excluded::MovedOut),
            person.pending.then_some(Excluded::Unconfirmed),
            gone,
            away(AwayKind::Institution, Excluded::Institution),
            away(AwayKind::Hospital, Excluded::Hospital),
            since(person.refusal_approved, Excluded::Refused),
            entry.newly.then_some(Excluded::NewlyEnrolled),
            entry.not_due.then_some(Excluded::NotDueYet),
        ];
        reasons.into_iter().flatten().next()
    }

    /// Whether a rule accepts the way of a part, for this person on that day.
    fn accepts(&self, rule: &Duty, fact: &PartFact) -> bool {
        let elsewhere = |kind: AwayKind| kind.admits(fact.way);
        rule.ways.contains(&fact.way)
            || self.person.aways.iter().any(|away| away.holds_on(fact.day) && elsewhere(away.kind))
    }

    /// Whether a part counts for a duty, on every side of it.
    pub(super) fn counts(&self, duty: &str, fact: &PartFact) -> bool {
        let rule = |day| self.rule(duty, day);
        let counts = |side: &PartFact| {
            rule(side.day).is_some_and(|rule| self.accepts(rule, side) && rule.met_but_for_way(side))
        };
        !fact.beside.unread && fact.sides().all(|side| counts(&side))
    }

    fn change_open(&self, fact: &PartFact) -> bool {
        reports_change(fact) && !self.person.changes_decided.contains_key(&fact.part)
    }

    /// What a part does in a period by the rules that speak on a day, on the last of its days there.
    fn effect(
        &self,
        fact: &PartFact,
        day: Day,
        period: Period,
        rules: &impl Fn(Day) -> Vec<&'a Duty>,
    ) -> Effect {
        let side = |side: &PartFact| self.side(side, &rules(side.day));
        let renews = !fact.beside.unread && day == fact.day && fact.sides().all(|one| side(&one).counts);
        let counts = renews && fact.days().all(|day| period.contains(day));
        let tries = |one: PartFact| period.contains(one.day) && side(&one).goes;
        Effect {
            day,
            since: fact.first_day(),
            part: fact.part,
            counts,
            renews,
            home: counts && fact.sides().all(|side| side.way == Way::Home),
            tried: !counts && fact.sides().any(tries),
            change_open: day == fact.day && self.change_open(fact),
        }
    }

    /// What one side of a part would do by the rules that speak on its day.
    fn side(&self, side: &PartFact, rules: &[&Duty]) -> Side {
        let accepted = || rules.iter().filter(|rule| self.accepts(rule, side));
        let counts = accepted().any(|rule| rule.met_but_for_way(side));
        let visits = accepted().next().is_some() || side.way == Way::Home || reports_change(side);
        // Of whom a change is only reported nobody tried to see.
        Side { counts, goes: !rules.is_empty() && side.way != Way::Report && visits }
    }
}

/// What one side of a part does: counts, or is a visit at all by the rules that speak.
struct Side {
    counts: bool,
    goes: bool,
}

/// Whether a part is needed to judge every period after it, however long ago it was: of the others before a
/// period the last of each kind is enough.
pub fn always_needed(fact: &PartFact) -> bool {
    reports_change(fact) || fact.is_contested()
}

/// Whether a part says that the person's circumstances have changed (情况变了).
pub fn reports_change(fact: &PartFact) -> bool {
    fact.reason.is_some_and(|reason| reason.group() == NotMetGroup::Changed)
}

fn categories(person: &Person, rule: &Duty, day: Day) -> Vec<String> {
    let of_duty = person.categories_on(day).filter(|code| rule.categories.iter().any(|one| one == code));
    let mut categories: Vec<String> = of_duty.map(str::to_owned).collect();
    categories.sort_unstable();
    categories.dedup();
    categories
}

impl Progress {
    fn take(&mut self, effect: Effect) {
        self.home |= effect.home;
        self.other |= effect.counts;
        self.tried |= effect.tried;
        self.change_open |= effect.change_open;
    }

    fn status(self) -> Status {
        if self.home {
            Status::MetHome
        } else if self.other {
            Status::MetOther
        } else if self.change_open {
            Status::ChangePending
        } else if self.tried {
            Status::Tried
        } else {
            Status::NotYet
        }
    }
}
