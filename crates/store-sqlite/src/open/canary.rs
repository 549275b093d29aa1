//! The canary: a small file beside the database by which a key can be judged without it.
//!
//! SQLCipher answers a wrong key and a damaged file with the same error. The canary holds a hash of
//! the key; the key has 256 random bits, so nobody gains anything by guessing against it.

use super::Half;
use crate::fault::file_fault;
use domain::canonical::{Hash, Transcript};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use store::StoreError;

const TITLE: &str = "shanfang canary 1";

/// What the canary says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the key of this database.
    Fits,
    /// It is not.
    Differs,
    /// There is no canary, or it cannot be read.
    Unknown,
}

/// The canary's file: the database's name with `.canary` behind it.
pub(super) fn path_of(database: &Path) -> PathBuf {
    super::beside(database, ".canary")
}

fn hash(key: &[u8; 32], half: Half) -> Hash {
    let half = match half {
        Half::Phone => "phone",
        Half::County => "county",
    };
    Transcript::new(TITLE).text(half).bytes(key).finish()
}

/// Judges a key.
pub(super) fn judge(database: &Path, key: &[u8; 32], half: Half) -> Verdict {
    let Ok(text) = std::fs::read_to_string(path_of(database)) else { return Verdict::Unknown };
    let mut lines = text.lines();
    let (title, kept) = (lines.next(), lines.next().and_then(|line| line.parse::<Hash>().ok()));
    match (title, kept) {
        (Some(TITLE), Some(kept)) if kept == hash(key, half) => Verdict::Fits,
        (Some(TITLE), Some(_)) => Verdict::Differs,
        _ => Verdict::Unknown,
    }
}

/// Writes the canary: whole or not at all.
pub(super) fn write(database: &Path, key: &[u8; 32], half: Half) -> Result<(), StoreError> {
    let (path, fresh) = (path_of(database), super::beside(database, ".canary-new"));
    let write = || {
        let mut file = File::create(&fresh)?;
        writeln!(file, "{TITLE}\n{}", hash(key, half))?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)
    };
    write().map_err(|error| file_fault("the canary beside the database cannot be written", &error))
}
