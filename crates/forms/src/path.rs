//! Names of questions and groups, and what a reference in an expression means by them.

use crate::expr::FaultKind;
use crate::expr::ast::{Path, Start, Step};
use std::collections::BTreeMap;

/// The place of a question or group in the form's document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ItemId(pub usize);

/// All names of a form.
#[derive(Debug, Default)]
pub(crate) struct Names {
    by_path: BTreeMap<String, ItemId>,
    /// Every item of a name: a reference by name alone must mean exactly one.
    by_name: BTreeMap<String, Vec<ItemId>>,
    paths: Vec<String>,
}

impl Names {
    /// Adds the next item of the document. `false` if its path is taken.
    pub fn add(&mut self, path: &str) -> bool {
        let item = ItemId(self.paths.len());
        let name = path.rsplit('/').next().unwrap_or(path);
        self.by_name.entry(name.to_owned()).or_default().push(item);
        self.paths.push(path.to_owned());
        self.by_path.insert(path.to_owned(), item).is_none()
    }

    /// The item at a path such as `health/speech`.
    pub fn by_path(&self, path: &str) -> Option<ItemId> {
        self.by_path.get(path).copied()
    }

    /// The item that a reference means, written in the expression of `here`.
    ///
    /// `${name}` may stand anywhere if only one item has the name; `${group/name}` and `/root/group/name`
    /// are paths from the top; `../name` begins at the question that holds the expression.
    pub fn resolve(&self, here: ItemId, path: &Path) -> Result<ItemId, FaultKind> {
        let unknown = || FaultKind::NameUnknown(path.to_string());
        let mut steps = path.steps.iter();
        let mut at: Vec<&str> = match &path.start {
            Start::Root => {
                // The first step names the root element, which differs between tools: `data`, the form's id.
                steps.next();
                Vec::new()
            }
            Start::Here => self.paths.get(here.0).map(|path| path.split('/').collect()).unwrap_or_default(),
            Start::Field(name) => self.field(name)?.split('/').collect(),
        };
        for step in steps {
            match step {
                Step::Child(name) => at.push(name),
                Step::Up => {
                    at.pop().ok_or_else(unknown)?;
                }
            }
        }
        self.by_path(&at.join("/")).ok_or_else(unknown)
    }

    fn field<'a>(&'a self, name: &'a str) -> Result<&'a str, FaultKind> {
        if name.contains('/') {
            return Ok(name);
        }
        match self.by_name.get(name).map(Vec::as_slice) {
            Some([item]) => Ok(self.paths.get(item.0).map_or(name, String::as_str)),
            Some([_, _, ..]) => Err(FaultKind::NameAmbiguous(name.to_owned())),
            _ => Err(FaultKind::NameUnknown(name.to_owned())),
        }
    }
}

/// Whether this may be a name (XML 1.0 `NCName` in ASCII, as ODK asks).
pub(crate) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.'))
        && text.len() <= NAME_MAX
}

/// The longest name, in characters.
pub(crate) const NAME_MAX: usize = 64;
