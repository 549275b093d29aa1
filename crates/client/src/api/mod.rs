//! The commands as data: one list, from which comes the dispatcher of every carrier.

#[cfg(feature = "export")]
pub mod export;
mod table;

#[cfg(feature = "export")]
pub use table::export as commands;
pub use table::{NAMES, dispatch};
