//! Enrolment: a phone and a county that have never met prove to each other, in one round trip,
//! that both know the code on a sheet of paper, and say nothing of it to anyone else.
//!
//! Both stretch the code to a key ([`EnrolKey`]). The phone proves its knowledge over its own
//! public key, which it also signs; only then does the county prove its own over the certificate,
//! its public keys and the 备用解锁码, which travels locked under the same key. Whoever changes a
//! byte on the way, or has another code, fails one of the two proofs. The county never proves
//! anything to somebody who has not proved himself, so a stranger who guesses codes learns nothing
//! but "wrong", five times per sheet.
//!
//! What this does not prevent: somebody who breaks TLS *while* a phone enrols sees the phone's
//! proof and can try codes against it at the cost of [`Stretch::ENROL`] each, for the 72 hours
//! that a sheet is good for. Nine secret digits at some 0.1 s each are three years of one core;
//! the six digits of the county's key on sheet and phone show him up before.
//!
//! A request may be repeated with the same device key when its answer was lost: the county, which
//! remembers the key, answers again with the same certificate.

use crate::certificate::Certificate;
use crate::codes::{ENROL_CODE, EnrolCode, RecoveryCode};
use crate::county_keys::CountyPublic;
use crate::dice::{Dice, draw};
use crate::error::SealError;
use crate::secret::Key;
use crate::secretbox;
use crate::sign::{PublicKey, Signature, SigningKey};
use crate::stretch::Stretch;
use crate::word::SignedWord;
use domain::canonical::{Hash, Transcript, canonical_json};
use domain::ids::AreaCode;
use serde::{Deserialize, Serialize};

const LABEL: &str = "enrolment";
/// The place in a [`SealError::SecretWrong`] when the other side is not the county of the sheet.
pub const COUNTY_PROOF: &str = "county's proof";
const RECOVERY_LABEL: &str = "enrolment recovery code";

/// The stretched code. A county makes it once, when the sheet is printed, and keeps it locked
/// under [`crate::county_keys::CountyKeys::codes`]: an attempt then costs the county nothing,
/// and the code itself is nowhere but on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolKey(Key);

impl EnrolKey {
    /// Stretches a code for a county. Both sides use the same settings.
    ///
    /// # Errors
    /// [`SealError::Damaged`] for settings out of bounds.
    pub fn stretch(code: &EnrolCode, county: AreaCode, settings: Stretch) -> Result<Self, SealError> {
        let salt = Transcript::new("enrolment salt 1").text(code.lookup()).number(county.0).finish();
        settings.key(code.digits().as_bytes(), &salt.0).map(Self)
    }

    /// The key as it is stored by the county, locked.
    pub fn to_secret(&self) -> &Key {
        &self.0
    }

    /// The key as it was stored.
    pub fn from_secret(key: Key) -> Self {
        Self(key)
    }

    fn prove(&self, purpose: &str, said: &Hash) -> Hash {
        Hash(*blake3::keyed_hash(self.0.derive(purpose).expose(), &said.0).as_bytes())
    }

    fn check(&self, purpose: &str, said: &Hash, proof: &Hash) -> bool {
        // blake3::Hash compares in constant time.
        blake3::Hash::from(self.prove(purpose, said).0) == blake3::Hash::from(proof.0)
    }
}

const PHONE: &str = "shanfang enrolment 1: the phone's proof";
const COUNTY: &str = "shanfang enrolment 1: the county's proof";
const RECOVERY: &str = "shanfang enrolment 1: the recovery code";

/// What a phone sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The public number of the code: its first six digits.
    pub lookup: String,
    /// The county that the phone believes to speak to.
    pub county: AreaCode,
    /// The key that the phone has made for itself.
    pub key: PublicKey,
    /// 32 random bytes, so that an answer fits this request only.
    pub nonce: Hash,
    /// That the phone knows the code.
    pub proof: Hash,
    /// That the phone holds the key.
    pub signature: Signature,
}

impl EnrolRequest {
    /// The phone asks to be enrolled.
    pub fn new(
        key: &EnrolKey,
        code: &EnrolCode,
        county: AreaCode,
        device: &SigningKey,
        dice: &mut (impl Dice + ?Sized),
    ) -> Self {
        let (lookup, nonce) = (code.lookup().to_owned(), Hash(draw(dice)));
        let said = said(&lookup, county, &device.public(), &nonce);
        let proof = key.prove(PHONE, &said);
        Self { lookup, county, key: device.public(), nonce, proof, signature: device.sign(LABEL, &said.0) }
    }

    /// The county checks that the phone knows the code and holds its key. Costs no stretching.
    ///
    /// # Errors
    /// [`SealError::SecretWrong`] for another code or county: counts as one try.
    /// [`SealError::SignatureWrong`] when the phone does not hold the key.
    pub fn check(&self, key: &EnrolKey) -> Result<(), SealError> {
        let said = self.said();
        if !key.check(PHONE, &said, &self.proof) {
            return Err(SealError::SecretWrong { place: ENROL_CODE });
        }
        self.key.verify(LABEL, &said.0, &self.signature)
    }

    fn said(&self) -> Hash {
        said(&self.lookup, self.county, &self.key, &self.nonce)
    }
}

fn said(lookup: &str, county: AreaCode, key: &PublicKey, nonce: &Hash) -> Hash {
    Transcript::new("enrolment request 1")
        .text(lookup)
        .number(county.0)
        .bytes(&key.to_bytes())
        .hash(nonce)
        .finish()
}

/// What the county answers. Only the phone that asked can tell that it is genuine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolReply {
    /// The answer in JSON, word for word as it was proved.
    body: String,
    /// That the county knows the code.
    proof: Hash,
}

#[derive(Serialize, Deserialize)]
struct ReplyBody {
    certificate: SignedWord<Certificate>,
    county: CountyPublic,
    #[serde(with = "crate::hex::bytes")]
    recovery: Vec<u8>,
}

/// What a phone holds after enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Who and what this phone now is.
    pub certificate: Certificate,
    /// The same with the county's signature, to be shown to a county that has forgotten.
    pub signed: SignedWord<Certificate>,
    /// The county's public keys.
    pub county: CountyPublic,
    /// To be used for the vault's second wrap, then forgotten.
    pub recovery: RecoveryCode,
}

impl EnrolReply {
    /// The county answers a request that it has checked.
    ///
    /// # Errors
    /// None in practice.
    pub fn new(
        key: &EnrolKey,
        request: &EnrolRequest,
        certificate: SignedWord<Certificate>,
        county: CountyPublic,
        recovery: &RecoveryCode,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<Self, SealError> {
        let digits = recovery.digits().as_bytes();
        let recovery = secretbox::lock(&key.0.derive(RECOVERY), RECOVERY_LABEL, digits, dice)?;
        let body = canonical_json(&ReplyBody { certificate, county, recovery })
            .map_err(|error| SealError::failed(LABEL, error))?;
        let proof = key.prove(COUNTY, &answered(request, &body));
        Ok(Self { body, proof })
    }

    /// The phone checks that the county knows the code, and that the certificate is for itself.
    ///
    /// # Errors
    /// [`SealError::SecretWrong`] when this is not the county of the sheet, or the answer to
    /// another request; [`SealError::KeyUnknown`], [`SealError::SignatureWrong`] or
    /// [`SealError::Damaged`] when what a rightful county answered does not hold together.
    pub fn open(&self, key: &EnrolKey, request: &EnrolRequest) -> Result<Enrolled, SealError> {
        if !key.check(COUNTY, &answered(request, &self.body), &self.proof) {
            return Err(SealError::SecretWrong { place: COUNTY_PROOF });
        }
        let damaged = |place| SealError::Damaged { place };
        let body: ReplyBody = serde_json::from_str(&self.body).map_err(|_| damaged("enrolment reply"))?;
        let certificate = body.certificate.open(body.county.keys())?;
        let ours = certificate.key == request.key
            && certificate.county == request.county
            && body.county.county == request.county;
        if !ours {
            return Err(damaged("certificate"));
        }
        let digits = secretbox::unlock(&key.0.derive(RECOVERY), RECOVERY_LABEL, &body.recovery)?;
        let digits = std::str::from_utf8(&digits).map_err(|_| damaged("recovery code"))?;
        let recovery = RecoveryCode::parse(digits)?;
        Ok(Enrolled { certificate, signed: body.certificate, county: body.county, recovery })
    }
}

fn answered(request: &EnrolRequest, body: &str) -> Hash {
    Transcript::new("enrolment reply 1").hash(&request.said()).hash(&request.proof).text(body).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::certificate;
    use crate::county_keys::CountyKeys;
    use crate::dice::SeededDice;
    use domain::problem::ProblemCode;

    const HERE: AreaCode = AreaCode(532_929_000_000);

    struct World {
        dice: SeededDice,
        code: EnrolCode,
        device: SigningKey,
        county: CountyKeys,
        recovery: RecoveryCode,
    }

    impl World {
        fn new(seed: u64) -> Self {
            let mut dice = SeededDice::repeatable(seed);
            Self {
                code: EnrolCode::generate(&mut dice),
                device: SigningKey::generate(&mut dice),
                county: CountyKeys::generate(HERE, &mut dice).unwrap().0,
                recovery: RecoveryCode::generate(&mut dice),
                dice,
            }
        }

        fn key(&self) -> EnrolKey {
            EnrolKey::stretch(&self.code, HERE, Stretch::FAST).unwrap()
        }

        fn ask(&mut self) -> EnrolRequest {
            EnrolRequest::new(&self.key(), &self.code, HERE, &self.device, &mut self.dice)
        }

        fn answer(&mut self, key: &EnrolKey, request: &EnrolRequest) -> EnrolReply {
            let word = SignedWord::sign(&certificate(request.key), self.county.signing()).unwrap();
            EnrolReply::new(key, request, word, self.county.public(), &self.recovery, &mut self.dice).unwrap()
        }
    }

    #[test]
    fn both_sides_with_the_same_code_end_in_a_certificate() {
        let mut world = World::new(1);
        let wire = serde_json::to_string(&world.ask()).unwrap();
        let request: EnrolRequest = serde_json::from_str(&wire).unwrap();
        let stored = EnrolKey::from_secret(world.key().to_secret().clone());
        assert_eq!(request.check(&stored), Ok(()));
        let answer = serde_json::to_string(&world.answer(&stored, &request)).unwrap();
        let reply: EnrolReply = serde_json::from_str(&answer).unwrap();
        let enrolled = reply.open(&world.key(), &request).unwrap();
        assert_eq!(enrolled.certificate.key, world.device.public());
        assert_eq!(enrolled.county, world.county.public());
        assert_eq!(enrolled.recovery, world.recovery);
        assert_eq!(enrolled.signed.open(enrolled.county.keys()), Ok(enrolled.certificate));
        for secret in [&world.code.on_paper().replace(' ', ""), &world.recovery.read_out().replace(' ', "")] {
            let secret = secret.split_at(6).1;
            assert!(!wire.contains(secret) && !answer.contains(secret), "a code on the wire");
        }
    }

    #[test]
    fn a_county_notices_a_phone_with_another_code() {
        let mut world = World::new(1);
        let other = World::new(2);
        let request = world.ask();
        assert_eq!(request.check(&other.key()), Err(SealError::SecretWrong { place: ENROL_CODE }));
        let elsewhere = EnrolKey::stretch(&world.code, AreaCode(532_930_000_000), Stretch::FAST).unwrap();
        assert!(request.check(&elsewhere).is_err());
    }

    #[test]
    fn a_phone_notices_a_county_with_another_code() {
        let mut world = World::new(1);
        let request = world.ask();
        let mut false_county = World::new(2);
        let key = false_county.key();
        let error = false_county.answer(&key, &request).open(&world.key(), &request).unwrap_err();
        assert_eq!(error, SealError::SecretWrong { place: COUNTY_PROOF });
        assert_eq!(error.at_phone().code, ProblemCode::CountyNotProven);
    }

    #[test]
    fn nothing_can_be_changed_on_the_way() {
        let mut world = World::new(1);
        let (key, request) = (world.key(), world.ask());
        let stranger = SigningKey::generate(&mut world.dice);
        let stolen = EnrolRequest { key: stranger.public(), ..request.clone() };
        assert!(stolen.check(&key).is_err(), "a key put in on the way");
        let unsigned = EnrolRequest { signature: stranger.sign(LABEL, b"x"), ..request.clone() };
        assert_eq!(unsigned.check(&key), Err(SealError::SignatureWrong { place: LABEL }));
        let reply = world.answer(&key, &request);
        for at in 0..reply.body.len() {
            let mut body = reply.body.clone().into_bytes();
            body[at] ^= 1;
            if let Ok(body) = String::from_utf8(body) {
                assert!(EnrolReply { body, ..reply.clone() }.open(&key, &request).is_err(), "byte {at}");
            }
        }
        let again = world.ask();
        assert!(reply.open(&key, &again).is_err(), "the answer to an earlier request");
    }

    #[test]
    fn a_certificate_for_another_phone_is_refused() {
        let mut world = World::new(1);
        let (key, request) = (world.key(), world.ask());
        let other = SigningKey::generate(&mut world.dice).public();
        let word = SignedWord::sign(&certificate(other), world.county.signing()).unwrap();
        let public = world.county.public();
        let reply = EnrolReply::new(&key, &request, word, public, &world.recovery, &mut world.dice).unwrap();
        assert_eq!(reply.open(&key, &request), Err(SealError::Damaged { place: "certificate" }));
    }
}
