//! Which duties speak of a person: gathered once for a judgement, because each of its days and parts asks.

use crate::coverage::due::{Own, cares, rolls};
use crate::coverage::rules::{ANY_DUTY, Holding, find, rule_on};
use crate::coverage::timeline::Judge;
use crate::duty::{Duty, DutyKind};
use crate::ids::AreaCode;
use crate::time::Day;
use crate::visit::PartFact;
use std::cell::OnceCell;

/// A duty by which a person may be judged.
pub(super) struct Speaker<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its rules in each village of the person.
    at: Vec<(AreaCode, &'a [Duty])>,
    /// For `*`: whether it may ask the person by days.
    pub(super) rolls: bool,
    /// The day of the last part before the judge's period that counts for it, once that was asked for.
    pub(super) last_counting: OnceCell<Option<Day>>,
}

impl<'a> Speaker<'a> {
    fn rule_on(&self, village: AreaCode, day: Day) -> Option<&'a Duty> {
        let (_, rules) = self.at.iter().find(|(area, _)| *area == village)?;
        rule_on(rules, day).filter(|rule| rule.kind == DutyKind::Care)
    }
}

impl<'a> Judge<'a> {
    /// The judge's own duty; for `*` each of care that may concern the person. O(villages of the
    /// person · rules there · memberships).
    pub(super) fn speakers(&self) -> Vec<Speaker<'a>> {
        let (rules, person) = (self.rules, self.person);
        let villages: Vec<(AreaCode, &[Holding])> =
            person.villages_ever().map(|village| (village, rules.holding_at(village))).collect();
        let speaker = |name: &'a str| {
            let at: Vec<_> = villages.iter().map(|(area, holding)| (*area, find(holding, name))).collect();
            let rolls = self.duty == ANY_DUTY
                && at.iter().any(|(_, rules)| rules.iter().any(|rule| rolls(rule, person)));
            Speaker { name, at, rolls, last_counting: OnceCell::new() }
        };
        if self.duty != ANY_DUTY {
            return vec![speaker(self.duty)];
        }
        let concerns =
            |one: &&Holding| one.duty != ANY_DUTY && one.rules.iter().any(|rule| cares(rule, person));
        let all = villages.iter().flat_map(|(_, holding)| holding.iter());
        let mut names: Vec<&str> = all.filter(concerns).map(|one| one.duty.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(speaker).collect()
    }

    /// Which of the duties ask the person on a day: the judge's own always does.
    pub(super) fn asking_on(
        &self,
        day: Day,
        parts: &[PartFact],
        speakers: &[Speaker<'a>],
        own: &mut Own<'a>,
    ) -> Vec<bool> {
        if self.duty != ANY_DUTY {
            return vec![true; speakers.len()];
        }
        let village = self.person.village_on(day);
        let asks = |speaker: &Speaker<'a>| {
            let rule = village.and_then(|village| speaker.rule_on(village, day));
            let rule = rule.filter(|rule| rule.concerns(self.person, day));
            rule.is_some_and(|rule| self.asks_now(speaker, rule, day, parts, own))
        };
        speakers.iter().map(asks).collect()
    }

    /// The rules of care in force on a day, of the duties that ask.
    pub(super) fn speaking(&self, speakers: &[Speaker<'a>], asking: &[bool], day: Day) -> Vec<&'a Duty> {
        let Some(village) = self.person.village_on(day) else { return Vec::new() };
        let asking = speakers.iter().zip(asking).filter(|(_, asks)| **asks);
        asking.filter_map(|(speaker, _)| speaker.rule_on(village, day)).collect()
    }
}
