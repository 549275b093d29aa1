//! A session as the phone drives it.

use crate::check::{answer, code, context, every_kind, form, list, open, paths, question, sentences};
use domain::problem::ProblemCode;
use domain::value::{Origin, Value};
use expect_test::expect;
use forms::form::Form;
use forms::session::{Context, Session};
use serde_json::json;
use std::sync::Arc;

/// Six questions, each relevant by the one before, and twenty that hang on nothing.
fn chain() -> Arc<Form> {
    let mut nodes = vec![question("integer", "q0", json!({}))];
    for step in 1..6 {
        let relevant = format!("${{q{}}} > 0", step - 1);
        nodes.push(question("integer", &format!("q{step}"), json!({"relevant": relevant})));
    }
    for other in 0..20 {
        nodes.push(question(
            "integer",
            &format!("other{other}"),
            json!({"relevant": "1 = 1", "constraint": ". > 0"}),
        ));
    }
    form(&nodes)
}

#[test]
fn an_answer_evaluates_only_what_depends_on_it() {
    let mut session = open(&chain());
    let opened = session.evaluations();
    let delta = session.answer("q0", Value::Int(1)).unwrap();
    assert_eq!(paths(&delta), ["q0", "q1"]);
    assert_eq!(
        session.evaluations() - opened,
        2,
        "the relevance of q1, which changes, and of q2, which does not"
    );
    for step in 1..6 {
        answer(&mut session, &[(&format!("q{step}"), Value::Int(1))]);
    }
    let before = session.evaluations();
    let delta = session.answer("q0", Value::Int(0)).unwrap();
    assert_eq!(paths(&delta), ["q0", "q1", "q2", "q3", "q4", "q5"]);
    assert_eq!(session.evaluations() - before, 5);
    let before = session.evaluations();
    session.answer("other3", Value::Int(1)).unwrap();
    assert_eq!(session.evaluations() - before, 2, "its own constraint, before it is taken and after");
}

#[test]
fn answers_that_do_not_apply_are_kept_but_do_not_travel() {
    let mut session = open(&chain());
    answer(&mut session, &[("q0", Value::Int(1)), ("q1", Value::Int(7)), ("q0", Value::Int(0))]);
    assert_eq!(session.value("q1"), &Value::Int(7));
    assert_eq!(session.finish().unwrap().row.get(..2), Some(&[Value::Int(0), Value::Null][..]));
    assert_eq!(code(session.answer("q1", Value::Int(8))), ProblemCode::QuestionNotRelevant);
    answer(&mut session, &[("q0", Value::Int(2))]);
    assert_eq!(session.finish().unwrap().row.get(1), Some(&Value::Int(7)));
}

#[test]
fn wrong_answers_are_told_at_once_and_nothing_else_is_touched() {
    let mut session = open(&form(&every_kind()));
    answer(&mut session, &[("int", Value::Int(7)), ("txt", "李阿普".into())]);
    let before = session.draft();
    let attempts = [
        ("one", Value::text("z")),
        ("one", Value::Int(1)),
        ("many", list(&["a", "z"])),
        ("many", Value::text("a")),
        ("int", Value::text("7")),
        ("int", Value::Int(121)),
        ("int", Value::Int(i64::MAX)),
        ("dec", Value::text("1e3")),
        ("dec", Value::text("1.2.3")),
        ("dec", Value::Bool(true)),
        ("day", Value::text("2026-02-30")),
        ("day", Value::Int(1)),
        ("txt", Value::text("一二三四五六")),
        ("txt", Value::Int(1)),
        ("words", Value::Int(1)),
        ("twice", Value::Int(1)),
        ("shown", Value::Int(1)),
        ("inner", Value::Int(1)),
        ("nobody", Value::Null),
    ];
    let told: Vec<_> =
        attempts.into_iter().map(|(path, value)| session.answer(path, value).unwrap_err()).collect();
    expect![[r#"
        "one" has no choice "z". Everything else is saved.
        "one" needs one of the choices. Everything else is saved.
        "many" has no choice "z". Everything else is saved.
        "many" needs any of the choices. Everything else is saved.
        "int" needs a whole number. Everything else is saved.
        "int": It lies between 0 and 120. What you filled in is kept.
        "int" needs a whole number. Everything else is saved.
        "dec" needs a number such as 38.5. Everything else is saved.
        "dec" needs a number such as 38.5. Everything else is saved.
        "dec" needs a number such as 38.5. Everything else is saved.
        "day" needs a date such as 2026-11-23. Everything else is saved.
        "day" needs a date such as 2026-11-23. Everything else is saved.
        "txt" is too long: at most 5 characters. What you wrote is kept.
        "txt" needs words. Everything else is saved.
        The form has no question "words". What is filled in is kept; update the app.
        "twice" is worked out by the form; it cannot be answered.
        "shown" is worked out by the form; it cannot be answered.
        The form has no question "inner". What is filled in is kept; update the app.
        The form has no question "nobody". What is filled in is kept; update the app.
    "#]]
    .assert_eq(&sentences(&told));
    assert_eq!(session.draft(), before);
    let zh = Context { language: "zh".into(), ..context() };
    let mut session = Session::open(form(&every_kind()), zh, None);
    let told = session.answer("int", Value::Int(121)).unwrap_err();
    assert_eq!(told.zh(), "“int”：应在0到120之间。填好的都还在。");
}

#[test]
fn good_answers_have_one_spelling() {
    let mut session = open(&form(&every_kind()));
    answer(
        &mut session,
        &[
            ("one", "b".into()),
            ("many", list(&["c", "a", "c"])),
            ("int", Value::Int(5)),
            ("dec", Value::text("-012.500")),
            ("day", "2024-02-29".into()),
            ("txt", "一\r\n二".into()),
        ],
    );
    let row = serde_json::to_string(&session.finish().unwrap().row).unwrap();
    assert_eq!(row, r#"["b",["a","c"],5,"-12.5","2024-02-29","一\n二",10,2]"#);
    answer(
        &mut session,
        &[("many", list(&[])), ("dec", Value::Int(3)), ("txt", "  ".into()), ("day", "".into())],
    );
    let row = serde_json::to_string(&session.finish().unwrap().row).unwrap();
    assert_eq!(row, r#"["b",null,5,"3",null,null,10,2]"#);
}

#[test]
fn gaps_have_a_place_and_finishing_lists_them() {
    let form = form(&[
        question("integer", "from", json!({"required": "true()"})),
        question("integer", "to", json!({"required": "${from} > 5", "constraint": ". >= ${from}"})),
        question(
            "group",
            "g",
            json!({"relevant": "${from} = 6", "nodes": [question("text", "why", json!({"required": "true()"}))]}),
        ),
    ]);
    let mut session = open(&form);
    let gaps = |session: &Session| -> Vec<(String, ProblemCode)> {
        session.gaps().iter().map(|gap| (gap.params["path"].clone(), gap.code)).collect()
    };
    assert_eq!(gaps(&session), [("from".into(), ProblemCode::AnswerMissing)]);
    answer(&mut session, &[("from", Value::Int(1)), ("to", Value::Int(3))]);
    assert_eq!(gaps(&session), []);
    let delta = session.answer("from", Value::Int(6)).unwrap();
    assert_eq!(paths(&delta), ["from", "to", "g", "g/why"]);
    assert!(delta.changed.get(1).unwrap().problem.is_some(), "3 is now before 6");
    assert_eq!(
        gaps(&session),
        [("to".into(), ProblemCode::AnswerOutsideConstraint), ("g/why".into(), ProblemCode::AnswerMissing)]
    );
    assert_eq!(session.finish().unwrap_err(), session.gaps());
}

#[test]
fn a_draft_opens_just_as_it_was_and_keeps_what_the_form_cannot_hold() {
    let mut session = open(&chain());
    answer(&mut session, &[("q0", Value::Int(1)), ("q1", Value::Int(7)), ("q0", Value::Int(0))]);
    let mut draft = session.draft();
    draft.answers.insert("of/another/form".into(), "写过的话".into());
    draft.answers.insert("other1".into(), "not a number".into());
    draft.origins.insert("q1".into(), Origin::Prefilled);
    let json = serde_json::to_string(&draft).unwrap();
    let again = Session::open(chain(), context(), Some(serde_json::from_str(&json).unwrap()));
    assert_eq!(again.draft(), draft);
    assert_eq!(again.value("q1"), &Value::Int(7));
    assert_eq!(again.value("other1"), &Value::Null);
    assert_eq!(
        again.pages(),
        session
            .pages()
            .into_iter()
            .map(|mut page| {
                page.questions.get_mut(1).unwrap().origin = Origin::Prefilled;
                page
            })
            .collect::<Vec<_>>()
    );
}

#[test]
fn answers_raise_concerns_in_words() {
    let form = form(&[
        question(
            "select_one",
            "roof",
            json!({"label": {"zh": "屋顶漏不漏？", "en": "Does the roof leak?"}, "concerns": [{"when": ". = 'c'", "kind": "house", "detail": "where"}]}),
        ),
        question("text", "where", json!({"relevant": "${roof} = 'c'"})),
        question(
            "select_multiple",
            "many",
            json!({"concerns": [{"when": "count-selected(.) > 1", "kind": "other"}]}),
        ),
    ]);
    let zh = Context { language: "zh".into(), ..context() };
    let mut session = Session::open(form, zh, None);
    answer(&mut session, &[("roof", "c".into()), ("where", "灶房上面".into()), ("many", list(&["a", "b"]))]);
    let words: Vec<_> =
        session.finish().unwrap().concerns.into_iter().map(|one| (one.kind.code(), one.words)).collect();
    assert_eq!(
        words,
        [("house", "屋顶漏不漏：丙；灶房上面".to_owned()), ("other", "many：甲、乙".to_owned())]
    );
    answer(&mut session, &[("roof", "a".into())]);
    assert_eq!(session.finish().unwrap().concerns.len(), 1);
}

#[test]
fn labels_weave_answers_in() {
    let form = form(&[
        question("text", "who", json!({})),
        question(
            "integer",
            "age",
            json!({"label": {"zh": "${who}多大？", "en": "How old is ${who}?"}, "constraint": ". < 120"}),
        ),
    ]);
    let mut session = open(&form);
    let delta = session.answer("who", "Li Apu".into()).unwrap();
    assert_eq!(paths(&delta), ["who", "age"]);
    assert_eq!(session.pages()[0].questions[1].label, "How old is Li Apu?");
}
