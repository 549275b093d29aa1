//! Claims about what waits for something that is still to come.

use super::world::{HEAD, NEIGHBOUR, OFFICER, OTHER, VILLAGE, World, code, day, month, sets};
use crate::conformance::{Outcome, same};
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Status;
use domain::ids::RecordId;
use domain::log::Vector;
use domain::patch::{Body, RecordRef};
use domain::value::Value;
use sync::county::prepared::OwnRecord;
use sync::wire::receipt::ItemState;

pub async fn person(world: &mut World) -> Outcome {
    let later = RecordRef { kind: RecordKind::Person, id: RecordId::named("person", "later") };
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, later);
    let done = world.send(&mut phone).await?;
    same!(world.states(part).await?, [ItemState::Awaiting], "nobody knows the person");
    same!(world.states(visit).await?, [ItemState::Applied], "the visit itself is there");
    same!(done.statement.map(|one| one.outcomes.len()), Some(1), "the phone is told");
    let fields = World::person_fields("later", VILLAGE, "LSLR");
    let patch = world.own(OwnRecord::Known(later), fields);
    world.append(vec![patch]).await?;
    same!(world.states(part).await?, [ItemState::Applied], "released by the county's register");
    same!(world.status(later, "elder", month(11), day(11, 10)).await?, Some(Status::MetHome), "and counted");
    let done = world.send(&mut phone).await?;
    let told: Vec<_> =
        done.statement.iter().flat_map(|one| &one.outcomes).map(|one| (one.serial, one.state)).collect();
    same!(told, [(2, ItemState::Applied)], "and told");
    Ok(())
}

pub async fn released_by_another(world: &mut World) -> Outcome {
    let mut registrar = world.phone(HEAD).await?;
    let fields = World::person_fields("new", OTHER, "LSLR");
    let person = registrar.make(RecordKind::Person, fields);
    let mut phone = world.phone(NEIGHBOUR).await?;
    let visit = phone.visit(OTHER, day(11, 9));
    let part = phone.met(visit, person);
    world.send(&mut phone).await?;
    same!(world.states(part).await?, [ItemState::Awaiting], "the registrar is still on the way");
    world.send(&mut registrar).await?;
    same!(world.states(part).await?, [ItemState::Applied], "judged as its own phone's, not the registrar's");
    Ok(())
}

pub async fn form(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let (hash, published) = world.form("later", &["see", "walk"]);
    let part = RecordRef { kind: RecordKind::Part, id: RecordId::derived(phone.writer, phone.next()) };
    let body = Body {
        sets: sets([
            (keys::VISIT, visit.id.to_string().into()),
            (keys::SUBJECT, person.id.to_string().into()),
            (keys::MET, "self".into()),
        ]),
        row: vec!["well".into(), Value::Null],
        ..Body::default()
    };
    phone.write(part, Some(hash), body, Vector::default());
    world.send(&mut phone).await?;
    same!(world.states(part).await?, [ItemState::Awaiting], "its form is not here");
    world.append(vec![published]).await?;
    same!(world.head(part).await?.text("a/see"), Some("well"), "the row is read in the form's order");
    Ok(())
}

pub async fn visit(world: &mut World) -> Outcome {
    let later = RecordRef { kind: RecordKind::Person, id: RecordId::named("person", "later") };
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(OTHER, day(11, 9));
    let part = phone.met(visit, later);
    world.send(&mut phone).await?;
    same!(world.states(visit).await?, [ItemState::SetAside], "not the officer's village");
    same!(world.states(part).await?, [ItemState::Awaiting], "without its visit there is no part");
    let queued = world.queued().await?;
    same!(world.decide(queued, true).await?, None, "accepted");
    same!(world.states(part).await?, [ItemState::Awaiting], "now for the person");
    let fields = World::person_fields("later", OTHER, "LSLR");
    let patch = world.own(OwnRecord::Known(later), fields);
    world.append(vec![patch]).await?;
    same!(world.states(part).await?, [ItemState::Applied], "what was accepted for the visit holds for it");
    same!(world.status(later, "elder", month(11), day(11, 10)).await?, Some(Status::MetHome), "and counted");
    Ok(())
}

pub async fn holds_back(world: &mut World) -> Outcome {
    let (one, other) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let (head, beside) = (world.head(one).await?, world.head(other).await?);
    phone.set(one, [(keys::DIED, "2026-11-08".into())], &head);
    phone.set(one, [(keys::PHONE, "2".into())], &head);
    phone.set(other, [(keys::PHONE, "3".into())], &beside);
    world.send(&mut phone).await?;
    same!(
        world.states(one).await?,
        [ItemState::Applied, ItemState::SetAside, ItemState::Awaiting],
        "the same record and writer"
    );
    same!(world.head(other).await?.text(keys::PHONE), Some("3"), "another record");
    let mut colleague = world.phone(HEAD).await?;
    colleague.set(one, [(keys::PHONE, "4".into()), (keys::VILLAGE, code(VILLAGE))], &head);
    world.send(&mut colleague).await?;
    same!(world.head(one).await?.text(keys::PHONE), Some("4"), "another writer");
    Ok(())
}

pub async fn erased(world: &mut World) -> Outcome {
    let (person, later) = (world.person(VILLAGE, "LSLR").await?, RecordId::named("person", "later"));
    let later = RecordRef { kind: RecordKind::Person, id: later };
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, person);
    // Written before the erasure, of a person who has not come yet; its correction was erased too.
    let waits = phone.met(visit, later);
    phone.set(waits, [(keys::MET, "family".into())], &Default::default());
    for place in [1, 3] {
        phone.log.get_mut(place).into_iter().for_each(|entry| entry.body = None);
    }
    let next = phone.visit(VILLAGE, day(11, 10));
    let counted = phone.met(next, person);
    let done = world.send(&mut phone).await?;
    same!(phone.mark.serial, 6, "nothing is held up");
    same!(world.states(part).await?, [ItemState::Erased], "its place is taken");
    same!(world.states(counted).await?, [ItemState::Applied], "what stands behind it counts");
    same!(
        world.states(waits).await?,
        [ItemState::Awaiting, ItemState::Awaiting],
        "not over the head of what waits"
    );
    let told: Vec<_> = done.statement.iter().flat_map(|one| &one.outcomes).map(|one| one.serial).collect();
    same!(told, [2, 3, 4], "the phone is told");
    let patch = world.own(OwnRecord::Known(later), World::person_fields("later", VILLAGE, "LSLR"));
    world.append(vec![patch]).await?;
    same!(world.states(waits).await?, [ItemState::Applied, ItemState::Erased], "in their order");
    Ok(())
}
