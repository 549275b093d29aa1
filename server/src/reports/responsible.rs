//! 责任人: who is rung about a home, and whose villages those are.

use super::Asked;
use super::people::Column;
use super::told::told_duties;
use crate::clock;
use crate::county::{County, at_county};
use crate::problem::wrong;
use domain::coverage::Standing;
use domain::coverage::rules::ANY_DUTY;
use domain::duty::Duty;
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

/// Roles that go together to a home; none are those of care.
pub(super) type Roles = BTreeSet<Role>;

/// Who has one of the roles in the village itself, today: whoever is rung is rung now. Who has the township or county
/// when nobody does.
fn carriers(asked: &Asked, village: AreaCode, roles: &Roles, today: Day) -> BTreeSet<RecordId> {
    let reference = &asked.reference;
    let carries = |role: Role| match roles.is_empty() {
        true => matches!(role, Role::AssistanceOfficer | Role::ChildDirector),
        false => roles.contains(&role),
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

/// Whose a village is by any duty of the question.
fn carriers_of_any(asked: &Asked, village: AreaCode, today: Day) -> BTreeSet<RecordId> {
    let of = |rule: &Duty| rule.roles.iter().copied().collect::<Roles>();
    let all: BTreeSet<Roles> = match asked.question.duty == ANY_DUTY {
        true => asked.rules.iter().map(of).collect(),
        false => BTreeSet::from([of(&asked.rule)]),
    };
    all.iter().flat_map(|roles| carriers(asked, village, roles, today)).collect()
}

/// Who is to go to a home of a village, of whom each of these duties asks.
fn goes<'d>(asked: &Asked, village: AreaCode, duties: impl Iterator<Item = &'d Duty>) -> BTreeSet<RecordId> {
    let all: BTreeSet<Roles> = duties.map(|rule| rule.roles.iter().copied().collect()).collect();
    let today = Day::of(clock::now_ms());
    all.iter().flat_map(|roles| carriers(asked, village, roles, today)).collect()
}

/// Who is to go to a home of a village, by the duties for which somebody there is told.
pub(super) fn responsible(asked: &Asked, village: AreaCode, duties: &[&Duty]) -> Vec<Responsible> {
    let member = |id: RecordId| {
        let staff = asked.reference.staff.get(&id)?;
        Some(Responsible { name: staff.name.clone(), phone: staff.phone.clone() })
    };
    goes(asked, village, duties.iter().copied()).into_iter().filter_map(member).collect()
}

/// Leaves of standings by `*` only those of people to whom the worker goes that is asked for: the duties of somebody
/// in one village may be another's.
///
/// # Errors
/// What the store says.
pub(super) async fn retain_theirs(
    county: &County,
    asked: &Asked,
    standings: &mut Vec<Standing>,
) -> Result<(), Problem> {
    let Some(worker) = asked.worker.filter(|_| asked.question.duty == ANY_DUTY) else { return Ok(()) };
    let ids = standings.iter().map(|one| one.subject).collect();
    let all = county.stores.reports.standings_of_all(ids).await.map_err(at_county)?;
    standings.retain(|one| {
        let Some(step) = one.step_on(asked.question.as_of) else { return false };
        let every = all.get(&one.subject).map_or(&[][..], Vec::as_slice);
        let told = told_duties(asked, one, step.place.area, every);
        goes(asked, step.place.area, told.carried().into_iter()).contains(&worker)
    });
    Ok(())
}

/// Everybody to whom a village of the question belongs today, by their first village and name.
/// O(villages × assignments).
pub fn workers(asked: &Asked) -> Vec<Worker> {
    let today = Day::of(clock::now_ms());
    let mut villages: BTreeMap<RecordId, Vec<AreaCode>> = BTreeMap::new();
    for village in &asked.villages {
        for staff in carriers_of_any(asked, *village, today) {
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
    asked.villages = villages.filter(|one| carriers_of_any(asked, *one, today).contains(&staff)).collect();
    asked.worker = Some(staff);
    Ok(worker)
}
