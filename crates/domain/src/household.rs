//! 户: a household, the unit of 低保 and of a home visit.

use crate::area::codes;
use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use serde::{Deserialize, Serialize};

/// A household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    /// The record.
    pub id: RecordId,
    /// The name of its head (户主), by which neighbours tell same-name homes apart.
    pub head_name: String,
    /// Its village; several while contested.
    pub villages: Vec<AreaCode>,
    /// The village group (小组).
    pub group: String,
    /// How to find the house.
    pub directions: String,
}

impl Household {
    /// Reads a household from its record.
    pub fn read(id: RecordId, head: &Head) -> Self {
        let text = |key| head.text(key).unwrap_or_default().to_owned();
        Self {
            id,
            head_name: text(keys::NAME),
            villages: codes(head, keys::VILLAGE),
            group: text(keys::GROUP),
            directions: text(keys::DIRECTIONS),
        }
    }
}
