//! For which duties somebody stands in a list: that of the question, and of any duty those that ask of this person.

use super::Asked;
use domain::coverage::Standing;
use domain::coverage::rules::ANY_DUTY;
use domain::duty::Duty;
use domain::ids::AreaCode;
use domain::time::Day;
use std::collections::BTreeSet;

/// The duties of somebody in a list.
pub(super) struct ToldDuties<'a> {
    /// Those that are asked for and, of who was not visited, are not met.
    pub asked: Vec<&'a Duty>,
    /// Every one that the person has in the period, due or not.
    has: Vec<&'a Duty>,
    /// By when the first of those that are asked for is due.
    pub due_on: Option<Day>,
}

impl<'a> ToldDuties<'a> {
    /// By whose roles somebody goes there.
    pub(super) fn carried(&self) -> Vec<&'a Duty> {
        if self.asked.is_empty() { self.has.clone() } else { self.asked.clone() }
    }
}

/// The duties of somebody who stands in a village; `all` are the person's standings by every duty, read for `*` alone.
pub(super) fn told_duties<'a>(
    asked: &'a Asked,
    standing: &Standing,
    village: AreaCode,
    all: &[Standing],
) -> ToldDuties<'a> {
    let as_of = asked.question.as_of;
    if asked.question.duty != ANY_DUTY {
        return ToldDuties {
            asked: vec![&asked.rule],
            has: vec![&asked.rule],
            due_on: standing.due_on(as_of),
        };
    }
    let met = standing.step_on(as_of).is_some_and(|step| step.status.is_met());
    let day = as_of.min(asked.period.last());
    let names: BTreeSet<&str> = asked.rules.iter().map(|rule| rule.duty.as_str()).collect();
    let mut told = ToldDuties { asked: Vec::new(), has: Vec::new(), due_on: None };
    for one in all.iter().filter(|one| names.contains(one.duty.as_str()) && one.period.contains(day)) {
        let Some(status) = one.status_on(as_of) else { continue };
        let Some(rule) = asked.reference.rule_on(&one.duty, village, day) else { continue };
        told.has.push(rule);
        if status.is_due() && (met || !status.is_met()) {
            told.asked.push(rule);
            told.due_on = told.due_on.into_iter().chain(one.due_on(as_of)).min();
        }
    }
    if told.asked.is_empty() {
        told.due_on = standing.due_on(as_of);
    }
    told
}
