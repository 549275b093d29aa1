//! The whole system under test: processes, workloads, and what the tests and benches share.

pub mod workload;
