//! Signs, verifies, wraps keys, seals to recipients and compresses.
//!
//! Everything here is a pure function of its arguments: no clock, no storage, no socket, and
//! randomness comes in as [`Dice`]. The one exception is [`age_seal`], because the age library
//! draws its one-time file keys from the operating system itself; sealed bytes therefore differ
//! at each call, opened bytes never do.

pub mod age_seal;
pub mod certificate;
pub mod codes;
pub mod compress;
pub mod county_keys;
pub mod dice;
pub mod digits;
pub mod enrol;
pub mod error;
pub mod frame;
mod hex;
pub mod password;
pub mod receipt;
pub mod report;
pub mod secret;
pub mod secretbox;
pub mod sign;
pub mod stretch;
pub mod vault;
pub mod word;

pub use compress::{Dictionaries, Dictionary};
pub use dice::Dice;
pub use error::SealError;
pub use sign::{KeyId, PublicKey, Signature, SigningKey};
