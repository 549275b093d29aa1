//! The ledger's chain, and every record settled anew from its patches.

use super::{Finding, Listener, Progress, ROWS, Step, records};
use crate::StoreError;
use crate::county::{HistoryItem, Ledger, LedgerEntry, Reports};
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::head::Head;
use domain::patch::RecordRef;
use domain::reference::Reference;
use std::collections::BTreeSet;
use sync::county::outcome::ledger_hash;
use sync::merge::{Item, counted, settle};
use sync::wire::receipt::ItemState;

pub(super) async fn check(
    ledger: &dyn Ledger,
    reports: &dyn Reports,
    listener: &mut Listener<'_>,
) -> Result<Vec<Finding>, StoreError> {
    let (mut findings, mut expected) = chain(ledger, Progress::begin(Step::Ledger, listener)).await?;
    let (_, _, reference, _) = ledger.standing_now().await?;
    let mut progress = Progress::begin(Step::Records, listener);
    for kind in RecordKind::ALL {
        let mut after = None;
        while let Some((last, page)) = records(ledger, *kind, after).await? {
            after = Some(last);
            progress.more(page.len());
            for (record, row) in page {
                expected.remove(&record);
                if settled(&reference, &reports.history(record).await?) != *row.head {
                    findings.push(Finding::Head(record));
                }
            }
        }
    }
    findings.extend(expected.into_iter().map(Finding::RecordMissing));
    Ok(findings)
}

/// Walks the chain, and collects the records that must be there.
async fn chain(
    ledger: &dyn Ledger,
    mut progress: Progress<'_, '_>,
) -> Result<(Vec<Finding>, BTreeSet<RecordRef>), StoreError> {
    let mut findings = Vec::new();
    let mut expected = BTreeSet::new();
    let (mut seq, mut hash) = (0, Hash::ZERO);
    let (county, ..) = ledger.standing_now().await?;
    loop {
        let rows = ledger.ledger_after(seq, ROWS).await?;
        for row in &rows {
            if row.seq <= seq || row.ledger_hash != ledger_hash(&hash, row.seq, &row.hash) {
                findings.push(Finding::LedgerHash { seq: row.seq });
            }
            if !whole(row) {
                findings.push(Finding::EntryHash { seq: row.seq });
            }
            (seq, hash) = (row.seq, row.ledger_hash);
            if let Some(entry) = row.entry.as_ref().filter(|_| settles(row.state)) {
                expected.insert(entry.patch.record);
            }
        }
        if rows.is_empty() {
            break;
        }
        progress.more(rows.len());
    }
    if county.hash != hash || county.seq < seq {
        findings.push(Finding::CountyPlace);
    }
    Ok((findings, expected))
}

/// Whether entries of a state are part of their record, with their writes or passed over.
fn settles(state: ItemState) -> bool {
    matches!(state, ItemState::Applied | ItemState::Dismissed | ItemState::Erased)
}

fn whole(row: &LedgerEntry) -> bool {
    row.entry.as_ref().is_none_or(|entry| {
        let body = entry.body.as_ref();
        // What its phone has erased may wait, or be dismissed, as an envelope.
        let kept = body.map_or(row.state != ItemState::Applied, |body| body.hash() == entry.patch.body_hash);
        entry.patch.hash() == row.hash && kept
    })
}

/// What a record is after its patches.
fn settled(reference: &Reference, history: &[HistoryItem]) -> Head {
    settle(history.iter().filter(|one| settles(one.state)).map(|one| Item {
        patch: &one.entry.patch,
        body: counted(one.state, one.entry.body.as_ref()),
        order: reference.order(one.entry.patch.form).unwrap_or(&[]),
    }))
}
