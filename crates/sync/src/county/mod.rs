//! The county's side: needs → load → plan → apply.
//!
//! A backend calls [`plan`] inside its transaction. The plan is pure and total: it answers either
//! what else it needs to know, or everything that has to be written, as plain data.

mod again;
mod ask;
mod build;
mod chain;
mod cover;
mod decide;
mod duplicate;
mod epoch;
pub mod erase;
mod going;
mod judge;
pub mod needs;
pub mod outcome;
mod permit;
pub mod place;
mod plan;
pub mod prepared;
mod release;
mod undo;
mod work;

pub use judge::needed;
pub use needs::{Loaded, Needs};
pub use outcome::Plan;
pub use plan::{Step, plan};
pub use prepared::Prepared;
