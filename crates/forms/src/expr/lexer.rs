//! Cuts an expression into tokens.
//!
//! Choices: what a Chinese keyboard types outside quotes (`（`, `，`, `＝`, the ideographic space)
//! means its ASCII twin. Smart quotes `‘ ’ “ ”` quote as `'` and `"` do, but a text opened with an
//! ASCII quote ends only with the same one, so that `'请填“无”'` stays whole. `and`, `or`, `div`,
//! `mod` and `*` are operators only after an operand (XPath 1.0 §3.7).

use super::ast::Operator;
use super::{Fault, FaultKind, LENGTH_MAX};

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// A function's name or a step of a path.
    Name(String),
    /// `${…}`, without its wrapping.
    Field(String),
    Operator(Operator),
    Minus,
    Open,
    Close,
    Comma,
    Slash,
    Dot,
    DotDot,
}

/// A token, the column at which it begins, and how it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub token: Token,
    pub column: usize,
    pub written: String,
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    tokens: Vec<Placed>,
}

/// The tokens of a text; linear in its length.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Fault> {
    let chars: Vec<char> = text.chars().take(LENGTH_MAX + 1).collect();
    if chars.len() > LENGTH_MAX {
        return Err(FaultKind::TooDeep(LENGTH_MAX).at(LENGTH_MAX));
    }
    let mut lexer = Lexer { chars, at: 0, tokens: Vec::new() };
    while let Some(first) = lexer.peek(0) {
        if first.is_whitespace() {
            lexer.at += 1;
            continue;
        }
        let start = lexer.at;
        let token = lexer.token(first)?;
        let written = lexer.chars.iter().take(lexer.at).skip(start).collect();
        lexer.tokens.push(Placed { token, column: start + 1, written });
    }
    Ok(lexer.tokens)
}

impl Lexer {
    /// The character so far ahead, with full-width forms read as ASCII.
    fn peek(&self, ahead: usize) -> Option<char> {
        let raw = *self.chars.get(self.at + ahead)?;
        let twin = u32::from(raw).wrapping_sub(0xFEE0);
        Some(if (0x21..0x7F).contains(&twin) { char::from_u32(twin).unwrap_or(raw) } else { raw })
    }

    fn after_operand(&self) -> bool {
        self.tokens.last().is_some_and(|placed| {
            matches!(
                placed.token,
                Token::Number(_)
                    | Token::Text(_)
                    | Token::Name(_)
                    | Token::Field(_)
                    | Token::Close
                    | Token::Dot
                    | Token::DotDot
            )
        })
    }

    fn took(&mut self, characters: usize, token: Token) -> Token {
        self.at += characters;
        token
    }

    fn token(&mut self, first: char) -> Result<Token, Fault> {
        use Operator as O;
        let second = self.peek(1);
        let equals = second == Some('=');
        Ok(match first {
            '(' => self.took(1, Token::Open),
            ')' => self.took(1, Token::Close),
            ',' => self.took(1, Token::Comma),
            '/' if second != Some('/') => self.took(1, Token::Slash),
            '+' => self.took(1, Token::Operator(O::Add)),
            '-' => self.took(1, Token::Minus),
            '*' if self.after_operand() => self.took(1, Token::Operator(O::Multiply)),
            '=' => self.took(1, Token::Operator(O::Equal)),
            '!' if equals => self.took(2, Token::Operator(O::Unequal)),
            '<' if equals => self.took(2, Token::Operator(O::LessOrEqual)),
            '<' => self.took(1, Token::Operator(O::Less)),
            '>' if equals => self.took(2, Token::Operator(O::GreaterOrEqual)),
            '>' => self.took(1, Token::Operator(O::Greater)),
            '.' if second == Some('.') => self.took(2, Token::DotDot),
            '.' if !second.is_some_and(|c| c.is_ascii_digit()) => self.took(1, Token::Dot),
            '0'..='9' | '.' => self.number()?,
            '$' if second == Some('{') => self.field()?,
            '\'' | '"' | '‘' | '’' | '“' | '”' => self.quoted()?,
            letter if letter.is_ascii_alphabetic() || letter == '_' => self.name(),
            other => return Err(FaultKind::Unexpected(other.to_string()).at(self.at + 1)),
        })
    }

    fn number(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        let mut digits = String::new();
        while let Some(next) = self.peek(0) {
            if !(next.is_ascii_digit() || (next == '.' && !digits.contains('.'))) {
                break;
            }
            digits.push(next);
            self.at += 1;
        }
        let number = digits.parse().map_err(|_| FaultKind::Unexpected(digits).at(start + 1))?;
        Ok(Token::Number(number))
    }

    fn field(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        let name: String =
            self.chars.iter().skip(start + 2).take_while(|c| !matches!(c, '}' | '｝')).collect();
        let length = name.chars().count();
        if start + 2 + length >= self.chars.len() {
            return Err(FaultKind::OpenQuote("${".into()).at(start + 1));
        }
        self.at += length + 3;
        Ok(Token::Field(name.trim().to_owned()))
    }

    fn quoted(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        // The quote itself is read raw: a full-width ＂ outside quotes already became ASCII.
        let raw = self.chars.get(start).copied().unwrap_or_default();
        let closes: &[char] = match raw {
            '‘' | '’' => &['‘', '’', '\''],
            '“' | '”' => &['“', '”', '"'],
            '\'' => &['\''],
            '"' => &['"'],
            '＇' => &['＇', '\''],
            _ => &['＂', '"'],
        };
        let text: String = self.chars.iter().skip(start + 1).take_while(|c| !closes.contains(c)).collect();
        let length = text.chars().count();
        if start + 1 + length >= self.chars.len() {
            return Err(FaultKind::OpenQuote(raw.to_string()).at(start + 1));
        }
        self.at += length + 2;
        Ok(Token::Text(text))
    }

    fn name(&mut self) -> Token {
        let mut name = String::new();
        while let Some(next) = self.peek(0) {
            let colon =
                next == ':' && !name.contains(':') && self.peek(1).is_some_and(|c| c.is_ascii_alphabetic());
            if !(next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.') || colon) {
                break;
            }
            name.push(next);
            self.at += 1;
        }
        let operator = match name.as_str() {
            "or" => Some(Operator::Or),
            "and" => Some(Operator::And),
            "div" => Some(Operator::Divide),
            "mod" => Some(Operator::Modulo),
            _ => None,
        };
        match operator {
            Some(operator) if self.after_operand() => Token::Operator(operator),
            _ => Token::Name(name),
        }
    }
}
