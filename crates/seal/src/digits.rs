//! Digits that people copy from paper or read out over the phone.
//!
//! The last digit checks the others by Damm's method (H. M. Damm, 2004): it notices every single
//! wrong digit and every exchange of two neighbours, which are the mistakes that people make, and
//! needs no letter. What cannot be noticed by a check digit is noticed by what the digits open.

/// Damm's totally anti-symmetric quasigroup of order 10.
const TABLE: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// The digits with their check digit appended. Anything but digits is not counted.
pub fn with_check(digits: &str) -> String {
    format!("{digits}{}", interim(digits))
}

/// Whether the last digit checks the others.
pub fn check(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && interim(digits) == 0
}

fn interim(digits: &str) -> u8 {
    digits.chars().filter_map(|c| c.to_digit(10)).fold(0, |interim, digit| {
        let row = TABLE.get(usize::from(interim));
        row.and_then(|row| row.get(digit as usize)).copied().unwrap_or(0)
    })
}

/// What a person typed, as plain digits: spaces and dashes are dropped, and the full-width digits
/// of a Chinese keyboard are taken as what they mean. `None` when there is anything else.
pub fn typed(text: &str) -> Option<String> {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '–' | '—' | '·'))
        .map(|c| match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
            _ => None,
        })
        .collect()
}

/// Digits in groups of four, as they stand on paper.
pub fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 5 / 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_published_example_checks() {
        assert_eq!(with_check("572"), "5724");
        assert!(check("5724") && !check("5742") && !check("") && !check("57 24"));
    }

    #[test]
    fn typing_habits_are_understood() {
        assert_eq!(typed(" 1234-５６７８　90\n"), Some("1234567890".into()));
        assert_eq!(typed("12O4"), None);
        assert_eq!(grouped("1234567890"), "1234 5678 90");
    }

    proptest! {
        #[test]
        fn every_wrong_digit_and_every_exchange_of_neighbours_is_noticed(
            digits in "[0-9]{3,19}",
            at in any::<proptest::sample::Index>(),
            other in 0_u8..10,
        ) {
            let right = with_check(&digits).into_bytes();
            prop_assert!(check(std::str::from_utf8(&right).unwrap()));
            let mut wrong = right.clone();
            let place = at.index(right.len());
            wrong[place] = b'0' + other;
            let mut swapped = right.clone();
            let place = at.index(right.len() - 1);
            swapped.swap(place, place + 1);
            for text in [wrong, swapped] {
                prop_assert_eq!(check(std::str::from_utf8(&text).unwrap()), text == right);
            }
        }
    }
}
