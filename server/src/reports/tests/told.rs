//! Of any duty everybody stands in the lists by their own duties.

use super::{answer, question, today};
use crate::reports::{Column, of_worker, people, workers};
use crate::testing::World;
use domain::ids::RecordId;
use domain::staff::Role;
use domain::time::Day;
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn of_any_duty_a_person_is_told_by_their_own_duties() {
    let world = World::with_months(1).await;
    let (county, whole) = (&world.county, world.county.keys.county());
    let (asked, _) = answer(county, question(whole, "*", today())).await;
    let mut due: BTreeMap<RecordId, Day> = BTreeMap::new();
    for duty in asked.rules.iter().map(|rule| rule.duty.as_str()).collect::<BTreeSet<_>>() {
        let (one, _) = answer(county, question(whole, duty, today())).await;
        for line in people(county, &one, Column::Open).await.unwrap() {
            let first = due.entry(line.person).or_insert(line.due_on.unwrap());
            *first = line.due_on.unwrap().min(*first);
        }
    }
    let lines = people(county, &asked, Column::Open).await.unwrap();
    let mut directors = 0;
    for line in &lines {
        assert_eq!(line.due_on, due.get(&line.person).copied(), "{line:?}");
        let told = asked.rules.iter().filter(|rule| line.duties.contains(&rule.title_zh));
        let roles: BTreeSet<Role> = told.flat_map(|rule| rule.roles.iter().copied()).collect();
        directors += usize::from(roles == BTreeSet::from([Role::ChildDirector]));
        for one in &line.responsible {
            let named = |id: &RecordId| asked.reference.staff.get(id).is_some_and(|it| it.name == one.name);
            let mut theirs = asked.reference.assignments.values().filter(|it| named(&it.staff));
            assert!(roles.is_empty() || theirs.any(|it| roles.contains(&it.role)), "{line:?}");
        }
    }
    assert!(directors > 0, "somebody is a child director's alone");
    let mut by_worker = BTreeSet::new();
    for worker in workers(&asked) {
        let mut one = asked.clone();
        of_worker(&mut one, Column::Open, worker.staff).unwrap();
        for line in people(county, &one, Column::Open).await.unwrap() {
            assert!(line.responsible.iter().any(|it| it.name == worker.name), "{} {line:?}", worker.name);
            by_worker.insert(line.person);
        }
    }
    let someones = lines.iter().filter(|line| !line.responsible.is_empty()).map(|line| line.person);
    assert_eq!(by_worker, someones.collect());
}
