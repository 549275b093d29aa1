//! Enrolment codes and devices.

use super::MemoryCounty;
use crate::StoreError;
use crate::county::{DeviceRecord, Directory, EnrolCode, EnrolState};
use async_trait::async_trait;
use domain::ids::DeviceId;
use domain::time::Day;
use std::collections::BTreeMap;
use sync::county::needs::DeviceState;

#[async_trait]
impl Directory for MemoryCounty {
    async fn put_code(&self, code: EnrolCode) -> Result<(), StoreError> {
        let codes = &mut self.inner().disk.codes;
        for other in codes.values_mut() {
            if other.staff == code.staff && other.state == EnrolState::Open {
                other.state = EnrolState::Cancelled;
            }
        }
        codes.insert(code.lookup.clone(), code);
        Ok(())
    }

    async fn code(&self, lookup: &str) -> Result<Option<EnrolCode>, StoreError> {
        self.read(|disk| disk.codes.get(lookup).cloned())
    }

    async fn wrong_try(&self, lookup: &str) -> Result<u8, StoreError> {
        let codes = &mut self.inner().disk.codes;
        let Some(code) = codes.get_mut(lookup).filter(|code| code.state == EnrolState::Open) else {
            return Ok(0);
        };
        code.tries_left = code.tries_left.saturating_sub(1);
        if code.tries_left == 0 {
            code.state = EnrolState::Cancelled;
        }
        Ok(code.tries_left)
    }

    async fn enrol(&self, lookup: &str, device: DeviceRecord) -> Result<bool, StoreError> {
        let disk = &mut self.inner().disk;
        let Some(code) = disk.codes.get_mut(lookup).filter(|code| code.state == EnrolState::Open) else {
            return Ok(false);
        };
        code.state = EnrolState::Used { device: device.row.device };
        disk.devices.insert(device.row.device, device);
        Ok(true)
    }

    async fn cancel_codes(&self) -> Result<(), StoreError> {
        let codes = &mut self.inner().disk.codes;
        let open = codes.values_mut().filter(|code| code.state == EnrolState::Open);
        open.for_each(|code| code.state = EnrolState::Cancelled);
        Ok(())
    }

    async fn readmit(&self, device: DeviceRecord) -> Result<bool, StoreError> {
        let devices = &mut self.inner().disk.devices;
        let unknown = !devices.contains_key(&device.row.device);
        devices.entry(device.row.device).or_insert(device);
        Ok(unknown)
    }

    async fn device(&self, device: DeviceId) -> Result<Option<DeviceRecord>, StoreError> {
        self.read(|disk| disk.devices.get(&device).cloned())
    }

    async fn devices(&self) -> Result<Vec<DeviceRecord>, StoreError> {
        self.read(|disk| disk.devices.values().cloned().collect())
    }

    async fn set_state(&self, device: DeviceId, state: DeviceState, day: Day) -> Result<bool, StoreError> {
        let disk = &mut self.inner().disk;
        let Some(found) = disk.devices.get_mut(&device) else { return Ok(false) };
        found.row.state = state;
        disk.states.insert((device, day), state);
        Ok(true)
    }

    async fn states(&self, as_of: Day) -> Result<BTreeMap<DeviceId, DeviceState>, StoreError> {
        // Ascending by day within a device, so that the last one stays.
        self.read(|disk| {
            let until = disk.states.iter().filter(|((_, day), _)| *day <= as_of);
            until.map(|((device, _), state)| (*device, *state)).collect()
        })
    }
}
