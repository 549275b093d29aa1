//! A form as data: what is published, hashed, sent to phones and kept with every visit made under it.
//!
//! The shape is that of an XLSForm: a node is a row of its survey sheet, a list a block of its choices
//! sheet, so that the reader of workbooks lowers row by row. Expressions are kept as written.

use crate::form::Form;
use domain::canonical::{Hash, canonical_json};
use domain::concern::ConcernKind;
use domain::problem::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The newest language of forms that this engine understands.
///
/// 1: groups, nine kinds of question, the first functions. 2026-11.
pub const ENGINE_VERSION: u32 = 1;

/// The longest answer to a text question that sets no limit of its own, in characters.
pub const TEXT_MAX_DEFAULT: u32 = 500;

/// The largest form, in bytes of JSON.
pub const FORM_BYTES_MAX: usize = 1024 * 1024;

/// A text in several languages: language code (`zh`, `en`) to words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(pub BTreeMap<String, String>);

impl Words {
    /// The words in Chinese and English.
    pub fn new(zh: &str, en: &str) -> Self {
        Self(BTreeMap::from([("zh".to_owned(), zh.to_owned()), ("en".to_owned(), en.to_owned())]))
    }

    /// The words in this language, else in Chinese, else in any, else nothing.
    pub fn in_language(&self, language: &str) -> &str {
        let found = self.0.get(language).or_else(|| self.0.get("zh")).or_else(|| self.0.values().next());
        found.map_or("", String::as_str)
    }

    /// Whether no language has any words.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(String::is_empty)
    }
}

/// A form. Immutable once published; its version is its [`FormDef::hash`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormDef {
    /// The name of the form through all its versions, such as `elder_visit`.
    pub id: String,
    /// The version as its author calls it, for people; the hash is what counts.
    pub version: String,
    /// What the form is called.
    pub title: Words,
    /// The engine that it needs, at most [`ENGINE_VERSION`] here.
    pub engine_version: u32,
    /// The languages of its words, the main one first.
    pub languages: Vec<String>,
    /// Lists of choices by name; several questions may share one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lists: BTreeMap<String, Vec<Choice>>,
    /// Sections and questions in the order of the screen. A group here is a section, a page of its own.
    pub root: Vec<Node>,
}

/// One choice of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is stored. No white space: ODK joins chosen codes with spaces.
    pub code: String,
    /// What is shown.
    pub label: Words,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Questions that belong together; at the top level a section.
    Group,
    /// One code of a list.
    SelectOne,
    /// Any codes of a list.
    SelectMultiple,
    /// A whole number.
    Integer,
    /// A number with decimals, kept as text in its one spelling.
    Decimal,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// Words.
    Text,
    /// Words of the form to the worker; holds no answer.
    Note,
    /// A value worked out by the form, never shown.
    Calculate,
}

impl Kind {
    /// Whether nodes of this kind have a place in the row of answers.
    pub fn has_value(self) -> bool {
        !matches!(self, Self::Group | Self::Note)
    }

    /// Whether nodes of this kind need a list.
    pub fn has_choices(self) -> bool {
        matches!(self, Self::SelectOne | Self::SelectMultiple)
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::SelectOne => "select_one",
            Self::SelectMultiple => "select_multiple",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::Text => "text",
            Self::Note => "note",
            Self::Calculate => "calculate",
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A group or a question. What does not fit the kind is refused by [`FormDef::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its name, unique among its neighbours; its path is the names from the top joined by `/`.
    pub name: String,
    /// What is shown; `${name}` stands for an answer.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub label: Words,
    /// More words, shown smaller.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub hint: Words,
    /// The name of the list of choices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Whether it applies now; nothing means always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relevant: Option<String>,
    /// Whether it must be answered; nothing means never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<String>,
    /// What an answer has to meet; `.` is the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// What to say when it does not.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub constraint_message: Words,
    /// The value, if the form works it out; the worker then cannot answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calculation: Option<String>,
    /// The answer that stands there when a visit begins, with origin *prefilled*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The longest text, in characters; [`TEXT_MAX_DEFAULT`] if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// For a section: 和上次比, "nothing changed since last time" is offered.
    #[serde(default, skip_serializing_if = "is_false")]
    pub compare_with_last: bool,
    /// For a section or question: a matter of safety, to be looked at every time, never "nothing changed".
    #[serde(default, skip_serializing_if = "is_false")]
    pub safety: bool,
    /// Which answers raise a concern (发现的问题).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concerns: Vec<ConcernRule>,
    /// What is in the group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Node>,
}

/// An answer that raises a concern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcernRule {
    /// When it is raised; `.` is the answer.
    pub when: String,
    /// What kind of concern.
    pub kind: ConcernKind,
    /// The question whose answer says more, if there is one; written as in `${…}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Read before everything else, so that a newer form is told from a broken one.
#[derive(Deserialize)]
struct Heading {
    #[serde(default)]
    id: String,
    #[serde(default)]
    engine_version: u32,
}

impl FormDef {
    /// Reads a form and checks all of it.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place: not JSON, a newer engine needed, names twice or
    /// unknown, expressions that cannot be read (with column), cycles naming their questions, limits.
    pub fn parse(json: &str) -> Result<Self, Vec<Problem>> {
        Form::parse(json).map(|form| form.def().clone())
    }

    /// Reads a form without checking what it says.
    pub(crate) fn read(json: &str) -> Result<Self, Vec<Problem>> {
        if json.len() > FORM_BYTES_MAX {
            let problem = Problem::new(ProblemCode::FormTooLarge).with("form", "").with("place", "JSON");
            return Err(vec![problem.with("limit", FORM_BYTES_MAX)]);
        }
        if let Ok(heading) = serde_json::from_str::<Heading>(json)
            && heading.engine_version > ENGINE_VERSION
        {
            let problem = Problem::new(ProblemCode::FormTooNew).with("form", heading.id);
            return Err(vec![problem.with("needed", heading.engine_version)]);
        }
        serde_json::from_str(json).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
            let problem = Problem::new(ProblemCode::FormNotJson).with("reason", reason);
            vec![problem.with("line", error.line()).with("column", error.column())]
        })
    }

    /// The one spelling of the form: keys sorted, no white space, nothing that is left at its default.
    pub fn canonical(&self) -> String {
        // Text keys, booleans, whole numbers and texts: JSON can always say them.
        canonical_json(self).unwrap_or_default()
    }

    /// The identity of this version: the hash of [`FormDef::canonical`].
    pub fn hash(&self) -> Hash {
        Hash::of(self.canonical().as_bytes())
    }

    /// The paths of all nodes that carry a value, in document order: the columns of a row of answers.
    pub fn field_order(&self) -> Vec<String> {
        fn walk(nodes: &[Node], above: &str, order: &mut Vec<String>) {
            for node in nodes {
                let path = child_path(above, &node.name);
                if node.kind.has_value() {
                    order.push(path.clone());
                }
                walk(&node.nodes, &path, order);
            }
        }
        let mut order = Vec::new();
        walk(&self.root, "", &mut order);
        order
    }
}

/// The path of a node below another; above the top there is nothing.
pub(crate) fn child_path(above: &str, name: &str) -> String {
    if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") }
}
