//! Words on what waits, on a county in memory.

use super::*;
use crate::clock;
use crate::reports::waiting::{Filter, Item, List, Reason, list, show};
use crate::seed;
use crate::seed::places::COUNTY;
use crate::testing::{Phone, VILLAGE, World, send};
use domain::catalogue::{RecordKind, keys};
use domain::time::Happened;
use seal::SigningKey;
use seal::dice::SeededDice;
use serde_json::value::RawValue;
use store::county::{Ledger, Reports};

fn today() -> Day {
    Day::of(clock::now_ms())
}

fn reviewer() -> RecordId {
    seed::staff::id(COUNTY, 2)
}

fn story() -> seed::story::Story {
    let plan = seed::Plan { seed: 1, subjects: seed::register::SUBJECTS_MIN, today: today() };
    seed::story::story(&seed::County::new(plan), today()).unwrap()
}

async fn waiting(world: &World) -> List {
    list(&world.county, Filter::default(), today()).await.unwrap()
}

async fn say(world: &World, item: &Item, verdict: Verdict, reason: &str) -> Result<usize, Problem> {
    let word = Word { items: vec![item.handle.clone()], verdict, reason: reason.to_owned(), by: reviewer() };
    decide(&world.county, &word, clock::now_ms()).await
}

/// The same phone with another past: it has its own visit to somebody where the first has one.
async fn forked(world: &World, subject: RecordId) -> Phone {
    let mut phone = world.phone(9).await;
    phone.visit(story().evening);
    phone.exchange(&world.phones).await.unwrap();
    let key = SigningKey::generate(&mut SeededDice::repeatable(9));
    let mut clone = Phone::new(phone.enrolled.clone(), key);
    clone.number = phone.number + 5;
    let visit = clone.write(
        RecordKind::Visit,
        &[
            (keys::VILLAGE, Value::Int(i64::try_from(VILLAGE.0).unwrap())),
            (keys::WAY, "elsewhere".into()),
            (keys::HAPPENED, Happened::whole(today()).to_string().into()),
        ],
    );
    clone.write(
        RecordKind::Part,
        &[
            (keys::VISIT, visit.to_string().into()),
            (keys::SUBJECT, subject.to_string().into()),
            (keys::MET, "self".into()),
            (keys::REASON_WORDS, "在学校里".into()),
        ],
    );
    clone.exchange(&world.phones).await.unwrap();
    clone
}

#[tokio::test]
async fn forked_work_is_listed_with_masked_names_and_accepted_whole() {
    let world = World::new().await;
    let child = story().grandson;
    forked(&world, child).await;
    let items = waiting(&world).await.items;
    let kinds: Vec<_> = items.iter().map(|item| (item.reason, item.kind)).collect();
    assert_eq!(kinds, [(Reason::Forked, Some("visit")), (Reason::Forked, Some("part"))]);
    assert!(items.iter().all(|item| item.area == VILLAGE && item.day == Some(today())));
    let name = &items[1].people[0];
    assert!(name.ends_with('○'), "{name}");
    let opened = show(&world.county, &items[1].handle, today()).await.unwrap();
    let value = |key: &str| opened.fields.iter().find(|one| one.field == key).unwrap().value.clone();
    assert_eq!(value(keys::MET), Some("self".into()));
    assert_eq!(value(keys::REASON_WORDS), None, "what was said of a child is for those responsible");
    let before = world.store.parts_of(child, 9).await.unwrap().len();
    assert_eq!(say(&world, &items[1], Verdict::Accept, "").await, Ok(2), "with its visit");
    assert_eq!(world.store.parts_of(child, 9).await.unwrap().len(), before + 1);
    assert_eq!(waiting(&world).await.items, []);
    let again = say(&world, &items[1], Verdict::Accept, "").await.unwrap_err();
    assert_eq!(again.code, ProblemCode::ArgumentWrong, "once");
}

#[tokio::test]
async fn what_nobody_can_read_is_listed_and_dismissed() {
    let world = World::new().await;
    let mut phone = world.phone(9).await;
    phone.visit(story().evening);
    let mut request = phone.ask();
    let piece = &mut request.logs[0];
    piece.items = vec![RawValue::from_string("[\"of another version\"]".to_owned()).unwrap()];
    let frame = phone.seal(&serde_json::to_vec(&request).unwrap());
    send(&world.phones, "/exchange", frame).await.unwrap();
    let items = waiting(&world).await.items;
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((item.reason, item.kind, item.record), (Reason::Undecodable, None, None));
    assert!(!item.author.is_empty(), "whose phone it was");
    let refused = say(&world, item, Verdict::Accept, "").await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::ItemUndecodable);
    assert_eq!(say(&world, item, Verdict::Dismiss, "已经重新填过").await, Ok(1));
    assert_eq!(waiting(&world).await.items, []);
}

#[tokio::test]
async fn a_word_needs_a_right_where_the_item_belongs() {
    let world = World::new().await;
    forked(&world, story().grandmother).await;
    let items = waiting(&world).await.items;
    let (_, _, reference, _) = world.store.standing_now().await.unwrap();
    let mut nobody = vec![world.officer(), crate::staff::operator()];
    nobody.extend(reference.assignments.values().find(|one| one.role == Role::Auditor).map(|one| one.staff));
    for by in nobody {
        let word = Word {
            items: vec![items[0].handle.clone()],
            verdict: Verdict::Keep,
            reason: "以后再看".to_owned(),
            by,
        };
        let refused = decide(&world.county, &word, clock::now_ms()).await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::RightMissing);
        assert!(refused.zh().contains("县审核员"), "{}", refused.zh());
    }
    assert_eq!(say(&world, &items[0], Verdict::Keep, "以后再看").await, Ok(1));
    let kept = waiting(&world).await.items.remove(0).kept.unwrap();
    assert_eq!(kept.reason, "以后再看");
}

#[tokio::test]
async fn what_is_entered_too_late_asks_and_a_reviewer_answers() {
    let world = World::new().await;
    let mut phone = world.phone(9).await;
    let long_ago = Happened::whole(today().plus(-20)).to_string();
    for reason in [None, Some("路断了")] {
        let mut sets = vec![
            (keys::VILLAGE, Value::Int(i64::try_from(VILLAGE.0).unwrap())),
            (keys::WAY, "home".into()),
            (keys::HAPPENED, long_ago.as_str().into()),
        ];
        sets.extend(reason.map(|reason| (keys::LATE_REASON, reason.into())));
        phone.write(RecordKind::Visit, &sets);
    }
    let reply = phone.exchange(&world.phones).await.unwrap();
    let told: Vec<_> = reply.statement.outcomes.iter().map(|one| (one.serial, one.state)).collect();
    assert_eq!(told, [(1, ItemState::Applied)], "only the one without a reason");
    let items = waiting(&world).await.items;
    assert_eq!(items.iter().map(|item| item.reason).collect::<Vec<_>>(), [Reason::Late]);
    assert_eq!(say(&world, &items[0], Verdict::Accept, "乡镇证实").await, Ok(1));
    assert_eq!(waiting(&world).await.items, []);
}
