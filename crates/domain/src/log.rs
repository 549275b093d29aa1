//! Positions in writers' logs: dots, vectors and marks.

use crate::canonical::{Hash, Transcript};
use crate::ids::WriterId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One entry of one log: writer and serial. Serials are dense and begin at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Dot {
    /// The log.
    pub writer: WriterId,
    /// The place in it.
    pub serial: u64,
}

/// For each writer the last serial that a record has taken in. An absent writer means 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct Vector(pub BTreeMap<WriterId, u64>);

impl Vector {
    /// The vector with a single entry.
    pub fn of(dot: Dot) -> Self {
        Self(BTreeMap::from([(dot.writer, dot.serial)]))
    }

    /// The serial reached for a writer.
    pub fn get(&self, writer: WriterId) -> u64 {
        self.0.get(&writer).copied().unwrap_or(0)
    }

    /// Whether the vector has taken in this entry.
    pub fn covers(&self, dot: Dot) -> bool {
        self.get(dot.writer) >= dot.serial
    }

    /// Whether everything in `other` is taken in here too.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.iter().all(|(writer, serial)| self.get(*writer) >= *serial)
    }

    /// Takes in one entry.
    pub fn raise(&mut self, dot: Dot) {
        let reached = self.0.entry(dot.writer).or_insert(0);
        *reached = (*reached).max(dot.serial);
    }

    /// Takes in all that the other has.
    pub fn join(&mut self, other: &Self) {
        for (writer, serial) in &other.0 {
            self.raise(Dot { writer: *writer, serial: *serial });
        }
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the vector to a hash.
    pub fn digest(&self, transcript: &mut Transcript) {
        transcript.number(self.0.len() as u64);
        for (writer, serial) in &self.0 {
            transcript.number(writer.0).number(*serial);
        }
    }
}

impl FromIterator<(WriterId, u64)> for Vector {
    fn from_iter<T: IntoIterator<Item = (WriterId, u64)>>(entries: T) -> Self {
        let mut vector = Self::default();
        for (writer, serial) in entries {
            vector.raise(Dot { writer, serial });
        }
        vector
    }
}

/// The end of the prefix of a log that somebody holds: the high-water mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The last serial held; 0 when nothing is.
    pub serial: u64,
    /// The hash of the entry with that serial; [`Hash::ZERO`] when nothing is held.
    pub hash: Hash,
}

impl Mark {
    /// The mark of a log of which nothing is held.
    pub const NONE: Self = Self { serial: 0, hash: Hash::ZERO };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_contains_what_it_joined() {
        let mut left: Vector = [(WriterId(1), 3), (WriterId(2), 1)].into_iter().collect();
        let right: Vector = [(WriterId(1), 2), (WriterId(3), 4)].into_iter().collect();
        assert!(!left.contains(&right));
        left.join(&right);
        assert!(left.contains(&right));
        assert_eq!(left.get(WriterId(1)), 3);
    }
}
