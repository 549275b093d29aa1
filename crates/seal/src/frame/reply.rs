//! From the county to a phone: signed once, and what the phone keeps as proof of it.
//!
//! The county signs (hash of the statement, hash of everything else), where the statement is the
//! text that names what it has received. A phone can therefore keep the statement and one hash,
//! drop the rest, and still show years later that the county had said so.

use super::{Limits, Parts};
use crate::compress::{Dictionaries, Dictionary, compress, decompress_bounded};
use crate::error::SealError;
use crate::sign::{KeyId, PublicKey, Signature, SigningKey};
use domain::canonical::{Hash, Transcript};
use serde::{Deserialize, Serialize};

const KIND: [u8; 3] = *b"SFR";
const MAGIC: [u8; 4] = *b"SFR1";
const LABEL: &str = "reply";

/// Compresses and signs a reply. The statement names the writer, what is durably there and under
/// which exchange number, so that it means the same outside this reply.
///
/// # Errors
/// [`SealError::TooLarge`] for a statement of 4 GiB; otherwise only when memory runs out.
pub fn seal_reply(
    key: &SigningKey,
    dictionary: Option<&Dictionary>,
    level: i32,
    statement: &str,
    rest: &[u8],
) -> Result<Vec<u8>, SealError> {
    let length = u32::try_from(statement.len())
        .map_err(|_| SealError::TooLarge { place: "statement", limit: u32::MAX as usize })?;
    let message = [&length.to_be_bytes(), statement.as_bytes(), rest].concat();
    let payload = compress(&message, level, dictionary)?;
    let dictionary = dictionary.map_or(0, Dictionary::id);
    let signed = signed(&Hash::of(statement.as_bytes()), &rest_hash(dictionary, &payload));
    let signature = key.sign(LABEL, &signed);
    let name = key.public().id().to_bytes();
    Ok(Parts { name, signature, dictionary, payload: &payload }.close(MAGIC))
}

/// A reply taken apart, whose sender is only claimed as yet.
#[derive(Debug, Clone, Copy)]
pub struct ReplyFrame<'a> {
    /// The county key that it says it is signed with: look it up, then [`ReplyFrame::verify`].
    pub key_id: KeyId,
    signature: Signature,
    dictionary: u32,
    payload: &'a [u8],
}

impl<'a> ReplyFrame<'a> {
    /// Takes the bytes apart without trusting them. No allocation.
    ///
    /// # Errors
    /// [`SealError::NotOurs`] for instance for the page of a captive portal,
    /// [`SealError::TooLarge`], [`SealError::CutShort`] or [`SealError::VersionUnknown`].
    pub fn open(bytes: &'a [u8], limits: Limits) -> Result<Self, SealError> {
        let parts = Parts::open(bytes, KIND, limits)?;
        Ok(Self {
            key_id: KeyId(parts.name),
            signature: parts.signature,
            dictionary: parts.dictionary,
            payload: parts.payload,
        })
    }

    /// Unpacks at most `limits.message` bytes and proves that this county key signed them.
    ///
    /// # Errors
    /// [`SealError::DictionaryUnknown`], those of [`decompress_bounded`],
    /// [`SealError::SignatureWrong`].
    pub fn verify(
        self,
        key: &PublicKey,
        dictionaries: &Dictionaries,
        limits: Limits,
    ) -> Result<OpenedReply, SealError> {
        if key.id() != self.key_id {
            return Err(SealError::KeyUnknown { place: LABEL, key: self.key_id });
        }
        let dictionary = dictionaries.find(self.dictionary)?;
        let message = decompress_bounded(self.payload, limits.message, dictionary)?;
        let (length, body) = super::take::<4>(&message, "statement length", message.len())?;
        let length = u32::from_be_bytes(length) as usize;
        let (statement, rest) = body.split_at_checked(length).ok_or(SealError::CutShort {
            place: "statement",
            needs: length.saturating_add(4),
            has: message.len(),
        })?;
        let statement =
            std::str::from_utf8(statement).map_err(|_| SealError::Damaged { place: "statement" })?.to_owned();
        let rest_hash = rest_hash(self.dictionary, self.payload);
        let proof = ReceiptProof { key_id: self.key_id, statement, rest_hash, signature: self.signature };
        proof.verify(key)?;
        Ok(OpenedReply { rest: rest.to_vec(), proof })
    }
}

/// A reply that was signed by the county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedReply {
    /// Everything but the statement.
    pub rest: Vec<u8>,
    /// The statement, with what proves it; to be kept.
    pub proof: ReceiptProof,
}

/// The county's signed word on what it has received, provable without the reply it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptProof {
    /// The county key that signed.
    pub key_id: KeyId,
    /// What the county said, word for word.
    pub statement: String,
    /// The hash of everything else in that reply, as it travelled.
    pub rest_hash: Hash,
    /// The signature over both.
    pub signature: Signature,
}

impl ReceiptProof {
    /// Whether the county said so.
    ///
    /// # Errors
    /// [`SealError::KeyUnknown`] when it was signed with another key, [`SealError::SignatureWrong`].
    pub fn verify(&self, key: &PublicKey) -> Result<(), SealError> {
        if key.id() != self.key_id {
            return Err(SealError::KeyUnknown { place: LABEL, key: self.key_id });
        }
        key.verify(LABEL, &signed(&Hash::of(self.statement.as_bytes()), &self.rest_hash), &self.signature)
    }
}

fn rest_hash(dictionary: u32, payload: &[u8]) -> Hash {
    Transcript::new("reply rest 1").number(u64::from(dictionary)).bytes(payload).finish()
}

fn signed(statement: &Hash, rest: &Hash) -> [u8; 32] {
    Transcript::new("reply 1").hash(statement).hash(rest).finish().0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SeededDice;
    use proptest::prelude::*;

    fn key(seed: u64) -> SigningKey {
        SigningKey::generate(&mut SeededDice::repeatable(seed))
    }

    fn sealed(statement: &str, rest: &[u8]) -> Vec<u8> {
        seal_reply(&key(1), Some(Dictionary::builtin()), 6, statement, rest).unwrap()
    }

    fn receive(bytes: &[u8]) -> Result<OpenedReply, SealError> {
        let limits = Limits { frame: 100_000, message: 1_000_000 };
        ReplyFrame::open(bytes, limits)?.verify(&key(1).public(), &Dictionaries::builtin(), limits)
    }

    #[test]
    fn a_reply_arrives_as_it_was_sent() {
        for (statement, rest) in [("", &b""[..]), (r#"{"marks":[]}"#, b"feed"), ("回执", &[0xFF; 500])] {
            let reply = receive(&sealed(statement, rest)).unwrap();
            assert_eq!((reply.proof.statement.as_str(), reply.rest.as_slice()), (statement, rest));
        }
    }

    #[test]
    fn the_proof_holds_without_the_reply_and_for_nothing_else() {
        let proof = receive(&sealed("received 1 to 7", b"feed")).unwrap().proof;
        let json = serde_json::to_string(&proof).unwrap();
        let kept: ReceiptProof = serde_json::from_str(&json).unwrap();
        assert_eq!(kept.verify(&key(1).public()), Ok(()));
        let forged = ReceiptProof { statement: "received 1 to 8".into(), ..kept.clone() };
        assert_eq!(forged.verify(&key(1).public()), Err(SealError::SignatureWrong { place: "reply" }));
        assert!(matches!(kept.verify(&key(2).public()), Err(SealError::KeyUnknown { .. })));
    }

    #[test]
    fn cut_at_any_length_it_is_an_error() {
        let frame = sealed("statement", b"rest of the reply");
        for length in 0..frame.len() {
            assert!(receive(&frame[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_portal_a_bomb_and_a_wrong_length_are_refused() {
        assert_eq!(receive(b"<html>log in</html>"), Err(SealError::NotOurs { place: "magic" }));
        let bomb = sealed("", &vec![0; 2_000_000]);
        assert_eq!(receive(&bomb), Err(SealError::TooLarge { place: "payload", limit: 1_000_000 }));
        let payload = compress(&[0, 0, 0, 9, b'x'], 3, None).unwrap();
        let parts = Parts {
            name: key(1).public().id().to_bytes(),
            signature: Signature([0; 64]),
            dictionary: 0,
            payload: &payload,
        };
        let error = receive(&parts.close(MAGIC)).unwrap_err();
        assert_eq!(error, SealError::CutShort { place: "statement", needs: 13, has: 5 });
    }

    proptest! {
        #[test]
        fn changing_any_byte_is_noticed(
            statement in ".{0,60}",
            rest in proptest::collection::vec(any::<u8>(), 0..200),
            at in any::<proptest::sample::Index>(),
            flip in 1_u8..,
        ) {
            let mut frame = sealed(&statement, &rest);
            let at = at.index(frame.len());
            frame[at] ^= flip;
            prop_assert!(receive(&frame).is_err(), "byte {}", at);
        }
    }
}
