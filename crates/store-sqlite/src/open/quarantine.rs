//! Quarantine: a damaged database is set aside whole, never deleted, so that it can be examined.

use super::{beside, canary};
use crate::fault::file_fault;
use domain::time::{Day, UnixMs};
use std::path::{Path, PathBuf};
use store::StoreError;

/// Moves the database with all that belongs to it into `quarantine/` beside it, in a folder named
/// after the time, and answers that folder. What is not there is passed over, so that a move that
/// was cut off can be finished by calling it again.
///
/// # Errors
/// `Full`, `NotWritable`, or `Other`.
pub fn set_aside(database: &Path, now_ms: UnixMs) -> Result<PathBuf, StoreError> {
    let quarantine = database.parent().unwrap_or(Path::new(".")).join("quarantine");
    let folder = quarantine.join(format!("{}-{now_ms}", Day::of(now_ms)));
    std::fs::create_dir_all(&folder)
        .map_err(|error| file_fault("the quarantine folder cannot be made", &error))?;
    // The database last: while it is there, the others still belong to it.
    let files =
        [beside(database, "-wal"), beside(database, "-shm"), canary::path_of(database), database.to_owned()];
    for file in files {
        let Some(target) = file.file_name().map(|name| folder.join(name)) else { continue };
        if file.exists() && target.exists() {
            return Err(StoreError::Other("something was set aside there before".to_owned()));
        }
        match std::fs::rename(&file, target) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(file_fault("the damaged database cannot be set aside", &error));
            }
            _ => {}
        }
    }
    Ok(folder)
}
