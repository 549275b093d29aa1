//! The functions of the expression language: one table a subject, a row a function.
//!
//! To add one: a row in the table of its file, a `fn` under it, a line in the tests.

mod date;
mod logic;
mod number;
mod select;
mod text;

use crate::expr::eval::{Code, Evaluated, Scope};

/// Runs a function over its arguments, which it evaluates itself, so that `if` is lazy.
pub(crate) type Run = for<'a> fn(&Scope<'a>, &'a [Code]) -> Evaluated<'a>;

/// One function.
pub(crate) struct Function {
    pub name: &'static str,
    /// The fewest arguments.
    pub least: usize,
    /// The most; `usize::MAX` for any number.
    pub most: usize,
    pub run: Run,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

pub(crate) const fn row(name: &'static str, least: usize, most: usize, run: Run) -> Function {
    Function { name, least, most, run }
}

static TABLES: [&[Function]; 5] = [logic::TABLE, text::TABLE, number::TABLE, date::TABLE, select::TABLE];

/// The function of this name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    TABLES.iter().flat_map(|table| table.iter()).find(|function| function.name == name)
}
