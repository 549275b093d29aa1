//! The nouns of field visits and the rules that hold without any machine.
//!
//! Nothing here reads a clock, draws a random number, or touches a disk or a network:
//! the same input gives the same output on a phone, at the county and in the simulator.

pub mod area;
pub mod canonical;
pub mod catalogue;
pub mod category;
pub mod change;
pub mod closing;
pub mod concern;
pub mod coverage;
pub mod duty;
pub mod erasure;
pub mod going;
pub mod grant;
pub mod head;
pub mod household;
pub mod id_number;
pub mod ids;
pub mod location;
pub mod log;
pub mod mask;
pub mod name;
pub mod patch;
pub mod period;
pub mod permission;
pub mod problem;
pub mod question;
pub mod reference;
pub mod settings;
pub mod staff;
pub mod subject;
pub mod telephone;
pub mod text;
pub mod time;
pub mod urgent;
pub mod value;
pub mod visit;
