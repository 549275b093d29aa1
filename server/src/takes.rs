//! What may be written into a field: by the model's catalogue, and for a question by its form. Whoever writes at
//! the desk is offered only that, and nothing else is taken in: coverage could not read it.

mod ethnic;

use crate::county::{County, at_county};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, field_en, field_zh, keys};
use domain::category::Category;
use domain::change::Registration;
use domain::concern::{ConcernKind, ConcernNow, ConcernState};
use domain::duty::DutyKind;
use domain::going::Going;
use domain::id_number;
use domain::patch::{ANSWER_PREFIX, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::staff::Role;
use domain::subject::{AgeSaid, AwayKind};
use domain::telephone::{NO_NUMBER, number};
use domain::time::{Day, Happened};
use domain::value::Value;
use domain::visit::{Met, NotMet, Way};
use forms::def::Kind;
use forms::form::Form;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What kind of value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// One of the choices.
    Choice,
    /// Any of the choices.
    Choices,
    /// A day.
    Day,
    /// When a visit was: an interval.
    Time,
    /// A telephone number.
    Telephone,
    /// The number of an ID.
    IdNumber,
    /// A whole number.
    Number,
    /// A number that may have a fraction.
    Decimal,
    /// Words.
    Text,
    /// Nothing that can be typed: only what stands already.
    Standing,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = TakenChoice)]
pub struct Choice {
    /// As it is stored.
    pub code: String,
    /// In words, Chinese.
    pub zh: String,
    /// In words, English.
    pub en: String,
}

/// What may be written into a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Takes {
    /// The field.
    pub field: String,
    /// What it is called, Chinese: the question, if it is one of a form.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// What kind of value it takes.
    pub taken: Taken,
    /// The choices, in order.
    pub choices: Vec<Choice>,
    /// How many characters at most, of words.
    pub longest: usize,
}

/// A field, and what may be written into it.
#[derive(Debug)]
pub struct Slot {
    /// What is told of it.
    pub takes: Takes,
    /// The form whose question it is.
    form: Option<Arc<Form>>,
}

/// How many characters a field of no form holds.
const LONGEST: usize = 500;

/// A code: as it is stored, Chinese, English.
pub(crate) type Code = (&'static str, &'static str, &'static str);

macro_rules! all {
    ($codes:ident) => {
        $codes::ALL.iter().map(|one| (one.code(), one.zh(), one.en())).collect()
    };
}

/// The codes of a field, in the order of the screens; none of a field that holds no codes.
pub(crate) fn codes(kind: Option<RecordKind>, field: &str) -> Vec<Code> {
    match field {
        keys::WAY => all!(Way),
        keys::WAYS => Way::GOING.iter().map(|one| (one.code(), one.zh(), one.en())).collect(),
        keys::MET | keys::METS => all!(Met),
        keys::REASON => all!(NotMet),
        keys::ROLE | keys::ROLES => all!(Role),
        keys::CATEGORIES => all!(Category),
        keys::STATE => all!(ConcernState),
        keys::NOW => all!(ConcernNow),
        keys::KIND if kind == Some(RecordKind::Duty) => all!(DutyKind),
        keys::KIND => all!(ConcernKind),
        keys::AGE_SAID => all!(AgeSaid),
        keys::SEX => vec![("1", "男", "male"), ("2", "女", "female")],
        keys::ETHNIC_GROUP => ethnic::ETHNIC.to_vec(),
        keys::REGISTRATION => all!(Registration),
        field if field.starts_with(keys::GOING) => all!(Going),
        field if field.starts_with(keys::AWAY) && field.ends_with("/kind") => all!(AwayKind),
        field if field.starts_with(keys::CHANGE) && !field.ends_with("/words") => {
            vec![("accepted", "属实", "true"), ("rejected", "不属实", "not true")]
        }
        _ => Vec::new(),
    }
}

/// What a field of no form takes.
fn taken(kind: RecordKind, field: &str) -> Taken {
    let dated =
        |stem: &str, ends: &[&str]| field.starts_with(stem) && ends.iter().any(|end| field.ends_with(end));
    match field {
        // A newer state of these may come only with what else changes then.
        keys::STATE | keys::KIND if kind != RecordKind::Concern => Taken::Standing,
        keys::WAY
        | keys::MET
        | keys::REASON
        | keys::SEX
        | keys::ETHNIC_GROUP
        | keys::AGE_SAID
        | keys::STATE
        | keys::KIND
        | keys::NOW => Taken::Choice,
        keys::HAPPENED => Taken::Time,
        keys::PHONE | keys::PHONE_CARER | keys::PHONE_AWAY => Taken::Telephone,
        keys::ID_NUMBER => Taken::IdNumber,
        keys::BORN
        | keys::DIED
        | keys::MOVED_OUT
        | keys::REFUSAL_APPROVED
        | keys::REASON_FROM
        | keys::DUE
        | keys::FROM
        | keys::UNTIL => Taken::Day,
        keys::NAME
        | keys::NICKNAME
        | keys::PINYIN
        | keys::LOCAL_NUMBER
        | keys::RELATION
        | keys::CARER
        | keys::GROUP
        | keys::DIRECTIONS
        | keys::PLACE
        | keys::LATE_REASON
        | keys::VOID
        | keys::REASON_WORDS
        | keys::COME_AGAIN
        | keys::WORDS
        | keys::REGISTRATION_WORDS
        | keys::HANDLER
        | keys::UNDONE
        | keys::REPLY => Taken::Text,
        _ if field.starts_with(keys::CHANGE) && field.ends_with("/words") => Taken::Text,
        _ if field.starts_with(keys::CHANGE) && field.ends_with("/wrote") => Taken::Standing,
        _ if dated(keys::AWAY, &["/from", "/until"]) || dated(keys::CATEGORY, &["/start", "/end"]) => {
            Taken::Day
        }
        _ if dated(keys::AWAY, &["/kind"]) || field.starts_with(keys::CHANGE) => Taken::Choice,
        _ => Taken::Standing,
    }
}

fn taken_by_question(kind: Kind) -> Taken {
    match kind {
        Kind::SelectOne => Taken::Choice,
        Kind::SelectMultiple => Taken::Choices,
        Kind::Integer => Taken::Number,
        Kind::Decimal => Taken::Decimal,
        Kind::Date => Taken::Day,
        Kind::Text => Taken::Text,
        Kind::Group | Kind::Note | Kind::Calculate => Taken::Standing,
    }
}

impl Slot {
    /// What a field of a record takes; of an answer, by the form under which the record was written last.
    ///
    /// # Errors
    /// What the store says.
    pub async fn of(county: &County, record: RecordRef, field: &str) -> Result<Self, Problem> {
        let history = match field.starts_with(ANSWER_PREFIX) {
            true => county.stores.reports.history(record).await.map_err(at_county)?,
            false => Vec::new(),
        };
        let form = history.iter().rev().find_map(|item| item.entry.patch.form);
        Self::asked(county, record, field, form).await
    }

    /// The same; of an answer by the form under which it was given.
    ///
    /// # Errors
    /// What the store says.
    pub async fn asked(
        county: &County,
        record: RecordRef,
        field: &str,
        form: Option<Hash>,
    ) -> Result<Self, Problem> {
        if let Some(path) = field.strip_prefix(ANSWER_PREFIX) {
            return Self::of_question(county, form, path).await;
        }
        let zh = field_zh(field).unwrap_or_else(|| field.to_owned());
        let taken = taken(record.kind, field);
        let mut choices = match taken {
            Taken::Choice => codes(Some(record.kind), field),
            _ => Vec::new(),
        };
        // A visit does not become a mere report by anybody's word.
        choices.retain(|(code, ..)| field != keys::WAY || *code != Way::Report.code());
        let choice = |(code, zh, en): Code| Choice { code: code.into(), zh: zh.into(), en: en.into() };
        let takes = Takes {
            field: field.to_owned(),
            zh,
            en: field_en(field).unwrap_or_else(|| field.to_owned()),
            taken,
            choices: choices.into_iter().map(choice).collect(),
            longest: LONGEST,
        };
        Ok(Self { takes, form: None })
    }

    async fn of_question(county: &County, hash: Option<Hash>, path: &str) -> Result<Self, Problem> {
        let form = match hash {
            Some(hash) => form(county, hash).await?,
            None => None,
        };
        let said = |language| form.as_ref().and_then(|form| form.in_words(path, &Value::Null, language));
        let name = |language| said(language).map(|(label, _)| label).filter(|label| !label.is_empty());
        let [zh, en] = ["zh", "en"].map(|language| name(language).unwrap_or_else(|| path.to_owned()));
        let views = ["zh", "en"].map(|language| form.as_ref().and_then(|form| form.takes(path, language)));
        let field = format!("{ANSWER_PREFIX}{path}");
        let [Some(view), Some(english)] = views else {
            let (taken, choices) = (Taken::Standing, Vec::new());
            return Ok(Self { takes: Takes { field, zh, en, taken, choices, longest: LONGEST }, form });
        };
        let pairs = view.choices.into_iter().zip(english.choices);
        let choices = pairs.map(|(zh, en)| Choice { code: zh.code, zh: zh.label, en: en.label }).collect();
        let (taken, longest) = (taken_by_question(view.kind), view.max_length.unwrap_or(LONGEST));
        Ok(Self { takes: Takes { field, zh, en, taken, choices, longest }, form })
    }

    /// A value as the field keeps it. Nothing may stand where one of the sides says so, and where words or a
    /// number of a telephone stood.
    ///
    /// # Errors
    /// `argument_wrong`, naming the field and what it takes.
    pub fn fitting(&self, value: Value, sides: &[Value], today: Day) -> Result<Value, Problem> {
        let takes = &self.takes;
        let stands = sides.contains(&value);
        if value.is_null() {
            let may = stands || matches!(takes.taken, Taken::Text | Taken::Telephone | Taken::IdNumber);
            return if may { Ok(value) } else { Err(takes.wrong("没有填", "nothing was given")) };
        }
        if takes.taken == Taken::Standing {
            let (zh, en) = ("这一栏不能另填，只能用其中一边", "only one of the sides can be used here");
            return if stands { Ok(value) } else { Err(takes.wrong(zh, en)) };
        }
        if let (Some(form), Some(path)) = (&self.form, takes.field.strip_prefix(ANSWER_PREFIX)) {
            let kept = form.fitting(path, value).filter(|kept| !kept.is_null());
            return kept.ok_or_else(|| takes.mistyped());
        }
        match (takes.taken, value) {
            (Taken::Text, Value::Text(text)) => takes.words(&text),
            (Taken::Telephone, Value::Text(text)) => {
                let (zh, en) = NO_NUMBER;
                number(&text).map(Value::from).ok_or_else(|| takes.wrong(zh, en))
            }
            (_, Value::Text(text)) if takes.reads(text.trim(), today) => Ok(Value::text(text.trim())),
            _ => Err(takes.mistyped()),
        }
    }
}

impl Takes {
    fn words(&self, text: &str) -> Result<Value, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(self.wrong("没有填", "nothing was given"));
        }
        if text.chars().count() > self.longest {
            let zh = format!("太长了，最多 {} 个字", self.longest);
            return Err(self.wrong(&zh, &format!("too long: {} characters at most", self.longest)));
        }
        Ok(Value::text(text))
    }

    /// Whether rules can read the text as what the field holds.
    fn reads(&self, text: &str, today: Day) -> bool {
        let past = [keys::BORN, keys::DIED].contains(&self.field.as_str());
        match self.taken {
            Taken::Choice => self.choices.iter().any(|one| one.code == text),
            Taken::Day => text
                .parse::<Day>()
                .is_ok_and(|day| day >= EARLIEST && day <= LATEST && (!past || day <= today)),
            Taken::Time => {
                text.parse::<Happened>().is_ok_and(|when| when.day() >= EARLIEST && when.last_day() <= today)
            }
            Taken::IdNumber => id_number::is_valid(text),
            _ => false,
        }
    }

    fn mistyped(&self) -> Problem {
        let (zh, en) = match self.taken {
            Taken::Choice | Taken::Choices => ("要从列出的里面选", "it has to be one of the choices"),
            Taken::Day => {
                ("要填一个对的日期，如 2026-11-23", "it has to be a date that can be, such as 2026-11-23")
            }
            Taken::Time => (
                "要填走访的日期和时间，不能是今天以后",
                "it has to be the day and time of the visit, not after today",
            ),
            Taken::IdNumber => ("不是对的 18 位身份证号", "not a valid ID number of 18 characters"),
            Taken::Number | Taken::Decimal => ("要填数字", "it has to be a number"),
            Taken::Text => ("要填文字，不能太长", "it has to be words, not too many"),
            Taken::Telephone => NO_NUMBER,
            Taken::Standing => ("不能另填", "nothing else can be given"),
        };
        self.wrong(zh, en)
    }

    fn wrong(&self, zh: &str, en: &str) -> Problem {
        let named = Problem::new(ProblemCode::ArgumentWrong).with_both("name", &self.zh, &self.en);
        named.with_both("reason", zh, en)
    }
}

/// 1900-01-01 and 2100-01-01: a day before or after was mistyped.
const EARLIEST: Day = Day(-25_567);
const LATEST: Day = Day(47_482);

/// A form that was published here.
///
/// # Errors
/// What the store says.
pub(crate) async fn form(county: &County, hash: Hash) -> Result<Option<Arc<Form>>, Problem> {
    if county.forms.get(hash).is_none() {
        county.forms.load(county.stores.ledger.as_ref(), &BTreeSet::from([hash])).await?;
    }
    Ok(county.forms.get(hash))
}

#[cfg(test)]
mod tests;
