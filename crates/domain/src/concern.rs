//! 发现的问题: what was found and has to be seen to.

use crate::area::date;
use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::RecordId;
use crate::time::Day;
use serde::{Deserialize, Serialize};

crate::staff::codes! {
    /// What kind of thing was found.
    ConcernKind {
        House "house" "房屋" "house";
        Utilities "utilities" "用电用火用水" "electricity, fire, water";
        Medical "medical" "看病吃药" "medical care";
        Livelihood "livelihood" "生活困难" "livelihood";
        Care "care" "照料" "care";
        School "school" "上学" "school";
        Guardianship "guardianship" "监护" "guardianship";
        Papers "papers" "户口证件" "registration and papers";
        Other "other" "其他" "other";
    }
}

crate::staff::codes! {
    /// How far it has been seen to.
    ConcernState {
        Open "open" "待处理" "open";
        InHand "in_hand" "处理中" "in hand";
        Solved "solved" "已解决" "solved";
        Unsolvable "unsolvable" "解决不了" "cannot be solved";
    }
}

crate::staff::codes! {
    /// What a later visit says of it (上次发现的，现在).
    ConcernNow {
        Solved "solved" "解决了" "solved";
        Same "same" "还没有" "not yet";
        Worse "worse" "更严重" "worse";
    }
}

impl ConcernState {
    /// 办结: whether nothing more is to come of it.
    pub fn settled(self) -> bool {
        matches!(self, Self::Solved | Self::Unsolvable)
    }
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concern {
    /// The record.
    pub id: RecordId,
    /// The person it is about.
    pub subject: Option<RecordId>,
    /// The part in which it was found.
    pub part: Option<RecordId>,
    /// What kind; a code of a newer version reads as other.
    pub kind: ConcernKind,
    /// In words.
    pub words: String,
    /// How far it is; contested reads as open.
    pub state: ConcernState,
    /// The township's answer.
    pub reply: Option<String>,
    /// Who sees to it.
    pub handler: Option<String>,
    /// By when.
    pub due: Option<Day>,
    /// What a later visit said of it.
    pub now: Option<ConcernNow>,
}

impl Concern {
    /// Reads a concern from its record.
    pub fn read(id: RecordId, head: &Head) -> Self {
        let record = |key| head.text(key).and_then(|text| text.parse().ok());
        Self {
            id,
            subject: record(keys::SUBJECT),
            part: record(keys::PART),
            kind: head.text(keys::KIND).and_then(ConcernKind::from_code).unwrap_or(ConcernKind::Other),
            words: head.text(keys::WORDS).unwrap_or_default().to_owned(),
            state: head.text(keys::STATE).and_then(ConcernState::from_code).unwrap_or(ConcernState::Open),
            reply: head.text(keys::REPLY).map(str::to_owned),
            handler: head.text(keys::HANDLER).map(str::to_owned),
            due: date(head, keys::DUE),
            now: head.text(keys::NOW).and_then(ConcernNow::from_code),
        }
    }
}
