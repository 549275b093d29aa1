//! The expression language: the choices that ODK leaves open, one table a subject.
//!
//! The fixture: num 4, dec 2.5, day 2026-02-28, txt " 李 阿普 ", empty nothing, one b, many a c,
//! far/off answered but not relevant. Today is 2026-11-23, a Monday.

use crate::check::tried;
use expect_test::expect;

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
