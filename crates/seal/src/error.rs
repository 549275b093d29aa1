//! What can be wrong with sealed, signed or compressed bytes.

use crate::codes::{ENROL_CODE, PIN, RECOVERY_CODE};
use crate::sign::KeyId;
use domain::problem::{Problem, ProblemCode};

/// Why bytes could not be opened, trusted or made. `place` names the part of the format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The bytes are something else altogether, for instance the page of a captive portal.
    #[error("{place}: not of this format")]
    NotOurs {
        /// The part of the format.
        place: &'static str,
    },
    /// The format is ours, but of a version that this program does not know.
    #[error("{place}: version {given} is not known here")]
    VersionUnknown {
        /// The part of the format.
        place: &'static str,
        /// The version that was given.
        given: String,
    },
    /// The bytes end too early.
    #[error("{place}: cut short, {has} of {needs} bytes")]
    CutShort {
        /// The part of the format that is incomplete.
        place: &'static str,
        /// Bytes needed up to the end of that part.
        needs: usize,
        /// Bytes there.
        has: usize,
    },
    /// The bytes do not make sense.
    #[error("{place}: damaged")]
    Damaged {
        /// The part of the format.
        place: &'static str,
    },
    /// More than the limit, before or after decompression.
    #[error("{place}: more than {limit} bytes")]
    TooLarge {
        /// The part of the format.
        place: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// The signature does not belong to these bytes and this key.
    #[error("{place}: the signature is wrong")]
    SignatureWrong {
        /// What was signed.
        place: &'static str,
    },
    /// Signed with a key that is not among the keys at hand.
    #[error("{place}: signed with the unknown key {key}")]
    KeyUnknown {
        /// What was signed.
        place: &'static str,
        /// The key's id.
        key: KeyId,
    },
    /// Compressed with a dictionary that is not at hand.
    #[error("the dictionary {id:08x} is not known here")]
    DictionaryUnknown {
        /// The first four bytes of the dictionary's hash.
        id: u32,
    },
    /// A code is good once, and this one has been used.
    #[error("{place}: used")]
    SecretUsed {
        /// Which one.
        place: &'static str,
    },
    /// A PIN or code is wrong. Which one, says the place.
    #[error("{place}: wrong")]
    SecretWrong {
        /// What was wrong.
        place: &'static str,
    },
    /// The platform's key store does not hold the secret of this vault any more.
    #[error("the platform's key store has changed")]
    KeyStoreChanged,
    /// Digits that cannot be what they should be: too few, too many, or the check digit does not fit.
    #[error("{place}: mistyped digits")]
    Mistyped {
        /// Which digits.
        place: &'static str,
    },
    /// Sealed to others than the identities at hand.
    #[error("not sealed to any of the keys at hand")]
    NotForUs,
    /// A library or a reader or writer failed; nothing that bytes from outside can bring about.
    #[error("{place}: {reason}")]
    Failed {
        /// The step that failed.
        place: &'static str,
        /// The library's own words.
        reason: String,
    },
}

impl SealError {
    /// A failure of a library or of a reader or writer.
    pub(crate) fn failed(place: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Failed { place, reason: reason.to_string() }
    }

    /// What the county tells a phone about bytes that the phone sent.
    pub fn at_county(&self) -> Problem {
        match self {
            Self::TooLarge { place, limit } => {
                let problem = Problem::new(ProblemCode::RequestTooLarge).with("place", place);
                problem.with("limit", format!("{} KiB", limit / 1024))
            }
            Self::VersionUnknown { place, given } => {
                Problem::new(ProblemCode::RequestTooNew).with("place", place).with("given", given)
            }
            Self::SignatureWrong { place } => Problem::new(ProblemCode::SignatureWrong).with("place", place),
            Self::Failed { .. } => Problem::new(ProblemCode::Internal).with("reference", self),
            _ => Problem::new(ProblemCode::RequestDamaged).with("place", self),
        }
    }

    /// What a phone tells its worker about bytes that came from the county.
    pub fn at_phone(&self) -> Problem {
        match self {
            Self::NotOurs { .. } => Problem::new(ProblemCode::NotTheCounty),
            Self::VersionUnknown { given, .. } => {
                Problem::new(ProblemCode::RequestTooOld).with("given", given)
            }
            Self::SignatureWrong { .. } | Self::KeyUnknown { .. } | Self::SecretWrong { .. } => {
                Problem::new(ProblemCode::CountyNotProven)
            }
            Self::Failed { .. } => Problem::new(ProblemCode::Internal).with("reference", self),
            _ => Problem::new(ProblemCode::ReplyDamaged),
        }
    }

    /// What a phone tells its worker about what they typed to open it. `wait_s` is how long the
    /// next try has to wait, see [`crate::vault::delay_after`].
    pub fn at_lock(&self, wait_s: u32) -> Problem {
        let wait = |code| Problem::new(code).with("wait_s", wait_s);
        match self {
            Self::Mistyped { place: PIN } => Problem::new(ProblemCode::PinTooShort),
            Self::Mistyped { place: RECOVERY_CODE } => Problem::new(ProblemCode::RecoveryCodeMalformed),
            Self::Mistyped { place: ENROL_CODE } => Problem::new(ProblemCode::EnrolCodeMalformed),
            Self::SecretWrong { place: PIN } => wait(ProblemCode::PinWrong),
            Self::SecretWrong { place: RECOVERY_CODE } => wait(ProblemCode::RecoveryCodeWrong),
            Self::SecretUsed { place: RECOVERY_CODE } => Problem::new(ProblemCode::RecoveryCodeUsed),
            Self::KeyStoreChanged => Problem::new(ProblemCode::KeyStoreChanged),
            Self::Failed { .. } => Problem::new(ProblemCode::Internal).with("reference", self),
            _ => Problem::new(ProblemCode::VaultDamaged),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_wrongly_has_a_sentence_of_its_own() {
        let code = |error: SealError| error.at_lock(60).code;
        assert_eq!(code(SealError::SecretWrong { place: PIN }), ProblemCode::PinWrong);
        assert_eq!(code(SealError::SecretWrong { place: RECOVERY_CODE }), ProblemCode::RecoveryCodeWrong);
        assert_eq!(code(SealError::Mistyped { place: RECOVERY_CODE }), ProblemCode::RecoveryCodeMalformed);
        assert_eq!(code(SealError::Damaged { place: "vault" }), ProblemCode::VaultDamaged);
        assert!(SealError::SecretWrong { place: PIN }.at_lock(60).en().contains("60 seconds"));
    }

    #[test]
    fn a_problem_names_the_place() {
        let problem = SealError::CutShort { place: "payload", needs: 90, has: 80 }.at_county();
        assert_eq!(problem.code, ProblemCode::RequestDamaged);
        assert!(problem.zh().contains("payload: cut short, 80 of 90 bytes"), "{}", problem.zh());
        let portal = SealError::NotOurs { place: "reply" }.at_phone();
        assert_eq!(portal.code, ProblemCode::NotTheCounty);
    }
}
