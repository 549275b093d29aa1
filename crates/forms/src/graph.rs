//! What depends on what, so that an answer re-evaluates only what it touches.

use crate::path::ItemId;
use std::collections::BTreeSet;

/// The dependencies of a form.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// All items, each after everything that its relevance and calculation read.
    pub order: Vec<ItemId>,
    /// The place of each item in `order`.
    rank: Vec<usize>,
    /// Whose relevance or calculation reads this item.
    values: Vec<Vec<ItemId>>,
    /// Whose required or constraint expression reads this item, or whose label shows it.
    checks: Vec<Vec<ItemId>>,
}

/// What one item reads.
#[derive(Debug, Default, Clone)]
pub(crate) struct Reads {
    /// In its relevance and calculation, and its group. Itself among them is a cycle, as in JavaRosa.
    pub values: BTreeSet<ItemId>,
    /// In its required and constraint expressions and labels. Nothing depends on these, so they may be
    /// mutual (an end not before its beginning, a beginning not after its end).
    pub checks: BTreeSet<ItemId>,
}

impl Graph {
    /// Orders the items. Linear in items and references.
    ///
    /// # Errors
    /// The items of one cycle, in the order in which they read each other.
    pub fn new(reads: &[Reads]) -> Result<Self, Vec<ItemId>> {
        let count = reads.len();
        let mut graph =
            Self { values: vec![Vec::new(); count], checks: vec![Vec::new(); count], ..Self::default() };
        let mut missing = Vec::with_capacity(count);
        for (item, read) in reads.iter().enumerate() {
            for on in &read.values {
                graph.values.get_mut(on.0).into_iter().for_each(|dependents| dependents.push(ItemId(item)));
            }
            for on in &read.checks {
                graph.checks.get_mut(on.0).into_iter().for_each(|dependents| dependents.push(ItemId(item)));
            }
            missing.push(read.values.len());
        }
        // Kahn's algorithm; the smallest item first, so that the order is the document's where it can be.
        let mut ready: BTreeSet<usize> =
            missing.iter().enumerate().filter(|(_, missing)| **missing == 0).map(|(item, _)| item).collect();
        graph.rank = vec![0; count];
        while let Some(item) = ready.pop_first() {
            if let Some(rank) = graph.rank.get_mut(item) {
                *rank = graph.order.len();
            }
            graph.order.push(ItemId(item));
            for dependent in graph.values.get(item).into_iter().flatten() {
                let Some(left) = missing.get_mut(dependent.0) else { continue };
                *left -= 1;
                if *left == 0 {
                    ready.insert(dependent.0);
                }
            }
        }
        if graph.order.len() == count { Ok(graph) } else { Err(cycle(reads, &missing)) }
    }

    /// The place of an item in the order of evaluation.
    pub fn rank(&self, item: ItemId) -> usize {
        self.rank.get(item.0).copied().unwrap_or_default()
    }

    /// The items whose relevance or calculation reads this one.
    pub fn values_after(&self, item: ItemId) -> &[ItemId] {
        self.values.get(item.0).map_or(&[], Vec::as_slice)
    }

    /// The items whose checks read this one.
    pub fn checks_after(&self, item: ItemId) -> &[ItemId] {
        self.checks.get(item.0).map_or(&[], Vec::as_slice)
    }
}

/// One cycle among the items that could not be ordered.
///
/// Each of them reads another of them, so walking along what they read must come back.
fn cycle(reads: &[Reads], missing: &[usize]) -> Vec<ItemId> {
    let stuck = |item: &ItemId| missing.get(item.0).is_some_and(|left| *left > 0);
    let Some(start) = (0..missing.len()).map(ItemId).find(stuck) else { return Vec::new() };
    let mut walked = vec![start];
    let mut at = start;
    while let Some(next) =
        reads.get(at.0).and_then(|read| read.values.iter().copied().find(|item| stuck(item)))
    {
        if let Some(place) = walked.iter().position(|item| *item == next) {
            return walked.split_off(place);
        }
        walked.push(next);
        at = next;
    }
    walked
}
