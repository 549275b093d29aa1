//! 紧急: a report in the lane that overtakes. The app is not the police and never stands for a call. A locked
//! phone takes one in too, and shows nothing: it is sealed, sent as it is, and comes into the log once the phone
//! is unlocked.

use crate::amend::Written;
use crate::app::{App, Heard, Open, setting};
use crate::journal::Line;
use crate::lock::{Nothing, Phase};
use crate::outside::{Outside, Sealed};
use crate::pen::{Pen, Said};
use crate::ports::Ports;
use crate::tell::{OrTell, internal, nothing_found};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, Stamp, UnixMs};
use domain::urgent::Urgent;
use domain::value::Value;
use seal::dice::draw_u64;
use seal::report::ReportTaken;
use seal::word::SignedWord;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::phone::Batch;
use sync::wire::urgent::{LockedReport, UrgentRead};

/// 谁、在哪里、看到什么; none of it required.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(default)]
pub struct UrgentReport {
    /// The person, when they are on the list.
    pub subject: Option<RecordId>,
    /// Who, in words.
    pub who: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// What was seen.
    pub words: Option<String>,
    /// 已打电话: to whom and when.
    pub called: Option<String>,
    /// The village or township. Unless said, that of the person on the list, else the one in which the worker works; of
    /// several nothing is said, and all of them have the report.
    pub village: Option<AreaCode>,
}

/// One call more about a report.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct UrgentCall {
    /// The report.
    pub report: RecordId,
    /// To whom and when.
    pub words: String,
}

/// An own report, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct UrgentView {
    /// The report.
    pub report: RecordId,
    /// When it was written.
    pub at_ms: UnixMs,
    /// Who it is about.
    pub who: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// What was seen.
    pub words: Option<String>,
    /// Calls that were made: to whom and when.
    pub calls: Vec<String>,
    /// Whether the county has it, by its signed word.
    pub received: bool,
    /// Whether something that was added to it is on this phone only.
    pub waiting: bool,
    /// Who has read it at the county, and when by the county's clock.
    pub read: Vec<(String, UnixMs)>,
}

/// What became of reports that a locked phone took in. What they say, it does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct LockedReports {
    /// How many are only on this phone.
    pub waiting: usize,
    /// How many the county has, by its signed word.
    pub received: usize,
}

impl UrgentReport {
    fn sets(self, village: Option<AreaCode>) -> BTreeMap<String, Value> {
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let texts = [
            (keys::SUBJECT.to_owned(), self.subject.map(|id| id.to_string())),
            (keys::NAME.to_owned(), filled(self.who)),
            (keys::PLACE.to_owned(), filled(self.place)),
            (keys::WORDS.to_owned(), filled(self.words)),
            (format!("{}0", keys::CALL), filled(self.called)),
        ];
        let said = texts.into_iter().filter_map(|(key, text)| Some((key, Value::text(text?))));
        let code = village.and_then(|village| i64::try_from(village.0).ok());
        said.chain(code.map(|code| (keys::VILLAGE.to_owned(), Value::Int(code)))).collect()
    }
}

impl App {
    /// Writes an urgent report; it is sent before everything else. Also on a locked phone: then it stands sealed
    /// in the journal, and in the log once the phone is unlocked.
    ///
    /// # Errors
    /// Those of journal and database; [`ProblemCode::Locked`] when a locked phone does not know the county yet.
    pub fn urgent(&mut self, request: UrgentReport) -> Result<Written, Problem> {
        if self.open.is_none() {
            return self.urgent_locked(request);
        }
        let (ports, open, _) = self.writing()?;
        let village = match request.village {
            Some(village) => Some(village),
            None => open.reported_in(ports, request.subject)?,
        };
        let mut sets = request.sets(village);
        if sets.is_empty() {
            // Somebody had only this one second: a record of which nothing stands would be nothing.
            sets.insert(keys::UNSIGNED.to_owned(), Value::Bool(false));
        }
        let mut pen = Pen::new(open, ports, true)?;
        let id = pen.create(ports, RecordKind::Urgent, Said::new(sets))?;
        open.commit(ports, pen, None, None)?;
        Ok(Written { record: RecordRef { kind: RecordKind::Urgent, id }, changed: true })
    }

    fn urgent_locked(&mut self, request: UrgentReport) -> Result<Written, Problem> {
        let locked = || Problem::new(ProblemCode::Locked);
        if self.status(Nothing {})?.phase != Phase::Locked {
            return Err(Problem::new(ProblemCode::NotEnrolled));
        }
        let outside = Outside::read(self.ports.vault.as_ref())?.ok_or_else(locked)?;
        let record =
            RecordId::derived(WriterId(draw_u64(&mut self.ports.dice)), draw_u64(&mut self.ports.dice));
        let stamp = outside.heard.stamp(&self.ports);
        let village = request.village.or(outside.village);
        // Whom it is about stands in words: nobody is looked up behind the lock.
        let sets = UrgentReport { subject: None, ..request }.sets(village);
        let report = LockedReport { device: outside.device, record, sets, stamp };
        let line = Line { locked: Some(report), ..Line::default() };
        let bytes = line.seal_to(outside.own, outside.county.sealing)?;
        self.ports.journal.append(&bytes).or_tell()?;
        // From here on it is safe. Without this file it is sent once the phone is unlocked.
        let files = self.ports.vault.as_mut();
        if let Ok(mut all) = Sealed::read_all(files) {
            all.push(Sealed { record, bytes, taken_ms: None });
            let _ = Sealed::write_all(files, &all);
        }
        Ok(Written { record: RecordRef { kind: RecordKind::Urgent, id: record }, changed: true })
    }

    /// What became of reports of the locked phone.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn urgent_locked_reports(&mut self, _: Nothing) -> Result<LockedReports, Problem> {
        let all = Sealed::read_all(self.ports.vault.as_ref())?;
        let received = all.iter().filter(|one| one.taken_ms.is_some()).count();
        Ok(LockedReports { waiting: all.len() - received, received })
    }

    /// Sealed reports that the county does not have, to be posted as they are.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sealed_reports(&self) -> Result<Vec<(RecordId, Vec<u8>)>, Problem> {
        let all = Sealed::read_all(self.ports.vault.as_ref())?;
        Ok(all.into_iter().filter(|one| one.taken_ms.is_none()).map(|one| (one.record, one.bytes)).collect())
    }

    /// Takes the county's signed word that it has a sealed report. Anything else changes nothing.
    ///
    /// # Errors
    /// When a file cannot be read or written; [`ProblemCode::ReplyDamaged`] when it is not the county's word.
    pub fn sealed_report_taken(&mut self, record: RecordId, reply: &[u8]) -> Result<(), Problem> {
        let damaged = || Problem::new(ProblemCode::ReplyDamaged);
        let files = self.ports.vault.as_mut();
        let outside = Outside::read(files)?.ok_or_else(damaged)?;
        let word: SignedWord<ReportTaken> = serde_json::from_slice(reply).map_err(|_| damaged())?;
        let word = word.open(outside.county.keys()).map_err(|_| damaged())?;
        if (word.county, word.record) != (outside.county.county, record) {
            return Err(damaged());
        }
        let mut all = Sealed::read_all(files)?;
        all.iter_mut().filter(|one| one.record == record).for_each(|one| one.taken_ms = Some(word.at_ms));
        Sealed::write_all(files, &all)
    }

    /// The holder's own reports, the latest first, with who has read them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn urgent_reports(&mut self, _: Nothing) -> Result<Vec<UrgentView>, Problem> {
        self.reading()?.urgent_views()
    }

    /// Adds a call to an own report.
    ///
    /// # Errors
    /// [`ProblemCode::NothingFound`]; those of journal and database.
    pub fn urgent_call(&mut self, request: UrgentCall) -> Result<Written, Problem> {
        let (ports, open, _) = self.writing()?;
        let record = RecordRef { kind: RecordKind::Urgent, id: request.report };
        let row = open.store.record(record).or_tell()?;
        let head = row.as_ref().and_then(|row| row.head()).ok_or_else(nothing_found)?;
        let words = request.words.trim();
        if words.is_empty() {
            return Ok(Written { record, changed: false });
        }
        let key = format!("{}{:016x}", keys::CALL, draw_u64(&mut ports.dice));
        let sets = BTreeMap::from([(key, Value::text(words))]);
        let mut pen = Pen::new(open, ports, true)?;
        pen.change(ports, record, Said::having_seen(head.vector.clone(), sets))?;
        open.commit(ports, pen, None, None)?;
        Ok(Written { record, changed: true })
    }
}

impl Heard {
    /// What the clocks say now.
    pub(crate) fn stamp(&self, ports: &Ports) -> Stamp {
        let (wall_ms, up_ms, boot) = (ports.clock.wall_ms(), ports.clock.up_ms(), ports.clock.boot());
        let county_up_ms = if self.boot == boot { self.up_ms } else { 0 };
        Stamp { wall_ms, up_ms, boot, county_ms: self.county_ms, county_up_ms }
    }
}

impl Open {
    /// Where a report belongs of which no place is said.
    fn reported_in(&self, ports: &Ports, subject: Option<RecordId>) -> Result<Option<AreaCode>, Problem> {
        let today = self.today(ports);
        let person = match subject {
            Some(id) => self.person(id)?,
            None => None,
        };
        Ok(person.and_then(|person| person.village_on(today)).or_else(|| self.only_area(today)))
    }

    /// The one area in which the holder works; `None` of several: nobody guesses in which of them something happened.
    pub(crate) fn only_area(&self, today: Day) -> Option<AreaCode> {
        let mut areas =
            self.reference.assignments_of(self.staff).filter(|one| one.holds_on(today)).map(|one| one.area);
        let first = areas.next()?;
        areas.all(|area| area == first).then_some(first)
    }
}

type Readers = BTreeMap<RecordId, Vec<(String, UnixMs)>>;

impl Open {
    fn urgent_views(&self) -> Result<Vec<UrgentView>, Problem> {
        let readers: Readers = self.stored(setting::URGENT_READ)?.unwrap_or_default();
        let delivered: BTreeMap<WriterId, u64> =
            self.store.writers().or_tell()?.into_iter().map(|row| (row.writer, row.delivered)).collect();
        let mut views = Vec::new();
        for row in self.store.records_of(RecordKind::Urgent).or_tell()? {
            let Some(head) = row.head() else { continue };
            let id = row.record.id;
            let own = self.store.log_of(row.record).or_tell()?;
            let here = |row: &store::phone::LogRow| {
                let patch = &row.entry.patch;
                delivered.get(&patch.writer).is_some_and(|last| patch.serial <= *last)
            };
            let report = Urgent::read(id, head);
            views.push(UrgentView {
                report: id,
                at_ms: report.at_ms,
                who: report.who,
                place: report.place,
                words: report.words,
                calls: report.calls.into_iter().map(|call| call.words).collect(),
                received: own.first().is_some_and(here),
                waiting: !own.iter().all(here),
                read: readers.get(&id).cloned().unwrap_or_default(),
            });
        }
        views.sort_by_key(|one| (std::cmp::Reverse(one.at_ms), one.report));
        Ok(views)
    }

    /// Own reports that the county has, and of which nobody is known to have read them: at most so many of the
    /// latest as go with an exchange.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn unread(&self) -> Result<Vec<RecordId>, Problem> {
        let unread = self.urgent_views()?.into_iter().filter(|one| one.received && one.read.is_empty());
        Ok(unread.map(|one| one.report).take(UNREAD_MAX).collect())
    }

    /// Keeps who has read own reports.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn take_read(&self, read: &[UrgentRead], batch: &mut Batch) -> Result<(), Problem> {
        if read.is_empty() {
            return Ok(());
        }
        let mut readers: Readers = self.stored(setting::URGENT_READ)?.unwrap_or_default();
        for one in read {
            let known = readers.entry(one.record).or_default();
            if !known.iter().any(|(name, _)| *name == one.name) {
                known.push((one.name.clone(), one.at_ms));
            }
        }
        let text = serde_json::to_string(&readers).or_tell()?;
        batch.settings.insert(setting::URGENT_READ.to_owned(), Some(text));
        Ok(())
    }

    /// Writes a report of the locked phone into the log, where it is not yet: the journal has it already. It is
    /// signed with the next exchange like everything else.
    ///
    /// # Errors
    /// Those of the database; the next opening tries again.
    pub(crate) fn take_locked(&mut self, ports: &mut Ports, report: &LockedReport) -> Result<(), Problem> {
        let record = RecordRef { kind: RecordKind::Urgent, id: report.record };
        if !self.store.log_of(record).or_tell()?.is_empty() {
            return Ok(());
        }
        let mut sets = report.sets.clone();
        sets.insert(keys::UNSIGNED.to_owned(), Value::Bool(false));
        let mut pen = Pen::new(self, ports, true)?;
        pen.stamped(report.stamp, self.staff);
        pen.change(ports, record, Said::new(sets))?;
        let (entries, _) = pen.into_parts();
        let line = Line { entries, ..Line::default() };
        let mut batch = self.batch_of(ports, &line, self.journal_at)?;
        if batch.entries.is_empty() {
            return Err(internal("urgent"));
        }
        batch.settings.remove(setting::JOURNAL);
        self.store.apply(&batch).or_tell()?;
        // So that a lost database finds the log without a hole. Where there is no room, the county closes it.
        let _ = line.append(ports.journal.as_mut(), &self.unlocked.keys, &self.identity.county.sealing);
        Ok(())
    }
}

/// So many reports are asked about with an exchange.
const UNREAD_MAX: usize = 20;
