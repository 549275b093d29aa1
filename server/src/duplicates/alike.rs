//! Which records look like one person's: by ID number, by name and date of birth, and by name within a household
//! or a village. O(people): each is held only against those who share one of these with them.

use domain::catalogue::keys;
use domain::head::Head;
use domain::ids::{AreaCode, RecordId};
use domain::subject::Person;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What of a person is held against others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Looks {
    id: RecordId,
    name: String,
    nickname: Option<String>,
    sex: Option<String>,
    born: Option<Day>,
    id_number: Option<String>,
    household: Option<RecordId>,
    villages: Vec<AreaCode>,
    pending: bool,
    /// Of whom somebody said that they are somebody else.
    apart: BTreeSet<RecordId>,
}

impl Looks {
    /// As the record says.
    pub(crate) fn of(person: &Person, head: &Head) -> Self {
        let text = |key| head.text(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Self {
            id: person.id,
            name: person.name.trim().to_owned(),
            nickname: text(keys::NICKNAME),
            sex: person.sex.clone(),
            born: person.born,
            id_number: text(keys::ID_NUMBER).map(|number| number.to_uppercase()),
            household: person.household,
            villages: person.villages.clone(),
            pending: person.pending,
            apart: apart(head),
        }
    }

    /// Of two records that one stays which the township has confirmed, and which says more.
    fn rank(&self) -> (bool, bool, bool, RecordId) {
        (self.pending, self.id_number.is_none(), self.born.is_none(), self.id)
    }
}

/// Of whom a record says that they are somebody else.
fn apart(head: &Head) -> BTreeSet<RecordId> {
    let said = head.under(keys::APART).map(|(other, _)| other);
    let stands = said.filter(|other| head.value(&format!("{}{other}", keys::APART)).is_some());
    stands.filter_map(|other| other.parse().ok()).collect()
}

/// Why two records look like one person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The same ID number stands in both.
    IdNumber,
    /// The same name, born on the same day.
    NameAndBirth,
    /// The same name in one household, and an ID number is missing.
    NameInHousehold,
    /// The name of one is what the other is called, in one household.
    Nickname,
    /// The same name in one village, and an ID number is missing.
    NameInVillage,
}

impl Why {
    /// In words.
    pub fn zh(self) -> &'static str {
        match self {
            Self::IdNumber => "身份证号相同",
            Self::NameAndBirth => "姓名和出生日期相同",
            Self::NameInHousehold => "同一户、姓名相同，有一个没有身份证号",
            Self::Nickname => "同一户，一个的姓名是另一个的小名",
            Self::NameInVillage => "同一个村、姓名相同，有一个没有身份证号",
        }
    }
}

/// Two records that look like one person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The one that stays, as far as one can guess.
    pub stays: RecordId,
    /// The other.
    pub goes: RecordId,
    /// Why.
    pub why: BTreeSet<Why>,
    /// Somebody said that these are two people.
    pub apart: bool,
}

/// So many who share a name are all held against each other; of more, each only against the next.
const EACH_OTHER: usize = 12;

/// People by what they share.
type Shared<'l, K> = BTreeMap<K, Vec<&'l Looks>>;

/// Every two of these who look like one person, in their order. O(people).
pub(crate) fn pairs<'l>(people: impl IntoIterator<Item = &'l Looks>) -> Vec<Pair> {
    let mut found = Found::default();
    let (mut by_number, mut by_birth) = (Shared::new(), Shared::new());
    let (mut by_home, mut by_village, mut called) = (Shared::new(), Shared::new(), Vec::new());
    for one in people {
        if let Some(number) = &one.id_number {
            by_number.entry(number.as_str()).or_default().push(one);
        }
        if one.name.is_empty() {
            continue;
        }
        if let Some(born) = one.born {
            by_birth.entry((one.name.as_str(), born)).or_default().push(one);
        }
        if let Some(home) = one.household {
            by_home.entry((home, one.name.as_str())).or_default().push(one);
            called.extend(one.nickname.as_deref().map(|nickname| (home, nickname, one)));
        }
        for village in &one.villages {
            by_village.entry((*village, one.name.as_str())).or_default().push(one);
        }
    }
    let missing = |one: &Looks, other: &Looks| {
        (one.id_number.is_none() || other.id_number.is_none()) && may_be_one(one, other)
    };
    found.take(&by_number, Why::IdNumber, |_, _| true);
    found.take(&by_birth, Why::NameAndBirth, may_be_one);
    found.take(&by_home, Why::NameInHousehold, missing);
    found.take(&by_village, Why::NameInVillage, missing);
    for (home, nickname, one) in called {
        for other in by_home.get(&(home, nickname)).into_iter().flatten() {
            if other.name != one.name && may_be_one(one, other) {
                found.add(one, other, Why::Nickname);
            }
        }
    }
    found.0.into_values().collect()
}

/// Whether what is known of both is against it.
fn may_be_one(one: &Looks, other: &Looks) -> bool {
    one.id != other.id && (one.sex.is_none() || other.sex.is_none() || one.sex == other.sex)
}

#[derive(Default)]
struct Found(BTreeMap<(RecordId, RecordId), Pair>);

impl Found {
    fn take<K: Ord>(&mut self, shared: &Shared<'_, K>, why: Why, asked: impl Fn(&Looks, &Looks) -> bool) {
        for several in shared.values().filter(|several| several.len() > 1) {
            let each_other = several.len() <= EACH_OTHER;
            for (at, one) in several.iter().enumerate() {
                let others = several.iter().skip(at + 1);
                for other in others.take(if each_other { EACH_OTHER } else { 1 }) {
                    if one.id != other.id && asked(one, other) {
                        self.add(one, other, why);
                    }
                }
            }
        }
    }

    fn add(&mut self, one: &Looks, other: &Looks, why: Why) {
        let (stays, goes) = if one.rank() <= other.rank() { (one, other) } else { (other, one) };
        let key = (stays.id.min(goes.id), stays.id.max(goes.id));
        let apart = one.apart.contains(&other.id) || other.apart.contains(&one.id);
        let pair = || Pair { stays: stays.id, goes: goes.id, why: BTreeSet::new(), apart };
        self.0.entry(key).or_insert_with(pair).why.insert(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> RecordId {
        RecordId::named("person", &number.to_string())
    }

    fn looks(number: usize, name: &str) -> Looks {
        Looks {
            id: id(number),
            name: name.to_owned(),
            nickname: None,
            sex: None,
            born: None,
            id_number: None,
            household: None,
            villages: vec![AreaCode(532_929_101_201)],
            pending: false,
            apart: BTreeSet::new(),
        }
    }

    fn whys(one: &Looks, other: &Looks) -> Vec<Why> {
        pairs([one, other]).into_iter().flat_map(|pair| pair.why).collect()
    }

    #[test]
    fn each_likeness_is_found_and_nothing_else_is() {
        let number = |text: &str| Some(text.to_owned());
        let one = looks(1, "李阿普");
        let other = |name: &str| Looks { villages: vec![AreaCode(532_929_102_201)], ..looks(2, name) };
        assert_eq!(whys(&one, &other("李阿普")), [], "a name alone, in two villages");
        let one = Looks { id_number: number("A"), ..one };
        assert_eq!(whys(&one, &Looks { id_number: number("A"), ..other("李阿伯") }), [Why::IdNumber]);
        let born = "1950-05-01".parse().ok();
        let one = Looks { born, ..one };
        assert_eq!(whys(&one, &Looks { born, ..other("李阿普") }), [Why::NameAndBirth]);
        assert_eq!(whys(&one, &looks(2, "李阿普")), [Why::NameInVillage]);
        let both = Looks { id_number: number("B"), ..looks(2, "李阿普") };
        assert_eq!(whys(&one, &both), [], "both have a number, and not the same");
        let home = Some(id(9));
        let one = Looks { household: home, nickname: number("老普"), ..one };
        assert_eq!(whys(&one, &Looks { household: home, ..other("李阿普") }), [Why::NameInHousehold]);
        assert_eq!(whys(&one, &Looks { household: home, ..other("老普") }), [Why::Nickname]);
        assert_eq!(whys(&one, &other("老普")), [], "in another household");
        let man = Looks { sex: number("1"), ..one };
        assert_eq!(whys(&man, &Looks { sex: number("2"), ..looks(2, "李阿普") }), [], "a man and a woman");
    }

    #[test]
    fn who_stays_is_who_was_confirmed_and_two_people_stay_two() {
        let one = Looks { pending: true, ..looks(1, "李阿普") };
        let other = Looks { apart: BTreeSet::from([id(1)]), ..looks(2, "李阿普") };
        let found = pairs([&one, &other]);
        let why = BTreeSet::from([Why::NameInVillage]);
        assert_eq!(found, [Pair { stays: id(2), goes: id(1), why, apart: true }]);
    }

    #[test]
    fn a_thousand_of_one_name_are_not_held_against_each_other() {
        let all: Vec<Looks> = (0..1_000).map(|number| looks(number, "无名氏")).collect();
        assert_eq!(pairs(&all).len(), 999);
    }

    #[test]
    fn of_any_two_the_same_is_found_as_by_reading_both() {
        let texts = [None, Some("甲"), Some("乙")].map(|text| text.map(str::to_owned));
        let homes = [None, Some(id(100)), Some(id(101))];
        let mut all = Vec::new();
        for (at, name) in ["甲", "乙", "丙"].into_iter().enumerate() {
            for nickname in &texts {
                for id_number in &texts {
                    for household in homes {
                        for sex in &texts {
                            let (nickname, id_number, sex) =
                                (nickname.clone(), id_number.clone(), sex.clone());
                            let looks = looks(1_000 + 10 * all.len() + at, name);
                            all.push(Looks { nickname, id_number, household, sex, ..looks });
                        }
                    }
                }
            }
        }
        for one in &all {
            for other in &all {
                let found: BTreeSet<Why> = whys(one, other).into_iter().collect();
                assert_eq!(found, whys_plainly(one, other).into_iter().collect(), "{one:?} {other:?}");
            }
        }
    }

    /// The same, by what is written in the comments of [`Why`].
    fn whys_plainly(one: &Looks, other: &Looks) -> Vec<Why> {
        let mut whys = Vec::new();
        if one.id == other.id {
            return whys;
        }
        if one.id_number.is_some() && one.id_number == other.id_number {
            whys.push(Why::IdNumber);
        }
        let sexes = [&one.sex, &other.sex].into_iter().flatten().collect::<BTreeSet<_>>();
        let home = one.household.is_some() && one.household == other.household;
        let missing = one.id_number.is_none() || other.id_number.is_none();
        if sexes.len() < 2 && missing && one.name == other.name {
            whys.push(Why::NameInVillage);
            whys.extend(home.then_some(Why::NameInHousehold));
        }
        let called = |a: &Looks, b: &Looks| a.nickname.as_ref() == Some(&b.name) && a.name != b.name;
        if sexes.len() < 2 && home && (called(one, other) || called(other, one)) {
            whys.push(Why::Nickname);
        }
        whys
    }
}
