//! 责任人: who is rung about a home, and whose villages those are.

use super::Asked;
use super::people::Column;
use crate::clock;
use crate::problem::wrong;
use domain::ids::{AreaCode, RecordId};
use domain::problem::Problem;
use domain::staff::Role;
use domain::time::Day;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody who is to go there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Responsible {
    /// Their name.
    pub name: String,
    /// Their telephone.
    pub phone: Option<String>,
}

/// Somebody with the villages in which the homes are theirs today. Nothing is counted here: workers are told
/// apart to be rung, never to be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Worker {
    /// The member of staff.
    #[schema(value_type = String)]
    pub staff: RecordId,
    /// Their name.
    pub name: String,
    /// The villages of the area that is asked for, in their order.
    pub villages: Vec<String>,
}

/// Who carries the duty in the village itself, today: whoever is rung is rung now. Who has the township or county
/// when nobody does.
fn carriers(asked: &Asked, village: AreaCode, today: Day) -> BTreeSet<RecordId> {
    let reference = &asked.reference;
    let carries = |role: Role| {
        if asked.rule.roles.is_empty() {
            matches!(role, Role::AssistanceOfficer | Role::ChildDirector)
        } else {
            asked.rule.roles.contains(&role)
        }
    };
    let mut people = BTreeSet::new();
    for area in reference.areas.ancestors(village) {
        let here = reference.assignments.values().filter(|one| one.area == area);
        people.extend(here.filter(|one| carries(one.role) && one.holds_on(today)).map(|one| one.staff));
        if !people.is_empty() {
            break;
        }
    }
    people
}

/// Who is to go to a village.
pub(super) fn responsible(asked: &Asked, village: AreaCode) -> Vec<Responsible> {
    let member = |id: RecordId| {
        let staff = asked.reference.staff.get(&id)?;
        Some(Responsible { name: staff.name.clone(), phone: staff.phone.clone() })
    };
    carriers(asked, village, Day::of(clock::now_ms())).into_iter().filter_map(member).collect()
}

/// Everybody to whom a village of the question belongs today, by their first village and name.
/// O(villages × assignments).
pub fn workers(asked: &Asked) -> Vec<Worker> {
    let today = Day::of(clock::now_ms());
    let mut villages: BTreeMap<RecordId, Vec<AreaCode>> = BTreeMap::new();
    for village in &asked.villages {
        for staff in carriers(asked, *village, today) {
            villages.entry(staff).or_default().push(*village);
        }
    }
    let name = |id: RecordId| asked.reference.staff.get(&id).map(|staff| staff.name.clone());
    let mut found: Vec<_> = villages
        .into_iter()
        .filter_map(|(staff, theirs)| Some((theirs.first().copied()?, name(staff)?, staff, theirs)))
        .collect();
    found.sort();
    let areas = &asked.reference.areas;
    let worker = |(_, name, staff, theirs): (AreaCode, String, RecordId, Vec<AreaCode>)| Worker {
        staff,
        name,
        villages: theirs.into_iter().map(|one| areas.name(one)).collect(),
    };
    found.into_iter().map(worker).collect()
}

/// Leaves of a question only the villages of one worker, for the lists of who was not visited: nothing else is
/// told by worker, no list of workers has a number, and the page shows none beside this list.
///
/// # Errors
/// `argument_wrong` for another figure, and for somebody to whom no village of the question belongs today.
pub fn of_worker(asked: &mut Asked, column: Column, staff: RecordId) -> Result<Worker, Problem> {
    if !Column::UNVISITED.contains(&column) {
        let zh = "只有未走访名单可以按责任人看";
        return Err(wrong("worker", zh, "only the list of who was not visited is shown by worker"));
    }
    let Some(worker) = workers(asked).into_iter().find(|one| one.staff == staff) else {
        let zh = "这个人今天不是这里的责任人，可能已经移交。请重新选";
        let en = "today this is nobody's worker here; the villages may have been handed over. Choose again";
        return Err(wrong("worker", zh, en));
    };
    let today = Day::of(clock::now_ms());
    let villages = asked.villages.iter().copied();
    asked.villages = villages.filter(|one| carriers(asked, *one, today).contains(&staff)).collect();
    Ok(worker)
}
