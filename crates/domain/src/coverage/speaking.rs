//! Which duties speak of a person: gathered once for a judgement, because each of its days and parts asks.

use crate::coverage::due::{Own, rolls};
use crate::coverage::rules::{ANY_DUTY, rule_on};
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
    /// Whether it may ask the person by days.
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
    /// The judge's own duty; for `*` each of care that may concern the person. O(duties · villages of the person).
    pub(super) fn speakers(&self) -> Vec<Speaker<'a>> {
        let (rules, person) = (self.rules, self.person);
        let speaker = |name: &'a str| Speaker {
            name,
            at: person.villages_ever().map(|village| (village, rules.at(name, village))).collect(),
            rolls: self.duty == ANY_DUTY && rolls(rules, person, name),
            last_counting: OnceCell::new(),
        };
        if self.duty != ANY_DUTY {
            return vec![speaker(self.duty)];
        }
        let care = |rule: &Duty| rule.kind == DutyKind::Care && rule.may_concern(person);
        let all = rules.names().filter(|name| *name != ANY_DUTY).map(speaker);
        all.filter(|one| one.at.iter().any(|(_, rules)| rules.iter().any(care))).collect()
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
