//! Loading what a plan names: parts, standings, and what hangs on a person.

use super::bits::{from_sql, kind_number};
use super::view::View;
use crate::codec::{broken, record_id, unpack_standing};
use crate::fault::fault;
use domain::catalogue::RecordKind;
use domain::coverage::timeline::{always_needed, reports_change};
use domain::coverage::{Generation, Standing};
use domain::going::Pair;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::time::Day;
use domain::visit::{Beside, Met, NotMet, PartFact, Way};
use rusqlite::{OptionalExtension, Params, Row, params};
use store::StoreError;
use sync::county::needs::PartRow;

/// The `kind` of a part: way, meeting and visitors. One that is always needed stands before the others, with
/// all sides of what is contested in it: `!phone+home/none+self/1/-3+-1?` for a way, a meeting, a day three days
/// and a day one day before, and a side that cannot be read. One that counts for nothing is empty.
pub(super) fn part_kind(fact: Option<&PartFact>) -> String {
    let Some(fact) = fact else { return String::new() };
    let mark = if always_needed(fact) { "!" } else { "" };
    let beside = &fact.beside;
    let joined = |first: &str, others: Vec<&str>| [vec![first], others].concat().join("+");
    let ways = joined(fact.way.code(), beside.ways.iter().map(|way| way.code()).collect());
    let mets = joined(fact.met.code(), beside.mets.iter().map(|met| met.code()).collect());
    let kind = format!("{mark}{ways}/{mets}/{}", fact.visitors);
    if beside.days.is_empty() && !beside.unread {
        return kind;
    }
    let days: Vec<String> = beside.days.iter().map(|day| (day.0 - fact.day.0).to_string()).collect();
    format!("{kind}/{}{}", days.join("+"), if beside.unread { "?" } else { "" })
}

/// Way, meeting, visitors and what stands beside them out of a `kind`, for a part of a day; `None` of a newer
/// version.
fn of_kind(kind: &str, day: Day) -> Option<(Way, Met, u8, Beside)> {
    let mut words = kind.trim_start_matches('!').split('/');
    let mut sides = || words.next().unwrap_or_default().split('+');
    let ways = sides().map(Way::from_code).collect::<Option<Vec<_>>>()?;
    let mets = sides().map(Met::from_code).collect::<Option<Vec<_>>>()?;
    let visitors = words.next()?.parse().ok()?;
    let days = words.next().unwrap_or_default();
    let unread = days.ends_with('?');
    let days = days.trim_end_matches('?').split('+').filter(|text| !text.is_empty());
    let days = days.map(|text| Some(day.plus(text.parse().ok()?))).collect::<Option<Vec<_>>>()?;
    let ((way, ways), (met, mets)) = (ways.split_first()?, mets.split_first()?);
    let beside = Beside { days, ways: ways.to_vec(), mets: mets.to_vec(), unread };
    Some((*way, *met, visitors, beside))
}

/// The `day` of a part.
pub(super) fn part_day(fact: Option<&PartFact>) -> i64 {
    fact.map_or(i64::from(i32::MIN), |fact| i64::from(fact.day.0))
}

/// The part in a row of `part, visit, subject, kind, day, reason, reason_from, visited_by`.
fn part_row(row: &Row<'_>) -> Result<PartRow, StoreError> {
    let [part, visit, subject] = [0, 1, 2].map(|at| row.get(at).map(record_id).map_err(fault));
    let (part, visit, subject) = (part?, visit?, subject?);
    let kind = row.get_ref(3).map_err(fault)?.as_str().map_err(from_sql)?;
    if kind.is_empty() {
        return Ok(PartRow { part, visit, subject, fact: None });
    }
    let unknown = || broken("a part of a newer version");
    let day = Day(row.get(4).map_err(fault)?);
    let (way, met, visitors, beside) = of_kind(kind, day).ok_or_else(unknown)?;
    let reason = row.get_ref(5).map_err(fault)?.as_str_or_null().map_err(from_sql)?;
    let by: Option<[u8; 16]> = row.get(7).map_err(fault)?;
    let fact = PartFact {
        part,
        visit,
        day,
        way,
        met,
        reason: reason.map(|code| NotMet::from_code(code).ok_or_else(unknown)).transpose()?,
        reason_from: row.get::<_, Option<i32>>(6).map_err(fault)?.map(Day),
        visitors,
        by: by.map(record_id),
        beside,
    };
    Ok(PartRow { part, visit, subject, fact: Some(fact) })
}

/// What [`part_kind`] tells apart.
fn kind_of_part(row: &PartRow) -> Option<(bool, Way, Met, u8)> {
    row.fact.as_ref().map(|fact| (always_needed(fact), fact.way, fact.met, fact.visitors))
}

/// Of parts of one kind, ascending by day and id: those from a day on, and the first of the last day
/// before it; all of them when they are always needed.
fn since(rows: &[PartRow], from: Day) -> impl Iterator<Item = &PartRow> {
    let day = |row: &PartRow| row.fact.as_ref().map_or(Day(i32::MIN), |fact| fact.day);
    let always = rows.first().and_then(kind_of_part).is_some_and(|(always, ..)| always);
    let early = if always { 0 } else { rows.partition_point(|row| day(row) < from) };
    let (before, after) = rows.split_at_checked(early).unwrap_or((&[], rows));
    let last = before.last().map(day);
    before.iter().find(move |row| Some(day(row)) == last).into_iter().chain(after)
}

impl View<'_> {
    fn parts(&self, sql: &str, key: impl Params) -> Result<Vec<PartRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(key).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            found.push(part_row(row)?);
        }
        Ok(found)
    }

    /// Parts of a person from a day on; of those before it, all that are always needed, and the last
    /// of each kind. O((kinds + rows found) · log): however long the person's history is.
    pub fn parts_since(&self, subject: RecordId, from: Day) -> Result<Vec<PartRow>, StoreError> {
        // Nearly always the whole history is short, and one question is enough.
        const FEW: usize = 32;
        const ALL: &str = "SELECT part, visit, subject, kind, day, reason, reason_from, visited_by FROM parts
             WHERE county = ?1 AND subject = ?2 AND kind > '' ORDER BY kind, day, part LIMIT ?3";
        let all = self.parts(ALL, params![self.county, subject.bytes(), super::bits::limit(FEW)])?;
        if all.len() < FEW {
            let kinds = all.chunk_by(|one, other| kind_of_part(one) == kind_of_part(other));
            return Ok(kinds.flat_map(|kind| since(kind, from)).cloned().collect());
        }
        self.parts_by_kind(subject, from)
    }

    /// The same for a long history: kind by kind, passing over what lies before.
    pub fn parts_by_kind(&self, subject: RecordId, from: Day) -> Result<Vec<PartRow>, StoreError> {
        const KIND: &str = "SELECT kind FROM parts WHERE county = ?1 AND subject = ?2 AND kind > ?3
             ORDER BY kind LIMIT 1";
        const PARTS: &str = "SELECT part, visit, subject, kind, day, reason, reason_from, visited_by
             FROM parts WHERE county = ?1 AND subject = ?2 AND kind = ?3 AND day >= coalesce(
                 (SELECT max(day) FROM parts
                  WHERE county = ?1 AND subject = ?2 AND kind = ?3 AND day < ?4), ?4)
             ORDER BY day, part";
        let mut kinds = self.connection.prepare_cached(KIND).map_err(fault)?;
        let (mut kind, mut found) = (String::new(), Vec::new());
        loop {
            let next = kinds.query_row(params![self.county, subject.bytes(), kind], |row| row.get(0));
            let Some(next) = next.optional().map_err(fault)? else { return Ok(found) };
            kind = next;
            let first = if kind.starts_with('!') { Day(i32::MIN) } else { from };
            let rows = self.parts(PARTS, params![self.county, subject.bytes(), kind, first.0])?;
            found.extend(since(&rows, from).cloned());
        }
    }

    /// Parts of a visit.
    pub fn parts_of_visit(&self, visit: RecordId) -> Result<Vec<PartRow>, StoreError> {
        const SQL: &str = "SELECT part, parts.visit, subject, kind, day, reason, reason_from, visited_by
             FROM visit_parts JOIN parts USING (county, subject, kind, day, part)
             WHERE visit_parts.county = ?1 AND visit_parts.visit = ?2 ORDER BY part";
        self.parts(SQL, params![self.county, visit.bytes()])
    }

    /// Parts of a person, latest first, those that count for nothing last.
    pub fn parts_of(&self, subject: RecordId, count: usize) -> Result<Vec<PartRow>, StoreError> {
        const SQL: &str = "SELECT part, visit, subject, kind, day, reason, reason_from, visited_by
             FROM parts WHERE county = ?1 AND subject = ?2 ORDER BY day DESC, part DESC LIMIT ?3";
        self.parts(SQL, params![self.county, subject.bytes(), super::bits::limit(count)])
    }

    /// Parts that report a change, ascending. They stand in an index of their own.
    pub fn reported(&self) -> Result<Vec<PartRow>, StoreError> {
        const SQL: &str = "SELECT part, visit, subject, kind, day, reason, reason_from, visited_by FROM parts
             WHERE county = ?1 AND kind >= '!' AND kind < '\"' ORDER BY part";
        let mut found = self.parts(SQL, params![self.county])?;
        // What is always needed for another reason stands there too.
        found.retain(|row| row.fact.as_ref().is_some_and(reports_change));
        Ok(found)
    }

    /// What is suggested as one going-there, with whom both visits met, ascending.
    pub fn suggested(&self) -> Result<Vec<(Pair, RecordId)>, StoreError> {
        const SQL: &str = "SELECT visit, other, subject FROM suggested WHERE county = ?1
             ORDER BY visit, other, subject";
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        let row = |row: &Row<'_>| {
            let [visit, other, subject] = [row.get(0)?, row.get(1)?, row.get(2)?].map(record_id);
            Ok(((visit, other), subject))
        };
        let rows = statement.query_map(params![self.county], row).map_err(fault)?;
        rows.collect::<Result<_, _>>().map_err(fault)
    }

    /// Persons after an id, ascending, at most so many.
    pub fn people_after(&self, after: Option<RecordId>, count: usize) -> Result<Vec<RecordId>, StoreError> {
        const SQL: &str =
            "SELECT id FROM records WHERE county = ?1 AND kind = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        // Nothing is smaller than the empty text of bytes.
        let after = after.map_or_else(Vec::new, |id| id.bytes().to_vec());
        let key = params![self.county, kind_number(RecordKind::Person), after, super::bits::limit(count)];
        let rows = statement.query_map(key, |row| row.get(0).map(record_id)).map_err(fault)?;
        rows.collect::<Result<_, _>>().map_err(fault)
    }

    /// Standings of a person in every generation, of periods that end on or after a day.
    pub fn standings_since(
        &self,
        subject: RecordId,
        from: Day,
    ) -> Result<Vec<(Generation, Standing)>, StoreError> {
        const SQL: &str = "SELECT duty, period, standing, generation FROM standings
             WHERE county = ?1 AND subject = ?2 AND until > ?3 ORDER BY until";
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        let key = params![self.county, subject.bytes(), from.0];
        let mut rows = statement.query(key).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            found.push((Generation(row.get(3).map_err(fault)?), standing_row(row, subject)?));
        }
        Ok(found)
    }

    /// The standing of a person for a duty and a period in a generation.
    pub fn standing(
        &self,
        generation: Generation,
        subject: RecordId,
        duty: &str,
        period: domain::period::Period,
    ) -> Result<Option<Standing>, StoreError> {
        const SQL: &str = "SELECT duty, period, standing FROM standings
             WHERE county = ?1 AND subject = ?2 AND until = ?3 AND duty = ?4 AND period = ?5
                 AND generation = ?6";
        let mut statement = self.connection.prepare_cached(SQL).map_err(fault)?;
        let (until, period) = (period.until().0, period.to_string());
        let key = params![self.county, subject.bytes(), until, duty, period, generation.0];
        let mut rows = statement.query(key).map_err(fault)?;
        rows.next().map_err(fault)?.map(|row| standing_row(row, subject)).transpose()
    }

    /// Records that hang on a person, ascending.
    pub fn hanging(&self, subject: RecordId) -> Result<Vec<RecordRef>, StoreError> {
        const RECORDS: &str = "SELECT kind, id FROM records WHERE county = ?1 AND subject = ?2";
        const PARTS: &str = "SELECT kind, id FROM records WHERE county = ?1 AND kind = ?3 AND hangs = 2
             AND id IN (SELECT part FROM parts WHERE county = ?1 AND subject = ?2)";
        let part = kind_number(RecordKind::Part);
        let mut found = self.references(RECORDS, params![self.county, subject.bytes()])?;
        found.append(&mut self.references(PARTS, params![self.county, subject.bytes(), part])?);
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Records in rows of kind and id.
    pub fn references(&self, sql: &str, key: impl Params) -> Result<Vec<RecordRef>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(key).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            found.extend(super::lines::record_in(row, 0)?);
        }
        Ok(found)
    }
}

fn standing_row(row: &Row<'_>, subject: RecordId) -> Result<Standing, StoreError> {
    let period = row.get_ref(1).map_err(fault)?.as_str().map_err(from_sql)?;
    let period = period.parse().map_err(|_| broken("a period of a newer version"))?;
    let bytes = row.get_ref(2).map_err(fault)?.as_blob().map_err(from_sql)?;
    unpack_standing(bytes, row.get(0).map_err(fault)?, period, subject)
}
