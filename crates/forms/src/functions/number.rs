//! Numbers, and counting over the questions that are named.
//!
//! `sum`, `count`, `min` and their like take any number of arguments: without repeats a reference is
//! one question, and `sum(${a}, ${b})` is the natural reading.

use super::{Function, row};
use crate::expr::datum::{Datum, whole_of};
use crate::expr::eval::{Code, Evaluated, Exhausted, Scope};
use crate::value;

pub(super) static TABLE: &[Function] = &[
    row("number", 1, 1, |scope, args| one(scope, args, |number| number)),
    // Cuts towards zero: int(-1.5) is -1, floor(-1.5) is -2.
    row("int", 1, 1, |scope, args| one(scope, args, f64::trunc)),
    row("floor", 1, 1, |scope, args| one(scope, args, f64::floor)),
    row("ceiling", 1, 1, |scope, args| one(scope, args, f64::ceil)),
    row("abs", 1, 1, |scope, args| one(scope, args, f64::abs)),
    row("round", 1, 2, round),
    row("sum", 1, usize::MAX, sum),
    // JavaRosa's max of negative numbers is a tiny positive one, which is a slip of Double.MIN_VALUE.
    row("min", 1, usize::MAX, |scope, args| extreme(scope, args, f64::min)),
    row("max", 1, usize::MAX, |scope, args| extreme(scope, args, f64::max)),
    row("count", 1, usize::MAX, count),
    row("count-non-empty", 1, usize::MAX, count_non_empty),
    // A question outside repeats is the first of its kind.
    row("position", 0, 1, |_, _| Ok(Datum::Number(1.0))),
];

fn one<'a>(scope: &Scope<'a>, args: &'a [Code], apply: fn(f64) -> f64) -> Evaluated<'a> {
    let [value] = args else { return Ok(Datum::Number(f64::NAN)) };
    scope.number(value).map(|number| Datum::Number(apply(number)))
}

/// `round(x)`, `round(x, places)`: see [`value::round`].
fn round<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [number, places @ ..] = args else { return Ok(Datum::Number(f64::NAN)) };
    let places = match places.first() {
        Some(places) => whole_of(&scope.value(places)?).unwrap_or(0),
        None => 0,
    };
    Ok(Datum::Number(value::round(scope.number(number)?, places)))
}

fn numbers<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Result<Vec<f64>, Exhausted> {
    let all = args.iter().map(|value| scope.number(value));
    all.filter(|number| !number.as_ref().is_ok_and(|number| number.is_nan())).collect()
}

/// `sum(…)`: what is not a number counts as nothing.
fn sum<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    Ok(Datum::Number(numbers(scope, args)?.iter().sum()))
}

/// `min(…)`, `max(…)`: of the numbers among the arguments; none is NaN.
fn extreme<'a>(scope: &Scope<'a>, args: &'a [Code], of: fn(f64, f64) -> f64) -> Evaluated<'a> {
    let found = numbers(scope, args)?.into_iter().reduce(of);
    Ok(Datum::Number(found.unwrap_or(f64::NAN)))
}

/// `count(…)`: the questions or groups among the arguments that are relevant.
fn count<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let there = |code: &&Code| matches!(code, Code::Item(item) if scope.env().is_relevant(*item));
    Ok(total(args.iter().filter(there).count()))
}

/// `count-non-empty(…)`: the arguments that have a value.
fn count_non_empty<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let mut filled = 0;
    for value in args {
        filled += usize::from(!scope.value(value)?.is_empty());
    }
    Ok(total(filled))
}

fn total<'a>(count: usize) -> Datum<'a> {
    #[expect(clippy::cast_precision_loss, reason = "a form has far fewer than 2^53 questions")]
    Datum::Number(count as f64)
}
