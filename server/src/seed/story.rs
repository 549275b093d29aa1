//! The people of the demonstration, found in the register by what they are.

use super::County;
use super::people::Resident;
use super::register::Home;
use domain::ids::{AreaCode, RecordId};
use domain::staff::Role;
use domain::subject::AwayKind;
use domain::time::Day;

/// 民主村委会, 功果桥镇: in every register, whatever its seed, the story's people live here.
pub const STORY_VILLAGE: AreaCode = AreaCode(532_929_102_210);

/// Who plays in the demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// Their village.
    pub village: AreaCode,
    /// 协理员 and 儿童主任 of the village in one person.
    pub officer: RecordId,
    /// A second 协理员 of the same village.
    pub second_officer: RecordId,
    /// The home of the three parts.
    pub household: RecordId,
    /// Its head, with the elder's duty.
    pub grandmother: RecordId,
    /// Left behind, away at boarding school.
    pub grandson: RecordId,
    /// Disabled, grown up.
    pub son: RecordId,
    /// The village's school.
    pub school: String,
    /// Five children who board there.
    pub boarders: Vec<RecordId>,
    /// A lone elder whom nobody meets this time.
    pub not_met: RecordId,
    /// A lone elder visited in the morning and entered in the evening.
    pub evening: RecordId,
    /// A person whose telephone both officers correct.
    pub phone: RecordId,
}

impl Story {
    /// Everybody whom the story visits.
    pub fn people(&self) -> impl Iterator<Item = RecordId> {
        let home = [self.grandmother, self.grandson, self.son];
        let alone = [self.not_met, self.evening, self.phone];
        home.into_iter().chain(alone).chain(self.boarders.iter().copied())
    }
}

/// How many boarders the visit at the school needs.
const BOARDERS: usize = 5;

/// Finds the story's people; `None` only for a register that was not made here.
pub fn story(county: &County, day: Day) -> Option<Story> {
    let staff = |role: Role| {
        let all = county.reference.assignments.values();
        all.filter(move |one| one.role == role && one.area == STORY_VILLAGE && one.holds_on(day))
            .map(|one| one.staff)
    };
    let officer =
        staff(Role::AssistanceOfficer).find(|one| staff(Role::ChildDirector).any(|two| two == *one))?;
    let second_officer = staff(Role::AssistanceOfficer).find(|one| *one != officer)?;
    let homes = county.register.homes.iter().filter(|home| home.village == STORY_VILLAGE);
    let people = |home: &Home| county.register.residents.get(home.members.clone()).unwrap_or_default();
    let (home, grandmother, grandson, son) = homes.clone().find_map(|home| {
        let [head, others @ ..] = people(home) else { return None };
        let grandson = others.iter().find(|one| is_in(one, "LSET", day) && boards(one, day))?;
        let son = others.iter().find(|one| is_in(one, "CJR", day) && one.relation == "儿子")?;
        let is_grandmother = is_in(head, "LSLR", day) && head.person.sex.as_deref() == Some("2");
        is_grandmother.then_some((home, head, grandson, son))
    })?;
    let residents = || homes.clone().flat_map(people).filter(|one| one.home != grandmother.home);
    let schools = residents().filter(|one| boards(one, day)).filter_map(|one| one.school.as_ref());
    let school = schools
        .map(|school| school.name.as_str())
        .find(|name| residents().filter(|one| attends(one, name) && boards(one, day)).count() >= BOARDERS)?;
    let boarders: Vec<_> = residents()
        .filter(|one| attends(one, school) && boards(one, day))
        .map(|one| one.person.id)
        .take(BOARDERS)
        .collect();
    let mut alone = residents().filter(|one| is_in(one, "DJ", day) && one.person.aways.is_empty());
    let mut elder = || alone.next().map(|one| one.person.id);
    let (not_met, evening, phone) = (elder()?, elder()?, elder()?);
    Some(Story {
        village: STORY_VILLAGE,
        officer,
        second_officer,
        household: home.id,
        grandmother: grandmother.person.id,
        grandson: grandson.person.id,
        son: son.person.id,
        school: school.to_owned(),
        boarders,
        not_met,
        evening,
        phone,
    })
}

fn is_in(resident: &Resident, category: &str, day: Day) -> bool {
    resident.person.categories_on(day).any(|code| code == category)
}

fn boards(resident: &Resident, day: Day) -> bool {
    resident.person.aways.iter().any(|away| away.kind == AwayKind::Boarding && away.holds_on(day))
}

fn attends(resident: &Resident, school: &str) -> bool {
    resident.school.as_ref().is_some_and(|one| one.name == school)
}
