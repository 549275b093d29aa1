//! A Rust file taken apart into code, comments and literals, so that a law can look at the right part of it.

/// The three parts. `code` and `comments` have as many lines as the file; what belongs elsewhere is blank.
#[derive(Debug, Default)]
pub struct RustText {
    /// The code, with `""` around blanks where a literal stood.
    pub code: String,
    /// The comments, documentation included.
    pub comments: String,
    /// The text literals in their order.
    pub literals: Vec<Literal>,
}

/// One text literal, as written between its quotes.
#[derive(Debug, PartialEq)]
pub struct Literal {
    /// The byte in [`RustText::code`] at which its opening quote stands.
    pub at: usize,
    /// What is between the quotes, escapes unread.
    pub text: String,
}

/// Where a character belongs.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Comment,
    Literal,
}

impl RustText {
    /// Takes a file apart. Whatever is not valid Rust is taken for code.
    pub fn read(text: &str) -> Self {
        let mut reader = Reader { chars: text.chars().collect(), at: 0, out: Self::default() };
        while reader.at < reader.chars.len() {
            reader.step();
        }
        reader.out
    }

    /// The lines of code with their numbers from 1, and whether each lies in the tests at the file's foot.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let mut armed = false;
        let mut in_tests = false;
        self.code.lines().enumerate().map(move |(index, line)| {
            in_tests |= armed && line.contains("mod ") && line.contains('{');
            // Between the attribute and its module there may be others, blank lines and comments.
            armed = line.contains("#[cfg(test)]")
                || armed && (line.trim().is_empty() || line.trim_start().starts_with("#["));
            (index + 1, line, in_tests)
        })
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    out: RustText,
}

impl Reader {
    /// The character so far ahead; a zero past the end.
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn take(&mut self, part: Part) -> char {
        let taken = self.peek(0);
        let blank = if taken == '\n' { '\n' } else { ' ' };
        self.out.code.push(if part == Part::Code { taken } else { blank });
        self.out.comments.push(if part == Part::Comment { taken } else { blank });
        self.at += 1;
        taken
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                while self.at < self.chars.len() && self.peek(0) != '\n' {
                    self.take(Part::Comment);
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.text(None),
            ('\'', _) => self.character(),
            (first, _) if first.is_alphabetic() || first == '_' => self.word(),
            _ => drop(self.take(Part::Code)),
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            let step = match (self.peek(0), self.peek(1)) {
                ('/', '*') => 1,
                ('*', '/') => -1,
                _ => 0,
            };
            depth += step;
            self.take(Part::Comment);
            if step != 0 {
                self.take(Part::Comment);
            }
            if depth == 0 {
                break;
            }
        }
    }

    /// A whole word, and the raw text that may begin with it: `r"…"`, `br#"…"#`.
    fn word(&mut self) {
        let begin = self.out.code.len();
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            self.take(Part::Code);
        }
        let is_raw = matches!(self.out.code.get(begin..), Some("r" | "br" | "cr"));
        let hashes = (0..).take_while(|ahead| self.peek(*ahead) == '#').count();
        if is_raw && self.peek(hashes) == '"' {
            for _ in 0..hashes {
                self.take(Part::Code);
            }
            self.text(Some(hashes));
        }
    }

    /// From the opening quote to the closing one; raw text ends only at a quote with as many `#`.
    fn text(&mut self, raw: Option<usize>) {
        let mut literal = Literal { at: self.out.code.len(), text: String::new() };
        self.take(Part::Code);
        while self.at < self.chars.len() {
            match (self.peek(0), raw) {
                ('"', None) => break,
                ('"', Some(hashes)) if (1..=hashes).all(|ahead| self.peek(ahead) == '#') => break,
                ('\\', None) => {
                    literal.text.push(self.take(Part::Literal));
                    literal.text.push(self.take(Part::Literal));
                }
                _ => literal.text.push(self.take(Part::Literal)),
            }
        }
        self.take(Part::Code);
        self.out.literals.push(literal);
    }

    /// A character literal such as `'"'` or `'\''`; else a lifetime, which is code.
    fn character(&mut self) {
        let length = match (self.peek(1), self.peek(2)) {
            // What follows the backslash may itself be a quote.
            ('\\', _) => (3..12).find(|ahead| self.peek(*ahead) == '\''),
            (_, '\'') => Some(2),
            _ => None,
        };
        self.take(Part::Code);
        for _ in 0..length.unwrap_or(0) {
            self.take(Part::Literal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        RustText::read(text).code
    }

    fn literals(text: &str) -> Vec<String> {
        RustText::read(text).literals.into_iter().map(|literal| literal.text).collect()
    }

    #[test]
    fn comments_and_code_are_told_apart() {
        let text = RustText::read("let a = 1; // HashMap\n/* two /* nested */ still */ let b;\n");
        assert!(!text.code.contains("HashMap") && text.code.contains("let b;"), "{}", text.code);
        assert!(text.comments.contains("HashMap") && text.comments.contains("still"));
        assert!(!text.comments.contains("let"));
        assert_eq!(text.code.lines().count(), text.comments.lines().count());
    }

    #[test]
    fn literals_are_blank_in_the_code_and_kept_beside_it() {
        assert_eq!(code("f(\"a // b\") // c"), "f(\"      \")     ");
        assert_eq!(literals(r###"f("a\"b", r#"c"d"#, br"e\", "f")"###), ["a\\\"b", "c\"d", "e\\", "f"]);
        let text = RustText::read("#[path = \"x.rs\"]");
        assert_eq!(text.literals, [Literal { at: 9, text: "x.rs".to_owned() }]);
    }

    #[test]
    fn quotes_of_characters_and_lifetimes_open_no_text() {
        assert!(code("let q = '\"'; let a: &'static str; '\\'' ; b'\\\\'; done").ends_with("done"));
        assert!(literals("let q = '\"'; fn f<'a>(x: &'a str) {}").is_empty());
    }

    #[test]
    fn raw_names_are_code() {
        assert_eq!(code("r#type + \"x\""), "r#type + \" \"");
    }

    #[test]
    fn text_without_an_end_does_no_harm() {
        assert_eq!(literals("let a = \"open"), ["open"]);
        assert!(code("/* open").trim().is_empty());
    }

    #[test]
    fn the_tests_at_the_foot_are_known() {
        let text =
            RustText::read("#[cfg(test)]\nmod far;\nfn f() {}\n#[cfg(test)]\nmod tests {\n  fn g() {}\n}\n");
        let in_tests: Vec<bool> = text.code_lines().map(|(_, _, in_tests)| in_tests).collect();
        assert_eq!(in_tests, [false, false, false, false, true, true, true]);
    }
}
