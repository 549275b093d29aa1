//! 更正、补充 (个人信息保护法 第46条): what the register says of a person is put right by the office, field by field; and
//! from which day somebody belongs to a category, or no more. What was there before stays in the history.

#[cfg(test)]
mod tests;

use crate::changes::{about, may};
use crate::county::{County, at_county};
use crate::person::AHEAD_DAYS;
use crate::problem::{unchanged, wrong};
use crate::register::Register;
use crate::registrations::namesakes;
use crate::staff::{Change, Sets, write_all};
use crate::takes::{Slot, Takes};
use crate::who::Known;
use domain::catalogue::{RecordKind, keys};
use domain::category::Category;
use domain::head::{Head, Reading};
use domain::id_number;
use domain::ids::RecordId;
use domain::log::Vector;
use domain::name;
use domain::patch::RecordRef;
use domain::permission::{acts, require};
use domain::problem::{Problem, ProblemCode};
use domain::subject::free_spell;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};

/// What can be put right of a person.
pub const OF_PERSON: [&str; 12] = [
    keys::NAME,
    keys::NICKNAME,
    keys::SEX,
    keys::BORN,
    keys::AGE_SAID,
    keys::ID_NUMBER,
    keys::ETHNIC_GROUP,
    keys::RELATION,
    keys::PHONE,
    keys::CARER,
    keys::PHONE_CARER,
    keys::PHONE_AWAY,
];

/// What can be put right of the home.
pub const OF_HOME: [&str; 3] = [keys::NAME, keys::GROUP, keys::DIRECTIONS];

/// One field put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Whose.
    pub person: RecordId,
    /// Whether the field is one of the home.
    pub home: bool,
    /// The field.
    pub field: String,
    /// What it is to be; null takes away what was wrong.
    pub value: Value,
    /// What was seen of the record: what has come since stands beside this. All of it when nothing is said.
    pub seen: Option<Vector>,
    /// Who puts it right.
    pub by: RecordId,
}

/// From when to when somebody belongs to a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belonging {
    /// Who.
    pub person: RecordId,
    /// The category's code.
    pub category: String,
    /// The first day: of one that there is, to end it; else it begins on that day.
    pub from: Day,
    /// The first day without it; none while it goes on, and to take back that it ended.
    pub until: Option<Day>,
    /// Who says so.
    pub by: RecordId,
}

/// What can be put right, with what each field takes, and what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correctable {
    /// Of the person.
    pub person: Vec<Takes>,
    /// The person's record as it stands.
    pub seen: Vector,
    /// Of the home, if there is one.
    pub home: Vec<Takes>,
    /// The home's record as it stands.
    pub home_seen: Vector,
}

/// What can be put right of somebody. O(fields).
///
/// # Errors
/// `nothing_found`; what the store says.
pub async fn correctable(county: &County, person: RecordId, today: Day) -> Result<Correctable, Problem> {
    let (_, found) = about(county, person, today).await?;
    let record = RecordRef { kind: RecordKind::Person, id: person };
    let mut of_person = Vec::new();
    let known = found.person.born.is_some() || found.person.id_number.is_some();
    // What was said at the door holds only as long as nothing better is known.
    for field in OF_PERSON.iter().filter(|field| !(known && **field == keys::AGE_SAID)) {
        of_person.push(Slot::of(county, record, field).await?.takes);
    }
    let mut home = (Vec::new(), Vector::default());
    if let Some((record, head)) = home_of(county, &found).await? {
        for field in OF_HOME {
            home.0.push(Slot::of(county, record, field).await?.takes);
        }
        home.1 = head.vector.clone();
    }
    let (home, home_seen) = home;
    Ok(Correctable { person: of_person, seen: found.head.vector.clone(), home, home_seen })
}

async fn home_of(
    county: &County,
    found: &Known,
) -> Result<Option<(RecordRef, std::sync::Arc<Head>)>, Problem> {
    let Some(id) = found.person.household else { return Ok(None) };
    let record = RecordRef { kind: RecordKind::Household, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    Ok(row.map(|row| (record, row.head)))
}

/// Puts one field right.
///
/// # Errors
/// `nothing_found`; `argument_wrong` for what the field does not take, what contradicts the ID number, a number that
/// somebody else has, and where values differ; `nothing_to_change`; `right_missing`; what the store says.
pub async fn correct(
    county: &County,
    register: &Register,
    word: &Correction,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let today = Day::of(now_ms);
    let (reference, found) = about(county, word.person, today).await?;
    let person = RecordRef { kind: RecordKind::Person, id: word.person };
    if reference.erased.contains(&person) {
        return Err(unchanged(word.person, "这个人已经依法删除", "the person was erased by law"));
    }
    let (record, head) = match word.home {
        false => (person, found.head.clone()),
        true => home_of(county, &found).await?.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?,
    };
    let listed: &[&str] = if word.home { &OF_HOME } else { &OF_PERSON };
    if !listed.contains(&word.field.as_str()) {
        return Err(wrong(&word.field, "这一项不能在这里更正", "this cannot be put right here"));
    }
    let slot = Slot::of(county, record, &word.field).await?;
    if let Reading::Contested(_) = head.read(&word.field) {
        let zh = "这一项填写不一致，请到“待处理”里定";
        return Err(wrong(&slot.takes.zh, zh, "values differ there: settle it under what waits"));
    }
    let value = fitting(&slot, word, today)?;
    if head.value(&word.field).unwrap_or(&Value::Null) == &value {
        return Err(unchanged(&slot.takes.zh, "本来就是这样", "it is so already"));
    }
    let mut sets = Sets::from([(word.field.clone(), value)]);
    if word.home {
        let area = found.person.counted_in().unwrap_or_else(|| county.keys.county());
        require(&reference, word.by, &acts(record.kind, Some(&sets), false), area, today)?;
    } else {
        agreeing(&found, &mut sets)?;
        if let Some(number) = sets.get(keys::ID_NUMBER).and_then(Value::as_text) {
            of_nobody_else(county, register, word.person, number, today).await?;
        }
        may(&reference, &found, word.by, &sets, county, today)?;
    }
    let seen = word.seen.clone().unwrap_or_else(|| head.vector.clone());
    write_all(county, word.by, vec![Change::of_register(record, seen, sets)], now_ms).await?;
    tracing::info!(field = %word.field, "a field of the register was put right");
    Ok(())
}

/// The value as the field keeps it; a name is one.
fn fitting(slot: &Slot, word: &Correction, today: Day) -> Result<Value, Problem> {
    let takes = &slot.takes;
    let value = match word.value.as_text() {
        Some(text) if word.field == keys::ID_NUMBER => Value::from(text.trim().to_uppercase()),
        _ => word.value.clone(),
    };
    let value = slot.fitting(value, &[], today)?;
    if word.field != keys::NAME {
        return Ok(value);
    }
    let tidy = value.as_text().and_then(name::tidy);
    tidy.map(Value::from).ok_or_else(|| wrong(&takes.zh, "不是姓名", "not a name"))
}

/// What the ID number says goes with it; birth and sex do not contradict the one that stands.
fn agreeing(found: &Known, sets: &mut Sets) -> Result<(), Problem> {
    if let Some(number) = sets.get(keys::ID_NUMBER).and_then(Value::as_text).map(str::to_owned) {
        let born = id_number::birth(&number).map(|day| (keys::BORN, Value::from(day.to_string())));
        let sex = id_number::sex(&number).map(|sex| (keys::SEX, Value::from(sex)));
        for (key, value) in born.into_iter().chain(sex) {
            if found.head.value(key) != Some(&value) {
                sets.insert(key.to_owned(), value);
            }
        }
        return Ok(());
    }
    let Some(number) = found.person.id_number.as_deref() else { return Ok(()) };
    let said = |key: &str| sets.get(key).and_then(Value::as_text);
    let born = id_number::birth(number).map(|day| day.to_string());
    let contradicts = said(keys::BORN).is_some_and(|day| Some(day) != born.as_deref())
        || said(keys::SEX).is_some_and(|sex| Some(sex) != id_number::sex(number));
    if contradicts {
        let zh = "和身份证号对不上；是身份证号错了，就更正身份证号，出生日期和性别会跟着改";
        let en = "the ID number says otherwise; if that is wrong, put it right, and birth and sex follow";
        return Err(wrong("身份证号", zh, en));
    }
    Ok(())
}

async fn of_nobody_else(
    county: &County,
    register: &Register,
    person: RecordId,
    number: &str,
    today: Day,
) -> Result<(), Problem> {
    let same = namesakes(county, register, person, Some(number), today).await?;
    if same.iter().any(|one| one.same_number) {
        let zh = "名册上已有这个身份证号；如果是同一个人，请在“可能重复”里合并";
        let en = "somebody has this number already; if it is the same person, merge the two";
        return Err(wrong("身份证号", zh, en));
    }
    Ok(())
}

/// Says from which day on somebody belongs to a category, or no more.
///
/// # Errors
/// `nothing_found`; `argument_wrong` for no category and days that cannot be; `nothing_to_change`; `right_missing`;
/// what the store says.
pub async fn belong(county: &County, word: &Belonging, now_ms: UnixMs) -> Result<(), Problem> {
    let today = Day::of(now_ms);
    let (reference, found) = about(county, word.person, today).await?;
    let record = RecordRef { kind: RecordKind::Person, id: word.person };
    if reference.erased.contains(&record) {
        return Err(unchanged(word.person, "这个人已经依法删除", "the person was erased by law"));
    }
    let none = || wrong(&word.category, "没有这个类别", "there is no such category");
    let category = Category::from_code(&word.category).ok_or_else(none)?;
    let spells = || found.person.memberships.iter().filter(|one| one.code == word.category);
    let there = spells().find(|one| one.from == Some(word.from));
    let key = |spell: &str, end: &str| format!("{}{spell}/{end}", keys::CATEGORY);
    let day = |until: Option<Day>| until.map_or(Value::Null, |day| Value::text(day.to_string()));
    if let Some(until) = word.until
        && (until <= word.from || until > today.plus(AHEAD_DAYS))
    {
        let zh = format!("要在 {} 之后，最多提前一年写", word.from);
        return Err(wrong("until", zh, format!("after {}, a year ahead at most", word.from)));
    }
    let overlaps = spells().any(|one| {
        let itself = one.from == Some(word.from);
        !itself
            && one.from.is_none_or(|from| word.until.is_none_or(|until| from < until))
            && one.until.is_none_or(|until| word.from < until)
    });
    if overlaps {
        let zh = format!("这些日子里已经是{}了", category.zh());
        return Err(wrong(category.zh(), zh, "it holds on some of these days already"));
    }
    let sets = match there {
        Some(one) if one.until == word.until => {
            return Err(unchanged(category.zh(), "本来就是这样", "it is so already"));
        }
        Some(_) => {
            let spell = spell_of(&found.head, &word.category, word.from).ok_or_else(none)?;
            Sets::from([(key(&spell, "end"), day(word.until))])
        }
        None if word.from > today => {
            return Err(wrong("from", "不能在今天以后", "not after today"));
        }
        None => {
            let spell = free_spell(&found.head, &word.category);
            let mut sets = Sets::from([(key(&spell, "start"), day(Some(word.from)))]);
            sets.extend(word.until.map(|until| (key(&spell, "end"), day(Some(until)))));
            sets
        }
    };
    may(&reference, &found, word.by, &sets, county, today)?;
    let change = Change::of_register(record, found.head.vector.clone(), sets);
    write_all(county, word.by, vec![change], now_ms).await?;
    tracing::info!(category = category.code(), "a category was begun or ended");
    Ok(())
}

/// The key of the spell of a category that began on a day.
fn spell_of(head: &Head, code: &str, from: Day) -> Option<String> {
    let wanted = Value::text(from.to_string());
    let began = |spell: &String| {
        let key = format!("{}{spell}/start", keys::CATEGORY);
        head.value(&key) == Some(&wanted)
    };
    let spells = std::iter::once(code.to_owned()).chain((2..SPELLS_MAX).map(|at| format!("{code}.{at}")));
    spells.into_iter().find(began)
}

/// Nobody enters and leaves one category more often.
const SPELLS_MAX: usize = 100;
