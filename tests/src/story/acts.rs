//! What a worker does on a phone, command by command.

use crate::phone::PhoneProcess;
use domain::ids::RecordId;
use serde_json::{Value, json};
use std::io::{Error, Result};

/// The same for every phone of the demonstration: it is printed nowhere else.
pub const PIN: &str = "246810";

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value.get(key).and_then(Value::as_str).ok_or_else(|| Error::other(format!("no {key} in {value}")))
}

/// Starts a visit; answers the draft's name.
pub fn start(phone: &mut PhoneProcess, args: Value) -> Result<String> {
    let view = phone.call("start_visit", args)?;
    text(&view, "visit").map(str::to_owned)
}

/// Fills in a person's form as on a routine visit: 没变化 where it is offered, else the first choice.
/// Answers how many taps it took.
pub fn fill(phone: &mut PhoneProcess, visit: &str, subject: RecordId) -> Result<usize> {
    let of = json!({ "visit": visit, "subject": subject });
    let mut taps = 0;
    let form = phone.call("form", of.clone())?;
    for page in pages(&form) {
        let offered = page.pointer("/compare/offered").and_then(Value::as_bool).unwrap_or(false);
        if offered {
            let section = text(page, "section")?;
            phone.call("unchanged", json!({ "visit": visit, "subject": subject, "section": section }))?;
            taps += 1;
        }
    }
    // A follow-up may open below an answer: look again until nothing is open.
    for _ in 0..100 {
        let form = phone.call("form", of.clone())?;
        let Some(question) = pages(&form).flat_map(questions).find(|question| open(question)) else {
            return Ok(taps);
        };
        let value = answer(question);
        let path = text(question, "path")?;
        phone.call("answer", json!({ "visit": visit, "subject": subject, "path": path, "value": value }))?;
        taps += 1;
    }
    Err(Error::other("the form does not end"))
}

fn pages(form: &Value) -> impl Iterator<Item = &Value> {
    form.get("pages").and_then(Value::as_array).into_iter().flatten()
}

fn questions(page: &Value) -> impl Iterator<Item = &Value> {
    page.get("questions").and_then(Value::as_array).into_iter().flatten()
}

fn open(question: &Value) -> bool {
    let is = |key: &str| question.get(key).and_then(Value::as_bool).unwrap_or(false);
    is("relevant") && is("required") && !is("worked_out") && question.get("value").is_none_or(Value::is_null)
}

fn answer(question: &Value) -> Value {
    let first = question.pointer("/choices/0/code").cloned();
    match (question.get("kind").and_then(Value::as_str), first) {
        (Some("select_multiple"), Some(code)) => json!([code]),
        (_, Some(code)) => code,
        (Some("integer"), _) => json!(1),
        (Some("date"), _) => json!("2026-01-01"),
        _ => json!("都好"),
    }
}

/// Finishes a visit, which must have no gaps; answers the visit's record.
pub fn finish(phone: &mut PhoneProcess, visit: &str) -> Result<RecordId> {
    let done = phone.call("finish", json!({ "visit": visit }))?;
    finished(&done)
}

/// The visit's record in what finishing answered.
pub fn finished(done: &Value) -> Result<RecordId> {
    let visit = text(done, "visit").map_err(|_| Error::other(format!("the visit has gaps: {done}")))?;
    visit.parse().map_err(|_| Error::other("not a record"))
}

/// Corrects a person's number, as somebody does who has the person's page open.
pub fn correct_phone(phone: &mut PhoneProcess, person: RecordId, number: &str) -> Result<()> {
    let page = phone.call("person", json!({ "subject": person }))?;
    let record = json!({ "kind": "person", "id": person });
    let seen = page.get("seen").cloned().unwrap_or_default();
    let args = json!({ "record": record, "key": "phone", "value": number, "seen": seen });
    phone.call("correct_contact", args).map(drop)
}

/// Sends and fetches; fails when something stopped it.
pub fn exchange(phone: &mut PhoneProcess) -> Result<Value> {
    let report = phone.call("exchange", json!({}))?;
    match report.get("problem") {
        None | Some(Value::Null) => Ok(report),
        Some(problem) => Err(Error::other(format!("the exchange was stopped: {problem}"))),
    }
}
