//! End to end: the real county server and headless phones, each a process of its own, on real files.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says where, and JSON is read by its keys"
)]

mod cloned;
mod keys;
mod merged;
mod misfortune;
mod month;
mod moved;
mod newer;
mod phone_killed;
mod recovery;
mod restored;
mod revoked;
mod roads;
mod rules;
mod settings;
mod story;
mod waiting;
mod world;
