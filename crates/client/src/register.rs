//! 名单上没有？登记: a name, or how people call them, is enough; the township confirms.

use crate::amend::{Written, contact};
use crate::app::{App, Open};
use crate::pen::{Pen, Said};
use crate::tell::{OrTell, nothing_found};
use crate::visits::finish::told_since;
use domain::catalogue::{RecordKind, keys};
use domain::id_number;
use domain::ids::{AreaCode, RecordId};
use domain::name::tidy;
use domain::patch::RecordRef;
use domain::permission::{Act, allowed};
use domain::problem::{Problem, ProblemCode};
use domain::subject::{AgeSaid, is_minor};
use domain::time::Day;
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::phone::{Needle, PeopleFilter, PersonRow, plain};

/// 名单上没有？登记: a name, or how people call them, is enough.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct RegisterPerson {
    /// The name; empty while only the nickname is known.
    #[serde(default)]
    pub name: String,
    /// What neighbours call them.
    #[serde(default)]
    pub nickname: Option<String>,
    /// The village.
    pub village: AreaCode,
    /// The household, when it is on the phone.
    #[serde(default)]
    pub household: Option<RecordId>,
    /// GB/T 2261.1: `1` male, `2` female.
    #[serde(default)]
    pub sex: Option<String>,
    /// Date of birth.
    #[serde(default)]
    pub born: Option<Day>,
    /// Of whom no date of birth is known: a child or an adult.
    #[serde(default)]
    pub age_said: Option<AgeSaid>,
    /// The ID number, where somebody has the card at hand; it tells birth and sex too.
    #[serde(default)]
    pub id_number: Option<String>,
    /// Telephone.
    #[serde(default)]
    pub phone: Option<String>,
    /// Pinyin by hand, for characters that have none.
    #[serde(default)]
    pub pinyin: Option<String>,
    /// It is not who has this name there already, but somebody else.
    #[serde(default)]
    pub another: bool,
}

/// What is said of the age of somebody who is being registered, as far as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(default)]
pub struct AgeTold {
    /// The ID number.
    pub id_number: Option<String>,
    /// Date of birth.
    pub born: Option<Day>,
    /// A child or an adult.
    pub age_said: Option<AgeSaid>,
}

/// What of it will be kept, and what it contradicts: the ID number goes before the day of birth, and this before a
/// word on the age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct AgeKept {
    /// The day of birth in the number, where another one was typed.
    pub number_born: Option<Day>,
    /// What that of the number, or the typed one, makes them, where something else was said.
    pub age: Option<AgeSaid>,
}

/// The day of birth as it is kept: the number says it, as in the register that is imported.
fn born_of(number: Option<&str>, typed: Option<Day>) -> Option<Day> {
    number.and_then(id_number::birth).or(typed)
}

/// Name and nickname as they are kept; one of them there is.
fn called(request: &RegisterPerson) -> Result<(Option<String>, Option<String>), Problem> {
    let kept = |text: &str| match text.trim() {
        "" => Ok(None),
        text => tidy(text).map(Some).ok_or_else(|| Problem::new(ProblemCode::NameMalformed)),
    };
    let (name, nickname) = (kept(&request.name)?, kept(request.nickname.as_deref().unwrap_or_default())?);
    if name.is_none() && nickname.is_none() {
        return Err(Problem::new(ProblemCode::NameMalformed));
    }
    Ok((name, nickname))
}

/// Lists are searched by the last four characters of ID numbers.
const ID_SEARCHED_FROM: usize = 14;

/// A number as it is kept: that of a card, with its check character.
fn card(typed: Option<&str>) -> Result<Option<String>, Problem> {
    let number: String = typed.unwrap_or_default().chars().filter(|one| !one.is_whitespace()).collect();
    let number = number.to_uppercase();
    if number.is_empty() || id_number::is_valid(&number) {
        return Ok(Some(number).filter(|number| !number.is_empty()));
    }
    let wrong = Problem::new(ProblemCode::AnswerOutsideConstraint);
    let named = wrong.with_both("question", "身份证号", "ID number");
    Err(named.with_both(
        "message",
        "不是身份证上的 18 位号码，请再看一遍",
        "these are not the 18 characters of an ID card",
    ))
}

/// More people than a household or a village has.
const NEIGHBOURS_MAX: usize = 2_000;

impl Open {
    /// Who on this phone has this ID number.
    fn numbered(&self, number: &str) -> Result<Option<RecordId>, Problem> {
        let last: String = number.chars().skip(ID_SEARCHED_FROM).collect();
        let Some(needle) = Needle::of(&last) else { return Ok(None) };
        for row in self.store.search(&needle, 0, NEIGHBOURS_MAX).or_tell()? {
            if self.person(row.id)?.is_some_and(|person| person.id_number.as_deref() == Some(number)) {
                return Ok(Some(row.id));
            }
        }
        Ok(None)
    }

    /// Who is called so in the household already; without one, in the village.
    fn called_so(
        &self,
        request: &RegisterPerson,
        called: Option<&String>,
    ) -> Result<Option<RecordId>, Problem> {
        let Some(called) = called else { return Ok(None) };
        let filter =
            request.household.map_or(PeopleFilter::Village(request.village), PeopleFilter::Household);
        let there = self.store.people(&filter, 0, NEIGHBOURS_MAX).or_tell()?;
        let here = |row: &&PersonRow| request.household.is_none() || row.household == request.household;
        let same = |row: &&PersonRow| here(row) && plain(&row.name) == plain(called);
        Ok(there.iter().find(same).map(|row| row.id))
    }
}

/// Who it is, as it is kept.
struct Who {
    name: Option<String>,
    nickname: Option<String>,
    number: Option<String>,
    born: Option<Day>,
}

/// What is written of somebody who is registered.
fn said(who: Who, request: RegisterPerson) -> Result<BTreeMap<String, Value>, Problem> {
    let village = i64::try_from(request.village.0).map_err(|_| nothing_found())?;
    let phone = contact(keys::PHONE, request.phone.as_deref().unwrap_or_default())?;
    let mut sets = BTreeMap::from([
        (keys::VILLAGE.to_owned(), Value::Int(village)),
        (keys::REGISTRATION.to_owned(), Value::from("pending")),
    ]);
    let Who { name, nickname, number, born } = who;
    let sex = request.sex.or_else(|| number.as_deref().and_then(id_number::sex).map(str::to_owned));
    // A day of birth says more than anybody's word on it.
    let age_said = request.age_said.filter(|_| born.is_none()).map(|said| said.code().to_owned());
    let texts = [
        (keys::NAME, name),
        (keys::NICKNAME, nickname),
        (keys::HOUSEHOLD, request.household.map(|id| id.to_string())),
        (keys::SEX, sex),
        (keys::BORN, born.map(|day| day.to_string())),
        (keys::AGE_SAID, age_said),
        (keys::ID_NUMBER, number),
        (keys::PINYIN, request.pinyin),
    ];
    for (key, text) in texts {
        sets.extend(text.map(|text| (key.to_owned(), Value::text(text))));
    }
    sets.extend((phone != Value::Null).then(|| (keys::PHONE.to_owned(), phone)));
    Ok(sets)
}

impl App {
    /// What will be kept of somebody's age, told while it is typed. A number that is not whole yet says nothing.
    ///
    /// # Errors
    /// [`ProblemCode::Locked`].
    pub fn age_told(&mut self, request: AgeTold) -> Result<AgeKept, Problem> {
        let today = self.today()?;
        let number = card(request.id_number.as_deref()).ok().flatten();
        let born = born_of(number.as_deref(), request.born);
        let number_born = born.filter(|born| request.born.is_some_and(|typed| typed != *born));
        let said = |born| if is_minor(born, today) { AgeSaid::Child } else { AgeSaid::Adult };
        let age = born.map(said).filter(|age| request.age_said.is_some_and(|said| said != *age));
        Ok(AgeKept { number_born, age })
    }

    /// Registers somebody who is not on the list; the township confirms.
    ///
    /// # Errors
    /// [`ProblemCode::NameMalformed`], [`ProblemCode::AnswerOutsideConstraint`] for a telephone that is none,
    /// [`ProblemCode::PersonRegistered`] with the one who is there,
    /// [`ProblemCode::OutsideArea`], and those of journal and database.
    pub fn register_person(&mut self, request: RegisterPerson) -> Result<Written, Problem> {
        let (ports, open, _) = self.writing()?;
        let today = open.today(ports);
        if !allowed(&open.reference, open.staff, Act::RegisterPerson, request.village, today..=today) {
            return Err(Problem::new(ProblemCode::OutsideArea));
        }
        let (name, nickname) = called(&request)?;
        let number = card(request.id_number.as_deref())?;
        let born = born_of(number.as_deref(), request.born);
        told_since(born, today).map_err(|wrong| wrong.with_both("question", "出生日期", "Date of birth"))?;
        if !request.another {
            if let Some(there) = number.as_deref().map_or(Ok(None), |number| open.numbered(number))? {
                return Err(Problem::new(ProblemCode::NumberRegistered).with("subject", there));
            }
            if let Some(there) = open.called_so(&request, name.as_ref().or(nickname.as_ref()))? {
                return Err(Problem::new(ProblemCode::PersonRegistered).with("subject", there));
            }
        }
        let sets = said(Who { name, nickname, number, born }, request)?;
        let mut pen = Pen::new(open, ports, false)?;
        let id = pen.create(ports, RecordKind::Person, Said::new(sets))?;
        open.commit(ports, pen, None, None)?;
        Ok(Written { record: RecordRef { kind: RecordKind::Person, id }, changed: true })
    }
}
