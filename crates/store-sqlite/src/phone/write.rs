//! A batch in one transaction. Each statement is prepared once and kept.

use super::columns::{day_key, kind_key, number, scope_key, to_json, writer_key};
use crate::codec::{pack_entry, pack_head, pack_standing};
use crate::fault::fault;
use domain::coverage::Standing;
use domain::coverage::timeline::always_needed;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use rusqlite::{Params, Transaction, params};
use std::collections::BTreeMap;
use store::StoreError;
use store::phone::{Batch, FactRow, LogRow, RecordRow, StepRow, missed_until};
use sync::wire::receipt::ItemState;

/// A transaction under way.
pub(super) struct Writing<'a>(pub &'a Transaction<'a>);

type Done = Result<(), StoreError>;

impl Writing<'_> {
    fn run(&self, sql: &str, values: impl Params) -> Done {
        let mut statement = self.0.prepare_cached(sql).map_err(fault)?;
        statement.execute(values).map(drop).map_err(fault)
    }

    pub(super) fn batch(&self, batch: &Batch) -> Done {
        for (key, value) in &batch.settings {
            match value {
                Some(value) => self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, value))?,
                None => self.run("DELETE FROM settings WHERE key = ?", [key])?,
            }
        }
        self.logs(batch)?;
        self.records(batch)?;
        self.people(batch)?;
        self.feeds(batch)?;
        self.standings(batch)?;
        self.drafts(batch)?;
        for (record, head) in &batch.recover {
            let values = (kind_key(record.kind), record.id.bytes(), pack_head(head));
            self.run("INSERT OR REPLACE INTO recover VALUES (?, ?, ?)", values)?;
        }
        for record in &batch.recovered {
            self.of_record("DELETE FROM recover WHERE kind = ? AND id = ?", *record)?;
        }
        Ok(())
    }

    fn of_record(&self, sql: &str, record: RecordRef) -> Done {
        self.run(sql, (kind_key(record.kind), record.id.bytes()))
    }

    fn logs(&self, batch: &Batch) -> Done {
        for row in &batch.entries {
            self.entry(row)?;
        }
        for row in &batch.writers {
            self.run(
                "INSERT OR REPLACE INTO writers VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    writer_key(row.writer),
                    row.urgent,
                    row.closed,
                    number(row.last.serial),
                    row.last.hash.0,
                    number(row.delivered)
                ],
            )?;
        }
        for one in &batch.outcomes {
            let problem = one.problem.as_ref().map(to_json).transpose()?;
            self.run(
                "UPDATE log SET state = ?, problem = ? WHERE writer = ? AND serial = ?",
                (one.state.number(), problem, writer_key(one.writer), number(one.serial)),
            )?;
        }
        for (writer, serial, day, counter) in &batch.receipts {
            self.run(
                "UPDATE log SET receipt_day = ?, receipt_number = ? WHERE writer = ? AND serial = ?",
                (day, counter, writer_key(*writer), number(*serial)),
            )?;
        }
        if let Some((statement, stretches)) = &batch.proof {
            self.run("INSERT INTO proofs (statement) VALUES (?)", [statement])?;
            let proof = self.0.last_insert_rowid();
            for one in stretches {
                self.run(
                    "UPDATE log SET proof = ? WHERE writer = ? AND serial BETWEEN ? AND ? AND proof IS NULL",
                    (proof, writer_key(one.writer), number(one.from), number(one.to)),
                )?;
            }
        }
        batch.erased.iter().try_for_each(|record| self.erase(*record))
    }

    fn entry(&self, row: &LogRow) -> Done {
        let patch = &row.entry.patch;
        let problem = row.problem.as_ref().map(to_json).transpose()?;
        self.run(
            "INSERT OR IGNORE INTO log (writer, serial, kind, record, at_ms, creates, hash, entry, state, \
             problem, receipt_day, receipt_number, proof, visit, draft) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                writer_key(patch.writer),
                number(patch.serial),
                kind_key(patch.record.kind),
                patch.record.id.bytes(),
                patch.stamp.best_ms(),
                row.creates(),
                row.hash.0,
                pack_entry(&row.entry),
                row.state.map(ItemState::number),
                problem,
                row.receipt.map(|(day, _)| day),
                row.receipt.map(|(_, counter)| counter),
                row.proof.map(number),
                row.visit.map(|visit| visit.bytes()),
                row.draft
            ],
        )
    }

    fn erase(&self, record: RecordRef) -> Done {
        let sql = format!("SELECT {} FROM log WHERE kind = ? AND record = ?", super::columns::LOG);
        let mut statement = self.0.prepare_cached(&sql).map_err(fault)?;
        let mut rows = statement.query((kind_key(record.kind), record.id.bytes())).map_err(fault)?;
        let mut bare = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            let mut entry = super::columns::log_row(row)?.entry;
            entry.body = None;
            bare.push(entry);
        }
        for entry in bare {
            self.run(
                "UPDATE log SET entry = ?, state = ?, problem = NULL WHERE writer = ? AND serial = ?",
                (
                    pack_entry(&entry),
                    ItemState::Erased.number(),
                    writer_key(entry.patch.writer),
                    number(entry.patch.serial),
                ),
            )?;
        }
        Ok(())
    }

    fn records(&self, batch: &Batch) -> Done {
        batch.records.iter().try_for_each(|row| self.record(row))?;
        for record in &batch.records_gone {
            self.of_record("DELETE FROM records WHERE kind = ? AND id = ?", *record)?;
            self.of_record("DELETE FROM members WHERE kind = ? AND id = ?", *record)?;
        }
        Ok(())
    }

    fn record(&self, row: &RecordRow) -> Done {
        let links = &row.links;
        let id = |id: Option<RecordId>| id.map(|id| id.bytes());
        self.run(
            "INSERT INTO records (kind, id, county, view, subject, visit, household, village, day) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET \
             county = excluded.county, view = excluded.view, subject = excluded.subject, \
             visit = excluded.visit, household = excluded.household, village = excluded.village, \
             day = excluded.day",
            params![
                kind_key(row.record.kind),
                row.record.id.bytes(),
                row.county.as_ref().map(pack_head),
                row.view.as_ref().map(pack_head),
                id(links.subject),
                id(links.visit),
                id(links.household),
                links.village.map(|code| number(code.0)),
                day_key(links.day)
            ],
        )
    }

    fn people(&self, batch: &Batch) -> Done {
        for row in &batch.people {
            self.run(
                "INSERT INTO people (id, village, village_group, household, name, keys) \
                 VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET village = excluded.village, \
                 village_group = excluded.village_group, household = excluded.household, \
                 name = excluded.name, keys = excluded.keys",
                params![
                    row.id.bytes(),
                    row.village.map(|code| number(code.0)),
                    row.group,
                    row.household.map(|id| id.bytes()),
                    row.name,
                    row.keys
                ],
            )?;
        }
        for id in &batch.people_gone {
            self.run("DELETE FROM people WHERE id = ?", [id.bytes()])?;
            self.standings_of(*id, &[])?;
            self.run("DELETE FROM touched WHERE id = ?", [id.bytes()])?;
        }
        batch.facts.iter().try_for_each(|row| self.fact(row))?;
        batch
            .facts_gone
            .iter()
            .try_for_each(|part| self.run("DELETE FROM facts WHERE part = ?", [part.bytes()]))
    }

    fn fact(&self, row: &FactRow) -> Done {
        let fact = &row.fact;
        // What is contested is always given out, as what reports a change is, and hides no other.
        let last = fact.met.in_person() && !fact.is_contested();
        self.run(
            "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                fact.part.bytes(),
                row.subject.bytes(),
                fact.day.0,
                fact.way.code(),
                last,
                always_needed(fact),
                to_json(fact)?
            ],
        )
    }

    fn feeds(&self, batch: &Batch) -> Done {
        for row in &batch.feeds {
            let (area, audience) = scope_key(row.scope);
            self.run(
                "INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?, ?)",
                (
                    area,
                    audience,
                    number(row.position),
                    row.generation,
                    number(row.count),
                    row.sum.cast_signed(),
                ),
            )?;
        }
        for scope in &batch.feeds_gone {
            self.run("DELETE FROM feeds WHERE area = ? AND audience = ?", scope_key(*scope))?;
            self.run("DELETE FROM members WHERE area = ? AND audience = ?", scope_key(*scope))?;
        }
        for row in &batch.members {
            let (area, audience) = scope_key(row.scope);
            let (kind, id) = (kind_key(row.record.kind), row.record.id.bytes());
            self.run(
                "INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?, ?, ?)",
                (area, audience, kind, id, row.generation, row.digest.cast_signed()),
            )?;
        }
        for (scope, record) in &batch.members_gone {
            let (area, audience) = scope_key(*scope);
            self.run(
                "DELETE FROM members WHERE area = ? AND audience = ? AND kind = ? AND id = ?",
                (area, audience, kind_key(record.kind), record.id.bytes()),
            )?;
        }
        Ok(())
    }

    fn standings(&self, batch: &Batch) -> Done {
        if batch.touch_everyone {
            self.run("INSERT OR IGNORE INTO touched SELECT id FROM people", [])?;
        }
        for id in &batch.touched {
            self.run("INSERT OR IGNORE INTO touched VALUES (?)", [id.bytes()])?;
        }
        for (subject, standings) in &batch.standings {
            self.standings_of(*subject, standings)?;
            self.run("DELETE FROM touched WHERE id = ?", [subject.bytes()])?;
        }
        Ok(())
    }

    /// A person's standings become these. Only those that differ are written: a visit changes one or
    /// two of a dozen.
    fn standings_of(&self, subject: RecordId, standings: &[Standing]) -> Done {
        let mut stored = self.stored_standings(subject)?;
        for standing in standings {
            let key = (standing.duty.clone(), standing.period.to_string());
            let packed = pack_standing(standing);
            let before = stored.remove(&key);
            if before.as_ref() == Some(&packed) {
                continue;
            }
            if before.is_some() {
                self.steps_gone(subject, &key)?;
            }
            self.standing(standing, &key.1, &packed)?;
        }
        for key in stored.keys() {
            self.steps_gone(subject, key)?;
            let sql = "DELETE FROM standings WHERE subject = ? AND duty = ? AND period = ?";
            self.run(sql, (subject.bytes(), &key.0, &key.1))?;
        }
        Ok(())
    }

    fn stored_standings(&self, subject: RecordId) -> Result<BTreeMap<(String, String), Vec<u8>>, StoreError> {
        let sql = "SELECT duty, period, standing FROM standings WHERE subject = ?";
        let mut statement = self.0.prepare_cached(sql).map_err(fault)?;
        let read = |row: &rusqlite::Row<'_>| Ok(((row.get(0)?, row.get(1)?), row.get(2)?));
        let rows = statement.query_map([subject.bytes()], read).map_err(fault)?;
        rows.collect::<Result<_, _>>().map_err(fault)
    }

    fn steps_gone(&self, subject: RecordId, (duty, period): &(String, String)) -> Done {
        let sql = "DELETE FROM steps WHERE duty = ? AND period = ? AND subject = ?";
        self.run(sql, (duty, period, subject.bytes()))
    }

    fn standing(&self, standing: &Standing, period: &str, packed: &[u8]) -> Done {
        let (subject, missed) = (standing.subject.bytes(), missed_until(standing).map(|day| day.0));
        self.run(
            "INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?, ?)",
            (subject, &standing.duty, period, missed, packed),
        )?;
        for step in StepRow::of(standing) {
            let due = step.due;
            self.run(
                "INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    standing.duty,
                    period,
                    subject,
                    step.from.0,
                    step.until.0,
                    due.status.code(),
                    number(due.area.0),
                    day_key(due.due_on)
                ],
            )?;
        }
        Ok(())
    }

    fn drafts(&self, batch: &Batch) -> Done {
        for row in &batch.drafts {
            self.run(
                "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?)",
                (&row.id, &row.head, row.changed_ms, row.discarded_ms),
            )?;
        }
        for row in &batch.answers {
            let origin = row.origin.letter().to_string();
            self.run(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                (&row.draft, row.subject.bytes(), &row.path, to_json(&row.value)?, origin),
            )?;
        }
        for (draft, subject, path) in &batch.answers_gone {
            self.run(
                "DELETE FROM answers WHERE draft = ?1 AND subject = ?2 AND (?3 IS NULL OR path = ?3)",
                (draft, subject.bytes(), path),
            )?;
        }
        for draft in &batch.drafts_gone {
            self.run("DELETE FROM answers WHERE draft = ?", [draft])?;
            self.run("DELETE FROM drafts WHERE id = ?", [draft])?;
        }
        Ok(())
    }
}
