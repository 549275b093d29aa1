//! A phone's store in SQLite: one connection, one writer.
//!
//! - [`columns`]: how ids, kinds and days stand in columns, and rows read back.
//! - [`write`]: a batch in one transaction.
//! - [`read`]: everything else.

mod columns;
mod read;
mod write;

use crate::fault::fault;
use crate::open::{Half, open, set_aside};
use domain::time::UnixMs;
use rusqlite::{Connection, TransactionBehavior};
use std::path::{Path, PathBuf};
use store::StoreError;
use store::phone::Batch;

/// Statements kept ready.
const STATEMENTS: usize = 96;

/// So many batches are carried from the log into the database together, at leisure.
const BATCHES: u32 = 64;

/// A phone's store in SQLite.
#[derive(Debug)]
pub struct SqlitePhone {
    connection: Connection,
    set_aside: Option<PathBuf>,
    /// Batches since the log was last carried over.
    written: u32,
}

impl SqlitePhone {
    /// Opens a phone's database with its key, or makes an empty one. A damaged one is set aside
    /// whole, and an empty one takes its place: the client fills it from its journal and the county.
    /// `now_ms` names the folder of what is set aside.
    ///
    /// # Errors
    /// As [`open`], but for `Damaged`. A file under another key is left as it is.
    pub fn open(database: &Path, key: &[u8; 32], now_ms: UnixMs) -> Result<Self, StoreError> {
        let (connection, aside) = match open(database, key, Half::Phone) {
            Err(StoreError::Damaged) => {
                let folder = set_aside(database, now_ms)?;
                (open(database, key, Half::Phone)?, Some(folder))
            }
            opened => (opened?, None),
        };
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // What is erased by law leaves nothing behind in pages that are written anyway.
        connection.pragma_update(None, "secure_delete", "FAST").map_err(fault)?;
        Ok(Self { connection, set_aside: aside, written: 0 })
    }

    /// Where the damaged database was moved in whose place this one stands, if there was one.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior).map_err(fault)?;
        write::Writing(&transaction).batch(batch)?;
        transaction.commit().map_err(fault)?;
        self.written = self.written.saturating_add(1);
        Ok(())
    }

    /// Carries the write-ahead log into the database, so that no act of the worker has to: some
    /// hundreds of pages and two syncs, once in [`BATCHES`].
    fn carry_over(&mut self) -> Result<(), StoreError> {
        if self.written >= BATCHES {
            let carry = "PRAGMA wal_checkpoint(PASSIVE)";
            self.connection.query_row(carry, [], |_| Ok(())).map_err(fault)?;
            self.written = 0;
        }
        Ok(())
    }
}
