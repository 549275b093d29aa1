//! The latest rows of all feeds, in memory: a phone that was heard not long ago is told what is new
//! without a page of the file being read. Readers of the file lose all that they have read at every
//! commit, and a phone is answered right behind one.

use super::feed::Sheet;
use crate::fault::fault;
use domain::head::Head;
use domain::ids::{AreaCode, WriterId};
use domain::patch::RecordRef;
use domain::permission::{Audience, Scope};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use store::StoreError;
use store::county::{FeedPage, FeedRequest};
use sync::county::Plan;
use sync::county::outcome::{DigestChange, FeedMove};
use sync::wire::exchange::{FeedDigest, Position};

/// So many rows at most: some days of a county, some 40 MB.
pub(super) const ROWS_MAX: usize = 8_192;

/// A row of a feed: the record, and the record as it stands unless it left.
type Row = (RecordRef, Option<Arc<Head>>);

/// What a group of jobs changes in feeds.
#[derive(Debug, Default)]
pub(super) struct Moved {
    moves: Vec<(FeedMove, Option<Arc<Head>>)>,
    digests: Vec<(Scope, DigestChange)>,
}

impl Moved {
    /// Takes in the moves of one plan. O(moves · log records).
    pub fn take(&mut self, plan: &Plan) {
        let head = |step: &FeedMove| {
            let row = plan.records.get(&step.record).filter(|_| !step.left);
            row.map(|row| Arc::clone(&row.head))
        };
        self.moves.extend(plan.feed.iter().map(|step| (*step, head(step))));
        self.digests.extend(plan.digests.iter().map(|(scope, change)| (*scope, *change)));
    }
}

/// The latest rows of all feeds as of the last group that is on disk.
#[derive(Debug)]
pub(super) struct Recent {
    /// So many rows at most.
    most: usize,
    /// The county's sequence.
    last: u64,
    /// All rows behind this sequence are here.
    since: u64,
    rows: BTreeMap<(Scope, u64), Row>,
    /// Where each record stands.
    places: BTreeMap<(Scope, RecordRef), u64>,
    /// Which feed each sequence belongs to: the oldest goes first.
    ages: BTreeMap<u64, Scope>,
    digests: BTreeMap<Scope, FeedDigest>,
}

impl Recent {
    /// Begins behind a sequence. O(feeds).
    pub fn read(connection: &Connection, county: i64, last: u64, most: usize) -> Result<Self, StoreError> {
        Ok(Self::new(most, last, digests(connection, county)?))
    }

    /// Reads anew what is on disk, after a group that did not get there. O(feeds).
    pub fn read_again(&mut self, connection: &Connection, county: i64, last: u64) -> Result<(), StoreError> {
        *self = Self::read(connection, county, last, self.most)?;
        Ok(())
    }

    fn new(most: usize, last: u64, digests: BTreeMap<Scope, FeedDigest>) -> Self {
        let (rows, places, ages) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { most, last, since: last, rows, places, ages, digests }
    }

    /// Takes in what a group has changed. O(its moves · log rows).
    pub fn take(&mut self, moved: Moved, last: u64) {
        self.last = last;
        for (FeedMove { scope, record, seq, .. }, head) in moved.moves {
            if let Some(before) = self.places.insert((scope, record), seq) {
                self.rows.remove(&(scope, before));
                self.ages.remove(&before);
            }
            self.rows.insert((scope, seq), (record, head));
            self.ages.insert(seq, scope);
        }
        for (scope, change) in moved.digests {
            let none = FeedDigest { scope, count: 0, sum: WriterId(0) };
            let digest = self.digests.entry(scope).or_insert(none);
            digest.count = digest.count.saturating_add_signed(change.count);
            digest.sum = WriterId(digest.sum.0.wrapping_add(change.sum));
        }
        while self.ages.len() > self.most {
            let Some((seq, scope)) = self.ages.pop_first() else { return };
            self.since = seq;
            if let Some((record, _)) = self.rows.remove(&(scope, seq)) {
                self.places.remove(&(scope, record));
            }
        }
    }

    /// A page of feeds; `None` when an older row may be asked for. O(rows of the page · log rows).
    pub fn page(&self, request: &FeedRequest) -> Option<FeedPage> {
        if request.feeds.iter().any(|position| position.1 < self.since) {
            return None;
        }
        let mut sheet = Sheet::new(request);
        for (feed, Position(scope, from)) in (0_u16..).zip(&request.feeds) {
            let behind = (Bound::Excluded((*scope, *from)), Bound::Included((*scope, u64::MAX)));
            let mut reached = *from;
            for ((_, seq), (record, head)) in self.rows.range(behind) {
                if sheet.is_full() || !sheet.add(feed, *record, head.clone()) {
                    break;
                }
                reached = *seq;
            }
            sheet.end(*scope, reached, self.last);
        }
        let digest = |scope| {
            let none = FeedDigest { scope, count: 0, sum: WriterId(0) };
            self.digests.get(&scope).copied().unwrap_or(none)
        };
        sheet.finish(|| Ok(request.feeds.iter().map(|position| digest(position.0)).collect())).ok()
    }
}

fn digests(connection: &Connection, county: i64) -> Result<BTreeMap<Scope, FeedDigest>, StoreError> {
    const SQL: &str = "SELECT area, audience, count, sum FROM digests WHERE county = ?1";
    let mut statement = connection.prepare(SQL).map_err(fault)?;
    let mut rows = statement.query([county]).map_err(fault)?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let [area, count, sum] = [0, 2, 3].map(|at| row.get::<_, i64>(at).map(i64::cast_unsigned));
        let audience = Audience::from_number(row.get(1).map_err(fault)?);
        let audience = audience.ok_or_else(|| crate::codec::broken("an unknown audience"))?;
        let scope = Scope { area: AreaCode(area.map_err(fault)?), audience };
        let (count, sum) = (count.map_err(fault)?, WriterId(sum.map_err(fault)?));
        found.insert(scope, FeedDigest { scope, count, sum });
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
