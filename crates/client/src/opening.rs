//! Opening: the database with its key, what is needed of it at hand, and the journal replayed where
//! it is ahead.

use crate::app::{App, Heard, Open, setting};
use crate::bench::Bench;
use crate::form_use::{FormUse, publish};
use crate::identity::Enrolled;
use crate::journal::Line;
use crate::outside::Sealed;
use crate::ports::Ports;
use crate::tell::OrTell;
use domain::catalogue::RecordKind;
use domain::coverage::Rules;
use domain::ids::WriterId;
use domain::log::Mark;
use domain::problem::Problem;
use domain::reference::Reference;
use seal::dice::draw_u64;
use seal::vault::Unlocked;
use std::cell::RefCell;
use std::collections::BTreeMap;
use store::phone::{Batch, LogRow, WriterRow};

impl App {
    /// Opens the database and stands ready.
    ///
    /// # Errors
    /// Those of the database and the journal.
    pub(crate) fn open_with(&mut self, unlocked: Unlocked, identity: Enrolled) -> Result<(), Problem> {
        let store = self.ports.stores.open(&unlocked.keys.database).or_tell()?;
        let mut open = Open {
            staff: identity.certificate.staff,
            unlocked,
            identity,
            store,
            reference: Reference::default(),
            rules: Rules::default(),
            mine: RefCell::default(),
            form_uses: Vec::new(),
            published: BTreeMap::new(),
            forms: BTreeMap::new(),
            desks: BTreeMap::new(),
            heard: Heard::default(),
            journal_at: 0,
            behind: false,
            code: None,
            exchanging: None,
        };
        open.load_reference()?;
        if open.store.writers().or_tell()?.is_empty() {
            open.begin(&mut self.ports)?;
        }
        open.staff = open.stored(setting::STAFF)?.unwrap_or(open.staff);
        open.heard = open.stored(setting::HEARD)?.unwrap_or_default();
        open.journal_at = open.stored(setting::JOURNAL)?.unwrap_or_default();
        open.behind = true;
        open.catch_up(&mut self.ports)?;
        open.leave_outside(&mut self.ports);
        if Sealed::read_all(self.ports.vault.as_ref()).is_ok_and(|all| !all.is_empty()) {
            // They are in the log now, and go with it; what cannot be written now is sent twice, no more.
            let _ = Sealed::write_all(self.ports.vault.as_mut(), &[]);
        }
        if open.stored::<bool>(setting::CODE_LOST)?.unwrap_or(false) {
            self.draw_code(&open.unlocked, &open.identity)?;
            let mut batch = Batch::default();
            batch.settings.insert(setting::CODE_LOST.to_owned(), None);
            open.store.apply(&batch).or_tell()?;
        }
        open.look_for_code(&self.ports)?;
        self.open = Some(open);
        Ok(())
    }
}

impl Open {
    /// Loads areas, staff, assignments, duties and forms. Grows with villages and staff only.
    pub(crate) fn load_reference(&mut self) -> Result<(), Problem> {
        let mut reference = Reference::default();
        self.published.clear();
        for kind in RecordKind::ALL.iter().filter(|kind| Reference::holds(**kind)) {
            for row in self.store.records_of(*kind).or_tell()? {
                if let Some(head) = row.head() {
                    reference.take(row.record, head);
                    if *kind == RecordKind::Form {
                        publish(&mut self.published, head);
                    }
                }
            }
        }
        self.rules = Rules::of(&reference);
        self.reference = reference;
        self.mine.take();
        let uses = self.store.records_of(RecordKind::FormAssignment).or_tell()?;
        self.form_uses = uses.iter().filter_map(|row| FormUse::read(row.record.id, row.head()?)).collect();
        Ok(())
    }

    /// The first opening of a database. With nothing in the journal the logs are those of the certificate;
    /// else another database was lost: its entries come back out of the journal, and since nobody
    /// knows what is missing before them, new logs are begun.
    fn begin(&mut self, ports: &mut Ports) -> Result<(), Problem> {
        let lines = ports.journal.after(0).or_tell()?;
        // A line that does not open is of an enrolment before this one, or damaged; it stays in the
        // journal, for the county to open.
        let opened: Vec<Line> =
            lines.iter().filter_map(|line| Line::open(line, &self.unlocked.keys).ok()).collect();
        self.begin_logs(ports, lines.last().map_or(0, |line| line.end), &opened)?;
        opened.iter().filter_map(|line| line.locked.as_ref()).try_for_each(|one| self.take_locked(ports, one))
    }

    fn begin_logs(&mut self, ports: &mut Ports, end: u64, opened: &[Line]) -> Result<(), Problem> {
        let certificate = &self.identity.certificate;
        let row =
            |writer, urgent, closed| WriterRow { writer, urgent, closed, last: Mark::NONE, delivered: 0 };
        let mut batch = Batch::default();
        batch.settings.insert(setting::JOURNAL.to_owned(), Some(end.to_string()));
        let rows: Vec<LogRow> = Line::rows_of(opened);
        if rows.is_empty() {
            batch.writers.push(row(certificate.writer, false, false));
            batch.writers.push(row(certificate.urgent_writer, true, false));
            return self.store.apply(&batch).or_tell();
        }
        let mut writers: BTreeMap<WriterId, WriterRow> = BTreeMap::new();
        for one in &rows {
            let patch = &one.entry.patch;
            let urgent = patch.writer == certificate.urgent_writer;
            let writer = writers.entry(patch.writer).or_insert_with(|| WriterRow {
                delivered: patch.serial - 1,
                ..row(patch.writer, urgent, true)
            });
            writer.last = Mark { serial: patch.serial, hash: one.hash };
        }
        batch.writers.extend(writers.into_values());
        for urgent in [false, true] {
            batch.writers.push(row(WriterId(draw_u64(&mut ports.dice)), urgent, false));
        }
        let mut bench = Bench::new(self, self.today(ports));
        for one in &rows {
            bench.take_own(&one.entry)?;
        }
        batch.entries = rows;
        bench.finish(&mut batch)?;
        self.store.apply(&batch).or_tell()
    }

    /// Brings the database to where the journal is, when a batch did not get through.
    ///
    /// # Errors
    /// Those of the database and the journal; the next call tries again.
    pub(crate) fn catch_up(&mut self, ports: &mut Ports) -> Result<(), Problem> {
        if !self.behind {
            return Ok(());
        }
        self.desks.clear();
        let end = ports.journal.end().or_tell()?;
        if end < self.journal_at {
            // The journal was replaced or lost: what the database has stands.
            self.journal_at = 0;
        }
        for line in ports.journal.after(self.journal_at).or_tell()? {
            // A line that does not open holds up none of the others.
            if let Ok(opened) = Line::open(&line, &self.unlocked.keys) {
                if let Some(report) = &opened.locked {
                    self.take_locked(ports, report)?;
                }
                let batch = self.batch_of(ports, &opened, line.end)?;
                self.store.apply(&batch).or_tell()?;
                self.keep_reference(&batch)?;
            }
            self.journal_at = line.end;
        }
        self.behind = false;
        Ok(())
    }

    /// The batch that writes a line of the journal into the database. Entries that are there already
    /// change nothing.
    pub(crate) fn batch_of(&self, ports: &Ports, line: &Line, end: u64) -> Result<Batch, Problem> {
        let mut batch = Batch::default();
        batch.settings.insert(setting::JOURNAL.to_owned(), Some(end.to_string()));
        batch.drafts_gone.extend(line.draft.clone());
        let mut writers: BTreeMap<WriterId, WriterRow> =
            self.store.writers().or_tell()?.into_iter().map(|row| (row.writer, row)).collect();
        let mut bench = Bench::new(self, self.today(ports));
        for row in line.rows() {
            let patch = &row.entry.patch;
            let Some(writer) = writers.get_mut(&patch.writer) else { continue };
            if writer.last.serial + 1 != patch.serial || writer.last.hash != patch.prev {
                continue;
            }
            writer.last = Mark { serial: patch.serial, hash: row.hash };
            bench.take_own(&row.entry)?;
            batch.entries.push(row);
        }
        batch.writers.extend(writers.into_values());
        bench.finish(&mut batch)?;
        Ok(batch)
    }

    /// Takes what a written batch changed of the reference.
    pub(crate) fn keep_reference(&mut self, batch: &Batch) -> Result<(), Problem> {
        let kept = |kind: RecordKind| Reference::holds(kind) || kind == RecordKind::FormAssignment;
        if batch.records_gone.iter().any(|record| kept(record.kind)) {
            return self.load_reference();
        }
        let mut rules = false;
        for row in batch.records.iter().filter(|row| kept(row.record.kind)) {
            let Some(head) = row.head() else { continue };
            self.reference.take(row.record, head);
            self.mine.take();
            rules |= matches!(row.record.kind, RecordKind::Duty | RecordKind::Area);
            if row.record.kind == RecordKind::Form {
                publish(&mut self.published, head);
            }
            if row.record.kind == RecordKind::FormAssignment {
                self.form_uses.retain(|one| one.id != row.record.id);
                self.form_uses.extend(FormUse::read(row.record.id, head));
            }
        }
        if rules {
            self.rules = Rules::of(&self.reference);
        }
        Ok(())
    }
}
