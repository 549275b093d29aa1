//! The binary envelope of one exchange, in either direction.
//!
//! A frame is complete in itself: it names its device or key, carries its signature, and means
//! the same over HTTP, on a colleague's phone or on a stick. Numbers are big-endian.
//!
//! ```text
//! request  "SFQ1"  device 8   signature 64  dictionary 4  zstd(message)
//! reply    "SFR1"  key id 8   signature 64  dictionary 4  zstd(length 4 ‖ statement ‖ rest)
//! introduction "SFC1"  length 4  signed certificate  request
//! ```
//!
//! Signatures cover the compressed bytes as they travel, so changing any byte is noticed.
//! Frames are signed, not encrypted: a frame that a stranger carries is sealed by
//! [`crate::age_seal`] first.

mod introduction;
mod reply;
mod request;

pub use introduction::{CERTIFICATE_BYTES_MAX, Introduction, introduce};
pub use reply::{OpenedReply, ReceiptProof, ReplyFrame, seal_reply};
pub use request::{RequestFrame, VerifiedRequest, seal_request};

use crate::error::SealError;
use crate::sign::Signature;

/// Bytes before the payload of every frame.
pub const HEAD_BYTES: usize = 80;

/// How large a frame may be. The figures belong to the protocol: `sync::wire::limits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of the whole frame as it travels, in bytes.
    pub frame: usize,
    /// Of its message once decompressed, in bytes.
    pub message: usize,
}

/// What both directions have in common.
struct Parts<'a> {
    name: [u8; 8],
    signature: Signature,
    dictionary: u32,
    payload: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Cuts a frame into its parts. `kind` is the magic without its version digit.
    fn open(bytes: &'a [u8], kind: [u8; 3], limits: Limits) -> Result<Self, SealError> {
        let total = bytes.len();
        if total > limits.frame {
            return Err(SealError::TooLarge { place: "frame", limit: limits.frame });
        }
        let (magic, rest) = take::<4>(bytes, "magic", total)?;
        match magic {
            [a, b, c, b'1'] if [a, b, c] == kind => {}
            [a, b, c, version] if [a, b, c] == kind && version.is_ascii_alphanumeric() => {
                return Err(SealError::VersionUnknown {
                    place: "magic",
                    given: char::from(version).to_string(),
                });
            }
            _ => return Err(SealError::NotOurs { place: "magic" }),
        }
        let (name, rest) = take::<8>(rest, "sender", total)?;
        let (signature, rest) = take::<64>(rest, "signature", total)?;
        let (dictionary, payload) = take::<4>(rest, "dictionary id", total)?;
        Ok(Self {
            name,
            signature: Signature(signature),
            dictionary: u32::from_be_bytes(dictionary),
            payload,
        })
    }

    fn close(&self, magic: [u8; 4]) -> Vec<u8> {
        let mut frame = Vec::with_capacity(HEAD_BYTES + self.payload.len());
        frame.extend_from_slice(&magic);
        frame.extend_from_slice(&self.name);
        frame.extend_from_slice(&self.signature.0);
        frame.extend_from_slice(&self.dictionary.to_be_bytes());
        frame.extend_from_slice(self.payload);
        frame
    }
}

/// Takes `N` bytes from the front, or says at which byte of the whole frame they end too early.
fn take<'a, const N: usize>(
    bytes: &'a [u8],
    place: &'static str,
    total: usize,
) -> Result<([u8; N], &'a [u8]), SealError> {
    match bytes.split_first_chunk::<N>() {
        Some((chunk, rest)) => Ok((*chunk, rest)),
        None => Err(SealError::CutShort { place, needs: total - bytes.len() + N, has: total }),
    }
}
