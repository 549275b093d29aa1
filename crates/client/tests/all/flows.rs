//! The main job: enrol, download, visit without signal, send, and see what the county has.

use crate::county::{County, VILLAGE, household, person};
use crate::world::{Net, PIN, Phone, sync, sync_over};
use client::App;
use client::enrol::{EnrolBegin, EnrolFinish};
use client::visits::desk::Answer;
use client::visits::draft::DraftName;
use client::visits::start::{Chosen, DraftSubject, StartVisit};
use domain::catalogue::{RecordKind, keys};
use domain::time::Day;
use domain::value::Value;
use domain::visit::Met;

pub fn noon() -> i64 {
    "2026-11-23".parse::<Day>().unwrap().starts_at() + 12 * 3_600_000
}

/// An enrolled phone that has everything, and its county.
pub fn enrolled() -> (County, Phone, App) {
    let county = County::new(noon() - 3_600_000);
    let (phone, app) = enrol(&county, "杨洁", 1);
    (county, phone, app)
}

pub fn enrol(county: &County, name: &str, seed: u64) -> (Phone, App) {
    let mut phone = Phone::new(seed, noon());
    let mut app = phone.start();
    let begin = EnrolBegin { code: county.sheet(name), pin: PIN.into(), county: "532929000000".into() };
    let post = app.enrol_begin(begin).unwrap();
    let reply = county.enrol(&post.body, phone.clock.wall());
    app.enrol_finish(EnrolFinish { reply }).unwrap();
    sync(&mut app, &phone, county);
    (phone, app)
}

/// Fills in whatever is asked, with the first choice.
pub fn fill(app: &mut App, visit: &str, name: &str) -> usize {
    let (subject, mut taps) = (person(name), 0);
    for _ in 0..200 {
        let form = app.form(DraftSubject { visit: visit.into(), subject }).unwrap();
        let open = form.pages.iter().flat_map(|page| &page.questions);
        let open = open.filter(|q| q.relevant && q.required && q.value.is_null() && !q.worked_out);
        let Some(question) = open.into_iter().next() else { return taps };
        let value = match question.choices.first() {
            Some(choice) if question.kind == forms::def::Kind::SelectMultiple => {
                Value::List(vec![choice.code.clone()])
            }
            Some(choice) => Value::from(choice.code.as_str()),
            None if question.kind == forms::def::Kind::Integer => Value::Int(1),
            None => Value::from("好"),
        };
        let path = question.path.clone();
        app.answer(Answer { visit: visit.into(), subject, path, value }).unwrap();
        taps += 1;
    }
    panic!("the form does not end");
}

pub fn visit(app: &mut App, name: &str) -> domain::ids::RecordId {
    let chosen = Chosen { subject: person(name), met: Some(Met::InPerson) };
    let start = StartVisit { subjects: vec![chosen], ..StartVisit::default() };
    let draft = app.start_visit(start).unwrap().visit;
    fill(app, &draft, name);
    let done = app.finish(DraftName { visit: draft }).unwrap();
    assert_eq!(done.gaps, []);
    done.visit.unwrap()
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
