//! Forms being filled in. Each answer is on disk before the screen hears of it: one row, one
//! transaction; the form's session is kept at hand and can be made again from the rows at any time.

use crate::app::{App, Open, Settings};
use crate::tell::{OrTell, nothing_found};
use domain::catalogue::keys;
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::settings::Setting;
use domain::value::{Origin, Value};
use forms::session::{Context, Draft, FormDelta, Session};
use forms::view::PageView;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::phone::{AnswerRow, Batch};

use super::start::DraftSubject;

/// A form being filled in for one person of a draft.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// The form's session.
    pub session: Session,
    /// What is on disk of it.
    saved: Draft,
}

/// An answer.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Answer {
    /// The draft.
    pub visit: String,
    /// The person.
    pub subject: RecordId,
    /// The question.
    pub path: String,
    /// The answer; null takes it back.
    pub value: Value,
}

/// A section of a form.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Section {
    /// The draft.
    pub visit: String,
    /// The person.
    pub subject: RecordId,
    /// The section's path.
    pub section: String,
}

/// A form as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct FormView {
    /// The form's title.
    pub title: String,
    /// Its pages.
    pub pages: Vec<PageView>,
}

impl Desk {
    /// The rows by which what is on disk differs from the session: set, and taken away.
    fn difference(&self, visit: &str, subject: RecordId) -> (Draft, Vec<AnswerRow>, Vec<String>) {
        let now = self.session.draft();
        let origin = |draft: &Draft, path: &str| draft.origins.get(path).copied().unwrap_or_default();
        let differs = |path: &str, value: &Value| {
            self.saved.answers.get(path) != Some(value) || origin(&self.saved, path) != origin(&now, path)
        };
        let set = now.answers.iter().filter(|(path, value)| differs(path, value));
        let set = set
            .map(|(path, value)| AnswerRow {
                draft: visit.to_owned(),
                subject,
                path: path.clone(),
                value: value.clone(),
                origin: origin(&now, path),
            })
            .collect();
        let gone = self.saved.answers.keys().filter(|path| !now.answers.contains_key(*path));
        let gone = gone.cloned().collect();
        (now, set, gone)
    }
}

impl Open {
    /// The form of a person of a draft, opened where it was left.
    ///
    /// # Errors
    /// [`ProblemCode::VisitNotOpen`], [`ProblemCode::NothingFound`] when nobody was met or there is no
    /// form for the person, and those of form and database.
    pub(crate) fn desk(
        &mut self,
        settings: &Settings,
        visit: &str,
        subject: RecordId,
    ) -> Result<&mut Desk, Problem> {
        let place = (visit.to_owned(), subject);
        if !self.desks.contains_key(&place) {
            let desk = self.open_desk(settings, visit, subject)?;
            self.desks.insert(place.clone(), desk);
        }
        self.desks.get_mut(&place).ok_or_else(nothing_found)
    }

    fn open_desk(&mut self, settings: &Settings, visit: &str, subject: RecordId) -> Result<Desk, Problem> {
        let head = self.draft(visit)?;
        let part = head.parts.iter().find(|part| part.subject == subject).ok_or_else(nothing_found)?;
        let form = self.form(part.asks().ok_or_else(nothing_found)?)?;
        let day = head.happened.day();
        let unchanged_limit = self.setting(Setting::UnchangedTimes, head.village, day);
        let past = self.past(&form, subject, day, unchanged_limit)?;
        let context = Context {
            language: settings.language.clone(),
            today: day,
            now_ms: head.begun_ms,
            outside: self.outside(subject, day)?,
            last: past.last,
            unchanged_runs: past.unchanged_runs,
            unchanged_limit,
        };
        let mut saved = Draft::default();
        for row in self.store.answers(visit).or_tell()?.into_iter().filter(|row| row.subject == subject) {
            if row.origin != Origin::Asked {
                saved.origins.insert(row.path.clone(), row.origin);
            }
            saved.answers.insert(row.path, row.value);
        }
        let begun = (!saved.answers.is_empty()).then(|| saved.clone());
        Ok(Desk { session: Session::open(form, context, begun), saved })
    }

    /// What a form may ask of the person.
    fn outside(&self, subject: RecordId, day: domain::time::Day) -> Result<BTreeMap<String, Value>, Problem> {
        let person = self.person(subject)?.ok_or_else(nothing_found)?;
        let mut outside = BTreeMap::new();
        if let Some(age) = person.age_on(day) {
            outside.insert("subject/age".to_owned(), Value::Int(i64::from(age)));
        }
        if let Some(sex) = &person.sex {
            outside.insert(format!("subject/{}", keys::SEX), Value::from(sex.as_str()));
        }
        let categories = person.categories_on(day).map(str::to_owned).collect();
        outside.insert("subject/categories".to_owned(), Value::List(categories));
        Ok(outside)
    }

    /// Lets something happen to a form and puts what changed on disk. When that fails the form is as
    /// it was on disk.
    fn at_desk(
        &mut self,
        settings: &Settings,
        visit: &str,
        subject: RecordId,
        act: impl FnOnce(&mut Session) -> Result<FormDelta, Problem>,
    ) -> Result<FormDelta, Problem> {
        self.draft(visit)?;
        let desk = self.desk(settings, visit, subject)?;
        let delta = act(&mut desk.session)?;
        let (now, answers, gone) = desk.difference(visit, subject);
        if answers.is_empty() && gone.is_empty() {
            return Ok(delta);
        }
        let gone = gone.into_iter().map(|path| (visit.to_owned(), subject, Some(path))).collect();
        let batch = Batch { answers, answers_gone: gone, ..Batch::default() };
        let kept = self.store.apply(&batch).or_tell();
        let place = (visit.to_owned(), subject);
        match (kept, self.desks.get_mut(&place)) {
            (Ok(()), Some(desk)) => desk.saved = now,
            (Ok(()), None) => {}
            (Err(problem), _) => {
                self.desks.remove(&place);
                return Err(problem);
            }
        }
        Ok(delta)
    }
}

impl App {
    /// The form of a person of a visit, where it was left.
    ///
    /// # Errors
    /// [`ProblemCode::VisitNotOpen`], [`ProblemCode::NothingFound`], and those of form and database.
    pub fn form(&mut self, request: DraftSubject) -> Result<FormView, Problem> {
        let (_, open, settings) = self.writing()?;
        let desk = open.desk(settings, &request.visit, request.subject)?;
        let title = desk.session.form().def().title.in_language(&settings.language).to_owned();
        Ok(FormView { title, pages: desk.session.pages() })
    }

    /// Takes an answer. It is on disk when this returns.
    ///
    /// # Errors
    /// What is wrong with the answer, as `forms` says; [`ProblemCode::VisitNotOpen`]; and those of the
    /// database: the answer before then stands.
    pub fn answer(&mut self, request: Answer) -> Result<FormDelta, Problem> {
        let Answer { visit, subject, path, value } = request;
        let (_, open, settings) = self.writing()?;
        open.at_desk(settings, &visit, subject, |session| session.answer(&path, value))
    }

    /// 没变化: the last answers of a section become this visit's own.
    ///
    /// # Errors
    /// Where it is not offered, and as [`App::answer`].
    pub fn unchanged(&mut self, request: Section) -> Result<FormDelta, Problem> {
        let Section { visit, subject, section } = request;
        let (_, open, settings) = self.writing()?;
        open.at_desk(settings, &visit, subject, |session| session.unchanged(&section))
    }

    /// Takes 没变化 back.
    ///
    /// # Errors
    /// As [`App::answer`].
    pub fn take_back_unchanged(&mut self, request: Section) -> Result<FormDelta, Problem> {
        let Section { visit, subject, section } = request;
        let (_, open, settings) = self.writing()?;
        open.at_desk(settings, &visit, subject, |session| Ok(session.take_back_unchanged(&section)))
    }
}
