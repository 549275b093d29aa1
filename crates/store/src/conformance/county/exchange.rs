//! Claims about one exchange, and the same one again.

use super::phone::Phone;
use super::world::{NEIGHBOUR, OFFICER, VILLAGE, WHY, World, day, month, staff};
use crate::conformance::{Broken, Outcome, claim, same, there};
use crate::county::Done;
use domain::coverage::Status;
use domain::ids::{DeviceId, RecordId, WriterId};
use domain::log::{Dot, Mark, Vector};
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use sync::county::needs::DeviceState;
use sync::county::prepared::{Job, ReviewVerdict};
use sync::wire::receipt::{ItemState, Statement};

fn statement(done: &Done) -> Result<&Statement, Broken> {
    there(done.statement.as_ref(), "a statement")
}

/// What the county says of items, receipts and marks.
fn said(done: &Done) -> Result<impl PartialEq + std::fmt::Debug + use<>, Broken> {
    let statement = statement(done)?.clone();
    Ok((statement.marks, statement.outcomes, statement.visits, statement.forks))
}

/// Places and states of the items that are not simply applied.
fn states(done: &Done) -> Result<Vec<(u64, ItemState)>, Broken> {
    Ok(statement(done)?.outcomes.iter().map(|one| (one.serial, one.state)).collect())
}

pub async fn twice(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    phone.met(visit, person);
    let first = phone.outgoing()?;
    let one = world.exchange(first.clone()).await?;
    let seq = world.seq().await?;
    let other = world.exchange(first).await?;
    claim!(!one.receipts_only && other.receipts_only, "only the first may carry personal data");
    same!(said(&other)?, said(&one)?, "the same answer");
    same!(world.seq().await?, seq, "nothing was written");
    same!(statement(&one)?.visits.len(), 1, "one visit, one receipt");
    same!(world.states(visit).await?, [ItemState::Applied], "the visit is there once");
    same!(
        statement(&one)?.marks.first().map(|mark| mark.1),
        Some(world.county.ledger.mark(phone.writer).await?),
        "the mark is the log's"
    );
    Ok(())
}

pub async fn old_number(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    phone.number = 6;
    world.send(&mut phone).await?;
    phone.number = 3;
    phone.visit(VILLAGE, day(11, 9));
    let done = world.exchange(phone.outgoing()?).await?;
    claim!(done.receipts_only, "number 4 after 7");
    same!(statement(&done)?.marks.first().map(|mark| mark.1.serial), Some(1), "what it brought is taken");
    let row = there(world.county.directory.device(phone.device).await?, "the device")?.row;
    same!(row.number, 7, "the highest number stays");
    Ok(())
}

pub async fn reply_lost(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    phone.met(visit, person);
    let head = world.head(person).await?;
    phone.set(person, [("life/died", "2026-11-08".into())], &head);
    let mut piece = phone.piece(1, 3)?;
    let question = Problem::new(ProblemCode::AnswerMissing).with("question", "walk");
    piece.questions.insert(2, vec![question]);
    let lost = phone.with(vec![piece.clone()]);
    let lost = world.exchange(lost).await?;
    same!(
        states(&lost)?,
        [(2, ItemState::Applied), (3, ItemState::SetAside)],
        "a question, and what a worker may not say"
    );
    let again = phone.with(vec![piece]);
    let again = world.exchange(again).await?;
    claim!(!again.receipts_only, "a new number is a new exchange");
    same!(said(&again)?, said(&lost)?, "the same answer");
    same!(world.states(person).await?.len(), 2, "no second effect");
    phone.hear(&again);
    let later = world.send(&mut phone).await?;
    claim!(states(&later)?.is_empty(), "what was heard is not told again");
    Ok(())
}

pub async fn gap(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    for day_of in [3, 4] {
        let visit = phone.visit(VILLAGE, day(11, day_of));
        phone.met(visit, person);
    }
    let pieces = vec![phone.piece(3, 4)?];
    let early = phone.with(pieces);
    let early = world.exchange(early).await?;
    same!(states(&early)?, [(3, ItemState::Awaiting), (4, ItemState::Awaiting)], "beyond the gap");
    same!(world.county.ledger.mark(phone.writer).await?, Mark::NONE, "a mark is a prefix");
    same!(statement(&early)?.visits.len(), 1, "a receipt is for what is on disk");
    let pieces = vec![phone.piece(1, 2)?];
    let closing = phone.with(pieces);
    let closing = world.exchange(closing).await?;
    same!(world.county.ledger.mark(phone.writer).await?.serial, 4, "what waited has joined");
    same!(states(&closing)?, [(3, ItemState::Applied), (4, ItemState::Applied)], "and is told");
    Ok(())
}

pub async fn two_pieces(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    for day_of in [2, 3, 4] {
        phone.visit(VILLAGE, day(11, day_of));
    }
    let pieces = vec![phone.piece(3, 3)?, phone.piece(1, 2)?, phone.piece(2, 3)?];
    let exchange = phone.with(pieces);
    let done = world.exchange(exchange).await?;
    claim!(states(&done)?.is_empty(), "all joined");
    same!(world.county.ledger.mark(phone.writer).await?.serial, 3, "the whole log");
    let rows = world.county.ledger.ledger_after(0, usize::MAX).await?;
    let of_log =
        rows.iter().filter(|row| row.entry.as_ref().is_some_and(|one| one.patch.writer == phone.writer));
    same!(of_log.count(), 3, "each entry once");
    Ok(())
}

pub async fn unreadable(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let visits: Vec<_> = [2, 3, 4].map(|day_of| phone.visit(VILLAGE, day(11, day_of))).into();
    let pieces = vec![phone.spoilt(1, 3, 2)?];
    let exchange = phone.with(pieces);
    let among = world.exchange(exchange).await?;
    same!(world.county.ledger.mark(phone.writer).await?.serial, 1, "what stands before it is taken");
    same!(states(&among)?, [(2, ItemState::SetAside)], "it is to come alone");
    for _ in 0..2 {
        let pieces = vec![phone.spoilt(2, 2, 2)?];
        let exchange = phone.with(pieces);
        world.exchange(exchange).await?;
        same!(world.county.ledger.mark(phone.writer).await?.serial, 2, "alone it is kept, once");
    }
    let pieces = vec![phone.piece(3, 3)?];
    let exchange = phone.with(pieces);
    world.exchange(exchange).await?;
    same!(world.county.ledger.mark(phone.writer).await?.serial, 3, "what follows is chained to it");
    for visit in visits.into_iter().step_by(2) {
        same!(world.states(visit).await?, [ItemState::Applied], "those around it pass");
    }
    let queue = world.county.reports.queue(10).await?;
    same!(queue.len(), 1, "a reviewer sees it");
    claim!(queue.iter().all(|item| item.entry.is_none()), "as something that cannot be read");
    let raw: Vec<_> = queue.iter().map(|item| item.raw.as_deref()).collect();
    let [Some(raw)] = raw.as_slice() else { return Err(Broken("it is not kept".to_owned())) };
    claim!(raw.contains(r#""i":[[]]"#), "as it came");
    claim!(raw.contains(&format!(r#""a":["{}"]"#, staff(OFFICER))), "with its author");
    Ok(())
}

pub async fn not_handled(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 2));
    let part = phone.met(visit, person);
    let other = phone.visit(VILLAGE, day(11, 3));
    // The program failed on the first visit, and on nothing else.
    let mut piece = phone.piece(1, 3)?;
    piece.kept = [1].into();
    let exchange = phone.with(vec![piece]);
    let done = world.exchange(exchange).await?;
    phone.hear(&done);
    same!(states(&done)?, [(1, ItemState::SetAside), (2, ItemState::Awaiting)], "it is set aside");
    same!(world.states(other).await?, [ItemState::Applied], "what stands behind it passes");
    let kept = (Dot { writer: phone.writer, serial: 1 }, phone.piece(1, 1)?.last);
    for _ in 0..2 {
        same!(world.decide(kept, true).await?, None, "a program without the fault takes it in");
        same!(world.states(visit).await?, [ItemState::Applied], "as if it had come just now");
        same!(world.states(part).await?, [ItemState::Applied], "with what waited for it");
        let status = world.status(person, "elder", month(11), day(11, 10)).await?;
        same!(status, Some(Status::MetHome), "it counts");
        same!(world.undo(&[kept]).await?, None, "taken back");
        same!(world.states(visit).await?, [ItemState::SetAside], "it waits for a word, as before");
        same!(world.states(part).await?, [ItemState::Awaiting], "and what speaks of it for it");
    }
    Ok(())
}

pub async fn not_handled_again(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let mut clone = phone.clone();
    phone.visit(VILLAGE, day(11, 2));
    world.send(&mut phone).await?;
    clone.stamp.wall_ms += 1;
    clone.number += 5;
    clone.visit(VILLAGE, day(11, 3));
    let exchange = clone.outgoing()?;
    world.exchange(exchange).await?;
    let forked = world.queued().await?;
    // The clone issues its visit again, under a log of its own, and the program fails on that.
    let visit = there(clone.log.last().cloned(), "the visit")?;
    let mut again =
        Phone { writer: WriterId(clone.writer.0 + 1_000), log: Vec::new(), mark: Mark::NONE, ..clone };
    let record = RecordRef { id: RecordId::derived(again.writer, 1), ..visit.patch.record };
    let mut body = there(visit.body, "its body")?;
    body.issue_again(forked.0, forked.1);
    again.write(record, None, body, Vector::default());
    let mut piece = again.piece(1, 1)?;
    piece.kept = [1].into();
    let exchange = again.with(vec![piece]);
    world.exchange(exchange).await?;
    let kept = world.queued().await?;
    claim!(kept != forked, "of the two only that one waits for a word");
    same!(world.decide(kept, true).await?, None, "it is taken in");
    let refused = world.decide(forked, true).await?.map(|problem| problem.code);
    same!(refused, Some(ProblemCode::NothingFound), "and never both");
    Ok(())
}

pub async fn unreadable_dismissed(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let visits: Vec<_> = [2, 3].map(|day_of| phone.visit(VILLAGE, day(11, day_of))).into();
    let pieces = vec![phone.spoilt(1, 1, 1)?];
    let exchange = phone.with(pieces);
    phone.hear(&world.exchange(exchange).await?);
    world.send(&mut phone).await?;
    let one = world.queued().await?;
    let undecodable = world.decide(one, true).await?.map(|problem| problem.code);
    same!(undecodable, Some(ProblemCode::ItemUndecodable), "nobody can take in what nobody can read");
    let nothing = ReviewVerdict::Dismiss { reason: " ".to_owned() };
    let silent = World::decision(one, nothing);
    let refused = world.run(Job::Decide(vec![silent])).await?.problem.map(|problem| problem.code);
    same!(refused, Some(ProblemCode::ArgumentWrong), "nothing is dismissed without a reason");
    same!(world.county.reports.queue(9).await?.len(), 1, "so far nothing has been decided");
    same!(world.decide(one, false).await?, None, "dismissed");
    same!(world.county.reports.queue(9).await?.len(), 0, "nothing waits");
    let done = world.send(&mut phone).await?;
    same!(states(&done)?, [(1, ItemState::Dismissed)], "the phone is told");
    let told = done.statement.iter().flat_map(|one| &one.outcomes).filter_map(|one| one.problem.clone());
    let reasons: Vec<_> = told.filter_map(|problem| problem.params.get("reason").cloned()).collect();
    same!(reasons, [WHY], "and why");
    let again = world.decide(one, false).await?.map(|problem| problem.code);
    same!(again, Some(ProblemCode::NothingFound), "once");
    let behind = there(visits.last().copied(), "the second visit")?;
    same!(world.states(behind).await?, [ItemState::Applied], "what stands behind it stands");
    Ok(())
}

pub async fn receipts(world: &mut World) -> Outcome {
    let mut numbers = Vec::new();
    for (name, later_ms) in
        [(OFFICER, 0), (NEIGHBOUR, 0), (OFFICER, 86_400_000), (OFFICER, -86_400_000), (OFFICER, 0)]
    {
        world.now_ms += later_ms;
        let mut phone = world.phone(name).await?;
        phone.visit(VILLAGE, day(11, 9));
        let done = world.send(&mut phone).await?;
        numbers.extend(statement(&done)?.visits.iter().map(|receipt| (receipt.2, receipt.3)));
    }
    let (first, second) = (day(11, 10).0, day(11, 11).0);
    let expected = [(first, 1), (first, 2), (second, 1), (second, 2), (second, 3)];
    same!(numbers, expected, "also when the county's clock goes back");
    Ok(())
}

pub async fn unknown_device(world: &mut World) -> Outcome {
    let mut phone = Phone::new(DeviceId(1), staff(OFFICER), WriterId(1));
    phone.visit(VILLAGE, day(11, 9));
    let seq = world.seq().await?;
    let done = world.exchange(phone.outgoing()?).await?;
    same!(done.problem.map(|problem| problem.code), Some(ProblemCode::DeviceUnknown), "it is told so");
    claim!(done.statement.is_none(), "nothing is signed");
    same!(world.seq().await?, seq, "nothing is written");
    same!(world.county.ledger.mark(WriterId(1)).await?, Mark::NONE, "no log begins");
    Ok(())
}

pub async fn devices(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let one = phone.visit(VILLAGE, day(11, 8));
    world.county.directory.set_state(phone.device, DeviceState::Retired, day(11, 10)).await?;
    let done = world.send(&mut phone).await?;
    claim!(done.receipts_only, "no lists for a phone that was handed over");
    same!(world.states(one).await?, [ItemState::Applied], "its visits are taken");
    let other = phone.visit(VILLAGE, day(11, 9));
    world.county.directory.set_state(phone.device, DeviceState::Revoked, day(11, 10)).await?;
    let done = world.send(&mut phone).await?;
    claim!(done.receipts_only, "nothing for a phone that was lost");
    same!(states(&done)?, [(2, ItemState::SetAside)], "and it is told");
    same!(world.states(other).await?, [ItemState::SetAside], "a reviewer looks");
    Ok(())
}
