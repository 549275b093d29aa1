//! A visit on the phone, from the first tap to the finished records.
//!
//! - [`draft`]: what is kept of an unfinished visit: a small head, and one row per answer.
//! - [`start`]: beginning one, whom it met, how and when.
//! - [`desk`]: forms being filled in; each answer is on disk before the screen hears of it.
//! - [`finish`]: visit, parts and concerns in one transaction.
//! - [`history`]: what earlier visits said (和上次比).
//!
//! A draft survives the app's death at any point: everything here is a command that has either
//! happened or not.

pub mod desk;
pub mod draft;
pub mod finish;
pub mod history;
pub mod start;

pub(crate) use desk::Desk;
