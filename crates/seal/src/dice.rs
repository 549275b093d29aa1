//! Where randomness comes from: always an argument, never a global.

use zeroize::Zeroize;

/// A source of random bytes.
///
/// The shells implement it with the operating system's generator, the simulator with
/// [`SeededDice`], so that a run can be repeated.
pub trait Dice {
    /// Fills all of `bytes` with random ones.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<D: Dice + ?Sized> Dice for &mut D {
    fn fill(&mut self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}

impl<D: Dice + ?Sized> Dice for Box<D> {
    fn fill(&mut self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}

/// `N` random bytes.
pub fn draw<const N: usize>(dice: &mut (impl Dice + ?Sized)) -> [u8; N] {
    let mut bytes = [0; N];
    dice.fill(&mut bytes);
    bytes
}

/// A random 64-bit number, as new writers and devices are named by.
pub fn draw_u64(dice: &mut (impl Dice + ?Sized)) -> u64 {
    u64::from_le_bytes(draw(dice))
}

/// So many random decimal digits, each of the ten equally likely.
pub fn draw_digits(dice: &mut (impl Dice + ?Sized), count: usize) -> String {
    let mut digits = String::with_capacity(count);
    while digits.len() < count {
        let [byte] = draw(dice);
        // 250 is the largest multiple of ten in a byte; what lies above would favour low digits.
        if byte < 250 {
            digits.push(char::from(b'0' + byte % 10));
        }
    }
    digits
}

/// An endless stream of bytes made from a seed with BLAKE3.
///
/// As hard to guess as its seed: with 32 bytes of the operating system's randomness it makes
/// keys, with a number from a test it makes a run that can be repeated.
pub struct SeededDice(blake3::OutputReader);

impl SeededDice {
    /// Dice from 32 secret bytes; the caller's copy is wiped.
    pub fn from_secret(mut seed: [u8; 32]) -> Self {
        let dice = Self(blake3::Hasher::new_keyed(&seed).finalize_xof());
        seed.zeroize();
        dice
    }

    /// Repeatable dice for tests, the simulator and synthetic data. Never for keys of the field.
    pub fn repeatable(seed: u64) -> Self {
        let mut bytes = [0; 32];
        let (head, _) = bytes.split_at_mut(8);
        head.copy_from_slice(&seed.to_le_bytes());
        Self::from_secret(bytes)
    }
}

impl Dice for SeededDice {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

impl std::fmt::Debug for SeededDice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SeededDice(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_stream_and_another_seed_another() {
        let stream = |seed| draw::<64>(&mut SeededDice::repeatable(seed));
        assert_eq!(stream(1), stream(1));
        assert_ne!(stream(1), stream(2));
    }

    #[test]
    fn every_digit_is_drawn_about_equally_often() {
        let digits = draw_digits(&mut SeededDice::repeatable(3), 20_000);
        for digit in '0'..='9' {
            let count = digits.chars().filter(|c| *c == digit).count();
            assert!((1_800..2_200).contains(&count), "{digit}: {count}");
        }
    }
}
