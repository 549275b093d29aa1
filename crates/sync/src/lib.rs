//! Decides what to exchange and what a record is after any set of patches has arrived.
//!
//! Pure and sans-IO: no clock, no socket, no SQL, no form engine, no cryptography.

pub mod merge;

pub mod wire;
