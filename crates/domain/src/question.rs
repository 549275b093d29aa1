//! 请您补充: what the county asks of an entry that it took in, and whether it was answered since. The phone and the
//! county's desk read it alike.

use crate::catalogue::keys;
use crate::head::Head;
use crate::log::Dot;
use crate::patch::ANSWER_PREFIX;
use crate::problem::{Problem, ProblemCode};
use crate::time::{Day, Happened};
use crate::value::Value;
use crate::visit::dated_ahead;

/// Whether the record, as it stands, still lacks what the county asked for when it took this entry in.
///
/// A reason that was said answers why a visit was entered late, a time amended to no later day than that of the
/// arrival how it could be dated after it; an amended answer answers what was asked of the
/// one before. Anything else is settled by the county's word only.
pub fn stands(question: &Problem, entry: Dot, head: &Head) -> bool {
    if matches!(question.code, ProblemCode::VisitTooLongAgo | ProblemCode::PeriodClosed) {
        return head.text(keys::LATE_REASON).is_none_or(|reason| reason.trim().is_empty());
    }
    if question.code == ProblemCode::VisitDatedAhead {
        return still_ahead(question, head);
    }
    if question.code == ProblemCode::ReviewerAsks {
        return unexplained(question, entry, head);
    }
    let Some(path) = question.params.get("path") else { return true };
    let writes = head.fields.get(&format!("{ANSWER_PREFIX}{path}"));
    // What was never answered is not asked any more once something stands there.
    writes.is_none_or(|writes| {
        writes.iter().any(|write| write.dot() == entry) || writes.iter().all(|write| write.value.is_null())
    })
}

/// Whether what a reviewer asked has neither another answer nor a word of its author. What was said before the
/// question answers nothing.
fn unexplained(question: &Problem, entry: Dot, head: &Head) -> bool {
    let Some(field) = question.params.get("field") else { return true };
    let earlier = question.params.get("said").map(String::as_str).unwrap_or_default();
    let said = head.fields.get(&format!("{}{field}", keys::EXPLAINED)).into_iter().flatten();
    if said.filter(|write| !write.value.is_null()).any(|write| spell(write.dot()) != earlier) {
        return false;
    }
    let writes = head.fields.get(field);
    writes.is_none_or(|writes| writes.iter().any(|write| write.dot() == entry))
}

/// A place in a log as a question's details have it.
pub fn spell(dot: Dot) -> String {
    format!("{}:{}", dot.writer, dot.serial)
}

/// Whether a visit is dated, on one side at least, after the day on which the county had it already.
fn still_ahead(question: &Problem, head: &Head) -> bool {
    let arrived = question.params.get("arrived").and_then(|day| day.parse::<Day>().ok());
    let by_then = |value: &Value| {
        let happened = value.as_text().and_then(|text| text.parse::<Happened>().ok());
        happened.zip(arrived).is_some_and(|(happened, arrived)| dated_ahead(happened, arrived).is_none())
    };
    let mut times = head.values(keys::HAPPENED).peekable();
    times.peek().is_none() || !times.all(by_then)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Write;
    use crate::ids::{RecordId, WriterId};
    use crate::value::Origin;

    const ASKED: Dot = Dot { writer: WriterId(7), serial: 3 };
    const LATER: Dot = Dot { writer: WriterId(7), serial: 9 };

    fn head(key: &str, writes: &[(Dot, Value)]) -> Head {
        let write = |(dot, value): &(Dot, Value)| Write {
            writer: dot.writer,
            serial: dot.serial,
            author: RecordId::derived(dot.writer, 1),
            at_ms: 0,
            value: value.clone(),
            origin: Origin::default(),
        };
        let mut head = Head::default();
        head.fields.insert(key.to_owned(), writes.iter().map(write).collect());
        head
    }

    #[test]
    fn a_late_visit_is_asked_about_until_its_reason_is_said() {
        let late = Problem::new(ProblemCode::VisitTooLongAgo).with("days", 7);
        assert!(stands(&late, ASKED, &Head::default()));
        assert!(stands(&late, ASKED, &head(keys::LATE_REASON, &[(LATER, "  ".into())])), "blank is none");
        assert!(!stands(&late, ASKED, &head(keys::LATE_REASON, &[(LATER, "山洪断路".into())])));
    }

    #[test]
    fn a_visit_dated_ahead_is_asked_about_until_no_side_of_it_is() {
        let arrived = Day(20_000);
        let at = |days: i32| Happened::morning(arrived.plus(days));
        let ahead = dated_ahead(at(3), arrived).unwrap();
        assert_eq!((dated_ahead(at(0), arrived), dated_ahead(at(-9), arrived)), (None, None));
        let amended = |writes: &[(Dot, i32)]| {
            let writes: Vec<_> =
                writes.iter().map(|(dot, days)| (*dot, at(*days).to_string().into())).collect();
            stands(&ahead, ASKED, &head(keys::HAPPENED, &writes))
        };
        assert!(amended(&[(ASKED, 3)]));
        assert!(amended(&[(LATER, 1)]), "a day after the arrival is ahead still");
        assert!(!amended(&[(LATER, 0)]));
        assert!(amended(&[(ASKED, 3), (LATER, 0)]), "contested, one side lies ahead");
        assert!(
            stands(&ahead, ASKED, &head(keys::HAPPENED, &[(LATER, Value::Null)])),
            "no time is no answer"
        );
        assert!(stands(&ahead, ASKED, &Head::default()));
    }

    #[test]
    fn an_answer_is_asked_about_until_it_was_amended() {
        let broken = Problem::new(ProblemCode::AnswerOutsideConstraint).with("path", "rooms");
        let amended = |writes: &[(Dot, Value)]| stands(&broken, ASKED, &head("a/rooms", writes));
        assert!(amended(&[(ASKED, Value::Int(99))]));
        assert!(!amended(&[(LATER, Value::Int(3))]));
        assert!(amended(&[(ASKED, Value::Int(99)), (LATER, Value::Int(3))]), "contested, it still stands");
        assert!(!stands(&broken, ASKED, &head("a/rooms", &[(LATER, Value::Int(3)), (LATER, Value::Null)])));
    }

    #[test]
    fn what_is_lacking_is_asked_for_until_something_stands_there() {
        let missing = Problem::new(ProblemCode::AnswerMissing).with("path", "rooms");
        assert!(stands(&missing, ASKED, &Head::default()));
        assert!(stands(&missing, ASKED, &head("a/rooms", &[(LATER, Value::Null)])));
        assert!(!stands(&missing, ASKED, &head("a/rooms", &[(LATER, Value::Int(3))])));
    }

    #[test]
    fn a_reviewer_is_answered_by_another_answer_or_by_a_word_said_since() {
        let asks = |said: &str| {
            let asked = Problem::new(ProblemCode::ReviewerAsks).with("field", "a/rooms").with("said", said);
            move |head: &Head| stands(&asked, ASKED, head)
        };
        let stood = head("a/rooms", &[(ASKED, Value::Int(9))]);
        assert!(asks("")(&stood));
        assert!(!asks("")(&head("a/rooms", &[(LATER, Value::Int(3))])));
        let mut explained = stood;
        let said = head("explained/a/rooms", &[(LATER, "数过两遍".into())]);
        explained.fields.extend(said.fields);
        assert!(!asks("")(&explained));
        assert!(asks(&spell(LATER))(&explained), "that was said before it was asked");
    }

    #[test]
    fn another_answer_settles_nothing_and_neither_does_anything_without_a_place() {
        let broken = Problem::new(ProblemCode::AnswerOutsideConstraint).with("path", "rooms");
        assert!(stands(&broken, ASKED, &head("a/beds", &[(LATER, Value::Int(3))])));
        let misfit = Problem::new(ProblemCode::AnswersMisfit).with("given", 3).with("expected", 4);
        assert!(stands(&misfit, ASKED, &head("a/rooms", &[(LATER, Value::Int(3))])));
    }
}
