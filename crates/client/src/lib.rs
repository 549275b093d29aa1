//! Everything the phone app can do, as commands: pure of sockets, threads and clocks of its own.
//!
//! One [`App`] is one phone. What it needs of the world is lent to it ([`ports`]); each command
//! ([`api`]) either happened, and is on disk, or did not. Sending and fetching is a machine that says
//! what to post and takes in what came ([`App::sync_step`]).

pub mod amend;
pub mod api;
mod app;
mod bench;
pub mod concerns;
pub mod contested;
pub mod enrol;
mod form_use;
pub mod history;
mod identity;
mod journal;
pub mod lock;
pub mod me;
pub mod news;
mod opening;
mod outside;
mod pen;
pub mod people;
pub mod ports;
pub mod records;
pub mod register;
mod revoke;
pub mod sheet;
mod shown;
pub mod staff;
mod standings;
pub mod sync_driver;
mod tell;
pub mod today;
pub mod urgent;
pub mod visits;

pub use app::{App, Settings};
