//! Claims about corrections that meet.

use super::phone::Phone;
use super::world::{HEAD, OFFICER, VILLAGE, World};
use crate::conformance::{Broken, Outcome, claim, same};
use domain::catalogue::keys;
use domain::head::Reading;
use domain::ids::WriterId;
use domain::log::Dot;
use domain::patch::RecordRef;
use sync::wire::receipt::ItemState;

/// Two phones have corrected a telephone, neither having seen the other.
pub(super) async fn corrected(world: &mut World) -> Result<(RecordRef, Phone, Phone), Broken> {
    let person = world.person(VILLAGE, "LSLR").await?;
    let head = world.head(person).await?;
    let (mut one, mut other) = (world.phone(OFFICER).await?, world.phone(HEAD).await?);
    one.set(person, [(keys::PHONE, "2".into())], &head);
    other.set(person, [(keys::PHONE, "3".into())], &head);
    world.send(&mut one).await?;
    world.send(&mut other).await?;
    Ok((person, one, other))
}

pub async fn contested(world: &mut World) -> Outcome {
    let (person, one, other) = corrected(world).await?;
    let head = world.head(person).await?;
    let Reading::Contested(writes) = head.read(keys::PHONE) else {
        return Err(Broken(format!("settled as {:?}", head.read(keys::PHONE))));
    };
    let mut found: Vec<_> = writes.iter().map(|write| (write.author, write.value.clone())).collect();
    let mut expected = vec![(one.staff, "2".into()), (other.staff, "3".into())];
    found.sort();
    expected.sort();
    same!(found, expected, "both values with their authors, and not the one that both had seen");
    same!(world.county.reports.contested(10).await?, [person], "it is listed");
    Ok(())
}

pub async fn settled(world: &mut World) -> Outcome {
    let (person, mut one, mut other) = corrected(world).await?;
    let both = world.head(person).await?;
    one.set(person, [(keys::PHONE, "4".into())], &both);
    world.send(&mut one).await?;
    let head = world.head(person).await?;
    same!(head.text(keys::PHONE), Some("4"), "it had both in view");
    claim!(world.county.reports.contested(10).await?.is_empty(), "nothing is contested");
    other.set(person, [(keys::PHONE, "4".into())], &both);
    world.send(&mut other).await?;
    same!(world.head(person).await?.text(keys::PHONE), Some("4"), "equal values are not contested");
    claim!(world.county.reports.contested(10).await?.is_empty(), "nor listed");
    Ok(())
}

pub async fn ahead(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let base = world.head(person).await?;
    let (mut one, mut other) = (world.phone(OFFICER).await?, world.phone(HEAD).await?);
    one.set(person, [(keys::DIED, "2026-11-01".into())], &base);
    one.set(person, [(keys::PHONE, "2".into())], &base);
    // The other phone has seen what of the first is not at the county yet.
    let mut seen = base.clone();
    seen.vector.raise(Dot { writer: one.writer, serial: 2 });
    other.set(person, [(keys::PHONE, "3".into())], &seen);
    world.send(&mut other).await?;
    claim!(!world.head(person).await?.ahead.is_empty(), "the record knows that something is still to come");
    world.send(&mut one).await?;
    same!(world.head(person).await?.text(keys::PHONE), Some("3"), "nothing of it is taken in yet");
    let queued = world.queued().await?;
    same!(world.decide(queued, true).await?, None, "the death is accepted, and releases the telephone");
    let head = world.head(person).await?;
    same!(head.text(keys::PHONE), Some("3"), "which had been seen");
    same!(head.text(keys::DIED), Some("2026-11-01"), "nothing is lost in settling anew");
    claim!(head.ahead.is_empty() && head.vector.get(one.writer) == 2, "nothing is missing any more");
    let states = world.states(person).await?;
    claim!(states.iter().all(|state| *state == ItemState::Applied), "all are applied: {states:?}");
    same!(head.vector.get(WriterId(1)), 0, "nobody else wrote");
    Ok(())
}
