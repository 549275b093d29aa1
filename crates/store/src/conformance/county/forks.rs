//! Claims about logs that went two ways: cloned and restored phones.

use super::phone::Phone;
use super::world::{NEIGHBOUR, OFFICER, VILLAGE, World, day, month, sets};
use crate::conformance::{Broken, Outcome, claim, same, there};
use crate::county::Done;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Status;
use domain::head::Head;
use domain::ids::RecordId;
use domain::log::Vector;
use domain::patch::{Body, RecordRef};
use domain::value::{Origin, Value};
use sync::wire::receipt::ItemState;

fn forks(done: &Done) -> Vec<u64> {
    done.statement.iter().flat_map(|statement| &statement.forks).map(|fork| fork.1).collect()
}

/// What the county has written again, without its decisions.
fn written_again(done: &Done) -> Vec<RecordRef> {
    let own = done.own.iter().map(|one| one.0);
    own.filter(|record| record.kind != RecordKind::Decision).collect()
}

/// A phone that has sent two visits, and its clone, which has gone another way since the first.
async fn cloned(world: &mut World) -> Result<(Phone, Phone), Broken> {
    let mut phone = world.phone(OFFICER).await?;
    phone.visit(VILLAGE, day(11, 2));
    world.send(&mut phone).await?;
    let mut clone = phone.clone();
    phone.visit(VILLAGE, day(11, 3));
    world.send(&mut phone).await?;
    clone.stamp.wall_ms += 1;
    clone.number += 5;
    Ok((phone, clone))
}

pub async fn kept(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let (mut phone, mut clone) = cloned(world).await?;
    let head = world.head(person).await?;
    clone.set(person, [(keys::PHONE, "9".into())], &head);
    clone.visit(VILLAGE, day(11, 5));
    let done = world.send(&mut clone).await?;
    same!(forks(&done), [1], "the last serial that both share");
    let states: Vec<ItemState> =
        done.statement.iter().flat_map(|one| &one.outcomes).map(|one| one.state).collect();
    same!(states, [ItemState::Forked, ItemState::Forked], "everything from the fork on");
    same!(world.head(person).await?, head, "nothing of it is applied");
    same!(world.states(person).await?, [ItemState::Applied, ItemState::Forked], "it is kept");
    same!(world.county.ledger.mark(phone.writer).await?.serial, 2, "the log stands where it stood");
    phone.number += 5;
    phone.visit(VILLAGE, day(11, 4));
    let done = world.send(&mut phone).await?;
    claim!(forks(&done).is_empty(), "the other branch goes on");
    same!(done.statement.map(|one| one.outcomes.len()), Some(0), "and is told nothing of this");
    Ok(())
}

pub async fn reported_again(world: &mut World) -> Outcome {
    let (_, mut clone) = cloned(world).await?;
    clone.visit(VILLAGE, day(11, 5));
    let lost = clone.outgoing()?;
    world.exchange(lost).await?;
    clone.visit(VILLAGE, day(11, 6));
    let again = clone.outgoing()?;
    let done = world.exchange(again).await?;
    same!(forks(&done), [1], "the phone has not heard of it");
    let places: Vec<u64> =
        done.statement.iter().flat_map(|one| &one.outcomes).map(|one| one.serial).collect();
    same!(places, [2, 3], "all that is forked of what was sent");
    same!(world.county.reports.queue(10).await?.len(), 2, "each once");
    Ok(())
}

pub async fn unreadable(world: &mut World) -> Outcome {
    let (_, mut clone) = cloned(world).await?;
    clone.visit(VILLAGE, day(11, 5));
    clone.visit(VILLAGE, day(11, 6));
    let pieces = vec![clone.spoilt(2, 3, 2)?];
    let among = clone.with(pieces);
    let done = world.exchange(among).await?;
    claim!(forks(&done).is_empty(), "nobody knows yet what it is");
    let outcomes = done.statement.map(|one| one.outcomes.len());
    same!(outcomes, Some(1), "it is to come alone");
    for _ in 0..2 {
        let pieces = vec![clone.spoilt(2, 2, 2)?];
        let alone = clone.with(pieces);
        let done = world.exchange(alone).await?;
        same!(forks(&done), [1], "its place is another's, also when the reply was lost");
        same!(world.county.reports.queue(10).await?.len(), 1, "it is kept, once");
    }
    Ok(())
}

pub async fn foreign(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    phone.visit(VILLAGE, day(11, 2));
    world.send(&mut phone).await?;
    let mut other = world.phone(NEIGHBOUR).await?;
    let (device, own) = (other.device, other.writer);
    other = Phone { device, number: 0, ..phone.clone() };
    let visit = other.visit(VILLAGE, day(11, 3));
    let done = world.send(&mut other).await?;
    same!(world.states(visit).await?, [ItemState::Forked], "though it would join");
    let marks: Vec<_> = done.statement.iter().flat_map(|one| &one.marks).map(|mark| mark.0).collect();
    same!(marks, [own], "marks are told of own logs only");
    Ok(())
}

pub async fn beyond_a_gap(world: &mut World) -> Outcome {
    let (mut phone, mut clone) = cloned(world).await?;
    clone.visit(VILLAGE, day(11, 5));
    let visit = clone.visit(VILLAGE, day(11, 6));
    let pieces = vec![clone.piece(3, 3)?];
    let exchange = clone.with(pieces);
    world.exchange(exchange).await?;
    same!(world.states(visit).await?, [ItemState::Forked], "its predecessor is not the one that is held");
    let mut third = clone.clone();
    third.visit(VILLAGE, day(11, 7));
    let late = third.visit(VILLAGE, day(11, 8));
    let pieces = vec![third.piece(5, 5)?];
    let exchange = third.with(pieces);
    world.exchange(exchange).await?;
    same!(world.states(late).await?, [ItemState::Awaiting], "nobody knows yet");
    phone.number = third.number + 1;
    for day_of in [3, 4, 5] {
        phone.visit(VILLAGE, day(11, day_of));
    }
    world.send(&mut phone).await?;
    same!(world.county.ledger.mark(phone.writer).await?.serial, 5, "the log goes on");
    let mut states = world.states(late).await?;
    states.sort_unstable();
    same!(states, [ItemState::Applied, ItemState::Forked], "at one place, two entries");
    Ok(())
}

/// The writes of a record's fields, without their places.
fn written(head: &Head) -> Vec<(String, Value, Origin)> {
    let all = head.fields.iter().flat_map(|(key, writes)| writes.iter().map(move |write| (key, write)));
    all.map(|(key, write)| (key.clone(), write.value.clone(), write.origin)).collect()
}

pub async fn accepted_whole(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let (hash, published) = world.form("elder", &["see", "walk", "notes"]);
    world.append(vec![published]).await?;
    let (_, mut clone) = cloned(world).await?;
    let visit = clone.visit(VILLAGE, day(11, 5));
    let id = clone.next();
    let part = RecordRef { kind: RecordKind::Part, id: RecordId::derived(clone.writer, id) };
    let body = Body {
        sets: sets([
            (keys::VISIT, visit.id.to_string().into()),
            (keys::SUBJECT, person.id.to_string().into()),
            (keys::MET, "self".into()),
        ]),
        row: vec!["well".into(), Value::Null, "都好".into()],
        origins: "caa".to_owned(),
        given: sets([("last/see", "well".into())]),
        ..Body::default()
    };
    clone.write(part, Some(hash), body.clone(), Vector::default());
    // The same on a phone that did not fork.
    let mut plain = world.phone(OFFICER).await?;
    let its_visit = plain.visit(VILLAGE, day(11, 5));
    let its_part = RecordRef { kind: RecordKind::Part, id: RecordId::derived(plain.writer, plain.next()) };
    let mut its_body = body.clone();
    its_body.sets.insert(keys::VISIT.to_owned(), its_visit.id.to_string().into());
    plain.write(its_part, Some(hash), its_body, Vector::default());
    world.send(&mut plain).await?;
    world.send(&mut clone).await?;
    let queue = world.county.reports.queue(9).await?;
    let named: Vec<_> = queue.iter().map(|item| (item.dot, item.hash)).collect();
    let done = world.decide_all(&named, true).await?;
    let records = written_again(&done);
    let [new_visit, new_part] = records.as_slice() else {
        return Err(Broken(format!("two records: {records:?}")));
    };
    let mut expected = written(&world.head(its_part).await?);
    for (_, value, _) in expected.iter_mut().filter(|one| one.0 == keys::VISIT) {
        *value = new_visit.id.to_string().into();
    }
    claim!(expected.iter().any(|one| one.2 == Origin::ConfirmedUnchanged), "one answer was not asked");
    same!(written(&world.head(*new_part).await?), expected, "the same answers, from the same origins");
    let history = world.county.reports.history(*new_part).await?;
    let first = there(history.first(), "the county's own patch")?;
    let kept = there(first.entry.body.as_ref(), "its body")?;
    same!(first.entry.patch.form, Some(hash), "under the same form");
    same!((&kept.row, &kept.given), (&body.row, &body.given), "as a row, with what the form had read");
    Ok(())
}

pub async fn accepted(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let (_, mut clone) = cloned(world).await?;
    let taken = clone.visit(VILLAGE, day(11, 5));
    clone.met(taken, person);
    let head = world.head(person).await?;
    clone.set(person, [(keys::PHONE, "9".into())], &head);
    world.send(&mut clone).await?;
    let before = world.head(taken).await?;
    // One job, because the part names the visit, which gets a new id.
    let queue = world.county.reports.queue(2).await?;
    let named: Vec<_> =
        queue.iter().filter_map(|item| Some((item.entry.as_ref()?.patch.dot(), item.hash))).collect();
    let done = world.decide_all(&named, true).await?;
    let records = written_again(&done);
    let [visit, part] = records.as_slice() else { return Err(Broken(format!("two records: {records:?}"))) };
    claim!(*visit != taken, "its id belongs to the other branch");
    same!(world.head(taken).await?, before, "which is left alone");
    let visit_text = visit.id.to_string();
    same!(
        world.head(*part).await?.text(keys::VISIT),
        Some(visit_text.as_str()),
        "the part follows its visit"
    );
    same!(world.head(*visit).await?.author(visit.id), Some(clone.staff), "in the author's name");
    same!(
        world.status(person, "elder", month(11), day(11, 10)).await?,
        Some(Status::MetHome),
        "and it counts"
    );
    let queued = world.queued().await?;
    same!(world.decide(queued, false).await?, None, "dismissed");
    same!(world.county.reports.queue(10).await?.len(), 0, "nothing waits");
    same!(world.head(person).await?, head, "the telephone stays");
    Ok(())
}
