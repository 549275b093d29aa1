//! From errors of the layers below to problems for people.

use crate::ports::PortError;
use domain::problem::{Problem, ProblemCode};
use seal::SealError;
use store::StoreError;

/// Turns an error into what the phone's holder is told.
pub(crate) trait OrTell<T> {
    /// The value, or the problem.
    fn or_tell(self) -> Result<T, Problem>;
}

impl<T> OrTell<T> for Result<T, StoreError> {
    fn or_tell(self) -> Result<T, Problem> {
        self.map_err(|error| error.on_phone())
    }
}

impl<T> OrTell<T> for Result<T, PortError> {
    fn or_tell(self) -> Result<T, Problem> {
        self.map_err(|error| match error {
            PortError::Full => Problem::new(ProblemCode::DiskFull),
            PortError::Failed(_) => internal("file"),
        })
    }
}

impl<T> OrTell<T> for Result<T, SealError> {
    fn or_tell(self) -> Result<T, Problem> {
        self.map_err(|error| error.at_phone())
    }
}

impl<T> OrTell<T> for Result<T, serde_json::Error> {
    fn or_tell(self) -> Result<T, Problem> {
        // The reader's words may quote what it read.
        self.map_err(|_| internal("json"))
    }
}

/// A failure of the program, with the place as its reference.
pub(crate) fn internal(reference: &str) -> Problem {
    Problem::new(ProblemCode::Internal).with("reference", reference)
}

/// There is nothing of that name.
pub(crate) fn nothing_found() -> Problem {
    Problem::new(ProblemCode::NothingFound)
}
