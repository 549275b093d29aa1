//! Passwords of the desk: stretched, compared without telling how much of one is right, and the first
//! one that somebody is handed.

use crate::dice::{Dice, draw};
use crate::error::SealError;
use crate::hex;
use crate::secret::Key;
use crate::stretch::Stretch;
use zeroize::Zeroizing;

const PLACE: &str = "stretched password";

/// A password as it may be kept: what one guess costs, a salt of its own, and the key it stretches to.
#[derive(Debug, Clone)]
pub struct Stretched {
    stretch: Stretch,
    salt: [u8; 16],
    key: Key,
}

impl Stretched {
    /// Stretches a password.
    ///
    /// # Errors
    /// When the settings are outside what this program is willing to spend.
    pub fn make(
        password: &str,
        stretch: Stretch,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<Self, SealError> {
        let salt = draw(dice);
        Ok(Self { stretch, salt, key: stretch.key(password.as_bytes(), &salt)? })
    }

    /// Whether this is the password. The time it takes says nothing about how much of it is right.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub fn is(&self, password: &str) -> Result<bool, SealError> {
        let key = self.stretch.key(password.as_bytes(), &self.salt)?;
        Ok(blake3::hash(key.expose()) == blake3::hash(self.key.expose()))
    }

    /// As it is stored: `argon2id 32768 3 <salt> <key>`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let Stretch { memory_kib, rounds } = self.stretch;
        let (salt, key) = (hex::encode(&self.salt), self.key.to_hex());
        Zeroizing::new(format!("argon2id {memory_kib} {rounds} {salt} {}", *key))
    }

    /// Reads [`Self::to_text`].
    ///
    /// # Errors
    /// [`SealError::Damaged`].
    pub fn from_text(text: &str) -> Result<Self, SealError> {
        let mut fields = text.split(' ');
        let mut next = || fields.next().ok_or(SealError::Damaged { place: PLACE });
        let number = |text: &str| text.parse::<u32>().map_err(|_| SealError::Damaged { place: PLACE });
        if next()? != "argon2id" {
            return Err(SealError::NotOurs { place: PLACE });
        }
        let stretch = Stretch { memory_kib: number(next()?)?, rounds: number(next()?)? };
        let salt = hex::decode_array(next()?).ok_or(SealError::Damaged { place: PLACE })?;
        let key = Key::from_hex(next()?).ok_or(SealError::Damaged { place: PLACE })?;
        Ok(Self { stretch, salt, key })
    }
}

/// Small letters and digits that nobody takes for another one on paper.
const CLEAR: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A first password: 15 letters and digits in three groups, 75 bits.
pub fn first_password(dice: &mut (impl Dice + ?Sized)) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(17));
    for (place, byte) in draw::<15>(dice).into_iter().enumerate() {
        if place > 0 && place % 5 == 0 {
            text.push('-');
        }
        let letter = CLEAR.get(usize::from(byte % 32)).copied().unwrap_or(b'a');
        text.push(char::from(letter));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SeededDice;

    #[test]
    fn only_the_password_is_the_password_also_after_it_was_stored() {
        let mut dice = SeededDice::repeatable(1);
        let made = Stretched::make("核桃树下第二家", Stretch::FAST, &mut dice).unwrap();
        let read = Stretched::from_text(&made.to_text()).unwrap();
        assert!(read.is("核桃树下第二家").unwrap() && !read.is("核桃树下第三家").unwrap());
        let again = Stretched::make("核桃树下第二家", Stretch::FAST, &mut dice).unwrap();
        assert_ne!(again.to_text(), made.to_text(), "a salt of its own");
    }

    #[test]
    fn what_is_no_stretched_password_is_refused() {
        let text = Stretched::make("x", Stretch::FAST, &mut SeededDice::repeatable(1)).unwrap().to_text();
        let short = text.get(..text.len() - 1).unwrap_or_default();
        for wrong in ["", "argon2id", "scrypt 8 1 00 00", "argon2id x 1 00 00", short] {
            assert!(Stretched::from_text(wrong).is_err(), "{wrong}");
        }
        let costly = text.replace("argon2id 8 ", "argon2id 4000000000 ");
        assert!(Stretched::from_text(&costly).unwrap().is("x").is_err(), "a damaged row exhausts nothing");
    }

    #[test]
    fn a_first_password_is_easy_to_copy_and_never_the_same() {
        let mut dice = SeededDice::repeatable(1);
        let (one, other) = (first_password(&mut dice), first_password(&mut dice));
        assert!(one.len() == 17 && one.bytes().filter(|byte| *byte == b'-').count() == 2, "{one:?}");
        assert_ne!(one, other);
        assert!(one.bytes().all(|byte| byte == b'-' || CLEAR.contains(&byte)));
    }
}
