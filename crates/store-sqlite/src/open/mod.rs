//! Opening a database: its key, its canary, its settings, its migrations.
//!
//! [`open`] tells a wrong key and a damaged file apart and changes nothing in either case; whoever
//! is told `Damaged` decides, and calls [`set_aside`].

mod canary;
mod copy;
mod quarantine;

pub use copy::{back_up, carry_over, check};
pub use quarantine::set_aside;

use crate::fault::{fault, file_fault};
use crate::migrate::{migrate, refuse_foreign};
use canary::Verdict;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use store::StoreError;

/// Which of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// A phone's.
    Phone,
    /// A county's.
    County,
}

impl Half {
    /// The settings of a connection. `synchronous = FULL`: what has been answered is on disk.
    /// Dirty pages never spill into the log before the commit as long as the cache holds them. Both
    /// carry the log over at leisure; what stands here is the most that it may grow to. What is erased by law
    /// leaves nothing behind in the county's pages, nor what stood in them before.
    fn settings(self) -> &'static str {
        match self {
            Self::Phone => {
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
                 PRAGMA foreign_keys = OFF; PRAGMA cache_size = -4096;
                 PRAGMA wal_autocheckpoint = 4000;"
            }
            Self::County => {
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
                 PRAGMA foreign_keys = OFF; PRAGMA cache_size = -262144;
                 PRAGMA wal_autocheckpoint = 16000; PRAGMA secure_delete = ON;"
            }
        }
    }
}

/// How long a connection waits for another one's lock, in milliseconds.
const BUSY_MS: u64 = 5_000;

/// Statements that a connection keeps prepared: more than either half has.
const STATEMENTS: usize = 128;

/// The database's name with something behind it.
pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Opens a database for writing, makes it when it is not there, and brings it up to this version.
///
/// # Errors
/// `WrongKey`, `Damaged` (the file stays where it is: see [`set_aside`]), `Newer`, `Busy`, `Full`, or
/// `NotWritable`.
pub fn open(database: &Path, key: &[u8; 32], half: Half) -> Result<Connection, StoreError> {
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| file_fault("the folder of the database cannot be made", &error))?;
    }
    let verdict = canary::judge(database, key, half);
    if std::fs::metadata(database).map_or(0, |file| file.len()) == 0 {
        // A canary is only written beside a database that has been whole.
        match verdict {
            Verdict::Fits => return Err(StoreError::Damaged),
            Verdict::Differs => return Err(StoreError::WrongKey),
            Verdict::Unknown => {}
        }
    }
    let mut connection = connect(database, key, half, verdict, OpenFlags::SQLITE_OPEN_CREATE)?;
    // SQLite opens what it may not write for reading, and says so at the first write only.
    if connection.is_readonly("main").map_err(fault)? {
        return Err(StoreError::NotWritable("the file of the database".to_owned()));
    }
    connection.execute_batch(half.settings()).map_err(fault)?;
    migrate(&mut connection, half)?;
    if verdict != Verdict::Fits {
        canary::write(database, key, half)?;
    }
    Ok(connection)
}

/// Opens one more connection to a database that [`open`] has opened, for reading only.
///
/// # Errors
/// As [`open`].
pub fn open_reader(database: &Path, key: &[u8; 32], half: Half) -> Result<Connection, StoreError> {
    let verdict = canary::judge(database, key, half);
    if std::fs::metadata(database).is_ok_and(|file| file.len() == 0) {
        // SQLite takes an empty file for a new database; here there was one.
        return Err(if verdict == Verdict::Differs { StoreError::WrongKey } else { StoreError::Damaged });
    }
    let connection = connect(database, key, half, verdict, OpenFlags::empty())?;
    let settings = "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;";
    connection.execute_batch(settings).map_err(fault)?;
    Ok(connection)
}

/// Connects, proves the key on the first page, and goes no further into the file of a newer version.
fn connect(
    database: &Path,
    key: &[u8; 32],
    half: Half,
    verdict: Verdict,
    flags: OpenFlags,
) -> Result<Connection, StoreError> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags).map_err(fault)?;
    connection.execute_batch(&unlock(key)).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Else a bound LIMIT or range has its statement prepared anew each time it is asked.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(fault)?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS)).map_err(fault)?;
    let first = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    match first {
        Ok(_) => refuse_foreign(&connection, half).map(|()| connection),
        Err(rusqlite::Error::SqliteFailure(error, _))
            if matches!(error.code, ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) =>
        {
            Err(if verdict == Verdict::Fits { StoreError::Damaged } else { StoreError::WrongKey })
        }
        Err(error) => Err(fault(error)),
    }
}

/// The raw key: without a passphrase there is no key derivation, and opening costs nothing. Pages are
/// authenticated with HMAC-SHA-256, which the processors of servers and phones have built in
/// (SQLCipher's own choice, SHA-512, costs twice the time on both).
fn unlock(key: &[u8; 32]) -> String {
    let mut sql = String::with_capacity(256);
    // SQLCipher would write its errors to the terminal; whoever called hears of them anyway.
    sql.push_str("PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'");
    for byte in key {
        let _ = write!(sql, "{byte:02x}");
    }
    sql.push_str("'\"; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA cipher_memory_security = OFF;");
    sql
}
