//! Claims about who may write what, where and when.

use super::world::{HEAD, NEIGHBOUR, OFFICER, OTHER, REVIEWER, VILLAGE, World, day, staff};
use crate::conformance::{Outcome, same};
use domain::catalogue::keys;
use domain::problem::ProblemCode;
use domain::staff::Role;
use domain::time::Happened;
use domain::value::Value;
use sync::wire::receipt::ItemState;

pub async fn outside(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(OTHER, day(11, 9));
    let done = world.send(&mut phone).await?;
    same!(world.states(visit).await?, [ItemState::SetAside], "another's village");
    let problems: Vec<_> =
        done.statement.iter().flat_map(|one| &one.outcomes).filter_map(|one| one.problem.clone()).collect();
    same!(problems.first().map(|one| one.code), Some(ProblemCode::OutsideArea), "and told so");
    same!(world.head(visit).await?.fields.len(), 0, "nothing of it is applied");
    Ok(())
}

/// The officer's village passes to the neighbour on 8 November.
async fn hand_over(world: &mut World) -> Outcome {
    let ended = world.assignment(OFFICER, Role::AssistanceOfficer, VILLAGE, day(1, 1), Some(day(11, 8)));
    let begun = world.assignment(NEIGHBOUR, Role::AssistanceOfficer, VILLAGE, day(11, 8), None);
    world.append(vec![ended, begun]).await.map(drop)
}

pub async fn late_upload(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let before = phone.visit(VILLAGE, day(11, 7));
    let part = phone.met(before, person);
    let after = phone.visit(VILLAGE, day(11, 8));
    hand_over(world).await?;
    world.send(&mut phone).await?;
    same!(world.states(before).await?, [ItemState::Applied], "it was the officer's village then");
    same!(world.states(part).await?, [ItemState::Applied], "and its part");
    same!(world.states(after).await?, [ItemState::SetAside], "it is not any more");
    Ok(())
}

pub async fn doubt(world: &mut World) -> Outcome {
    hand_over(world).await?;
    let mut phone = world.phone(OFFICER).await?;
    let straddling = Happened::new(day(11, 7).starts_at(), day(11, 9).starts_at());
    let visit = phone.visit_when(VILLAGE, straddling, "home");
    world.send(&mut phone).await?;
    same!(world.states(visit).await?, [ItemState::SetAside], "it may have been on the last day, or after it");
    Ok(())
}

pub async fn by_field(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let head = world.head(person).await?;
    let mut phone = world.phone(OFFICER).await?;
    phone.set(person, [(keys::PHONE, "2".into())], &head);
    phone.set(person, [(keys::DIED, "2026-11-08".into())], &head);
    let done = world.send(&mut phone).await?;
    same!(
        world.states(person).await?,
        [ItemState::Applied, ItemState::Applied, ItemState::SetAside],
        "field by field"
    );
    let problem = done.statement.and_then(|one| one.outcomes.into_iter().next()?.problem);
    same!(problem.map(|one| one.code), Some(ProblemCode::NotPermitted), "for the township to say");
    let mut township = world.phone(HEAD).await?;
    let head = world.head(person).await?;
    township.set(person, [(keys::DIED, "2026-11-07".into())], &head);
    world.send(&mut township).await?;
    same!(world.head(person).await?.text(keys::DIED), Some("2026-11-07"), "which may");
    let visit = phone.visit(VILLAGE, day(11, 6));
    world.send(&mut phone).await?;
    let head = world.head(visit).await?;
    township.set(visit, [(keys::VOID, "twice".into())], &head);
    world.send(&mut township).await?;
    same!(
        world.states(visit).await?,
        [ItemState::Applied, ItemState::SetAside],
        "void is for the county to say"
    );
    let mut reviewer = world.phone(REVIEWER).await?;
    reviewer.set(visit, [(keys::VOID, "twice".into())], &head);
    world.send(&mut reviewer).await?;
    same!(world.head(visit).await?.value(keys::VOID), Some(&Value::from("twice")), "which may");
    Ok(())
}

pub async fn author(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    phone.author = staff(NEIGHBOUR);
    let visit = phone.visit(OTHER, day(11, 9));
    world.send(&mut phone).await?;
    same!(
        world.states(visit).await?,
        [ItemState::SetAside],
        "the neighbour may; but the phone is the officer's"
    );
    Ok(())
}
