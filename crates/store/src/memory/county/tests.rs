//! Faults, and what the audit says of a disk that was changed behind the ledger's back.

use super::{Disk, MemoryCounty, Place};
use crate::StoreError;
use crate::audit::{Finding, Step, audit};
use crate::conformance::block_on;
use crate::conformance::county::{County, Founding, Site, attempt_play};
use crate::county::{Directory, EnrolCode, EnrolState, Ledger};
use async_trait::async_trait;
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::coverage::Generation;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::time::{Day, Stamp};
use domain::value::Value;
use std::sync::{Arc, OnceLock};
use sync::county::Prepared;
use sync::county::outcome::Held;
use sync::county::prepared::{Job, OwnPatch, OwnRecord};

const COUNTY: AreaCode = AreaCode(532_929_000_000);

#[derive(Default)]
struct Here(OnceLock<Arc<MemoryCounty>>);

#[async_trait]
impl Site for Here {
    async fn found(&self, founding: Founding) -> County {
        let memory = self.0.get_or_init(|| Arc::new(MemoryCounty::new(founding.epoch, founding.begins)));
        County { ledger: memory.clone(), reports: memory.clone(), directory: memory.clone() }
    }

    async fn back_up(&self) -> bool {
        false
    }

    async fn restore(&self) -> County {
        unreachable!("nothing was backed up")
    }

    async fn beside(&self) -> County {
        unreachable!("nobody reads beside a play")
    }
}

/// A county in which a good deal has happened.
fn lived_in() -> Arc<MemoryCounty> {
    let here = Arc::new(Here::default());
    block_on(attempt_play(7, 150, here.clone())).unwrap();
    here.0.get().unwrap().clone()
}

type Wrong = (&'static str, fn(&mut Disk), fn(&Finding) -> bool);

const WRONGS: [Wrong; 15] = [
    (
        "a row of the ledger is gone",
        |disk| {
            let seq = *disk.ledger.keys().nth(9).unwrap();
            disk.ledger.remove(&seq);
        },
        |finding| matches!(finding, Finding::LedgerHash { .. }),
    ),
    (
        "the last row of the ledger is gone",
        |disk| {
            disk.ledger.pop_last();
        },
        |finding| matches!(finding, Finding::CountyPlace),
    ),
    (
        "a body is another",
        |disk| {
            let mut rows = disk.ledger.values_mut().filter_map(|row| match &mut row.row.held {
                Held::Entry(entry) => entry.body.as_mut(),
                Held::Unreadable { .. } => None,
            });
            rows.next().unwrap().sets.insert("name".to_owned(), Value::from("x"));
        },
        |finding| matches!(finding, Finding::EntryHash { seq: 1 }),
    ),
    (
        "a hash is another",
        |disk| disk.ledger.first_entry().unwrap().get_mut().row.hash = Hash::ZERO,
        |finding| matches!(finding, Finding::EntryHash { seq: 1 }),
    ),
    (
        "a record is gone",
        |disk| {
            disk.records.pop_last();
        },
        |finding| matches!(finding, Finding::RecordMissing(_)),
    ),
    (
        "a record lost a field",
        |disk| {
            Arc::make_mut(&mut person(disk).head).fields.pop_first();
        },
        |finding| matches!(finding, Finding::Head(_)),
    ),
    (
        "a record stands in another village",
        |disk| person(disk).scopes[0].area = COUNTY,
        |finding| matches!(finding, Finding::Place(_)),
    ),
    (
        "a feed has lost a record",
        |disk| {
            largest_feed(disk).pop_first();
        },
        |finding| matches!(finding, Finding::Feed(_)),
    ),
    (
        "a feed says that a record has left",
        |disk| largest_feed(disk).first_entry().unwrap().get_mut().left = true,
        |finding| matches!(finding, Finding::Feed(_)),
    ),
    (
        "a digest is another",
        |disk| disk.digests.values_mut().for_each(|digest| digest.1 ^= 1),
        |finding| matches!(finding, Finding::Digest(_)),
    ),
    (
        "the index has lost the facts of a part",
        |disk| disk.parts.values_mut().find(|part| part.fact.is_some()).unwrap().fact = None,
        |finding| matches!(finding, Finding::Part(_)),
    ),
    (
        "a standing is gone",
        |disk| {
            disk.standings.pop_first();
        },
        |finding| matches!(finding, Finding::Standing { .. }),
    ),
    (
        "a standing is left over",
        |disk| {
            let mut one = disk.standings.values().next().unwrap().clone();
            one.duty = "nobody's".to_owned();
            let key = (Generation::FIRST, one.duty.clone(), one.period, one.subject);
            disk.standings.insert(key, one);
        },
        |finding| matches!(finding, Finding::Standing { .. }),
    ),
    (
        "a sum is another",
        |disk| *largest_tally(disk).0.values_mut().next().unwrap() += 1,
        |finding| matches!(finding, Finding::Figures { .. }),
    ),
    (
        "a sum is left over",
        |disk| {
            let tally = largest_tally(disk);
            let (mut key, people) = tally.0.pop_first().unwrap();
            tally.0.insert(key.clone(), people);
            key.area = AreaCode(1);
            tally.0.insert(key, 1);
        },
        |finding| matches!(finding, Finding::Figures { .. }),
    ),
];

fn person(disk: &mut Disk) -> &mut sync::county::needs::RecordRow {
    let persons = disk.records.iter_mut().filter(|(record, _)| record.kind == RecordKind::Person);
    // Who was erased, or merged into another, stands nowhere.
    persons.map(|(_, row)| row).find(|row| !row.scopes.is_empty()).unwrap()
}

fn largest_feed(disk: &mut Disk) -> &mut std::collections::BTreeMap<RecordRef, Place> {
    disk.feeds.values_mut().max_by_key(|feed| feed.values().filter(|place| !place.left).count()).unwrap()
}

fn largest_tally(disk: &mut Disk) -> &mut domain::coverage::tally::Tally {
    disk.tallies.values_mut().max_by_key(|tally| tally.0.len()).unwrap()
}

#[test]
fn the_audit_names_what_was_changed_behind_the_ledgers_back() {
    let memory = lived_in();
    let found = || block_on(audit(&*memory, &*memory, COUNTY, &mut |_, _| {})).unwrap();
    assert_eq!(found(), []);
    let whole = memory.snapshot();
    for (wrong, change, expected) in WRONGS {
        change(&mut memory.inner().disk);
        let findings = found();
        assert!(findings.iter().any(expected), "{wrong}: {findings:?}");
        assert!(findings.iter().all(|finding| !finding.to_string().is_empty()));
        memory.restore(&whole);
    }
    assert_eq!(found(), [], "a backup is whole");
}

#[test]
fn whoever_waits_for_the_audit_hears_of_each_step_and_how_far_it_is() {
    let (memory, mut heard) = (lived_in(), Vec::new());
    block_on(audit(&*memory, &*memory, COUNTY, &mut |step, done| heard.push((step, done)))).unwrap();
    assert!(heard.is_sorted(), "one after the other, and never back: {heard:?}");
    let steps =
        [Step::Ledger, Step::Records, Step::Places, Step::Feeds, Step::Parts, Step::People, Step::Figures];
    for step in steps {
        let counts: Vec<u64> = heard.iter().filter(|(of, _)| *of == step).map(|(_, done)| *done).collect();
        assert_eq!(counts.first(), Some(&0), "{step:?} is told when it begins");
        assert!(counts.last().is_some_and(|done| *done > 0), "{step:?}: {counts:?}");
    }
    let people = heard.iter().filter(|(step, _)| *step == Step::People).count() as u64 - 1;
    assert!(heard.contains(&(Step::People, people)), "one by one");
}

/// A job that makes a household.
fn job(number: u64) -> Prepared {
    let patch = OwnPatch {
        record: OwnRecord::New(RecordKind::Household),
        form: None,
        body: Body {
            sets: [("name".to_owned(), Value::from("杨"))].into(),
            salt: WriterId(number),
            ..Body::default()
        },
        seen: None,
        author: RecordId::named("staff", "x"),
        stamp: Stamp::default(),
    };
    let job = Job::Append(vec![patch]);
    Prepared { county: COUNTY, now_ms: 0, spare_writer: WriterId(9), job }
}

fn rows(memory: &MemoryCounty) -> usize {
    block_on(memory.ledger_after(0, 10)).unwrap().len()
}

#[test]
fn a_job_that_fails_leaves_nothing_and_one_whose_answer_is_lost_everything() {
    let memory = MemoryCounty::new(WriterId(1), Day(20_000));
    memory.fail_next(StoreError::Full);
    assert_eq!(block_on(memory.run(job(1))), Err(StoreError::Full));
    assert_eq!(rows(&memory), 0);
    memory.lose_next(StoreError::Busy);
    assert_eq!(block_on(memory.run(job(2))), Err(StoreError::Busy));
    assert_eq!(rows(&memory), 1);
    assert!(block_on(memory.run(job(3))).is_ok(), "a fault happens once");
    assert_eq!(rows(&memory), 2);
}

#[test]
fn a_backup_holds_codes_and_devices_too() {
    let memory = MemoryCounty::new(WriterId(1), Day(20_000));
    let code = EnrolCode {
        lookup: "a".to_owned(),
        sealed: Vec::new(),
        staff: RecordId::named("staff", "x"),
        made_ms: 0,
        until_ms: 1,
        tries_left: 1,
        state: EnrolState::Open,
    };
    block_on(memory.put_code(code.clone())).unwrap();
    let copy = memory.snapshot();
    block_on(memory.wrong_try("a")).unwrap();
    memory.restore(&copy);
    assert_eq!(block_on(memory.code("a")), Ok(Some(code)));
}
