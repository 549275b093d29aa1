//! A phone's store in SQLite: one connection, one writer.
//!
//! - [`columns`]: how ids, kinds and days stand in columns, and rows read back.
//! - [`write`]: a batch in one transaction.
//! - [`read`]: everything else.

mod columns;
mod read;
mod write;

use crate::fault::fault;
use crate::open::{Half, open};
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;
use store::StoreError;
use store::phone::Batch;

/// Statements kept ready.
const STATEMENTS: usize = 96;

/// A phone's store in SQLite.
#[derive(Debug)]
pub struct SqlitePhone {
    connection: Connection,
}

impl SqlitePhone {
    /// Opens a phone's database with its key, or makes an empty one.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(database: &Path, key: &[u8; 32]) -> Result<Self, StoreError> {
        let connection = open(database, key, Half::Phone)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self { connection })
    }

    fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior).map_err(fault)?;
        write::Writing(&transaction).batch(batch)?;
        transaction.commit().map_err(fault)
    }
}
