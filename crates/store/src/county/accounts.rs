//! Accounts of the desk, their sessions, and the access log.

use domain::canonical::Hash;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::time::UnixMs;

/// An account: a member of staff who may log in at the desk. Their roles give the rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub staff: RecordId,
    /// The log-in name; no other account has it.
    pub login: String,
    /// The stretched password, as `seal` writes it.
    pub password: String,
    /// Whether the password was given by somebody else, and must be changed first.
    pub first: bool,
    /// Whether nobody may log in with it.
    pub closed: bool,
    /// Since when it is there.
    pub made_ms: UnixMs,
}

/// A session of the desk as the county keeps it: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskSession {
    /// The hash of its token, by which it is found.
    pub token: Hash,
    /// Whose.
    pub staff: RecordId,
    /// Since when.
    pub begun_ms: UnixMs,
}

/// Somebody looked at, or carried away, what is not for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// When.
    pub at_ms: UnixMs,
    /// Who.
    pub staff: RecordId,
    /// What was done: a code.
    pub act: String,
    /// Of which record.
    pub record: Option<RecordRef>,
    /// Under which grant.
    pub grant: Option<RecordId>,
    /// Why, or of what: a code, an area, a device. Never a name.
    pub reason: String,
}
