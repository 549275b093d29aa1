//! 没变化: a section that is as it was at the last visit.

use crate::check::{answer, code, context, form, open, paths, question};
use domain::problem::ProblemCode;
use domain::time::Day;
use domain::value::Value;
use forms::form::Form;
use forms::session::{Context, LastVisit, Session, unchanged_runs};
use forms::verdict::verdict;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Two sections that may be "nothing changed", one of them with a follow-up, and one of safety.
fn compared() -> Arc<Form> {
    form(&[
        question(
            "group",
            "health",
            json!({"compare_with_last": true, "nodes": [
                question("select_one", "speech", json!({"required": "true()"})),
                question("text", "more", json!({"relevant": "${speech} = 'c'", "required": "true()"})),
                question("calculate", "bad", json!({"calculation": "${speech} = 'c'"})),
            ]}),
        ),
        question(
            "group",
            "home",
            json!({"compare_with_last": true, "nodes": [question("integer", "rooms", json!({"constraint": ". < 10"}))]}),
        ),
        question(
            "group",
            "hidden",
            json!({"compare_with_last": true, "relevant": "false()", "nodes": [question("text", "x", json!({}))]}),
        ),
        question(
            "group",
            "safety",
            json!({"safety": true, "nodes": [question("select_one", "wires", json!({"required": "true()"}))]}),
        ),
    ])
}

fn again(last: &[(&str, Value)], runs: u32) -> Session {
    let answers = last.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
    let last = Some(LastVisit { day: Day::from_ymd(2026, 10, 21).unwrap(), answers });
    let unchanged_runs = BTreeMap::from([("health".to_owned(), runs)]);
    Session::open(compared(), Context { last, unchanged_runs, ..context() }, None)
}

#[test]
fn nothing_changed_makes_the_last_answers_this_visits_own() {
    let last =
        [("health/speech", "c".into()), ("health/more", "stammers".into()), ("safety/wires", "a".into())];
    let mut session = again(&last, 0);
    let delta = session.unchanged("health").unwrap();
    assert_eq!(paths(&delta), ["health/speech", "health/more", "health/bad"]);
    answer(&mut session, &[("safety/wires", "b".into())]);
    let answers = session.finish().unwrap();
    assert_eq!(answers.origins, "cc");
    assert_eq!(verdict(session.form(), &answers.row, &answers.origins, &answers.given), vec![]);
    // An answer given now is asked; taking it back empties only what was confirmed.
    answer(&mut session, &[("health/more", "speaks well".into())]);
    session.take_back_unchanged("health");
    assert_eq!(session.value("health/speech"), &Value::Null);
    assert_eq!(session.value("health/more"), &Value::text("speaks well"));
    assert_eq!(session.gaps().len(), 1);
    // What nobody sees any more stands in nobody's way, and is as last time too.
    session.unchanged("health").unwrap();
    assert_eq!(session.value("health/more"), &Value::text("stammers"));
    assert_eq!(session.finish().unwrap().origins, "cc");
    // Whoever has answered otherwise says that something has changed; what is as it was stands.
    session.take_back_unchanged("health");
    answer(&mut session, &[("health/speech", "a".into())]);
    assert_eq!(code(session.unchanged("health")), ProblemCode::UnchangedDiffers);
    answer(&mut session, &[("health/speech", "c".into())]);
    session.unchanged("health").unwrap();
    assert_eq!(session.finish().unwrap().origins, "ac");
}

#[test]
fn nothing_changed_is_not_for_safety_nor_without_a_last_visit_nor_for_ever() {
    let last = [("health/speech", "a".into()), ("safety/wires", "a".into())];
    assert_eq!(code(again(&last, 0).unchanged("safety")), ProblemCode::UnchangedNotOffered);
    assert_eq!(code(again(&last, 0).unchanged("health/speech")), ProblemCode::UnchangedNotOffered);
    assert_eq!(code(again(&last, 0).unchanged("home")), ProblemCode::UnchangedNoLast);
    let hidden = [("hidden/x", "was there".into())];
    assert_eq!(code(again(&hidden, 0).unchanged("hidden")), ProblemCode::QuestionNotRelevant);
    assert_eq!(code(again(&[], 0).unchanged("health")), ProblemCode::UnchangedNoLast);
    assert_eq!(
        code(again(&[("health/speech", "gone".into())], 0).unchanged("health")),
        ProblemCode::UnchangedNoLast
    );
    assert_eq!(code(open(&compared()).unchanged("nobody")), ProblemCode::NoSuchQuestion);
    assert!(again(&last, 1).unchanged("health").is_ok());
    assert_eq!(code(again(&last, 2).unchanged("health")), ProblemCode::UnchangedTooOften);
    // The county sees the same, from what the phone gave.
    let mut session = again(&last, 1);
    session.unchanged("health").unwrap();
    answer(&mut session, &[("safety/wires", "b".into())]);
    let mut answers = session.finish().unwrap();
    assert_eq!(answers.given.get("unchanged/health"), Some(&Value::Int(1)));
    assert_eq!(answers.given.get("limit/unchanged_times"), None, "the default is known to everybody");
    let form = compared();
    assert_eq!(verdict(&form, &answers.row, &answers.origins, &answers.given), vec![]);
    let mut stricter = answers.given.clone();
    stricter.insert("limit/unchanged_times".into(), Value::Int(1));
    let told = verdict(&form, &answers.row, &answers.origins, &stricter);
    assert_eq!(told.iter().map(|problem| problem.code).collect::<Vec<_>>(), [ProblemCode::UnchangedTooOften]);
    answers.origins = "caaaac".into();
    let told = verdict(&form, &answers.row, &answers.origins, &answers.given);
    assert_eq!(
        told.iter().map(|problem| problem.code).collect::<Vec<_>>(),
        [ProblemCode::UnchangedNotOffered]
    );
}

#[test]
fn the_county_judges_by_the_limit_that_the_phone_knew() {
    let last: [(&str, Value); 2] = [("health/speech", "a".into()), ("safety/wires", "a".into())];
    let unchanged_runs = BTreeMap::from([("health".to_owned(), 4)]);
    let answers = last.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
    let last = Some(LastVisit { day: Day::from_ymd(2026, 10, 21).unwrap(), answers });
    let context = Context { last, unchanged_runs, unchanged_limit: 5, ..context() };
    let mut session = Session::open(compared(), context, None);
    session.unchanged("health").unwrap();
    answer(&mut session, &[("safety/wires", "b".into())]);
    let mut answers = session.finish().unwrap();
    assert_eq!(answers.given.get("limit/unchanged_times"), Some(&Value::Int(5)));
    assert_eq!(verdict(&compared(), &answers.row, &answers.origins, &answers.given), vec![]);
    answers.given.remove("limit/unchanged_times");
    let told = verdict(&compared(), &answers.row, &answers.origins, &answers.given);
    assert_eq!(told.iter().map(|problem| problem.code).collect::<Vec<_>>(), [ProblemCode::UnchangedTooOften]);
}

#[test]
fn runs_of_nothing_changed_are_counted_from_the_newest_visit() {
    let form = compared();
    let runs = |visits: &[&str]| unchanged_runs(&form, visits.iter().copied());
    assert_eq!(runs(&[]), BTreeMap::new());
    assert_eq!(runs(&["caac", "c", "aaac"]), BTreeMap::from([("health".into(), 2), ("home".into(), 1)]));
    assert_eq!(runs(&["", "cccc"]), BTreeMap::new());
}
