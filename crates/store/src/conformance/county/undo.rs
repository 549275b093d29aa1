//! Claims about decisions that are taken back.

use super::decisions::hanging;
use super::merge::corrected;
use super::phone::Phone;
use super::random;
use super::world::{
    ADMIN, HEAD, NEIGHBOUR, OFFICER, OTHER, REVIEWER, VILLAGE, WHY_BACK, World, day, month, staff,
};
use crate::conformance::{Broken, Outcome, claim, same, there};
use crate::county::{Done, QueueItem};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::{Standing, Status};
use domain::head::{Reading, Write};
use domain::ids::RecordId;
use domain::log::{Dot, Vector};
use domain::patch::RecordRef;
use domain::permission::Scope;
use domain::problem::{Problem, ProblemCode};
use std::collections::BTreeMap;
use sync::county::needs::PartRow;
use sync::county::prepared::Decision;
use sync::wire::receipt::ItemState;

/// What a record says, and where.
type Said = (BTreeMap<String, Vec<Write>>, Vector, Vec<Scope>);

/// All that the county keeps besides its own words, for comparison.
#[derive(Debug, PartialEq)]
pub struct Kept {
    records: BTreeMap<RecordRef, Said>,
    standings: BTreeMap<RecordId, Vec<Standing>>,
    parts: BTreeMap<RecordId, Vec<PartRow>>,
    queue: Vec<QueueItem>,
    states: BTreeMap<Hash, ItemState>,
}

impl Kept {
    /// As it stands. What the county wrote itself is left out where it is only passed over.
    pub async fn of(world: &World) -> Result<Self, Broken> {
        let writers = world.own_writers().await?;
        let (mut records, mut standings) = (BTreeMap::new(), BTreeMap::new());
        let mut parts = BTreeMap::new();
        for kind in RecordKind::ALL.iter().filter(|kind| **kind != RecordKind::Decision) {
            for (record, row) in world.county.ledger.records_after(*kind, None, usize::MAX).await? {
                let mut vector = row.head.vector.clone();
                vector.0.retain(|writer, _| !writers.contains(writer));
                let mut fields = row.head.fields.clone();
                fields.retain(|_, writes| !writes.is_empty());
                if !fields.is_empty() || !vector.0.is_empty() {
                    records.insert(record, (fields, vector, row.scopes.clone()));
                }
                if *kind == RecordKind::Person {
                    let found = world.county.reports.standings_of(record.id).await?;
                    standings.extend((!found.is_empty()).then_some((record.id, found)));
                    let mut found = world.county.reports.parts_of(record.id, usize::MAX).await?;
                    found.retain(|row| row.fact.is_some());
                    parts.extend((!found.is_empty()).then_some((record.id, found)));
                }
            }
        }
        let rows = world.county.ledger.ledger_after(0, usize::MAX).await?;
        let phones = rows.iter().filter(|row| {
            let writer = row.entry.as_ref().map(|entry| entry.patch.writer);
            !writer.is_some_and(|writer| writers.contains(&writer))
        });
        let states = phones.map(|row| (row.hash, row.state)).collect();
        let queue = world.county.reports.queue(usize::MAX).await?;
        Ok(Self { records, standings, parts, queue, states })
    }

    /// That this is what was before.
    pub fn is(&self, before: &Self) -> Outcome {
        // Only what differs is said: all of them are no message.
        for record in self.records.keys().chain(before.records.keys()) {
            same!((record, self.records.get(record)), (record, before.records.get(record)), "a record");
        }
        same!(self.standings, before.standings, "the standings");
        same!(self.parts, before.parts, "what counts of visits");
        same!(self.queue, before.queue, "what waits");
        same!(self.states, before.states, "the states of all entries");
        Ok(())
    }
}

/// Decides on entries, if that may be, and takes it back: nothing is left of it.
pub async fn never_decided(world: &mut World, entries: &[(Dot, Hash)], accept: bool) -> Outcome {
    let before = Kept::of(world).await?;
    if entries.is_empty() || world.decide_all(entries, accept).await?.problem.is_some() {
        return Ok(());
    }
    same!(world.undo(entries).await?, None, "taken back");
    Kept::of(world).await?.is(&before)
}

/// Settles a contested record's first field, and takes that back: nothing is left of it.
pub async fn never_settled(world: &mut World, record: RecordRef) -> Outcome {
    let (before, head) = (Kept::of(world).await?, world.head(record).await?);
    let key = there(head.contested().next(), "a contested field")?.to_owned();
    let value = there(head.values(&key).next(), "a side of it")?.clone();
    let settling = world.settle(record, &key, value).await?;
    same!(world.undo_by(ADMIN, &[settling], WHY_BACK).await?, None, "taken back");
    Kept::of(world).await?.is(&before)
}

/// A visit of an officer to another's village, with a part.
async fn elsewhere(world: &mut World) -> Result<(Phone, RecordRef, RecordRef, RecordRef), Broken> {
    let person = world.person(OTHER, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(OTHER, day(11, 9));
    let part = phone.met(visit, person);
    world.send(&mut phone).await?;
    same!(world.states(visit).await?, [ItemState::SetAside], "another's village");
    same!(world.states(part).await?, [ItemState::Awaiting], "its part waits for it");
    Ok((phone, person, visit, part))
}

/// What a phone is told of its entries: place, state, why.
fn told(done: &Done) -> Vec<(u64, ItemState, Option<ProblemCode>)> {
    let outcomes = done.statement.iter().flat_map(|one| &one.outcomes);
    let code = |problem: &Option<Problem>| problem.as_ref().map(|problem| problem.code);
    outcomes.map(|one| (one.serial, one.state, code(&one.problem))).collect()
}

pub async fn accepted(world: &mut World) -> Outcome {
    let (mut phone, person, visit, part) = elsewhere(world).await?;
    let (queued, before) = (world.queued().await?, Kept::of(world).await?);
    same!(world.decide(queued, true).await?, None, "accepted");
    world.send(&mut phone).await?;
    let status = world.status(person, "elder", month(11), day(11, 10)).await?;
    same!(status, Some(Status::MetHome), "it counts");
    same!(world.undo(&[queued]).await?, None, "taken back");
    Kept::of(world).await?.is(&before)?;
    let status = world.status(person, "elder", month(11), day(11, 10)).await?;
    claim!(status != Some(Status::MetHome), "it counts no more: {status:?}");
    let row = there(world.county.ledger.record(visit).await?, "the visit's row")?;
    same!(row.scopes, [], "in nobody's feed");
    let waits = [
        (1, ItemState::SetAside, Some(ProblemCode::OutsideArea)),
        (2, ItemState::Awaiting, Some(ProblemCode::WaitsForSubject)),
    ];
    same!(told(&world.send(&mut phone).await?), waits, "the phone is told, as at first");
    same!(world.decide(queued, true).await?, None, "accepted again");
    same!(world.states(part).await?, [ItemState::Applied], "with its part");
    let status = world.status(person, "elder", month(11), day(11, 10)).await?;
    same!(status, Some(Status::MetHome), "it counts again");
    Ok(())
}

pub async fn dismissed(world: &mut World) -> Outcome {
    let (mut phone, _, visit, _) = elsewhere(world).await?;
    let (queued, before) = (world.queued().await?, Kept::of(world).await?);
    same!(world.decide(queued, false).await?, None, "dismissed");
    world.send(&mut phone).await?;
    same!(world.undo(&[queued]).await?, None, "taken back");
    Kept::of(world).await?.is(&before)?;
    same!(world.queued().await?, queued, "it waits again");
    let again = [(1, ItemState::SetAside, Some(ProblemCode::OutsideArea))];
    same!(told(&world.send(&mut phone).await?), again, "of which its phone is told");
    same!(world.decide(queued, true).await?, None, "and may be accepted");
    same!(world.states(visit).await?, [ItemState::Applied], "then it is taken in");
    Ok(())
}

pub async fn released(world: &mut World) -> Outcome {
    let [_, met, beside, concern] = hanging(world).await?;
    let (queued, before) = (world.queued().await?, Kept::of(world).await?);
    same!(world.decide(queued, true).await?, None, "accepted");
    same!(world.states(concern).await?, [ItemState::Applied], "with all that hung on it");
    same!(world.states(beside).await?, [ItemState::SetAside], "but for another doubt");
    same!(world.undo(&[queued]).await?, None, "taken back");
    for record in [met, beside, concern] {
        same!(world.states(record).await?, [ItemState::Awaiting], "all waits for the visit again");
    }
    Kept::of(world).await?.is(&before)
}

pub async fn since(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let (mut phone, mut other) = (world.phone(OFFICER).await?, world.phone(HEAD).await?);
    let mut head = world.head(person).await?;
    phone.set(person, [(keys::DIED, "2026-11-08".into()), (keys::PHONE, "2".into())], &head);
    world.send(&mut phone).await?;
    let queued = world.queued().await?;
    same!(world.decide(queued, true).await?, None, "accepted");
    head.vector.raise(Dot { writer: phone.writer, serial: 1 });
    phone.set(person, [(keys::DIRECTIONS, "桥头".into())], &head);
    world.send(&mut phone).await?;
    other.set(person, [(keys::PHONE, "3".into())], &head);
    world.send(&mut other).await?;
    same!(world.undo(&[queued]).await?, None, "taken back");
    let states = [ItemState::Applied, ItemState::SetAside, ItemState::Awaiting, ItemState::Applied];
    same!(world.states(person).await?, states, "what its writer wrote since waits behind it");
    let now = world.head(person).await?;
    same!(now.text(keys::PHONE), Some("3"), "what another wrote since stands");
    same!((now.text(keys::DIED), now.text(keys::DIRECTIONS)), (None, None), "and nothing else of it");
    world.audit().await?;
    same!(world.decide(queued, true).await?, None, "accepted again");
    let now = world.head(person).await?;
    same!(now.text(keys::PHONE), Some("3"), "which had been seen by then");
    same!(now.text(keys::DIED), Some("2026-11-08"), "the rest is taken in");
    same!(now.text(keys::DIRECTIONS), Some("桥头"), "with what came behind it");
    Ok(())
}

pub async fn speaks(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let mut other = world.phone(NEIGHBOUR).await?;
    let person = phone.make(RecordKind::Person, World::person_fields("new", OTHER, "LSLR"));
    world.send(&mut phone).await?;
    let queued = world.queued().await?;
    same!(world.decide(queued, true).await?, None, "a person of another's village is accepted");
    let visit = other.visit(OTHER, day(11, 9));
    let part = other.met(visit, person);
    let concern = other.concern(part, person);
    world.send(&mut other).await?;
    for record in [visit, part, concern] {
        same!(world.states(record).await?, [ItemState::Applied], "then others write of them");
    }
    same!(world.undo(&[queued]).await?, None, "taken back");
    world.stands().await?;
    for record in [part, concern] {
        same!(world.states(record).await?, [ItemState::Awaiting], "what speaks of them waits for them");
    }
    same!(world.states(visit).await?, [ItemState::Applied], "the rest stands");
    let (waits, subject) = (ItemState::Awaiting, Some(ProblemCode::WaitsForSubject));
    same!(told(&world.send(&mut other).await?), [(2, waits, subject), (3, waits, subject)], "which is told");
    world.audit().await?;
    same!(world.decide(queued, true).await?, None, "accepted again");
    for record in [part, concern] {
        same!(world.states(record).await?, [ItemState::Applied], "and it is taken in again");
    }
    let status = world.status(person, "elder", month(11), day(11, 10)).await?;
    same!(status, Some(Status::MetHome), "it counts");
    world.audit().await
}

pub async fn came(world: &mut World) -> Outcome {
    let (mut phone, _, _, part) = elsewhere(world).await?;
    let (visit, hash) = world.queued().await?;
    let entry = there(phone.log.iter().find(|one| one.patch.record == part), "the part")?;
    let waits = (entry.patch.dot(), entry.patch.hash());
    same!(world.decide(waits, false).await?, None, "a part is dismissed while its visit is not here");
    same!(world.decide((visit, hash), true).await?, None, "then its visit is accepted");
    same!(world.undo(&[waits]).await?, None, "taken back");
    same!(world.states(part).await?, [ItemState::Applied], "it does not wait for what is here");
    let taken = [(1, ItemState::Applied, None), (2, ItemState::Applied, None)];
    same!(told(&world.send(&mut phone).await?), taken, "as its phone is told");
    world.audit().await
}

pub async fn rests(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let mut head = world.head(person).await?;
    phone.set(person, [(keys::DIED, "2026-11-08".into())], &head);
    head.vector.raise(Dot { writer: phone.writer, serial: 1 });
    phone.set(person, [(keys::DIED, "2026-11-07".into())], &head);
    world.send(&mut phone).await?;
    let before = Kept::of(world).await?;
    let first = world.queued().await?;
    same!(world.decide(first, true).await?, None, "the first is accepted");
    let second = world.queued().await?;
    same!(world.decide(second, false).await?, None, "the second is dismissed");
    let seq = world.seq().await?;
    let refused = world.undo(&[first]).await?.map(|problem| problem.code);
    same!(refused, Some(ProblemCode::ArgumentWrong), "not the first alone");
    same!(world.seq().await?, seq, "nothing is written");
    same!(world.undo(&[first, second]).await?, None, "both together");
    Kept::of(world).await?.is(&before)
}

pub async fn who(world: &mut World) -> Outcome {
    elsewhere(world).await?;
    let queued = world.queued().await?;
    same!(world.decide(queued, false).await?, None, "dismissed");
    let seq = world.seq().await?;
    for (name, reason, code) in [
        (HEAD, WHY_BACK, ProblemCode::RightMissing),
        (NEIGHBOUR, WHY_BACK, ProblemCode::RightMissing),
        (ADMIN, " ", ProblemCode::ArgumentWrong),
    ] {
        let refused = world.undo_by(name, &[queued], reason).await?.map(|problem| problem.code);
        same!(refused, Some(code), "whoever may not, or says nothing");
    }
    same!(world.seq().await?, seq, "nothing is written");
    same!(world.undo_by(ADMIN, &[queued], WHY_BACK).await?, None, "another who may");
    let twice = world.undo(&[queued]).await?.map(|problem| problem.code);
    same!(twice, Some(ProblemCode::ArgumentWrong), "once");
    let history = world.county.reports.history(Decision::record(queued.1)).await?;
    let text = |key| {
        let value = |one: &crate::county::HistoryItem| Some(one.entry.body.as_ref()?.sets.get(key)?.clone());
        history.iter().filter_map(value).filter_map(|value| value.as_text().map(str::to_owned)).collect()
    };
    let (verdicts, reasons): (Vec<String>, Vec<String>) = (text(keys::VERDICT), text(keys::VERDICT_WHY));
    same!(verdicts, ["dismiss", "undo"], "each is a word of its own");
    same!(reasons.last().map(String::as_str), Some(WHY_BACK), "with its reason");
    let authors: Vec<_> = history.iter().map(|one| one.entry.patch.author).collect();
    same!(authors, [staff(REVIEWER), staff(ADMIN)], "in the name of who said it");
    Ok(())
}

pub async fn asks_again(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    phone.visit(VILLAGE, day(11, 9));
    let mut exchange = phone.outgoing()?;
    for piece in &mut exchange.pieces {
        piece.questions = [(1, vec![Problem::new(ProblemCode::AnswerMissing)])].into();
    }
    phone.hear(&world.exchange(exchange).await?);
    let (queued, before) = (world.queued().await?, Kept::of(world).await?);
    same!(world.decide(queued, true).await?, None, "right as it is");
    world.send(&mut phone).await?;
    same!(world.undo(&[queued]).await?, None, "taken back");
    Kept::of(world).await?.is(&before)?;
    let asked = [(1, ItemState::Applied, Some(ProblemCode::AnswerMissing))];
    same!(told(&world.send(&mut phone).await?), asked, "its author is asked again");
    Ok(())
}

pub async fn unreadable(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    phone.visit(VILLAGE, day(11, 9));
    let pieces = vec![phone.spoilt(1, 1, 1)?];
    let exchange = phone.with(pieces);
    phone.hear(&world.exchange(exchange).await?);
    let (queued, before) = (world.queued().await?, Kept::of(world).await?);
    same!(world.decide(queued, false).await?, None, "dismissed");
    same!(world.undo(&[queued]).await?, None, "taken back");
    Kept::of(world).await?.is(&before)
}

pub async fn forked(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let mut clone = phone.clone();
    phone.visit(VILLAGE, day(11, 3));
    world.send(&mut phone).await?;
    clone.stamp.wall_ms += 1;
    clone.number += 5;
    let visit = clone.visit(VILLAGE, day(11, 5));
    clone.met(visit, person);
    world.send(&mut clone).await?;
    let before = Kept::of(world).await?;
    let named: Vec<_> = before.queue.iter().map(|item| (item.dot, item.hash)).collect();
    for _ in 0..2 {
        same!(world.decide_all(&named, true).await?.problem, None, "accepted");
        let status = world.status(person, "elder", month(11), day(11, 10)).await?;
        same!(status, Some(Status::MetHome), "it counts");
        same!(world.undo(&named).await?, None, "taken back");
        Kept::of(world).await?.is(&before)?;
    }
    Ok(())
}

pub async fn settled(world: &mut World) -> Outcome {
    let (person, mut one, _) = corrected(world).await?;
    let before = Kept::of(world).await?;
    let settling = world.settle(person, keys::PHONE, "3".into()).await?;
    same!(world.head(person).await?.text(keys::PHONE), Some("3"), "settled");
    let refused = world.undo_by(OFFICER, &[settling], WHY_BACK).await?.map(|problem| problem.code);
    same!(refused, Some(ProblemCode::RightMissing), "not by who settles on a phone");
    same!(world.undo_by(HEAD, &[settling], WHY_BACK).await?, None, "but by who settled it");
    Kept::of(world).await?.is(&before)?;
    let read = |head: &domain::head::Head| matches!(head.read(keys::PHONE), Reading::Contested(_));
    claim!(read(&world.head(person).await?), "contested again");
    let settling = world.settle(person, keys::PHONE, "3".into()).await?;
    let seen = world.head(person).await?;
    one.set(person, [(keys::PHONE, "4".into())], &seen);
    world.send(&mut one).await?;
    same!(world.undo_by(HEAD, &[settling], WHY_BACK).await?, None, "taken back");
    same!(world.head(person).await?.text(keys::PHONE), Some("4"), "what was written since stands");
    Ok(())
}

/// Plays with many decisions, each of which is taken back at once.
pub async fn never(world: &mut World) -> Outcome {
    random::play(world, 2, 120).await
}
