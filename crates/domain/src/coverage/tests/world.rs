//! Random registers, dated rules and histories, small enough that everything collides.

use crate::area::{Area, Areas};
use crate::category::Membership;
use crate::duty::{Duty, DutyKind};
use crate::ids::{AreaCode, RecordId};
use crate::period::{Cadence, Cut, Period};
use crate::reference::Reference;
use crate::subject::{Away, AwayKind, Person};
use crate::time::Day;
use crate::visit::{Beside, Met, NotMet, PartFact, Way};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

pub const COUNTY: AreaCode = AreaCode(532_929_000_000);
pub const VILLAGES: [AreaCode; 3] =
    [AreaCode(532_929_101_201), AreaCode(532_929_101_202), AreaCode(532_929_102_201)];
pub const CATEGORIES: [&str; 3] = ["DB", "LSET", "LSLR"];
/// The second is not always there.
pub const DUTIES: [&str; 3] = ["*", "care", "other"];

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

const EDGES: [&str; 5] = ["2026-10-01", "2026-10-26", "2026-11-01", "2026-11-26", "2026-12-01"];
const OFTEN: [&str; 4] = ["2026-10", "2026-11", "2026-11", "2026-12"];
const RARELY: [&str; 7] =
    ["2026-09", "2027-01", "2026-11@26", "2026-12@26", "2026-10+3", "2026-07+6", "2026-01+12@26"];

/// Days from September 2026 to the middle of January 2027, crowded around the edges of periods.
pub fn any_day() -> impl Strategy<Value = Day> {
    let edge = proptest::sample::select(&EDGES[..]);
    prop_oneof![
        1 => (0..135).prop_map(|offset| day("2026-09-01").plus(offset)),
        1 => (edge, -9..4).prop_map(|(edge, offset)| day(edge).plus(offset)),
    ]
}

/// Periods that the rules of [`reference`] can have, and one that they have not.
pub fn any_period() -> impl Strategy<Value = Period> {
    prop_oneof![2 => proptest::sample::select(&OFTEN[..]), 1 => proptest::sample::select(&RARELY[..])]
        .prop_map(|key| key.parse().unwrap())
}

pub fn id(kind: u128, number: usize) -> RecordId {
    RecordId(Uuid::from_u128((kind << 64) | number as u128))
}

pub fn areas() -> Areas {
    let township = |village: AreaCode| AreaCode(village.0 / 1_000 * 1_000);
    let mut areas = Areas::default();
    let mut take = |code, parent| {
        let area = Area { code, name: code.to_string(), parent, from: None, until: None, successor: None };
        areas.0.insert(code, area);
    };
    take(COUNTY, None);
    for village in VILLAGES {
        take(township(village), Some(COUNTY));
        take(village, Some(township(village)));
    }
    areas
}

fn categories() -> impl Strategy<Value = Vec<String>> {
    let codes = btree_set(proptest::sample::select(&CATEGORIES[..]), 1..3);
    codes.prop_map(|codes| codes.into_iter().map(str::to_owned).collect())
}

fn cadence() -> impl Strategy<Value = Cadence> {
    prop_oneof![
        4 => Just(Cadence::Month),
        2 => Just(Cadence::Quarter),
        1 => Just(Cadence::HalfYear),
        4 => (3_u16..50).prop_map(|days| Cadence::Rolling { days }),
    ]
}

fn rule() -> impl Strategy<Value = Duty> {
    let name = prop_oneof![3 => Just("care"), 1 => Just("other")];
    let kind = prop_oneof![9 => Just(DutyKind::Care), 1 => Just(DutyKind::Check)];
    let owner = prop_oneof![4 => Just(COUNTY), 1 => Just(AreaCode(532_929_101_000)), 1 => Just(VILLAGES[2])];
    let cut = prop_oneof![3 => Just(Cut::Natural), 1 => Just(Cut::Day26)];
    let from = prop_oneof![2 => Just(day("2020-01-01")), 1 => any_day()];
    let until = prop_oneof![2 => Just(None), 1 => any_day().prop_map(Some)];
    let met = (1_u8..16, 1_u8..8, prop_oneof![3 => Just(1_u8), 1 => Just(2_u8)]);
    (
        (name, kind, owner, cut),
        categories(),
        cadence(),
        met,
        prop_oneof![9 => 0_u8..10, 1 => 25_u8..50],
        (from, until),
    )
        .prop_map(
            |(
                (name, kind, area, cut),
                categories,
                cadence,
                (ways, mets, visitors_min),
                enrolled,
                (from, until),
            )| {
                let picked = |bits: u8, at: usize| bits >> at & 1 == 1;
                let ways =
                    Way::ALL.iter().enumerate().filter(|(at, _)| picked(ways, *at)).map(|(_, way)| *way);
                let mets =
                    Met::ALL.iter().enumerate().filter(|(at, _)| picked(mets, *at)).map(|(_, met)| *met);
                Duty {
                    id: id(0, 0),
                    duty: name.to_owned(),
                    title_zh: String::new(),
                    title_en: String::new(),
                    kind,
                    categories,
                    ways: ways.collect(),
                    mets: mets.collect(),
                    cadence,
                    cut,
                    visitors_min,
                    enrolled_days_min: enrolled,
                    roles: Vec::new(),
                    area,
                    from,
                    until,
                    source: String::new(),
                    strength: String::new(),
                    ended_source: String::new(),
                }
            },
        )
}

/// A county's reference with a few rules.
pub fn reference() -> impl Strategy<Value = Reference> {
    vec(rule(), 1..5).prop_map(|rules| {
        let mut reference = Reference { areas: areas(), ..Reference::default() };
        for (rule, number) in rules.into_iter().zip(1..) {
            reference.duties.insert(id(4, number), Duty { id: id(4, number), ..rule });
        }
        reference
    })
}

fn membership() -> impl Strategy<Value = Membership> {
    let code = proptest::sample::select(&CATEGORIES[..]);
    (code, option::of(any_day()), option::weighted(0.4, any_day()))
        .prop_map(|(code, from, until)| Membership { code: code.to_owned(), from, until })
}

fn away() -> impl Strategy<Value = Away> {
    let from = option::weighted(0.9, any_day());
    (proptest::sample::select(AwayKind::ALL), from, option::weighted(0.7, any_day()))
        .prop_map(|(kind, from, until)| Away { kind, from, until })
}

/// How many parts a history can have; a decided change names one of them.
pub const PARTS: usize = 7;

pub fn person() -> impl Strategy<Value = Person> {
    let village = || proptest::sample::select(&VILLAGES[..]);
    let villages = prop_oneof![2 => Just(vec![]), 8 => village().prop_map(|one| vec![one]), 2 => Just(VILLAGES[1..].to_vec())];
    let moves = prop_oneof![3 => Just(BTreeMap::new()), 2 => btree_map(any_day(), village(), 1..3)];
    let rarely = || option::weighted(0.12, any_day());
    let decided = btree_map((0..PARTS).prop_map(|number| id(9, number)), any::<bool>(), 0..3);
    (
        (villages, moves),
        vec(membership(), 0..4),
        vec(away(), 0..2),
        (rarely(), rarely(), rarely()),
        decided,
        proptest::bool::weighted(0.1),
    )
        .prop_map(
            |((villages, moves), memberships, aways, (died, moved_out, refused), decided, pending)| Person {
                id: id(6, 0),
                name: "李四".into(),
                id_number: None,
                sex: None,
                born: None,
                age_said: None,
                villages,
                moves,
                household: None,
                memberships,
                aways,
                died,
                moved_out,
                refusal_approved: refused,
                changes_decided: decided,
                pending,
                doubtful: pending,
                merged_into: None,
            },
        )
}

/// A part; of some not all sides agree.
pub fn part(number: usize) -> impl Strategy<Value = PartFact> {
    prop_oneof![3 => settled(number), 1 => contested(number)]
}

fn settled(number: usize) -> impl Strategy<Value = PartFact> {
    let reason = option::weighted(0.4, proptest::sample::select(NotMet::ALL));
    let met = prop_oneof![1 => proptest::sample::select(Met::ALL), 1 => Just(Met::InPerson)];
    let how = (proptest::sample::select(Way::ALL), met, 1_u8..4);
    (any_day(), how, reason, option::of(any_day())).prop_map(
        move |(day, (way, met, visitors), reason, from)| PartFact {
            part: id(9, number),
            visit: id(8, number),
            day,
            way,
            met,
            reason,
            reason_from: from,
            visitors,
            by: None,
            beside: Beside::default(),
        },
    )
}

/// A part of which some sides differ, as it is read of its records.
fn contested(number: usize) -> impl Strategy<Value = PartFact> {
    let sides = (
        btree_set(any_day(), 0..3),
        btree_set(proptest::sample::select(Way::ALL), 0..2),
        btree_set(proptest::sample::select(Met::ALL), 0..2),
    );
    (settled(number), sides, proptest::bool::weighted(0.1)).prop_map(
        |(fact, (mut days, mut ways, mut mets), unread)| {
            days.insert(fact.day);
            ways.insert(fact.way);
            mets.insert(fact.met);
            let day = days.pop_last().unwrap_or(fact.day);
            let way = ways.pop_last().unwrap_or(fact.way);
            let met = mets.pop_last().unwrap_or(fact.met);
            let (days, ways, mets) = (days.into_iter(), ways.into_iter(), mets.into_iter());
            let beside = Beside { days: days.collect(), ways: ways.collect(), mets: mets.collect(), unread };
            PartFact { day, way, met, beside, ..fact }
        },
    )
}

/// The parts of a person, each with an id of its own.
pub fn history() -> impl Strategy<Value = Vec<PartFact>> {
    vec(part(0), 0..PARTS).prop_map(|parts| {
        parts.into_iter().enumerate().map(|(number, fact)| PartFact { part: id(9, number), ..fact }).collect()
    })
}
