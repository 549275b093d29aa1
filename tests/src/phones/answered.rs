//! What the township says of what a phone brought: its finder sees it after the next exchange.

use super::county::{County, person};
use super::flows::{enrolled, not_met, stranger, visit};
use super::world::{Phone, code, sync};
use client::App;
use client::concerns::RaiseConcern;
use client::history::PastVisit;
use client::lock::Nothing;
use client::news::{Answered, NewsItem};
use client::people::{OfPerson, PersonView};
use client::records::{RecordsAsked, RecordsFilter};
use client::today::TodayAsked;
use client::visits::finish::ChangeReport;
use county_server::changes::Said;
use county_server::registrations::{self, Taking};
use domain::catalogue::{RecordKind, keys};
use domain::change::{ChangeState, Registration};
use domain::concern::{ConcernKind, ConcernState};
use domain::ids::RecordId;
use domain::problem::ProblemCode;
use domain::time::Day;
use domain::value::Value;
use domain::visit::{NotMet, Way};

/// A report of the phone that the county has; the part.
fn reported(app: &mut App, phone: &Phone, county: &County, name: &str, reason: NotMet) -> RecordId {
    app.not_met(not_met(name, reason)).unwrap();
    sync(app, phone, county);
    county.parts_of(person(name)).first().unwrap().part
}

fn page(app: &mut App, name: &str) -> PersonView {
    app.person(OfPerson { subject: person(name) }).unwrap()
}

/// What the person's page and 记录 say of the last report.
fn word(app: &mut App, name: &str) -> (ChangeState, Option<String>) {
    let shown = page(app, name).visits[0].change.clone().unwrap();
    let record = app.records(RecordsAsked::default()).unwrap().remove(0);
    assert_eq!(record.changes[0].1, shown, "both say the same");
    (shown.state, shown.words)
}

fn is_due(app: &mut App, name: &str) -> bool {
    app.today_list(TodayAsked::default()).unwrap().people.iter().any(|one| one.subject == person(name))
}

fn so(county: &Phone) -> Said {
    Said::So { from: Day::of(county.clock.wall()), until: None, village: None }
}

fn news(app: &mut App) -> Vec<NewsItem> {
    app.news(Nothing {}).unwrap()
}

#[test]
fn a_death_is_confirmed_nobody_is_reminded_and_taken_back_everything_is_as_before() {
    let (county, phone, mut app) = enrolled();
    let part = reported(&mut app, &phone, &county, "张建国", NotMet::Died);
    assert_eq!(word(&mut app, "张建国"), (ChangeState::Open, None));
    let (before, figures) = (page(&mut app, "张建国"), county.standings_of("张建国"));
    county.say_of_change(part, "张建国", so(&phone), "", phone.clock.wall());
    assert_ne!(county.standings_of("张建国"), figures);
    assert_eq!(word(&mut app, "张建国").0, ChangeState::Open, "not before it has heard");
    sync(&mut app, &phone, &county);
    assert_eq!(word(&mut app, "张建国").0, ChangeState::Accepted);
    assert!(page(&mut app, "张建国").died.is_some() && !is_due(&mut app, "张建国"));
    let [first] = &news(&mut app)[..] else { panic!("one answer") };
    let answered = Answered::Change { reason: NotMet::Died, state: ChangeState::Accepted };
    assert_eq!((first.subject, &first.answered), (person("张建国"), &answered));
    county.say_of_change(part, "张建国", Said::TakenBack, "认错人了", phone.clock.wall());
    sync(&mut app, &phone, &county);
    assert_eq!(word(&mut app, "张建国"), (ChangeState::Open, Some("认错人了".to_owned())));
    let after = page(&mut app, "张建国");
    assert_eq!((after.died, after.duties, after.away), (None, before.duties, before.away));
    assert_eq!(county.standings_of("张建国"), figures, "the figures too");
    county.is_sound();
}

#[test]
fn what_is_not_so_is_told_with_the_reason_and_the_person_is_due_again() {
    let (county, phone, mut app) = enrolled();
    let part = reported(&mut app, &phone, &county, "张建国", NotMet::Hospital);
    assert!(!is_due(&mut app, "张建国"), "asked no more for now");
    county.say_of_change(part, "张建国", Said::NotSo, "昨天还在家", phone.clock.wall());
    sync(&mut app, &phone, &county);
    assert_eq!(word(&mut app, "张建国"), (ChangeState::Rejected, Some("昨天还在家".to_owned())));
    assert!(is_due(&mut app, "张建国"));
}

#[test]
fn who_works_elsewhere_is_met_by_telephone() {
    let (county, phone, mut app) = enrolled();
    let part = reported(&mut app, &phone, &county, "李阿普", NotMet::Migrant);
    county.say_of_change(part, "李阿普", so(&phone), "", phone.clock.wall());
    sync(&mut app, &phone, &county);
    let away = page(&mut app, "李阿普").away;
    assert_eq!(away.iter().map(|one| one.kind.code()).collect::<Vec<_>>(), ["migrant"]);
    assert!(is_due(&mut app, "李阿普"), "still to be rung up");
    county.is_sound();
}

#[test]
fn who_was_registered_waits_is_taken_in_or_not_and_the_finder_sees_which() {
    let (county, phone, mut app) = enrolled();
    let register = |app: &mut App, name: &str| {
        let request = stranger(name);
        app.register_person(request).unwrap().record.id
    };
    let (one, other) = (register(&mut app, "段生面"), register(&mut app, "杨生人"));
    sync(&mut app, &phone, &county);
    let state = |app: &mut App, subject| {
        let view = app.person(OfPerson { subject }).unwrap();
        let registration = view.registration.unwrap();
        assert_eq!(view.item.pending, registration.state == Registration::Pending);
        (registration.state, registration.words)
    };
    assert_eq!(state(&mut app, one), (Registration::Pending, None));
    let now = phone.clock.wall();
    let taking =
        Taking { categories: [("GL".to_owned(), Day::of(now).plus(-9))].into(), ..Taking::default() };
    county.say_of_registration(one, registrations::Said::Taken(Box::new(taking)), "", now);
    county.say_of_registration(other, registrations::Said::NotTaken, "外县人", now);
    sync(&mut app, &phone, &county);
    assert_eq!(state(&mut app, one).0, Registration::Taken);
    assert_eq!(state(&mut app, other), (Registration::NotTaken, Some("外县人".to_owned())));
    let today = app.today_list(TodayAsked::default()).unwrap();
    let due: Vec<_> = today.people.iter().map(|one| one.subject).collect();
    assert_eq!([due.contains(&one), due.contains(&other)], [true, false]);
    assert_eq!(news(&mut app).len(), 2);
    county.is_sound();
}

#[test]
fn what_was_found_in_passing_is_answered_and_its_finder_sees_it() {
    let (county, phone, mut app) = enrolled();
    let raise = |words: &str| RaiseConcern {
        subject: person("张建国"),
        kind: ConcernKind::House,
        words: words.to_owned(),
    };
    assert!(app.raise_concern(raise(" ")).is_err());
    let concern = app.raise_concern(raise("屋顶漏雨")).unwrap().record;
    assert_eq!(page(&mut app, "张建国").concerns.len(), 1);
    sync(&mut app, &phone, &county);
    assert!(county.record(RecordKind::Concern, concern.id).is_some() && county.waiting().is_empty());
    assert_eq!(news(&mut app), []);
    county.answer(concern.id, Some(ConcernState::InHand), "已报危改", phone.clock.wall());
    sync(&mut app, &phone, &county);
    let shown = page(&mut app, "张建国").concerns.remove(0);
    assert_eq!((shown.state, shown.reply.as_deref()), (ConcernState::InHand, Some("已报危改")));
    assert_eq!((shown.handler.as_deref(), shown.due.is_some()), (Some("张站长"), true));
    let answered = Answered::Concern { kind: ConcernKind::House, state: ConcernState::InHand };
    assert_eq!(news(&mut app)[0].answered, answered);
    county.answer(concern.id, Some(ConcernState::Solved), "修好了", phone.clock.wall());
    sync(&mut app, &phone, &county);
    let view = page(&mut app, "张建国");
    assert_eq!((view.concerns.len(), view.settled.len()), (0, 1));
    phone.clock.pass(9 * 86_400_000);
    assert_eq!(news(&mut app), [], "new for a week");
}

#[test]
fn what_is_in_hand_is_asked_about_at_the_next_visit() {
    let (county, phone, mut app) = enrolled();
    let request =
        RaiseConcern { subject: person("张建国"), kind: ConcernKind::House, words: "屋顶漏雨".into() };
    let concern = app.raise_concern(request).unwrap().record.id;
    sync(&mut app, &phone, &county);
    county.answer(concern, Some(ConcernState::InHand), "已报危改", phone.clock.wall());
    sync(&mut app, &phone, &county);
    let asked = app.concerns(OfPerson { subject: person("张建国") }).unwrap();
    assert_eq!(asked.iter().map(|one| one.concern).collect::<Vec<_>>(), [concern]);
    county.answer(concern, Some(ConcernState::Solved), "修好了", phone.clock.wall());
    sync(&mut app, &phone, &county);
    visit(&mut app, "张建国");
    assert!(app.concerns(OfPerson { subject: person("张建国") }).unwrap().is_empty(), "no more once settled");
}

#[test]
fn a_home_that_has_moved_is_reported_at_once_and_nobody_is_said_not_to_have_been_met() {
    let (county, phone, mut app) = enrolled();
    let subjects = vec![person("李阿普"), person("李小花")];
    let report = ChangeReport {
        subjects: subjects.clone(),
        reason: NotMet::MovedAway,
        reason_words: Some("搬到下关去了".into()),
        reason_from: None,
    };
    let missed = ChangeReport { reason: NotMet::NotAtHome, ..report.clone() };
    assert_eq!(code(app.report_change(missed)), ProblemCode::NotMetWithoutReason, "that is no change");
    let visit = app.report_change(report).unwrap().visit.unwrap();
    let today = app.today_list(TodayAsked::default()).unwrap();
    assert_eq!((today.waiting, today.waiting_since_ms), (0, None), "nobody went anywhere");
    assert!(today.waiting_other > 0, "and yet something is still on the phone");
    sync(&mut app, &phone, &county);
    let head = county.record(RecordKind::Visit, visit).unwrap().head;
    assert_eq!(head.text(keys::WAY), Some("report"));
    for subject in subjects {
        let view = app.person(OfPerson { subject }).unwrap();
        assert_eq!(view.visits, [], "a report is no visit");
        let told = &view.reports[0];
        assert_eq!((told.met, told.reason), (None, Some(NotMet::MovedAway)));
        assert_eq!(told.reason_words.as_deref(), Some("搬到下关去了"));
        assert_eq!(told.change.as_ref().unwrap().state, ChangeState::Open);
    }
    county.is_sound();
}

#[test]
fn visits_stand_on_a_persons_page_however_much_was_reported_since() {
    let (_, phone, mut app) = enrolled();
    let report = |app: &mut App, reason| {
        let subjects = vec![person("李阿普")];
        let report = ChangeReport { subjects, reason, reason_words: None, reason_from: None };
        app.report_change(report).unwrap();
    };
    report(&mut app, NotMet::Boarding);
    for _ in 0..4 {
        phone.clock.pass(86_400_000);
        visit(&mut app, "李阿普");
    }
    phone.clock.pass(86_400_000);
    for reason in [NotMet::Hospital, NotMet::Migrant, NotMet::MovedAway, NotMet::Died] {
        report(&mut app, reason);
    }
    let view = page(&mut app, "李阿普");
    let ways = |rows: &[PastVisit]| rows.iter().map(|row| row.way.unwrap()).collect::<Vec<_>>();
    assert_eq!(ways(&view.visits), [Way::Home; 3]);
    assert_eq!(ways(&view.reports), [Way::Report; 4], "since the last of these visits");
}

#[test]
fn whoever_made_a_visit_that_the_county_voids_is_told_after_the_next_exchange() {
    let (county, phone, mut app) = enrolled();
    visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    let told = |app: &mut App| {
        let attention = RecordsAsked { filter: RecordsFilter::Attention, ..RecordsAsked::default() };
        app.records(attention).unwrap().into_iter().map(|one| (one.visit, one.void)).collect::<Vec<_>>()
    };
    let made = app.records(RecordsAsked::default()).unwrap()[0].visit;
    assert_eq!(told(&mut app), []);
    let say = |value: Value| county.put(RecordKind::Visit, made, &[(keys::VOID, value)], phone.clock.wall());
    say("和上一次是同一次".into());
    sync(&mut app, &phone, &county);
    assert_eq!(told(&mut app), [(made, Some("和上一次是同一次".to_owned()))]);
    let [past] = page(&mut app, "李阿普").visits.try_into().unwrap();
    assert!(past.void && past.day.is_some(), "it keeps its day");
    say(Value::Null);
    sync(&mut app, &phone, &county);
    assert_eq!(told(&mut app), [], "it counts again");
}
