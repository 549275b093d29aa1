//! Random plays: the same batches go to a backend and to the memory backend, and everything that can
//! be read must come out the same. A play is named by its seed.

use super::PhoneSite;
use crate::conformance::{Broken, Outcome, same};
use crate::phone::memory::MemoryPhone;
use crate::phone::{
    AnswerRow, Batch, DraftRow, FactRow, FeedRow, Link, Links, LogRow, MemberRow, Needle, OutcomeRow,
    OwnFilter, PeopleFilter, PersonRow, PhoneStore, RecordRow, SearchKeys, Stretch, WriterRow,
};
use domain::canonical::{Hash, Transcript};
use domain::catalogue::RecordKind;
use domain::coverage::{Missed, Place, Standing, Status, Step};
use domain::head::{Head, Write};
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::{Mark, Vector};
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::period::{Cadence, Cut, Period};
use domain::permission::{Audience, Scope};
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, Stamp};
use domain::value::{Origin, Value};
use domain::visit::{Beside, Met, NotMet, PartFact, Way};
use std::cell::Cell;
use std::collections::BTreeMap;
use sync::wire::receipt::ItemState;

const KINDS: [RecordKind; 5] =
    [RecordKind::Person, RecordKind::Household, RecordKind::Visit, RecordKind::Part, RecordKind::Concern];

pub(super) fn writer(number: u64) -> WriterId {
    // The second has its highest bit set: writers sort as they are, not as signed numbers.
    WriterId(number | (number.is_multiple_of(2) as u64) << 63)
}

pub(super) fn id(number: u64) -> RecordId {
    RecordId::derived(WriterId(5), number)
}

pub(super) fn home(number: u64) -> RecordId {
    RecordId::derived(WriterId(6), number)
}

pub(super) fn day(number: i32) -> Day {
    Day(20_000 + number)
}

pub(super) fn scope(number: u64) -> Scope {
    let audience = if number.is_multiple_of(2) { Audience::Child } else { Audience::General };
    Scope { area: AreaCode(532_929_101_000 + number), audience }
}

pub(super) fn entry(log: u64, serial: u64, kind: RecordKind, at_ms: i64) -> Entry {
    let writer = writer(log);
    let sets = BTreeMap::from([("met".to_owned(), Value::from("self"))]);
    let body = Body { sets, salt: WriterId(serial), ..Body::default() };
    let patch = Patch {
        writer,
        serial,
        prev: Hash::of(&serial.to_le_bytes()),
        record: RecordRef { kind, id: RecordId::derived(writer, serial) },
        seen: Vector::default(),
        form: None,
        author: id(500),
        stamp: Stamp { wall_ms: at_ms, ..Stamp::default() },
        body_hash: body.hash(),
    };
    Entry { patch, body: Some(body) }
}

fn head(number: u64) -> Head {
    let value = Value::Int(i64::try_from(number).unwrap_or(0));
    let write =
        Write { writer: writer(1), serial: 1, author: id(500), at_ms: 7, value, origin: Origin::Asked };
    let vector = Vector::from_iter([(writer(1), number + 1)]);
    Head { vector, ahead: Vector::default(), fields: BTreeMap::from([("x".to_owned(), vec![write])]) }
}

pub(super) fn record(kind: RecordKind, number: u64) -> RecordRow {
    let record = RecordRef { kind, id: id(number) };
    RecordRow { record, county: Some(head(number)), view: None, links: Links::default() }
}

pub(super) fn person_row(number: u64) -> PersonRow {
    let (id, name) = (id(number), format!("人{number}"));
    let household = Some(home(number % 2));
    PersonRow { id, village: Some(AreaCode(1)), group: String::new(), household, name, keys: "|".to_owned() }
}

/// Numbers by chance, from a seed.
struct Chance(u64, Cell<u64>);

impl Chance {
    fn below(&self, limit: u64) -> u64 {
        self.1.set(self.1.get() + 1);
        let Hash(bytes) = Transcript::new("play").number(self.0).number(self.1.get()).finish();
        let (first, _) = bytes.split_at(8);
        first.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)) % limit.max(1)
    }

    fn small(&self, limit: i32) -> i32 {
        i32::try_from(self.below(u64::try_from(limit).unwrap_or(1))).unwrap_or(0)
    }

    fn one<T: Copy>(&self, all: &[T], otherwise: T) -> T {
        let place = usize::try_from(self.below(all.len() as u64)).unwrap_or(0);
        all.get(place).copied().unwrap_or(otherwise)
    }

    fn maybe<T>(&self, value: T) -> Option<T> {
        (self.below(2) == 0).then_some(value)
    }

    fn record(&self) -> RecordRef {
        RecordRef { kind: self.one(&KINDS, RecordKind::Person), id: id(self.below(6)) }
    }
}

fn log_batch(chance: &Chance, serials: &mut BTreeMap<u64, u64>, batch: &mut Batch) {
    let log = 1 + chance.below(2);
    let serial = serials.entry(log).or_insert(0);
    *serial += 1;
    let kind = chance.one(&[RecordKind::Visit, RecordKind::Part, RecordKind::Person], RecordKind::Visit);
    let mut entry = entry(log, *serial, kind, i64::try_from(chance.below(5)).unwrap_or(0));
    if kind == RecordKind::Person {
        entry.patch.record.id = id(chance.below(6));
    }
    let visit = match kind {
        RecordKind::Visit => Some(entry.patch.record.id),
        _ => chance.maybe(RecordId::derived(writer(log), 1 + chance.below(*serial))),
    };
    let draft = (kind == RecordKind::Visit).then(|| format!("{log} {serial}"));
    let row = LogRow::new(entry, visit, draft);
    let last = Mark { serial: *serial, hash: row.hash };
    let delivered = chance.below(*serial + 1);
    let (urgent, closed) = (log == 2, chance.below(4) == 0);
    batch.writers.push(WriterRow { writer: writer(log), urgent, closed, last, delivered });
    batch.entries.push(row);
    let problem = chance.maybe(Problem::new(ProblemCode::OutsideArea));
    let serial = 1 + chance.below(*serial);
    let state = chance.one(&ItemState::ALL, ItemState::Applied);
    batch.outcomes.push(OutcomeRow { writer: writer(log), serial, state, problem });
    batch.receipts.push((writer(log), serial, day(1).0, 7));
    let proof = (format!("statement {serial}"), vec![Stretch { writer: writer(log), from: 1, to: serial }]);
    batch.proof = chance.maybe(proof);
    if chance.below(8) == 0 {
        batch.erased.push(RecordRef { kind: RecordKind::Person, id: id(chance.below(6)) });
    }
}

fn record_batch(chance: &Chance, batch: &mut Batch) {
    for _ in 0..chance.below(4) {
        let record = chance.record();
        let day = chance.maybe(day(chance.small(5)));
        let links = Links {
            subject: chance.maybe(id(chance.below(3))),
            visit: chance.maybe(id(chance.below(3))),
            household: chance.maybe(home(chance.below(2))),
            village: chance.maybe(AreaCode(chance.below(3))),
            day,
        };
        let (county, view) = (chance.maybe(head(chance.below(9))), chance.maybe(head(chance.below(9))));
        batch.records.push(RecordRow { record, county, view, links });
        let row = MemberRow {
            scope: scope(chance.below(3)),
            record,
            generation: 1 + chance.one(&[0, 1, 2], 0),
            digest: chance.below(u64::MAX),
        };
        batch.members.push(row);
    }
    batch.recover.extend(chance.maybe((chance.record(), head(3))));
    batch.recovered.extend(chance.maybe(chance.record()));
    batch.records_gone.extend(chance.maybe(chance.record()));
    batch.members_gone.extend(chance.maybe((scope(chance.below(3)), chance.record())));
    let (scope, sum) = (scope(chance.below(3)), chance.below(u64::MAX));
    let (position, count) = (chance.below(100), chance.below(9));
    batch.feeds.push(FeedRow { scope, position, generation: 1, count, sum });
    if chance.below(6) == 0 {
        batch.feeds_gone.push(scope);
    }
}

fn people_batch(chance: &Chance, batch: &mut Batch) {
    let mut keys = SearchKeys::default();
    let syllables = ["li", "a", "pu", "hua"];
    let name: Vec<&str> = (0..3).map(|_| chance.one(&syllables, "li")).collect();
    keys.add(&name);
    keys.add_number(&chance.below(1_000).to_string());
    batch.people.push(PersonRow {
        id: id(chance.below(6)),
        village: chance.maybe(AreaCode(chance.below(2))),
        group: chance.one(&["一组", "二组", ""], "").to_owned(),
        household: chance.maybe(home(chance.below(2))),
        name: name.concat(),
        keys: keys.into_text(),
    });
    if chance.below(5) == 0 {
        batch.people_gone.push(id(chance.below(6)));
    }
    let reasons = [NotMet::Hospital, NotMet::NotAtHome, NotMet::Died];
    let fact = PartFact {
        part: id(100 + chance.below(8)),
        visit: id(200),
        day: day(chance.small(9)),
        way: chance.one(Way::ALL, Way::Home),
        met: chance.one(Met::ALL, Met::Nobody),
        reason: chance.maybe(chance.one(&reasons, NotMet::Died)),
        reason_from: None,
        visitors: 1,
        by: Some(id(500)),
        beside: Beside { unread: chance.below(6) == 0, ..Beside::default() },
    };
    batch.facts.push(FactRow { subject: id(chance.below(3)), fact });
    batch.facts_gone.extend(chance.maybe(id(100 + chance.below(8))));
}

fn standing(chance: &Chance, subject: RecordId) -> Standing {
    let cadence = chance.one(&[Cadence::Month, Cadence::Quarter], Cadence::Month);
    let period = Period::containing(cadence, Cut::Natural, day(chance.small(60)));
    let mut steps = Vec::new();
    let mut at = period.from();
    for _ in 0..=chance.below(3) {
        let place = Place { area: AreaCode(chance.below(3)), categories: vec!["DJ".to_owned()] };
        let all = [Status::NotYet, Status::MetHome, Status::Tried];
        steps.push(Step { day: at, place, status: chance.one(&all, Status::NotYet) });
        at = at.plus(1 + chance.small(5));
    }
    let dues = if chance.below(2) == 0 {
        vec![(period.from(), period.last()), (period.from().plus(3), day(90))]
    } else {
        Vec::new()
    };
    let missed = chance.maybe(Missed { until: chance.maybe(day(chance.small(80))) });
    let duty = chance.one(&["elder_monthly", "*"], "*").to_owned();
    Standing { duty, period, subject, steps, dues, tried_on: None, met_on: None, met_by: None, missed }
}

fn standing_batch(chance: &Chance, batch: &mut Batch) {
    batch.touch_everyone = chance.below(6) == 0;
    batch.touched.extend(chance.maybe(id(chance.below(6))));
    let subject = id(chance.below(6));
    let standings: BTreeMap<(String, Period), Standing> = (0..chance.below(3))
        .map(|_| standing(chance, subject))
        .map(|one| ((one.duty.clone(), one.period), one))
        .collect();
    batch.standings.push((subject, standings.into_values().collect()));
}

fn draft_batch(chance: &Chance, batch: &mut Batch) {
    let name = |chance: &Chance| format!("draft {}", chance.below(3));
    let (id_, changed_ms) = (name(chance), i64::try_from(chance.below(3)).unwrap_or(0));
    let discarded_ms = chance.maybe(9);
    batch.drafts.push(DraftRow { id: id_, head: "{}".to_owned(), changed_ms, discarded_ms });
    let values = [Value::Null, Value::Int(3), Value::from("好"), Value::List(vec!["a".to_owned()])];
    let value = usize::try_from(chance.below(4)).ok().and_then(|place| values.get(place).cloned());
    let origins = [Origin::Asked, Origin::Prefilled, Origin::ConfirmedUnchanged];
    batch.answers.push(AnswerRow {
        draft: name(chance),
        subject: id(chance.below(2)),
        path: chance.one(&["a/b", "c"], "c").to_owned(),
        value: value.unwrap_or_default(),
        origin: chance.one(&origins, Origin::Asked),
    });
    let path = chance.maybe("c".to_owned());
    batch.answers_gone.extend(chance.maybe((name(chance), id(chance.below(2)), path)));
    if chance.below(6) == 0 {
        batch.drafts_gone.push(name(chance));
    }
    let key = chance.one(&["a", "b"], "a").to_owned();
    let value = chance.maybe(chance.below(9).to_string());
    batch.settings.insert(key, value);
}

/// Plays so many batches on a backend and in memory, and compares after each what can be read.
/// Now and then the backend is opened anew.
///
/// # Errors
/// What differed.
pub fn play(site: &dyn PhoneSite, seed: u64, batches: u32) -> Outcome {
    let (chance, mut serials) = (Chance(seed, Cell::new(0)), BTreeMap::new());
    let (mut tried, mut plain) = (site.open(), MemoryPhone::default());
    for step in 0..batches {
        let mut batch = Batch::default();
        match chance.below(5) {
            0 => log_batch(&chance, &mut serials, &mut batch),
            1 => record_batch(&chance, &mut batch),
            2 => people_batch(&chance, &mut batch),
            3 => standing_batch(&chance, &mut batch),
            _ => draft_batch(&chance, &mut batch),
        }
        tried.apply(&batch)?;
        plain.apply(&batch)?;
        if chance.below(4) == 0 {
            tried.tidy()?;
        }
        if chance.below(9) == 0 {
            drop(tried);
            tried = site.open();
        }
        let compared = compare_logs(tried.as_ref(), &plain)
            .and_then(|()| compare_records(tried.as_ref(), &plain))
            .and_then(|()| compare_people(tried.as_ref(), &plain));
        compared.map_err(|Broken(words)| Broken(format!("seed {seed}, batch {step}: {words}")))?;
    }
    Ok(())
}

fn compare_logs(tried: &dyn PhoneStore, plain: &dyn PhoneStore) -> Outcome {
    same!(tried.writers()?, plain.writers()?, "writers");
    for log in 1..=2 {
        same!(tried.log(writer(log), 2, 50)?, plain.log(writer(log), 2, 50)?, "a log");
    }
    for filter in [OwnFilter::All, OwnFilter::Waiting, OwnFilter::Attention] {
        same!(tried.own_visits(filter, None, 50)?, plain.own_visits(filter, None, 50)?, "own visits");
        let before = Some((2, writer(2), 2));
        same!(tried.own_visits(filter, before, 2)?, plain.own_visits(filter, before, 2)?, "their next page");
    }
    for number in 0..6 {
        let record = RecordRef { kind: RecordKind::Person, id: id(number) };
        same!(tried.log_of(record)?, plain.log_of(record)?, "own entries of a record");
        same!(tried.proof(number)?, plain.proof(number)?, "a proof");
    }
    same!(tried.visit_of_draft("1 1")?, plain.visit_of_draft("1 1")?, "the visit of a draft");
    same!(tried.drafts()?, plain.drafts()?, "drafts");
    for number in 0..3 {
        let name = format!("draft {number}");
        same!(tried.draft(&name)?, plain.draft(&name)?, "a draft");
        same!(tried.answers(&name)?, plain.answers(&name)?, "answers");
    }
    for key in ["a", "b"] {
        same!(tried.setting(key)?, plain.setting(key)?, "a setting");
    }
    Ok(())
}

fn compare_records(tried: &dyn PhoneStore, plain: &dyn PhoneStore) -> Outcome {
    same!(tried.records_after(None, 100)?, plain.records_after(None, 100)?, "records");
    let after = Some(RecordRef { kind: RecordKind::Visit, id: id(3) });
    same!(tried.records_after(after, 3)?, plain.records_after(after, 3)?, "records after one");
    same!(tried.feeds()?, plain.feeds()?, "feeds");
    same!(tried.recover(50)?, plain.recover(50)?, "what is to be given back");
    for kind in KINDS {
        same!(tried.records_of(kind)?, plain.records_of(kind)?, "records of a kind");
        for number in 0..3 {
            let links = [Link::Subject(id(number)), Link::Visit(id(number)), Link::Household(home(number))];
            for link in links {
                let all = (tried.linked(link, kind, None, 50)?, plain.linked(link, kind, None, 50)?);
                same!(all.0, all.1, "linked records");
                let after = Some((day(2), id(2)));
                let next = (tried.linked(link, kind, after, 2)?, plain.linked(link, kind, after, 2)?);
                same!(next.0, next.1, "their next page");
            }
        }
        for number in 0..6 {
            let record = RecordRef { kind, id: id(number) };
            same!(tried.record(record)?, plain.record(record)?, "a record");
            same!(tried.feeds_of(record)?, plain.feeds_of(record)?, "its feeds");
            for feed in 0..3 {
                same!(tried.member(scope(feed), record)?, plain.member(scope(feed), record)?, "its place");
            }
        }
    }
    for feed in 0..3 {
        same!(tried.stale(scope(feed), 3, 4)?, plain.stale(scope(feed), 3, 4)?, "stale records");
    }
    Ok(())
}

fn compare_people(tried: &dyn PhoneStore, plain: &dyn PhoneStore) -> Outcome {
    let filters = [
        PeopleFilter::All,
        PeopleFilter::Village(AreaCode(1)),
        PeopleFilter::Group(AreaCode(1), "一组".to_owned()),
        PeopleFilter::Household(home(1)),
    ];
    for filter in &filters {
        same!(tried.people(filter, 1, 3)?, plain.people(filter, 1, 3)?, "people");
    }
    same!(tried.groups()?, plain.groups()?, "groups");
    same!(tried.touched(4)?, plain.touched(4)?, "who is touched");
    for typed in ["li", "pu", "lia", "hua", "7", "23", "apu"] {
        let Some(needle) = Needle::of(typed) else { continue };
        same!(tried.search(&needle, 0, 9)?, plain.search(&needle, 0, 9)?, "a search");
        same!(tried.search(&needle, 1, 1)?, plain.search(&needle, 1, 1)?, "its next page");
    }
    for number in 0..6 {
        same!(tried.person(id(number))?, plain.person(id(number))?, "a person");
        same!(tried.standings(id(number))?, plain.standings(id(number))?, "standings");
        same!(tried.facts(id(number), day(5))?, plain.facts(id(number), day(5))?, "facts");
    }
    for duty in ["elder_monthly", "*"] {
        for on in [0, 20, 45, 70] {
            for cadence in [Cadence::Month, Cadence::Quarter] {
                let period = Period::containing(cadence, Cut::Natural, day(on));
                let due = (tried.due(duty, period, day(on))?, plain.due(duty, period, day(on))?);
                same!(due.0, due.1, "who is due");
                let missed = (tried.missed(duty, period, day(on))?, plain.missed(duty, period, day(on))?);
                same!(missed.0, missed.1, "who was missed");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::conformance::PHONE_CASES;

    struct Memory(MemoryPhone);

    impl PhoneSite for Memory {
        fn open(&self) -> Box<dyn PhoneStore> {
            Box::new(self.0.clone())
        }
    }

    #[test]
    fn every_claim_holds_in_memory() {
        for (claim, case) in PHONE_CASES {
            assert_eq!(case(&Memory(MemoryPhone::default())), Ok(()), "{claim}");
        }
    }
}
