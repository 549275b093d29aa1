//! Remembers a phone and a county in SQLite through SQLCipher. The only place with SQL for SQLite.
//!
//! Both halves share [`open`] (key, canary, quarantine) and the numbered migrations; nothing else.

mod codec;
mod county;
mod fault;
mod migrate;
pub mod open;
pub mod phone;
mod pool;

pub use county::{Spent, SqliteCounty};
pub use phone::SqlitePhone;
