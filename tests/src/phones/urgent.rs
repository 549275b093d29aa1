//! 紧急: from an open phone and from a locked one, to whoever reads it at the county.

use super::county::County;
use super::flows::{enrolled, noon};
use super::world::{Net, PIN, Phone, asked, code, sync, sync_over};
use client::App;
use client::lock::{Nothing, Unlock};
use client::ports::{Journal, VaultFile};
use client::sync_driver::Arrived;
use client::urgent::{UrgentCall, UrgentReport};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::problem::ProblemCode;
use domain::value::Value;
use std::collections::BTreeMap;
use sync::wire::exchange::ExchangeRequest;

const WORDS: &str = "孩子手臂上有几块青的";

fn report(words: &str) -> UrgentReport {
    let text = |text: &str| Some(text.to_owned());
    UrgentReport {
        who: text("李*花"),
        words: text(words),
        called: text("派出所 14:10"),
        ..UrgentReport::default()
    }
}

/// Posts what a locked phone has; answers how many the county took.
fn post(app: &mut App, phone: &Phone, county: &County) -> usize {
    let sealed = app.sealed_reports().unwrap();
    for (record, bytes) in &sealed {
        let (status, reply) = county.urgent(bytes, phone.clock.wall());
        assert_eq!(status, 200);
        app.sealed_report_taken(*record, &reply).unwrap();
    }
    sealed.len()
}

/// What the phone would say next; it is not sent.
fn next_request(app: &mut App, county: &County) -> ExchangeRequest {
    let request = county.request(&asked(app));
    app.sync_step(Arrived::Stop).unwrap();
    request
}

/// How often a text stands in the record of a report at the county.
fn stands(county: &County, id: RecordId, key: &str) -> usize {
    let row = county.record(RecordKind::Urgent, id).unwrap();
    row.head.fields.get(key).map_or(0, Vec::len)
}

#[test]
fn a_report_overtakes_and_its_author_hears_who_has_read_it() {
    let (county, phone, mut app) = enrolled();
    sync(&mut app, &phone, &county);
    super::flows::visit(&mut app, "李阿普");
    let id = app.urgent(report(WORDS)).unwrap().record.id;
    let [view] = app.urgent_reports(Nothing {}).unwrap().try_into().unwrap();
    assert_eq!((view.report, view.received, view.read.len()), (id, false, 0));
    // What was written before it is sent behind it.
    let first = next_request(&mut app, &county);
    let items: Vec<usize> = first.logs.iter().map(|piece| piece.items.len()).collect();
    assert!(
        matches!(items.as_slice(), [1, more] if *more > 1),
        "{items:?}: the report stands before the visit"
    );
    sync(&mut app, &phone, &county);
    let view = app.urgent_reports(Nothing {}).unwrap().remove(0);
    assert_eq!(
        (view.received, view.read.len()),
        (true, 0),
        "that it is there says nothing of who has read it"
    );
    county.read_urgent(id, "县管", noon() + 5);
    sync(&mut app, &phone, &county);
    let view = app.urgent_reports(Nothing {}).unwrap().remove(0);
    assert_eq!(view.read, [("县管".to_owned(), noon() + 5)]);
    assert_eq!(next_request(&mut app, &county).unread, [], "asked until it is known, and no longer");
    assert!(app.urgent_call(UrgentCall { report: id, words: "  ".into() }).is_ok_and(|done| !done.changed));
    app.urgent_call(UrgentCall { report: id, words: "110 14:30".into() }).unwrap();
    let view = app.urgent_reports(Nothing {}).unwrap().remove(0);
    assert!(view.received && view.waiting, "what is added takes nothing back of what was said");
    sync(&mut app, &phone, &county);
    let view = app.urgent_reports(Nothing {}).unwrap().remove(0);
    assert_eq!(view.calls, ["派出所 14:10", "110 14:30"]);
    county.is_sound();
}

#[test]
fn a_locked_phone_reports_shows_nothing_and_signs_when_it_is_unlocked() {
    let (county, mut phone, mut app) = enrolled();
    sync(&mut app, &phone, &county);
    drop(app);
    let mut app = phone.start();
    let written = app.urgent(report(WORDS)).unwrap().record.id;
    assert_eq!(code(app.urgent_reports(Nothing {})), ProblemCode::Locked, "it only takes in");
    let everything = format!("{:?}{:?}", phone.files.0.lock().unwrap(), phone.journal.0.lock().unwrap());
    let spelled = |text: &str| format!("{:?}", text.as_bytes()).trim_matches(['[', ']']).to_owned();
    assert!(!everything.contains(&spelled("青的")), "what it says lies sealed");
    assert_eq!(app.urgent_locked_reports(Nothing {}).unwrap().waiting, 1);
    assert_eq!(post(&mut app, &phone, &county), 1);
    let state = app.urgent_locked_reports(Nothing {}).unwrap();
    assert_eq!((state.waiting, state.received), (0, 1));
    assert_eq!(post(&mut app, &phone, &county), 0);
    let head = county.record(RecordKind::Urgent, written).unwrap().head.clone();
    assert_eq!(head.text(keys::WORDS), Some(WORDS));
    assert_eq!(head.value(keys::UNSIGNED), Some(&Value::Bool(true)));
    app.unlock(Unlock { pin: PIN.into() }).unwrap();
    assert_eq!(app.urgent_locked_reports(Nothing {}).unwrap().received, 0, "it stands in the log now");
    sync(&mut app, &phone, &county);
    assert_eq!((stands(&county, written, keys::WORDS), stands(&county, written, keys::UNSIGNED)), (2, 2));
    let view = app.urgent_reports(Nothing {}).unwrap().remove(0);
    assert_eq!((view.report, view.received, view.words.as_deref()), (written, true, Some(WORDS)));
    drop(app);
    let mut app = phone.opened();
    assert_eq!(app.urgent_reports(Nothing {}).unwrap().len(), 1, "once, however often it is opened");
    sync(&mut app, &phone, &county);
    assert_eq!(stands(&county, written, keys::WORDS), 2);
    county.is_sound();
}

#[test]
fn a_locked_phone_without_signal_or_that_is_killed_loses_nothing() {
    let (county, mut phone, mut app) = enrolled();
    sync(&mut app, &phone, &county);
    drop(app);
    let mut first = phone.start();
    first.urgent(report("第一件")).unwrap();
    drop(first);
    let mut second = phone.start();
    second.urgent(report("第二件")).unwrap();
    // Without the file of what was not sent (a full disk) it goes the other way.
    phone.files.0.lock().unwrap().remove(&VaultFile::Reports);
    drop(second);
    let mut app = phone.opened();
    sync_over(&mut app, &phone, &county, Net::Down);
    let words: Vec<_> =
        app.urgent_reports(Nothing {}).unwrap().into_iter().filter_map(|one| one.words).collect();
    assert_eq!(words.len(), 2, "{words:?}");
    sync(&mut app, &phone, &county);
    assert_eq!(county.count(RecordKind::Urgent), 2);
    // A visit behind it stands in the chain, and a database that is lost comes back whole.
    super::flows::visit(&mut app, "李阿普");
    drop(app);
    phone.shelf = Default::default();
    let mut app = phone.opened();
    sync(&mut app, &phone, &county);
    assert_eq!(app.urgent_reports(Nothing {}).unwrap().len(), 2);
    assert_eq!(county.count(RecordKind::Urgent), 2, "the same two, whichever way they came");
    county.is_sound();
}

#[test]
fn only_the_countys_own_word_says_that_it_has_a_report() {
    let (county, mut phone, mut app) = enrolled();
    sync(&mut app, &phone, &county);
    drop(app);
    let mut app = phone.start();
    let (one, two) = (app.urgent(report("一")).unwrap(), app.urgent(report("二")).unwrap());
    let sealed: BTreeMap<_, _> = app.sealed_reports().unwrap().into_iter().collect();
    let (_, of_one) = county.urgent(&sealed[&one.record.id], noon());
    for reply in [b"<html>log in</html>".to_vec(), b"{}".to_vec(), of_one.clone()] {
        let told = app.sealed_report_taken(two.record.id, &reply);
        assert_eq!(code(told), ProblemCode::ReplyDamaged);
    }
    assert_eq!(app.urgent_locked_reports(Nothing {}).unwrap().waiting, 2);
    app.sealed_report_taken(one.record.id, &of_one).unwrap();
    assert_eq!(app.urgent_locked_reports(Nothing {}).unwrap().received, 1);
}

#[test]
fn a_phone_that_was_never_enrolled_or_is_full_says_so() {
    let mut fresh = Phone::new(2, noon());
    assert_eq!(code(fresh.start().urgent(report("一"))), ProblemCode::NotEnrolled);
    let (county, mut phone, mut app) = enrolled();
    sync(&mut app, &phone, &county);
    drop(app);
    *phone.journal.1.lock().unwrap() = true;
    let mut app = phone.start();
    assert_eq!(code(app.urgent(report("一"))), ProblemCode::DiskFull);
    assert_eq!(phone.journal.end().unwrap(), 0, "nothing is said to be kept that is not");
}

#[test]
fn where_a_report_belongs_is_said_by_whom_it_is_about_and_guessed_of_nobody_who_works_in_two_townships() {
    let (county, mut phone, mut app) = enrolled();
    sync(&mut app, &phone, &county);
    let village = |county: &County, id| {
        county.record(RecordKind::Urgent, id).unwrap().head.value(keys::VILLAGE).and_then(Value::as_area)
    };
    let one = app.urgent(report(WORDS)).unwrap().record.id;
    sync(&mut app, &phone, &county);
    let own = village(&county, one);
    assert!(own.is_some(), "of one village there is nothing to ask");
    assert!(app.helpers(Nothing {}).unwrap().townships.is_empty());
    let town = AreaCode(532_929_102_000);
    let code = |area: AreaCode| Value::Int(i64::try_from(area.0).unwrap());
    let here = (keys::PARENT, code(super::county::HERE));
    let fields = [(keys::NAME, "功果桥镇".into()), here, (keys::CODE, code(town))];
    county.put(RecordKind::Area, RecordId::named("area", &town.to_string()), &fields, noon());
    let who = (keys::STAFF, Value::text(super::county::staff("杨洁").to_string()));
    let fields = [
        who,
        (keys::ROLE, "assistance_officer".into()),
        (keys::AREA, code(town)),
        (keys::FROM, "2020-01-01".into()),
    ];
    county.put(RecordKind::Assignment, RecordId::named("assignment", "杨洁 功果桥镇"), &fields, noon());
    sync(&mut app, &phone, &county);
    let townships = app.helpers(Nothing {}).unwrap().townships;
    assert_eq!(townships.len(), 2, "{townships:?}");
    let about = UrgentReport { subject: Some(super::county::person("李阿普")), ..report(WORDS) };
    let said = UrgentReport { village: Some(townships[1].area), ..report(WORDS) };
    let ids: Vec<RecordId> =
        [about, report(WORDS), said].map(|one| app.urgent(one).unwrap().record.id).into();
    let empty = app.urgent(UrgentReport::default()).unwrap().record.id;
    sync(&mut app, &phone, &county);
    let row = county.record(RecordKind::Urgent, empty).unwrap();
    assert!(!row.head.fields.is_empty(), "also of one in which nothing is said something stands");
    drop(app);
    let mut app = phone.start();
    let locked = app.urgent(report(WORDS)).unwrap().record.id;
    assert_eq!(post(&mut app, &phone, &county), 1);
    app.unlock(Unlock { pin: PIN.into() }).unwrap();
    sync(&mut app, &phone, &county);
    let villages: Vec<_> = ids.iter().map(|id| village(&county, *id)).collect();
    assert_eq!(villages, [own, None, Some(townships[1].area)]);
    assert_eq!(village(&county, locked), None, "nor of a locked phone's");
}
