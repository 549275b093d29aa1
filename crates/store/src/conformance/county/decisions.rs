//! Claims about a reviewer's word on what was set aside.

use super::phone::Phone;
use super::world::{NEIGHBOUR, OFFICER, OTHER, REVIEWER, VILLAGE, World, day, month, staff};
use crate::conformance::{Broken, Outcome, claim, same, there};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Status;
use domain::head::Head;
use domain::ids::RecordId;
use domain::log::Dot;
use domain::patch::RecordRef;
use domain::permission::Audience;
use domain::problem::{Problem, ProblemCode};
use sync::county::prepared::{Decision, Job, ReviewVerdict};
use sync::wire::receipt::{ItemOutcome, ItemState};

/// A person of whom an officer has said what an officer may not say, and then two things more.
async fn behind(world: &mut World) -> Result<(Phone, RecordRef), Broken> {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let mut head = world.head(person).await?;
    phone.set(person, [(keys::DIED, "2026-11-08".into())], &head);
    for value in ["2", "3"] {
        head.vector.raise(Dot { writer: phone.writer, serial: phone.next() - 1 });
        phone.set(person, [(keys::PHONE, value.into())], &head);
    }
    world.send(&mut phone).await?;
    let held = [ItemState::Applied, ItemState::SetAside, ItemState::Awaiting, ItemState::Awaiting];
    same!(world.states(person).await?, held, "one is set aside, two wait behind it");
    Ok((phone, person))
}

fn told(done: &crate::county::Done) -> Vec<(u64, ItemState)> {
    let outcomes = done.statement.iter().flat_map(|one| &one.outcomes);
    outcomes.map(|one| (one.serial, one.state)).collect()
}

pub async fn accept(world: &mut World) -> Outcome {
    let (mut phone, person) = behind(world).await?;
    let queued = world.queued().await?;
    same!(world.decide(queued, true).await?, None, "accepted");
    let head = world.head(person).await?;
    same!(head.text(keys::DIED), Some("2026-11-08"), "it is taken in");
    same!(head.text(keys::PHONE), Some("3"), "and what waited behind it, in order");
    let applied = [(1, ItemState::Applied), (2, ItemState::Applied), (3, ItemState::Applied)];
    same!(told(&world.send(&mut phone).await?), applied, "the phone is told");
    claim!(told(&world.send(&mut phone).await?).is_empty(), "once");
    Ok(())
}

pub async fn dismiss(world: &mut World) -> Outcome {
    let (mut phone, person) = behind(world).await?;
    let queued = world.queued().await?;
    same!(world.decide(queued, false).await?, None, "dismissed");
    let head = world.head(person).await?;
    same!(head.text(keys::DIED), None, "it is passed over");
    same!(head.text(keys::PHONE), Some("3"), "what waited behind it is not");
    claim!(head.vector.covers(Dot { writer: phone.writer, serial: 1 }), "the vector covers it all the same");
    let states = [(1, ItemState::Dismissed), (2, ItemState::Applied), (3, ItemState::Applied)];
    same!(told(&world.send(&mut phone).await?), states, "the phone is told");
    Ok(())
}

pub async fn in_order(world: &mut World) -> Outcome {
    let (_, person) = behind(world).await?;
    let queue = world.county.reports.queue(10).await?;
    let named: Vec<(Dot, Hash)> =
        queue.iter().filter_map(|item| Some((item.entry.as_ref()?.patch.dot(), item.hash))).collect();
    let last = *there(named.last(), "the last of three")?;
    let seq = world.seq().await?;
    for accept in [true, false] {
        let problem = world.decide(last, accept).await?;
        same!(problem.map(|one| one.code), Some(ProblemCode::WaitsForEarlier), "not over the others' heads");
    }
    same!(world.seq().await?, seq, "nothing is written");
    let done = world.decide_all(&named, true).await?;
    same!(done.problem, None, "all in their order");
    same!(world.head(person).await?.text(keys::PHONE), Some("3"), "are taken in");
    Ok(())
}

pub async fn once(world: &mut World) -> Outcome {
    let (_, person) = behind(world).await?;
    let queued = world.queued().await?;
    same!(world.decide(queued, false).await?, None, "dismissed");
    let head = world.head(person).await?;
    let problem = world.decide(queued, true).await?;
    same!(problem.map(|one| one.code), Some(ProblemCode::NothingFound), "nothing waits there any more");
    same!(world.head(person).await?, head, "nothing is written");
    Ok(())
}

pub async fn missing(world: &mut World) -> Outcome {
    let unknown = RecordRef { kind: RecordKind::Person, id: RecordId::named("person", "unknown") };
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, unknown);
    world.send(&mut phone).await?;
    let (queued, seq) = (world.queued().await?, world.seq().await?);
    let problem = world.decide(queued, true).await?;
    same!(problem.map(|one| one.code), Some(ProblemCode::WaitsForSubject), "the person has to come first");
    same!(world.seq().await?, seq, "nothing is written");
    same!(world.decide(queued, false).await?, None, "but if it never comes, it may be dismissed");
    same!(world.states(part).await?, [ItemState::Dismissed], "and waits no more");
    Ok(())
}

pub async fn visit_after_part(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let (mut one, mut other) = (world.phone(OFFICER).await?, world.phone(NEIGHBOUR).await?);
    let visit = one.visit(VILLAGE, day(11, 9));
    // The other has the visit from somewhere else than the county.
    other.set(visit, [(keys::VOID, "twice".into())], &Head::default());
    let part = other.met(visit, person);
    world.send(&mut other).await?;
    let queued = world.queued().await?;
    same!(world.decide(queued, false).await?, None, "of the visit only something dismissed is known");
    same!(world.states(part).await?, [ItemState::Awaiting], "that is no visit: its part waits on");
    world.send(&mut one).await?;
    same!(world.states(part).await?, [ItemState::SetAside], "until the visit itself comes");
    let queued = world.queued().await?;
    same!(world.decide(queued, true).await?, None, "accepted");
    let status = world.status(person, "elder", month(11), day(11, 10)).await?;
    same!(status, Some(Status::MetHome), "and counted");
    Ok(())
}

/// A visit to another's village, what hangs on it, and a part beside that has a doubt of its own.
pub(super) async fn hanging(world: &mut World) -> Result<[RecordRef; 4], Broken> {
    let (theirs, own) = (world.person(OTHER, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(OTHER, day(11, 9));
    let (met, beside) = (phone.met(visit, theirs), phone.met(visit, own));
    let concern = phone.concern(met, theirs);
    world.send(&mut phone).await?;
    Ok([visit, met, beside, concern])
}

pub async fn releases(world: &mut World) -> Outcome {
    let [visit, met, beside, concern] = hanging(world).await?;
    same!(world.states(visit).await?, [ItemState::SetAside], "another's village");
    let queued = world.queued().await?;
    same!(world.decide(queued, true).await?, None, "accepted");
    for record in [visit, met, concern] {
        same!(world.states(record).await?, [ItemState::Applied], "with all that hung on the same doubt");
    }
    same!(world.states(beside).await?, [ItemState::SetAside], "a person of a third place is another doubt");
    Ok(())
}

pub async fn nobody(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let person = phone.make(RecordKind::Person, World::person_fields("new", VILLAGE, "LSLR"));
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, person);
    world.send(&mut phone).await?;
    let queued = world.queued().await?;
    same!(world.decide(queued, false).await?, None, "dismissed");
    let row = there(world.county.ledger.record(person).await?, "its vector, for whoever wrote it")?;
    same!(row.scopes, [], "in no feed");
    same!(world.states(part).await?, [ItemState::Awaiting], "and nobody was met");
    Ok(())
}

pub async fn questions(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    phone.visit(OTHER, day(11, 9));
    phone.visit(OTHER, day(11, 8));
    let question = Problem::new(ProblemCode::AnswerMissing);
    let mut exchange = phone.outgoing()?;
    for piece in &mut exchange.pieces {
        piece.questions = [(1, vec![question.clone()]), (2, vec![question.clone()])].into();
    }
    let done = world.exchange(exchange).await?;
    phone.hear(&done);
    let queue = world.county.reports.queue(2).await?;
    for (item, accept) in queue.iter().zip([true, false]) {
        same!(world.decide((item.dot, item.hash), accept).await?, None, "decided");
    }
    let done = world.send(&mut phone).await?;
    let told: Vec<_> = done.statement.into_iter().flat_map(|one| one.outcomes).collect();
    let code = |one: &ItemOutcome| one.problem.as_ref().map(|problem| problem.code);
    let asked: Vec<_> = told.iter().map(|one| (one.state, code(one))).collect();
    let dismissed = (ItemState::Dismissed, Some(ProblemCode::NotAdopted));
    let expected = [(ItemState::Applied, Some(ProblemCode::AnswerMissing)), dismissed];
    same!(asked, expected, "of what was accepted, and of nothing else");
    Ok(())
}

pub async fn right_as_it_is(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let mut exchange = phone.outgoing()?;
    for piece in &mut exchange.pieces {
        piece.questions = [(1, vec![Problem::new(ProblemCode::AnswerMissing)])].into();
    }
    phone.hear(&world.exchange(exchange).await?);
    same!(world.states(visit).await?, [ItemState::Applied], "it is taken in");
    let queue = world.county.reports.queue(9).await?;
    let asked: Vec<_> = queue.iter().flat_map(|item| &item.questions).map(|one| one.code).collect();
    same!(asked, [ProblemCode::AnswerMissing], "and a reviewer sees what it asks");
    let queued = world.queued().await?;
    let refused = world.decide(queued, false).await?.map(|problem| problem.code);
    same!(refused, Some(ProblemCode::ArgumentWrong), "what counts is made void, not dismissed");
    same!(world.decide(queued, true).await?, None, "right as it is");
    same!(world.county.reports.queue(9).await?.len(), 0, "nobody has to see to it any more");
    let done = world.send(&mut phone).await?;
    let told: Vec<_> = done.statement.into_iter().flat_map(|one| one.outcomes).collect();
    let told: Vec<_> = told.iter().map(|one| (one.state, one.problem.is_none())).collect();
    same!(told, [(ItemState::Applied, true)], "the phone is told that nothing is asked");
    Ok(())
}

pub async fn kept(world: &mut World) -> Outcome {
    let (mut phone, _) = behind(world).await?;
    let queued = world.queued().await?;
    for (reason, refused) in [(" ", Some(ProblemCode::ArgumentWrong)), ("问过村里再说", None)] {
        let later = World::decision(queued, ReviewVerdict::Keep { reason: reason.to_owned() });
        let problem = world.run(Job::Decide(vec![later])).await?.problem;
        same!(problem.map(|one| one.code), refused, "with a reason only");
    }
    same!(world.queued().await?, queued, "it goes on waiting");
    claim!(told(&world.send(&mut phone).await?).is_empty(), "of which the phone is not told");
    same!(world.decide(queued, true).await?, None, "and is accepted later");
    let record = Decision::record(queued.1);
    let history = world.county.reports.history(record).await?;
    let words = history.iter().filter_map(|one| one.entry.body.as_ref()?.sets.get(keys::VERDICT));
    let words: Vec<_> = words.filter_map(|value| value.as_text()).collect();
    same!(words, ["keep", "accept"], "each word is an entry of the county's log");
    let by = history.iter().all(|one| one.entry.patch.author == staff(REVIEWER));
    claim!(by, "in the name of who decided");
    let row = there(world.county.ledger.record(record).await?, "the decision")?;
    claim!(row.scopes.iter().all(|one| one.audience == Audience::Restricted), "in nobody's feed");
    Ok(())
}
