//! 区划: the tree of divisions, with dates of validity. Codes are keys; names never are.
//!
//! Names in Yunnan are not normalised (村委会、村民委员会、社区…), repeat within a county, and use
//! characters outside GBK (㱔); codes change when villages merge. Hence code, validity, successor.

use crate::catalogue::{RecordKind, keys};
use crate::head::Head;
use crate::ids::{AreaCode, AreaLevel, RecordId};
use crate::patch::RecordRef;
use crate::time::Day;
use crate::value::Value;
use std::collections::BTreeMap;

/// One division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Its 12-digit code.
    pub code: AreaCode,
    /// Its name as published.
    pub name: String,
    /// The division above; `None` at the top of what this county knows.
    pub parent: Option<AreaCode>,
    /// The first day on which it exists.
    pub from: Option<Day>,
    /// The first day on which it exists no more.
    pub until: Option<Day>,
    /// The division that took its place.
    pub successor: Option<AreaCode>,
}

/// The settled date in a field; `None` when absent, contested or not a date.
pub(crate) fn date(head: &Head, key: &str) -> Option<Day> {
    head.text(key).and_then(|text| text.parse().ok())
}

/// The settled area code in a field.
pub(crate) fn code(head: &Head, key: &str) -> Option<AreaCode> {
    head.value(key).and_then(Value::as_area)
}

/// Every area code that stands in a field, ascending: several while it is contested.
pub fn codes(head: &Head, key: &str) -> Vec<AreaCode> {
    let mut codes: Vec<_> = head.values(key).filter_map(Value::as_area).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

impl Area {
    /// The record that holds an area; its id depends on the code only.
    pub fn record(code: AreaCode) -> RecordRef {
        RecordRef { kind: RecordKind::Area, id: RecordId::named("area", &code.to_string()) }
    }

    /// Reads an area from its record; `None` when it has no settled code.
    pub fn read(head: &Head) -> Option<Self> {
        Some(Self {
            code: code(head, keys::CODE)?,
            name: head.text(keys::NAME).unwrap_or_default().to_owned(),
            parent: code(head, keys::PARENT),
            from: date(head, keys::FROM),
            until: date(head, keys::UNTIL),
            successor: code(head, keys::SUCCESSOR),
        })
    }

    /// Whether the area exists on a day.
    pub fn exists_on(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// All areas that somebody knows, by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Areas(pub BTreeMap<AreaCode, Area>);

/// No chain of divisions is longer (state, province, prefecture, county, township, village, group).
const DEPTH_MAX: usize = 8;

impl Areas {
    /// The area and those above it, from below. O(depth).
    pub fn ancestors(&self, code: AreaCode) -> impl Iterator<Item = AreaCode> + '_ {
        let above = |code: &AreaCode| self.0.get(code).and_then(|area| area.parent);
        std::iter::successors(Some(code), above).take(DEPTH_MAX)
    }

    /// The smallest area that has all of these in it; `None` of none, or when there is no such area.
    pub fn common(&self, areas: &[AreaCode]) -> Option<AreaCode> {
        let first = areas.first().copied()?;
        let holds = |area: &AreaCode| areas.iter().all(|one| self.within(*one, *area));
        if holds(&first) { Some(first) } else { self.ancestors(first).find(holds) }
    }

    /// Whether `code` is `area` or lies below it.
    pub fn within(&self, code: AreaCode, area: AreaCode) -> bool {
        self.ancestors(code).any(|above| above == area)
    }

    /// The division that stands for another on a day: itself, or, once it has ended, its successor, or
    /// that one's. O(mergers).
    pub fn heir_on(&self, code: AreaCode, day: Day) -> AreaCode {
        let ended = |area: &&Area| area.until.is_some_and(|until| until <= day);
        let next = |code: &AreaCode| self.0.get(code).filter(ended)?.successor;
        std::iter::successors(Some(code), next).take(DEPTH_MAX).last().unwrap_or(code)
    }

    /// The villages in an area, ascending by code, whether they exist today or not. O(areas).
    pub fn villages(&self, area: AreaCode) -> impl Iterator<Item = &Area> {
        self.0
            .values()
            .filter(move |one| one.code.level() == AreaLevel::Village && self.within(one.code, area))
    }

    /// The divisions directly below, ascending by code.
    pub fn children(&self, area: AreaCode) -> impl Iterator<Item = &Area> {
        self.0.values().filter(move |one| one.parent == Some(area))
    }

    /// The name for people; the code when the area is not known.
    pub fn name(&self, code: AreaCode) -> String {
        self.0.get(&code).map_or_else(|| code.to_string(), |area| area.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(code: u64, parent: Option<u64>) -> (AreaCode, Area) {
        let code = AreaCode(code);
        let parent = parent.map(AreaCode);
        (code, Area { code, name: code.to_string(), parent, from: None, until: None, successor: None })
    }

    #[test]
    fn a_loop_in_the_tree_does_not_hang() {
        let areas = Areas([area(1, Some(2)), area(2, Some(1))].into());
        assert_eq!(areas.ancestors(AreaCode(1)).count(), DEPTH_MAX);
    }

    #[test]
    fn what_has_ended_is_stood_for_by_its_successor_from_that_day_on() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let (mut areas, codes) = (Areas::default(), [AreaCode(1), AreaCode(2), AreaCode(3)]);
        areas.0.extend([area(1, None), area(2, None), area(3, None)]);
        for (code, until, successor) in [(1, "2026-11-10", 2), (2, "2026-12-01", 3)] {
            let ended = areas.0.get_mut(&AreaCode(code)).unwrap();
            (ended.until, ended.successor) = (Some(day(until)), Some(AreaCode(successor)));
        }
        let heirs = |text| codes.map(|code| areas.heir_on(code, day(text)).0);
        assert_eq!(heirs("2026-11-09"), [1, 2, 3]);
        assert_eq!(heirs("2026-11-10"), [2, 2, 3]);
        assert_eq!(heirs("2026-12-01"), [3, 3, 3]);
        assert_eq!(areas.heir_on(AreaCode(9), day("2026-12-01")), AreaCode(9), "of one that nobody knows");
        let last = areas.0.get_mut(&AreaCode(3)).unwrap();
        (last.until, last.successor) = (Some(day("2026-12-01")), Some(AreaCode(1)));
        areas.heir_on(AreaCode(1), day("2026-12-01"));
    }

    #[test]
    fn the_tree_follows_parents_not_digits() {
        let moved = area(532_929_102_210, Some(532_929_101_000));
        let areas =
            Areas([moved, area(532_929_101_000, Some(532_929_000_000)), area(532_929_102_000, None)].into());
        assert!(areas.within(AreaCode(532_929_102_210), AreaCode(532_929_000_000)));
        assert!(!areas.within(AreaCode(532_929_102_210), AreaCode(532_929_102_000)));
        assert_eq!(areas.villages(AreaCode(532_929_101_000)).count(), 1);
    }
}
