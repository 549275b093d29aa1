//! Urgent reports at the county: from locked phones and others, who reads them, and where they are not.

use super::*;
use crate::clock;
use crate::reports::waiting::{self, Filter};
use crate::testing::{Phone, VILLAGE, World, send};
use domain::time::{Day, Stamp};
use seal::age_seal::SealIdentity;
use seal::dice::SeededDice;
use sync::county::needs::DeviceState;

const WORDS: &str = "孩子手臂上有几块青的";

async fn reference_of(world: &World) -> std::sync::Arc<Reference> {
    world.county.stores.ledger.standing_now().await.unwrap().2
}

fn locked(phone: &Phone, number: u64) -> LockedReport {
    let sets = Sets::from([
        (keys::WORDS.to_owned(), WORDS.into()),
        (keys::VILLAGE.to_owned(), Value::Int(i64::try_from(VILLAGE.0).unwrap())),
        (keys::OPENED.to_owned() + "x", Value::Int(1)),
    ]);
    let record = RecordId::derived(domain::ids::WriterId(number), 1);
    LockedReport { device: phone.certificate().device, record, sets, stamp: Stamp::default() }
}

fn sealed(world: &World, report: &LockedReport) -> Vec<u8> {
    let own = SealIdentity::generate(&mut SeededDice::repeatable(4)).unwrap().recipient();
    let plain = serde_json::to_vec(&Sealed { report: Some(report.clone()) }).unwrap();
    age_seal::seal(&[own, world.county.keys.public().sealing], &plain).unwrap()
}

async fn listed(world: &World) -> Vec<Waiting> {
    let reference = reference_of(world).await;
    list(&world.county, &reference, world.county.keys.county()).await.unwrap()
}

#[tokio::test]
async fn a_sealed_report_is_taken_once_answered_with_the_countys_word_and_signed_later() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    let report = locked(&phone, 7);
    let bytes = sealed(&world, &report);
    for _ in 0..2 {
        let reply = send(&world.phones, "/urgent", bytes.clone()).await.unwrap();
        let word: SignedWord<ReportTaken> = serde_json::from_slice(&reply).unwrap();
        assert_eq!(word.open(world.county.keys.public().keys()).unwrap().record, report.record);
    }
    let [one] = listed(&world).await.try_into().unwrap();
    assert_eq!((one.report.words.as_deref(), one.area), (Some(WORDS), VILLAGE));
    assert!(one.report.unsigned && one.report.readers.is_empty(), "nobody signs for a reader");
    let mut sets: Vec<(&str, Value)> = vec![(keys::UNSIGNED, Value::Bool(false))];
    sets.push((keys::WORDS, WORDS.into()));
    phone.write_to(RecordRef { kind: RecordKind::Urgent, id: report.record }, &sets);
    phone.exchange(&world.phones).await.unwrap();
    let [one] = listed(&world).await.try_into().unwrap();
    assert!(!one.report.unsigned);
    assert_eq!(one.report.words.as_deref(), Some(WORDS), "said twice, read once");
}

#[tokio::test]
async fn what_is_not_sealed_to_this_county_or_comes_too_often_is_not_taken() {
    let world = World::new().await;
    let phone = world.phone(1).await;
    let stranger = SealIdentity::generate(&mut SeededDice::repeatable(5)).unwrap().recipient();
    let other = age_seal::seal(&[stranger], b"{}").unwrap();
    let empty = age_seal::seal(&[world.county.keys.public().sealing], b"{}").unwrap();
    let unknown = LockedReport { device: DeviceId(99), ..locked(&phone, 1) };
    let too_long = vec![b'x'; SEALED_BYTES_MAX + 1];
    for (bytes, code) in [
        (b"plain".to_vec(), ProblemCode::RequestDamaged),
        (other, ProblemCode::RequestDamaged),
        (empty, ProblemCode::RequestDamaged),
        (sealed(&world, &unknown), ProblemCode::DeviceUnknown),
        (too_long, ProblemCode::RequestTooLarge),
    ] {
        assert_eq!(send(&world.phones, "/urgent", bytes).await.unwrap_err().code, code);
    }
    assert!(listed(&world).await.is_empty());
    for number in 0..u64::from(OF_A_PHONE_MAX) {
        send(&world.phones, "/urgent", sealed(&world, &locked(&phone, number))).await.unwrap();
    }
    let more = send(&world.phones, "/urgent", sealed(&world, &locked(&phone, 1_000))).await;
    assert_eq!(more.unwrap_err().code, ProblemCode::CountyBusy);
    let again = send(&world.phones, "/urgent", sealed(&world, &locked(&phone, 0))).await;
    assert!(again.is_ok(), "what is here is said to be here");
    world.sound().await;
}

#[tokio::test]
async fn whoever_reads_a_report_is_in_the_log_and_its_author_hears_of_it() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.write(RecordKind::Urgent, &[(keys::WORDS, WORDS.into())]);
    phone.exchange(&world.phones).await.unwrap();
    let [one] = listed(&world).await.try_into().unwrap();
    assert_eq!(one.area, VILLAGE, "without a village it is where its author works");
    let (id, reference) = (one.report.id, reference_of(&world).await);
    let mine = async |author| read(&world.county, &reference, author, &[id]).await.unwrap();
    assert_eq!(mine(world.officer()).await, []);
    let by = crate::seed::staff::id(world.county.keys.county(), 2);
    for _ in 0..2 {
        let opened = open(&world.county, &reference, id, by, clock::now_ms()).await.unwrap();
        assert_eq!(opened.report.words.as_deref(), Some(WORDS));
        assert_eq!(opened.report.readers.len(), 1, "the first time is when it was read");
    }
    let lines = world.county.stores.directory.accesses(None, 10).await.unwrap();
    assert_eq!(
        lines.iter().filter(|(_, one)| one.act == crate::access::URGENT_READ && one.staff == by).count(),
        2
    );
    let [heard] = mine(world.officer()).await.try_into().unwrap();
    assert_eq!(heard.name, reference.staff_name(by));
    assert_eq!(mine(by).await, [], "only its author hears");
    call(&world.county, id, " 派出所 14:10 ", by, clock::now_ms()).await.unwrap();
    for nothing in ["  ", &"长".repeat(201)] {
        assert!(call(&world.county, id, nothing, by, clock::now_ms()).await.is_err());
    }
    assert_eq!(listed(&world).await[0].report.calls[0].words, "派出所 14:10");
}

#[tokio::test]
async fn a_report_needs_no_role_and_stands_in_no_list() {
    let world = World::new().await;
    let holder =
        crate::staff::add(&world.county, crate::staff::operator(), "从前的协理员", None, clock::now_ms());
    let mut former = world.phone_of(holder.await.unwrap(), 2).await;
    former.write(RecordKind::Urgent, &[(keys::WORDS, WORDS.into())]);
    let reply = former.exchange(&world.phones).await.unwrap();
    assert_eq!(reply.statement.outcomes, [], "nothing is to be said of it: it is taken in");
    let mut lost = world.phone(3).await;
    let device = lost.certificate().device;
    let by = crate::staff::operator();
    crate::staff::set_state(&world.county, by, device, DeviceState::Revoked, clock::now_ms()).await.unwrap();
    lost.write(RecordKind::Urgent, &[(keys::WORDS, "捡到手机的人写的".into())]);
    let _ = lost.exchange(&world.phones).await;
    let all = listed(&world).await;
    assert_eq!(all.len(), 2, "what a lost phone reports is read too");
    let doubtful: Vec<bool> = all.iter().map(|one| one.doubtful).collect();
    assert_eq!(doubtful.iter().filter(|one| **one).count(), 1);
    let today = Day::of(clock::now_ms());
    let waits = waiting::list(&world.county, Filter::default(), today).await.unwrap();
    for item in &waits.items {
        assert!(item.people.is_empty());
        let shown = waiting::show(&world.county, &item.handle, today).await.unwrap();
        assert!(
            !serde_json::to_string(&shown).unwrap().contains("捡到"),
            "its words are read in one place only"
        );
    }
    assert_eq!(waits.items.len(), 1);
}

#[tokio::test]
async fn of_whoever_works_in_two_townships_both_have_a_report_that_says_no_village() {
    let world = World::new().await;
    let (here, there) = (AreaCode(532_929_102_000), AreaCode(532_929_101_000));
    let new = crate::staff::NewAssignment {
        staff: world.officer(),
        role: domain::staff::Role::ChildDirector,
        area: there,
        from: Day::of(clock::now_ms()),
        until: None,
    };
    let change = Change::new(RecordKind::Assignment, new.sets());
    write(&world.county, crate::staff::operator(), change, clock::now_ms()).await.unwrap();
    let mut phone = world.phone(1).await;
    let report = phone.write(RecordKind::Urgent, &[(keys::WORDS, WORDS.into())]);
    let named = (keys::VILLAGE, Value::Int(i64::try_from(VILLAGE.0).unwrap()));
    phone.write(RecordKind::Urgent, &[(keys::WORDS, WORDS.into()), named]);
    phone.exchange(&world.phones).await.unwrap();
    let reference = reference_of(&world).await;
    let seen = async |area| list(&world.county, &reference, area).await.unwrap().len();
    assert_eq!((seen(here).await, seen(there).await), (2, 1));
    let one = find(&world.county, &reference, report).await.unwrap();
    let names = one.name(&reference);
    let both = [here, there].map(|area| reference.areas.name(area));
    assert!(both.iter().all(|name| names.contains(name.as_str())), "{names}");
    for area in [here, there] {
        let by = world.clerk(domain::staff::Role::ChildSupervisor, area).await;
        let reference = reference_of(&world).await;
        open(&world.county, &reference, report, by, clock::now_ms()).await.unwrap();
    }
    assert_eq!(listed(&world).await.len(), 2);
}
