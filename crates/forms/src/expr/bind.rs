//! Binds a parsed expression to a form: names become items, functions and patterns are resolved.

use super::ast::{Expr, ExprKind, Path, Start, Step};
use super::eval::Code;
use super::{Fault, FaultKind};
use crate::functions::{self, Function};
use crate::path::{ItemId, Names};
use domain::settings::LIMIT_PREFIX;
use regex::{Regex, RegexBuilder};

/// Names of outside values that are not named by the form's author.
pub(crate) const TODAY: &str = "today";
/// See [`TODAY`].
pub(crate) const NOW: &str = "now";
/// Before the path of a question: its answer at the last visit.
pub(crate) const LAST: &str = "last/";
/// Before the path of a section: how many times running it was "nothing changed" until now.
pub(crate) const UNCHANGED: &str = "unchanged/";

const RESERVED: [&str; 3] = [LAST, UNCHANGED, LIMIT_PREFIX];

/// The largest compiled form of one pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 256 * 1024;

/// The outside values that a form reads, each once, in the order of first mention.
#[derive(Debug, Default)]
pub(crate) struct OutsideKeys(pub Vec<String>);

impl OutsideKeys {
    fn place(&mut self, key: String) -> usize {
        self.0.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.0.push(key);
            self.0.len() - 1
        })
    }
}

/// A bound expression and what it reads.
#[derive(Debug)]
pub(crate) struct Program {
    pub code: Code,
    /// Every item named in it, itself included; what `once` keeps is not counted.
    pub reads: Vec<ItemId>,
    /// Whether it holds `once`, whose result outlives the answers it came from.
    pub once: bool,
}

/// Binds expressions of one question or group.
pub(crate) struct Binder<'a> {
    pub names: &'a Names,
    pub keys: &'a mut OutsideKeys,
    /// The item that holds the expression.
    pub here: ItemId,
    reads: Vec<ItemId>,
    once: bool,
}

impl<'a> Binder<'a> {
    pub fn new(names: &'a Names, keys: &'a mut OutsideKeys, here: ItemId) -> Self {
        Self { names, keys, here, reads: Vec::new(), once: false }
    }

    /// Parses and binds one expression.
    pub fn program(mut self, text: &str) -> Result<Program, Fault> {
        let code = self.bind(&super::parse(text)?)?;
        Ok(Program { code, reads: self.reads, once: self.once })
    }

    fn bind(&mut self, expr: &Expr) -> Result<Code, Fault> {
        Ok(match &expr.kind {
            ExprKind::Number(number) => Code::Number(*number),
            ExprKind::Text(text) => Code::Text(text.as_str().into()),
            ExprKind::Path(path) => self.path(path, expr.column)?,
            ExprKind::Negated(inner) => Code::Negated(Box::new(self.bind(inner)?)),
            ExprKind::Binary(operator, left, right) => {
                Code::Binary(*operator, Box::new((self.bind(left)?, self.bind(right)?)))
            }
            ExprKind::Call(name, arguments) => self.call(expr.column, name, arguments)?,
        })
    }

    fn path(&mut self, path: &Path, column: usize) -> Result<Code, Fault> {
        if path.start == Start::Here && path.steps.is_empty() {
            self.reads.push(self.here);
            return Ok(Code::Own);
        }
        self.item(path, column).map(Code::Item)
    }

    fn item(&mut self, path: &Path, column: usize) -> Result<ItemId, Fault> {
        let item = self.names.resolve(self.here, path).map_err(|kind| kind.at(column))?;
        self.reads.push(item);
        Ok(item)
    }

    fn call(&mut self, column: usize, name: &str, arguments: &[Expr]) -> Result<Code, Fault> {
        let function =
            functions::find(name).ok_or_else(|| FaultKind::FunctionUnknown(name.into()).at(column))?;
        check_count(function, arguments.len()).map_err(|kind| kind.at(column))?;
        let named = || {
            let text = match arguments.last().map(|argument| &argument.kind) {
                Some(ExprKind::Text(text)) => Some(text.as_str()),
                _ => None,
            };
            text.ok_or_else(|| FaultKind::NeedsName(name.into()).at(column))
        };
        match name {
            "today" => Ok(Code::Outside(self.keys.place(TODAY.into()))),
            "now" => Ok(Code::Outside(self.keys.place(NOW.into()))),
            "outside" => {
                let key = named()?;
                // The prefix is the form's own: an author's name must not stand for a last answer.
                let taken = key.is_empty()
                    || matches!(key, TODAY | NOW)
                    || RESERVED.iter().any(|one| key.starts_with(one));
                if taken {
                    return Err(FaultKind::NameUnknown(key.into()).at(column));
                }
                Ok(Code::Outside(self.keys.place(key.into())))
            }
            "last-answer" => {
                let path = named()?;
                self.names.by_path(path).ok_or_else(|| FaultKind::NameUnknown(path.into()).at(column))?;
                Ok(Code::Outside(self.keys.place(format!("{LAST}{path}"))))
            }
            "jr:choice-name" => {
                let quoted = super::parse(named()?)?;
                let ExprKind::Path(path) = quoted.kind else {
                    return Err(FaultKind::NeedsName(name.into()).at(column));
                };
                // The choices are fixed, so the question's answer is not read through its name.
                let item = self.names.resolve(self.here, &path).map_err(|kind| kind.at(column))?;
                let code = arguments.first().ok_or_else(|| FaultKind::Ends.at(column))?;
                Ok(Code::ChoiceName(Box::new(self.bind(code)?), item))
            }
            "regex" => match arguments {
                [subject, Expr { kind: ExprKind::Text(pattern), column, .. }] => {
                    let pattern =
                        compile_pattern(pattern).map_err(|why| FaultKind::Pattern(why).at(*column))?;
                    Ok(Code::Matches(Box::new(self.bind(subject)?), Box::new(pattern)))
                }
                _ => self.plain_call(function, arguments),
            },
            "once" => {
                self.once = true;
                self.plain_call(function, arguments)
            }
            _ => self.plain_call(function, arguments),
        }
    }

    fn plain_call(&mut self, function: &'static Function, arguments: &[Expr]) -> Result<Code, Fault> {
        if arguments.is_empty() && function.most > 0 {
            // `string-length()` and its like are about the question itself.
            self.reads.push(self.here);
        }
        let arguments = arguments.iter().map(|argument| self.bind(argument)).collect::<Result<_, _>>()?;
        Ok(Code::Call(function, arguments))
    }
}

fn check_count(function: &Function, given: usize) -> Result<(), FaultKind> {
    let Function { name, least, most, .. } = function;
    if (*least..=*most).contains(&given) {
        return Ok(());
    }
    let expected = match (least, most) {
        (least, most) if least == most => least.to_string(),
        (least, &usize::MAX) => format!("{least}+"),
        (least, most) => format!("{least}-{most}"),
    };
    Err(FaultKind::Arguments { name: (*name).into(), expected, given })
}

/// A pattern that must match the whole text, with Java's ASCII meaning of `\d \w \s`.
///
/// So `regex(., '\d{11}')` refuses full-width digits, and matching is anchored as in JavaRosa
/// (`Pattern.matches`), while other engines search within the text. Look-around and back-references
/// are not taken: matching stays linear in the text.
pub(crate) fn compile_pattern(pattern: &str) -> Result<Regex, String> {
    let mut ascii = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars();
    while let Some(next) = chars.next() {
        if next != '\\' {
            ascii.push(next);
            continue;
        }
        match chars.next() {
            Some('d') => ascii.push_str("[0-9]"),
            Some('D') => ascii.push_str("[^0-9]"),
            Some('w') => ascii.push_str("[0-9A-Za-z_]"),
            Some('W') => ascii.push_str("[^0-9A-Za-z_]"),
            Some('s') => ascii.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => ascii.push_str(r"[^ \t\n\x0B\f\r]"),
            Some(other) => ascii.extend(['\\', other]),
            None => ascii.push('\\'),
        }
    }
    RegexBuilder::new(&format!("^(?:{ascii})$")).size_limit(PATTERN_BYTES_MAX).build().map_err(|error| {
        error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

/// The items that a label names as `${name}`, and the label cut at them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Words(String),
    Answer(ItemId),
}

/// Cuts a label at its references. A label without any is one piece.
pub(crate) fn pieces(label: &str, here: ItemId, names: &Names) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let mut rest = label;
    while let Some((words, after)) = rest.split_once("${") {
        let column = label.chars().count() - rest.chars().count() + words.chars().count() + 1;
        let (name, after) =
            after.split_once('}').ok_or_else(|| FaultKind::OpenQuote("${".into()).at(column))?;
        let path = Path { start: Start::Field(name.trim().to_owned()), steps: Vec::<Step>::new() };
        pieces.push(Piece::Words(words.to_owned()));
        pieces.push(Piece::Answer(names.resolve(here, &path).map_err(|kind| kind.at(column))?));
        rest = after;
    }
    pieces.push(Piece::Words(rest.to_owned()));
    Ok(pieces)
}
