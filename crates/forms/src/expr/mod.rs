//! The expression language of ODK XForms: text becomes an [`ast::Expr`], and bound to a form, code.
//!
//! Where JavaRosa (the engine of ODK Collect) and other engines disagree, this one follows JavaRosa;
//! every choice stands in the doc comment of the function or operator that makes it, and in the tests.

pub mod ast;
pub(crate) mod bind;
pub(crate) mod datum;
pub(crate) mod eval;
mod lexer;
mod parser;

pub use parser::parse;

/// The deepest nesting of parentheses, arguments and unary minus.
pub const DEPTH_MAX: usize = 64;

/// The tallest tree, which chains such as `a or b or c …` may reach without nesting.
pub const HEIGHT_MAX: usize = 256;

/// The longest expression, in characters.
pub const LENGTH_MAX: usize = 10_000;

/// Why an expression cannot be used, with the place in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {kind:?}")]
pub struct Fault {
    /// The character, counted from 1, at which the trouble is.
    pub column: usize,
    /// What the trouble is.
    pub kind: FaultKind,
}

/// What can be wrong in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Something that does not belong here, as written.
    Unexpected(String),
    /// The text ends where something is still needed.
    Ends,
    /// A quotation mark or `${` that is never closed, as written.
    OpenQuote(String),
    /// Nested too deeply; the limit.
    TooDeep(usize),
    /// No function of this name.
    FunctionUnknown(String),
    /// The wrong number of arguments.
    Arguments {
        /// The function.
        name: String,
        /// How many it takes, in words such as `2` or `1-3`.
        expected: String,
        /// How many were written.
        given: usize,
    },
    /// The function needs a name written in quotes, not worked out.
    NeedsName(String),
    /// A regular expression that the engine does not take, and why.
    Pattern(String),
    /// No question of this name or path.
    NameUnknown(String),
    /// Several questions of this name.
    NameAmbiguous(String),
}

impl FaultKind {
    pub(crate) fn at(self, column: usize) -> Fault {
        Fault { column, kind: self }
    }
}
