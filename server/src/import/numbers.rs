//! 县内编号: a number for whom no document has one.

use domain::ids::AreaCode;
use std::collections::BTreeMap;

/// A county's number of somebody without documents: `Y`, the three digits of the township, a running number of
/// five, and a digit that checks them (Damm): Y10200001X read out over the telephone is noticed when it is wrong.
pub fn local_number(village: AreaCode, running: u32) -> String {
    numbered(&township_digits(village), running)
}

fn numbered(township: &str, running: u32) -> String {
    format!("Y{}", seal::digits::with_check(&format!("{township}{running:05}")))
}

fn township_digits(village: AreaCode) -> String {
    format!("{:03}", village.0 / 1_000 % 1_000)
}

/// Running numbers, township by township.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    last: BTreeMap<String, u32>,
    erased: u32,
}

impl Numbers {
    /// Goes on behind those that are or were given, and behind all that whoever was erased may have had of whom no
    /// erasure wrote down how far the numbers had come: above the others there are no more than so many.
    pub(super) fn after<'k>(given: impl Iterator<Item = &'k str>, erased: u32) -> Self {
        let mut numbers = Self { last: BTreeMap::new(), erased };
        for number in given {
            let parts = number.strip_prefix('Y').and_then(|rest| rest.split_at_checked(3));
            let Some((township, rest)) = parts else { continue };
            let running =
                rest.get(..rest.len().saturating_sub(1)).and_then(|digits| digits.parse::<u32>().ok());
            let last = numbers.last.entry(township.to_owned()).or_default();
            *last = (*last).max(running.unwrap_or(0));
        }
        for last in numbers.last.values_mut() {
            *last = last.saturating_add(erased);
        }
        numbers
    }

    /// How far they have come: the last of each township.
    pub(super) fn highest(&self) -> Vec<String> {
        self.last.iter().map(|(township, running)| numbered(township, *running)).collect()
    }

    /// The next of a village's township.
    pub(super) fn next(&mut self, village: AreaCode) -> String {
        let last = self.last.entry(township_digits(village)).or_insert(self.erased);
        *last += 1;
        local_number(village, *last)
    }
}
