//! Ed25519 keys of devices and counties, and signatures that say what they are for.
//!
//! What is signed is the BLAKE3 hash of (label, message): a signature made for one purpose is
//! worthless for every other, and the message is hashed once however long it is.

use crate::dice::{Dice, draw};
use crate::error::SealError;
use crate::hex;
use domain::canonical::{Hash, Transcript};
use ed25519_dalek::Signer;
use std::fmt;
use zeroize::Zeroize;

/// The id of a public key: the first 8 bytes of its hash, as 16 hexadecimal digits.
///
/// Names a key among a county's few; it proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    /// The 8 bytes.
    pub fn to_bytes(self) -> [u8; 8] {
        self.0
    }

    /// Any 8 bytes are an id.
    pub fn from_bytes(bytes: &[u8; 8]) -> Option<Self> {
        Some(Self(*bytes))
    }
}

hex::serde_hex!(KeyId, 8, "a key id of 16 hexadecimal digits");

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The secret half of a key. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A fresh key.
    pub fn generate(dice: &mut (impl Dice + ?Sized)) -> Self {
        let mut seed: [u8; 32] = draw(dice);
        let key = Self::from_bytes(&seed);
        seed.zeroize();
        key
    }

    /// The key of 32 secret bytes (RFC 8032 §5.1.5); every 32 bytes are a key.
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The 32 secret bytes, to be wrapped and stored.
    pub fn to_secret(&self) -> crate::secret::Key {
        crate::secret::Key::new(self.0.to_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a message for the purpose that the label names.
    pub fn sign(&self, label: &str, message: &[u8]) -> Signature {
        Signature(self.0.sign(&signed_bytes(label, message)).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(secret of {})", self.public().id())
    }
}

/// The public half of a key; in JSON 64 hexadecimal digits.
///
/// Holds the decompressed point, so that verifying many messages decompresses it once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// Reads 32 bytes; `None` when they are no point of the curve, or one of its weak points.
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }

    /// The 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The hash of the key, from which its id and its digits on paper are taken.
    pub fn hash(&self) -> Hash {
        Transcript::new("public key").bytes(self.0.as_bytes()).finish()
    }

    /// The short name of the key.
    pub fn id(&self) -> KeyId {
        let [a, b, c, d, e, f, g, h, ..] = self.hash().0;
        KeyId([a, b, c, d, e, f, g, h])
    }

    /// Whether this key signed this message for this purpose (strict verification: one signature
    /// per message, so a signature cannot be varied by a bystander). One curve operation, ~50 µs.
    ///
    /// # Errors
    /// [`SealError::SignatureWrong`] with the label as its place.
    pub fn verify(
        &self,
        label: &'static str,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), SealError> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0
            .verify_strict(&signed_bytes(label, message), &signature)
            .map_err(|_| SealError::SignatureWrong { place: label })
    }
}

hex::serde_hex!(PublicKey, 32, "a public key of 64 hexadecimal digits");

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.as_bytes().cmp(other.0.as_bytes())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

/// A signature of 64 bytes; in JSON 128 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl Signature {
    /// The 64 bytes.
    pub fn to_bytes(self) -> [u8; 64] {
        self.0
    }

    /// Any 64 bytes; whether they are a signature shows when they are verified.
    pub fn from_bytes(bytes: &[u8; 64]) -> Option<Self> {
        Some(Self(*bytes))
    }
}

hex::serde_hex!(Signature, 64, "a signature of 128 hexadecimal digits");

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({}…)", hex::encode(self.0.split_at(4).0))
    }
}

/// The digits of a county key for paper and screens.
///
/// Six digits, shown on the enrolment sheet and on the phone, so that a person sees that both
/// speak of the same county: one chance in a million for another key.
pub fn fingerprint_digits(key: &PublicKey) -> String {
    let [a, b, c, d, e, f, g, h, ..] = Transcript::new("fingerprint").hash(&key.hash()).finish().0;
    let number = u64::from_le_bytes([a, b, c, d, e, f, g, h]) % 1_000_000;
    format!("{:03} {:03}", number / 1_000, number % 1_000)
}

fn signed_bytes(label: &str, message: &[u8]) -> [u8; 32] {
    Transcript::new("signature").text(label).bytes(message).finish().0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SeededDice;

    fn key(seed: u64) -> SigningKey {
        SigningKey::generate(&mut SeededDice::repeatable(seed))
    }

    #[test]
    fn a_signature_holds_for_its_key_label_and_message_only() {
        let signature = key(1).sign("visit", b"message");
        let public = key(1).public();
        assert_eq!(public.verify("visit", b"message", &signature), Ok(()));
        let wrong = Err(SealError::SignatureWrong { place: "other" });
        assert_eq!(public.verify("other", b"message", &signature), wrong);
        assert!(public.verify("visit", b"massage", &signature).is_err());
        assert!(key(2).public().verify("visit", b"message", &signature).is_err());
    }

    #[test]
    fn keys_survive_their_bytes_and_their_json() {
        let secret = key(1);
        assert_eq!(SigningKey::from_bytes(secret.to_secret().expose()).public(), secret.public());
        let json = serde_json::to_string(&secret.public()).unwrap();
        assert_eq!(json.len(), 66);
        assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), secret.public());
        let signature = secret.sign("l", b"m");
        let json = serde_json::to_string(&signature).unwrap();
        assert_eq!(serde_json::from_str::<Signature>(&json).unwrap(), signature);
    }

    #[test]
    fn weak_points_and_other_bytes_are_no_keys() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), None, "a key for which every message is signed");
        assert_eq!(PublicKey::from_bytes(&[2; 32]), None, "not on the curve");
        assert!(serde_json::from_str::<PublicKey>("\"ab\"").is_err());
    }

    #[test]
    fn the_secret_is_never_printed() {
        let secret = key(1);
        let seed = hex::encode(secret.to_secret().expose());
        assert!(!format!("{secret:?}").contains(seed.split_at(8).0));
    }

    #[test]
    fn the_fingerprint_is_six_digits_of_the_key() {
        let digits = fingerprint_digits(&key(1).public());
        assert_eq!(digits.len(), 7);
        assert!(digits.chars().enumerate().all(|(at, c)| if at == 3 {
            c == ' '
        } else {
            c.is_ascii_digit()
        }));
        assert_ne!(digits, fingerprint_digits(&key(2).public()));
    }
}
