//! 统计期: natural months, months cut on the 26th, quarters, half-years and years.
//!
//! The county's plan (龙政办发〔2021〕29号, 五(一)) wants its table before the 26th of a month;
//! so a month may run from the 26th to the 25th. Every figure says which.

use crate::text::digits;
use crate::time::Day;
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How often a duty falls due. Text: `month`, `quarter`, `half_year`, `year`, or `days:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cadence {
    /// Once in each month.
    Month,
    /// Once in each quarter.
    Quarter,
    /// Once in each half-year.
    HalfYear,
    /// Once in each year.
    Year,
    /// So many days after the last time (滚动): the only kind that can be 超期.
    Rolling {
        /// The interval in days.
        days: u16,
    },
}

impl Cadence {
    /// How many months the reporting period of this cadence has. A rolling duty is reported by month.
    pub fn months(self) -> u32 {
        match self {
            Self::Month | Self::Rolling { .. } => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month => f.write_str("month"),
            Self::Quarter => f.write_str("quarter"),
            Self::HalfYear => f.write_str("half_year"),
            Self::Year => f.write_str("year"),
            Self::Rolling { days } => write!(f, "days:{days}"),
        }
    }
}

/// The text names no cadence or period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cadence or period")]
pub struct NotAPeriod;

impl FromStr for Cadence {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        match text {
            "month" => Ok(Self::Month),
            "quarter" => Ok(Self::Quarter),
            "half_year" => Ok(Self::HalfYear),
            "year" => Ok(Self::Year),
            _ => {
                let days = text.strip_prefix("days:").and_then(|days| days.parse().ok()).ok_or(NotAPeriod)?;
                if days == 0 { Err(NotAPeriod) } else { Ok(Self::Rolling { days }) }
            }
        }
    }
}

impl Serialize for Cadence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cadence {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

crate::staff::codes! {
    /// Where a month is cut.
    Cut {
        Natural "natural" "自然月" "natural month";
        Day26 "day26" "26日口径" "cut on the 26th";
    }
}

/// A stretch of days over which figures are made. The end is excluded.
///
/// Key: `2026-11` for one month, `2026-10+3` for three from October, `@26` after it for the other cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// Months since year 0 of its first month (for the cut on the 26th: the month it is named after).
    month: i32,
    months: u32,
    day26: bool,
}

impl Period {
    /// The period of this cadence and cut in which a day lies.
    pub fn containing(cadence: Cadence, cut: Cut, day: Day) -> Self {
        let date = day.date();
        let day26 = cut == Cut::Day26;
        let late = i32::from(day26 && date.day() >= 26);
        let month = date.year() * 12 + i32::try_from(date.month0()).unwrap_or(0) + late;
        let months = cadence.months();
        let span = i32::try_from(months).unwrap_or(1);
        Self { month: month.div_euclid(span) * span, months, day26 }
    }

    /// The first day.
    pub fn from(self) -> Day {
        self.edge(self.month)
    }

    /// The first day after it.
    pub fn until(self) -> Day {
        self.edge(self.month + i32::try_from(self.months).unwrap_or(1))
    }

    /// The last day of it.
    pub fn last(self) -> Day {
        self.until().plus(-1)
    }

    /// Whether a day lies in it.
    pub fn contains(self, day: Day) -> bool {
        self.from() <= day && day < self.until()
    }

    /// Whether a duty of this cadence and cut is reported by such periods.
    pub fn suits(self, cadence: Cadence, cut: Cut) -> bool {
        self.months == cadence.months() && self.day26 == (cut == Cut::Day26)
    }

    /// The period after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self { month: self.month + i32::try_from(self.months).unwrap_or(1), ..self }
    }

    /// The period before it.
    #[must_use]
    pub fn previous(self) -> Self {
        Self { month: self.month - i32::try_from(self.months).unwrap_or(1), ..self }
    }

    fn edge(self, month: i32) -> Day {
        let (month, day) = if self.day26 { (month - 1, 26) } else { (month, 1) };
        let (year, month0) = (month.div_euclid(12), month.rem_euclid(12));
        let month = u32::try_from(month0).unwrap_or(0) + 1;
        Day::from_ymd(year, month, day).unwrap_or(Day(0))
    }

    /// What people call it: 2026年11月（11.1–11.30）.
    pub fn zh(self) -> String {
        let year =
            if self.months == 12 { String::new() } else { format!("{}年", self.month.div_euclid(12)) };
        let short = |day: Day| format!("{}.{}", day.date().month(), day.date().day());
        format!("{year}{}（{}–{}）", self.short_zh(), short(self.from()), short(self.last()))
    }

    /// Its name beside another of the same kind: 10月, 第3季度, 上半年, 2026年.
    pub fn short_zh(self) -> String {
        let (year, month) = (self.month.div_euclid(12), self.month.rem_euclid(12) + 1);
        match self.months {
            1 => format!("{month}月"),
            3 => format!("第{}季度", (month - 1) / 3 + 1),
            6 => format!("{}半年", if month == 1 { "上" } else { "下" }),
            _ => format!("{year}年"),
        }
    }

    /// The English of [`Self::zh`]: November 2026 (2026-11-01 to 2026-11-30).
    pub fn en(self) -> String {
        let year = if self.months == 12 { String::new() } else { format!(" {}", self.month.div_euclid(12)) };
        format!("{}{year} ({} to {})", self.short_en(), self.from(), self.last())
    }

    /// The English of [`Self::short_zh`]: October, Q3, H1, 2026.
    pub fn short_en(self) -> String {
        let (year, month) = (self.month.div_euclid(12), self.month.rem_euclid(12) + 1);
        match self.months {
            1 => {
                let month = u32::try_from(month).unwrap_or(1);
                Day::from_ymd(year, month, 1).unwrap_or(Day(0)).date().format("%B").to_string()
            }
            3 => format!("Q{}", (month - 1) / 3 + 1),
            6 => format!("H{}", if month == 1 { 1 } else { 2 }),
            _ => year.to_string(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.month.div_euclid(12), self.month.rem_euclid(12) + 1)?;
        if self.months != 1 {
            write!(f, "+{}", self.months)?;
        }
        if self.day26 { f.write_str("@26") } else { Ok(()) }
    }
}

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let (text, day26) = text.strip_suffix("@26").map_or((text, false), |rest| (rest, true));
        let (start, months) = match text.split_once('+') {
            Some((start, months)) => (start, months.parse().map_err(|_| NotAPeriod)?),
            None => (text, 1),
        };
        let number = |text: &str, length: usize| {
            let number = digits(text).filter(|_| text.len() == length);
            number.and_then(|number| i32::try_from(number).ok()).ok_or(NotAPeriod)
        };
        let (year, month) = start.split_once('-').ok_or(NotAPeriod)?;
        let (year, month) = (number(year, 4)?, number(month, 2)?);
        let known =
            [1, 3, 6, 12].contains(&months) && (1..=12).contains(&month) && (1..=9998).contains(&year);
        let span = i32::try_from(months).map_err(|_| NotAPeriod)?;
        if !known || (month - 1) % span != 0 {
            return Err(NotAPeriod);
        }
        Ok(Self { month: year * 12 + month - 1, months, day26 })
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(cadence: Cadence, cut: Cut, day: &str) -> Period {
        Period::containing(cadence, cut, day.parse().unwrap())
    }

    #[test]
    fn a_natural_month_and_a_month_cut_on_the_26th() {
        let november = period(Cadence::Month, Cut::Natural, "2026-11-26");
        assert_eq!(november.zh(), "2026年11月（11.1–11.30）");
        assert_eq!(november.en(), "November 2026 (2026-11-01 to 2026-11-30)");
        assert!(november.suits(Cadence::Rolling { days: 7 }, Cut::Natural));
        assert!(!november.suits(Cadence::Month, Cut::Day26));
        let cut = period(Cadence::Month, Cut::Day26, "2026-11-25");
        assert_eq!(cut.zh(), "2026年11月（10.26–11.25）");
        assert_eq!(period(Cadence::Month, Cut::Day26, "2026-11-26"), cut.next());
        let january = period(Cadence::Month, Cut::Day26, "2026-12-31");
        assert_eq!(january.zh(), "2027年1月（12.26–1.25）");
    }

    #[test]
    fn longer_periods_begin_where_the_year_says() {
        assert_eq!(period(Cadence::Quarter, Cut::Natural, "2026-11-23").zh(), "2026年第4季度（10.1–12.31）");
        assert_eq!(period(Cadence::HalfYear, Cut::Natural, "2026-06-30").zh(), "2026年上半年（1.1–6.30）");
        assert_eq!(period(Cadence::Year, Cut::Day26, "2026-12-26").zh(), "2027年（12.26–12.25）");
    }

    #[test]
    fn keys_survive_and_wrong_ones_are_refused() {
        for day in ["2026-01-25", "2026-12-31", "2024-02-29"] {
            for cadence in [Cadence::Month, Cadence::Quarter, Cadence::HalfYear, Cadence::Year] {
                for cut in Cut::ALL {
                    let one = period(cadence, *cut, day);
                    assert_eq!(one.to_string().parse(), Ok(one));
                    assert!(one.contains(day.parse().unwrap()));
                    assert_eq!(one.next().previous(), one);
                    assert_eq!(one.next().from(), one.until());
                }
            }
        }
        for wrong in ["2026", "2026-13", "26-11", "2026-1", "2026-+1", "2026-02+3", "2026-01+2", "x"] {
            assert_eq!(wrong.parse::<Period>(), Err(NotAPeriod), "{wrong}");
        }
    }

    #[test]
    fn cadences_survive() {
        for text in ["month", "quarter", "half_year", "year", "days:30"] {
            assert_eq!(text.parse::<Cadence>().unwrap().to_string(), text);
        }
        assert!("days:0".parse::<Cadence>().is_err());
    }
}
