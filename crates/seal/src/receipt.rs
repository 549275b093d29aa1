//! The number of a receipt, made to be read out over the phone: "1123 0457 5".

use crate::digits;
use crate::error::SealError;
use std::fmt;
use std::str::FromStr;

/// The place in a [`SealError::Mistyped`].
pub const RECEIPT: &str = "receipt";

/// The largest counter of a day that a receipt can name.
pub const COUNTER_MAX: u32 = 999_999;

/// Month and day on which the county received something, the how-manieth of that day at the county,
/// and a check digit that notices a wrong digit or two exchanged ones.
///
/// The counter has four digits, or five or six where a busier county needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptDigits {
    month: u8,
    day: u8,
    counter: u32,
}

impl ReceiptDigits {
    /// The receipt number of a date and a counter; `None` when there is no such date in any year
    /// or the counter is above [`COUNTER_MAX`].
    pub fn new(month: u8, day: u8, counter: u32) -> Option<Self> {
        let days = match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        let fits = (1..=days).contains(&day) && counter <= COUNTER_MAX;
        fits.then_some(Self { month, day, counter })
    }

    /// The receipt number of the so-manieth item received on a day.
    pub fn of(day: domain::time::Day, counter: u32) -> Option<Self> {
        let date = day.to_string();
        let mut from_the_end = date.rsplit('-').map(str::parse);
        let (day, month) = (from_the_end.next()?.ok()?, from_the_end.next()?.ok()?);
        Self::new(month, day, counter)
    }

    /// Month and day.
    pub fn date(&self) -> (u8, u8) {
        (self.month, self.day)
    }

    /// The how-manieth of that day.
    pub fn counter(&self) -> u32 {
        self.counter
    }
}

impl fmt::Display for ReceiptDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, counter) = (format!("{:02}{:02}", self.month, self.day), format!("{:04}", self.counter));
        let all = digits::with_check(&format!("{date}{counter}"));
        write!(f, "{date} {counter} {}", all.chars().next_back().unwrap_or('0'))
    }
}

impl FromStr for ReceiptDigits {
    type Err = SealError;

    /// Reads what somebody typed from a screen or by ear; spaces do not matter.
    fn from_str(text: &str) -> Result<Self, SealError> {
        let read = || {
            let typed = digits::typed(text).filter(|typed| digits::check(typed))?;
            let (date, rest) = typed.split_at_checked(4)?;
            let (month, day) = date.split_at_checked(2)?;
            let counter = rest.get(..rest.len().checked_sub(1)?).filter(|counter| counter.len() >= 4)?;
            // Five or six digits never begin with zero: each receipt has one spelling.
            if counter.len() > 4 && counter.starts_with('0') {
                return None;
            }
            Self::new(month.parse().ok()?, day.parse().ok()?, counter.parse().ok()?)
        };
        read().ok_or(SealError::Mistyped { place: RECEIPT })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_reads_as_people_say_it() {
        let receipt = ReceiptDigits::new(11, 23, 457).unwrap();
        assert_eq!(receipt.to_string(), "1123 0457 5");
        assert_eq!("１１２３ 0457-5".parse(), Ok(receipt));
        let day = "2026-11-23".parse().unwrap();
        assert_eq!(ReceiptDigits::of(day, 457), Some(receipt));
    }

    #[test]
    fn what_is_no_receipt_is_refused() {
        for text in ["", "1123 0457", "1123 0457 2", "1213 0457 5", "abc", &digits::with_check("13320001")] {
            assert_eq!(text.parse::<ReceiptDigits>(), Err(SealError::Mistyped { place: RECEIPT }), "{text}");
        }
        assert!(digits::with_check("112300457").parse::<ReceiptDigits>().is_err(), "a second spelling");
        assert_eq!(ReceiptDigits::new(4, 31, 1), None);
        assert_eq!(ReceiptDigits::new(4, 30, COUNTER_MAX + 1), None);
    }

    proptest! {
        #[test]
        fn every_receipt_survives_being_read_out(month in 1_u8..=12, day in 1_u8..=28, counter in 0..=COUNTER_MAX) {
            let receipt = ReceiptDigits::new(month, day, counter).unwrap();
            prop_assert_eq!(receipt.to_string().parse(), Ok(receipt));
            prop_assert_eq!(receipt.to_string().replace(' ', "").parse(), Ok(receipt));
        }
    }
}
