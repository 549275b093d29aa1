//! Work that a phone issues again because its log forked: what the county keeps of the fork waits no more.

use super::needs::{HeldEntry, HistoryEntry, Waiting};
use super::prepared::{Decision, ends};
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::canonical::Hash;
use domain::catalogue::keys;
use domain::ids::DeviceId;
use domain::patch::{Body, Entry, RecordRef};

/// Ends the waiting of the forked entries that an entry is issued again for, if the same device brought
/// them in the same name. They stay forked.
pub(super) fn end_waiting(work: &mut Work<'_>, entry: &Entry, device: DeviceId) {
    for (dot, hash) in entry.body.iter().flat_map(Body::issued_again) {
        let place = (dot.writer, dot.serial);
        let loaded = work.loaded;
        let Some(found) = loaded.entries.get(&place) else {
            work.needs.entries.insert(place);
            continue;
        };
        let twin = |one: &HeldEntry| {
            let (patch, own) = (&one.entry.patch, &entry.patch);
            one.state == ItemState::Forked
                && one.device == Some(device)
                && (one.hash, patch.author, patch.record.kind) == (hash, own.author, own.record.kind)
        };
        let waits = found.iter().any(|one| matches!(one, Waiting::Entry(one) if twin(one)));
        if waits && !work.released.contains(&hash) {
            work.change_state(dot, hash, ItemState::Forked, None, None);
        }
    }
}

/// The decision of a reviewer on something that an entry is issued again for, if one stands. `None` while
/// something has to be loaded.
pub(super) fn decided(work: &mut Work<'_>, entry: &Entry) -> Option<Option<RecordRef>> {
    for (_, hash) in entry.body.iter().flat_map(Body::issued_again) {
        let decision = Decision::record(hash);
        let word = work.row(decision)?.and_then(|row| row.head.text(keys::VERDICT));
        if word.is_some_and(ends) {
            return Some(Some(decision));
        }
    }
    Some(None)
}

/// Whether a forked entry on which no decision stands any more has been issued again meanwhile: then it
/// waits no more, as it would not have when that came. `None` while something has to be loaded.
pub(super) fn was_issued(work: &mut Work<'_>, one: &HistoryEntry, hash: Hash) -> Option<bool> {
    let patch = &one.entry.patch;
    let twin = |other: &HeldEntry| {
        let own = &other.entry.patch;
        let named = other.entry.body.iter().flat_map(Body::issued_again).any(|(_, named)| named == hash);
        named
            && other.device == one.device
            && (own.author, own.record.kind) == (patch.author, patch.record.kind)
    };
    Some(work.loaded(Decision::record(hash))?.awaited.iter().any(twin))
}
