//! The phone's client against the county's ingest, in one process: real keys, real frames, no socket; the
//! disks of both are in memory, and fail where a test says.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop; the helpers of tests are tests too"
)]

mod county;
mod flows;
mod forms;
mod lists;
mod locking;
mod logs;
mod lost;
mod register;
mod reissued;
mod world;
