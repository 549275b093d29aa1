//! How long a phone waits after wrong tries. It never wipes anything.

/// Seconds to wait, by monotonic time, before the next try, after so many wrong ones in a row.
///
/// Four tries are free, for cold fingers; the wait grows to half an hour and no further, since
/// whoever forgot the PIN still needs their work on the same day.
pub fn delay_after(wrong_tries: u32) -> u32 {
    match wrong_tries {
        0..=4 => 0,
        5 => 30,
        6 => 60,
        7 => 5 * 60,
        8 => 15 * 60,
        _ => 30 * 60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_and_ends_at_half_an_hour() {
        let waits: Vec<u32> = (0..=12).map(delay_after).collect();
        assert!(waits.is_sorted());
        assert_eq!((waits[4], waits[5], delay_after(u32::MAX)), (0, 30, 1_800));
    }
}
