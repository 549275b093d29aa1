//! The county's signed words on a phone: that it is enrolled, and that it is revoked.

use crate::sign::PublicKey;
use crate::word::Word;
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::time::{Day, UnixMs};
use serde::{Deserialize, Serialize};

/// One role that a phone was enrolled with.
///
/// The role is text, so that a phone reads a certificate with a role that it does not know yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertifiedRole {
    /// The role's stable code, see `domain::staff::Role`.
    pub role: String,
    /// The area that it holds in, with everything below.
    pub area: AreaCode,
    /// The first day.
    pub from: Day,
    /// The first day without it; `None` while no end is set.
    pub until: Option<Day>,
}

/// What enrolment ends in: this key is this device, of this member of staff, with these logs.
///
/// A county restored from an older backup, which has forgotten the enrolment, accepts it as proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The device, as named by the county.
    pub device: DeviceId,
    /// The key with which the device signs.
    pub key: PublicKey,
    /// The log of everyday work.
    pub writer: WriterId,
    /// The log of urgent reports, which may overtake.
    pub urgent_writer: WriterId,
    /// The member of staff.
    pub staff: RecordId,
    /// The staff member's name as the phone greets them.
    pub staff_name: String,
    /// The county that signs.
    pub county: AreaCode,
    /// When it was issued, by the county's clock.
    pub issued_ms: UnixMs,
    /// Roles on that day. What holds now is in the records; this is for a county that lost them.
    pub roles: Vec<CertifiedRole>,
}

impl Word for Certificate {
    const LABEL: &'static str = "certificate";
}

/// 停用: on this word the phone destroys its wrapped keys and keeps the sealed journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationWord {
    /// The device that is lost. A phone obeys only a word on its own device and county.
    pub device: DeviceId,
    /// The county that signs.
    pub county: AreaCode,
    /// When it was issued, by the county's clock.
    pub issued_ms: UnixMs,
}

impl Word for RevocationWord {
    const LABEL: &'static str = "revocation";
}

impl RevocationWord {
    /// Whether this word is about the phone that holds this certificate.
    pub fn concerns(&self, certificate: &Certificate) -> bool {
        (self.device, self.county) == (certificate.device, certificate.county)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::dice::SeededDice;
    use crate::sign::SigningKey;
    use crate::word::SignedWord;

    pub(crate) fn certificate(key: PublicKey) -> Certificate {
        Certificate {
            device: DeviceId(7),
            key,
            writer: WriterId(8),
            urgent_writer: WriterId(9),
            staff: RecordId::named("staff", "杨"),
            staff_name: "杨春梅".into(),
            county: AreaCode(532_929_000_000),
            issued_ms: 1_795_400_000_000,
            roles: vec![CertifiedRole {
                role: "child_director".into(),
                area: AreaCode(532_929_101_201),
                from: "2026-01-01".parse().unwrap(),
                until: None,
            }],
        }
    }

    #[test]
    fn a_certificate_is_proved_by_the_county_key_and_survives_json() {
        let mut dice = SeededDice::repeatable(1);
        let (county, device) = (SigningKey::generate(&mut dice), SigningKey::generate(&mut dice));
        let certificate = certificate(device.public());
        let signed = SignedWord::sign(&certificate, &county).unwrap();
        let json = serde_json::to_string(&signed).unwrap();
        let stored: SignedWord<Certificate> = serde_json::from_str(&json).unwrap();
        assert_eq!(stored.open([&county.public()]), Ok(certificate));
        assert!(stored.open([&device.public()]).is_err(), "a phone cannot certify itself");
    }

    #[test]
    fn a_revocation_concerns_one_phone_of_one_county() {
        let own = certificate(SigningKey::generate(&mut SeededDice::repeatable(1)).public());
        let word = RevocationWord { device: own.device, county: own.county, issued_ms: 1 };
        assert!(word.concerns(&own));
        assert!(!RevocationWord { device: DeviceId(1), ..word.clone() }.concerns(&own));
        assert!(!RevocationWord { county: AreaCode(532_930_000_000), ..word }.concerns(&own));
    }
}
