//! From a phone to the county: signed by the device's key.

use super::{Limits, Parts};
use crate::compress::{Dictionaries, Dictionary, compress, decompress_bounded};
use crate::error::SealError;
use crate::sign::{PublicKey, Signature, SigningKey};
use domain::canonical::Transcript;
use domain::ids::DeviceId;

const KIND: [u8; 3] = *b"SFQ";
const MAGIC: [u8; 4] = *b"SFQ1";
const LABEL: &str = "request";

/// Compresses and signs a message of the phone. `level` as in [`compress`].
///
/// # Errors
/// Only when memory runs out.
pub fn seal_request(
    device: DeviceId,
    key: &SigningKey,
    dictionary: Option<&Dictionary>,
    level: i32,
    message: &[u8],
) -> Result<Vec<u8>, SealError> {
    let payload = compress(message, level, dictionary)?;
    let dictionary = dictionary.map_or(0, Dictionary::id);
    let signature = key.sign(LABEL, &signed(device, dictionary, &payload));
    Ok(Parts { name: device.0.to_be_bytes(), signature, dictionary, payload: &payload }.close(MAGIC))
}

/// A request taken apart, whose sender is only claimed as yet.
#[derive(Debug, Clone, Copy)]
pub struct RequestFrame<'a> {
    /// The device that it says it comes from: look up its key, then [`RequestFrame::verify`].
    pub device: DeviceId,
    signature: Signature,
    dictionary: u32,
    payload: &'a [u8],
}

impl<'a> RequestFrame<'a> {
    /// Takes the bytes apart without trusting them. No allocation.
    ///
    /// # Errors
    /// [`SealError::TooLarge`], [`SealError::CutShort`], [`SealError::NotOurs`] or
    /// [`SealError::VersionUnknown`].
    pub fn open(bytes: &'a [u8], limits: Limits) -> Result<Self, SealError> {
        let parts = Parts::open(bytes, KIND, limits)?;
        Ok(Self {
            device: DeviceId(u64::from_be_bytes(parts.name)),
            signature: parts.signature,
            dictionary: parts.dictionary,
            payload: parts.payload,
        })
    }

    /// Proves the sender. Only what has been proved can be decompressed, so a stranger's bytes
    /// never reach the decompressor.
    ///
    /// # Errors
    /// [`SealError::SignatureWrong`].
    pub fn verify(self, key: &PublicKey) -> Result<VerifiedRequest<'a>, SealError> {
        let signed = signed(self.device, self.dictionary, self.payload);
        key.verify(LABEL, &signed, &self.signature)?;
        Ok(VerifiedRequest(self))
    }
}

/// A request that was signed by its device.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedRequest<'a>(RequestFrame<'a>);

impl VerifiedRequest<'_> {
    /// The device that sent it.
    pub fn device(&self) -> DeviceId {
        self.0.device
    }

    /// The message, at most `limits.message` bytes.
    ///
    /// # Errors
    /// [`SealError::DictionaryUnknown`], and those of [`decompress_bounded`].
    pub fn decompress(&self, dictionaries: &Dictionaries, limits: Limits) -> Result<Vec<u8>, SealError> {
        let dictionary = dictionaries.find(self.0.dictionary)?;
        decompress_bounded(self.0.payload, limits.message, dictionary)
    }
}

fn signed(device: DeviceId, dictionary: u32, payload: &[u8]) -> [u8; 32] {
    Transcript::new("request 1").number(device.0).number(u64::from(dictionary)).bytes(payload).finish().0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SeededDice;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits { frame: 512 * 1024, message: 1024 * 1024 };
    const DEVICE: DeviceId = DeviceId(0x0123_4567_89ab_cdef);

    fn key() -> SigningKey {
        SigningKey::generate(&mut SeededDice::repeatable(1))
    }

    fn sealed(message: &[u8]) -> Vec<u8> {
        seal_request(DEVICE, &key(), Some(Dictionary::builtin()), 19, message).unwrap()
    }

    /// The whole way of a request at the county, which knows one device.
    fn receive(bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let frame = RequestFrame::open(bytes, LIMITS)?;
        let key = if frame.device == DEVICE { Some(key().public()) } else { None };
        let key = key.ok_or(SealError::SignatureWrong { place: "unknown device" })?;
        frame.verify(&key)?.decompress(&Dictionaries::builtin(), LIMITS)
    }

    #[test]
    fn a_request_arrives_as_it_was_sent() {
        for message in ["", "{}", "漏雨".repeat(9_000).as_str()] {
            assert_eq!(receive(&sealed(message.as_bytes())).unwrap(), message.as_bytes());
        }
        assert_eq!(sealed(b"").len(), super::super::HEAD_BYTES + 9, "what an envelope costs");
    }

    #[test]
    fn cut_at_any_length_it_is_an_error_with_a_place() {
        let frame = sealed(br#"{"patches":[]}"#);
        for length in 0..frame.len() {
            let error = receive(&frame[..length]).unwrap_err();
            if length < super::super::HEAD_BYTES {
                assert!(
                    matches!(error, SealError::CutShort { has, .. } if has == length),
                    "{length}: {error}"
                );
            } else {
                assert_eq!(error, SealError::SignatureWrong { place: "request" }, "{length}");
            }
        }
        let place = |length| receive(&frame[..length]).unwrap_err().to_string();
        assert_eq!(place(50), "signature: cut short, 50 of 76 bytes");
    }

    #[test]
    fn other_versions_and_other_things_are_told_apart() {
        let mut frame = sealed(b"{}");
        frame[3] = b'2';
        assert_eq!(receive(&frame), Err(SealError::VersionUnknown { place: "magic", given: "2".into() }));
        assert_eq!(receive(b"<!DOCTYPE html>"), Err(SealError::NotOurs { place: "magic" }));
    }

    #[test]
    fn a_bomb_of_an_enrolled_device_is_refused() {
        let frame = sealed(&vec![b' '; 30_000_000]);
        assert!(frame.len() < 10_000);
        let limit = LIMITS.message;
        assert_eq!(receive(&frame), Err(SealError::TooLarge { place: "payload", limit }));
        let huge = vec![0; LIMITS.frame + 1];
        assert!(matches!(receive(&huge), Err(SealError::TooLarge { place: "frame", .. })));
    }

    proptest! {
        #[test]
        fn changing_any_byte_is_noticed(
            message in proptest::collection::vec(any::<u8>(), 0..200),
            at in any::<proptest::sample::Index>(),
            flip in 1_u8..,
        ) {
            let mut frame = sealed(&message);
            let at = at.index(frame.len());
            frame[at] ^= flip;
            prop_assert!(receive(&frame).is_err(), "byte {}", at);
        }

        #[test]
        fn any_bytes_are_an_error_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(receive(&bytes).is_err());
            prop_assert!(receive(&[&MAGIC[..], &bytes].concat()).is_err());
        }
    }
}
