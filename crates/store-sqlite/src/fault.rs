//! What SQLite's errors mean to a caller.

use rusqlite::ErrorCode;
use store::StoreError;

/// Says what an error of SQLite means. Texts of SQLite name tables and columns, never their content.
pub(crate) fn fault(error: rusqlite::Error) -> StoreError {
    if let rusqlite::Error::SqliteFailure(inner, _) = &error {
        match inner.code {
            ErrorCode::DiskFull => return StoreError::Full,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted => {
                return StoreError::Busy;
            }
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => return StoreError::Damaged,
            ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
                return StoreError::Other(format!("the database or its folder cannot be written: {inner}"));
            }
            _ => {}
        }
    }
    match &error {
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Other(error.to_string()),
    }
}

/// Says what an error of the file system means.
pub(crate) fn file_fault(what: &str, error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Other(format!("{what}: {error}")),
    }
}
