//! 登记: whoever was not on the list, told by name, nickname, number or age, and where what is said of them goes.

use super::county::{VILLAGE, household, person};
use super::flows::{enrolled, not_met, stranger};
use super::lists::{of, search};
use super::world::{code, sync};
use client::App;
use client::concerns::RaiseConcern;
use client::people::{OfPerson, PeopleAsked, SearchAsked};
use client::register::{AgeTold, RegisterPerson};
use client::visits::finish::NotMetVisit;
use county_server::registrations::{Said, Taking};
use domain::catalogue::{RecordKind, keys};
use domain::permission::Audience;
use domain::problem::ProblemCode;
use domain::subject::AgeSaid;
use domain::time::Day;
use domain::visit::NotMet;

#[test]
fn somebody_who_is_not_on_the_list_is_registered_and_visited_before_the_county_knows() {
    let (county, phone, mut app) = enrolled();
    let register = RegisterPerson {
        household: Some(household("张建国家")),
        sex: Some("2".into()),
        born: "1950-01-01".parse().ok(),
        ..stranger("新来的")
    };
    let made = app.register_person(register.clone()).unwrap().record;
    let twice = app.register_person(register.clone()).unwrap_err();
    assert_eq!(twice.code, ProblemCode::PersonRegistered);
    assert_eq!(twice.params["subject"], made.id.to_string(), "the one who is there is named");
    // Whoever says no household means one of the village; another person of the name is another one.
    let somewhere = RegisterPerson { name: "张建国".into(), household: None, ..register.clone() };
    let listed = app.register_person(somewhere.clone()).unwrap_err();
    assert_eq!(listed.params["subject"], person("张建国").to_string());
    let namesake = app.register_person(RegisterPerson { another: true, ..somewhere }).unwrap();
    assert_ne!(namesake.record.id, person("张建国"));
    // A card's number says who it is, whatever the name; it tells birth and sex too.
    let card = RegisterPerson {
        name: "段有证".into(),
        id_number: Some("532929 19480101 0459".into()),
        born: None,
        ..register.clone()
    };
    let other = RegisterPerson { name: "段大有".into(), ..card.clone() };
    let carded = app.register_person(RegisterPerson { another: true, ..card }).unwrap().record;
    let twice = app.register_person(other.clone()).unwrap_err();
    assert_eq!(
        (twice.code, &twice.params["subject"]),
        (ProblemCode::NumberRegistered, &carded.id.to_string())
    );
    let all_the_same =
        app.register_person(RegisterPerson { another: true, sex: None, ..other.clone() }).unwrap().record;
    let view = app.person(OfPerson { subject: all_the_same.id }).unwrap();
    assert_eq!((view.born, view.item.sex.as_deref()), ("1948-01-01".parse().ok(), Some("1")));
    let wrong = RegisterPerson { id_number: Some("532929194801010450".into()), ..other };
    assert_eq!(code(app.register_person(wrong)), ProblemCode::AnswerOutsideConstraint);
    for name in ["", "  ", "12345", "新\n来", &"新".repeat(51)] {
        let wrong = RegisterPerson { name: name.into(), ..register.clone() };
        assert_eq!(app.register_person(wrong).unwrap_err().code, ProblemCode::NameMalformed, "{name:?}");
    }
    assert_eq!(search(&mut app, "xld"), [made.id]);
    let chosen = client::visits::start::Chosen { subject: made.id, met: Some(domain::visit::Met::InPerson) };
    let start = client::visits::start::StartVisit { subjects: vec![chosen], ..Default::default() };
    let draft = app.start_visit(start).unwrap().visit;
    let form = app.form(client::visits::start::DraftSubject { visit: draft.clone(), subject: made.id });
    assert!(form.unwrap().pages.len() > 1);
    app.set_met(client::visits::start::SetMet {
        visit: draft.clone(),
        subject: made.id,
        met: domain::visit::Met::Nobody,
        reason: Some(NotMet::NotAtHome),
        reason_words: None,
        reason_from: None,
        come_again: Some("下周".into()),
    })
    .unwrap();
    assert!(app.finish(client::visits::draft::DraftName { visit: draft }).unwrap().visit.is_some());
    sync(&mut app, &phone, &county);
    assert_eq!(county.count(RecordKind::Visit), 1);
    let head = county.record(RecordKind::Person, made.id).unwrap().head;
    assert_eq!(head.text(keys::REGISTRATION), Some("pending"));
}

#[test]
fn whoever_is_known_by_a_nickname_only_is_registered_by_it() {
    let (county, phone, mut app) = enrolled();
    let register = RegisterPerson { nickname: Some("老普".into()), ..stranger("") };
    let made = app.register_person(register.clone()).unwrap().record;
    assert_eq!(search(&mut app, "laopu"), [made.id]);
    assert_eq!(app.person(OfPerson { subject: made.id }).unwrap().item.name, "老普");
    let twice = app.register_person(register.clone()).unwrap_err();
    assert_eq!(twice.params["subject"], made.id.to_string());
    let other = app.register_person(RegisterPerson { another: true, ..register }).unwrap().record;
    assert_ne!(other, made, "somebody else who is called so");
    sync(&mut app, &phone, &county);
    let head = county.record(RecordKind::Person, made.id).unwrap().head;
    assert_eq!((head.text(keys::NAME), head.text(keys::NICKNAME)), (None, Some("老普")));
}

#[test]
fn what_is_said_of_whom_nothing_is_known_goes_where_a_childs_goes() {
    let (county, phone, mut app) = enrolled();
    let mut audience = |name: &str, age_said: Option<AgeSaid>| {
        let request = serde_json::json!({ "name": name, "village": VILLAGE, "age_said": age_said });
        let subject = app.register_person(serde_json::from_value(request).unwrap()).unwrap().record.id;
        let (kind, words) = (domain::concern::ConcernKind::Other, "没有户口".to_owned());
        let raised = app.raise_concern(RaiseConcern { subject, kind, words }).unwrap().record;
        sync(&mut app, &phone, &county);
        let [scope] = county.record(raised.kind, raised.id).unwrap().scopes.try_into().unwrap();
        (
            scope.audience,
            app.search(SearchAsked { typed: name.into(), listed_as: None, offset: 0, count: None }).unwrap()
                [0]
            .name
            .clone(),
        )
    };
    assert_eq!(audience("段大人", Some(AgeSaid::Adult)), (Audience::General, "段大人".to_owned()));
    assert_eq!(audience("段孩子", Some(AgeSaid::Child)), (Audience::Child, "段*子".to_owned()));
    assert_eq!(audience("段说不准", None), (Audience::Child, "段说不准".to_owned()));
}

#[test]
fn that_somebody_is_not_taken_in_opens_nothing_of_whom_no_age_is_known() {
    let (county, phone, mut app) = enrolled();
    let request = serde_json::json!({ "name": "段说不准", "village": VILLAGE });
    let subject = app.register_person(serde_json::from_value(request).unwrap()).unwrap().record.id;
    let missed = NotMetVisit { subjects: vec![subject], ..not_met("李阿普", NotMet::NotAtHome) };
    app.not_met(missed).unwrap();
    let (kind, words) = (domain::concern::ConcernKind::Other, "没有户口".to_owned());
    let concern = app.raise_concern(RaiseConcern { subject, kind, words }).unwrap().record;
    sync(&mut app, &phone, &county);
    let part = county.parts_of(subject).first().unwrap().part;
    let narrow = || {
        [of(RecordKind::Part, part), concern].iter().all(|record| {
            let scopes = county.record(record.kind, record.id).unwrap().scopes;
            !scopes.is_empty() && scopes.iter().all(|scope| scope.audience == Audience::Child)
        })
    };
    assert!(narrow(), "while it waits");
    let say = |said| county.say_of_registration(subject, said, "外县人", phone.clock.wall());
    say(Said::NotTaken);
    assert!(narrow(), "不纳入 says nothing of their age");
    say(Said::TakenBack);
    assert!(narrow());
    let categories = [("DJ".to_owned(), Day::of(phone.clock.wall()))].into();
    say(Said::Taken(Box::new(Taking { categories, ..Taking::default() })));
    assert!(!narrow(), "the township has spoken of them");
    county.is_sound();
}

#[test]
fn a_birth_that_contradicts_what_was_said_is_told_and_the_number_goes_before_it() {
    let (county, phone, mut app) = enrolled();
    // 2018-05-04, and 1948-01-01.
    let (child, old) = (id_number("53292920180504"), id_number("53292919480101"));
    let day = |text: &str| text.parse::<Day>().unwrap();
    let told = |app: &mut App, number: Option<&str>, born: Option<&str>, said| {
        let age = AgeTold { id_number: number.map(str::to_owned), born: born.map(day), age_said: said };
        let kept = app.age_told(age).unwrap();
        (kept.number_born, kept.age)
    };
    let (grown, small) = (Some(AgeSaid::Adult), Some(AgeSaid::Child));
    assert_eq!(told(&mut app, None, None, grown), (None, None));
    assert_eq!(told(&mut app, None, Some("2018-05-04"), grown), (None, small));
    assert_eq!(told(&mut app, None, Some("2018-05-04"), small), (None, None));
    assert_eq!(told(&mut app, Some(&child), None, grown), (None, small));
    assert_eq!(told(&mut app, Some(&child), Some("1980-01-01"), grown), (Some(day("2018-05-04")), small));
    assert_eq!(told(&mut app, Some(&old), Some("1948-01-01"), small), (None, grown));
    let typing: String = child.chars().take(17).collect();
    assert_eq!(told(&mut app, Some(&typing), Some("1980-01-01"), grown), (None, None), "it is not whole yet");

    let mut audience = |name: &str, number: Option<&str>, born: Option<&str>, said: Option<AgeSaid>| {
        let request = serde_json::json!({
            "name": name, "village": VILLAGE, "age_said": said, "born": born, "id_number": number,
        });
        let subject = app.register_person(serde_json::from_value(request).unwrap()).unwrap().record.id;
        let (kind, words) = (domain::concern::ConcernKind::Other, "没有户口".to_owned());
        let raised = app.raise_concern(RaiseConcern { subject, kind, words }).unwrap().record;
        sync(&mut app, &phone, &county);
        let [scope] = county.record(raised.kind, raised.id).unwrap().scopes.try_into().unwrap();
        (scope.audience, app.people(PeopleAsked::default()).unwrap().iter().any(|one| one.name == name))
    };
    assert_eq!(audience("段证小", Some(&child), Some("1980-01-01"), grown), (Audience::Child, false));
    assert_eq!(audience("段生小", None, Some("2018-05-04"), grown), (Audience::Child, false), "masked");
    assert_eq!(audience("段证大", Some(&old), Some("2018-05-04"), small), (Audience::General, true));
    assert_eq!(audience("段生大", None, Some("1980-01-01"), small), (Audience::General, true));
}

/// A number of a card with these first digits.
fn id_number(begins: &str) -> String {
    let digits = format!("{begins}001");
    format!("{digits}{}", domain::id_number::check_character(&digits).unwrap())
}
