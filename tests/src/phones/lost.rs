//! Where a finished visit could get lost, be held up by another record, or be there twice.

use super::county::{person, staff};
use super::flows::{cloned, enrolled, noon, try_visit, visit};
use super::world::{answer_to, asked, sync};
use client::lock::Nothing;
use client::records::{RecordState, RecordsAsked, RecordsFilter};
use client::sync_driver::Arrived;
use domain::catalogue::{RecordKind, keys};
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use store::phone::memory::Fault;
use store::phone::{Batch, OutcomeRow, PhoneStore};
use sync::wire::receipt::ItemState;

/// The disk is full when a visit is finished, a reply is on its way, and it tells of a fork.
#[test]
fn a_visit_that_is_in_the_journal_only_survives_a_fork_that_is_told_meanwhile() {
    for at in 0..400 {
        let (county, (phone, mut one), (clone, mut two)) = cloned();
        visit(&mut one, "张建国");
        sync(&mut one, &phone, &county);
        visit(&mut two, "李小花");
        let reply = answer_to(&county, &clone, &asked(&mut two));
        clone.shelf.0.plan_fault(Some(Fault::Full(at)));
        let written = clone.journal.0.lock().unwrap().len();
        let finished = try_visit(&mut two, "张建国").is_some();
        let kept = clone.journal.0.lock().unwrap().len() > written;
        clone.shelf.0.plan_fault(None);
        two.sync_step(reply).unwrap();
        two.sync_step(Arrived::Stop).unwrap();
        sync(&mut two, &clone, &county);
        let expected = 3 + usize::from(kept);
        assert_eq!(county.count(RecordKind::Visit), expected, "the disk was full at {at}");
        assert_eq!(two.records(RecordsAsked::default()).unwrap().len(), expected - 1, "{at}");
        if finished {
            assert!(at > 10, "every batch of a visit was tried");
            return;
        }
    }
    panic!("the visit takes more than 400 batches");
}

#[test]
fn what_was_erased_before_it_was_sent_holds_up_nothing() {
    let (county, mut phone, mut app) = enrolled();
    visit(&mut app, "张建国");
    let asked = client::history::HistoryAsked { subject: person("张建国"), after: None, count: None };
    let part = app.history(asked).unwrap()[0].part;
    let record = RecordRef { kind: RecordKind::Part, id: part };
    county.erase(RecordKind::Person, person("张建国"));
    // The county tells so in answer to a request that went before.
    let spoil = Batch { erased: vec![record], ..Default::default() };
    phone.shelf.0.clone().apply(&spoil).unwrap();
    visit(&mut app, "李阿普");
    let report = sync(&mut app, &phone, &county);
    assert_eq!((report.waiting, county.count(RecordKind::Visit)), (0, 2));
    assert_eq!(
        app.records(RecordsAsked { filter: RecordsFilter::Waiting, ..Default::default() }).unwrap().len(),
        0
    );
    drop(app);
    phone.shelf = Default::default();
    let mut app = phone.opened();
    assert_eq!(sync(&mut app, &phone, &county).waiting, 0);
    assert_eq!(county.count(RecordKind::Visit), 2);
}

/// The database is lost, and a line of the journal cannot be read.
#[test]
fn a_damaged_line_of_the_journal_holds_up_none_of_the_others() {
    for damaged in 0..3 {
        let (county, mut phone, mut app) = enrolled();
        for name in ["李阿普", "张建国", "李小花"] {
            visit(&mut app, name);
        }
        drop(app);
        phone.shelf = Default::default();
        phone.journal.0.lock().unwrap()[damaged] = b"dust".to_vec();
        let mut app = phone.opened();
        for _ in 0..2 {
            sync(&mut app, &phone, &county);
        }
        assert_eq!(sync(&mut app, &phone, &county).waiting, 0, "line {damaged}");
        assert_eq!(county.count(RecordKind::Visit), 2, "line {damaged}");
        let states: Vec<_> = app.records(RecordsAsked::default()).unwrap();
        assert!(states.iter().all(|one| one.state == RecordState::Received), "{states:?}");
    }
}

#[test]
fn what_a_clone_issued_again_is_there_once_when_its_database_is_lost() {
    let (county, (phone, mut one), (mut clone, mut two)) = cloned();
    visit(&mut one, "张建国");
    visit(&mut two, "李小花");
    sync(&mut one, &phone, &county);
    // The batch with the new log is lost at first: it is issued once more.
    let reply = answer_to(&county, &clone, &asked(&mut two));
    clone.shelf.0.plan_fault(Some(Fault::Before(0)));
    two.sync_step(reply).unwrap();
    clone.shelf.0.plan_fault(None);
    sync(&mut two, &clone, &county);
    assert_eq!(county.count(RecordKind::Visit), 3);
    visit(&mut two, "张建国");
    drop(two);
    clone.shelf = Default::default();
    let mut two = clone.opened();
    for _ in 0..3 {
        sync(&mut two, &clone, &county);
    }
    assert_eq!(sync(&mut two, &clone, &county).waiting, 0);
    assert_eq!(county.count(RecordKind::Visit), 4, "each once");
    assert_eq!(county.count(RecordKind::Part), 4, "each once");
}

#[test]
fn a_phone_whose_clone_was_quicker_at_a_restored_county_gives_back_what_it_had_delivered() {
    for (quicker, waits) in [(1, false), (2, false), (3, false), (1, true), (2, true), (3, true)] {
        let (mut county, (phone, mut one), (clone, mut two)) = cloned();
        let backup = county.backup();
        for name in ["张建国", "李小花"] {
            visit(&mut one, name);
        }
        assert_eq!(sync(&mut one, &phone, &county).waiting, 0);
        county.restore(&backup);
        for _ in 0..quicker {
            visit(&mut two, "李小花");
        }
        sync(&mut two, &clone, &county);
        assert_eq!(county.count(RecordKind::Visit), 1 + quicker);
        if waits {
            visit(&mut one, "李阿普");
        }
        for _ in 0..4 {
            sync(&mut one, &phone, &county);
        }
        assert_eq!(sync(&mut one, &phone, &county).waiting, 0);
        let expected = 3 + quicker + usize::from(waits);
        assert_eq!(county.count(RecordKind::Visit), expected, "each once, of both: {quicker} {waits}");
    }
}

/// An empty county answered for a while in the place of the real one.
#[test]
fn what_a_former_epoch_said_of_a_delivered_visit_is_void_when_the_county_has_taken_it_in() {
    let (mut county, phone, mut app) = enrolled();
    visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    let mut shelf = phone.shelf.0.clone();
    let log = shelf.writers().unwrap().into_iter().find(|row| row.delivered > 0).unwrap();
    let outcomes = (1..=log.delivered).map(|serial| OutcomeRow {
        writer: log.writer,
        serial,
        state: ItemState::Awaiting,
        problem: Some(Problem::new(ProblemCode::WaitsForSubject)),
    });
    shelf.apply(&Batch { outcomes: outcomes.collect(), ..Default::default() }).unwrap();
    let problems = || {
        let rows = shelf.log(log.writer, 1, 100).unwrap();
        rows.iter().filter(|row| row.problem.is_some() || row.state == Some(ItemState::Awaiting)).count()
    };
    sync(&mut app, &phone, &county);
    assert_eq!(problems() as u64, log.delivered, "the same county has nothing to take back");
    county.restore(&county.backup());
    sync(&mut app, &phone, &county);
    assert_eq!(problems(), 0);
}

#[test]
fn keys_that_cannot_be_kept_are_told_again_and_nothing_else_of_the_reply_is_lost() {
    let (mut county, phone, mut app) = enrolled();
    county.renew_keys();
    let digits = county.keys().public().fingerprint();
    county.put(RecordKind::Staff, staff("杨洁"), &[(keys::NAME, "杨小洁".into())], noon());
    *phone.files.3.lock().unwrap() = true;
    sync(&mut app, &phone, &county);
    assert_eq!(app.colleagues(Nothing {}).unwrap()[0].name, "杨小洁");
    assert_ne!(app.me(Nothing {}).unwrap().fingerprint, digits);
    *phone.files.3.lock().unwrap() = false;
    sync(&mut app, &phone, &county);
    assert_eq!(app.me(Nothing {}).unwrap().fingerprint, digits);
}
