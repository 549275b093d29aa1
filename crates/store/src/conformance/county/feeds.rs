//! Claims about what goes down to phones.

use super::world::{COUNTY, DIRECTOR, OFFICER, OTHER, TOWNSHIP, VILLAGE, World, code, day};
use crate::conformance::{Broken, Outcome, claim, same, there};
use crate::county::{FeedPage, FeedRequest};
use domain::catalogue::{RecordKind, keys};
use domain::ids::AreaCode;
use domain::patch::RecordRef;
use domain::permission::{Audience, Scope};
use domain::time::Happened;
use std::collections::{BTreeMap, BTreeSet};
use sync::wire::exchange::Position;

pub(super) fn general(area: AreaCode) -> Scope {
    Scope { area, audience: Audience::General }
}

/// Everything beyond positions, in one page.
async fn since(world: &World, feeds: Vec<Position>) -> Result<FeedPage, Broken> {
    let page = world.county.ledger.changes_since(FeedRequest { feeds, bytes_max: 1 << 24 }).await?;
    claim!(!page.more, "everything fits");
    Ok(page)
}

/// Records that a feed has, and records that have left it, beyond a position.
async fn feed(world: &World, scope: Scope, from: u64) -> Result<(Vec<RecordRef>, Vec<RecordRef>), Broken> {
    let page = since(world, vec![Position(scope, from)]).await?;
    let (here, left): (Vec<_>, Vec<_>) = page.rows.into_iter().partition(|row| row.head.is_some());
    let refs = |rows: Vec<crate::county::FeedRow>| rows.into_iter().map(|row| row.record).collect();
    Ok((refs(here), refs(left)))
}

pub async fn first_sync(world: &mut World) -> Outcome {
    let mut expected = BTreeSet::new();
    for village in [VILLAGE, OTHER, VILLAGE, VILLAGE, OTHER] {
        expected.insert(world.person(village, "LSLR").await?);
    }
    let feeds = [COUNTY, TOWNSHIP, VILLAGE, OTHER].map(general);
    let mut positions: Vec<Position> = feeds.iter().map(|scope| Position(*scope, 0)).collect();
    let mut met: BTreeMap<RecordRef, u32> = BTreeMap::new();
    let mut pages = 0;
    loop {
        let request = FeedRequest { feeds: positions.clone(), bytes_max: 700 };
        let page = world.county.ledger.changes_since(request.clone()).await?;
        // A reply that was lost is asked for again from the same positions.
        same!(world.county.ledger.changes_since(request).await?, page, "the same page again");
        claim!(!page.rows.is_empty() || !page.more, "a page that promises more gives something");
        for row in &page.rows {
            *met.entry(row.record).or_default() += 1;
            claim!(row.head.is_some(), "nothing has left yet");
        }
        for (old, new) in positions.iter().zip(&page.positions) {
            claim!(old.0 == new.0 && old.1 <= new.1, "a position only goes forward: {old:?}, {new:?}");
        }
        pages += 1;
        claim!(pages < 100, "it comes to an end");
        positions.clone_from(&page.positions);
        if !page.more {
            same!(page.digests.len(), feeds.len(), "digests at the end");
            break;
        }
        claim!(page.digests.is_empty(), "no digests before the end");
    }
    claim!(pages > 3, "it takes several pages");
    claim!(met.values().all(|times| *times == 1), "each record once: {met:?}");
    let persons: BTreeSet<_> = met.into_keys().filter(|record| record.kind == RecordKind::Person).collect();
    same!(persons, expected, "every person");
    let seq = world.seq().await?;
    claim!(positions.iter().all(|position| position.1 == seq), "exhausted feeds are read up to now");
    Ok(())
}

pub async fn changes(world: &mut World) -> Outcome {
    let one = world.person(VILLAGE, "LSLR").await?;
    let other = world.person(VILLAGE, "LSLR").await?;
    let seq = world.seq().await?;
    same!(feed(world, general(VILLAGE), seq).await?, (vec![], vec![]), "nothing new");
    world.set(one, [(keys::PHONE, "2".into())]).await?;
    same!(feed(world, general(VILLAGE), seq).await?, (vec![one], vec![]), "what changed");
    let all = feed(world, general(VILLAGE), 0).await?.0;
    let place = |record| all.iter().position(|found| *found == record);
    claim!(place(other) < place(one) && place(other).is_some(), "at the end of its feed");
    same!(feed(world, general(OTHER), seq).await?, (vec![], vec![]), "nothing in other feeds");
    let page = since(world, vec![Position(general(OTHER), seq)]).await?;
    same!(page.positions, [Position(general(OTHER), world.seq().await?)], "which are read up to now");
    Ok(())
}

pub async fn moved(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let neighbour = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, person);
    phone.met(visit, neighbour);
    let mut fields = super::world::Sets::new();
    fields.insert(keys::SUBJECT.to_owned(), person.id.to_string().into());
    let concern = phone.make(RecordKind::Concern, fields);
    world.send(&mut phone).await?;
    let seq = world.seq().await?;
    world.set(person, [(keys::VILLAGE, code(OTHER)), ("moved/2026-11-10", code(VILLAGE))]).await?;
    let (here, left) = feed(world, general(VILLAGE), seq).await?;
    same!(here, [visit], "the visit stays in the old village, for the neighbour whom it met too");
    let mut moved = BTreeSet::from([person, part, concern]);
    same!(
        left.into_iter().collect::<BTreeSet<_>>(),
        moved,
        "the person left it, with all that hangs on them"
    );
    moved.insert(visit);
    let (here, left) = feed(world, general(OTHER), seq).await?;
    same!(here.into_iter().collect::<BTreeSet<_>>(), moved, "and entered the other, with the visit");
    claim!(left.is_empty(), "which nobody left");
    world.set(neighbour, [(keys::VILLAGE, code(OTHER))]).await?;
    claim!(
        feed(world, general(VILLAGE), seq).await?.1.contains(&visit),
        "when both have moved, the visit has"
    );
    for one in [person, neighbour] {
        world.set(one, [(keys::VILLAGE, code(VILLAGE))]).await?;
    }
    claim!(feed(world, general(VILLAGE), seq).await?.1.is_empty(), "back again, nobody is away");
    claim!(feed(world, general(OTHER), seq).await?.0.is_empty(), "and nobody is left there");
    Ok(())
}

pub async fn parts_come_and_go(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let other = world.person(OTHER, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    world.send(&mut phone).await?;
    claim!(feed(world, general(VILLAGE), 0).await?.0.contains(&visit), "without parts, where it was made");
    let part = phone.met(visit, person);
    world.send(&mut phone).await?;
    claim!(feed(world, general(VILLAGE), 0).await?.0.contains(&visit), "with a part, where the person is");
    world.set(part, [(keys::SUBJECT, other.id.to_string().into())]).await?;
    let scopes = |row: sync::county::needs::RecordRow| row.scopes;
    let found = world.county.ledger.record(visit).await?.map(scopes);
    same!(found, Some(vec![general(OTHER)]), "with the part it goes where the person is who was met");
    let seq = world.seq().await?;
    world.set(part, [(keys::MET, "family".into())]).await?;
    claim!(!feed(world, general(OTHER), seq).await?.0.contains(&visit), "an amended part leaves it in place");
    Ok(())
}

pub async fn contested_village(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let head = world.head(person).await?;
    let mut phone = world.phone(super::world::HEAD).await?;
    phone.set(person, [(keys::VILLAGE, code(OTHER))], &head);
    world.set(person, [(keys::VILLAGE, code(VILLAGE))]).await?;
    world.send(&mut phone).await?;
    for village in [VILLAGE, OTHER] {
        claim!(feed(world, general(village), 0).await?.0.contains(&person), "visible in {village}");
    }
    let head = world.head(person).await?;
    phone.set(person, [(keys::VILLAGE, code(OTHER))], &head);
    world.send(&mut phone).await?;
    claim!(feed(world, general(VILLAGE), 0).await?.1.contains(&person), "once settled it leaves the other");
    Ok(())
}

async fn child_part(world: &mut World) -> Result<RecordRef, Broken> {
    let child = world.person(VILLAGE, "LSET").await?;
    let mut phone = world.phone(DIRECTOR).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, child);
    world.send(&mut phone).await?;
    Ok(part)
}

pub async fn child(world: &mut World) -> Outcome {
    let part = child_part(world).await?;
    let row = there(world.county.ledger.record(part).await?, "the part")?;
    same!(row.scopes, [child_scope()], "the feed of those responsible for children");
    for area in [COUNTY, TOWNSHIP, VILLAGE, OTHER] {
        claim!(!feed(world, general(area), 0).await?.0.contains(&part), "not in that of everybody in {area}");
    }
    claim!(feed(world, child_scope(), 0).await?.0.contains(&part), "in its own");
    // Whose part it is becomes contested: it must not come to light by that.
    let seen = world.head(part).await?;
    let elder = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(DIRECTOR).await?;
    let mut other = world.phone(DIRECTOR).await?;
    phone.set(part, [(keys::SUBJECT, elder.id.to_string().into())], &seen);
    let own = there(seen.text(keys::SUBJECT).map(str::to_owned), "its person")?;
    other.set(part, [(keys::SUBJECT, own.into())], &seen);
    world.send(&mut phone).await?;
    world.send(&mut other).await?;
    let row = there(world.county.ledger.record(part).await?, "the part")?;
    claim!(row.scopes.iter().all(|scope| scope.audience != Audience::General), "{:?}", row.scopes);
    Ok(())
}

pub async fn child_by_amendment(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    world.set(person, [(keys::BORN, "2008-11-05".into())]).await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, person);
    world.send(&mut phone).await?;
    for (at, scope) in [(9, general(VILLAGE)), (1, child_scope()), (9, general(VILLAGE))] {
        let happened = Happened::morning(day(11, at)).to_string();
        world.set(visit, [(keys::HAPPENED, happened.into())]).await?;
        let row = there(world.county.ledger.record(part).await?, "the part")?;
        same!(row.scopes, [scope], "who came of age on the 5th, met before it or after");
        claim!(feed(world, scope, 0).await?.0.contains(&part), "and it is told there");
        world.audit().await?;
    }
    Ok(())
}

fn child_scope() -> Scope {
    Scope { area: VILLAGE, audience: Audience::Child }
}
