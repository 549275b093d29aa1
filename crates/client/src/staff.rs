//! 工作人员: with whom, or for whom (代记), a visit may have been made.

use crate::app::{App, Open};
use crate::lock::Nothing;
use crate::outside::Outside;
use crate::ports::Ports;
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::problem::Problem;
use domain::staff::Role;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Somebody who works in the same places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Colleague {
    /// The member of staff.
    pub staff: RecordId,
    /// The name.
    pub name: String,
    /// The roles, each once.
    pub roles: Vec<Role>,
    /// Whether it is the holder of this phone.
    pub me: bool,
}

/// Somebody of the township whom a worker rings in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Helper {
    /// The name; empty while the phone was not unlocked, for no name lies in the open.
    pub name: String,
    /// As what.
    pub role: Role,
    /// Where.
    pub area: AreaCode,
    /// What the place is called.
    pub area_name: String,
    /// The telephone.
    pub phone: String,
}

/// Whom to ring, in this order: who looks after children, then who heads the station.
const HELPING: [Role; 2] = [Role::ChildSupervisor, Role::StationHead];

/// A township, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Township {
    /// Which.
    pub area: AreaCode,
    /// Its name.
    pub name: String,
}

/// Whom to ring, and for which places.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Helping {
    /// Where the holder works, each place once.
    pub areas: Vec<AreaCode>,
    /// 儿童督导员 and 乡镇站长 of the places above, and the holder's own, who have a telephone.
    pub people: Vec<Helper>,
    /// The townships in which the holder works, when there are several: a report may name one.
    #[serde(default)]
    pub townships: Vec<Township>,
}

impl Helping {
    /// As it may lie in the open: what a telephone is for has to be known there, and not whose it is.
    pub(crate) fn unnamed(mut self) -> Self {
        self.people.iter_mut().for_each(|one| one.name.clear());
        self
    }
}

impl Open {
    /// Whom to ring as of today. To whoever works nowhere any more, and while it is still to be downloaded where that is,
    /// the last ones stay, by role and number: of what the county has set aside, or asks, somebody has to be asked.
    pub(crate) fn helping(&self, ports: &Ports) -> Helping {
        let today = self.today(ports);
        let reference = &self.reference;
        let mine: Vec<_> = reference.assignments_of(self.staff).collect();
        if mine.is_empty() {
            let last = Outside::read(ports.vault.as_ref()).ok().flatten();
            return last.map(|one| one.helping).unwrap_or_default();
        }
        let areas: BTreeSet<AreaCode> =
            mine.into_iter().filter(|one| one.holds_on(today)).map(|one| one.area).collect();
        let above = |area| areas.iter().any(|my| reference.areas.within(*my, area));
        let mut found = BTreeMap::new();
        for one in reference.assignments.values().filter(|one| one.holds_on(today) && above(one.area)) {
            let rank = HELPING.iter().position(|role| *role == one.role);
            let staff = reference.staff.get(&one.staff).filter(|staff| staff.id != self.staff);
            let (Some(rank), Some(staff)) = (rank, staff) else { continue };
            if let Some(phone) = staff.phone.clone().filter(|phone| !phone.is_empty()) {
                let (name, area_name) = (staff.name.clone(), reference.areas.name(one.area));
                let helper = Helper { name, role: one.role, area: one.area, area_name, phone };
                found.insert((rank, one.area, one.staff), helper);
            }
        }
        let township = |area: &AreaCode| {
            reference.areas.ancestors(*area).find(|above| above.level() == AreaLevel::Township)
        };
        let townships: BTreeSet<AreaCode> = areas.iter().filter_map(township).collect();
        let several = townships.len() > 1;
        let named = |area| Township { area, name: reference.areas.name(area) };
        let townships = townships.into_iter().filter(|_| several).map(named).collect();
        Helping { areas: areas.into_iter().collect(), people: found.into_values().collect(), townships }
    }
}

impl App {
    /// Whom to ring; works while locked, also after a cold start.
    ///
    /// # Errors
    /// When the file of a locked phone cannot be read.
    pub fn helpers(&mut self, _: Nothing) -> Result<Helping, Problem> {
        match &self.open {
            Some(open) => Ok(open.helping(&self.ports)),
            None => Ok(Outside::read(self.ports.vault.as_ref())?.map(|one| one.helping).unwrap_or_default()),
        }
    }

    /// The holder, then whoever has a role today in a place above or below one of the holder's: of the same
    /// village first, then of the township, then of the county, each by name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn colleagues(&mut self, _: Nothing) -> Result<Vec<Colleague>, Problem> {
        let today = self.today()?;
        let open = self.reading()?;
        let reference = &open.reference;
        let within = |inner, outer| reference.areas.within(inner, outer);
        let mine: Vec<_> = reference.assignments_of(open.staff).filter(|one| one.holds_on(today)).collect();
        // How far from the holder's own places somebody works: 0 for the same village.
        let far = |area| {
            let above = |my: AreaCode| reference.areas.ancestors(my).position(|one| one == area);
            mine.iter().filter_map(|my| above(my.area)).min().unwrap_or(0)
        };
        let mut found: BTreeMap<RecordId, (usize, Colleague)> = BTreeMap::new();
        for one in reference.assignments.values().filter(|one| one.holds_on(today)) {
            let near = mine.iter().any(|my| within(one.area, my.area) || within(my.area, one.area));
            let Some(staff) = reference.staff.get(&one.staff).filter(|_| near) else { continue };
            let (nearest, colleague) = found.entry(one.staff).or_insert_with(|| {
                let (staff, name, me) = (one.staff, staff.name.clone(), one.staff == open.staff);
                (usize::MAX, Colleague { staff, name, roles: Vec::new(), me })
            });
            *nearest = far(one.area).min(*nearest);
            if !colleague.roles.contains(&one.role) {
                colleague.roles.push(one.role);
            }
        }
        let mut colleagues: Vec<(usize, Colleague)> = found.into_values().collect();
        colleagues.sort_by(|(far, a), (further, b)| {
            (!a.me, far, &a.name, a.staff).cmp(&(!b.me, further, &b.name, b.staff))
        });
        Ok(colleagues.into_iter().map(|(_, colleague)| colleague).collect())
    }
}
