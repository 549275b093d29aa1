//! Claims about a county that was restored from a backup.

use super::world::{NEIGHBOUR, OFFICER, OTHER, VILLAGE, World, day};
use crate::conformance::{Outcome, claim, same, there};
use crate::county::Done;
use domain::catalogue::keys;
use domain::value::Value;
use std::collections::BTreeSet;
use sync::wire::receipt::ItemState;

/// Receipts of visits: day and number.
fn given(done: &Done) -> BTreeSet<(i32, u32)> {
    let receipts = done.statement.iter().flat_map(|statement| &statement.visits);
    receipts.map(|receipt| (receipt.2, receipt.3)).collect()
}

pub async fn restored(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let (mut one, mut other) = (world.phone(OFFICER).await?, world.phone(NEIGHBOUR).await?);
    one.visit(VILLAGE, day(11, 2));
    world.send(&mut one).await?;
    if !world.back_up().await {
        return Ok(());
    }
    let lost = one.visit(VILLAGE, day(11, 9));
    let part = one.met(lost, person);
    let receipts = given(&world.send(&mut one).await?);
    let neighbours = other.visit(OTHER, day(11, 9));
    world.send(&mut other).await?;
    let (former, epoch) = (world.county.ledger.standing_now().await?.1.len(), one.cursor.map(|at| at.epoch));
    world.restore().await;
    claim!(world.states(lost).await?.is_empty(), "it is gone from the county");

    let done = world.send(&mut one).await?;
    claim!(done.positions_reset, "its positions mean nothing here");
    claim!(one.cursor.map(|at| at.epoch) != epoch, "the county has taken a new writer");
    same!(one.mark.serial, 1, "and says how much it has");
    let done = world.send(&mut one).await?;
    claim!(!done.positions_reset, "the new cursor fits");
    claim!(receipts.is_disjoint(&given(&done)), "a receipt is never given twice: {receipts:?}");
    same!(world.states(lost).await?, [ItemState::Applied], "the phone has brought it back");
    same!(world.states(part).await?, [ItemState::Applied], "and what hangs on it");

    let done = world.send(&mut other).await?;
    claim!(done.positions_reset, "nor do the other's");
    same!(other.cursor.map(|at| at.epoch), one.cursor.map(|at| at.epoch), "one new epoch is enough");
    claim!(receipts.is_disjoint(&given(&world.send(&mut other).await?)), "nor to another visit");
    same!(world.states(neighbours).await?, [ItemState::Applied], "nothing is lost");
    same!(world.county.ledger.standing_now().await?.1.len(), former + 1, "the former epoch is remembered");
    let fresh = world.person(OTHER, "LSLR").await?;
    let head = world.head(fresh).await?;
    same!(
        head.vector.0.keys().copied().next(),
        one.cursor.map(|at| at.epoch),
        "the county writes as its new writer"
    );
    Ok(())
}

pub async fn diverged(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    world.send(&mut phone).await?;
    if !world.back_up().await {
        return Ok(());
    }
    let lost = phone.visit(VILLAGE, day(11, 9));
    world.send(&mut phone).await?;
    let seq = world.seq().await?;
    world.restore().await;
    while world.seq().await? <= seq {
        world.person(OTHER, "LSLR").await?;
    }
    let epoch = phone.cursor.map(|at| at.epoch);
    claim!(
        world.send(&mut phone).await?.positions_reset,
        "there it stood another time, but as another ledger"
    );
    claim!(phone.cursor.map(|at| at.epoch) != epoch, "a new epoch");
    world.send(&mut phone).await?;
    same!(world.states(lost).await?, [ItemState::Applied], "nothing is lost");
    Ok(())
}

pub async fn recovered(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    world.send(&mut phone).await?;
    if !world.back_up().await {
        return Ok(());
    }
    let later = world.person(VILLAGE, "TK").await?;
    world.set(person, [(keys::PHONE, "2".into())]).await?;
    world.send(&mut phone).await?;
    let heads = vec![(person, world.head(person).await?), (later, world.head(later).await?)];
    world.restore().await;
    same!(world.county.ledger.record(later).await?, None, "the county has lost it");
    world.send(&mut phone).await?;
    for _ in 0..2 {
        let mut exchange = phone.outgoing()?;
        exchange.recovered.clone_from(&heads);
        world.exchange(exchange).await?;
        let head = world.head(person).await?;
        let mut values: Vec<Value> = head.values(keys::PHONE).cloned().collect();
        values.sort();
        same!(values, ["1".into(), "2".into()], "beside what stands, once");
        let fields = |head: &domain::head::Head| -> Vec<(String, Option<Value>)> {
            head.fields.keys().map(|key| (key.clone(), head.value(key).cloned())).collect()
        };
        let (_, offered) = there(heads.get(1), "the other head")?;
        same!(fields(&world.head(later).await?), fields(offered), "a whole record");
    }
    Ok(())
}

pub async fn former_fits(world: &mut World) -> Outcome {
    let (mut one, mut other) = (world.phone(OFFICER).await?, world.phone(NEIGHBOUR).await?);
    world.send(&mut other).await?;
    world.send(&mut one).await?;
    if !world.back_up().await {
        return Ok(());
    }
    one.visit(VILLAGE, day(11, 9));
    world.send(&mut one).await?;
    world.restore().await;
    claim!(world.send(&mut one).await?.positions_reset, "this one was further than the county");
    claim!(!world.send(&mut other).await?.positions_reset, "this one was not");
    same!(other.cursor.map(|at| at.epoch), one.cursor.map(|at| at.epoch), "and goes on in the new epoch");
    claim!(!world.send(&mut other).await?.positions_reset, "where it stays");
    Ok(())
}
