//! Copies and checks of a whole database.

use super::canary::{self, Verdict};
use super::{Half, beside, connect, open_reader};
use crate::fault::{fault, file_fault};
use rusqlite::OpenFlags;
use rusqlite::backup::{Backup, StepResult};
use std::fs::File;
use std::path::Path;
use store::StoreError;

/// Copies a database, also while somebody writes to it, into a new file under the same key: one
/// moment of it, whole. The copy opens as the database does. O(database).
///
/// # Errors
/// As opening it; `Other` when the target is there already or cannot be written.
pub fn back_up(database: &Path, key: &[u8; 32], half: Half, target: &Path) -> Result<(), StoreError> {
    if target.exists() {
        return Err(StoreError::Other("the backup's file is there already".to_owned()));
    }
    let fresh = beside(target, ".part");
    let unfinished = std::fs::remove_file(&fresh);
    if let Err(error) = unfinished.or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }) {
        return Err(file_fault("an unfinished backup cannot be removed", &error));
    }
    let from = open_reader(database, key, half)?;
    let mut to = connect(&fresh, key, half, Verdict::Unknown, OpenFlags::SQLITE_OPEN_CREATE)?;
    let copied = Backup::new(&from, &mut to).and_then(|backup| backup.step(-1)).map_err(fault)?;
    if copied != StepResult::Done {
        return Err(StoreError::Busy);
    }
    to.close().map_err(|(_, error)| fault(error))?;
    let keep = || {
        File::open(&fresh)?.sync_all()?;
        std::fs::rename(&fresh, target)
    };
    keep().map_err(|error| file_fault("the backup cannot be written", &error))?;
    canary::write(target, key, half)
}

/// Carries the log beside a database over into it and empties it, so that nothing of what was overwritten is left.
///
/// # Errors
/// As opening it; `Busy` when somebody goes on reading what was before.
pub fn carry_over(database: &Path, key: &[u8; 32], half: Half) -> Result<(), StoreError> {
    let connection = connect(database, key, half, Verdict::Fits, OpenFlags::empty())?;
    for _ in 0..TRIES {
        let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        if busy.map_err(fault)? == 0 {
            return Ok(());
        }
    }
    Err(StoreError::Busy)
}

/// Each waits for readers as long as a connection waits for a lock.
const TRIES: usize = 5;

/// Reads every page of a database and its indexes; answers what is wrong, in SQLite's words: empty
/// when nothing is. O(database).
///
/// # Errors
/// As opening it.
pub fn check(database: &Path, key: &[u8; 32], half: Half) -> Result<Vec<String>, StoreError> {
    let connection = open_reader(database, key, half)?;
    let mut wrong = Vec::new();
    for sql in ["PRAGMA cipher_integrity_check", "PRAGMA integrity_check"] {
        // Of pages that are not as they were written, what is on them would be told once more.
        if !wrong.is_empty() {
            break;
        }
        let mut statement = connection.prepare(sql).map_err(fault)?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(fault)?;
        for row in rows {
            match row {
                Ok(word) if word == "ok" => {}
                Ok(word) => wrong.push(word),
                // Too damaged to go on.
                Err(error) => wrong.push(error.to_string()),
            }
        }
    }
    Ok(wrong)
}
