//! 手机未回传: in which villages no phone of those who carry a duty was heard for some days.

use crate::county::{County, at_county};
use domain::coverage::reading::silent;
use domain::coverage::rules::{ANY_DUTY, Rules, rule_on};
use domain::duty::DutyKind;
use domain::ids::{AreaCode, RecordId};
use domain::problem::Problem;
use domain::reference::Reference;
use domain::staff::Role;
use domain::time::Day;
use std::collections::{BTreeMap, BTreeSet};
use sync::county::needs::DeviceState;

/// Who carries a duty in a village on a day; any duty of care for `*`.
pub(super) fn roles(rules: &Rules, duty: &str, village: AreaCode, day: Day) -> BTreeSet<Role> {
    let of = |name: &str| rule_on(rules.at(name, village), day);
    if duty != ANY_DUTY {
        return of(duty).into_iter().flat_map(|rule| rule.roles.clone()).collect();
    }
    let care = rules.names().filter_map(of).filter(|rule| rule.kind == DutyKind::Care);
    care.flat_map(|rule| rule.roles.clone()).collect()
}

/// For each member of staff with a phone, the last day on or before `as_of` on which it was heard: at
/// the latest, that of its enrolment. Who had handed the phone over by then has none; who lost it has one, and it
/// is silent.
pub(super) async fn phones(county: &County, as_of: Day) -> Result<BTreeMap<RecordId, Day>, Problem> {
    let heard = county.stores.reports.heard(as_of).await.map_err(at_county)?;
    let mut phones = BTreeMap::new();
    let states = county.stores.directory.states(as_of).await.map_err(at_county)?;
    for device in county.stores.directory.devices().await.map_err(at_county)? {
        let enrolled = Day::of(device.enrolled_ms);
        if enrolled <= as_of && states.get(&device.row.device) != Some(&DeviceState::Retired) {
            let staff = device.row.staff;
            let last = heard.get(&staff).copied().unwrap_or(enrolled).max(enrolled);
            let known = phones.entry(staff).or_insert(last);
            *known = last.max(*known);
        }
    }
    Ok(phones)
}

/// Whether no phone of those with these roles in the village was heard. A village in which none of
/// them has a phone is not silent: nobody was ever to be heard.
pub(super) fn is_silent(
    reference: &Reference,
    phones: &BTreeMap<RecordId, Day>,
    village: AreaCode,
    roles: &BTreeSet<Role>,
    as_of: Day,
    limit_days: i32,
) -> bool {
    let assigned = reference.assignments.values().filter(|one| {
        roles.contains(&one.role) && one.holds_on(as_of) && reference.areas.within(village, one.area)
    });
    let heard: BTreeSet<Day> = assigned.filter_map(|one| phones.get(&one.staff)).copied().collect();
    !heard.is_empty() && silent(&heard, as_of, limit_days)
}
