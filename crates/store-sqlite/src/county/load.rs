//! Loading what a plan names. Every key that was asked for gets an entry, also when nothing is there.

use super::caches::{Around, Caches};
use super::view::{Stored, View};
use domain::patch::RecordRef;
use std::collections::BTreeMap;
use store::StoreError;
use sync::county::needs::LoadedRecord;
use sync::county::{Loaded, Needs};
use sync::wire::exchange::Cursor;

/// One job's knowledge: what the plan sees, and what the file says of the same records besides.
pub(super) struct Knowledge {
    /// What the plan sees.
    pub loaded: Loaded,
    /// Of each record that is in the file.
    pub stored: BTreeMap<RecordRef, Stored>,
}

impl Knowledge {
    /// What every plan begins with.
    pub fn new(caches: &Caches) -> Self {
        let Caches { state, former, reference, generations } = caches.clone();
        Self { loaded: Loaded::new(reference, generations, state, former), stored: BTreeMap::new() }
    }

    /// Loads what is needed. `cursor` is where the phone stands, if a phone asks.
    pub fn load(
        &mut self,
        view: &mut View<'_>,
        around: &Around,
        needs: &Needs,
        cursor: Option<Cursor>,
    ) -> Result<(), StoreError> {
        self.load_logs(view, needs, cursor)?;
        let loaded = &mut self.loaded;
        for record in &needs.records {
            let found = view.record(*record)?;
            let mut one = LoadedRecord::default();
            if let Some((row, stored)) = found {
                one.row = Some(row);
                self.stored.insert(*record, stored);
            }
            if around.waits(*record) {
                one.held = view.held_of(*record)?;
                one.awaited = view.awaiting_record(*record)?;
            }
            loaded.records.insert(*record, one);
        }
        for (subject, from) in &needs.parts_of_subjects {
            loaded.parts_of_subjects.insert(*subject, (*from, view.parts_since(*subject, *from)?));
        }
        for visit in &needs.parts_of_visits {
            loaded.parts_of_visits.insert(*visit, view.parts_of_visit(*visit)?);
        }
        for (subject, from) in &needs.standings {
            loaded.standings.insert(*subject, (*from, view.standings_since(*subject, *from)?));
        }
        for subject in &needs.hanging {
            loaded.hanging.insert(*subject, view.hanging(*subject)?);
        }
        for (after, count) in &needs.people {
            loaded.people.insert((*after, *count), view.people_after(*after, *count)?);
        }
        Ok(())
    }

    fn load_logs(
        &mut self,
        view: &mut View<'_>,
        needs: &Needs,
        cursor: Option<Cursor>,
    ) -> Result<(), StoreError> {
        let loaded = &mut self.loaded;
        let last = loaded.county.seq;
        for device in &needs.devices {
            loaded.devices.insert(*device, view.device(*device)?);
        }
        // A cursor that does not fit this ledger says nothing; one of a former epoch is told all once more,
        // for the phone lets go of what it was told by then.
        let epoch = loaded.county.epoch;
        let since = match cursor.filter(|cursor| cursor.epoch == epoch) {
            Some(cursor) if !needs.writers.is_empty() => {
                view.hash_at(cursor.seq, last)?.filter(|hash| *hash == cursor.hash).map_or(0, |_| cursor.seq)
            }
            _ => 0,
        };
        for writer in &needs.writers {
            loaded.writers.insert(*writer, view.writer(*writer)?);
            loaded.gaps.insert(*writer, view.gaps(*writer)?);
            loaded.outcomes.insert(*writer, view.outcomes(*writer, since)?);
        }
        for (writer, from, last) in &needs.known {
            view.known(*writer, *from, *last, &mut loaded.known)?;
            loaded.known_ranges.insert((*writer, *from, *last));
        }
        for record in &needs.histories {
            loaded.histories.insert(*record, view.history(*record)?);
        }
        for form in &needs.forms {
            loaded.forms.insert(*form, view.awaiting_form(*form)?);
        }
        for seq in &needs.ledger_hash {
            loaded.ledger_hash.insert(*seq, view.hash_at(*seq, last)?);
        }
        for (writer, serial) in &needs.entries {
            loaded.entries.insert((*writer, *serial), view.waiting_at(*writer, *serial)?);
        }
        Ok(())
    }
}
