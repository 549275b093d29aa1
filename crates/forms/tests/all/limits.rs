//! Expressions that cannot be understood, and the bounds on those that can.

use crate::check::{form, form_json, open, question, tried, troubles};
use domain::value::Value;
use expect_test::expect;
use forms::form::Form;
use serde_json::json;

#[test]
fn faults_name_the_column() {
    tried(
        &[
            "1 +",
            "(1",
            "1)",
            "1 1",
            "",
            "'abc",
            "“abc",
            "${abc",
            "nosuch(1)",
            "selected(1)",
            "if(1,2)",
            "round(1,2,3)",
            "concat()",
            "a b",
            "1 & 2",
            "//num",
            "${num}[1]",
            "@x",
            "outside(${txt})",
            "outside('')",
            "outside('today')",
            "outside('last/num')",
            "last-answer('nobody')",
            "and",
            "or 1",
            "1 + * 2",
            "div",
            "1 <> 2",
            "中文",
        ],
        expect![[r#"
            1 + => In the form "test", "far/result · calculation" stops at column 3; something is missing after it.
            (1 => In the form "test", "far/result · calculation" stops at column 2; something is missing after it.
            1) => In the form "test", "far/result · calculation", column 2: ")" does not belong here.
            1 1 => In the form "test", "far/result · calculation", column 3: "1" does not belong here.
             => In the form "test", "far/result · calculation" stops at column 1; something is missing after it.
            'abc => In the form "test", "far/result · calculation", column 1: ' is never closed.
            “abc => In the form "test", "far/result · calculation", column 1: “ is never closed.
            ${abc => In the form "test", "far/result · calculation", column 1: ${ is never closed.
            nosuch(1) => In the form "test", "far/result · calculation", column 1: there is no function "nosuch".
            selected(1) => In the form "test", "far/result · calculation", column 1: the function "selected" takes 2 arguments, not 1.
            if(1,2) => In the form "test", "far/result · calculation", column 1: the function "if" takes 3 arguments, not 2.
            round(1,2,3) => In the form "test", "far/result · calculation", column 1: the function "round" takes 1-2 arguments, not 3.
            concat() => In the form "test", "far/result · calculation", column 1: the function "concat" takes 1+ arguments, not 0.
            a b => In the form "test", "far/result · calculation", column 3: "b" does not belong here.
            1 & 2 => In the form "test", "far/result · calculation", column 3: "&" does not belong here.
            //num => In the form "test", "far/result · calculation", column 1: "/" does not belong here.
            ${num}[1] => In the form "test", "far/result · calculation", column 7: "[" does not belong here.
            @x => In the form "test", "far/result · calculation", column 1: "@" does not belong here.
            outside(${txt}) => In the form "test", "far/result · calculation", column 1: the function "outside" needs a name written in quotes here.
            outside('') => In the form "test", "far/result · calculation", column 1: the form has no "".
            outside('today') => In the form "test", "far/result · calculation", column 1: the form has no "today".
            outside('last/num') => In the form "test", "far/result · calculation", column 1: the form has no "last/num".
            last-answer('nobody') => In the form "test", "far/result · calculation", column 1: the form has no "nobody".
            and => In the form "test", "far/result · calculation", column 1: the form has no "and".
            or 1 => In the form "test", "far/result · calculation", column 4: "1" does not belong here.
            1 + * 2 => In the form "test", "far/result · calculation", column 5: "*" does not belong here.
            div => In the form "test", "far/result · calculation", column 1: the form has no "div".
            1 <> 2 => In the form "test", "far/result · calculation", column 4: ">" does not belong here.
            中文 => In the form "test", "far/result · calculation", column 1: "中" does not belong here.
        "#]],
    );
}

#[test]
fn nesting_ends_in_a_clean_fault() {
    let nested = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let fault = forms::expr::parse(&nested).unwrap_err();
    assert_eq!(fault.to_string(), "column 10000: TooDeep(10000)");
    for text in [
        format!("{}1{}", "(".repeat(4_000), ")".repeat(4_000)),
        format!("{}1", "-".repeat(9_000)),
        format!("{}1{}", "not(".repeat(2_000), ")".repeat(2_000)),
        vec!["1"; 3_000].join("+"),
    ] {
        let fault = forms::expr::parse(&text).unwrap_err();
        assert!(matches!(fault.kind, forms::expr::FaultKind::TooDeep(_)), "{fault}");
    }
    assert!(forms::expr::parse(&vec!["1"; 250].join(" or ")).is_ok());
}

#[test]
fn an_ambiguous_name_asks_for_its_path() {
    let nodes = [
        question("text", "x", json!({})),
        question("group", "g", json!({"nodes": [question("text", "x", json!({"relevant": "${x} = 1"}))]})),
    ];
    expect![[r#"
        In the form "test", "g/x · relevant", column 1: there is more than one "x"; write its path.
    "#]]
    .assert_eq(&troubles(&nodes));
}

#[test]
fn work_is_bounded() {
    // Each doubles the text before it: a thousandfold in ten steps, and there are forty.
    let mut nodes = vec![question("calculate", "c0", json!({"calculation": "'0123456789'"}))];
    for step in 1..40 {
        let before = format!("${{c{}}}", step - 1);
        let calculation = format!("concat({before}, {before})");
        nodes.push(question("calculate", &format!("c{step}"), json!({"calculation": calculation})));
    }
    let form = form(&nodes);
    let session = open(&form);
    let longest = (0..40).map(|step| session.value(&format!("c{step}")).as_text().map_or(0, str::len)).max();
    assert_eq!(longest, Some(5_120));
    assert_eq!(session.value("c39"), &Value::Null);
    assert!(session.finish().is_ok(), "a form's own trouble keeps nobody from finishing");
}

#[test]
fn once_keeps_what_it_gave() {
    let nodes = [
        question("integer", "n", json!({})),
        question("calculate", "first", json!({"calculation": "once(${n})"})),
    ];
    let form = std::sync::Arc::new(Form::parse(&form_json(&nodes)).unwrap());
    let mut session = open(&form);
    session.answer("n", Value::Int(1)).unwrap();
    session.answer("n", Value::Int(2)).unwrap();
    assert_eq!(session.value("first"), &Value::Int(1));
    let again = forms::session::Session::open(form, crate::check::context(), Some(session.draft()));
    assert_eq!(again.value("first"), &Value::Int(1));
    let answers = session.finish().unwrap();
    assert_eq!(forms::verdict::verdict(session.form(), &answers.row, "", &answers.given), vec![]);
}
