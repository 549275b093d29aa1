//! Transactions beside each other: several phones send while others read on, in this process and beside it.

use super::feeds::general;
use super::phone::Phone;
use super::world::{COUNTY, NEIGHBOUR, OFFICER, OTHER, VILLAGE, World, day};
use crate::conformance::{Broken, Outcome, Running, claim, give_way, same, together};
use crate::county::{FeedRequest, Ledger};
use domain::catalogue::RecordKind;
use domain::ids::{AreaCode, WriterId};
use domain::patch::RecordRef;
use domain::time::UnixMs;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use sync::county::Prepared;
use sync::county::prepared::Job;
use sync::wire::exchange::Position;

/// Each phone sends so often.
const ROUNDS: u64 = 20;
const PHONES: u64 = 6;

/// What the phones have been told, and how many of them are still at it.
#[derive(Default)]
struct Told {
    visits: BTreeSet<RecordRef>,
    sending: usize,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whatever a position has passed was in a page; and what was answered to a phone is there for whoever
/// reads after that.
pub async fn positions(world: &mut World) -> Outcome {
    let told = Mutex::new(Told::default());
    let mut phones = Vec::new();
    for number in 0..PHONES {
        let (name, village) = if number % 2 == 0 { (OFFICER, VILLAGE) } else { (NEIGHBOUR, OTHER) };
        phones.push((world.phone(name).await?, village));
        locked(&told).sending += 1;
    }
    let (here, beside, now_ms) = (world.county.ledger.clone(), world.beside().await.ledger, world.now_ms);
    let mut sides: Vec<Running<'_>> = Vec::new();
    for (phone, village) in phones {
        sides.push(Box::pin(sends(&*here, phone, village, now_ms, &told)));
    }
    for ledger in [&here, &beside] {
        sides.push(Box::pin(reads(&**ledger, &told)));
    }
    for outcome in together(sides).await {
        outcome?;
    }
    same!(locked(&told).visits.len() as u64, PHONES * ROUNDS * 2, "every visit was answered");
    Ok(())
}

/// One exchange after the other, each with two visits.
async fn sends(
    ledger: &dyn Ledger,
    mut phone: Phone,
    village: AreaCode,
    now_ms: UnixMs,
    told: &Mutex<Told>,
) -> Outcome {
    for round in 0..ROUNDS {
        let visits = [2, 9].map(|at| phone.visit(village, day(11, at)));
        let spare_writer = WriterId(phone.writer.0 << 16 | round);
        let job = Job::Exchange(Box::new(phone.outgoing()?));
        let done = ledger.run(Prepared { county: COUNTY, now_ms, spare_writer, job }).await?;
        claim!(done.problem.is_none(), "a plain exchange: {:?}", done.problem);
        phone.hear(&done);
        locked(told).visits.extend(visits);
        give_way().await;
    }
    locked(told).sending -= 1;
    Ok(())
}

/// Reads on from page to page as long as somebody sends, and once more.
async fn reads(ledger: &dyn Ledger, told: &Mutex<Told>) -> Outcome {
    let mut met = BTreeSet::new();
    let mut positions = [VILLAGE, OTHER].map(|area| Position(general(area), 0)).to_vec();
    let mut over = false;
    while !over {
        over = locked(told).sending == 0;
        let before = locked(told).visits.clone();
        while next(ledger, &mut positions, &mut met).await? {
            give_way().await;
        }
        claim!(before.is_subset(&met), "missed: {:?}", before.difference(&met).collect::<Vec<_>>());
        give_way().await;
    }
    same!(met, locked(told).visits, "nothing else came");
    Ok(())
}

/// Reads one page; answers whether there is more.
async fn next(
    ledger: &dyn Ledger,
    positions: &mut Vec<Position>,
    met: &mut BTreeSet<RecordRef>,
) -> Result<bool, Broken> {
    let page = ledger.changes_since(FeedRequest { feeds: positions.clone(), bytes_max: 900 }).await?;
    for (old, new) in positions.iter().zip(&page.positions) {
        claim!(old.0 == new.0 && old.1 <= new.1, "a position only goes forward: {old:?}, {new:?}");
    }
    let visits = page.rows.into_iter().map(|row| row.record).filter(|one| one.kind == RecordKind::Visit);
    met.extend(visits);
    *positions = page.positions;
    Ok(page.more)
}
