//! Protocol versions, each with its date, its reason and the oldest app that speaks it.

/// 2026-11-23. The first version. App 0.1.
pub const V1: u32 = 1;

/// What this build speaks.
pub const CURRENT: u32 = V1;

/// The oldest version that the county still takes in.
pub const OLDEST: u32 = V1;
