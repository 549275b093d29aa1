//! Answers of single and multiple choice, which as text are codes joined by spaces.

use super::{Function, row};
use crate::expr::datum::{Datum, whole_of};
use crate::expr::eval::{Code, Evaluated, Scope};

pub(super) static TABLE: &[Function] = &[
    row("selected", 2, 2, selected),
    row("count-selected", 1, 1, count_selected),
    row("selected-at", 2, 2, selected_at),
];

/// `selected(answer, code)`: whether the code is among those chosen; works on a single choice too.
fn selected<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [answer, code] = args else { return Ok(Datum::Truth(false)) };
    let (answer, code) = (scope.value(answer)?, scope.text(code)?);
    let code = code.trim();
    Ok(Datum::Truth(match &answer {
        Datum::Chosen(codes) => codes.iter().any(|chosen| chosen == code),
        Datum::Text(codes) => codes.split(' ').any(|chosen| chosen == code),
        other => other.clone().into_text() == code,
    }))
}

/// `count-selected(answer)`: how many were chosen; 0 for none.
fn count_selected<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [answer] = args else { return Ok(Datum::Number(0.0)) };
    let count = match scope.value(answer)? {
        Datum::Chosen(codes) => codes.len(),
        other => other.into_text().split_whitespace().count(),
    };
    #[expect(clippy::cast_precision_loss, reason = "a list has far fewer than 2^53 choices")]
    Ok(Datum::Number(count as f64))
}

/// `selected-at(answer, n)`: the n-th code, counted from 0, in the form's order; empty outside the list.
fn selected_at<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [answer, place] = args else { return Ok(Datum::EMPTY) };
    let place = whole_of(&scope.value(place)?).and_then(|place| usize::try_from(place).ok());
    let Some(place) = place else { return Ok(Datum::EMPTY) };
    match scope.value(answer)? {
        Datum::Chosen(codes) => Ok(codes.get(place).map_or(Datum::EMPTY, |code| Datum::borrowed(code))),
        other => scope.made(other.into_text().split_whitespace().nth(place).unwrap_or_default().to_owned()),
    }
}
