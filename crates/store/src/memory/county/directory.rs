//! Enrolment codes, devices, accounts and the access log.

use super::MemoryCounty;
use crate::StoreError;
use crate::county::{Access, Account, DeskSession, DeviceRecord, Directory, EnrolCode, EnrolState};
use async_trait::async_trait;
use domain::canonical::Hash;
use domain::ids::{DeviceId, RecordId};
use domain::patch::RecordRef;
use domain::time::{Day, UnixMs};
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

    async fn set_recovery(&self, device: DeviceId, locked: Vec<u8>) -> Result<bool, StoreError> {
        let disk = &mut self.inner().disk;
        let Some(found) = disk.devices.get_mut(&device) else { return Ok(false) };
        found.recovery_sealed = locked;
        Ok(true)
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

    async fn put_account(&self, account: Account) -> Result<bool, StoreError> {
        let accounts = &mut self.inner().disk.accounts;
        if accounts.get(&account.login).is_some_and(|other| other.staff != account.staff) {
            return Ok(false);
        }
        accounts.retain(|_, other| other.staff != account.staff);
        accounts.insert(account.login.clone(), account);
        Ok(true)
    }

    async fn account(&self, login: &str) -> Result<Option<Account>, StoreError> {
        self.read(|disk| disk.accounts.get(login).cloned())
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|disk| disk.accounts.values().cloned().collect())
    }

    async fn put_session(&self, session: DeskSession) -> Result<(), StoreError> {
        self.inner().disk.sessions.insert(session.token, session);
        Ok(())
    }

    async fn session(&self, token: Hash) -> Result<Option<DeskSession>, StoreError> {
        self.read(|disk| disk.sessions.get(&token).cloned())
    }

    async fn end_session(&self, token: Hash) -> Result<(), StoreError> {
        self.inner().disk.sessions.remove(&token);
        Ok(())
    }

    async fn end_sessions(
        &self,
        staff: RecordId,
        but: Option<Hash>,
        before_ms: UnixMs,
    ) -> Result<(), StoreError> {
        let goes =
            |one: &DeskSession| (one.staff == staff && Some(one.token) != but) || one.begun_ms < before_ms;
        self.inner().disk.sessions.retain(|_, one| !goes(one));
        Ok(())
    }

    async fn log_access(&self, access: Access) -> Result<u64, StoreError> {
        let lines = &mut self.inner().disk.accesses;
        lines.push(access);
        Ok(lines.len() as u64)
    }

    async fn accesses(&self, before: Option<u64>, count: usize) -> Result<Vec<(u64, Access)>, StoreError> {
        self.read(|disk| {
            let numbered = (1..).zip(disk.accesses.iter().cloned());
            let mut found: Vec<_> =
                numbered.take_while(|(number, _)| before.is_none_or(|before| *number < before)).collect();
            found.reverse();
            found.truncate(count);
            found
        })
    }

    async fn accesses_of(
        &self,
        reason: &str,
        record: RecordRef,
        count: usize,
    ) -> Result<Vec<(u64, Access)>, StoreError> {
        let mut found = self.accesses(None, usize::MAX).await?;
        found.retain(|(_, one)| one.reason == reason || one.record == Some(record));
        found.truncate(count);
        Ok(found)
    }
}
