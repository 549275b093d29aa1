//! What an expression works with: text, number, truth, and dates, which XPath 1.0 lacks and ODK has.
//!
//! Choices (JavaRosa's conversions, `XPathFuncExpr`):
//! - An unanswered or not relevant question is the empty text.
//! - Text to number: trimmed, `,` read as `.`, digits, `-` and `.` only; anything else is not a number.
//! - A date to number: whole days since 1970-01-01; to text `YYYY-MM-DD`; a moment likewise, without its time.
//! - Number to truth: neither 0 nor not-a-number. Text to truth: not empty, so `'false'` is true.
//! - Number to text: plain notation, where JavaRosa switches to `1.0E7` notation for large fractions.

use crate::value::{plain_number, whole};
use domain::time::{Day, UnixMs};
use std::borrow::Cow;

/// The value of an expression, borrowing from answers and form where it can.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Datum<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Truth(bool),
    Day(Day),
    /// A moment, as `now()` gives it.
    Moment(UnixMs),
    /// The codes of a multiple choice; as text they are joined by spaces.
    Chosen(&'a [String]),
}

impl<'a> Datum<'a> {
    pub const EMPTY: Datum<'static> = Datum::Text(Cow::Borrowed(""));

    pub fn borrowed(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => Cow::Owned(plain_number(number)),
            Self::Truth(true) => Cow::Borrowed("true"),
            Self::Truth(false) => Cow::Borrowed("false"),
            Self::Day(day) => Cow::Owned(day.to_string()),
            Self::Moment(ms) => Cow::Owned(Day::of(ms).to_string()),
            Self::Chosen([one]) => Cow::Borrowed(one),
            Self::Chosen(codes) => Cow::Owned(codes.join(" ")),
        }
    }

    pub fn to_number(&self) -> f64 {
        match self {
            Self::Text(text) => number_of(text),
            Self::Number(number) => *number,
            Self::Truth(truth) => f64::from(u8::from(*truth)),
            Self::Day(day) => f64::from(day.0),
            Self::Moment(ms) => f64::from(Day::of(*ms).0),
            Self::Chosen([one]) => number_of(one),
            Self::Chosen(_) => f64::NAN,
        }
    }

    pub fn to_truth(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => number.abs() > EPSILON,
            Self::Truth(truth) => *truth,
            Self::Day(_) | Self::Moment(_) => true,
            Self::Chosen(codes) => !codes.is_empty(),
        }
    }

    /// Empty text or not a number: what `coalesce` passes over.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Number(number) => number.is_nan(),
            Self::Chosen(codes) => codes.is_empty(),
            Self::Truth(_) | Self::Day(_) | Self::Moment(_) => false,
        }
    }

    /// `=`: as truths if either is one, else as numbers if either is one, else as texts.
    ///
    /// Two answers of text questions are therefore compared as texts: `'1' = '1.0'` is false.
    pub fn equals(self, other: Self) -> bool {
        match (&self, &other) {
            (Self::Truth(_), _) | (_, Self::Truth(_)) => self.to_truth() == other.to_truth(),
            (Self::Number(_), _) | (_, Self::Number(_)) => {
                (self.to_number() - other.to_number()).abs() < EPSILON
            }
            _ => self.into_text() == other.into_text(),
        }
    }
}

/// JavaRosa takes numbers that are nearer than this for equal.
pub(crate) const EPSILON: f64 = 1.0e-12;

fn number_of(text: &str) -> f64 {
    let text = text.trim();
    let plain = text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b',' | b'0'..=b'9'));
    if !plain {
        return f64::NAN;
    }
    // An answered integer or code is the common case and needs no copy.
    let parsed = if text.contains(',') { text.replace(',', ".").parse() } else { text.parse() };
    parsed.unwrap_or(f64::NAN)
}

/// A number cut towards zero to a whole one, if it is finite and in the range of an answer.
pub(crate) fn whole_of(datum: &Datum<'_>) -> Option<i64> {
    whole(datum.to_number().trunc())
}
