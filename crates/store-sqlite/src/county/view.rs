//! Reading, the same for the writer and for every reader: one connection, one county.

use super::bits::{from_sql, kind_number, kind_of, limit, named_subject, place};
use super::lines::{Line, ledger_columns};
use super::places::{FeedPlace, unpack_places};
use crate::codec::{broken, record_id, unpack_head};
use crate::fault::fault;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::RecordId;
use domain::patch::{Entry, RecordRef};
use domain::value::Value;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::StoreError;
use sync::county::needs::RecordRow;
use sync::merge::{Item, apply};

/// The orders of published forms. A form never changes under its hash, so what was read once holds.
#[derive(Debug, Default)]
pub(super) struct Orders(BTreeMap<Hash, Vec<String>>);

/// What is stored of a record besides what the plan sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stored {
    /// The one entry it consists of.
    pub seq: Option<u64>,
    /// Its places in feeds.
    pub places: Vec<FeedPlace>,
    /// How it hangs on a person: the column `hangs`.
    pub hangs: i64,
}

/// A county as one connection sees it.
pub(super) struct View<'c> {
    /// Where to read.
    pub connection: &'c Connection,
    /// The county's number in the file.
    pub county: i64,
    /// Orders read so far.
    pub orders: &'c mut Orders,
}

impl View<'_> {
    /// A record as it stands. O(log records), and O(log ledger) when it consists of one entry.
    pub fn record(&mut self, record: RecordRef) -> Result<Option<(RecordRow, Stored)>, StoreError> {
        const SQL: &str = "SELECT kind, id, seq, head, places, hangs, subject FROM records
             WHERE county = ?1 AND kind = ?2 AND id = ?3";
        let connection = self.connection;
        let mut statement = connection.prepare_cached(SQL).map_err(fault)?;
        let key = params![self.county, kind_number(record.kind), record.id.bytes()];
        let mut rows = statement.query(key).map_err(fault)?;
        match rows.next().map_err(fault)? {
            Some(row) => self.record_of(row).map(|(_, row, stored)| Some((row, stored))),
            None => Ok(None),
        }
    }

    /// The record in a row of `kind, id, seq, head, places, hangs, subject`.
    pub fn record_of(&mut self, row: &Row<'_>) -> Result<(RecordRef, RecordRow, Stored), StoreError> {
        let kind = kind_of(row.get(0).map_err(fault)?)?;
        let record = RecordRef { kind, id: record_id(row.get(1).map_err(fault)?) };
        let seq: Option<i64> = row.get(2).map_err(fault)?;
        let seq = seq.map(i64::cast_unsigned);
        let head = match (seq, row.get_ref(3).map_err(fault)?.as_blob_or_null().map_err(from_sql)?) {
            (_, Some(bytes)) => unpack_head(bytes)?,
            (Some(seq), None) => self.head_at(seq)?,
            (None, None) => return Err(broken("a record without a head")),
        };
        let places = unpack_places(row.get_ref(4).map_err(fault)?.as_blob().map_err(from_sql)?)?;
        let hangs: i64 = row.get(5).map_err(fault)?;
        let subject: Option<[u8; 16]> = row.get(6).map_err(fault)?;
        let subject = match hangs {
            2 => named_subject(&head),
            _ => subject.map(record_id),
        };
        let scopes = places.iter().filter(|place| !place.gone).map(|place| place.scope).collect();
        Ok((record, RecordRow { head: Arc::new(head), scopes, subject }, Stored { seq, places, hangs }))
    }

    /// The head of a record that consists of the entry at this sequence.
    fn head_at(&mut self, seq: u64) -> Result<Head, StoreError> {
        let line = self.line(seq)?.ok_or_else(|| broken("a record of an entry that is not there"))?;
        let entry = line.entry.ok_or_else(|| broken("a record of an entry that cannot be read"))?;
        self.head_of(&entry)
    }

    /// The head of a record of which this is the only entry.
    pub fn head_of(&mut self, entry: &Entry) -> Result<Head, StoreError> {
        let order = self.order(entry.patch.form)?;
        let mut head = Head::default();
        apply(&mut head, Item { patch: &entry.patch, body: entry.body.as_ref(), order });
        Ok(head)
    }

    /// The row of the ledger with a sequence.
    pub fn line(&self, seq: u64) -> Result<Option<Line>, StoreError> {
        const SQL: &str = concat!("SELECT ", ledger_columns!(), " FROM ledger WHERE place = ?1");
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        let mut rows = statement.query([place(self.county, seq)]).map_err(fault)?;
        rows.next().map_err(fault)?.map(Line::read).transpose()
    }

    /// The hash of the ledger at a sequence of at most `last`.
    pub fn hash_at(&self, seq: u64, last: u64) -> Result<Option<Hash>, StoreError> {
        const SQL: &str = "SELECT ledger_hash FROM ledger WHERE place > ?1 AND place <= ?2
             ORDER BY place DESC LIMIT 1";
        if seq > last {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        let range = [place(self.county, 0), place(self.county, seq)];
        let found = statement.query_row(range, |row| row.get(0)).optional().map_err(fault)?;
        Ok(Some(found.map_or(Hash::ZERO, Hash)))
    }

    /// The order of a form's row of answers.
    fn order(&mut self, form: Option<Hash>) -> Result<&[String], StoreError> {
        let Some(hash) = form else { return Ok(&[]) };
        if !self.orders.0.contains_key(&hash) {
            self.read_orders()?;
        }
        // Nothing is taken in under a form that is not here.
        self.orders.0.get(&hash).map(Vec::as_slice).ok_or_else(|| broken("an entry under an unknown form"))
    }

    /// Reads the orders of all published forms. O(forms), once a connection and new form.
    fn read_orders(&mut self) -> Result<(), StoreError> {
        for (_, row, _) in self.records_of(RecordKind::Form)? {
            let hash = row.head.text(keys::HASH).and_then(|text| text.parse().ok());
            if let (Some(hash), Some(Value::List(order))) = (hash, row.head.value(keys::ORDER)) {
                self.orders.0.insert(hash, order.clone());
            }
        }
        Ok(())
    }

    /// All records of a kind, ascending by id.
    pub fn records_of(
        &mut self,
        kind: RecordKind,
    ) -> Result<Vec<(RecordRef, RecordRow, Stored)>, StoreError> {
        self.records_after(kind, None, usize::MAX)
    }

    /// Records of a kind after an id, at most so many, ascending by id.
    pub fn records_after(
        &mut self,
        kind: RecordKind,
        after: Option<RecordId>,
        count: usize,
    ) -> Result<Vec<(RecordRef, RecordRow, Stored)>, StoreError> {
        const SQL: &str = "SELECT kind, id, seq, head, places, hangs, subject FROM records
             WHERE county = ?1 AND kind = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
        let connection = self.connection;
        let mut statement = connection.prepare_cached(SQL).map_err(fault)?;
        // Nothing is smaller than the empty text of bytes.
        let after = after.map_or_else(Vec::new, |id| id.bytes().to_vec());
        let key = params![self.county, kind_number(kind), after, limit(count)];
        let mut rows = statement.query(key).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            found.push(self.record_of(row)?);
        }
        Ok(found)
    }
}
