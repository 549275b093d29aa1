//! How small things stand in columns.

use crate::codec::broken;
use domain::catalogue::RecordKind;
use domain::head::Head;
use domain::ids::{RecordId, WriterId};
use rusqlite::types::FromSqlError;
use store::StoreError;

/// The place of a sequence in the ledger: counties share the table, and each has 2^40 sequences.
pub(super) fn place(county: i64, seq: u64) -> i64 {
    (county << 40) + seq.min((1 << 40) - 1).cast_signed()
}

/// The sequence of a place in the ledger.
pub(super) fn seq_of(place: i64) -> u64 {
    (place & ((1 << 40) - 1)).cast_unsigned()
}

/// How many rows at most.
pub(super) fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A kind of record as a number.
pub(super) fn kind_number(kind: RecordKind) -> i64 {
    kind.number().cast_signed()
}

/// The kind of record of a number.
pub(super) fn kind_of(number: i64) -> Result<RecordKind, StoreError> {
    RecordKind::from_number(number.cast_unsigned()).ok_or_else(|| broken("a kind of a newer version"))
}

/// A column of an unexpected type.
pub(super) fn from_sql(error: FromSqlError) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// The place in a log from which an id is derived, if it is.
pub(super) fn derived_from(id: RecordId) -> Option<(WriterId, u64)> {
    let (high, low) = id.0.as_u64_pair();
    let writer = WriterId((high >> 16 << 16) | ((high & 0x0FFF) << 4) | ((low >> 58) & 0xF));
    let serial = low & ((1 << 58) - 1);
    (RecordId::derived(writer, serial) == id).then_some((writer, serial))
}

/// The person that a head names.
pub(super) fn named_subject(head: &Head) -> Option<RecordId> {
    head.text(domain::catalogue::keys::SUBJECT)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_id_tells_its_place_and_no_other_does() {
        for (writer, serial) in [(WriterId(u64::MAX), 1), (WriterId(0x0123_4567_89ab_cdef), (1 << 58) - 1)] {
            assert_eq!(derived_from(RecordId::derived(writer, serial)), Some((writer, serial)));
        }
        assert_eq!(derived_from(RecordId(uuid::Uuid::max())), None);
    }

    #[test]
    fn counties_do_not_share_places() {
        assert_eq!(place(0, 7), 7);
        assert_eq!(seq_of(place(3, 7)), 7);
        assert!(place(0, u64::MAX) < place(1, 0));
    }
}
