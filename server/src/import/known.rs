//! Who is in the register already, and by what a row finds them. Kept while a file is held against it: a few
//! hundred bytes a person.

use super::numbers::Numbers;
use super::plan::Difference;
use crate::county::{County, each_record};
use domain::catalogue::{RecordKind, keys};
use domain::erasure::Erasure;
use domain::head::{Head, Reading};
use domain::household::Household;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::Vector;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::subject::{AgeSaid, Person, is_restricted, merged_into};
use domain::time::Day;
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use sync::county::needs::RecordRow;

/// An id that no record has.
pub(super) fn nobody() -> RecordId {
    RecordId::derived(WriterId(0), 0)
}

/// Somebody of the register, as far as a row can say it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub id: RecordId,
    /// What of the record was seen: a phone's word of later stands beside what is written.
    pub seen: Vector,
    pub name: String,
    pub id_number: Option<String>,
    pub local_number: Option<String>,
    /// Several while it is contested.
    pub villages: Vec<AreaCode>,
    pub household: Option<RecordId>,
    /// 小组 of whom no household is known.
    pub group: Option<String>,
    pub relation: Option<String>,
    pub phone: Option<String>,
    pub carer: Option<String>,
    pub carer_phone: Option<String>,
    pub sex: Option<String>,
    pub born: Option<Day>,
    pub age_said: Option<AgeSaid>,
    /// Categories that hold, or will.
    pub categories: Vec<String>,
    /// Fields of several values.
    pub contested: Vec<&'static str>,
    pub pending: bool,
    /// When they died or left, and which of the two.
    pub gone: Option<(Day, bool)>,
    pub minor: bool,
    /// 限制处理: in no file.
    pub restricted: bool,
    /// The first day of the last move.
    pub moved: Option<Day>,
}

/// What a row may say of a person.
const SAID: [&str; 10] = [
    keys::NAME,
    keys::ID_NUMBER,
    keys::LOCAL_NUMBER,
    keys::HOUSEHOLD,
    keys::RELATION,
    keys::PHONE,
    keys::AGE_SAID,
    keys::CARER,
    keys::PHONE_CARER,
    keys::REGISTRATION,
];

impl Held {
    fn read(id: RecordId, head: &Head, today: Day) -> Self {
        let person = Person::read(id, head);
        let text = |key| head.text(key).map(str::to_owned);
        let gone = person.died.map(|day| (day, true)).or(person.moved_out.map(|day| (day, false)));
        let lasts = |until: Option<Day>| until.is_none_or(|until| until > today);
        let held = person.memberships.iter().filter(|one| lasts(one.until)).map(|one| one.code.clone());
        let mut categories: Vec<String> = held.collect();
        categories.sort_unstable();
        categories.dedup();
        let contested = |key: &&str| matches!(head.read(key), Reading::Contested(_));
        Self {
            id,
            seen: head.vector.clone(),
            id_number: person.id_number.clone(),
            local_number: text(keys::LOCAL_NUMBER),
            household: person.household,
            group: text(keys::GROUP),
            relation: text(keys::RELATION),
            phone: text(keys::PHONE),
            carer: text(keys::CARER),
            carer_phone: text(keys::PHONE_CARER),
            sex: person.sex.clone(),
            born: person.born,
            age_said: person.age_said,
            categories,
            contested: SAID.into_iter().filter(contested).collect(),
            pending: person.pending,
            gone,
            minor: person.is_minor_on(today),
            restricted: is_restricted(head),
            moved: person.moves.last_key_value().map(|(day, _)| *day),
            villages: person.villages,
            name: person.name,
        }
    }
}

impl Held {
    /// What a row says otherwise of the age, while no date of birth decides it.
    pub(super) fn age_otherwise(&self, said: Option<AgeSaid>) -> Option<Difference> {
        let contested = self.contested.contains(&keys::AGE_SAID);
        let new = said.filter(|new| self.born.is_none() && (contested || self.age_said != Some(*new)))?;
        Some(Difference {
            key: keys::AGE_SAID.to_owned(),
            of_home: false,
            old: self.age_said.map(AgeSaid::zh).unwrap_or_default().to_owned(),
            new: new.zh().to_owned(),
            value: Some(Value::from(new.code())),
        })
    }
}

/// A household of the register.
#[derive(Debug, Clone)]
pub(super) struct Home {
    pub seen: Vector,
    pub head: String,
    pub group: String,
    pub directions: String,
}

/// By what a household is found: 村, 小组, 户主.
pub(super) type HomeKey = (AreaCode, String, String);

/// The register.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub people: Vec<Held>,
    pub homes: BTreeMap<RecordId, Home>,
    by_id: BTreeMap<String, Vec<usize>>,
    by_local: BTreeMap<String, Vec<usize>>,
    by_name: BTreeMap<(AreaCode, String), Vec<usize>>,
    by_home: BTreeMap<HomeKey, Vec<RecordId>>,
    /// How far the county's own numbers had come when somebody was erased.
    given: BTreeSet<String>,
    /// How many people were erased of whom that was not written down.
    erased: u32,
    /// ID numbers of heads.
    heads: BTreeMap<RecordId, String>,
}

impl Known {
    /// Reads the register. O(people).
    pub(super) async fn read(county: &County, today: Day) -> Result<Self, Problem> {
        let mut known = Self::default();
        let ledger = county.stores.ledger.as_ref();
        let erasure = |record: RecordRef, row: &RecordRow| match row.head.value(keys::LOCAL_NUMBER) {
            Some(Value::List(given)) => known.given.extend(given.iter().cloned()),
            _ => {
                let records = Erasure::read(record.id, &row.head).map(|one| one.records).unwrap_or_default();
                let people = records.iter().filter(|one| one.kind == RecordKind::Person).count();
                known.erased = known.erased.saturating_add(u32::try_from(people).unwrap_or(u32::MAX));
            }
        };
        each_record(ledger, RecordKind::Erasure, erasure).await?;
        let home = |record: RecordRef, row: &RecordRow| {
            known.add_home(Household::read(record.id, &row.head), row.head.vector.clone());
        };
        each_record(ledger, RecordKind::Household, home).await?;
        let mut merged = Vec::new();
        let person = |record: RecordRef, row: &RecordRow| {
            if let Some(into) = merged_into(&row.head) {
                let number = |key| row.head.text(key).map(str::to_owned);
                merged.push((record.id, into, number(keys::ID_NUMBER), number(keys::LOCAL_NUMBER)));
            } else if !row.head.fields.is_empty() {
                known.add(Held::read(record.id, &row.head, today));
            }
        };
        each_record(ledger, RecordKind::Person, person).await?;
        known.found_by_merged(&merged);
        Ok(known)
    }

    /// Whoever stays is found by the numbers of whom was merged into them, too. O(merged · log people).
    fn found_by_merged(&mut self, merged: &[(RecordId, RecordId, Option<String>, Option<String>)]) {
        let into: BTreeMap<RecordId, RecordId> = merged.iter().map(|one| (one.0, one.1)).collect();
        let places: BTreeMap<RecordId, usize> =
            self.people.iter().enumerate().map(|(place, one)| (one.id, place)).collect();
        for (_, first, id_number, local_number) in merged {
            let steps = std::iter::successors(Some(*first), |id| into.get(id).copied()).take(merged.len());
            let Some(place) = steps.filter_map(|id| places.get(&id)).next().copied() else { continue };
            let numbers = [(&mut self.by_id, id_number), (&mut self.by_local, local_number)];
            for (by, number) in numbers {
                let Some(number) = number else { continue };
                let found = by.entry(number.clone()).or_default();
                if !found.contains(&place) {
                    found.push(place);
                }
            }
        }
    }

    fn add_home(&mut self, home: Household, seen: Vector) {
        for village in &home.villages {
            let key = (*village, home.group.clone(), home.head_name.clone());
            self.by_home.entry(key).or_default().push(home.id);
        }
        let (head, group, directions) = (home.head_name, home.group, home.directions);
        self.homes.insert(home.id, Home { seen, head, group, directions });
    }

    fn add(&mut self, person: Held) {
        let place = self.people.len();
        if let Some(number) = &person.id_number {
            self.by_id.entry(number.clone()).or_default().push(place);
        }
        if let Some(number) = &person.local_number {
            self.by_local.entry(number.clone()).or_default().push(place);
        }
        if let (Some(home), Some(number)) = (person.household, &person.id_number)
            && self.homes.get(&home).is_some_and(|home| home.head == person.name)
        {
            self.heads.insert(home, number.clone());
        }
        for village in &person.villages {
            self.by_name.entry((*village, person.name.clone())).or_default().push(place);
        }
        self.people.push(person);
    }

    pub(super) fn of_id(&self, number: &str) -> Vec<&Held> {
        self.found(self.by_id.get(number))
    }

    pub(super) fn of_local(&self, number: &str) -> Vec<&Held> {
        self.found(self.by_local.get(number))
    }

    /// Those of a village who are called so; of a household's head and group, where these are given.
    pub(super) fn of_name(
        &self,
        village: AreaCode,
        name: &str,
        head: Option<&str>,
        group: Option<&str>,
    ) -> Vec<&Held> {
        let mut found = self.found(self.by_name.get(&(village, name.to_owned())));
        if let Some(head) = head {
            found.retain(|one| self.home_of(one).map_or("", |home| home.head.as_str()) == head);
        }
        let same_group = |one: &&Held| self.group_of(one) == group;
        if group.is_some() && found.len() > 1 && found.iter().any(same_group) {
            found.retain(same_group);
        }
        found
    }

    fn found(&self, places: Option<&Vec<usize>>) -> Vec<&Held> {
        places.into_iter().flatten().filter_map(|place| self.people.get(*place)).collect()
    }

    pub(super) fn home_of(&self, person: &Held) -> Option<&Home> {
        self.homes.get(&person.household?)
    }

    /// 小组, by the household where one is known.
    pub(super) fn group_of<'k>(&'k self, person: &'k Held) -> Option<&'k str> {
        let of_home = self.home_of(person).map(|home| home.group.as_str());
        of_home.or(person.group.as_deref()).filter(|group| !group.is_empty())
    }

    /// Households of a village by 户主, and by 小组 where one is given.
    pub(super) fn homes_at(&self, village: AreaCode, group: Option<&str>, head: &str) -> Vec<RecordId> {
        match group {
            Some(group) => {
                let key = (village, group.to_owned(), head.to_owned());
                self.by_home.get(&key).cloned().unwrap_or_default()
            }
            None => {
                let first = (village, String::new(), String::new());
                let here = self.by_home.range(first..).take_while(|((there, ..), _)| *there == village);
                here.filter(|((_, _, other), _)| other == head)
                    .flat_map(|(_, ids)| ids.iter().copied())
                    .collect()
            }
        }
    }

    /// The ID number of the person after whom a household is called, where one is known.
    pub(super) fn number_of_head(&self, home: RecordId) -> Option<&str> {
        self.heads.get(&home).map(String::as_str)
    }

    /// The county's own numbers that are given next: never one again, also not of whoever was erased.
    pub(super) fn numbers(&self) -> Numbers {
        Numbers::after(self.by_local.keys().chain(&self.given).map(String::as_str), self.erased)
    }
}

/// How far the county's own numbers have come, the last of each township: an erasure writes it down, so that no number
/// is given twice and none is passed over. O(people).
///
/// # Errors
/// What the store says.
pub(crate) async fn numbers_given(county: &County, today: Day) -> Result<Vec<String>, Problem> {
    Ok(Known::read(county, today).await?.numbers().highest())
}
