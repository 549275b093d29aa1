//! Claims about two records of one person: merged, and taken apart again.

use super::undo::Kept;
use super::world::{COUNTY, HEAD, OFFICER, OTHER, REVIEWER, VILLAGE, WHY_BACK, World, day, month, staff};
use crate::conformance::{Broken, Outcome, claim, same, there};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Status;
use domain::ids::WriterId;
use domain::log::Dot;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::subject::merged_into;
use std::collections::BTreeSet;
use sync::county::place::hangs_on;
use sync::county::prepared::{Job, Merge};
use sync::wire::receipt::ItemState;

/// Merges one person into another in somebody's name; answers by what it is taken back, or why it may not be.
async fn merge_by(
    world: &mut World,
    name: &str,
    [person, into]: [RecordRef; 2],
    takes: &[&str],
) -> Result<Result<(Dot, Hash), Problem>, Broken> {
    let takes: BTreeSet<String> = takes.iter().map(|key| (*key).to_owned()).collect();
    let (by, area, salt) = (staff(name), COUNTY, WriterId(world.draw()));
    let area = if name == HEAD { VILLAGE } else { area };
    let (person, into, reason) = (person.id, into.id, "同一个人".to_owned());
    let word = Merge { person, into, takes, reason, by, area, salt };
    let done = world.run(Job::Merge(Box::new(word))).await?;
    if let Some(problem) = done.problem {
        return Ok(Err(problem));
    }
    let (record, dot) = *there(done.own.first(), "the patch that merges")?;
    let history = world.county.reports.history(record).await?;
    let patch = history.iter().map(|one| &one.entry.patch).find(|patch| patch.dot() == dot);
    Ok(Ok((dot, there(patch, "the same in the history")?.hash())))
}

/// The same by the reviewer, as far as it may be.
pub async fn merge(
    world: &mut World,
    pair: [RecordRef; 2],
    takes: &[&str],
) -> Result<Option<(Dot, Hash)>, Broken> {
    Ok(merge_by(world, REVIEWER, pair, takes).await?.ok())
}

/// Merges two people, if that may be, and takes it back: nothing is left of it.
pub async fn never_merged(world: &mut World, pair: [RecordRef; 2]) -> Outcome {
    let before = Kept::of(world).await?;
    let Some(merging) = merge(world, pair, &[keys::PHONE]).await? else { return Ok(()) };
    nothing_hangs(world).await?;
    same!(world.undo(&[merging]).await?, None, "taken back");
    Kept::of(world).await?.is(&before)
}

/// That nothing hangs on whoever was merged, and they stand in no figure and no feed.
pub async fn nothing_hangs(world: &World) -> Outcome {
    let people = world.county.ledger.records_after(RecordKind::Person, None, usize::MAX).await?;
    let merged = people.iter().filter(|(_, row)| merged_into(&row.head).is_some());
    let merged: BTreeSet<_> = merged.map(|(record, _)| record.id).collect();
    for (record, row) in people.iter().filter(|(record, _)| merged.contains(&record.id)) {
        same!(row.scopes, [], "in nobody's feed");
        same!(world.county.reports.standings_of(record.id).await?, [], "in no column of any figure");
    }
    for kind in [RecordKind::Part, RecordKind::Concern, RecordKind::ChildFile] {
        for (record, row) in world.county.ledger.records_after(kind, None, usize::MAX).await? {
            let on = hangs_on(kind, &row.head).filter(|one| merged.contains(one));
            claim!(on.is_none(), "{record:?} hangs on somebody who was merged");
        }
    }
    Ok(())
}

/// Two records of one elder; the second was visited, the first was not.
async fn two(world: &mut World) -> Result<[RecordRef; 2], Broken> {
    let (first, second) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, second);
    phone.concern(part, second);
    world.send(&mut phone).await?;
    Ok([second, first])
}

async fn met(world: &World, person: RecordRef) -> Result<Option<Status>, Broken> {
    world.status(person, "elder", month(11), day(11, 10)).await
}

/// How many are due in the village, everybody once.
async fn counted(world: &World) -> Result<i64, Broken> {
    let mut all = 0;
    for status in Status::all() {
        all += world.count("elder", month(11), (VILLAGE, status), day(11, 10)).await?;
    }
    Ok(all)
}

pub async fn one(world: &mut World) -> Outcome {
    let [second, first] = two(world).await?;
    let (before, people) = (Kept::of(world).await?, counted(world).await?);
    same!(met(world, second).await?, Some(Status::MetHome), "the visit counts for the record it was made of");
    let merging = there(merge(world, [second, first], &[]).await?, "merged")?;
    same!(met(world, first).await?, Some(Status::MetHome), "the one who stays was visited");
    same!(met(world, second).await?, None, "the other stands nowhere");
    same!(counted(world).await?, people - 1, "and the figures have one person less");
    nothing_hangs(world).await?;
    world.audit().await?;
    same!(world.undo(&[merging]).await?, None, "taken back");
    Kept::of(world).await?.is(&before)?;
    same!(counted(world).await?, people, "both are counted again");
    let again = merge(world, [first, second], &[]).await?;
    claim!(again.is_some(), "and may be merged the other way round");
    world.audit().await
}

pub async fn late(world: &mut World) -> Outcome {
    let (first, second) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let merging = there(merge(world, [second, first], &[]).await?, "merged")?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, second);
    let concern = phone.concern(part, second);
    world.send(&mut phone).await?;
    same!(met(world, first).await?, Some(Status::MetHome), "it counts for the one who stays");
    nothing_hangs(world).await?;
    let whose = world.head(concern).await?;
    same!(whose.text(keys::SUBJECT), Some(first.id.to_string().as_str()), "what was found is theirs too");
    world.audit().await?;
    same!(world.undo(&[merging]).await?, None, "taken back");
    same!(met(world, second).await?, Some(Status::MetHome), "then it counts for whom it was written");
    claim!(met(world, first).await? != Some(Status::MetHome), "and for nobody else");
    for record in [part, concern] {
        let whose = world.head(record).await?;
        same!(whose.text(keys::SUBJECT), Some(second.id.to_string().as_str()), "as its author said");
    }
    world.audit().await
}

pub async fn chain(world: &mut World) -> Outcome {
    let [second, first] = two(world).await?;
    let third = world.person(OTHER, "LSLR").await?;
    let one = there(merge(world, [second, first], &[]).await?, "merged")?;
    for pair in [[second, third], [third, second], [first, first]] {
        claim!(merge(world, pair, &[]).await?.is_none(), "nobody is merged twice, nor into themselves");
    }
    let between = Kept::of(world).await?;
    let other = there(merge(world, [first, third], &[]).await?, "and on into a third")?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 8));
    phone.met(visit, second);
    let seq = world.seq().await?;
    let refused = world.undo(&[one]).await?.map(|problem| problem.code);
    same!(refused, Some(ProblemCode::ArgumentWrong), "not the first before the second");
    same!(world.seq().await?, seq, "nothing is written");
    same!(world.undo(&[other]).await?, None, "the last first");
    Kept::of(world).await?.is(&between)?;
    let other = there(merge(world, [first, third], &[]).await?, "once more")?;
    world.send(&mut phone).await?;
    nothing_hangs(world).await?;
    same!(met(world, third).await?, Some(Status::MetHome), "what comes late goes on to the last");
    same!(world.undo(&[other]).await?, None, "the last first");
    nothing_hangs(world).await?;
    same!(met(world, first).await?, Some(Status::MetHome), "back by one step");
    same!(world.undo(&[one]).await?, None, "then the first");
    same!(met(world, second).await?, Some(Status::MetHome), "back to whom it was written");
    world.audit().await
}

pub async fn takes(world: &mut World) -> Outcome {
    let (first, second) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    world.set(second, [(keys::PHONE, "2".into()), (keys::DIRECTIONS, "桥头".into())]).await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.part(visit, second, "none", Some("migrant"));
    world.send(&mut phone).await?;
    world.set(second, [(&format!("{}{}", keys::CHANGE, part.id), "rejected".into())]).await?;
    let (before, status) = (Kept::of(world).await?, met(world, second).await?);
    same!(status, Some(Status::Tried), "the township has said what it thinks of it");
    let merging = there(merge(world, [second, first], &[keys::PHONE]).await?, "merged")?;
    let head = world.head(first).await?;
    same!(head.text(keys::PHONE), Some("2"), "what was chosen is taken over");
    same!(head.text(keys::DIRECTIONS), None, "and nothing else");
    same!(met(world, first).await?, status, "nobody is asked again about what was answered");
    same!(world.undo(&[merging]).await?, None, "taken back");
    Kept::of(world).await?.is(&before)
}

pub async fn who(world: &mut World) -> Outcome {
    let [second, first] = two(world).await?;
    let seq = world.seq().await?;
    let refused = merge_by(world, OFFICER, [second, first], &[]).await?.map_err(|problem| problem.code);
    same!(refused, Err(ProblemCode::RightMissing), "no village worker");
    same!(world.seq().await?, seq, "nothing is written");
    let merging = merge_by(world, HEAD, [second, first], &[]).await?;
    let merging = there(merging.ok(), "the township's head, of their own people")?;
    let refused = world.undo_by(OFFICER, &[merging], WHY_BACK).await?.map(|problem| problem.code);
    same!(refused, Some(ProblemCode::RightMissing), "nor is it taken back by one");
    let refused = world.undo_by(HEAD, &[merging], " ").await?.map(|problem| problem.code);
    same!(refused, Some(ProblemCode::ArgumentWrong), "nor without a reason");
    same!(world.undo_by(HEAD, &[merging], WHY_BACK).await?, None, "with one it is");
    Ok(())
}

pub async fn decided(world: &mut World) -> Outcome {
    let (first, second) = (world.person(OTHER, "LSLR").await?, world.person(OTHER, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, second);
    world.send(&mut phone).await?;
    let aside = world.queued().await?;
    there(merge(world, [second, first], &[]).await?, "merged while the visit waits for a word")?;
    let before = Kept::of(world).await?;
    world.decide(aside, true).await?;
    let whose = world.head(part).await?;
    same!(whose.text(keys::SUBJECT), Some(first.id.to_string().as_str()), "taken in, it goes on");
    same!(world.undo(&[aside]).await?, None, "taken back");
    Kept::of(world).await?.is(&before)?;
    world.decide(aside, true).await?;
    same!(met(world, first).await?, Some(Status::MetHome), "and once more");
    nothing_hangs(world).await?;
    world.audit().await
}

pub async fn erased(world: &mut World) -> Outcome {
    let [second, first] = two(world).await?;
    let third = world.person(VILLAGE, "LSLR").await?;
    let merging = there(merge(world, [second, first], &[]).await?, "merged")?;
    let before = world.past().await?;
    let kept = world.erase(first).await?;
    claim!(kept.reaches(&[first, second]), "whoever was merged into the person is the same person");
    same!(world.past().await?, before, "figures of the days behind");
    same!(world.head(second).await?.text(keys::NAME), None, "the other record's name");
    nothing_hangs(world).await?;
    claim!(world.undo(&[merging]).await?.is_some(), "nobody can say any more who was who");
    for pair in [[first, third], [third, first]] {
        claim!(merge(world, pair, &[]).await?.is_none(), "nor merge them with anybody");
    }
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 8));
    let late = phone.met(visit, second);
    world.send(&mut phone).await?;
    same!(world.states(late).await?, [ItemState::Erased], "what comes late for either is erased on arrival");
    world.audit().await
}
