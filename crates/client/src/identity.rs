//! Who this phone is: its certificate and the county's keys, in a file sealed under the vault.
//!
//! Beside the database and not in it, so that a phone whose database had to be set aside is still
//! enrolled.

use crate::ports::{VaultFile, VaultFiles};
use crate::tell::{OrTell, internal};
use domain::problem::{Problem, ProblemCode};
use seal::certificate::Certificate;
use seal::county_keys::CountyPublic;
use seal::dice::Dice;
use seal::enrol::EnrolRequest;
use seal::secret::Key;
use seal::secretbox;
use seal::vault::VaultKeys;
use seal::word::SignedWord;
use serde::{Deserialize, Serialize};

const LABEL: &str = "identity";

/// An enrolled phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Enrolled {
    /// Who and what it is.
    pub certificate: Certificate,
    /// The same, signed by the county.
    pub signed: SignedWord<Certificate>,
    /// The county's public keys.
    pub county: CountyPublic,
    /// The holder has compared the six digits with those on the sheet.
    #[serde(default = "compared")]
    pub compared: bool,
}

/// Phones that were enrolled before this was written down.
fn compared() -> bool {
    true
}

impl Enrolled {
    /// The id of the county's present key, when it is not the one that signed the certificate.
    pub(crate) fn key_told(&self) -> Option<String> {
        let present = self.county.signing.id();
        (present != self.signed.key_id()).then(|| present.to_string())
    }

    /// Takes the county's new keys from a word that a known key has signed; `false` when there is nothing
    /// to take, or the word goes back to what was known. What was known stays known: also keys that the
    /// county has lost with a backup, so that no word of then is ever new again.
    pub(crate) fn learn(&mut self, text: &str) -> bool {
        let Ok(word) = serde_json::from_str::<SignedWord<CountyPublic>>(text) else { return false };
        let Ok(new) = word.open(self.county.keys()) else { return false };
        let follows = new.county == self.county.county && self.county.key(new.signing.id()).is_none();
        if follows {
            let mut older = new.older_signing.clone();
            older.extend(self.county.keys().filter(|known| new.key(known.id()).is_none()));
            self.county = CountyPublic { older_signing: older, ..new };
        }
        follows
    }
}

/// An enrolment that was asked for and not answered yet. The stretched code is a secret: hence the seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// What was, or will be, sent: the same bytes until it is answered.
    pub request: EnrolRequest,
    /// The stretched code, 32 bytes.
    pub code_key: Vec<u8>,
    /// A hash of the code and the county, to tell whether the same one was typed again.
    pub code_hash: domain::canonical::Hash,
}

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Identity {
    /// Under way.
    Asked(Box<Asked>),
    /// Done.
    Enrolled(Box<Enrolled>),
}

fn key(keys: &VaultKeys) -> Key {
    keys.database.derive("shanfang phone 1: identity file")
}

impl Identity {
    /// Reads the file; `None` when there is none, or nothing in it.
    ///
    /// # Errors
    /// [`ProblemCode::VaultDamaged`] when it does not open under these keys.
    pub(crate) fn read(files: &dyn VaultFiles, keys: &VaultKeys) -> Result<Option<Self>, Problem> {
        let sealed = files.read(VaultFile::Identity).or_tell()?.filter(|sealed| !sealed.is_empty());
        let Some(sealed) = sealed else { return Ok(None) };
        let damaged = || Problem::new(ProblemCode::VaultDamaged);
        let plain = secretbox::unlock(&key(keys), LABEL, &sealed).map_err(|_| damaged())?;
        serde_json::from_slice(&plain).map(Some).map_err(|_| damaged())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// As any file.
    pub(crate) fn write(
        &self,
        files: &mut dyn VaultFiles,
        keys: &VaultKeys,
        dice: &mut dyn Dice,
    ) -> Result<(), Problem> {
        let plain = serde_json::to_vec(self).or_tell()?;
        let sealed = secretbox::lock(&key(keys), LABEL, &plain, dice).map_err(|_| internal("identity"))?;
        files.write(VaultFile::Identity, &sealed).or_tell()
    }
}
