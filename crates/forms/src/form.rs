//! A form made ready to run: names resolved, expressions bound, dependencies ordered.

use crate::answer::{clean, in_words};
use crate::compile;
use crate::def::{Choice, FormDef, Kind, Words};
use crate::expr::bind::{Piece, Program};
use crate::graph::Graph;
use crate::path::{ItemId, Names};
use domain::canonical::Hash;
use domain::concern::ConcernKind;
use domain::problem::Problem;
use domain::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A form that can be run. Made once per version and shared; holds no answers.
#[derive(Debug)]
pub struct Form {
    pub(crate) def: FormDef,
    pub(crate) canonical: String,
    pub(crate) hash: Hash,
    pub(crate) names: Names,
    /// Groups and questions in document order.
    pub(crate) items: Vec<Item>,
    /// The items that carry a value, in document order: the columns of the row.
    pub(crate) fields: Vec<ItemId>,
    pub(crate) graph: Graph,
    /// The outside values that expressions read, by their keys.
    pub(crate) outside: Vec<Outside>,
}

/// One outside value that the form reads.
#[derive(Debug)]
pub(crate) struct Outside {
    pub key: String,
    /// How its value is to be read: as the question whose last answer it is, else as it comes.
    pub kind: Option<Kind>,
}

/// A group or question of a compiled form.
#[derive(Debug)]
pub(crate) struct Item {
    pub path: String,
    pub kind: Kind,
    pub parent: Option<ItemId>,
    /// The top-level group that it stands in, or is.
    pub section: Option<ItemId>,
    /// Its column in the row.
    pub field: Option<usize>,
    pub label: Label,
    pub hint: Label,
    pub constraint_message: Words,
    pub choices: Arc<[Choice]>,
    pub relevant: Option<Program>,
    pub required: Option<Program>,
    pub constraint: Option<Program>,
    pub calculation: Option<Program>,
    pub default: Option<Program>,
    pub max_length: usize,
    pub compare_with_last: bool,
    /// Itself or any group around it is a matter of safety.
    pub safety: bool,
    pub concerns: Vec<Concern>,
}

impl Item {
    /// Whether the worker can answer it.
    pub fn is_answered(&self) -> bool {
        self.field.is_some() && self.calculation.is_none()
    }
}

/// Words, and where answers are woven into them.
#[derive(Debug, Default)]
pub(crate) struct Label {
    pub words: Words,
    /// By language, only for labels that name answers.
    pub pieces: BTreeMap<String, Vec<Piece>>,
}

/// A rule that raises a concern.
#[derive(Debug)]
pub(crate) struct Concern {
    pub when: Program,
    pub kind: ConcernKind,
    pub detail: Option<ItemId>,
}

impl Form {
    /// Reads, checks and compiles a form.
    ///
    /// # Errors
    /// As [`FormDef::parse`].
    pub fn parse(json: &str) -> Result<Self, Vec<Problem>> {
        Self::compile(FormDef::read(json)?)
    }

    /// Checks and compiles a form. Linear in its size but for the order of items (`n log n`).
    ///
    /// # Errors
    /// As [`FormDef::parse`].
    pub fn compile(def: FormDef) -> Result<Self, Vec<Problem>> {
        compile::compile(def)
    }

    /// The form as data.
    pub fn def(&self) -> &FormDef {
        &self.def
    }

    /// The form's canonical JSON.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The identity of this version.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The paths of the columns of a row of answers.
    pub fn field_order(&self) -> impl Iterator<Item = &str> {
        self.fields().map(|item| item.path.as_str())
    }

    /// The keys of the outside values that the form may read, such as `subject/age` or `last/health/speech`.
    pub fn outside_keys(&self) -> impl Iterator<Item = &str> {
        self.outside.iter().map(|outside| outside.key.as_str())
    }

    /// The answered fields of a row by path: what the next visit takes as the last one's answers.
    pub fn by_path(&self, row: &[Value]) -> BTreeMap<String, Value> {
        self.field_order()
            .zip(row)
            .filter(|(_, value)| !value.is_null())
            .map(|(path, value)| (path.to_owned(), value.clone()))
            .collect()
    }

    /// A question's label and an answer to it, in words; `None` when the form has no such question.
    /// A label that names other answers is given without them.
    pub fn in_words(&self, path: &str, value: &Value, language: &str) -> Option<(String, String)> {
        let item = self.fields().find(|item| item.path == path)?;
        let label = item.label.words.in_language(language).to_owned();
        Some((label, in_words(item, value, language)))
    }

    /// An answer as it is stored; `None` when the question does not take it, or there is no such question.
    pub fn fitting(&self, path: &str, value: Value) -> Option<Value> {
        let item = self.fields().find(|item| item.path == path && item.is_answered())?;
        clean(item, value, self.main_language()).ok()
    }

    pub(crate) fn item(&self, item: ItemId) -> Option<&Item> {
        self.items.get(item.0)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &Item> {
        self.fields.iter().filter_map(|item| self.item(*item))
    }

    /// The column of the item at this place.
    pub(crate) fn field_of(&self, item: ItemId) -> Option<usize> {
        self.item(item)?.field
    }

    /// The language in which the form was written.
    pub(crate) fn main_language(&self) -> &str {
        self.def.languages.first().map_or("zh", String::as_str)
    }
}
