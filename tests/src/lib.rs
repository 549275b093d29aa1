//! The whole system under test: processes, workloads, and what the tests and benches share.

pub mod bridge;
pub mod clock;
pub mod county;
pub mod desk;
pub mod generated;
pub mod month;
pub mod net;
pub mod phone;
#[cfg(test)]
mod phones;
pub mod stops;
pub mod story;
pub mod webdriver;
pub mod workload;
