//! One filling-in of a form, from the first tap to the finished answers.
//!
//! Invariant: after any sequence of answers the state equals what an evaluation from nothing gives over
//! the same answers. Answers that are no longer relevant are kept, and leave the finished row.

mod context;
mod draft;
mod finish;
mod unchanged;

pub use context::{Context, LastVisit};
pub use draft::Draft;
pub use finish::{Answers, RaisedConcern};
pub use unchanged::unchanged_runs;

use crate::answer::{about, clean, outside_constraint};
use crate::evaluate::{Facts, Given, NULL};
use crate::form::{Form, Item};
use crate::path::ItemId;
use domain::problem::{Problem, ProblemCode};
use domain::value::{Origin, Value};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A form being filled in.
#[derive(Debug, Clone)]
pub struct Session {
    pub(crate) form: Arc<Form>,
    pub(crate) context: Context,
    /// The outside values that the form may read.
    outside: Given,
    /// By column.
    pub(crate) values: Vec<Value>,
    /// By column.
    pub(crate) origins: Vec<Origin>,
    /// The last visit's answers, by column; those that this form cannot hold are left out.
    pub(crate) last: Vec<Value>,
    /// By item.
    pub(crate) relevant: Vec<bool>,
    /// By item.
    pub(crate) required: Vec<bool>,
    /// By item: whether the answer breaks its constraint.
    broken: Vec<bool>,
    /// What a draft held that this form cannot: kept, so that nothing is lost by opening it.
    set_aside: BTreeMap<String, (Value, Origin)>,
    evaluations: u64,
}

/// What changed on the screen by one act.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct FormDelta {
    /// The groups and questions whose state is another, in document order.
    pub changed: Vec<QuestionState>,
}

/// The state of one group or question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct QuestionState {
    /// Its path.
    pub path: String,
    /// Its answer; kept when it is not relevant.
    pub value: Value,
    /// Where the answer came from.
    pub origin: Origin,
    /// Whether it is shown and counts.
    pub relevant: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// What is wrong with its answer now, after another one changed.
    pub problem: Option<Problem>,
}

impl Session {
    /// The form.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// How many expressions were evaluated since the session was opened.
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// The answer at a path, relevant or not; [`Value::Null`] if there is none.
    pub fn value(&self, path: &str) -> &Value {
        let field = self.form.names.by_path(path).and_then(|id| self.form.field_of(id));
        field.and_then(|field| self.values.get(field)).unwrap_or(&NULL)
    }

    /// The state of the group or question at a path.
    pub fn state(&self, path: &str) -> Option<QuestionState> {
        self.state_of(self.form.names.by_path(path)?)
    }

    /// Takes an answer, in time that depends only on what the answer touches.
    ///
    /// [`Value::Null`] takes the answer back. The same answer given again counts as asked.
    ///
    /// # Errors
    /// A path that is none, a question that is not relevant or is worked out by the form, a wrong type,
    /// a code that is no choice, a text too long, a broken constraint. The session is then as before.
    pub fn answer(&mut self, path: &str, value: Value) -> Result<FormDelta, Problem> {
        let form = Arc::clone(&self.form);
        let unknown = || Problem::new(ProblemCode::NoSuchQuestion).with("path", path);
        let id = form.names.by_path(path).ok_or_else(unknown)?;
        let item = form.item(id).ok_or_else(unknown)?;
        let field = item.field.ok_or_else(unknown)?;
        if !item.is_answered() {
            return Err(about(ProblemCode::AnswerCalculated, item, self.language()));
        }
        if !self.is_relevant(id) {
            return Err(about(ProblemCode::QuestionNotRelevant, item, self.language()));
        }
        let value = clean(item, value, self.language())?;
        let before = self.put(field, value, Origin::Asked);
        self.evaluations += u64::from(item.constraint.is_some());
        if self.facts().broken(id, item) {
            self.put(field, before.0, before.1);
            return Err(outside_constraint(item, self.language()));
        }
        let same = self.values.get(field) == Some(&before.0);
        Ok(if same && before.1 == Origin::Asked { FormDelta::default() } else { self.settle([id]) })
    }

    /// What keeps the form from being finished, each with its `path`, in document order.
    pub fn gaps(&self) -> Vec<Problem> {
        self.finding_problems(&self.sweep_row(None).1)
    }

    pub(crate) fn language(&self) -> &str {
        &self.context.language
    }

    pub(crate) fn is_relevant(&self, id: ItemId) -> bool {
        self.relevant.get(id.0).copied().unwrap_or(false)
    }

    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            form: &self.form,
            values: &self.values,
            relevant: &self.relevant,
            outside: &self.outside,
            reads: None,
        }
    }

    pub(crate) fn state_of(&self, id: ItemId) -> Option<QuestionState> {
        let item = self.form.item(id)?;
        let flag = |flags: &[bool]| flags.get(id.0).copied().unwrap_or(false);
        let field = item.field;
        Some(QuestionState {
            path: item.path.clone(),
            value: field.and_then(|field| self.values.get(field)).cloned().unwrap_or_default(),
            origin: field.and_then(|field| self.origins.get(field)).copied().unwrap_or_default(),
            relevant: flag(&self.relevant),
            required: flag(&self.required),
            problem: flag(&self.broken).then(|| outside_constraint(item, self.language())),
        })
    }

    /// Stores a value and hands back what was there.
    fn put(&mut self, field: usize, value: Value, origin: Origin) -> (Value, Origin) {
        let before = self.values.get_mut(field).map(|place| std::mem::replace(place, value));
        let origin_before = self.origins.get_mut(field).map(|place| std::mem::replace(place, origin));
        (before.unwrap_or_default(), origin_before.unwrap_or_default())
    }

    /// Brings up to date what depends on these answers, and says what changed.
    ///
    /// Goes along the form's order, so that each item is evaluated at most once, and stops where
    /// neither relevance nor value came out differently.
    fn settle(&mut self, answered: impl IntoIterator<Item = ItemId>) -> FormDelta {
        let form = Arc::clone(&self.form);
        let ranked = |id: &ItemId| (form.graph.rank(*id), *id);
        let mut changed: BTreeSet<ItemId> = answered.into_iter().collect();
        let mut checks = changed.clone();
        let mut waiting = BTreeSet::new();
        for id in &changed {
            waiting.extend(form.graph.values_after(*id).iter().map(ranked));
            checks.extend(form.graph.checks_after(*id));
        }
        while let Some((_, id)) = waiting.pop_first() {
            let Some(item) = form.item(id) else { continue };
            if self.refresh(id, item) {
                changed.insert(id);
                checks.insert(id);
                waiting.extend(form.graph.values_after(id).iter().map(ranked));
                checks.extend(form.graph.checks_after(id));
            }
        }
        for id in checks {
            let Some(item) = form.item(id) else { continue };
            if self.refresh_checks(id, item) || !item.label.pieces.is_empty() || !item.hint.pieces.is_empty()
            {
                changed.insert(id);
            }
        }
        FormDelta { changed: changed.into_iter().filter_map(|id| self.state_of(id)).collect() }
    }

    /// Evaluates everything from nothing.
    fn settle_all(&mut self) {
        let form = Arc::clone(&self.form);
        for id in &form.graph.order {
            if let Some(item) = form.item(*id) {
                self.refresh(*id, item);
            }
        }
        for (index, item) in form.items.iter().enumerate() {
            self.refresh_checks(ItemId(index), item);
        }
    }

    /// Relevance and calculation of one item; whether either changed.
    fn refresh(&mut self, id: ItemId, item: &Item) -> bool {
        self.evaluations += u64::from(item.relevant.is_some()) + u64::from(item.calculation.is_some());
        let facts = self.facts();
        let relevant = facts.relevance(id, item);
        let worked_out = item.calculation.as_ref().map(|program| match relevant {
            true => facts.worked_out(id, item, program).unwrap_or_default(),
            false => Value::Null,
        });
        let mut changed = replace(&mut self.relevant, id, relevant);
        if let (Some(value), Some(field)) = (worked_out, item.field)
            && self.values.get(field) != Some(&value)
        {
            self.put(field, value, Origin::Asked);
            changed = true;
        }
        changed
    }

    /// Required and constraint of one item; whether either changed.
    fn refresh_checks(&mut self, id: ItemId, item: &Item) -> bool {
        let relevant = self.is_relevant(id);
        if relevant {
            self.evaluations += u64::from(item.required.is_some()) + u64::from(item.constraint.is_some());
        }
        let facts = self.facts();
        let required = relevant && facts.required(id, item);
        let broken = relevant && facts.broken(id, item);
        // Both, always: `||` alone would leave the second as it was.
        let required = replace(&mut self.required, id, required);
        replace(&mut self.broken, id, broken) || required
    }
}

/// Sets one flag; whether it was another.
fn replace(flags: &mut [bool], id: ItemId, value: bool) -> bool {
    flags.get_mut(id.0).is_some_and(|flag| std::mem::replace(flag, value) != value)
}
