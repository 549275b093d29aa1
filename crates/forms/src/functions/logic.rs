//! Truth, choice between values, and values from outside the form.

use super::{Function, row};
use crate::expr::datum::Datum;
use crate::expr::eval::{Code, Evaluated, Scope};

pub(super) static TABLE: &[Function] = &[
    row("true", 0, 0, |_, _| Ok(Datum::Truth(true))),
    row("false", 0, 0, |_, _| Ok(Datum::Truth(false))),
    row("not", 1, 1, |scope, args| Ok(Datum::Truth(!boolean(scope, args)?.to_truth()))),
    row("boolean", 1, 1, boolean),
    row("boolean-from-string", 1, 1, boolean_from_string),
    row("if", 3, 3, choose),
    row("coalesce", 2, usize::MAX, coalesce),
    row("once", 1, 1, once),
    // Bound to an outside value or a choice; the rows say only how many arguments they take.
    row("today", 0, 0, nothing),
    row("now", 0, 0, nothing),
    row("outside", 1, 1, nothing),
    row("last-answer", 1, 1, nothing),
    row("jr:choice-name", 2, 2, nothing),
];

fn nothing<'a>(_: &Scope<'a>, _: &'a [Code]) -> Evaluated<'a> {
    Ok(Datum::EMPTY)
}

/// `boolean(x)`: not empty, not 0, not NaN; a text is true if it is not empty, even `'false'`.
fn boolean<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [value] = args else { return Ok(Datum::Truth(false)) };
    scope.truth(value).map(Datum::Truth)
}

/// `boolean-from-string(x)`: true for `true` in any case and for `1`.
fn boolean_from_string<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [value] = args else { return Ok(Datum::Truth(false)) };
    let text = scope.text(value)?;
    Ok(Datum::Truth(text.eq_ignore_ascii_case("true") || text == "1"))
}

/// `if(condition, then, else)`: only the side that is taken is evaluated.
fn choose<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [condition, then, otherwise] = args else { return Ok(Datum::EMPTY) };
    if scope.truth(condition)? { scope.value(then) } else { scope.value(otherwise) }
}

/// `coalesce(a, b, …)`: the first that is neither empty nor NaN, else the last. JavaRosa takes two.
fn coalesce<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let mut value = Datum::EMPTY;
    for code in args {
        value = scope.value(code)?;
        if !value.is_empty() {
            break;
        }
    }
    Ok(value)
}

/// `once(x)`: the question's own value if it has one, else `x`: worked out once, then kept.
fn once<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let own = scope.own_value();
    match args {
        [value] if own.is_empty() => scope.value(value),
        _ => Ok(own),
    }
}
