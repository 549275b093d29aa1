//! Pages of feeds.

use super::caches::state;
use super::lines::record_in;
use super::view::View;
use crate::fault::fault;
use domain::ids::WriterId;
use domain::permission::Scope;
use rusqlite::OptionalExtension;
use store::StoreError;
use store::county::{FeedPage, FeedRequest, FeedRow};
use sync::wire::exchange::{FeedDigest, Position};
use sync::wire::heads::estimate;

/// About how many bytes a record takes of which only is said that it left.
const LEFT_BYTES: usize = 40;

impl View<'_> {
    /// A page of feeds. O(rows of the page · log).
    pub fn page(&mut self, request: &FeedRequest) -> Result<FeedPage, StoreError> {
        let last = state(self.connection, self.county)?.seq;
        let mut page = FeedPage::default();
        let mut room = request.bytes_max;
        for (feed, Position(scope, from)) in (0_u16..).zip(&request.feeds) {
            let reached =
                if page.more { *from } else { self.fill(&mut page, &mut room, feed, *scope, *from)? };
            page.positions.push(Position(*scope, if page.more { reached } else { last }));
        }
        if !page.more {
            let digests = request.feeds.iter().map(|position| self.digest(position.0));
            page.digests = digests.collect::<Result<_, _>>()?;
        }
        Ok(page)
    }

    /// Adds the rows of a feed beyond a position as long as there is room; answers how far it came.
    fn fill(
        &mut self,
        page: &mut FeedPage,
        room: &mut usize,
        feed: u16,
        scope: Scope,
        from: u64,
    ) -> Result<u64, StoreError> {
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
            let bytes = head.as_ref().map_or(LEFT_BYTES, estimate);
            if bytes > *room && !page.rows.is_empty() {
                page.more = true;
                break;
            }
            *room = room.saturating_sub(bytes);
            page.rows.push(FeedRow { feed, record, head });
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
