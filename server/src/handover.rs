//! 移交: the villages of one worker become another's from a day on, in one act. Until that day the one is responsible,
//! from then on the other: visits of before and after count by their own days, whoever's phone brings them.

use crate::area::exists;
use crate::county::{County, at_county};
use crate::problem::{unchanged, wrong};
use crate::staff::{Change, NewAssignment, Sets, find, write_all};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::staff::Assignment;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};

/// What is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// By whom.
    pub from: RecordId,
    /// To whom.
    pub to: RecordId,
    /// Which villages; everything that they have in villages when none is named. What begins only after the day too.
    pub villages: Vec<AreaCode>,
    /// The first day on which it is the other's.
    pub day: Day,
}

/// The roles that change hands: those of the villages that hold on the day, and those that begin later.
fn roles<'r>(reference: &'r Reference, new: &HandOver) -> Vec<&'r Assignment> {
    let named = |one: &&Assignment| new.villages.is_empty() || new.villages.contains(&one.area);
    let lasts = |one: &&Assignment| one.until.is_none_or(|until| one.from.max(new.day) < until);
    let mut found: Vec<_> = reference
        .assignments_of(new.from)
        .filter(|one| one.role.of_the_village())
        .filter(named)
        .filter(lasts)
        .collect();
    found.sort_by_key(|one| (one.area, one.role));
    found
}

/// Hands villages over; answers how many roles changed hands. The phone of whoever hands over keeps what it has not
/// sent yet, and sends it.
///
/// # Errors
/// `argument_wrong` when it would go to the same person, or a village is not theirs on that day; `nothing_to_change`
/// when they have none; what the store says: then nothing was written.
pub async fn hand_over(
    county: &County,
    by: RecordId,
    new: &HandOver,
    now_ms: UnixMs,
) -> Result<usize, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    for id in [new.from, new.to] {
        find(&reference, &id.to_string())?;
    }
    let name = reference.staff_name(new.from);
    if new.from == new.to {
        return Err(wrong(name, "不能移交给本人", "cannot be handed over to the same person"));
    }
    let roles = roles(&reference, new);
    if let Some(other) = new.villages.iter().find(|village| !roles.iter().any(|one| one.area == **village)) {
        let (village, day) = (reference.areas.name(*other), new.day);
        let zh = format!("{name}在 {day} 没有{village}的分工，没有移交");
        return Err(wrong(
            village,
            zh,
            format!("{name} has no role there on {day}; nothing was handed over"),
        ));
    }
    if roles.is_empty() {
        let zh = format!("在 {} 没有村里的分工，没有可以移交的", new.day);
        return Err(unchanged(name, zh, format!("has no role in a village on {}", new.day)));
    }
    let mut changes = Vec::new();
    for one in &roles {
        let day = one.from.max(new.day);
        exists(&reference, one.area, day)?;
        let record = RecordRef { kind: RecordKind::Assignment, id: one.id };
        let ends = Sets::from([(keys::UNTIL.to_owned(), Value::text(day.to_string()))]);
        changes.push(Change::of_office(record, ends));
        let (role, area) = (one.role, one.area);
        let given = NewAssignment { staff: new.to, role, area, from: day, until: one.until };
        if given.given(&reference).is_none() {
            changes.push(Change::new(RecordKind::Assignment, given.sets()));
        }
    }
    write_all(county, by, changes, now_ms).await?;
    tracing::info!(roles = roles.len(), "villages were handed over");
    Ok(roles.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::staff::operator;
    use crate::testing::{VILLAGE, World};
    use domain::permission::{Act, allowed};
    use domain::problem::ProblemCode;
    use domain::staff::Role;

    fn today() -> Day {
        Day::of(clock::now_ms())
    }

    #[tokio::test]
    async fn from_the_day_on_the_village_is_the_other_s_and_before_it_the_one_s() {
        let world = World::new().await;
        let (from, to) = (world.officer(), world.clerk(Role::Reader, VILLAGE).await);
        let new = HandOver { from, to, villages: vec![VILLAGE], day: today() };
        let act = async |new: &HandOver| hand_over(&world.county, operator(), new, clock::now_ms()).await;
        assert_eq!(
            act(&HandOver { to: from, ..new.clone() }).await.unwrap_err().code,
            ProblemCode::ArgumentWrong
        );
        let elsewhere = HandOver { villages: vec![AreaCode(532_929_101_201)], ..new.clone() };
        assert_eq!(act(&elsewhere).await.unwrap_err().code, ProblemCode::ArgumentWrong);
        assert!(act(&new).await.unwrap() > 0);
        let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
        let may = |who, day: Day| allowed(&reference, who, Act::LogVisit, VILLAGE, day..=day);
        assert_eq!([may(from, today().plus(-1)), may(from, today())], [true, false]);
        assert_eq!([may(to, today().plus(-1)), may(to, today())], [false, true]);
        let all = HandOver { villages: vec![], ..new.clone() };
        assert_eq!(act(&all).await.unwrap_err().code, ProblemCode::NothingToChange, "it is done once");
        world.sound().await;
    }

    #[tokio::test]
    async fn what_begins_after_the_day_is_handed_over_with_the_rest() {
        let world = World::new().await;
        let (from, to) = (world.officer(), world.clerk(Role::Reader, VILLAGE).await);
        let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
        let other = reference.areas.0.values().find(|one| {
            one.code != VILLAGE
                && reference.areas.within(one.code, AreaCode(532_929_102_000))
                && one.parent == Some(AreaCode(532_929_102_000))
        });
        let (other, begins) = (other.unwrap().code, today().plus(20));
        let later = NewAssignment {
            staff: from,
            role: Role::AssistanceOfficer,
            area: other,
            from: begins,
            until: None,
        };
        crate::staff::assign(&world.county, operator(), &later, clock::now_ms()).await.unwrap();
        let new = HandOver { from, to, villages: vec![], day: today().plus(3) };
        let roles = hand_over(&world.county, operator(), &new, clock::now_ms()).await.unwrap();
        let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
        let held = reference.assignments_of(from).filter(|one| one.role.of_the_village());
        assert_eq!(roles, held.count(), "every one of them");
        let may = |who, day: Day| allowed(&reference, who, Act::LogVisit, other, day..=day);
        assert_eq!([may(from, begins), may(to, begins.plus(-1)), may(to, begins)], [false, false, true]);
        let again = hand_over(&world.county, operator(), &new, clock::now_ms()).await.unwrap_err();
        assert_eq!(again.code, ProblemCode::NothingToChange);
        world.sound().await;
    }
}
