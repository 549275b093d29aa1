//! What goes wrong with logs and feeds: kills, forks, restores, moves, erasure, bad replies.

use super::county::{County, HERE, OTHER_VILLAGE, VILLAGE, person};
use super::flows::{cloned, enrolled, fill, noon, try_visit, visit};
use super::register::code;
use super::world::{Net, PIN, Phone, answer_to, asked, posted, sync, sync_over};
use client::enrol::{EnrolBegin, EnrolFinish};
use client::people::OfPerson;
use client::records::{RecordState, RecordsAsked};
use client::sync_driver::{Arrived, SyncWant};
use client::visits::draft::DraftName;
use client::visits::start::{Chosen, StartVisit};
use domain::catalogue::{RecordKind, keys};
use domain::problem::ProblemCode;
use domain::value::Value;
use domain::visit::Met;
use store::phone::PhoneStore;
use store::phone::memory::Fault;

/// The kill may fall on any batch of the visit: nothing that was answered is lost, and the visit is
/// there once at the end.
#[test]
fn a_kill_at_any_store_call_loses_no_answer_and_no_finished_visit() {
    let (county, mut phone, app) = enrolled();
    drop(app);
    let mut done = 0;
    for at in 0..400 {
        for fault in [Fault::Before(at), Fault::After(at), Fault::Full(at)] {
            let mut app = phone.opened();
            let visits = county.count(RecordKind::Visit);
            phone.shelf.0.plan_fault(Some(fault));
            let finished = try_visit(&mut app, "张建国");
            let survived = phone.shelf.0.batches() <= at;
            phone.shelf.0.plan_fault(None);
            drop(app);
            // The app starts again; whatever was begun is there, and can be finished.
            let mut app = phone.opened();
            let drafts = app.drafts(client::lock::Nothing {}).unwrap();
            if finished.is_some() {
                assert_eq!(drafts.len(), 0, "{fault:?}");
            }
            for draft in drafts {
                fill(&mut app, &draft.visit, "张建国");
                assert!(app.finish(DraftName { visit: draft.visit }).unwrap().visit.is_some());
            }
            let report = sync(&mut app, &phone, &county);
            assert_eq!(report.waiting, 0);
            let made = county.count(RecordKind::Visit) - visits;
            assert!(made <= 1, "{fault:?}: a visit is there twice");
            assert!(finished.is_none() || made == 1, "{fault:?}: a finished visit is lost");
            done += usize::from(survived);
        }
        if done >= 3 {
            return;
        }
    }
    panic!("the visit takes more than 400 batches");
}

#[test]
fn a_kill_while_a_reply_is_stored_is_made_good_by_the_next_session() {
    for at in 0..6 {
        for fault in [Fault::Before(at), Fault::After(at)] {
            let (county, mut phone, mut app) = enrolled();
            visit(&mut app, "张建国");
            phone.shelf.0.plan_fault(Some(fault));
            sync_over(&mut app, &phone, &county, Net::Good);
            phone.shelf.0.plan_fault(None);
            drop(app);
            let mut app = phone.opened();
            let report = sync(&mut app, &phone, &county);
            assert_eq!(report.waiting, 0, "{fault:?}");
            assert_eq!(county.count(RecordKind::Visit), 1, "{fault:?}");
            assert_eq!(app.records(RecordsAsked::default()).unwrap()[0].state, RecordState::Received);
        }
    }
}

#[test]
fn a_lost_database_comes_back_out_of_the_journal_and_the_county() {
    let (county, mut phone, mut app) = enrolled();
    visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    visit(&mut app, "张建国");
    drop(app);
    phone.shelf = Default::default();
    let mut app = phone.opened();
    assert_eq!(app.records(RecordsAsked::default()).unwrap().len(), 2);
    sync(&mut app, &phone, &county);
    assert_eq!(county.count(RecordKind::Visit), 2);
    visit(&mut app, "李小花");
    let report = sync(&mut app, &phone, &county);
    assert_eq!((report.waiting, county.count(RecordKind::Visit)), (0, 3));
    assert_eq!(app.today_list(Default::default()).unwrap().met, 3);
}

#[test]
fn a_cloned_phone_forks_takes_a_new_log_and_nothing_is_lost_or_doubled() {
    let (county, (phone, mut one), (clone, mut two)) = cloned();
    visit(&mut one, "张建国");
    visit(&mut two, "李小花");
    sync(&mut one, &phone, &county);
    let report = sync(&mut two, &clone, &county);
    assert_eq!(report.waiting, 0);
    assert_eq!(county.count(RecordKind::Visit), 3, "each visit once");
    let records = two.records(RecordsAsked::default()).unwrap();
    assert!(records.iter().all(|record| record.state == RecordState::Received), "{records:?}");
    visit(&mut two, "张建国");
    visit(&mut one, "李小花");
    sync(&mut one, &phone, &county);
    sync(&mut two, &clone, &county);
    assert_eq!(county.count(RecordKind::Visit), 5);
    assert_eq!(county.count(RecordKind::Part), 5);
}

#[test]
fn a_phone_restored_from_a_copy_goes_on_where_the_county_is() {
    let (county, mut phone, mut app) = enrolled();
    visit(&mut app, "李阿普");
    drop(app);
    let old = phone.cloned(5);
    let mut app = phone.opened();
    sync(&mut app, &phone, &county);
    visit(&mut app, "张建国");
    sync(&mut app, &phone, &county);
    // Weeks later the copy is put back; its first visit still waits there.
    let mut phone = old;
    let mut app = phone.opened();
    let report = sync_over(&mut app, &phone, &county, Net::Good);
    assert_eq!(report.waiting, 0);
    assert_eq!(county.count(RecordKind::Visit), 2);
    visit(&mut app, "李小花");
    let report = sync(&mut app, &phone, &county);
    assert_eq!((report.waiting, county.count(RecordKind::Visit)), (0, 3));
}

#[test]
fn a_county_restored_from_an_older_copy_is_given_back_what_it_lost() {
    let (mut county, phone, mut app) = enrolled();
    visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    let backup = county.backup();
    visit(&mut app, "张建国");
    let fields = [(keys::PHONE, Value::from("13977777777"))];
    county.put(RecordKind::Person, person("张建国"), &fields, phone.clock.wall());
    sync(&mut app, &phone, &county);
    let received = app.records(RecordsAsked::default()).unwrap();
    assert!(received.iter().all(|record| record.state == RecordState::Received));
    county.restore(&backup);
    county.put(RecordKind::Person, person("李小花"), &[(keys::NICKNAME, "花花".into())], phone.clock.wall());
    sync(&mut app, &phone, &county);
    sync(&mut app, &phone, &county);
    assert_eq!(county.count(RecordKind::Visit), 2, "the own visit is offered again");
    let head = county.record(RecordKind::Person, person("张建国")).unwrap().head;
    let phones: Vec<_> = head.values(keys::PHONE).collect();
    assert!(phones.contains(&&Value::from("13977777777")), "the county's own lost write: {phones:?}");
    let page = app.person(OfPerson { subject: person("李小花") }).unwrap();
    assert_eq!(page.item.nickname.as_deref(), Some("花花"));
    assert!(
        app.records(RecordsAsked::default()).unwrap().iter().all(|one| one.state == RecordState::Received)
    );
}

#[test]
fn a_clone_that_is_behind_has_one_open_log_of_each_lane() {
    let (county, (phone, mut one), (clone, mut two)) = cloned();
    for _ in 0..4 {
        visit(&mut one, "张建国");
    }
    visit(&mut two, "李小花");
    sync(&mut one, &phone, &county);
    sync(&mut two, &clone, &county);
    let rows = clone.shelf.0.writers().unwrap();
    let open = |urgent| rows.iter().filter(|row| !row.closed && row.urgent == urgent).count();
    assert_eq!((open(false), open(true)), (1, 1));
    visit(&mut two, "李小花");
    sync(&mut two, &clone, &county);
    assert_eq!(county.count(RecordKind::Visit), 7);
}

#[test]
fn two_copies_of_a_phone_count_their_exchanges_one_by_one() {
    let (county, (phone, mut one), (clone, mut two)) = cloned();
    for _ in 0..40 {
        sync_over(&mut one, &phone, &county, Net::Good);
        sync_over(&mut two, &clone, &county, Net::Good);
    }
    let number: u64 = phone.shelf.0.setting("number").unwrap().unwrap().parse().unwrap();
    assert!(number < 400, "{number}");
}

#[test]
fn a_phone_keeps_its_list_while_it_reads_a_restored_county_anew() {
    let (mut county, phone, mut app) = enrolled();
    visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    let backup = county.backup();
    visit(&mut app, "张建国");
    sync(&mut app, &phone, &county);
    county.restore(&backup);
    let before = app.people(Default::default()).unwrap();
    let reply = answer_to(&county, &phone, &asked(&mut app));
    let want = app.sync_step(reply).unwrap();
    assert!(matches!(want, SyncWant::Post { .. }), "it reads on");
    // Here the network goes.
    assert_eq!(app.people(Default::default()).unwrap(), before);
    assert_eq!(app.records(RecordsAsked::default()).unwrap().len(), 2);
    app.sync_step(Arrived::Stop).unwrap();
    sync(&mut app, &phone, &county);
    assert_eq!(app.people(Default::default()).unwrap(), before);
    assert_eq!(county.count(RecordKind::Visit), 2);
}

#[test]
fn who_moves_away_leaves_the_phone_but_not_before_the_work_that_waits() {
    let (county, phone, mut app) = enrolled();
    let moved = [(keys::VILLAGE, code(OTHER_VILLAGE)), ("moved/2026-11-23", code(VILLAGE))];
    // More than one request holds, and the correction last of all.
    for _ in 0..120 {
        visit(&mut app, "李阿普");
    }
    let page = app.person(OfPerson { subject: person("张建国") }).unwrap();
    app.correct_contact(client::amend::CorrectContact {
        record: domain::patch::RecordRef { kind: RecordKind::Person, id: person("张建国") },
        key: keys::PHONE.into(),
        value: "13955555555".into(),
        seen: page.seen,
    })
    .unwrap();
    county.put(RecordKind::Person, person("张建国"), &moved, phone.clock.wall());
    let reply = answer_to(&county, &phone, &asked(&mut app));
    // One request does not hold everything.
    let body = posted(app.sync_step(reply).unwrap());
    let kept = app.person(OfPerson { subject: person("张建国") }).unwrap();
    assert_eq!(kept.phone.as_deref(), Some("13955555555"), "left the feed, but its work waits");
    let reply = answer_to(&county, &phone, &body);
    assert!(matches!(app.sync_step(reply).unwrap(), SyncWant::Done(_)));
    assert!(app.person(OfPerson { subject: person("张建国") }).is_err(), "delivered: the copy is gone");
    assert_eq!(app.people(Default::default()).unwrap().len(), 2);
}

#[test]
fn pages_are_small_and_a_first_download_goes_on_where_it_stopped() {
    let county = County::new(noon() - 3_600_000);
    county.crowd(32, noon() - 3_600_000);
    let mut phone = Phone::new(1, noon());
    let mut app = phone.start();
    let begin =
        EnrolBegin { code: county.sheet("杨洁"), pin: PIN.into(), county: HERE.to_string(), anew: false };
    let post = app.enrol_begin(begin).unwrap();
    let reply = county.enrol(&post.body, noon());
    app.enrol_finish(EnrolFinish { reply }).unwrap();
    // Three pages, then the app dies.
    let mut body = asked(&mut app);
    for _ in 0..3 {
        let reply = answer_to(&county, &phone, &body);
        body = posted(app.sync_step(reply).unwrap());
    }
    let have = phone.shelf.0.records_after(None, 9_999).unwrap().len();
    assert!(have > 0);
    drop(app);
    let mut app = phone.opened();
    let report = sync(&mut app, &phone, &county);
    assert!(report.exchanges > 3);
    let all = phone.shelf.0.records_after(None, 9_999).unwrap().len();
    assert!(have < all && report.fetched <= (all - have) as u64, "what was there did not come again");
    assert_eq!(app.today_list(Default::default()).unwrap().due, 3);
    let again = sync(&mut app, &phone, &county);
    assert_eq!((again.exchanges, again.fetched), (1, 0));
}

#[test]
fn every_feed_has_the_countys_digest_after_any_session() {
    let (county, phone, mut app) = enrolled();
    for name in ["李阿普", "张建国", "李小花"] {
        visit(&mut app, name);
        county.put(RecordKind::Person, person(name), &[(keys::NICKNAME, "x".into())], phone.clock.wall());
        sync(&mut app, &phone, &county);
    }
    // A record that got lost on the phone is noticed by the digest and fetched again.
    let place = domain::patch::RecordRef { kind: RecordKind::Person, id: person("张建国") };
    let scopes = phone.shelf.0.feeds_of(place).unwrap();
    let mut spoil = store::phone::Batch { records_gone: vec![place], ..Default::default() };
    for scope in &scopes {
        let feeds = phone.shelf.0.feeds().unwrap();
        let mut feed = *feeds.iter().find(|feed| feed.scope == *scope).unwrap();
        feed.count -= 1;
        spoil.feeds.push(feed);
    }
    let mut disk = phone.shelf.0.clone();
    disk.apply(&spoil).unwrap();
    assert!(app.person(OfPerson { subject: person("张建国") }).is_err());
    let report = sync(&mut app, &phone, &county);
    assert!(report.exchanges > 1);
    assert_eq!(app.person(OfPerson { subject: person("张建国") }).unwrap().item.name, "张建国");
    assert_eq!(sync(&mut app, &phone, &county).exchanges, 1);
}

#[test]
fn a_visit_outside_the_workers_village_is_kept_told_and_not_lost() {
    let (county, phone, mut app) = enrolled();
    let draft = app
        .start_visit(StartVisit {
            place: Some("邻村".into()),
            subjects: vec![Chosen { subject: person("张建国"), met: Some(Met::FamilyOnly) }],
            ..StartVisit::default()
        })
        .unwrap();
    fill(&mut app, &draft.visit, "张建国");
    let moved = [(keys::UNTIL, Value::from("2026-11-01"))];
    let id = domain::ids::RecordId::named("assignment", "杨洁 assistance_officer");
    county.put(RecordKind::Assignment, id, &moved, phone.clock.wall());
    let id = domain::ids::RecordId::named("assignment", "杨洁 child_director");
    county.put(RecordKind::Assignment, id, &moved, phone.clock.wall());
    app.finish(DraftName { visit: draft.visit }).unwrap();
    let report = sync(&mut app, &phone, &county);
    assert_eq!(report.waiting, 0);
    let record = &app.records(RecordsAsked::default()).unwrap()[0];
    assert_eq!(record.state, RecordState::NotTaken);
    assert!(record.receipt.is_some(), "it is at the county, with a receipt");
    assert_eq!(record.problems[0].code, ProblemCode::NotPermitted);
    assert_eq!(app.people(Default::default()).unwrap().len(), 0, "the grant is over: the copies are gone");
}

#[test]
fn forged_cut_and_old_replies_change_nothing() {
    let (county, phone, mut app) = enrolled();
    visit(&mut app, "张建国");
    let (status, good) = county.exchange(&asked(&mut app), noon());
    let before = phone.shelf.0.feeds().unwrap();
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    for body in [forged, good[..good.len() / 2].to_vec(), Vec::new()] {
        let want = app.sync_step(Arrived::Reply { status, body }).unwrap();
        let SyncWant::Wait { until_ms } = want else { panic!("{want:?}") };
        assert_eq!(phone.shelf.0.feeds().unwrap(), before);
        phone.clock.pass(until_ms - phone.clock.wall());
        assert!(matches!(app.sync_step(Arrived::Tick).unwrap(), SyncWant::Post { .. }));
    }
    // The answer to an earlier request is true, but old.
    let want = app.sync_step(Arrived::Reply { status, body: good }).unwrap();
    assert!(matches!(want, SyncWant::Wait { .. }), "{want:?}");
    assert_eq!(app.records(RecordsAsked::default()).unwrap()[0].state, RecordState::Waiting);
    sync(&mut app, &phone, &county);
    assert_eq!(county.count(RecordKind::Visit), 1);
}

#[test]
fn what_is_erased_by_law_leaves_the_log_the_records_and_the_journal() {
    let (county, phone, mut app) = enrolled();
    let made = visit(&mut app, "张建国");
    sync(&mut app, &phone, &county);
    let asked = client::history::HistoryAsked { subject: person("张建国"), after: None, count: None };
    let part = app.history(asked).unwrap()[0].part;
    let record = domain::patch::RecordRef { kind: RecordKind::Part, id: part };
    assert!(!phone.journal.0.lock().unwrap().is_empty());
    county.erase(RecordKind::Visit, made);
    sync(&mut app, &phone, &county);
    let own = phone.shelf.0.log_of(record).unwrap();
    assert!(own.iter().all(|row| row.entry.body.is_none()));
    let head = phone.shelf.0.record(record).unwrap().unwrap();
    let fields: Vec<_> = head.head().unwrap().fields.keys().map(String::as_str).collect();
    assert_eq!(fields, [keys::MET, keys::SUBJECT, keys::VISIT], "that somebody was there still counts");
    assert!(phone.journal.0.lock().unwrap().is_empty(), "nothing waits, so nothing is in it");
    // The other records and the chain go on.
    assert!(
        phone
            .shelf
            .0
            .record(domain::patch::RecordRef { kind: RecordKind::Visit, id: made })
            .unwrap()
            .is_some()
    );
    visit(&mut app, "李阿普");
    assert_eq!(sync(&mut app, &phone, &county).waiting, 0);
    assert_eq!(county.count(RecordKind::Visit), 2);
}
