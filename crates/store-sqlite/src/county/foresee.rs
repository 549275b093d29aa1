//! What a plan will ask next, guessed from what it has: a right guess spares planning everything
//! twice. A wrong one costs a question too many, and nothing else: the plan decides what it needs.

use domain::catalogue::{RecordKind, keys};
use domain::coverage::due::parts_from;
use domain::coverage::touch::pairs_of_part;
use domain::going::DAYS_AROUND;
use domain::ids::RecordId;
use domain::patch::{Entry, RecordRef};
use domain::subject::Person;
use domain::time::{Day, Happened};
use domain::visit::{Beside, Met, NotMet, PartFact, Way};
use std::collections::BTreeMap;
use sync::county::prepared::{Exchange, Job};
use sync::county::{Loaded, Needs, Prepared};

/// What will be needed of the persons that an exchange's new parts speak of, and of its device's
/// logs. O(entries of the request · log).
pub(super) fn foresee(prepared: &Prepared, loaded: &Loaded) -> Needs {
    let mut needs = Needs::default();
    let Job::Exchange(exchange) = &prepared.job else { return needs };
    let writers = loaded.devices.values().flatten().flat_map(|device| &device.writers);
    needs.writers.extend(writers.filter(|writer| !loaded.writers.contains_key(writer)));
    needs.ledger_hash.extend(exchange.cursor.map(|cursor| cursor.seq));
    let days = days_of_visits(exchange);
    let today = loaded.county.kept_as_of(Day::of(prepared.now_ms));
    let mut persons: BTreeMap<RecordId, (Person, Day)> = BTreeMap::new();
    for entry in exchange.judged() {
        let Some((subject, fact)) = part(entry, &days, loaded) else { continue };
        let record = RecordRef { kind: RecordKind::Person, id: subject };
        let row = loaded.records.get(&record).and_then(|found| found.row.as_ref());
        let Some(row) = row else { continue };
        let known = persons.entry(subject);
        let (person, earliest) = known.or_insert_with(|| (Person::read(subject, &row.head), today));
        let rules = loaded.generations.rules();
        let pairs = pairs_of_part(rules, person, &fact, today);
        let counted = pairs.iter().filter(|(_, period)| period.until() > loaded.county.begins);
        let since = counted.map(|(duty, period)| parts_from(rules, person, duty, *period)).min();
        // Another's visit on the same day may be the same going-there.
        *earliest = since.unwrap_or(*earliest).min(*earliest).min(fact.day.plus(-DAYS_AROUND));
    }
    for (subject, (_, earliest)) in persons {
        needs.parts_of_subjects.insert((subject, earliest));
        needs.standings.insert((subject, earliest));
    }
    needs
}

fn text<'e>(entry: &'e Entry, key: &str) -> Option<&'e str> {
    entry.body.as_ref()?.sets.get(key)?.as_text()
}

/// When the visits of a request were made.
fn days_of_visits(exchange: &Exchange) -> BTreeMap<RecordId, Day> {
    let visits = exchange.judged().filter(|entry| entry.patch.record.kind == RecordKind::Visit);
    let day = |entry| text(entry, keys::HAPPENED)?.parse().ok().map(Happened::day);
    visits.filter_map(|entry| Some((entry.patch.record.id, day(entry)?))).collect()
}

/// The person of a new part, and as much of its facts as says which periods it touches.
fn part(entry: &Entry, days: &BTreeMap<RecordId, Day>, loaded: &Loaded) -> Option<(RecordId, PartFact)> {
    let part = entry.patch.record;
    if part.kind != RecordKind::Part {
        return None;
    }
    let [visit, subject] = [keys::VISIT, keys::SUBJECT].map(|key| text(entry, key)?.parse().ok());
    let (visit, subject): (RecordId, RecordId) = (visit?, subject?);
    let before = || {
        let record = RecordRef { kind: RecordKind::Visit, id: visit };
        let head = &loaded.records.get(&record)?.row.as_ref()?.head;
        head.text(keys::HAPPENED)?.parse().ok().map(Happened::day)
    };
    let fact = PartFact {
        part: part.id,
        visit,
        day: days.get(&visit).copied().or_else(before)?,
        way: Way::Home,
        met: Met::InPerson,
        reason: text(entry, keys::REASON).and_then(NotMet::from_code),
        reason_from: None,
        visitors: 1,
        by: None,
        beside: Beside::default(),
    };
    Some((subject, fact))
}
