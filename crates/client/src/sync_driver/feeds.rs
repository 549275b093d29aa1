//! A page of the county's feeds: heads that came, records that left, feeds that ended.

use super::Exchanging;
use crate::app::Open;
use crate::bench::Bench;
use crate::tell::OrTell;
use domain::catalogue::RecordKind;
use domain::head::Head;
use domain::patch::RecordRef;
use domain::permission::Scope;
use domain::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};
use store::phone::{Batch, FeedRow, MemberRow};
use sync::wire::exchange::{FeedDigest, Page, Position};

/// More than a feed ever has.
const MANY: usize = 10_000_000;

/// The feeds while a page is taken in.
pub(super) struct Feeds<'a> {
    open: &'a Open,
    rows: BTreeMap<Scope, FeedRow>,
    members: BTreeMap<(Scope, RecordRef), Option<MemberRow>>,
    places: BTreeMap<RecordRef, BTreeSet<Scope>>,
    dropped: BTreeSet<Scope>,
    /// Records that may stand in no feed any more.
    loosened: BTreeSet<RecordRef>,
}

impl<'a> Feeds<'a> {
    /// The feeds as they are on disk.
    pub(super) fn load(open: &'a Open) -> Result<Self, Problem> {
        let rows = open.store.feeds().or_tell()?.into_iter().map(|row| (row.scope, row)).collect();
        let (members, places, dropped, loosened) = Default::default();
        Ok(Self { open, rows, members, places, dropped, loosened })
    }

    fn member(&mut self, scope: Scope, record: RecordRef) -> Result<Option<MemberRow>, Problem> {
        if let Some(known) = self.members.get(&(scope, record)) {
            return Ok(*known);
        }
        self.open.store.member(scope, record).or_tell()
    }

    fn places(&mut self, record: RecordRef) -> Result<&mut BTreeSet<Scope>, Problem> {
        if !self.places.contains_key(&record) {
            let stored = self.open.store.feeds_of(record).or_tell()?;
            self.places.insert(record, stored.into_iter().collect());
        }
        Ok(self.places.entry(record).or_default())
    }

    fn enter(&mut self, scope: Scope, record: RecordRef, head: &Head) -> Result<(), Problem> {
        let old = self.member(scope, record)?;
        let feed = self.rows.entry(scope).or_insert_with(|| FeedRow::new(scope));
        let digest = head.digest(record);
        match old.filter(|old| old.generation == feed.generation) {
            Some(old) => feed.sum = feed.sum.wrapping_sub(old.digest),
            None => feed.count += 1,
        }
        feed.sum = feed.sum.wrapping_add(digest);
        let generation = feed.generation;
        self.members.insert((scope, record), Some(MemberRow { scope, record, generation, digest }));
        self.places(record)?.insert(scope);
        Ok(())
    }

    fn leave(&mut self, scope: Scope, record: RecordRef) -> Result<(), Problem> {
        let old = self.member(scope, record)?;
        if let (Some(old), Some(feed)) = (old, self.rows.get_mut(&scope))
            && old.generation == feed.generation
        {
            feed.count = feed.count.saturating_sub(1);
            feed.sum = feed.sum.wrapping_sub(old.digest);
        }
        self.members.insert((scope, record), None);
        self.places(record)?.remove(&scope);
        self.loosened.insert(record);
        Ok(())
    }

    /// Takes in a page. Answers how many records came.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn take(&mut self, page: &Page, bench: &mut Bench<'_>) -> Result<u64, Problem> {
        for Position(scope, _) in &page.feeds {
            self.rows.entry(*scope).or_insert_with(|| FeedRow::new(*scope));
        }
        let scope_of = |place: u16| page.feeds.get(usize::from(place)).map(|position| position.0);
        for (place, record) in &page.left {
            if let Some(scope) = scope_of(*place) {
                self.leave(scope, *record)?;
            }
        }
        let (heads, unreadable) = page.heads.decode();
        let fetched = heads.len() as u64;
        // With a row that this version cannot read, nobody knows which places are whose: the heads are
        // taken all the same, and the digests will ask for the feed again, with a version that can.
        let nowhere = vec![Vec::new(); heads.len()];
        let places = if unreadable == 0 { &page.scopes } else { &nowhere };
        for ((record, head), places) in heads.into_iter().zip(places) {
            for scope in places.iter().filter_map(|place| scope_of(*place)) {
                self.enter(scope, record, &head)?;
            }
            bench.take_county(record, Some(head))?;
        }
        for Position(scope, position) in &page.feeds {
            if let Some(row) = self.rows.get_mut(scope) {
                row.position = *position;
            }
        }
        for scope in &page.dropped {
            self.drop_feed(*scope)?;
        }
        if !page.more {
            self.let_stale_go()?;
        }
        Ok(fetched)
    }

    fn drop_feed(&mut self, scope: Scope) -> Result<(), Problem> {
        for record in self.open.store.stale(scope, u32::MAX, MANY).or_tell()? {
            self.places(record)?.remove(&scope);
            self.loosened.insert(record);
        }
        self.rows.remove(&scope);
        self.dropped.insert(scope);
        Ok(())
    }

    /// What did not come again in a feed that was read anew is in it no more.
    fn let_stale_go(&mut self) -> Result<(), Problem> {
        let read_again: Vec<FeedRow> = self.rows.values().filter(|row| row.generation > 1).copied().collect();
        for feed in read_again {
            for record in self.open.store.stale(feed.scope, feed.generation, MANY).or_tell()? {
                let came = self.members.get(&(feed.scope, record)).is_some_and(Option::is_some);
                if !came {
                    self.leave(feed.scope, record)?;
                }
            }
        }
        Ok(())
    }

    /// Reads every feed again from its beginning.
    pub(super) fn again(&mut self) {
        self.rows.values_mut().for_each(|row| *row = row.again());
    }

    /// Compares with the county's digests. A feed that differs is read again, once a session.
    /// Answers whether any is, and keeps whether all are alike.
    pub(super) fn compare(&mut self, digests: &[FeedDigest], exchanging: &mut Exchanging) -> bool {
        let (mut alike, mut again) = (true, false);
        for digest in digests {
            let Some(row) = self.rows.get_mut(&digest.scope) else { continue };
            let same = row.count == digest.count && row.sum == digest.sum.0;
            alike &= same;
            if !same && exchanging.reread.insert(digest.scope) {
                *row = row.again();
                again = true;
            }
        }
        // A county that has what this phone said that it has is silent.
        let said = !digests.is_empty() || exchanging.asked.sent.is_empty();
        exchanging.alike = said.then_some(alike);
        again
    }

    /// Records that may have lost their last place are looked at also when they were delivered only now.
    pub(super) fn look_at(&mut self, records: impl IntoIterator<Item = RecordRef>) {
        self.loosened.extend(records);
    }

    /// Takes away the copies of what stands in no feed any more: of records that the county has given,
    /// unless an own patch waits for the county. What only this phone has made stays. Of whom a visit is being
    /// filled in, the record stays until that is done, in no list: answers which these are.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn settle(
        &mut self,
        bench: &mut Bench<'_>,
        drafted: &BTreeSet<RecordRef>,
        waits: impl Fn(RecordRef) -> Result<bool, Problem>,
    ) -> Result<BTreeSet<RecordRef>, Problem> {
        let mut held = BTreeSet::new();
        for record in std::mem::take(&mut self.loosened) {
            let from_county = bench.row(record)?.is_some_and(|row| row.county.is_some());
            if !from_county || !self.places(record)?.is_empty() || waits(record)? {
                continue;
            }
            if !drafted.contains(&record) {
                bench.remove(record)?;
                continue;
            }
            held.insert(record);
            if record.kind == RecordKind::Person {
                bench.unlist(record.id);
            }
        }
        Ok(held)
    }

    /// Says what has to be written.
    pub(super) fn finish(self, batch: &mut Batch) {
        batch.feeds_gone.extend(self.dropped);
        batch.feeds.extend(self.rows.into_values());
        for ((scope, record), member) in self.members {
            match member {
                Some(member) => batch.members.push(member),
                None => batch.members_gone.push((scope, record)),
            }
        }
    }
}
