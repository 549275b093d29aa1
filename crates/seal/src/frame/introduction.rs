//! From a phone whose enrolment the county has forgotten: its certificate, and behind it the request.

use super::{Limits, take};
use crate::certificate::Certificate;
use crate::error::SealError;
use crate::word::SignedWord;

const KIND: [u8; 3] = *b"SFC";
const MAGIC: [u8; 4] = *b"SFC1";

/// No certificate is longer.
pub const CERTIFICATE_BYTES_MAX: usize = 16 * 1024;

/// Puts the certificate before a request, which stays as it was signed.
///
/// # Errors
/// [`SealError::TooLarge`] for a certificate that no county gives.
pub fn introduce(certificate: &SignedWord<Certificate>, request: &[u8]) -> Result<Vec<u8>, SealError> {
    let text = serde_json::to_vec(certificate).map_err(|error| SealError::failed("certificate", error))?;
    let too_large = || SealError::TooLarge { place: "certificate", limit: CERTIFICATE_BYTES_MAX };
    let length = u32::try_from(text.len()).map_err(|_| too_large())?;
    if text.len() > CERTIFICATE_BYTES_MAX {
        return Err(too_large());
    }
    Ok([&MAGIC[..], &length.to_be_bytes(), &text, request].concat())
}

/// A request with its certificate, neither of them proved as yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction<'a> {
    /// What the county once signed, or so it says.
    pub certificate: SignedWord<Certificate>,
    /// The frame of the request.
    pub request: &'a [u8],
}

impl<'a> Introduction<'a> {
    /// Takes the bytes apart without trusting them; `None` when they are no introduction, of whatever
    /// version.
    ///
    /// # Errors
    /// [`SealError::VersionUnknown`], [`SealError::CutShort`], [`SealError::TooLarge`] or
    /// [`SealError::Damaged`].
    pub fn open(bytes: &'a [u8], limits: Limits) -> Result<Option<Self>, SealError> {
        if !bytes.starts_with(&KIND) {
            return Ok(None);
        }
        let (total, place) = (bytes.len(), "certificate");
        let ([_, _, _, version], rest) = take::<4>(bytes, "magic", total)?;
        if version != b'1' {
            let given = char::from(version).to_string();
            return Err(SealError::VersionUnknown { place: "magic", given });
        }
        let (length, rest) = take::<4>(rest, place, total)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > CERTIFICATE_BYTES_MAX {
            return Err(SealError::TooLarge { place, limit: CERTIFICATE_BYTES_MAX });
        }
        let cut = SealError::CutShort { place, needs: total - rest.len() + length, has: total };
        let (text, request) = rest.split_at_checked(length).ok_or(cut)?;
        if request.len() > limits.frame {
            return Err(SealError::TooLarge { place: "frame", limit: limits.frame });
        }
        let certificate = serde_json::from_slice(text).map_err(|_| SealError::Damaged { place })?;
        Ok(Some(Self { certificate, request }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::certificate;
    use crate::dice::SeededDice;
    use crate::sign::SigningKey;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits { frame: 1_000, message: 1_000 };

    fn signed() -> SignedWord<Certificate> {
        let key = SigningKey::generate(&mut SeededDice::repeatable(1));
        SignedWord::sign(&certificate(key.public()), &key).unwrap()
    }

    #[test]
    fn it_brings_the_certificate_and_the_request_as_they_were() {
        let bytes = introduce(&signed(), b"SFQ1 and so on").unwrap();
        let opened = Introduction::open(&bytes, LIMITS).unwrap().unwrap();
        assert_eq!(opened, Introduction { certificate: signed(), request: b"SFQ1 and so on" });
        assert_eq!(Introduction::open(opened.request, LIMITS), Ok(None), "a request alone is none");
    }

    #[test]
    fn what_is_too_long_or_newer_is_refused() {
        let bytes = introduce(&signed(), &[0; 1_001]).unwrap();
        let limit = LIMITS.frame;
        assert_eq!(Introduction::open(&bytes, LIMITS), Err(SealError::TooLarge { place: "frame", limit }));
        let huge = [&MAGIC[..], &[0xFF; 4], b"{}"].concat();
        assert!(matches!(Introduction::open(&huge, LIMITS), Err(SealError::TooLarge { .. })));
        let newer = [b"SFC2", &bytes[4..]].concat();
        assert!(matches!(Introduction::open(&newer, LIMITS), Err(SealError::VersionUnknown { .. })));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_error_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let opened = Introduction::open(&bytes, LIMITS);
            prop_assert!(opened.is_err() || opened == Ok(None) );
            prop_assert!(Introduction::open(&[&MAGIC[..], &bytes].concat(), LIMITS).is_err());
        }

        #[test]
        fn cut_in_its_certificate_it_is_an_error(length in 4_usize..400) {
            let whole = introduce(&signed(), b"").unwrap();
            prop_assert!(Introduction::open(&whole[..length.min(whole.len() - 1)], LIMITS).is_err());
        }
    }
}
