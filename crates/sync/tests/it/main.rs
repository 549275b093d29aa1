//! The crate's tests from outside: one binary, which saves link time.

mod merge;
mod session;
mod wire;
