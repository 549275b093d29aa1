//! Pages of feeds.

use super::caches::state;
use super::lines::record_in;
use super::view::View;
use crate::fault::fault;
use domain::head::Head;
use domain::ids::WriterId;
use domain::patch::RecordRef;
use domain::permission::Scope;
use rusqlite::OptionalExtension;
use std::sync::Arc;
use store::StoreError;
use store::county::{FeedPage, FeedRequest, FeedRow};
use sync::wire::exchange::{FeedDigest, Position};
use sync::wire::heads::estimate;

/// About how many bytes a record takes of which only is said that it left.
const LEFT_BYTES: usize = 40;

/// A page while it is being filled: what fits, feed after feed.
pub(super) struct Sheet {
    page: FeedPage,
    room: usize,
}

impl Sheet {
    /// An empty one.
    pub fn new(request: &FeedRequest) -> Self {
        Self { page: FeedPage::default(), room: request.bytes_max }
    }

    /// Whether something did not fit any more.
    pub fn is_full(&self) -> bool {
        self.page.more
    }

    /// Adds a row when there is room for it; the first always fits.
    pub fn add(&mut self, feed: u16, record: RecordRef, head: Option<Arc<Head>>) -> bool {
        let bytes = head.as_ref().map_or(LEFT_BYTES, |head| estimate(head));
        if bytes > self.room && !self.page.rows.is_empty() {
            self.page.more = true;
            return false;
        }
        self.room = self.room.saturating_sub(bytes);
        self.page.rows.push(FeedRow { feed, record, head });
        true
    }

    /// Ends a feed that was read up to `reached`, and to the county's `last` sequence when all of it fits.
    pub fn end(&mut self, scope: Scope, reached: u64, last: u64) {
        self.page.positions.push(Position(scope, if self.page.more { reached } else { last }));
    }

    /// The page, with digests when nothing more is waiting.
    pub fn finish(
        mut self,
        digests: impl FnOnce() -> Result<Vec<FeedDigest>, StoreError>,
    ) -> Result<FeedPage, StoreError> {
        if !self.page.more {
            self.page.digests = digests()?;
        }
        Ok(self.page)
    }
}

impl View<'_> {
    /// A page of feeds. O(rows of the page · log).
    pub fn page(&mut self, request: &FeedRequest) -> Result<FeedPage, StoreError> {
        let last = state(self.connection, self.county)?.seq;
        let mut sheet = Sheet::new(request);
        for (feed, Position(scope, from)) in (0_u16..).zip(&request.feeds) {
            let reached = if sheet.is_full() { *from } else { self.fill(&mut sheet, feed, *scope, *from)? };
            sheet.end(*scope, reached, last);
        }
        sheet.finish(|| request.feeds.iter().map(|position| self.digest(position.0)).collect())
    }

    /// Adds the rows of a feed beyond a position as long as there is room; answers how far it came.
    fn fill(&mut self, sheet: &mut Sheet, feed: u16, scope: Scope, from: u64) -> Result<u64, StoreError> {
        const SQL: &str = "SELECT kind, record, seq, gone FROM feed
             WHERE county = ?1 AND area = ?2 AND audience = ?3 AND seq > ?4 ORDER BY seq";
        let connection = self.connection;
        let mut statement = connection.prepare_cached(SQL).map_err(fault)?;
        let [area, audience] = [scope.area.0.cast_signed(), i64::from(scope.audience.number())];
        let from_seq = i64::try_from(from).unwrap_or(i64::MAX);
        let mut rows = statement.query([self.county, area, audience, from_seq]).map_err(fault)?;
        let mut reached = from;
        while let Some(row) = rows.next().map_err(fault)? {
            let Some(record) = record_in(row, 0)? else { continue };
            let gone: bool = row.get(3).map_err(fault)?;
            let head = if gone { None } else { self.record(record)?.map(|(row, _)| row.head) };
            if !sheet.add(feed, record, head) {
                break;
            }
            reached = row.get::<_, i64>(2).map_err(fault)?.cast_unsigned();
        }
        Ok(reached)
    }

    fn digest(&self, scope: Scope) -> Result<FeedDigest, StoreError> {
        const SQL: &str = "SELECT count, sum FROM digests WHERE county = ?1 AND area = ?2 AND audience = ?3";
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        let key = [self.county, scope.area.0.cast_signed(), i64::from(scope.audience.number())];
        let found = statement.query_row(key, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        let (count, sum) = found.optional().map_err(fault)?.unwrap_or_default();
        Ok(FeedDigest { scope, count: count.cast_unsigned(), sum: WriterId(sum.cast_unsigned()) })
    }
}
