//! Numbers that look like a person's and can be nobody's.
//!
//! **公民身份号码.** The first six digits name a division of GB/T 2260. Its provinces are 11 to 82,
//! and 9 opens the cards of foreign permanent residents; no number ever issued begins with 0.
//! Ours begin with 002929, the county's own digits with 00 in place of Yunnan's 53: the date of birth
//! and the check character (GB 11643) are right, and no authority can have issued them.
//!
//! **Telephones.** Mobile networks have the numbers 13x to 19x (工业和信息化部, 公众移动通信网网号分配情况,
//! 2023年6月5日); 10x opens services, none of which has eleven digits. Ours begin with 107 and have eleven.

use super::dice::Dice;
use chrono::Datelike;
use domain::id_number::check_character;
use domain::time::Day;
use std::collections::BTreeMap;

/// The first six digits of every synthetic identity number: province 00 does not exist.
pub const REGION: &str = "002929";

/// The first three digits of every synthetic telephone: no mobile network has them.
pub const PHONE_PREFIX: &str = "107";

/// Hands out identity numbers, no number twice.
#[derive(Debug, Default)]
pub struct Registry(BTreeMap<(Day, bool), (u64, u64)>);

impl Registry {
    /// The next number of a day of birth and a sex (the 17th digit is odd for men). `None` after the
    /// 500th of one day and sex, as in life. O(log people).
    pub fn issue(&mut self, born: Day, male: bool, dice: &mut Dice) -> Option<String> {
        // Each day begins somewhere of its own, or all numbers would end nearly alike.
        let start = dice.below(500);
        let (first, issued) = self.0.entry((born, male)).or_insert((start, 0));
        let number = *issued;
        *issued += 1;
        let sequence = (*first + number) % 500 * 2 + u64::from(male);
        let date = born.date();
        let digits = format!("{REGION}{:04}{:02}{:02}{sequence:03}", date.year(), date.month(), date.day());
        (number < 500).then_some(())?;
        check_character(&digits).map(|check| format!("{digits}{check}"))
    }
}

/// A telephone that rings nowhere.
pub fn phone(dice: &mut Dice) -> String {
    format!("{PHONE_PREFIX}{:08}", dice.below(100_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id_number::{birth, is_valid};

    #[test]
    fn numbers_are_well_formed_distinct_and_of_no_province() {
        let (mut registry, mut dice) = (Registry::default(), Dice::new(3));
        let born: Day = "1949-10-01".parse().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let number = registry.issue(born, false, &mut dice).unwrap();
            assert!(is_valid(&number), "{number}");
            assert!(number.starts_with('0'), "GB/T 2260 has no province below 11");
            assert_eq!(birth(&number), Some(born));
            assert!(number.as_bytes()[16] % 2 == 0, "a woman's digit is even");
            assert!(seen.insert(number));
        }
        assert_eq!(registry.issue(born, false, &mut dice), None, "a day has 500 numbers for each sex");
        assert!(registry.issue(born, true, &mut dice).is_some());
    }

    #[test]
    fn telephones_have_eleven_digits_and_no_network() {
        let mut dice = Dice::new(3);
        for _ in 0..100 {
            let phone = phone(&mut dice);
            assert!(phone.len() == 11 && phone.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(!('3'..='9').contains(&phone.chars().nth(1).unwrap()));
        }
    }
}
