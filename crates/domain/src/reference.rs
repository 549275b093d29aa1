//! What is small, shared by everybody and needed for every judgement: areas, staff, assignments, duties,
//! settings.

use crate::area::{Area, Areas};
use crate::canonical::Hash;
use crate::catalogue::{RecordKind, keys};
use crate::closing::Closing;
use crate::duty::Duty;
use crate::erasure::Erasure;
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::patch::RecordRef;
use crate::period::Period;
use crate::settings::{Setting, Settings};
use crate::staff::{Assignment, Staff};
use crate::time::Day;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A county's reference data as it stands. Grows with villages and staff, not with visits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// The tree of divisions.
    pub areas: Areas,
    /// Staff by record.
    pub staff: BTreeMap<RecordId, Staff>,
    /// Assignments by record.
    pub assignments: BTreeMap<RecordId, Assignment>,
    /// Rules of duties by record.
    pub duties: BTreeMap<RecordId, Duty>,
    /// What is set for phones and figures.
    pub settings: Settings,
    /// Periods that were closed.
    pub closings: BTreeMap<Period, Closing>,
    /// Records that were erased by law: whatever comes of them later is erased too.
    pub erased: BTreeSet<RecordRef>,
    /// Published forms by the hash of their canonical JSON: the order of a row of answers.
    pub orders: BTreeMap<Hash, Vec<String>>,
}

impl Reference {
    /// Whether records of this kind are part of the reference.
    pub fn holds(kind: RecordKind) -> bool {
        matches!(
            kind,
            RecordKind::Area
                | RecordKind::Staff
                | RecordKind::Assignment
                | RecordKind::Duty
                | RecordKind::Form
                | RecordKind::Settings
                | RecordKind::Closing
                | RecordKind::Erasure
        )
    }

    /// Takes in a record as it stands now; other kinds are left alone. O(log n).
    pub fn take(&mut self, record: RecordRef, head: &Head) {
        let id = record.id;
        match record.kind {
            RecordKind::Area => {
                if let Some(area) = Area::read(head) {
                    self.areas.0.insert(area.code, area);
                }
            }
            RecordKind::Staff => {
                self.staff.remove(&id);
                // What was only passed over or erased names nobody.
                if !head.fields.is_empty() {
                    self.staff.insert(id, Staff::read(id, head));
                }
            }
            RecordKind::Assignment => {
                self.assignments.remove(&id);
                self.assignments.extend(Assignment::read(id, head).map(|one| (id, one)));
            }
            RecordKind::Duty => {
                self.duties.remove(&id);
                self.duties.extend(Duty::read(id, head).map(|one| (id, one)));
            }
            RecordKind::Settings => self.settings.take(id, head),
            RecordKind::Closing => {
                self.closings.retain(|period, _| Closing::record(*period) != id);
                self.closings.extend(Closing::read(head).map(|one| (one.period, one)));
            }
            RecordKind::Erasure => {
                self.erased.extend(Erasure::read(id, head).into_iter().flat_map(|one| one.records));
            }
            RecordKind::Form => {
                let hash = head.text(keys::HASH).and_then(|text| text.parse().ok());
                if let (Some(hash), Some(Value::List(order))) = (hash, head.value(keys::ORDER)) {
                    self.orders.insert(hash, order.clone());
                }
            }
            _ => {}
        }
    }

    /// The order of a row under a form; empty when there is no form. `None` when it is unknown here.
    pub fn order(&self, form: Option<Hash>) -> Option<&[String]> {
        form.map_or(Some(&[]), |hash| self.orders.get(&hash).map(Vec::as_slice))
    }

    /// What a member of staff is called; the id of whom nothing is known.
    pub fn staff_name(&self, id: RecordId) -> String {
        self.staff.get(&id).map_or_else(|| id.to_string(), |staff| staff.name.clone())
    }

    /// The assignments of a member of staff, past and present. O(assignments).
    pub fn assignments_of(&self, staff: RecordId) -> impl Iterator<Item = &Assignment> {
        self.assignments.values().filter(move |one| one.staff == staff)
    }

    /// The rules of a duty that hold for a village, nearest owner only, ordered by first day.
    pub fn rules(&self, duty: &str, village: AreaCode) -> Vec<&Duty> {
        for area in self.areas.ancestors(village) {
            let mut rules: Vec<_> =
                self.duties.values().filter(|rule| rule.duty == duty && rule.area == area).collect();
            if !rules.is_empty() {
                rules.sort_by_key(|rule| (rule.from, rule.id));
                return rules;
            }
        }
        Vec::new()
    }

    /// The rule of a duty for a village on a day: of several, the one that began last.
    pub fn rule_on(&self, duty: &str, village: AreaCode, day: Day) -> Option<&Duty> {
        self.rules(duty, village).into_iter().rev().find(|rule| rule.holds_on(day))
    }

    /// What is set in an area on a day.
    pub fn setting(&self, setting: Setting, area: AreaCode, day: Day) -> i32 {
        self.settings.value(&self.areas, setting, area, day)
    }

    /// The names of all duties, ascending.
    pub fn duty_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.duties.values().map(|rule| rule.duty.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
