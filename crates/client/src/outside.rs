//! What a locked phone knows: enough to report something urgent and to ring for help, and nothing that is anybody's
//! secret.

use crate::app::{Heard, Open};
use crate::ports::{Ports, VaultFile, VaultFiles};
use crate::staff::Helping;
use crate::tell::OrTell;
use domain::ids::{AreaCode, DeviceId, RecordId};
use domain::problem::Problem;
use domain::time::UnixMs;
use seal::age_seal::{SealIdentity, SealRecipient};
use seal::county_keys::CountyPublic;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The file beside the vault, in the open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outside {
    /// The device, as the county names it.
    pub device: DeviceId,
    /// The county's public keys.
    pub county: CountyPublic,
    /// This phone's own recipient: it reads again what it sealed, once it is unlocked.
    pub own: SealRecipient,
    /// The area of the holder's work.
    pub village: Option<AreaCode>,
    /// When the county was last heard.
    pub heard: Heard,
    /// Whom to ring, without names: telephones of the station's work, known before anybody has unlocked.
    #[serde(default)]
    pub helping: Helping,
}

/// A report of the locked phone, until it is unlocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sealed {
    /// The report.
    pub record: RecordId,
    /// Sealed to the county.
    pub bytes: Vec<u8>,
    /// Since when the county has it, by its signed word.
    pub taken_ms: Option<UnixMs>,
}

fn read<T: DeserializeOwned>(files: &dyn VaultFiles, file: VaultFile) -> Result<Option<T>, Problem> {
    let bytes = files.read(file).or_tell()?.filter(|bytes| !bytes.is_empty());
    // One that cannot be read is written anew at the next unlocking.
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

impl Outside {
    /// Reads it; `None` when the phone was not unlocked since this version, or the file is damaged.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn read(files: &dyn VaultFiles) -> Result<Option<Self>, Problem> {
        read(files, VaultFile::Outside)
    }
}

impl Sealed {
    /// Those that are there.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn read_all(files: &dyn VaultFiles) -> Result<Vec<Self>, Problem> {
        Ok(read(files, VaultFile::Reports)?.unwrap_or_default())
    }

    /// Writes them down.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write_all(files: &mut dyn VaultFiles, all: &[Self]) -> Result<(), Problem> {
        files.write(VaultFile::Reports, &serde_json::to_vec(all).or_tell()?).or_tell()
    }
}

impl Open {
    /// Writes down what the phone needs while it is locked, when that has changed. A disk that is full keeps
    /// nobody from opening the phone: the file before stays.
    pub(crate) fn leave_outside(&self, ports: &mut Ports) {
        let Ok(own) = SealIdentity::from_bytes(self.unlocked.keys.journal.expose()) else { return };
        let today = self.today(ports);
        let before = Outside::read(ports.vault.as_ref()).ok().flatten();
        let helping = self.helping(ports);
        let now = Outside {
            device: self.identity.certificate.device,
            county: self.identity.county.clone(),
            own: own.recipient(),
            village: self.only_area(today),
            heard: self.heard,
            helping: helping.unnamed(),
        };
        let Ok(bytes) = serde_json::to_vec(&now) else { return };
        if before.as_ref() != Some(&now) {
            let _ = ports.vault.write(VaultFile::Outside, &bytes);
        }
    }
}
