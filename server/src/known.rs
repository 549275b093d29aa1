//! What every request needs and nothing changes: keys of devices, and forms. Kept in memory.

use crate::county::{at_county, each_record};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{DeviceId, RecordId};
use domain::problem::Problem;
use forms::form::Form;
use seal::certificate::Certificate;
use seal::word::SignedWord;
use seal::{KeyId, PublicKey};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use store::county::{DeviceRecord, Ledger};
use sync::county::needs::RecordRow;

/// What never changes of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownDevice {
    /// The key with which it signs.
    pub key: PublicKey,
    /// Whose it is.
    pub staff: RecordId,
    /// The county's key that signed its certificate: the one that the phone knows for certain.
    pub certified_by: KeyId,
}

impl KnownDevice {
    /// Reads it from the record; `None` when the key is no key, or the certificate none.
    pub fn read(record: &DeviceRecord) -> Option<Self> {
        let key = record.key.as_slice().try_into().ok().and_then(PublicKey::from_bytes)?;
        let certificate: SignedWord<Certificate> = serde_json::from_str(&record.certificate).ok()?;
        Some(Self { key, staff: record.row.staff, certified_by: certificate.key_id() })
    }
}

/// Devices seen since the start. Grows with the county's phones only: strangers are not kept.
#[derive(Debug, Default)]
pub struct KnownDevices(RwLock<BTreeMap<DeviceId, KnownDevice>>);

impl KnownDevices {
    /// A device, if it was seen.
    pub fn get(&self, device: DeviceId) -> Option<KnownDevice> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&device).copied()
    }

    /// Remembers a device.
    pub fn insert(&self, device: DeviceId, known: KnownDevice) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(device, known);
    }
}

/// Published forms by their hash, compiled once.
#[derive(Debug, Default)]
pub struct KnownForms(RwLock<BTreeMap<Hash, Arc<Form>>>);

impl KnownForms {
    /// A form, if it is ready.
    pub fn get(&self, hash: Hash) -> Option<Arc<Form>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned()
    }

    /// Makes forms ready that were published since. `true` when one of `missing` is ready now.
    /// A form that cannot be compiled is left out: answers under it are taken in without a verdict.
    ///
    /// # Errors
    /// What the store says.
    pub async fn load(&self, ledger: &dyn Ledger, missing: &BTreeSet<Hash>) -> Result<bool, Problem> {
        let (_, _, reference, _) = ledger.standing_now().await.map_err(at_county)?;
        if !missing.iter().any(|hash| reference.orders.contains_key(hash)) {
            return Ok(false);
        }
        let take = |_, row: &RecordRow| {
            let hash = row.head.text(keys::HASH).and_then(|text| text.parse::<Hash>().ok());
            let Some(hash) = hash.filter(|hash| self.get(*hash).is_none()) else { return };
            match row.head.text(keys::DEFINITION).map(Form::parse) {
                Some(Ok(form)) if form.hash() == hash => {
                    let mut forms = self.0.write().unwrap_or_else(PoisonError::into_inner);
                    forms.insert(hash, Arc::new(form));
                }
                _ => tracing::warn!(form = %hash.short(), "a published form cannot be read"),
            }
        };
        each_record(ledger, RecordKind::Form, take).await?;
        Ok(missing.iter().any(|hash| self.get(*hash).is_some()))
    }
}
