//! Why the county restricted somebody's answers, or recognises a refusal: in a record of its own, which no phone holds.
//!
//! Who asked for what is the county's to know (least access); on the person, whom phones hold, only the day stands.

use crate::county::{County, at_county};
use crate::staff::{Change, Sets};
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::value::Value;

/// The record of the reasons about a person: hung on the person, so that it is shown and erased with them.
fn record_of(person: RecordId) -> RecordRef {
    RecordRef { kind: RecordKind::Decision, id: RecordId::named("reasons", &person.to_string()) }
}

/// A reason to be written with what it is of, under [`keys::RESTRICTED_WORDS`] or [`keys::REFUSAL_WORDS`].
pub(crate) fn change(person: RecordId, key: &str, words: String) -> Change {
    let sets = Sets::from([
        (keys::SUBJECT.to_owned(), Value::from(person.to_string())),
        (key.to_owned(), Value::from(words)),
    ]);
    Change::of_office(record_of(person), sets)
}

/// The reasons that stand about a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reasons {
    /// Why processing was restricted, or no more.
    pub restricted: Option<String>,
    /// Why a refusal was recognised, or no more.
    pub refusal: Option<String>,
}

/// The reasons that stand about a person. O(1).
///
/// # Errors
/// What the store says.
pub(crate) async fn of(county: &County, person: RecordId) -> Result<Reasons, Problem> {
    let row = county.stores.ledger.record(record_of(person)).await.map_err(at_county)?;
    let text = |key: &str| row.as_ref().and_then(|row| row.head.text(key)).map(str::to_owned);
    Ok(Reasons { restricted: text(keys::RESTRICTED_WORDS), refusal: text(keys::REFUSAL_WORDS) })
}
