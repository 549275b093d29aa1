//! What phone and county say to each other. Every type here has a snapshot in the tests, so that a
//! change of format is a decision.

pub mod exchange;
pub mod heads;
pub mod item;
pub mod limits;
pub mod receipt;
pub mod urgent;
pub mod version;
