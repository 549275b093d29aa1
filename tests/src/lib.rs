//! The whole system under test: processes, workloads, and what the tests and benches share.

pub mod bridge;
pub mod county;
pub mod generated;
pub mod net;
pub mod phone;
#[cfg(test)]
mod phones;
pub mod stops;
pub mod story;
pub mod webdriver;
pub mod workload;
