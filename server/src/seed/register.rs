//! The register: households and people of every village, unevenly spread, in exactly the number asked for.

use super::children;
use super::dice::Dice;
use super::households::{self, Member, Shape};
use super::names::{Bearer, Name, Names, Sex};
use super::numbers::Registry;
use super::people::{self, Desk, Entry, Resident};
use super::places::{Places, Village};
use super::records::{SeedRecord, code};
use super::story::STORY_VILLAGE;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::time::Day;
use std::ops::Range;

/// The smallest register: the story's village, somebody in every other one, and the names that always occur.
pub const SUBJECTS_MIN: usize = 120;

/// How many people the village of the story has at least.
const STORY_PEOPLE: usize = 24;

/// A household.
#[derive(Debug, Clone)]
pub struct Home {
    /// Its record.
    pub id: RecordId,
    /// Its village.
    pub village: AreaCode,
    /// Its group (小组).
    pub group: &'static str,
    /// The name of its head.
    pub head_name: String,
    /// What kind it is.
    pub shape: Shape,
    /// Its people: places in [`Register::residents`], the head first.
    pub members: Range<usize>,
}

/// Everybody.
#[derive(Debug, Default)]
pub struct Register {
    /// Households, village by village in the order of their codes.
    pub homes: Vec<Home>,
    /// People, household by household.
    pub residents: Vec<Resident>,
    /// Households, people and children's files as records, each after what it points at.
    pub records: Vec<SeedRecord>,
}

/// How many people each village has: uneven, never none, in sum `subjects` or [`SUBJECTS_MIN`].
pub(super) fn quotas(seed: u64, subjects: usize, places: &Places) -> Vec<usize> {
    let least = |village: &Village| if village.code == STORY_VILLAGE { STORY_PEOPLE } else { 1 };
    let fixed: usize = places.villages.iter().map(least).sum();
    let spread = subjects.max(SUBJECTS_MIN).saturating_sub(fixed) as u64;
    let mut dice = Dice::of(seed, "quotas", &[]);
    let weights: Vec<u64> = places.villages.iter().map(|_| 40 + dice.below(120) + dice.below(120)).collect();
    let total: u64 = weights.iter().sum();
    // The difference of two running sums: rounding never adds up to another number.
    let mut sum = 0;
    let share = |sum: u64| usize::try_from(sum * spread / total.max(1)).unwrap_or(0);
    let quota = |(village, weight): (&Village, &u64)| {
        let before = share(sum);
        sum += weight;
        least(village) + share(sum) - before
    };
    places.villages.iter().zip(&weights).map(quota).collect()
}

/// Writes the register. O(people · log people).
pub(super) fn register(seed: u64, subjects: usize, today: Day, places: &Places, names: &Names) -> Register {
    let villages = places.villages.iter().map(|village| village.code).collect();
    let desk = Desk { today, registry: Registry::default(), local_numbers: 0, villages };
    let mut clerk = Clerk { seed, places, names, desk, register: Register::default() };
    let mut must = names.must();
    for (village, quota) in places.villages.iter().zip(quotas(seed, subjects, places)) {
        let special = if village.code == STORY_VILLAGE { None } else { must.next() };
        clerk.village(village, quota, special);
    }
    clerk.register
}

struct Clerk<'a> {
    seed: u64,
    places: &'a Places,
    names: &'a Names,
    desk: Desk,
    register: Register,
}

/// A village while it is being written down.
struct Walk<'a> {
    village: &'a Village,
    dice: Dice,
    homes: u64,
    people: u64,
    left: usize,
    /// Heads so far, for neighbours of the same name.
    heads: Vec<(Sex, Name)>,
}

/// What is special about a household.
#[derive(Default)]
struct Special {
    /// The name of its head.
    head: Option<Name>,
    /// It belongs to the story: nothing happens to it.
    plain: bool,
    /// Its boarders sleep at the village's own school.
    school_at_home: bool,
}

impl Clerk<'_> {
    fn village(&mut self, village: &Village, quota: usize, must: Option<(Sex, Name)>) {
        let dice = Dice::of(self.seed, "people", &[village.code.0]);
        let mut walk = Walk { village, dice, homes: 0, people: 0, left: quota, heads: Vec::new() };
        if village.code == STORY_VILLAGE {
            self.story(&mut walk);
        }
        if let Some((sex, name)) = must {
            let mut members = households::members(Shape::ElderAlone, &mut walk.dice);
            if let Some(head) = members.first_mut() {
                head.sex = sex;
            }
            let special = Special { head: Some(name), ..Special::default() };
            self.home(&mut walk, Shape::ElderAlone, members, special);
        }
        while walk.left > 0 {
            let shape = households::shape(&mut walk.dice);
            let members = households::members(shape, &mut walk.dice);
            // Now and then, and once in every village that has more than a few homes, a neighbour's name.
            let again = walk.homes == 5 || walk.dice.chance(25);
            let sex = members.first().map(|head| head.sex);
            let same: Vec<_> = walk.heads.iter().filter(|(other, _)| Some(*other) == sex).collect();
            let at = walk.dice.below(same.len() as u64);
            let name = usize::try_from(at).ok().and_then(|at| same.get(at)).map(|(_, name)| name.clone());
            let special = Special { head: name.filter(|_| again), ..Special::default() };
            self.home(&mut walk, shape, members, special);
        }
    }

    /// The household, the boarders and the lone elders of the demonstration, two of them namesakes.
    fn story(&mut self, walk: &mut Walk<'_>) {
        let plain = || Special { plain: true, ..Special::default() };
        self.home(walk, Shape::ThreeGenerations, households::story_household(), plain());
        for many in [2, 2, 1] {
            let members = households::story_boarders(many, &mut walk.dice);
            let special = Special { school_at_home: true, ..plain() };
            self.home(walk, Shape::Grandchildren, members, special);
        }
        let namesake = Name { surname: "杨", given: "桂芝".to_owned() };
        for (name, age) in [(Some(&namesake), 71), (Some(&namesake), 83), (None, 78), (None, 66)] {
            let mut elder = households::members(Shape::ElderAlone, &mut walk.dice);
            for member in &mut elder {
                member.sex = Sex::Female;
                member.age = age;
                member.away = None;
                member.categories = if age >= 80 { vec!["DJ", "GL"] } else { vec!["DJ"] };
            }
            let special = Special { head: name.cloned(), ..plain() };
            self.home(walk, Shape::ElderAlone, elder, special);
        }
    }

    /// Writes a household and its people down, as many as there is room for.
    fn home(&mut self, walk: &mut Walk<'_>, shape: Shape, mut members: Vec<Member>, special: Special) {
        members.truncate(walk.left);
        walk.left -= members.len();
        walk.homes += 1;
        let number = format!("{} {} {}", self.seed, walk.village.code, walk.homes);
        let id = RecordId::named("household", &number);
        let group = walk.dice.pick(&walk.village.groups);
        let names = self.family_names(walk, &members, special.head);
        let Some((head_name, _, _)) = names.first().cloned() else { return };
        let directions = self.places.directions(&mut walk.dice);
        self.register.records.push(
            SeedRecord::new(RecordKind::Household, id)
                .with(keys::NAME, head_name.full())
                .with(keys::VILLAGE, code(walk.village.code))
                .with(keys::GROUP, group)
                .with(keys::DIRECTIONS, directions),
        );
        let (home, first) = (self.register.homes.len(), self.register.residents.len());
        let township = self.places.township(walk.village).map_or(&[][..], |one| &one.schools);
        let household_dice = Dice::of(self.seed, "household", &[walk.village.code.0, walk.homes]);
        let head_full = head_name.full();
        let mut head_phone = None;
        for (member, (name, ethnic, nickname)) in members.iter().zip(names) {
            walk.people += 1;
            let number = format!("{} {} {}", self.seed, walk.village.code, walk.people);
            let entry = Entry {
                member,
                name: &name.full(),
                group: ethnic,
                id: RecordId::named("person", &number),
                household: id,
                village: walk.village.code,
                nickname,
                head_phone: head_phone.as_deref(),
                household_dice: household_dice.clone(),
                plain: special.plain,
            };
            let record = self.desk.write(&entry, &mut walk.dice);
            let school = children::school(member, walk.village.short, township, special.school_at_home);
            let (resident, file) = people::resident(&record, &entry, home, school, (&head_full, "户主"));
            if member.relation == "户主" {
                let phone = record.sets.get(keys::PHONE).and_then(|value| value.as_text());
                head_phone = phone.map(str::to_owned);
            }
            self.register.residents.push(resident);
            self.register.records.push(record);
            self.register.records.extend(file);
        }
        let members = first..self.register.residents.len();
        let home = Home { id, village: walk.village.code, group, head_name: head_full, shape, members };
        self.register.homes.push(home);
    }

    /// Names, ethnic groups and nicknames of a household: children take over the family's surname.
    fn family_names(
        &self,
        walk: &mut Walk<'_>,
        members: &[Member],
        head: Option<Name>,
    ) -> Vec<(Name, &'static str, Option<String>)> {
        let groups = self.places.township(walk.village).map_or(&[][..], |one| &one.groups);
        let dice = &mut walk.dice;
        let group = dice.weighted(groups);
        let mut family = self.names.surname(group, dice);
        let mut named: Vec<(Name, &'static str, Option<String>)> = Vec::new();
        for member in members {
            let is_head = member.relation == "户主";
            // Who married in has a surname, and one time in five an ethnic group, of their own.
            let own = if !member.of_family && dice.chance(200) { dice.weighted(groups) } else { group };
            let surname = if member.of_family && !is_head { family } else { "" };
            let bearer = Bearer { group: own, surname, husband: family, sex: member.sex, age: member.age };
            let again = head.as_ref().filter(|_| is_head);
            let name = match again {
                Some(name) => name.clone(),
                None => {
                    // Nobody names a child after somebody of the same house.
                    let mut drawn = (0..8).map(|_| self.names.name(&bearer, dice));
                    let free = |name: &Name| !named.iter().any(|(other, _, _)| other == name);
                    drawn.find(free).unwrap_or_default()
                }
            };
            let known = walk.heads.iter().any(|(_, other)| *other == name);
            let called = known || member.age >= 60 && dice.chance(120);
            let nickname = called.then(|| self.names.nickname(&name.full(), member.sex, dice));
            if is_head {
                if member.sex == Sex::Male && !name.surname.is_empty() {
                    family = name.surname;
                }
                walk.heads.push((member.sex, name.clone()));
            }
            named.push((name, own, nickname));
        }
        named
    }
}
