//! Days, visiting times and stamps. Clocks only label; nothing is ordered or refused by them.
//!
//! The county lives in Asia/Shanghai, which has had no daylight saving time since 1991:
//! a fixed offset of 8 hours, so no time-zone database is needed.

use crate::text::digits;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type UnixMs = i64;

/// UTC+8 in milliseconds.
pub const SHANGHAI_OFFSET_MS: i64 = 8 * 3_600_000;

const DAY_MS: i64 = 86_400_000;

/// A calendar day in Asia/Shanghai, counted from 1970-01-01. JSON: `"2026-11-23"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "export", derive(ts_rs::TS), ts(type = "string"))]
pub struct Day(pub i32);

/// The text is not a date or time of the expected shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date or time of the expected shape")]
pub struct NotATime;

impl Day {
    /// The day on which this moment falls in Asia/Shanghai.
    pub fn of(ms: UnixMs) -> Self {
        let days = ms.saturating_add(SHANGHAI_OFFSET_MS).div_euclid(DAY_MS);
        Self(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The first millisecond of the day.
    pub fn starts_at(self) -> UnixMs {
        i64::from(self.0) * DAY_MS - SHANGHAI_OFFSET_MS
    }

    /// The day of a calendar date; `None` when there is no such date.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from_date)
    }

    /// The day of a chrono date.
    pub fn from_date(date: NaiveDate) -> Self {
        Self(date.num_days_from_ce() - EPOCH_FROM_CE)
    }

    /// The chrono date; days outside chrono's range are cut to its ends.
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0.saturating_add(EPOCH_FROM_CE)).unwrap_or(if self.0 < 0 {
            NaiveDate::MIN
        } else {
            NaiveDate::MAX
        })
    }

    /// The day so many days later (or earlier).
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

const EPOCH_FROM_CE: i32 = 719_163;

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

impl FromStr for Day {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let part = |from, until| text.get(from..until).and_then(digits);
        let dashes = matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _]);
        let (Some(year), Some(month), Some(day), true) = (part(0, 4), part(5, 7), part(8, 10), dashes) else {
            return Err(NotATime);
        };
        i32::try_from(year).ok().and_then(|year| Self::from_ymd(year, month, day)).ok_or(NotATime)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::parsed(deserializer)
    }
}

/// When something happened: an interval in Asia/Shanghai, to the minute, the end excluded.
///
/// A worker may know only "this morning"; then the interval is the morning.
/// Text: `2026-11-23T10:20/2026-11-23T10:50` (ISO 8601 interval, the offset +08:00 implied).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "export", derive(ts_rs::TS), ts(type = "string"))]
pub struct Happened {
    /// The first minute, as Unix milliseconds.
    pub from_ms: UnixMs,
    /// The minute after the last, as Unix milliseconds; never before `from_ms`.
    pub until_ms: UnixMs,
}

impl Happened {
    /// An interval; the ends are put in order and cut to the minute.
    pub fn new(one_ms: UnixMs, other_ms: UnixMs) -> Self {
        let minute = |ms: i64| ms.div_euclid(60_000) * 60_000;
        Self { from_ms: minute(one_ms.min(other_ms)), until_ms: minute(one_ms.max(other_ms)) }
    }

    /// The morning of a day: 00:00 to 12:00.
    pub fn morning(day: Day) -> Self {
        Self { from_ms: day.starts_at(), until_ms: day.starts_at() + DAY_MS / 2 }
    }

    /// The afternoon and evening of a day: 12:00 to 24:00.
    pub fn afternoon(day: Day) -> Self {
        Self { from_ms: day.starts_at() + DAY_MS / 2, until_ms: day.plus(1).starts_at() }
    }

    /// A whole day.
    pub fn whole(day: Day) -> Self {
        Self { from_ms: day.starts_at(), until_ms: day.plus(1).starts_at() }
    }

    /// The day on which it counts: the one in which it began.
    pub fn day(self) -> Day {
        Day::of(self.from_ms)
    }

    /// The last day that the interval touches.
    pub fn last_day(self) -> Day {
        Day::of((self.until_ms - 1).max(self.from_ms))
    }
}

fn minute_text(ms: UnixMs) -> String {
    let day = Day::of(ms);
    let minutes = (ms - day.starts_at()) / 60_000;
    format!("{day}T{:02}:{:02}", minutes / 60, minutes % 60)
}

fn minute_of(text: &str) -> Result<UnixMs, NotATime> {
    let (day, time) = text.split_once('T').ok_or(NotATime)?;
    let (hour, minute) = time.split_once(':').filter(|_| time.len() == 5).ok_or(NotATime)?;
    match (digits(hour), digits(minute)) {
        (Some(hour @ 0..24), Some(minute @ 0..60)) => {
            Ok(day.parse::<Day>()?.starts_at() + i64::from(hour * 60 + minute) * 60_000)
        }
        _ => Err(NotATime),
    }
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", minute_text(self.from_ms), minute_text(self.until_ms))
    }
}

impl FromStr for Happened {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (from, until) = text.split_once('/').ok_or(NotATime)?;
        let (from_ms, until_ms) = (minute_of(from)?, minute_of(until)?);
        if until_ms < from_ms {
            return Err(NotATime);
        }
        Ok(Self { from_ms, until_ms })
    }
}

impl Serialize for Happened {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Happened {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::parsed(deserializer)
    }
}

/// What the clocks said when a patch was made. A label: graded and shown, never obeyed.
///
/// JSON: `[wall_ms, up_ms, boot, county_ms, county_up_ms]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(from = "(i64, i64, u32, i64, i64)", into = "(i64, i64, u32, i64, i64)")]
pub struct Stamp {
    /// The device's wall clock, Unix milliseconds.
    pub wall_ms: UnixMs,
    /// Milliseconds since the device booted (its monotonic clock).
    pub up_ms: i64,
    /// Which boot `up_ms` belongs to.
    pub boot: u32,
    /// The last time heard from the county, Unix milliseconds; 0 when never.
    pub county_ms: UnixMs,
    /// The monotonic clock when `county_ms` was heard; of the same boot, else 0.
    pub county_up_ms: i64,
}

impl Stamp {
    /// The county's time at which the patch was made, if the same boot had heard from the county.
    pub fn corrected_ms(&self) -> Option<UnixMs> {
        let known = self.county_ms != 0 && self.county_up_ms != 0 && self.up_ms >= self.county_up_ms;
        known.then(|| self.county_ms + (self.up_ms - self.county_up_ms))
    }

    /// The best guess of when the patch was made.
    pub fn best_ms(&self) -> UnixMs {
        self.corrected_ms().unwrap_or(self.wall_ms)
    }
}

impl From<(i64, i64, u32, i64, i64)> for Stamp {
    fn from((wall_ms, up_ms, boot, county_ms, county_up_ms): (i64, i64, u32, i64, i64)) -> Self {
        Self { wall_ms, up_ms, boot, county_ms, county_up_ms }
    }
}

impl From<Stamp> for (i64, i64, u32, i64, i64) {
    fn from(stamp: Stamp) -> Self {
        (stamp.wall_ms, stamp.up_ms, stamp.boot, stamp.county_ms, stamp.county_up_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_shanghai() {
        let day: Day = "2026-11-23".parse().unwrap();
        assert_eq!(Day::of(day.starts_at()), day);
        assert_eq!(Day::of(day.starts_at() - 1), day.plus(-1));
        assert_eq!(day.to_string(), "2026-11-23");
        assert_eq!(Day::of(0), Day(0));
        assert!("2026-02-30".parse::<Day>().is_err());
        assert!("2026-2-3".parse::<Day>().is_err());
    }

    #[test]
    fn half_days_are_stored_as_the_interval_that_they_are() {
        let day: Day = "2026-11-23".parse().unwrap();
        let morning = Happened::morning(day);
        assert_eq!(morning.to_string(), "2026-11-23T00:00/2026-11-23T12:00");
        assert_eq!(morning.to_string().parse(), Ok(morning));
        assert_eq!(morning.last_day(), day);
        assert!("2026-11-23T12:00/2026-11-23T10:00".parse::<Happened>().is_err());
    }

    #[test]
    fn a_wrong_wall_clock_is_corrected_when_the_county_was_heard_in_this_boot() {
        let stamp = Stamp { wall_ms: 0, up_ms: 9_000, boot: 1, county_ms: 1_000_000, county_up_ms: 4_000 };
        assert_eq!(stamp.best_ms(), 1_005_000);
        assert_eq!(Stamp { up_ms: 1, ..stamp }.corrected_ms(), None, "another boot");
    }
}
