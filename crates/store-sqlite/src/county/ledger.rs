//! Jobs, feeds, and the ledger read from its beginning.

use super::caches::Caches;
use super::{SqliteCounty, beside_others};
use crate::open::{Half, carry_over};
use async_trait::async_trait;
use domain::catalogue::RecordKind;
use domain::coverage::Generations;
use domain::ids::{RecordId, WriterId};
use domain::log::Mark;
use domain::patch::RecordRef;
use domain::reference::Reference;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use store::StoreError;
use store::county::{Done, FeedPage, FeedRequest, Ledger, LedgerEntry};
use sync::county::Prepared;
use sync::county::needs::{CountyState, FormerEpoch, RecordRow};

#[async_trait]
impl Ledger for SqliteCounty {
    async fn run(&self, prepared: Prepared) -> Result<Done, StoreError> {
        self.write(move |desk| desk.run(&prepared)).await
    }

    async fn changes_since(&self, request: FeedRequest) -> Result<FeedPage, StoreError> {
        let recent = self.writing.as_ref().map(|writing| &writing.recent);
        let page =
            recent.and_then(|recent| recent.read().unwrap_or_else(PoisonError::into_inner).page(&request));
        match page {
            Some(page) => Ok(page),
            None => self.read(move |view| view.page(&request)).await,
        }
    }

    async fn standing_now(
        &self,
    ) -> Result<(CountyState, Vec<FormerEpoch>, Arc<Reference>, Arc<Generations>), StoreError> {
        let caches = match &self.writing {
            Some(writing) => writing.published.lock().unwrap_or_else(PoisonError::into_inner).0.clone(),
            // Another process writes: only the file knows.
            None => self.read(|view| Caches::read(view.connection, view.county)).await?,
        };
        let Caches { state, former, reference, generations } = caches;
        Ok((state, former, reference, generations))
    }

    async fn record(&self, record: RecordRef) -> Result<Option<RecordRow>, StoreError> {
        self.read(move |view| Ok(view.record(record)?.map(|(row, _)| row))).await
    }

    async fn records(
        &self,
        records: BTreeSet<RecordRef>,
    ) -> Result<BTreeMap<RecordRef, RecordRow>, StoreError> {
        self.read(move |view| {
            let mut found = BTreeMap::new();
            for record in records {
                found.extend(view.record(record)?.map(|(row, _)| (record, row)));
            }
            Ok(found)
        })
        .await
    }

    async fn ledger_after(&self, seq: u64, count: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        let lines = self.read(move |view| view.lines_after(seq, count)).await?;
        let entry = |line: super::lines::Line| LedgerEntry {
            seq: line.seq,
            ledger_hash: line.ledger_hash,
            entry: line.entry,
            hash: line.hash,
            state: line.state,
            arrived_ms: line.arrived_ms,
        };
        Ok(lines.into_iter().map(entry).collect())
    }

    async fn records_after(
        &self,
        kind: RecordKind,
        after: Option<RecordId>,
        count: usize,
    ) -> Result<Vec<(RecordRef, RecordRow)>, StoreError> {
        let found = self.read(move |view| view.records_after(kind, after, count)).await?;
        Ok(found.into_iter().map(|(record, row, _)| (record, row)).collect())
    }

    async fn overwrite(&self) -> Result<(), StoreError> {
        let (path, key) = (self.path.clone(), self.key);
        beside_others(move || carry_over(&path, &key, Half::County)).await
    }

    async fn mark(&self, writer: WriterId) -> Result<Mark, StoreError> {
        self.read(move |view| Ok(view.writer(writer)?.map_or(Mark::NONE, |row| row.mark))).await
    }
}
