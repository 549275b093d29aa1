//! A phone as the county sees it: a log, a number, a cursor.

use super::world::{Sets, code, sets};
use crate::conformance::{Broken, there};
use crate::county::Done;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::log::{Mark, Vector};
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::time::{Day, Happened, Stamp};
use domain::value::Value;
use serde_json::value::RawValue;
use sync::county::prepared::{Exchange, Piece};
use sync::wire::exchange::Cursor;
use sync::wire::item::LogPiece;

/// One phone. Cloning it is what thieves and backups do.
#[derive(Debug, Clone)]
pub struct Phone {
    pub device: DeviceId,
    pub staff: RecordId,
    pub writer: WriterId,
    /// Its whole log.
    pub log: Vec<Entry>,
    /// How much of it the county has said to hold.
    pub mark: Mark,
    pub number: u64,
    pub cursor: Option<Cursor>,
    /// The author it writes as.
    pub author: RecordId,
    pub stamp: Stamp,
}

impl Phone {
    pub fn new(device: DeviceId, staff: RecordId, writer: WriterId) -> Self {
        let stamp = Stamp { wall_ms: Day(20_767).starts_at() + 32_400_000, ..Stamp::default() };
        let (log, mark, author) = (Vec::new(), Mark::NONE, staff);
        Self { device, staff, writer, log, mark, number: 0, cursor: None, author, stamp }
    }

    /// The next serial of its log.
    pub fn next(&self) -> u64 {
        self.log.last().map_or(1, |last| last.patch.serial + 1)
    }

    /// Writes a body to a record, having seen so much of it.
    pub fn write(&mut self, record: RecordRef, form: Option<Hash>, body: Body, seen: Vector) {
        let (writer, serial) = (self.writer, self.next());
        let body = Body { salt: WriterId(writer.0 ^ (serial << 32)), ..body };
        let patch = Patch {
            writer,
            serial,
            prev: self.log.last().map_or(Hash::ZERO, |last| last.patch.hash()),
            record,
            seen,
            form,
            author: self.author,
            stamp: self.stamp,
            body_hash: body.hash(),
        };
        self.log.push(Entry { patch, body: Some(body) });
    }

    /// Writes fields to a record, having seen a head of it.
    pub fn set<const N: usize>(&mut self, record: RecordRef, fields: [(&str, Value); N], seen: &Head) {
        let body = Body { sets: sets(fields), ..Body::default() };
        self.write(record, None, body, seen.vector.clone());
    }

    /// Makes a new record.
    pub fn make(&mut self, kind: RecordKind, sets: Sets) -> RecordRef {
        let record = RecordRef { kind, id: RecordId::derived(self.writer, self.next()) };
        self.write(record, None, Body { sets, ..Body::default() }, Vector::default());
        record
    }

    /// A visit somewhere on a day, in the morning, at home.
    pub fn visit(&mut self, village: AreaCode, day: Day) -> RecordRef {
        self.visit_when(village, Happened::morning(day), "home")
    }

    /// A visit by some way at some time.
    pub fn visit_when(&mut self, village: AreaCode, happened: Happened, way: &str) -> RecordRef {
        let fields = sets([
            (keys::VILLAGE, code(village)),
            (keys::WAY, way.into()),
            (keys::HAPPENED, happened.to_string().into()),
        ]);
        self.make(RecordKind::Visit, fields)
    }

    /// A part of a visit in which the person was met.
    pub fn met(&mut self, visit: RecordRef, subject: RecordRef) -> RecordRef {
        self.part(visit, subject, "self", None)
    }

    /// A part of a visit: who was met, or why not.
    pub fn part(
        &mut self,
        visit: RecordRef,
        subject: RecordRef,
        met: &str,
        reason: Option<&str>,
    ) -> RecordRef {
        let mut fields = sets([
            (keys::VISIT, visit.id.to_string().into()),
            (keys::SUBJECT, subject.id.to_string().into()),
            (keys::MET, met.into()),
        ]);
        fields.extend(reason.map(|reason| (keys::REASON.to_owned(), reason.into())));
        self.make(RecordKind::Part, fields)
    }

    /// A concern of somebody that a part of a visit tells of.
    pub fn concern(&mut self, part: RecordRef, subject: RecordRef) -> RecordRef {
        let fields = sets([
            (keys::SUBJECT, subject.id.to_string().into()),
            (keys::PART, part.id.to_string().into()),
            (keys::KIND, "house".into()),
        ]);
        self.make(RecordKind::Concern, fields)
    }

    /// The entries of its log from a serial to another, both included, as they travel.
    pub fn wire(&self, from: u64, last: u64) -> Result<LogPiece, Broken> {
        let within = |entry: &&Entry| (from..=last).contains(&entry.patch.serial);
        let entries: Vec<Entry> = self.log.iter().filter(within).cloned().collect();
        there(LogPiece::encode(&entries), "entries to send")
    }

    /// The same, as they arrive.
    pub fn piece(&self, from: u64, last: u64) -> Result<Piece, Broken> {
        Ok(Piece::decode(&self.wire(from, last)?))
    }

    /// The same, with an item among them that nobody can read.
    pub fn spoilt(&self, from: u64, last: u64, spoilt: u64) -> Result<Piece, Broken> {
        let mut piece = self.wire(from, last)?;
        for (item, serial) in piece.items.iter_mut().zip(from..) {
            if serial == spoilt {
                *item = RawValue::from_string("[]".to_owned()).map_err(|error| Broken(error.to_string()))?;
            }
        }
        Ok(Piece::decode(&piece))
    }

    /// An exchange with these pieces, under the next number.
    pub fn with(&mut self, pieces: Vec<Piece>) -> Exchange {
        self.number += 1;
        self.again(pieces)
    }

    /// An exchange with these pieces, under the last number.
    pub fn again(&self, pieces: Vec<Piece>) -> Exchange {
        Exchange {
            device: self.device,
            number: self.number,
            app: "0.1.0".to_owned(),
            waiting: 0,
            pieces,
            cursor: self.cursor,
            recovered: Vec::new(),
            salt: WriterId(self.number << 32),
        }
    }

    /// An exchange with everything that the county has not said to hold.
    pub fn outgoing(&mut self) -> Result<Exchange, Broken> {
        let pieces = if self.next() > self.mark.serial + 1 {
            vec![self.piece(self.mark.serial + 1, self.next() - 1)?]
        } else {
            Vec::new()
        };
        Ok(self.with(pieces))
    }

    /// Takes in a reply: marks and cursor.
    pub fn hear(&mut self, done: &Done) {
        let Some(statement) = &done.statement else { return };
        if let Some((_, mark)) = statement.marks.iter().find(|(writer, _)| *writer == self.writer) {
            self.mark = *mark;
        }
        self.cursor = Some(Cursor { epoch: statement.epoch, seq: statement.seq, hash: statement.hash });
    }
}
