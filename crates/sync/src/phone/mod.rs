//! The phone's side: a sans-IO machine. Call [`Session::handle`] once, then [`Session::poll`] until
//! it answers `Wait` or `Done`; carry out each want and feed its result back.

mod backoff;
mod session;

pub use session::{Failure, Input, Outgoing, Report, Session, Want};
