//! Hashes over an unambiguous transcript, and JSON with one spelling only.
//!
//! Whatever is signed, chained or named by its hash goes through one of the two,
//! so that a phone and the county always hash the same bytes.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A BLAKE3 hash of 32 bytes. Written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash that stands before the first entry of a log.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of raw bytes, such as a form's canonical JSON.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The first 8 hexadecimal digits: enough to tell two forms apart in a message.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::text::write_hex::<64>(&self.0, f)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({})", self.short())
    }
}

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits")]
pub struct NotAHash;

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NotAHash);
        }
        let mut bytes = [0_u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |place: usize| {
                pair.get(place).and_then(|digit| char::from(*digit).to_digit(16)).ok_or(NotAHash)
            };
            *byte = u8::try_from(digit(0)? * 16 + digit(1)?).map_err(|_| NotAHash)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::parsed(deserializer)
    }
}

/// Hashes a sequence of typed, length-prefixed pieces under a label.
///
/// Two different sequences never feed the same bytes, so a value cannot be moved
/// from one field to its neighbour without changing the hash.
#[derive(Debug, Clone)]
pub struct Transcript(blake3::Hasher);

impl Transcript {
    /// Starts a transcript; the label keeps hashes of different purposes apart.
    pub fn new(label: &str) -> Self {
        let mut transcript = Self(blake3::Hasher::new());
        transcript.text(label);
        transcript
    }

    /// Adds a byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Adds an unsigned number.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// Adds a signed number.
    pub fn signed(&mut self, number: i64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// Adds another hash.
    pub fn hash(&mut self, hash: &Hash) -> &mut Self {
        self.0.update(&hash.0);
        self
    }

    /// The hash of everything added so far.
    pub fn finish(&self) -> Hash {
        Hash(*self.0.finalize().as_bytes())
    }
}

/// Serialises to JSON with keys sorted and no white space, so that equal values have equal bytes.
///
/// # Errors
/// When the value cannot be represented in JSON at all (a map with keys that are not text).
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    // serde_json::Value keeps objects in a BTreeMap, which sorts the keys.
    serde_json::to_value(value).map(|value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cannot_slide_between_fields() {
        let one = Transcript::new("t").text("ab").text("c").finish();
        let other = Transcript::new("t").text("a").text("bc").finish();
        assert_ne!(one, other);
    }

    #[test]
    fn a_hash_survives_its_own_text() {
        let hash = Hash::of("山访".as_bytes());
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!("xyz".parse::<Hash>(), Err(NotAHash));
    }

    #[test]
    fn canonical_json_sorts_keys() {
        let value = serde_json::json!({"b": 1, "a": {"d": 2, "c": "李"}});
        assert_eq!(canonical_json(&value).unwrap(), r#"{"a":{"c":"李","d":2},"b":1}"#);
    }
}
