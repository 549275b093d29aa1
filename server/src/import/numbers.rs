//! 县内编号: a number for whom no document has one.

use domain::ids::AreaCode;
use std::collections::BTreeMap;

/// A county's number of somebody without documents: `Y`, the three digits of the township, a running number of
/// five, and a digit that checks them (Damm): Y10200001X read out over the telephone is noticed when it is wrong.
pub fn local_number(village: AreaCode, running: u32) -> String {
    format!("Y{}", seal::digits::with_check(&format!("{}{running:05}", township_digits(village))))
}

fn township_digits(village: AreaCode) -> String {
    format!("{:03}", village.0 / 1_000 % 1_000)
}

/// Running numbers, township by township.
#[derive(Debug, Default)]
pub(super) struct Numbers(BTreeMap<String, u32>);

impl Numbers {
    /// Goes on behind those that are given.
    pub(super) fn after<'k>(given: impl Iterator<Item = &'k str>) -> Self {
        let mut numbers = Self::default();
        for number in given {
            let parts = number.strip_prefix('Y').and_then(|rest| rest.split_at_checked(3));
            let Some((township, rest)) = parts else { continue };
            let running =
                rest.get(..rest.len().saturating_sub(1)).and_then(|digits| digits.parse::<u32>().ok());
            let last = numbers.0.entry(township.to_owned()).or_default();
            *last = (*last).max(running.unwrap_or(0));
        }
        numbers
    }

    /// The next of a village's township.
    pub(super) fn next(&mut self, village: AreaCode) -> String {
        let last = self.0.entry(township_digits(village)).or_default();
        *last += 1;
        local_number(village, *last)
    }
}
