//! The dice of the synthetic county: the same numbers from the same seed, on every machine, for ever.
//!
//! SplitMix64 (Steele, Lea, Flood 2014; the constants of `java.util.SplittableRandom`). Not for keys:
//! nothing that has to be secret is drawn here.

/// A stream of numbers that depends on its seed only.
#[derive(Debug, Clone)]
pub struct Dice(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl Dice {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(mixed(seed.wrapping_add(STEP)))
    }

    /// The stream of a purpose within a seed, so that one more draw in one village or month does
    /// not change any other.
    pub fn of(seed: u64, purpose: &str, numbers: &[u64]) -> Self {
        let state = purpose.bytes().map(u64::from).chain(numbers.iter().copied());
        Self(state.fold(mixed(seed.wrapping_add(STEP)), |state, next| mixed(state ^ next).wrapping_add(STEP)))
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// A number below `limit`; 0 when the limit is 0. The bias is below `limit / 2^64`.
    pub fn below(&mut self, limit: u64) -> u64 {
        let wide = u128::from(self.draw()) * u128::from(limit);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included; `low` when they are the wrong way round.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u64::try_from(i64::from(high) - i64::from(low) + 1).unwrap_or(0);
        low + i32::try_from(self.below(span)).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of several, all equally likely; the default when there is none.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        self.pick_from(items).unwrap_or_default()
    }

    /// One of several, all equally likely; `None` when there is none.
    pub fn pick_from<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        let at = usize::try_from(self.below(items.len() as u64)).ok()?;
        items.get(at).copied()
    }

    /// One of several, as likely as its weight says; the default when there is none.
    pub fn weighted<T: Copy + Default>(&mut self, items: &[(u32, T)]) -> T {
        let total = items.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut drawn = self.below(total);
        for (weight, item) in items {
            match drawn.checked_sub(u64::from(*weight)) {
                Some(rest) => drawn = rest,
                None => return *item,
            }
        }
        T::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // The first outputs of SplitMix64 from state 1234567 (Vigna's reference implementation).
        let mut dice = Dice(1_234_567);
        assert_eq!(dice.draw(), 6_457_827_717_110_365_317);
        assert_eq!(dice.draw(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn purposes_have_streams_of_their_own() {
        let first = |purpose, numbers: &[u64]| Dice::of(7, purpose, numbers).draw();
        assert_ne!(first("people", &[1]), first("people", &[2]));
        assert_ne!(first("people", &[1]), first("visits", &[1]));
        assert_eq!(first("people", &[1]), first("people", &[1]));
    }

    #[test]
    fn draws_stay_in_their_range_and_reach_its_ends() {
        let mut dice = Dice::new(1);
        let drawn: std::collections::BTreeSet<_> = (0..200).map(|_| dice.between(-1, 3)).collect();
        assert_eq!(drawn, (-1..=3).collect());
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.pick::<&str>(&[]), "");
        let heavy = (0..1000).filter(|_| dice.weighted(&[(9, true), (1, false)])).count();
        assert!((850..950).contains(&heavy), "{heavy}");
    }
}
