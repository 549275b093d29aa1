//! 没变化: a whole section is as it was at the last visit.

use super::{FormDelta, Session};
use crate::answer::about;
use crate::form::Form;
use crate::path::ItemId;
use domain::problem::{Problem, ProblemCode};
use domain::value::{Origin, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// By section, in how many of the newest visits running it was "nothing changed".
///
/// Takes the origins of the visits with this form to one person, newest first; a section stops
/// counting at the first visit in which it was asked. Linear in visits and questions.
pub fn unchanged_runs<'a>(
    form: &Form,
    newest_first: impl IntoIterator<Item = &'a str>,
) -> BTreeMap<String, u32> {
    let mut running: Vec<ItemId> = compared_sections(form).collect();
    let mut runs = BTreeMap::new();
    for origins in newest_first {
        running.retain(|section| confirmed(form, *section, origins));
        if running.is_empty() {
            break;
        }
        for section in running.iter().filter_map(|section| form.item(*section)) {
            *runs.entry(section.path.clone()).or_insert(0) += 1;
        }
    }
    runs
}

/// The sections that may be "nothing changed".
fn compared_sections(form: &Form) -> impl Iterator<Item = ItemId> {
    let items = form.items.iter().enumerate();
    items.filter(|(_, item)| item.compare_with_last).map(|(index, _)| ItemId(index))
}

/// Whether any answer of the section was confirmed unchanged.
fn confirmed(form: &Form, section: ItemId, origins: &str) -> bool {
    let letters = form.fields().zip(origins.chars());
    letters
        .filter(|(item, _)| item.section == Some(section))
        .any(|(_, letter)| letter == Origin::ConfirmedUnchanged.letter())
}

impl Session {
    /// Says 没变化 of a section: the last answers become this visit's own, confirmed unchanged.
    ///
    /// What was already asked in this visit, and is as it was, stands. What the last visit left open stays open.
    ///
    /// # Errors
    /// Not a section where it is offered (safety is looked at every time), one that does not apply now,
    /// no last answers, an answer of this visit that differs from its last one, or said as many times running as
    /// the county allows.
    pub fn unchanged(&mut self, section: &str) -> Result<FormDelta, Problem> {
        let section = self.offer_unchanged(section)?;
        let form = Arc::clone(&self.form);
        let mut taken = Vec::new();
        for (field, id) in form.fields.iter().enumerate() {
            let inside =
                form.item(*id).is_some_and(|item| item.section == Some(section) && item.is_answered());
            let last = self.last.get(field).filter(|last| inside && !last.is_null());
            let same = self.values.get(field).is_some_and(|value| Some(value) == last);
            let asked = same && self.origins.get(field) == Some(&Origin::Asked);
            let Some(last) = last.filter(|_| !asked).cloned() else { continue };
            self.put(field, last, Origin::ConfirmedUnchanged);
            taken.push(*id);
        }
        Ok(self.settle(taken))
    }

    /// Takes 没变化 back: what it wrote in the section is empty again.
    pub fn take_back_unchanged(&mut self, section: &str) -> FormDelta {
        let form = Arc::clone(&self.form);
        let Some(section) = form.names.by_path(section) else { return FormDelta::default() };
        let mut emptied = Vec::new();
        for (field, id) in form.fields.iter().enumerate() {
            let inside = form.item(*id).is_some_and(|item| item.section == Some(section));
            if inside && self.origins.get(field) == Some(&Origin::ConfirmedUnchanged) {
                self.put(field, Value::Null, Origin::Asked);
                emptied.push(*id);
            }
        }
        self.settle(emptied)
    }

    /// The section, if 没变化 may be said of it now.
    pub(crate) fn offer_unchanged(&self, section: &str) -> Result<ItemId, Problem> {
        let id = self.form.names.by_path(section);
        let Some((id, item)) = id.and_then(|id| Some((id, self.form.item(id)?))) else {
            return Err(Problem::new(ProblemCode::NoSuchQuestion).with("path", section));
        };
        let label = item.label.words.in_language(self.language());
        let refuse = |code| Err(Problem::new(code).with("section", label).with("path", section));
        if !item.compare_with_last {
            return refuse(ProblemCode::UnchangedNotOffered);
        }
        if !self.is_relevant(id) {
            return Err(about(ProblemCode::QuestionNotRelevant, item, self.language()));
        }
        let known = self
            .form
            .fields()
            .zip(&self.last)
            .any(|(field, last)| field.section == Some(id) && field.is_answered() && !last.is_null());
        if !known {
            return refuse(ProblemCode::UnchangedNoLast);
        }
        if self.differs(id) {
            return refuse(ProblemCode::UnchangedDiffers);
        }
        let (runs, limit) = (self.unchanged_runs_of(section), self.context.unchanged_limit);
        if i64::from(runs) >= i64::from(limit) {
            return refuse(ProblemCode::UnchangedTooOften)
                .map_err(|problem: Problem| problem.with("limit", runs));
        }
        Ok(id)
    }

    /// Whether something that applies now was answered in the section otherwise than the last time.
    fn differs(&self, section: ItemId) -> bool {
        self.form.fields.iter().enumerate().any(|(field, id)| {
            let inside =
                self.form.item(*id).is_some_and(|item| item.section == Some(section) && item.is_answered());
            let known = |values: &[Value]| values.get(field).filter(|value| !value.is_null()).cloned();
            let asked = self.origins.get(field) == Some(&Origin::Asked);
            let both = known(&self.values).zip(known(&self.last));
            inside && asked && self.is_relevant(*id) && both.is_some_and(|(value, last)| value != last)
        })
    }

    pub(crate) fn unchanged_runs_of(&self, section: &str) -> u32 {
        self.context.unchanged_runs.get(section).copied().unwrap_or_default()
    }
}
