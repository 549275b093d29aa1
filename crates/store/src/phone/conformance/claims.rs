//! The claims.

use super::PhoneSite;
use super::play::{day, entry, home, id, person_row, record, scope, writer};
use crate::conformance::{Outcome, claim, same, there};
use crate::phone::{
    AnswerRow, Batch, DraftRow, FactRow, FeedRow, Link, LogRow, MemberRow, Needle, OutcomeRow, OwnFilter,
    PeopleFilter, PhoneStore, RecordRow, SearchKeys, Stretch, WriterRow,
};
use domain::catalogue::RecordKind;
use domain::coverage::{Missed, Place, Standing, Status, Step};
use domain::head::Head;
use domain::ids::AreaCode;
use domain::log::Mark;
use domain::period::{Cadence, Cut, Period};
use domain::problem::{Problem, ProblemCode};
use domain::value::{Origin, Value};
use domain::visit::{Beside, Met, NotMet, PartFact, Way};
use sync::wire::receipt::ItemState;

fn visit_rows(store: &mut dyn PhoneStore) -> Result<[LogRow; 3], crate::StoreError> {
    let first = LogRow::new(entry(1, 1, RecordKind::Visit, 10), None, Some("draft 1".to_owned()));
    let visit = Some(first.entry.patch.record.id);
    let first = LogRow { visit, ..first };
    let part = LogRow::new(entry(1, 2, RecordKind::Part, 10), visit, None);
    let second = LogRow::new(entry(1, 3, RecordKind::Visit, 20), None, None);
    let second = LogRow { visit: Some(second.entry.patch.record.id), ..second };
    let last = Mark { serial: 3, hash: second.hash };
    let row = WriterRow { writer: writer(1), urgent: false, closed: false, last, delivered: 0 };
    let entries = vec![first.clone(), part.clone(), second.clone()];
    store.apply(&Batch { entries, writers: vec![row], ..Batch::default() })?;
    Ok([first, part, second])
}

pub(super) fn survives(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let [first, ..] = visit_rows(store.as_mut())?;
    let settings = [("journal".to_owned(), Some("7".to_owned()))].into();
    store.apply(&Batch { settings, ..Batch::default() })?;
    drop(store);
    let store = site.open();
    same!(store.setting("journal")?, Some("7".to_owned()), "the setting");
    same!(store.setting("other")?, None, "a setting that nobody made");
    same!(store.log(writer(1), 1, 1)?, vec![first], "the log");
    same!(store.writers()?.len(), 1, "the logs");
    Ok(())
}

pub(super) fn tidied(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    // More than a backend may put off.
    for number in 0..300_u32 {
        let settings = [("last".to_owned(), Some(number.to_string()))].into();
        store.apply(&Batch { settings, ..Batch::default() })?;
        if number % 50 == 0 {
            store.tidy()?;
        }
        same!(store.setting("last")?, Some(number.to_string()), "what was written last");
    }
    let rows = visit_rows(store.as_mut())?;
    store.tidy()?;
    same!(store.log(writer(1), 1, 9)?, rows.to_vec(), "the log once tidied");
    drop(store);
    let store = site.open();
    same!(store.log(writer(1), 1, 9)?, rows.to_vec(), "the log after the app's death");
    same!(store.setting("last")?, Some("299".to_owned()), "the setting after the app's death");
    Ok(())
}

pub(super) fn entries_stay(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let [first, ..] = visit_rows(store.as_mut())?;
    let outcome = OutcomeRow {
        writer: writer(1),
        serial: 1,
        state: ItemState::SetAside,
        problem: Some(Problem::new(ProblemCode::OutsideArea)),
    };
    store.apply(&Batch { outcomes: vec![outcome], ..Batch::default() })?;
    store.apply(&Batch { entries: vec![first], ..Batch::default() })?;
    let found = store.log(writer(1), 1, 1)?;
    same!(found.first().and_then(|row| row.state), Some(ItemState::SetAside), "what the county said");
    Ok(())
}

pub(super) fn proofs(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    visit_rows(store.as_mut())?;
    let stretch = |from, to| Stretch { writer: writer(1), from, to };
    store.apply(&Batch { proof: Some(("one".to_owned(), vec![stretch(1, 2)])), ..Batch::default() })?;
    store.apply(&Batch { proof: Some(("two".to_owned(), vec![stretch(1, 3)])), ..Batch::default() })?;
    let mut said = Vec::new();
    for row in store.log(writer(1), 1, 9)? {
        said.push(store.proof(there(row.proof, "a proof")?)?);
    }
    let text = |text: &str| Some(text.to_owned());
    same!(said, vec![text("one"), text("one"), text("two")], "proofs");
    Ok(())
}

pub(super) fn erased(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let [_, part, _] = visit_rows(store.as_mut())?;
    let record = part.entry.patch.record;
    store.apply(&Batch { erased: vec![record], ..Batch::default() })?;
    let found = there(store.log_of(record)?.into_iter().next(), "the entry")?;
    same!(found.entry.body, None, "the body");
    same!((found.hash, found.state), (part.hash, Some(ItemState::Erased)), "the envelope");
    same!(found.entry.patch.body_hash, part.entry.patch.body_hash, "the body's hash");
    Ok(())
}

pub(super) fn own_visits(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let [first, part, second] = visit_rows(store.as_mut())?;
    let places = |filter, before, store: &dyn PhoneStore| -> Result<Vec<u64>, crate::StoreError> {
        Ok(store.own_visits(filter, before, 9)?.iter().map(|row| row.entry.patch.serial).collect())
    };
    same!(places(OwnFilter::All, None, store.as_ref())?, vec![3, 1], "all");
    let before = Some((second.entry.patch.stamp.best_ms(), writer(1), 3));
    same!(places(OwnFilter::All, before, store.as_ref())?, vec![1], "the next page");
    let row = WriterRow {
        writer: writer(1),
        urgent: false,
        closed: false,
        last: Mark { serial: 3, hash: second.hash },
        delivered: 1,
    };
    let problem = Some(Problem::new(ProblemCode::AnswerMissing));
    let asked = OutcomeRow { writer: writer(1), serial: 2, state: ItemState::Applied, problem };
    store.apply(&Batch { writers: vec![row], outcomes: vec![asked], ..Batch::default() })?;
    // The part of the first visit waits, although the visit itself is delivered.
    same!(places(OwnFilter::Waiting, None, store.as_ref())?, vec![3, 1], "waiting");
    same!(places(OwnFilter::Attention, None, store.as_ref())?, vec![1], "what is asked");
    let row = WriterRow { delivered: 2, ..row };
    store.apply(&Batch { writers: vec![row], ..Batch::default() })?;
    same!(places(OwnFilter::Waiting, None, store.as_ref())?, vec![3], "what still waits");
    same!(store.visit_of_draft("draft 1")?, Some(first.entry.patch.record), "what the draft became");
    claim!(part.draft.is_none(), "a part names no draft");
    Ok(())
}

pub(super) fn linked(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let rows = |number: u64, on: Option<i32>| {
        let mut row: RecordRow = record(RecordKind::Part, number);
        row.links.subject = Some(id(1));
        row.links.day = on.map(day);
        row
    };
    let records = vec![rows(11, Some(3)), rows(12, Some(5)), rows(13, Some(5)), rows(14, None)];
    let other = RecordRow { links: Default::default(), ..record(RecordKind::Part, 15) };
    store.apply(&Batch { records: [records, vec![other]].concat(), ..Batch::default() })?;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.linked(Link::Subject(id(1)), RecordKind::Part, after, 1)?;
        let Some(row) = page.first() else { break };
        found.push(row.record.id);
        let Some(on) = row.links.day else { break };
        after = Some((on, row.record.id));
    }
    same!(found, vec![id(13), id(12), id(11), id(14)], "the order");
    same!(store.linked(Link::Visit(id(1)), RecordKind::Part, None, 9)?, vec![], "another link");
    Ok(())
}

pub(super) fn facts(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let fact = |number: u64, on: i32, way, met, reason| FactRow {
        subject: id(1),
        fact: PartFact {
            part: id(number),
            visit: id(99),
            day: day(on),
            way,
            met,
            reason,
            reason_from: None,
            visitors: 1,
            by: None,
            beside: Beside::default(),
        },
    };
    let facts = vec![
        fact(11, 1, Way::Home, Met::InPerson, None),
        fact(12, 2, Way::Home, Met::WithCarer, None),
        fact(13, 3, Way::Phone, Met::InPerson, None),
        fact(14, 4, Way::Home, Met::FamilyOnly, None),
        fact(15, 5, Way::Home, Met::Nobody, Some(NotMet::Hospital)),
        fact(16, 6, Way::Home, Met::Nobody, Some(NotMet::NotAtHome)),
        fact(17, 10, Way::Home, Met::InPerson, None),
    ];
    store.apply(&Batch { facts, ..Batch::default() })?;
    let found = |on: i32, store: &dyn PhoneStore| -> Result<Vec<_>, crate::StoreError> {
        Ok(store.facts(id(1), day(on))?.into_iter().map(|fact| fact.part).collect())
    };
    same!(found(8, store.as_ref())?, vec![id(12), id(13), id(15), id(17)], "as of the eighth");
    store.apply(&Batch { facts_gone: vec![id(12)], ..Batch::default() })?;
    same!(found(8, store.as_ref())?, vec![id(11), id(13), id(15), id(17)], "without one");
    same!(store.facts(id(2), day(0))?, vec![], "of somebody else");
    Ok(())
}

fn november() -> Period {
    Period::containing(Cadence::Month, Cut::Natural, day(23))
}

fn standing(number: u64) -> Standing {
    let period = november();
    let place = Place { area: AreaCode(532_929_101_001), categories: vec!["DJ".to_owned()] };
    let first = Step { day: period.from(), place: place.clone(), status: Status::NotYet };
    let then = Step { day: period.from().plus(9), place, status: Status::MetHome };
    Standing {
        duty: "elder_monthly".to_owned(),
        period,
        subject: id(number),
        steps: vec![first, then],
        dues: Vec::new(),
        tried_on: None,
        met_on: Some(period.from().plus(9)),
        met_by: Some(id(77)),
        missed: None,
    }
}

pub(super) fn steps(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let people = vec![person_row(1), person_row(2)];
    let batch = Batch { people, touch_everyone: true, touched: vec![id(3)], ..Batch::default() };
    store.apply(&batch)?;
    same!(store.touched(9)?, vec![id(1), id(2), id(3)], "who is touched");
    let standings = vec![(id(1), vec![standing(1)]), (id(3), Vec::new())];
    store.apply(&Batch { standings, ..Batch::default() })?;
    same!(store.touched(9)?, vec![id(2)], "who is still touched");
    let period = november();
    let on = |after: i32, store: &dyn PhoneStore| -> Result<Vec<_>, crate::StoreError> {
        let due = store.due("elder_monthly", period, period.from().plus(after))?;
        Ok(due.into_iter().map(|due| (due.subject, due.status, due.due_on)).collect())
    };
    same!(on(-1, store.as_ref())?, vec![], "before");
    same!(on(8, store.as_ref())?, vec![(id(1), Status::NotYet, Some(period.last()))], "not yet");
    same!(on(9, store.as_ref())?, vec![(id(1), Status::MetHome, Some(period.last()))], "met");
    same!(store.standings(id(1))?, vec![standing(1)], "the standing");
    store.apply(&Batch { standings: vec![(id(1), Vec::new())], ..Batch::default() })?;
    same!(on(9, store.as_ref())?, vec![], "after it is gone");
    Ok(())
}

pub(super) fn missed(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let mut open = standing(1);
    open.missed = Some(Missed { until: None });
    let mut made_up = standing(2);
    made_up.missed = Some(Missed { until: Some(day(40)) });
    let standings = vec![(id(1), vec![open]), (id(2), vec![made_up]), (id(3), vec![standing(3)])];
    store.apply(&Batch { standings, ..Batch::default() })?;
    same!(store.missed("elder_monthly", november(), day(39))?, vec![id(1), id(2)], "the day before");
    same!(store.missed("elder_monthly", november(), day(40))?, vec![id(1)], "when one was made up");
    Ok(())
}

pub(super) fn people(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let mut rows = vec![person_row(1), person_row(2), person_row(3)];
    for (row, syllables) in rows.iter_mut().zip([["li", "hua"], ["wang", "lihua"], ["li", "huan"]]) {
        let mut keys = SearchKeys::default();
        keys.add(&syllables);
        keys.add_number("533001");
        row.keys = keys.into_text();
    }
    store.apply(&Batch { people: rows, ..Batch::default() })?;
    let found = |typed: &str, offset, store: &dyn PhoneStore| -> Result<Vec<_>, crate::StoreError> {
        let needle = Needle::of(typed).ok_or_else(|| crate::StoreError::Other(String::new()))?;
        Ok(store.search(&needle, offset, 9)?.into_iter().map(|row| row.id).collect())
    };
    same!(found("lihua", 0, store.as_ref())?, vec![id(1), id(3), id(2)], "by rank");
    same!(found("lihua", 2, store.as_ref())?, vec![id(2)], "the next page");
    same!(found("001", 0, store.as_ref())?.len(), 3, "by digits");
    same!(found("533", 0, store.as_ref())?, vec![], "not by the first digits");
    let listed = store.people(&PeopleFilter::Household(home(1)), 0, 9)?;
    claim!(listed.iter().all(|row| row.household == Some(home(1))), "another household");
    store.apply(&Batch { people_gone: vec![id(1)], ..Batch::default() })?;
    same!((store.person(id(1))?, store.people(&PeopleFilter::All, 0, 9)?.len()), (None, 2), "one gone");
    let total: u64 = store.groups()?.iter().map(|(_, _, people)| people).sum();
    same!(total, 2, "counted by group");
    Ok(())
}

pub(super) fn feeds(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let place = record(RecordKind::Person, 1).record;
    let member = |number| MemberRow { scope: scope(number), record: place, generation: 1, digest: u64::MAX };
    let feeds = vec![FeedRow { sum: u64::MAX, ..FeedRow::new(scope(1)) }, FeedRow::new(scope(2))];
    let batch = Batch { feeds: feeds.clone(), members: vec![member(1), member(2)], ..Batch::default() };
    store.apply(&batch)?;
    same!(store.feeds()?, feeds, "feeds");
    same!(store.member(scope(1), place)?, Some(member(1)), "a membership");
    same!(store.stale(scope(1), 2, 9)?, vec![place], "of an earlier generation");
    same!(store.stale(scope(1), 1, 9)?, vec![], "of the present one");
    store.apply(&Batch { feeds_gone: vec![scope(1)], ..Batch::default() })?;
    same!(store.feeds_of(place)?, vec![scope(2)], "what is left");
    store.apply(&Batch { records_gone: vec![place], ..Batch::default() })?;
    same!(store.feeds_of(place)?, vec![], "after the record is gone");
    Ok(())
}

pub(super) fn drafts(site: &dyn PhoneSite) -> Outcome {
    let mut store = site.open();
    let draft = |name: &str, changed_ms| DraftRow {
        id: name.to_owned(),
        head: "{}".to_owned(),
        changed_ms,
        discarded_ms: None,
    };
    let answer = |path: &str, value: Value| AnswerRow {
        draft: "a".to_owned(),
        subject: id(1),
        path: path.to_owned(),
        value,
        origin: Origin::ConfirmedUnchanged,
    };
    let answers = vec![answer("x", Value::Int(1)), answer("y", Value::List(vec!["好".to_owned()]))];
    let drafts = vec![draft("a", 1), draft("b", 2)];
    store.apply(&Batch { drafts, answers: answers.clone(), ..Batch::default() })?;
    let names: Vec<String> = store.drafts()?.into_iter().map(|row| row.id).collect();
    same!(names, vec!["b".to_owned(), "a".to_owned()], "the newest first");
    same!(store.answers("a")?, answers, "answers");
    let gone = vec![("a".to_owned(), id(1), Some("x".to_owned()))];
    store.apply(&Batch { answers_gone: gone, ..Batch::default() })?;
    same!(store.answers("a")?.len(), 1, "one taken back");
    store.apply(&Batch { drafts_gone: vec!["a".to_owned()], ..Batch::default() })?;
    same!((store.draft("a")?, store.answers("a")?), (None, Vec::new()), "a finished draft");
    let head = Head::default();
    let place = record(RecordKind::Duty, 5).record;
    store.apply(&Batch { recover: vec![(place, head.clone())], ..Batch::default() })?;
    same!(store.recover(9)?, vec![(place, head)], "what is to be given back");
    Ok(())
}
