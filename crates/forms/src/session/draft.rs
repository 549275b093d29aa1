//! Opening a session, and what is kept of one between two openings.

use super::{Context, Session};
use crate::answer::clean;
use crate::evaluate::Given;
use crate::expr::bind::{LAST, NOW, TODAY};
use crate::form::{Form, Item};
use crate::path::ItemId;
use domain::value::{Origin, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What has been answered so far. With the form and the context it is the whole session.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// Answers by path, those included that are not relevant now.
    pub answers: BTreeMap<String, Value>,
    /// The origins that are not *asked*, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub origins: BTreeMap<String, Origin>,
}

impl Draft {
    /// The draft that a finished row came from, to amend it. What was not relevant then is not in it.
    pub fn from_row(form: &Form, row: &[Value], origins: &str) -> Self {
        let mut letters = origins.chars();
        let mut draft = Self::default();
        for (item, value) in form.fields().zip(row) {
            let origin = letters.next().and_then(Origin::from_letter).unwrap_or_default();
            if !is_kept(item) || value.is_null() {
                continue;
            }
            draft.answers.insert(item.path.clone(), value.clone());
            if origin != Origin::Asked {
                draft.origins.insert(item.path.clone(), origin);
            }
        }
        draft
    }
}

/// Whether a draft has to keep the item's value: an answer, or what `once` must not work out again.
fn is_kept(item: &Item) -> bool {
    item.field.is_some() && item.calculation.as_ref().is_none_or(|program| program.once)
}

impl Session {
    /// Opens a form: a new visit without a draft, which takes the form's defaults; else where it was left.
    ///
    /// What a draft holds and the form cannot is set aside, and comes out with [`Session::draft`] again.
    /// Costs one evaluation of the whole form (two for a new visit).
    pub fn open(form: Arc<Form>, context: Context, draft: Option<Draft>) -> Self {
        let (items, fields) = (form.items.len(), form.fields.len());
        let last = last_answers(&form, &context);
        let mut session = Self {
            outside: outside_values(&form, &context, &last),
            values: vec![Value::Null; fields],
            origins: vec![Origin::Asked; fields],
            last,
            relevant: vec![false; items],
            required: vec![false; items],
            broken: vec![false; items],
            set_aside: BTreeMap::new(),
            evaluations: 0,
            form,
            context,
        };
        match draft {
            Some(draft) => session.take_up(draft),
            None => session.take_defaults(),
        }
        session.settle_all();
        session
    }

    /// What has to be kept to open the session again just as it is.
    pub fn draft(&self) -> Draft {
        let mut draft = Draft::default();
        let mut keep = |path: &str, value: &Value, origin: Origin| {
            draft.answers.insert(path.to_owned(), value.clone());
            if origin != Origin::Asked {
                draft.origins.insert(path.to_owned(), origin);
            }
        };
        for (path, (value, origin)) in &self.set_aside {
            keep(path, value, *origin);
        }
        for ((item, value), origin) in self.form.fields().zip(&self.values).zip(&self.origins) {
            if is_kept(item) && !value.is_null() {
                keep(&item.path, value, *origin);
            }
        }
        draft
    }

    fn take_up(&mut self, mut draft: Draft) {
        let form = Arc::clone(&self.form);
        for (path, value) in draft.answers {
            let origin = draft.origins.remove(&path).unwrap_or_default();
            let item = form.names.by_path(&path).and_then(|id| form.item(id)).filter(|item| is_kept(item));
            let field = item.and_then(|item| item.field);
            let cleaned = match item {
                Some(item) if item.calculation.is_none() => clean(item, value.clone(), "zh").ok(),
                Some(_) => Some(value.clone()),
                None => None,
            };
            match (field, cleaned) {
                (Some(field), Some(value)) => {
                    self.put(field, value, origin);
                }
                _ => {
                    self.set_aside.insert(path, (value, origin));
                }
            }
        }
    }

    fn take_defaults(&mut self) {
        let form = Arc::clone(&self.form);
        if form.items.iter().all(|item| item.default.is_none()) {
            return;
        }
        self.settle_all();
        for (index, item) in form.items.iter().enumerate() {
            let (Some(program), Some(field)) = (&item.default, item.field) else { continue };
            let value = self.facts().worked_out(ItemId(index), item, program).unwrap_or_default();
            if let Ok(value) = clean(item, value, "zh")
                && !value.is_null()
            {
                self.put(field, value, Origin::Prefilled);
            }
        }
    }
}

/// The last visit's answers by column, as far as this version of the form can hold them.
fn last_answers(form: &Form, context: &Context) -> Vec<Value> {
    let answer = |item: &Item| {
        let value = context.last.as_ref()?.answers.get(&item.path)?.clone();
        if item.calculation.is_some() { Some(value) } else { clean(item, value, "zh").ok() }
    };
    form.fields().map(|item| answer(item).unwrap_or_default()).collect()
}

/// The outside values that the form names, from the context.
fn outside_values(form: &Form, context: &Context, last: &[Value]) -> Given {
    let value = |key: &str| match key {
        TODAY => Some(Value::Text(context.today.to_string())),
        NOW => Some(Value::Int(context.now_ms)),
        _ => match key.strip_prefix(LAST) {
            Some(path) => last.get(form.field_of(form.names.by_path(path)?)?).cloned(),
            None => context.outside.get(key).cloned(),
        },
    };
    let known = form.outside.iter().filter_map(|outside| Some((outside.key.clone(), value(&outside.key)?)));
    known.filter(|(_, value)| !value.is_null()).collect()
}
