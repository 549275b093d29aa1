//! Turns a form given as data into questions, relevance, calculations and verdicts.
//!
//! The same code runs on the phone ([`session::Session`]) and at the county ([`verdict::verdict`]),
//! over the same data ([`form::Form`]). It reads no clock and draws no random number: what comes from
//! outside is in [`session::Context`], and what was read of it travels with the answers.

mod answer;
mod check;
mod compile;
pub mod def;
mod evaluate;
pub mod expr;
pub mod form;
mod functions;
mod graph;
pub mod library;
mod path;
pub mod session;
mod value;
pub mod verdict;
pub mod view;
