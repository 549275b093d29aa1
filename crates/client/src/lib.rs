//! Everything the phone app can do, as commands: pure of sockets, threads and clocks of its own.
//!
//! One [`App`] is one phone. What it needs of the world is lent to it ([`ports`]); each command
//! ([`api`]) either happened, and is on disk, or did not. Sending and fetching is a machine that says
//! what to post and takes in what came ([`App::sync_step`]).

mod app;
mod bench;
pub mod enrol;
mod form_use;
mod identity;
mod journal;
pub mod lock;
mod opening;
mod pen;
pub mod ports;
mod revoke;
mod standings;
pub mod sync_driver;
mod tell;
pub mod today;
pub mod visits;
mod words;

pub use app::{App, Settings};
