//! The county's sync server: takes in what the phones send and answers what was visited.

pub mod seed;
