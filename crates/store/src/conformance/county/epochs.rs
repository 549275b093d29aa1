//! Claims about a county that was restored from a backup.

use super::world::{ADMIN, DIRECTOR, NEIGHBOUR, OFFICER, OTHER, VILLAGE, World, day, staff};
use crate::conformance::{Broken, Outcome, claim, same, there};
use crate::county::Done;
use domain::catalogue::keys;
use domain::head::{Head, Write};
use domain::ids::WriterId;
use domain::log::Mark;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::value::{Origin, Value};
use std::collections::BTreeSet;
use sync::county::needs::DeviceState;
use sync::county::prepared::Job;
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

pub async fn restored_twice(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    world.send(&mut phone).await?;
    if !world.back_up().await {
        return Ok(());
    }
    let mut before = BTreeSet::new();
    for _ in 0..3 {
        phone.visit(VILLAGE, day(11, 9));
        let mut fresh = given(&world.send(&mut phone).await?);
        fresh.extend(given(&world.send(&mut phone).await?));
        same!(fresh.len(), phone.log.len(), "each visit is given a receipt");
        claim!(before.is_disjoint(&fresh), "on one day, none of an earlier one: {before:?}, {fresh:?}");
        before.extend(fresh);
        world.restore().await;
        // No two restores begin in the same second: whoever opens a county sees to it.
        world.now_ms += 1_000;
        world.run(Job::Restored).await?;
    }
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
    world.set(person, [(keys::PHONE, "3".into())]).await?;
    for _ in 0..2 {
        world.offer(&mut phone, &heads).await?;
        same!(phones(world, person).await?, ["2".into(), "3".into()], "beside what was written since, once");
        let head = world.head(person).await?;
        let brought = head.fields.get(keys::PHONE).and_then(|all| all.iter().find(|w| w.value == "2".into()));
        same!(brought.map(|write| write.author), Some(phone.staff), "in the name of who brought it");
        same!(world.states(later).await?, [ItemState::SetAside], "whoever may not write it asks a reviewer");
    }
    let queue = world.county.reports.queue(9).await?;
    let told: Vec<Option<Problem>> = queue.into_iter().map(|item| item.problem).collect();
    let problem = Problem::new(ProblemCode::OfferedAfterRestore).with("device", phone.device);
    same!(told, [Some(problem)], "and is told which phone says so");
    let waiting = world.queued().await?;
    same!(world.decide(waiting, true).await?, None, "a reviewer takes it in");
    let fields = |head: &Head| -> Vec<(String, Option<Value>)> {
        head.fields.keys().map(|key| (key.clone(), head.value(key).cloned())).collect()
    };
    let (_, offered) = there(heads.get(1), "the other head")?;
    same!(fields(&world.head(later).await?), fields(offered), "a whole record");
    world.set(later, [(keys::PHONE, "4".into())]).await?;
    world.offer(&mut phone, &heads).await?;
    same!(phones(world, later).await?, ["4".into()], "what was settled since stays settled");
    Ok(())
}

pub async fn another_field(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    world.send(&mut phone).await?;
    if !world.back_up().await {
        return Ok(());
    }
    world.set(person, [(keys::PHONE_CARER, "2".into())]).await?;
    world.send(&mut phone).await?;
    let screen = world.head(person).await?;
    phone.set(person, [(keys::PHONE, "3".into())], &screen);
    world.send(&mut phone).await?;
    let heads = vec![(person, world.head(person).await?)];
    world.restore().await;
    // The phone's own word comes again, and had seen what is lost: but of another field.
    world.send(&mut phone).await?;
    world.send(&mut phone).await?;
    let head = world.head(person).await?;
    same!(head.value(keys::PHONE), Some(&"3".into()), "the phone's own word is there again");
    same!(head.value(keys::PHONE_CARER), None, "the office's is lost");
    for _ in 0..2 {
        world.offer(&mut phone, &heads).await?;
        let head = world.head(person).await?;
        let carer: Vec<&Value> = head.values(keys::PHONE_CARER).collect();
        same!(carer, [&Value::from("2")], "and is given back, once");
        same!(phones(world, person).await?, ["3".into()], "nothing else comes with it");
    }
    Ok(())
}

pub async fn told_again(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(OTHER, day(11, 9));
    let outcomes = |done: &Done| -> Vec<ItemState> {
        let statement = done.statement.as_ref();
        statement.into_iter().flat_map(|one| &one.outcomes).map(|one| one.state).collect()
    };
    let told = outcomes(&world.send(&mut phone).await?);
    claim!(told.contains(&ItemState::SetAside), "of a village that is not theirs: {told:?}");
    same!(outcomes(&world.send(&mut phone).await?), [], "it has been told");
    if !world.back_up().await {
        return Ok(());
    }
    world.restore().await;
    world.run(Job::Restored).await?;
    let again = outcomes(&world.send(&mut phone).await?);
    same!(again, told, "a phone lets go of what a former epoch said");
    same!(world.states(visit).await?, [ItemState::SetAside], "it waits as before");
    same!(outcomes(&world.send(&mut phone).await?), [], "once");
    Ok(())
}

/// The telephone numbers that stand, ascending.
async fn phones(world: &World, person: RecordRef) -> Result<Vec<Value>, Broken> {
    let head = world.head(person).await?;
    let mut values: Vec<Value> = head.values(keys::PHONE).cloned().collect();
    values.sort();
    Ok(values)
}

pub async fn settled_since(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let (mut one, mut two) = (world.phone(OFFICER).await?, world.phone(DIRECTOR).await?);
    world.send(&mut one).await?;
    if !world.back_up().await {
        return Ok(());
    }
    world.set(person, [(keys::PHONE, "2".into())]).await?;
    world.send(&mut one).await?;
    let heads = vec![(person, world.head(person).await?)];
    world.restore().await;
    world.send(&mut one).await?;
    world.offer(&mut one, &heads).await?;
    same!(phones(world, person).await?, ["2".into()], "the lost one is back; it had seen the first");
    world.set(person, [(keys::PHONE, "3".into())]).await?;
    world.send(&mut two).await?;
    world.offer(&mut two, &heads).await?;
    same!(phones(world, person).await?, ["3".into()], "a second phone does not bring it back once more");
    Ok(())
}

/// A head with one write of the county, as a phone may make it up.
fn made_up(writer: WriterId, key: &str, value: Value) -> Head {
    let (author, at_ms, origin) = (staff(ADMIN), 0, Origin::Asked);
    let write = Write { writer, serial: 1 << 40, author, at_ms, value, origin };
    Head { fields: [(key.to_owned(), vec![write])].into(), ..Head::default() }
}

pub async fn made_up_without_restore(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    world.send(&mut phone).await?;
    let epoch = world.county.ledger.standing_now().await?.0.epoch;
    let before = world.head(person).await?;
    world.offer(&mut phone, &[(person, made_up(epoch, keys::PHONE, "9".into()))]).await?;
    same!(world.head(person).await?, before, "nobody writes as a county that lost nothing");
    same!(world.county.reports.queue(1).await?, [], "nor asks to");
    Ok(())
}

pub async fn made_up_after_restore(world: &mut World) -> Outcome {
    let (person, elsewhere) = (world.person(VILLAGE, "LSLR").await?, world.person(OTHER, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let (mut retired, mut revoked) = (world.phone(OFFICER).await?, world.phone(OFFICER).await?);
    world.send(&mut phone).await?;
    if !world.back_up().await {
        return Ok(());
    }
    world.person(VILLAGE, "TK").await?;
    world.send(&mut phone).await?;
    world.restore().await;
    let epoch = world.county.ledger.standing_now().await?.0.epoch;
    world.send(&mut phone).await?;
    for (phone, state) in [(&mut retired, DeviceState::Retired), (&mut revoked, DeviceState::Revoked)] {
        world.county.directory.set_state(phone.device, state, day(11, 10)).await?;
        world.offer(phone, &[(person, made_up(epoch, keys::PHONE, "9".into()))]).await?;
        same!(phones(world, person).await?, ["1".into()], "a phone that is {state:?} brings nothing back");
    }
    world.offer(&mut phone, &[(elsewhere, made_up(epoch, keys::PHONE, "9".into()))]).await?;
    same!(phones(world, elsewhere).await?, ["1".into()], "nor any phone what it does not have");
    same!(world.county.reports.queue(1).await?, [], "nobody is asked about that");
    world.offer(&mut phone, &[(person, made_up(epoch, keys::DIED, "2026-11-01".into()))]).await?;
    same!(world.head(person).await?.value(keys::DIED), None, "nobody dies by a phone's word");
    let waiting = world.queued().await?;
    world.set(person, [(keys::PHONE, "5".into())]).await?;
    same!(phones(world, person).await?, ["5".into()], "the county's own word does not wait for it");
    same!(world.decide(waiting, false).await?, None, "a reviewer dismisses it");
    world.offer(&mut phone, &[(person, made_up(epoch, keys::DIED, "2026-11-01".into()))]).await?;
    same!(world.county.reports.queue(1).await?, [], "and is not asked again");
    Ok(())
}

pub async fn epoch_is_nobodys_log(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    world.send(&mut phone).await?;
    if !world.back_up().await {
        return Ok(());
    }
    phone.visit(VILLAGE, day(11, 9));
    world.send(&mut phone).await?;
    world.restore().await;
    world.send(&mut phone).await?;
    let epoch = there(phone.cursor, "a cursor")?.epoch;
    let mut thief = phone.clone();
    (thief.writer, thief.mark, thief.number) = (epoch, Mark::NONE, thief.number + 10);
    thief.log.clear();
    let visit = thief.visit(VILLAGE, day(11, 8));
    world.send(&mut thief).await?;
    same!(world.states(visit).await?, [ItemState::Forked], "the county's log belongs to the county");
    let fresh = world.person(OTHER, "LSLR").await?;
    same!(world.states(fresh).await?, [ItemState::Applied], "which goes on writing to it");
    Ok(())
}

pub async fn known_to_be_restored(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    world.send(&mut phone).await?;
    if !world.back_up().await {
        return Ok(());
    }
    world.set(person, [(keys::PHONE, "2".into())]).await?;
    world.send(&mut phone).await?;
    let screen = world.head(person).await?;
    phone.set(person, [(keys::PHONE, "5".into())], &screen);
    world.restore().await;
    let before = world.county.ledger.standing_now().await?;
    world.run(Job::Restored).await?;
    let after = world.county.ledger.standing_now().await?;
    claim!(before.0.epoch != after.0.epoch, "a new writer at once");
    same!(after.1.last().map(|former| former.writer), Some(before.0.epoch), "after the one that it had");
    // The desk works before any phone that was ahead comes.
    world.set(person, [(keys::PHONE, "7".into())]).await?;
    world.send(&mut phone).await?;
    world.send(&mut phone).await?;
    same!(phones(world, person).await?, ["5".into(), "7".into()], "what nobody had seen does not vanish");
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
