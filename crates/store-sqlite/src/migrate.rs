//! Numbered migrations of each half, each in a transaction of its own.
//!
//! The file says in its header how far it is (`user_version`) and which half it holds
//! (`application_id`). A migration that has been released is never edited; see the NOTES.md beside
//! the files.

use crate::fault::fault;
use crate::open::Half;
use rusqlite::{Connection, TransactionBehavior};
use store::StoreError;

/// The migrations of the county, in order.
const COUNTY: &[&str] = &[
    include_str!("migrations/county/001_county.sql"),
    include_str!("migrations/county/002_desk.sql"),
    include_str!("migrations/county/003_reported.sql"),
    include_str!("migrations/county/004_going.sql"),
];

/// The migrations of a phone, in order.
const PHONE: &[&str] = &[include_str!("migrations/phone/001_phone.sql")];

impl Half {
    fn migrations(self) -> &'static [&'static str] {
        match self {
            Self::Phone => PHONE,
            Self::County => COUNTY,
        }
    }

    /// `SFph` and `SFco`, in the file's header.
    fn application_id(self) -> i32 {
        match self {
            Self::Phone => 0x5346_7068,
            Self::County => 0x5346_636f,
        }
    }
}

/// Brings a database up to this version. Done twice it does nothing the second time; cut off in the
/// middle it goes on where it was.
///
/// # Errors
/// `Newer` when the file was written by a newer version: it is left as it is.
pub(crate) fn migrate(connection: &mut Connection, half: Half) -> Result<(), StoreError> {
    let migrations = half.migrations();
    while let Some(sql) = next(connection, half, migrations)? {
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        // Another process may have been quicker.
        if next(&transaction, half, migrations)? == Some(sql) {
            let version: u32 = header(&transaction, "user_version")?;
            transaction.execute_batch(sql).map_err(fault)?;
            transaction.pragma_update(None, "user_version", version + 1).map_err(fault)?;
            transaction.pragma_update(None, "application_id", half.application_id()).map_err(fault)?;
        }
        transaction.commit().map_err(fault)?;
    }
    Ok(())
}

/// Whether the file holds this half, in a schema that this version knows, asked before anything is set
/// or written.
///
/// # Errors
/// `Other` for the other half; `Newer`.
pub(crate) fn refuse_foreign(connection: &Connection, half: Half) -> Result<(), StoreError> {
    let (version, known) = (header::<u32>(connection, "user_version")?, half.migrations().len());
    let application: i32 = header(connection, "application_id")?;
    if version > 0 && application != half.application_id() {
        return Err(StoreError::Other("the file holds another kind of database".to_owned()));
    }
    if usize::try_from(version).unwrap_or(usize::MAX) > known {
        return Err(StoreError::Newer(format!("schema {version}, known up to {known}")));
    }
    Ok(())
}

/// The next migration to be carried out.
fn next(
    connection: &Connection,
    half: Half,
    migrations: &'static [&'static str],
) -> Result<Option<&'static str>, StoreError> {
    // Another process may be of a newer version, and have been quicker.
    refuse_foreign(connection, half)?;
    let version: u32 = header(connection, "user_version")?;
    Ok(migrations.get(usize::try_from(version).unwrap_or(usize::MAX)).copied())
}

fn header<T: rusqlite::types::FromSql>(connection: &Connection, name: &str) -> Result<T, StoreError> {
    connection.pragma_query_value(None, name, |row| row.get(0)).map_err(fault)
}
