//! What a record is, after any set of patches has arrived: its standing writes, field by field.
//!
//! A write stands unless another write to that field had seen it. Several standing writes with
//! different values are *contested* (填写不一致): a value like any other, never an error.
//! `sync::merge` computes heads; everybody else only reads them.

use crate::canonical::{Hash, Transcript};
use crate::ids::{RecordId, WriterId};
use crate::log::{Dot, Vector};
use crate::patch::RecordRef;
use crate::time::UnixMs;
use crate::value::{Origin, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One write that nobody who saw it has replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Write {
    /// The log of the patch.
    pub writer: WriterId,
    /// The patch's place in it.
    pub serial: u64,
    /// Who wrote it.
    pub author: RecordId,
    /// When, as far as clocks can tell.
    pub at_ms: UnixMs,
    /// What.
    pub value: Value,
    /// Where the answer came from.
    pub origin: Origin,
}

impl Write {
    /// The patch it came with.
    pub fn dot(&self) -> Dot {
        Dot { writer: self.writer, serial: self.serial }
    }
}

/// A record as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// Which patches of which writers it has taken in.
    pub vector: Vector,
    /// Patches that were seen by an applied patch but are not taken in yet (only after a restore).
    #[serde(default, skip_serializing_if = "Vector::is_empty")]
    pub ahead: Vector,
    /// Standing writes by field, ordered by (writer, serial); never an empty list.
    pub fields: BTreeMap<String, Vec<Write>>,
}

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading<'a> {
    /// Nobody has written it.
    Absent,
    /// One value stands.
    Settled(&'a Value),
    /// Different values stand side by side.
    Contested(&'a [Write]),
}

impl Head {
    /// What a field says.
    pub fn read(&self, key: &str) -> Reading<'_> {
        let Some(writes) = self.fields.get(key) else { return Reading::Absent };
        let Some((first, others)) = writes.split_first() else { return Reading::Absent };
        if others.iter().all(|write| write.value == first.value) {
            Reading::Settled(&first.value)
        } else {
            Reading::Contested(writes)
        }
    }

    /// The settled value; `None` when absent, contested or null.
    pub fn value(&self, key: &str) -> Option<&Value> {
        match self.read(key) {
            Reading::Settled(value) if !value.is_null() => Some(value),
            _ => None,
        }
    }

    /// The settled text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key).and_then(Value::as_text)
    }

    /// The settled number.
    pub fn int(&self, key: &str) -> Option<i64> {
        self.value(key).and_then(Value::as_int)
    }

    /// Every value that stands in a field: one when settled, several when contested.
    pub fn values(&self, key: &str) -> impl Iterator<Item = &Value> {
        self.fields.get(key).into_iter().flatten().map(|write| &write.value).filter(|v| !v.is_null())
    }

    /// Keys of the fields on which values differ.
    pub fn contested(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().filter(|key| matches!(self.read(key), Reading::Contested(_))).map(String::as_str)
    }

    /// Fields whose key begins with the prefix, with the rest of the key.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [Write])> {
        self.fields
            .range(prefix.to_owned()..)
            .map_while(move |(key, writes)| key.strip_prefix(prefix).map(|rest| (rest, writes.as_slice())))
    }

    /// The author of the patch that made the record of this id, while anything of it stands, whatever the
    /// clocks say; else of the earliest standing write. For a visit: who recorded it.
    pub fn author(&self, id: RecordId) -> Option<RecordId> {
        let made = |write: &&Write| RecordId::derived(write.writer, write.serial) == id;
        let writes = self.fields.values().flatten();
        let maker = writes.clone().find(made).or_else(|| writes.min_by_key(|w| (w.at_ms, w.dot())));
        maker.map(|write| write.author)
    }

    /// This record's share of an area's digest: a hash of record and vector, as a number to be
    /// added without carry, so that the digest of an area changes by the difference only.
    pub fn digest(&self, record: RecordRef) -> u64 {
        let mut transcript = Transcript::new("shanfang record 1");
        transcript.number(record.kind.number()).bytes(&record.id.bytes());
        self.vector.digest(&mut transcript);
        let Hash(bytes) = transcript.finish();
        let (first, _) = bytes.split_at(8);
        let mut eight = [0_u8; 8];
        eight.copy_from_slice(first);
        u64::from_le_bytes(eight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(writer: u64, value: &str) -> Write {
        Write {
            writer: WriterId(writer),
            serial: 1,
            author: RecordId::named("staff", "杨洁"),
            at_ms: 0,
            value: value.into(),
            origin: Origin::Asked,
        }
    }

    #[test]
    fn who_made_a_record_is_its_author_whatever_the_clocks_say() {
        let (worker, reviewer) = (RecordId::named("staff", "杨洁"), RecordId::named("staff", "李审"));
        let id = RecordId::derived(WriterId(0x10), 1);
        let mut head = Head::default();
        // The phone's clock was ahead, and a field was settled at the desk.
        head.fields.insert("way".into(), vec![Write { at_ms: 9_000, ..write(0x10, "home") }]);
        let settled = Write { author: reviewer, at_ms: 1_000, ..write(0x20, "2026-11-08") };
        head.fields.insert("happened".into(), vec![settled]);
        assert_eq!(head.author(id), Some(worker));
        head.fields.remove("way");
        assert_eq!(head.author(id), Some(reviewer), "nothing of the maker's stands");
        assert_eq!(Head::default().author(id), None);
    }

    #[test]
    fn equal_values_are_not_contested() {
        let mut head = Head::default();
        head.fields.insert("phone".into(), vec![write(1, "1"), write(2, "1")]);
        assert_eq!(head.read("phone"), Reading::Settled(&Value::from("1")));
        head.fields.insert("phone".into(), vec![write(1, "1"), write(2, "2")]);
        assert_eq!(head.contested().collect::<Vec<_>>(), ["phone"]);
        assert_eq!(head.text("phone"), None);
        assert_eq!(head.values("phone").count(), 2);
    }

    #[test]
    fn a_prefix_lists_its_own_fields_only() {
        let mut head = Head::default();
        for key in ["category/DB/start", "category/TK/start", "categoryx", "name"] {
            head.fields.insert(key.into(), vec![write(1, "x")]);
        }
        let keys: Vec<_> = head.under("category/").map(|(rest, _)| rest).collect();
        assert_eq!(keys, ["DB/start", "TK/start"]);
    }
}
