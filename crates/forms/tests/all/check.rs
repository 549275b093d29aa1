//! Small forms and sessions for the tests.

use domain::problem::{Problem, ProblemCode};
use domain::value::Value;
use expect_test::Expect;
use forms::form::Form;
use forms::session::{Context, FormDelta, Session};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// 2026-11-23 10:20:30 in Asia/Shanghai, a Monday.
pub const NOW: i64 = 1_795_400_430_000;

/// A question of this kind, labelled with its name.
pub fn question(kind: &str, name: &str, more: Json) -> Json {
    let mut node = json!({"kind": kind, "name": name});
    if kind != "calculate" {
        node["label"] = json!({"zh": name, "en": name});
    }
    if kind.starts_with("select") {
        node["list"] = json!("abc");
    }
    let more = more.as_object().cloned().unwrap_or_default();
    for (key, value) in more {
        node[key] = value;
    }
    node
}

/// A form with these nodes and one list, `abc`.
pub fn form_json(nodes: &[Json]) -> String {
    let choice = |code: &str, zh: &str| json!({"code": code, "label": {"zh": zh, "en": code}});
    json!({
        "id": "test", "version": "1", "title": {"zh": "试", "en": "Test"}, "engine_version": 1,
        "languages": ["zh", "en"], "lists": {"abc": [choice("a", "甲"), choice("b", "乙"), choice("c", "丙")]},
        "root": nodes,
    })
    .to_string()
}

/// The same, ready to run.
pub fn form(nodes: &[Json]) -> Arc<Form> {
    Arc::new(Form::parse(&form_json(nodes)).unwrap())
}

/// The problems of a form with these nodes, as sentences.
pub fn troubles(nodes: &[Json]) -> String {
    let problems = Form::parse(&form_json(nodes)).unwrap_err();
    sentences(&problems)
}

/// Problems as lines.
pub fn sentences(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{}\n", problem.en())).collect()
}

/// A first visit, in English.
pub fn context() -> Context {
    Context { language: "en".into(), ..Context::new(NOW) }
}

/// A first visit with this form.
pub fn open(form: &Arc<Form>) -> Session {
    Session::open(Arc::clone(form), context(), None)
}

/// Answers one question after the other; all must be taken.
pub fn answer(session: &mut Session, answers: &[(&str, Value)]) {
    for (path, value) in answers {
        session.answer(path, value.clone()).unwrap_or_else(|problem| panic!("{path}: {problem}"));
    }
}

/// A list value.
pub fn list(codes: &[&str]) -> Value {
    Value::List(codes.iter().map(|code| (*code).to_owned()).collect())
}

/// The nodes against which expressions are tried, answered by [`tried`].
pub fn fixture() -> Vec<Json> {
    vec![
        question("integer", "num", json!({})),
        question("decimal", "dec", json!({})),
        question("date", "day", json!({})),
        question("text", "txt", json!({})),
        question("text", "empty", json!({})),
        question("select_one", "one", json!({})),
        question("select_multiple", "many", json!({})),
        question(
            "group",
            "far",
            json!({"nodes": [
                question("text", "off", json!({"relevant": "${num} = 3"})),
            ]}),
        ),
    ]
}

/// Evaluates each expression as the calculation of `/far/result`, and compares `expression => value`.
pub fn tried(expressions: &[&str], expected: Expect) {
    let mut lines = String::new();
    for expression in expressions {
        lines += &format!("{expression} => {}\n", tried_one(expression));
    }
    expected.assert_eq(&lines);
}

fn tried_one(expression: &str) -> String {
    let mut nodes = fixture();
    let result = question("calculate", "result", json!({"calculation": expression}));
    nodes[7]["nodes"].as_array_mut().unwrap().push(result);
    let form = match Form::parse(&form_json(&nodes)) {
        Ok(form) => Arc::new(form),
        Err(problems) => return sentences(&problems).trim_end().to_owned(),
    };
    let mut session = open(&form);
    answer(
        &mut session,
        &[
            ("num", Value::Int(3)),
            ("dec", Value::text("2.50")),
            ("day", Value::text("2026-02-28")),
            ("txt", Value::text(" 李 阿普 ")),
            ("one", Value::text("b")),
            ("many", list(&["c", "a"])),
            ("far/off", Value::text("unseen")),
            ("num", Value::Int(4)),
        ],
    );
    serde_json::to_string(session.value("far/result")).unwrap()
}

/// The paths that a delta names.
pub fn paths(delta: &FormDelta) -> Vec<&str> {
    delta.changed.iter().map(|state| state.path.as_str()).collect()
}

/// Why something was refused.
pub fn code(result: Result<FormDelta, Problem>) -> ProblemCode {
    result.unwrap_err().code
}

/// A question of each kind.
pub fn every_kind() -> Vec<Json> {
    vec![
        question("select_one", "one", json!({})),
        question("select_multiple", "many", json!({})),
        question(
            "integer",
            "int",
            json!({"constraint": ". >= 0 and . <= 120", "constraint_message": {"zh": "应在0到120之间。", "en": "It lies between 0 and 120."}}),
        ),
        question("decimal", "dec", json!({})),
        question("date", "day", json!({})),
        question("text", "txt", json!({"max_length": 5})),
        question("note", "words", json!({})),
        question("calculate", "twice", json!({"calculation": "${int} * 2"})),
        question("integer", "shown", json!({"calculation": "${int} div 2"})),
        question("group", "inner", json!({"nodes": []})),
    ]
}
