//! How long to wait after a failure: longer each time, spread so that phones do not come together.

/// Tries in one session before it gives up until it is started again.
pub(super) const TRIES_MAX: u32 = 5;

/// The wait after so many failures in a row: 1, 2, 4, 8, 16 s, plus up to half of it by chance.
/// `dice` is any number that differs between phones.
pub(super) fn wait_ms(failures: u32, dice: u64) -> i64 {
    let base = 1_000_i64 << failures.saturating_sub(1).min(4);
    let spread = u64::try_from(base / 2).unwrap_or(1).max(1);
    base + i64::try_from(dice % spread).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        assert_eq!(wait_ms(1, 0), 1_000);
        assert!(wait_ms(3, 7) >= 4_000);
        assert!(wait_ms(u32::MAX, u64::MAX) < 24_001);
    }
}
