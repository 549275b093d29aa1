//! The kinds of records and the fields that belong to no form. Keys never change meaning;
//! unknown keys are kept and shown raw.
//!
//! Contested readings: what rules do while a field is contested, so that phone and county never
//! disagree. Village (and each move): visible in each, counted in the smallest code. Life, category, assignment:
//! the person is still due. A setting: it counts as not set. Everything else: unknown.

use crate::category::Category;
use crate::ids::RecordId;
use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal $code:literal $zh:literal;)*) => {
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

            /// The kind with this code; `None` for one of a newer version.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// What it is called, Chinese.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }
        }
    };
}

kinds! {
    /// A division: county, township or village.
    Area = 1 "area" "区划";
    /// A member of staff.
    Staff = 2 "staff" "工作人员";
    /// A role of a staff member in an area, with dates.
    Assignment = 3 "assignment" "分工";
    /// One dated rule of a duty.
    Duty = 4 "duty" "走访要求";
    /// A household.
    Household = 5 "household" "户";
    /// A person of the register.
    Person = 6 "person" "服务对象";
    /// What only those responsible for a child may see.
    ChildFile = 7 "child_file" "儿童档案";
    /// One going-there.
    Visit = 8 "visit" "走访";
    /// One person's share of a visit.
    Part = 9 "part" "走访对象";
    /// Something found that somebody has to see to.
    Concern = 10 "concern" "发现的问题";
    /// A published form version.
    Form = 11 "form" "表";
    /// Which form is used for whom, in an area.
    FormAssignment = 12 "form_assignment" "用哪张表";
    /// A grant to open a child's answers.
    Grant = 13 "grant" "批准查看";
    /// The closing of a period.
    Closing = 14 "closing" "统计期月结";
    /// An urgent report.
    Urgent = 15 "urgent" "紧急";
    /// What was decided on an item that waited for a reviewer.
    Decision = 16 "decision" "待处理的决定";
    /// Where everybody of a township stood in a duty when a period was closed.
    ClosingFigures = 18 "closing_figures" "月结数字";
    /// What an area sets for its phones and figures.
    Settings = 17 "settings" "县里的设定";
    /// What was erased by law, and by whose word.
    Erasure = 19 "erasure" "删除";
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident = $key:literal $zh:literal $en:literal;)*) => {
        /// Field keys, so that no layer spells one by hand. `*` in a doc stands for a keyed sub-field.
        pub mod keys {
            $($(#[$doc])* pub const $name: &str = $key;)*

            /// What every field is called: its key, Chinese, English. A key that ends with `/` names all
            /// that begin with it.
            pub const NAMES: &[(&str, &str, &str)] = &[$(($key, $zh, $en),)*];
        }
    };
}

keys! {
    /// Text. A name, as written in the register.
    NAME = "name" "姓名" "Name";
    /// Text. What neighbours call the person (小名).
    NICKNAME = "nickname" "小名" "Nickname";
    /// Text. Pinyin given by hand, for characters that have none in the table.
    PINYIN = "pinyin" "拼音" "Pinyin";
    /// Text, `1` male or `2` female (GB/T 2261.1).
    SEX = "sex" "性别" "Sex";
    /// Date of birth.
    BORN = "born" "出生日期" "Born";
    /// Text, see [`crate::subject::AgeSaid`]: the word of whoever registered somebody at the door, as long as no date of
    /// birth is known.
    AGE_SAID = "age_said" "大人还是孩子" "Adult or child";
    /// Text, 18 characters (GB 11643) or absent.
    ID_NUMBER = "id_number" "身份证号" "ID number";
    /// Text. A county's own number for a person without documents.
    LOCAL_NUMBER = "local_number" "县内编号" "County's own number";
    /// Text, two digits (GB/T 3304).
    ETHNIC_GROUP = "ethnic_group" "民族" "Ethnic group";
    /// Number, a 12-digit code: the village a person or household belongs to, or a visit was made in.
    VILLAGE = "village" "村" "Village";
    /// `moved/{date}`: number, a 12-digit code: the village in which a person lived until that day,
    /// written with the new `village` when somebody moves (a mere correction of `village` needs none).
    MOVED = "moved/" "此前住的村" "Village until";
    /// Text, a record id: the household.
    HOUSEHOLD = "household" "户" "Household";
    /// Text. Relation to the head of the household (与户主关系).
    RELATION = "relation" "与户主关系" "Relation to the head";
    /// Text. The village group (小组), which has no official code.
    GROUP = "group" "小组" "Group";
    /// Text. How to find the house.
    DIRECTIONS = "directions" "怎么找到这家" "How to find the house";
    /// Text. The person's telephone.
    PHONE = "phone" "本人电话" "Own telephone";
    /// Text. Who cares for the person, by name.
    CARER = "carer" "照料人" "Carer";
    /// Text. The carer's telephone.
    PHONE_CARER = "phone/carer" "照料人电话" "Carer's telephone";
    /// Text. A parent's or child's telephone, who works elsewhere.
    PHONE_AWAY = "phone/away" "在外家人的电话" "Telephone of family away";
    /// `category/{code}/start`, `category/{code}/end`: dates; `end` is the first day without it.
    CATEGORY = "category/" "类别" "Category";
    /// `away/{key}/kind|from|until`: a dated stay elsewhere, see [`crate::subject::AwayKind`].
    AWAY = "away/" "外出" "Away";
    /// Date of death.
    DIED = "life/died" "去世日期" "Died";
    /// Date from which the person lives elsewhere or is registered elsewhere.
    MOVED_OUT = "life/moved_out" "迁出日期" "Moved out";
    /// Date from which a refusal is recognised, after two tries and a reviewer's approval.
    REFUSAL_APPROVED = "refusal/approved" "从哪天起认可拒访" "Refusal recognised since";
    /// Text: why it is, or is no more. In a decision on the person, which no phone holds.
    REFUSAL_WORDS = "refusal/words" "认可拒访的理由" "Why the refusal is recognised";
    /// `change/{part id}`: `accepted` or `rejected`, the township's word on a reported change; null while that was
    /// taken back. `change/{part id}/words`: text for its finder. `change/{part id}/wrote`: list of
    /// [`crate::change::Written`], by which the word is taken back.
    CHANGE = "change/" "对情况变化的意见" "Word on a reported change";
    /// Text, see [`crate::change::Registration`]: `pending` while a person registered on the spot waits for the
    /// township.
    REGISTRATION = "registration" "登记" "Registration";
    /// Text: the township's words on it, for its finder.
    REGISTRATION_WORDS = "registration/words" "对登记的意见" "Word on the registration";
    /// List of [`crate::change::Written`]: what was written when the person was taken in.
    REGISTRATION_WROTE = "registration/wrote" "纳入时写入" "Written when taken in";

    /// Text, a record id: the person's other record, into which this one was merged. Whoever is merged stands in
    /// no list and no figure: what was said of them is said of the other.
    MERGED = "merged" "并入" "Merged into";
    /// `apart/{person}`: text, why that is somebody else, though both look like one person.
    APART = "apart/" "不是同一个人" "Not the same person";

    /// Number, a 12-digit code: an area's own code.
    CODE = "code" "区划代码" "Code";
    /// Number, a 12-digit code: the area above.
    PARENT = "parent" "上级" "Area above";
    /// Number, a 12-digit code: the area that follows a dissolved one.
    SUCCESSOR = "successor" "并入" "Successor";
    /// Date: the first day on which the record holds.
    FROM = "from" "从哪天起" "From";
    /// Date: the first day on which it holds no more; null or absent while it does.
    UNTIL = "until" "到哪天为止" "Until";

    /// Text, a record id: a member of staff.
    STAFF = "staff" "谁" "Who";
    /// Text: a role, see [`crate::staff::Role`].
    ROLE = "role" "职责" "Role";
    /// Number, a 12-digit code: the area of an assignment or a rule.
    AREA = "area" "区划" "Area";

    /// Text: way of a visit, see [`crate::visit::Way`].
    WAY = "way" "怎么见的" "How";
    /// Text: where, when not at home.
    PLACE = "place" "地点" "Place";
    /// Text: an interval, see [`crate::time::Happened`].
    HAPPENED = "happened" "走访时间" "Time of the visit";
    /// Text: where it was written down, see [`crate::location::Location`]. Only when its author chose to say so:
    /// GPS is forced on nobody, and nothing is judged, listed or counted by it.
    LOCATION = "location" "位置" "Location";
    /// List of record ids: who visited, when not the author alone.
    VISITED_BY = "visited_by" "走访人" "Visited by";
    /// List of record ids or names: who came along (同行人).
    COMPANIONS = "companions" "同行人" "Came along";
    /// Text: why it is entered so late.
    LATE_REASON = "late_reason" "补记原因" "Reason for the late entry";
    /// Text: why it was made void (作废); null takes it back.
    VOID = "void" "作废" "Void";
    /// `going/{visit}`: text, see [`crate::going::Going`]: what the county or the township said of this visit and
    /// that one, of another worker on the same day. It stands in both.
    GOING = "going/" "与另一次走访" "Beside another visit";

    /// Text, a record id: the visit of a part.
    VISIT = "visit" "走访" "Visit";
    /// Text, a record id: the person of a part, concern or child file.
    SUBJECT = "subject" "服务对象" "Subject";
    /// Text: who was met, see [`crate::visit::Met`].
    MET = "met" "见到谁" "Who was met";
    /// Text: why nobody was met, see [`crate::visit::NotMet`].
    REASON = "reason" "没见到的原因" "Why not met";
    /// Text: where, since when, whom to ring.
    REASON_WORDS = "reason/words" "原因的说明" "The reason in words";
    /// Date from which a reported change holds.
    REASON_FROM = "reason/from" "变化从哪天起" "Change since";
    /// Text: when to come again.
    COME_AGAIN = "come_again" "什么时候再来" "When to come again";

    /// `call/{key}`: text, whom somebody rang about an urgent report, and when.
    CALL = "call/" "打过的电话" "Call made";
    /// `explained/{field}`: text, what its author said of a field when a reviewer asked about it.
    EXPLAINED = "explained/" "补充说明" "Explained";
    /// `opened/{staff}`: number, Unix milliseconds: when that member of staff read an urgent report at the county.
    OPENED = "opened/" "县里谁看了" "Read at the county by";
    /// True while an urgent report that was written on a locked phone has not been signed by it: the phone's own
    /// word, once it is unlocked, says false beside it, and then it is signed.
    UNSIGNED = "unsigned" "没有解锁时写的" "Written while locked";

    /// Text, a record id: the part in which a concern was found.
    PART = "part" "走访对象" "Part";
    /// Text: a kind of duty or concern or form.
    KIND = "kind" "种类" "Kind";
    /// Text: what was found, in words.
    WORDS = "words" "内容" "Words";
    /// Text: the state of a concern.
    STATE = "state" "状态" "State";
    /// Text: the township's answer to a concern.
    REPLY = "reply" "答复" "Reply";
    /// Text: whoever sees to a concern.
    HANDLER = "handler" "谁来办" "Who sees to it";
    /// Text: why the last answer was taken back.
    UNDONE = "undone" "撤销的理由" "Why it was taken back";
    /// Text: what a later visit said of a concern, see [`crate::concern::ConcernNow`].
    NOW = "now" "走访人说现在" "Now, as the worker says";
    /// Date by which somebody will see to it.
    DUE = "due" "处理到哪天" "Due";
    /// Text: a period, see [`crate::period::Period`].
    PERIOD = "period" "统计期" "Period";
    /// Number, Unix milliseconds: when a period was closed.
    CLOSED = "closed" "月结时间" "Closed at";
    /// Date: the last day on which work of a closed period is entered without a reason.
    LATE_UNTIL = "late_until" "补记截止" "Late entries until";
    /// Text: why a closed period was opened again; null when it is closed again.
    REOPENED = "reopened" "重新打开的原因" "Why it was opened again";
    /// Text: who stood where when a period was closed, as JSON, see [`crate::closing::Stood`].
    STOOD = "stood" "月结时的情况" "Stood when closed";

    /// Text, a record id: who approved, refused or ended a grant.
    DECIDED_BY = "decided_by" "谁决定的" "Decided by";

    /// Text: the stable name of a duty, shared by its dated rules.
    DUTY = "duty" "走访要求" "Duty";
    /// Text: a Chinese name for screens and reports.
    TITLE_ZH = "title/zh" "名称" "Chinese name";
    /// Text: an English name.
    TITLE_EN = "title/en" "英文名称" "English name";
    /// List of category codes.
    CATEGORIES = "categories" "对象类别" "Categories";
    /// List of ways that satisfy a duty.
    WAYS = "ways" "哪些方式算" "Ways that count";
    /// List of kinds of meeting that satisfy a duty.
    METS = "mets" "见到谁算" "Meetings that count";
    /// Text: how often, see [`crate::period::Cadence`].
    CADENCE = "cadence" "多久一次" "How often";
    /// Text: where a month is cut, see [`crate::period::Cut`].
    CUT = "cut" "口径" "Where months are cut";
    /// Number: how many visitors it takes.
    VISITORS_MIN = "visitors_min" "至少几人同去" "Visitors at least";
    /// Number: days before the period's end by which a person must be enrolled to be due.
    ENROLLED_DAYS_MIN = "enrolled_days_min" "期末前至少在册天数" "Days enrolled at least";
    /// List of roles that carry the duty.
    ROLES = "roles" "由谁去" "Roles";
    /// Text: the source of a rule: law, document, article.
    SOURCE = "source" "依据" "Source";
    /// Text: N national, O other place, D suggested default.
    STRENGTH = "strength" "效力" "Strength";
    /// Text. By whose word a duty was ended.
    ENDED_SOURCE = "ended_source" "停止的依据" "Source of its end";

    /// `set/{name}/{date}`: number, the value of a setting from that day on, see
    /// [`crate::settings::Setting`].
    SETTING = "set/" "设定" "Setting";
    /// `source/{name}/{date}`: text, the source of that value: document, decision.
    SETTING_SOURCE = "source/" "设定的依据" "Source of a setting";
    /// `was/{name}/{value}`: true, a value that was ever set: when it has been replaced or taken back, phones
    /// that have not heard of it may still judge by it.
    SETTING_WAS = "was/" "曾经设过" "Was set";

    /// Text: the place in its log of the item that was decided on, `writer:serial`.
    ITEM = "item" "哪一条" "Item";
    /// Text: the hash of that item.
    ITEM_HASH = "item/hash" "哪一条的校验值" "Hash of the item";
    /// Text: the kind of record of that item, unless it could not be read.
    ITEM_KIND = "item/kind" "哪一条的种类" "Kind of the item";
    /// Text: the record of that item, unless it could not be read.
    ITEM_RECORD = "item/record" "哪一条的记录" "Record of the item";
    /// List of what the decision moved, each as it becomes when the decision is taken back; nothing when
    /// it cannot be.
    ITEM_BACK = "item/back" "撤销后恢复成" "When taken back";
    /// Text: what was decided: `accept`, `dismiss`, `keep` or `settle`; `undo` when that was taken back.
    VERDICT = "verdict" "决定" "Verdict";
    /// Text: why, in the words of whoever decided.
    VERDICT_WHY = "verdict/why" "决定的理由" "Reason of the verdict";

    /// List of records, `kind:id`: all that an erasure took the content of.
    ERASED = "erased" "已删除的记录" "Records erased";
    /// Date from which a person's answers are kept only, and opened by nobody (限制处理); null when that is over.
    RESTRICTED = "restricted" "限制处理" "Processing restricted";
    /// Text: why, and who asked for it. In a decision on the person, which no phone holds.
    RESTRICTED_WORDS = "restricted/words" "限制处理的理由" "Why it is restricted";

    /// Text: a form's canonical JSON.
    DEFINITION = "definition" "表的内容" "Definition";
    /// Text: the hash of a form's canonical JSON.
    HASH = "hash" "校验值" "Hash";
    /// List of paths: the order in which a form's answers stand in a row.
    ORDER = "order" "题目次序" "Order of questions";
    /// Text: the stable name of a form.
    FORM = "form" "表" "Form";
    /// Number: the youngest age to which a form assignment applies.
    AGE_FROM = "age_from" "从几岁起" "Age from";
    /// Number: the age from which it applies no more.
    AGE_UNTIL = "age_until" "到几岁为止" "Age until";
}

/// What a field is called, Chinese; `None` for a form's question and for a field of a newer version.
/// A keyed sub-field is told with its key.
pub fn field_zh(key: &str) -> Option<String> {
    called(key, |(_, zh, _)| zh, Category::zh)
}

/// The same in English.
pub fn field_en(key: &str) -> Option<String> {
    called(key, |(_, _, en)| en, Category::en)
}

type Named = (&'static str, &'static str, &'static str);

fn called(
    key: &str,
    word: impl Fn(Named) -> &'static str,
    of_category: impl Fn(Category) -> &'static str,
) -> Option<String> {
    let named = |wanted: &str| keys::NAMES.iter().find(|(one, ..)| *one == wanted).map(|one| word(*one));
    if let Some(name) = named(key) {
        return Some(name.to_owned());
    }
    let stem = |(one, ..): &&Named| one.ends_with('/') && key.starts_with(one);
    let whole = keys::NAMES.iter().find(stem)?;
    let (stem, ..) = *whole;
    let rest = |one: &str| {
        let spell = one.split_once('.').map_or(one, |(code, _)| code);
        let category = Category::from_code(spell).filter(|_| stem == keys::CATEGORY).map(&of_category);
        let key = match one {
            "start" => keys::FROM,
            "end" => keys::UNTIL,
            other => other,
        };
        category.or_else(|| named(key)).unwrap_or(one).to_owned()
    };
    // Nobody reads the id of a record.
    let rest = key.get(stem.len()..)?.split('/').filter(|one| one.parse::<RecordId>().is_err()).map(rest);
    let all: Vec<String> = std::iter::once(word(*whole).to_owned()).chain(rest).collect();
    Some(all.join(" "))
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
            assert_eq!(RecordKind::from_code(kind.code()), Some(*kind));
        }
        assert_eq!(RecordKind::from_number(99), None);
    }

    #[test]
    fn every_field_has_a_name_that_people_can_read() {
        let keys: std::collections::BTreeSet<_> = keys::NAMES.iter().map(|(key, ..)| key).collect();
        assert_eq!(keys.len(), keys::NAMES.len(), "no key twice");
        for (key, zh, en) in keys::NAMES {
            assert!(zh.chars().all(|c| !c.is_ascii()) && en.is_ascii(), "{key}: {zh}, {en}");
        }
        for (key, expected) in [
            ("phone/carer", Some("照料人电话")),
            ("life/died", Some("去世日期")),
            ("category/DB/start", Some("类别 低保 从哪天起")),
            ("category/DB.2/end", Some("类别 低保 到哪天为止")),
            ("away/1/kind", Some("外出 1 种类")),
            ("moved/2026-11-10", Some("此前住的村 2026-11-10")),
            ("going/0123456789abcdef0123456789abcdef", Some("与另一次走访")),
            ("a/health/speech", None),
            ("shoe_size", None),
        ] {
            assert_eq!(field_zh(key).as_deref(), expected, "{key}");
        }
        assert_eq!(field_en("category/DB/end").as_deref(), Some("Category minimum living allowance Until"));
    }
}
