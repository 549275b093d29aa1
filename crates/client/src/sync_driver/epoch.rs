//! A county that was restored: it has a new writer, and may have lost what this phone still has.
//!
//! The phone reads its feeds again from 0. What the county's former writers had written, and the new
//! county does not show when all is read, is offered back to it out of the phone's heads.

use crate::app::{Open, setting};
use crate::tell::OrTell;
use domain::head::{Head, Write};
use domain::ids::WriterId;
use domain::patch::RecordRef;
use domain::problem::Problem;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::phone::Batch;
use sync::wire::heads::{HeadTables, estimate};

/// Records looked at in one go.
const SLICE: usize = 500;

/// How far the giving back is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub(super) enum Recovery {
    /// The feeds are being read again.
    Reading,
    /// What is left is offered.
    Offering,
}

/// The setting of it.
const RECOVERY: &str = "recovery";

impl Open {
    pub(super) fn recovery(&self) -> Result<Option<Recovery>, Problem> {
        self.stored(RECOVERY)
    }

    /// Keeps what the county's writers had written, of every record, before it is read anew.
    /// Once per restored county; linear in the records of this phone.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn keep_for_recovery(&self, batch: &mut Batch, new: WriterId) -> Result<(), Problem> {
        let mut epochs = self.epochs()?;
        // The county may be restored once more before everything was given back.
        let mut before: BTreeMap<RecordRef, Head> =
            self.store.recover(usize::MAX).or_tell()?.into_iter().collect();
        let mut after = None;
        loop {
            let rows = self.store.records_after(after, SLICE).or_tell()?;
            let Some(last) = rows.last() else { break };
            after = Some(last.record);
            for row in &rows {
                let kept = row.county.as_ref().map(|head| only_of(head, &epochs));
                let kept = match (kept, before.remove(&row.record)) {
                    (Some(kept), Some(before)) => Some(both(kept, before)),
                    (kept, before) => kept.or(before),
                };
                batch
                    .recover
                    .extend(kept.filter(|head| !head.fields.is_empty()).map(|head| (row.record, head)));
            }
        }
        epochs.insert(new);
        batch.settings.insert(setting::EPOCHS.to_owned(), Some(serde_json::to_string(&epochs).or_tell()?));
        batch
            .settings
            .insert(RECOVERY.to_owned(), Some(serde_json::to_string(&Recovery::Reading).or_tell()?));
        Ok(())
    }

    /// Every writer that the county is known to have had.
    pub(super) fn epochs(&self) -> Result<BTreeSet<WriterId>, Problem> {
        Ok(self.stored(setting::EPOCHS)?.unwrap_or_default())
    }

    /// Once all is read again: lets go what the county shows, and says whether anything is left.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn trim_recovery(&mut self) -> Result<bool, Problem> {
        let mut batch = Batch::default();
        let mut left = false;
        for (record, kept) in self.store.recover(usize::MAX).or_tell()? {
            let row = self.store.record(record).or_tell()?;
            let now = row.and_then(|row| row.county).unwrap_or_default();
            let missing = missing_in(&kept, &now);
            if missing.fields.is_empty() {
                batch.recovered.push(record);
            } else {
                left = true;
                batch.recover.push((record, missing));
            }
        }
        let next = left.then_some(Recovery::Offering);
        let text = next.map(|next| serde_json::to_string(&next).or_tell()).transpose()?;
        batch.settings.insert(RECOVERY.to_owned(), text);
        self.store.apply(&batch).or_tell()?;
        Ok(left)
    }
}

/// What is offered in the next request, within so many bytes; when nothing else goes, at least one record.
/// A large one never stands in the way of a visit.
pub(super) fn offer(
    open: &Open,
    bytes_max: usize,
    alone: bool,
) -> Result<Option<(HeadTables, Vec<RecordRef>)>, Problem> {
    if open.recovery()? != Some(Recovery::Offering) {
        return Ok(None);
    }
    let mut bytes = 0;
    let kept = open.store.recover(SLICE).or_tell()?;
    let fits = kept.iter().enumerate().take_while(|(place, (_, head))| {
        bytes += estimate(head);
        (alone && *place == 0) || bytes <= bytes_max
    });
    let chosen: Vec<&(RecordRef, Head)> = fits.map(|(_, one)| one).collect();
    let records: Vec<RecordRef> = chosen.iter().map(|(record, _)| *record).collect();
    let tables = HeadTables::encode(chosen.into_iter().map(|(record, head)| (*record, head)));
    Ok((!records.is_empty()).then_some((tables, records)))
}

/// The setting after an offer was taken: gone when nothing is left.
pub(super) fn offered(open: &Open, taken: &[RecordRef], batch: &mut Batch) -> Result<bool, Problem> {
    if taken.is_empty() {
        return Ok(open.recovery()? == Some(Recovery::Offering));
    }
    batch.recovered.extend(taken);
    let more = open.store.recover(taken.len() + 1).or_tell()?.len() > taken.len();
    if !more {
        batch.settings.insert(RECOVERY.to_owned(), None);
    }
    Ok(more)
}

/// All writes of two heads.
fn both(mut head: Head, other: Head) -> Head {
    for (key, writes) in other.fields {
        let standing = head.fields.entry(key).or_default();
        let more: Vec<Write> = writes.into_iter().filter(|write| !standing.contains(write)).collect();
        standing.extend(more);
        standing.sort_unstable_by_key(Write::dot);
    }
    head
}

/// The writes of these writers alone.
fn only_of(head: &Head, writers: &BTreeSet<WriterId>) -> Head {
    let mut kept = head.clone();
    kept.fields.values_mut().for_each(|writes| writes.retain(|write| writers.contains(&write.writer)));
    kept.fields.retain(|_, writes| !writes.is_empty());
    kept
}

/// The fields with a write that another head does not have; with all that stands in them, so that the county
/// sees what the missing write had seen and what it had not. Whether something of the same field had seen it
/// since, only the county can say: a head knows that of the record as a whole.
fn missing_in(kept: &Head, now: &Head) -> Head {
    let missing = |write: &Write| !now.vector.covers(write.dot());
    let mut left = kept.clone();
    left.fields.retain(|_, writes| writes.iter().any(missing));
    left
}
