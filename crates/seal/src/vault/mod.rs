//! A phone's keys, wrapped twice: by PIN with the platform's key store, and by the 备用解锁码.
//!
//! The keys are random and never change; they lie under a random master key, and only the two
//! wraps of the master key depend on anything that people know. A PIN alone never opens them:
//! a million PINs fall in hours, the platform's 32 secret bytes do not.

mod delay;
mod file;

pub use delay::delay_after;
pub use file::VaultRead;

use crate::age_seal::SealRecipient;
use crate::codes::{PIN, Pin, RECOVERY_CODE, RecoveryCode};
use crate::dice::{Dice, draw};
use crate::error::SealError;
use crate::secret::Key;
use crate::secretbox;
use crate::sign::SigningKey;
use crate::stretch::Stretch;
use domain::canonical::Hash;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The keys of a phone.
#[derive(Debug, Clone)]
pub struct VaultKeys {
    /// Of the SQLCipher database.
    pub database: Key,
    /// Of the journal, whose lines are also sealed to the county.
    pub journal: Key,
    /// The device's signing key.
    pub device: SigningKey,
}

impl VaultKeys {
    /// Fresh keys.
    pub fn generate(dice: &mut (impl Dice + ?Sized)) -> Self {
        Self {
            database: Key::generate(dice),
            journal: Key::generate(dice),
            device: SigningKey::generate(dice),
        }
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let device = self.device.to_secret();
        Zeroizing::new([self.database.expose().as_slice(), self.journal.expose(), device.expose()].concat())
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (database, rest) = bytes.split_first_chunk::<32>()?;
        let (journal, device) = rest.split_first_chunk::<32>()?;
        Some(Self {
            database: Key::new(*database),
            journal: Key::new(*journal),
            device: SigningKey::from_bytes(device.try_into().ok()?),
        })
    }
}

/// An open vault: the keys, and the power to wrap them anew.
#[derive(Debug, Clone)]
pub struct Unlocked {
    /// The keys.
    pub keys: VaultKeys,
    master: Key,
}

/// One wrap of the master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Wrap {
    stretch: Stretch,
    #[serde(with = "crate::hex::bytes")]
    salt: Vec<u8>,
    #[serde(with = "crate::hex::bytes")]
    master: Vec<u8>,
}

/// By which a code that has been used is known. To find the code from it takes as long as it took from the
/// wrap that stood here before, and there is nothing behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Used {
    stretch: Stretch,
    #[serde(with = "crate::hex::bytes")]
    salt: Vec<u8>,
    proof: Hash,
}

/// The content of a vault file. Holds no secret in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vault {
    /// Grows with each change, so that the newer of two copies is known.
    generation: u64,
    /// A hash of the platform's secret: tells a changed key store from a wrong PIN.
    platform: Hash,
    pin: Wrap,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recovery: Option<Wrap>,
    /// By which the 备用解锁码 that was used last is known; it opens nothing any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used: Option<Used>,
    /// The 备用解锁码 that this phone drew itself, sealed to the county; absent while it is the county's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<String>,
    #[serde(with = "crate::hex::bytes")]
    keys: Vec<u8>,
}

const KEYS: &str = "vault keys";

impl Vault {
    /// Wraps keys for the first time. The 备用解锁码 comes with the county's answer to the enrolment
    /// request; a phone that wants its device key to be safe before that adds it afterwards
    /// ([`Vault::with_recovery`]).
    ///
    /// # Errors
    /// [`SealError::Damaged`] for settings out of bounds.
    pub fn create(
        keys: VaultKeys,
        pin: &Pin,
        platform: &Key,
        recovery: Option<&RecoveryCode>,
        stretch: Stretch,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<(Self, Unlocked), SealError> {
        let master = Key::generate(dice);
        let vault = Self {
            generation: 1,
            platform: platform_hash(platform),
            pin: Wrap::pin(&master, pin, platform, stretch, dice)?,
            recovery: recovery.map(|code| Wrap::recovery(&master, code, stretch, dice)).transpose()?,
            used: None,
            told: None,
            keys: secretbox::lock(&master, KEYS, &keys.to_bytes(), dice)?,
        };
        Ok((vault, Unlocked { keys, master }))
    }

    /// Whether a 备用解锁码 opens it: not before the county has answered.
    pub fn has_recovery(&self) -> bool {
        self.recovery.is_some()
    }

    /// The 备用解锁码 that the county has to be told of: drawn on this phone, sealed to the county, as text.
    pub fn told_to_county(&self) -> Option<&str> {
        self.told.as_deref()
    }

    /// Opens with PIN and key store. Takes as long as the stretch settings say, about 0.1 s.
    ///
    /// # Errors
    /// [`SealError::KeyStoreChanged`] when the platform's secret is another one, whatever the PIN;
    /// [`SealError::SecretWrong`] with the place `PIN`.
    pub fn unlock_with_pin(&self, pin: &Pin, platform: &Key) -> Result<Unlocked, SealError> {
        if self.platform != platform_hash(platform) {
            return Err(SealError::KeyStoreChanged);
        }
        let key = pin_key(pin, platform, self.pin.stretch, &self.pin.salt)?;
        self.open(secretbox::unlock(&key, PIN, &self.pin.master)?)
    }

    /// Opens with the 备用解锁码, without PIN and key store.
    ///
    /// # Errors
    /// [`SealError::SecretWrong`] with the place `recovery code`, also when none was set yet;
    /// [`SealError::SecretUsed`] for the one that was used last.
    pub fn unlock_with_recovery(&self, code: &RecoveryCode) -> Result<Unlocked, SealError> {
        let wrap = self.recovery.as_ref().ok_or(SealError::SecretWrong { place: RECOVERY_CODE })?;
        let key = recovery_key(code, wrap.stretch, &wrap.salt)?;
        match secretbox::unlock(&key, RECOVERY_CODE, &wrap.master) {
            Err(SealError::SecretWrong { .. }) if self.was_used(code)? => {
                Err(SealError::SecretUsed { place: RECOVERY_CODE })
            }
            master => self.open(master?),
        }
    }

    fn was_used(&self, code: &RecoveryCode) -> Result<bool, SealError> {
        let Some(used) = &self.used else { return Ok(false) };
        Ok(used.proof == proof_of(&recovery_key(code, used.stretch, &used.salt)?))
    }

    /// The vault that knows this 备用解锁码 for used, before another takes its place.
    ///
    /// # Errors
    /// [`SealError::SecretWrong`] when there is none; [`SealError::Damaged`] for settings out of bounds.
    pub fn used_up(&self, code: &RecoveryCode) -> Result<Self, SealError> {
        let wrap = self.recovery.as_ref().ok_or(SealError::SecretWrong { place: RECOVERY_CODE })?;
        let proof = proof_of(&recovery_key(code, wrap.stretch, &wrap.salt)?);
        let used = Used { stretch: wrap.stretch, salt: wrap.salt.clone(), proof };
        Ok(Self { used: Some(used), ..self.next() })
    }

    fn open(&self, master: Zeroizing<Vec<u8>>) -> Result<Unlocked, SealError> {
        let damaged = SealError::Damaged { place: KEYS };
        let master = Key::from_slice(&master).ok_or_else(|| damaged.clone())?;
        let bytes = secretbox::unlock(&master, KEYS, &self.keys).map_err(|_| damaged.clone())?;
        Ok(Unlocked { keys: VaultKeys::from_bytes(&bytes).ok_or(damaged)?, master })
    }

    /// The vault with another PIN, or the same PIN on a new key store. The keys stay.
    ///
    /// # Errors
    /// [`SealError::Damaged`] for settings out of bounds.
    pub fn with_pin(
        &self,
        open: &Unlocked,
        pin: &Pin,
        platform: &Key,
        stretch: Stretch,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<Self, SealError> {
        let wrap = Wrap::pin(&open.master, pin, platform, stretch, dice)?;
        Ok(Self { platform: platform_hash(platform), pin: wrap, ..self.next() })
    }

    /// The vault with another 备用解锁码, that the county knows. The keys stay.
    ///
    /// # Errors
    /// [`SealError::Damaged`] for settings out of bounds.
    pub fn with_recovery(
        &self,
        open: &Unlocked,
        code: &RecoveryCode,
        stretch: Stretch,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<Self, SealError> {
        let wrap = Wrap::recovery(&open.master, code, stretch, dice)?;
        Ok(Self { recovery: Some(wrap), told: None, ..self.next() })
    }

    /// The vault with a 备用解锁码 that is drawn here, in the place of one that has been used. Nobody knows
    /// it, not even the phone; the county is told of it in what only the county opens. The keys stay.
    ///
    /// # Errors
    /// [`SealError::Damaged`] for settings out of bounds; those of sealing.
    pub fn with_fresh_recovery(
        &self,
        open: &Unlocked,
        county: &SealRecipient,
        stretch: Stretch,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<Self, SealError> {
        let code = RecoveryCode::generate(dice);
        let vault = self.with_recovery(open, &code, stretch, dice)?;
        Ok(Self { told: Some(code.seal(county)?), ..vault })
    }

    /// Opens with the old PIN and wraps with the new one.
    ///
    /// # Errors
    /// Those of [`Vault::unlock_with_pin`].
    pub fn change_pin(
        &self,
        old: &Pin,
        new: &Pin,
        platform: &Key,
        stretch: Stretch,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<Self, SealError> {
        self.with_pin(&self.unlock_with_pin(old, platform)?, new, platform, stretch, dice)
    }

    fn next(&self) -> Self {
        Self { generation: self.generation.saturating_add(1), ..self.clone() }
    }
}

impl Wrap {
    fn pin(
        master: &Key,
        pin: &Pin,
        platform: &Key,
        stretch: Stretch,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<Self, SealError> {
        let salt = draw::<16>(dice).to_vec();
        let key = pin_key(pin, platform, stretch, &salt)?;
        let master = secretbox::lock(&key, PIN, master.expose(), dice)?;
        Ok(Self { stretch, salt, master })
    }

    fn recovery(
        master: &Key,
        code: &RecoveryCode,
        stretch: Stretch,
        dice: &mut (impl Dice + ?Sized),
    ) -> Result<Self, SealError> {
        let salt = draw::<16>(dice).to_vec();
        let key = recovery_key(code, stretch, &salt)?;
        let master = secretbox::lock(&key, RECOVERY_CODE, master.expose(), dice)?;
        Ok(Self { stretch, salt, master })
    }
}

fn pin_key(pin: &Pin, platform: &Key, stretch: Stretch, salt: &[u8]) -> Result<Key, SealError> {
    let stretched = stretch.key(pin.digits().as_bytes(), salt)?;
    let both = Zeroizing::new([stretched.expose().as_slice(), platform.expose()].concat());
    Ok(Key::new(blake3::derive_key("shanfang vault 1: PIN and key store", &both)))
}

/// What of a key may stand in the file.
fn proof_of(key: &Key) -> Hash {
    Hash::of(key.derive("shanfang vault 1: used recovery code").expose())
}

fn recovery_key(code: &RecoveryCode, stretch: Stretch, salt: &[u8]) -> Result<Key, SealError> {
    Ok(stretch.key(code.digits().as_bytes(), salt)?.derive("shanfang vault 1: recovery code"))
}

/// Says nothing about 32 random bytes, but recognises them.
fn platform_hash(platform: &Key) -> Hash {
    Hash(*platform.derive("shanfang vault 1: recognise the key store").expose())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::age_seal::SealIdentity;
    use crate::dice::SeededDice;

    pub(crate) struct Phone {
        pub(crate) dice: SeededDice,
        pub(crate) pin: Pin,
        pub(crate) platform: Key,
        pub(crate) code: RecoveryCode,
        pub(crate) keys: VaultKeys,
        pub(crate) vault: Vault,
    }

    pub(crate) fn phone(seed: u64) -> Phone {
        let mut dice = SeededDice::repeatable(seed);
        let pin = Pin::parse("135790").unwrap();
        let (platform, code) = (Key::generate(&mut dice), RecoveryCode::generate(&mut dice));
        let keys = VaultKeys::generate(&mut dice);
        let (vault, open) =
            Vault::create(keys, &pin, &platform, Some(&code), Stretch::FAST, &mut dice).unwrap();
        Phone { dice, pin, platform, code, keys: open.keys, vault }
    }

    fn same(one: &VaultKeys, other: &VaultKeys) -> bool {
        one.to_bytes() == other.to_bytes()
    }

    #[test]
    fn pin_and_recovery_code_open_the_same_keys() {
        let phone = phone(1);
        let by_pin = phone.vault.unlock_with_pin(&phone.pin, &phone.platform).unwrap();
        let by_code = phone.vault.unlock_with_recovery(&phone.code).unwrap();
        assert!(same(&by_pin.keys, &phone.keys) && same(&by_code.keys, &phone.keys));
    }

    #[test]
    fn a_wrong_pin_a_wrong_code_and_a_changed_key_store_are_told_apart() {
        let mut phone = phone(1);
        let wrong = Pin::parse("135791").unwrap();
        let error = phone.vault.unlock_with_pin(&wrong, &phone.platform).unwrap_err();
        assert_eq!(error, SealError::SecretWrong { place: PIN });
        let new_store = Key::generate(&mut phone.dice);
        let error = phone.vault.unlock_with_pin(&phone.pin, &new_store).unwrap_err();
        assert_eq!(error, SealError::KeyStoreChanged);
        let error = phone.vault.unlock_with_recovery(&RecoveryCode::generate(&mut phone.dice)).unwrap_err();
        assert_eq!(error, SealError::SecretWrong { place: RECOVERY_CODE });
    }

    #[test]
    fn a_changed_pin_opens_and_the_old_one_does_not() {
        let mut phone = phone(1);
        let new = Pin::parse("24680246").unwrap();
        let changed = phone
            .vault
            .change_pin(&phone.pin, &new, &phone.platform, Stretch::FAST, &mut phone.dice)
            .unwrap();
        assert!(same(&changed.unlock_with_pin(&new, &phone.platform).unwrap().keys, &phone.keys));
        assert!(changed.unlock_with_pin(&phone.pin, &phone.platform).is_err());
        assert!(changed.unlock_with_recovery(&phone.code).is_ok());
        let refused = phone.vault.change_pin(&new, &new, &phone.platform, Stretch::FAST, &mut phone.dice);
        assert_eq!(refused, Err(SealError::SecretWrong { place: PIN }));
    }

    #[test]
    fn pin_forgotten_and_key_store_gone_ends_in_a_new_pin_with_the_same_keys() {
        let mut phone = phone(1);
        let open = phone.vault.unlock_with_recovery(&phone.code).unwrap();
        let (pin, platform) = (Pin::parse("000000").unwrap(), Key::generate(&mut phone.dice));
        let mended = phone.vault.with_pin(&open, &pin, &platform, Stretch::FAST, &mut phone.dice).unwrap();
        assert!(same(&mended.unlock_with_pin(&pin, &platform).unwrap().keys, &phone.keys));
    }

    #[test]
    fn a_code_that_is_drawn_here_takes_the_place_of_the_used_one_and_only_the_county_reads_it() {
        let mut phone = phone(9);
        let open = phone.vault.unlock_with_recovery(&phone.code).unwrap();
        assert_eq!(phone.vault.told_to_county(), None, "the county's own");
        let county = SealIdentity::generate(&mut phone.dice).unwrap();
        let other = SealIdentity::generate(&mut phone.dice).unwrap();
        let used = phone.vault.used_up(&phone.code).unwrap();
        let fresh =
            used.with_fresh_recovery(&open, &county.recipient(), Stretch::FAST, &mut phone.dice).unwrap();
        let error = fresh.unlock_with_recovery(&phone.code).unwrap_err();
        assert_eq!(error, SealError::SecretUsed { place: RECOVERY_CODE }, "used up");
        let never = RecoveryCode::generate(&mut phone.dice);
        let error = fresh.unlock_with_recovery(&never).unwrap_err();
        assert_eq!(error, SealError::SecretWrong { place: RECOVERY_CODE }, "another was never good");
        let bytes = fresh.to_bytes().unwrap();
        let VaultRead::Good { vault, .. } = Vault::read(Some(&bytes), None) else { panic!("whole") };
        let told = vault.told_to_county().unwrap();
        let code = RecoveryCode::open(&[other.clone(), county], told).unwrap();
        assert!(same(&vault.unlock_with_recovery(&code).unwrap().keys, &open.keys));
        assert!(RecoveryCode::open(&[other], told).is_err());
        assert!(RecoveryCode::open(&[], "no digits").is_err());
        // A code that the county knows needs not be told.
        let known = vault.with_recovery(&open, &phone.code, Stretch::FAST, &mut phone.dice).unwrap();
        assert_eq!(known.told_to_county(), None);
    }

    #[test]
    fn a_recovery_code_can_be_added_after_enrolment() {
        let mut phone = phone(1);
        let (vault, open) =
            Vault::create(phone.keys, &phone.pin, &phone.platform, None, Stretch::FAST, &mut phone.dice)
                .unwrap();
        assert!(vault.unlock_with_recovery(&phone.code).is_err());
        let vault = vault.with_recovery(&open, &phone.code, Stretch::FAST, &mut phone.dice).unwrap();
        assert!(same(&vault.unlock_with_recovery(&phone.code).unwrap().keys, &open.keys));
    }

    #[test]
    fn no_key_is_readable_in_the_file_or_in_print() {
        let phone = phone(1);
        let file = String::from_utf8(phone.vault.to_bytes().unwrap()).unwrap();
        let shown = format!("{:?}{:?}", phone.vault, phone.keys);
        let secrets =
            [phone.keys.device.to_secret(), phone.keys.database, phone.keys.journal, phone.platform];
        for secret in secrets {
            let hex = secret.to_hex();
            assert!(!file.contains(hex.as_str()) && !shown.contains(hex.split_at(8).0));
        }
    }
}
