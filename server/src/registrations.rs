//! 主动发现: who was registered at the door, and the township's word: taken into the register with categories,
//! ID number and household, or not. Until then they stand outside the denominator; their visits stay in any case.

use crate::changes::{about, may, taken_back, tidy};
use crate::county::{County, at_county, each_record};
use crate::problem::{unchanged, wrong};
use crate::register::Register;
use crate::reports::of_person;
use crate::staff::{Change, Sets, write_all};
use crate::who::{Known, Who, known};
use domain::area::codes;
use domain::catalogue::{RecordKind, keys};
use domain::category::Category;
use domain::change::{Registration, Written};
use domain::id_number;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::subject::{AgeSaid, merged_into};
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use sync::county::needs::RecordRow;

/// Somebody who was registered at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Registered)]
pub struct Found {
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// How far it is: a code of [`Registration`].
    pub state: &'static str,
    /// Who registered them.
    pub found_by: String,
    /// When, as far as clocks can tell.
    pub found_ms: UnixMs,
    /// How many visits they have had.
    pub visits: usize,
    /// What was said with the last word, also when that was taken back.
    pub words: String,
    /// Who said it.
    pub by: String,
}

/// Somebody of the same name or the same ID number, to be told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Namesake {
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// The ID number, all but its ends stars.
    pub id_number: Option<String>,
    /// Whether it is the same number.
    pub same_number: bool,
}

/// The township's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// On whom.
    pub person: RecordId,
    /// What is said.
    pub said: Said,
    /// In words: the finder reads them when somebody is not taken in; the reason when a word is taken back.
    pub words: String,
    /// Who says it.
    pub by: RecordId,
}

/// What is said of somebody who was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// 纳入.
    Taken(Box<Taking>),
    /// 不纳入.
    NotTaken,
    /// The word before is taken back.
    TakenBack,
}

/// What somebody is taken in with; what is not said stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Taking {
    /// The name as it stands on the ID.
    pub name: Option<String>,
    /// `1` male, `2` female.
    pub sex: Option<String>,
    /// Date of birth.
    #[schema(value_type = Option<String>)]
    pub born: Option<Day>,
    /// A code of [`AgeSaid`], of whom no date of birth is known; where one is, that decides.
    pub age_said: Option<String>,
    /// The ID number; of it sex and date of birth are read where they are not said.
    pub id_number: Option<String>,
    /// The household, of the same village.
    #[schema(value_type = Option<String>)]
    pub household: Option<RecordId>,
    /// Categories with their first days.
    #[schema(value_type = BTreeMap<String, String>)]
    pub categories: BTreeMap<String, Day>,
}

/// Everybody of an area who was registered at the door and waits, or on whom the township has spoken.
/// O(people), a few reads for each of those.
///
/// # Errors
/// What the store says.
pub async fn list(county: &County, area: AreaCode, open: bool, today: Day) -> Result<Vec<Found>, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut people = Vec::new();
    let take = |record: RecordRef, row: &RecordRow| {
        let state = Registration::of(&row.head);
        let wanted = state.is_some_and(|state| (state == Registration::Pending) == open);
        let villages = codes(&row.head, keys::VILLAGE);
        let here = villages.iter().any(|village| reference.areas.within(*village, area));
        // Whoever was merged is somebody who is confirmed, or waits there.
        people.extend((wanted && here && merged_into(&row.head).is_none()).then_some(record.id));
    };
    each_record(county.stores.ledger.as_ref(), RecordKind::Person, take).await?;
    let mut all = Vec::new();
    for id in people {
        all.extend(one(county, &reference, id, today).await?);
    }
    all.sort_by_cached_key(|one| (one.who.village, one.who.name.clone()));
    Ok(all)
}

/// Somebody who was registered at the door; `None` for whoever was not.
///
/// # Errors
/// What the store says.
pub async fn one(
    county: &County,
    reference: &Reference,
    id: RecordId,
    today: Day,
) -> Result<Option<Found>, Problem> {
    let Some(Known { head, who, .. }) = known(county, reference, id, today).await? else { return Ok(None) };
    let Some(state) = Registration::of(&head) else { return Ok(None) };
    let record = RecordRef { kind: RecordKind::Person, id };
    let history = county.stores.reports.history(record).await.map_err(at_county)?;
    let first = history.first().map(|item| &item.entry.patch);
    let visits = of_person(county, id, today, today).await?.times;
    let write = head.fields.get(keys::REGISTRATION_WORDS).and_then(|all| all.first());
    Ok(Some(Found {
        who,
        state: state.code(),
        found_by: first.map(|patch| reference.staff_name(patch.author)).unwrap_or_default(),
        found_ms: first.map(|patch| patch.stamp.best_ms()).unwrap_or_default(),
        visits,
        words: head.text(keys::REGISTRATION_WORDS).unwrap_or_default().to_owned(),
        by: write.map(|one| reference.staff_name(one.author)).unwrap_or_default(),
    }))
}

impl Namesake {
    /// Of whom another township is in charge: that there is somebody, and where to ask.
    pub(crate) fn elsewhere(mut self) -> Self {
        self.who.name = domain::mask::name(&self.who.name);
        (self.who.village, self.who.village_name) = (None, String::new());
        (self.who.group, self.who.head_name, self.id_number) = (String::new(), String::new(), None);
        (self.who.age, self.who.sex) = (None, None);
        self
    }
}

/// Who is called so in this county too, or has this ID number, but for the person themselves.
///
/// # Errors
/// What the store says.
pub async fn namesakes(
    county: &County,
    register: &Register,
    id: RecordId,
    number: Option<&str>,
    today: Day,
) -> Result<Vec<Namesake>, Problem> {
    let (reference, found) = about(county, id, today).await?;
    let number = number.or(found.person.id_number.as_deref());
    let end =
        number.map(|number| number.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect());
    let mut all: Vec<Namesake> = Vec::new();
    for typed in [Some(found.person.name.clone()), end].into_iter().flatten() {
        let hits = register.search(county, county.keys.county(), &typed, None, NAMESAKES_MAX).await?;
        for other in hits.people {
            if other == id || all.iter().any(|one| one.who.person == other) {
                continue;
            }
            let Some(one) = known(county, &reference, other, today).await? else { continue };
            let same_number = number.is_some() && one.person.id_number.as_deref() == number;
            if same_number || one.person.name == found.person.name {
                let id_number = one.person.id_number.as_deref().map(domain::mask::id_number);
                all.push(Namesake { who: one.who, id_number, same_number });
            }
        }
    }
    Ok(all)
}

/// So many of one name are looked at.
const NAMESAKES_MAX: usize = 50;

/// Carries out a word on somebody who was registered at the door.
///
/// # Errors
/// `nothing_found`; `argument_wrong` for what cannot be so, words that are lacking, an ID number that somebody has,
/// and what was written since; `nothing_to_change` when that was said already; `right_missing`; what the store says.
pub async fn say(county: &County, register: &Register, word: &Word, now_ms: UnixMs) -> Result<(), Problem> {
    let today = Day::of(now_ms);
    let (reference, found) = about(county, word.person, today).await?;
    let state = Registration::of(&found.head);
    let none = || {
        wrong(
            &found.who.name,
            "不是走访人登记的，或填写不一致",
            "was not registered by a worker, or values differ",
        )
    };
    let open = state.ok_or_else(none)? == Registration::Pending;
    if open == (word.said == Said::TakenBack) {
        return Err(match open {
            true => unchanged(
                &found.who.name,
                "还没有定，没有可以撤销的",
                "nothing was decided that could be taken back",
            ),
            false => unchanged(
                &found.who.name,
                "已经有人定了，请刷新再看",
                "somebody has decided on it already; look again",
            ),
        });
    }
    let words = tidy(&word.words)?;
    if words.is_none() && !matches!(word.said, Said::Taken(_)) {
        return Err(wrong("words", "要写理由，走访人看得到", "say why: the worker reads it"));
    }
    let (mut sets, becomes, wrote) = match &word.said {
        Said::Taken(taking) => {
            let sets = taken(county, &found, taking, today).await?;
            let number =
                sets.get(keys::ID_NUMBER).and_then(Value::as_text).or(found.person.id_number.as_deref());
            let same = namesakes(county, register, word.person, number, today).await?;
            if let Some(other) = same.iter().find(|one| one.same_number) {
                let (name, place) = (&other.who.name, &other.who.village_name);
                let zh = format!("名册上已有这个身份证号：{name}（{place}）。是同一个人就选“不纳入”");
                let en = format!(
                    "{name} of {place} has this number. If it is the same person, do not take them in"
                );
                return Err(wrong("身份证号", zh, en));
            }
            let written = Written::all(&found.head, &sets);
            (sets, Registration::Taken, Written::list(&written))
        }
        Said::NotTaken => (Sets::new(), Registration::NotTaken, Value::Null),
        Said::TakenBack => {
            let wrote = Written::read(&found.head, keys::REGISTRATION_WROTE);
            (taken_back(county, &found, &wrote).await?.0, Registration::Pending, Value::Null)
        }
    };
    sets.extend([
        (keys::REGISTRATION.to_owned(), Value::from(becomes.code())),
        (keys::REGISTRATION_WORDS.to_owned(), words.map_or(Value::Null, Value::from)),
        (keys::REGISTRATION_WROTE.to_owned(), wrote),
    ]);
    may(&reference, &found, word.by, &sets, county, today)?;
    let record = RecordRef { kind: RecordKind::Person, id: word.person };
    let change = Change::of_register(record, found.head.vector.clone(), sets);
    write_all(county, word.by, vec![change], now_ms).await?;
    tracing::info!(state = becomes.code(), "a word on a registration was written");
    Ok(())
}

/// What somebody is taken in with, as it is kept: only what changes.
async fn taken(county: &County, found: &Known, taking: &Taking, today: Day) -> Result<Sets, Problem> {
    let mut sets = Sets::new();
    let mut set = |key: &str, text: Option<String>| {
        sets.extend(text.map(|text| (key.to_owned(), Value::from(text))));
    };
    if let Some(name) = taking.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        let tidy = domain::name::tidy(name);
        set(keys::NAME, Some(tidy.ok_or_else(|| wrong(name, "不是姓名", "not a name"))?));
    } else if found.head.text(keys::NAME).is_none() {
        return Err(wrong(
            "姓名",
            "纳入要有姓名，现在只有小名",
            "a name is needed; only what people call them is known",
        ));
    }
    let number =
        taking.id_number.as_deref().map(|text| text.trim().to_uppercase()).filter(|text| !text.is_empty());
    if let Some(number) = &number {
        if !id_number::is_valid(number) {
            return Err(wrong(
                "身份证号",
                "不是对的 18 位身份证号",
                "not a valid ID number of 18 characters",
            ));
        }
        set(keys::ID_NUMBER, Some(number.clone()));
    }
    let born = taking.born.or_else(|| number.as_deref().and_then(id_number::birth)).or(found.person.born);
    if born.is_some_and(|born| born > today) {
        return Err(wrong("出生日期", "不能在今天以后", "not after today"));
    }
    set(keys::BORN, born.map(|day| day.to_string()));
    set(keys::AGE_SAID, age_said(taking).transpose()?.filter(|_| born.is_none()));
    let sex = taking
        .sex
        .clone()
        .or_else(|| number.as_deref().and_then(id_number::sex).map(str::to_owned))
        .or_else(|| found.person.sex.clone());
    if sex.as_deref().is_some_and(|sex| !["1", "2"].contains(&sex)) {
        return Err(wrong("性别", "只能选男或女", "male or female"));
    }
    set(keys::SEX, sex);
    if let Some(id) = taking.household {
        let record = RecordRef { kind: RecordKind::Household, id };
        let row = county.stores.ledger.record(record).await.map_err(at_county)?;
        let there = row.is_some_and(|row| codes(&row.head, keys::VILLAGE) == found.person.villages);
        if !there {
            return Err(wrong("户", "这个村没有这一户", "this village has no such household"));
        }
        set(keys::HOUSEHOLD, Some(id.to_string()));
    }
    if taking.categories.is_empty() {
        return Err(wrong(
            "类别",
            "纳入要选类别和从哪天起，不然没有走访要求",
            "choose a category and its first day: without one nothing is asked",
        ));
    }
    for (code, from) in &taking.categories {
        let known = Category::from_code(code).is_some();
        if !known || *from > today {
            return Err(wrong("类别", "类别不对，或日期在今天以后", "no such category, or a day to come"));
        }
        set(&format!("{}{code}/start", keys::CATEGORY), Some(from.to_string()));
    }
    sets.retain(|key, value| found.head.value(key) != Some(value));
    Ok(sets)
}

/// The code of what is said of the age.
fn age_said(taking: &Taking) -> Option<Result<String, Problem>> {
    let none = || wrong("大人还是孩子", "只能选大人或孩子", "an adult or a child");
    let said = taking.age_said.as_deref()?;
    Some(AgeSaid::from_code(said).map(|said| said.code().to_owned()).ok_or_else(none))
}

#[cfg(test)]
mod tests;
