//! What a county remembers: the ledger and all that follows from it, reports over it, and the
//! directory of devices.
//!
//! Traits are async and used as `Arc<dyn …>`; a transaction never crosses a trait, the job goes in
//! instead. Everything that crosses is plain data.

mod directory;
mod ledger;
mod reports;

pub use directory::{DeviceRecord, Directory, EnrolCode, EnrolState};
pub use ledger::{Done, FeedPage, FeedRequest, FeedRow, Ledger, LedgerEntry};
pub use reports::{Figures, FiguresQuery, HistoryItem, QueueItem, Reports, StandingQuery};
