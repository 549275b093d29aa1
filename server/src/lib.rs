//! The county's sync server: takes in what the phones send and answers what was visited.

pub mod clock;
pub mod config;
pub mod county;
pub mod dice;
pub mod enrol;
pub mod feed;
pub mod ingest;
pub mod keys;
pub mod known;
pub mod problem;
pub mod roll;
pub mod routes;
pub mod seed;
pub mod seeding;
pub mod serve;
#[cfg(test)]
mod testing;
