//! Computes anew, from the patches, what the county keeps, and names what differs.

mod known_at;

pub use known_at::{Known, known_at};

use crate::config::Data;
use crate::county::{County, at_county};
use crate::open::opening;
use domain::problem::{Problem, ProblemCode};
use store::audit::{Finding, Listener, audit};
use store_sqlite::open::{Half, check};

/// Looks at every page of the file; what SQLite says of it, which is nothing when all is well. Rows out of a
/// damaged file say nothing. O(database).
///
/// # Errors
/// What the store says.
pub async fn pages(county: &County, data: &Data) -> Result<Vec<String>, Problem> {
    let (path, keys) = (data.database(), county.keys.clone());
    let file = tokio::task::spawn_blocking(move || check(&path, keys.database().expose(), Half::County));
    let failed = |reason: &str| Problem::new(ProblemCode::Internal).with("reference", reason);
    let file = file.await.map_err(|_| failed("the examination stopped"))?;
    file.map_err(|error| opening(data, &error))
}

/// Looks at every row: the ledger's chain, heads, feeds and their digests, the index of parts, standings,
/// figures; those that are not what the patches say. While phones are being answered, a row may be named that
/// has just changed: then look again. O(all records × their patches).
///
/// # Errors
/// What the store says.
pub async fn rows(county: &County, listener: &mut Listener<'_>) -> Result<Vec<Finding>, Problem> {
    let stores = &county.stores;
    let rows = audit(stores.ledger.as_ref(), stores.reports.as_ref(), county.keys.county(), listener).await;
    rows.map_err(at_county)
}
