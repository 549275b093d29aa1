//! The county's look at answers that arrived: the same engine over the row and what came with it.
//!
//! A verdict is a question to somebody, never a refusal: whatever it says, the answers are kept.

use crate::answer::{about, check, in_words, outside_constraint};
use crate::evaluate::{Finding, Given, sweep};
use crate::expr::bind::UNCHANGED;
use crate::form::Form;
use crate::path::ItemId;
use domain::problem::{Problem, ProblemCode};
use domain::settings::Setting;
use domain::value::{Origin, Value};
use std::borrow::Cow;

/// What is odd about answers that were made under this form; empty for everything that
/// [`crate::session::Session::finish`] gives. Linear in the form, without a copy of the answers.
///
/// A row that is short is read as if the rest were not answered.
pub fn verdict(form: &Form, row: &[Value], origins: &str, given: &Given) -> Vec<Problem> {
    let language = form.main_language();
    let mut problems = Vec::new();
    let columns = form.fields.len();
    let values = if row.len() == columns {
        Cow::Borrowed(row)
    } else {
        let misfit = Problem::new(ProblemCode::AnswersMisfit).with("given", row.len());
        problems.push(misfit.with("expected", columns));
        Cow::Owned(row.iter().chain(std::iter::repeat(&Value::Null)).take(columns).cloned().collect())
    };
    for (item, value) in form.fields().zip(values.iter()) {
        problems.extend(check(item, value, language).err());
    }
    let swept = sweep(form, &values, given, None);
    for (id, finding) in &swept.findings {
        let value = form.field_of(*id).and_then(|field| values.get(field)).unwrap_or(&Value::Null);
        problems.extend(problem_of(form, *id, finding, value, language));
    }
    problems.extend(origin_problems(form, &values, origins, given));
    problems
}

/// A finding as a problem for a person.
pub(crate) fn problem_of(
    form: &Form,
    id: ItemId,
    finding: &Finding,
    stored: &Value,
    language: &str,
) -> Option<Problem> {
    let item = form.item(id)?;
    Some(match finding {
        Finding::Missing => about(ProblemCode::AnswerMissing, item, language),
        Finding::Broken => outside_constraint(item, language),
        Finding::NotRelevant => about(ProblemCode::QuestionNotRelevant, item, language),
        Finding::Differs(expected) => about(ProblemCode::AnswerDiffers, item, language)
            .with("expected", in_words(item, expected, language))
            .with("given", in_words(item, stored, language)),
        Finding::Exhausted => {
            let problem = Problem::new(ProblemCode::ExpressionTooMuch).with("form", &form.def().id);
            problem.with("place", &item.path).with("path", &item.path)
        }
    })
}

fn origin_problems(form: &Form, values: &[Value], origins: &str, given: &Given) -> Vec<Problem> {
    let limit = Setting::UnchangedTimes.given(given);
    let misfit = || Problem::new(ProblemCode::OriginsMisfit).with("given", origins);
    let mut letters = origins.chars();
    let mut problems = Vec::new();
    let mut section_told = None;
    for (item, value) in form.fields().zip(values) {
        let Some(letter) = letters.next() else { break };
        match Origin::from_letter(letter) {
            Some(Origin::Asked) => {}
            Some(Origin::Prefilled) if !value.is_null() => {}
            Some(Origin::ConfirmedUnchanged) if !value.is_null() => {
                let section = item.section.and_then(|section| form.item(section));
                let Some(section) = section.filter(|section| section.compare_with_last) else {
                    problems.push(unchanged(ProblemCode::UnchangedNotOffered, item, form));
                    continue;
                };
                let runs =
                    given.get(&format!("{UNCHANGED}{}", section.path)).and_then(Value::as_int).unwrap_or(0);
                if runs >= i64::from(limit) && section_told != item.section {
                    section_told = item.section;
                    problems
                        .push(unchanged(ProblemCode::UnchangedTooOften, section, form).with("limit", runs));
                }
            }
            _ => problems.push(misfit().with("path", &item.path)),
        }
    }
    if letters.next().is_some() {
        problems.push(misfit());
    }
    problems
}

fn unchanged(code: ProblemCode, item: &crate::form::Item, form: &Form) -> Problem {
    Problem::new(code)
        .with("section", item.label.words.in_language(form.main_language()))
        .with("path", &item.path)
}
