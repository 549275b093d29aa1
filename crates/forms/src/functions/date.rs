//! Dates and moments, in Asia/Shanghai.
//!
//! Choices: what is not a date gives the empty text (JavaRosa stops the whole form). `today() + 7` is a
//! number of days since 1970, `date(today() + 7)` the date. `decimal-date-time` counts from 1970 in UTC,
//! so a date alone ends in `.6666…` (its midnight in Shanghai). Names of months and days are Chinese on
//! every phone, because a calculated text must not depend on the reader's language.

use super::{Function, row};
use crate::expr::datum::Datum;
use crate::expr::eval::{Code, Evaluated, Exhausted, Scope};
use crate::value::moment_of;
use chrono::{Datelike, Months, NaiveDate};
use domain::time::{Day, UnixMs};
use std::fmt::Write;

pub(super) static TABLE: &[Function] = &[
    row("date", 1, 1, date),
    row("date-time", 1, 1, date_time),
    row("decimal-date-time", 1, 1, decimal_date_time),
    row("decimal-time", 1, 1, decimal_time),
    row("format-date", 2, 2, format_date),
    row("format-date-time", 2, 2, format_date),
    row("difference-in-months", 2, 2, |scope, args| difference(scope, args, months_between)),
    row("difference-in-days", 2, 2, |scope, args| difference(scope, args, |one, two| two.0 - one.0)),
];

const DAY_MS: f64 = 86_400_000.0;

/// The moment that a value means: a date, a moment, a text of either, or days since 1970.
fn moment(datum: Datum<'_>) -> Option<UnixMs> {
    match datum {
        Datum::Day(day) => Some(day.starts_at()),
        Datum::Moment(ms) => Some(ms),
        Datum::Number(days) if days.abs() < f64::from(i32::MAX) =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "2^31 days in milliseconds fit")]
            Some((days * DAY_MS) as i64)
        }
        Datum::Text(text) => moment_of(&text),
        Datum::Number(_) | Datum::Truth(_) | Datum::Chosen(_) => None,
    }
}

/// The day that a value means; a number is whole days since 1970 in local time.
fn day(datum: Datum<'_>) -> Option<Day> {
    match datum {
        Datum::Day(day) => Some(day),
        Datum::Number(_) => {
            crate::expr::datum::whole_of(&datum).and_then(|days| i32::try_from(days).ok()).map(Day)
        }
        other => moment(other).map(Day::of),
    }
}

fn only<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    match args {
        [value, ..] => scope.value(value),
        [] => Ok(Datum::EMPTY),
    }
}

fn date<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    Ok(day(only(scope, args)?).map_or(Datum::EMPTY, Datum::Day))
}

fn date_time<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    Ok(moment(only(scope, args)?).map_or(Datum::EMPTY, Datum::Moment))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of our centuries are exact in a double")]
fn decimal_date_time<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let value = only(scope, args)?;
    if let Datum::Number(days) = value {
        return Ok(Datum::Number(days));
    }
    Ok(moment(value).map_or(Datum::EMPTY, |ms| Datum::Number(ms as f64 / DAY_MS)))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a day are exact in a double")]
fn decimal_time<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let ms = moment(only(scope, args)?);
    Ok(ms.map_or(Datum::EMPTY, |ms| Datum::Number((ms - Day::of(ms).starts_at()) as f64 / DAY_MS)))
}

fn difference<'a>(scope: &Scope<'a>, args: &'a [Code], between: fn(Day, Day) -> i32) -> Evaluated<'a> {
    let [one, two] = args else { return Ok(Datum::EMPTY) };
    let days: (Option<Day>, Option<Day>) = (day(scope.value(one)?), day(scope.value(two)?));
    Ok(match days {
        (Some(one), Some(two)) => Datum::Number(f64::from(between(one, two))),
        _ => Datum::EMPTY,
    })
}

/// Whole months from one day to another, negative when the second is earlier. A month that is too
/// short ends on its last day: from 31 January to 28 February is one month (as CHT counts).
fn months_between(one: Day, two: Day) -> i32 {
    if two < one {
        return -months_between(two, one);
    }
    let (from, to) = (one.date(), two.date());
    let months = (to.year() - from.year()) * 12 + month(to) - month(from);
    let reached = from.checked_add_months(Months::new(months.unsigned_abs()));
    if reached.is_some_and(|reached| reached > to) { months - 1 } else { months }
}

fn month(date: NaiveDate) -> i32 {
    i32::try_from(date.month()).unwrap_or(0)
}

const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// `format-date(x, format)`: `%Y %y %m %n %b %B %d %e %a %A %H %h %M %S %3` and `%%`; others stand as written.
fn format_date<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [value, format] = args else { return Ok(Datum::EMPTY) };
    let Some(ms) = moment_or_day(scope, value)? else { return Ok(Datum::EMPTY) };
    let format = scope.text(format)?;
    let day = Day::of(ms);
    let (date, within) = (day.date(), ms - day.starts_at());
    let mut out = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let written = match letters.next() {
            Some('Y') => write!(out, "{:04}", date.year()),
            Some('y') => write!(out, "{:02}", date.year().rem_euclid(100)),
            Some('m') => write!(out, "{:02}", date.month()),
            Some('n') => write!(out, "{}", date.month()),
            Some('b' | 'B') => write!(out, "{}月", date.month()),
            Some('d') => write!(out, "{:02}", date.day()),
            Some('e') => write!(out, "{}", date.day()),
            Some('a') => write!(out, "周{}", weekday(date)),
            Some('A') => write!(out, "星期{}", weekday(date)),
            Some('H') => write!(out, "{:02}", within / 3_600_000),
            Some('h') => write!(out, "{}", within / 3_600_000),
            Some('M') => write!(out, "{:02}", within / 60_000 % 60),
            Some('S') => write!(out, "{:02}", within / 1000 % 60),
            Some('3') => write!(out, "{:03}", within % 1000),
            Some('%') | None => out.write_char('%'),
            Some(other) => write!(out, "%{other}"),
        };
        // Writing into a text cannot fail.
        debug_assert!(written.is_ok());
    }
    scope.made(out)
}

fn moment_or_day<'a>(scope: &Scope<'a>, code: &'a Code) -> Result<Option<UnixMs>, Exhausted> {
    let value = scope.value(code)?;
    Ok(match value {
        // A number is a day of local time, as `date` reads it.
        Datum::Number(_) => day(value).map(Day::starts_at),
        other => moment(other),
    })
}

fn weekday(date: NaiveDate) -> &'static str {
    let from_monday = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0);
    WEEKDAYS.get(from_monday).copied().unwrap_or_default()
}
