//! Jobs, feeds, and the ledger read from its beginning.

use super::{Disk, Fault, MemoryCounty, Place};
use crate::StoreError;
use crate::county::{Done, FeedPage, FeedRequest, FeedRow, Ledger, LedgerEntry};
use async_trait::async_trait;
use domain::catalogue::RecordKind;
use domain::coverage::Generations;
use domain::ids::{RecordId, WriterId};
use domain::log::{Dot, Mark};
use domain::patch::RecordRef;
use domain::permission::Scope;
use domain::reference::Reference;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use sync::county::needs::{CountyState, FormerEpoch, RecordRow, WaitsFor};
use sync::county::outcome::Held;
use sync::county::prepared::{Job, Piece};
use sync::county::{Plan, Prepared, Step, plan};
use sync::wire::exchange::{FeedDigest, Position};
use sync::wire::heads::estimate;

#[async_trait]
impl Ledger for MemoryCounty {
    async fn run(&self, prepared: Prepared) -> Result<Done, StoreError> {
        let mut inner = self.inner();
        let lost = match inner.fault.take() {
            Some(Fault::Before(error)) => return Err(error),
            Some(Fault::After(error)) => Some(error),
            None => None,
        };
        if inner.poison.is_some_and(|dot| judges(&prepared.job, dot) || inner.disk.joins(&prepared.job, dot))
        {
            return Err(StoreError::Panicked);
        }
        let plan = inner.disk.plan(&prepared);
        let done = Done {
            statement: plan.statement.clone(),
            receipts_only: plan.receipts_only,
            positions_reset: plan.positions_reset,
            own: plan.own.clone(),
            gone: plan.gone.clone(),
            edited: plan.generations.as_ref().is_some_and(|generations| generations.work().is_some()),
            problem: plan.problem.clone(),
        };
        if done.problem.is_none() {
            inner.disk.apply(plan, prepared.now_ms);
        }
        lost.map_or(Ok(done), Err)
    }

    async fn changes_since(&self, request: FeedRequest) -> Result<FeedPage, StoreError> {
        self.read(|disk| disk.page(&request))
    }

    async fn standing_now(
        &self,
    ) -> Result<(CountyState, Vec<FormerEpoch>, Arc<Reference>, Arc<Generations>), StoreError> {
        self.read(|disk| {
            let (reference, generations) = (Arc::clone(&disk.reference), Arc::clone(&disk.generations));
            (disk.county, disk.former.clone(), reference, generations)
        })
    }

    async fn record(&self, record: RecordRef) -> Result<Option<RecordRow>, StoreError> {
        self.read(|disk| disk.records.get(&record).cloned())
    }

    async fn records(
        &self,
        records: BTreeSet<RecordRef>,
    ) -> Result<BTreeMap<RecordRef, RecordRow>, StoreError> {
        self.read(|disk| {
            let found =
                records.iter().filter_map(|record| Some((*record, disk.records.get(record)?.clone())));
            found.collect()
        })
    }

    async fn ledger_after(&self, seq: u64, count: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        let entry = |row: &super::Row| LedgerEntry {
            seq: row.row.seq,
            ledger_hash: row.row.ledger_hash,
            entry: match &row.row.held {
                Held::Entry(entry) => Some((**entry).clone()),
                Held::Unreadable { .. } => None,
            },
            hash: row.row.hash,
            state: row.row.state,
            arrived_ms: row.row.arrived_ms,
        };
        self.read(|disk| {
            let after = disk.ledger.range(seq.saturating_add(1)..);
            after.take(count).map(|(_, row)| entry(row)).collect()
        })
    }

    async fn records_after(
        &self,
        kind: RecordKind,
        after: Option<RecordId>,
        count: usize,
    ) -> Result<Vec<(RecordRef, RecordRow)>, StoreError> {
        self.read(|disk| {
            let of_kind = disk.records.iter().filter(|(record, _)| record.kind == kind);
            let beyond = of_kind.filter(|(record, _)| after.is_none_or(|after| record.id > after));
            beyond.take(count).map(|(record, row)| (*record, row.clone())).collect()
        })
    }

    async fn overwrite(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn mark(&self, writer: WriterId) -> Result<Mark, StoreError> {
        self.read(|disk| disk.writers.get(&writer).map_or(Mark::NONE, |row| row.mark))
    }
}

impl Disk {
    /// Plans a job, loading what the plan names until it names nothing more.
    fn plan(&self, prepared: &Prepared) -> Plan {
        let cursor = prepared.job.cursor();
        let mut loaded = self.begin();
        loop {
            match plan(prepared, &loaded) {
                Step::Load(needs) => self.load(&needs, cursor, &mut loaded),
                Step::Done(plan) => return *plan,
            }
        }
    }

    fn page(&self, request: &FeedRequest) -> FeedPage {
        let mut page = FeedPage::default();
        let mut bytes = 0;
        for (feed, Position(scope, from)) in (0_u16..).zip(&request.feeds) {
            let mut reached = *from;
            for (record, at) in self.rows_since(*scope, *from) {
                let head = self.records.get(&record).filter(|_| !at.left).map(|row| row.head.clone());
                bytes += head.as_ref().map_or(40, |head| estimate(head));
                if bytes > request.bytes_max && !page.rows.is_empty() {
                    page.more = true;
                    break;
                }
                page.rows.push(FeedRow { feed, record, head });
                reached = at.seq;
            }
            if !page.more {
                reached = self.county.seq;
            }
            page.positions.push(Position(*scope, reached));
        }
        if !page.more {
            page.digests = request.feeds.iter().map(|position| self.digest(position.0)).collect();
        }
        page
    }

    /// The rows of a feed beyond a position, ascending by sequence.
    fn rows_since(&self, scope: Scope, from: u64) -> Vec<(RecordRef, Place)> {
        let all = self.feeds.get(&scope).into_iter().flatten();
        let mut rows: Vec<_> =
            all.filter(|(_, at)| at.seq > from).map(|(record, at)| (*record, *at)).collect();
        rows.sort_by_key(|(_, at)| at.seq);
        rows
    }

    fn digest(&self, scope: Scope) -> FeedDigest {
        let (count, sum) = self.digests.get(&scope).copied().unwrap_or_default();
        FeedDigest { scope, count, sum: WriterId(sum) }
    }
}

/// Whether an entry at this place is to be judged in a job.
fn judges(job: &Job, dot: Dot) -> bool {
    matches!(job, Job::Exchange(exchange) if exchange.judged().any(|entry| entry.patch.dot() == dot))
}

impl Disk {
    /// Whether an entry that waits beyond a gap at this place is to be judged in a job, which closes it.
    fn joins(&self, job: &Job, dot: Dot) -> bool {
        let Job::Exchange(exchange) = job else { return false };
        let waits =
            |seq: &u64| self.ledger.get(seq).is_some_and(|row| row.row.waits_for == Some(WaitsFor::Earlier));
        let beyond = self.places.get(&(dot.writer, dot.serial)).into_iter().flatten().any(waits);
        let closes = |piece: &Piece| {
            let next = piece.from.saturating_add(piece.entries.len() as u64);
            piece.writer == dot.writer && next == dot.serial && !piece.joining_kept
        };
        beyond && exchange.pieces.iter().any(closes)
    }
}
