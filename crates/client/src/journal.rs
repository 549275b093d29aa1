//! Lines of the journal: own entries, sealed to this phone and to the county, written before the
//! database. Whoever has neither key reads nothing; a county can read what a destroyed phone kept.

use crate::ports::{Journal, JournalLine};
use crate::tell::OrTell;
use domain::ids::{RecordId, WriterId};
use domain::patch::Entry;
use domain::problem::Problem;
use seal::age_seal::{self, SealIdentity, SealRecipient};
use seal::vault::VaultKeys;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::phone::LogRow;
use sync::wire::limits::PATCH_BYTES_MAX;
use sync::wire::urgent::LockedReport;

/// The most that one line may hold once opened: a visit with all its parts.
const LINE_BYTES_MAX: usize = 64 * PATCH_BYTES_MAX;

/// What one act wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The entries, in the order of their logs.
    pub entries: Vec<Entry>,
    /// The visit that they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<RecordId>,
    /// The draft that is finished with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
    /// The log whose entries behind a serial stand here again; there they count no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<(WriterId, u64)>,
    /// What was reported while the phone was locked: it has no entry yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<LockedReport>,
}

impl Line {
    /// The rows of the entries; the draft is named by the one that made the visit.
    pub(crate) fn rows(&self) -> Vec<LogRow> {
        let row = |entry: &Entry| {
            let made = self.visit == Some(entry.patch.record.id);
            let draft = self.draft.clone().filter(|_| made);
            LogRow::new(entry.clone(), self.visit, draft)
        };
        self.entries.iter().map(row).collect()
    }

    /// The rows of several lines, each act once: of what was issued again only where it stands last.
    pub(crate) fn rows_of(lines: &[Self]) -> Vec<LogRow> {
        let to = |line: &Self| line.entries.first().map(|entry| entry.patch.writer);
        let again: BTreeMap<(WriterId, u64), Option<WriterId>> =
            lines.iter().filter_map(|line| line.again.map(|place| (place, to(line)))).collect();
        let last = |line: &&Self| line.again.is_none_or(|place| again.get(&place) == Some(&to(line)));
        let stands = |row: &LogRow| {
            let patch = &row.entry.patch;
            let first = again.range((patch.writer, 0)..=(patch.writer, u64::MAX)).next();
            first.is_none_or(|((_, shared), _)| patch.serial <= *shared)
        };
        lines.iter().filter(last).flat_map(Self::rows).filter(stands).collect()
    }

    /// Seals the line and appends it. Answers the place after it.
    ///
    /// # Errors
    /// As any file.
    pub(crate) fn append(
        &self,
        journal: &mut dyn Journal,
        keys: &VaultKeys,
        county: &SealRecipient,
    ) -> Result<u64, Problem> {
        journal.append(&self.seal(keys, county)?).or_tell()
    }

    /// The sealed line.
    ///
    /// # Errors
    /// None in practice.
    pub(crate) fn seal(&self, keys: &VaultKeys, county: &SealRecipient) -> Result<Vec<u8>, Problem> {
        let own = SealIdentity::from_bytes(keys.journal.expose()).or_tell()?.recipient();
        self.seal_to(own, county.clone())
    }

    /// The line sealed to this phone and to the county, which takes nothing that is behind the lock.
    ///
    /// # Errors
    /// None in practice.
    pub(crate) fn seal_to(&self, own: SealRecipient, county: SealRecipient) -> Result<Vec<u8>, Problem> {
        let plain = serde_json::to_vec(self).or_tell()?;
        age_seal::seal(&[own, county], &plain).or_tell()
    }

    /// Opens a line of this phone's journal.
    ///
    /// # Errors
    /// When it is another phone's, or damaged.
    pub(crate) fn open(line: &JournalLine, keys: &VaultKeys) -> Result<Self, Problem> {
        let own = SealIdentity::from_bytes(keys.journal.expose()).or_tell()?;
        let plain = age_seal::open(&[own], &line.bytes, LINE_BYTES_MAX).or_tell()?;
        serde_json::from_slice(&plain).or_tell()
    }
}
