//! An edit of rules: a generation begins, is built slice by slice, and replaces what was.

use super::cover::{Targets, counted, judge, write_down};
use super::prepared::Job;
use super::work::Work;
use domain::catalogue::RecordKind;
use domain::coverage::generations;
use domain::coverage::touch::pairs_since;
use domain::coverage::{Generation, Rules, Standing};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::subject::Person;
use domain::time::Day;
use std::sync::Arc;

/// Begins a generation when the rules are others than those that were written last: this plan changed
/// the reference, or a newer version of the program reads it differently.
pub(super) fn edited(work: &mut Work<'_>) {
    if !work.reference_changed() && !matches!(work.prepared.job, Job::Build { .. }) {
        return;
    }
    let fresh = Rules::of(work.reference());
    if **work.generations.newest() == fresh {
        return;
    }
    let own = work.plan.records.keys().any(|record| record.kind == RecordKind::Person);
    let Some(first) = people(work, None, 1) else { return };
    let begins = work.county.begins;
    Arc::make_mut(&mut work.generations).edit(fresh, begins, first.is_empty() && !own);
}

/// Persons after an id; `None` while they have to be loaded.
fn people(work: &mut Work<'_>, after: Option<RecordId>, count: usize) -> Option<Vec<RecordId>> {
    let found = work.loaded.people.get(&(after, count));
    if found.is_none() {
        work.needs.people.insert((after, count));
    }
    found.cloned()
}

/// The next slice of so many persons. O(persons × affected duties × open periods).
pub(super) fn slice(work: &mut Work<'_>, count: usize) {
    let Some(what) = work.generations.work() else { return };
    let (generations::Work::Build(after) | generations::Work::Sweep(after)) = what;
    let Some(people) = people(work, after, count) else { return };
    for person in &people {
        match what {
            generations::Work::Build(_) => build(work, *person),
            generations::Work::Sweep(_) => sweep(work, *person),
        }
    }
    let generations = Arc::make_mut(&mut work.generations);
    match people.last() {
        Some(last) => generations.done_to(*last),
        None => generations.finish(),
    }
}

/// Judges a person by the rules that are being built.
fn build(work: &mut Work<'_>, id: RecordId) {
    let Some(found) = work.loaded(RecordRef { kind: RecordKind::Person, id }) else { return };
    let Some(row) = found.row.as_ref() else { return };
    let generations = Arc::clone(&work.generations);
    let Some((span, rules)) = generations.building() else { return };
    let (begins, today) = (work.county.begins, work.kept_as_of());
    let person = Person::read(id, &row.head);
    let mut pairs = pairs_since(rules, &person, span.from, today);
    pairs.retain(|(duty, period)| span.covers(duty, *period) && counted(*period, begins, today));
    let targets: Targets = pairs.into_iter().map(|(duty, period)| (span.number, duty, period)).collect();
    if !targets.is_empty() {
        judge(work, id, &targets, &[], Vec::new());
    }
}

/// Removes what a person has in generations that nobody reads.
fn sweep(work: &mut Work<'_>, id: RecordId) {
    let Some((_, stored)) = work.loaded.standings.get(&id).filter(|(since, _)| *since == ALWAYS) else {
        work.needs.standings.insert((id, ALWAYS));
        return;
    };
    let generations = Arc::clone(&work.generations);
    let dead = |(generation, one): &&(Generation, Standing)| {
        !generations.spans().lives(*generation, &one.duty, one.period)
    };
    for (generation, one) in stored.iter().filter(dead) {
        write_down(work, *generation, Some(one), None);
    }
}

const ALWAYS: Day = Day(i32::MIN);
