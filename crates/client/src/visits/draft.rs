//! What is kept of an unfinished visit, and the list of such.

use crate::app::{App, Open};
use crate::lock::Nothing;
use crate::ports::Ports;
use crate::shown::shown_name;
use crate::tell::{OrTell, internal};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::concern::{ConcernKind, ConcernNow};
use domain::ids::{AreaCode, RecordId};
use domain::location::Location;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, Happened, UnixMs};
use domain::visit::{Met, NotMet, Way};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::phone::{Batch, DraftRow};

/// A draft that was put away can be brought back for so long.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// Everything of an unfinished visit but the answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DraftHead {
    /// The household visited, unless it was a place.
    pub household: Option<RecordId>,
    /// The place, unless it was a household.
    pub place: Option<String>,
    /// The village as its author knows it.
    pub village: Option<AreaCode>,
    /// How people were met.
    pub way: Way,
    /// When.
    pub happened: Happened,
    /// Who visited, when not the author alone.
    pub visited_by: Vec<RecordId>,
    /// Who came along.
    pub companions: Vec<String>,
    /// Why it is entered so late.
    pub late_reason: Option<String>,
    /// Where it was written down, if that was asked for. Drafts of before have none.
    #[serde(default)]
    pub location: Option<Location>,
    /// When it was begun.
    pub begun_ms: UnixMs,
    /// The people it is about, in the order in which they were chosen.
    pub parts: Vec<DraftPart>,
}

/// One person of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DraftPart {
    /// Who.
    pub subject: RecordId,
    /// Who was met; nothing while it was not said.
    pub met: Option<Met>,
    /// Why nobody was met.
    pub reason: Option<NotMet>,
    /// Where, since when, whom to ring.
    pub reason_words: Option<String>,
    /// From when a reported change holds.
    pub reason_from: Option<Day>,
    /// When to come again.
    pub come_again: Option<String>,
    /// The form.
    pub form: Option<Hash>,
    /// Found by the worker, beside what the form raises.
    pub found: Vec<Found>,
    /// Words on concerns of earlier visits: concern, what is now.
    pub now: Vec<(RecordId, ConcernNow)>,
}

impl DraftPart {
    /// A person of whom nothing was said yet.
    pub(crate) fn new(subject: RecordId, met: Option<Met>, form: Option<Hash>) -> Self {
        let (reason, reason_words, reason_from, come_again) = (None, None, None, None);
        let (found, now) = (Vec::new(), Vec::new());
        Self { subject, met, reason, reason_words, reason_from, come_again, form, found, now }
    }

    /// Whether its form is to be filled in.
    pub(crate) fn asks(&self) -> Option<Hash> {
        self.form.filter(|_| self.met.is_some_and(|met| met != Met::Nobody))
    }
}

/// 发现的问题, by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Found {
    /// What kind.
    pub kind: ConcernKind,
    /// In words.
    pub words: String,
}

/// 位置, as a screen says it: how near and when. Where it is, is of no use there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct LocationView {
    /// Metres within which it is.
    pub accuracy_m: u32,
    /// When it was measured.
    pub at_ms: UnixMs,
}

impl LocationView {
    /// What a screen says of a place.
    pub(crate) fn of(location: Location) -> Self {
        Self { accuracy_m: location.accuracy_m(), at_ms: location.at_ms() }
    }
}

/// A draft by name.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct DraftName {
    /// Its name on this phone.
    pub visit: String,
}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct DraftItem {
    /// Its name on this phone.
    pub visit: String,
    /// The household's head (户主), or the place.
    pub title: String,
    /// The people, by name as lists show it.
    pub people: Vec<String>,
    /// When it was last changed.
    pub changed_ms: UnixMs,
    /// Whether it was put away, and can be brought back.
    pub discarded: bool,
    /// Whether it cannot be read; it is kept as it is.
    pub damaged: bool,
}

impl Open {
    /// A draft's head.
    ///
    /// # Errors
    /// [`ProblemCode::VisitNotOpen`] when there is no such draft, [`ProblemCode::VisitPutAway`],
    /// [`ProblemCode::DraftDamaged`].
    pub(crate) fn draft(&self, name: &str) -> Result<DraftHead, Problem> {
        let row = self.store.draft(name).or_tell()?;
        let row = row.ok_or_else(|| Problem::new(ProblemCode::VisitNotOpen))?;
        if row.discarded_ms.is_some() {
            return Err(Problem::new(ProblemCode::VisitPutAway));
        }
        serde_json::from_str(&row.head).map_err(|_| Problem::new(ProblemCode::DraftDamaged))
    }

    /// Keeps a draft's head.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn keep_draft(&mut self, ports: &Ports, name: &str, head: &DraftHead) -> Result<(), Problem> {
        let batch = Batch { drafts: vec![row(ports, name, head)?], ..Batch::default() };
        self.store.apply(&batch).or_tell()
    }

    /// The name of a record's thing or person, for a list.
    pub(crate) fn name_of(&self, kind: RecordKind, id: RecordId) -> Result<String, Problem> {
        let row = self.store.record(RecordRef { kind, id }).or_tell()?;
        let head = row.as_ref().and_then(|row| row.head());
        let name = head.and_then(|head| head.text(keys::NAME).or_else(|| head.text(keys::NICKNAME)));
        Ok(name.unwrap_or_default().to_owned())
    }

    /// The name of a person as lists show it: a child's is masked.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn listed_name(&self, id: RecordId, day: Day) -> Result<String, Problem> {
        Ok(self.person(id)?.map(|person| shown_name(&person, day)).unwrap_or_default())
    }

    fn draft_item(&self, row: DraftRow, day: Day) -> Result<DraftItem, Problem> {
        let head: Option<DraftHead> = serde_json::from_str(&row.head).ok();
        let mut people = Vec::new();
        for part in head.iter().flat_map(|head| &head.parts) {
            people.push(self.listed_name(part.subject, day)?);
        }
        let title = match head.as_ref().map(|head| (head.household, head.place.clone())) {
            Some((Some(household), _)) => self.name_of(RecordKind::Household, household)?,
            Some((None, place)) => place.unwrap_or_default(),
            None => String::new(),
        };
        let (discarded, damaged) = (row.discarded_ms.is_some(), head.is_none());
        Ok(DraftItem { visit: row.id, title, people, changed_ms: row.changed_ms, discarded, damaged })
    }
}

/// The row of a draft.
pub(crate) fn row(ports: &Ports, name: &str, head: &DraftHead) -> Result<DraftRow, Problem> {
    let head = serde_json::to_string(head).map_err(|_| internal("draft"))?;
    Ok(DraftRow { id: name.to_owned(), head, changed_ms: ports.clock.wall_ms(), discarded_ms: None })
}

impl App {
    /// Unfinished visits, the newest change first; those put away come last.
    ///
    /// # Errors
    /// Those of the database.
    pub fn drafts(&mut self, _: Nothing) -> Result<Vec<DraftItem>, Problem> {
        let today = self.today()?;
        let open = self.reading()?;
        let rows = open.store.drafts().or_tell()?;
        let mut items =
            rows.into_iter().map(|row| open.draft_item(row, today)).collect::<Result<Vec<_>, _>>()?;
        items.sort_by_key(|item| item.discarded);
        Ok(items)
    }

    /// Puts a draft away. Nothing is asked, because it can be brought back for 30 days.
    ///
    /// # Errors
    /// [`ProblemCode::VisitNotOpen`], and those of the database.
    pub fn discard_draft(&mut self, request: DraftName) -> Result<Nothing, Problem> {
        self.put_away(&request.visit, true)
    }

    /// Brings a draft back.
    ///
    /// # Errors
    /// [`ProblemCode::VisitNotOpen`], and those of the database.
    pub fn restore_draft(&mut self, request: DraftName) -> Result<Nothing, Problem> {
        self.put_away(&request.visit, false)
    }

    fn put_away(&mut self, name: &str, away: bool) -> Result<Nothing, Problem> {
        let (ports, open, _) = self.writing()?;
        let row = open.store.draft(name).or_tell()?;
        let mut row = row.ok_or_else(|| Problem::new(ProblemCode::VisitNotOpen))?;
        row.discarded_ms = away.then(|| ports.clock.wall_ms());
        open.desks.retain(|(draft, _), _| draft != name);
        open.store.apply(&Batch { drafts: vec![row], ..Batch::default() }).or_tell()?;
        Ok(Nothing {})
    }
}

impl Open {
    /// Of whom, and of which households, visits are being filled in.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn drafted(&self) -> Result<BTreeSet<RecordRef>, Problem> {
        let of = |kind| move |id| RecordRef { kind, id };
        let mut drafted = BTreeSet::new();
        for row in self.store.drafts().or_tell()? {
            let Ok(head) = serde_json::from_str::<DraftHead>(&row.head) else { continue };
            drafted.extend(head.household.map(of(RecordKind::Household)));
            drafted.extend(head.parts.iter().map(|part| part.subject).map(of(RecordKind::Person)));
        }
        Ok(drafted)
    }

    /// Removes drafts that were put away long ago.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn purge_drafts(&mut self, ports: &Ports) -> Result<(), Problem> {
        let now_ms = ports.clock.wall_ms();
        let old = |row: &DraftRow| row.discarded_ms.is_some_and(|at| now_ms - at > KEPT_MS);
        let drafts = self.store.drafts().or_tell()?;
        let gone: Vec<String> = drafts.into_iter().filter(old).map(|row| row.id).collect();
        if gone.is_empty() {
            return Ok(());
        }
        self.store.apply(&Batch { drafts_gone: gone, ..Batch::default() }).or_tell()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_of_before_there_were_places_is_read() {
        let before = r#"{"household":null,"place":"集市","village":null,"way":"elsewhere",
            "happened":"2026-11-23T10:20/2026-11-23T10:20","visited_by":[],"companions":[],"late_reason":null,
            "begun_ms":0,"parts":[]}"#;
        let mut head: DraftHead = serde_json::from_str(before).unwrap();
        assert_eq!(head.location, None);
        head.location = Location::new(25.9, 99.4, 15.0, 0);
        let kept = serde_json::to_string(&head).unwrap();
        assert_eq!(serde_json::from_str::<DraftHead>(&kept).unwrap(), head);
    }
}
