//! The standing: what is stored for a duty, a period and a person.

use crate::coverage::rules::Rules;
use crate::coverage::status::Status;
use crate::coverage::timeline::{Missed, Step, Timeline, timeline};
use crate::ids::RecordId;
use crate::period::Period;
use crate::subject::Person;
use crate::time::Day;
use crate::visit::PartFact;
use serde::{Deserialize, Serialize};

/// Where a person stands in a period, on every day of it. JSON keys are one letter long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The duty's name, or `*`.
    #[serde(rename = "d")]
    pub duty: String,
    /// The period.
    #[serde(rename = "p")]
    pub period: Period,
    /// The person.
    #[serde(rename = "s")]
    pub subject: RecordId,
    /// Never empty, ascending by day, neighbours different; before the first step the person is not
    /// in the register.
    #[serde(rename = "t")]
    pub steps: Vec<Step>,
    /// Rolling duties only: from a day on, due on a day.
    #[serde(rename = "u", default, skip_serializing_if = "Vec::is_empty")]
    pub dues: Vec<(Day, Day)>,
    /// The last try of the period.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub tried_on: Option<Day>,
    /// The day of the part by which it is met: the first at home, else the first.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub met_on: Option<Day>,
    /// That part.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub met_by: Option<RecordId>,
    /// Whether the period ended without the visit, and how long that was not made up.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
}

/// Computes a standing; `None` when the person is never in the register of the duty in the period.
/// What `parts` must hold and what it costs: see [`timeline`].
pub fn standing(
    person: &Person,
    rules: &Rules,
    duty: &str,
    period: Period,
    parts: &[PartFact],
) -> Option<Standing> {
    let Timeline { steps, dues, tried_on, met_on, met_by, missed } =
        timeline(person, rules, duty, period, parts);
    let duty = duty.to_owned();
    let found = Standing { duty, period, subject: person.id, steps, dues, tried_on, met_on, met_by, missed };
    (!found.steps.is_empty()).then_some(found)
}

impl Standing {
    /// The step in force on a day; `None` before the register has the person. After the period's
    /// end the last one stays. O(log steps).
    pub fn step_on(&self, day: Day) -> Option<&Step> {
        let upto = self.steps.partition_point(|step| step.day <= day);
        self.steps.get(upto.checked_sub(1)?)
    }

    /// The status on a day; `None` before the register has the person.
    pub fn status_on(&self, day: Day) -> Option<Status> {
        self.step_on(day).map(|step| step.status)
    }

    /// The day by which the person should be visited, as of a day: the period's last for a calendar
    /// duty; for a rolling one the interval after the last time.
    pub fn due_on(&self, as_of: Day) -> Option<Day> {
        if self.dues.is_empty() {
            return Some(self.period.last());
        }
        self.dues.iter().rev().find(|(since, _)| *since <= as_of).map(|(_, due)| *due)
    }

    /// 上期漏访至今未补: whether, on a day after this period, its visit was missed and not made up.
    pub fn missed_on(&self, day: Day) -> bool {
        let missed = |missed: Missed| missed.until.is_none_or(|until| day < until);
        self.period.until() <= day && self.missed.is_some_and(missed)
    }

    /// 超期 N 天: how many days a rolling duty is late as of a day; 0 when it is not late, when the
    /// person is 不计入, and for every calendar duty (nothing of a month is late before it ends).
    pub fn overdue_days(&self, as_of: Day) -> i32 {
        let due = self.dues.iter().rev().find(|(since, _)| *since <= as_of).map(|(_, due)| *due);
        match (due, self.status_on(as_of)) {
            (Some(due), Some(status)) if status.is_due() => as_of.0.saturating_sub(due.0).max(0),
            _ => 0,
        }
    }

    /// From which days on the person is late where (超期), and from which not any more (`None`); neighbours differ,
    /// days of the period only. Nothing for a calendar duty. O((s + d) · log) for s steps and d days on which it
    /// falls due.
    pub(super) fn late_steps(&self) -> Vec<(Day, Option<&Step>)> {
        let mut found: Vec<(Day, Option<&Step>)> = Vec::new();
        if self.dues.is_empty() {
            return found;
        }
        let dues = self.dues.iter().flat_map(|(since, due)| [*since, due.plus(1)]);
        let mut days: Vec<Day> = self.steps.iter().map(|step| step.day).chain(dues).collect();
        days.sort_unstable();
        days.dedup();
        for day in days.into_iter().filter(|day| *day <= self.period.last()) {
            let late = self.step_on(day).filter(|_| self.overdue_days(day) > 0);
            if found.last().map_or(late.is_some(), |(_, before)| *before != late) {
                found.push((day, late));
            }
        }
        found
    }
}
