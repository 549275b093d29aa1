//! The description of the desk's routes, from which the console's client is made.

use domain::problem::ProblemCode;
use serde_json::{Value, json};

/// The OpenAPI document, as it is checked in: keys ascending, two spaces.
pub fn document() -> String {
    let (_, document) = super::table::router().split_for_parts();
    let mut document = serde_json::to_value(&document).unwrap_or_default();
    put(
        &mut document,
        "/info",
        json!({
            "title": "county-server desk",
            "version": env!("CARGO_PKG_VERSION"),
        }),
    );
    put(&mut document, "/components/schemas/Problem", problem());
    let refused = json!({
        "description": "What is wrong, and what to do",
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let paths = document.pointer_mut("/paths").and_then(Value::as_object_mut);
    for (path, operations) in paths.into_iter().flatten() {
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            put(operation, "/operationId", Value::from(name(method, path)));
            put(operation, "/responses/default", refused.clone());
        }
    }
    format!("{document:#}\n")
}

/// Puts a member into an object that is there.
fn put(document: &mut Value, pointer: &str, value: Value) {
    let Some((object, member)) = pointer.rsplit_once('/') else { return };
    if let Some(object) = document.pointer_mut(object).and_then(Value::as_object_mut) {
        object.insert(member.to_owned(), value);
    }
}

/// `get /api/subjects/{person}` → `get_subjects_person`.
fn name(method: &str, path: &str) -> String {
    let words = path.split(['/', '{', '}']).filter(|word| !word.is_empty() && *word != "api");
    words.fold(method.to_owned(), |name, word| format!("{name}_{word}"))
}

/// Every refusal of every route.
fn problem() -> Value {
    let codes: Vec<_> = ProblemCode::ALL.iter().filter_map(|code| serde_json::to_value(code).ok()).collect();
    json!({
        "type": "object",
        "required": ["code", "advice"],
        "properties": {
            "code": { "type": "string", "enum": codes },
            "advice": { "type": "string", "enum": ["retry", "fix", "call"] },
            "params": { "type": "object", "additionalProperties": { "type": "string" } },
        },
    })
}
