//! What the writer keeps in memory. It is changed only when a job's rows have been written, and read
//! anew from the file whenever a transaction did not end well.

use super::view::{Orders, View};
use crate::fault::fault;
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::coverage::Generations;
use domain::ids::{AreaCode, WriterId};
use domain::patch::RecordRef;
use domain::reference::Reference;
use domain::time::Day;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::StoreError;
use sync::county::needs::{CountyState, FormerEpoch, WaitsFor};

/// The county's place, reference and generations of rules.
#[derive(Debug, Clone)]
pub(super) struct Caches {
    /// The county's place.
    pub state: CountyState,
    /// Epochs that are over.
    pub former: Vec<FormerEpoch>,
    /// Areas, staff, assignments, duties, orders of forms.
    pub reference: Arc<Reference>,
    /// Generations with their rules.
    pub generations: Arc<Generations>,
}

/// Which records have entries waiting for them, their own or others', so that for all the others
/// nobody has to look. Counts waiting rows; grows with what waits.
#[derive(Debug, Clone, Default)]
pub(super) struct Around(BTreeMap<RecordRef, i64>);

impl Around {
    /// Whether anything waits.
    pub fn waits(&self, record: RecordRef) -> bool {
        self.0.contains_key(&record)
    }

    /// Counts one more waiting entry of a record, or with -1 one less.
    pub fn count(&mut self, own: Option<RecordRef>, waits_for: WaitsFor, change: i64) {
        let needed = match waits_for {
            WaitsFor::Record(needed) => Some(needed),
            WaitsFor::Earlier | WaitsFor::Held | WaitsFor::Form(_) | WaitsFor::Reviewer => None,
        };
        for record in own.into_iter().chain(needed) {
            let count = self.0.entry(record).or_default();
            *count += change;
            if *count <= 0 {
                self.0.remove(&record);
            }
        }
    }

    /// Reads all that waits. O(waiting rows).
    pub fn read(connection: &Connection, county: i64) -> Result<Self, StoreError> {
        const SQL: &str =
            "SELECT waits_for, needed_kind, needed, kind, record FROM waiting WHERE county = ?1";
        let mut statement = connection.prepare(SQL).map_err(fault)?;
        let mut rows = statement.query([county]).map_err(fault)?;
        let mut around = Self::default();
        while let Some(row) = rows.next().map_err(fault)? {
            let own = super::lines::record_in(row, 3)?;
            around.count(own, super::lines::waits_for(row, 0)?, 1);
        }
        Ok(around)
    }
}

/// The number of a county in the file, if it is there.
pub(super) fn county_number(connection: &Connection, code: AreaCode) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT number FROM counties WHERE code = ?1";
    connection.query_row(sql, [code.0.cast_signed()], |row| row.get(0)).optional().map_err(fault)
}

/// Takes a county into the file, with its first writer; answers its number.
pub(super) fn found_county(
    connection: &Connection,
    code: AreaCode,
    epoch: WriterId,
    begins: Day,
) -> Result<i64, StoreError> {
    const SQL: &str = "INSERT INTO counties (number, code, epoch, seq, hash, receipt_day, receipt_number,
             begins, horizon)
         VALUES ((SELECT count(*) FROM counties), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING number";
    let fresh = CountyState::new(epoch, begins);
    let row = params![
        code.0.cast_signed(),
        fresh.epoch.0.cast_signed(),
        fresh.seq.cast_signed(),
        fresh.hash.0,
        fresh.receipt_day.0,
        fresh.receipt_number,
        fresh.begins.0,
        fresh.horizon.0,
    ];
    connection.query_row(SQL, row, |row| row.get(0)).map_err(fault)
}

impl Caches {
    /// Reads them from the file. O(reference).
    pub fn read(connection: &Connection, county: i64) -> Result<Self, StoreError> {
        let mut reference = Reference::default();
        let mut view = View { connection, county, orders: &mut Orders::default() };
        for kind in RecordKind::ALL.iter().filter(|kind| Reference::holds(**kind)) {
            for (record, row, _) in view.records_of(*kind)? {
                reference.take(record, &row.head);
            }
        }
        Ok(Self {
            state: state(connection, county)?,
            former: former(connection, county)?,
            reference: Arc::new(reference),
            generations: Arc::new(super::generations::read(connection, county)?),
        })
    }
}

/// The county's place.
pub(super) fn state(connection: &Connection, county: i64) -> Result<CountyState, StoreError> {
    const SQL: &str = "SELECT epoch, seq, hash, receipt_day, receipt_number, begins, horizon
         FROM counties WHERE number = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(CountyState {
            epoch: WriterId(row.get::<_, i64>(0)?.cast_unsigned()),
            seq: row.get::<_, i64>(1)?.cast_unsigned(),
            hash: Hash(row.get(2)?),
            receipt_day: Day(row.get(3)?),
            receipt_number: row.get(4)?,
            begins: Day(row.get(5)?),
            horizon: Day(row.get(6)?),
        })
    };
    connection.prepare_cached(SQL).and_then(|mut found| found.query_row([county], read)).map_err(fault)
}

/// Writes the county's place.
pub(super) fn put_state(connection: &Connection, county: i64, state: &CountyState) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE counties SET epoch = ?2, seq = ?3, hash = ?4, receipt_day = ?5,
         receipt_number = ?6, begins = ?7, horizon = ?8 WHERE number = ?1";
    let row = params![
        county,
        state.epoch.0.cast_signed(),
        state.seq.cast_signed(),
        state.hash.0,
        state.receipt_day.0,
        state.receipt_number,
        state.begins.0,
        state.horizon.0,
    ];
    connection.prepare_cached(SQL).and_then(|mut update| update.execute(row)).map_err(fault).map(drop)
}

fn former(connection: &Connection, county: i64) -> Result<Vec<FormerEpoch>, StoreError> {
    let sql = "SELECT writer, until_seq FROM epochs WHERE county = ?1 ORDER BY number";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(FormerEpoch {
            writer: WriterId(row.get::<_, i64>(0)?.cast_unsigned()),
            until_seq: row.get::<_, i64>(1)?.cast_unsigned(),
        })
    };
    let mut statement = connection.prepare(sql).map_err(fault)?;
    let rows = statement.query_map([county], read).map_err(fault)?;
    rows.collect::<Result<_, _>>().map_err(fault)
}
