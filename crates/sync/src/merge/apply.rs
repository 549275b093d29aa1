//! The incremental form of `settle`: one patch at a time, cost by the patch and not by the history.

use super::settle::Item;
use domain::head::Head;

/// What became of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The head has taken the patch in, or had it already.
    Done,
    /// The patch was seen by one that arrived before it (only after a restore): the head is
    /// unchanged, and has to be settled from all patches of the record.
    SettleAll,
}

/// Takes one patch into a head. Equals `settle` over the set, as long as the patches of one writer
/// arrive in their order (what is held back keeps its place). O(fields of the patch × log fields).
pub fn apply(head: &mut Head, item: Item<'_>) -> Applied {
    let dot = item.patch.dot();
    if head.vector.covers(dot) {
        return Applied::Done;
    }
    if head.ahead.covers(dot) {
        return Applied::SettleAll;
    }
    for (key, write) in item.writes() {
        let standing = head.fields.entry(key).or_default();
        standing.retain(|other| !item.patch.seen.covers(other.dot()));
        let place = standing.partition_point(|other| other.dot() < dot);
        standing.insert(place, write);
    }
    head.vector.raise(dot);
    for seen in item.settles() {
        if !head.vector.covers(seen) {
            head.ahead.raise(seen);
        }
    }
    // What has arrived since is no longer ahead.
    let Head { vector, ahead, .. } = head;
    ahead.0.retain(|writer, serial| vector.get(*writer) < *serial);
    Applied::Done
}

/// A phone's own view: the county's head with own patches that it does not cover yet.
/// The own patches come in the order of their log.
pub fn overlay<'a>(county: &Head, own: impl IntoIterator<Item = Item<'a>>) -> Head {
    let mut head = county.clone();
    // After a restore the county's head may be behind what an own patch had seen; the view then
    // simply shows the own value beside the county's.
    head.ahead = domain::log::Vector::default();
    for item in own {
        apply(&mut head, item);
        head.ahead = domain::log::Vector::default();
    }
    head
}
