//! What the seed hands out: records as plain sets of fields, the same that a patch would carry.

use domain::catalogue::RecordKind;
use domain::head::{Head, Write};
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::RecordRef;
use domain::time::Day;
use domain::value::{Origin, Value};
use std::collections::BTreeMap;

/// One record of the synthetic county, not yet a patch: whoever loads it gives it writer and serial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedRecord {
    /// Which record.
    pub record: RecordRef,
    /// Its fields, as in [`domain::patch::Body::sets`].
    pub sets: BTreeMap<String, Value>,
}

impl SeedRecord {
    /// A record without fields.
    pub fn new(kind: RecordKind, id: RecordId) -> Self {
        Self { record: RecordRef { kind, id }, sets: BTreeMap::new() }
    }

    /// With a field.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.sets.insert(key.to_owned(), value.into());
        self
    }

    /// With a field, if there is something to put in it.
    #[must_use]
    pub fn maybe(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// The record as it stands once loaded, for the domain's own readers. O(fields).
    pub fn head(&self) -> Head {
        let field = |(key, value): (&String, &Value)| {
            let write = Write {
                writer: WriterId(0),
                serial: 1,
                author: self.record.id,
                at_ms: 0,
                value: value.clone(),
                origin: Origin::Asked,
            };
            (key.clone(), vec![write])
        };
        Head { fields: self.sets.iter().map(field).collect(), ..Head::default() }
    }
}

/// A division's code as a field holds it.
pub(super) fn code(area: AreaCode) -> Value {
    Value::Int(i64::try_from(area.0).unwrap_or_default())
}

/// A day as a field holds it.
pub(super) fn date(day: Day) -> Value {
    Value::Text(day.to_string())
}

/// A list of codes as a field holds it.
pub(super) fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| (*item).to_owned()).collect())
}
