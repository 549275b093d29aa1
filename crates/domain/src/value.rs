//! What a field can hold, and where an answer came from.

use crate::canonical::Transcript;
use crate::ids::AreaCode;
use serde::de::{Error, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// The value of one field. JSON: `null`, a boolean, an integer, a text, or a list of codes.
///
/// Dates are texts `YYYY-MM-DD`, decimals are texts in plain notation (`-12.50`), so that
/// no value depends on a floating-point implementation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Default)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Value {
    /// Deliberately empty: a write like any other.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number, between -2^53 and 2^53 so that JavaScript reads it exactly.
    Int(i64),
    /// A text, a choice's code, a date, a decimal.
    Text(String),
    /// The chosen codes of a multiple choice, in the form's order.
    List(Vec<String>),
}

/// The largest magnitude of an integer value (2^53 - 1, what JSON readers share).
pub const INT_MAX: i64 = 9_007_199_254_740_991;

impl Value {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The code of an area, if this can be one.
    pub fn as_area(&self) -> Option<AreaCode> {
        self.as_int().and_then(|code| u64::try_from(code).ok()).map(AreaCode)
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// Whether there is nothing in it.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Adds the value, with its type, to a hash.
    pub fn digest(&self, transcript: &mut Transcript) {
        match self {
            Self::Null => transcript.number(0),
            Self::Bool(truth) => transcript.number(1 + u64::from(*truth)),
            Self::Int(number) => transcript.number(3).signed(*number),
            Self::Text(text) => transcript.number(4).text(text),
            Self::List(items) => {
                transcript.number(5).number(items.len() as u64);
                for item in items {
                    transcript.text(item);
                }
                transcript
            }
        };
    }
}

/// By hand, because it is read more often than anything else: the derived reader of an untagged enum
/// tries one kind after the other and writes an error for each that it was not.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

/// Reads a [`Value`], whatever kind it is.
#[derive(Debug, Clone, Copy)]
pub struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, an integer, a text or a list of texts")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        let wrong = |_| E::invalid_value(Unexpected::Unsigned(number), &self);
        i64::try_from(number).map(Value::Int).map_err(wrong)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

/// Where an answer came from (`field.md` of the project's model: every answer says it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The worker asked, or saw, and entered it now.
    #[default]
    Asked,
    /// The form filled it in from what was known.
    Prefilled,
    /// The worker said 没变化 to a whole section; the last answer is this visit's own.
    ConfirmedUnchanged,
}

impl Origin {
    /// Every one of them.
    pub const ALL: &'static [Self] = &[Self::Asked, Self::Prefilled, Self::ConfirmedUnchanged];

    /// The code in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Prefilled => "prefilled",
            Self::ConfirmedUnchanged => "confirmed_unchanged",
        }
    }

    /// The word on the screen, Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Asked => "当面问的",
            Self::Prefilled => "预先填好",
            Self::ConfirmedUnchanged => "没变化",
        }
    }

    /// The word on the screen, English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Prefilled => "prefilled",
            Self::ConfirmedUnchanged => "unchanged",
        }
    }

    /// One letter, as used in a row of answers.
    pub fn letter(self) -> char {
        match self {
            Self::Asked => 'a',
            Self::Prefilled => 'p',
            Self::ConfirmedUnchanged => 'c',
        }
    }

    /// The origin for a letter; `None` for a letter of a newer version.
    pub fn from_letter(letter: char) -> Option<Self> {
        match letter {
            'a' => Some(Self::Asked),
            'p' => Some(Self::Prefilled),
            'c' => Some(Self::ConfirmedUnchanged),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_by_their_codes() {
        for origin in Origin::ALL {
            assert_eq!(serde_json::to_value(origin).unwrap(), origin.code());
            assert_eq!(Origin::from_letter(origin.letter()), Some(*origin));
        }
    }

    #[test]
    fn values_are_plain_json() {
        let list = Value::List(vec!["DB".into()]);
        let values = [Value::Null, true.into(), 7.into(), "七".into(), list];
        let json = serde_json::to_string(&values).unwrap();
        assert_eq!(json, r#"[null,true,7,"七",["DB"]]"#);
        assert_eq!(serde_json::from_str::<[Value; 5]>(&json).unwrap(), values);
        for wrong in ["1.5", "9223372036854775808", "{}", "[1]", r#"["a",null]"#] {
            assert!(serde_json::from_str::<Value>(wrong).is_err(), "{wrong}");
        }
    }
}
