//! Two workers visit one person on one day: suggested as one, said to be one or two, taken back; what is counted and
//! who is credited.

use super::*;
use crate::clock;
use crate::credit::Credit;
use crate::decide::{self, Retraction};
use crate::reports::waiting::{Filter, Item, Reason, Shown, decided, list, show};
use crate::reports::{PersonVisits, of_person};
use crate::staff::{Change, write};
use crate::testing::{Phone, VILLAGE, World};
use domain::catalogue::keys;
use domain::staff::Role;
use domain::time::Day;
use domain::value::Value;
use store::county::Reports;

fn today() -> Day {
    Day::of(clock::now_ms())
}

struct Scene {
    world: World,
    elder: RecordId,
    /// The officer's visit, and that of another.
    visits: [RecordId; 2],
    phones: [Phone; 2],
}

async fn scene() -> Scene {
    let world = World::new().await;
    let elder = world.elder().await;
    let director = crate::seed::staff::id(VILLAGE, 2);
    let mut phones = [world.phone(1).await, world.phone_of(director, 2).await];
    let mut visits = [elder; 2];
    for (phone, visit) in phones.iter_mut().zip(&mut visits) {
        *visit = phone.visit(elder);
        phone.exchange(&world.phones).await.unwrap();
    }
    Scene { world, elder, visits, phones }
}

impl Scene {
    fn county(&self) -> &County {
        &self.world.county
    }

    async fn items(&self) -> Vec<Item> {
        let filter = Filter { area: Some(VILLAGE), reason: Some(Reason::OneGoing), days_min: None };
        list(self.county(), filter, today()).await.unwrap().items
    }

    async fn shown(&self) -> Result<Shown, Problem> {
        let item = handle(pair(self.visits[0], self.visits[1]));
        show(self.county(), &item, today()).await
    }

    async fn say(&self, going: Going, by: RecordId) -> Result<(), Problem> {
        let item = handle(pair(self.visits[0], self.visits[1]));
        let word = Word { item, going, reason: "一起去的".to_owned(), by };
        say(self.county(), &word, clock::now_ms()).await
    }

    fn reviewer(&self) -> RecordId {
        crate::seed::staff::id(self.county().keys.county(), 2)
    }

    async fn undo_last(&self) {
        let page = decided(self.county(), None, None, 1, today()).await.unwrap();
        let (decision, reason) = (page.decisions[0].id, "看错了".to_owned());
        let word = Retraction { decision, reason, by: self.reviewer() };
        decide::undo(self.county(), &word, clock::now_ms()).await.unwrap();
    }

    async fn history(&self) -> PersonVisits {
        of_person(self.county(), self.elder, today(), today()).await.unwrap()
    }

    async fn set(&self, visit: RecordId, sets: &[(&str, Value)]) {
        let record = RecordRef { kind: RecordKind::Visit, id: visit };
        let sets = sets.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let change = Change::of_office(record, sets);
        write(self.county(), self.reviewer(), change, clock::now_ms()).await.unwrap();
    }

    fn names(&self) -> [String; 2] {
        [0, 1].map(|at| self.phones[at].certificate().staff_name.clone())
    }
}

#[tokio::test]
async fn two_visits_of_one_day_stand_side_by_side_until_somebody_says_a_word() {
    let scene = scene().await;
    let items = scene.items().await;
    assert_eq!(items.len(), 1);
    let names = scene.names();
    assert!(names.iter().all(|name| items[0].author.contains(name.as_str())), "{}", items[0].author);
    assert_eq!((items[0].area, items[0].people.len(), items[0].day), (VILLAGE, 1, Some(today())));
    let going = scene.shown().await.unwrap().going.unwrap();
    assert_eq!(going.visits.len(), 2);
    for one in &going.visits {
        assert!(names.contains(&one.credit.visited_by[0]), "{one:?}");
        assert_eq!((one.met[0].zh.as_str(), one.way), ("见到本人", Some("home")));
        assert!(one.receipt.is_some() && one.received_ms.is_some());
    }
    assert_eq!(scene.history().await.times, 2);
    scene.say(Going::Two, scene.reviewer()).await.unwrap();
    assert_eq!(scene.items().await, []);
    assert!(scene.shown().await.is_err(), "nothing is left to be said");
    assert!(scene.say(Going::One, scene.reviewer()).await.is_err());
    assert_eq!(scene.history().await.times, 2);
    scene.world.sound().await;
}

#[tokio::test]
async fn one_going_there_is_counted_once_and_both_are_credited_until_it_is_taken_back() {
    let scene = scene().await;
    let standings = scene.world.standings(scene.elder).await;
    let before = scene.history().await;
    let head = scene.world.clerk(Role::StationHead, AreaCode(VILLAGE.0 / 1_000 * 1_000)).await;
    scene.say(Going::One, head).await.unwrap();
    let history = scene.history().await;
    assert_eq!((history.times, history.visits.len()), (1, 2));
    let names = scene.names();
    for line in &history.visits {
        let (own, other) = (&line.credit.visited_by[0], &line.one_with[0][0]);
        assert!(own != other && names.contains(own) && names.contains(other), "{line:?}");
    }
    assert_eq!(scene.world.standings(scene.elder).await, standings, "no figure moves");
    let [one, other] = [0, 1].map(|at| scene.visits[at]);
    let (_, _, reference, _) = scene.county().stores.ledger.standing_now().await.unwrap();
    let credits = credits(scene.county(), &reference, [one, other].into()).await.unwrap();
    for id in [one, other] {
        let found = &credits[&id];
        assert!(scene.names().iter().all(|name| found.visited_by.contains(name)), "{found:?}");
    }
    let page = decided(scene.county(), None, None, 5, today()).await.unwrap();
    let word = &page.decisions[0];
    assert_eq!((word.verdict.as_str(), word.reason.as_str(), word.stands), ("one_going", "一起去的", true));
    assert_eq!(word.people.len(), 1);
    scene.undo_last().await;
    assert_eq!(scene.history().await, before, "as if there had been none");
    assert_eq!(scene.items().await.len(), 1);
    assert_eq!(scene.world.standings(scene.elder).await, standings);
    scene.world.sound().await;
}

#[tokio::test]
async fn when_one_of_two_is_void_the_other_counts_alone() {
    let scene = scene().await;
    scene.say(Going::One, scene.reviewer()).await.unwrap();
    scene.set(scene.visits[0], &[(keys::VOID, "记错了".into())]).await;
    let history = scene.history().await;
    assert_eq!(history.times, 1);
    let other = history.visits.iter().find(|line| line.visit == scene.visits[1]).unwrap();
    assert!(other.day.is_some() && other.one_with.is_empty(), "it is one with nothing that counts");
    scene.set(scene.visits[0], &[(keys::VOID, Value::Null)]).await;
    assert_eq!(scene.history().await.times, 1);
    scene.world.sound().await;
}

#[tokio::test]
async fn both_phones_hear_of_it() {
    let mut scene = scene().await;
    for phone in &mut scene.phones {
        phone.exchange(&scene.world.phones).await.unwrap();
    }
    scene.say(Going::One, scene.reviewer()).await.unwrap();
    for (phone, visit) in scene.phones.iter_mut().zip(scene.visits) {
        let reply = phone.exchange(&scene.world.phones).await.unwrap();
        let page = serde_json::to_string(&reply.rest.page).unwrap();
        assert!(page.contains(&visit.to_string()) && page.contains(keys::GOING), "{page}");
    }
}

#[tokio::test]
async fn who_came_along_and_who_wrote_it_down_is_named() {
    let scene = scene().await;
    let director = scene.phones[1].certificate().staff;
    let list = |all: &[&str]| Value::List(all.iter().map(|one| (*one).to_owned()).collect());
    let sets = [(keys::VISITED_BY, list(&[&director.to_string()])), (keys::COMPANIONS, list(&["李主任"]))];
    scene.set(scene.visits[0], &sets).await;
    let history = scene.history().await;
    let line = history.visits.iter().find(|line| line.visit == scene.visits[0]).unwrap();
    let [officer, director] = scene.names();
    let credit = Credit {
        visited_by: vec![director.clone()],
        companions: vec!["李主任".to_owned()],
        recorded_by: Some(officer.clone()),
    };
    assert_eq!(line.credit, credit);
    assert_eq!(scene.items().await, [], "now both are of one worker");
    let record = scene.world.county.stores.reports.parts_of(scene.elder, 9).await.unwrap();
    assert!(record.iter().all(|part| part.fact.is_some()));
}

#[tokio::test]
async fn nobody_reads_what_was_answered_differently_of_whoever_is_restricted() {
    let mut scene = scene().await;
    for (at, met) in [(0, "self"), (1, "family")] {
        let parts = scene.world.store.parts_of_visit(scene.visits[at]).await.unwrap();
        let record = RecordRef { kind: RecordKind::Part, id: parts[0].part };
        let answer = [("a/safety/fire", met.into())];
        scene.phones[at].write_to(record, &answer);
        let router = scene.world.phones.clone();
        scene.phones[at].exchange(&router).await.unwrap();
    }
    let before = scene.shown().await.unwrap().going.unwrap();
    assert!(!before.restricted && !before.differs.is_empty(), "{before:?}");
    let admin = scene.world.clerk(Role::CountyAdmin, scene.county().keys.county()).await;
    let word = |restricted| crate::restrict::Word {
        person: scene.elder,
        restricted,
        words: "本人要求".to_owned(),
        by: admin,
    };
    crate::restrict::say(scene.county(), &word(true), clock::now_ms()).await.unwrap();
    let going = scene.shown().await.unwrap().going.unwrap();
    assert!(going.restricted && !going.shut && going.differs.is_empty(), "{going:?}");
    crate::restrict::say(scene.county(), &word(false), clock::now_ms()).await.unwrap();
    assert_eq!(scene.shown().await.unwrap().going.unwrap(), before);
}
