//! The statuses: a person of the register stands in exactly one of them on any day.

use serde::{Deserialize, Serialize};

crate::staff::codes! {
    /// 不计入: why a person of the register is not in the denominator. When several reasons hold,
    /// the first of this order is given.
    Excluded {
        Died "died" "去世" "died";
        MovedOut "moved_out" "迁出" "moved away";
        Unconfirmed "unconfirmed" "登记待确认" "registration not confirmed";
        CategoryEnded "category_ended" "退出类别" "category ended";
        RuleEnded "rule_ended" "要求已停用" "requirement ended";
        Institution "institution" "机构供养" "in an institution";
        Hospital "hospital" "住院" "in hospital";
        Refused "refused" "拒访" "refused";
        NewlyEnrolled "newly_enrolled" "新纳入" "newly enrolled";
        NotDueYet "not_due_yet" "未到期" "not due yet";
    }
}

/// Where a person of the register stands. The order is that of precedence.
///
/// 手机未回传 is not among them: it relabels [`Status::NotYet`] at reading
/// ([`crate::coverage::reading::silent`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Status {
    /// 不计入: outside the denominator.
    Excluded(Excluded),
    /// 已走访，上门.
    MetHome,
    /// 已走访，其他方式.
    MetOther,
    /// 情况有变待确认: a change was reported, and the township has not decided.
    ChangePending,
    /// 去过未见到.
    Tried,
    /// 还没去.
    NotYet,
}

impl Status {
    /// Every status, in the order of precedence.
    pub fn all() -> impl Iterator<Item = Self> {
        let rest = [Self::MetHome, Self::MetOther, Self::ChangePending, Self::Tried, Self::NotYet];
        Excluded::ALL.iter().map(|reason| Self::Excluded(*reason)).chain(rest)
    }

    /// The number under which it is stored; never reused.
    pub fn code(self) -> u8 {
        match self {
            Self::MetHome => 1,
            Self::MetOther => 2,
            Self::ChangePending => 3,
            Self::Tried => 4,
            Self::NotYet => 5,
            Self::Excluded(Excluded::Died) => 10,
            Self::Excluded(Excluded::MovedOut) => 11,
            Self::Excluded(Excluded::Unconfirmed) => 12,
            Self::Excluded(Excluded::CategoryEnded) => 13,
            Self::Excluded(Excluded::RuleEnded) => 14,
            Self::Excluded(Excluded::Institution) => 15,
            Self::Excluded(Excluded::Hospital) => 16,
            Self::Excluded(Excluded::Refused) => 17,
            Self::Excluded(Excluded::NewlyEnrolled) => 18,
            Self::Excluded(Excluded::NotDueYet) => 19,
        }
    }

    /// The status with this number; `None` for one of a newer version.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::all().find(|status| status.code() == code)
    }

    /// Whether the person counts as visited.
    pub fn is_met(self) -> bool {
        matches!(self, Self::MetHome | Self::MetOther)
    }

    /// Whether the person is in the denominator.
    pub fn is_due(self) -> bool {
        !matches!(self, Self::Excluded(_))
    }

    /// The words of the lists, Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Excluded(reason) => reason.zh(),
            Self::MetHome => "已走访（上门）",
            Self::MetOther => "已走访（其他）",
            Self::ChangePending => "情况有变待确认",
            Self::Tried => "去过未见到",
            Self::NotYet => "还没去",
        }
    }

    /// The words of the lists, English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Excluded(reason) => reason.en(),
            Self::MetHome => "visited at home",
            Self::MetOther => "visited otherwise",
            Self::ChangePending => "change to be confirmed",
            Self::Tried => "tried, not met",
            Self::NotYet => "not yet",
        }
    }
}

/// The number is not that of a status, or of a newer version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the number of a status")]
pub struct NotAStatus(pub u8);

impl TryFrom<u8> for Status {
    type Error = NotAStatus;

    fn try_from(code: u8) -> Result<Self, NotAStatus> {
        Self::from_code(code).ok_or(NotAStatus(code))
    }
}

impl From<Status> for u8 {
    fn from(status: Status) -> Self {
        status.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_and_words_are_unique_and_the_numbers_are_the_stored_ones() {
        let codes: Vec<_> = Status::all().map(Status::code).collect();
        assert_eq!(codes, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 1, 2, 3, 4, 5]);
        assert!(Status::all().all(|status| Status::from_code(status.code()) == Some(status)));
        for word in [Status::zh, Status::en] {
            let words: BTreeSet<_> = Status::all().map(word).collect();
            assert_eq!(words.len(), codes.len());
        }
        assert_eq!(serde_json::from_str::<Status>("5").unwrap(), Status::NotYet);
        assert!(serde_json::from_str::<Status>("99").is_err());
    }

    #[test]
    fn precedence_is_the_order() {
        let all: Vec<_> = Status::all().collect();
        assert!(all.is_sorted());
    }
}
