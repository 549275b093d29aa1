//! A record on which the program itself fails: it is found and kept as it came, so that it holds up nothing, not
//! even what stands behind it on its own phone.

use crate::county::{County, at_county};
use domain::problem::Problem;
use domain::time::UnixMs;
use std::slice::from_ref;
use store::StoreError;
use store::county::Done;
use sync::county::prepared::{Exchange, Job, Piece};

/// What is written beside such a record, for whoever looks at it.
const REASON: &str = "the county's program fails on it";

/// Takes in an exchange on which the program has failed. Of each log what stands before the record that it fails on
/// is taken in, and the record itself is kept like one that cannot be read; what stands behind it comes with the
/// phone's next request. O(log entries) jobs for each such record.
///
/// # Errors
/// `internal` when it fails on the exchange as such: then everything is still on the phone. Else as any job.
pub(super) async fn take_in(
    county: &County,
    mut exchange: Exchange,
    now_ms: UnixMs,
) -> Result<Done, Problem> {
    // A number that was used before: only the last of these jobs is the exchange.
    let bare = Exchange { number: 0, pieces: Vec::new(), recovered: Vec::new(), ..exchange.clone() };
    attempt(county, &bare, &[], now_ms).await.map_err(at_county)?;
    for piece in &mut exchange.pieces {
        if let Some(place) = culprit(county, &bare, piece, now_ms).await? {
            let (writer, serial) = (piece.writer, piece.from + place as u64);
            tracing::error!(%writer, serial, "the program fails on a record; it is kept as it came");
            *piece = piece.clone().kept_from(place, REASON);
        }
    }
    let whole = county.run(Job::Exchange(Box::new(exchange.clone())), now_ms).await;
    if whole.is_ok() || exchange.recovered.is_empty() {
        return whole;
    }
    // What the phone offers of a former county is offered again to the next version.
    exchange.recovered.clear();
    county.run(Job::Exchange(Box::new(exchange)), now_ms).await
}

/// The place of the first entry on which the program fails, if any; those before it are taken in by then.
async fn culprit(
    county: &County,
    bare: &Exchange,
    piece: &Piece,
    now_ms: UnixMs,
) -> Result<Option<usize>, Problem> {
    let (mut from, mut count) = (0, piece.entries.len());
    while let Some(part) = piece.part(from..piece.entries.len().min(from + count)) {
        let entries = part.entries.len();
        match attempt(county, bare, from_ref(&part), now_ms).await {
            Ok(_) => from += entries,
            Err(StoreError::Panicked) if entries > 1 => count = entries / 2,
            Err(StoreError::Panicked) => return Ok(Some(from)),
            Err(error) => return Err(at_county(error)),
        }
    }
    Ok(None)
}

async fn attempt(
    county: &County,
    bare: &Exchange,
    pieces: &[Piece],
    now_ms: UnixMs,
) -> Result<Done, StoreError> {
    let exchange = Exchange { pieces: pieces.to_vec(), ..bare.clone() };
    county.attempt(Job::Exchange(Box::new(exchange)), now_ms).await
}
