//! Records on which the program itself fails.

use crate::testing::{Phone, World};
use domain::log::Dot;
use domain::problem::ProblemCode;
use std::ops::RangeInclusive;
use store::county::Reports;
use sync::wire::exchange::ExchangeReply;
use sync::wire::item::LogPiece;
use sync::wire::receipt::ItemState;

async fn send(world: &World, phone: &mut Phone) -> ExchangeReply {
    phone.exchange(&world.phones).await.unwrap()
}

fn reached(reply: &ExchangeReply) -> u64 {
    reply.statement.marks.iter().map(|(_, mark)| mark.serial).max().unwrap()
}

#[tokio::test]
async fn a_record_on_which_the_program_fails_holds_up_nothing_behind_it() {
    let world = World::new().await;
    let elder = world.elder().await;
    // Wherever it stands: a part in the middle, the first record of all, the last.
    for (seed, poisoned) in [(1, 6), (2, 1), (3, 10)] {
        let mut phone = world.phone(seed).await;
        let writer = phone.certificate().writer;
        for _ in 0..5 {
            phone.visit(elder);
        }
        world.store.poison(Dot { writer, serial: poisoned });
        let reply = send(&world, &mut phone).await;
        assert_eq!(reached(&reply), 10, "all of it is taken in, in one request");
        let kept = reply.statement.outcomes.iter().find(|one| one.serial == poisoned).unwrap();
        assert_eq!(kept.state, ItemState::SetAside);
        assert_eq!(kept.problem.as_ref().unwrap().code, ProblemCode::ItemNotHandled);
        assert!(reply.rest.page.is_some(), "the phone is answered as ever");
        assert_eq!(reply.statement.visits.len(), 5, "with a receipt for each visit");
        let others = reply.statement.outcomes.iter().filter(|one| one.serial != poisoned);
        let waits = others.map(|one| (one.serial, one.state)).collect::<Vec<_>>();
        let part_of_it = (poisoned == 1).then_some((2, ItemState::Awaiting));
        assert_eq!(waits, part_of_it.into_iter().collect::<Vec<_>>(), "only what speaks of it waits for it");
        let queue = world.store.queue(100).await.unwrap();
        let entry = &phone.log[usize::try_from(poisoned - 1).unwrap()];
        let item = queue.iter().find(|item| item.hash == entry.patch.hash()).unwrap();
        assert_eq!(item.entry.as_ref(), Some(entry), "a reviewer sees all of it");
        world.sound().await;
        let again = send(&world, &mut phone).await;
        assert_eq!(reached(&again), 10, "sent again, it is known");
    }
}

/// Sends some of the log.
async fn send_part(world: &World, phone: &mut Phone, serials: RangeInclusive<u64>) -> ExchangeReply {
    let mut request = phone.ask();
    let part: Vec<_> = phone.log.iter().filter(|one| serials.contains(&one.patch.serial)).cloned().collect();
    request.logs = LogPiece::encode(&part).into_iter().collect();
    let frame = phone.seal(&serde_json::to_vec(&request).unwrap());
    phone.open(&crate::testing::send(&world.phones, "/exchange", frame).await.unwrap())
}

#[tokio::test]
async fn a_record_beyond_a_gap_on_which_the_program_fails_does_not_hold_up_what_closes_it() {
    let world = World::new().await;
    let elder = world.elder().await;
    let mut phone = world.phone(1).await;
    let writer = phone.certificate().writer;
    for _ in 0..2 {
        phone.visit(elder);
    }
    let early = send_part(&world, &mut phone, 3..=4).await;
    assert_eq!(reached(&early), 0, "what stands before it is missing");
    world.store.poison(Dot { writer, serial: 3 });
    let reply = send_part(&world, &mut phone, 1..=2).await;
    assert_eq!(reached(&reply), 4, "the gap is closed");
    let state =
        |serial| reply.statement.outcomes.iter().find(|one| one.serial == serial).map(|one| one.state);
    assert_eq!([1, 2, 3].map(state), [None, None, Some(ItemState::SetAside)], "only what joins is set aside");
    world.sound().await;
}

#[tokio::test]
async fn a_failure_that_does_not_come_again_costs_nothing() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.visit(world.elder().await);
    world.store.fail_next(store::StoreError::Panicked);
    let reply = send(&world, &mut phone).await;
    assert_eq!((reached(&reply), reply.statement.visits.len()), (2, 1));
    assert!(reply.rest.page.is_some() && reply.statement.outcomes.is_empty(), "as if nothing had been");
    world.sound().await;
}
