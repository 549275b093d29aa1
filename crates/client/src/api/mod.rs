//! The commands as data: one list, from which comes the dispatcher of every carrier.

mod table;

pub use table::{NAMES, dispatch};
