//! Enrolment codes, devices, accounts and the access log. Written by the writer too, so that a job and a change of a device
//! never cross.

use super::SqliteCounty;
use super::accounts;
use super::apply::pack_writers;
use super::load_log::{device_row, device_state, device_state_number};
use crate::codec::{broken, record_id};
use crate::fault::fault;
use async_trait::async_trait;
use domain::canonical::Hash;
use domain::ids::{DeviceId, RecordId};
use domain::patch::RecordRef;
use domain::time::{Day, UnixMs};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeMap;
use store::StoreError;
use store::county::{Access, Account, DeskSession, DeviceRecord, Directory, EnrolCode, EnrolState};
use sync::county::needs::DeviceState;

const OPEN: i64 = 0;
const USED: i64 = 1;
const CANCELLED: i64 = 2;

const DEVICES: &str = "SELECT devices.device, staff, state, number, app, waiting, heard_ms, writers,
         key, certificate, recovery, enrolled_ms
     FROM devices JOIN enrolments USING (county, device) WHERE county = ?1";

#[async_trait]
impl Directory for SqliteCounty {
    async fn put_code(&self, code: EnrolCode) -> Result<(), StoreError> {
        self.write(move |desk| put_code(desk.connection, desk.county, &code)).await
    }

    async fn code(&self, lookup: &str) -> Result<Option<EnrolCode>, StoreError> {
        let lookup = lookup.to_owned();
        self.read(move |view| code(view.connection, view.county, &lookup)).await
    }

    async fn wrong_try(&self, lookup: &str) -> Result<u8, StoreError> {
        let lookup = lookup.to_owned();
        self.write(move |desk| {
            let found = code(desk.connection, desk.county, &lookup)?;
            let Some(found) = found.filter(|code| code.state == EnrolState::Open) else { return Ok(0) };
            let left = found.tries_left.saturating_sub(1);
            let state = if left == 0 { CANCELLED } else { OPEN };
            let sql = "UPDATE codes SET tries_left = ?3, state = ?4 WHERE county = ?1 AND lookup = ?2";
            let row = params![desk.county, lookup, left, state];
            desk.connection.execute(sql, row).map_err(fault)?;
            Ok(left)
        })
        .await
    }

    async fn enrol(&self, lookup: &str, device: DeviceRecord) -> Result<bool, StoreError> {
        let lookup = lookup.to_owned();
        self.write(move |desk| {
            let sql = "UPDATE codes SET state = ?3, device = ?4
                 WHERE county = ?1 AND lookup = ?2 AND state = ?5";
            let id = device.row.device.0.cast_signed();
            let row = params![desk.county, lookup, USED, id, OPEN];
            let used = desk.connection.execute(sql, row).map_err(fault)? > 0;
            if used {
                put_device(desk.connection, desk.county, &device)?;
            }
            Ok(used)
        })
        .await
    }

    async fn cancel_codes(&self) -> Result<(), StoreError> {
        self.write(|desk| {
            let sql = "UPDATE codes SET state = ?2 WHERE county = ?1 AND state = ?3";
            desk.connection.execute(sql, [desk.county, CANCELLED, OPEN]).map_err(fault).map(drop)
        })
        .await
    }

    async fn readmit(&self, device: DeviceRecord) -> Result<bool, StoreError> {
        self.write(move |desk| {
            let sql = "SELECT 1 FROM devices WHERE county = ?1 AND device = ?2";
            let id = device.row.device.0.cast_signed();
            let known = desk.connection.query_row(sql, [desk.county, id], |_| Ok(()));
            let unknown = known.optional().map_err(fault)?.is_none();
            if unknown {
                put_device(desk.connection, desk.county, &device)?;
            }
            Ok(unknown)
        })
        .await
    }

    async fn set_recovery(&self, device: DeviceId, locked: Vec<u8>) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE enrolments SET recovery = ?3 WHERE county = ?1 AND device = ?2";
        self.write(move |desk| {
            let row = params![desk.county, device.0.cast_signed(), locked];
            Ok(desk.connection.execute(SQL, row).map_err(fault)? > 0)
        })
        .await
    }

    async fn device(&self, device: DeviceId) -> Result<Option<DeviceRecord>, StoreError> {
        self.read(move |view| {
            let sql = format!("{DEVICES} AND device = ?2");
            let mut statement = view.connection.prepare_cached(&sql).map_err(fault)?;
            let mut rows = statement.query([view.county, device.0.cast_signed()]).map_err(fault)?;
            rows.next().map_err(fault)?.map(device_record).transpose()
        })
        .await
    }

    async fn devices(&self) -> Result<Vec<DeviceRecord>, StoreError> {
        self.read(|view| {
            let mut statement = view.connection.prepare(DEVICES).map_err(fault)?;
            let mut rows = statement.query([view.county]).map_err(fault)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next().map_err(fault)? {
                found.push(device_record(row)?);
            }
            // Ids are unsigned, columns are not.
            found.sort_unstable_by_key(|device| device.row.device);
            Ok(found)
        })
        .await
    }

    async fn set_state(&self, device: DeviceId, state: DeviceState, day: Day) -> Result<bool, StoreError> {
        const NOW: &str = "UPDATE devices SET state = ?3 WHERE county = ?1 AND device = ?2";
        const SINCE: &str =
            "INSERT OR REPLACE INTO device_states (county, device, state, day) VALUES (?1, ?2, ?3, ?4)";
        self.write(move |desk| {
            let (county, device, state) = (desk.county, device.0.cast_signed(), device_state_number(state));
            let found = desk.connection.execute(NOW, [county, device, state]).map_err(fault)? > 0;
            if found {
                let row = [county, device, state, i64::from(day.0)];
                desk.connection.execute(SINCE, row).map_err(fault)?;
            }
            Ok(found)
        })
        .await
    }

    async fn states(&self, as_of: Day) -> Result<BTreeMap<DeviceId, DeviceState>, StoreError> {
        // Ascending by day within a device, so that the last one stays.
        const SQL: &str = "SELECT device, state FROM device_states WHERE county = ?1 AND day <= ?2
             ORDER BY device, day";
        self.read(move |view| {
            let mut statement = view.connection.prepare_cached(SQL).map_err(fault)?;
            let mut rows = statement.query([view.county, i64::from(as_of.0)]).map_err(fault)?;
            let mut found = BTreeMap::new();
            while let Some(row) = rows.next().map_err(fault)? {
                let device = DeviceId(row.get::<_, i64>(0).map_err(fault)?.cast_unsigned());
                found.insert(device, device_state(row.get(1).map_err(fault)?)?);
            }
            Ok(found)
        })
        .await
    }

    async fn put_account(&self, account: Account) -> Result<bool, StoreError> {
        self.write(move |desk| accounts::put_account(desk, &account)).await
    }

    async fn account(&self, login: &str) -> Result<Option<Account>, StoreError> {
        let login = login.to_owned();
        self.read(move |view| accounts::account(view, &login)).await
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|view| accounts::accounts(view)).await
    }

    async fn put_session(&self, session: DeskSession) -> Result<(), StoreError> {
        self.write(move |desk| accounts::put_session(desk, &session)).await
    }

    async fn session(&self, token: Hash) -> Result<Option<DeskSession>, StoreError> {
        self.read(move |view| accounts::session(view, token)).await
    }

    async fn end_session(&self, token: Hash) -> Result<(), StoreError> {
        self.write(move |desk| accounts::end_session(desk, token)).await
    }

    async fn end_sessions(
        &self,
        staff: RecordId,
        but: Option<Hash>,
        before_ms: UnixMs,
    ) -> Result<(), StoreError> {
        self.write(move |desk| accounts::end_sessions(desk, staff, but, before_ms)).await
    }

    async fn log_access(&self, access: Access) -> Result<u64, StoreError> {
        self.write(move |desk| accounts::log_access(desk, &access)).await
    }

    async fn accesses(&self, before: Option<u64>, count: usize) -> Result<Vec<(u64, Access)>, StoreError> {
        self.read(move |view| accounts::accesses(view, before, count)).await
    }

    async fn accesses_of(
        &self,
        reason: &str,
        record: RecordRef,
        count: usize,
    ) -> Result<Vec<(u64, Access)>, StoreError> {
        let reason = reason.to_owned();
        self.read(move |view| accounts::accesses_of(view, &reason, record, count)).await
    }
}

fn put_code(connection: &Connection, county: i64, code: &EnrolCode) -> Result<(), StoreError> {
    // One sheet at a time.
    let sql = "UPDATE codes SET state = ?3 WHERE county = ?1 AND staff = ?2 AND state = ?4";
    connection.execute(sql, params![county, code.staff.bytes(), CANCELLED, OPEN]).map_err(fault)?;
    let (state, device) = match code.state {
        EnrolState::Open => (OPEN, None),
        EnrolState::Used { device } => (USED, Some(device.0.cast_signed())),
        EnrolState::Cancelled => (CANCELLED, None),
    };
    let sql = "INSERT OR REPLACE INTO codes (county, lookup, sealed, staff, made_ms, until_ms, tries_left,
             state, device) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let row = params![
        county,
        code.lookup,
        code.sealed,
        code.staff.bytes(),
        code.made_ms,
        code.until_ms,
        code.tries_left,
        state,
        device,
    ];
    connection.execute(sql, row).map_err(fault).map(drop)
}

fn code(connection: &Connection, county: i64, lookup: &str) -> Result<Option<EnrolCode>, StoreError> {
    const SQL: &str = "SELECT lookup, sealed, staff, made_ms, until_ms, tries_left, state, device
         FROM codes WHERE county = ?1 AND lookup = ?2";
    let mut statement = connection.prepare_cached(SQL).map_err(fault)?;
    let read = |row: &Row<'_>| {
        let code = EnrolCode {
            lookup: row.get(0)?,
            sealed: row.get(1)?,
            staff: record_id(row.get(2)?),
            made_ms: row.get(3)?,
            until_ms: row.get(4)?,
            tries_left: row.get(5)?,
            state: EnrolState::Cancelled,
        };
        Ok((code, row.get::<_, i64>(6)?, row.get::<_, Option<i64>>(7)?))
    };
    let found = statement.query_row(params![county, lookup], read).optional().map_err(fault)?;
    let Some((code, state, device)) = found else { return Ok(None) };
    let state = match (state, device) {
        (OPEN, _) => EnrolState::Open,
        (USED, Some(device)) => EnrolState::Used { device: DeviceId(device.cast_unsigned()) },
        (CANCELLED, _) => EnrolState::Cancelled,
        _ => return Err(broken("a code's state of a newer version")),
    };
    Ok(Some(EnrolCode { state, ..code }))
}

fn put_device(connection: &Connection, county: i64, device: &DeviceRecord) -> Result<(), StoreError> {
    let DeviceRecord { row, key, certificate, recovery_sealed, enrolled_ms } = device;
    let id = row.device.0.cast_signed();
    let sql = "INSERT OR REPLACE INTO devices (county, device, staff, state, number, app, waiting, heard_ms,
             writers) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let columns = params![
        county,
        id,
        row.staff.bytes(),
        device_state_number(row.state),
        row.number.cast_signed(),
        row.app,
        row.waiting.cast_signed(),
        row.heard_ms,
        pack_writers(row),
    ];
    connection.execute(sql, columns).map_err(fault)?;
    let sql = "INSERT OR REPLACE INTO enrolments (county, device, key, certificate, recovery,
             enrolled_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let columns = params![county, id, key, certificate, recovery_sealed, enrolled_ms];
    connection.execute(sql, columns).map_err(fault).map(drop)
}

fn device_record(row: &Row<'_>) -> Result<DeviceRecord, StoreError> {
    Ok(DeviceRecord {
        row: device_row(row)?,
        key: row.get(8).map_err(fault)?,
        certificate: row.get(9).map_err(fault)?,
        recovery_sealed: row.get(10).map_err(fault)?,
        enrolled_ms: row.get(11).map_err(fault)?,
    })
}
