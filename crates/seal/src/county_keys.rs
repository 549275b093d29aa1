//! The keys of a county: what its key file holds, and what everybody may know of them.

use crate::age_seal::{SealIdentity, SealRecipient};
use crate::dice::Dice;
use crate::error::SealError;
use crate::secret::Key;
use crate::sign::{KeyId, PublicKey, SigningKey};
use crate::word::Word;
use domain::canonical::{Hash, Transcript};
use domain::ids::AreaCode;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const FORMAT: &str = "shanfang county keys 1";
const PLACE: &str = "county key file";

/// Every secret of a county. Lives in a key file outside the data folder; never printed.
///
/// Keys that were replaced are kept: what they signed is verified and what was sealed to them is
/// opened for as long as the county exists.
#[derive(Debug, Clone)]
pub struct CountyKeys {
    county: AreaCode,
    signing: SigningKey,
    older_signing: Vec<SigningKey>,
    sealing: SealIdentity,
    older_sealing: Vec<SealIdentity>,
    database: Key,
    codes: Key,
    backup: SealRecipient,
}

impl CountyKeys {
    /// Fresh keys, and the identity that opens the county's backups: to be shown once, written on
    /// paper, and kept nowhere else.
    ///
    /// # Errors
    /// None in practice.
    pub fn generate(
        county: AreaCode,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<(Self, SealIdentity), SealError> {
        let offline = SealIdentity::generate(dice)?;
        let keys = Self {
            county,
            signing: SigningKey::generate(dice),
            older_signing: Vec::new(),
            sealing: SealIdentity::generate(dice)?,
            older_sealing: Vec::new(),
            database: Key::generate(dice),
            codes: Key::generate(dice),
            backup: offline.recipient(),
        };
        Ok((keys, offline))
    }

    /// The county whose keys these are.
    pub fn county(&self) -> AreaCode {
        self.county
    }

    /// The key that signs receipts, certificates and other words now.
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The key of an id, of now or formerly.
    pub fn signing_of(&self, id: KeyId) -> Option<&SigningKey> {
        std::iter::once(&self.signing).chain(&self.older_signing).find(|key| key.public().id() == id)
    }

    /// The key that somebody can verify who names the keys that they know, the likeliest first. Of none
    /// of them that is held here, the oldest: whoever knows any key of this county knows that one.
    pub fn signing_for(&self, known: &[KeyId]) -> &SigningKey {
        let held = known.iter().find_map(|id| self.signing_of(*id));
        held.or(self.older_signing.last()).unwrap_or(&self.signing)
    }

    /// The identities that open what was sealed to the county, the present one first.
    pub fn sealing(&self) -> Vec<SealIdentity> {
        std::iter::once(&self.sealing).chain(&self.older_sealing).cloned().collect()
    }

    /// The key of the county's database file.
    pub fn database(&self) -> &Key {
        &self.database
    }

    /// The key under which stored enrolment keys and 备用解锁码 are locked, see [`crate::secretbox`].
    pub fn codes(&self) -> &Key {
        &self.codes
    }

    /// Whom backups are sealed to: the key on paper.
    pub fn backup(&self) -> &SealRecipient {
        &self.backup
    }

    /// Takes a new signing key; the former is kept for verifying.
    pub fn renew_signing(&mut self, dice: &mut (impl Dice + ?Sized)) {
        let former = std::mem::replace(&mut self.signing, SigningKey::generate(dice));
        self.older_signing.insert(0, former);
    }

    /// Takes a new sealing identity; the former is kept for opening.
    ///
    /// # Errors
    /// None in practice.
    pub fn renew_sealing(&mut self, dice: &mut (impl Dice + ?Sized)) -> Result<(), SealError> {
        let former = std::mem::replace(&mut self.sealing, SealIdentity::generate(dice)?);
        self.older_sealing.insert(0, former);
        Ok(())
    }

    /// What phones and visitors may know.
    pub fn public(&self) -> CountyPublic {
        CountyPublic {
            county: self.county,
            signing: self.signing.public(),
            older_signing: self.older_signing.iter().map(SigningKey::public).collect(),
            sealing: self.sealing.recipient(),
        }
    }

    /// The content of the key file. Wiped when dropped.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_json(&self) -> Result<Zeroizing<String>, SealError> {
        let signing = std::iter::once(&self.signing).chain(&self.older_signing);
        let sealing = std::iter::once(&self.sealing).chain(&self.older_sealing);
        let mut file = KeyFile {
            check: None,
            format: FORMAT.to_owned(),
            county: self.county,
            signing: signing.map(|key| key.to_secret().to_hex()).collect(),
            sealing: sealing.map(SealIdentity::to_text).collect(),
            database: self.database.to_hex(),
            codes: self.codes.to_hex(),
            backup: self.backup.clone(),
        };
        file.check = Some(file.hash());
        serde_json::to_string_pretty(&file)
            .map(Zeroizing::new)
            .map_err(|error| SealError::failed(PLACE, error))
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`SealError::VersionUnknown`] or [`SealError::Damaged`]; the file's content is never repeated.
    pub fn from_json(text: &str) -> Result<Self, SealError> {
        let damaged = || SealError::Damaged { place: PLACE };
        let file: KeyFile = serde_json::from_str(text).map_err(|_| damaged())?;
        if file.format != FORMAT {
            return Err(SealError::VersionUnknown { place: PLACE, given: file.format });
        }
        if file.check.is_some_and(|check| check != file.hash()) {
            return Err(damaged());
        }
        let key = |hex: &Zeroizing<String>| Key::from_hex(hex).ok_or_else(damaged);
        let mut signing = Vec::new();
        for hex in &file.signing {
            signing.push(SigningKey::from_bytes(key(hex)?.expose()));
        }
        let mut sealing = Vec::new();
        for text in &file.sealing {
            sealing.push(SealIdentity::parse(text)?);
        }
        let (mut signing, mut sealing) = (signing.into_iter(), sealing.into_iter());
        Ok(Self {
            county: file.county,
            signing: signing.next().ok_or_else(damaged)?,
            older_signing: signing.collect(),
            sealing: sealing.next().ok_or_else(damaged)?,
            older_sealing: sealing.collect(),
            database: key(&file.database)?,
            codes: key(&file.codes)?,
            backup: file.backup,
        })
    }
}

/// The key file as it is written; the present keys stand first.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    format: String,
    county: AreaCode,
    signing: Vec<Zeroizing<String>>,
    sealing: Vec<Zeroizing<String>>,
    database: Zeroizing<String>,
    codes: Zeroizing<String>,
    backup: SealRecipient,
    /// Over all the rest: one wrong digit would still be a key, and every phone would refuse what it signs.
    /// Files of before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<Hash>,
}

impl KeyFile {
    fn hash(&self) -> Hash {
        let mut all = Transcript::new(FORMAT);
        all.number(self.county.0);
        for keys in [&self.signing, &self.sealing] {
            all.number(keys.len() as u64);
            for key in keys {
                all.text(key);
            }
        }
        all.text(&self.database).text(&self.codes).text(&self.backup.to_string()).finish()
    }
}

/// The public keys of a county. Phones get them at enrolment; later ones come as a
/// [`crate::word::SignedWord`] of a key that they know already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountyPublic {
    /// The county.
    pub county: AreaCode,
    /// The key that signs now.
    pub signing: PublicKey,
    /// Keys that signed before, the latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub older_signing: Vec<PublicKey>,
    /// Whom to seal to.
    pub sealing: SealRecipient,
}

impl Word for CountyPublic {
    const LABEL: &'static str = "county keys";
}

impl CountyPublic {
    /// Every key that ever signed for this county, the present one first.
    pub fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        std::iter::once(&self.signing).chain(&self.older_signing)
    }

    /// The key of an id.
    pub fn key(&self, id: KeyId) -> Option<&PublicKey> {
        self.keys().find(|key| key.id() == id)
    }

    /// The six digits that stand on the enrolment sheet and on the phone.
    pub fn fingerprint(&self) -> String {
        crate::sign::fingerprint_digits(&self.signing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::age_seal;
    use crate::dice::SeededDice;
    use crate::word::SignedWord;

    const COUNTY: AreaCode = AreaCode(532_929_000_000);

    #[test]
    fn the_key_file_brings_every_key_back() {
        let mut dice = SeededDice::repeatable(1);
        let (mut keys, offline) = CountyKeys::generate(COUNTY, &mut dice).unwrap();
        let (receipt, sealed) = (keys.signing().sign("l", b"m"), keys.public().sealing);
        let sealed = age_seal::seal(&[sealed], b"urgent").unwrap();
        keys.renew_signing(&mut dice);
        keys.renew_sealing(&mut dice).unwrap();
        let read = CountyKeys::from_json(&keys.to_json().unwrap()).unwrap();
        assert_eq!(read.public(), keys.public());
        assert_eq!((read.database(), read.codes()), (keys.database(), keys.codes()));
        assert_eq!((read.backup(), read.county()), (&offline.recipient(), COUNTY));
        let former = &read.public().older_signing[0];
        assert_eq!(former.verify("l", b"m", &receipt), Ok(()), "old receipts still verify");
        assert_eq!(age_seal::open(&read.sealing(), &sealed, 100).unwrap(), b"urgent");
    }

    #[test]
    fn new_keys_are_believed_from_a_known_key_only() {
        let mut dice = SeededDice::repeatable(2);
        let (mut keys, _) = CountyKeys::generate(COUNTY, &mut dice).unwrap();
        let known = keys.public();
        let former = keys.signing().clone();
        keys.renew_signing(&mut dice);
        let word = SignedWord::sign(&keys.public(), &former).unwrap();
        assert_eq!(word.open(known.keys()), Ok(keys.public()));
        let (stranger, _) = CountyKeys::generate(COUNTY, &mut dice).unwrap();
        let word = SignedWord::sign(&stranger.public(), stranger.signing()).unwrap();
        assert!(matches!(word.open(known.keys()), Err(SealError::KeyUnknown { .. })));
    }

    #[test]
    fn of_keys_that_are_lost_the_oldest_answers() {
        let mut dice = SeededDice::repeatable(5);
        let (mut keys, _) = CountyKeys::generate(COUNTY, &mut dice).unwrap();
        let (first, mut lost) = (keys.signing().public().id(), keys.clone());
        lost.renew_signing(&mut dice);
        let lost = lost.signing().public().id();
        assert_eq!(keys.signing_for(&[lost]).public().id(), first);
        keys.renew_signing(&mut dice);
        let second = keys.signing().public().id();
        keys.renew_signing(&mut dice);
        for (known, expected) in [(&[lost][..], first), (&[lost, second], second), (&[second, first], second)]
        {
            assert_eq!(keys.signing_for(known).public().id(), expected);
        }
    }

    #[test]
    fn secrets_are_never_printed() {
        let (keys, _) = CountyKeys::generate(COUNTY, &mut SeededDice::repeatable(3)).unwrap();
        let shown = format!("{keys:?}");
        for secret in [keys.signing().to_secret(), keys.database().clone(), keys.codes().clone()] {
            assert!(!shown.contains(secret.to_hex().split_at(12).0));
        }
        assert!(!shown.contains("SECRET-KEY"));
    }

    #[test]
    fn one_wrong_digit_anywhere_in_the_key_file_is_noticed() {
        let mut dice = SeededDice::repeatable(5);
        let (mut keys, _) = CountyKeys::generate(COUNTY, &mut dice).unwrap();
        keys.renew_signing(&mut dice);
        let text = keys.to_json().unwrap();
        let former = keys.older_signing[0].to_secret();
        for secret in [keys.signing().to_secret(), former, keys.codes().clone(), keys.database().clone()] {
            let hex = secret.to_hex();
            let (first, rest) = hex.split_at(1);
            let wrong = format!("{}{rest}", if first == "0" { "1" } else { "0" });
            let wrong = CountyKeys::from_json(&text.replace(hex.as_str(), &wrong));
            assert_eq!(wrong.unwrap_err(), SealError::Damaged { place: PLACE });
        }
        let older: Vec<_> = text.lines().filter(|line| !line.contains("\"check\"")).collect();
        let older =
            older.join("\n").replace(&format!("\"{}\",", keys.backup()), &format!("\"{}\"", keys.backup()));
        assert_eq!(CountyKeys::from_json(&older).unwrap().public(), keys.public(), "a file of before");
    }

    #[test]
    fn a_damaged_or_newer_key_file_is_told_apart() {
        let (keys, _) = CountyKeys::generate(COUNTY, &mut SeededDice::repeatable(4)).unwrap();
        let text = keys.to_json().unwrap();
        let newer = text.replace("county keys 1", "county keys 2");
        assert!(matches!(CountyKeys::from_json(&newer), Err(SealError::VersionUnknown { .. })));
        for broken in ["", "{}", text.split_at(200).0, &text.replace("signing", "singing")] {
            assert_eq!(CountyKeys::from_json(broken).unwrap_err(), SealError::Damaged { place: PLACE });
        }
    }
}
