//! The vault as a file, in two copies, with a checksum that needs no PIN.

use super::Vault;
use crate::error::SealError;
use domain::canonical::{Hash, canonical_json};

const MAGIC: &str = "shanfang vault ";
const VERSION: &str = "1";

/// What two copies of a vault file amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultRead {
    /// At least one copy is whole.
    Good {
        /// The newer of the whole copies.
        vault: Box<Vault>,
        /// Whether the other copy is missing, damaged or older, and both should be written again.
        repair: bool,
    },
    /// Written by a newer version of the app, which it names.
    Newer(String),
    /// There is something, but no copy is whole.
    Damaged,
    /// There is no copy at all: this phone was never enrolled, or its vault was destroyed.
    Missing,
}

impl Vault {
    /// The file: a line that says what it is, a line with the checksum of the rest, and JSON.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SealError> {
        let json = canonical_json(self).map_err(|error| SealError::failed("vault", error))?;
        Ok(format!("{MAGIC}{VERSION}\n{}\n{json}", Hash::of(json.as_bytes())).into_bytes())
    }

    /// Reads one copy.
    ///
    /// # Errors
    /// [`SealError::VersionUnknown`] for the file of a newer app, [`SealError::Damaged`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let damaged = || SealError::Damaged { place: "vault" };
        let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
        let (first, rest) = text.split_once('\n').ok_or_else(damaged)?;
        let (checksum, json) = rest.split_once('\n').ok_or_else(damaged)?;
        if checksum != Hash::of(json.as_bytes()).to_string() {
            return Err(damaged());
        }
        match first.strip_prefix(MAGIC).ok_or_else(damaged)? {
            VERSION => serde_json::from_str(json).map_err(|_| damaged()),
            given => Err(SealError::VersionUnknown { place: "vault", given: given.to_owned() }),
        }
    }

    /// Reads both copies and takes the newer of the whole ones, as after a change that was cut
    /// between writing the first and the second.
    pub fn read(first: Option<&[u8]>, second: Option<&[u8]>) -> VaultRead {
        let copies = [first, second].map(|copy| copy.map(Self::from_bytes));
        match copies {
            [None, None] => VaultRead::Missing,
            [Some(Err(SealError::VersionUnknown { given, .. })), _]
            | [_, Some(Err(SealError::VersionUnknown { given, .. }))] => VaultRead::Newer(given),
            [Some(Ok(one)), Some(Ok(two))] => {
                let repair = one != two;
                let vault = Box::new(if two.generation > one.generation { two } else { one });
                VaultRead::Good { vault, repair }
            }
            [Some(Ok(vault)), _] | [_, Some(Ok(vault))] => {
                VaultRead::Good { vault: Box::new(vault), repair: true }
            }
            _ => VaultRead::Damaged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::phone;
    use super::*;
    use crate::codes::Pin;
    use crate::stretch::Stretch;

    fn good(vault: &Vault, repair: bool) -> VaultRead {
        VaultRead::Good { vault: Box::new(vault.clone()), repair }
    }

    #[test]
    fn one_whole_copy_is_enough_and_asks_for_repair() {
        let phone = phone(1);
        let file = phone.vault.to_bytes().unwrap();
        let (whole, broken) = (Some(file.as_slice()), Some(&file[..file.len() / 2]));
        assert_eq!(Vault::read(whole, whole), good(&phone.vault, false));
        for other in [None, broken] {
            assert_eq!(Vault::read(whole, other), good(&phone.vault, true));
            assert_eq!(Vault::read(other, whole), good(&phone.vault, true));
        }
        assert_eq!(Vault::read(broken, None), VaultRead::Damaged);
        assert_eq!(Vault::read(broken, broken), VaultRead::Damaged);
        assert_eq!(Vault::read(None, None), VaultRead::Missing);
    }

    #[test]
    fn of_two_whole_copies_the_newer_is_taken() {
        let mut phone = phone(1);
        let new = Pin::parse("24680246").unwrap();
        let changed = phone
            .vault
            .change_pin(&phone.pin, &new, &phone.platform, Stretch::FAST, &mut phone.dice)
            .unwrap();
        let files = [&phone.vault, &changed].map(|vault| vault.to_bytes().unwrap());
        let [old, new] = files.each_ref().map(|file| Some(file.as_slice()));
        assert_eq!(Vault::read(old, new), good(&changed, true));
        assert_eq!(Vault::read(new, old), good(&changed, true));
    }

    #[test]
    fn damage_anywhere_is_told_from_a_wrong_pin_without_the_pin() {
        let file = phone(1).vault.to_bytes().unwrap();
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(Vault::from_bytes(&changed).is_err(), "byte {at}");
            assert_eq!(
                Vault::from_bytes(&file[..at]),
                Err(SealError::Damaged { place: "vault" }),
                "cut {at}"
            );
        }
    }

    #[test]
    fn the_file_of_a_newer_app_is_not_called_damaged() {
        let file = phone(1).vault.to_bytes().unwrap();
        let newer = String::from_utf8(file).unwrap().replacen("vault 1", "vault 2", 1);
        assert_eq!(Vault::read(Some(newer.as_bytes()), None), VaultRead::Newer("2".into()));
    }
}
