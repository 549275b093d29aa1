//! Reading. Every statement is prepared once and kept; each finds its rows by an index.

use super::SqlitePhone;
use super::columns::{
    LOG, PERSON, RECORD, day_key, day_of, get, get_id, get_record, get_text, json, kind_key, log_row, number,
    person_row, record_row, scope_key, scope_of, unsigned, writer_key, writer_of,
};
use crate::codec::{broken, unpack_head, unpack_standing};
use crate::fault::fault;
use domain::catalogue::RecordKind;
use domain::coverage::{Standing, Status};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::Mark;
use domain::patch::RecordRef;
use domain::period::Period;
use domain::permission::Scope;
use domain::time::{Day, UnixMs};
use domain::value::Origin;
use domain::visit::{PartFact, Way};
use rusqlite::{Params, Row, params};
use std::collections::BTreeMap;
use store::StoreError;
use store::phone::{
    AnswerRow, Batch, DraftRow, DueRow, FeedRow, Link, LogRow, MemberRow, Needle, OwnFilter, PeopleFilter,
    PersonRow, PhoneStore, RANK_NONE, RecordRow, WriterRow,
};

type Read<T> = Result<T, StoreError>;

fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl SqlitePhone {
    fn all<T>(
        &self,
        sql: &str,
        values: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(values).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    fn one<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> Read<T>,
    ) -> Read<Option<T>> {
        Ok(self.all(sql, values, read)?.pop())
    }
}

fn draft_row(row: &Row<'_>) -> Read<DraftRow> {
    Ok(DraftRow {
        id: get(row, 0)?,
        head: get(row, 1)?,
        changed_ms: get(row, 2)?,
        discarded_ms: get(row, 3)?,
    })
}

fn due_row(row: &Row<'_>) -> Read<DueRow> {
    let status = Status::from_code(get(row, 2)?).ok_or_else(|| broken("a status of a newer version"))?;
    let (subject, area) = (get_id(row, 0)?, AreaCode(unsigned(get(row, 1)?)));
    Ok(DueRow { subject, area, status, due_on: day_of(get(row, 3)?) })
}

impl PhoneStore for SqlitePhone {
    fn apply(&mut self, batch: &Batch) -> Read<()> {
        self.write(batch)
    }

    fn tidy(&mut self) -> Read<()> {
        self.carry_over()
    }

    fn setting(&self, key: &str) -> Read<Option<String>> {
        self.one("SELECT value FROM settings WHERE key = ?", [key], |row| get(row, 0))
    }

    fn writers(&self) -> Read<Vec<WriterRow>> {
        let sql = "SELECT writer, urgent, closed, last, hash, delivered FROM writers ORDER BY writer";
        self.all(sql, [], |row| {
            let hash = domain::canonical::Hash(get(row, 4)?);
            Ok(WriterRow {
                writer: writer_of(get(row, 0)?),
                urgent: get(row, 1)?,
                closed: get(row, 2)?,
                last: Mark { serial: unsigned(get(row, 3)?), hash },
                delivered: unsigned(get(row, 5)?),
            })
        })
    }

    fn log(&self, writer: WriterId, from: u64, count: usize) -> Read<Vec<LogRow>> {
        let sql = format!("SELECT {LOG} FROM log WHERE writer = ? AND serial >= ? ORDER BY serial LIMIT ?");
        self.all(&sql, (writer_key(writer), number(from), limit(count)), log_row)
    }

    fn log_of(&self, record: RecordRef) -> Read<Vec<LogRow>> {
        let sql = format!("SELECT {LOG} FROM log WHERE kind = ? AND record = ? ORDER BY writer, serial");
        self.all(&sql, (kind_key(record.kind), record.id.bytes()), log_row)
    }

    fn visit_of_draft(&self, draft: &str) -> Read<Option<RecordRef>> {
        self.one(
            "SELECT kind, record FROM log WHERE draft = ? ORDER BY writer, serial LIMIT 1",
            [draft],
            |row| get_record(row, 0),
        )
    }

    fn own_visits(
        &self,
        filter: OwnFilter,
        before: Option<(UnixMs, WriterId, u64)>,
        count: usize,
    ) -> Read<Vec<LogRow>> {
        // The few visits that are looked for are found by their record, however many others there are.
        let wanted = match filter {
            OwnFilter::All => "INDEXED BY log_visits WHERE creates = 1 AND kind = 8",
            OwnFilter::Waiting => {
                "INDEXED BY log_record WHERE creates = 1 AND kind = 8 AND record IN (
                    SELECT visit FROM writers CROSS JOIN log AS one ON one.writer = writers.writer
                    AND one.serial > writers.delivered WHERE visit IS NOT NULL)"
            }
            OwnFilter::Attention => {
                "INDEXED BY log_record WHERE creates = 1 AND kind = 8 AND record IN (
                    SELECT visit FROM log WHERE visit IS NOT NULL AND (problem IS NOT NULL OR state > 0))"
            }
        };
        let sql = format!(
            "SELECT {LOG} FROM log {wanted} AND (at_ms, writer, serial) < (?, ?, ?)
             ORDER BY at_ms DESC, writer DESC, serial DESC LIMIT ?"
        );
        let (at_ms, writer, serial) = before
            .map_or((i64::MAX, i64::MAX, i64::MAX), |(at_ms, writer, serial)| {
                (at_ms, writer_key(writer), number(serial))
            });
        self.all(&sql, (at_ms, writer, serial, limit(count)), log_row)
    }

    fn record(&self, record: RecordRef) -> Read<Option<RecordRow>> {
        let sql = format!("SELECT {RECORD} FROM records WHERE kind = ? AND id = ?");
        self.one(&sql, (kind_key(record.kind), record.id.bytes()), record_row)
    }

    fn records_of(&self, kind: RecordKind) -> Read<Vec<RecordRow>> {
        let sql = format!("SELECT {RECORD} FROM records WHERE kind = ? ORDER BY id");
        self.all(&sql, [kind_key(kind)], record_row)
    }

    fn linked(
        &self,
        link: Link,
        kind: RecordKind,
        after: Option<(Day, RecordId)>,
        count: usize,
    ) -> Read<Vec<RecordRow>> {
        let (column, id) = match link {
            Link::Subject(id) => ("subject", id),
            Link::Visit(id) => ("visit", id),
            Link::Household(id) => ("household", id),
        };
        let sql = format!(
            "SELECT {RECORD} FROM records WHERE {column} = ? AND kind = ? AND (day, id) < (?, ?)
             ORDER BY day DESC, id DESC LIMIT ?"
        );
        // A blob of 17 bytes stands behind every id.
        let beyond = vec![0xff_u8; 17];
        let (day, id_before) =
            after.map_or((i32::MAX, beyond), |(day, id)| (day_key(Some(day)), id.bytes().to_vec()));
        self.all(&sql, params![id.bytes(), kind_key(kind), day, id_before, limit(count)], record_row)
    }

    fn records_after(&self, after: Option<RecordRef>, count: usize) -> Read<Vec<RecordRow>> {
        let sql = format!("SELECT {RECORD} FROM records WHERE (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?");
        let (kind, id) =
            after.map_or((0, Vec::new()), |record| (kind_key(record.kind), record.id.bytes().to_vec()));
        self.all(&sql, (kind, id, limit(count)), record_row)
    }

    fn people(&self, filter: &PeopleFilter, offset: usize, count: usize) -> Read<Vec<PersonRow>> {
        let (offset, count) = (limit(offset), limit(count));
        let sql = |wanted: &str| {
            format!(
                "SELECT {PERSON} FROM people {wanted}
                 ORDER BY village, village_group, household, name, id LIMIT ? OFFSET ?"
            )
        };
        match filter {
            PeopleFilter::All => self.all(&sql(""), (count, offset), person_row),
            PeopleFilter::Village(village) => {
                self.all(&sql("WHERE village = ?"), (number(village.0), count, offset), person_row)
            }
            PeopleFilter::Group(village, group) => {
                let values = (number(village.0), group, count, offset);
                self.all(&sql("WHERE village = ? AND village_group = ?"), values, person_row)
            }
            PeopleFilter::Household(id) => {
                self.all(&sql("WHERE household = ?"), (id.bytes(), count, offset), person_row)
            }
        }
    }

    fn person(&self, id: RecordId) -> Read<Option<PersonRow>> {
        let sql = format!("SELECT {PERSON} FROM people WHERE id = ?");
        self.one(&sql, [id.bytes()], person_row)
    }

    fn groups(&self) -> Read<Vec<(Option<AreaCode>, String, u64)>> {
        let sql = "SELECT village, village_group, count(*) FROM people
             GROUP BY village, village_group ORDER BY village, village_group";
        self.all(sql, [], |row| {
            let village = get::<Option<i64>>(row, 0)?.map(|code| AreaCode(unsigned(code)));
            Ok((village, get(row, 1)?, unsigned(get(row, 2)?)))
        })
    }

    fn search(&self, needle: &Needle, offset: usize, count: usize) -> Read<Vec<PersonRow>> {
        // All shapes of a needle hold what was typed: most keys are passed over after one look.
        let typed = needle.begins.strip_prefix('|').unwrap_or(&needle.begins);
        let mut found = Vec::new();
        let mut statement =
            self.connection.prepare_cached("SELECT keys, village, name, id FROM people").map_err(fault)?;
        let mut rows = statement.query([]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let keys = get_text(row, 0)?;
            let rank = if keys.contains(typed) { needle.rank(keys) } else { RANK_NONE };
            if rank < RANK_NONE {
                let (village, name): (Option<i64>, String) = (get(row, 1)?, get(row, 2)?);
                found.push((rank, village, name, get_id(row, 3)?));
            }
        }
        // Of a needle that finds many, only those up to the page are brought into order.
        let wanted = offset.saturating_add(count);
        if wanted < found.len() {
            found.select_nth_unstable(wanted);
            found.truncate(wanted);
        }
        found.sort_unstable();
        let page = found.into_iter().skip(offset).take(count);
        page.filter_map(|(.., id)| self.person(id).transpose()).collect()
    }

    fn facts(&self, subject: RecordId, since: Day) -> Read<Vec<PartFact>> {
        let mut found: BTreeMap<RecordId, PartFact> = BTreeMap::new();
        let mut take = |facts: Vec<PartFact>| found.extend(facts.into_iter().map(|fact| (fact.part, fact)));
        let read = |row: &Row<'_>| json::<PartFact>(&get::<String>(row, 0)?);
        let id = subject.bytes();
        take(self.all("SELECT fact FROM facts WHERE subject = ? AND day >= ?", (id, since.0), read)?);
        take(self.all("SELECT fact FROM facts WHERE subject = ? AND reports_change = 1", [id], read)?);
        let last = "SELECT fact FROM facts WHERE subject = ? AND way = ? AND in_person = 1 AND day < ?
             ORDER BY day DESC, part DESC LIMIT 1";
        for way in Way::ALL {
            take(self.all(last, (id, way.code(), since.0), read)?);
        }
        Ok(found.into_values().collect())
    }

    fn touched(&self, count: usize) -> Read<Vec<RecordId>> {
        self.all("SELECT id FROM touched ORDER BY id LIMIT ?", [limit(count)], |row| get_id(row, 0))
    }

    fn standings(&self, subject: RecordId) -> Read<Vec<Standing>> {
        let sql = "SELECT duty, period, standing FROM standings WHERE subject = ? ORDER BY duty, period";
        self.all(sql, [subject.bytes()], |row| {
            let period = get::<String>(row, 1)?.parse().map_err(|_| broken("a period that is none"))?;
            unpack_standing(&get::<Vec<u8>>(row, 2)?, get(row, 0)?, period, subject)
        })
    }

    fn due(&self, duty: &str, period: Period, day: Day) -> Read<Vec<DueRow>> {
        let sql = "SELECT subject, area, status, due_on FROM steps
             WHERE duty = ?1 AND period = ?2 AND from_day <= ?3 AND ?3 < until_day ORDER BY subject";
        self.all(sql, (duty, period.to_string(), day.0), due_row)
    }

    fn missed(&self, duty: &str, period: Period, day: Day) -> Read<Vec<RecordId>> {
        let sql =
            "SELECT subject FROM standings WHERE duty = ? AND period = ? AND missed > ? ORDER BY subject";
        self.all(sql, (duty, period.to_string(), day.0), |row| get_id(row, 0))
    }

    fn feeds(&self) -> Read<Vec<FeedRow>> {
        let sql =
            "SELECT area, audience, position, generation, records, sum FROM feeds ORDER BY area, audience";
        self.all(sql, [], |row| {
            Ok(FeedRow {
                scope: scope_of(get(row, 0)?, get(row, 1)?)?,
                position: unsigned(get(row, 2)?),
                generation: get(row, 3)?,
                count: unsigned(get(row, 4)?),
                sum: get::<i64>(row, 5)?.cast_unsigned(),
            })
        })
    }

    fn member(&self, scope: Scope, record: RecordRef) -> Read<Option<MemberRow>> {
        let sql = "SELECT generation, digest FROM members
             WHERE area = ? AND audience = ? AND kind = ? AND id = ?";
        let (area, audience) = scope_key(scope);
        self.one(sql, (area, audience, kind_key(record.kind), record.id.bytes()), |row| {
            let digest = get::<i64>(row, 1)?.cast_unsigned();
            Ok(MemberRow { scope, record, generation: get(row, 0)?, digest })
        })
    }

    fn feeds_of(&self, record: RecordRef) -> Read<Vec<Scope>> {
        let sql = "SELECT area, audience FROM members WHERE kind = ? AND id = ? ORDER BY area, audience";
        self.all(sql, (kind_key(record.kind), record.id.bytes()), |row| scope_of(get(row, 0)?, get(row, 1)?))
    }

    fn stale(&self, scope: Scope, generation: u32, count: usize) -> Read<Vec<RecordRef>> {
        let sql = "SELECT kind, id FROM members WHERE area = ? AND audience = ? AND generation < ?
             ORDER BY kind, id LIMIT ?";
        let (area, audience) = scope_key(scope);
        self.all(sql, (area, audience, generation, limit(count)), |row| get_record(row, 0))
    }

    fn drafts(&self) -> Read<Vec<DraftRow>> {
        let sql = "SELECT id, head, changed_ms, discarded_ms FROM drafts ORDER BY changed_ms DESC, id DESC";
        self.all(sql, [], draft_row)
    }

    fn draft(&self, id: &str) -> Read<Option<DraftRow>> {
        let sql = "SELECT id, head, changed_ms, discarded_ms FROM drafts WHERE id = ?";
        self.one(sql, [id], draft_row)
    }

    fn answers(&self, draft: &str) -> Read<Vec<AnswerRow>> {
        let sql = "SELECT subject, path, value, origin FROM answers WHERE draft = ? ORDER BY subject, path";
        self.all(sql, [draft], |row| {
            let letter = get::<String>(row, 3)?.chars().next().and_then(Origin::from_letter);
            Ok(AnswerRow {
                draft: draft.to_owned(),
                subject: get_id(row, 0)?,
                path: get(row, 1)?,
                value: json(&get::<String>(row, 2)?)?,
                origin: letter.unwrap_or_default(),
            })
        })
    }

    fn proof(&self, id: u64) -> Read<Option<String>> {
        self.one("SELECT statement FROM proofs WHERE number = ?", [number(id)], |row| get(row, 0))
    }

    fn recover(&self, count: usize) -> Read<Vec<(RecordRef, Head)>> {
        let sql = "SELECT kind, id, head FROM recover ORDER BY kind, id LIMIT ?";
        self.all(sql, [limit(count)], |row| Ok((get_record(row, 0)?, unpack_head(&get::<Vec<u8>>(row, 2)?)?)))
    }
}
