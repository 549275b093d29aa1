//! What is written as a text in JSON: read without an allocation, and hexadecimal digits.

use serde::Deserializer;
use serde::de::{Error, Visitor};
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

/// Reads a text and parses it where it stands.
///
/// # Errors
/// When it is no text, or the text does not parse; the message is that of the parser.
pub fn parsed<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    struct Text<T>(PhantomData<T>);

    impl<T: FromStr<Err: Display>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}

/// Writes bytes as lower-case hexadecimal digits, `N` at most.
pub(crate) fn write_hex<const N: usize>(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
    let mut text = [0; N];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        if let [high, low] = pair {
            (*high, *low) = (digit(byte >> 4), digit(byte & 15));
        }
    }
    f.write_str(std::str::from_utf8(&text).unwrap_or_default())
}

/// A decimal number of digits alone, as many as there are; `None` when anything else is in it.
pub(crate) fn digits(text: &str) -> Option<u32> {
    let digit = |number: u32, byte: u8| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'));
    let short = (1..=9).contains(&text.len());
    short.then(|| text.bytes().try_fold(0, digit)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_digits_alone() {
        assert_eq!(digits("0042"), Some(42));
        assert_eq!(digits("999999999"), Some(999_999_999));
        for wrong in ["", "+1", "-1", " 1", "1234567890", "一"] {
            assert_eq!(digits(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_text_is_parsed_also_when_it_is_escaped() {
        let read = |json: &str| parsed::<crate::time::Day, _>(&mut serde_json::Deserializer::from_str(json));
        assert_eq!(read(r#""2026-11-23""#).unwrap().to_string(), "2026-11-23");
        assert_eq!(read(r#""2026-11-\u00323""#).unwrap().to_string(), "2026-11-23");
        assert!(read("7").is_err() && read(r#""x""#).is_err());
    }
}
