//! Finishing: the answers as a row, what they rest on, and the concerns that they raise.

use super::Session;
use crate::answer::in_words;
use crate::evaluate::{Facts, Finding, Given, Swept, sweep};
use crate::expr::bind::UNCHANGED;
use crate::form::Item;
use crate::path::ItemId;
use crate::verdict::problem_of;
use domain::concern::ConcernKind;
use domain::problem::Problem;
use domain::settings::Setting;
use domain::value::{Origin, Value};
use serde::{Deserialize, Serialize};
use std::cell::Cell;

/// The longest words of a raised concern, in characters.
const CONCERN_WORDS_MAX: usize = 300;

/// A finished form, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// The answers in the form's order; empty where there is none or the question is not relevant.
    pub row: Vec<Value>,
    /// One letter for each answer of the row ([`Origin::letter`]), without the `a`s at its end.
    pub origins: String,
    /// Every outside value that the form read, so that the county can work it all out again.
    pub given: Given,
    /// The concerns that the answers raise.
    pub concerns: Vec<RaisedConcern>,
}

/// A concern that an answer raises (发现的问题).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaisedConcern {
    /// The question whose answer raises it.
    pub path: String,
    /// What kind.
    pub kind: ConcernKind,
    /// The question and its answer in words, with the details given.
    pub words: String,
    /// Where the answer came from: *confirmed unchanged* is likely a concern already raised.
    pub origin: Origin,
}

impl Session {
    /// Finishes the form. The session stays as it is. One evaluation of the whole form.
    ///
    /// # Errors
    /// The gaps, as [`Session::gaps`].
    pub fn finish(&self) -> Result<Answers, Vec<Problem>> {
        let reads = vec![Cell::new(false); self.form.outside.len()];
        let (row, swept) = self.sweep_row(Some(&reads));
        let gaps = self.finding_problems(&swept);
        if !gaps.is_empty() {
            return Err(gaps);
        }
        let letters: String = self
            .form
            .fields()
            .zip(&row)
            .zip(&self.origins)
            .map(|((item, value), origin)| {
                let counts = item.is_answered() && !value.is_null();
                if counts { origin.letter() } else { Origin::Asked.letter() }
            })
            .collect();
        let concerns = self.concerns(&row, &swept, &reads);
        let origins = letters.trim_end_matches(Origin::Asked.letter()).to_owned();
        let given = self.given(&reads, &origins);
        Ok(Answers { row, origins, given, concerns })
    }

    /// The row as it would be sent now, and what a whole pass over it finds.
    pub(super) fn sweep_row(&self, reads: Option<&[Cell<bool>]>) -> (Vec<Value>, Swept) {
        let values = self.form.fields.iter().zip(&self.values);
        let relevant =
            values.map(|(id, value)| if self.is_relevant(*id) { value.clone() } else { Value::Null });
        let row: Vec<Value> = relevant.collect();
        let swept = sweep(&self.form, &row, &self.outside, reads);
        (row, swept)
    }

    /// What the worker has to see to. An expression that was stopped is the county's to mend.
    pub(super) fn finding_problems(&self, swept: &Swept) -> Vec<Problem> {
        let theirs = |finding: &&(ItemId, Finding)| finding.1 != Finding::Exhausted;
        swept
            .findings
            .iter()
            .filter(theirs)
            .filter_map(|(id, finding)| problem_of(&self.form, *id, finding, &NULL_GIVEN, self.language()))
            .collect()
    }

    fn given(&self, reads: &[Cell<bool>], origins: &str) -> Given {
        let read = self.form.outside.iter().zip(reads).filter(|(_, read)| read.get());
        let value = |key: &String| self.outside.get(key).map(|value| (key.clone(), value.clone()));
        let mut given: Given = read.filter_map(|(outside, _)| value(&outside.key)).collect();
        let confirmed = self.form.fields().zip(origins.chars()).filter(|(_, letter)| *letter == 'c');
        if origins.contains(Origin::ConfirmedUnchanged.letter()) {
            Setting::UnchangedTimes.give(self.context.unchanged_limit, &mut given);
        }
        for section in confirmed.filter_map(|(item, _)| self.form.item(item.section?)) {
            let runs = self.unchanged_runs_of(&section.path);
            if runs > 0 {
                given.insert(format!("{UNCHANGED}{}", section.path), Value::Int(i64::from(runs)));
            }
        }
        given
    }

    fn concerns(&self, row: &[Value], swept: &Swept, reads: &[Cell<bool>]) -> Vec<RaisedConcern> {
        let facts = Facts {
            form: &self.form,
            values: row,
            relevant: &swept.relevant,
            outside: &self.outside,
            reads: Some(reads),
        };
        let mut raised = Vec::new();
        for (index, item) in self.form.items.iter().enumerate() {
            let id = ItemId(index);
            if facts.stored(item).is_null() {
                continue;
            }
            for rule in &item.concerns {
                if facts.truth(id, &rule.when).unwrap_or(false) {
                    let detail = rule.detail.and_then(|detail| self.form.item(detail));
                    let words = self.concern_words(&facts, item, detail);
                    let origin =
                        item.field.and_then(|field| self.origins.get(field)).copied().unwrap_or_default();
                    raised.push(RaisedConcern { path: item.path.clone(), kind: rule.kind, words, origin });
                }
            }
        }
        raised
    }

    fn concern_words(&self, facts: &Facts<'_>, item: &Item, detail: Option<&Item>) -> String {
        let language = self.language();
        let (colon, stop) = if language == "zh" { ("：", "；") } else { (": ", "; ") };
        let label = facts.words(&item.label, language);
        let label = label.trim_end_matches(['？', '?', '：', ':']);
        let mut words = format!("{label}{colon}{}", in_words(item, facts.stored(item), language));
        let detail = detail.map(|detail| in_words(detail, facts.stored(detail), language));
        if let Some(detail) = detail.filter(|detail| !detail.is_empty()) {
            words.push_str(stop);
            words.push_str(&detail);
        }
        words.chars().take(CONCERN_WORDS_MAX).collect()
    }
}

static NULL_GIVEN: Value = Value::Null;
