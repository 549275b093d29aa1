//! Erasure by law (个人信息保护法 第47条): bodies go from the log, the records and the journal.

use crate::app::{Open, setting};
use crate::bench::Bench;
use crate::journal::Line;
use crate::ports::Ports;
use crate::tell::OrTell;
use crate::visits::draft::DraftHead;
use domain::catalogue::RecordKind;
use domain::head::Head;
use domain::patch::RecordRef;
use domain::problem::Problem;
use std::collections::BTreeSet;
use store::phone::Batch;
use sync::wire::exchange::Page;

/// A journal that is longer than this is written anew, with what still waits for the county.
const JOURNAL_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The setting while the journal still holds what was erased.
const STALE: &str = "journal_stale";

impl Open {
    /// Takes the content of erased records away, but for what this page of the county's has of them; what is being
    /// filled in of an erased person goes too, put away or not.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn erase(
        &self,
        erased: &[RecordRef],
        page: Option<&Page>,
        bench: &mut Bench<'_>,
        batch: &mut Batch,
    ) -> Result<(), Problem> {
        if erased.is_empty() {
            return Ok(());
        }
        let heads = page.iter().flat_map(|page| page.heads.decode().0);
        let came: BTreeSet<RecordRef> = heads.map(|(record, _)| record).collect();
        batch.erased.extend(erased);
        batch.settings.insert(STALE.to_owned(), Some("1".to_owned()));
        for record in erased {
            let county = bench.row(*record)?.and_then(|row| row.county.clone());
            let kept = |head: Head| {
                if came.contains(record) { head } else { Head { fields: Default::default(), ..head } }
            };
            match county {
                Some(head) => {
                    bench.take_bare(*record, kept(head));
                }
                None => bench.remove(*record)?,
            }
        }
        self.erase_drafts(erased, batch)
    }

    fn erase_drafts(&self, erased: &[RecordRef], batch: &mut Batch) -> Result<(), Problem> {
        let is = |kind, id| erased.contains(&RecordRef { kind, id });
        let people: Vec<_> =
            erased.iter().filter(|one| one.kind == RecordKind::Person).map(|one| one.id).collect();
        for mut row in self.store.drafts().or_tell()? {
            // Also of one that cannot be read: its answers are kept apart from it.
            batch.answers_gone.extend(people.iter().map(|person| (row.id.clone(), *person, None)));
            let Ok(mut head) = serde_json::from_str::<DraftHead>(&row.head) else { continue };
            let before = head.clone();
            head.parts.retain(|part| !is(RecordKind::Person, part.subject));
            for part in &mut head.parts {
                part.now.retain(|(concern, _)| !is(RecordKind::Concern, *concern));
            }
            head.household = head.household.filter(|home| !is(RecordKind::Household, *home));
            if head.parts.is_empty() && !before.parts.is_empty() {
                batch.drafts_gone.push(row.id);
            } else if head != before {
                row.head = serde_json::to_string(&head).or_tell()?;
                batch.drafts.push(row);
            }
        }
        Ok(())
    }

    /// Writes the journal anew when it holds what was erased, or has grown long: only entries that
    /// wait for the county are needed in it, and what an earlier enrolment left there.
    ///
    /// # Errors
    /// Those of the journal and the database; it is tried again later.
    pub(crate) fn renew_journal(&mut self, ports: &mut Ports) -> Result<(), Problem> {
        let stale = self.store.setting(STALE).or_tell()?.is_some();
        let end = ports.journal.end().or_tell()?;
        if self.behind || !(stale || end > JOURNAL_BYTES_MAX) {
            return Ok(());
        }
        let all = ports.journal.after(0).or_tell()?.into_iter();
        // Of an enrolment before this one: they stay, for the county to open.
        let others: Vec<_> = all.take_while(|line| Line::open(line, &self.unlocked.keys).is_err()).collect();
        let others_end = others.last().map_or(0, |line| line.end);
        if !stale && end - others_end <= JOURNAL_BYTES_MAX {
            return Ok(());
        }
        let mut lines: Vec<Vec<u8>> = others.into_iter().map(|line| line.bytes).collect();
        for writer in self.store.writers().or_tell()? {
            for row in self.store.log(writer.writer, writer.delivered + 1, usize::MAX).or_tell()? {
                // Of an erased one the envelope stays: the chain goes through it.
                if row.entry.patch.serial <= writer.last.serial {
                    let line = Line {
                        entries: vec![row.entry],
                        visit: row.visit,
                        draft: row.draft,
                        ..Line::default()
                    };
                    lines.push(line.seal(&self.unlocked.keys, &self.identity.county.sealing)?);
                }
            }
        }
        let end = ports.journal.replace(&lines).or_tell()?;
        self.journal_at = end;
        let mut batch = Batch::default();
        batch.settings.insert(setting::JOURNAL.to_owned(), Some(end.to_string()));
        batch.settings.insert(STALE.to_owned(), None);
        self.store.apply(&batch).or_tell()
    }
}
