//! Figures, lists and histories.

use super::SqliteCounty;
use super::generations::spans;
use super::lines::Line;
use super::tally::figures;
use super::view::View;
use crate::codec::record_id;
use crate::fault::fault;
use async_trait::async_trait;
use domain::coverage::{Generation, Standing};
use domain::going::Pair;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::time::Day;
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};
use store::StoreError;
use store::county::{Figures, FiguresQuery, HistoryItem, QueueItem, Reports, StandingQuery};
use sync::county::needs::{PartRow, WaitsFor};

#[async_trait]
impl Reports for SqliteCounty {
    async fn figures(&self, query: &FiguresQuery) -> Result<Figures, StoreError> {
        let query = query.clone();
        self.read(move |view| {
            let holder = spans(view.connection, view.county)?.holder(&query.duty, query.period);
            figures(view.connection, view.county, holder, &query)
        })
        .await
    }

    async fn standings(&self, query: &StandingQuery) -> Result<Vec<Standing>, StoreError> {
        let query = query.clone();
        self.read(move |view| standings_in(view, &query)).await
    }

    async fn standings_of(&self, subject: RecordId) -> Result<Vec<Standing>, StoreError> {
        Ok(self.standings_of_all(BTreeSet::from([subject])).await?.remove(&subject).unwrap_or_default())
    }

    async fn standings_of_all(
        &self,
        subjects: BTreeSet<RecordId>,
    ) -> Result<BTreeMap<RecordId, Vec<Standing>>, StoreError> {
        self.read(move |view: &mut View<'_>| {
            let spans = spans(view.connection, view.county)?;
            let mut all = BTreeMap::new();
            for subject in subjects {
                let found = view.standings_since(subject, Day(i32::MIN))?;
                let read =
                    found.into_iter().filter(|(number, one)| spans.holder(&one.duty, one.period) == *number);
                let mut read: Vec<Standing> = read.map(|(_, one)| one).collect();
                read.sort_by_cached_key(|one| (one.duty.clone(), one.period.to_string()));
                if !read.is_empty() {
                    all.insert(subject, read);
                }
            }
            Ok(all)
        })
        .await
    }

    async fn standings_kept(&self, subject: RecordId) -> Result<Vec<(Generation, Standing)>, StoreError> {
        self.read(move |view| view.standings_since(subject, Day(i32::MIN))).await
    }

    async fn figures_kept(
        &self,
        generation: Generation,
        query: &FiguresQuery,
    ) -> Result<Figures, StoreError> {
        let query = query.clone();
        self.read(move |view| figures(view.connection, view.county, generation, &query)).await
    }

    async fn parts_of(&self, subject: RecordId, count: usize) -> Result<Vec<PartRow>, StoreError> {
        self.read(move |view| view.parts_of(subject, count)).await
    }

    async fn parts_of_all(
        &self,
        subjects: BTreeSet<RecordId>,
        count: usize,
    ) -> Result<BTreeMap<RecordId, Vec<PartRow>>, StoreError> {
        self.read(move |view| {
            let mut all = BTreeMap::new();
            for subject in subjects {
                let found = view.parts_of(subject, count)?;
                if !found.is_empty() {
                    all.insert(subject, found);
                }
            }
            Ok(all)
        })
        .await
    }

    async fn parts_of_visit(&self, visit: RecordId) -> Result<Vec<PartRow>, StoreError> {
        self.read(move |view| view.parts_of_visit(visit)).await
    }

    async fn reported(&self) -> Result<Vec<PartRow>, StoreError> {
        self.read(|view| view.reported()).await
    }

    async fn suggested(&self) -> Result<Vec<(Pair, RecordId)>, StoreError> {
        self.read(|view| view.suggested()).await
    }

    async fn history(&self, record: RecordRef) -> Result<Vec<HistoryItem>, StoreError> {
        let lines = self.read(move |view| view.lines_of(record)).await?;
        Ok(lines.into_iter().filter_map(history_item).collect())
    }

    async fn contested(&self, count: usize) -> Result<Vec<RecordRef>, StoreError> {
        const SQL: &str = "SELECT kind, id FROM records WHERE county = ?1 AND contested = 1";
        self.read(move |view| {
            // Kinds are numbered apart from their order, so that the order is made here.
            let mut found = view.references(SQL, [view.county])?;
            found.sort_unstable();
            found.truncate(count);
            Ok(found)
        })
        .await
    }

    async fn queue(&self, count: usize) -> Result<Vec<QueueItem>, StoreError> {
        let found = self.read(move |view| view.queue(count)).await?;
        Ok(found.into_iter().map(queue_item).collect())
    }

    async fn for_reviewer(&self, after: u64, count: usize) -> Result<Vec<(u64, QueueItem)>, StoreError> {
        let found = self.read(move |view| view.for_reviewer(after, count)).await?;
        Ok(found.into_iter().map(|one| (one.0.seq, queue_item(one))).collect())
    }

    async fn decisions(
        &self,
        before: Option<u64>,
        count: usize,
    ) -> Result<Vec<(u64, HistoryItem)>, StoreError> {
        let lines = self.read(move |view| view.decisions(before, count)).await?;
        Ok(lines.into_iter().filter_map(|line| Some((line.seq, history_item(line)?))).collect())
    }

    async fn heard(&self, as_of: Day) -> Result<BTreeMap<RecordId, Day>, StoreError> {
        const SQL: &str = "SELECT staff, max(day) FROM heard WHERE county = ?1 AND day <= ?2 GROUP BY staff";
        self.read(move |view| {
            let mut statement = view.connection.prepare_cached(SQL).map_err(fault)?;
            let key = [view.county, i64::from(as_of.0)];
            let read = |row: &rusqlite::Row<'_>| Ok((record_id(row.get(0)?), Day(row.get(1)?)));
            let rows = statement.query_map(key, read).map_err(fault)?;
            rows.collect::<Result<_, _>>().map_err(fault)
        })
        .await
    }

    async fn by_receipt(&self, day: Day, number: u32) -> Result<Option<RecordRef>, StoreError> {
        const SQL: &str = "SELECT place FROM ledger
             WHERE county = ?1 AND receipt_day = ?2 AND receipt_number = ?3";
        self.read(move |view| {
            let mut statement = view.connection.prepare_cached(SQL).map_err(fault)?;
            let key = params![view.county, day.0, number];
            let found = statement.query_row(key, |row| row.get(0)).optional().map_err(fault)?;
            let line = found.map(|place| view.line(super::bits::seq_of(place))).transpose()?.flatten();
            Ok(line.and_then(|line| line.entry).map(|entry| entry.patch.record))
        })
        .await
    }
}

/// The standings of a duty and a period in some villages as of a day, ascending by village and
/// person. O(persons who stand in them on some day · log).
fn standings_in(view: &View<'_>, query: &StandingQuery) -> Result<Vec<Standing>, StoreError> {
    const SQL: &str = "SELECT subject FROM standing_areas
         WHERE county = ?1 AND duty = ?2 AND period = ?3 AND generation = ?4 AND area = ?5 ORDER BY subject";
    let holder = spans(view.connection, view.county)?.holder(&query.duty, query.period);
    let period = query.period.to_string();
    let mut villages: Vec<AreaCode> = query.villages.clone();
    villages.sort_unstable();
    villages.dedup();
    let mut found = Vec::new();
    for village in villages {
        let mut statement = view.connection.prepare_cached(SQL).map_err(fault)?;
        let key = params![view.county, query.duty, period, holder.0, village.0.cast_signed()];
        let mut rows = statement.query(key).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let subject = record_id(row.get(0).map_err(fault)?);
            let standing = view.standing(holder, subject, &query.duty, query.period)?;
            let stands =
                |one: &Standing| one.step_on(query.as_of).is_some_and(|step| step.place.area == village);
            found.extend(standing.filter(stands));
        }
    }
    Ok(found)
}

fn history_item(line: Line) -> Option<HistoryItem> {
    let Line { entry, state, problem, arrived_ms, receipt, questions, .. } = line;
    Some(HistoryItem { entry: entry?, state, problem, arrived_ms, receipt, questions })
}

fn queue_item((line, waits_for): (Line, WaitsFor)) -> QueueItem {
    QueueItem {
        dot: line.dot,
        entry: line.entry,
        raw: line.raw,
        hash: line.hash,
        state: line.state,
        waits_for: Some(waits_for),
        problem: line.problem,
        questions: line.questions,
        arrived_ms: line.arrived_ms,
        device: line.device,
    }
}
