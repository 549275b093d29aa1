//! The main job: enrol, download, visit without signal, send, and see what the county has.

use super::county::{County, VILLAGE, household, person};
use super::world::{Net, PIN, Phone, answer_to, asked, sync, sync_over};
use client::App;
use client::enrol::{EnrolBegin, EnrolFinish};
use client::records::{RecordState, RecordsAsked};
use client::register::RegisterPerson;
use client::sync_driver::Arrived;
use client::visits::desk::Answer;
use client::visits::draft::DraftName;
use client::visits::finish::NotMetVisit;
use client::visits::start::{Chosen, DraftSubject, StartVisit};
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::time::Day;
use domain::value::Value;
use domain::visit::{Met, NotMet};
use forms::def::Kind;
use forms::view::QuestionView as Question;
use store::StoreError;

pub fn noon() -> i64 {
    "2026-11-23".parse::<Day>().unwrap().starts_at() + 12 * 3_600_000
}

/// An enrolled phone that has everything, and its county.
pub fn enrolled() -> (County, Phone, App) {
    let county = County::new(noon() - 3_600_000);
    let (phone, app) = enrol(&county, "杨洁", 1);
    (county, phone, app)
}

/// Somebody of the village who is on no list, of whom only the name is known.
pub fn stranger(name: &str) -> RegisterPerson {
    RegisterPerson {
        name: name.to_owned(),
        nickname: None,
        village: VILLAGE,
        household: None,
        sex: None,
        born: None,
        age_said: None,
        id_number: None,
        phone: None,
        pinyin: None,
        another: false,
    }
}

pub fn enrol(county: &County, name: &str, seed: u64) -> (Phone, App) {
    let mut phone = Phone::new(seed, noon());
    let mut app = phone.start();
    let begin =
        EnrolBegin { code: county.sheet(name), pin: PIN.into(), county: "532929000000".into(), anew: false };
    let post = app.enrol_begin(begin).unwrap();
    let reply = county.enrol(&post.body, phone.clock.wall());
    app.enrol_finish(EnrolFinish { reply }).unwrap();
    sync(&mut app, &phone, county);
    (phone, app)
}

/// Fills in whatever is asked, with the first choice; answers how many taps that took, `None` at the first
/// failure. Every answer that was taken is in the form that is opened afterwards.
fn try_fill(app: &mut App, visit: &str, name: &str) -> Option<usize> {
    let (subject, mut taps) = (person(name), 0);
    for _ in 0..200 {
        let form = app.form(DraftSubject { visit: visit.into(), subject }).ok()?;
        let questions = || form.pages.iter().flat_map(|page| &page.questions);
        let answered = questions().filter(|q| !q.value.is_null() && !q.worked_out).count();
        assert!(answered >= taps, "an answer that was taken is gone");
        let open = |q: &&Question| q.relevant && q.required && q.value.is_null() && !q.worked_out;
        let Some(question) = questions().find(open) else { return Some(taps) };
        let value = match question.choices.first() {
            Some(choice) if question.kind == Kind::SelectMultiple => Value::List(vec![choice.code.clone()]),
            Some(choice) => Value::from(choice.code.as_str()),
            None if question.kind == Kind::Integer => Value::Int(1),
            None => Value::from("好"),
        };
        let path = question.path.clone();
        app.answer(Answer { visit: visit.into(), subject, path, value }).ok()?;
        taps += 1;
    }
    panic!("the form does not end");
}

/// Fills in whatever is asked, with the first choice.
pub fn fill(app: &mut App, visit: &str, name: &str) -> usize {
    try_fill(app, visit, name).unwrap()
}

/// A visit from its beginning to its end; stops at the first failure.
pub fn try_visit(app: &mut App, name: &str) -> Option<RecordId> {
    let chosen = Chosen { subject: person(name), met: Some(Met::InPerson) };
    let start = StartVisit { subjects: vec![chosen], ..StartVisit::default() };
    let draft = app.start_visit(start).ok()?.visit;
    try_fill(app, &draft, name)?;
    let done = app.finish(DraftName { visit: draft }).ok()?;
    assert_eq!(done.gaps, []);
    done.visit
}

pub fn visit(app: &mut App, name: &str) -> RecordId {
    try_visit(app, name).unwrap()
}

/// A county with one visit, and the phone that brought it twice: itself and its clone, both open.
pub fn cloned() -> (County, (Phone, App), (Phone, App)) {
    let (county, mut phone, mut app) = enrolled();
    visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    drop(app);
    let mut clone = phone.cloned(9);
    let (one, two) = (phone.opened(), clone.opened());
    (county, (phone, one), (clone, two))
}

#[test]
fn a_visit_made_without_signal_reaches_the_county_and_counts() {
    let (county, phone, mut app) = enrolled();
    let made = visit(&mut app, "李阿普");
    let down = sync_over(&mut app, &phone, &county, Net::Down);
    assert!(down.problem.is_some() && down.waiting > 0);
    let report = sync(&mut app, &phone, &county);
    assert_eq!(report.waiting, 0);
    let head = county.record(RecordKind::Visit, made).unwrap().head;
    assert_eq!(head.int(keys::VILLAGE), Some(VILLAGE.0 as i64));
    assert_eq!(head.text(keys::HOUSEHOLD), Some(household("李阿普家").to_string().as_str()));
    assert_eq!(county.count(RecordKind::Part), 1);
    county.is_sound();
}

#[test]
fn a_lost_reply_and_a_portal_lose_nothing_and_double_nothing() {
    let (county, phone, mut app) = enrolled();
    visit(&mut app, "张建国");
    let portal = sync_over(&mut app, &phone, &county, Net::Portal);
    assert_eq!(portal.problem.unwrap().code, domain::problem::ProblemCode::NotTheCounty);
    let report = sync_over(&mut app, &phone, &county, Net::ReplyLost);
    assert_eq!((report.waiting, report.problem), (0, None));
    assert_eq!(county.count(RecordKind::Visit), 1);
    assert_eq!(county.count(RecordKind::Part), 1);
}

#[test]
fn a_commit_that_fails_at_the_county_delivers_nothing_and_one_whose_answer_is_lost_is_known_again() {
    for (error, written) in [
        (StoreError::Busy, false),
        (StoreError::Full, false),
        (StoreError::Busy, true),
        (StoreError::Full, true),
    ] {
        let (county, phone, mut app) = enrolled();
        visit(&mut app, "张建国");
        let body = asked(&mut app);
        if written {
            county.lose_next(error.clone())
        } else {
            county.fail_next(error.clone())
        }
        let refused = answer_to(&county, &phone, &body);
        assert!(matches!(refused, Arrived::Reply { status: 400.., .. }), "{refused:?}");
        app.sync_step(refused).unwrap();
        app.sync_step(Arrived::Stop).unwrap();
        let state = app.records(RecordsAsked::default()).unwrap()[0].state;
        assert_eq!((state, county.count(RecordKind::Visit)), (RecordState::Waiting, usize::from(written)));
        assert_eq!(sync(&mut app, &phone, &county).waiting, 0);
        let after = (app.records(RecordsAsked::default()).unwrap()[0].state, county.count(RecordKind::Visit));
        assert_eq!(after, (RecordState::Received, 1), "{error:?}, written: {written}");
    }
}

/// 没见到, with a reason and no more.
pub(crate) fn not_met(name: &str, reason: NotMet) -> NotMetVisit {
    NotMetVisit {
        subjects: vec![person(name)],
        reason,
        reason_words: None,
        reason_from: None,
        come_again: None,
        way: None,
        happened: None,
        visited_by: vec![],
        companions: vec![],
        late_reason: None,
    }
}
