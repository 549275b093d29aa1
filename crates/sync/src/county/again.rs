//! Work that a phone issues again because its log forked: what the county keeps of the fork waits no more.

use super::needs::{HeldEntry, Waiting};
use super::prepared::{Decision, ends};
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::catalogue::keys;
use domain::ids::DeviceId;
use domain::patch::{Body, Entry};

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

/// Whether a reviewer has had the last word on something that an entry is issued again for. `None` while
/// something has to be loaded.
pub(super) fn decided(work: &mut Work<'_>, entry: &Entry) -> Option<bool> {
    let mut decided = false;
    for (_, hash) in entry.body.iter().flat_map(Body::issued_again) {
        let row = work.row(Decision::record(hash))?;
        let word = row.and_then(|row| row.head.text(keys::VERDICT));
        decided |= word.is_some_and(ends);
    }
    Some(decided)
}
