//! What is said to the county.

use super::{Asked, Exchanging, SyncWant, epoch};
use crate::app::{Open, setting};
use crate::tell::OrTell;
use domain::ids::WriterId;
use domain::patch::Entry;
use domain::problem::Problem;
use seal::compress::{Dictionary, PHONE_LEVEL};
use seal::frame::{introduce, seal_request};
use store::phone::{Batch, Stretch, WriterRow};
use sync::phone::Outgoing;
use sync::wire::exchange::{Cursor, ExchangeRequest, FeedDigest, Position, whole};
use sync::wire::item::LogPiece;
use sync::wire::limits::ITEMS_MAX;

/// Bytes of an item besides its body, as JSON: record, vector, stamp.
const ITEM_BYTES: usize = 90;

impl Open {
    /// Loads what waits, up to so many bytes of JSON (a first item that is larger goes alone), and
    /// takes a fresh exchange number, which is on disk when this returns.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn load_outbox(
        &mut self,
        bytes_max: usize,
        alone: bool,
    ) -> Result<(Outgoing, Asked), Problem> {
        let mut writers = self.store.writers().or_tell()?;
        // The urgent lane overtakes.
        writers.sort_by_key(|row| (!row.urgent, row.writer));
        let waiting: u64 = writers.iter().map(left).sum();
        let (mut pieces, mut sent) = (Vec::new(), Vec::new());
        let (mut bytes_left, mut items_left) = (bytes_max, if alone { 1 } else { ITEMS_MAX });
        for row in writers.iter().filter(|row| left(row) > 0) {
            let entries = self.next_entries(row, &mut bytes_left, &mut items_left, sent.is_empty())?;
            if let (Some(piece), Some(last)) = (LogPiece::encode(&entries), entries.last()) {
                sent.push(Stretch { writer: row.writer, from: piece.from, to: last.patch.serial });
                pieces.push(piece);
            }
        }
        let number = self.stored::<u64>(setting::NUMBER)?.unwrap_or(0) + 1;
        let mut batch = Batch::default();
        batch.settings.insert(setting::NUMBER.to_owned(), Some(number.to_string()));
        self.store.apply(&batch).or_tell()?;
        let feeds = self.store.feeds().or_tell()?;
        let held = feeds.iter().map(|feed| FeedDigest {
            scope: feed.scope,
            count: feed.count,
            sum: WriterId(feed.sum),
        });
        let digest = whole(held);
        let offered = epoch::offer(self, bytes_left, pieces.is_empty())?;
        let count: u64 = pieces.iter().map(|piece| piece.items.len() as u64).sum();
        let outgoing = Outgoing {
            pieces,
            waiting: waiting - count.min(waiting),
            number,
            cursor: self.stored::<Cursor>(setting::CURSOR)?,
            feeds: feeds.iter().map(|feed| Position(feed.scope, feed.position)).collect(),
            digest,
            recovered: offered.as_ref().map(|(tables, _)| tables.clone()),
            key: self.identity.key_told(),
            code: self.code.clone(),
            unread: self.unread()?,
        };
        let recovered = offered.map(|(_, records)| records).unwrap_or_default();
        Ok((outgoing, Asked { number, sent, recovered, code: self.code.clone() }))
    }

    /// The next entries of a log that fit, without a hole; of an erased one the envelope goes.
    fn next_entries(
        &self,
        row: &WriterRow,
        bytes_left: &mut usize,
        items_left: &mut usize,
        first: bool,
    ) -> Result<Vec<Entry>, Problem> {
        let mut entries: Vec<Entry> = Vec::new();
        for one in self.store.log(row.writer, row.delivered + 1, *items_left).or_tell()? {
            let (entry, next) = (one.entry, row.delivered + 1 + entries.len() as u64);
            if entry.patch.serial > row.last.serial || entry.patch.serial != next {
                break;
            }
            let bytes = serde_json::to_vec(&entry.body).or_tell()?.len() + ITEM_BYTES;
            if bytes > *bytes_left && !(first && entries.is_empty()) {
                *bytes_left = 0;
                break;
            }
            *bytes_left = bytes_left.saturating_sub(bytes);
            *items_left -= 1;
            entries.push(entry);
        }
        Ok(entries)
    }

    /// The request that was posted last, once more, behind the certificate: the county was restored, and
    /// knows nothing of this phone's enrolment.
    ///
    /// # Errors
    /// None in practice.
    pub(super) fn introduced(&self, exchanging: &mut Exchanging) -> Result<SyncWant, Problem> {
        let body = introduce(&self.identity.signed, &exchanging.posted).or_tell()?;
        Ok(exchanging.post(body))
    }

    /// The signed frame of a request.
    ///
    /// # Errors
    /// None in practice.
    pub(super) fn frame(&self, request: &ExchangeRequest) -> Result<Vec<u8>, Problem> {
        let message = serde_json::to_vec(request).or_tell()?;
        let device = self.identity.certificate.device;
        let key = &self.unlocked.keys.device;
        seal_request(device, key, Some(Dictionary::builtin()), PHONE_LEVEL, &message).or_tell()
    }
}

fn left(row: &WriterRow) -> u64 {
    row.last.serial.saturating_sub(row.delivered)
}
