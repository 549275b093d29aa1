//! 紧急 on the wire, beside the log that carries it: what a locked phone writes, and who has read a report.

use domain::catalogue::keys;
use domain::ids::{DeviceId, RecordId};
use domain::time::{Stamp, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the sealed report of a locked phone is posted.
pub const URGENT_PATH: &str = "/urgent";

/// The most that a sealed report may take: three texts and what age adds.
pub const SEALED_BYTES_MAX: usize = 64 * 1024;

/// The fields that a report may set; whatever else stands in one is left out.
pub const REPORT_KEYS: [&str; 5] = [keys::SUBJECT, keys::NAME, keys::PLACE, keys::WORDS, keys::VILLAGE];

/// A report that was written while the phone was locked. Nobody has signed it: the keys are behind the lock. It is
/// sealed to the county and to the phone, which says the same in its log once it is unlocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedReport {
    /// The device that it says it comes from.
    pub device: DeviceId,
    /// The record that it becomes, drawn at random: the same in the log.
    pub record: RecordId,
    /// Its fields.
    pub sets: BTreeMap<String, Value>,
    /// The clocks when it was written.
    pub stamp: Stamp,
}

/// What is sealed. A line of the phone's journal is one too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The report; other lines have none.
    #[serde(rename = "locked", default, skip_serializing_if = "Option::is_none")]
    pub report: Option<LockedReport>,
}

/// Somebody at the county has read a report of this phone's holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrgentRead {
    /// The report.
    #[serde(rename = "r")]
    pub record: RecordId,
    /// Who, by name: its author may ring them.
    #[serde(rename = "n")]
    pub name: String,
    /// When, by the county's clock.
    #[serde(rename = "t")]
    pub at_ms: UnixMs,
}
