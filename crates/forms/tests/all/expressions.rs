//! The expression language: the choices that ODK leaves open, one table a subject.
//!
//! The fixture: num 4, dec 2.5, day 2026-02-28, txt " 李 阿普 ", empty nothing, one b, many a c,
//! far/off answered but not relevant. Today is 2026-11-23, a Monday.

use crate::check::{form, form_json, open, question, tried, troubles};
use domain::value::Value;
use expect_test::expect;
use forms::form::Form;
use serde_json::json;

#[test]
fn operators_bind_as_in_xpath() {
    tried(
        &[
            "1 + 2 * 3",
            "(1 + 2) * 3",
            "10 - 4 - 3",
            "-2 * -3",
            "2 - -1",
            "- - 1",
            "7 mod 3",
            "-7 mod 3",
            "7 mod -3",
            "7 div 2",
            "1 div 0",
            "0 div 0",
            "1 < 2 and 2 < 3",
            "true() or false() and false()",
            "1 = 1 = 1",
            "3 > 2 > 1",
            "${num} -1",
            "${num}-1",
            "2 *${num}",
            "1 + 1 = 2 and 'a' != 'b'",
        ],
        expect![[r#"
            1 + 2 * 3 => 7
            (1 + 2) * 3 => 9
            10 - 4 - 3 => 3
            -2 * -3 => 6
            2 - -1 => 3
            - - 1 => 1
            7 mod 3 => 1
            -7 mod 3 => -1
            7 mod -3 => 1
            7 div 2 => "3.5"
            1 div 0 => null
            0 div 0 => null
            1 < 2 and 2 < 3 => true
            true() or false() and false() => true
            1 = 1 = 1 => true
            3 > 2 > 1 => false
            ${num} -1 => 3
            ${num}-1 => 3
            2 *${num} => 8
            1 + 1 = 2 and 'a' != 'b' => true
        "#]],
    );
}

#[test]
fn equality_goes_by_truth_then_number_then_text() {
    tried(
        &[
            "'1' = 1",
            "'1.0' = 1",
            "'1' = '1.0'",
            "true() = 'false'",
            "true() = 1",
            "true() = 0",
            "'' = 0",
            "'' = false()",
            "${empty} = ''",
            "${empty} != 0",
            "${num} = 4",
            "${dec} = 2.5",
            "${one} = 'b'",
            "${one} != 'a'",
            "0.1 + 0.2 = 0.3",
            "${day} = '2026-02-28'",
            "${far/off} = ''",
            "number('x') = number('x')",
        ],
        expect![[r#"
            '1' = 1 => true
            '1.0' = 1 => true
            '1' = '1.0' => false
            true() = 'false' => true
            true() = 1 => true
            true() = 0 => false
            '' = 0 => false
            '' = false() => true
            ${empty} = '' => true
            ${empty} != 0 => true
            ${num} = 4 => true
            ${dec} = 2.5 => true
            ${one} = 'b' => true
            ${one} != 'a' => true
            0.1 + 0.2 = 0.3 => true
            ${day} = '2026-02-28' => true
            ${far/off} = '' => true
            number('x') = number('x') => false
        "#]],
    );
}

#[test]
fn comparison_is_of_numbers_and_dates_are_numbers() {
    tried(
        &[
            "'10' > '9'",
            "'a' < 'b'",
            "${empty} < 1",
            "${empty} >= 0",
            "${day} < today()",
            "${day} < '2026-12-31'",
            "${day} < date('2026-12-31')",
            "today() - ${day}",
            "today() + 1",
            "date(today() + 1)",
            "${num} <= 4",
        ],
        expect![[r#"
            '10' > '9' => true
            'a' < 'b' => false
            ${empty} < 1 => false
            ${empty} >= 0 => false
            ${day} < today() => true
            ${day} < '2026-12-31' => false
            ${day} < date('2026-12-31') => true
            today() - ${day} => 268
            today() + 1 => 20781
            date(today() + 1) => "2026-11-24"
            ${num} <= 4 => true
        "#]],
    );
}

#[test]
fn texts_become_numbers_only_when_they_look_like_them() {
    tried(
        &[
            "number(' 12 ')",
            "number('1,5')",
            "number('1e3')",
            "number('+1')",
            "number('')",
            "number('12a')",
            "number('-')",
            "number(true())",
            "number('１２')",
            "string(1.50)",
            "string(12345678.5)",
            "string(-0)",
            "string(1 div 3)",
            "string(0.0000000000001)",
            "string(true())",
            "string(number('x'))",
            "boolean('false')",
            "boolean('')",
            "boolean(0)",
            "boolean(number('x'))",
            "boolean-from-string('TRUE')",
            "boolean-from-string('yes')",
        ],
        expect![[r#"
            number(' 12 ') => 12
            number('1,5') => "1.5"
            number('1e3') => null
            number('+1') => null
            number('') => null
            number('12a') => null
            number('-') => null
            number(true()) => 1
            number('１２') => null
            string(1.50) => "1.5"
            string(12345678.5) => "12345678.5"
            string(-0) => "0"
            string(1 div 3) => "0.3333333333333333"
            string(0.0000000000001) => "0"
            string(true()) => "true"
            string(number('x')) => "NaN"
            boolean('false') => true
            boolean('') => false
            boolean(0) => false
            boolean(number('x')) => false
            boolean-from-string('TRUE') => true
            boolean-from-string('yes') => false
        "#]],
    );
}

#[test]
fn rounding_takes_halves_upwards() {
    tried(
        &[
            "round(1.5)",
            "round(2.5)",
            "round(-1.5)",
            "round(-2.5)",
            "round(2.345, 2)",
            "round(-2.345, 2)",
            "round(33.33, -1)",
            "round(0.49999999999999994)",
            "round('x')",
            "round(1.5, 99)",
            "int(1.9)",
            "int(-1.9)",
            "int('x')",
            "floor(-1.5)",
            "ceiling(1.1)",
            "abs(-3)",
        ],
        expect![[r#"
            round(1.5) => 2
            round(2.5) => 3
            round(-1.5) => -1
            round(-2.5) => -2
            round(2.345, 2) => "2.35"
            round(-2.345, 2) => "-2.34"
            round(33.33, -1) => 30
            round(0.49999999999999994) => 0
            round('x') => null
            round(1.5, 99) => null
            int(1.9) => 1
            int(-1.9) => -1
            int('x') => null
            floor(-1.5) => -2
            ceiling(1.1) => 2
            abs(-3) => 3
        "#]],
    );
}

#[test]
fn aggregates_pass_over_what_is_no_number() {
    tried(
        &[
            "sum(${num}, ${dec})",
            "sum(${num}, 'x', ${empty})",
            "min(${num}, ${dec})",
            "max(-3, -2)",
            "max('x')",
            "min(${empty}, 5)",
            "count(${num})",
            "count(${num}, ${empty}, ${far/off})",
            "count-non-empty(${num}, ${empty}, ${far/off})",
            "position(..)",
        ],
        expect![[r#"
            sum(${num}, ${dec}) => "6.5"
            sum(${num}, 'x', ${empty}) => 4
            min(${num}, ${dec}) => "2.5"
            max(-3, -2) => -2
            max('x') => null
            min(${empty}, 5) => 5
            count(${num}) => 1
            count(${num}, ${empty}, ${far/off}) => 2
            count-non-empty(${num}, ${empty}, ${far/off}) => 1
            position(..) => 1
        "#]],
    );
}

#[test]
fn choices_are_codes_in_the_forms_order() {
    tried(
        &[
            "selected(${many}, 'a')",
            "selected(${many}, 'b')",
            "selected(${many}, ' c ')",
            "selected(${one}, 'b')",
            "selected('x y', 'y')",
            "selected(${empty}, '')",
            "count-selected(${many})",
            "count-selected(${empty})",
            "count-selected('x  y')",
            "selected-at(${many}, 0)",
            "selected-at(${many}, 1)",
            "selected-at(${many}, 2)",
            "selected-at(${many}, -1)",
            "string(${many})",
            "jr:choice-name(${one}, '${one}')",
            "jr:choice-name(selected-at(${many}, 1), '${many}')",
            "jr:choice-name('z', '${one}')",
            "jr:choice-name('a', 'x')",
        ],
        expect![[r#"
            selected(${many}, 'a') => true
            selected(${many}, 'b') => false
            selected(${many}, ' c ') => true
            selected(${one}, 'b') => true
            selected('x y', 'y') => true
            selected(${empty}, '') => true
            count-selected(${many}) => 2
            count-selected(${empty}) => 0
            count-selected('x  y') => 2
            selected-at(${many}, 0) => "a"
            selected-at(${many}, 1) => "c"
            selected-at(${many}, 2) => null
            selected-at(${many}, -1) => null
            string(${many}) => "a c"
            jr:choice-name(${one}, '${one}') => "乙"
            jr:choice-name(selected-at(${many}, 1), '${many}') => "丙"
            jr:choice-name('z', '${one}') => null
            jr:choice-name('a', 'x') => In the form "test", "far/result · calculation", column 1: the form has no "x".
        "#]],
    );
}

#[test]
fn text_counts_characters() {
    tried(
        &[
            "string-length(${txt})",
            "string-length('𠮷野')",
            "normalize-space(${txt})",
            "concat('a', 1, true())",
            "concat(${many}, ${empty})",
            "join('、', 'a', '', 'b')",
            "join('-')",
            "contains(${txt}, '阿')",
            "starts-with('abc', 'ab')",
            "ends-with('abc', 'bc')",
            "contains('a', '')",
            "substr('山访走访', 1)",
            "substr('山访走访', 1, 3)",
            "substr('abc', -2)",
            "substr('abc', 0, -1)",
            "substr('abc', 2, 1)",
            "substr('abc', 'x')",
            "substring-before('a/b/c', '/')",
            "substring-after('a/b/c', '/')",
            "substring-after('abc', 'x')",
            "translate('abcabc', 'abc', 'AB')",
        ],
        expect![[r#"
            string-length(${txt}) => 6
            string-length('𠮷野') => 2
            normalize-space(${txt}) => "李 阿普"
            concat('a', 1, true()) => "a1true"
            concat(${many}, ${empty}) => "a c"
            join('、', 'a', '', 'b') => "a、、b"
            join('-') => null
            contains(${txt}, '阿') => true
            starts-with('abc', 'ab') => true
            ends-with('abc', 'bc') => true
            contains('a', '') => true
            substr('山访走访', 1) => "访走访"
            substr('山访走访', 1, 3) => "访走"
            substr('abc', -2) => "bc"
            substr('abc', 0, -1) => "ab"
            substr('abc', 2, 1) => null
            substr('abc', 'x') => "abc"
            substring-before('a/b/c', '/') => "a"
            substring-after('a/b/c', '/') => "b/c"
            substring-after('abc', 'x') => null
            translate('abcabc', 'abc', 'AB') => "ABAB"
        "#]],
    );
}

#[test]
fn patterns_match_the_whole_text_and_ascii_digits() {
    tried(
        &[
            "regex('13800000000', '1[3-9]\\d{9}')",
            "regex('x13800000000', '1[3-9]\\d{9}')",
            "regex('１２', '\\d+')",
            "regex('李阿普', '.{3}')",
            "regex('a b', '\\w\\s\\w')",
            "regex('a', concat('[', 'a-c', ']'))",
            "regex('a', concat('[', ''))",
            "regex('a', '[')",
            "regex('aa', '(a)\\1')",
        ],
        expect![[r#"
            regex('13800000000', '1[3-9]\d{9}') => true
            regex('x13800000000', '1[3-9]\d{9}') => false
            regex('１２', '\d+') => false
            regex('李阿普', '.{3}') => true
            regex('a b', '\w\s\w') => true
            regex('a', concat('[', 'a-c', ']')) => true
            regex('a', concat('[', '')) => false
            regex('a', '[') => In the form "test", "far/result · calculation", column 12: this regex cannot be used: unclosed character class.
            regex('aa', '(a)\1') => In the form "test", "far/result · calculation", column 13: this regex cannot be used: backreferences are not supported.
        "#]],
    );
}

#[test]
fn dates_are_days_in_shanghai() {
    tried(
        &[
            "today()",
            "now()",
            "string(now())",
            "date('2026-11-23T23:30:00.000Z')",
            "date('2026-02-30')",
            "date('x')",
            "date(0)",
            "date(20000.9)",
            "date-time('2026-11-23')",
            "date-time('2026-11-23T10:20')",
            "decimal-date-time('1970-01-02')",
            "decimal-date-time('1970-01-02T00:00:00Z')",
            "decimal-time('2026-11-23T12:00:00.000+08:00')",
            "format-date(${day}, '%Y年%n月%e日 %a')",
            "format-date('2026-11-05', '%y%m%d %b %A %%')",
            "format-date-time(now(), '%H:%M:%S.%3 %h')",
            "format-date('', '%Y')",
            "format-date('x', '%Y')",
            "difference-in-months('2026-01-31', '2026-02-28')",
            "difference-in-months('2026-01-31', '2026-03-30')",
            "difference-in-months('2026-03-30', '2026-01-31')",
            "difference-in-months('2024-02-29', ${day})",
            "difference-in-months('', today())",
            "difference-in-days(${day}, '2026-03-02')",
        ],
        expect![[r#"
            today() => "2026-11-23"
            now() => "2026-11-23T10:20:30.000+08:00"
            string(now()) => "2026-11-23"
            date('2026-11-23T23:30:00.000Z') => "2026-11-24"
            date('2026-02-30') => null
            date('x') => null
            date(0) => "1970-01-01"
            date(20000.9) => "2024-10-04"
            date-time('2026-11-23') => "2026-11-23T00:00:00.000+08:00"
            date-time('2026-11-23T10:20') => "2026-11-23T10:20:00.000+08:00"
            decimal-date-time('1970-01-02') => "0.6666666666666666"
            decimal-date-time('1970-01-02T00:00:00Z') => 1
            decimal-time('2026-11-23T12:00:00.000+08:00') => "0.5"
            format-date(${day}, '%Y年%n月%e日 %a') => "2026年2月28日 周六"
            format-date('2026-11-05', '%y%m%d %b %A %%') => "261105 11月 星期四 %"
            format-date-time(now(), '%H:%M:%S.%3 %h') => "10:20:30.000 10"
            format-date('', '%Y') => null
            format-date('x', '%Y') => null
            difference-in-months('2026-01-31', '2026-02-28') => 1
            difference-in-months('2026-01-31', '2026-03-30') => 1
            difference-in-months('2026-03-30', '2026-01-31') => -1
            difference-in-months('2024-02-29', ${day}) => 24
            difference-in-months('', today()) => null
            difference-in-days(${day}, '2026-03-02') => 2
        "#]],
    );
}

#[test]
fn conditions_are_lazy_and_coalesce_passes_over_nothing() {
    tried(
        &[
            "if(${num} > 3, 'more', 'less')",
            "if('', 1, 2)",
            "coalesce(${empty}, 'x')",
            "coalesce(number('x'), ${empty}, 7)",
            "coalesce(${num}, 1)",
            "coalesce('', '')",
            "not('')",
            "not(${num})",
            "once('first')",
        ],
        expect![[r#"
            if(${num} > 3, 'more', 'less') => "more"
            if('', 1, 2) => 2
            coalesce(${empty}, 'x') => "x"
            coalesce(number('x'), ${empty}, 7) => 7
            coalesce(${num}, 1) => 4
            coalesce('', '') => null
            not('') => true
            not(${num}) => false
            once('first') => "first"
        "#]],
    );
}

#[test]
fn names_are_found_by_name_and_by_path() {
    tried(
        &[
            "${dec}",
            "${ dec }",
            "/data/dec",
            "/anything/dec",
            "../../dec",
            "../../num",
            "../off",
            "${far/off}",
            "${far}/off",
            "current()/../../num",
            "${nobody}",
            "${far/nobody}",
            "/data/far/nobody",
            "../../../dec",
            "dec",
        ],
        expect![[r#"
            ${dec} => "2.5"
            ${ dec } => "2.5"
            /data/dec => "2.5"
            /anything/dec => "2.5"
            ../../dec => "2.5"
            ../../num => 4
            ../off => null
            ${far/off} => null
            ${far}/off => null
            current()/../../num => 4
            ${nobody} => In the form "test", "far/result · calculation", column 1: the form has no "nobody".
            ${far/nobody} => In the form "test", "far/result · calculation", column 1: the form has no "${far/nobody}".
            /data/far/nobody => In the form "test", "far/result · calculation", column 1: the form has no "/data/far/nobody".
            ../../../dec => In the form "test", "far/result · calculation", column 1: the form has no "../../../dec".
            dec => In the form "test", "far/result · calculation", column 1: the form has no "dec".
        "#]],
    );
}

#[test]
fn what_a_chinese_keyboard_types_is_understood() {
    tried(
        &[
            "if（${num} ＝ 4，'对'，'错'）",
            "if(${one} = ‘b’, “对”, ’错’)",
            "'请填“无”'",
            "\"它’s\"",
            "1　＋　2",
            "'（'",
        ],
        expect![[r#"
            if（${num} ＝ 4，'对'，'错'） => "对"
            if(${one} = ‘b’, “对”, ’错’) => "对"
            '请填“无”' => "请填“无”"
            "它’s" => "它’s"
            1　＋　2 => 3
            '（' => "（"
        "#]],
    );
}

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
