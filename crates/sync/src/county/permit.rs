//! Whether the author of an entry might do what it does, where and when it says.
//!
//! An entry names a place and a time itself; both are believed only as far as the register agrees:
//! a part also needs that its person is of the author's area.

use super::judge::{Verdict, set_aside};
use super::needs::{HistoryEntry, WaitsFor};
use super::outcome::Held;
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::{Entry, RecordRef};
use domain::permission::{self, Act};
use domain::problem::{Problem, ProblemCode};
use domain::subject::Person;
use domain::time::{Day, Happened, UnixMs};
use domain::value::Value;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Days of which any may be the one.
type Days = RangeInclusive<Day>;

/// How long a phone may not have heard that somebody lives elsewhere now: for so many days after it
/// was written, work by the village before counts as honest.
const UNHEARD_DAYS: i32 = 31;

/// Somewhere that the author must have been allowed to act: in one of these areas.
type Place = BTreeSet<AreaCode>;

/// Judges an entry whose form and records are here; `None` while something has to be loaded first.
pub(super) fn permitted(work: &mut Work<'_>, entry: &Entry, arrived_ms: UnixMs) -> Option<Verdict> {
    let patch = &entry.patch;
    let acts = acts_of(work, entry)?;
    let days = days_of(work, entry, arrived_ms)?;
    let places = places(work, entry)?;
    if may_all(work, patch.author, &acts, &places, &days) {
        match subjects(work, entry)? {
            None => return Some(Verdict::Apply),
            Some(subjects) => {
                let mut all = true;
                for subject in subjects {
                    all &= is_of_the_area(work, entry, subject, &acts, &days)?;
                }
                if all {
                    return Some(Verdict::Apply);
                }
            }
        }
    } else if follows_its_visit(work, entry, &acts)? {
        return Some(Verdict::Apply);
    }
    let begins = work.county.begins;
    let dated = matches!(patch.record.kind, RecordKind::Visit | RecordKind::Part);
    if dated && days.iter().any(|days| *days.end() < begins) {
        let problem = Problem::new(ProblemCode::TimeNotCounted).with("begins", begins);
        return Some(Verdict::Hold(ItemState::SetAside, WaitsFor::Reviewer, problem));
    }
    let reference = work.reference();
    let somewhere = reference.assignments_of(patch.author).any(|one| {
        let then = days.iter().all(|days| one.holds_on(*days.start()));
        then && acts.iter().all(|act| permission::permits(one.role, *act))
    });
    set_aside(if somewhere { ProblemCode::OutsideArea } else { ProblemCode::NotPermitted })
}

/// Whether whoever accepts an entry may do what it does, today, wherever it changes something (what names
/// no place: where the item belongs). `None` while something has to be loaded first.
pub(super) fn may_accept(
    work: &mut Work<'_>,
    entry: &Entry,
    by: RecordId,
    area: AreaCode,
) -> Option<Result<(), Problem>> {
    let acts = permission::acts_of_accepting(acts_of(work, entry)?);
    let mut places = places(work, entry)?;
    if places.is_empty() {
        places.push(Place::from([area]));
    }
    let (reference, today) = (work.reference(), Day::of(work.prepared.now_ms));
    let at = |area: AreaCode| permission::require(reference, by, &acts, area, today);
    let each = |place: &Place| {
        let mut answers = place.iter().map(|area| at(*area));
        let first = answers.next().unwrap_or_else(|| at(area));
        if answers.any(|answer| answer.is_ok()) { Ok(()) } else { first }
    };
    Some(places.iter().try_for_each(each))
}

/// What an entry does.
fn acts_of(work: &mut Work<'_>, entry: &Entry) -> Option<BTreeSet<Act>> {
    let record = entry.patch.record;
    let new = work.row(record)?.is_none_or(|row| row.head.fields.is_empty());
    Some(permission::acts(record.kind, entry.body.as_ref().map(|body| &body.sets), new))
}

/// Whether somebody might do all of this at each place, whenever it was. No place is nobody's.
fn may_all(work: &Work<'_>, author: RecordId, acts: &BTreeSet<Act>, places: &[Place], days: &[Days]) -> bool {
    let reference = work.reference();
    let may = |area: AreaCode| {
        let each = |act: &Act| {
            days.iter().all(|days| permission::allowed(reference, author, *act, area, days.clone()))
        };
        acts.iter().all(each)
    };
    !places.is_empty() && places.iter().all(|place| place.iter().any(|area| may(*area)))
}

/// The values of a field that stand, and the one that the entry sets: what it was and what it is to
/// be. Outer `None`: not loaded.
fn was_and_is(work: &mut Work<'_>, entry: &Entry, key: &str) -> Option<Vec<Value>> {
    let row = work.row(entry.patch.record)?;
    let mut values: Vec<Value> = row.map_or_else(Vec::new, |row| row.head.values(key).cloned().collect());
    let set = entry.body.as_ref().and_then(|body| body.sets.get(key));
    values.extend(set.filter(|value| !value.is_null()).cloned());
    Some(values)
}

fn linked(work: &mut Work<'_>, entry: &Entry, key: &str) -> Option<BTreeSet<RecordId>> {
    let values = was_and_is(work, entry, key)?;
    Some(values.iter().filter_map(|value| value.as_text()?.parse().ok()).collect())
}

/// The smallest village of a record, or the area it names; empty when it has none.
fn area_in(work: &mut Work<'_>, record: RecordRef, key: &str) -> Option<Place> {
    let row = work.row(record)?;
    Some(row.and_then(|row| row.head.values(key).filter_map(Value::as_area).min()).into_iter().collect())
}

/// Where an entry changes something. For persons and rules that exist, where they are, not where they
/// are to go: the township moves them out of its own.
fn places(work: &mut Work<'_>, entry: &Entry) -> Option<Vec<Place>> {
    let record = entry.patch.record;
    let set = |key: &str| entry.body.as_ref().and_then(|body| body.sets.get(key)).and_then(Value::as_area);
    let (kind, key) = match record.kind {
        RecordKind::Part => (RecordKind::Visit, keys::VISIT),
        RecordKind::Concern | RecordKind::ChildFile => (RecordKind::Person, keys::SUBJECT),
        RecordKind::Visit => {
            let mut places = vec![area_in(work, record, keys::VILLAGE)?];
            places.retain(|place| !place.is_empty());
            places.extend(set(keys::VILLAGE).map(|area| Place::from([area])));
            return Some(places);
        }
        RecordKind::Person | RecordKind::Household | RecordKind::Urgent => {
            let now = area_in(work, record, keys::VILLAGE)?;
            let place = if now.is_empty() { set(keys::VILLAGE).into_iter().collect() } else { now };
            return Some(vec![place]);
        }
        _ => {
            let now = area_in(work, record, keys::AREA)?;
            let first = || set(keys::AREA).unwrap_or(work.prepared.county);
            return Some(vec![if now.is_empty() { Place::from([first()]) } else { now }]);
        }
    };
    let mut places = Vec::new();
    for id in linked(work, entry, key)? {
        places.push(area_in(work, RecordRef { kind, id }, keys::VILLAGE)?);
    }
    Some(places)
}

/// The persons of a part, before and after the entry; inner `None` for what has no person.
fn subjects(work: &mut Work<'_>, entry: &Entry) -> Option<Option<BTreeSet<RecordId>>> {
    if entry.patch.record.kind != RecordKind::Part {
        return Some(None);
    }
    linked(work, entry, keys::SUBJECT).map(Some)
}

/// Whether a person is of the author's area: lives there, lived there on one of the days, is of a
/// household there, or was said to live there when the author could not know better. A person of
/// whom no village is known is of every area: they stand in the county's own feed.
fn is_of_the_area(
    work: &mut Work<'_>,
    entry: &Entry,
    subject: RecordId,
    acts: &BTreeSet<Act>,
    days: &[Days],
) -> Option<bool> {
    let record = RecordRef { kind: RecordKind::Person, id: subject };
    let author = entry.patch.author;
    let Some(row) = work.row(record)? else { return Some(true) };
    let person = Person::read(subject, &row.head);
    let lived =
        days.iter().flat_map(|days| [person.village_on(*days.start()), person.village_on(*days.end())]);
    let mut place: Place = person.villages.iter().copied().chain(lived.flatten()).collect();
    if place.is_empty() || may_all(work, author, acts, &[place.clone()], days) {
        return Some(true);
    }
    if let Some(id) = person.household {
        place = area_in(work, RecordRef { kind: RecordKind::Household, id }, keys::VILLAGE)?;
        if may_all(work, author, acts, &[place], days) {
            return Some(true);
        }
    }
    let place = said_before(work, record, days)?;
    Some(may_all(work, author, acts, &[place], days))
}

/// The villages that the record of a person has named and that were replaced only lately, seen from
/// the first of the days. O(patches of the person).
fn said_before(work: &mut Work<'_>, record: RecordRef, days: &[Days]) -> Option<Place> {
    let Some(history) = work.loaded.histories.get(&record) else {
        work.needs.histories.insert(record);
        return None;
    };
    let applied = |one: &&HistoryEntry| one.state == ItemState::Applied;
    let fresh = work.plan.ledger.iter().filter_map(|row| match &row.held {
        Held::Entry(entry) if row.state == ItemState::Applied && entry.patch.record == record => {
            Some(&**entry)
        }
        _ => None,
    });
    let entries = history.iter().filter(applied).map(|one| &one.entry).chain(fresh);
    let since = days.iter().map(|days| days.start().plus(-UNHEARD_DAYS)).min();
    let mut place = Place::new();
    let mut before = None;
    for entry in entries {
        let Some(village) = entry.body.as_ref().and_then(|body| body.sets.get(keys::VILLAGE)) else {
            continue;
        };
        if since.is_some_and(|since| Day::of(entry.patch.stamp.best_ms()) >= since) {
            place.extend(before);
        }
        before = village.as_area();
    }
    Some(place)
}

/// Whether an entry says no more than what stands already: a part in a visit of the same log, with a
/// person of that visit's village, or a concern in such a part. Where the visit was permitted, or a
/// reviewer has taken it in, they were too.
fn follows_its_visit(work: &mut Work<'_>, entry: &Entry, acts: &BTreeSet<Act>) -> Option<bool> {
    let kind = entry.patch.record.kind;
    if acts.iter().any(|act| *act != Act::LogVisit) {
        return Some(false);
    }
    let key = match kind {
        RecordKind::Part => keys::VISIT,
        RecordKind::Concern => keys::PART,
        _ => return Some(false),
    };
    let (over, subjects) = (linked(work, entry, key)?, linked(work, entry, keys::SUBJECT)?);
    let (&[over], &[subject]) =
        (&over.into_iter().collect::<Vec<_>>()[..], &subjects.into_iter().collect::<Vec<_>>()[..])
    else {
        return Some(false);
    };
    let writer = entry.patch.writer;
    if kind == RecordKind::Concern {
        let stands = text_of(work, RecordRef { kind: RecordKind::Part, id: over }, keys::SUBJECT, writer)?;
        return Some(stands.is_some_and(|stands| stands == subject.to_string()));
    }
    let visit = RecordRef { kind: RecordKind::Visit, id: over };
    let dated = text_of(work, visit, keys::HAPPENED, writer)?.is_some();
    let village = own_value(work, visit, keys::VILLAGE, writer)?.as_ref().and_then(Value::as_area);
    let home = work.row(RecordRef { kind: RecordKind::Person, id: subject })?;
    let home = home.is_some_and(|row| {
        row.head.values(keys::VILLAGE).filter_map(Value::as_area).any(|one| Some(one) == village)
    });
    Some(dated && home)
}

/// The settled value of a field, if it was written in this log.
fn own_value(work: &mut Work<'_>, record: RecordRef, key: &str, writer: WriterId) -> Option<Option<Value>> {
    let row = work.row(record)?;
    let own = row.filter(|row| {
        row.head.fields.get(key).is_some_and(|writes| writes.iter().all(|write| write.writer == writer))
    });
    Some(own.and_then(|row| row.head.value(key)).cloned())
}

fn text_of(work: &mut Work<'_>, record: RecordRef, key: &str, writer: WriterId) -> Option<Option<String>> {
    let value = own_value(work, record, key, writer)?;
    Some(value.and_then(|value| value.as_text().map(str::to_owned)))
}

/// The whole possible time of what the entry tells: of a visit and its parts, when it happened (each
/// time that stands, and the one it sets); of everything else, the day on which it was entered, as far
/// as clocks can tell.
fn days_of(work: &mut Work<'_>, entry: &Entry, arrived_ms: UnixMs) -> Option<Vec<Days>> {
    let mut told = Vec::new();
    match entry.patch.record.kind {
        RecordKind::Visit => told = was_and_is(work, entry, keys::HAPPENED)?,
        RecordKind::Part => {
            for id in linked(work, entry, keys::VISIT)? {
                let row = work.row(RecordRef { kind: RecordKind::Visit, id })?;
                told.extend(row.into_iter().flat_map(|row| row.head.values(keys::HAPPENED).cloned()));
            }
        }
        _ => {}
    }
    let happened = told.iter().filter_map(|value| value.as_text()?.parse::<Happened>().ok());
    let mut days: Vec<Days> = happened.map(|happened| happened.day()..=happened.last_day()).collect();
    if days.is_empty() {
        days.push(entered(entry, arrived_ms));
    }
    Some(days)
}

/// The days on which an entry may have been made. A wall clock that no county time corrects is
/// believed where it can be right: not before the county was last heard, nor after the arrival.
fn entered(entry: &Entry, arrived_ms: UnixMs) -> Days {
    let stamp = entry.patch.stamp;
    let (told, heard) = (stamp.best_ms(), stamp.county_ms.min(arrived_ms));
    let right = (heard..=arrived_ms).contains(&told);
    let (from, until) = match stamp.corrected_ms() {
        _ if right => (told, told),
        // The county's own clock may have been set back meanwhile.
        Some(_) => (arrived_ms, arrived_ms),
        None if heard > 0 => (heard, arrived_ms),
        None => (told.min(arrived_ms), arrived_ms),
    };
    Day::of(from)..=Day::of(until)
}
