//! The plain re-computation: every day by definition, from the facts, without steps or shortcuts.
//! It shares nothing with the code it judges but the nouns.

use crate::coverage::{Excluded, Status};
use crate::duty::{Duty, DutyKind};
use crate::ids::{AreaCode, RecordId};
use crate::period::{Cadence, Cut, Period};
use crate::reference::Reference;
use crate::subject::{AwayKind, Person};
use crate::time::Day;
use crate::visit::{NotMetGroup, PartFact, Way};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// Where somebody stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    pub area: AreaCode,
    pub categories: BTreeSet<String>,
    pub status: Status,
    /// A rolling duty's due day.
    pub due: Option<Day>,
}

pub struct Oracle<'a> {
    pub reference: &'a Reference,
    pub person: &'a Person,
    pub duty: &'a str,
    pub period: Period,
    pub parts: &'a [PartFact],
    /// For `*`: which duties ask on each day of the period. Looked up once.
    asked: OnceCell<Vec<(Day, Vec<String>)>>,
}

impl<'a> Oracle<'a> {
    pub fn new(
        reference: &'a Reference,
        person: &'a Person,
        duty: &'a str,
        period: Period,
        parts: &'a [PartFact],
    ) -> Self {
        Self { reference, person, duty, period, parts, asked: OnceCell::new() }
    }

    fn village(&self, day: Day) -> Option<AreaCode> {
        for (until, village) in &self.person.moves {
            if day < *until {
                return Some(*village);
            }
        }
        self.person.villages.iter().min().copied()
    }

    fn rule_in(&self, village: AreaCode, day: Day) -> Option<Duty> {
        if self.duty != "*" {
            return self.reference.rule_on(self.duty, village, day).cloned();
        }
        let names = self.reference.duty_names();
        let rules: Vec<&Duty> =
            names.iter().filter_map(|name| self.reference.rule_on(name, village, day)).collect();
        let care: Vec<&Duty> = rules.into_iter().filter(|rule| rule.kind == DutyKind::Care).collect();
        let mut any = Duty::clone(care.first()?);
        any.categories = care.iter().flat_map(|rule| rule.categories.clone()).collect();
        any.cadence = Cadence::Month;
        any.cut = if care.iter().any(|rule| rule.cut == Cut::Natural) { Cut::Natural } else { Cut::Day26 };
        any.visitors_min = 1;
        any.enrolled_days_min = care.iter().map(|rule| rule.enrolled_days_min).min().unwrap();
        Some(any)
    }

    fn asks(&self, village: AreaCode, day: Day) -> Option<Duty> {
        let rule = self.rule_in(village, day)?;
        let same = Period::containing(rule.cadence, rule.cut, self.period.from()) == self.period;
        same.then_some(rule)
    }

    fn in_categories(&self, rule: &Duty, day: Day) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for one in &self.person.memberships {
            let begun = one.from.is_none() || one.from <= Some(day);
            let ended = one.until.is_some() && one.until <= Some(day);
            if begun && !ended && rule.categories.contains(&one.code) {
                found.insert(one.code.clone());
            }
        }
        found
    }

    fn away(&self, kind: AwayKind, day: Day) -> bool {
        self.person.aways.iter().any(|away| {
            away.kind == kind
                && away.from.is_some_and(|from| day >= from)
                && away.until.is_none_or(|until| day < until)
        })
    }

    fn accepted(&self, rule: &Duty, fact: &PartFact) -> bool {
        rule.ways.contains(&fact.way)
            || self.away(AwayKind::Migrant, fact.day)
            || (self.away(AwayKind::Boarding, fact.day) && fact.way == Way::Elsewhere)
    }

    /// The duties for which a part may count, as far as a day tells: for `*` those of care that have asked
    /// the person on any day of the period so far.
    fn asking(&self, upto: Day) -> Vec<String> {
        if self.duty != "*" {
            return vec![self.duty.to_owned()];
        }
        let names = self.reference.duty_names().into_iter();
        let so_far = || self.asked().iter().take_while(|(day, _)| *day <= upto);
        names.filter(|name| so_far().any(|(_, asked)| asked.contains(name))).collect()
    }

    /// For `*`: which duties ask on each day.
    fn asked(&self) -> &[(Day, Vec<String>)] {
        self.asked.get_or_init(|| {
            let names = self.reference.duty_names();
            let days = (self.period.from().0..self.period.until().0).map(Day);
            let on = |day| names.iter().filter(|name| self.asks_now(name, day)).cloned().collect();
            days.map(|day| (day, on(day))).collect()
        })
    }

    /// For `*`: whether a duty of care concerns the person on a day, and neither is she 未到期 in its own
    /// period then, nor has a part of it before this month counted already.
    fn asks_now(&self, duty: &str, day: Day) -> bool {
        let Some(village) = self.village(day) else { return false };
        let Some(rule) = self.reference.rule_on(duty, village, day) else { return false };
        if rule.kind != DutyKind::Care || self.in_categories(rule, day).is_empty() {
            return false;
        }
        let period = Period::containing(rule.cadence, rule.cut, day);
        let own = Oracle::new(self.reference, self.person, duty, period, self.parts);
        let before = |fact: &&PartFact| {
            fact.day < self.period.from() && tellings(fact).iter().all(|told| period.contains(told.day))
        };
        let done = rule.cadence.months() > 1 && self.parts.iter().filter(before).any(|fact| own.counts(fact));
        !done && !own.not_due()
    }

    /// Whether a rolling duty is due after the period, by what was before it.
    fn not_due(&self) -> bool {
        for day in (self.period.from().0..self.period.until().0).map(Day) {
            let Some(area) = self.village(day) else { continue };
            let Some(rule) = self.asks(area, day) else { continue };
            if !self.in_categories(&rule, day).is_empty() && self.gone(day).is_none() {
                let rolling = self.enters(&rule, area, day).rolling;
                return rolling
                    .is_some_and(|rolling| self.due(self.period.from(), rolling) > self.period.last());
            }
        }
        false
    }

    /// The rules of care that judge a part.
    fn judges(&self, fact: &PartFact, upto: Day) -> Vec<Duty> {
        let Some(village) = self.village(fact.day) else { return Vec::new() };
        let names = self.asking(upto);
        let rules = names.iter().filter_map(|name| self.reference.rule_on(name, village, fact.day));
        rules.filter(|rule| rule.kind == DutyKind::Care).cloned().collect()
    }

    /// Whether each telling of a part counts, wherever its days lie.
    fn counts_by(&self, fact: &PartFact, upto: Day) -> bool {
        let counts = |told: &PartFact| {
            self.judges(told, upto).iter().any(|rule| {
                self.accepted(rule, told)
                    && rule.mets.contains(&told.met)
                    && told.visitors >= rule.visitors_min
            })
        };
        !fact.beside.unread && tellings(fact).iter().all(counts)
    }

    /// Whether a part counts in the period.
    fn counts_here(&self, fact: &PartFact, upto: Day) -> bool {
        self.counts_by(fact, upto) && tellings(fact).iter().all(|told| self.period.contains(told.day))
    }

    /// Whether a part counts, by all that the period tells.
    pub fn counts(&self, fact: &PartFact) -> bool {
        self.counts_by(fact, self.period.last())
    }

    fn is_try(&self, fact: &PartFact, upto: Day) -> bool {
        let went = |told: &PartFact| {
            let rules = self.judges(told, upto);
            let accepted = rules.iter().any(|rule| self.accepted(rule, told));
            let goes = told.way == Way::Home || accepted || changed(told);
            !rules.is_empty() && told.way != Way::Report && goes
        };
        let mut here = tellings(fact).into_iter().filter(|told| self.period.contains(told.day));
        here.any(|told| went(&told)) && !self.counts_here(fact, upto)
    }

    /// The last day of the period on which a part may have been.
    fn day_here(&self, fact: &PartFact) -> Option<Day> {
        tellings(fact).iter().map(|told| told.day).filter(|day| self.period.contains(*day)).max()
    }

    fn other_reason(&self, day: Day, ended: Option<Excluded>) -> Option<Excluded> {
        if self.person.pending {
            Some(Excluded::Unconfirmed)
        } else if ended.is_some() {
            ended
        } else if self.away(AwayKind::Institution, day) {
            Some(Excluded::Institution)
        } else if self.away(AwayKind::Hospital, day) {
            Some(Excluded::Hospital)
        } else {
            let refused = self.person.refusal_approved.is_some_and(|from| from <= day);
            refused.then_some(Excluded::Refused)
        }
    }

    /// When it was last tried, and when and by which part it was met.
    pub fn record(&self) -> (Option<Day>, Option<(Day, RecordId)>) {
        let period = || self.until(self.period.last());
        let last = self.period.last();
        let tried =
            period().filter(|fact| self.is_try(fact, last)).filter_map(|fact| self.day_here(fact)).max();
        let counted = |home: bool| {
            let found = period().filter(|fact| self.counts_here(fact, last) && (!home || at_home(fact)));
            found.map(|fact| (fact.day, fact.part)).min()
        };
        (tried, counted(true).or(counted(false)))
    }

    /// Whether the visit of the period was missed and is not made up on a day of the next.
    pub fn missed(&self, days: &[(Day, Option<Stand>)], day: Day) -> bool {
        let Some((_, Some(stand))) = days.last() else { return false };
        let ended = stand.status;
        let open = stand.due.is_none() && ended.is_due() && !ended.is_met();
        let since = |one: Day| self.period.until() <= one && one <= day;
        let all_since = |fact: &PartFact| tellings(fact).iter().all(|told| since(told.day));
        let made_up = self.parts.iter().any(|fact| all_since(fact) && self.counts(fact));
        open && !made_up && ![self.person.died, self.person.moved_out].into_iter().flatten().any(since)
    }

    fn until(&self, day: Day) -> impl Iterator<Item = &PartFact> {
        self.parts.iter().filter(move |fact| self.day_here(fact).is_some_and(|here| here <= day))
    }

    fn progress(&self, day: Day) -> Status {
        if self.until(day).any(|fact| self.counts_here(fact, day) && at_home(fact)) {
            Status::MetHome
        } else if self.until(day).any(|fact| self.counts_here(fact, day)) {
            Status::MetOther
        } else if self.parts.iter().any(|fact| fact.day <= day && self.open_change(fact)) {
            Status::ChangePending
        } else if self.until(day).any(|fact| self.is_try(fact, day)) {
            Status::Tried
        } else {
            Status::NotYet
        }
    }

    pub fn open_change(&self, fact: &PartFact) -> bool {
        changed(fact) && !self.person.changes_decided.contains_key(&fact.part)
    }

    /// The first day from which a rolling duty can be counted.
    fn begun(&self, rule: &Duty, village: AreaCode, entered: Day) -> Day {
        let first = self.reference.rules(self.duty, village).iter().map(|rule| rule.from).min().unwrap();
        let mut day = entered;
        while day > first && !self.in_categories(rule, day.plus(-1)).is_empty() {
            day = day.plus(-1);
        }
        day.max(first)
    }

    /// Where the person stands on each day of the period.
    pub fn days(&self) -> Vec<(Day, Option<Stand>)> {
        let mut entered: Option<Entered> = None;
        let (mut last_area, mut last_categories) = (None, BTreeSet::new());
        let mut days = Vec::new();
        for day in (self.period.from().0..self.period.until().0).map(Day) {
            let area = self.village(day).or(last_area);
            let rule = area.and_then(|area| self.asks(area, day));
            let now = rule.as_ref().map(|rule| self.in_categories(rule, day)).unwrap_or_default();
            if entered.is_none() && !now.is_empty() && self.gone(day).is_none() {
                entered = Some(self.enters(rule.as_ref().unwrap(), area.unwrap(), day));
            }
            let Some(entered) = &entered else {
                days.push((day, None));
                continue;
            };
            last_area = area;
            let ended =
                if now.is_empty() { Some(self.ended(rule.as_ref(), &last_categories, day)) } else { None };
            if !now.is_empty() {
                last_categories = now;
            }
            let not_due = entered
                .rolling
                .is_some_and(|rolling| self.due(self.period.from(), rolling) > self.period.last());
            let nobody_asks = || self.asked().iter().any(|(one, asked)| *one == day && asked.is_empty());
            let later = self.duty == "*" && self.village(day).is_some() && nobody_asks();
            let reason = self
                .gone(day)
                .or(self.other_reason(day, ended))
                .or(entered.newly.then_some(Excluded::NewlyEnrolled))
                .or((not_due || later).then_some(Excluded::NotDueYet));
            let status = reason.map_or_else(|| self.progress(day), Status::Excluded);
            let due = entered.rolling.map(|rolling| self.due(day.plus(1), rolling));
            let stand = Stand { area: area.unwrap(), categories: last_categories.clone(), status, due };
            days.push((day, Some(stand)));
        }
        days
    }

    fn gone(&self, day: Day) -> Option<Excluded> {
        let since = |fact: Option<Day>| fact.is_some_and(|from| day >= from);
        match (since(self.person.died), since(self.person.moved_out)) {
            (true, _) => Some(Excluded::Died),
            (false, true) => Some(Excluded::MovedOut),
            (false, false) => None,
        }
    }

    fn enters(&self, rule: &Duty, area: AreaCode, day: Day) -> Entered {
        let left = self.period.until().0 - day.0;
        let newly = day != self.period.from() && left < i32::from(rule.enrolled_days_min);
        let rolling = match rule.cadence {
            Cadence::Rolling { days } => Some((self.begun(rule, area, day), i32::from(days))),
            _ => None,
        };
        Entered { newly, rolling }
    }

    fn ended(&self, rule: Option<&Duty>, categories: &BTreeSet<String>, day: Day) -> Excluded {
        let still =
            |code: &String| self.person.memberships.iter().any(|one| one.code == *code && one.holds_on(day));
        match rule {
            Some(_) if !categories.iter().any(still) => Excluded::CategoryEnded,
            _ => Excluded::RuleEnded,
        }
    }

    /// The due day by the parts before a day.
    fn due(&self, before: Day, (begun, days): (Day, i32)) -> Day {
        let counted = self.parts.iter().filter(|fact| fact.day < before && self.counts(fact));
        let first = |fact: &PartFact| tellings(fact).iter().map(|told| told.day).min();
        counted.filter_map(first).max().unwrap_or(begun).max(begun).plus(days)
    }
}

/// What was found on the first day in the register; `rolling`: counted from, days.
struct Entered {
    newly: bool,
    rolling: Option<(Day, i32)>,
}

fn changed(fact: &PartFact) -> bool {
    fact.reason.is_some_and(|reason| reason.group() == NotMetGroup::Changed)
}

/// A part as everybody who wrote of it tells it.
fn tellings(fact: &PartFact) -> Vec<PartFact> {
    let mut told = Vec::new();
    for day in [&[fact.day][..], &fact.beside.days].concat() {
        for way in [&[fact.way][..], &fact.beside.ways].concat() {
            for met in [&[fact.met][..], &fact.beside.mets].concat() {
                told.push(PartFact { day, way, met, ..fact.clone() });
            }
        }
    }
    told
}

fn at_home(fact: &PartFact) -> bool {
    tellings(fact).iter().all(|told| told.way == Way::Home)
}
