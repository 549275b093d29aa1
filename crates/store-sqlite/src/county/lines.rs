//! Rows of the ledger as they are read.

use super::bits::{from_sql, kind_of, seq_of};
use crate::codec::{broken, record_id, unpack_entry};
use crate::fault::fault;
use domain::canonical::Hash;
use domain::ids::{DeviceId, RecordId, WriterId};
use domain::log::Dot;
use domain::patch::{Entry, RecordRef};
use domain::problem::Problem;
use domain::time::UnixMs;
use rusqlite::Row;
use store::StoreError;
use sync::county::needs::{HeldEntry, WaitsFor};
use sync::wire::receipt::ItemState;

/// The columns that [`Line::read`] reads.
macro_rules! ledger_columns {
    () => {
        "ledger.place, ledger.writer, ledger.serial, ledger.kind, ledger.record, state, receipt_day,
         receipt_number, arrived_ms, device, hash, ledger_hash, problem, entry,
         questions"
    };
}
pub(super) use ledger_columns;

/// A row of the ledger.
#[derive(Debug)]
pub(super) struct Line {
    /// Its sequence.
    pub seq: u64,
    /// Its place in its log.
    pub dot: Dot,
    /// The entry; `None` when it could not be read.
    pub entry: Option<Entry>,
    /// What came, when it could not be read.
    pub raw: Option<String>,
    /// Its state.
    pub state: ItemState,
    /// The receipt of a visit.
    pub receipt: Option<(i32, u32)>,
    /// When it arrived.
    pub arrived_ms: UnixMs,
    /// The device that brought it.
    pub device: Option<DeviceId>,
    /// The hash of the entry.
    pub hash: Hash,
    /// The hash of the ledger with it.
    pub ledger_hash: Hash,
    /// Why.
    pub problem: Option<Problem>,
    /// What its form asks of the worker.
    pub questions: Vec<Problem>,
}

impl Line {
    /// Reads a row of [`ledger_columns`].
    pub fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let writer = WriterId(row.get::<_, i64>(1).map_err(fault)?.cast_unsigned());
        let serial = row.get::<_, i64>(2).map_err(fault)?.cast_unsigned();
        let kind: Option<i64> = row.get(3).map_err(fault)?;
        let id: Option<[u8; 16]> = row.get(4).map_err(fault)?;
        let bytes = row.get_ref(13).map_err(fault)?.as_blob().map_err(from_sql)?;
        let (entry, raw) = match kind {
            None => (None, Some(String::from_utf8_lossy(bytes).into_owned())),
            Some(kind) => {
                let id = id.map_or_else(|| RecordId::derived(writer, serial), record_id);
                let record = RecordRef { kind: kind_of(kind)?, id };
                (Some(unpack_entry(bytes, writer, serial, record)?), None)
            }
        };
        Ok(Self {
            seq: seq_of(row.get(0).map_err(fault)?),
            dot: Dot { writer, serial },
            entry,
            raw,
            state: state_of(row.get(5).map_err(fault)?)?,
            receipt: receipt(row, 6)?,
            arrived_ms: row.get(8).map_err(fault)?,
            device: row.get::<_, Option<i64>>(9).map_err(fault)?.map(|id| DeviceId(id.cast_unsigned())),
            hash: Hash(row.get(10).map_err(fault)?),
            ledger_hash: Hash(row.get(11).map_err(fault)?),
            problem: json(row, 12)?,
            questions: json(row, 14)?.unwrap_or_default(),
        })
    }

    /// The row as an entry that waits.
    pub fn held(self, waits_for: WaitsFor) -> Option<HeldEntry> {
        let Self { entry, hash, state, arrived_ms, device, problem, questions, .. } = self;
        Some(HeldEntry { entry: entry?, hash, state, waits_for, arrived_ms, device, problem, questions })
    }
}

/// A receipt in two columns.
pub(super) fn receipt(row: &Row<'_>, at: usize) -> Result<Option<(i32, u32)>, StoreError> {
    let day: Option<i32> = row.get(at).map_err(fault)?;
    let number: Option<u32> = row.get(at + 1).map_err(fault)?;
    Ok(day.zip(number))
}

/// The state of a number.
pub(super) fn state_of(number: u8) -> Result<ItemState, StoreError> {
    ItemState::from_number(number).ok_or_else(|| broken("a state of a newer version"))
}

/// JSON in a column that may be empty.
pub(super) fn json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    at: usize,
) -> Result<Option<T>, StoreError> {
    let text = row.get_ref(at).map_err(fault)?.as_str_or_null().map_err(from_sql)?;
    text.map(serde_json::from_str).transpose().map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// What an entry waits for, as three columns.
pub(super) fn waits_columns(waits_for: WaitsFor) -> (i64, Option<i64>, Option<Vec<u8>>) {
    match waits_for {
        WaitsFor::Earlier => (0, None, None),
        WaitsFor::Held => (1, None, None),
        WaitsFor::Record(record) => {
            (2, Some(super::bits::kind_number(record.kind)), Some(record.id.bytes().to_vec()))
        }
        WaitsFor::Form(hash) => (3, None, Some(hash.0.to_vec())),
        WaitsFor::Reviewer => (4, None, None),
    }
}

/// What an entry waits for, from three columns.
pub(super) fn waits_for(row: &Row<'_>, at: usize) -> Result<WaitsFor, StoreError> {
    let number: i64 = row.get(at).map_err(fault)?;
    Ok(match number {
        0 => WaitsFor::Earlier,
        1 => WaitsFor::Held,
        2 => {
            let kind = kind_of(row.get(at + 1).map_err(fault)?)?;
            WaitsFor::Record(RecordRef { kind, id: record_id(row.get(at + 2).map_err(fault)?) })
        }
        3 => WaitsFor::Form(Hash(row.get(at + 2).map_err(fault)?)),
        4 => WaitsFor::Reviewer,
        _ => return Err(broken("waits for something of a newer version")),
    })
}

/// A record in two columns, kind and id, if there is one.
pub(super) fn record_in(row: &Row<'_>, at: usize) -> Result<Option<RecordRef>, StoreError> {
    let kind: Option<i64> = row.get(at).map_err(fault)?;
    let id: Option<[u8; 16]> = row.get(at + 1).map_err(fault)?;
    kind.zip(id).map(|(kind, id)| Ok(RecordRef { kind: kind_of(kind)?, id: record_id(id) })).transpose()
}

/// The same of a row of the ledger, which names the kind alone when the id is derived from its place.
pub(super) fn record_at(
    row: &Row<'_>,
    at: usize,
    writer: WriterId,
    serial: u64,
) -> Result<Option<RecordRef>, StoreError> {
    if let Some(named) = record_in(row, at)? {
        return Ok(Some(named));
    }
    let kind: Option<i64> = row.get(at).map_err(fault)?;
    let derived = |kind| Ok(RecordRef { kind: kind_of(kind)?, id: RecordId::derived(writer, serial) });
    kind.map(derived).transpose()
}
