//! Why something could not be remembered.

use domain::problem::{Problem, ProblemCode};

/// What a backend may answer besides success. Nothing is ever half written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another transaction is in the way, or the queue is full: the same call may succeed later.
    #[error("the store is busy")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The key does not open the file.
    #[error("the key does not open the database")]
    WrongKey,
    /// The file is not a whole database any more. It is set aside, never deleted.
    #[error("the database is damaged")]
    Damaged,
    /// It was written by a newer version.
    #[error("the database was written by a newer version ({0})")]
    Newer(String),
    /// The database, or the folder around it, may not be written, which reading needs too.
    #[error("the database or its folder cannot be written: {0}")]
    NotWritable(String),
    /// A row inside does not make sense. The others do.
    #[error("a row does not make sense: {0}")]
    Corrupt(String),
    /// The program failed in the middle of it: a fault of ours, most likely met again when the same is asked.
    #[error("the work did not come to an end")]
    Panicked,
    /// Anything else.
    #[error("the store failed: {0}")]
    Other(String),
}

impl StoreError {
    /// What a phone's holder is told.
    pub fn on_phone(&self) -> Problem {
        match self {
            Self::Full => Problem::new(ProblemCode::DiskFull),
            Self::WrongKey | Self::Damaged => Problem::new(ProblemCode::DatabaseDamaged),
            Self::Newer(version) => Problem::new(ProblemCode::DatabaseNewer).with("given", version),
            Self::Busy | Self::NotWritable(_) | Self::Corrupt(_) | Self::Panicked | Self::Other(_) => {
                Problem::new(ProblemCode::Internal).with("reference", "store")
            }
        }
    }

    /// What a phone is told of the county's store.
    pub fn at_county(&self) -> Problem {
        match self {
            Self::Full => Problem::new(ProblemCode::CountyFull),
            Self::Panicked => Problem::new(ProblemCode::Internal).with("reference", "store"),
            _ => Problem::new(ProblemCode::CountyBusy).with("wait_s", 5),
        }
    }
}
