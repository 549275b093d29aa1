//! Moves, of one and of all, into the past, taken back and put right.

use super::*;
use crate::clock;
use crate::testing::{VILLAGE, World};
use domain::problem::ProblemCode;
use store::county::Ledger;

const OTHER: AreaCode = AreaCode(532_929_102_201);

fn now() -> Day {
    Day::of(clock::now_ms())
}

fn to(person: RecordId, village: AreaCode, from: Day) -> Move {
    let to = Some(Target { village, from, household: None });
    Move { person, whole_household: false, take_back: false, to }
}

fn back(person: RecordId) -> Move {
    Move { take_back: true, to: None, ..to(person, OTHER, now()) }
}

impl World {
    async fn person(&self, id: RecordId) -> Person {
        person(&self.county, id).await.unwrap().0
    }

    async fn people(&self) -> Vec<Person> {
        everybody(&self.county).await.unwrap().into_iter().map(|(person, _)| person).collect()
    }

    async fn moves(&self, new: Move) -> Result<(), Problem> {
        move_to(&self.county, &new, clock::now_ms()).await
    }
}

#[tokio::test]
async fn who_moves_leaves_the_household_behind_and_nothing_wrong_is_written() {
    let world = World::new().await;
    let person = world.elder().await;
    let from = now();
    let (township, of_nobody) = (AreaCode(532_929_102_000), RecordId::named("household", "nobody"));
    let (state, ..) = world.store.standing_now().await.unwrap();
    let into = |id| Move {
        to: Some(Target { village: OTHER, from, household: Some(id) }),
        ..to(person, OTHER, from)
    };
    for bad in [
        to(person, township, from),
        to(person, AreaCode(1), from),
        to(person, OTHER, state.begins.plus(-1)),
        to(of_nobody, OTHER, from),
        into(of_nobody),
        back(person),
    ] {
        let problem = world.moves(bad).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::ArgumentWrong, "{bad:?}");
        assert!(problem.params.contains_key("reason_zh"), "{problem:?}");
    }
    assert_eq!(world.person(person).await.villages, [VILLAGE]);
    let there = world.moves(to(person, VILLAGE, from)).await.unwrap_err();
    assert_eq!(there.code, ProblemCode::NothingToChange, "{there}");
    world.moves(to(person, OTHER, from)).await.unwrap();
    let moved = world.person(person).await;
    assert_eq!((moved.village_on(from.plus(-1)), moved.village_on(from)), (Some(VILLAGE), Some(OTHER)));
    assert_eq!(moved.household, None);
    let twice = world.moves(to(person, VILLAGE, from)).await.unwrap_err();
    assert!(twice.zh().contains(&from.to_string()) && twice.en().contains("--correct"), "{twice}");
    let seq = async || world.store.standing_now().await.unwrap().0.seq;
    let stood = seq().await;
    let right = |village, from| Move { take_back: true, ..to(person, village, from) };
    for (same, code) in [
        (to(person, OTHER, from), ProblemCode::NothingToChange),
        (right(OTHER, from), ProblemCode::NothingToChange),
        (to(person, OTHER, from.plus(-1)), ProblemCode::ArgumentWrong),
        (right(VILLAGE, from), ProblemCode::ArgumentWrong),
    ] {
        assert_eq!(world.moves(same).await.unwrap_err().code, code, "{same:?}");
    }
    assert_eq!(seq().await, stood, "nothing was written");
    world.moves(to(person, VILLAGE, from.plus(1))).await.unwrap();
    assert_eq!(world.person(person).await.village_on(from), Some(OTHER));
}

#[tokio::test]
async fn a_move_that_was_a_mistake_is_taken_back_or_put_right() {
    let world = World::with_months(1).await;
    let id = world.elder().await;
    let (before, day) = (world.person(id).await, now());
    assert!(before.household.is_some());
    world.moves(to(id, OTHER, day.plus(-3))).await.unwrap();
    world.moves(back(id)).await.unwrap();
    assert_eq!(world.person(id).await, before, "as if it had never been");
    world.moves(to(id, OTHER, day.plus(-3))).await.unwrap();
    let right = Move { take_back: true, ..to(id, AreaCode(532_929_102_202), day.plus(-1)) };
    world.moves(right).await.unwrap();
    let after = world.person(id).await;
    assert_eq!(after.moves, [(day.plus(-1), VILLAGE)].into());
    assert_eq!(after.villages, [AreaCode(532_929_102_202)]);
    world.sound().await;
}

#[tokio::test]
async fn a_withdrawal_after_corrections_gives_back_what_stood_before_the_first_mistake() {
    let world = World::new().await;
    let all = world.people().await;
    let one = all.iter().find(|one| one.household.is_some() && one.villages == [VILLAGE]).unwrap();
    let home = RecordRef { kind: RecordKind::Household, id: one.household.unwrap() };
    let day = now();
    let third = AreaCode(532_929_102_202);
    let group =
        async || world.store.record(home).await.unwrap().unwrap().head.text(keys::GROUP).map(str::to_owned);
    let before = group().await;
    assert!(before.is_some());
    for whole_household in [false, true] {
        for corrected in [day.plus(-1), day.plus(-3)] {
            let with = |new: Move| Move { whole_household, ..new };
            world.moves(with(to(one.id, OTHER, day.plus(-3)))).await.unwrap();
            for village in [third, OTHER] {
                let right = Move { take_back: true, ..to(one.id, village, corrected) };
                world.moves(with(right)).await.unwrap();
            }
            world.moves(with(back(one.id))).await.unwrap();
            assert_eq!((&world.person(one.id).await, group().await), (one, before.clone()));
            let twice = world.moves(with(back(one.id))).await.unwrap_err();
            assert!(twice.en().contains("nothing to take back"), "{twice}");
        }
    }
    world.sound().await;
}

#[tokio::test]
async fn a_day_that_is_corrected_changes_what_earlier_days_showed_and_it_is_told() {
    let world = World::with_months(2).await;
    let (id, county) = (world.elder().await, &world.county);
    world.moves(to(id, OTHER, now().plus(-3))).await.unwrap();
    let since = async |from: Day| {
        let new = Move { take_back: true, ..to(id, OTHER, from) };
        effects(county, &plan(county, &new).await.unwrap().people, now()).await.unwrap().since
    };
    assert_eq!(since(now().plus(-6)).await, Some(now().plus(-6)));
    assert_eq!(since(now().plus(-1)).await, Some(now().plus(-3)));
}

#[tokio::test]
async fn what_a_move_changes_in_figures_is_told_before_and_is_what_happens() {
    let world = World::with_months(2).await;
    let (id, county) = (world.elder().await, &world.county);
    let new = to(id, OTHER, now().plus(-40));
    let told = effects(county, &plan(county, &new).await.unwrap().people, now()).await.unwrap();
    let figure = async |area, duty: &str, period: Period| {
        use crate::reports::{Question, ask, table};
        let as_of = now().min(period.last());
        let (duty, period) = (duty.to_owned(), Some(period));
        let asked = Question { area, duty, period, category: None, as_of, silence: true };
        let asked = ask(county, asked).await.unwrap();
        table(county, &asked).await.unwrap().total
    };
    let mut before = Vec::new();
    for (period, duty, area) in told.rows.keys() {
        before.push(figure(*area, duty, *period).await);
    }
    world.moves(new).await.unwrap();
    assert!(told.rows.len() >= 4, "two villages, at least two months: {told:?}");
    for (((period, duty, area), change), before) in told.rows.iter().zip(before) {
        let after = figure(*area, duty, *period).await;
        assert_eq!(
            (after.register - before.register, after.due - before.due, after.met - before.met),
            (change.register, change.due, change.met),
            "{period} {duty} {area}"
        );
    }
    let later = plan(county, &Move { take_back: true, ..to(id, OTHER, now().plus(1)) }).await;
    assert!(later.is_ok());
}

#[tokio::test]
async fn a_household_moves_as_one_and_comes_back_as_one() {
    let world = World::new().await;
    let all = world.people().await;
    let several = |one: &&Person| all.iter().filter(|other| other.household == one.household).count() > 1;
    let one = all.iter().filter(|one| one.household.is_some()).find(several).unwrap();
    let members: Vec<_> = all
        .iter()
        .filter(|other| other.household == one.household && other.villages == one.villages)
        .collect();
    let new = Move { whole_household: true, ..to(one.id, OTHER, now().plus(-2)) };
    let new = if one.villages == [OTHER] {
        Move { whole_household: true, ..to(one.id, VILLAGE, now()) }
    } else {
        new
    };
    world.moves(new).await.unwrap();
    let home = RecordRef { kind: RecordKind::Household, id: one.household.unwrap() };
    let village = new.to.unwrap().village;
    for member in &members {
        let moved = world.person(member.id).await;
        assert_eq!((moved.household, moved.villages), (one.household, vec![village]));
    }
    let head = world.store.record(home).await.unwrap().unwrap().head;
    assert_eq!(codes(&head, keys::VILLAGE), [village]);
    world.sound().await;
    world.moves(Move { whole_household: true, ..back(one.id) }).await.unwrap();
    for member in members {
        assert_eq!(&world.person(member.id).await, member);
    }
    let head = world.store.record(home).await.unwrap().unwrap().head;
    assert_eq!(codes(&head, keys::VILLAGE), one.villages);
    assert!(head.text(keys::GROUP).is_some_and(|group| !group.is_empty()), "the group is there again");
    world.sound().await;
}

/// A station head's phone says where somebody lives, after what was read for a move and before it is
/// written.
#[tokio::test]
async fn what_a_phone_says_while_a_move_is_written_stands_beside_it() {
    let world = World::new().await;
    let (_, _, reference, _) = world.store.standing_now().await.unwrap();
    let township = reference.areas.0[&VILLAGE].parent.unwrap();
    let third =
        reference.areas.villages(township).find(|one| ![VILLAGE, OTHER].contains(&one.code)).unwrap().code;
    let mut phone = world.phone_of(crate::seed::staff::id(township, 1), 3).await;
    let people = world.people().await;
    let mut here = people.iter().filter(|one| one.villages == [VILLAGE]).map(|one| one.id);
    for (key, value, both) in
        [(keys::VILLAGE, number(third), true), (keys::PHONE, "13911112222".into(), false)]
    {
        let id = here.next().unwrap();
        let record = RecordRef { kind: RecordKind::Person, id };
        let planned = plan(&world.county, &to(id, OTHER, now())).await.unwrap();
        let seen = world.store.record(record).await.unwrap().unwrap().head.vector.clone();
        phone.write_having_seen(record, &[(key, value.clone())], seen);
        phone.exchange(&world.phones).await.unwrap();
        write_all(&world.county, operator(), planned.changes, clock::now_ms()).await.unwrap();
        let head = world.store.record(record).await.unwrap().unwrap().head;
        assert!(head.values(key).any(|stands| *stands == value), "what the phone said stands: {key}");
        let mut villages = codes(&head, keys::VILLAGE);
        villages.sort();
        let mut expected = if both { vec![OTHER, third] } else { vec![OTHER] };
        expected.sort();
        assert_eq!(
            villages, expected,
            "{key}: nothing vanishes unseen, and nothing is contested for nothing"
        );
    }
    world.sound().await;
}

/// A household of the story's village in which several live, and where it stands: villages and group.
async fn several(world: &World) -> (RecordRef, Vec<Person>) {
    let all: Vec<Person> = world.people().await;
    let here = |one: &&Person| one.villages == [VILLAGE] && one.moves.is_empty() && one.household.is_some();
    let together =
        |one: &Person| all.iter().filter(here).filter(|other| other.household == one.household).count();
    let one = all.iter().filter(here).find(|one| together(one) > 1).unwrap();
    let members = all.iter().filter(|other| other.household == one.household).cloned().collect();
    (RecordRef { kind: RecordKind::Household, id: one.household.unwrap() }, members)
}

impl World {
    async fn stands(&self, home: RecordRef) -> (Vec<AreaCode>, Option<String>) {
        let head = self.store.record(home).await.unwrap().unwrap().head;
        (codes(&head, keys::VILLAGE), head.text(keys::GROUP).map(str::to_owned))
    }
}

#[tokio::test]
async fn a_household_goes_back_with_the_last_of_those_who_are_taken_back_one_by_one() {
    let world = World::new().await;
    let (home, members) = several(&world).await;
    let before = world.stands(home).await;
    assert!(before.1.is_some());
    let whole = Move { whole_household: true, ..to(members[0].id, OTHER, now().plus(-2)) };
    world.moves(whole).await.unwrap();
    for (left, member) in members.iter().enumerate().rev() {
        assert_eq!(world.stands(home).await, (vec![OTHER], None), "{left} and one more live there");
        let planned = plan(&world.county, &back(member.id)).await.unwrap();
        assert_eq!(planned.household, Some(if left == 0 { VILLAGE } else { OTHER }));
        world.moves(back(member.id)).await.unwrap();
        assert_eq!(&world.person(member.id).await, member);
    }
    assert_eq!(world.stands(home).await, before, "as if it had never moved");
    world.sound().await;
    // Put right for somebody alone: nobody is left who came with the household.
    world.moves(whole).await.unwrap();
    for member in &members[1..] {
        world.moves(back(member.id)).await.unwrap();
    }
    let right = Move { take_back: true, ..to(members[0].id, AreaCode(532_929_102_202), now().plus(-2)) };
    world.moves(right).await.unwrap();
    assert_eq!(world.stands(home).await, before);
    assert_eq!(world.person(members[0].id).await.household, None);
    world.sound().await;
}

#[tokio::test]
async fn who_came_alone_takes_no_household_along_on_the_way_back() {
    let world = World::new().await;
    let (home, members) = several(&world).await;
    let guest = world.elder().await;
    assert!(members.iter().all(|member| member.id != guest));
    let (was, day) = (world.person(guest).await, now().plus(-2));
    world.moves(Move { whole_household: true, ..to(members[0].id, OTHER, day) }).await.unwrap();
    let into = Some(Target { village: OTHER, from: day, household: Some(home.id) });
    world.moves(Move { to: into, ..to(guest, OTHER, day) }).await.unwrap();
    let told = world.moves(Move { whole_household: true, ..back(guest) }).await.unwrap_err();
    assert!(told.zh().contains("请去掉 --household"), "{told}");
    assert_eq!(world.stands(home).await.0, [OTHER]);
    world.moves(Move { whole_household: true, ..back(members[0].id) }).await.unwrap();
    assert_eq!(world.stands(home).await.0, [VILLAGE]);
    let stays = world.person(guest).await;
    assert_eq!(
        (stays.villages, stays.household),
        (vec![OTHER], Some(home.id)),
        "the guest did not come with it"
    );
    world.moves(back(guest)).await.unwrap();
    assert_eq!(world.person(guest).await, was);
    assert_eq!(world.stands(home).await.0, [VILLAGE]);
    world.sound().await;
}
