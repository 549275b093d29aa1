//! Decides what to exchange and what a record is after any set of patches has arrived.
//!
//! Pure and sans-IO: no clock, no socket, no SQL, no form engine, no cryptography.

pub mod county;
pub mod merge;
pub mod phone;
pub mod wire;
