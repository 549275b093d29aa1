//! The nouns of field visits and the rules that hold without any machine.
//!
//! Nothing here reads a clock, draws a random number, or touches a disk or a network:
//! the same input gives the same output on a phone, at the county and in the simulator.

pub mod canonical;
pub mod ids;
pub mod problem;
pub mod time;
pub mod value;
