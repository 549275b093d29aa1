//! A session as the phone drives it.

use crate::check::{answer, context, form, form_json, list, open, question, sentences, troubles};
use domain::problem::ProblemCode;
use domain::time::Day;
use domain::value::{Origin, Value};
use expect_test::expect;
use forms::def::{ENGINE_VERSION, FormDef};
use forms::form::Form;
use forms::session::{Context, FormDelta, LastVisit, Session, unchanged_runs};
use forms::verdict::{verdict, verdict_within};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

fn paths(delta: &FormDelta) -> Vec<&str> {
    delta.changed.iter().map(|state| state.path.as_str()).collect()
}

fn code(result: Result<FormDelta, domain::problem::Problem>) -> ProblemCode {
    result.unwrap_err().code
}

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

fn every_kind() -> Vec<Json> {
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
        "int": It lies between 0 and 120. Everything else is saved.
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
    assert_eq!(told.zh(), "“int”：应在0到120之间。其他内容都已存好。");
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
    session.unchanged("health").unwrap();
    assert_eq!(session.value("health/more"), &Value::text("speaks well"), "what was asked stands");
    assert_eq!(session.finish().unwrap().origins, "c");
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
    let form = compared();
    assert_eq!(verdict_within(&form, &answers.row, &answers.origins, &answers.given, 2), vec![]);
    let told = verdict_within(&form, &answers.row, &answers.origins, &answers.given, 1);
    assert_eq!(told.iter().map(|problem| problem.code).collect::<Vec<_>>(), [ProblemCode::UnchangedTooOften]);
    answers.origins = "caaaac".into();
    let told = verdict(&form, &answers.row, &answers.origins, &answers.given);
    assert_eq!(
        told.iter().map(|problem| problem.code).collect::<Vec<_>>(),
        [ProblemCode::UnchangedNotOffered]
    );
}

#[test]
fn runs_of_nothing_changed_are_counted_from_the_newest_visit() {
    let form = compared();
    let runs = |visits: &[&str]| unchanged_runs(&form, visits.iter().copied());
    assert_eq!(runs(&[]), BTreeMap::new());
    assert_eq!(runs(&["caac", "c", "aaac"]), BTreeMap::from([("health".into(), 2), ("home".into(), 1)]));
    assert_eq!(runs(&["", "cccc"]), BTreeMap::new());
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
        The form "test" needs a newer app (2). Other forms work as usual.
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
        "int": 应在0到120之间. Everything else is saved.
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
