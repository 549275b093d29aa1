//! 同一次报来的: one report of a phone can name several people of a home. Each is its own record and decision; the
//! desk shows who came together, and may confirm the same of all of them in one step.

use super::Said;
use crate::problem::wrong;
use crate::who::Who;
use domain::change::{ChangeState, Effect};
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::visit::{NotMet, PartFact};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Somebody else of whom the same report tells something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct Also {
    /// The name; a child's is masked.
    pub name: String,
    /// Who.
    #[schema(value_type = String)]
    pub person: RecordId,
    /// What is reported: the reason's code.
    pub change: &'static str,
    /// How far it is.
    pub state: &'static str,
    /// All parts that report it, whoever wrote them.
    #[schema(value_type = Vec<String>)]
    pub parts: Vec<RecordId>,
}

/// What was reported of somebody, as a word names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reported {
    /// Who.
    #[schema(value_type = String)]
    pub person: RecordId,
    /// The parts that report it.
    #[schema(value_type = Vec<String>)]
    pub parts: Vec<RecordId>,
}

/// What stands together of one person: one change, and one word on it.
pub(super) struct Told {
    /// What it is.
    pub reason: NotMet,
    /// How far it is.
    pub state: ChangeState,
    /// The parts that say so, oldest first.
    pub facts: Vec<PartFact>,
}

/// Who was named in which report.
#[derive(Default)]
pub(super) struct Together(BTreeMap<RecordId, Vec<Also>>);

impl Together {
    /// Takes in what was told of somebody.
    pub fn add(&mut self, who: &Who, told: &Told) {
        let also = Also {
            name: who.name.clone(),
            person: who.person,
            change: told.reason.code(),
            state: told.state.code(),
            parts: told.facts.iter().map(|fact| fact.part).collect(),
        };
        let reports: BTreeSet<RecordId> = told.facts.iter().map(|fact| fact.visit).collect();
        for report in reports {
            self.0.entry(report).or_default().push(also.clone());
        }
    }

    /// Whom else the reports of these parts name, by name.
    pub fn of(&self, person: RecordId, facts: &[PartFact]) -> Vec<Also> {
        let named = facts.iter().filter_map(|fact| self.0.get(&fact.visit)).flatten();
        let others: BTreeSet<&Also> = named.filter(|one| one.person != person).collect();
        others.into_iter().cloned().collect()
    }
}

/// Whether one word may be said of what was told of two people.
///
/// # Errors
/// `argument_wrong`.
pub(super) fn check(said: &Said, one: &Told, other: &Told) -> Result<(), Problem> {
    let reports: BTreeSet<RecordId> = one.facts.iter().map(|fact| fact.visit).collect();
    if !matches!(said, Said::So { .. }) {
        return Err(wrong("also", "只有“确认”可以几个人一起", "only what is so is said of several"));
    }
    if Effect::of(one.reason) == Some(Effect::Died) {
        return Err(wrong("also", "去世要一个人一个人确认", "each death is confirmed alone"));
    }
    if one.reason != other.reason || !other.facts.iter().any(|fact| reports.contains(&fact.visit)) {
        let zh = "只有同一次报来的同一种情况，可以几个人一起确认";
        return Err(wrong("also", zh, "only the same change of the same report is confirmed together"));
    }
    Ok(())
}
