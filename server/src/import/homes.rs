//! Which households the rows of a file speak of, where heads share a name.

use super::known::{HomeKey, Known};
use super::people::{HEAD, Row};
use domain::ids::AreaCode;
use std::collections::{BTreeMap, BTreeSet};

/// By what the household of a row is found.
pub(super) fn key_of(row: &Row) -> Option<HomeKey> {
    Some((row.village, row.group.clone().unwrap_or_default(), row.head.clone()?))
}

/// In which groups of a village the file has a head of a name.
pub(super) fn heads_of(rows: &[Row]) -> BTreeMap<(AreaCode, String), BTreeSet<String>> {
    let mut heads: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.relation.as_deref() == Some(HEAD)) {
        if let Some((village, group, head)) = key_of(row) {
            heads.entry((village, head)).or_default().insert(group);
        }
    }
    heads
}

/// The ID number of a row that is a head's own.
pub(super) fn own_number(row: &Row) -> Option<&str> {
    row.id_number.as_deref().filter(|_| row.relation.as_deref() == Some(HEAD))
}

/// Households of two heads of one name in one group, in the file or in the file and the register. Whoever lives with
/// which cannot be told.
pub(super) fn ambiguous(known: &Known, rows: &[Row]) -> BTreeSet<HomeKey> {
    let mut heads: BTreeMap<HomeKey, BTreeSet<Option<&str>>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.relation.as_deref() == Some(HEAD)) {
        let Some(key) = key_of(row) else { continue };
        let there = known.homes_at(row.village, row.group.as_deref(), &key.2);
        let all = heads.entry(key).or_default();
        all.insert(row.id_number.as_deref());
        if row.id_number.is_some() {
            all.extend(there.iter().filter_map(|home| known.number_of_head(*home)).map(Some));
        }
    }
    heads.into_iter().filter(|(_, ids)| ids.len() > 1).map(|(key, _)| key).collect()
}
