//! Forms as data: what is wrong with them, what names them, and the county's verdict under them.

use crate::check::{answer, code, every_kind, form, form_json, list, open, question, sentences, troubles};
use domain::problem::ProblemCode;
use domain::value::Value;
use expect_test::expect;
use forms::def::{ENGINE_VERSION, FormDef};
use forms::form::Form;
use forms::verdict::verdict;
use serde_json::{Value as Json, json};

#[test]
fn broken_forms_tell_everything_that_is_wrong_with_its_place() {
    let nodes = [
        question("text", "a", json!({"relevant": "${b} = 1"})),
        question("text", "b", json!({"relevant": "${c} = 1"})),
        question("calculate", "c", json!({"calculation": "concat(${a}, 1)"})),
        question("calculate", "self", json!({"calculation": "concat(${d}, .)"})),
        question("text", "d", json!({})),
        question("text", "d", json!({})),
        question("text", "9x", json!({})),
        question("select_one", "nolist", json!({"list": "nobody"})),
        question("text", "listed", json!({"list": "abc"})),
        question("note", "req", json!({"required": "true()"})),
        question("integer", "long", json!({"max_length": 3})),
        question("calculate", "none", json!({})),
        question("text", "typo", json!({"constraint": "string-length(. < 5"})),
        question("text", "msg", json!({"constraint_message": {"zh": "x", "en": "x"}})),
        question(
            "group",
            "g",
            json!({"compare_with_last": true, "nodes": [question("text", "s", json!({"safety": true}))]}),
        ),
        question(
            "group",
            "h",
            json!({"nodes": [question("group", "i", json!({"compare_with_last": true, "nodes": []}))]}),
        ),
        question(
            "text",
            "why",
            json!({"concerns": [{"when": ". = ", "kind": "house"}, {"when": "true()", "kind": "house", "detail": "nobody"}]}),
        ),
        question("text", "label", json!({"label": {"zh": "${nobody}", "en": ""}})),
        question(
            "group",
            "loop",
            json!({"relevant": "${inside} = 1", "nodes": [question("text", "inside", json!({}))]}),
        ),
    ];
    expect![[r#"
        In the form "test" the name "d" is used twice; change one of them.
        In the form "test", "9x" has the name "9x"; a name begins with a letter or _ and holds only letters, digits, _, - and .
        In the form "test", "nolist · list", column 1: the form has no "nobody".
        In the form "test", "listed" (text) must not have "list", or lacks it.
        In the form "test", "req" (note) must not have "required", or lacks it.
        In the form "test", "long" (integer) must not have "max_length", or lacks it.
        In the form "test", "none" (calculate) must not have "calculation", or lacks it.
        In the form "test", "msg" (text) must not have "constraint_message", or lacks it.
        In the form "test", "g/s" (text) must not have "safety", or lacks it.
        In the form "test", "h/i" (group) must not have "compare_with_last", or lacks it.
        In the form "test", "self · calculation", column 8: there is more than one "d"; write its path.
        In the form "test", "typo · constraint" stops at column 19; something is missing after it.
        In the form "test", "why · concerns" stops at column 4; something is missing after it.
        In the form "test", "why · concerns", column 1: the form has no "nobody".
        In the form "test", "label · label", column 1: the form has no "nobody".
        In the form "test" these questions depend on each other and cannot be worked out: a → b → c → a.
    "#]].assert_eq(&troubles(&nodes));
}

#[test]
fn cycles_name_their_questions() {
    let told = |nodes: &[Json]| troubles(nodes);
    let ring = [
        question("text", "before", json!({"relevant": "${a} = 1"})),
        question("text", "a", json!({"relevant": "${b} = 1"})),
        question("text", "b", json!({"relevant": "${c} = 1"})),
        question("calculate", "c", json!({"calculation": "concat(${a}, 1)"})),
    ];
    let own = [question("calculate", "n", json!({"calculation": ". + 1"}))];
    let length = [question("text", "n", json!({"relevant": "string-length() = 0"}))];
    let group = [question(
        "group",
        "g",
        json!({"relevant": "${in} = 1", "nodes": [question("text", "in", json!({}))]}),
    )];
    expect![[r#"
        In the form "test" these questions depend on each other and cannot be worked out: a → b → c → a.
        In the form "test" these questions depend on each other and cannot be worked out: n → n.
        In the form "test" these questions depend on each other and cannot be worked out: n → n.
        In the form "test" these questions depend on each other and cannot be worked out: g → g/in → g.
    "#]]
    .assert_eq(&[told(&ring), told(&own), told(&length), told(&group)].concat());
    // Constraints may look at each other: nothing is worked out from them.
    let mutual = [
        question("date", "from", json!({"constraint": "${to} = '' or . <= ${to}"})),
        question("date", "to", json!({"constraint": ". >= ${from}"})),
    ];
    let mut session = open(&form(&mutual));
    answer(&mut session, &[("from", "2026-11-02".into()), ("to", "2026-11-03".into())]);
    assert_eq!(code(session.answer("to", "2026-11-01".into())), ProblemCode::AnswerOutsideConstraint);
}

#[test]
fn forms_that_are_no_forms_are_told_apart() {
    let told = |json: &str| sentences(&FormDef::parse(json).unwrap_err());
    let good = form_json(&[question("text", "a", json!({}))]);
    let newer = good.replace("\"engine_version\":1", &format!("\"engine_version\":{}", ENGINE_VERSION + 1));
    let newer = newer.replace("\"kind\":\"text\"", "\"kind\":\"hologram\"");
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let lines = [
        told(""),
        told("{}"),
        told("{\"id\": 1}"),
        told(&newer),
        told(&good.replace("\"text\"", "\"hologram\"")),
        told(&good.replace("\"name\":", "\"nam\":")),
        told(&deep),
        told(&" ".repeat(2_000_000)),
    ];
    expect![[r#"
        The form file cannot be read at line 1, column 0: EOF while parsing a value. The county has to mend it.
        The form file cannot be read at line 1, column 2: missing field `id`. The county has to mend it.
        The form file cannot be read at line 1, column 8: invalid type: integer `1`, expected a string. The county has to mend it.
        The form "test" needs a newer app (2): update it, then fill it in. What is kept is safe, and other forms work as usual.
        The form file cannot be read at line 1, column 229: unknown variant `hologram`, expected one of `group`, `select_one`, `select_multiple`, `integer`, `decimal`, `date`, `text`, `note`, `calculate`. The county has to mend it.
        The form file cannot be read at line 1, column 259: unknown field `nam`, expected one of `kind`, `name`, `label`, `hint`, `list`, `relevant`, `required`, `constraint`, `constraint_message`, `calculation`, `default`, `max_length`, `compare_with_last`, `safety`, `concerns`, `nodes`. The county has to mend it.
        The form file cannot be read at line 1, column 1: invalid type: sequence, expected a string. The county has to mend it.
        In the form "", "JSON" is too large; the limit is 1048576.
    "#]].assert_eq(&lines.concat());
}

#[test]
fn one_form_has_one_hash_whatever_its_spelling() {
    let def = FormDef::parse(&form_json(&every_kind())).unwrap();
    let pretty = serde_json::to_string_pretty(&def).unwrap();
    let same = FormDef::parse(&pretty).unwrap();
    assert_eq!(same.hash(), def.hash());
    assert_eq!(same.canonical(), def.canonical());
    let form = Form::parse(&def.canonical()).unwrap();
    assert_eq!((form.canonical(), form.hash()), (def.canonical().as_str(), def.hash()));
    assert_eq!(form.field_order().collect::<Vec<_>>(), def.field_order());
    let mut other = def.clone();
    other.version.push('x');
    assert_ne!(other.hash(), def.hash());
}

#[test]
fn the_verdict_questions_what_no_session_would_send() {
    let form = form(&every_kind());
    let mut session = open(&form);
    answer(&mut session, &[("one", "a".into()), ("int", Value::Int(5))]);
    let good = session.finish().unwrap();
    let judge = |row: &[Value], origins: &str| sentences(&verdict(&form, row, origins, &good.given));
    assert_eq!(judge(&good.row, ""), "");
    let with = |field: usize, value: Value| {
        let mut row = good.row.clone();
        row[field] = value;
        row
    };
    let odd = [
        judge(&with(0, "z".into()), ""),
        judge(&with(1, list(&["b", "a"])), ""),
        judge(&with(2, Value::Int(500)), ""),
        judge(&with(3, "1.50".into()), ""),
        judge(&with(5, "一二三四五六".into()), ""),
        judge(&with(6, Value::Int(11)), ""),
        judge(&with(4, Value::Bool(true)), ""),
        judge(&good.row[..3], ""),
        judge(&[], ""),
        judge(&good.row, "ap"),
        judge(&good.row, "?"),
        judge(&good.row, "aaaaaaaaaaaaaaaaa"),
    ];
    expect![[r#"
        "one" has no choice "z". Everything else is saved.
        --
        "many" needs 选项. Everything else is saved.
        --
        "int": 应在0到120之间. What you filled in is kept.
        By the form "twice" should be "1000"; "10" arrived. Nothing is lost; please look.
        By the form "shown" should be "250"; "2" arrived. Nothing is lost; please look.
        --
        "dec" needs 数字，如 38.5. Everything else is saved.
        --
        "txt" is too long: at most 5 characters. What you wrote is kept.
        --
        By the form "twice" should be "10"; "11" arrived. Nothing is lost; please look.
        --
        "day" needs 日期，如 2026-11-23. Everything else is saved.
        --
        3 answers arrived for a form of 8. Nothing is lost; please look.
        By the form "twice" should be "10"; "" arrived. Nothing is lost; please look.
        By the form "shown" should be "2"; "" arrived. Nothing is lost; please look.
        --
        0 answers arrived for a form of 8. Nothing is lost; please look.
        --
        The origins "ap" do not fit this form. Nothing is lost; please look.
        --
        The origins "?" do not fit this form. Nothing is lost; please look.
        --
        The origins "aaaaaaaaaaaaaaaaa" do not fit this form. Nothing is lost; please look.
    "#]]
    .assert_eq(&odd.join("--\n"));
}
