//! Backends that live in memory: the readable specification, and the simulator's disks.

pub mod county;
