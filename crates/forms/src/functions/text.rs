//! Text. Places and lengths count characters (code points), where JavaRosa counts UTF-16 units:
//! the rare characters of names count as one, as people count them.

use super::{Function, row};
use crate::expr::bind::compile_pattern;
use crate::expr::datum::{Datum, whole_of};
use crate::expr::eval::{Code, Evaluated, Exhausted, Scope};
use std::borrow::Cow;

pub(super) static TABLE: &[Function] = &[
    row("string", 1, 1, |scope, args| Ok(Datum::Text(first(scope, args)?))),
    row("concat", 1, usize::MAX, |scope, args| joined(scope, "", args)),
    row("join", 1, usize::MAX, join),
    row("string-length", 0, 1, string_length),
    row("normalize-space", 0, 1, normalize_space),
    row("contains", 2, 2, |scope, args| {
        Ok(Datum::Truth(two(scope, args, |text, part| text.contains(part))?))
    }),
    row("starts-with", 2, 2, |scope, args| {
        Ok(Datum::Truth(two(scope, args, |text, part| text.starts_with(part))?))
    }),
    row("ends-with", 2, 2, |scope, args| {
        Ok(Datum::Truth(two(scope, args, |text, part| text.ends_with(part))?))
    }),
    row("substr", 2, 3, substr),
    row("substring-before", 2, 2, substring_before),
    row("substring-after", 2, 2, substring_after),
    row("translate", 3, 3, translate),
    row("regex", 2, 2, regex),
];

/// The first argument as text; without one, the question's own value.
fn first<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Result<Cow<'a, str>, Exhausted> {
    match args {
        [value, ..] => scope.text(value),
        [] => Ok(scope.own_value().into_text()),
    }
}

fn two<'a, T>(
    scope: &Scope<'a>,
    args: &'a [Code],
    test: impl FnOnce(&str, &str) -> T,
) -> Result<T, Exhausted> {
    let [text, part] = args else { return Ok(test("", "")) };
    Ok(test(&scope.text(text)?, &scope.text(part)?))
}

fn joined<'a>(scope: &Scope<'a>, separator: &str, args: &'a [Code]) -> Evaluated<'a> {
    let mut all = String::new();
    for (index, value) in args.iter().enumerate() {
        if index > 0 {
            all.push_str(separator);
        }
        all.push_str(&scope.text(value)?);
    }
    scope.made(all)
}

/// `join(separator, a, b, …)`: empty values keep their separators, as in JavaRosa.
fn join<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let Some((separator, values)) = args.split_first() else { return Ok(Datum::EMPTY) };
    joined(scope, &scope.text(separator)?, values)
}

fn string_length<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    #[expect(clippy::cast_precision_loss, reason = "a text is far shorter than 2^53 characters")]
    Ok(Datum::Number(first(scope, args)?.chars().count() as f64))
}

/// `normalize-space(x)`: trimmed, runs of white space become one space; the ideographic space counts.
fn normalize_space<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let text = first(scope, args)?;
    scope.made(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `substr(text, start, end)`: from 0, the end excluded; negative places count from the end (JavaRosa).
fn substr<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [text, places @ ..] = args else { return Ok(Datum::EMPTY) };
    let text = scope.text(text)?;
    let length = text.chars().count();
    let place = |code: Option<&'a Code>, missing: usize| {
        let Some(code) = code else { return Ok(missing) };
        // Not a number is 0, as Java's conversion of NaN to an integer.
        let place = whole_of(&scope.value(code)?).unwrap_or(0);
        let place = if place < 0 { place.saturating_add_unsigned(length as u64) } else { place };
        Ok(usize::try_from(place).unwrap_or(0).min(length))
    };
    let (start, end) = (place(places.first(), 0)?, place(places.get(1), length)?);
    scope.made(text.chars().skip(start).take(end.saturating_sub(start)).collect())
}

/// `substring-before(text, part)`: empty when the part does not occur.
fn substring_before<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let found = two(scope, args, |text, part| text.split_once(part).map(|(before, _)| before.to_owned()))?;
    scope.made(found.unwrap_or_default())
}

/// `substring-after(text, part)`: empty when the part does not occur.
fn substring_after<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let found = two(scope, args, |text, part| text.split_once(part).map(|(_, after)| after.to_owned()))?;
    scope.made(found.unwrap_or_default())
}

/// `translate(text, from, to)`: character by character; those without a counterpart are dropped.
fn translate<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let [text, from, to] = args else { return Ok(Datum::EMPTY) };
    let (text, from, to) = (scope.text(text)?, scope.text(from)?, scope.text(to)?);
    let to: Vec<char> = to.chars().collect();
    let mapped = text.chars().filter_map(|letter| match from.chars().position(|known| known == letter) {
        Some(place) => to.get(place).copied(),
        None => Some(letter),
    });
    scope.made(mapped.collect())
}

/// `regex(text, pattern)` whose pattern is worked out; one that does not compile matches nothing.
/// A pattern in quotes is compiled once, with the form.
fn regex<'a>(scope: &Scope<'a>, args: &'a [Code]) -> Evaluated<'a> {
    let matched = two(scope, args, |text, pattern| {
        compile_pattern(pattern).is_ok_and(|pattern| pattern.is_match(text))
    })?;
    Ok(Datum::Truth(matched))
}
