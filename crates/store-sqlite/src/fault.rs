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
                return StoreError::NotWritable(inner.to_string());
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
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::NotWritable(format!("{what}: {error}"))
        }
        _ => StoreError::Other(format!("{what}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;
    use std::io::ErrorKind;

    #[test]
    fn what_may_not_be_written_is_told_from_what_failed() {
        // The last one is a database whose folder takes no file beside it.
        for code in
            [ffi::SQLITE_READONLY, ffi::SQLITE_CANTOPEN, ffi::SQLITE_PERM, ffi::SQLITE_READONLY_DIRECTORY]
        {
            let told = fault(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
            assert!(matches!(told, StoreError::NotWritable(_)), "{code}: {told:?}");
        }
        let told = fault(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ERROR), None));
        assert!(matches!(told, StoreError::Other(_)), "{told:?}");
        for kind in [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem] {
            assert!(matches!(file_fault("it", &kind.into()), StoreError::NotWritable(_)), "{kind:?}");
        }
        assert!(matches!(file_fault("it", &ErrorKind::NotFound.into()), StoreError::Other(_)));
    }
}
