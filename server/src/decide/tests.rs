//! Words on what waits, on a county in memory.

mod taken;
mod times;

use super::*;
use crate::clock;
use crate::reports::waiting::{Filter, Item, List, Reason, decided, list, show};
use crate::seed;
use crate::seed::places::COUNTY;
use crate::testing::{Phone, VILLAGE, World, send, story};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::reference::Reference;
use domain::settings::Setting;
use domain::staff::Role;
use domain::time::Happened;
use seal::SigningKey;
use seal::dice::SeededDice;
use serde_json::value::RawValue;
use store::county::{Ledger, Reports};
use sync::county::needs::DeviceState;
use sync::wire::exchange::ExchangeReply;

fn today() -> Day {
    Day::of(clock::now_ms())
}

fn reviewer() -> RecordId {
    seed::staff::id(COUNTY, 2)
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

/// How many visits to somebody count.
async fn counting(world: &World, subject: RecordId) -> usize {
    let parts = world.store.parts_of(subject, 9).await.unwrap();
    parts.iter().filter(|part| part.fact.is_some()).count()
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
    assert!(name.ends_with('*'), "{name}");
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
    let shown = show(&world.county, &item.handle, Day::of(clock::now_ms())).await.unwrap();
    assert!(shown.kept_bytes.unwrap() > "[\"of another version\"]".len(), "with what it only names");
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
    let again = say(&world, &items[0], Verdict::Keep, " 以后再看 ").await.unwrap_err();
    assert_eq!(again.code, ProblemCode::NothingToChange);
    assert_eq!(waiting(&world).await.items.remove(0).kept, Some(kept), "nothing was written");
    let both = items.iter().map(|item| item.handle.clone()).collect();
    let word =
        Word { items: both, verdict: Verdict::Keep, reason: "以后再看".to_owned(), by: reviewer() };
    assert_eq!(decide(&world.county, &word, clock::now_ms()).await, Ok(1), "the other one only");
    assert_eq!(say(&world, &items[0], Verdict::Keep, "问过乡镇再说").await, Ok(1), "another word");
}

#[tokio::test]
async fn accepting_takes_the_rights_of_what_is_accepted() {
    let world = World::new().await;
    let mut phone = world.phone(9).await;
    let me = phone.certificate().staff;
    let county = || Value::Int(i64::try_from(COUNTY.0).unwrap());
    phone.write(
        RecordKind::Assignment,
        &[
            (keys::STAFF, me.to_string().into()),
            (keys::ROLE, "county_admin".into()),
            (keys::AREA, county()),
            (keys::FROM, today().to_string().into()),
        ],
    );
    phone.write(RecordKind::Staff, &[(keys::NAME, "无名".into())]);
    phone.write(RecordKind::Settings, &[(keys::AREA, county())]);
    phone.write(RecordKind::Urgent, &[(keys::WORDS, "着火了".into())]);
    phone.exchange(&world.phones).await.unwrap();
    let items = waiting(&world).await.items;
    assert_eq!(items.len(), 3, "an urgent report needs nobody's leave, wherever it is from");
    for item in &items {
        let refused = say(&world, item, Verdict::Accept, "").await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::RightMissing);
        let said = refused.zh();
        assert!(said.contains("县管理员") && !said.contains("县审核员"), "{said}");
    }
    let (_, _, reference, _) = world.store.standing_now().await.unwrap();
    assert!(reference.assignments_of(me).all(|one| one.role != Role::CountyAdmin));
    assert_eq!(
        say(&world, &items[0], Verdict::Dismiss, "不由手机来定").await,
        Ok(1),
        "a reviewer may say no"
    );
}

/// The clone has heard of the fork: a new log, with what the other one had behind the fork.
fn issues_again(clone: &mut Phone, subject: RecordId) {
    let old = std::mem::take(&mut clone.log);
    clone.enrolled.certificate.writer = WriterId(0x1234_5678_9abc);
    clone.visit(subject);
    let mut prev = Hash::ZERO;
    for (entry, old) in clone.log.iter_mut().zip(&old) {
        let body = entry.body.as_mut().unwrap();
        body.issue_again(old.patch.dot(), old.patch.hash());
        (entry.patch.body_hash, entry.patch.prev) = (body.hash(), prev);
        prev = entry.patch.hash();
    }
}

#[tokio::test]
async fn what_is_issued_again_waits_no_more_and_counts_once() {
    let world = World::new().await;
    let subject = story().grandmother;
    let mut clone = forked(&world, subject).await;
    let items = waiting(&world).await.items;
    assert_eq!(items.len(), 2, "nobody has issued it again yet");
    let before = world.store.parts_of(subject, 9).await.unwrap().len();
    issues_again(&mut clone, subject);
    clone.exchange(&world.phones).await.unwrap();
    assert_eq!(world.store.parts_of(subject, 9).await.unwrap().len(), before + 1);
    assert_eq!(waiting(&world).await.items, []);
    let refused = say(&world, &items[0], Verdict::Accept, "").await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::ArgumentWrong);
}

#[tokio::test]
async fn what_was_accepted_before_it_is_issued_again_counts_once() {
    let world = World::new().await;
    let subject = story().grandmother;
    let mut clone = forked(&world, subject).await;
    let items = waiting(&world).await.items;
    say(&world, &items[0], Verdict::Accept, "").await.unwrap();
    let before = world.store.parts_of(subject, 9).await.unwrap().len();
    issues_again(&mut clone, subject);
    clone.exchange(&world.phones).await.unwrap();
    assert_eq!(world.store.parts_of(subject, 9).await.unwrap().len(), before);
    let items = waiting(&world).await.items;
    assert_eq!(items[0].reason, Reason::Forked, "a reviewer looks once more");
    for item in &items {
        assert_eq!(say(&world, item, Verdict::Dismiss, "已经采用过").await, Ok(1));
    }
    assert_eq!(waiting(&world).await.items, []);
}

#[tokio::test]
async fn a_decision_on_what_was_issued_again_is_taken_back_and_it_counts_once() {
    for verdict in [Verdict::Dismiss, Verdict::Accept] {
        let world = World::new().await;
        let subject = story().grandmother;
        let before = counting(&world, subject).await;
        let mut clone = forked(&world, subject).await;
        let items = waiting(&world).await.items;
        for item in &items {
            say(&world, item, verdict, "看错了").await.ok();
        }
        issues_again(&mut clone, subject);
        clone.exchange(&world.phones).await.unwrap();
        let again = waiting(&world).await.items;
        assert_eq!(again.len(), 2, "the visit and its part, issued again");
        let refused = say(&world, &again[0], Verdict::Accept, "").await.unwrap_err();
        assert!(refused.zh().contains("撤销"), "{refused}");
        say(&world, &again[1], Verdict::Accept, "").await.unwrap_err();
        let [said] = &decided(&world.county, None, None, 50, today()).await.unwrap().decisions[..] else {
            panic!("one word on both")
        };
        let word = Retraction { decision: said.id, reason: "看错了人".into(), by: reviewer() };
        assert_eq!(undo(&world.county, &word, clock::now_ms()).await, Ok(2));
        assert_eq!(waiting(&world).await.items, [], "nothing waits beside what is issued again");
        assert_eq!(counting(&world, subject).await, before + 1, "it counts once");
        world.sound().await;
    }
}

#[tokio::test]
async fn words_on_both_copies_are_taken_back_in_either_order_and_it_counts_once() {
    for forked_first in [true, false] {
        let world = World::new().await;
        let subject = story().grandmother;
        let before = counting(&world, subject).await;
        let mut clone = forked(&world, subject).await;
        let mut said = Vec::new();
        for round in 0..2 {
            for item in &waiting(&world).await.items {
                // The second of a round has gone with the first.
                let _ = say(&world, item, Verdict::Dismiss, "看错了").await;
            }
            let past = decided(&world.county, None, None, 50, today()).await.unwrap().decisions;
            let fresh = past.iter().map(|one| one.id).filter(|id| !said.contains(id)).collect::<Vec<_>>();
            assert!(!fresh.is_empty() && waiting(&world).await.items.is_empty(), "all is dismissed");
            said.extend(fresh);
            if round == 0 {
                issues_again(&mut clone, subject);
                clone.exchange(&world.phones).await.unwrap();
            }
        }
        if !forked_first {
            said.rotate_left(1);
        }
        for decision in said {
            let word = Retraction { decision, reason: "看错了人".into(), by: reviewer() };
            undo(&world.county, &word, clock::now_ms()).await.unwrap();
        }
        assert_eq!(waiting(&world).await.items, [], "forked first: {forked_first}");
        assert_eq!(counting(&world, subject).await, before + 1, "forked first: {forked_first}");
        world.sound().await;
    }
}

#[tokio::test]
async fn an_envelope_of_a_revoked_phone_is_set_aside_and_makes_nobody() {
    let world = World::new().await;
    let mut phone = world.phone(9).await;
    let erased = |phone: &mut Phone| {
        phone.write(RecordKind::Staff, &[(keys::NAME, "无名".into())]);
        let last = phone.log.last_mut().unwrap();
        last.body = None;
        last.patch.seen.0.insert(WriterId(77), 1_000_000);
        last.patch.record
    };
    let staff = |reference: &Reference, record: RecordRef| reference.staff.contains_key(&record.id);
    let record = erased(&mut phone);
    let reply = phone.exchange(&world.phones).await.unwrap();
    let states = |reply: &ExchangeReply| -> Vec<_> {
        reply.statement.outcomes.iter().map(|one| (one.serial, one.state)).collect()
    };
    assert_eq!(states(&reply), [(1, ItemState::Erased)], "its place is taken");
    let head = world.store.record(record).await.unwrap().unwrap().head;
    assert!(head.fields.is_empty() && head.ahead == Vector::default());
    let device = phone.certificate().device;
    crate::staff::set_state(
        &world.county,
        crate::staff::operator(),
        device,
        DeviceState::Revoked,
        clock::now_ms(),
    )
    .await
    .unwrap();
    let next = erased(&mut phone);
    let reply = phone.exchange(&world.phones).await.unwrap();
    assert_eq!(states(&reply).last(), Some(&(2, ItemState::SetAside)));
    assert_eq!(world.store.record(next).await.unwrap(), None);
    let (_, _, reference, _) = world.store.standing_now().await.unwrap();
    assert!(!staff(&reference, record) && !staff(&reference, next));
}

/// Two values of a field, neither of which has seen the other.
async fn differ(world: &World, record: RecordRef, field: &str) {
    for value in ["一", "二"] {
        let sets = BTreeMap::from([(field.to_owned(), Value::from(value))]);
        let body = Body { sets, salt: WriterId(world.county.dice.number()), ..Body::default() };
        let (record, seen) = (OwnRecord::Known(record), Some(Vector::default()));
        let stamp = Stamp::default();
        let patch = OwnPatch { record, form: None, body, seen, author: reviewer(), stamp };
        world.county.append(vec![patch], clock::now_ms()).await.unwrap();
    }
}

/// The fields of which both sides are shown.
async fn sides(world: &World, record: RecordRef) -> Vec<String> {
    let shown = show(&world.county, &record.id.to_string(), today()).await.unwrap();
    let mut fields: Vec<String> = shown.sides.into_iter().map(|side| side.field).collect();
    fields.dedup();
    fields
}

#[tokio::test]
async fn what_differs_about_a_child_is_for_those_responsible() {
    let world = World::new().await;
    let (child, elder) = (*story().boarders.first().unwrap(), story().evening);
    let person = |id| RecordRef { kind: RecordKind::Person, id };
    for record in [person(child), person(elder)] {
        differ(&world, record, keys::ID_NUMBER).await;
        differ(&world, record, keys::NICKNAME).await;
    }
    assert_eq!(sides(&world, person(child)).await, [keys::NICKNAME]);
    assert_eq!(sides(&world, person(elder)).await, [keys::ID_NUMBER, keys::NICKNAME]);
    // Nobody settles what is not shown, at the terminal or at the desk.
    for (record, outcome) in [(person(child), Err(ProblemCode::ArgumentWrong)), (person(elder), Ok(()))] {
        let seen = world.store.record(record).await.unwrap().unwrap().head.vector.clone();
        let (field, value, by) = (keys::ID_NUMBER.to_owned(), "11010519491231002X".into(), reviewer());
        let word = Settlement { record, field, value, seen, by };
        let settled = settle(&world.county, &word, clock::now_ms()).await;
        assert_eq!(settled.clone().map_err(|problem| problem.code), outcome);
        assert!(settled.err().is_none_or(|problem| problem.zh().contains("儿童的内容")));
    }
    // Of age today, and a child on the day of the visit: what was said then stays shut.
    let born = today().date().checked_sub_months(chrono::Months::new(18 * 12)).unwrap();
    let sets = BTreeMap::from([(keys::BORN.to_owned(), Value::from(born.to_string()))]);
    let body = Body { sets, salt: WriterId(7), ..Body::default() };
    let record = OwnRecord::Known(person(elder));
    let patch =
        OwnPatch { record, form: None, body, seen: None, author: reviewer(), stamp: Stamp::default() };
    world.county.append(vec![patch], clock::now_ms()).await.unwrap();
    let mut phone = world.phone(9).await;
    for (day, shut) in [(today().plus(-1), true), (today(), false)] {
        let visit = phone.write(
            RecordKind::Visit,
            &[
                (keys::VILLAGE, Value::Int(i64::try_from(VILLAGE.0).unwrap())),
                (keys::WAY, "home".into()),
                (keys::HAPPENED, Happened::whole(day).to_string().into()),
            ],
        );
        let part = phone.write(
            RecordKind::Part,
            &[
                (keys::VISIT, visit.to_string().into()),
                (keys::SUBJECT, elder.to_string().into()),
                (keys::MET, "self".into()),
            ],
        );
        phone.exchange(&world.phones).await.unwrap();
        let record = RecordRef { kind: RecordKind::Part, id: part };
        differ(&world, record, keys::REASON_WORDS).await;
        differ(&world, record, &format!("{}mood", domain::patch::ANSWER_PREFIX)).await;
        assert_eq!(sides(&world, record).await.is_empty(), shut, "{day}");
    }
}

#[tokio::test]
async fn a_decision_is_listed_and_taken_back_with_all_that_was_decided_with_it() {
    let world = World::new().await;
    forked(&world, story().grandmother).await;
    let before = waiting(&world).await.items;
    assert_eq!(say(&world, &before[1], Verdict::Dismiss, "重复").await, Ok(2), "with its visit");
    let past = async || decided(&world.county, None, None, 50, today()).await.unwrap().decisions;
    let all = past().await;
    let [one] = all.as_slice() else { panic!("one word, on both: {all:?}") };
    assert_eq!((one.verdict.as_str(), one.reason.as_str(), one.count), ("dismiss", "重复", 2));
    assert_eq!((one.area, one.people.len(), one.stands), (VILLAGE, 1, true));
    assert_eq!(one.undone, None);
    let word = Retraction { decision: one.id, reason: "看错了人".to_owned(), by: reviewer() };
    let nobody = Retraction { by: world.officer(), ..word.clone() };
    let refused = undo(&world.county, &nobody, clock::now_ms()).await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::RightMissing);
    assert_eq!(undo(&world.county, &word, clock::now_ms()).await, Ok(2));
    assert_eq!(waiting(&world).await.items, before, "both wait again, as they did");
    let undone = past().await;
    assert_eq!(undone.len(), 1, "the word that takes back stands with the other");
    let told = undone[0].undone.as_ref().unwrap();
    assert_eq!((told.reason.as_str(), undone[0].stands), ("看错了人", false));
    assert!(!told.by.is_empty());
    let twice = undo(&world.county, &word, clock::now_ms()).await.unwrap_err();
    assert_eq!(twice.code, ProblemCode::ArgumentWrong);
    // Later words stand before it, page by page.
    assert_eq!(say(&world, &before[0], Verdict::Keep, "再问问").await, Ok(1));
    let first = decided(&world.county, Some(VILLAGE), None, 1, today()).await.unwrap();
    assert_eq!(first.decisions[0].verdict, "keep");
    let second = decided(&world.county, Some(VILLAGE), first.next, 1, today()).await.unwrap();
    assert_eq!(second.decisions, undone);
}

#[tokio::test]
async fn a_settled_field_is_listed_by_its_name_and_differs_again() {
    let world = World::new().await;
    let record = RecordRef { kind: RecordKind::Person, id: story().grandmother };
    let mut phones = [world.phone(9).await, world.phone(11).await];
    for (phone, number) in phones.iter_mut().zip(["13300000001", "13300000002"]) {
        phone.write_to(record, &[(keys::PHONE, number.into())]);
        phone.exchange(&world.phones).await.unwrap();
    }
    let row = async || world.county.stores.ledger.record(record).await.unwrap().unwrap();
    let (sides, seen) = (row().await.head.fields[keys::PHONE].clone(), row().await.head.vector.clone());
    assert!(sides.len() > 1);
    let field = keys::PHONE.to_owned();
    let word = Settlement { record, field, value: "13300000002".into(), seen, by: reviewer() };
    settle(&world.county, &word, clock::now_ms()).await.unwrap();
    let all = decided(&world.county, None, None, 50, today()).await.unwrap().decisions;
    let [one] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((one.verdict.as_str(), one.field.as_deref()), ("settle", Some(keys::PHONE)));
    assert_eq!((one.record, one.people.len(), one.stands), (Some(record.id), 1, true));
    assert_eq!(one.value, Some("13300000002".into()), "which of them was chosen");
    assert_eq!(one.takes.as_ref().map(|takes| takes.zh.as_str()), Some("本人电话"));
    let word = Retraction { decision: one.id, reason: "打不通".to_owned(), by: reviewer() };
    assert_eq!(undo(&world.county, &word, clock::now_ms()).await, Ok(1));
    assert_eq!(row().await.head.fields[keys::PHONE], sides, "both sides stand again");
}
