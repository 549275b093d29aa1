//! 服务对象: what the county itself writes about a person of the register.

use crate::county::{County, at_county};
use crate::staff::{operator, write};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use sync::county::place::codes;
use sync::county::prepared::OwnRecord;

/// Somebody moves to another village.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Who.
    pub person: RecordId,
    /// Where to.
    pub village: AreaCode,
    /// The first day there.
    pub from: Day,
    /// Into which household; into none that is known when nothing is said: the old one stays behind.
    pub household: Option<RecordId>,
}

/// Moves a person: until that day they are counted where they lived, from then on where they live. The
/// old village's phones let go of them, the new village's get them with all that hangs on them.
///
/// # Errors
/// `nothing_found` when there is no such person; `argument_wrong` when it is no village of this county,
/// the one they live in, a household elsewhere, or a day before an earlier move; what the store says.
pub async fn move_to(county: &County, new: &Move, now_ms: UnixMs) -> Result<(), Problem> {
    let wrong = |name: &str, reason: &str| {
        Err(Problem::new(ProblemCode::ArgumentWrong).with("name", name).with("reason", reason))
    };
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    if new.village.level() != AreaLevel::Village || !reference.areas.0.contains_key(&new.village) {
        return wrong(&new.village.to_string(), "no village of this county");
    }
    let record = RecordRef { kind: RecordKind::Person, id: new.person };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let row = row.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    let person = Person::read(new.person, &row.head);
    if person.villages == [new.village] {
        return wrong(&new.village.to_string(), "the person lives there already");
    }
    if person.moves.range(new.from..).next().is_some() {
        return wrong("--from", "the person has moved on that day, or later");
    }
    if let Some(id) = new.household {
        let record = RecordRef { kind: RecordKind::Household, id };
        let row = county.stores.ledger.record(record).await.map_err(at_county)?;
        if !row.is_some_and(|row| codes(&row.head, keys::VILLAGE).contains(&new.village)) {
            return wrong("--household", "no household of that village");
        }
    }
    let number = |area: AreaCode| Value::Int(i64::try_from(area.0).unwrap_or_default());
    let household = new.household.map_or(Value::Null, |id| Value::text(id.to_string()));
    let mut sets = BTreeMap::from([
        (keys::VILLAGE.to_owned(), number(new.village)),
        (keys::HOUSEHOLD.to_owned(), household),
    ]);
    let was = person.counted_in().map(|was| (format!("{}{}", keys::MOVED, new.from), number(was)));
    sets.extend(was);
    write(county, operator(), OwnRecord::Known(record), sets, now_ms).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::testing::{VILLAGE, World};
    use store::county::Ledger;

    const OTHER: AreaCode = AreaCode(532_929_102_201);

    #[tokio::test]
    async fn who_moves_leaves_the_household_behind_and_nothing_wrong_is_written() {
        let world = World::new().await;
        let person = world.elder().await;
        let from = Day::of(clock::now_ms());
        let new = Move { person, village: OTHER, from, household: None };
        let try_move = async |new: Move| move_to(&world.county, &new, clock::now_ms()).await;
        let township = AreaCode(532_929_102_000);
        let of_nobody = RecordId::named("household", "nobody");
        for (bad, code) in [
            (Move { village: township, ..new }, ProblemCode::ArgumentWrong),
            (Move { village: AreaCode(1), ..new }, ProblemCode::ArgumentWrong),
            (Move { village: VILLAGE, ..new }, ProblemCode::ArgumentWrong),
            (Move { household: Some(of_nobody), ..new }, ProblemCode::ArgumentWrong),
            (Move { person: of_nobody, ..new }, ProblemCode::NothingFound),
        ] {
            assert_eq!(try_move(bad).await.unwrap_err().code, code, "{bad:?}");
        }
        let read = async || {
            let record = RecordRef { kind: RecordKind::Person, id: person };
            Person::read(person, &world.store.record(record).await.unwrap().unwrap().head)
        };
        assert_eq!(read().await.villages, [VILLAGE]);
        try_move(new).await.unwrap();
        let moved = read().await;
        assert_eq!((moved.village_on(from.plus(-1)), moved.village_on(from)), (Some(VILLAGE), Some(OTHER)));
        assert_eq!(moved.household, None);
        let back = Move { village: VILLAGE, ..new };
        assert_eq!(try_move(back).await.unwrap_err().code, ProblemCode::ArgumentWrong, "twice on one day");
        try_move(Move { from: from.plus(1), ..back }).await.unwrap();
        assert_eq!(read().await.village_on(from), Some(OTHER));
    }
}
