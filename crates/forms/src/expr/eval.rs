//! Evaluates a bound expression. No clock, no chance, no panic, and a bound on the work done.

use super::ast::Operator;
use super::datum::Datum;
use crate::functions::Function;
use crate::path::ItemId;
use regex::Regex;
use std::borrow::Cow;
use std::cell::Cell;

/// The most work one evaluation may do: one unit a node, and one for each byte of text made.
pub(crate) const BUDGET: u32 = 100_000;

/// The evaluation did more than [`BUDGET`] and was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

pub(crate) type Evaluated<'a> = Result<Datum<'a>, Exhausted>;

/// An expression bound to a form: names are looked up, functions and patterns resolved.
#[derive(Debug)]
pub(crate) enum Code {
    Number(f64),
    Text(Box<str>),
    /// The answer of a question, empty when it is not relevant.
    Item(ItemId),
    /// The question's own stored answer: `.`
    Own,
    /// An outside value, by its place in the form's list.
    Outside(usize),
    Negated(Box<Code>),
    Binary(Operator, Box<(Code, Code)>),
    Call(&'static Function, Box<[Code]>),
    /// `regex` with a pattern written in quotes, compiled once.
    Matches(Box<Code>, Box<Regex>),
    /// `jr:choice-name`: the label of a code in the choices of a question.
    ChoiceName(Box<Code>, ItemId),
}

/// What an evaluation may look at.
pub(crate) trait Env {
    /// The answer, empty when the question is not relevant.
    fn item(&self, item: ItemId) -> Datum<'_>;
    /// The stored answer, relevant or not.
    fn own(&self, item: ItemId) -> Datum<'_>;
    fn is_relevant(&self, item: ItemId) -> bool;
    fn outside(&self, key: usize) -> Datum<'_>;
    /// The label of a choice in the form's first language, which does not change with the reader.
    fn choice_name(&self, item: ItemId, code: &str) -> &str;
}

/// One evaluation.
pub(crate) struct Scope<'a> {
    env: &'a dyn Env,
    own: ItemId,
    left: Cell<u32>,
}

impl<'a> Scope<'a> {
    /// An evaluation for this question.
    pub fn new(env: &'a dyn Env, own: ItemId) -> Self {
        Self { env, own, left: Cell::new(BUDGET) }
    }

    pub fn env(&self) -> &'a dyn Env {
        self.env
    }

    /// The value of the question that holds the expression.
    pub fn own_value(&self) -> Datum<'a> {
        self.env.own(self.own)
    }

    /// The value of an expression. Linear in its nodes and the text made.
    pub fn value(&self, code: &'a Code) -> Evaluated<'a> {
        self.spend(1)?;
        Ok(match code {
            Code::Number(number) => Datum::Number(*number),
            Code::Text(text) => Datum::borrowed(text),
            Code::Item(item) => self.env.item(*item),
            Code::Own => self.own_value(),
            Code::Outside(key) => self.env.outside(*key),
            Code::Negated(inner) => Datum::Number(-self.number(inner)?),
            Code::Binary(operator, operands) => self.binary(*operator, operands)?,
            Code::Call(function, arguments) => (function.run)(self, arguments)?,
            Code::Matches(subject, pattern) => Datum::Truth(pattern.is_match(&self.text(subject)?)),
            Code::ChoiceName(code, item) => {
                let code = self.text(code)?;
                Datum::borrowed(self.env.choice_name(*item, &code))
            }
        })
    }

    pub fn number(&self, code: &'a Code) -> Result<f64, Exhausted> {
        self.value(code).map(|datum| datum.to_number())
    }

    pub fn truth(&self, code: &'a Code) -> Result<bool, Exhausted> {
        self.value(code).map(|datum| datum.to_truth())
    }

    pub fn text(&self, code: &'a Code) -> Result<Cow<'a, str>, Exhausted> {
        self.value(code).map(Datum::into_text)
    }

    /// Pays for a text that was made.
    pub fn made(&self, text: String) -> Evaluated<'a> {
        self.spend(u32::try_from(text.len()).unwrap_or(u32::MAX))?;
        Ok(Datum::Text(Cow::Owned(text)))
    }

    fn spend(&self, units: u32) -> Result<(), Exhausted> {
        self.left.set(self.left.get().checked_sub(units).ok_or(Exhausted)?);
        Ok(())
    }

    /// `and` and `or` look at their right side only when it matters. `mod` keeps the sign of its left side.
    fn binary(&self, operator: Operator, operands: &'a (Code, Code)) -> Evaluated<'a> {
        use Operator as O;
        let (left, right) = operands;
        Ok(match operator {
            O::Or => Datum::Truth(self.truth(left)? || self.truth(right)?),
            O::And => Datum::Truth(self.truth(left)? && self.truth(right)?),
            O::Equal => Datum::Truth(self.value(left)?.equals(self.value(right)?)),
            O::Unequal => Datum::Truth(!self.value(left)?.equals(self.value(right)?)),
            _ => {
                let (left, right) = (self.number(left)?, self.number(right)?);
                match operator {
                    O::Less => Datum::Truth(left < right),
                    O::LessOrEqual => Datum::Truth(left <= right),
                    O::Greater => Datum::Truth(left > right),
                    O::GreaterOrEqual => Datum::Truth(left >= right),
                    O::Add => Datum::Number(left + right),
                    O::Subtract => Datum::Number(left - right),
                    O::Multiply => Datum::Number(left * right),
                    O::Divide => Datum::Number(left / right),
                    _ => Datum::Number(left % right),
                }
            }
        })
    }
}
