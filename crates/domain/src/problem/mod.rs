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

    /// The sentence for a person, in Chinese.
    pub fn zh(&self) -> String {
        self.fill(self.code.zh())
    }

    /// The sentence for a person, in English.
    pub fn en(&self) -> String {
        self.fill(self.code.en())
    }

    fn fill(&self, template: &str) -> String {
        self.params
            .iter()
            .fold(template.to_owned(), |text, (name, detail)| text.replace(&format!("{{{name}}}"), detail))
    }
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
}
