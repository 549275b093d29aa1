//! What a record is after any set of patches has arrived.
//!
//! *A write stands unless another write to that field had seen it.* Four properties hold over any
//! history (see the tests): arrival order and duplicates never matter; nothing vanishes unseen;
//! no field empties by itself; a decision that had all in view settles.

mod apply;
mod settle;

pub use apply::{Applied, apply, overlay};
pub use settle::{Item, counted, settle};
