//! 更正: one field of a visit, a part, a person or a household, with what the screen had seen.

use crate::app::{App, Open, Settings};
use crate::pen::{Pen, Said};
use crate::ports::Ports;
use crate::tell::{OrTell, nothing_found};
use crate::visits::start::When;
use domain::catalogue::{RecordKind, keys};
use domain::head::{Head, Reading};
use domain::ids::{AreaCode, RecordId};
use domain::log::Vector;
use domain::patch::{ANSWER_PREFIX, RecordRef};
use domain::permission::{act_for, allowed};
use domain::problem::{Problem, ProblemCode};
use domain::settings::Setting;
use domain::telephone::{NO_NUMBER, number};
use domain::time::{Day, Happened};
use domain::value::Value;
use domain::visit::{Visit, Way};
use forms::session::{Context, Draft, Session};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A change of one field of a visit or a part.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Amend {
    /// The visit or the part.
    pub record: RecordRef,
    /// The field; an answer's is `a/` and its path.
    pub key: String,
    /// The new value.
    pub value: Value,
    /// What the screen had seen of the record when the page was opened.
    pub seen: Vector,
}

/// 补充说明: a word on what a reviewer asks, where the answer is right as it is.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Explain {
    /// The part.
    pub part: RecordId,
    /// The field that was asked about.
    pub field: String,
    /// The word.
    pub words: String,
    /// What the screen had seen of the part when the page was opened.
    pub seen: Vector,
}

/// 更正走访时间.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct AmendTime {
    /// The visit.
    pub visit: RecordId,
    /// When it was.
    pub happened: When,
    /// Why that is said only now; asked for when it is long ago.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// What the screen had seen of the visit when the page was opened.
    pub seen: Vector,
}

/// 改电话、改怎么找到他家.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct CorrectContact {
    /// The person or the household.
    pub record: RecordRef,
    /// `phone`, `phone/carer`, `phone/away`, `directions`, `nickname` or `pinyin`.
    pub key: String,
    /// The new text; empty takes it away.
    pub value: String,
    /// What the screen had seen of the record when the page was opened.
    pub seen: Vector,
}

/// What writing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Written {
    /// The record.
    pub record: RecordRef,
    /// Whether anything was written: what is so already is not written again.
    pub changed: bool,
}

/// Fields of visits and parts that their author may amend one by one, besides answers. 作废 is a reviewer's;
/// the time has its own command, because it comes with a reason.
const AMENDABLE: [&str; 9] = [
    keys::WAY,
    keys::PLACE,
    keys::VISITED_BY,
    keys::COMPANIONS,
    keys::MET,
    keys::REASON,
    keys::REASON_WORDS,
    keys::REASON_FROM,
    keys::COME_AGAIN,
];

/// How many characters a contact may have that is no number.
const CONTACT_CHARACTERS_MAX: usize = 500;

/// What was typed, as it is kept; nothing takes the field back.
pub(crate) fn contact(key: &str, typed: &str) -> Result<Value, Problem> {
    let text = typed.trim();
    let named = keys::NAMES.iter().find(|(one, ..)| *one == key);
    let (_, zh, en) = named.copied().unwrap_or((key, key, key));
    let about = |code| Problem::new(code).with_both("question", zh, en);
    if text.is_empty() {
        return Ok(Value::Null);
    }
    if [keys::PHONE, keys::PHONE_CARER, keys::PHONE_AWAY].contains(&key) {
        let (zh, en) = NO_NUMBER;
        let wrong = || about(ProblemCode::AnswerOutsideConstraint).with_both("message", zh, en);
        return number(text).map(Value::from).ok_or_else(wrong);
    }
    if text.chars().count() > CONTACT_CHARACTERS_MAX {
        return Err(about(ProblemCode::AnswerTooLong).with("limit", CONTACT_CHARACTERS_MAX));
    }
    Ok(Value::from(text))
}

const CONTACT: [&str; 6] =
    [keys::PHONE, keys::PHONE_CARER, keys::PHONE_AWAY, keys::DIRECTIONS, keys::NICKNAME, keys::PINYIN];

impl Open {
    /// Whether this worker may write a field of a record, by the county's own rule. What the county
    /// decides otherwise is told with the receipt.
    ///
    /// # Errors
    /// [`ProblemCode::NotYoursToChange`].
    pub(crate) fn may_write(
        &self,
        record: RecordRef,
        head: &Head,
        key: &str,
        today: Day,
    ) -> Result<(), Problem> {
        let act = act_for(record.kind, key, false);
        let (area, days) = self.place_and_days(record, head, today)?;
        let not_permitted = || Problem::new(ProblemCode::NotYoursToChange);
        let area = area.ok_or_else(not_permitted)?;
        if allowed(&self.reference, self.staff, act, area, days) { Ok(()) } else { Err(not_permitted()) }
    }

    fn place_and_days(
        &self,
        record: RecordRef,
        head: &Head,
        today: Day,
    ) -> Result<(Option<AreaCode>, std::ops::RangeInclusive<Day>), Problem> {
        let village = |head: &Head| head.values(keys::VILLAGE).filter_map(Value::as_area).min();
        let linked = |kind, key: &str| {
            let id = head.text(key).and_then(|text| text.parse().ok());
            let row = id.map(|id| self.store.record(RecordRef { kind, id }).or_tell()).transpose()?.flatten();
            Ok::<_, Problem>(row.and_then(|row| row.head().cloned()))
        };
        let over = match record.kind {
            RecordKind::Part => linked(RecordKind::Visit, keys::VISIT)?,
            RecordKind::Concern | RecordKind::ChildFile => linked(RecordKind::Person, keys::SUBJECT)?,
            _ => Some(head.clone()),
        };
        let happened = over.as_ref().and_then(|head| head.text(keys::HAPPENED)?.parse::<Happened>().ok());
        let days = happened.map_or(today..=today, |happened| happened.day()..=happened.last_day());
        Ok((over.as_ref().and_then(village), days))
    }

    /// Writes fields of a record. Values that stand already, alone, are not written.
    ///
    /// # Errors
    /// [`ProblemCode::NothingFound`], [`ProblemCode::NotYoursToChange`], and those of journal and database.
    pub(crate) fn write_fields(
        &mut self,
        ports: &mut Ports,
        record: RecordRef,
        seen: Vector,
        mut sets: BTreeMap<String, Value>,
    ) -> Result<Written, Problem> {
        let row = self.store.record(record).or_tell()?.ok_or_else(nothing_found)?;
        let head = row.head().ok_or_else(nothing_found)?;
        sets.retain(|key, value| match head.read(key) {
            Reading::Settled(now) => now != value,
            Reading::Absent => !value.is_null(),
            Reading::Contested(_) => true,
        });
        let today = self.today(ports);
        for key in sets.keys() {
            self.may_write(record, head, key, today)?;
        }
        if sets.is_empty() {
            return Ok(Written { record, changed: false });
        }
        let visit = match record.kind {
            RecordKind::Visit => Some(record.id),
            RecordKind::Part => row.links.visit,
            _ => None,
        };
        let mut pen = Pen::new(self, ports, false)?;
        pen.change(ports, record, Said::having_seen(seen, sets))?;
        self.commit(ports, pen, visit, None)?;
        Ok(Written { record, changed: true })
    }

    /// Whether a visit is only the report of a change, or would become one.
    fn is_report(&self, record: RecordRef, way: &Value) -> Result<bool, Problem> {
        let report = Way::Report.code();
        let row = self.store.record(record).or_tell()?;
        let stands = row.as_ref().and_then(|row| row.head()?.text(keys::WAY)) == Some(report);
        Ok(stands || way.as_text() == Some(report))
    }

    /// Writes when a visit was, and why that is said only now. With another time the reason goes in the same
    /// entry, also where it stands already: by that entry the county judges whether one is lacking. For a time
    /// that stands a reason is written alone.
    fn write_time(&mut self, ports: &mut Ports, request: AmendTime) -> Result<Written, Problem> {
        let record = RecordRef { kind: RecordKind::Visit, id: request.visit };
        let row = self.store.record(record).or_tell()?.ok_or_else(nothing_found)?;
        let head = row.head().ok_or_else(nothing_found)?;
        let now_ms = self.now_ms(ports);
        let happened = request.happened.interval(now_ms);
        let value = Value::text(happened.to_string());
        let told = request.late_reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        let moved = head.read(keys::HAPPENED) != Reading::Settled(&value);
        let explained = told.map(Value::from);
        let explained = explained.filter(|told| head.read(keys::LATE_REASON) != Reading::Settled(told));
        if !moved && explained.is_none() {
            return Ok(Written { record, changed: false });
        }
        let today = Day::of(now_ms);
        self.may_write(record, head, if moved { keys::HAPPENED } else { keys::LATE_REASON }, today)?;
        let mut sets = BTreeMap::new();
        sets.extend(explained.map(|told| (keys::LATE_REASON.to_owned(), told)));
        let mut given = BTreeMap::new();
        if moved {
            let village = Visit::read(record.id, head).village;
            // Nobody is asked twice: the reason that stands holds until another is given.
            let reason = told.or_else(|| head.text(keys::LATE_REASON));
            let days = happened.day()..=happened.last_day();
            let act = act_for(record.kind, keys::HAPPENED, false);
            if !village.is_some_and(|area| allowed(&self.reference, self.staff, act, area, days)) {
                return Err(Problem::new(ProblemCode::NotYoursToChange));
            }
            if let Some(problem) = self.time_wrong(now_ms, village, happened, reason) {
                return Err(problem);
            }
            sets.insert(keys::HAPPENED.to_owned(), value);
            sets.extend(reason.map(|reason| (keys::LATE_REASON.to_owned(), Value::from(reason))));
            Setting::LateDays.give(self.setting(Setting::LateDays, village, today), &mut given);
        }
        let mut said = Said::having_seen(request.seen, sets);
        said.body.given = given;
        let mut pen = Pen::new(self, ports, false)?;
        pen.change(ports, record, said)?;
        self.commit(ports, pen, Some(record.id), None)?;
        Ok(Written { record, changed: true })
    }

    /// What one amended answer changes, by the form's own rules: other answers may follow from it.
    fn amended_answers(
        &mut self,
        settings: &Settings,
        record: RecordRef,
        path: &str,
        value: Value,
    ) -> Result<BTreeMap<String, Value>, Problem> {
        let own = self.store.log_of(record).or_tell()?;
        let row = self.store.record(record).or_tell()?.ok_or_else(nothing_found)?;
        let head = row.head().ok_or_else(nothing_found)?.clone();
        let hash = own.iter().find_map(|row| row.entry.patch.form);
        let form = self.form(hash.ok_or_else(|| Problem::new(ProblemCode::NotYoursToChange))?)?;
        let mut draft = Draft::default();
        for (path, _) in head.under(ANSWER_PREFIX) {
            if let Some(value) = head.value(&format!("{ANSWER_PREFIX}{path}")) {
                draft.answers.insert(path.to_owned(), value.clone());
            }
        }
        let mut context = Context::new(row.links.day.map_or(0, Day::starts_at));
        context.language.clone_from(&settings.language);
        let given = own.iter().find_map(|row| row.entry.body.as_ref()).map(|body| body.given.clone());
        context.outside.extend(given.unwrap_or_default());
        let mut session = Session::open(form, context, Some(draft.clone()));
        session.answer(path, value)?;
        let now = session.draft();
        let paths = draft.answers.keys().chain(now.answers.keys());
        let changed = paths.filter(|path| draft.answers.get(*path) != now.answers.get(*path));
        let field = |path: &String| {
            let value = now.answers.get(path).cloned().unwrap_or_default();
            (format!("{ANSWER_PREFIX}{path}"), value)
        };
        Ok(changed.map(field).collect())
    }
}

impl App {
    /// Amends one field of a visit or a part, or one answer.
    ///
    /// # Errors
    /// [`ProblemCode::NotYoursToChange`] for what is not the author's to change, what `forms` says of an
    /// answer, [`ProblemCode::NothingFound`], and those of journal and database.
    pub fn amend(&mut self, request: Amend) -> Result<Written, Problem> {
        let Amend { record, key, value, seen } = request;
        let (ports, open, settings) = self.writing()?;
        if !matches!(record.kind, RecordKind::Visit | RecordKind::Part) {
            return Err(Problem::new(ProblemCode::NotYoursToChange));
        }
        let sets = match key.strip_prefix(ANSWER_PREFIX) {
            Some(path) => open.amended_answers(settings, record, path, value)?,
            // A visit does not become a mere report, nor a report a visit.
            None if key == keys::WAY && open.is_report(record, &value)? => {
                return Err(Problem::new(ProblemCode::NotYoursToChange));
            }
            None if AMENDABLE.contains(&key.as_str()) => [(key, value)].into(),
            None => return Err(Problem::new(ProblemCode::NotYoursToChange)),
        };
        open.write_fields(ports, record, seen, sets)
    }

    /// Says a word on what a reviewer asked about an answer.
    ///
    /// # Errors
    /// [`ProblemCode::AnswerTooLong`], and as [`App::amend`].
    pub fn explain(&mut self, request: Explain) -> Result<Written, Problem> {
        let Explain { part, field, words, seen } = request;
        let (ports, open, _) = self.writing()?;
        let record = RecordRef { kind: RecordKind::Part, id: part };
        let words = words.trim();
        if words.chars().count() > CONTACT_CHARACTERS_MAX {
            let named = Problem::new(ProblemCode::AnswerTooLong).with("limit", CONTACT_CHARACTERS_MAX);
            return Err(named.with_both("question", "补充说明", "Explained"));
        }
        if words.is_empty() {
            return Ok(Written { record, changed: false });
        }
        let sets = [(format!("{}{field}", keys::EXPLAINED), Value::text(words))].into();
        open.write_fields(ports, record, seen, sets)
    }

    /// Amends when a visit was, or says of a time that stands why it was entered only then.
    ///
    /// # Errors
    /// [`ProblemCode::VisitInTheFuture`]; [`ProblemCode::VisitTooLongAgo`] when a reason is lacking; and as
    /// [`App::amend`].
    pub fn amend_time(&mut self, request: AmendTime) -> Result<Written, Problem> {
        let (ports, open, _) = self.writing()?;
        open.write_time(ports, request)
    }

    /// Corrects a telephone, or how to find the house.
    ///
    /// # Errors
    /// As [`App::amend`].
    pub fn correct_contact(&mut self, request: CorrectContact) -> Result<Written, Problem> {
        let CorrectContact { record, key, value, seen } = request;
        if !CONTACT.contains(&key.as_str()) {
            return Err(Problem::new(ProblemCode::NotYoursToChange));
        }
        let value = contact(&key, &value)?;
        let (ports, open, _) = self.writing()?;
        open.write_fields(ports, record, seen, [(key, value)].into())
    }
}
