//! Loading what a plan names: devices, logs, and what waits.

use super::bits::{kind_number, place};
use super::lines::{Line, json, ledger_columns, receipt, record_at, state_of, waits_for};
use super::view::View;
use crate::codec::Unpack;
use crate::fault::fault;
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::ids::{DeviceId, WriterId};
use domain::log::Mark;
use domain::patch::RecordRef;
use domain::problem::Problem;
use rusqlite::{OptionalExtension, Params, Row, params};
use std::collections::BTreeMap;
use store::StoreError;
use sync::county::needs::{
    ChangedOutcome, DeviceRow, DeviceState, HeldEntry, HistoryEntry, KnownEntry, Waiting, WaitsFor, WriterRow,
};
use sync::county::outcome::said;

/// The rows of the ledger that wait, with what they wait for in front.
macro_rules! waiting {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            ledger_columns!(),
            ", waits_for, needed_kind, needed FROM waiting JOIN ledger USING (place) ",
            $rest
        )
    };
}

/// The version of the packed list of a device's logs.
pub(super) const WRITERS: u8 = 1;

/// The number of a device's state.
pub(super) fn device_state_number(state: DeviceState) -> i64 {
    match state {
        DeviceState::Active => 0,
        DeviceState::Retired => 1,
        DeviceState::Revoked => 2,
    }
}

/// The device's state of a number.
pub(super) fn device_state(number: i64) -> Result<DeviceState, StoreError> {
    [DeviceState::Active, DeviceState::Retired, DeviceState::Revoked]
        .into_iter()
        .find(|one| device_state_number(*one) == number)
        .ok_or_else(|| crate::codec::broken("a device's state of a newer version"))
}

/// The device in a row of `device, staff, state, number, app, waiting, heard_ms, writers`.
pub(super) fn device_row(row: &Row<'_>) -> Result<DeviceRow, StoreError> {
    let writers: Vec<u8> = row.get(7).map_err(fault)?;
    Ok(DeviceRow {
        device: DeviceId(row.get::<_, i64>(0).map_err(fault)?.cast_unsigned()),
        staff: crate::codec::record_id(row.get(1).map_err(fault)?),
        state: device_state(row.get(2).map_err(fault)?)?,
        number: row.get::<_, i64>(3).map_err(fault)?.cast_unsigned(),
        app: row.get(4).map_err(fault)?,
        waiting: row.get::<_, i64>(5).map_err(fault)?.cast_unsigned(),
        heard_ms: row.get(6).map_err(fault)?,
        writers: Unpack::new(&writers, WRITERS)?.list(Unpack::writer)?.into_iter().collect(),
    })
}

impl View<'_> {
    /// A device's row.
    pub fn device(&self, device: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
        const SQL: &str = "SELECT device, staff, state, number, app, waiting, heard_ms, writers
             FROM devices WHERE county = ?1 AND device = ?2";
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        let mut rows = statement.query([self.county, device.0.cast_signed()]).map_err(fault)?;
        rows.next().map_err(fault)?.map(device_row).transpose()
    }

    /// What is held of a log.
    pub fn writer(&self, writer: WriterId) -> Result<Option<WriterRow>, StoreError> {
        const SQL: &str = "SELECT serial, hash, device, forked_at FROM writers
             WHERE county = ?1 AND writer = ?2";
        let read = |row: &Row<'_>| {
            let mark = Mark { serial: row.get::<_, i64>(0)?.cast_unsigned(), hash: Hash(row.get(1)?) };
            let device = row.get::<_, Option<i64>>(2)?.map(|device| DeviceId(device.cast_unsigned()));
            Ok(WriterRow { mark, device, forked_at: row.get::<_, i64>(3)?.cast_unsigned() })
        };
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        statement.query_row([self.county, writer.0.cast_signed()], read).optional().map_err(fault)
    }

    /// Outcomes to be told of a log since a sequence, in the order of the log.
    pub fn outcomes(&self, writer: WriterId, since: u64) -> Result<Vec<ChangedOutcome>, StoreError> {
        const SQL: &str = "SELECT serial, state, problem, questions, kind, record FROM ledger
             WHERE county = ?1 AND writer = ?2 AND told > ?3 ORDER BY serial, place";
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        let key = [self.county, writer.0.cast_signed(), since.cast_signed()];
        let mut rows = statement.query(key).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            let questions: Option<Vec<Problem>> = json(row, 3)?;
            let state = state_of(row.get(1).map_err(fault)?)?;
            let serial = row.get::<_, i64>(0).map_err(fault)?.cast_unsigned();
            found.push(ChangedOutcome {
                writer,
                serial,
                record: record_at(row, 4, writer, serial)?,
                state,
                problem: said(&json(row, 2)?, &questions.unwrap_or_default(), state),
            });
        }
        Ok(found)
    }

    /// Which entries of a stretch of a log are in the ledger.
    pub fn known(
        &self,
        writer: WriterId,
        from: u64,
        last: u64,
        found: &mut BTreeMap<(WriterId, u64), Vec<KnownEntry>>,
    ) -> Result<(), StoreError> {
        const SQL: &str = "SELECT serial, hash, state, receipt_day, receipt_number FROM ledger
             WHERE county = ?1 AND writer = ?2 AND serial BETWEEN ?3 AND ?4 ORDER BY serial, place";
        let limit = |serial: u64| i64::try_from(serial).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        let key = [self.county, writer.0.cast_signed(), limit(from), limit(last)];
        let mut rows = statement.query(key).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let serial = row.get::<_, i64>(0).map_err(fault)?.cast_unsigned();
            let one = KnownEntry {
                hash: Hash(row.get(1).map_err(fault)?),
                state: state_of(row.get(2).map_err(fault)?)?,
                receipt: receipt(row, 3)?,
            };
            found.entry((writer, serial)).or_default().push(one);
        }
        Ok(())
    }

    fn waiting(&self, sql: &str, key: impl Params) -> Result<Vec<HeldEntry>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(key).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            found.extend(Line::read(row)?.held(waits_for(row, 15)?));
        }
        Ok(found)
    }

    /// Entries beyond the mark of their log, ascending.
    pub fn gaps(&self, writer: WriterId) -> Result<Vec<HeldEntry>, StoreError> {
        let sql = waiting!(
            "WHERE waiting.county = ?1 AND waiting.writer = ?2 AND waits_for = 0
             ORDER BY waiting.serial, place"
        );
        self.waiting(sql, [self.county, writer.0.cast_signed()])
    }

    /// Entries of a record that hold back later ones, ordered by writer and serial.
    pub fn held_of(&self, record: RecordRef) -> Result<Vec<HeldEntry>, StoreError> {
        let sql = waiting!(
            "WHERE waiting.county = ?1 AND waiting.kind = ?2 AND waiting.record = ?3 ORDER BY place"
        );
        let key = params![self.county, kind_number(record.kind), record.id.bytes()];
        let mut found = self.waiting(sql, key)?;
        found.retain(|one| one.state.holds_back());
        found.sort_by_key(|one| one.entry.patch.dot());
        Ok(found)
    }

    /// Entries that wait for a record.
    pub fn awaiting_record(&self, record: RecordRef) -> Result<Vec<HeldEntry>, StoreError> {
        let sql = waiting!(
            "WHERE waiting.county = ?1 AND needed = ?2 AND needed_kind = ?3 AND waits_for = 2 ORDER BY place"
        );
        self.waiting(sql, params![self.county, record.id.bytes(), kind_number(record.kind)])
    }

    /// Entries that wait for a form.
    pub fn awaiting_form(&self, form: Hash) -> Result<Vec<HeldEntry>, StoreError> {
        let sql = waiting!("WHERE waiting.county = ?1 AND needed = ?2 AND waits_for = 3 ORDER BY place");
        self.waiting(sql, params![self.county, form.0])
    }

    /// What waits for anything at a place in a log, also what could not be read.
    pub fn waiting_at(&self, writer: WriterId, serial: u64) -> Result<Vec<Waiting>, StoreError> {
        let sql = waiting!(
            "WHERE waiting.county = ?1 AND waiting.writer = ?2 AND waiting.serial = ?3 ORDER BY place"
        );
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let key = [self.county, writer.0.cast_signed(), serial.cast_signed()];
        let mut rows = statement.query(key).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            let line = Line::read(row)?;
            let Line { hash, state, ref problem, .. } = line;
            let unreadable = Waiting::Unreadable { hash, state, problem: problem.clone() };
            let held = line.held(waits_for(row, 15)?);
            found.push(held.map_or(unreadable, |one| Waiting::Entry(Box::new(one))));
        }
        Ok(found)
    }

    /// All entries of a record in the order in which they arrived.
    pub fn lines_of(&self, record: RecordRef) -> Result<Vec<Line>, StoreError> {
        const NAMED: &str = concat!(
            "SELECT ",
            ledger_columns!(),
            " FROM ledger WHERE county = ?1 AND kind = ?2 AND record = ?3 ORDER BY place"
        );
        const DERIVED: &str = concat!(
            "SELECT ",
            ledger_columns!(),
            " FROM ledger WHERE county = ?1 AND writer = ?2 AND serial = ?3 AND kind = ?4 AND record IS NULL"
        );
        let kind = kind_number(record.kind);
        let mut lines = self.lines(NAMED, params![self.county, kind, record.id.bytes()])?;
        if let Some((writer, serial)) = super::bits::derived_from(record.id) {
            let key = [self.county, writer.0.cast_signed(), serial.cast_signed(), kind];
            lines.extend(self.lines(DERIVED, key)?);
        }
        lines.sort_by_key(|line| line.seq);
        Ok(lines)
    }

    fn lines(&self, sql: &str, key: impl Params) -> Result<Vec<Line>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(key).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            found.push(Line::read(row)?);
        }
        Ok(found)
    }

    /// A record's entries with their states.
    pub fn history(&self, record: RecordRef) -> Result<Vec<HistoryEntry>, StoreError> {
        let lines = self.lines_of(record)?.into_iter();
        let read = |line: Line| {
            let Line { entry, state, arrived_ms, device, questions, .. } = line;
            Some(HistoryEntry { entry: entry?, state, arrived_ms, device, questions })
        };
        Ok(lines.filter_map(read).collect())
    }

    /// Rows of the ledger after a sequence, at most so many, ascending.
    pub fn lines_after(&self, seq: u64, count: usize) -> Result<Vec<Line>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            ledger_columns!(),
            " FROM ledger WHERE place > ?1 AND place < ?2 ORDER BY place LIMIT ?3"
        );
        let key = [place(self.county, seq), place(self.county + 1, 0), super::bits::limit(count)];
        self.lines(SQL, key)
    }

    /// The words of reviewers before a sequence, the latest first, at most so many.
    pub fn decisions(&self, before: Option<u64>, count: usize) -> Result<Vec<Line>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            ledger_columns!(),
            " FROM ledger WHERE county = ?1 AND kind = ?2 AND record IS NOT NULL AND place < ?3
             ORDER BY place DESC LIMIT ?4"
        );
        let end = before.map_or(place(self.county + 1, 0), |seq| place(self.county, seq));
        let kind = kind_number(RecordKind::Decision);
        self.lines(SQL, [self.county, kind, end, super::bits::limit(count)])
    }

    /// What waits, oldest first, at most so many, with what it waits for.
    pub fn queue(&self, count: usize) -> Result<Vec<(Line, WaitsFor)>, StoreError> {
        let sql = waiting!("WHERE waiting.county = ?1 ORDER BY place LIMIT ?2");
        self.waiting_rows(sql, [self.county, super::bits::limit(count)])
    }

    /// What waits for a reviewer behind a place, oldest first.
    pub fn for_reviewer(&self, after: u64, count: usize) -> Result<Vec<(Line, WaitsFor)>, StoreError> {
        let sql = waiting!(
            "WHERE waiting.county = ?1 AND place > ?2
                 AND (waits_for = 4 OR (waits_for = 2 AND needed_kind = ?4)) ORDER BY place LIMIT ?3"
        );
        let (after, decision) = (place(self.county, after), kind_number(RecordKind::Decision));
        self.waiting_rows(sql, [self.county, after, super::bits::limit(count), decision])
    }

    fn waiting_rows(&self, sql: &str, key: impl Params) -> Result<Vec<(Line, WaitsFor)>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(key).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            found.push((Line::read(row)?, waits_for(row, 15)?));
        }
        Ok(found)
    }
}
