//! 服务对象: a person of the register, as the rules read the record.

use crate::area::{codes, date};
use crate::catalogue::keys;
use crate::category::{Category, ListedAs, Membership};
use crate::change::{ACCEPTED, Registration};
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::time::Day;
use crate::value::Value;
use crate::visit::Way;
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// 老年人: from this age on (老年人权益保障法, article 2).
const ELDER_FROM: i32 = 60;

/// 成年人: from this age on (民法典, article 17).
const ADULT_FROM: i32 = 18;

crate::staff::codes! {
    /// Why a person is somewhere else for a while.
    AwayKind {
        Hospital "hospital" "住院" "in hospital";
        Institution "institution" "机构供养" "in an institution";
        Migrant "migrant" "外出务工" "working elsewhere";
        Boarding "boarding" "住校" "boarding at school";
    }
}

crate::staff::codes! {
    /// What a worker says of the age of somebody whose date of birth is not known.
    AgeSaid {
        Child "child" "孩子（不满 18 岁）" "a child (under 18)";
        Adult "adult" "大人" "an adult";
    }
}

impl AwayKind {
    /// Whether the person is taken out of the denominator meanwhile. 外出务工 turns into a phone
    /// visit and 住校 into a visit at school instead.
    pub fn excludes(self) -> bool {
        matches!(self, Self::Hospital | Self::Institution)
    }

    /// Whether a way satisfies a duty meanwhile that would not otherwise: any way for someone who
    /// works elsewhere, a visit at the school for a boarder.
    pub fn admits(self, way: Way) -> bool {
        match self {
            Self::Migrant => true,
            Self::Boarding => way == Way::Elsewhere,
            Self::Hospital | Self::Institution => false,
        }
    }
}

/// A confirmed stay elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Away {
    /// Why.
    pub kind: AwayKind,
    /// The first day; `None` while contested or unknown: then it has no effect (still due).
    pub from: Option<Day>,
    /// The first day back; `None` while it lasts.
    pub until: Option<Day>,
}

impl Away {
    /// Whether the person is there on a day. Without a settled first day: on none.
    pub fn holds_on(&self, day: Day) -> bool {
        self.from.is_some_and(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// A person of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The record.
    pub id: RecordId,
    /// The name as registered; while there is none, what people call them.
    pub name: String,
    /// 18 characters, if known. Never in a log, an error or an address.
    pub id_number: Option<String>,
    /// GB/T 2261.1: `1` male, `2` female.
    pub sex: Option<String>,
    /// Date of birth.
    pub born: Option<Day>,
    /// What whoever registered them said of their age; a child as long as one side says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_said: Option<AgeSaid>,
    /// Where the person belongs: one village, several while contested (visible in each,
    /// counted in the smallest code), none while unknown.
    pub villages: Vec<AreaCode>,
    /// Moves between villages: the village lived in until that day (the first day no more there),
    /// back to the move before. While contested the smallest code; a move that somebody took back
    /// and somebody else did not still stands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub moves: BTreeMap<Day, AreaCode>,
    /// The household's record.
    pub household: Option<RecordId>,
    /// Categories with dates, by key.
    pub memberships: Vec<Membership>,
    /// Confirmed stays elsewhere.
    pub aways: Vec<Away>,
    /// Day of death; `None` while contested (still due).
    pub died: Option<Day>,
    /// Day from which the person, or the registration, is elsewhere.
    pub moved_out: Option<Day>,
    /// Day from which a refusal is recognised.
    pub refusal_approved: Option<Day>,
    /// The township's word on changes reported in parts: true when accepted.
    pub changes_decided: BTreeMap<RecordId, bool>,
    /// Registered on the spot, not yet confirmed by the township or not taken in: outside the denominator.
    pub pending: bool,
    /// Nobody has said for good who they are: registered at the door and not taken in by a word that stands alone, or of
    /// several days of birth.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubtful: bool,
    /// The record of the same person into which this one was merged; `None` while contested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<RecordId>,
}

impl Person {
    /// Reads a person from the record, with the contested readings of the catalogue.
    pub fn read(id: RecordId, head: &Head) -> Self {
        let text = |key| head.text(key).map(str::to_owned);
        Self {
            id,
            name: text(keys::NAME).or_else(|| text(keys::NICKNAME)).unwrap_or_default(),
            id_number: text(keys::ID_NUMBER),
            sex: text(keys::SEX),
            born: date(head, keys::BORN),
            age_said: age_said(head),
            villages: codes(head, keys::VILLAGE),
            moves: moves(head),
            household: head.text(keys::HOUSEHOLD).and_then(|text| text.parse().ok()),
            memberships: memberships(head),
            aways: stays(head).into_iter().map(|(_, away)| away).collect(),
            died: date(head, keys::DIED),
            moved_out: date(head, keys::MOVED_OUT),
            refusal_approved: date(head, keys::REFUSAL_APPROVED),
            changes_decided: changes(head),
            pending: Registration::of(head).is_some_and(Registration::outside),
            doubtful: doubtful(head),
            merged_into: merged_into(head),
        }
    }

    /// The village in which the person is counted: the smallest code while contested.
    pub fn counted_in(&self) -> Option<AreaCode> {
        self.villages.first().copied()
    }

    /// Every village in which the person is counted on some day.
    pub fn villages_ever(&self) -> impl Iterator<Item = AreaCode> {
        self.moves.values().copied().chain(self.counted_in())
    }

    /// The village in which the person is counted on a day, as known today: the one lived in until
    /// the next move, else the present one. O(log moves).
    pub fn village_on(&self, day: Day) -> Option<AreaCode> {
        self.moves.range(day.plus(1)..).next().map(|(_, village)| *village).or_else(|| self.counted_in())
    }

    /// Whole years of age on a day; `None` without a date of birth, or before it.
    pub fn age_on(&self, day: Day) -> Option<i32> {
        self.born.and_then(|born| age(born, day))
    }

    /// Whether the person counts as a child on a day: under 18; of unknown age in a child's category, or said to be a
    /// child by whoever registered them. Names are masked by it.
    pub fn is_minor_on(&self, day: Day) -> bool {
        let known = |one: &Membership| {
            one.holds_on(day) && Category::from_code(&one.code).is_some_and(Category::is_child)
        };
        let told = || self.age_said == Some(AgeSaid::Child) || self.memberships.iter().any(known);
        self.age_on(day).map_or_else(told, |age| age < ADULT_FROM)
    }

    /// Whether what is said of the person goes where a child's goes. Of whom nothing at all is known – registered at the
    /// door, of no age, no category and nobody's word – it does, for they may be a child, and what has gone to every phone
    /// of a village is not called back; their author has it in any case. Their name is not masked meanwhile: it is all by
    /// which they are found. It ends with a word on the age, a category, or the township's that takes them in: 不纳入
    /// says nothing of their age.
    pub fn is_kept_as_minor_on(&self, day: Day) -> bool {
        let unknown = self.age_on(day).is_none() && self.age_said.is_none() && self.memberships.is_empty();
        self.is_minor_on(day) || (self.doubtful && unknown)
    }

    /// Whether the person is a child on a day, or may be one: of whom no day of birth is known. What was said of them
    /// is shown to those responsible for children only.
    pub fn may_be_minor_on(&self, day: Day) -> bool {
        self.born.is_none() || self.is_minor_on(day)
    }

    /// The codes of the categories the person is in on a day.
    pub fn categories_on(&self, day: Day) -> impl Iterator<Item = &str> {
        self.memberships.iter().filter(move |one| one.holds_on(day)).map(|one| one.code.as_str())
    }

    /// How lists are looked through for the person on a day: by age and by categories, and as 其他 for whom
    /// neither says anything.
    pub fn listed_as_on(&self, day: Day) -> BTreeSet<ListedAs> {
        let known = self.categories_on(day).filter_map(Category::from_code);
        let mut listed: BTreeSet<ListedAs> = known.flat_map(Category::listed_as).copied().collect();
        if self.is_minor_on(day) {
            listed.insert(ListedAs::Child);
        }
        if self.age_on(day).is_some_and(|age| age >= ELDER_FROM) {
            listed.insert(ListedAs::Elder);
        }
        if listed.is_empty() {
            listed.insert(ListedAs::Other);
        }
        listed
    }
}

/// Whole years of age on a day of whoever was born on another; `None` before it.
fn age(born: Day, day: Day) -> Option<i32> {
    let (born, day) = (born.date(), day.date());
    let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
    let age = day.year() - born.year() - i32::from(!had_birthday);
    (age >= 0).then_some(age)
}

/// Whether whoever was born on a day is a child on another.
pub fn is_minor(born: Day, day: Day) -> bool {
    age(born, day).is_none_or(|age| age < ADULT_FROM)
}

/// See [`Person::doubtful`].
fn doubtful(head: &Head) -> bool {
    let of = |key| head.values(key).filter_map(Value::as_text);
    of(keys::BORN).count() > 1 || of(keys::REGISTRATION).any(|said| said != Registration::Taken.code())
}

/// What was said of somebody's age: a child as long as one side says so.
fn age_said(head: &Head) -> Option<AgeSaid> {
    let all: Vec<AgeSaid> =
        head.values(keys::AGE_SAID).filter_map(Value::as_text).filter_map(AgeSaid::from_code).collect();
    all.iter().copied().find(|said| *said == AgeSaid::Child).or(all.first().copied())
}

/// The record into which a person was merged, as their own record says it.
pub fn merged_into(head: &Head) -> Option<RecordId> {
    head.text(keys::MERGED).and_then(|text| text.parse().ok())
}

/// `{key}/{field}` sub-fields gathered by key.
fn keyed<'a>(head: &'a Head, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let mut last = "";
    head.under(prefix).filter_map(move |(rest, _)| {
        let (key, _) = rest.split_once('/')?;
        let new = key != last;
        last = key;
        new.then_some(key)
    })
}

fn moves(head: &Head) -> BTreeMap<Day, AreaCode> {
    head.under(keys::MOVED)
        .filter_map(|(rest, _)| {
            let village = *codes(head, &format!("{}{rest}", keys::MOVED)).first()?;
            Some((rest.parse().ok()?, village))
        })
        .collect()
}

/// The key under which a category begins: of whoever was in it before, one of its own (`DB`, then `DB.2` …).
pub fn free_spell(head: &Head, code: &str) -> String {
    let spells = std::iter::once(code.to_owned()).chain((2..).map(|at| format!("{code}.{at}")));
    let used = |spell: &String| {
        let fields = ["start", "end"].map(|end| format!("{}{spell}/{end}", keys::CATEGORY));
        fields.iter().any(|key| head.fields.contains_key(key))
    };
    let mut free = spells.filter(|spell| !used(spell));
    free.next().unwrap_or_else(|| code.to_owned())
}

fn memberships(head: &Head) -> Vec<Membership> {
    // One that was given and taken back is as if it had never been.
    let emptied = |key: &&str| {
        let field = |name| format!("{}{key}/{name}", keys::CATEGORY);
        ["start", "end"].into_iter().all(|name| head.values(&field(name)).all(Value::is_null))
    };
    keyed(head, keys::CATEGORY)
        .filter(|key| !emptied(key))
        .map(|key| Membership {
            code: key.split_once('.').map_or(key, |(code, _)| code).to_owned(),
            from: date(head, &format!("{}{key}/start", keys::CATEGORY)),
            until: date(head, &format!("{}{key}/end", keys::CATEGORY)),
        })
        .collect()
}

/// Whether a person's answers are kept only (限制处理); while that is contested they are.
pub fn is_restricted(head: &Head) -> bool {
    head.values(keys::RESTRICTED).next().is_some()
}

/// Since when a person's answers are kept only; the latest while that is contested.
pub fn restricted_since(head: &Head) -> Option<Day> {
    head.values(keys::RESTRICTED).filter_map(|value| value.as_text()?.parse().ok()).max()
}

/// Confirmed stays elsewhere, each with the key that names it.
pub fn stays(head: &Head) -> Vec<(&str, Away)> {
    keyed(head, keys::AWAY)
        .filter_map(|key| {
            let kind = head.text(&format!("{}{key}/kind", keys::AWAY)).and_then(AwayKind::from_code)?;
            let from = date(head, &format!("{}{key}/from", keys::AWAY));
            let until = date(head, &format!("{}{key}/until", keys::AWAY));
            Some((key, Away { kind, from, until }))
        })
        .collect()
}

fn changes(head: &Head) -> BTreeMap<RecordId, bool> {
    head.under(keys::CHANGE)
        .filter_map(|(rest, writes)| {
            let part = rest.parse().ok()?;
            let (first, others) = writes.split_first()?;
            let settled = others.iter().all(|write| write.value == first.value);
            // A word that was taken back is as if there had been none.
            (settled && !first.value.is_null()).then(|| (part, first.value.as_text() == Some(ACCEPTED)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Write;
    use crate::ids::WriterId;
    use crate::value::Origin;

    fn head(fields: &[(&str, &[Value])]) -> Head {
        let mut head = Head::default();
        for (key, values) in fields {
            let writes = values.iter().zip(1..).map(|(value, writer)| Write {
                writer: WriterId(writer),
                serial: 1,
                author: RecordId::named("staff", "x"),
                at_ms: 0,
                value: value.clone(),
                origin: Origin::Asked,
            });
            head.fields.insert((*key).to_owned(), writes.collect());
        }
        head
    }

    fn id() -> RecordId {
        RecordId::named("person", "test")
    }

    #[test]
    fn a_contested_village_counts_in_the_smallest_code() {
        let head = head(&[("village", &[532_929_101_202.into(), 532_929_101_201.into()])]);
        let person = Person::read(id(), &head);
        assert_eq!(person.counted_in(), Some(AreaCode(532_929_101_201)));
        assert_eq!(person.villages.len(), 2);
    }

    #[test]
    fn a_move_splits_the_past_from_the_present() {
        let (old, new, other) = (532_929_101_202, 532_929_102_201, 532_929_101_201);
        let head = head(&[
            ("village", &[new.into()]),
            ("moved/2026-11-10", &[old.into(), other.into()]),
            ("moved/2026-12-01", &[Value::Null]),
            ("moved/soon", &[old.into()]),
        ]);
        let person = Person::read(id(), &head);
        let on = |day: &str| person.village_on(day.parse().unwrap());
        assert_eq!(on("2026-11-09"), Some(AreaCode(532_929_101_201)), "the smallest while contested");
        assert_eq!(on("2026-11-10"), Some(AreaCode(532_929_102_201)));
        assert_eq!(person.moves.len(), 1, "what was taken back and what is no date is no move");
    }

    #[test]
    fn a_contested_death_leaves_the_person_due() {
        let head = head(&[("life/died", &["2026-11-01".into(), Value::Null])]);
        assert_eq!(Person::read(id(), &head).died, None);
    }

    #[test]
    fn whose_merging_is_contested_is_not_merged() {
        let (other, third) = (RecordId::named("person", "a"), RecordId::named("person", "b"));
        let read = |values: &[Value]| Person::read(id(), &head(&[("merged", values)])).merged_into;
        assert_eq!(read(&[Value::text(other.to_string())]), Some(other));
        assert_eq!(read(&[Value::text(other.to_string()), Value::text(third.to_string())]), None);
        assert_eq!(read(&[Value::text(other.to_string()), Value::Null]), None);
    }

    #[test]
    fn a_word_on_a_change_that_was_taken_back_is_none() {
        let part = RecordId::named("part", "one");
        let key = format!("change/{part}");
        let words = format!("{key}/words");
        let decided = |value: Value| {
            let fields = [(key.as_str(), &[value] as &[Value]), (words.as_str(), &["看错了".into()])];
            Person::read(id(), &head(&fields)).changes_decided.get(&part).copied()
        };
        assert_eq!(decided("accepted".into()), Some(true));
        assert_eq!(decided("rejected".into()), Some(false));
        assert_eq!(decided(Value::Null), None);
    }

    #[test]
    fn a_category_that_was_taken_back_is_none() {
        let spells = |start: Value| {
            let fields = [("category/DJ/start", &[start] as &[Value])];
            Person::read(id(), &head(&fields)).memberships.len()
        };
        assert_eq!((spells("2026-11-01".into()), spells(Value::Null)), (1, 0));
    }

    #[test]
    fn who_was_registered_stands_outside_until_taken_in() {
        let outside = |value: &str| Person::read(id(), &head(&[("registration", &[value.into()])])).pending;
        assert_eq!(["pending", "not_taken", "taken"].map(outside), [true, true, false]);
    }

    #[test]
    fn a_second_spell_in_a_category_has_a_key_of_its_own() {
        let head = head(&[
            ("category/DB/start", &["2020-01-01".into()]),
            ("category/DB/end", &["2021-01-01".into()]),
            ("category/DB.2/start", &["2025-01-01".into()]),
        ]);
        let person = Person::read(id(), &head);
        let on = |day: &str| person.categories_on(day.parse().unwrap()).count();
        assert_eq!((on("2020-06-01"), on("2022-01-01"), on("2026-01-01")), (1, 0, 1));
    }

    #[test]
    fn lists_are_looked_through_by_age_and_by_category() {
        let listed = |fields: &[(&str, &[Value])]| {
            Person::read(id(), &head(fields)).listed_as_on("2026-11-23".parse().unwrap())
        };
        let of = |kinds: &[ListedAs]| kinds.iter().copied().collect::<BTreeSet<_>>();
        let elder =
            listed(&[("born", &["1950-01-01".into()]), ("category/DB/start", &["2020-01-01".into()])]);
        assert_eq!(elder, of(&[ListedAs::Elder, ListedAs::Allowance]));
        let ended = ("category/DB/end", &["2026-11-23".into()] as &[Value]);
        let elder = listed(&[("category/ZC/start", &["2020-01-01".into()]), ended]);
        assert_eq!(elder, of(&[ListedAs::Elder, ListedAs::Disabled]));
        assert_eq!(listed(&[("born", &["2016-01-01".into()])]), of(&[ListedAs::Child]));
        assert_eq!(listed(&[("category/LSET/start", &["2020-01-01".into()])]), of(&[ListedAs::Child]));
        let grown =
            listed(&[("born", &["1980-01-01".into()]), ("category/LSJZ/start", &["2020-01-01".into()])]);
        assert_eq!(grown, of(&[ListedAs::Other]));
        assert_eq!(listed(&[("category/XX/start", &["2020-01-01".into()])]), of(&[ListedAs::Other]));
    }

    #[test]
    fn of_whom_nothing_is_known_is_kept_as_a_childs_and_masked_by_nobody() {
        let day: Day = "2026-11-23".parse().unwrap();
        let read = |fields: &[(&str, &[Value])]| {
            let pending = ["pending".into()];
            let all: Vec<_> =
                fields.iter().copied().chain([("registration", &pending as &[Value])]).collect();
            let person = Person::read(id(), &head(&all));
            (person.is_minor_on(day), person.is_kept_as_minor_on(day))
        };
        assert_eq!(read(&[]), (false, true));
        assert_eq!(read(&[("age_said", &["child".into()])]), (true, true));
        assert_eq!(read(&[("age_said", &["adult".into()])]), (false, false));
        assert_eq!(
            read(&[("age_said", &["child".into()]), ("born", &["1990-01-01".into()])]),
            (false, false)
        );
        assert_eq!(read(&[("category/DB/start", &["2020-01-01".into()])]), (false, false));
        let kept = |fields: &[(&str, &[Value])]| Person::read(id(), &head(fields)).is_kept_as_minor_on(day);
        let word = |all: &[Value]| kept(&[("registration", all)]);
        assert!(!word(&["taken".into()]), "the township has taken them in");
        assert!(word(&["not_taken".into()]), "that they are not taken in says nothing of their age");
        assert!(word(&["taken".into(), "not_taken".into()]), "nor do two words of which none is taken back");
        assert!(kept(&[("born", &["2015-01-01".into(), "1951-01-01".into()])]), "nor do two days of birth");
        let elder = ("category/DJ/start", &["2020-01-01".into()] as &[Value]);
        assert!(!kept(&[("born", &["1950-01-01".into(), "1951-01-01".into()]), elder]));
    }

    #[test]
    fn age_turns_on_the_birthday() {
        let head = head(&[("born", &["2008-11-23".into()])]);
        let person = Person::read(id(), &head);
        assert_eq!(person.age_on("2026-11-22".parse().unwrap()), Some(17));
        assert!(!person.is_minor_on("2026-11-23".parse().unwrap()));
    }
}
