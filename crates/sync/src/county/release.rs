//! Entries that were held take their place when what they waited for has come.

use super::judge;
use super::needs::{HeldEntry, WaitsFor};
use super::work::Work;
use domain::catalogue::{RecordKind, keys};
use domain::patch::RecordRef;

/// Releases whatever can be released, until nothing changes. O(entries released × their fields).
pub(super) fn settle_waiting(work: &mut Work<'_>) {
    while let Some(record) = work.arrived.pop() {
        let mut candidates = waiting_for(work, record);
        // Within a log, in the order of the log: a later one may wait for an earlier one.
        candidates.sort_by_key(|one| one.entry.patch.dot());
        candidates.dedup_by_key(|one| one.hash);
        for one in candidates {
            if !work.released.contains(&one.hash) {
                judge::rejudge(work, &one);
            }
        }
    }
}

fn waiting_for(work: &mut Work<'_>, record: RecordRef) -> Vec<HeldEntry> {
    let Some(found) = work.loaded(record) else { return Vec::new() };
    let mut candidates: Vec<HeldEntry> = found.awaited.clone();
    candidates.extend(found.held.iter().filter(|one| one.waits_for == WaitsFor::Held).cloned());
    if record.kind == RecordKind::Form {
        candidates.extend(waiting_for_form(work, record));
    }
    // What this plan itself holds. The list is short: entries held in one request.
    let own: Vec<HeldEntry> = work
        .held
        .values()
        .flatten()
        .filter(|one| match one.waits_for {
            WaitsFor::Held => one.entry.patch.record == record,
            WaitsFor::Record(needed) => needed == record,
            WaitsFor::Form(_) => record.kind == RecordKind::Form,
            WaitsFor::Earlier | WaitsFor::Reviewer => false,
        })
        .cloned()
        .collect();
    candidates.extend(own);
    candidates
}

fn waiting_for_form(work: &mut Work<'_>, record: RecordRef) -> Vec<HeldEntry> {
    let hash = work.head(RecordKind::Form, record.id).and_then(|head| head.text(keys::HASH)?.parse().ok());
    let Some(hash) = hash else { return Vec::new() };
    let loaded = work.loaded;
    if let Some(waiting) = loaded.forms.get(&hash) {
        return waiting.clone();
    }
    work.needs.forms.insert(hash);
    Vec::new()
}
