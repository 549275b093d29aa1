//! Records on which the program itself fails.

use crate::testing::{Phone, World};
use domain::log::Dot;
use domain::problem::ProblemCode;
use store::county::{Ledger, Reports};
use sync::wire::exchange::ExchangeReply;
use sync::wire::item::LogPiece;
use sync::wire::receipt::ItemState;

/// Sends the log from a serial on.
async fn send_from(world: &World, phone: &mut Phone, serial: u64) -> ExchangeReply {
    let mut request = phone.ask();
    let behind: Vec<_> = phone.log.iter().filter(|entry| entry.patch.serial >= serial).cloned().collect();
    request.logs = LogPiece::encode(&behind).into_iter().collect();
    let frame = phone.seal(&serde_json::to_vec(&request).unwrap());
    phone.open(&crate::testing::send(&world.phones, "/exchange", frame).await.unwrap())
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
        let visits: Vec<_> = (0..5).map(|_| phone.visit(elder)).collect();
        world.store.poison(Dot { writer, serial: poisoned });
        let reply = send_from(&world, &mut phone, 1).await;
        assert_eq!(reached(&reply), poisoned, "what stands before it is taken in, and it is kept");
        let kept = reply.statement.outcomes.iter().find(|one| one.serial == poisoned).unwrap();
        assert_eq!(kept.state, ItemState::SetAside);
        assert_eq!(kept.problem.as_ref().unwrap().code, ProblemCode::ItemUndecodable);
        assert!(reply.rest.page.is_some(), "the phone is answered as ever");
        let given = reply.statement.visits.len();
        let reply = send_from(&world, &mut phone, poisoned + 1).await;
        assert_eq!(reached(&reply), 10, "what stands behind it is chained to it");
        let readable = visits.iter().zip(1..).filter(|(_, nth)| nth * 2 - 1 != poisoned).count();
        assert_eq!(given + reply.statement.visits.len(), readable, "a receipt for each visit that was read");
        let queue = world.store.queue(100).await.unwrap();
        let mine = queue.iter().filter(|item| item.entry.is_none() && item.dot.writer == writer);
        assert_eq!(mine.count(), 1, "a reviewer sees it");
        world.sound().await;
    }
}

#[tokio::test]
async fn what_is_kept_of_such_a_record_is_all_of_it() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.visit(world.elder().await);
    let (writer, entry) = (phone.certificate().writer, phone.log[1].clone());
    world.store.poison(Dot { writer, serial: 2 });
    send_from(&world, &mut phone, 1).await;
    let rows = world.store.ledger_after(0, usize::MAX).await.unwrap();
    let row = rows.iter().find(|row| row.hash == entry.patch.hash()).unwrap();
    assert_eq!(row.entry, None);
    let back = serde_json::from_str::<LogPiece>(row.raw.as_ref().unwrap()).unwrap().decode();
    assert!(back.agrees);
    assert_eq!(back.entries, [(entry.clone(), entry.patch.hash())], "author, form and answers");
}

#[tokio::test]
async fn a_failure_that_does_not_come_again_costs_nothing() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.visit(world.elder().await);
    world.store.fail_next(store::StoreError::Panicked);
    let reply = send_from(&world, &mut phone, 1).await;
    assert_eq!((reached(&reply), reply.statement.visits.len()), (2, 1));
    assert!(reply.rest.page.is_some() && reply.statement.outcomes.is_empty(), "as if nothing had been");
    world.sound().await;
}
