//! The answers of a part, in the words of its form.

use crate::county::{County, at_county};
use crate::takes::form;
use domain::head::{Head, Write};
use domain::patch::{ANSWER_PREFIX, RecordRef};
use domain::problem::Problem;
use domain::value::{Origin, Value};
use forms::form::Form;
use serde::Serialize;
use std::collections::BTreeMap;

/// An answer: several values while it is contested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Answer {
    /// The question's path.
    pub path: String,
    /// The question, Chinese; the path when the form does not know it.
    pub question_zh: String,
    /// The question, English.
    pub question_en: String,
    /// The answer in words, Chinese: one for each value that stands.
    pub words_zh: Vec<String>,
    /// The answer in words, English.
    pub words_en: Vec<String>,
    /// The values as they are stored.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub values: Vec<Value>,
    /// `asked`, `prefilled`, `confirmed_unchanged`.
    #[schema(value_type = String)]
    pub origin: Origin,
}

/// The answers of a part, in the order of the form under which it was last written.
///
/// # Errors
/// What the store says.
pub async fn answers_of(county: &County, part: RecordRef, head: &Head) -> Result<Vec<Answer>, Problem> {
    let history = county.stores.reports.history(part).await.map_err(at_county)?;
    let hash = history.iter().rev().find_map(|item| item.entry.patch.form);
    let form = match hash {
        Some(hash) => form(county, hash).await?,
        None => None,
    };
    let form = form.as_deref();
    let place: BTreeMap<&str, usize> = form
        .iter()
        .flat_map(|form| form.field_order().enumerate())
        .map(|(place, path)| (path, place))
        .collect();
    let mut answers: Vec<Answer> =
        head.under(ANSWER_PREFIX).map(|(path, writes)| answer(form, path, writes)).collect();
    answers.retain(|one| one.values.iter().any(|value| !value.is_null()));
    answers.sort_by_key(|one| place.get(one.path.as_str()).copied().unwrap_or(usize::MAX));
    Ok(answers)
}

fn answer(form: Option<&Form>, path: &str, writes: &[Write]) -> Answer {
    let values: Vec<Value> = writes.iter().map(|write| write.value.clone()).collect();
    let said = |language: &str| -> Vec<(String, String)> {
        values.iter().filter_map(|value| form?.in_words(path, value, language)).collect()
    };
    let split = |said: Vec<(String, String)>| {
        let question = said.first().map_or_else(|| path.to_owned(), |(question, _)| question.clone());
        (question, said.into_iter().map(|(_, words)| words).collect())
    };
    let (question_zh, words_zh) = split(said("zh"));
    let (question_en, words_en) = split(said("en"));
    let origin = writes.first().map(|write| write.origin).unwrap_or_default();
    Answer { path: path.to_owned(), question_zh, question_en, words_zh, words_en, values, origin }
}
