//! 公民身份号码: the check of GB 11643-1999. The first six digits are not held against today's
//! divisions (some are abolished). Sex is read from it only when somebody is entered: records are corrected.

use crate::time::Day;

/// Weights of the 17 digits before the check character.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder by 11.
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// The check character for 17 digits; `None` when they are not 17 digits.
pub fn check_character(digits: &str) -> Option<char> {
    if digits.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (digit, weight) in digits.chars().zip(WEIGHTS) {
        sum += digit.to_digit(10)? * weight;
    }
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// Whether an 18-character number is well formed: digits, an upper-case X at most at the end,
/// a date of birth that exists, and the right check character.
pub fn is_valid(number: &str) -> bool {
    let (Some(digits), Some(last)) = (number.get(..17), number.get(17..)) else { return false };
    birth(number).is_some() && check_character(digits).is_some_and(|check| last.chars().eq([check]))
}

/// The date of birth in the number.
pub fn birth(number: &str) -> Option<Day> {
    let part = |from: usize, until: usize| number.get(from..until)?.parse::<u32>().ok();
    Day::from_ymd(i32::try_from(part(6, 10)?).ok()?, part(10, 12)?, part(12, 14)?)
}

/// The sex in the number, as it is kept (GB/T 2261.1): the last digit but one, odd for men.
pub fn sex(number: &str) -> Option<&'static str> {
    let digit = number.chars().nth(16)?.to_digit(10)?;
    Some(if digit % 2 == 1 { "1" } else { "2" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_examples_are_valid() {
        assert!(is_valid("11010519491231002X"));
        assert!(is_valid("440524188001010014"));
        assert_eq!(birth("11010519491231002X"), Day::from_ymd(1949, 12, 31));
        assert_eq!(["11010519491231002X", "440524188001010014"].map(sex), [Some("2"), Some("1")]);
        assert_eq!(sex("1101"), None);
    }

    #[test]
    fn a_changed_digit_is_noticed() {
        for wrong in
            ["110105194912310021", "11010519491231002x", "1101051949123100", "乱", "110105194913310022"]
        {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }
}
