//! Secret bytes: never printed, wiped when dropped.

use crate::dice::{Dice, draw};
use zeroize::Zeroize;

/// A secret of `N` bytes, such as a database key.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<const N: usize>([u8; N]);

/// A symmetric key of 256 bits.
pub type Key = Secret<32>;

impl<const N: usize> Secret<N> {
    /// A fresh random secret.
    pub fn generate(dice: &mut (impl Dice + ?Sized)) -> Self {
        Self(draw(dice))
    }

    /// Takes bytes that are known already.
    pub fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Takes a slice of exactly `N` bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, for the moment of their use.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl Key {
    /// The bytes as hexadecimal digits, for a key file. Wiped when dropped.
    pub(crate) fn to_hex(&self) -> zeroize::Zeroizing<String> {
        zeroize::Zeroizing::new(crate::hex::encode(&self.0))
    }

    /// Reads [`Key::to_hex`].
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        crate::hex::decode_array(text).map(Self)
    }

    /// A key for one purpose, made from this one (BLAKE3 key derivation). Purposes never share a key.
    pub fn derive(&self, purpose: &str) -> Self {
        Self(blake3::derive_key(purpose, &self.0))
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> std::fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({N} bytes)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::new([0xAB; 32])), "Secret(32 bytes)");
    }

    #[test]
    fn purposes_never_share_a_key() {
        let key = Secret::new([7; 32]);
        assert_ne!(key.derive("one").expose(), key.derive("two").expose());
    }
}
