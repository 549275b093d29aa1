//! The sentence over the table, read back: the numbers that its words give.

use crate::coverage::reading::{Row, sentence_en, sentence_zh};
use crate::coverage::{Excluded, Standing, Status};
use crate::period::Period;
use crate::time::Day;
use std::collections::BTreeMap;

/// What the sentence says of whom; what it does not name is nobody.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    register: i64,
    excluded: i64,
    reasons: BTreeMap<Excluded, i64>,
    due: i64,
    met: i64,
    met_home: i64,
    open: i64,
    change_pending: i64,
    tried: i64,
    silent: i64,
    not_yet: i64,
    missed_before: i64,
}

/// The number behind a word, with commas between thousands; zero when the word is not there, which may be there
/// once only.
fn after(text: &str, word: &str) -> i64 {
    let Some((before, rest)) = text.split_once(word) else { return 0 };
    assert!(!before.contains(word) && !rest.contains(word), "{word} twice in {text}");
    let number: String = rest.chars().take_while(|one| one.is_ascii_digit() || *one == ',').collect();
    let digits: String = number.trim_end_matches(',').split(',').collect();
    digits.parse().unwrap_or_else(|_| panic!("no number after {word} in {text}"))
}

fn reasons(text: &str, word: fn(Excluded) -> &'static str) -> BTreeMap<Excluded, i64> {
    let told = |reason: &Excluded| (*reason, after(text, &format!("{} ", word(*reason))));
    Excluded::ALL.iter().map(told).filter(|(_, people)| *people != 0).collect()
}

fn read_zh(sentence: &str) -> Told {
    let (_, text) = sentence.split_once('\n').unwrap();
    let (counted, rest) = text.split_at(text.find("其中上门").unwrap());
    let reasoned = counted.split_once("不计入 ").map_or("", |(_, rest)| rest);
    Told {
        register: after(counted, "名册 "),
        excluded: after(counted, "不计入 "),
        reasons: reasons(reasoned.split_once("），").map_or("", |(reasons, _)| reasons), Excluded::zh),
        due: after(counted, "应走访 "),
        met: after(counted, "已走访 "),
        met_home: after(rest, "其中上门 "),
        open: after(rest, "未走访 "),
        change_pending: after(rest, "情况有变待确认 "),
        tried: after(rest, "去过未见到 "),
        silent: after(rest, "手机未回传 "),
        not_yet: after(rest, "还没去 "),
        missed_before: after(rest, "漏访至今未补 "),
    }
}

fn read_en(sentence: &str) -> Told {
    let (_, text) = sentence.split_once('\n').unwrap();
    let (counted, rest) = text.split_once(" at home.").unwrap();
    let (before, reasoned) = counted.split_once(" not counted (").unwrap_or((counted, ""));
    let excluded = before.rsplit_once(' ').map_or("", |(_, number)| number);
    Told {
        register: after(counted, "Register "),
        excluded: if reasoned.is_empty() { 0 } else { excluded.replace(',', "").parse().unwrap() },
        reasons: reasons(reasoned.split_once("), ").map_or("", |(reasons, _)| reasons), Excluded::en),
        due: after(counted, ", due "),
        met: after(counted, "; visited "),
        met_home: after(counted, ", of these "),
        open: after(rest, "Not visited "),
        change_pending: after(rest, "change to be confirmed "),
        tried: after(rest, "tried, not met "),
        silent: after(rest, "phone silent "),
        not_yet: after(rest, "not yet "),
        missed_before: after(rest, "still not visited: "),
    }
}

/// What both sentences over a row say, which is the same.
pub fn told(row: &Row, period: Period) -> Told {
    let zh = read_zh(&sentence_zh(row, "探访", period, "11月23日"));
    assert_eq!(read_en(&sentence_en(row, "visits", period, "23 November")), zh);
    zh
}

/// What is to be said, from the lists: everybody as they stand on a day, whether the phones of their village are
/// silent, and how many of the period before are missed still.
pub fn listed<'s>(
    standings: impl Iterator<Item = (&'s Standing, bool)>,
    as_of: Day,
    missed_before: i64,
) -> Told {
    let mut told = Told { missed_before, ..Told::default() };
    for (status, silent) in standings.filter_map(|(one, silent)| Some((one.step_on(as_of)?.status, silent))) {
        told.register += 1;
        if let Status::Excluded(reason) = status {
            told.excluded += 1;
            *told.reasons.entry(reason).or_default() += 1;
            continue;
        }
        told.due += 1;
        match status {
            Status::MetHome | Status::MetOther => told.met += 1,
            _ => told.open += 1,
        }
        match status {
            Status::MetHome => told.met_home += 1,
            Status::ChangePending => told.change_pending += 1,
            Status::Tried => told.tried += 1,
            Status::NotYet if silent => told.silent += 1,
            Status::NotYet => told.not_yet += 1,
            Status::MetOther | Status::Excluded(_) => {}
        }
    }
    told
}

#[test]
fn every_number_of_a_sentence_is_read_back() {
    let excluded: BTreeMap<_, _> = Excluded::ALL.iter().copied().zip(1_001..).collect();
    let row = Row {
        register: 1_234_567,
        due: 23_456,
        met: 12_345,
        met_home: 1_111,
        change_pending: 2,
        tried: 3,
        silent: 4_444,
        not_yet: 6_662,
        missed_before: 7_777,
        excluded: excluded.clone(),
        ..Row::empty(super::COUNTY)
    };
    let told = told(&row, "2026-11".parse().unwrap());
    let expected = Told {
        register: 1_234_567,
        excluded: excluded.values().sum(),
        reasons: excluded,
        due: 23_456,
        met: 12_345,
        met_home: 1_111,
        open: row.open(),
        change_pending: 2,
        tried: 3,
        silent: 4_444,
        not_yet: 6_662,
        missed_before: 7_777,
    };
    assert_eq!(told, expected);
}
