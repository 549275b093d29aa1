//! The tally: sums of steps by day, kept by differences. A figure as of a day is the sum up to it.

use crate::coverage::standing::Standing;
use crate::coverage::status::Status;
use crate::coverage::timeline::Step;
use crate::ids::AreaCode;
use crate::period::Period;
use crate::time::Day;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The category of the rows that count each person once.
pub const EVERYBODY: &str = "*";

/// The category of the rows that count 漏访: from the day after a period, who missed its visit and has
/// not made it up, under the status in which the period ended. The row of a period takes
/// `missed_before` from the figures of the period before ([`Tally::missed`]).
pub const MISSED: &str = "!missed";

/// The category of the rows that count 超期: who is late on a day with a duty that is due by days, of everybody
/// or of those in a category. Told on the days of the period.
pub fn overdue_of(category: &str) -> Cow<'static, str> {
    const OVERDUE: &str = "!overdue";
    if category == EVERYBODY { Cow::Borrowed(OVERDUE) } else { Cow::Owned(format!("{OVERDUE} {category}")) }
}

/// Where one difference is added. Sorted so that the figures of a (duty, period, category) lie together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TallyKey {
    /// The duty's name, or `*`.
    pub duty: String,
    /// The period.
    pub period: Period,
    /// A category's code, `*` for everybody once, `!missed`, or what [`overdue_of`] says.
    pub category: String,
    /// The village.
    pub area: AreaCode,
    /// The day from which the difference holds.
    pub day: Day,
    /// The status.
    pub status: Status,
}

/// What changes in the tally when `new` takes the place of `old`: exact, without zeros, empty when
/// both stand alike, nothing before the first day on which they differ. O((s + t) · c · log) for s
/// and t differing steps in c categories; of a duty that is due by days over all its steps.
pub fn deltas(old: Option<&Standing>, new: Option<&Standing>) -> BTreeMap<TallyKey, i64> {
    let mut sums = BTreeMap::new();
    let same = match (old, new) {
        (Some(old), Some(new)) if old.duty == new.duty && old.period == new.period => {
            old.steps.iter().zip(&new.steps).take_while(|(one, other)| one == other).count()
        }
        _ => 0,
    };
    for (standing, sign) in [(old, -1), (new, 1)] {
        let Some(standing) = standing else { continue };
        let mut before = standing.steps.get(..same).and_then(<[Step]>::last);
        let mut add = |day, at: &Step, sign| {
            at.counted().for_each(|category| add_to(&mut sums, standing, category, day, at, sign));
        };
        for step in standing.steps.iter().skip(same) {
            if let Some(left) = before {
                add(step.day, left, -sign);
            }
            add(step.day, step, sign);
            before = Some(step);
        }
        let mut before = None;
        let mut add = |day, at: &Step, sign| {
            let late = at.counted().map(overdue_of);
            late.for_each(|category| add_to(&mut sums, standing, &category, day, at, sign));
        };
        for (day, step) in standing.late_steps() {
            if let Some(left) = before {
                add(day, left, -sign);
            }
            if let Some(step) = step {
                add(day, step, sign);
            }
            before = step;
        }
        if let (Some(missed), Some(last)) = (standing.missed, standing.steps.last()) {
            add_to(&mut sums, standing, MISSED, standing.period.until(), last, sign);
            if let Some(until) = missed.until {
                add_to(&mut sums, standing, MISSED, until, last, -sign);
            }
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

type Sums = BTreeMap<TallyKey, i64>;

impl Step {
    /// Where a person who stands here is counted: once with everybody, and once in each category.
    fn counted(&self) -> impl Iterator<Item = &str> {
        std::iter::once(EVERYBODY).chain(self.place.categories.iter().map(String::as_str))
    }
}

fn add_to(sums: &mut Sums, standing: &Standing, category: &str, day: Day, at: &Step, sign: i64) {
    let key = TallyKey {
        duty: standing.duty.clone(),
        period: standing.period,
        category: category.to_owned(),
        area: at.place.area,
        day,
        status: at.status,
    };
    *sums.entry(key).or_default() += sign;
}

/// How many people stand in a village with a status.
pub type Figures = BTreeMap<(AreaCode, Status), i64>;

/// A tally in memory: what every backend keeps as rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(pub BTreeMap<TallyKey, i64>);

impl Tally {
    /// Adds differences; sums of zero are dropped. O(d · log).
    pub fn apply(&mut self, deltas: BTreeMap<TallyKey, i64>) {
        for (key, delta) in deltas {
            let sum = self.0.entry(key.clone()).or_default();
            *sum += delta;
            if *sum == 0 {
                self.0.remove(&key);
            }
        }
    }

    /// The figures as of a day. O(rows of this duty, period and category).
    pub fn figures(&self, duty: &str, period: Period, category: &str, as_of: Day) -> Figures {
        let first = TallyKey {
            duty: duty.to_owned(),
            period,
            category: category.to_owned(),
            area: AreaCode(0),
            day: Day(i32::MIN),
            status: Status::Excluded(super::status::Excluded::Died),
        };
        let mut figures = Figures::new();
        let rows = self
            .0
            .range(first..)
            .take_while(|(key, _)| key.duty == duty && key.period == period && key.category == category);
        for (key, delta) in rows.filter(|(key, _)| key.day <= as_of) {
            *figures.entry((key.area, key.status)).or_default() += delta;
        }
        figures.retain(|_, count| *count != 0);
        figures
    }

    /// 上期漏访至今未补 by village: who missed the period before `period` and has not made it up as
    /// of a day.
    pub fn missed(&self, duty: &str, period: Period, as_of: Day) -> BTreeMap<AreaCode, i64> {
        let mut villages = BTreeMap::new();
        for ((area, _), people) in self.figures(duty, period.previous(), MISSED, as_of) {
            *villages.entry(area).or_default() += people;
        }
        villages
    }
}
