//! A record on which the program itself fails: it is found and set aside for a reviewer, so that it holds up nothing,
//! not even what stands behind it on its own phone.

use crate::county::{County, agreed, at_county};
use domain::problem::Problem;
use domain::time::UnixMs;
use store::StoreError;
use store::county::Done;
use sync::county::prepared::{Exchange, Job, Piece};

/// Takes in an exchange on which the program has failed: again, but without judging the records that it fails on.
/// O(log entries) jobs for each of these.
///
/// # Errors
/// `internal` when it fails on the exchange as such, or on what it need not even judge: then what was not taken in
/// is still on the phone. Else as any job.
pub(super) async fn take_in(
    county: &County,
    mut exchange: Exchange,
    now_ms: UnixMs,
) -> Result<Done, Problem> {
    // A number that was used before: only the last of these jobs is the exchange.
    let bare = Exchange { number: 0, pieces: Vec::new(), recovered: Vec::new(), ..exchange.clone() };
    attempt(county, bare.clone(), now_ms).await.map_err(at_county)?;
    for piece in &mut exchange.pieces {
        keep_culprits(county, &bare, piece, now_ms).await.map_err(at_county)?;
    }
    let done = attempt(county, exchange.clone(), now_ms).await;
    let done = match done {
        // What the phone offers of a former county is offered again to the next version.
        Err(StoreError::Panicked) if !exchange.recovered.is_empty() => {
            let left_out = Exchange { recovered: Vec::new(), ..exchange };
            attempt(county, left_out, now_ms).await
        }
        done => done,
    };
    agreed(done.map_err(at_county)?)
}

/// Takes in the entries of a piece, and names those on which the program fails: these are kept.
async fn keep_culprits(
    county: &County,
    bare: &Exchange,
    piece: &mut Piece,
    now_ms: UnixMs,
) -> Result<(), StoreError> {
    let (mut from, mut count) = (0, piece.entries.len());
    while let Some(part) = piece.part(from..piece.entries.len().min(from + count)) {
        let (serial, entries) = (part.from, part.entries.len());
        match attempt(county, Exchange { pieces: vec![part], ..bare.clone() }, now_ms).await {
            Ok(_) => {
                piece.joining_kept = false;
                (from, count) = (from + entries, count * 2);
            }
            Err(StoreError::Panicked) if entries > 1 => count = entries / 2,
            Err(StoreError::Panicked) => {
                suspect_next(piece, serial).ok_or(StoreError::Panicked)?;
                tracing::error!(writer = %piece.writer, serial, "the program fails with this record, or with what joins behind it");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What may be at fault next when an entry that comes alone fails: the entry, what joins behind it, both. `None` when
/// all of them have been left alone.
fn suspect_next(piece: &mut Piece, serial: u64) -> Option<()> {
    match (piece.kept.contains(&serial), piece.joining_kept) {
        (false, false) => drop(piece.kept.insert(serial)),
        (true, false) => (_, piece.joining_kept) = (piece.kept.remove(&serial), true),
        (false, true) => drop(piece.kept.insert(serial)),
        (true, true) => return None,
    }
    Some(())
}

async fn attempt(county: &County, exchange: Exchange, now_ms: UnixMs) -> Result<Done, StoreError> {
    county.attempt(Job::Exchange(Box::new(exchange)), now_ms).await
}
