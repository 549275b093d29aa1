//! Two records of one person at the desk: suggested, merged, said to be two people, and all of it taken back.

use super::*;
use crate::clock;
use crate::decide::{self, Retraction};
use crate::register::Register;
use crate::reports::waiting::{Decided, decided, merged};
use crate::staff::{Change, operator, write};
use crate::testing::{VILLAGE, World};
use domain::coverage::Status;
use domain::coverage::rules::ANY_DUTY;
use std::collections::BTreeMap;

fn today() -> Day {
    Day::of(clock::now_ms())
}

struct Scene {
    world: World,
    register: Register,
    /// Of the register.
    elder: RecordId,
    /// The same, as somebody wrote them down a second time.
    twin: RecordId,
}

/// An elder of whom there are two records.
async fn scene() -> Scene {
    let world = World::new().await;
    let elder = world.elder().await;
    let (found, head) = person(&world.county, elder).await.unwrap();
    let same = [keys::NAME, keys::BORN, keys::VILLAGE, keys::HOUSEHOLD];
    let mut sets: BTreeMap<String, Value> =
        same.iter().filter_map(|key| Some(((*key).to_owned(), head.value(key)?.clone()))).collect();
    let categories = found.categories_on(today()).map(|code| format!("{}{code}/start", keys::CATEGORY));
    sets.extend(categories.map(|key| (key, Value::from("2020-01-01"))));
    sets.insert(keys::PHONE.to_owned(), "13800000077".into());
    let change = Change::new(RecordKind::Person, sets);
    let twin = write(&world.county, operator(), change, clock::now_ms()).await.unwrap();
    Scene { world, register: Register::default(), elder, twin }
}

impl Scene {
    fn reviewer(&self) -> RecordId {
        crate::seed::staff::id(self.world.county.keys.county(), 2)
    }

    /// The pair of this scene, if it is suggested.
    async fn alike(&self) -> Option<Pair> {
        let all = self.register.alike(&self.world.county, VILLAGE).await.unwrap();
        let both = [self.elder, self.twin];
        all.into_iter().find(|pair| both.contains(&pair.stays) && both.contains(&pair.goes))
    }

    async fn listed(&self) -> usize {
        self.register.search(&self.world.county, VILLAGE, "", None, 10_000).await.unwrap().total
    }

    async fn merge(&self, takes: &[&str]) -> Result<RecordId, Problem> {
        let takes = takes.iter().map(|key| (*key).to_owned()).collect();
        let (person, into, by) = (self.twin, self.elder, self.reviewer());
        let word = Merging { person, into, takes, reason: "同一个人".to_owned(), by };
        merge(&self.world.county, &word, clock::now_ms()).await
    }

    async fn apart(&self, apart: bool) {
        let (person, other, by) = (self.twin, self.elder, self.reviewer());
        let word = Apart { person, other, apart, reason: "一个是堂弟".to_owned(), by };
        super::apart(&self.world.county, &word, clock::now_ms()).await.unwrap();
    }

    async fn undo(&self, decision: RecordId) {
        let word = Retraction { decision, reason: "看错了".to_owned(), by: self.reviewer() };
        decide::undo(&self.world.county, &word, clock::now_ms()).await.unwrap();
    }

    /// How somebody stands today by any duty.
    async fn stands(&self, id: RecordId) -> Option<Status> {
        let all = self.world.county.stores.reports.standings_of(id).await.unwrap();
        let now = all.iter().find(|one| one.duty == ANY_DUTY && one.period.contains(today()))?;
        now.status_on(today())
    }

    async fn merged(&self) -> Vec<Decided> {
        merged(&self.world.county, VILLAGE, None, 10, today()).await.unwrap().decisions
    }
}

#[tokio::test]
async fn whoever_was_merged_stands_in_no_list_and_what_comes_late_is_of_the_one_who_stays() {
    let scene = scene().await;
    let pair = scene.alike().await.unwrap();
    assert_eq!((pair.stays, pair.goes, pair.apart), (scene.elder, scene.twin, false), "{pair:?}");
    assert!(pair.why.contains(&Why::NameAndBirth) && pair.why.contains(&Why::NameInHousehold));
    let mut phone = scene.world.phone(1).await;
    phone.exchange(&scene.world.phones).await.unwrap();
    let (listed, stood) = (scene.listed().await, scene.stands(scene.twin).await);
    assert!(stood.is_some());
    let decision = scene.merge(&[keys::PHONE]).await.unwrap();
    assert_eq!((scene.alike().await, scene.listed().await), (None, listed - 1));
    assert_eq!(scene.stands(scene.twin).await, None);
    let (_, head) = person(&scene.world.county, scene.elder).await.unwrap();
    assert_eq!(head.text(keys::PHONE), Some("13800000077"));
    phone.visit(scene.twin);
    phone.exchange(&scene.world.phones).await.unwrap();
    assert_eq!(scene.stands(scene.elder).await, Some(Status::MetHome), "a phone that had not heard of it");
    let [said] = scene.merged().await.try_into().unwrap();
    assert_eq!((said.id, said.stands, said.people.len(), said.record), (decision, true, 1, Some(scene.twin)));
    assert!(decided(&scene.world.county, None, None, 10, today()).await.unwrap().decisions.is_empty());
    scene.world.sound().await;
    scene.undo(decision).await;
    assert_eq!(scene.stands(scene.twin).await, Some(Status::MetHome), "with whom it was written");
    assert_ne!(scene.stands(scene.elder).await, Some(Status::MetHome));
    assert_eq!((scene.listed().await, scene.alike().await), (listed, Some(pair)), "both are there again");
    let (_, head) = person(&scene.world.county, scene.elder).await.unwrap();
    assert_ne!(head.text(keys::PHONE), Some("13800000077"), "with what each of them said");
    let [said] = scene.merged().await.try_into().unwrap();
    assert_eq!((said.stands, said.undone.map(|undone| undone.reason)), (false, Some("看错了".to_owned())));
    scene.world.sound().await;
}

#[tokio::test]
async fn an_adult_who_was_written_down_at_the_door_is_named_among_what_was_merged() {
    let mut scene = scene().await;
    let (found, head) = person(&scene.world.county, scene.elder).await.unwrap();
    let mut sets: BTreeMap<String, Value> = [keys::NAME, keys::VILLAGE, keys::HOUSEHOLD]
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), head.value(key)?.clone())))
        .collect();
    sets.insert(keys::REGISTRATION.to_owned(), "pending".into());
    let change = Change::new(RecordKind::Person, sets);
    scene.twin = write(&scene.world.county, operator(), change, clock::now_ms()).await.unwrap();
    scene.merge(&[]).await.unwrap();
    let [said] = scene.merged().await.try_into().unwrap();
    assert_eq!(said.people, [found.name]);
}

#[tokio::test]
async fn two_people_are_not_suggested_again_until_that_is_taken_back() {
    let scene = scene().await;
    scene.apart(true).await;
    assert!(scene.alike().await.unwrap().apart);
    scene.apart(false).await;
    assert!(!scene.alike().await.unwrap().apart);
}

#[tokio::test]
async fn nothing_is_merged_that_cannot_be() {
    let scene = scene().await;
    let refused = scene.merge(&[keys::VILLAGE]).await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::ArgumentWrong, "where somebody lives is no matter of this");
    let officer = Merging {
        person: scene.twin,
        into: scene.elder,
        takes: BTreeSet::new(),
        reason: String::new(),
        by: scene.world.officer(),
    };
    let refused = merge(&scene.world.county, &officer, clock::now_ms()).await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::RightMissing);
    scene.merge(&[]).await.unwrap();
    assert_eq!(scene.merge(&[]).await.unwrap_err().code, ProblemCode::ArgumentWrong, "once");
    let (person, other, by) = (scene.elder, scene.twin, scene.reviewer());
    let two = Apart { person, other, apart: true, reason: String::new(), by };
    let refused = apart(&scene.world.county, &two, clock::now_ms()).await.unwrap_err();
    assert!(refused.zh().contains("已经并入"), "in another window: {}", refused.zh());
}

#[tokio::test]
async fn a_grown_person_without_a_date_of_birth_is_named_when_the_merging_is_taken_back() {
    let mut scene = scene().await;
    let (found, _) = person(&scene.world.county, scene.elder).await.unwrap();
    let village = Value::Int(i64::try_from(VILLAGE.0).unwrap());
    let sets =
        [(keys::NAME.to_owned(), Value::from(found.name.as_str())), (keys::VILLAGE.to_owned(), village)];
    let change = Change::new(RecordKind::Person, sets.into());
    scene.twin = write(&scene.world.county, operator(), change, clock::now_ms()).await.unwrap();
    scene.merge(&[]).await.unwrap();
    let [said] = scene.merged().await.try_into().unwrap();
    assert!(said.people.contains(&found.name), "{:?}", said.people);
}
