//! 工作人员: staff, their roles, and where and when they hold them.

use crate::area::{code, date};
use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::time::Day;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $code:literal $zh:literal $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "export", derive(ts_rs::TS))]
        pub enum $name { $($(#[$variant_doc])* #[doc = $zh] #[serde(rename = $code)] $variant,)* }

        impl $name {
            /// Every one of them, in the order of the screens.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code in records and on the wire.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The one with this code; `None` for one of a newer version.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }

            /// The word on the screen, Chinese.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }

            /// The word on the screen, English.
            pub fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)* }
            }
        }
    };
}
pub(crate) use codes;

codes! {
    /// What a member of staff is for. One person may hold several, in several areas, with dates.
    Role {
        CountyAdmin "county_admin" "县管理员" "county administrator";
        CountyReviewer "county_reviewer" "县审核员" "county reviewer";
        Approver "approver" "负责人" "responsible approver";
        StationHead "station_head" "乡镇站长" "station head";
        ChildSupervisor "child_supervisor" "儿童督导员" "child supervisor";
        AssistanceClerk "assistance_clerk" "社会救助经办员" "assistance clerk";
        AssistanceOfficer "assistance_officer" "社会救助协理员" "village assistance officer";
        ChildDirector "child_director" "儿童主任" "child director";
        Auditor "auditor" "审计" "auditor";
        Reader "reader" "只读" "reader";
    }
}

impl Role {
    /// Whether it is held at the county only.
    pub fn of_the_county(self) -> bool {
        matches!(self, Self::CountyAdmin | Self::CountyReviewer | Self::Approver | Self::Auditor)
    }

    /// Whether it is of whoever goes from house to house: with a phone, not at the desk.
    pub fn of_the_village(self) -> bool {
        matches!(self, Self::AssistanceOfficer | Self::ChildDirector)
    }

    /// The role of a code or of its Chinese name; also of a name as people shorten it (协理员, 站长), when
    /// only one role ends so.
    pub fn from_words(text: &str) -> Option<Self> {
        let exact = Self::ALL.iter().find(|role| role.code() == text || role.zh() == text).copied();
        let mut short = Self::ALL.iter().filter(|role| text.chars().count() > 1 && role.zh().ends_with(text));
        exact.or_else(|| short.next().copied().filter(|_| short.next().is_none()))
    }
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Their record.
    pub id: RecordId,
    /// Their name.
    pub name: String,
    /// Their telephone, for the township that rings round.
    pub phone: Option<String>,
}

impl Staff {
    /// Reads a member of staff from the record.
    pub fn read(id: RecordId, head: &Head) -> Self {
        Self {
            id,
            name: head.text(keys::NAME).unwrap_or_default().to_owned(),
            phone: head.text(keys::PHONE).map(str::to_owned),
        }
    }
}

/// A role of a member of staff in an area, with dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The record.
    pub id: RecordId,
    /// Who.
    pub staff: RecordId,
    /// As what.
    pub role: Role,
    /// Where; everything below is meant too.
    pub area: AreaCode,
    /// The first day.
    pub from: Day,
    /// The first day no more; `None` while it lasts.
    pub until: Option<Day>,
}

impl Assignment {
    /// Reads an assignment; `None` when staff, role, area or first day is missing or contested:
    /// a right is given by what is certain only.
    pub fn read(id: RecordId, head: &Head) -> Option<Self> {
        Some(Self {
            id,
            staff: head.text(keys::STAFF)?.parse().ok()?,
            role: Role::from_code(head.text(keys::ROLE)?)?,
            area: code(head, keys::AREA)?,
            from: date(head, keys::FROM)?,
            until: date(head, keys::UNTIL),
        })
    }

    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(*role));
        }
        assert_eq!(Role::from_code("emperor"), None);
    }

    #[test]
    fn a_role_is_found_by_its_code_its_name_and_a_name_as_people_shorten_it() {
        for (text, role) in [
            ("assistance_officer", Some(Role::AssistanceOfficer)),
            ("社会救助协理员", Some(Role::AssistanceOfficer)),
            ("协理员", Some(Role::AssistanceOfficer)),
            ("站长", Some(Role::StationHead)),
            ("儿童主任", Some(Role::ChildDirector)),
            ("管理员", Some(Role::CountyAdmin)),
            // Several end so, or it says nothing.
            ("员", None),
            ("", None),
            ("村长", None),
        ] {
            assert_eq!(Role::from_words(text), role, "{text}");
        }
    }
}
