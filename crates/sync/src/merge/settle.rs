//! The definition: a head computed from all patches of a record at once.

use domain::head::{Head, Write};
use domain::patch::{Body, Patch};
use std::collections::BTreeMap;

/// One patch to settle: taken in, or only passed over.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The envelope.
    pub patch: &'a Patch,
    /// What it sets; `None` when it was dismissed or erased: then it only raises the vector.
    pub body: Option<&'a Body>,
    /// The order of its row of answers: the field order of its form.
    pub order: &'a [String],
}

impl Item<'_> {
    /// The writes of the patch, by field.
    pub(crate) fn writes(&self) -> impl Iterator<Item = (String, Write)> + '_ {
        let body = self.body.into_iter();
        body.flat_map(|body| body.writes(self.order)).map(|(key, value, origin)| {
            let write = Write {
                writer: self.patch.writer,
                serial: self.patch.serial,
                author: self.patch.author,
                at_ms: self.patch.stamp.best_ms(),
                value: value.clone(),
                origin,
            };
            (key, write)
        })
    }
}

/// Settles a record from all its applied (and passed over) patches, in any order, duplicates allowed.
///
/// O(patches × fields + w²) for the w writes of one field.
pub fn settle<'a>(items: impl IntoIterator<Item = Item<'a>>) -> Head {
    let by_dot: BTreeMap<_, _> = items.into_iter().map(|item| (item.patch.dot(), item)).collect();
    let mut head = Head::default();
    for dot in by_dot.keys() {
        head.vector.raise(*dot);
    }
    let mut writes: BTreeMap<String, Vec<Write>> = BTreeMap::new();
    for item in by_dot.values() {
        for (writer, serial) in &item.patch.seen.0 {
            if head.vector.get(*writer) < *serial {
                head.ahead.raise(domain::log::Dot { writer: *writer, serial: *serial });
            }
        }
        for (key, write) in item.writes() {
            writes.entry(key).or_default().push(write);
        }
    }
    for (key, all) in writes {
        let stands = |write: &&Write| {
            let seen_by = |other: &Write| {
                other.dot() != write.dot()
                    && by_dot.get(&other.dot()).is_some_and(|item| item.patch.seen.covers(write.dot()))
            };
            !all.iter().any(seen_by)
        };
        // Ascending by dot, since by_dot was walked in that order.
        head.fields.insert(key, all.iter().filter(stands).cloned().collect());
    }
    head
}
