//! What can be said to a person when something is wrong.
//!
//! A problem answers three questions: what happened, is my work safe, what do I do now.
//! The wire and the screens see only problems; internal errors never leave the process.

mod table;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

pub use table::ProblemCode;

/// What the person, or the program, should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Nothing is wrong with the work; the same thing may succeed later.
    Retry,
    /// Something the person can put right.
    Fix,
    /// Somebody else has to help: the township or the county.
    Call,
}

/// One thing that is wrong, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Problem {
    /// The stable name of the kind of problem.
    pub code: ProblemCode,
    /// What to do about it.
    pub advice: Advice,
    /// Where and what: filled into the text. Never personal data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl Problem {
    /// A problem of this kind, with the advice of the table.
    pub fn new(code: ProblemCode) -> Self {
        Self { code, advice: code.advice(), params: BTreeMap::new() }
    }

    /// The same problem with one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, detail: impl fmt::Display) -> Self {
        self.params.insert(name.to_owned(), detail.to_string());
        self
    }

    /// The same problem with a detail that each language has its own words for.
    #[must_use]
    pub fn with_both(self, name: &str, zh: impl fmt::Display, en: impl fmt::Display) -> Self {
        self.with(&format!("{name}{ZH}"), zh).with(name, en)
    }

    /// The sentence for a person, in Chinese.
    pub fn zh(&self) -> String {
        let own = self.params.iter().filter_map(|(name, detail)| Some((name.strip_suffix(ZH)?, detail)));
        let text = own.fold(self.code.zh().to_owned(), |text, (name, detail)| put(&text, name, detail));
        self.fill(text)
    }

    /// The sentence for a person, in English.
    pub fn en(&self) -> String {
        self.fill(self.code.en().to_owned())
    }

    fn fill(&self, template: String) -> String {
        self.params.iter().fold(template, |text, (name, detail)| put(&text, name, detail))
    }
}

/// Behind the name of a detail: its Chinese words.
const ZH: &str = "_zh";

fn put(text: &str, name: &str, detail: &str) -> String {
    text.replace(&format!("{{{name}}}"), detail)
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en())
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_both_texts_and_a_name_of_its_own() {
        let mut names = BTreeSet::new();
        for code in ProblemCode::ALL {
            assert!(code.zh().ends_with(['。', '？']), "{code:?}: {}", code.zh());
            assert!(code.en().ends_with(['.', '?']), "{code:?}: {}", code.en());
            assert!(!code.zh().contains("自动"), "{code:?} promises too much");
            assert!(names.insert(serde_json::to_string(code).unwrap()));
            let of = |text: &str| text.matches('{').count();
            assert_eq!(of(code.zh()), of(code.en()), "{code:?}: the same details in both");
        }
    }

    #[test]
    fn details_fill_the_sentence() {
        let problem = Problem::new(ProblemCode::RequestTooLarge).with("limit", "256 KiB");
        assert!(problem.zh().contains("256 KiB"));
    }

    #[test]
    fn a_detail_may_have_words_in_each_language() {
        let problem = Problem::new(ProblemCode::ArgumentWrong).with("name", "x");
        let problem = problem.with_both("reason", "没有这个村", "there is no such village");
        assert_eq!(problem.zh(), "“x”：没有这个村。");
        assert_eq!(problem.en(), "\"x\": there is no such village.");
    }
}
