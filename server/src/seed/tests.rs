//! Claims about the county as a whole.

use super::people::Resident;
use super::story::{STORY_VILLAGE, story};
use super::*;
use domain::canonical::Transcript;
use domain::category::Category;
use domain::id_number;
use domain::ids::RecordId;
use domain::subject::AwayKind;
use std::collections::{BTreeMap, BTreeSet};

fn today() -> Day {
    "2026-11-23".parse().unwrap()
}

fn county(seed: u64, subjects: usize) -> County {
    County::new(Plan { seed, subjects, today: today() })
}

fn fingerprint(county: &County) -> String {
    let mut transcript = Transcript::new("county");
    for record in county.records() {
        transcript.number(record.record.kind.number()).bytes(&record.record.id.bytes());
        for (key, value) in &record.sets {
            value.digest(transcript.text(key));
        }
    }
    transcript.finish().short()
}

/// How many people in a thousand.
fn share(county: &County, is: impl Fn(&Resident) -> bool) -> usize {
    let people = &county.register.residents;
    people.iter().filter(|one| is(one)).count() * 1000 / people.len()
}

fn has(resident: &Resident, codes: &[&str]) -> bool {
    resident.person.categories_on(today()).any(|code| codes.contains(&code))
}

#[test]
fn the_same_seed_gives_the_same_county_and_another_seed_another() {
    assert_eq!(fingerprint(&county(1, 2_000)), fingerprint(&county(1, 2_000)));
    assert_ne!(fingerprint(&county(1, 2_000)), fingerprint(&county(2, 2_000)));
}

#[test]
fn the_register_has_exactly_as_many_people_as_asked_for() {
    for subjects in [0, register::SUBJECTS_MIN, 121, 500, 1_003] {
        let county = county(3, subjects);
        assert_eq!(county.register.residents.len(), subjects.max(register::SUBJECTS_MIN));
        let people = county.records().filter(|one| one.record.kind == RecordKind::Person).count();
        assert_eq!(people, county.register.residents.len());
    }
}

#[test]
fn every_village_has_people_and_they_are_spread_unevenly() {
    let county = county(1, 2_000);
    let mut villages = BTreeMap::<_, usize>::new();
    for home in &county.register.homes {
        *villages.entry(home.village).or_default() += home.members.len();
    }
    assert_eq!(villages.len(), 90);
    let (least, most) = (villages.values().min().unwrap(), villages.values().max().unwrap());
    assert!(most > &(least * 2), "{least} to {most}");
}

#[test]
fn every_record_is_one_of_its_kind_and_points_at_one_that_came_before() {
    let county = county(1, 2_000);
    let mut seen = BTreeSet::new();
    for record in county.records() {
        for key in [keys::STAFF, keys::HOUSEHOLD, keys::SUBJECT] {
            let Some(id) = record.sets.get(key).and_then(|value| value.as_text()) else { continue };
            assert!(seen.contains(&id.parse::<RecordId>().unwrap()), "{key} of {:?}", record.record);
        }
        assert!(seen.insert(record.record.id), "twice: {:?}", record.record);
    }
    for resident in &county.register.residents {
        let home = &county.register.homes[resident.home];
        assert_eq!(resident.person.household, Some(home.id));
        assert_eq!(resident.person.counted_in(), Some(home.village));
        assert!(county.reference.areas.0.contains_key(&home.village));
    }
}

#[test]
fn identity_numbers_are_well_formed_distinct_and_nobodys() {
    let county = county(1, 3_000);
    let mut seen = BTreeSet::new();
    let mut without = 0;
    for resident in &county.register.residents {
        let Some(number) = &resident.person.id_number else {
            without += 1;
            continue;
        };
        assert!(id_number::is_valid(number) && number.starts_with(numbers::REGION), "{number}");
        assert_eq!(id_number::birth(number), resident.person.born);
        assert!(seen.insert(number.clone()), "twice: {number}");
    }
    assert!((5..90).contains(&without), "{without} without papers");
    for record in county.records() {
        for key in [keys::PHONE, keys::PHONE_CARER, keys::PHONE_AWAY] {
            let phone = record.sets.get(key).and_then(|value| value.as_text());
            assert!(phone.is_none_or(|phone| phone.starts_with(numbers::PHONE_PREFIX)), "{phone:?}");
        }
        let person = record.record.kind == RecordKind::Person;
        let number = record.sets.contains_key(keys::ID_NUMBER) ^ record.sets.contains_key(keys::LOCAL_NUMBER);
        assert!(!person || number, "one number or the other");
    }
}

#[test]
fn the_shares_are_those_of_a_mountain_county() {
    let county = county(1, 10_000);
    let age = |one: &Resident| one.person.age_on(today()).unwrap();
    let away = |one: &Resident, kind| {
        one.person.aways.iter().any(|away| away.kind == kind && away.holds_on(today()))
    };
    let shares = [
        ("60 and over", share(&county, |one| age(one) >= 60), 330..560),
        ("under 18", share(&county, |one| age(one) < 18), 180..360),
        (
            "elders of the monthly duty",
            share(&county, |one| has(one, &["DJ", "KC", "LSLR", "SN", "ZC", "JS"])),
            260..460,
        ),
        ("living alone", share(&county, |one| has(one, &["DJ"])), 70..160),
        ("over 80", share(&county, |one| has(one, &["GL"])), 40..150),
        ("left-behind children", share(&county, |one| has(one, &["LSET"])), 70..160),
        ("allowance", share(&county, |one| has(one, &["DB"])), 170..330),
        ("destitute", share(&county, |one| has(one, &["TK"])), 10..40),
        ("children in difficulty", share(&county, |one| has(one, &["KJET", "GE", "SSWR"])), 30..110),
        ("in no category", share(&county, |one| one.person.categories_on(today()).next().is_none()), 40..200),
        ("died", share(&county, |one| one.person.died.is_some()), 2..15),
        ("moved out", share(&county, |one| one.person.moved_out.is_some()), 2..12),
        ("moved within the county", share(&county, |one| !one.person.moves.is_empty()), 1..10),
        ("in hospital", share(&county, |one| away(one, AwayKind::Hospital)), 1..10),
        ("in an institution", share(&county, |one| away(one, AwayKind::Institution)), 1..12),
        ("working elsewhere", share(&county, |one| away(one, AwayKind::Migrant)), 15..60),
        ("boarding", share(&county, |one| away(one, AwayKind::Boarding)), 40..110),
        ("waiting for the township", share(&county, |one| one.person.pending), 1..8),
    ];
    for (what, share, expected) in shares {
        assert!(expected.contains(&share), "{what}: {share} of a thousand, expected {expected:?}");
    }
}

#[test]
fn categories_fit_ages_and_begin_after_birth() {
    let county = county(1, 3_000);
    let mut used = BTreeSet::new();
    for Resident { person, .. } in &county.register.residents {
        for one in &person.memberships {
            let category = Category::from_code(&one.code).unwrap();
            used.insert(category);
            let from = one.from.unwrap();
            assert!(from >= person.born.unwrap(), "{} {:?}", one.code, person.born);
            assert!(one.until.is_none_or(|until| until > from));
            if category.is_child() {
                assert!(person.is_minor_on(today()));
            }
            if ["DJ", "KC", "LSLR", "SN", "ZC", "SZ", "JS"].contains(&one.code.as_str()) {
                assert!(person.age_on(from).unwrap() >= 59, "{} at {:?}", one.code, person.age_on(from));
            }
        }
    }
    assert_eq!(used.len(), Category::ALL.len() - 1, "all but 严重精神障碍, which is not a 民政 duty");
}

#[test]
fn rare_characters_long_names_and_namesakes_live_in_every_register() {
    for subjects in [register::SUBJECTS_MIN, 2_000] {
        let county = county(1, subjects);
        let names: Vec<_> = county.register.residents.iter().map(|one| one.person.name.as_str()).collect();
        for what in ["㱔", "䶮", "𠅤", "·", "氏", "单", "解", "查", "仇", "盖", "区", "曾", "尉迟", "朴"]
        {
            assert!(names.iter().any(|name| name.contains(what)), "{what} in {subjects}");
        }
        assert!(names.iter().any(|name| name.chars().count() >= 7));
        let mut namesakes = BTreeMap::<_, usize>::new();
        for home in &county.register.homes {
            *namesakes.entry((home.village, home.head_name.as_str())).or_default() += 1;
        }
        let pairs = namesakes.values().filter(|many| **many > 1).count();
        assert!(pairs > if subjects < 1_000 { 0 } else { 20 }, "{pairs} pairs in {subjects}");
    }
}

#[test]
fn the_storys_people_are_in_every_register() {
    for (seed, subjects) in [(1, register::SUBJECTS_MIN), (2, 500), (3, 2_000), (4, 3_000)] {
        let county = county(seed, subjects);
        let story = story(&county, today()).unwrap();
        assert_eq!(county.reference.areas.name(STORY_VILLAGE), "民主村委会");
        assert_ne!(story.officer, story.second_officer);
        let distinct: BTreeSet<_> = story.people().collect();
        assert_eq!((story.boarders.len(), distinct.len()), (5, 11));
        let rule = |duty| county.reference.rule_on(duty, STORY_VILLAGE, today()).unwrap();
        let due = |id: RecordId, duty| {
            let resident = county.register.residents.iter().find(|one| one.person.id == id).unwrap();
            rule(duty).concerns(&resident.person, today())
        };
        for elder in [story.grandmother, story.not_met, story.evening, story.phone] {
            assert!(due(elder, "elder_monthly"));
        }
        for child in story.boarders.iter().chain([&story.grandson]) {
            assert!(due(*child, "child_left_behind_monthly"));
        }
        assert!(due(story.son, "allowance_quarterly"));
        let record = county.records().find(|one| one.record.id == story.phone).unwrap();
        assert!(record.sets.contains_key(keys::PHONE), "there is a number to correct");
    }
}

mod visits_and_sheets;
