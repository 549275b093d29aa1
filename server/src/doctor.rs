//! Computes anew, from the patches, what the county keeps, and names what differs.

mod known_at;

pub use known_at::{Known, known_at};

use crate::config::Data;
use crate::county::{County, at_county};
use crate::open::opening;
use domain::problem::{Problem, ProblemCode};
use store::audit::{Finding, audit};
use store_sqlite::open::{Half, check};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// What SQLite says of its file.
    pub file: Vec<String>,
    /// Rows that are not what the patches say.
    pub rows: Vec<Finding>,
}

impl Findings {
    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.file.is_empty() && self.rows.is_empty()
    }
}

/// Looks at everything: the file's pages, the ledger's chain, heads, feeds and their digests, the
/// index of parts, standings, figures. While phones are being answered, a row may be named that has
/// just changed: then look again. O(all records × their patches).
///
/// # Errors
/// What the store says.
pub async fn examine(county: &County, data: &Data) -> Result<Findings, Problem> {
    let (path, keys) = (data.database(), county.keys.clone());
    let file = tokio::task::spawn_blocking(move || check(&path, keys.database().expose(), Half::County));
    let failed = |reason: &str| Problem::new(ProblemCode::Internal).with("reference", reason);
    let file = file.await.map_err(|_| failed("the examination stopped"))?;
    let file = file.map_err(|error| opening(data, &error))?;
    if !file.is_empty() {
        // Rows out of a damaged file say nothing.
        return Ok(Findings { file, rows: Vec::new() });
    }
    let stores = &county.stores;
    let rows = audit(stores.ledger.as_ref(), stores.reports.as_ref(), county.keys.county()).await;
    Ok(Findings { file, rows: rows.map_err(at_county)? })
}
