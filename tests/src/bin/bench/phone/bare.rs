//! The baselines: one bare durable insert, and the search that a plain table offers.

use super::world::PIN;
use crate::Outcome;
use crate::table::Times;
use client::ports::{VaultFile, VaultFiles};
use phone_shell::files::FolderVault;
use rusqlite::Connection;
use seal::codes::Pin;
use seal::vault::{Vault, VaultRead};
use std::path::Path;
use store_sqlite::open::{Half, open, open_reader};

/// A file with one table, on the phone's settings and key length.
pub struct Bare(Connection);

impl Bare {
    /// An empty file in this folder.
    pub fn new(folder: &Path) -> Outcome<Self> {
        let connection = open(&folder.join("bare.db"), &[7; 32], Half::Phone)?;
        connection
            .execute_batch("CREATE TABLE bare (place INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")?;
        // The phone's write-ahead log has grown long ago; nor does this one grow while it is measured.
        connection.execute("INSERT INTO bare (bytes) VALUES (zeroblob(12000000))", [])?;
        connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))?;
        Ok(Self(connection))
    }

    /// Inserts one row durably, timed.
    pub fn insert(&self, bytes: &[u8], times: &mut Times) -> Outcome {
        let insert = || self.0.prepare_cached("INSERT INTO bare (bytes) VALUES (?)")?.execute([bytes]);
        times.time(insert)?;
        Ok(())
    }
}

/// Searches the phone's own file as plain SQL would.
pub struct Like(Connection);

impl Like {
    /// A second connection to the file of a phone.
    pub fn open(folder: &Path) -> Outcome<Self> {
        let mut vault = FolderVault::new(folder, [0; 32], None);
        let copy = |file| vault.read(file);
        let (first, second) = (copy(VaultFile::First)?, copy(VaultFile::Second)?);
        let VaultRead::Good { vault: keys, .. } = Vault::read(first.as_deref(), second.as_deref()) else {
            return Err("the phone has no vault".into());
        };
        let unlocked = keys.unlock_with_pin(&Pin::parse(PIN)?, &vault.platform_secret()?)?;
        let key = unlocked.keys.database.expose();
        Ok(Self(open_reader(&folder.join("phone.db"), key, Half::Phone)?))
    }

    /// How many of a page of fifty it finds, timed.
    pub fn search(&self, typed: &str, times: &mut Times) -> Outcome<usize> {
        let sql = "SELECT id, village, village_group, household, name FROM people
             WHERE keys LIKE '%' || ? || '%' ORDER BY village, name, id LIMIT 50";
        let mut statement = self.0.prepare_cached(sql)?;
        let found = times.time(|| {
            let rows = statement.query_map([typed], |row| row.get::<_, String>(4))?;
            rows.collect::<Result<Vec<_>, _>>()
        })?;
        Ok(found.len())
    }
}
