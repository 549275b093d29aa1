//! The kinds of records and the fields that belong to no form. Keys never change meaning;
//! unknown keys are kept and shown raw.
//!
//! Contested readings: what rules do while a field is contested, so that phone and county never
//! disagree. Village (and each move): visible in each, counted in the smallest code. Life, category, assignment:
//! the person is still due. A setting: it counts as not set. Everything else: unknown.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal $code:literal;)*) => {
        /// What kind of thing a record is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
        pub enum RecordKind {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl RecordKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The number under which it is hashed and stored; never reused.
            pub fn number(self) -> u64 {
                match self { $(Self::$name => $number,)* }
            }

            /// The kind with this number; `None` for one of a newer version.
            pub fn from_number(number: u64) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }

            /// The short code on the wire.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

kinds! {
    /// 区划 A division: county, township or village.
    Area = 1 "area";
    /// 工作人员 A member of staff.
    Staff = 2 "staff";
    /// 分工 A role of a staff member in an area, with dates.
    Assignment = 3 "assignment";
    /// 走访要求 One dated rule of a duty.
    Duty = 4 "duty";
    /// 户 A household.
    Household = 5 "household";
    /// 服务对象 A person of the register.
    Person = 6 "person";
    /// 儿童档案 What only those responsible for a child may see.
    ChildFile = 7 "child_file";
    /// 走访 One going-there.
    Visit = 8 "visit";
    /// 走访对象 One person's share of a visit.
    Part = 9 "part";
    /// 发现的问题 Something found that somebody has to see to.
    Concern = 10 "concern";
    /// 表 A published form version.
    Form = 11 "form";
    /// 用哪张表 Which form is used for whom, in an area.
    FormAssignment = 12 "form_assignment";
    /// 批准查看 A grant to open a child's answers.
    Grant = 13 "grant";
    /// 统计期月结 The closing of a period.
    Closing = 14 "closing";
    /// 紧急 An urgent report.
    Urgent = 15 "urgent";
    /// 待处理的决定 What was decided on an item that waited for a reviewer.
    Decision = 16 "decision";
    /// 县里的设定 What an area sets for its phones and figures.
    Settings = 17 "settings";
}

/// Field keys, so that no layer spells one by hand. `*` in a doc stands for a keyed sub-field.
pub mod keys {
    /// Text. A name, as written in the register.
    pub const NAME: &str = "name";
    /// Text. What neighbours call the person (小名).
    pub const NICKNAME: &str = "nickname";
    /// Text. Pinyin given by hand, for characters that have none in the table.
    pub const PINYIN: &str = "pinyin";
    /// Text, `1` male or `2` female (GB/T 2261.1).
    pub const SEX: &str = "sex";
    /// Date of birth.
    pub const BORN: &str = "born";
    /// Text, 18 characters (GB 11643) or absent.
    pub const ID_NUMBER: &str = "id_number";
    /// Text. A county's own number for a person without documents.
    pub const LOCAL_NUMBER: &str = "local_number";
    /// Text, two digits (GB/T 3304).
    pub const ETHNIC_GROUP: &str = "ethnic_group";
    /// Number, a 12-digit code: the village a person or household belongs to, or a visit was made in.
    pub const VILLAGE: &str = "village";
    /// `moved/{date}`: number, a 12-digit code: the village in which a person lived until that day,
    /// written with the new `village` when somebody moves (a mere correction of `village` needs none).
    pub const MOVED: &str = "moved/";
    /// Text, a record id: the household.
    pub const HOUSEHOLD: &str = "household";
    /// Text. Relation to the head of the household (与户主关系).
    pub const RELATION: &str = "relation";
    /// Text. The village group (小组), which has no official code.
    pub const GROUP: &str = "group";
    /// Text. How to find the house.
    pub const DIRECTIONS: &str = "directions";
    /// Text. The person's telephone.
    pub const PHONE: &str = "phone";
    /// Text. The carer's telephone.
    pub const PHONE_CARER: &str = "phone/carer";
    /// Text. A parent's or child's telephone, who works elsewhere.
    pub const PHONE_AWAY: &str = "phone/away";
    /// `category/{code}/start`, `category/{code}/end`: dates; `end` is the first day without it.
    pub const CATEGORY: &str = "category/";
    /// `away/{key}/kind|from|until`: a dated stay elsewhere, see [`crate::subject::AwayKind`].
    pub const AWAY: &str = "away/";
    /// Date of death.
    pub const DIED: &str = "life/died";
    /// Date from which the person lives elsewhere or is registered elsewhere.
    pub const MOVED_OUT: &str = "life/moved_out";
    /// Date from which a refusal is recognised, after two tries and a reviewer's approval.
    pub const REFUSAL_APPROVED: &str = "refusal/approved";
    /// `change/{part id}`: `accepted` or `rejected`, the township's word on a reported change.
    pub const CHANGE: &str = "change/";
    /// Text `pending` while a person registered on the spot waits for the township.
    pub const REGISTRATION: &str = "registration";

    /// Number, a 12-digit code: an area's own code.
    pub const CODE: &str = "code";
    /// Number, a 12-digit code: the area above.
    pub const PARENT: &str = "parent";
    /// Number, a 12-digit code: the area that follows a dissolved one.
    pub const SUCCESSOR: &str = "successor";
    /// Date: the first day on which the record holds.
    pub const FROM: &str = "from";
    /// Date: the first day on which it holds no more; null or absent while it does.
    pub const UNTIL: &str = "until";

    /// Text, a record id: a member of staff.
    pub const STAFF: &str = "staff";
    /// Text: a role, see [`crate::staff::Role`].
    pub const ROLE: &str = "role";
    /// Number, a 12-digit code: the area of an assignment or a rule.
    pub const AREA: &str = "area";

    /// Text: way of a visit, see [`crate::visit::Way`].
    pub const WAY: &str = "way";
    /// Text: where, when not at home.
    pub const PLACE: &str = "place";
    /// Text: an interval, see [`crate::time::Happened`].
    pub const HAPPENED: &str = "happened";
    /// List of record ids: who visited, when not the author alone.
    pub const VISITED_BY: &str = "visited_by";
    /// List of record ids or names: who came along (同行人).
    pub const COMPANIONS: &str = "companions";
    /// Text: why it is entered so late.
    pub const LATE_REASON: &str = "late_reason";
    /// Text: why it was made void (作废); null takes it back.
    pub const VOID: &str = "void";

    /// Text, a record id: the visit of a part.
    pub const VISIT: &str = "visit";
    /// Text, a record id: the person of a part, concern or child file.
    pub const SUBJECT: &str = "subject";
    /// Text: who was met, see [`crate::visit::Met`].
    pub const MET: &str = "met";
    /// Text: why nobody was met, see [`crate::visit::NotMet`].
    pub const REASON: &str = "reason";
    /// Text: where, since when, whom to ring.
    pub const REASON_WORDS: &str = "reason/words";
    /// Date from which a reported change holds.
    pub const REASON_FROM: &str = "reason/from";
    /// Text: when to come again.
    pub const COME_AGAIN: &str = "come_again";

    /// Text, a record id: the part in which a concern was found.
    pub const PART: &str = "part";
    /// Text: a kind of duty or concern or form.
    pub const KIND: &str = "kind";
    /// Text: what was found, in words.
    pub const WORDS: &str = "words";
    /// Text: the state of a concern.
    pub const STATE: &str = "state";
    /// Text: the township's answer to a concern.
    pub const REPLY: &str = "reply";
    /// Date by which somebody will see to it.
    pub const DUE: &str = "due";
    /// Text, a record id: who approved, refused or ended a grant.
    pub const DECIDED_BY: &str = "decided_by";

    /// Text: the stable name of a duty, shared by its dated rules.
    pub const DUTY: &str = "duty";
    /// Text: a Chinese name for screens and reports.
    pub const TITLE_ZH: &str = "title/zh";
    /// Text: an English name.
    pub const TITLE_EN: &str = "title/en";
    /// List of category codes.
    pub const CATEGORIES: &str = "categories";
    /// List of ways that satisfy a duty.
    pub const WAYS: &str = "ways";
    /// List of kinds of meeting that satisfy a duty.
    pub const METS: &str = "mets";
    /// Text: how often, see [`crate::period::Cadence`].
    pub const CADENCE: &str = "cadence";
    /// Text: where a month is cut, see [`crate::period::Cut`].
    pub const CUT: &str = "cut";
    /// Number: how many visitors it takes.
    pub const VISITORS_MIN: &str = "visitors_min";
    /// Number: days before the period's end by which a person must be enrolled to be due.
    pub const ENROLLED_DAYS_MIN: &str = "enrolled_days_min";
    /// List of roles that carry the duty.
    pub const ROLES: &str = "roles";
    /// Text: the source of a rule: law, document, article.
    pub const SOURCE: &str = "source";
    /// Text: N national, O other place, D suggested default.
    pub const STRENGTH: &str = "strength";

    /// `set/{name}/{date}`: number, the value of a setting from that day on, see
    /// [`crate::settings::Setting`].
    pub const SETTING: &str = "set/";
    /// `source/{name}/{date}`: text, the source of that value: document, decision.
    pub const SETTING_SOURCE: &str = "source/";
    /// `was/{name}/{value}`: true, a value that was ever set: when it has been replaced or taken back, phones
    /// that have not heard of it may still judge by it.
    pub const SETTING_WAS: &str = "was/";

    /// Text: the place in its log of the item that was decided on, `writer:serial`.
    pub const ITEM: &str = "item";
    /// Text: the hash of that item.
    pub const ITEM_HASH: &str = "item/hash";
    /// Text: what was decided: `accept`, `dismiss` or `keep`.
    pub const VERDICT: &str = "verdict";
    /// Text: why, in the words of whoever decided.
    pub const VERDICT_WHY: &str = "verdict/why";

    /// Text: a form's canonical JSON.
    pub const DEFINITION: &str = "definition";
    /// Text: the hash of a form's canonical JSON.
    pub const HASH: &str = "hash";
    /// List of paths: the order in which a form's answers stand in a row.
    pub const ORDER: &str = "order";
    /// Text: the stable name of a form.
    pub const FORM: &str = "form";
    /// Number: the youngest age to which a form assignment applies.
    pub const AGE_FROM: &str = "age_from";
    /// Number: the age from which it applies no more.
    pub const AGE_UNTIL: &str = "age_until";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_are_unique_and_survive() {
        for kind in RecordKind::ALL {
            assert_eq!(RecordKind::from_number(kind.number()), Some(*kind));
            let json = serde_json::to_string(kind).unwrap();
            assert_eq!(json, format!("\"{}\"", kind.code()));
        }
        assert_eq!(RecordKind::from_number(99), None);
    }
}
