//! The county's sync server: takes in what the phones send and answers what was visited.

pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod county;
pub mod decide;
pub mod dice;
pub mod doctor;
pub mod duty;
pub mod enrol;
pub mod feed;
pub mod ingest;
pub mod keys;
pub mod known;
mod near;
pub mod open;
pub mod person;
pub mod problem;
pub mod readmit;
pub mod reports;
pub mod roll;
pub mod roster;
pub mod routes;
pub mod seed;
pub mod seeding;
pub mod serve;
pub mod settings;
pub mod staff;
#[cfg(test)]
mod testing;
