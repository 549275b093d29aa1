//! The directory: enrolment codes, enrolled devices, accounts of the desk and its access log. Not part
//! of any log: what is here concerns this county's installation, not the people it serves.

use super::{Access, Account, DeskSession};
use crate::StoreError;
use async_trait::async_trait;
use domain::canonical::Hash;
use domain::ids::{DeviceId, RecordId, WriterId};
use domain::patch::RecordRef;
use domain::time::{Day, UnixMs};
use std::collections::{BTreeMap, BTreeSet};
use sync::county::needs::{DeviceRow, DeviceState};

/// An enrolment code as the county keeps it: never the code itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolCode {
    /// The public part, by which it is found.
    pub lookup: String,
    /// What proves the secret part, as the county's keys have sealed it.
    pub sealed: Vec<u8>,
    /// For whom.
    pub staff: RecordId,
    /// Made at.
    pub made_ms: UnixMs,
    /// Good until.
    pub until_ms: UnixMs,
    /// Tries left.
    pub tries_left: u8,
    /// How far it is.
    pub state: EnrolState,
}

/// How far an enrolment code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrolState {
    /// It may be used.
    Open,
    /// It was used by this device key; the same key is answered the same again.
    Used {
        /// The device it became.
        device: DeviceId,
    },
    /// It was replaced by another, or mistyped too often.
    Cancelled,
}

/// An enrolled device as the county keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// What the plan knows of it.
    pub row: DeviceRow,
    /// Its public key, 32 bytes.
    pub key: Vec<u8>,
    /// Its certificate, as it was given out.
    pub certificate: String,
    /// Its recovery code (备用解锁码), as the county's keys have sealed it; empty when it was lost with
    /// the past of a county that was restored.
    pub recovery_sealed: Vec<u8>,
    /// When it was enrolled.
    pub enrolled_ms: UnixMs,
}

impl DeviceRecord {
    /// The row of a device that has just been enrolled.
    pub fn fresh_row(
        device: DeviceId,
        staff: RecordId,
        writers: BTreeSet<WriterId>,
        now_ms: UnixMs,
    ) -> DeviceRow {
        DeviceRow {
            device,
            staff,
            state: DeviceState::Active,
            number: 0,
            app: String::new(),
            waiting: 0,
            heard_ms: now_ms,
            writers,
        }
    }
}

/// Enrolment codes, devices, accounts and the access log.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Keeps a new code; open codes of the same member of staff are cancelled (one sheet at a time).
    ///
    /// # Errors
    /// As any writing.
    async fn put_code(&self, code: EnrolCode) -> Result<(), StoreError>;

    /// A code by its public part.
    ///
    /// # Errors
    /// As any reading.
    async fn code(&self, lookup: &str) -> Result<Option<EnrolCode>, StoreError>;

    /// Takes one try away; at none left the code is cancelled. Answers the tries left.
    ///
    /// # Errors
    /// As any writing.
    async fn wrong_try(&self, lookup: &str) -> Result<u8, StoreError>;

    /// Marks the code as used and keeps the device, in one transaction. `false` when the code was
    /// not open any more.
    ///
    /// # Errors
    /// As any writing.
    async fn enrol(&self, lookup: &str, device: DeviceRecord) -> Result<bool, StoreError>;

    /// Cancels every open code: in a county that was restored nobody knows which have been used since.
    ///
    /// # Errors
    /// As any writing.
    async fn cancel_codes(&self) -> Result<(), StoreError>;

    /// Takes back a device that was enrolled after the backup of which this county was restored. `false`
    /// when it is known: then it stays as it is.
    ///
    /// # Errors
    /// As any writing.
    async fn readmit(&self, device: DeviceRecord) -> Result<bool, StoreError>;

    /// Keeps another 备用解锁码 of a device, locked. `false` when there is no such device.
    ///
    /// # Errors
    /// As any writing.
    async fn set_recovery(&self, device: DeviceId, locked: Vec<u8>) -> Result<bool, StoreError>;

    /// A device.
    ///
    /// # Errors
    /// As any reading.
    async fn device(&self, device: DeviceId) -> Result<Option<DeviceRecord>, StoreError>;

    /// All devices, ascending.
    ///
    /// # Errors
    /// As any reading.
    async fn devices(&self) -> Result<Vec<DeviceRecord>, StoreError>;

    /// Changes, from a day on, whether a device may exchange. `false` when there is no such device.
    ///
    /// # Errors
    /// As any writing.
    async fn set_state(&self, device: DeviceId, state: DeviceState, day: Day) -> Result<bool, StoreError>;

    /// The states that devices had at the end of a day, so that figures of the past stay as they were;
    /// a device whose state had not been changed by then was active, and is left out.
    ///
    /// # Errors
    /// As any reading.
    async fn states(&self, as_of: Day) -> Result<BTreeMap<DeviceId, DeviceState>, StoreError>;

    /// Keeps an account in the place of the one that this member of staff had. `false`, and nothing is
    /// kept, when somebody else has the log-in name.
    ///
    /// # Errors
    /// As any writing.
    async fn put_account(&self, account: Account) -> Result<bool, StoreError>;

    /// An account by its log-in name.
    ///
    /// # Errors
    /// As any reading.
    async fn account(&self, login: &str) -> Result<Option<Account>, StoreError>;

    /// All accounts, ascending by log-in name.
    ///
    /// # Errors
    /// As any reading.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;

    /// Keeps a session.
    ///
    /// # Errors
    /// As any writing.
    async fn put_session(&self, session: DeskSession) -> Result<(), StoreError>;

    /// A session by the hash of its token.
    ///
    /// # Errors
    /// As any reading.
    async fn session(&self, token: Hash) -> Result<Option<DeskSession>, StoreError>;

    /// Ends a session.
    ///
    /// # Errors
    /// As any writing.
    async fn end_session(&self, token: Hash) -> Result<(), StoreError>;

    /// Ends the sessions of a member of staff but for one, and everybody's that began before a time.
    ///
    /// # Errors
    /// As any writing.
    async fn end_sessions(
        &self,
        staff: RecordId,
        but: Option<Hash>,
        before_ms: UnixMs,
    ) -> Result<(), StoreError>;

    /// Writes a line of the access log; answers its number when it is on disk. Lines are never removed.
    ///
    /// # Errors
    /// As any writing.
    async fn log_access(&self, access: Access) -> Result<u64, StoreError>;

    /// Lines of the access log before a number, the latest first, at most so many.
    ///
    /// # Errors
    /// As any reading.
    async fn accesses(&self, before: Option<u64>, count: usize) -> Result<Vec<(u64, Access)>, StoreError>;

    /// Lines whose reason is this, and those of this record; the latest first, at most so many. O(lines).
    ///
    /// # Errors
    /// As any reading.
    async fn accesses_of(
        &self,
        reason: &str,
        record: RecordRef,
        count: usize,
    ) -> Result<Vec<(u64, Access)>, StoreError>;
}
