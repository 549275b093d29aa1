//! Values from outside the form: what is read is written down, and is enough to work it out again.

use crate::check::{answer, context, form, list, question};
use domain::problem::ProblemCode;
use domain::time::Day;
use domain::value::Value;
use forms::form::Form;
use forms::session::{Context, LastVisit, Session};
use forms::verdict::verdict;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

fn with(outside: &[(&str, Value)], last: &[(&str, Value)]) -> Context {
    let map = |pairs: &[(&str, Value)]| {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<BTreeMap<_, _>>()
    };
    let last = LastVisit { day: Day::from_ymd(2026, 10, 21).unwrap(), answers: map(last) };
    Context { outside: map(outside), last: Some(last), ..context() }
}

fn reading() -> Arc<Form> {
    form(&[
        question("calculate", "child", json!({"calculation": "outside('subject/age') < 16"})),
        question("text", "school", json!({"relevant": "${child}", "required": "true()"})),
        question("decimal", "weight", json!({"constraint": ". >= last-answer('weight') - 5"})),
        question(
            "calculate",
            "since",
            json!({"calculation": "difference-in-days(last-answer('seen'), today())"}),
        ),
        question("date", "seen", json!({})),
        question("text", "rare", json!({"relevant": "${weight} > 100 and outside('subject/tall') = 1"})),
    ])
}

#[test]
fn only_what_was_read_is_given_and_the_verdict_needs_nothing_else() {
    let outside =
        [("subject/age", Value::Int(9)), ("subject/name", "李*花".into()), ("subject/tall", Value::Int(1))];
    let last = [("weight", Value::text("30")), ("seen", Value::text("2026-11-20"))];
    let mut session = Session::open(reading(), with(&outside, &last), None);
    answer(&mut session, &[("school", "民主小学".into()), ("weight", Value::text("28.5"))]);
    let answers = session.finish().unwrap();
    let given = serde_json::to_string(&answers.given).unwrap();
    assert_eq!(
        given,
        r#"{"last/seen":"2026-11-20","last/weight":"30","subject/age":9,"today":"2026-11-23"}"#
    );
    assert_eq!(verdict(session.form(), &answers.row, &answers.origins, &answers.given), vec![]);
    // With another age the same row is another story; it is told once, where it begins.
    let mut other = answers.given.clone();
    other.insert("subject/age".into(), Value::Int(40));
    let told = verdict(session.form(), &answers.row, &answers.origins, &other);
    let told: Vec<_> = told.iter().map(|problem| (problem.params["path"].as_str(), problem.code)).collect();
    assert_eq!(told, [("child", ProblemCode::AnswerDiffers)]);
}

#[test]
fn the_last_answer_can_bound_this_one() {
    let last = [("weight", Value::text("30"))];
    let mut session = Session::open(reading(), with(&[], &last), None);
    assert!(session.answer("weight", Value::text("24.9")).is_err());
    assert!(session.answer("weight", Value::text("25")).is_ok());
}

#[test]
fn what_is_not_known_is_empty_and_not_given() {
    let mut session = Session::open(reading(), context(), None);
    assert_eq!(session.value("child"), &Value::Bool(false), "nothing is less than 16");
    assert_eq!(session.value("since"), &Value::Null);
    // A constraint on something unknown holds for nobody: the form's author has to say what then.
    assert!(session.answer("weight", Value::text("30")).is_err());
    let keys: Vec<_> = session.finish().unwrap().given.into_keys().collect();
    assert_eq!(keys, ["today"]);
}

#[test]
fn the_form_says_what_it_may_read() {
    let form = reading();
    let keys: Vec<_> = form.outside_keys().collect();
    assert_eq!(keys, ["subject/age", "last/weight", "last/seen", "today", "subject/tall"]);
}

#[test]
fn defaults_stand_there_as_prefilled_until_answered() {
    let form = form(&[
        question("text", "phone", json!({"default": "outside('subject/phone')"})),
        question("select_multiple", "many", json!({"default": "'c a z'"})),
        question("integer", "wrong", json!({"default": "'x'"})),
    ]);
    let context = with(&[("subject/phone", "13800000000".into())], &[]);
    let mut session = Session::open(Arc::clone(&form), context.clone(), None);
    assert_eq!(session.value("phone"), &Value::text("13800000000"));
    assert_eq!(session.value("many"), &list(&["a", "c"]));
    assert_eq!(session.value("wrong"), &Value::Null);
    assert_eq!(session.finish().unwrap().origins, "pp");
    answer(&mut session, &[("phone", Value::Null), ("many", list(&["b"]))]);
    let again = Session::open(form, context, Some(session.draft()));
    assert_eq!(again.value("phone"), &Value::Null, "taken away once, it does not come back");
    assert_eq!(again.finish().unwrap().origins, "");
}
