//! The sums: the tally and the digests of feeds. A group of jobs adds them up in memory and writes
//! each row once.

use crate::codec::{Pack, Unpack, broken};
use crate::fault::fault;
use domain::coverage::{Generation, Status, TallyKey};
use domain::ids::AreaCode;
use domain::period::Period;
use domain::permission::Scope;
use domain::time::Day;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;
use store::StoreError;
use store::county::{Figures, FiguresQuery};
use sync::county::outcome::DigestChange;

const VERSION: u8 = 1;

/// Sums that have not been written yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    tally: BTreeMap<(Generation, TallyKey), i64>,
    digests: BTreeMap<Scope, DigestChange>,
}

/// The differences of one village, by day and status.
type Days = BTreeMap<(Day, Status), i64>;

impl Sums {
    /// Adds the changes of one plan.
    pub fn add(
        &mut self,
        tally: BTreeMap<(Generation, TallyKey), i64>,
        digests: BTreeMap<Scope, DigestChange>,
    ) {
        for (key, change) in tally {
            *self.tally.entry(key).or_default() += change;
        }
        for (scope, change) in digests {
            let sum = self.digests.entry(scope).or_default();
            sum.count += change.count;
            sum.sum = sum.sum.wrapping_add(change.sum);
        }
    }

    /// Writes them. O(rows touched).
    pub fn write(self, connection: &Connection, county: i64) -> Result<(), StoreError> {
        let mut rows: BTreeMap<(String, Period, Generation, String, AreaCode), Days> = BTreeMap::new();
        for ((generation, key), change) in self.tally.into_iter().filter(|(_, change)| *change != 0) {
            let TallyKey { duty, period, category, area, day, status } = key;
            let row = rows.entry((duty, period, generation, category, area)).or_default();
            row.insert((day, status), change);
        }
        for ((duty, period, generation, category, area), changes) in rows {
            add_to_row(connection, county, (&duty, period, generation, &category, area), changes)?;
        }
        for (scope, change) in self.digests {
            add_to_digest(connection, county, scope, change)?;
        }
        Ok(())
    }
}

fn add_to_row(
    connection: &Connection,
    county: i64,
    (duty, period, generation, category, area): (&str, Period, Generation, &str, AreaCode),
    changes: Days,
) -> Result<(), StoreError> {
    const READ: &str = "SELECT sums FROM tally
         WHERE county = ?1 AND duty = ?2 AND period = ?3 AND generation = ?4 AND category = ?5 AND area = ?6";
    const WRITE: &str =
        "INSERT OR REPLACE INTO tally (county, duty, period, generation, category, area, sums)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    const DELETE: &str = "DELETE FROM tally
         WHERE county = ?1 AND duty = ?2 AND period = ?3 AND generation = ?4 AND category = ?5 AND area = ?6";
    let (period, area) = (period.to_string(), area.0.cast_signed());
    let key = params![county, duty, period, generation.0, category, area];
    let mut read = connection.prepare_cached(READ).map_err(fault)?;
    let old: Option<Vec<u8>> = read.query_row(key, |row| row.get(0)).optional().map_err(fault)?;
    let mut days = Days::new();
    if let Some(old) = old {
        unpack_days(&old, |day, status, sum| {
            days.insert((day, status), sum);
            true
        })?;
    }
    for (at, change) in changes {
        *days.entry(at).or_default() += change;
    }
    days.retain(|_, sum| *sum != 0);
    if days.is_empty() {
        connection.prepare_cached(DELETE).and_then(|mut delete| delete.execute(key)).map_err(fault)?;
    } else {
        let row = params![county, duty, period, generation.0, category, area, pack_days(&days)];
        connection.prepare_cached(WRITE).and_then(|mut write| write.execute(row)).map_err(fault)?;
    }
    Ok(())
}

fn add_to_digest(
    connection: &Connection,
    county: i64,
    scope: Scope,
    change: DigestChange,
) -> Result<(), StoreError> {
    const READ: &str = "SELECT count, sum FROM digests WHERE county = ?1 AND area = ?2 AND audience = ?3";
    const WRITE: &str = "INSERT OR REPLACE INTO digests (county, area, audience, count, sum)
         VALUES (?1, ?2, ?3, ?4, ?5)";
    let key = [county, scope.area.0.cast_signed(), i64::from(scope.audience.number())];
    let mut read = connection.prepare_cached(READ).map_err(fault)?;
    let old: Option<(i64, i64)> =
        read.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(fault)?;
    let (count, sum) = old.unwrap_or_default();
    let [county, area, audience] = key;
    let count = count.saturating_add(change.count).max(0);
    let row = [county, area, audience, count, sum.wrapping_add(change.sum.cast_signed())];
    connection.prepare_cached(WRITE).and_then(|mut write| write.execute(row)).map_err(fault).map(drop)
}

/// Packs differences: each day counted from the one before.
fn pack_days(days: &Days) -> Vec<u8> {
    let mut pack = Pack::new(VERSION);
    pack.count(days.len());
    let mut before = 0;
    for ((day, status), sum) in days {
        pack.signed(i64::from(day.0) - before);
        pack.byte(status.code());
        pack.signed(*sum);
        before = i64::from(day.0);
    }
    pack.finish()
}

/// Unpacks differences, ascending by day, as long as `take` wants more.
fn unpack_days(bytes: &[u8], mut take: impl FnMut(Day, Status, i64) -> bool) -> Result<(), StoreError> {
    let mut unpack = Unpack::new(bytes, VERSION)?;
    let mut day = 0_i64;
    for _ in 0..unpack.count()? {
        day += unpack.signed()?;
        let at = i32::try_from(day).map(Day).map_err(|_| broken("a day out of range"))?;
        let status =
            Status::from_code(unpack.byte()?).ok_or_else(|| broken("a status of a newer version"))?;
        if !take(at, status, unpack.signed()?) {
            return Ok(());
        }
    }
    unpack.end()
}

/// The figures of a duty, period and category in a generation as of a day: one select.
pub(super) fn figures(
    connection: &Connection,
    county: i64,
    generation: Generation,
    query: &FiguresQuery,
) -> Result<Figures, StoreError> {
    const SQL: &str = "SELECT area, sums FROM tally
         WHERE county = ?1 AND duty = ?2 AND period = ?3 AND generation = ?4 AND category = ?5 ORDER BY area";
    let mut statement = connection.prepare_cached(SQL).map_err(fault)?;
    let key = params![county, query.duty, query.period.to_string(), generation.0, query.category];
    let mut rows = statement.query(key).map_err(fault)?;
    let mut figures = Figures::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let area = AreaCode(row.get::<_, i64>(0).map_err(fault)?.cast_unsigned());
        let bytes = row.get_ref(1).map_err(fault)?.as_blob().map_err(super::bits::from_sql)?;
        // A status has a small number: its sum is found without a search.
        let mut sums = [(None, 0); 32];
        unpack_days(bytes, |day, status, sum| {
            let wanted = day <= query.as_of;
            if let Some(slot) = sums.get_mut(usize::from(status.code())).filter(|_| wanted) {
                *slot = (Some(status), slot.1 + sum);
            }
            wanted
        })?;
        let counted = sums.into_iter().filter(|(_, sum)| *sum != 0);
        figures.extend(counted.filter_map(|(status, sum)| Some(((area, status?), sum))));
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_back_in_order_and_stop_when_asked() {
        let days: Days = [
            ((Day(-2), Status::MetHome), 3),
            ((Day(20_000), Status::NotYet), -1),
            ((Day(20_001), Status::NotYet), 1_000_000),
        ]
        .into();
        let mut back = Days::new();
        let bytes = pack_days(&days);
        unpack_days(&bytes, |day, status, sum| back.insert((day, status), sum).is_none()).unwrap();
        assert_eq!(back, days);
        let mut seen = 0;
        unpack_days(&bytes, |day, _, _| {
            seen += 1;
            day < Day(0)
        })
        .unwrap();
        assert_eq!(seen, 2);
    }
}
