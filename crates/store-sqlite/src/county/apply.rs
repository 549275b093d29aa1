//! Writing a plan: all rows but the sums, which the group writes once before it commits.

use super::bits::{kind_number, place};
use super::caches::{Around, Caches};
use super::lines::{record_at, record_in, waits_columns, waits_for};
use super::load::Knowledge;
use super::load_log::{WRITERS, device_state_number};
use super::recent::Moved;
use super::tally::Sums;
use super::view::View;
use crate::codec::{Pack, pack_entry, unpack_entry};
use crate::fault::fault;
use domain::canonical::Hash;
use domain::ids::{RecordId, WriterId};
use domain::log::Dot;
use domain::patch::{Entry, RecordRef};
use domain::problem::Problem;
use domain::reference::Reference;
use domain::time::{Day, UnixMs};
use rusqlite::{Connection, params};
use std::sync::Arc;
use store::StoreError;
use sync::county::Plan;
use sync::county::needs::{DeviceRow, DeviceState, WaitsFor, WriterRow};
use sync::county::outcome::{Held, LedgerRow, StateChange};
use sync::wire::receipt::ItemState;

/// A row that begins (1) or ceases (-1) to wait.
type WaitChange = (Option<RecordRef>, WaitsFor, i64);

/// Writes the rows of a plan. What they change in memory is answered, to be taken over by
/// [`Change::take_over`] once all of them are written.
pub(super) fn apply(
    view: &View<'_>,
    knowledge: &Knowledge,
    plan: Plan,
    now_ms: UnixMs,
) -> Result<Change, StoreError> {
    let (connection, county) = (view.connection, view.county);
    let mut waits = Vec::new();
    for row in &plan.ledger {
        append(connection, county, row, &mut waits)?;
    }
    for change in &plan.states {
        change_state(connection, county, change, &mut waits)?;
    }
    for (dot, hash) in &plan.erased {
        erase(connection, county, *dot, *hash)?;
    }
    super::apply_records::records(connection, county, knowledge, &plan)?;
    super::apply_people::people(connection, county, knowledge, &plan)?;
    for (writer, row) in &plan.writers {
        put_writer(connection, county, *writer, row)?;
    }
    if let Some(row) = &plan.device {
        put_device(connection, county, row, now_ms)?;
    }
    if let Some(former) = plan.former {
        let sql = "INSERT INTO epochs (county, writer, until_seq) VALUES (?1, ?2, ?3)";
        let row = [county, former.writer.0.cast_signed(), former.until_seq.cast_signed()];
        connection.execute(sql, row).map_err(fault)?;
    }
    if let Some(generations) = &plan.generations {
        super::generations::put(connection, county, &knowledge.loaded.generations, generations)?;
    }
    Ok(Change { plan, waits })
}

/// What a plan changes in memory.
pub(super) struct Change {
    plan: Plan,
    waits: Vec<WaitChange>,
}

impl Change {
    /// Takes the changes over: into the caches, into the sums that the group will write, and into what
    /// readers will find in memory.
    pub fn take_over(self, caches: &mut Caches, around: &mut Around, sums: &mut Sums, moved: &mut Moved) {
        let plan = self.plan;
        moved.take(&plan);
        if plan.records.keys().any(|record| Reference::holds(record.kind)) {
            let reference = Arc::make_mut(&mut caches.reference);
            for (record, row) in &plan.records {
                reference.take(*record, &row.head);
            }
        }
        for (own, waits_for, change) in self.waits {
            around.count(own, waits_for, change);
        }
        sums.add(plan.tally, plan.digests);
        caches.former.extend(plan.former);
        caches.generations = plan.generations.unwrap_or(Arc::clone(&caches.generations));
        caches.state = plan.county.unwrap_or(caches.state);
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}

fn append(
    connection: &Connection,
    county: i64,
    row: &LedgerRow,
    waits: &mut Vec<WaitChange>,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO ledger (place, county, writer, serial, kind, record, state, told,
             receipt_day, receipt_number, arrived_ms, device, hash, ledger_hash, problem, questions, entry)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    let (writer, serial, record, entry) = match &row.held {
        Held::Entry(entry) => {
            let patch = &entry.patch;
            (patch.writer, patch.serial, Some(patch.record), pack_entry(entry))
        }
        Held::Unreadable { writer, serial, raw } => (*writer, *serial, None, raw.clone().into_bytes()),
    };
    let named = record.map(|record| record.id).filter(|id| *id != RecordId::derived(writer, serial));
    let problem = row.problem.as_ref().map(json::<Problem>).transpose()?;
    let questions = (!row.questions.is_empty()).then(|| json(&row.questions)).transpose()?;
    let told = row.state != ItemState::Applied || questions.is_some();
    let mut insert = connection.prepare_cached(SQL).map_err(fault)?;
    insert
        .execute(params![
            place(county, row.seq),
            county,
            writer.0.cast_signed(),
            serial.cast_signed(),
            record.map(|record| kind_number(record.kind)),
            named.map(|id| id.bytes()),
            row.state.number(),
            told.then_some(row.seq.cast_signed()),
            row.receipt.map(|(day, _)| day),
            row.receipt.map(|(_, number)| number),
            row.arrived_ms,
            row.device.map(|device| device.0.cast_signed()),
            row.hash.0,
            row.ledger_hash.0,
            problem,
            questions,
            entry,
        ])
        .map_err(fault)?;
    if let Some(waits_for) = row.waits_for {
        wait(connection, county, place(county, row.seq), (writer, serial), record, waits_for)?;
        waits.push((record, waits_for, 1));
    }
    Ok(())
}

fn wait(
    connection: &Connection,
    county: i64,
    place: i64,
    (writer, serial): (WriterId, u64),
    record: Option<RecordRef>,
    waits_for: WaitsFor,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO waiting (place, county, writer, serial, kind, record, waits_for,
             needed_kind, needed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let (number, needed_kind, needed) = waits_columns(waits_for);
    let row = params![
        place,
        county,
        writer.0.cast_signed(),
        serial.cast_signed(),
        record.map(|record| kind_number(record.kind)),
        record.map(|record| record.id.bytes()),
        number,
        needed_kind,
        needed,
    ];
    connection.prepare_cached(SQL).and_then(|mut insert| insert.execute(row)).map_err(fault).map(drop)
}

/// Changes the state of a row that has been in the ledger, and notes that its phone is to be told.
fn change_state(
    connection: &Connection,
    county: i64,
    change: &StateChange,
    waits: &mut Vec<WaitChange>,
) -> Result<(), StoreError> {
    const PLACES: &str = "SELECT place, kind, record FROM ledger
         WHERE county = ?1 AND writer = ?2 AND serial = ?3 AND hash = ?4";
    const UPDATE: &str =
        "UPDATE ledger SET state = ?2, problem = ?3, told = ?4, questions = ?5 WHERE place = ?1";
    const LEAVE: &str = "DELETE FROM waiting WHERE place = ?1
         RETURNING waits_for, needed_kind, needed, kind, record";
    let (writer, serial) = (change.dot.writer, change.dot.serial);
    let problem = change.problem.as_ref().map(json::<Problem>).transpose()?;
    let questions = (!change.questions.is_empty()).then(|| json(&change.questions)).transpose()?;
    let key = params![county, writer.0.cast_signed(), serial.cast_signed(), change.hash.0];
    let mut select = connection.prepare_cached(PLACES).map_err(fault)?;
    let mut rows = select.query(key).map_err(fault)?;
    let mut places = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        places.push((row.get::<_, i64>(0).map_err(fault)?, record_at(row, 1, writer, serial)?));
    }
    for (place, record) in places {
        let row = params![place, change.state.number(), problem, change.seq.cast_signed(), questions];
        connection.prepare_cached(UPDATE).and_then(|mut update| update.execute(row)).map_err(fault)?;
        let mut leave = connection.prepare_cached(LEAVE).map_err(fault)?;
        let mut left = leave.query([place]).map_err(fault)?;
        while let Some(row) = left.next().map_err(fault)? {
            waits.push((record_in(row, 3)?, waits_for(row, 0)?, -1));
        }
        if let Some(waits_for) = change.waits_for {
            wait(connection, county, place, (writer, serial), record, waits_for)?;
            waits.push((record, waits_for, 1));
        }
    }
    Ok(())
}

/// Takes the body out of a row of the ledger; the envelope with the body's hash stays.
fn erase(connection: &Connection, county: i64, dot: Dot, hash: Hash) -> Result<(), StoreError> {
    const FIND: &str = "SELECT place, kind, record, entry FROM ledger
         WHERE county = ?1 AND writer = ?2 AND serial = ?3 AND hash = ?4";
    let Dot { writer, serial } = dot;
    let key = params![county, writer.0.cast_signed(), serial.cast_signed(), hash.0];
    let mut select = connection.prepare_cached(FIND).map_err(fault)?;
    let mut rows = select.query(key).map_err(fault)?;
    let mut bare = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let Some(record) = record_at(row, 1, writer, serial)? else { continue };
        let bytes: Vec<u8> = row.get(3).map_err(fault)?;
        let entry = unpack_entry(&bytes, writer, serial, record)?;
        bare.push((row.get::<_, i64>(0).map_err(fault)?, pack_entry(&Entry { body: None, ..entry })));
    }
    for (place, entry) in bare {
        let sql = "UPDATE ledger SET entry = ?2 WHERE place = ?1";
        connection
            .prepare_cached(sql)
            .and_then(|mut one| one.execute(params![place, entry]))
            .map_err(fault)?;
    }
    Ok(())
}

fn put_writer(
    connection: &Connection,
    county: i64,
    writer: WriterId,
    row: &WriterRow,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT OR REPLACE INTO writers (county, writer, device, serial, hash, forked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let row = params![
        county,
        writer.0.cast_signed(),
        row.device.map(|device| device.0.cast_signed()),
        row.mark.serial.cast_signed(),
        row.mark.hash.0,
        row.forked_at.cast_signed(),
    ];
    connection.prepare_cached(SQL).and_then(|mut put| put.execute(row)).map_err(fault).map(drop)
}

/// The packed list of a device's logs.
pub(super) fn pack_writers(row: &DeviceRow) -> Vec<u8> {
    let mut pack = Pack::new(WRITERS);
    pack.count(row.writers.len());
    row.writers.iter().for_each(|writer| pack.writer(*writer));
    pack.finish()
}

fn put_device(
    connection: &Connection,
    county: i64,
    row: &DeviceRow,
    now_ms: UnixMs,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE devices SET staff = ?3, state = ?4, number = ?5, app = ?6, waiting = ?7,
         heard_ms = ?8, writers = ?9 WHERE county = ?1 AND device = ?2";
    const HEARD: &str = "INSERT OR IGNORE INTO heard (county, staff, day) VALUES (?1, ?2, ?3)";
    let columns = params![
        county,
        row.device.0.cast_signed(),
        row.staff.bytes(),
        device_state_number(row.state),
        row.number.cast_signed(),
        row.app,
        row.waiting.cast_signed(),
        row.heard_ms,
        pack_writers(row),
    ];
    connection.prepare_cached(SQL).and_then(|mut update| update.execute(columns)).map_err(fault)?;
    if row.state == DeviceState::Revoked {
        return Ok(());
    }
    let heard = params![county, row.staff.bytes(), Day::of(now_ms).0];
    connection.prepare_cached(HEARD).and_then(|mut insert| insert.execute(heard)).map_err(fault).map(drop)
}
