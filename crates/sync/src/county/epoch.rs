//! Whether a phone and the county share a past.

use super::needs::{CountyState, FormerEpoch};
use super::outcome::Plan;
use super::prepared::{Exchange, OwnPatch, OwnRecord};
use super::work::Work;
use domain::catalogue::RecordKind;
use domain::ids::WriterId;
use domain::log::Vector;
use domain::patch::Body;
use domain::reference::Reference;
use domain::time::{Day, Stamp};
use std::collections::BTreeMap;

/// Holds the phone's cursor against the ledger. A hash that does not fit means that the county was
/// restored, or its files copied: it takes a new writer, and the phone reads its feeds from 0.
pub(super) fn check(work: &mut Work<'_>, exchange: &Exchange) {
    let Some(cursor) = exchange.cursor else { return };
    let county = work.loaded.county;
    let until = if cursor.epoch == county.epoch {
        Some(county.seq)
    } else {
        work.loaded.former.iter().find(|former| former.writer == cursor.epoch).map(|one| one.until_seq)
    };
    let fits = match until {
        Some(until) if cursor.seq <= until => match work.loaded.ledger_hash.get(&cursor.seq) {
            Some(hash) => *hash == Some(cursor.hash),
            None => {
                work.needs.ledger_hash.insert(cursor.seq);
                return;
            }
        },
        _ => false,
    };
    if fits {
        return;
    }
    work.plan.positions_reset = true;
    if cursor.epoch == county.epoch {
        let today = Day::of(work.prepared.now_ms);
        begin(&mut work.plan, &mut work.county, work.prepared.spare_writer, today);
    }
}

/// Receipts after a restore are numbered from here, because those lost with the past are on paper
/// and in phones: a county gives far fewer in a day.
const RECEIPTS_AFTER_RESTORE: u32 = 5_000;

fn begin(plan: &mut Plan, county: &mut CountyState, writer: WriterId, today: Day) {
    county.receipt_day = county.receipt_day.max(today);
    county.receipt_number = county.receipt_number.max(RECEIPTS_AFTER_RESTORE);
    plan.former = Some(FormerEpoch { writer: county.epoch, until_seq: county.seq });
    county.epoch = writer;
}

/// Standing writes of a former county writer that the county does not have any more, offered by a
/// phone out of its heads: taken back as patches of the new writer, beside what stands now.
pub(super) fn recover(work: &mut Work<'_>, exchange: &Exchange) -> Vec<OwnPatch> {
    let mut patches = Vec::new();
    for (record, offered) in &exchange.recovered {
        // A phone's word gives nobody rights: rules, staff and grants come back from the backup only.
        let rights =
            matches!(record.kind, RecordKind::Grant | RecordKind::Closing | RecordKind::FormAssignment);
        if rights || Reference::holds(record.kind) {
            continue;
        }
        let Some(row) = work.row(*record) else { continue };
        let now = row.map(|row| row.head.clone()).unwrap_or_default();
        for (key, writes) in &offered.fields {
            for write in writes {
                let here = now.fields.get(key).is_some_and(|all| all.iter().any(|w| w.value == write.value));
                let lost = !now.vector.covers(write.dot()) && !here;
                let county = work.loaded.former.iter().any(|one| one.writer == write.writer)
                    || write.writer == work.loaded.county.epoch;
                if lost && county {
                    patches.push(OwnPatch {
                        record: OwnRecord::Known(*record),
                        form: None,
                        body: Body {
                            sets: BTreeMap::from([(key.clone(), write.value.clone())]),
                            // The write's own place: nothing secret, and different for each.
                            salt: WriterId(write.writer.0 ^ write.serial),
                            ..Body::default()
                        },
                        seen: Some(Vector::default()),
                        author: write.author,
                        stamp: Stamp { wall_ms: write.at_ms, ..Stamp::default() },
                    });
                }
            }
        }
    }
    patches
}
