//! Writing the records of a plan, and their moves in feeds.

use super::bits::{kind_number, named_subject};
use super::load::Knowledge;
use super::places::{pack_places, take_move};
use super::view::Stored;
use crate::codec::pack_head;
use crate::fault::fault;
use domain::catalogue::RecordKind;
use domain::head::Head;
use domain::ids::RecordId;
use domain::log::Dot;
use domain::patch::RecordRef;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use store::StoreError;
use sync::county::Plan;
use sync::county::needs::RecordRow;
use sync::county::outcome::{FeedMove, Held};
use sync::wire::receipt::ItemState;

/// Writes the records of a plan and moves them to the end of their feeds.
pub(super) fn records(
    connection: &Connection,
    county: i64,
    knowledge: &Knowledge,
    plan: &Plan,
) -> Result<(), StoreError> {
    let mut moves: BTreeMap<RecordRef, Vec<&FeedMove>> = BTreeMap::new();
    for step in &plan.feed {
        moves.entry(step.record).or_default().push(step);
    }
    let applied = plan.ledger.iter().filter(|row| row.state == ItemState::Applied);
    let fresh: BTreeMap<Dot, u64> = applied
        .filter_map(|row| match &row.held {
            Held::Entry(entry) => Some((entry.patch.dot(), row.seq)),
            Held::Unreadable { .. } => None,
        })
        .collect();
    let listed: BTreeMap<RecordId, RecordId> = plan.parts.iter().map(|row| (row.part, row.subject)).collect();
    for (record, row) in &plan.records {
        let before = knowledge.stored.get(record);
        let mut places = before.map(|stored| stored.places.clone()).unwrap_or_default();
        for step in moves.remove(record).into_iter().flatten() {
            let old = take_move(&mut places, step);
            move_in_feed(connection, county, step, old.map(|old| old.seq))?;
        }
        let old = knowledge.loaded.records.get(record).and_then(|found| found.row.as_ref());
        let seq = one_entry(*record, &row.head, old.map(|old| &*old.head), before, &fresh);
        let (hangs, subject) = hangs(*record, row, before, listed.get(&record.id).copied());
        let stored = Stored { seq, places, hangs };
        put(connection, county, *record, &row.head, &stored, subject, before.is_some())?;
    }
    Ok(())
}

/// The sequence of the one entry that a visit or part consists of, as nearly all of them do for
/// good. Their heads need not be written a second time. All other kinds are read too often.
fn one_entry(
    record: RecordRef,
    head: &Head,
    old: Option<&Head>,
    before: Option<&Stored>,
    fresh: &BTreeMap<Dot, u64>,
) -> Option<u64> {
    if !matches!(record.kind, RecordKind::Visit | RecordKind::Part) || !head.ahead.is_empty() {
        return None;
    }
    if let Some(before) = before {
        return before.seq.filter(|_| old == Some(head));
    }
    let mut dots = head.vector.0.iter().map(|(writer, serial)| Dot { writer: *writer, serial: *serial });
    let (Some(dot), None) = (dots.next(), dots.next()) else { return None };
    // A vector covers earlier entries of its writer too; they must have left nothing behind.
    let alone = head.fields.values().flatten().all(|write| write.dot() == dot);
    fresh.get(&dot).copied().filter(|_| alone)
}

/// The columns `hangs` and `subject`: a part that `parts` lists needs no second list.
fn hangs(
    record: RecordRef,
    row: &RecordRow,
    before: Option<&Stored>,
    listed: Option<RecordId>,
) -> (i64, Option<RecordId>) {
    let Some(subject) = row.subject else { return (0, None) };
    let named = record.kind == RecordKind::Part && named_subject(&row.head) == Some(subject);
    let is_listed = listed == Some(subject) || listed.is_none() && before.is_some_and(|one| one.hangs == 2);
    if named && is_listed { (2, None) } else { (1, Some(subject)) }
}

fn move_in_feed(
    connection: &Connection,
    county: i64,
    step: &FeedMove,
    old: Option<u64>,
) -> Result<(), StoreError> {
    const MOVE: &str = "UPDATE feed SET seq = ?5, gone = ?6
         WHERE county = ?1 AND area = ?2 AND audience = ?3 AND seq = ?4";
    const ENTER: &str = "INSERT INTO feed (county, area, audience, seq, gone, kind, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let FeedMove { scope, record, seq, left } = step;
    let (area, audience) = (scope.area.0.cast_signed(), i64::from(scope.audience.number()));
    let (seq, gone) = (seq.cast_signed(), i64::from(*left));
    match old {
        Some(old) => {
            let key = [county, area, audience, old.cast_signed(), seq, gone];
            connection.prepare_cached(MOVE).and_then(|mut update| update.execute(key))
        }
        None => {
            let row = params![county, area, audience, seq, gone, kind_number(record.kind), record.id.bytes()];
            connection.prepare_cached(ENTER).and_then(|mut insert| insert.execute(row))
        }
    }
    .map_err(fault)
    .map(drop)
}

fn put(
    connection: &Connection,
    county: i64,
    record: RecordRef,
    head: &Head,
    stored: &Stored,
    subject: Option<RecordId>,
    known: bool,
) -> Result<(), StoreError> {
    const INSERT: &str =
        "INSERT INTO records (county, kind, id, seq, head, places, hangs, subject, contested)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    const UPDATE: &str = "UPDATE records SET seq = ?4, head = ?5, places = ?6, hangs = ?7, subject = ?8,
         contested = ?9 WHERE county = ?1 AND kind = ?2 AND id = ?3";
    let row = params![
        county,
        kind_number(record.kind),
        record.id.bytes(),
        stored.seq.map(u64::cast_signed),
        stored.seq.is_none().then(|| pack_head(head)),
        pack_places(&stored.places),
        stored.hangs,
        subject.map(|id| id.bytes()),
        i64::from(head.contested().next().is_some()),
    ];
    let sql = if known { UPDATE } else { INSERT };
    connection.prepare_cached(sql).and_then(|mut put| put.execute(row)).map_err(fault).map(drop)
}
