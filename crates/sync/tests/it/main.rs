//! The crate's tests from outside: one binary, which saves link time.
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

mod merge;
mod session;
mod wire;
