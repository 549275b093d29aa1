//! What the parser understood, before any name is looked up in a form.

/// One expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// The character, counted from 1, at which it begins (for an operator: the operator itself).
    pub column: usize,
    /// Levels of the tree below and including this one.
    pub height: usize,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A number as written.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// A reference to a question or group.
    Path(Path),
    /// A function call.
    Call(String, Vec<Expr>),
    /// Unary minus.
    Negated(Box<Expr>),
    /// An operator between two operands.
    Binary(Operator, Box<Expr>, Box<Expr>),
}

/// The operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `div`
    Divide,
    /// `mod`
    Modulo,
}

impl Operator {
    /// How strongly it binds (XPath 1.0 §3.4–3.5); all are left associative.
    pub fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::Unequal => 3,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Modulo => 6,
        }
    }
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// `/…`: the form itself; the first step names its root and may be anything.
    Root,
    /// `.`, `..`, `current()` or a bare name: the question that holds the expression.
    Here,
    /// `${name}`: the only question of this name, or a path from the root with `/` in it.
    Field(String),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `..`
    Up,
    /// A name.
    Child(String),
}

/// A reference, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Where it begins.
    pub start: Start,
    /// How it goes on.
    pub steps: Vec<Step>,
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.start {
            Start::Root => f.write_str("/")?,
            Start::Here => {}
            Start::Field(name) => write!(f, "${{{name}}}")?,
        }
        for (index, step) in self.steps.iter().enumerate() {
            let first = index == 0 && !matches!(self.start, Start::Field(_));
            let slash = if first { "" } else { "/" };
            match step {
                Step::Up => write!(f, "{slash}..")?,
                Step::Child(name) => write!(f, "{slash}{name}")?,
            }
        }
        Ok(())
    }
}
