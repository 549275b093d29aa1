//! The functions, one table a subject; the fixture is that of `expressions`.

use crate::check::tried;
use expect_test::expect;

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
