//! What is written for the screens from the Rust sources: types and commands, the description of the
//! desk's routes, the texts of problems, the words of codes. Checked in, written by `cargo xtask codegen`, compared by the tests.

use client::api::export::TypeScript;
use domain::catalogue::keys;
use domain::category::{Category, ListedAs};
use domain::change::{ChangeState, Registration};
use domain::concern::{ConcernKind, ConcernNow, ConcernState};
use domain::duty::DutyKind;
use domain::going::Going;
use domain::grant::{GrantState, OpeningReason};
use domain::problem::ProblemCode;
use domain::staff::Role;
use domain::subject::{AgeSaid, AwayKind};
use domain::value::Origin;
use domain::visit::{Met, NotMet, Way};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use sync::wire::receipt::ItemState;

/// A file that is written, below the repository.
#[derive(Debug)]
pub struct Generated {
    /// Where.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

/// Every file that is written.
pub fn files() -> Vec<Generated> {
    let mut commands = TypeScript::default();
    phone_shell::carry::commands(&mut commands);
    let file = |name: &str, text: String| Generated { path: Path::new("app-ui/src/api").join(name), text };
    vec![
        file("commands.generated.ts", commands.text()),
        file("openapi.generated.json", county_server::routes::review::document()),
        file("problems.generated.json", pretty(&problems())),
        file("codes.generated.json", pretty(&codes())),
    ]
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn problems() -> Value {
    let rows = ProblemCode::ALL.iter().filter_map(|code| {
        let name = serde_json::to_value(code).ok()?;
        Some((name.as_str()?.to_owned(), json!({ "zh": code.zh(), "en": code.en() })))
    });
    Value::Object(rows.collect())
}

macro_rules! table {
    ($name:ident) => {
        // A list, because the order is that of the screens.
        $name::ALL
            .iter()
            .map(|one| json!({ "code": one.code(), "zh": one.zh(), "en": one.en() }))
            .collect::<Vec<Value>>()
    };
}

fn codes() -> Value {
    let field = |(key, zh, en): &(&str, &str, &str)| json!({ "code": key, "zh": zh, "en": en });
    json!({
        "field": keys::NAMES.iter().map(field).collect::<Vec<Value>>(),
        "origin": table!(Origin),
        "item_state": table!(ItemState),
        "way": table!(Way),
        "met": table!(Met),
        "not_met": table!(NotMet),
        "concern_kind": table!(ConcernKind),
        "concern_state": table!(ConcernState),
        "concern_now": table!(ConcernNow),
        "change_state": table!(ChangeState),
        "registration": table!(Registration),
        "age_said": table!(AgeSaid),
        "away_kind": table!(AwayKind),
        "going": table!(Going),
        "category": table!(Category),
        "listed_as": table!(ListedAs),
        "duty_kind": table!(DutyKind),
        "grant_state": table!(GrantState),
        "opening_reason": table!(OpeningReason),
        "role": table!(Role),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_checked_in_is_what_would_be_written() {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for file in files() {
            let kept = std::fs::read_to_string(repository.join(&file.path)).unwrap_or_default();
            assert!(kept == file.text, "{} is out of date: cargo xtask codegen", file.path.display());
        }
    }
}
