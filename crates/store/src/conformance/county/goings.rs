//! Claims about visits of two workers that are one going-there, or not.

use super::duplicates::merge;
use super::undo::Kept;
use super::world::{COUNTY, DIRECTOR, HEAD, OFFICER, REVIEWER, VILLAGE, WHY_BACK, World, day, month, staff};
use crate::conformance::{Broken, Outcome, claim, same, there};
use domain::canonical::Hash;
use domain::catalogue::keys;
use domain::coverage::Status;
use domain::going::{Going, count, pair};
use domain::ids::{RecordId, WriterId};
use domain::log::Dot;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::visit::Visit;
use sync::county::prepared::{Job, OneOrTwo};

/// Says of two visits what they are, in somebody's name; answers by what it is taken back, or why not.
async fn say_by(
    world: &mut World,
    name: &str,
    visits: [RecordRef; 2],
    going: Going,
) -> Result<Result<(Dot, Hash), Problem>, Broken> {
    let area = if name == HEAD { VILLAGE } else { COUNTY };
    let (by, salt, reason) = (staff(name), WriterId(world.draw()), "一起去的".to_owned());
    let word = OneOrTwo { visits: visits.map(|one| one.id), going, reason, by, area, salt };
    let done = world.run(Job::Going(Box::new(word))).await?;
    if let Some(problem) = done.problem {
        return Ok(Err(problem));
    }
    let (record, dot) = *there(done.own.first(), "the word in the first visit")?;
    let history = world.county.reports.history(record).await?;
    let patch = history.iter().map(|one| &one.entry.patch).find(|patch| patch.dot() == dot);
    Ok(Ok((dot, there(patch, "the same in the history")?.hash())))
}

async fn say(world: &mut World, visits: [RecordRef; 2], going: Going) -> Result<(Dot, Hash), Broken> {
    there(say_by(world, REVIEWER, visits, going).await?.ok(), "said")
}

/// The officer's and the director's visit to one elder, on two days of November.
async fn two(world: &mut World, days: [u32; 2]) -> Result<(RecordRef, [RecordRef; 2]), Broken> {
    let elder = world.person(VILLAGE, "LSLR").await?;
    let mut visits = Vec::new();
    for (name, at) in [OFFICER, DIRECTOR].into_iter().zip(days) {
        let mut phone = world.phone(name).await?;
        let visit = phone.visit(VILLAGE, day(11, at));
        phone.met(visit, elder);
        world.send(&mut phone).await?;
        visits.push(visit);
    }
    Ok((elder, there(visits.try_into().ok(), "two visits")?))
}

async fn open(world: &World) -> Result<Vec<((RecordId, RecordId), RecordId)>, Broken> {
    Ok(world.county.reports.suggested().await?)
}

async fn read(world: &World, visits: &[RecordRef]) -> Result<Vec<Visit>, Broken> {
    let mut read = Vec::new();
    for one in visits {
        let visit = Visit::read(one.id, &world.head(*one).await?);
        read.extend(Some(visit).filter(|visit| !visit.void));
    }
    Ok(read)
}

async fn met(world: &World, person: RecordRef) -> Result<Option<Status>, Broken> {
    world.status(person, "elder", month(11), day(11, 20)).await
}

pub async fn suggested(world: &mut World) -> Outcome {
    let (elder, [one, other]) = two(world, [9, 9]).await?;
    same!(open(world).await?, [(pair(one.id, other.id), elder.id)], "two workers, one day");
    two(world, [9, 12]).await?;
    same!(open(world).await?.len(), 1, "not three days apart");
    let happened = |day: &str| format!("2026-11-{day}T10:00/2026-11-{day}T10:30");
    world.set(other, [(keys::HAPPENED, happened("20").into())]).await?;
    same!(open(world).await?, [], "nor when it turns out to have been another day");
    world.set(one, [(keys::HAPPENED, happened("20").into())]).await?;
    same!(open(world).await?.len(), 1, "nor is it kept from being, once both are");
    let officer = staff(OFFICER).to_string();
    world.set(other, [(keys::VISITED_BY, super::world::list(&[&officer]))]).await?;
    same!(open(world).await?, [], "one worker, who came twice");
    Ok(())
}

pub async fn said(world: &mut World) -> Outcome {
    let (elder, visits) = two(world, [9, 9]).await?;
    let (before, status) = (Kept::of(world).await?, met(world, elder).await?);
    same!(status, Some(Status::MetHome), "met");
    for (going, times) in [(Going::One, 1), (Going::Two, 2)] {
        let word = say(world, visits, going).await?;
        same!(open(world).await?, [], "suggested no more");
        let said = read(world, &visits).await?;
        same!(count(&said), times, "how often somebody went there");
        let workers: Vec<_> = said.iter().flat_map(|visit| visit.visited_by.clone()).collect();
        same!(workers, [staff(OFFICER), staff(DIRECTOR)], "each stays who visited");
        same!(met(world, elder).await?, status, "and the figures stay as they are");
        world.audit().await?;
        same!(world.undo(&[word]).await?, None, "taken back");
        Kept::of(world).await?.is(&before)?;
        same!(open(world).await?.len(), 1, "then it is suggested again");
    }
    Ok(())
}

pub async fn void(world: &mut World) -> Outcome {
    let (elder, visits) = two(world, [9, 9]).await?;
    let word = say(world, visits, Going::One).await?;
    let [one, other] = visits;
    world.set(one, [(keys::VOID, "记错了".into())]).await?;
    same!(met(world, elder).await?, Some(Status::MetHome), "the other counts");
    same!(count(&read(world, &visits).await?), 1, "once");
    same!(world.undo(&[word]).await?, None, "taken back while one is void");
    same!(open(world).await?, [], "what is void is suggested with nothing");
    let refused = say_by(world, REVIEWER, visits, Going::One).await?.map_err(|problem| problem.code);
    same!(refused, Err(ProblemCode::ArgumentWrong), "nor can it be said");
    world.set(one, [(keys::VOID, domain::value::Value::Null)]).await?;
    same!(open(world).await?.len(), 1, "it counts again, and is suggested again");
    world.set(other, [(keys::VOID, "记错了".into())]).await?;
    same!(open(world).await?, [], "and the other way round");
    Ok(())
}

pub async fn later(world: &mut World) -> Outcome {
    let (elder, visits) = two(world, [9, 9]).await?;
    let again = world.person(VILLAGE, "LSLR").await?;
    let word = say(world, visits, Going::One).await?;
    let mut phone = world.phone(OFFICER).await?;
    let third = phone.visit(VILLAGE, day(11, 9));
    phone.met(third, again);
    world.send(&mut phone).await?;
    same!(open(world).await?, [], "another record, another person");
    let merging = there(merge(world, [again, elder], &[]).await?, "merged")?;
    let (third_pair, person) = (pair(visits[1].id, third.id), elder.id);
    same!(
        open(world).await?,
        [(third_pair, person)],
        "one person: with the director's, not with the officer's own"
    );
    same!(count(&read(world, &visits).await?), 1, "what was said stays");
    same!(world.undo(&[merging]).await?, None, "two people again");
    same!(open(world).await?, [], "then there is nothing to suggest");
    phone.met(third, elder);
    world.send(&mut phone).await?;
    same!(open(world).await?, [(third_pair, person)], "a part that comes later");
    same!(world.undo(&[word]).await?, None, "taken back");
    same!(open(world).await?.len(), 2, "each with each of the other worker");
    Ok(())
}

pub async fn who(world: &mut World) -> Outcome {
    let (_, visits) = two(world, [9, 9]).await?;
    let seq = world.seq().await?;
    let refused = say_by(world, OFFICER, visits, Going::One).await?.map_err(|problem| problem.code);
    same!(refused, Err(ProblemCode::RightMissing), "no village worker");
    let refused = say_by(world, REVIEWER, [visits[0]; 2], Going::One).await?.map_err(|problem| problem.code);
    same!(refused, Err(ProblemCode::ArgumentWrong), "not of one visit");
    let nowhere = RecordRef { id: RecordId::named("visit", "nowhere"), ..visits[0] };
    let refused =
        say_by(world, REVIEWER, [visits[0], nowhere], Going::One).await?.map_err(|problem| problem.code);
    same!(refused, Err(ProblemCode::NothingFound), "nor of one that is not there");
    same!(world.seq().await?, seq, "nothing is written");
    let word = there(say_by(world, HEAD, visits, Going::Two).await?.ok(), "the township's head")?;
    let refused = say_by(world, REVIEWER, visits, Going::One).await?.map_err(|problem| problem.code);
    same!(refused, Err(ProblemCode::ArgumentWrong), "once");
    let refused = world.undo_by(OFFICER, &[word], WHY_BACK).await?.map(|problem| problem.code);
    same!(refused, Some(ProblemCode::RightMissing), "nor is it taken back by a worker");
    same!(world.undo_by(HEAD, &[word], WHY_BACK).await?, None, "by the township it is");
    claim!(open(world).await?.len() == 1, "and it is suggested again");
    Ok(())
}
