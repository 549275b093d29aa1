//! A village ends: what goes over, what is counted where, and what is cut off in the middle.

use super::*;
use crate::clock;
use crate::person::{Move, Target, move_to};
use crate::reports::{Question, ask, table};
use crate::testing::{VILLAGE, World};
use crate::{duty, settings, staff};
use domain::coverage::reading::Row;
use domain::problem::ProblemCode;
use domain::staff::Role;
use std::collections::{BTreeMap, BTreeSet};
use store::county::Ledger;

const OTHER: AreaCode = AreaCode(532_929_102_201);
const TOWNSHIP: AreaCode = AreaCode(532_929_102_000);
const COUNTY: AreaCode = crate::seed::places::COUNTY;

fn now() -> Day {
    Day::of(clock::now_ms())
}

fn merger(from: Day) -> End {
    End { area: VILLAGE, successor: OTHER, from }
}

impl World {
    async fn reference(&self) -> std::sync::Arc<Reference> {
        self.store.standing_now().await.unwrap().2
    }

    async fn ends(&self, new: End) -> Result<(), Problem> {
        end(&self.county, &new, clock::now_ms()).await
    }

    async fn refused(&self, new: End) -> String {
        let problem = self.ends(new).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::ArgumentWrong, "{problem:?}");
        assert!(problem.params.contains_key("reason_zh"), "{problem:?}");
        problem.en()
    }

    async fn everybody(&self) -> Vec<Person> {
        everybody(&self.county).await.unwrap().into_iter().map(|(person, _)| person).collect()
    }

    /// Villages and total of an area, everybody counted once.
    async fn figures(&self, as_of: Day) -> (BTreeMap<AreaCode, Row>, Row) {
        let (duty, category) = ("*".to_owned(), None);
        let asked = Question { area: COUNTY, duty, period: None, category, as_of, silence: false };
        let asked = ask(&self.county, asked).await.unwrap();
        let table = table(&self.county, &asked).await.unwrap();
        (table.villages, table.total)
    }

    async fn in_village(&self, village: AreaCode) -> usize {
        self.everybody().await.iter().filter(|one| one.villages == [village]).count()
    }
}

#[tokio::test]
async fn people_households_and_roles_go_over_and_the_county_counts_the_same() {
    let world = World::with_months(2).await;
    let from = now().plus(-40);
    let days = [from.plus(-1), from, now()];
    let mut before = Vec::new();
    for day in days {
        before.push(world.figures(day).await);
    }
    let (here, there) = (world.in_village(VILLAGE).await, world.in_village(OTHER).await);
    let (roles, end) = (world.reference().await, merger(from));
    let planned = plan(&world.county, &end, now()).await.unwrap();
    assert_eq!((planned.people.len(), planned.contested, planned.goes_on), (here, 0, false));
    assert!(here > 1 && !planned.households.is_empty() && planned.assignments.len() > 1);
    world.ends(end).await.unwrap();

    assert_eq!((world.in_village(VILLAGE).await, world.in_village(OTHER).await), (0, here + there));
    for (old, new) in &planned.assignments {
        assert!(new.is_some() && roles.assignments[&old.id] == *old);
        let all = world.reference().await;
        assert_eq!(all.assignments[&old.id].until, Some(from));
        let next: Vec<_> = all.assignments_of(old.staff).filter(|one| one.role == old.role).collect();
        let next: Vec<_> = next.iter().filter(|one| one.area == OTHER).collect();
        assert_eq!((next.len(), next[0].from, next[0].until), (1, from, old.until));
    }
    let area = world.reference().await.areas.0[&VILLAGE].clone();
    assert_eq!((area.until, area.successor), (Some(from), Some(OTHER)));
    for (day, (villages, total)) in days.into_iter().zip(before) {
        let (after, sum) = world.figures(day).await;
        assert_eq!((sum.register, sum.due, sum.met), (total.register, total.due, total.met), "{day}");
        let register = |rows: &BTreeMap<AreaCode, Row>, area| rows.get(&area).map_or(0, |row| row.register);
        let (old, new) = (register(&villages, VILLAGE), register(&villages, OTHER));
        let expected = if day < from { (old, new) } else { (0, old + new) };
        assert!(old > 0, "{day}");
        assert_eq!((register(&after, VILLAGE), register(&after, OTHER)), expected, "{day}");
    }
    world.sound().await;
    let again = world.ends(end).await.unwrap_err();
    assert_eq!(again.code, ProblemCode::NothingToChange, "all is done: {again}");
}

#[tokio::test]
async fn an_end_that_was_cut_off_goes_on_where_it_was_and_doubles_nothing() {
    let (cut, whole) = (World::new().await, World::new().await);
    let end = merger(now());
    whole.ends(end).await.unwrap();
    let all = plan(&cut.county, &end, now()).await.unwrap().slices(&end, 7);
    assert!(all.len() > 4 && all.iter().all(|slice| slice.len() <= 7));
    // Three times the server is killed behind a slice.
    for _ in 0..3 {
        let slice = plan(&cut.county, &end, now()).await.unwrap().slices(&end, 7).remove(0);
        write_all(&cut.county, operator(), slice, clock::now_ms()).await.unwrap();
        cut.sound().await;
    }
    assert!(plan(&cut.county, &end, now()).await.unwrap().goes_on);
    let other = End { successor: AreaCode(532_929_102_202), ..end };
    assert!(cut.refused(other).await.contains("ended on"), "it cannot go on as another");
    cut.ends(end).await.unwrap();
    assert_eq!(cut.everybody().await, whole.everybody().await);
    let roles = async |world: &World| {
        let reference = world.reference().await;
        let roles = reference.assignments.values();
        let mut roles: Vec<_> =
            roles.map(|one| (one.staff, one.role, one.area, one.from, one.until)).collect();
        roles.sort();
        roles
    };
    assert_eq!(roles(&cut).await, roles(&whole).await);
    cut.sound().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_nothing_is_written() {
    let world = World::new().await;
    let good = merger(now());
    let (state, ..) = world.store.standing_now().await.unwrap();
    for (bad, why) in [
        (End { area: AreaCode(1), ..good }, "no such area"),
        (End { successor: AreaCode(1), ..good }, "no such area"),
        (End { successor: VILLAGE, ..good }, "its own successor"),
        (End { successor: TOWNSHIP, ..good }, "one level"),
        (End { area: COUNTY, ..good }, "neither village nor township"),
        (End { area: TOWNSHIP, successor: AreaCode(532_929_101_000), ..good }, "still has villages"),
        (End { from: state.begins.plus(-1), ..good }, "before"),
        (End { from: now().plus(1), ..good }, "still to come"),
    ] {
        let said = world.refused(bad).await;
        assert!(said.contains(why), "{said}");
    }
    // On the day itself it may be written: what it would come to is told before (`--dry-run`).
    let ahead = End { from: now().plus(1), ..good };
    let planned = plan(&world.county, &ahead, ahead.from).await.unwrap();
    assert!(!planned.people.is_empty());
    assert!(world.reference().await.areas.0.values().all(|area| area.until.is_none()));
    world.ends(good).await.unwrap();
    let third = AreaCode(532_929_102_202);
    let into_ended = End { area: third, successor: VILLAGE, from: now() };
    assert!(world.refused(into_ended).await.contains(&OTHER.to_string()), "the successor is named");
    assert!(world.refused(End { successor: third, ..good }).await.contains("ended on"));
}

#[tokio::test]
async fn nobody_is_moved_or_assigned_and_nothing_is_asked_or_set_in_a_village_that_has_ended() {
    let world = World::new().await;
    let person = world.elder().await;
    world.ends(merger(now())).await.unwrap();
    let back = Move { person, whole_household: false, take_back: true, to: None };
    let target = |village| Some(Target { village, from: now(), household: None });
    let other = world.everybody().await.into_iter().find(|one| one.moves.is_empty()).unwrap();
    let there = Move { person: other.id, take_back: false, to: target(VILLAGE), ..back };
    for new in [back, there] {
        let told = move_to(&world.county, &new, clock::now_ms()).await.unwrap_err();
        assert!(told.zh().contains("已撤") && told.en().contains(&OTHER.to_string()), "{told}");
    }
    let (staff, role, area) = (world.officer(), Role::Reader, VILLAGE);
    let new = NewAssignment { staff, role, area, from: now(), until: None };
    assert!(staff::assign(&world.county, operator(), &new, clock::now_ms()).await.is_err());
    let source = "龙民发〔2026〕12号".to_owned();
    let (setting, by) = ("late_days".to_owned(), operator());
    let set = settings::Edit { setting, value: Some(9), area: VILLAGE, from: now(), source, by };
    assert!(settings::check(&world.county, &set, now()).await.unwrap_err().zh().contains("已撤"));
    let fields = duty::Fields { source: Some(set.source.clone()), ..duty::Fields::default() };
    let (act, name) = (duty::Act::Change, "elder_monthly".to_owned());
    let edit = duty::Edit { act, duty: name, area: VILLAGE, from: now(), fields };
    let (state, _, reference, _) = world.store.standing_now().await.unwrap();
    assert!(duty::plan(&reference, state.begins, &edit).unwrap_err().zh().contains("已撤"));
}

#[tokio::test]
async fn a_township_ends_once_it_has_no_villages_left() {
    let world = World::new().await;
    let reference = world.reference().await;
    let other = reference
        .areas
        .0
        .values()
        .find(|one| one.code.level() == AreaLevel::Township && one.code != TOWNSHIP);
    let (successor, from) = (other.unwrap().code, now());
    let heir = reference.areas.villages(successor).next().unwrap().code;
    for village in reference.areas.villages(TOWNSHIP) {
        world.ends(End { area: village.code, successor: heir, from }).await.unwrap();
    }
    let roles = reference.assignments.values().filter(|one| one.area == TOWNSHIP && one.holds_on(from));
    let staff = roles.map(|one| one.staff).next().unwrap();
    world.ends(End { area: TOWNSHIP, successor, from }).await.unwrap();
    let after = world.reference().await;
    assert!(after.assignments_of(staff).any(|one| one.area == successor && one.holds_on(from)));
    world.sound().await;
}

#[test]
fn only_the_part_of_a_stay_behind_the_day_is_the_successor_s() {
    let day = |text: &str| text.parse::<Day>().unwrap();
    let end = merger(day("2026-11-10"));
    let third = AreaCode(532_929_102_202);
    let person = |village: AreaCode, moves: &[(&str, AreaCode)]| {
        let mut person = Person::read(RecordId::named("person", "test"), &domain::head::Head::default());
        person.villages = vec![village];
        person.moves = moves.iter().map(|(until, village)| (day(until), *village)).collect();
        person
    };
    for (before, expected) in [
        (person(third, &[]), person(third, &[])),
        (person(VILLAGE, &[]), person(OTHER, &[("2026-11-10", VILLAGE)])),
        // Came on that day, or later: never lived there.
        (person(VILLAGE, &[("2026-11-10", third)]), person(OTHER, &[("2026-11-10", third)])),
        // Left before, on that day, and later.
        (person(third, &[("2026-11-09", VILLAGE)]), person(third, &[("2026-11-09", VILLAGE)])),
        (person(third, &[("2026-11-10", VILLAGE)]), person(third, &[("2026-11-10", VILLAGE)])),
        (
            person(third, &[("2026-11-20", VILLAGE)]),
            person(third, &[("2026-11-10", VILLAGE), ("2026-11-20", OTHER)]),
        ),
    ] {
        let after = after(&before, &end);
        assert_eq!(after, expected);
        assert_eq!(super::after(&after, &end), expected, "once is enough");
        let sets = sets(&before, &after);
        let changed = usize::from(before.villages != after.villages);
        let fresh =
            after.moves.iter().filter(|(day, village)| before.moves.get(day) != Some(village)).count();
        assert_eq!(sets.len(), changed + fresh);
    }
}

/// Phones are answered between the slices of an end, and one of them says where somebody has gone.
#[tokio::test]
async fn what_a_phone_says_between_the_slices_of_an_end_stays_to_be_settled() {
    let world = World::new().await;
    let reference = world.reference().await;
    let township = reference.areas.0[&VILLAGE].parent.unwrap();
    let third =
        reference.areas.villages(township).find(|one| ![VILLAGE, OTHER].contains(&one.code)).unwrap().code;
    let mut phone = world.phone_of(crate::seed::staff::id(township, 1), 3).await;
    let end = merger(now());
    let planned = plan(&world.county, &end, now()).await.unwrap();
    let mut slices = planned.slices(&end, 7).into_iter();
    let write = async |slice| write_all(&world.county, operator(), slice, clock::now_ms()).await.unwrap();
    write(slices.next().unwrap()).await;
    let moved = planned.people.last().unwrap().0.id;
    let record = RecordRef { kind: RecordKind::Person, id: moved };
    let seen = world.store.record(record).await.unwrap().unwrap().head.vector.clone();
    phone.write_having_seen(record, &[(keys::VILLAGE, number(third))], seen);
    phone.exchange(&world.phones).await.unwrap();
    for slice in slices {
        write(slice).await;
    }
    let villages = async || {
        let head = world.store.record(record).await.unwrap().unwrap().head;
        codes(&head, keys::VILLAGE).into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(villages().await, BTreeSet::from([OTHER, third]), "nothing vanishes unseen");
    let others = world.everybody().await.into_iter().filter(|one| one.villages.len() > 1).count();
    assert_eq!(others, 1, "nothing is contested for nothing");
    world.sound().await;
}
