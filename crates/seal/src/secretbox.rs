//! Small secrets under a symmetric key: XChaCha20-Poly1305 with a random nonce of 24 bytes.
//!
//! For wrapped keys, the county's stored codes, and lines of a phone's journal. What is sealed to
//! somebody else, or is long, goes through [`crate::age_seal`].

use crate::dice::{Dice, draw};
use crate::error::SealError;
use crate::secret::Key;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// What a box is longer than what it holds: nonce and tag.
pub const OVERHEAD: usize = 24 + 16;

/// Locks bytes under a key. The label says what for and is bound to the box; so is everything
/// that the caller puts into it, for instance the id of the device.
///
/// # Errors
/// Only for more than 256 GiB.
pub fn lock(
    key: &Key,
    label: &str,
    plain: &[u8],
    dice: &mut (impl Dice + ?Sized),
) -> Result<Vec<u8>, SealError> {
    let nonce: [u8; 24] = draw(dice);
    let payload = Payload { msg: plain, aad: label.as_bytes() };
    let sealed = cipher(key)
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|error| SealError::failed("secret box", error))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what [`lock`] made with this key and label.
///
/// # Errors
/// [`SealError::CutShort`], or [`SealError::SecretWrong`] when the key, the label or any byte is
/// another one: which of them cannot be told.
pub fn unlock(key: &Key, label: &'static str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let short = SealError::CutShort { place: label, needs: OVERHEAD, has: sealed.len() };
    let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or(short)?;
    cipher(key)
        .decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: label.as_bytes() })
        .map(Zeroizing::new)
        .map_err(|_| SealError::SecretWrong { place: label })
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(key.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SeededDice;

    #[test]
    fn only_the_same_key_and_label_open_a_box() {
        let mut dice = SeededDice::repeatable(1);
        let (key, other) = (Key::generate(&mut dice), Key::generate(&mut dice));
        let sealed = lock(&key, "journal", "漏雨".as_bytes(), &mut dice).unwrap();
        assert_eq!(sealed.len(), "漏雨".len() + OVERHEAD);
        assert_eq!(unlock(&key, "journal", &sealed).unwrap().as_slice(), "漏雨".as_bytes());
        assert_eq!(unlock(&other, "journal", &sealed), Err(SealError::SecretWrong { place: "journal" }));
        assert!(unlock(&key, "other", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(unlock(&key, "journal", &changed).is_err(), "byte {at}");
            assert!(unlock(&key, "journal", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_same_bytes_are_never_locked_the_same_way() {
        let mut dice = SeededDice::repeatable(1);
        let key = Key::generate(&mut dice);
        let [one, two] = [0, 0].map(|_| lock(&key, "l", b"x", &mut dice).unwrap());
        assert_ne!(one, two);
    }
}
