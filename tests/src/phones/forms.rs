//! Filling in: taps, 和上次比, gaps, drafts that survive.

use super::county::{household, person};
use super::flows::{enrolled, fill, not_met, visit};
use super::world::{code, sync};
use client::lock::Nothing;
use client::me::{Language, Speak};
use client::records::OfVisit;
use client::visits::desk::{Answer, Section};
use client::visits::draft::DraftName;
use client::visits::start::{Chosen, DraftSubject, SetMet, SetVisit, StartVisit, When, Where};
use domain::catalogue::{RecordKind, keys};
use domain::problem::ProblemCode;
use domain::time::Day;
use domain::value::Value;
use domain::visit::{Met, NotMet, Way};

fn started(app: &mut client::App, names: &[(&str, Met)]) -> String {
    let subjects =
        names.iter().map(|(name, met)| Chosen { subject: person(name), met: Some(*met) }).collect();
    app.start_visit(StartVisit { subjects, ..StartVisit::default() }).unwrap().visit
}

/// Says 没变化 wherever it is offered. Answers how many taps that took.
fn unchanged(app: &mut client::App, visit: &str, name: &str) -> usize {
    let subject = person(name);
    let form = app.form(DraftSubject { visit: visit.into(), subject }).unwrap();
    let offered: Vec<String> = form
        .pages
        .iter()
        .filter(|page| page.compare.as_ref().is_some_and(|compare| compare.offered))
        .map(|page| page.section.clone())
        .collect();
    for section in &offered {
        let section = Section { visit: visit.into(), subject, section: section.clone() };
        app.unchanged(section).unwrap();
    }
    offered.len()
}

#[test]
fn taps_to_finish_stay_few() {
    let (county, phone, mut app) = enrolled();
    // First visit: the person's row, 开始走访, whom, every question, 完成.
    let draft = started(&mut app, &[("李阿普", Met::InPerson)]);
    let first = 3 + fill(&mut app, &draft, "李阿普") + 1;
    assert!(app.finish(DraftName { visit: draft }).unwrap().visit.is_some());
    assert!(first <= 45, "a first visit took {first} taps");
    sync(&mut app, &phone, &county);
    // A routine visit a month later.
    phone.clock.pass(30 * 86_400_000);
    let draft = started(&mut app, &[("李阿普", Met::InPerson)]);
    let same = unchanged(&mut app, &draft, "李阿普");
    assert!(same >= 3);
    let routine = 3 + same + fill(&mut app, &draft, "李阿普") + 1;
    let done = app.finish(DraftName { visit: draft }).unwrap();
    assert_eq!(done.gaps, []);
    assert!(routine <= 12, "a routine visit took {routine} taps");
    // 没见到: the button, the reason, 完成; one command.
    assert!(app.not_met(not_met("张建国", NotMet::InTheFields)).unwrap().visit.is_some());
}

#[test]
fn nothing_changed_is_confirmed_with_its_origin_and_not_more_than_twice_running() {
    let (county, phone, mut app) = enrolled();
    visit(&mut app, "张建国");
    for _ in 0..2 {
        phone.clock.pass(30 * 86_400_000);
        let draft = started(&mut app, &[("张建国", Met::InPerson)]);
        assert!(unchanged(&mut app, &draft, "张建国") > 0);
        fill(&mut app, &draft, "张建国");
        assert!(app.finish(DraftName { visit: draft }).unwrap().visit.is_some());
    }
    sync(&mut app, &phone, &county);
    phone.clock.pass(30 * 86_400_000);
    let draft = started(&mut app, &[("张建国", Met::InPerson)]);
    assert_eq!(unchanged(&mut app, &draft, "张建国"), 0, "this time it has to be asked");
    let section = Section { visit: draft, subject: person("张建国"), section: "living".into() };
    assert_eq!(code(app.unchanged(section)), ProblemCode::UnchangedTooOften);
}

#[test]
fn a_home_with_three_people_is_one_visit_with_parts_of_its_own() {
    let (county, phone, mut app) = enrolled();
    let draft = started(&mut app, &[("李阿普", Met::InPerson)]);
    let away = SetMet {
        visit: draft.clone(),
        subject: person("李小花"),
        met: Met::Nobody,
        reason: Some(NotMet::Boarding),
        reason_words: Some("诺邓小学".into()),
        reason_from: None,
        come_again: None,
    };
    let view = app.set_met(away).unwrap();
    assert_eq!((view.household, view.parts.len(), view.others.len()), (Some(household("李阿普家")), 2, 0));
    fill(&mut app, &draft, "李阿普");
    let when = SetVisit {
        visit: draft.clone(),
        way: None,
        happened: Some(When::Morning(Day::of(phone.clock.wall()))),
        visited_by: None,
        companions: Some(vec!["村医".into()]),
        late_reason: None,
        location: None,
    };
    app.set_visit(when).unwrap();
    let done = app.finish(DraftName { visit: draft.clone() }).unwrap();
    let made = done.visit.unwrap();
    assert_eq!(app.finish(DraftName { visit: draft }).unwrap().visit, Some(made), "finishing again");
    sync(&mut app, &phone, &county);
    assert_eq!((county.count(RecordKind::Visit), county.count(RecordKind::Part)), (1, 2));
    let head = county.record(RecordKind::Visit, made).unwrap().head;
    assert_eq!(head.text(keys::HAPPENED), Some("2026-11-23T00:00/2026-11-23T12:00"));
    assert!(head.value(keys::VISITED_BY).is_none(), "the author alone is not named");
}

#[test]
fn gaps_are_listed_with_places_and_nothing_is_finished_until_they_are_closed() {
    let (_, _, mut app) = enrolled();
    let draft = app.start_visit(StartVisit::default()).unwrap().visit;
    let gaps = app.finish(DraftName { visit: draft.clone() }).unwrap();
    assert_eq!((gaps.visit, gaps.gaps[0].problem.code), (None, ProblemCode::VisitWithoutParts));
    let met = |met, reason| SetMet {
        visit: draft.clone(),
        subject: person("张建国"),
        met,
        reason,
        reason_words: None,
        reason_from: None,
        come_again: None,
    };
    assert_eq!(code(app.set_met(met(Met::Nobody, None))), ProblemCode::NotMetWithoutReason);
    app.set_met(met(Met::InPerson, None)).unwrap();
    let gaps = app.gaps(DraftName { visit: draft.clone() }).unwrap();
    assert!(gaps.iter().all(|gap| gap.subject == Some(person("张建国")) && gap.path.is_some()));
    let late = SetVisit {
        visit: draft.clone(),
        way: Some(Way::Phone),
        happened: Some(When::Day("2026-11-01".parse().unwrap())),
        visited_by: None,
        companions: None,
        late_reason: None,
        location: None,
    };
    app.set_visit(late).unwrap();
    fill(&mut app, &draft, "张建国");
    let gaps = app.gaps(DraftName { visit: draft.clone() }).unwrap();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].problem.code, ProblemCode::VisitTooLongAgo);
    let reason = SetVisit {
        visit: draft.clone(),
        way: None,
        happened: Some(When::Day("2027-01-01".parse().unwrap())),
        visited_by: None,
        companions: None,
        late_reason: Some("山洪断路".into()),
        location: None,
    };
    app.set_visit(reason).unwrap();
    let gaps = app.gaps(DraftName { visit: draft }).unwrap();
    assert_eq!(gaps[0].problem.code, ProblemCode::VisitInTheFuture);
}

#[test]
fn a_wrong_answer_is_told_and_leaves_everything_as_it_was() {
    let (_, mut phone, mut app) = enrolled();
    let draft = started(&mut app, &[("张建国", Met::InPerson)]);
    let subject = person("张建国");
    let form = app.form(DraftSubject { visit: draft.clone(), subject }).unwrap();
    let question = form.pages[0].questions.iter().find(|one| !one.choices.is_empty()).unwrap().clone();
    let answer = |value: Value| Answer { visit: draft.clone(), subject, path: question.path.clone(), value };
    app.answer(answer(question.choices[0].code.as_str().into())).unwrap();
    assert_eq!(code(app.answer(answer("nonsense".into()))), ProblemCode::AnswerNotAChoice);
    assert_eq!(code(app.answer(answer(Value::Int(3)))), ProblemCode::AnswerWrongType);
    let nowhere = Answer { path: "nowhere".into(), ..answer(Value::Null) };
    assert_eq!(code(app.answer(nowhere)), ProblemCode::NoSuchQuestion);
    drop(app);
    let mut app = phone.opened();
    let form = app.form(DraftSubject { visit: draft.clone(), subject }).unwrap();
    let kept = form.pages[0].questions.iter().find(|one| one.path == question.path).unwrap();
    assert_eq!(kept.value, Value::from(question.choices[0].code.as_str()));
}

#[test]
fn a_draft_put_away_can_be_brought_back_with_its_answers() {
    let (_, mut phone, mut app) = enrolled();
    let draft = started(&mut app, &[("张建国", Met::InPerson)]);
    let taps = fill(&mut app, &draft, "张建国");
    assert!(taps > 10);
    app.discard_draft(DraftName { visit: draft.clone() }).unwrap();
    let subject = person("张建国");
    let answer = Answer { visit: draft.clone(), subject, path: "x".into(), value: Value::Null };
    assert_eq!(code(app.answer(answer)), ProblemCode::VisitPutAway);
    drop(app);
    let mut app = phone.opened();
    let drafts = app.drafts(Nothing {}).unwrap();
    assert_eq!((drafts.len(), drafts[0].discarded, drafts[0].title.as_str()), (1, true, "张建国"));
    assert_eq!(
        code(app.finish(DraftName { visit: draft.clone() })),
        ProblemCode::VisitPutAway,
        "what was given up is not sent"
    );
    app.restore_draft(DraftName { visit: draft.clone() }).unwrap();
    assert!(app.finish(DraftName { visit: draft }).unwrap().visit.is_some());
    assert_eq!(app.drafts(Nothing {}).unwrap(), []);
}

#[test]
fn a_form_that_is_open_speaks_the_language_that_is_chosen_and_keeps_its_answers() {
    let (_, _, mut app) = enrolled();
    let visit = started(&mut app, &[("李阿普", Met::InPerson)]);
    let of = || DraftSubject { visit: visit.clone(), subject: person("李阿普") };
    let before = app.form(of()).unwrap();
    fill(&mut app, &visit, "李阿普");
    app.speak(Speak { language: Language::En }).unwrap();
    let english = app.form(of()).unwrap();
    assert_ne!(english.pages[0].label, before.pages[0].label);
    assert_eq!(english.pages[0].answered, english.pages[0].total);
    app.speak(Speak { language: Language::Zh }).unwrap();
    assert_eq!(app.form(of()).unwrap().pages[0].label, before.pages[0].label);
}

#[test]
fn a_past_answer_says_what_it_takes_and_whether_it_is_ones_own() {
    let (county, phone, mut app) = enrolled();
    let visit = started(&mut app, &[("李阿普", Met::InPerson)]);
    fill(&mut app, &visit, "李阿普");
    app.finish(DraftName { visit }).unwrap();
    sync(&mut app, &phone, &county);
    let past = app.person(client::people::OfPerson { subject: person("李阿普") }).unwrap().visits;
    let page = app.part(client::history::OfPart { part: past[0].part }).unwrap();
    assert!(page.own);
    let first = &page.answers[0];
    let takes = first.takes.as_ref().unwrap();
    assert!(takes.choices.iter().any(|choice| Value::from(choice.code.as_str()) == first.values[0]));
}

#[test]
fn colleagues_are_those_of_the_same_places_the_holder_first() {
    let (_, _, mut app) = enrolled();
    let all = app.colleagues(Nothing {}).unwrap();
    assert!(all[0].me && all.iter().filter(|one| one.me).count() == 1);
    assert!(all.iter().all(|one| !one.name.is_empty() && !one.roles.is_empty()));
}

#[test]
fn the_same_words_are_one_concern_until_it_is_settled() {
    let (county, phone, mut app) = enrolled();
    let subject = person("张建国");
    let mut found = Vec::new();
    for _ in 0..2 {
        let draft = started(&mut app, &[("张建国", Met::InPerson)]);
        let form = app.form(DraftSubject { visit: draft.clone(), subject }).unwrap();
        let moving =
            form.pages.iter().flat_map(|page| &page.questions).find(|one| one.path.ends_with("moving"));
        let path = moving.unwrap().path.clone();
        let poor = Answer { visit: draft.clone(), subject, path, value: Value::from("poor") };
        app.answer(poor).unwrap();
        fill(&mut app, &draft, "张建国");
        assert!(app.finish(DraftName { visit: draft }).unwrap().visit.is_some());
        found.push(app.concerns(client::people::OfPerson { subject }).unwrap().len());
        phone.clock.pass(86_400_000);
    }
    assert!(found[0] > 0);
    assert_eq!(found[0], found[1], "asked about, and not raised a second time");
    sync(&mut app, &phone, &county);
}

#[test]
fn a_place_is_kept_with_the_draft_goes_with_the_visit_and_is_taken_away_without_a_trace() {
    let (county, phone, mut app) = enrolled();
    let here = |accuracy_m| Where::Here {
        latitude: 25.885_123_4,
        longitude: 99.371_24,
        accuracy_m,
        at_ms: 1_763_954_520_000,
    };
    for (place, kept) in [
        (None, None),
        (Some(here(14.2)), Some("25.88512,99.37124,15,1763954520000")),
        (Some(here(f64::MAX)), None),
        (Some(Where::Unsaid), None),
    ] {
        let who = Chosen { subject: person("张建国"), met: Some(Met::InPerson) };
        let draft =
            app.start_visit(StartVisit { subjects: vec![who], ..StartVisit::default() }).unwrap().visit;
        fill(&mut app, &draft, "张建国");
        let set = |location| SetVisit {
            visit: draft.clone(),
            way: None,
            happened: None,
            visited_by: None,
            companions: None,
            late_reason: None,
            location,
        };
        app.set_visit(set(Some(here(40.0)))).unwrap();
        let seen = app.set_visit(set(None)).unwrap().location.unwrap();
        assert_eq!((seen.accuracy_m, seen.at_ms), (40, 1_763_954_520_000), "what is left out stays");
        let said = place.unwrap_or(Where::Unsaid);
        let view = app.set_visit(set(Some(said))).unwrap();
        assert_eq!(view.location.is_some(), kept.is_some());
        let visit = app.finish(DraftName { visit: draft.clone() }).unwrap().visit.unwrap();
        assert_eq!(app.record(OfVisit { visit }).unwrap().location, view.location);
        sync(&mut app, &phone, &county);
        assert_eq!(county.record(RecordKind::Visit, visit).unwrap().head.text(keys::LOCATION), kept);
    }
}
