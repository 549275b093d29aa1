//! Tests of the form engine as others use it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop; the helpers of tests are tests too"
)]

mod check;
mod definitions;
mod expressions;
mod functions;
mod given;
mod library;
mod limits;
mod properties;
mod sessions;
mod unchanged;
