//! What the county says of what it has on disk. Signed once a reply; kept by the phone as proof.

use domain::canonical::Hash;
use domain::ids::{AreaCode, DeviceId, WriterId};
use domain::log::Mark;
use domain::problem::Problem;
use domain::time::UnixMs;
use serde::{Deserialize, Serialize};

/// The state of one item at the county. All occupy their serial; only applied ones settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Taken into the record.
    Applied,
    /// Waits for something that is still to come: an earlier item, its subject, its form.
    Awaiting,
    /// Waits for a reviewer, with a reason.
    SetAside,
    /// A reviewer decided that it does not count.
    Dismissed,
    /// It stands beyond a fork of its log.
    Forked,
    /// Its content was erased by law; the envelope stays.
    Erased,
}

impl ItemState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Applied, Self::Awaiting, Self::SetAside, Self::Dismissed, Self::Forked, Self::Erased];

    /// The number under which it is stored.
    pub fn number(self) -> u8 {
        match self {
            Self::Applied => 0,
            Self::Awaiting => 1,
            Self::SetAside => 2,
            Self::Dismissed => 3,
            Self::Forked => 4,
            Self::Erased => 5,
        }
    }

    /// The code in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Awaiting => "awaiting",
            Self::SetAside => "set_aside",
            Self::Dismissed => "dismissed",
            Self::Forked => "forked",
            Self::Erased => "erased",
        }
    }

    /// The words on the screen, Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Applied => "已收下",
            Self::Awaiting => "等还没到的内容",
            Self::SetAside => "待处理",
            Self::Dismissed => "没有采用",
            Self::Forked => "记录接不上",
            Self::Erased => "已依法删除",
        }
    }

    /// The words on the screen, English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Applied => "taken in",
            Self::Awaiting => "waits for something to come",
            Self::SetAside => "waits for a reviewer",
            Self::Dismissed => "not adopted",
            Self::Forked => "does not join its log",
            Self::Erased => "erased by law",
        }
    }

    /// The state of a number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// Whether it holds back later patches of the same record and writer.
    pub fn holds_back(self) -> bool {
        matches!(self, Self::Awaiting | Self::SetAside)
    }
}

/// What became of one item, said only when it is not simply applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemOutcome {
    /// The log.
    #[serde(rename = "w")]
    pub writer: WriterId,
    /// The place in it.
    #[serde(rename = "s")]
    pub serial: u64,
    /// Its state.
    #[serde(rename = "t")]
    pub state: ItemState,
    /// Why.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// The human receipt of one visit: a number that can be read out over the telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitReceipt(
    /// The log of the visit's first patch: its position in the statement's marks.
    pub u16,
    /// The serial of that patch.
    pub u64,
    /// The county's day on which it was stored, as days since 1970-01-01.
    pub i32,
    /// Its number on that day, from 1.
    pub u32,
);

/// What the county signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The county.
    pub county: AreaCode,
    /// To whom.
    pub device: DeviceId,
    /// The exchange number it answers.
    pub number: u64,
    /// The county's writer: its epoch.
    pub epoch: WriterId,
    /// The county's sequence when it was signed.
    pub seq: u64,
    /// The hash of the county's ledger at that sequence.
    pub hash: Hash,
    /// The county's time.
    pub at_ms: UnixMs,
    /// How much of each of the device's logs is on the county's disk.
    pub marks: Vec<(WriterId, Mark)>,
    /// Items that are not simply applied: of this request, and whatever changed since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<ItemOutcome>,
    /// Receipts of visits in this request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitReceipt>,
    /// Logs that forked, with the last serial that both sides share: the phone takes a new writer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forks: Vec<(WriterId, u64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_written_by_their_codes_and_stored_by_their_numbers() {
        for state in ItemState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.code());
            assert_eq!(ItemState::from_number(state.number()), Some(state));
        }
    }
}
