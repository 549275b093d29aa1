//! The definition: a head computed from all patches of a record at once.

use crate::wire::receipt::ItemState;
use domain::head::{Head, Write};
use domain::ids::WriterId;
use domain::log::Dot;
use domain::patch::{Body, Patch};
use std::collections::BTreeMap;

/// Stands in the place of a body that was dismissed: nothing is written, and what the patch had seen was seen.
static PASSED_OVER: Body = Body {
    sets: BTreeMap::new(),
    row: Vec::new(),
    origins: String::new(),
    given: BTreeMap::new(),
    salt: WriterId(0),
};

/// What counts of an entry's body in its record, by the state of the entry. Of what was erased, nothing.
pub fn counted(state: ItemState, body: Option<&Body>) -> Option<&Body> {
    match state {
        ItemState::Applied => body,
        ItemState::Dismissed => Some(&PASSED_OVER),
        ItemState::Awaiting | ItemState::SetAside | ItemState::Forked | ItemState::Erased => None,
    }
}

/// One patch to settle: taken in, or only passed over.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The envelope.
    pub patch: &'a Patch,
    /// What it sets, as [`counted`] says; `None` when it was erased: then it only raises the vector.
    pub body: Option<&'a Body>,
    /// The order of its row of answers: the field order of its form.
    pub order: &'a [String],
}

impl Item<'_> {
    /// What the patch had seen, and so settles: nothing, when nothing is left of it.
    pub(crate) fn settles(&self) -> impl Iterator<Item = Dot> + '_ {
        let seen = self.body.map(|_| &self.patch.seen.0).into_iter().flatten();
        seen.map(|(writer, serial)| Dot { writer: *writer, serial: *serial })
    }

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
        for seen in item.settles() {
            if !head.vector.covers(seen) {
                head.ahead.raise(seen);
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
