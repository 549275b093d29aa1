//! In which feeds a record stands, and how its feeds and their digests change.

use super::erase::stands_nowhere;
use super::needs::RecordRow;
use super::outcome::FeedMove;
use super::work::Work;
use domain::area::codes;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::permission::{Audience, Scope};
use domain::subject::{Person, is_restricted, merged_into};
use domain::time::{Day, Happened};
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Parts of a plan by their visits.
pub(super) type PartsOfVisits = BTreeMap<RecordId, BTreeSet<RecordId>>;

/// Moves every changed record to the end of its feeds; a record that moved takes along what hangs
/// on it. O(records changed), and for a person who moved O(records of that person, and of the visits
/// that met them).
pub(super) fn feeds(work: &mut Work<'_>) {
    let moved = follow_persons(work);
    follow_visits(work);
    let parts = follow_parts(work, &moved);
    let changed: Vec<RecordRef> = work.plan.records.keys().copied().collect();
    for record in changed {
        let Some(row) = work.plan.records.get(&record).cloned() else { continue };
        let Some((scopes, subject)) = scopes(work, &parts, record, &row.head) else { continue };
        let before = work.before(record);
        digests(work, record, before, &row.head, &scopes);
        let stood = before.into_iter().flat_map(|row| &row.scopes);
        for scope in stood.filter(|scope| !scopes.contains(scope)) {
            let seq = work.next_seq();
            work.plan.feed.push(FeedMove { scope: *scope, record, seq, left: true });
        }
        for scope in &scopes {
            let seq = work.next_seq();
            work.plan.feed.push(FeedMove { scope: *scope, record, seq, left: false });
        }
        work.plan.records.insert(record, RecordRow { head: row.head, scopes, subject });
    }
}

/// Lays on the bench what hangs on persons who were erased, or whose village, being a child or restriction has changed, and
/// answers who that is.
fn follow_persons(work: &mut Work<'_>) -> BTreeSet<RecordId> {
    let mut moved = BTreeSet::new();
    let persons: Vec<RecordId> = work.persons.keys().copied().collect();
    for id in persons {
        let record = RecordRef { kind: RecordKind::Person, id };
        let Some(now) = work.plan.records.get(&record) else { continue };
        let Some(before) = work.before(record) else { continue };
        let (was, is) = (Person::read(id, &before.head), Person::read(id, &now.head));
        let erased =
            work.reference().erased.contains(&record) && !work.loaded.reference.erased.contains(&record);
        let shut = !erased && is_restricted(&before.head) == is_restricted(&now.head);
        let age = |one: &Person| (one.born, one.age_said, one.doubtful);
        let same = was.villages == is.villages && age(&was) == age(&is) && was.memberships == is.memberships;
        if same && shut {
            continue;
        }
        moved.insert(id);
        let Some(hanging) = work.hanging(id) else { continue };
        for record in hanging {
            if work.plan.records.contains_key(record) {
                continue;
            }
            let Some(found) = work.loaded(*record) else { continue };
            if let Some(row) = found.row.clone() {
                work.plan.records.insert(*record, row);
            }
        }
    }
    moved
}

/// Lays on the bench the parts of visits whose time has changed, where that changes their feeds: who was
/// a child on the day of the visit stands in the feed of children's parts.
fn follow_visits(work: &mut Work<'_>) {
    let visits = work.plan.records.iter().filter(|(record, _)| record.kind == RecordKind::Visit);
    let amended = visits.filter(|(record, row)| {
        work.before(**record).is_some_and(|before| days_of_visit(&before.head) != days_of_visit(&row.head))
    });
    let amended: Vec<RecordId> = amended.map(|(record, _)| record.id).collect();
    for visit in amended {
        let Some(parts) = work.parts_of_visit(visit) else { continue };
        for part in parts {
            let record = RecordRef { kind: RecordKind::Part, id: part.part };
            if work.plan.records.contains_key(&record) {
                continue;
            }
            let Some(Some(row)) = work.loaded(record).map(|found| found.row.as_ref()) else { continue };
            let Some((scopes, _)) = scopes(work, &PartsOfVisits::new(), record, &row.head) else { continue };
            if scopes != row.scopes {
                work.plan.records.insert(record, row.clone());
            }
        }
    }
}

/// Lays on the bench the visits that parts have come to, left, or moved away with, where that changes
/// the feeds of the visit. Answers the parts on the bench by their visits.
fn follow_parts(work: &mut Work<'_>, moved: &BTreeSet<RecordId>) -> PartsOfVisits {
    let mut of_visits = PartsOfVisits::new();
    let mut followed: BTreeSet<RecordId> = BTreeSet::new();
    for (record, row) in &work.plan.records {
        if record.kind != RecordKind::Part {
            continue;
        }
        let visit = link(&row.head, keys::VISIT);
        if let Some(visit) = visit {
            of_visits.entry(visit).or_default().insert(record.id);
        }
        let before = work.before(*record).map(|row| &row.head);
        let was = before.and_then(|before| link(before, keys::VISIT));
        let subject = link(&row.head, keys::SUBJECT);
        let whose = before.and_then(|before| link(before, keys::SUBJECT));
        if was != visit || whose != subject || subject.is_some_and(|subject| moved.contains(&subject)) {
            followed.extend([visit, was].into_iter().flatten());
        }
    }
    for id in followed {
        let record = RecordRef { kind: RecordKind::Visit, id };
        if work.plan.records.contains_key(&record) {
            continue;
        }
        let Some(found) = work.loaded(record) else { continue };
        let Some(row) = &found.row else { continue };
        let Some((scopes, _)) = scopes(work, &of_visits, record, &row.head) else { continue };
        if scopes != row.scopes {
            work.plan.records.insert(record, row.clone());
        }
    }
    of_visits
}

/// The villages of the persons whom a visit met, ascending. `None` while something has to be loaded.
fn villages_of_visit(work: &mut Work<'_>, parts: &PartsOfVisits, id: RecordId) -> Option<Vec<AreaCode>> {
    let mut parts: BTreeSet<RecordId> = parts.get(&id).cloned().unwrap_or_default();
    if work.before(RecordRef { kind: RecordKind::Visit, id }).is_some() {
        parts.extend(work.parts_of_visit(id)?.iter().map(|row| row.part));
    }
    let mut villages = Some(BTreeSet::new());
    for part in parts {
        let Some(found) = work.row(RecordRef { kind: RecordKind::Part, id: part }) else {
            villages = None;
            continue;
        };
        let subject = found.filter(|row| link(&row.head, keys::VISIT) == Some(id));
        let Some(subject) = subject.and_then(|row| link(&row.head, keys::SUBJECT)) else { continue };
        let person = RecordRef { kind: RecordKind::Person, id: subject };
        if work.reference().erased.contains(&person) {
            continue;
        }
        match work.row(person) {
            Some(person) => {
                let known = person.map_or_else(Vec::new, |row| codes(&row.head, keys::VILLAGE));
                villages.iter_mut().for_each(|villages| villages.extend(known.iter().copied()));
            }
            None => villages = None,
        }
    }
    villages.map(|villages| villages.into_iter().collect())
}

fn digests(
    work: &mut Work<'_>,
    record: RecordRef,
    before: Option<&RecordRow>,
    head: &Head,
    scopes: &[Scope],
) {
    let new = head.digest(record);
    let old = before.map_or(0, |row| row.head.digest(record));
    for scope in before.into_iter().flat_map(|row| &row.scopes) {
        let change = work.plan.digests.entry(*scope).or_default();
        change.count -= 1;
        change.sum = change.sum.wrapping_sub(old);
    }
    for scope in scopes {
        let change = work.plan.digests.entry(*scope).or_default();
        change.count += 1;
        change.sum = change.sum.wrapping_add(new);
    }
}

/// The feeds of a record, ascending, and the person it hangs on. `None` while something has to be loaded.
pub(super) fn scopes(
    work: &mut Work<'_>,
    parts: &PartsOfVisits,
    record: RecordRef,
    head: &Head,
) -> Option<(Vec<Scope>, Option<RecordId>)> {
    let subject = hangs_on(record.kind, head);
    let (person, restricted) = match subject {
        None => (None, false),
        Some(id) => {
            let row = work.row(RecordRef { kind: RecordKind::Person, id })?;
            let restricted = row.is_some_and(|row| is_restricted(&row.head));
            (row.map(|row| Person::read(id, &row.head)), restricted)
        }
    };
    let mut days = if record.kind == RecordKind::Part { visit_days(work, head)? } else { Vec::new() };
    // The day of the visit may be mistyped; who is a child today is one.
    days.push(Day::of(work.prepared.now_ms));
    let audience = audience_of(record.kind, person.as_ref(), &days);
    let villages = match record.kind {
        RecordKind::Visit => villages_of_visit(work, parts, record.id)?,
        _ => person.map_or_else(Vec::new, |person| person.villages),
    };
    if restricted || stands_nowhere(work.reference(), record, subject, !villages.is_empty()) {
        return Some((Vec::new(), subject));
    }
    let areas = areas_of(work.prepared.county, record.kind, head, &villages);
    Some((areas.into_iter().map(|area| Scope { area, audience }).collect(), subject))
}

/// The person that a record hangs on: it goes where the person goes.
pub fn hangs_on(kind: RecordKind, head: &Head) -> Option<RecordId> {
    let hangs = matches!(kind, RecordKind::Part | RecordKind::Concern | RecordKind::ChildFile);
    hangs.then(|| link(head, keys::SUBJECT)).flatten()
}

/// The areas in whose feeds a record stands, ascending; `villages` are those of the person it hangs on,
/// and for a visit those of all persons whom it met: it stands where anybody has a part of it. A visit
/// without known persons stands in the village that it names; a record without a known place in the
/// county's own feed, so that it is not lost. One of which everything was dismissed stands nowhere, nor does a
/// person who was merged into another.
pub fn areas_of(county: AreaCode, kind: RecordKind, head: &Head, villages: &[AreaCode]) -> Vec<AreaCode> {
    let merged = kind == RecordKind::Person && merged_into(head).is_some();
    if merged || head.fields.is_empty() {
        return Vec::new();
    }
    let areas = match kind {
        RecordKind::Visit if !villages.is_empty() => villages.to_vec(),
        RecordKind::Person | RecordKind::Household | RecordKind::Visit => codes(head, keys::VILLAGE),
        RecordKind::Part | RecordKind::Concern | RecordKind::ChildFile => villages.to_vec(),
        RecordKind::Assignment
        | RecordKind::Duty
        | RecordKind::Form
        | RecordKind::FormAssignment
        | RecordKind::Settings
        | RecordKind::Decision => codes(head, keys::AREA),
        RecordKind::Area
        | RecordKind::Staff
        | RecordKind::Grant
        | RecordKind::Closing
        | RecordKind::ClosingFigures
        | RecordKind::Erasure
        | RecordKind::Urgent => Vec::new(),
    };
    if areas.is_empty() { vec![county] } else { areas }
}

/// Who may have a record; `days` are those on which its person may have been a child. Whose it is may
/// be contested or unknown; then it may be a child's, and so may it be of whom nothing is known, see
/// [`Person::is_kept_as_minor_on`].
pub fn audience_of(kind: RecordKind, person: Option<&Person>, days: &[Day]) -> Audience {
    match kind {
        RecordKind::Grant
        | RecordKind::ClosingFigures
        | RecordKind::Urgent
        | RecordKind::Erasure
        | RecordKind::Decision => Audience::Restricted,
        RecordKind::ChildFile => Audience::Child,
        RecordKind::Part | RecordKind::Concern
            if person.is_none_or(|one| days.iter().any(|day| one.is_kept_as_minor_on(*day))) =>
        {
            Audience::Child
        }
        _ => Audience::General,
    }
}

fn visit_days(work: &mut Work<'_>, part: &Head) -> Option<Vec<Day>> {
    let Some(id) = link(part, keys::VISIT) else { return Some(Vec::new()) };
    let row = work.row(RecordRef { kind: RecordKind::Visit, id })?;
    Some(row.map_or_else(Vec::new, |row| days_of_visit(&row.head)))
}

/// Every day on which a visit is said to have been: several while that is contested.
pub fn days_of_visit(visit: &Head) -> Vec<Day> {
    let said = visit.values(keys::HAPPENED).filter_map(Value::as_text);
    said.filter_map(|text| text.parse::<Happened>().ok()).map(Happened::day).collect()
}

/// The settled record that a field names.
pub fn link(head: &Head, key: &str) -> Option<RecordId> {
    head.text(key).and_then(|text| text.parse().ok())
}
