//! Runs a form over answers: one pass from nothing, or the single steps of it.
//!
//! The phone's session, the phone's finish and the county's verdict all come through here, which is why
//! they cannot disagree.

use crate::answer::in_words;
use crate::def::Kind;
use crate::expr::bind::{NOW, Piece, Program, TODAY};
use crate::expr::datum::{Datum, whole_of};
use crate::expr::eval::{Env, Exhausted, Scope};
use crate::form::{Form, Item, Label};
use crate::path::ItemId;
use crate::value::{canonical_decimal, moment_text, plain_number, whole};
use domain::time::Day;
use domain::value::Value;
use std::cell::Cell;
use std::collections::BTreeMap;

/// The longest text that a calculation may give, in bytes: chains of `concat` must not swallow a phone.
const CALCULATED_BYTES_MAX: usize = 10_000;

/// Nothing, to lend where an answer is missing.
pub(crate) static NULL: Value = Value::Null;

/// Outside values by key.
pub(crate) type Given = BTreeMap<String, Value>;

/// What expressions see: the answers so far, what is relevant, and outside values.
pub(crate) struct Facts<'a> {
    pub form: &'a Form,
    /// By column.
    pub values: &'a [Value],
    /// By item.
    pub relevant: &'a [bool],
    pub outside: &'a Given,
    /// Which outside values were read, by their place in the form; kept only when somebody asks.
    pub reads: Option<&'a [Cell<bool>]>,
}

impl<'a> Facts<'a> {
    /// The stored answer of an item.
    pub fn stored(&self, item: &Item) -> &'a Value {
        item.field.and_then(|field| self.values.get(field)).unwrap_or(&NULL)
    }

    /// The truth of an expression of this item.
    pub fn truth(&self, id: ItemId, program: &Program) -> Result<bool, Exhausted> {
        Scope::new(self, id).truth(&program.code)
    }

    /// Whether the item is relevant, given that `relevant` is right for everything before it in the order.
    ///
    /// An expression that was stopped leaves its question on the screen: nothing is hidden by an error.
    pub fn relevance(&self, id: ItemId, item: &Item) -> bool {
        item.parent.is_none_or(|parent| self.is_relevant(parent))
            && item.relevant.as_ref().is_none_or(|program| self.truth(id, program).unwrap_or(true))
    }

    /// Whether an answer is required; an expression that was stopped blocks nobody.
    pub fn required(&self, id: ItemId, item: &Item) -> bool {
        item.required.as_ref().is_some_and(|program| self.truth(id, program).unwrap_or(false))
    }

    /// Whether a stored answer breaks its constraint. Missing answers break none (as in ODK).
    pub fn broken(&self, id: ItemId, item: &Item) -> bool {
        !self.stored(item).is_null()
            && item.constraint.as_ref().is_some_and(|program| !self.truth(id, program).unwrap_or(true))
    }

    /// What a calculation or default gives, as the kind of the question holds it.
    pub fn worked_out(&self, id: ItemId, item: &Item, program: &Program) -> Result<Value, Exhausted> {
        let datum = Scope::new(self, id).value(&program.code)?;
        let value = value_of(item, datum);
        match &value {
            Value::Text(text) if text.len() > CALCULATED_BYTES_MAX => Err(Exhausted),
            _ => Ok(value),
        }
    }

    /// A label with the answers that it names woven in.
    pub fn words(&self, label: &Label, language: &str) -> String {
        let Some(pieces) = label.pieces.get(language) else {
            return label.words.in_language(language).to_owned();
        };
        let piece = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Answer(id) => match self.form.item(*id).filter(|_| self.is_relevant(*id)) {
                Some(item) => in_words(item, self.stored(item), language),
                None => String::new(),
            },
        };
        pieces.iter().map(piece).collect()
    }
}

impl Env for Facts<'_> {
    fn item(&self, item: ItemId) -> Datum<'_> {
        if self.is_relevant(item) { self.own(item) } else { Datum::EMPTY }
    }

    fn own(&self, item: ItemId) -> Datum<'_> {
        self.form.item(item).map_or(Datum::EMPTY, |item| datum_of(item.kind, self.stored(item)))
    }

    fn is_relevant(&self, item: ItemId) -> bool {
        self.relevant.get(item.0).copied().unwrap_or(false)
    }

    fn outside(&self, key: usize) -> Datum<'_> {
        if let Some(read) = self.reads.and_then(|reads| reads.get(key)) {
            read.set(true);
        }
        let Some(outside) = self.form.outside.get(key) else { return Datum::EMPTY };
        match (outside.key.as_str(), self.outside.get(&outside.key)) {
            (NOW, Some(Value::Int(ms))) => Datum::Moment(*ms),
            (TODAY, Some(day)) => datum_of(Kind::Date, day),
            (_, Some(value)) => datum_of(outside.kind.unwrap_or(Kind::Calculate), value),
            (_, None) => Datum::EMPTY,
        }
    }

    fn choice_name(&self, item: ItemId, code: &str) -> &str {
        let choices = self.form.item(item).map_or(&[][..], |item| &*item.choices);
        let choice = choices.iter().find(|choice| choice.code == code);
        choice.map_or("", |choice| choice.label.in_language(self.form.main_language()))
    }
}

/// An answer as expressions see it.
fn datum_of(kind: Kind, value: &Value) -> Datum<'_> {
    match (kind, value) {
        (_, Value::Null) => Datum::EMPTY,
        (_, Value::Bool(truth)) => Datum::Truth(*truth),
        #[expect(clippy::cast_precision_loss, reason = "answers lie within 2^53, which doubles hold exactly")]
        (_, Value::Int(number)) => Datum::Number(*number as f64),
        (_, Value::List(codes)) => Datum::Chosen(codes),
        (Kind::Decimal, Value::Text(text)) => text.parse().map_or(Datum::borrowed(text), Datum::Number),
        // A calculated date is a date again, so that it can be compared (JavaRosa keeps it as one).
        (Kind::Date | Kind::Calculate, Value::Text(text)) => {
            text.parse::<Day>().map_or(Datum::borrowed(text), Datum::Day)
        }
        (_, Value::Text(text)) => Datum::borrowed(text),
    }
}

/// The value of an expression as an answer of this question. Empty text and NaN are no answer.
fn value_of(item: &Item, datum: Datum<'_>) -> Value {
    if datum.is_empty() {
        return Value::Null;
    }
    let text = |text: String| if text.is_empty() { Value::Null } else { Value::Text(text) };
    match item.kind {
        Kind::Integer => whole_of(&datum).map_or(Value::Null, Value::Int),
        Kind::Decimal => decimal(datum.to_number()),
        Kind::Date => {
            let day = match datum {
                Datum::Day(day) => Some(day),
                Datum::Moment(ms) => Some(Day::of(ms)),
                Datum::Number(_) => whole_of(&datum).and_then(|days| i32::try_from(days).ok()).map(Day),
                other => crate::value::moment_of(&other.into_text()).map(Day::of),
            };
            day.map_or(Value::Null, |day| Value::Text(day.to_string()))
        }
        Kind::SelectOne => {
            let code = datum.into_text();
            let choice = item.choices.iter().find(|choice| choice.code == *code);
            choice.map_or(Value::Null, |choice| Value::Text(choice.code.clone()))
        }
        Kind::SelectMultiple => {
            let codes = datum.into_text();
            let chosen = |code: &&String| codes.split_whitespace().any(|one| one == code.as_str());
            let chosen: Vec<String> =
                item.choices.iter().map(|choice| &choice.code).filter(chosen).cloned().collect();
            if chosen.is_empty() { Value::Null } else { Value::List(chosen) }
        }
        Kind::Calculate | Kind::Text | Kind::Group | Kind::Note => match datum {
            Datum::Truth(truth) if item.kind == Kind::Calculate => Value::Bool(truth),
            Datum::Number(number) if item.kind == Kind::Calculate => match whole(number) {
                Some(whole) => Value::Int(whole),
                None if number.is_finite() => Value::Text(plain_number(number)),
                None => Value::Null,
            },
            Datum::Moment(ms) => Value::Text(moment_text(ms)),
            other => text(other.into_text().into_owned()),
        },
    }
}

fn decimal(number: f64) -> Value {
    canonical_decimal(&plain_number(number)).map_or(Value::Null, Value::Text)
}

/// Something that a pass over a whole form found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Required and not answered.
    Missing,
    /// Outside its constraint.
    Broken,
    /// Answered but not relevant.
    NotRelevant,
    /// Not what the calculation gives.
    Differs(Value),
    /// An expression was stopped.
    Exhausted,
}

/// A pass over a whole form.
pub(crate) struct Swept {
    pub relevant: Vec<bool>,
    /// In document order.
    pub findings: Vec<(ItemId, Finding)>,
}

/// Evaluates every expression of the form once, from nothing. Linear in the form.
pub(crate) fn sweep(form: &Form, values: &[Value], outside: &Given, reads: Option<&[Cell<bool>]>) -> Swept {
    let mut swept = Swept { relevant: vec![false; form.items.len()], findings: Vec::new() };
    for id in &form.graph.order {
        let Some(item) = form.item(*id) else { continue };
        let facts = Facts { form, values, relevant: &swept.relevant, outside, reads };
        let relevant = facts.relevance(*id, item);
        let mut found = None;
        // What `once` gave may have come from answers that are other ones by now.
        if relevant && let Some(program) = item.calculation.as_ref().filter(|program| !program.once) {
            found = match facts.worked_out(*id, item, program) {
                Ok(value) if value == *facts.stored(item) => None,
                Ok(value) => Some(Finding::Differs(value)),
                Err(Exhausted) => Some(Finding::Exhausted),
            };
        }
        swept.findings.extend(found.map(|found| (*id, found)));
        if let Some(flag) = swept.relevant.get_mut(id.0) {
            *flag = relevant;
        }
    }
    let facts = Facts { form, values, relevant: &swept.relevant, outside, reads };
    for (id, item) in form.items.iter().enumerate().map(|(index, item)| (ItemId(index), item)) {
        let empty = facts.stored(item).is_null();
        let found = if !facts.is_relevant(id) {
            (!empty).then_some(Finding::NotRelevant)
        } else if empty {
            facts.required(id, item).then_some(Finding::Missing)
        } else {
            facts.broken(id, item).then_some(Finding::Broken)
        };
        swept.findings.extend(found.map(|found| (id, found)));
    }
    swept.findings.sort_by_key(|(id, _)| *id);
    swept
}
