//! Says what must be remembered, in plain data: the traits, a memory implementation of each, and
//! the conformance suite that every backend must pass.

pub mod audit;
pub mod conformance;
pub mod county;
pub mod erasure;
pub mod error;
pub mod memory;
pub mod phone;

pub use error::StoreError;
