//! Claims about what is read of a county.

use super::world::{NEIGHBOUR, OFFICER, OTHER, VILLAGE, World, day, month, staff};
use crate::conformance::{Outcome, claim, same, there};
use crate::county::{FiguresQuery, StandingQuery};
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Status;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::problem::ProblemCode;
use domain::value::Value;
use std::collections::BTreeMap;
use sync::county::needs::{DeviceState, WaitsFor};
use sync::county::prepared::Decision;
use sync::wire::receipt::ItemState;

pub async fn heard(world: &mut World) -> Outcome {
    let (mut one, mut other) = (world.phone(OFFICER).await?, world.phone(NEIGHBOUR).await?);
    for at in [10, 12, 15] {
        world.now_ms = day(11, at).starts_at() + 3_600_000;
        world.send(if at == 12 { &mut other } else { &mut one }).await?;
    }
    let (officer, neighbour) = (staff(OFFICER), staff(NEIGHBOUR));
    for (as_of, expected) in [
        (9, vec![]),
        (10, vec![(officer, day(11, 10))]),
        (14, vec![(officer, day(11, 10)), (neighbour, day(11, 12))]),
        (30, vec![(officer, day(11, 15)), (neighbour, day(11, 12))]),
    ] {
        let expected: BTreeMap<_, _> = expected.into_iter().collect();
        same!(
            world.county.reports.heard(day(11, as_of)).await?,
            expected,
            "the last day of each, as of a day"
        );
    }
    world.county.directory.set_state(one.device, DeviceState::Revoked, day(11, 20)).await?;
    world.now_ms = day(11, 22).starts_at();
    world.send(&mut one).await?;
    let last = world.county.reports.heard(day(11, 30)).await?;
    same!(last.get(&officer), Some(&day(11, 15)), "a revoked phone says nothing for its holder");
    Ok(())
}

pub async fn queue(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(OTHER, day(11, 8));
    world.send(&mut phone).await?;
    world.now_ms += 1_000;
    let other = phone.visit(OTHER, day(11, 9));
    world.send(&mut phone).await?;
    let queue = world.county.reports.queue(10).await?;
    let found: Vec<_> = queue.iter().filter_map(|item| Some(item.entry.as_ref()?.patch.record)).collect();
    same!(found, [visit, other], "oldest first");
    let first = there(queue.first(), "an item")?;
    same!(first.state, ItemState::SetAside, "its state");
    same!(first.waits_for, Some(WaitsFor::Reviewer), "what it waits for");
    same!(first.problem.as_ref().map(|one| one.code), Some(ProblemCode::OutsideArea), "why");
    same!((first.arrived_ms, first.device), (world.now_ms - 1_000, Some(phone.device)), "when, and by whom");
    same!(world.county.reports.queue(1).await?.len(), 1, "at most so many");
    let later = RecordRef { kind: RecordKind::Person, id: RecordId::named("person", "later") };
    let known = phone.visit(VILLAGE, day(11, 9));
    phone.met(known, later);
    let last = phone.visit(OTHER, day(11, 10));
    world.send(&mut phone).await?;
    let (mut after, mut found) = (0, Vec::new());
    while let Some((place, item)) = world.county.reports.for_reviewer(after, 1).await?.pop() {
        after = place;
        found.extend(item.entry.map(|entry| entry.patch.record));
    }
    same!(found, [visit, other, last], "page by page, without what waits for something else");
    same!(world.county.reports.for_reviewer(0, 2).await?.len(), 2, "at most so many");
    let queued = world.queued().await?;
    world.decide(queued, false).await?;
    let queue = world.county.reports.queue(10).await?;
    let found: Vec<_> = queue.iter().filter_map(|item| Some(item.entry.as_ref()?.patch.record)).collect();
    same!(found.contains(&visit), false, "what was decided is gone");
    same!(found.first(), Some(&other), "the others wait");
    Ok(())
}

pub async fn decisions(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    for at in 7..10 {
        phone.visit(OTHER, day(11, at));
    }
    world.send(&mut phone).await?;
    let queue = world.county.reports.queue(9).await?;
    let named: Vec<_> = queue.iter().map(|item| (item.dot, item.hash)).collect();
    same!(world.decide_all(&named, false).await?.problem, None, "dismissed");
    let first = *there(named.first(), "three of them")?;
    same!(world.undo(&[first]).await?, None, "one is taken back");
    let (mut before, mut found) = (None, Vec::new());
    loop {
        let page = world.county.reports.decisions(before, 3).await?;
        claim!(page.len() <= 3, "at most so many");
        let Some((place, _)) = page.last() else { break };
        before = Some(*place);
        found.extend(page.into_iter().map(|(_, one)| one.entry.patch.record));
    }
    let mut expected: Vec<_> = named.iter().map(|one| Decision::record(one.1)).collect();
    expected.push(Decision::record(first.1));
    expected.reverse();
    same!(found, expected, "each word once, the latest first");
    Ok(())
}

pub async fn history(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 8));
    let done = world.send(&mut phone).await?;
    let head = world.head(visit).await?;
    phone.set(visit, [(keys::WAY, "phone".into())], &head);
    phone.set(visit, [(keys::VOID, "twice".into())], &head);
    world.now_ms += 1_000;
    world.send(&mut phone).await?;
    let history = world.county.reports.history(visit).await?;
    let found: Vec<_> =
        history.iter().map(|one| (one.entry.patch.serial, one.state, one.arrived_ms)).collect();
    let (then, now) = (world.now_ms - 1_000, world.now_ms);
    let expected =
        [(1, ItemState::Applied, then), (2, ItemState::Applied, now), (3, ItemState::SetAside, now)];
    same!(found, expected, "every patch in the order of arrival");
    let receipts: Vec<_> = history.iter().map(|one| one.receipt).collect();
    let given = done.statement.and_then(|one| one.visits.first().map(|receipt| (receipt.2, receipt.3)));
    same!(receipts, [given, None, None], "one receipt for a visit");
    let codes: Vec<_> = history.iter().map(|one| one.problem.as_ref().map(|problem| problem.code)).collect();
    same!(codes, [None, None, Some(ProblemCode::NotPermitted)], "and why, where something is wrong");
    claim!(history.iter().all(|one| one.entry.body.is_some()), "with what they set");
    Ok(())
}

pub async fn reported(world: &mut World) -> Outcome {
    let (one, other) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "TK").await?);
    let mut phone = world.phone(OFFICER).await?;
    let mut part = |person: RecordRef, fields: &[(&str, &str)]| {
        let visit = phone.visit(VILLAGE, day(11, 9));
        let link = |record: RecordRef| Value::from(record.id.to_string());
        let mut all: BTreeMap<_, _> =
            [(keys::VISIT.to_owned(), link(visit)), (keys::SUBJECT.to_owned(), link(person))].into();
        all.extend(fields.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))));
        phone.make(RecordKind::Part, all)
    };
    part(one, &[(keys::MET, "self")]);
    part(one, &[(keys::MET, "none"), (keys::REASON, "not_at_home")]);
    let died = part(one, &[(keys::MET, "none"), (keys::REASON, "died")]);
    let away =
        part(other, &[(keys::MET, "none"), (keys::REASON, "migrant"), (keys::REASON_FROM, "2026-11-02")]);
    world.send(&mut phone).await?;
    let found = world.county.reports.reported().await?;
    let mut expected = vec![(died.id, one.id), (away.id, other.id)];
    expected.sort_unstable();
    same!(found.iter().map(|row| (row.part, row.subject)).collect::<Vec<_>>(), expected, "ascending");
    let since = found.iter().find(|row| row.part == away.id).and_then(|row| row.fact.as_ref()?.reason_from);
    same!(since, Some(day(11, 2)), "with their facts");
    world.set(away, [(keys::VOID, "填错了".into())]).await?;
    let left: Vec<_> = world.county.reports.reported().await?.iter().map(|row| row.part).collect();
    same!(left, [died.id], "what is void reports nothing");
    Ok(())
}

pub async fn by_receipt(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    let visits = [7, 8].map(|at| phone.visit(VILLAGE, day(11, at)));
    let done = world.send(&mut phone).await?;
    let receipts = done.statement.map(|one| one.visits).unwrap_or_default();
    same!(receipts.len(), 2, "one for each visit");
    for (visit, receipt) in visits.into_iter().zip(&receipts) {
        let found = world.county.reports.by_receipt(domain::time::Day(receipt.2), receipt.3).await?;
        same!(found, Some(visit), "it leads to its visit");
    }
    same!(world.county.reports.by_receipt(day(11, 10), 3).await?, None, "no third");
    same!(world.county.reports.by_receipt(day(11, 9), 1).await?, None, "nor on another day");
    Ok(())
}

pub async fn agree(world: &mut World) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    for at in 1..6 {
        let person = world.person(if at < 4 { VILLAGE } else { OTHER }, "LSLR").await?;
        let visit = phone.visit(VILLAGE, day(11, at));
        if at % 2 == 0 {
            phone.met(visit, person);
        } else {
            phone.part(visit, person, "none", Some("not_at_home"));
        }
    }
    world.send(&mut phone).await?;
    let villages = vec![VILLAGE, OTHER];
    for as_of in (1..=10).map(|at| day(11, at)) {
        let (duty, period, category) = ("elder".to_owned(), month(11), "*".to_owned());
        let query = StandingQuery { duty: duty.clone(), period, villages: villages.clone(), as_of };
        let list = world.county.reports.standings(&query).await?;
        let mut counted: BTreeMap<(AreaCode, Status), i64> = BTreeMap::new();
        let places: Vec<_> = list.iter().filter_map(|one| one.step_on(as_of)).collect();
        for step in &places {
            *counted.entry((step.place.area, step.status)).or_default() += 1;
        }
        claim!(places.is_sorted_by_key(|step| step.place.area), "by village");
        same!(places.len(), 5, "everybody once");
        let query = FiguresQuery { duty, period, category, as_of };
        same!(world.county.reports.figures(&query).await?, counted, "the figures are the list");
    }
    let query = StandingQuery {
        duty: "elder".to_owned(),
        period: month(11),
        villages: vec![OTHER],
        as_of: day(11, 10),
    };
    same!(world.county.reports.standings(&query).await?.len(), 2, "only of the villages asked for");
    Ok(())
}
