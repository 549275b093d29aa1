//! 紧急 at the county: taken in from locked phones too, loud until somebody who may has read it, and in no
//! list, figure or export. Every reading is in the access log before anything is answered.

#[cfg(test)]
mod tests;

use crate::access::log_urgent;
use crate::county::{County, at_county, each_record};
use crate::staff::{Change, Sets, write, write_all};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, AreaLevel, DeviceId, RecordId};
use domain::log::Vector;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::{Day, UnixMs};
use domain::urgent::{Call, Urgent};
use domain::value::Value;
use seal::age_seal;
use seal::report::ReportTaken;
use seal::word::SignedWord;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use sync::county::needs::RecordRow;
use sync::merge::{self, Item};
use sync::wire::receipt::ItemState;
use sync::wire::urgent::{LockedReport, REPORT_KEYS, SEALED_BYTES_MAX, Sealed, UrgentRead};

/// So many sealed reports are taken from one phone in an hour; nobody signs them.
const OF_A_PHONE_MAX: u32 = 20;

/// So many from all phones in an hour.
const OF_ALL_MAX: u32 = 300;

const HOUR_MS: i64 = 3_600_000;

/// Counts the sealed reports of an hour.
#[derive(Debug, Default)]
pub struct Counter(Mutex<(i64, BTreeMap<DeviceId, u32>)>);

impl Counter {
    fn counts(&self, device: DeviceId, now_ms: UnixMs) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let hour = now_ms.div_euclid(HOUR_MS);
        if kept.0 != hour {
            *kept = (hour, BTreeMap::new());
        }
        let all: u32 = kept.1.values().sum();
        let mine = kept.1.entry(device).or_default();
        // Only what is taken in counts: nobody uses up what is everybody's by asking again and again.
        let taken = *mine < OF_A_PHONE_MAX && all < OF_ALL_MAX;
        *mine += u32::from(taken);
        taken
    }
}

/// Takes in the sealed report of a locked phone. Answers the county's signed word that it is on disk; the same
/// report again is answered the same. It is written as unsigned, until the phone says it in its log.
///
/// # Errors
/// `request_damaged` when it is not sealed to this county, or is no report; `device_unknown`; `county_busy` when
/// too many came within the hour; what the store says.
pub async fn take_sealed(county: &County, bytes: &[u8], now_ms: UnixMs) -> Result<String, Problem> {
    let damaged = || Problem::new(ProblemCode::RequestDamaged).with("place", "sealed report");
    let plain = age_seal::open(&county.keys.sealing(), bytes, SEALED_BYTES_MAX).map_err(|_| damaged())?;
    let sealed: Sealed = serde_json::from_slice(&plain).map_err(|_| damaged())?;
    let report = sealed.report.ok_or_else(damaged)?;
    let holder = county.device(report.device).await?.staff;
    let record = RecordRef { kind: RecordKind::Urgent, id: report.record };
    if county.stores.ledger.record(record).await.map_err(at_county)?.is_none() {
        if !county.reports.counts(report.device, now_ms) {
            return Err(Problem::new(ProblemCode::CountyBusy).with("wait_s", 600));
        }
        let sets = sets(county, report);
        write(county, holder, Change::of_register(record, Vector::default(), sets), now_ms).await?;
        tracing::warn!("an urgent report has come from a locked phone");
    }
    let word = ReportTaken { county: county.keys.county(), record: record.id, at_ms: now_ms };
    let signed = SignedWord::sign(&word, county.keys.signing()).map_err(|error| error.at_county())?;
    serde_json::to_string(&signed).map_err(|_| Problem::new(ProblemCode::Internal).with("reference", "JSON"))
}

/// What of a report is written: nobody has signed for anything else.
fn sets(county: &County, report: LockedReport) -> Sets {
    let here = |value: &Value| value.as_area().is_none_or(|area| area.county() == county.keys.county());
    let known = |key: &str| REPORT_KEYS.contains(&key) || key.starts_with(keys::CALL);
    let mut sets: Sets = report.sets.into_iter().filter(|(key, value)| known(key) && here(value)).collect();
    sets.insert(keys::UNSIGNED.to_owned(), Value::Bool(true));
    sets
}

/// A report as those see it who may not have opened it yet: nothing of what it says.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The report.
    pub report: Urgent,
    /// Where it belongs: its village, else the smallest area in which all of its author's work lies: a locked phone of
    /// somebody who works in several does not say it.
    pub area: AreaCode,
    /// Whoever acts on reports in one of these has it: its village, else everywhere its author works.
    pub areas: Vec<AreaCode>,
    /// The phone was stopped (lost) before it came, or nobody knows it: it may be anybody's.
    pub doubtful: bool,
}

impl Waiting {
    /// Where it belongs, by name: of several townships, each.
    pub fn name(&self, reference: &Reference) -> String {
        if self.area.level() > AreaLevel::County {
            return reference.areas.name(self.area);
        }
        let township = |area: &AreaCode| {
            reference
                .areas
                .ancestors(*area)
                .find(|above| above.level() == AreaLevel::Township)
                .unwrap_or(*area)
        };
        let mut names: Vec<String> = Vec::new();
        for area in self.areas.iter().map(township) {
            let name = reference.areas.name(area);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join("、")
    }
}

/// Every report of an area and below, also those that were set aside because of their phone: the latest first.
/// O(reports ever made).
///
/// # Errors
/// What the store says.
pub async fn list(county: &County, reference: &Reference, area: AreaCode) -> Result<Vec<Waiting>, Problem> {
    let mut found: BTreeMap<RecordId, Waiting> = BTreeMap::new();
    let here = county.keys.county();
    let mut take = |id: RecordId, report: Urgent, doubtful: bool| {
        let mut areas: Vec<AreaCode> =
            report.village.map_or_else(|| works_in(reference, &report), |one| vec![one]);
        if areas.is_empty() {
            areas.push(here);
        }
        let holds_all = |above: &AreaCode| areas.iter().all(|area| reference.areas.within(*area, *above));
        let first = areas.first().into_iter().flat_map(|first| reference.areas.ancestors(*first));
        let area = first.into_iter().find(holds_all).unwrap_or(here);
        found.entry(id).or_insert(Waiting { report, area, areas, doubtful });
    };
    let read = |record: RecordRef, row: &RecordRow| {
        // One of which only an opening stands was set aside, and is among those that wait.
        if row.head.fields.keys().any(|key| !key.starts_with(keys::OPENED)) {
            take(record.id, Urgent::read(record.id, &row.head), false);
        }
    };
    each_record(county.stores.ledger.as_ref(), RecordKind::Urgent, read).await?;
    for (report, doubtful) in held(county).await? {
        take(report.id, report, doubtful);
    }
    let mut found: Vec<Waiting> = found.into_values().collect();
    found.retain(|one| one.areas.iter().any(|mine| reference.areas.within(*mine, area)));
    found.sort_by_key(|one| (std::cmp::Reverse(one.report.at_ms), one.report.id));
    Ok(found)
}

/// Where the author of a report worked on that day; empty of whoever had no role.
fn works_in(reference: &Reference, report: &Urgent) -> Vec<AreaCode> {
    let day = Day::of(report.at_ms);
    let roles = report.author.into_iter().flat_map(|author| reference.assignments_of(author));
    let areas: BTreeSet<AreaCode> = roles.filter(|one| one.holds_on(day)).map(|one| one.area).collect();
    areas.into_iter().collect()
}

/// Reports that wait for a reviewer, laid over what stands of them.
async fn held(county: &County) -> Result<Vec<(Urgent, bool)>, Problem> {
    let mut reports = Vec::new();
    for item in crate::reports::waiting::waiting(county).await? {
        let Some(entry) = &item.entry else { continue };
        let record = entry.patch.record;
        if record.kind != RecordKind::Urgent || item.state == ItemState::Applied {
            continue;
        }
        let row = county.stores.ledger.record(record).await.map_err(at_county)?;
        let base = row.map(|row| row.head.clone()).unwrap_or_default();
        let laid = Item { patch: &entry.patch, body: entry.body.as_ref(), order: &[] };
        let mut report = Urgent::read(record.id, &merge::overlay(&base, [laid]));
        report.author = Some(entry.patch.author);
        reports.push((report, true));
    }
    Ok(reports)
}

/// One report.
///
/// # Errors
/// `nothing_found`; what the store says.
pub async fn find(county: &County, reference: &Reference, id: RecordId) -> Result<Waiting, Problem> {
    let all = list(county, reference, county.keys.county()).await?;
    all.into_iter().find(|one| one.report.id == id).ok_or_else(|| Problem::new(ProblemCode::NothingFound))
}

/// Somebody at a desk reads a report: it is in the access log, and its author's phone hears of it. Answers the
/// report as it is then.
///
/// # Errors
/// As [`find`].
pub async fn open(
    county: &County,
    reference: &Reference,
    id: RecordId,
    by: RecordId,
    now_ms: UnixMs,
) -> Result<Waiting, Problem> {
    let mut found = find(county, reference, id).await?;
    let record = RecordRef { kind: RecordKind::Urgent, id };
    log_urgent(county, by, record, now_ms).await?;
    if !found.report.readers.iter().any(|one| one.staff == by) {
        let sets = Sets::from([(format!("{}{by}", keys::OPENED), Value::Int(now_ms))]);
        write(county, by, Change::of_office(record, sets), now_ms).await?;
        found.report.readers.push(domain::urgent::Reader { staff: by, at_ms: now_ms });
    }
    Ok(found)
}

/// Notes a call that was made about a report.
///
/// # Errors
/// `argument_wrong` when nothing was written, or too much; what the store says.
pub async fn call(
    county: &County,
    id: RecordId,
    words: &str,
    by: RecordId,
    now_ms: UnixMs,
) -> Result<Call, Problem> {
    let words = words.trim();
    if words.is_empty() || words.chars().count() > 200 {
        let zh = "写 1 到 200 个字：打给谁、几点";
        return Err(crate::problem::wrong("words", zh, "1 to 200 characters: whom, and when"));
    }
    let key = format!("{:016x}", county.dice.number());
    let sets = Sets::from([(format!("{}{key}", keys::CALL), Value::text(words))]);
    let record = RecordRef { kind: RecordKind::Urgent, id };
    write_all(county, by, vec![Change::of_office(record, sets)], now_ms).await?;
    Ok(Call { key, words: words.to_owned(), author: by, at_ms: now_ms })
}

/// Who has read these reports, for the phone of their author.
///
/// # Errors
/// What the store says.
pub async fn read(
    county: &County,
    reference: &Reference,
    author: RecordId,
    reports: &[RecordId],
) -> Result<Vec<UrgentRead>, Problem> {
    let mut read = Vec::new();
    for id in reports.iter().take(READ_MAX) {
        let record = RecordRef { kind: RecordKind::Urgent, id: *id };
        let Some(row) = county.stores.ledger.record(record).await.map_err(at_county)? else { continue };
        let wrote = row.head.fields.iter().filter(|(key, _)| !key.starts_with(keys::OPENED));
        if !wrote.flat_map(|(_, writes)| writes).any(|write| write.author == author) {
            continue;
        }
        read.extend(Urgent::read(*id, &row.head).readers.into_iter().map(|one| UrgentRead {
            record: *id,
            name: reference.staff_name(one.staff),
            at_ms: one.at_ms,
        }));
    }
    Ok(read)
}

/// So many reports are looked up for one exchange.
const READ_MAX: usize = 20;
