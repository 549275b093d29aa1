//! 工作人员: invented staff and their assignments with dates.
//!
//! Each village has a 社会救助协理员 and a 儿童主任, often the same person; a few people have two
//! neighbouring villages; a few villages changed hands. Each township has a 站长, a 儿童督导员 and a
//! 社会救助经办员; the county its administrator, reviewers, approver and auditor.

use super::dice::Dice;
use super::names::{Bearer, Names, Sex};
use super::numbers;
use super::places::{COUNTY, Places};
use super::records::{SeedRecord, code, date};
use super::story::STORY_VILLAGE;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::staff::Role;
use domain::time::Day;

/// Staff and assignments, being drawn.
struct Office<'a> {
    names: &'a Names,
    dice: Dice,
    today: Day,
    records: Vec<SeedRecord>,
}

/// The record of the so-manieth member of staff whose first post is in an area; numbers from 1.
pub fn id(area: AreaCode, number: u32) -> RecordId {
    RecordId::named("staff", &format!("{area}/{number}"))
}

/// Everybody, with their assignments. O(villages).
pub fn records(seed: u64, today: Day, places: &Places, names: &Names) -> Vec<SeedRecord> {
    let mut office = Office { names, dice: Dice::of(seed, "staff", &[]), today, records: Vec::new() };
    let county =
        [Role::CountyAdmin, Role::CountyReviewer, Role::CountyReviewer, Role::Approver, Role::Auditor];
    for (role, number) in county.into_iter().zip(1..) {
        let staff = office.person(COUNTY, number);
        office.assign(staff, role, COUNTY, None, None);
    }
    for township in &places.townships {
        let roles = [Role::StationHead, Role::ChildSupervisor, Role::AssistanceClerk];
        for (role, number) in roles.into_iter().zip(1..) {
            let staff = office.person(township.code, number);
            office.assign(staff, role, township.code, None, None);
        }
    }
    let mut shared = None;
    for (at, village) in places.villages.iter().enumerate() {
        let next = places.villages.get(at + 1).filter(|next| next.township == village.township);
        let next = next.map(|next| next.code).filter(|next| *next != STORY_VILLAGE);
        shared = office.village(village.code, shared.take(), next);
    }
    office.records
}

impl Office<'_> {
    /// Fills the posts of a village; hands back who is to have the next one too.
    fn village(
        &mut self,
        village: AreaCode,
        shared: Option<RecordId>,
        next: Option<AreaCode>,
    ) -> Option<RecordId> {
        let officer = shared.unwrap_or_else(|| self.person(village, 1));
        if village == STORY_VILLAGE {
            // Two phones that may edit the same people: one worker with both posts, and a second officer.
            self.assign(officer, Role::AssistanceOfficer, village, None, None);
            self.assign(officer, Role::ChildDirector, village, None, None);
            let second = self.person(village, 2);
            self.assign(second, Role::AssistanceOfficer, village, None, None);
            return None;
        }
        let both = shared.is_none() && self.dice.chance(350);
        let handed_over = shared.is_none() && !both && self.dice.chance(70);
        if handed_over {
            let day = self.today.plus(-self.dice.between(20, 200));
            let successor = self.person(village, 3);
            self.assign(officer, Role::AssistanceOfficer, village, None, Some(day));
            self.assign(successor, Role::AssistanceOfficer, village, Some(day), None);
        } else {
            self.assign(officer, Role::AssistanceOfficer, village, None, None);
        }
        let director = if both { officer } else { self.person(village, 2) };
        self.assign(director, Role::ChildDirector, village, None, None);
        let goes_on = shared.is_none() && !handed_over && next.is_some() && self.dice.chance(110);
        goes_on.then_some(officer)
    }

    fn person(&mut self, area: AreaCode, number: u32) -> RecordId {
        let id = id(area, number);
        let sex = self.dice.pick(&[Sex::Male, Sex::Female]);
        let group = self.dice.weighted(&[(5, "14"), (3, "01"), (1, "07"), (1, "20")]);
        let age = self.dice.between(26, 56);
        let bearer = Bearer { group, surname: "", husband: "", sex, age };
        let name = self.names.name(&bearer, &mut self.dice).full();
        let phone = numbers::phone(&mut self.dice);
        self.records.push(
            SeedRecord::new(RecordKind::Staff, id)
                .with(keys::NAME, name)
                .with(keys::PHONE, phone)
                .with(keys::AREA, code(area)),
        );
        id
    }

    fn assign(&mut self, staff: RecordId, role: Role, area: AreaCode, from: Option<Day>, until: Option<Day>) {
        let from = from.unwrap_or_else(|| self.today.plus(-self.dice.between(1_400, 2_000)));
        let id = RecordId::named("assignment", &format!("{staff} {} {area} {from}", role.code()));
        self.records.push(
            SeedRecord::new(RecordKind::Assignment, id)
                .with(keys::STAFF, staff.to_string())
                .with(keys::ROLE, role.code())
                .with(keys::AREA, code(area))
                .with(keys::FROM, date(from))
                .maybe(keys::UNTIL, until.map(date)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::reference::Reference;
    use std::collections::BTreeSet;

    fn reference() -> (Places, Reference, Day) {
        let today: Day = "2026-11-23".parse().unwrap();
        let places = Places::new(1);
        let mut reference = Reference::default();
        for record in records(1, today, &places, &Names::default()) {
            reference.take(record.record, &record.head());
        }
        (places, reference, today)
    }

    fn holders(reference: &Reference, role: Role, area: AreaCode, day: Day) -> Vec<RecordId> {
        let all = reference.assignments.values();
        all.filter(|one| one.role == role && one.area == area && one.holds_on(day))
            .map(|one| one.staff)
            .collect()
    }

    #[test]
    fn every_village_has_an_officer_and_a_child_director_on_every_day_of_three_years() {
        let (places, reference, today) = reference();
        for village in &places.villages {
            for day in [today, today.plus(-100), today.plus(-1_100)] {
                for role in [Role::AssistanceOfficer, Role::ChildDirector] {
                    let many = holders(&reference, role, village.code, day).len();
                    let expected = if village.code == STORY_VILLAGE { 1..=2 } else { 1..=1 };
                    assert!(expected.contains(&many), "{role:?} in {} on {day}: {many}", village.code);
                }
            }
        }
        for assignment in reference.assignments.values() {
            assert!(reference.staff.contains_key(&assignment.staff));
        }
    }

    #[test]
    fn some_hold_both_posts_some_two_villages_and_some_took_over() {
        let (places, reference, today) = reference();
        let officers: Vec<_> = places
            .villages
            .iter()
            .map(|village| holders(&reference, Role::AssistanceOfficer, village.code, today))
            .collect();
        let directors: Vec<_> = places
            .villages
            .iter()
            .map(|village| holders(&reference, Role::ChildDirector, village.code, today))
            .collect();
        let both = officers.iter().zip(&directors).filter(|(one, other)| one[..1] == other[..1]).count();
        assert!((15..60).contains(&both), "{both}");
        let distinct: BTreeSet<_> = officers.iter().flatten().collect();
        assert!(distinct.len() < 91, "somebody has two villages");
        assert!(reference.assignments.values().any(|one| one.until.is_some()), "somebody took over");
    }

    #[test]
    fn townships_and_county_have_their_posts() {
        let (places, reference, today) = reference();
        for township in &places.townships {
            for role in [Role::StationHead, Role::ChildSupervisor, Role::AssistanceClerk] {
                assert_eq!(holders(&reference, role, township.code, today).len(), 1);
            }
        }
        for role in [Role::CountyAdmin, Role::CountyReviewer, Role::Approver] {
            assert!(!holders(&reference, role, COUNTY, today).is_empty());
        }
    }
}
