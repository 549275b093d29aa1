//! A Pratt parser: tokens become a tree, with limits on depth so that no text overflows the stack.

use super::ast::{Expr, ExprKind, Operator, Path, Start, Step};
use super::lexer::{Placed, Token, tokens};
use super::{DEPTH_MAX, Fault, FaultKind, HEIGHT_MAX};

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    depth: usize,
    end: usize,
}

/// Parses an expression. Linear in its length; never panics and never recurses deeper than [`DEPTH_MAX`].
///
/// # Errors
/// With the column of what cannot be understood.
pub fn parse(text: &str) -> Result<Expr, Fault> {
    let tokens = tokens(text)?;
    let end = text.chars().count().max(1);
    let mut parser = Parser { tokens, at: 0, depth: 0, end };
    let expr = parser.expression(0)?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err(parser.unexpected()),
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|placed| &placed.token)
    }

    fn column(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |placed| placed.column)
    }

    fn unexpected(&self) -> Fault {
        match self.tokens.get(self.at) {
            Some(placed) => FaultKind::Unexpected(placed.written.clone()).at(placed.column),
            None => FaultKind::Ends.at(self.end),
        }
    }

    fn next_is(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn operator(&self) -> Option<Operator> {
        match self.peek()? {
            Token::Operator(operator) => Some(*operator),
            Token::Minus => Some(Operator::Subtract),
            _ => None,
        }
    }

    /// Everything that binds more strongly than `floor`.
    fn expression(&mut self, floor: u8) -> Result<Expr, Fault> {
        if self.depth >= DEPTH_MAX {
            return Err(FaultKind::TooDeep(DEPTH_MAX).at(self.column()));
        }
        self.depth += 1;
        let mut left = self.operand()?;
        while let Some(operator) = self.operator().filter(|operator| operator.strength() > floor) {
            let column = self.column();
            self.at += 1;
            let right = self.expression(operator.strength())?;
            let height = 1 + left.height.max(right.height);
            left = tall(column, height, ExprKind::Binary(operator, Box::new(left), Box::new(right)))?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Expr, Fault> {
        let column = self.column();
        let Some(token) = self.peek().cloned() else { return Err(self.unexpected()) };
        let leaf = |kind| Ok(Expr { column, height: 1, kind });
        match token {
            Token::Number(number) => {
                self.at += 1;
                leaf(ExprKind::Number(number))
            }
            Token::Text(text) => {
                self.at += 1;
                leaf(ExprKind::Text(text))
            }
            Token::Minus => {
                self.at += 1;
                // 7: unary minus binds more strongly than any operator between operands.
                let inner = self.expression(7)?;
                tall(column, inner.height + 1, ExprKind::Negated(Box::new(inner)))
            }
            Token::Open => {
                self.at += 1;
                let inner = self.expression(0)?;
                if self.next_is(&Token::Close) { Ok(inner) } else { Err(self.unexpected()) }
            }
            Token::Name(name) if self.called() => self.call(column, name),
            Token::Field(name) => {
                self.at += 1;
                let steps = self.more_steps()?;
                leaf(ExprKind::Path(Path { start: Start::Field(name), steps }))
            }
            Token::Slash => {
                self.at += 1;
                let mut steps = vec![self.step()?.ok_or_else(|| self.unexpected())?];
                steps.extend(self.more_steps()?);
                leaf(ExprKind::Path(Path { start: Start::Root, steps }))
            }
            Token::Dot | Token::DotDot | Token::Name(_) => {
                let mut steps: Vec<Step> = self.step()?.into_iter().collect();
                steps.extend(self.more_steps()?);
                leaf(ExprKind::Path(Path { start: Start::Here, steps }))
            }
            Token::Operator(_) | Token::Close | Token::Comma => Err(self.unexpected()),
        }
    }

    fn called(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|placed| placed.token == Token::Open)
    }

    /// One step; `.` is a step that goes nowhere.
    fn step(&mut self) -> Result<Option<Step>, Fault> {
        let step = match self.peek() {
            Some(Token::Dot) => None,
            Some(Token::DotDot) => Some(Step::Up),
            Some(Token::Name(name)) => Some(Step::Child(name.clone())),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(step)
    }

    fn more_steps(&mut self) -> Result<Vec<Step>, Fault> {
        let mut steps = Vec::new();
        while self.next_is(&Token::Slash) {
            steps.extend(self.step()?);
        }
        Ok(steps)
    }

    fn call(&mut self, column: usize, name: String) -> Result<Expr, Fault> {
        self.at += 2;
        let mut arguments = Vec::new();
        if !self.next_is(&Token::Close) {
            loop {
                arguments.push(self.expression(0)?);
                if self.next_is(&Token::Close) {
                    break;
                }
                if !self.next_is(&Token::Comma) {
                    return Err(self.unexpected());
                }
            }
        }
        if name == "current" && arguments.is_empty() {
            let steps = self.more_steps()?;
            let path = Path { start: Start::Here, steps };
            return Ok(Expr { column, height: 1, kind: ExprKind::Path(path) });
        }
        let height = 1 + arguments.iter().map(|argument| argument.height).max().unwrap_or(0);
        tall(column, height, ExprKind::Call(name, arguments))
    }
}

fn tall(column: usize, height: usize, kind: ExprKind) -> Result<Expr, Fault> {
    if height > HEIGHT_MAX {
        return Err(FaultKind::TooDeep(HEIGHT_MAX).at(column));
    }
    Ok(Expr { column, height, kind })
}
