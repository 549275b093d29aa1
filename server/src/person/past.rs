//! What stood before a move, read out of the patches that were taken in.

use crate::county::{County, at_county};
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::{Entry, RecordRef};
use domain::problem::Problem;
use domain::time::Day;
use domain::value::Value;
use sync::wire::receipt::ItemState;

/// A record's patches that were taken in, in the order in which they came.
pub(super) async fn written(county: &County, record: RecordRef) -> Result<Vec<Entry>, Problem> {
    let history = county.stores.reports.history(record).await.map_err(at_county)?;
    let applied = history.into_iter().filter(|item| item.state == ItemState::Applied);
    Ok(applied.map(|item| item.entry).collect())
}

/// The place of the move that stands under a key, among a person's patches; of one that was put right,
/// the place of the first mistake.
pub(super) fn first_of(patches: &[Entry], key: &str) -> usize {
    let sets = |at: usize| patches.get(at).and_then(|entry| entry.body.as_ref()).map(|body| &body.sets);
    let value = |at: usize, key: &str| sets(at).and_then(|sets| sets.get(key));
    let (mut key, mut at) = (key.to_owned(), patches.len());
    loop {
        let moves = |one: &usize| value(*one, &key).is_some_and(|value| !value.is_null());
        let Some(found) = (0..at).rev().find(moves) else { return at };
        at = found;
        let emptied = |(key, value): (&String, &Value)| {
            (key.starts_with(keys::MOVED) && value.is_null()).then(|| key.clone())
        };
        let other = sets(at).into_iter().flatten().find_map(emptied);
        let stood = || (0..at).rev().find_map(|one| value(one, &key)).is_some_and(|value| !value.is_null());
        match other {
            Some(other) => key = other,
            // Put right on the same day.
            None if stood() => {}
            None => return at,
        }
    }
}

/// What a field was after so many patches.
pub(super) fn as_of(patches: &[Entry], count: usize, key: &str) -> Value {
    let sets = patches.iter().take(count).filter_map(|entry| entry.body.as_ref()).map(|body| &body.sets);
    sets.filter_map(|sets| sets.get(key)).next_back().cloned().unwrap_or_default()
}

/// The 小组 of a household before its people made the move that is taken back: the patch of the household
/// stands behind theirs.
pub(super) async fn former_group(
    county: &County,
    household: RecordRef,
    person: RecordId,
    moved: Day,
) -> Result<Value, Problem> {
    let of_person = written(county, RecordRef { kind: RecordKind::Person, id: person }).await?;
    let of_household = written(county, household).await?;
    let first = of_person.get(first_of(&of_person, &format!("{}{moved}", keys::MOVED)));
    let with = |one: &Entry| {
        first.is_some_and(|first| {
            one.patch.writer == first.patch.writer && one.patch.serial > first.patch.serial
        })
    };
    let count = of_household.iter().position(with).unwrap_or(of_household.len());
    Ok(as_of(&of_household, count, keys::GROUP))
}

/// Whether somebody made a move that stands alone: such a move says into which household, that of a whole
/// household leaves everybody in theirs.
pub(super) async fn moved_alone(county: &County, person: RecordId, day: Day) -> Result<bool, Problem> {
    let patches = written(county, RecordRef { kind: RecordKind::Person, id: person }).await?;
    let key = format!("{}{day}", keys::MOVED);
    let sets = patches.iter().skip(1).rev().filter_map(|entry| entry.body.as_ref()).map(|body| &body.sets);
    let mut moves = sets.filter(|sets| sets.get(&key).is_some_and(|value| !value.is_null()));
    Ok(moves.next().is_some_and(|sets| sets.contains_key(keys::HOUSEHOLD)))
}
