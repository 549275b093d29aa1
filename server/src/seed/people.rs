//! 服务对象: one person of a household, as a record: who they are, how to reach them, in which
//! categories they are and since when, and what happened to them.

use super::children::{self, School};
use super::dice::Dice;
use super::households::Member;
use super::names::Sex;
use super::numbers::{self, Registry};
use super::records::{SeedRecord, code, date};
use chrono::Datelike;
use domain::catalogue::{RecordKind, keys};
use domain::category::Category;
use domain::ids::{AreaCode, RecordId};
use domain::subject::{AwayKind, Person};
use domain::time::Day;

/// A person of the synthetic register.
#[derive(Debug, Clone)]
pub struct Resident {
    /// As the rules read the record.
    pub person: Person,
    /// Whose household: its place in [`super::register::Register::homes`].
    pub home: usize,
    /// 与户主关系.
    pub relation: &'static str,
    /// Where they go to school, if they do.
    pub school: Option<School>,
}

/// What is known of a person before the record is written.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub member: &'a Member,
    pub name: &'a str,
    pub group: &'static str,
    pub id: RecordId,
    pub household: RecordId,
    pub village: AreaCode,
    pub nickname: Option<String>,
    pub head_phone: Option<&'a str>,
    /// The dates of categories that a whole household shares come from these dice.
    pub household_dice: Dice,
    /// A person of the demonstration's story: nothing happens to them, and they have been in their
    /// categories for long.
    pub plain: bool,
}

/// What the county keeps while it writes people down.
#[derive(Debug)]
pub(super) struct Desk {
    pub today: Day,
    pub registry: Registry,
    pub local_numbers: u32,
    /// Villages, for those who moved between two.
    pub villages: Vec<AreaCode>,
}

/// Categories that a household has, not a person: all its members have them from the same day.
const SHARED: &[&str] = &["DB", "DBBY", "GXZC", "FPJC", "YDBQ", "LSJZ"];

impl Desk {
    /// Writes a person down. O(1) but for the identity number.
    pub(super) fn write(&mut self, entry: &Entry<'_>, dice: &mut Dice) -> SeedRecord {
        let member = entry.member;
        let born = self.born(member.age, dice);
        let record = SeedRecord::new(RecordKind::Person, entry.id)
            .with(keys::NAME, entry.name)
            .with(keys::SEX, member.sex.code())
            .with(keys::BORN, date(born))
            .with(keys::ETHNIC_GROUP, entry.group)
            .with(keys::VILLAGE, code(entry.village))
            .with(keys::HOUSEHOLD, entry.household.to_string())
            .with(keys::RELATION, member.relation)
            .maybe(keys::NICKNAME, entry.nickname.clone())
            .maybe(keys::PINYIN, pinyin(entry.name));
        let record = self.papers(record, entry, born, dice);
        let record = phones(record, entry, dice);
        let record = self.categories(record, entry, born, dice);
        let record = self.away(record, entry, dice);
        if entry.plain { record } else { self.life(record, entry, dice) }
    }

    /// A day of birth that makes somebody so many years old today.
    fn born(&self, age: i32, dice: &mut Dice) -> Day {
        let today = self.today.date();
        let birthday = Day::from_ymd(today.year() - age, today.month(), today.day().min(28));
        birthday.unwrap_or(self.today).plus(-dice.between(0, 360))
    }

    /// An identity number, or the county's own for those without papers.
    fn papers(&mut self, record: SeedRecord, entry: &Entry<'_>, born: Day, dice: &mut Dice) -> SeedRecord {
        let has_papers = entry.plain || !dice.chance(9);
        let male = entry.member.sex == Sex::Male;
        let number = has_papers.then(|| self.registry.issue(born, male, dice)).flatten();
        if number.is_none() {
            self.local_numbers += 1;
        }
        let local = number.is_none().then(|| format!("YL-{:05}", self.local_numbers));
        record.maybe(keys::ID_NUMBER, number).maybe(keys::LOCAL_NUMBER, local)
    }

    fn categories(&self, record: SeedRecord, entry: &Entry<'_>, born: Day, dice: &mut Dice) -> SeedRecord {
        entry.member.categories.iter().fold(record, |record, category| {
            let (start, end) = if SHARED.contains(category) {
                self.span(category, born, entry.plain, &mut entry.household_dice.clone())
            } else {
                self.span(category, born, entry.plain, dice)
            };
            record
                .with(&format!("{}{category}/start", keys::CATEGORY), date(start))
                .maybe(&format!("{}{category}/end", keys::CATEGORY), end.map(date))
        })
    }

    /// From when until when somebody is in a category.
    fn span(&self, category: &str, born: Day, plain: bool, dice: &mut Dice) -> (Day, Option<Day>) {
        let birthday = |age: i32| {
            let date = born.date();
            Day::from_ymd(date.year() + age, date.month(), date.day().min(28)).unwrap_or(born)
        };
        let earliest = match category {
            "GL" => return (birthday(80), None),
            "LSJZ" => {
                let paid = self.today.plus(-dice.between(3, 85));
                return (paid, Some(paid.plus(60)));
            }
            "DJ" | "KC" | "LSLR" | "SN" | "SZ" | "ZC" | "JS" => birthday(60),
            _ => born.plus(30),
        };
        let fresh = !plain && dice.chance(40);
        let since = if fresh { dice.between(1, 40) } else { dice.between(400, 2_900) };
        let start = self.today.plus(-since).max(earliest);
        let end = self.today.plus(-dice.between(5, 300));
        let ended = !plain && dice.chance(30) && end > start.plus(60);
        (start, ended.then_some(end))
    }

    /// Stays elsewhere: the one that lasts, and now and then a past one in hospital.
    fn away(&self, record: SeedRecord, entry: &Entry<'_>, dice: &mut Dice) -> SeedRecord {
        let stay = |record: SeedRecord, key: &str, kind: AwayKind, from: Day, until: Option<Day>| {
            record
                .with(&format!("{}{key}/kind", keys::AWAY), kind.code())
                .with(&format!("{}{key}/from", keys::AWAY), date(from))
                .maybe(&format!("{}{key}/until", keys::AWAY), until.map(date))
        };
        let record = match entry.member.away {
            None => record,
            Some(kind) => {
                let from = match kind {
                    AwayKind::Hospital => self.today.plus(-dice.between(1, 25)),
                    AwayKind::Institution => self.today.plus(-dice.between(20, 1_500)),
                    AwayKind::Migrant => self.today.plus(-dice.between(20, 270)),
                    AwayKind::Boarding => self.term(),
                };
                stay(record, "1", kind, from, None)
            }
        };
        if !entry.plain && entry.member.age >= 60 && entry.member.away.is_none() && dice.chance(25) {
            let from = self.today.plus(-dice.between(40, 330));
            let until = from.plus(dice.between(4, 24));
            return stay(record, "2", AwayKind::Hospital, from, Some(until));
        }
        record
    }

    /// The last first of September, or of March: the school's term.
    fn term(&self) -> Day {
        let date = self.today.date();
        let (year, month) = match date.month() {
            9.. => (date.year(), 9),
            3..9 => (date.year(), 3),
            _ => (date.year() - 1, 9),
        };
        Day::from_ymd(year, month, 1).unwrap_or(self.today)
    }

    /// What happens in a life: rarely, and at most one of them.
    fn life(&self, record: SeedRecord, entry: &Entry<'_>, dice: &mut Dice) -> SeedRecord {
        let member = entry.member;
        let ago = |dice: &mut Dice, from: i32, until: i32| date(self.today.plus(-dice.between(from, until)));
        let elder = member.age >= 60;
        let died = if member.age >= 75 { 22 } else { 8 };
        if elder && dice.chance(died) {
            return record.with(keys::DIED, ago(dice, 2, 330));
        }
        if dice.chance(6) {
            return record.with(keys::MOVED_OUT, ago(dice, 2, 330));
        }
        if elder && dice.chance(2) {
            return record.with(keys::REFUSAL_APPROVED, ago(dice, 20, 300));
        }
        if dice.chance(4) {
            return record.with(keys::REGISTRATION, "pending");
        }
        let former = dice.pick_from(&self.villages).filter(|village| *village != entry.village);
        if let (Some(former), true) = (former, dice.chance(5)) {
            let day = self.today.plus(-dice.between(10, 200));
            return record.with(&format!("{}{day}", keys::MOVED), code(former));
        }
        record
    }
}

/// The readings that no table of pinyin has; the characters are those of 通用规范汉字表.
fn pinyin(name: &str) -> Option<String> {
    let rare = [('𬭚', "chun"), ('𣲗', "wei"), ('㛃', "jie"), ('䶮', "yan")];
    let last = name.chars().last()?;
    rare.iter().find(|(character, _)| *character == last).map(|(_, reading)| (*reading).to_owned())
}

/// Telephones that ring nowhere: of the person, of who cares for them, of who works elsewhere.
fn phones(record: SeedRecord, entry: &Entry<'_>, dice: &mut Dice) -> SeedRecord {
    let member = entry.member;
    let is = |codes: &[&str]| member.categories.iter().any(|category| codes.contains(category));
    let own = match member.age {
        ..16 => 0,
        16..70 => 900,
        70..80 => 650,
        _ => 420,
    };
    let cared_for = member.age < 16 || is(&["SN", "SZ", "ZC", "CJR"]);
    let carer = match entry.head_phone {
        Some(phone) if cared_for && member.relation != "户主" => Some(phone.to_owned()),
        _ => (cared_for && dice.chance(550)).then(|| numbers::phone(dice)),
    };
    let left = is(&["LSLR", "KC", "LSET"]) && dice.chance(720);
    let away = left.then(|| numbers::phone(dice));
    let own = (entry.plain && member.age >= 16 || dice.chance(own)).then(|| numbers::phone(dice));
    record.maybe(keys::PHONE, own).maybe(keys::PHONE_CARER, carer).maybe(keys::PHONE_AWAY, away)
}

/// The person as a resident, and the file of a child in a child's category.
pub(super) fn resident(
    record: &SeedRecord,
    entry: &Entry<'_>,
    home: usize,
    school: Option<School>,
    guardian: (&str, &'static str),
) -> (Resident, Option<SeedRecord>) {
    let person = Person::read(entry.id, &record.head());
    let childs = |code: &&str| Category::from_code(code).is_some_and(Category::is_child);
    let in_category = entry.member.age < 18 && entry.member.categories.iter().any(childs);
    let file = in_category.then(|| children::file(entry.id, school.as_ref(), guardian));
    (Resident { person, home, relation: entry.member.relation, school }, file)
}
