//! What an answer must be: its type, its choices, its length; and how it reads in words.

use crate::def::Kind;
use crate::form::Item;
use crate::value::canonical_decimal;
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use domain::value::{INT_MAX, Value};

/// The answer in the one form in which it is stored; empty answers become [`Value::Null`].
///
/// # Errors
/// What is wrong with it, with the question's label in this language.
pub(crate) fn clean(item: &Item, value: Value, language: &str) -> Result<Value, Problem> {
    let wrong = |code| about(code, item, language);
    let mistyped = || wrong(ProblemCode::AnswerWrongType).with("expected", expected(item.kind, language));
    let not_a_choice = |code: &str| wrong(ProblemCode::AnswerNotAChoice).with("given", code);
    let is_choice = |code: &str| item.choices.iter().any(|choice| choice.code == code);
    match (item.kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (Kind::SelectOne | Kind::Date | Kind::Text | Kind::Decimal, Value::Text(text))
            if text.trim().is_empty() =>
        {
            Ok(Value::Null)
        }
        (Kind::SelectOne, Value::Text(code)) => {
            if is_choice(&code) {
                Ok(Value::Text(code))
            } else {
                Err(not_a_choice(&code))
            }
        }
        (Kind::SelectMultiple, Value::List(codes)) => {
            if let Some(stranger) = codes.iter().find(|code| !is_choice(code)) {
                return Err(not_a_choice(stranger));
            }
            // In the form's order and each once, so that the same choice is always the same value.
            let chosen = item.choices.iter().map(|choice| &choice.code).filter(|code| codes.contains(code));
            let chosen: Vec<String> = chosen.cloned().collect();
            Ok(if chosen.is_empty() { Value::Null } else { Value::List(chosen) })
        }
        (Kind::Integer, Value::Int(number)) if number.abs() <= INT_MAX => Ok(Value::Int(number)),
        (Kind::Decimal, Value::Int(number)) => Ok(Value::Text(number.to_string())),
        (Kind::Decimal, Value::Text(text)) => canonical_decimal(&text).map(Value::Text).ok_or_else(mistyped),
        (Kind::Date, Value::Text(text)) => {
            if text.parse::<Day>().is_ok() {
                Ok(Value::Text(text))
            } else {
                Err(mistyped())
            }
        }
        (Kind::Text, Value::Text(text)) => {
            let text =
                if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
            if text.len() > item.max_length && text.chars().count() > item.max_length {
                return Err(wrong(ProblemCode::AnswerTooLong).with("limit", item.max_length));
            }
            Ok(Value::Text(text))
        }
        _ => Err(mistyped()),
    }
}

/// Whether a received value is just as [`clean`] leaves it.
pub(crate) fn check(item: &Item, value: &Value, language: &str) -> Result<(), Problem> {
    let plain = match (item.kind, value) {
        // The usual ones, decided without a copy.
        (_, Value::Null) => true,
        (Kind::SelectOne, Value::Text(code)) => item.choices.iter().any(|choice| choice.code == *code),
        (Kind::Integer, Value::Int(number)) => number.abs() <= INT_MAX,
        (Kind::Calculate, _) => true,
        _ => clean(item, value.clone(), language)? == *value,
    };
    if plain {
        return Ok(());
    }
    // Not a choice, out of range, or another spelling of a good answer.
    clean(item, value.clone(), language)?;
    Err(about(ProblemCode::AnswerWrongType, item, language).with("expected", expected(item.kind, language)))
}

/// A problem about a question, with its label (or its path, if it is never shown) and path.
pub(crate) fn about(code: ProblemCode, item: &Item, language: &str) -> Problem {
    let label = item.label.words.in_language(language);
    let question = if label.is_empty() { &item.path } else { label };
    Problem::new(code).with("question", question).with("path", &item.path)
}

/// The problem of an answer that does not meet the question's constraint.
pub(crate) fn outside_constraint(item: &Item, language: &str) -> Problem {
    let message = item.constraint_message.in_language(language);
    let message = match (message, language) {
        ("", "zh") => "这个答案超出了范围",
        ("", _) => "this answer is out of range",
        (message, _) => message,
    };
    // The sentence around it brings its own full stop.
    let message = message.trim_end_matches(['。', '.']);
    about(ProblemCode::AnswerOutsideConstraint, item, language).with("message", message)
}

fn expected(kind: Kind, language: &str) -> &'static str {
    let (zh, en) = match kind {
        Kind::SelectOne => ("一个选项", "one of the choices"),
        Kind::SelectMultiple => ("选项", "any of the choices"),
        Kind::Integer => ("整数", "a whole number"),
        Kind::Decimal => ("数字，如 38.5", "a number such as 38.5"),
        Kind::Date => ("日期，如 2026-11-23", "a date such as 2026-11-23"),
        Kind::Text => ("文字", "words"),
        Kind::Group | Kind::Note | Kind::Calculate => ("空着", "nothing"),
    };
    if language == "zh" { zh } else { en }
}

/// An answer as a person reads it: the labels of codes, numbers and words as they are.
pub(crate) fn in_words(item: &Item, value: &Value, language: &str) -> String {
    let label = |code: &String| {
        let choice = item.choices.iter().find(|choice| choice.code == *code);
        choice.map_or(code.as_str(), |choice| choice.label.in_language(language)).to_owned()
    };
    match value {
        Value::Null => String::new(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => label(text),
        Value::List(codes) => {
            codes.iter().map(label).collect::<Vec<_>>().join(if language == "zh" { "、" } else { ", " })
        }
    }
}
