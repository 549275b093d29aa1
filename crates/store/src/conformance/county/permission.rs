//! Claims about who may write what, where and when.

use super::world::{
    DIRECTOR, HEAD, NEIGHBOUR, OFFICER, OTHER, REVIEWER, VILLAGE, World, code, day, month, sets, staff,
};
use crate::conformance::{Outcome, same};
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Status;
use domain::problem::ProblemCode;
use domain::staff::Role;
use domain::time::Happened;
use domain::value::Value;
use sync::wire::receipt::ItemState;

pub async fn outside(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(OTHER, day(11, 9));
    let done = world.send(&mut phone).await?;
    same!(world.states(visit).await?, [ItemState::SetAside], "another's village");
    let problems: Vec<_> =
        done.statement.iter().flat_map(|one| &one.outcomes).filter_map(|one| one.problem.clone()).collect();
    same!(problems.first().map(|one| one.code), Some(ProblemCode::OutsideArea), "and told so");
    same!(world.head(visit).await?.fields.len(), 0, "nothing of it is applied");
    Ok(())
}

/// The officer's village passes to the neighbour on 8 November.
async fn hand_over(world: &mut World) -> Outcome {
    let ended = world.assignment(OFFICER, Role::AssistanceOfficer, VILLAGE, day(1, 1), Some(day(11, 8)));
    let begun = world.assignment(NEIGHBOUR, Role::AssistanceOfficer, VILLAGE, day(11, 8), None);
    world.append(vec![ended, begun]).await.map(drop)
}

pub async fn late_upload(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let before = phone.visit(VILLAGE, day(11, 7));
    let part = phone.met(before, person);
    let after = phone.visit(VILLAGE, day(11, 8));
    hand_over(world).await?;
    world.send(&mut phone).await?;
    same!(world.states(before).await?, [ItemState::Applied], "it was the officer's village then");
    same!(world.states(part).await?, [ItemState::Applied], "and its part");
    same!(world.states(after).await?, [ItemState::SetAside], "it is not any more");
    Ok(())
}

pub async fn uncounted(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let long_ago = Happened::whole("1999-11-07".parse().unwrap_or(day(1, 1)));
    let visit = phone.visit_when(VILLAGE, long_ago, "home");
    let done = world.send(&mut phone).await?;
    same!(world.states(visit).await?, [ItemState::SetAside], "a reviewer looks");
    let problem = done.statement.and_then(|one| one.outcomes.into_iter().next()?.problem);
    same!(problem.map(|one| one.code), Some(ProblemCode::TimeNotCounted), "the time is the reason");
    Ok(())
}

pub async fn doubt(world: &mut World) -> Outcome {
    hand_over(world).await?;
    let mut phone = world.phone(OFFICER).await?;
    let straddling = Happened::new(day(11, 7).starts_at(), day(11, 9).starts_at());
    let visit = phone.visit_when(VILLAGE, straddling, "home");
    world.send(&mut phone).await?;
    same!(world.states(visit).await?, [ItemState::SetAside], "it may have been on the last day, or after it");
    Ok(())
}

pub async fn by_field(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let head = world.head(person).await?;
    let mut phone = world.phone(OFFICER).await?;
    phone.set(person, [(keys::PHONE, "2".into())], &head);
    phone.set(person, [(keys::DIED, "2026-11-08".into())], &head);
    let done = world.send(&mut phone).await?;
    same!(
        world.states(person).await?,
        [ItemState::Applied, ItemState::Applied, ItemState::SetAside],
        "field by field"
    );
    let problem = done.statement.and_then(|one| one.outcomes.into_iter().next()?.problem);
    same!(problem.map(|one| one.code), Some(ProblemCode::NotPermitted), "for the township to say");
    let mut township = world.phone(HEAD).await?;
    let head = world.head(person).await?;
    township.set(person, [(keys::DIED, "2026-11-07".into())], &head);
    world.send(&mut township).await?;
    same!(world.head(person).await?.text(keys::DIED), Some("2026-11-07"), "which may");
    let visit = phone.visit(VILLAGE, day(11, 6));
    world.send(&mut phone).await?;
    let head = world.head(visit).await?;
    township.set(visit, [(keys::VOID, "twice".into())], &head);
    world.send(&mut township).await?;
    same!(
        world.states(visit).await?,
        [ItemState::Applied, ItemState::SetAside],
        "void is for the county to say"
    );
    let mut reviewer = world.phone(REVIEWER).await?;
    reviewer.set(visit, [(keys::VOID, "twice".into())], &head);
    world.send(&mut reviewer).await?;
    same!(world.head(visit).await?.value(keys::VOID), Some(&Value::from("twice")), "which may");
    Ok(())
}

pub async fn author(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    phone.author = staff(NEIGHBOUR);
    let visit = phone.visit(OTHER, day(11, 9));
    world.send(&mut phone).await?;
    same!(
        world.states(visit).await?,
        [ItemState::SetAside],
        "the neighbour may; but the phone is the officer's"
    );
    Ok(())
}

pub async fn subject_elsewhere(world: &mut World) -> Outcome {
    let (theirs, own) = (world.person(OTHER, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let (wrong, right) = (phone.met(visit, theirs), phone.met(visit, own));
    world.send(&mut phone).await?;
    same!(world.states(visit).await?, [ItemState::Applied], "a visit in the officer's village");
    same!(world.states(wrong).await?, [ItemState::SetAside], "met nobody of another");
    same!(world.states(right).await?, [ItemState::Applied], "but its own");
    let status = world.status(theirs, "elder", month(11), day(11, 10)).await?;
    same!(status, Some(Status::NotYet), "and nothing of it counts");
    let head = world.head(right).await?;
    phone.set(right, [(keys::SUBJECT, theirs.id.to_string().into())], &head);
    world.send(&mut phone).await?;
    same!(world.states(right).await?, [ItemState::Applied, ItemState::SetAside], "nor is it given away");
    Ok(())
}

pub async fn part_taken(world: &mut World) -> Outcome {
    let person = world.person(OTHER, "LSLR").await?;
    let mut other = world.phone(NEIGHBOUR).await?;
    let visit = other.visit(OTHER, day(11, 9));
    let part = other.met(visit, person);
    world.send(&mut other).await?;
    let own = world.person(VILLAGE, "LSLR").await?;
    let head = world.head(part).await?;
    let mut phone = world.phone(OFFICER).await?;
    let mine = phone.visit(VILLAGE, day(11, 9));
    let (to, whose) = (mine.id.to_string(), own.id.to_string());
    phone.set(part, [(keys::VISIT, to.into()), (keys::SUBJECT, whose.into())], &head);
    world.send(&mut phone).await?;
    same!(
        world.states(part).await?,
        [ItemState::Applied, ItemState::SetAside],
        "another's part stays theirs"
    );
    Ok(())
}

pub async fn subject_moved(world: &mut World) -> Outcome {
    let (moved, corrected, long_ago) = (
        world.person(VILLAGE, "LSLR").await?,
        world.person(VILLAGE, "LSLR").await?,
        world.person(VILLAGE, "LSLR").await?,
    );
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let parts = [phone.met(visit, moved), phone.met(visit, corrected)];
    let until = format!("{}{}", keys::MOVED, day(11, 10));
    world.set(moved, [(keys::VILLAGE, code(OTHER)), (&until, code(VILLAGE))]).await?;
    world.set(corrected, [(keys::VILLAGE, code(OTHER))]).await?;
    world.send(&mut phone).await?;
    for part in parts {
        same!(world.states(part).await?, [ItemState::Applied], "the phone could not know better");
    }
    let until = format!("{}{}", keys::MOVED, day(9, 1));
    world.set(long_ago, [(keys::VILLAGE, code(OTHER)), (&until, code(VILLAGE))]).await?;
    world.now_ms += 60 * 86_400_000;
    let late = phone.visit(VILLAGE, day(1, 5).plus(365));
    let part = phone.met(late, long_ago);
    world.send(&mut phone).await?;
    same!(world.states(part).await?, [ItemState::SetAside], "who left two months ago is another's");
    Ok(())
}

pub async fn registered(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let straight = World::person_fields("straight", VILLAGE, "LSLR");
    let mut counted = straight.clone();
    counted.insert(keys::REGISTRATION.to_owned(), "pending".into());
    let named =
        sets([(keys::NAME, "named".into()), (keys::VILLAGE, code(VILLAGE)), (keys::PHONE, "1".into())]);
    let mut dead = named.clone();
    dead.insert(keys::REGISTRATION.to_owned(), "pending".into());
    let pending = dead.clone();
    dead.insert(keys::DIED.to_owned(), "2026-11-01".into());
    // Into the figures at once; in a category; not pending; dead.
    for fields in [straight.clone(), counted, named, dead] {
        let person = phone.make(RecordKind::Person, fields);
        world.send(&mut phone).await?;
        same!(world.states(person).await?, [ItemState::SetAside], "more than a worker may say");
    }
    let person = phone.make(RecordKind::Person, pending);
    world.send(&mut phone).await?;
    same!(world.states(person).await?, [ItemState::Applied], "who waits for the township");
    let mut township = world.phone(HEAD).await?;
    let person = township.make(RecordKind::Person, straight);
    world.send(&mut township).await?;
    same!(world.states(person).await?, [ItemState::Applied], "which may register whom it will");
    Ok(())
}

pub async fn child_file(world: &mut World) -> Outcome {
    let child = world.person(VILLAGE, "LSET").await?;
    let (mut officer, mut director) = (world.phone(OFFICER).await?, world.phone(DIRECTOR).await?);
    for (phone, state) in [(&mut officer, ItemState::SetAside), (&mut director, ItemState::Applied)] {
        let fields = sets([(keys::SUBJECT, child.id.to_string().into()), ("risk", "high".into())]);
        let file = phone.make(RecordKind::ChildFile, fields);
        world.send(phone).await?;
        same!(world.states(file).await?, [state], "a child's file, by those who may read it");
    }
    Ok(())
}

pub async fn contested_time(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 7));
    world.send(&mut phone).await?;
    let head = world.head(visit).await?;
    for (name, at) in [(OFFICER, day(11, 6)), (HEAD, day(11, 9))] {
        let mut one = world.phone(name).await?;
        let happened = Happened::morning(at).to_string();
        one.set(visit, [(keys::HAPPENED, happened.into())], &head);
        world.send(&mut one).await?;
    }
    hand_over(world).await?;
    let part = phone.met(visit, person);
    world.send(&mut phone).await?;
    same!(world.states(part).await?, [ItemState::SetAside], "one of two times is the neighbour's");
    let head = world.head(visit).await?;
    phone.set(visit, [(keys::WAY, "phone".into())], &head);
    world.send(&mut phone).await?;
    let last = world.states(visit).await?.pop();
    same!(last, Some(ItemState::SetAside), "and so it is for the visit itself");
    Ok(())
}

pub async fn wrong_clock(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    hand_over(world).await?;
    let mut phone = world.phone(NEIGHBOUR).await?;
    for (wall, heard, state) in [
        (day(11, 9), day(11, 1), ItemState::Applied),
        (day(11, 20), day(11, 1), ItemState::SetAside),
        (day(11, 20), day(11, 8), ItemState::Applied),
    ] {
        phone.stamp.wall_ms = wall.starts_at();
        phone.stamp.county_ms = heard.starts_at();
        let fields = sets([(keys::SUBJECT, person.id.to_string().into()), (keys::KIND, "house".into())]);
        let concern = phone.make(RecordKind::Concern, fields);
        world.send(&mut phone).await?;
        same!(world.states(concern).await?, [state], "where the clock can be, and no more");
    }
    Ok(())
}
