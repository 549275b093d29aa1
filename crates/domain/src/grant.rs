//! 批准查看: who may open children's answers at the county, where, until when, and who approved it
//! (未成年人网络保护条例 第36条: approved by the person responsible, and recorded).

use crate::area::{code, date};
use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::time::Day;
use serde::{Deserialize, Serialize};

crate::staff::codes! {
    /// How far a grant is.
    GrantState {
        Asked "asked" "待批准" "asked for";
        Approved "approved" "已批准" "approved";
        Refused "refused" "未批准" "refused";
        Ended "ended" "已收回" "ended";
    }
}

crate::staff::codes! {
    /// 查看事由: why somebody opens a child's answers. Chosen at every opening.
    OpeningReason {
        Verify "verify" "核实走访内容" "to verify a visit";
        Assess "assess" "评估监护和帮扶" "to assess guardianship and help";
        Urgent "urgent" "应急处置" "an emergency";
        Complaint "complaint" "投诉核查" "a complaint";
        Audit "audit" "合规检查" "a compliance check";
        Request "request" "本人或监护人要求查阅" "the person or a guardian asks to see it";
    }
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The record.
    pub id: RecordId,
    /// To whom.
    pub staff: RecordId,
    /// Where; everything below is meant too.
    pub area: AreaCode,
    /// What for, in words.
    pub words: String,
    /// How far it is; contested reads as asked for: a right is given by what is certain only.
    pub state: GrantState,
    /// The first day.
    pub from: Day,
    /// The first day no more.
    pub until: Day,
    /// Who approved, refused or ended it.
    pub decided_by: Option<RecordId>,
}

impl Grant {
    /// Reads a grant; `None` when whom, where or when is missing or contested.
    pub fn read(id: RecordId, head: &Head) -> Option<Self> {
        let record = |key| head.text(key).and_then(|text| text.parse().ok());
        Some(Self {
            id,
            staff: record(keys::STAFF)?,
            area: code(head, keys::AREA)?,
            words: head.text(keys::WORDS).unwrap_or_default().to_owned(),
            state: head.text(keys::STATE).and_then(GrantState::from_code).unwrap_or(GrantState::Asked),
            from: date(head, keys::FROM)?,
            until: date(head, keys::UNTIL)?,
            decided_by: record(keys::DECIDED_BY),
        })
    }

    /// Whether it lets its holder open anything on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.state == GrantState::Approved && self.from <= day && day < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive() {
        for state in GrantState::ALL {
            assert_eq!(GrantState::from_code(state.code()), Some(*state));
        }
        for reason in OpeningReason::ALL {
            assert_eq!(OpeningReason::from_code(reason.code()), Some(*reason));
        }
    }

    #[test]
    fn only_what_is_approved_holds_and_only_on_its_days() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let grant = Grant {
            id: RecordId::named("grant", "1"),
            staff: RecordId::named("staff", "1"),
            area: AreaCode(532_929_101_000),
            words: String::new(),
            state: GrantState::Approved,
            from: day("2026-11-02"),
            until: day("2026-11-09"),
            decided_by: None,
        };
        assert!(grant.holds_on(day("2026-11-02")) && grant.holds_on(day("2026-11-08")));
        assert!(!grant.holds_on(day("2026-11-01")) && !grant.holds_on(day("2026-11-09")));
        for state in [GrantState::Asked, GrantState::Refused, GrantState::Ended] {
            assert!(!Grant { state, ..grant.clone() }.holds_on(day("2026-11-05")));
        }
    }
}
