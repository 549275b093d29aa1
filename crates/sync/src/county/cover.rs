//! Standings and tally of the persons that a plan touches, and of nobody else. While a generation is
//! being built, persons whom it has passed are judged by its rules too: an arrival pays at most twice.

use super::going;
use super::needs::PartRow;
use super::work::Work;
use domain::catalogue::RecordKind;
use domain::coverage::due::{earlier_parts, parts_from};
use domain::coverage::timeline::always_needed;
use domain::coverage::touch::{Pairs, first_difference, is_kept, pairs_of_part, pairs_since};
use domain::coverage::{Generation, Generations, Rules, Standing, deltas, standing};
use domain::head::Head;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::period::Period;
use domain::subject::Person;
use domain::time::Day;
use domain::visit::{Part, PartFact, Visit};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is to be judged: generation, duty and period.
pub(super) type Targets = BTreeSet<(Generation, String, Period)>;

/// A part before and after.
pub(super) struct Changed {
    pub subject: RecordId,
    pub old: Option<PartFact>,
    pub new: Option<PartFact>,
}

/// Computes the standings of every touched person anew and writes down what differs.
/// O(persons touched × their duties × periods from the change on).
pub(super) fn standings(work: &mut Work<'_>) {
    let parts = parts(work);
    let mut targets: BTreeMap<RecordId, Targets> = BTreeMap::new();
    let mut changed: BTreeMap<RecordId, Vec<PartFact>> = BTreeMap::new();
    let today = work.kept_as_of();
    for one in &parts {
        let Some(person) = person(work, one.subject) else { continue };
        let facts = || one.old.iter().chain(&one.new);
        let touched = |rules: &Rules| -> Pairs {
            facts().flat_map(|fact| pairs_of_part(rules, &person, fact, today)).collect()
        };
        targets.entry(one.subject).or_default().append(&mut targets_of(work, one.subject, touched));
        changed.entry(one.subject).or_default().extend(one.new.clone());
    }
    for (id, from) in work.persons.clone() {
        let Some((since, persons)) = person_since(work, id, from) else { continue };
        let touched = |rules: &Rules| -> Pairs {
            persons.iter().flat_map(|person| pairs_since(rules, person, since, today)).collect()
        };
        targets.entry(id).or_default().append(&mut targets_of(work, id, touched));
    }
    for (id, targets) in targets {
        let new = changed.remove(&id).unwrap_or_default();
        judge(work, id, &targets, &parts, new);
    }
    going::suggest(work, &parts);
}

/// Where standings of a person are to be written: of what readers see, where they see it, and of the
/// generation that is being built what it covers, once it has passed the person.
fn targets_of(work: &Work<'_>, id: RecordId, pairs: impl Fn(&Rules) -> Pairs) -> Targets {
    let generations = &work.generations;
    let (begins, today) = (work.county.begins, work.kept_as_of());
    let kept = |(_, period): &(String, Period)| counted(*period, begins, today);
    let mut targets = Targets::new();
    for (duty, period) in pairs(generations.rules()).into_iter().filter(kept) {
        targets.insert((generations.spans().holder(&duty, period), duty, period));
    }
    if let Some((span, rules)) = generations.building().filter(|(span, _)| span.has_passed(id)) {
        let covered = |(duty, period): &(String, Period)| span.covers(duty, *period);
        let pairs = pairs(rules).into_iter().filter(kept).filter(covered);
        targets.extend(pairs.map(|(duty, period)| (span.number, duty, period)));
    }
    targets
}

/// Whether standings of a period are kept: from the first that is counted to the one after next.
pub(super) fn counted(period: Period, begins: Day, today: Day) -> bool {
    period.until() > begins && is_kept(period, today)
}

fn head(work: &mut Work<'_>, kind: RecordKind, id: RecordId) -> Option<Option<Arc<Head>>> {
    work.row(RecordRef { kind, id }).map(|row| row.map(|row| Arc::clone(&row.head)))
}

fn person(work: &mut Work<'_>, id: RecordId) -> Option<Person> {
    work.head(RecordKind::Person, id).map(|head| Person::read(id, head))
}

/// Parts that changed themselves or whose visit did, with their facts before and after.
fn parts(work: &mut Work<'_>) -> Vec<Changed> {
    let mut ids: BTreeSet<RecordId> = work.parts.clone();
    for visit in work.visits.clone() {
        ids.extend(work.parts_of_visit(visit).into_iter().flatten().map(|row| row.part));
    }
    let mut changed = Vec::new();
    for id in ids {
        let Some(Some(now)) = head(work, RecordKind::Part, id) else { continue };
        let before = work.before(RecordRef { kind: RecordKind::Part, id }).map(|row| &row.head);
        let Some(new) = share(id, &now, |visit| head(work, RecordKind::Visit, visit)) else { continue };
        let visit_before = |visit| {
            let found = work.loaded(RecordRef { kind: RecordKind::Visit, id: visit })?;
            Some(found.row.as_ref().map(|row| Arc::clone(&row.head)))
        };
        let Some(old) = before.map_or(Some(None), |before| share(id, before, visit_before)) else { continue };
        // A part of which it became contested whose it is stays where it was, and counts for nothing.
        let gone = || old.clone().map(|old| PartRow { fact: None, ..old });
        work.plan.parts.extend(new.clone().or_else(gone));
        match (old, new) {
            (Some(old), Some(new)) if old.subject == new.subject => {
                changed.push(Changed { subject: new.subject, old: old.fact, new: new.fact });
            }
            (old, new) => {
                changed.extend(old.map(|old| Changed { subject: old.subject, old: old.fact, new: None }));
                changed.extend(new.map(|new| Changed { subject: new.subject, old: None, new: new.fact }));
            }
        }
    }
    changed
}

/// A part with its visit, as they stand on one side of the plan. Outer `None`: not loaded;
/// inner `None`: nobody's, because person or visit is missing or contested.
fn share(
    id: RecordId,
    part: &Head,
    visit_head: impl FnOnce(RecordId) -> Option<Option<Arc<Head>>>,
) -> Option<Option<PartRow>> {
    let part = Part::read(id, part);
    let (Some(visit), Some(subject)) = (part.visit, part.subject) else { return Some(None) };
    let fact = visit_head(visit)?.and_then(|head| PartFact::of(&part, &Visit::read(visit, &head)));
    Some(Some(PartRow { part: id, visit, subject, fact }))
}

/// The first day on which a person is judged differently, with the person as now and as before.
fn person_since(work: &mut Work<'_>, id: RecordId, from: Option<Day>) -> Option<(Day, Vec<Person>)> {
    let now = person(work, id)?;
    let begins = work.county.begins;
    let before = work.before(RecordRef { kind: RecordKind::Person, id });
    let was = before.map(|row| Person::read(id, &row.head));
    let difference = match &was {
        Some(was) => {
            let known =
                work.loaded.parts_of_subjects.get(&id).map(|(_, rows)| facts(rows)).unwrap_or_default();
            first_difference(was, &now, &known)
        }
        None => Some(begins),
    };
    let since = match (from, difference) {
        (Some(from), Some(difference)) => from.min(difference),
        (Some(day), None) | (None, Some(day)) => day,
        (None, None) => return None,
    };
    Some((since.max(begins), was.into_iter().chain([now]).collect()))
}

fn facts(rows: &[PartRow]) -> Vec<PartFact> {
    rows.iter().filter_map(|row| row.fact.clone()).collect()
}

/// Judges a person anew, and writes down what differs. `new` are the facts of `changed` parts.
pub(super) fn judge(
    work: &mut Work<'_>,
    id: RecordId,
    targets: &Targets,
    changed: &[Changed],
    new: Vec<PartFact>,
) {
    let Some(person) = person(work, id) else { return };
    let generations = Arc::clone(&work.generations);
    let rules = |generation: Generation| {
        let next = generations.building().filter(|(span, _)| span.number == generation);
        next.map_or(generations.rules(), |(_, rules)| rules)
    };
    let needed = |(number, duty, period): &(Generation, String, Period)| {
        parts_from(rules(*number), &person, duty, *period)
    };
    let today = work.kept_as_of();
    let earliest = targets.iter().map(needed).fold(today, Day::min);
    let loaded = work.loaded;
    let stored = loaded.standings.get(&id).filter(|(from, _)| *from <= earliest);
    let further = stored.map(|(_, stored)| further(stored, &generations, today)).unwrap_or_default();
    let earliest = further.iter().map(needed).fold(earliest, Day::min);
    let known = loaded.parts_of_subjects.get(&id).filter(|(from, _)| *from <= earliest);
    let (Some((from, rows)), Some((_, stored))) = (known, stored) else {
        work.need_parts(id, earliest);
        work.needs.standings.insert((id, earliest));
        return;
    };
    let targets = || targets.iter().chain(&further);
    let gone: BTreeSet<RecordId> = changed
        .iter()
        .filter(|one| one.subject == id)
        .flat_map(|one| one.old.iter().chain(&one.new))
        .map(|fact| fact.part)
        .collect();
    let mut parts: Vec<PartFact> =
        facts(rows).into_iter().filter(|fact| !gone.contains(&fact.part)).collect();
    parts.extend(new);
    let mut fresh = Vec::new();
    let mut back: Option<Day> = None;
    for (generation, duty, period) in targets() {
        let rules = rules(*generation);
        let earlier = earlier_parts(&person, rules, duty, *period, &parts);
        let asked = earlier.filter(|last| hides_older(rows, *from, *last)).map(|last| last.unwrap_or(ALWAYS));
        back = back.into_iter().chain(asked).min();
        fresh.push(standing(&person, rules, duty, *period, &parts));
    }
    if let Some(back) = back {
        work.need_parts(id, back);
        return;
    }
    for ((generation, duty, period), fresh) in targets().zip(fresh) {
        let here = |(number, one): &&(Generation, Standing)| {
            number == generation && one.duty == *duty && one.period == *period
        };
        let old = stored.iter().find(here).map(|(_, one)| one);
        write_down(work, *generation, old, fresh);
    }
}

/// What stands further than standings are kept, of all that anybody reads: it was written while the clock was
/// ahead, and goes along with whatever changes. Nothing, in a county whose clock was never ahead.
fn further(stored: &[(Generation, Standing)], generations: &Generations, today: Day) -> Targets {
    let lives = |number: Generation, one: &Standing| generations.spans().lives(number, &one.duty, one.period);
    let all = stored.iter().filter(|(_, one)| !is_kept(one.period, today));
    let all = all.filter(|(number, one)| lives(*number, one));
    all.map(|(number, one)| (*number, one.duty.clone(), one.period)).collect()
}

/// Whether a part that was not loaded may lie after the last known one that counts: of the parts
/// before `from` only the last of each kind is loaded, and one of those, which does not count or is
/// void by now, is later.
fn hides_older(rows: &[PartRow], from: Day, last: Option<Day>) -> bool {
    let facts = rows.iter().filter_map(|row| row.fact.as_ref());
    let mut early = facts.filter(|fact| fact.day < from && !always_needed(fact));
    early.any(|fact| last.is_none_or(|last| last < fact.day))
}

const ALWAYS: Day = Day(i32::MIN);

/// Writes down that one standing takes the place of another.
pub(super) fn write_down(
    work: &mut Work<'_>,
    generation: Generation,
    old: Option<&Standing>,
    fresh: Option<Standing>,
) {
    if old == fresh.as_ref() {
        return;
    }
    for (key, delta) in deltas(old, fresh.as_ref()) {
        *work.plan.tally.entry((generation, key)).or_default() += delta;
    }
    match (fresh, old) {
        (Some(fresh), _) => work.plan.standings.push((generation, fresh)),
        (None, Some(old)) => {
            let key = (generation, old.duty.clone(), old.period, old.subject);
            work.plan.standings_gone.insert(key);
        }
        (None, None) => {}
    }
}
