//! The unit of change: an immutable patch in the log of one writer, and its body.
//!
//! The envelope ([`Patch`]) names only the hash of the body, so that a body can be erased
//! (个人信息保护法 第47条) while chains, signatures and receipts stay whole. The hash is salted:
//! nobody can find a erased value by trying.

use crate::canonical::{Hash, Transcript};
use crate::catalogue::RecordKind;
use crate::ids::{RecordId, WriterId};
use crate::log::{Dot, Vector};
use crate::time::Stamp;
use crate::value::{Origin, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A record by kind and id. The kind never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct RecordRef {
    /// What kind of record.
    pub kind: RecordKind,
    /// Which one.
    pub id: RecordId,
}

/// The envelope of one change to one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// The log it stands in.
    pub writer: WriterId,
    /// Its place in that log; dense, from 1.
    pub serial: u64,
    /// The hash of the entry before; [`Hash::ZERO`] for the first.
    pub prev: Hash,
    /// The record it changes.
    pub record: RecordRef,
    /// The record's vector as it was on the screen when the page was opened.
    pub seen: Vector,
    /// The form version under which a row of answers was given.
    pub form: Option<Hash>,
    /// The staff member who entered it (代记: not always the visitor).
    pub author: RecordId,
    /// What the clocks said.
    pub stamp: Stamp,
    /// The salted hash of the body.
    pub body_hash: Hash,
}

impl Patch {
    /// The entry's own hash, which the next entry names as `prev`.
    pub fn hash(&self) -> Hash {
        let mut transcript = Transcript::new("shanfang patch 1");
        transcript
            .number(self.writer.0)
            .number(self.serial)
            .hash(&self.prev)
            .number(self.record.kind.number())
            .bytes(&self.record.id.bytes());
        self.seen.digest(&mut transcript);
        transcript.number(u64::from(self.form.is_some())).hash(&self.form.unwrap_or(Hash::ZERO));
        let stamp = &self.stamp;
        transcript
            .bytes(&self.author.bytes())
            .signed(stamp.wall_ms)
            .signed(stamp.up_ms)
            .number(u64::from(stamp.boot))
            .signed(stamp.county_ms)
            .signed(stamp.county_up_ms)
            .hash(&self.body_hash)
            .finish()
    }

    /// Where it stands.
    pub fn dot(&self) -> Dot {
        Dot { writer: self.writer, serial: self.serial }
    }
}

/// What a patch sets, and what it was based on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Body {
    /// Fields by key. Unchanged values are not written.
    #[serde(rename = "s", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sets: BTreeMap<String, Value>,
    /// The answers of a form in the form's order; `null` where there is none.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub row: Vec<Value>,
    /// One letter of origin for each answer of the row; missing letters mean asked.
    #[serde(rename = "o", default, skip_serializing_if = "String::is_empty")]
    pub origins: String,
    /// Every outside value that the form's session read, so that the county can judge the same again.
    #[serde(rename = "g", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub given: BTreeMap<String, Value>,
    /// 8 random bytes.
    #[serde(rename = "n")]
    pub salt: Salt,
}

/// 8 random bytes as 16 hexadecimal digits.
pub type Salt = WriterId;

/// Before the path of a form's answer in a record's field key.
pub const ANSWER_PREFIX: &str = "a/";

/// Among what travels with a body: what it is issued again for, as `writer:serial:hash`, the latest first.
const AGAIN: &str = "again";

/// So many are named: a log seldom forks twice.
const AGAIN_MAX: usize = 4;

impl Body {
    /// Names what this is issued again for, before what that was issued again for itself.
    pub fn issue_again(&mut self, dot: Dot, hash: Hash) {
        let named = [(dot, hash)].into_iter().chain(self.issued_again()).take(AGAIN_MAX);
        let texts: Vec<_> =
            named.map(|(dot, hash)| format!("{}:{}:{hash}", dot.writer, dot.serial)).collect();
        self.given.insert(AGAIN.to_owned(), Value::text(texts.join(" ")));
    }

    /// What this is issued again for. What makes no sense is left out.
    pub fn issued_again(&self) -> Vec<(Dot, Hash)> {
        let place = |text: &str| {
            let (writer, rest) = text.split_once(':')?;
            let (serial, hash) = rest.split_once(':')?;
            let dot = Dot { writer: writer.parse().ok()?, serial: serial.parse().ok()? };
            Some((dot, hash.parse().ok()?))
        };
        let named = self.given.get(AGAIN).and_then(Value::as_text).unwrap_or_default();
        named.split(' ').filter_map(place).take(AGAIN_MAX).collect()
    }

    /// The salted hash that the envelope names.
    pub fn hash(&self) -> Hash {
        let mut transcript = Transcript::new("shanfang body 1");
        transcript.number(self.salt.0).number(self.sets.len() as u64);
        for (key, value) in &self.sets {
            value.digest(transcript.text(key));
        }
        transcript.number(self.row.len() as u64);
        for value in &self.row {
            value.digest(&mut transcript);
        }
        transcript.text(&self.origins).number(self.given.len() as u64);
        for (key, value) in &self.given {
            value.digest(transcript.text(key));
        }
        transcript.finish()
    }

    /// Every field that the body writes: the sets, then the answers of the row under `order`,
    /// the paths of the form's questions. An answer beyond the order is left out.
    pub fn writes<'a>(
        &'a self,
        order: &'a [String],
    ) -> impl Iterator<Item = (String, &'a Value, Origin)> + 'a {
        let sets = self.sets.iter().map(|(key, value)| (key.clone(), value, Origin::Asked));
        let mut letters = self.origins.chars();
        let answers = order.iter().zip(&self.row).filter_map(move |(path, value)| {
            let origin = letters.next().and_then(Origin::from_letter).unwrap_or_default();
            (!value.is_null()).then(|| (format!("{ANSWER_PREFIX}{path}"), value, origin))
        });
        sets.chain(answers)
    }
}

/// A patch with its body; the body is gone after an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The envelope.
    pub patch: Patch,
    /// What it sets; `None` once erased.
    pub body: Option<Body>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Body {
        Body {
            sets: BTreeMap::from([("met".into(), Value::from("self"))]),
            row: vec![Value::from("good"), Value::Null, Value::Int(3)],
            origins: "cap".into(),
            given: BTreeMap::new(),
            salt: WriterId(7),
        }
    }

    #[test]
    fn a_row_is_read_in_the_order_of_its_form() {
        let order = ["health/speech".into(), "health/walk".into(), "rooms".into()];
        let written: Vec<_> = body().writes(&order).map(|(k, v, o)| (k, v.clone(), o)).collect();
        assert_eq!(
            written,
            [
                ("met".to_owned(), Value::from("self"), Origin::Asked),
                ("a/health/speech".to_owned(), Value::from("good"), Origin::ConfirmedUnchanged),
                ("a/rooms".to_owned(), Value::Int(3), Origin::Prefilled),
            ]
        );
    }

    #[test]
    fn what_it_is_issued_again_for_is_named_the_latest_first() {
        let mut body = body();
        assert_eq!(body.issued_again(), []);
        let place = |serial| (Dot { writer: WriterId(5), serial }, Hash::of(b"entry"));
        for serial in 1..=6 {
            body.issue_again(place(serial).0, place(serial).1);
        }
        assert_eq!(body.issued_again(), [place(6), place(5), place(4), place(3)]);
        body.given.insert(AGAIN.to_owned(), "5:1 x 0000000000000005:1:soon".into());
        assert_eq!(body.issued_again(), []);
    }

    #[test]
    fn every_part_of_a_body_is_under_its_hash() {
        let hash = body().hash();
        assert_ne!(hash, Body { salt: WriterId(8), ..body() }.hash());
        assert_ne!(hash, Body { origins: "aaa".into(), ..body() }.hash());
        assert_ne!(hash, Body { row: vec![], ..body() }.hash());
        assert_ne!(hash, Body { sets: BTreeMap::new(), ..body() }.hash());
        let given = BTreeMap::from([("today".to_owned(), Value::Null)]);
        assert_ne!(hash, Body { given, ..body() }.hash());
    }
}
