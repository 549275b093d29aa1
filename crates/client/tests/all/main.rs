//! The phone's client against a county in memory: real keys, real frames, real plan, no socket.
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
mod world;
