//! Writing own patches: serials, chain, stamp, salt; first the journal, then the database.

use crate::app::Open;
use crate::journal::Line;
use crate::ports::Ports;
use crate::tell::{OrTell, internal};
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::ids::{RecordId, WriterId};
use domain::log::{Mark, Vector};
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::time::Stamp;
use domain::value::Value;
use seal::dice::draw_u64;
use std::collections::BTreeMap;
use store::phone::WriterRow;
use sync::wire::limits::PATCH_BYTES_MAX;

/// What a patch is to say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// The record's vector as it was on the screen.
    pub seen: Vector,
    /// The form of the row.
    pub form: Option<Hash>,
    /// Fields, row, origins and given; the salt is drawn by the pen.
    pub body: Body,
}

impl Said {
    /// Fields of a new record.
    pub(crate) fn new(sets: BTreeMap<String, Value>) -> Self {
        Self { body: Body { sets, ..Body::default() }, ..Self::default() }
    }

    /// Fields of a record that was on the screen.
    pub(crate) fn having_seen(seen: Vector, sets: BTreeMap<String, Value>) -> Self {
        Self { seen, ..Self::new(sets) }
    }
}

/// Entries of one act, in the making.
#[derive(Debug)]
pub(crate) struct Pen {
    writer: WriterId,
    last: Mark,
    author: RecordId,
    stamp: Stamp,
    entries: Vec<Entry>,
}

impl Pen {
    /// A pen on the log of everyday work, or on the urgent lane.
    pub(crate) fn new(open: &Open, ports: &Ports, urgent: bool) -> Result<Self, Problem> {
        let row = open.writer(urgent)?;
        Ok(Self {
            writer: row.writer,
            last: row.last,
            author: open.staff,
            stamp: open.stamp(ports),
            entries: Vec::new(),
        })
    }

    /// A pen on a log that is being begun.
    pub(crate) fn on_new(writer: WriterId, author: RecordId, stamp: Stamp) -> Self {
        Self { writer, last: Mark::NONE, author, stamp, entries: Vec::new() }
    }

    /// The id that a record created by the next entry gets.
    pub(crate) fn next_id(&self) -> RecordId {
        RecordId::derived(self.writer, self.last.serial + 1)
    }

    /// The log and the serial of the next entry.
    pub(crate) fn next_dot(&self) -> domain::log::Dot {
        domain::log::Dot { writer: self.writer, serial: self.last.serial + 1 }
    }

    /// Writes with the clocks of another time, for what is issued again.
    pub(crate) fn stamped(&mut self, stamp: Stamp, author: RecordId) {
        (self.stamp, self.author) = (stamp, author);
    }

    /// Writes an entry that creates a record.
    ///
    /// # Errors
    /// As [`Pen::change`].
    pub(crate) fn create(
        &mut self,
        ports: &mut Ports,
        kind: RecordKind,
        said: Said,
    ) -> Result<RecordId, Problem> {
        let id = self.next_id();
        self.change(ports, RecordRef { kind, id }, said)?;
        Ok(id)
    }

    /// Writes an entry that changes a record.
    ///
    /// # Errors
    /// [`ProblemCode::RequestTooLarge`] for more than a single patch may hold.
    pub(crate) fn change(&mut self, ports: &mut Ports, record: RecordRef, said: Said) -> Result<(), Problem> {
        let Said { seen, form, mut body } = said;
        body.salt = WriterId(draw_u64(&mut ports.dice));
        if serde_json::to_vec(&body).or_tell()?.len() > PATCH_BYTES_MAX {
            let limit = format!("{} KiB", PATCH_BYTES_MAX / 1024);
            return Err(Problem::new(ProblemCode::RequestTooLarge).with("limit", limit));
        }
        let (writer, serial, prev) = (self.writer, self.last.serial + 1, self.last.hash);
        let (author, stamp, body_hash) = (self.author, self.stamp, body.hash());
        let patch = Patch { writer, serial, prev, record, seen, form, author, stamp, body_hash };
        self.last = Mark { serial, hash: patch.hash() };
        self.entries.push(Entry { patch, body: Some(body) });
        Ok(())
    }

    /// What was written, with the last place of the log.
    pub(crate) fn into_parts(self) -> (Vec<Entry>, Mark) {
        (self.entries, self.last)
    }
}

impl Open {
    /// The log that is written to now.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn writer(&self, urgent: bool) -> Result<WriterRow, Problem> {
        let rows = self.store.writers().or_tell()?;
        let found = rows.into_iter().find(|row| row.urgent == urgent && !row.closed);
        found.ok_or_else(|| internal("log"))
    }

    /// Puts the entries of a pen on disk: the journal first, the database second. Once this has
    /// answered, they survive anything; when only the second fails, they are replayed at the next
    /// act or opening.
    ///
    /// # Errors
    /// Those of the journal and the database.
    pub(crate) fn commit(
        &mut self,
        ports: &mut Ports,
        pen: Pen,
        visit: Option<RecordId>,
        draft: Option<String>,
    ) -> Result<(), Problem> {
        let (entries, _) = pen.into_parts();
        if entries.is_empty() {
            return Ok(());
        }
        let line = Line { entries, visit, draft, ..Line::default() };
        let county = &self.identity.county.sealing;
        let end = line.append(ports.journal.as_mut(), &self.unlocked.keys, county)?;
        self.behind = true;
        let batch = self.batch_of(ports, &line, end)?;
        self.store.apply(&batch).or_tell()?;
        self.keep_reference(&batch)?;
        self.journal_at = end;
        self.behind = false;
        Ok(())
    }
}
