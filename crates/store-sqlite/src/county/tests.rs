//! What the writer does when something goes wrong in the middle.

use super::SqliteCounty;
use super::apply_people::put_part;
use crate::fault::fault;
use crate::open::{Half, open};
use domain::area::Area;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::timeline::always_needed;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::permission::{Audience, Scope};
use domain::time::{Day, Stamp};
use domain::value::Value;
use domain::visit::{Beside, Met, NotMet, PartFact, Way};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use store::StoreError;
use store::audit::audit;
use store::county::{Done, FeedRequest, Ledger, Reports};
use sync::county::Prepared;
use sync::county::needs::PartRow;
use sync::county::prepared::{Erase, Job, OwnPatch, OwnRecord};
use sync::wire::exchange::Position;

const COUNTY: AreaCode = AreaCode(532_929_000_000);

pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("shanfang-writer-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(super) fn open(&self) -> SqliteCounty {
        SqliteCounty::open(&self.0.join("county.db"), &[1; 32], COUNTY, WriterId(1), Day(20_000)).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn author() -> RecordId {
    RecordId::named("staff", "admin")
}

fn record(number: u64) -> RecordRef {
    Area::record(AreaCode(COUNTY.0 + number * 1_000))
}

/// A job that writes an area with a name of so many bytes.
fn job(number: u64, bytes: usize) -> Prepared {
    let code = AreaCode(COUNTY.0 + number * 1_000);
    let sets = BTreeMap::from([
        (keys::CODE.to_owned(), Value::Int(code.0.cast_signed())),
        (keys::NAME.to_owned(), Value::Text("x".repeat(bytes))),
    ]);
    let patch = OwnPatch {
        record: OwnRecord::Known(record(number)),
        form: None,
        body: Body { sets, salt: WriterId(number), ..Body::default() },
        seen: None,
        author: author(),
        stamp: Stamp::default(),
    };
    let now_ms = Day(20_000).starts_at();
    Prepared { county: COUNTY, now_ms, spare_writer: WriterId(9), job: Job::Append(vec![patch]) }
}

async fn run(county: &SqliteCounty, number: u64) -> Result<Done, StoreError> {
    county.run(job(number, 10)).await
}

/// What is in the file, in the caches and in the sums is the same.
async fn agrees(county: &SqliteCounty, areas: usize) {
    let findings = audit(county, county, COUNTY, &mut |_, _| {}).await.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(county.standing_now().await.unwrap().2.areas.0.len(), areas);
    let in_the_file = SqliteCounty::open_to_read(&county.path, &county.key, COUNTY).unwrap();
    let (file, memory) = (in_the_file.standing_now().await.unwrap(), county.standing_now().await.unwrap());
    assert_eq!((file.0, file.2), (memory.0, memory.2));
    let scope = Scope { area: COUNTY, audience: Audience::General };
    let latest = memory.0.seq.saturating_sub(30)..=memory.0.seq;
    for (from, bytes_max) in latest.flat_map(|from| [(from, 1), (from, 150), (from, 10_000)]) {
        let request = FeedRequest { feeds: vec![Position(scope, from); 2], bytes_max };
        let [file, memory] = [&in_the_file, county].map(|one| one.changes_since(request.clone()));
        assert_eq!(file.await.unwrap(), memory.await.unwrap(), "from {from}, {bytes_max} bytes");
    }
}

#[tokio::test]
async fn a_failed_task_undoes_itself_and_nothing_else() {
    let place = Place::new("failed");
    let county = place.open();
    // All three wait for the writer at once, so that they share a group.
    let fails = county.write(|desk| -> Result<(), StoreError> {
        desk.connection.execute_batch("DELETE FROM records").map_err(fault)?;
        Err(StoreError::Corrupt("as it should".into()))
    });
    let (one, failed, two) = tokio::join!(run(&county, 1), fails, run(&county, 2));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(failed, Err(StoreError::Corrupt("as it should".into())));
    agrees(&county, 2).await;
}

#[tokio::test]
async fn who_waits_together_shares_a_commit() {
    let place = Place::new("shared");
    let county = place.open();
    let before = county.spent().unwrap();
    // Longer than a group lasts, so that all the others are in the queue when it ends.
    let long = county.write(|_| -> Result<(), StoreError> {
        std::thread::sleep(std::time::Duration::from_millis(100));
        Ok(())
    });
    let others = async {
        tokio::join!(run(&county, 1), run(&county, 2), run(&county, 3), run(&county, 4), run(&county, 5))
    };
    let (long, (one, two, three, four, five)) = tokio::join!(long, others);
    assert!(long.is_ok() && [one, two, three, four, five].iter().all(Result::is_ok));
    let after = county.spent().unwrap();
    // The long one, and all others; one more when a busy machine let the writer run ahead.
    assert_eq!(after.jobs - before.jobs, 5);
    assert!((2..=3).contains(&(after.groups - before.groups)), "{after:?}");
    agrees(&county, 5).await;
}

#[tokio::test]
async fn a_task_that_panics_takes_nobody_with_it() {
    let place = Place::new("panics-in-a-group");
    let county = place.open();
    // All three wait for the writer at once, so that they share a group.
    let panics = county.write(|desk| -> Result<(), StoreError> {
        desk.connection.execute_batch("DELETE FROM records").map_err(fault)?;
        panic!("in the middle of a job");
    });
    let (one, failed, two) = tokio::join!(run(&county, 1), panics, run(&county, 2));
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    assert_eq!(failed, Err(StoreError::Panicked));
    agrees(&county, 2).await;
}

#[tokio::test]
async fn after_a_panic_the_county_goes_on_with_what_is_on_disk() {
    let place = Place::new("panic");
    let county = place.open();
    run(&county, 1).await.unwrap();
    let panics = county.write(|desk| -> Result<(), StoreError> {
        desk.connection.execute_batch("DELETE FROM records").map_err(fault)?;
        panic!("in the middle of a job");
    });
    assert_eq!(panics.await, Err(StoreError::Panicked));
    run(&county, 2).await.unwrap();
    agrees(&county, 2).await;
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_busy_and_no_record_s_fault() {
    let place = Place::new("held");
    let county = place.open();
    run(&county, 1).await.unwrap();
    let other = open(&county.path, &county.key, Half::County).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(
        run(&county, 2).await.unwrap_err(),
        StoreError::Busy,
        "it waits for some seconds, and says so"
    );
    other.execute_batch("ROLLBACK").unwrap();
    run(&county, 2).await.unwrap();
    agrees(&county, 2).await;
}

#[tokio::test]
async fn a_full_disk_leaves_everything_as_it_was_and_room_lets_it_go_on() {
    let place = Place::new("full");
    let county = place.open();
    run(&county, 1).await.unwrap();
    let limit =
        |pages: &'static str| county.write(move |desk| desk.connection.execute_batch(pages).map_err(fault));
    limit("PRAGMA max_page_count = 1").await.unwrap();
    let (small, large) = tokio::join!(county.run(job(2, 20_000)), county.run(job(3, 200_000)));
    assert_eq!(small.unwrap_err(), StoreError::Full);
    assert_eq!(large.unwrap_err(), StoreError::Full);
    agrees(&county, 1).await;
    limit("PRAGMA max_page_count = 1000000").await.unwrap();
    county.run(job(3, 200_000)).await.unwrap();
    agrees(&county, 2).await;
}

#[tokio::test]
async fn what_was_answered_is_there_after_opening_again() {
    let place = Place::new("again");
    let county = place.open();
    let (one, two) = tokio::join!(run(&county, 1), run(&county, 2));
    assert!(one.is_ok() && two.is_ok());
    let before = county.standing_now().await.unwrap();
    drop(county);
    let county = place.open();
    let after = county.standing_now().await.unwrap();
    assert_eq!((before.0, before.2), (after.0, after.2));
    assert!(county.record(record(2)).await.unwrap().is_some());
    agrees(&county, 2).await;
}

/// Parts of one person over half a year, of several kinds, some of them on one day.
fn parts(subject: RecordId, count: u64) -> Vec<PartRow> {
    (1..=count)
        .map(|number| {
            let draw = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
            let [part, visit] =
                [3, 4].map(|writer| RecordId::derived(WriterId(writer * 1_000 + count), number));
            let fact = PartFact {
                part,
                visit,
                day: Day(20_000 + i32::try_from(draw % 180 / 3).unwrap()),
                way: if draw.is_multiple_of(3) { Way::Phone } else { Way::Home },
                met: if draw.is_multiple_of(5) { Met::Nobody } else { Met::InPerson },
                reason: draw.is_multiple_of(35).then_some(NotMet::Hospital),
                reason_from: None,
                visitors: 1,
                by: Some(subject),
                beside: Beside::default(),
            };
            let days = vec![fact.day.plus(-9), fact.day.plus(-2)];
            let unread = draw.is_multiple_of(2);
            let beside = Beside { days, ways: vec![Way::Elsewhere], mets: vec![Met::WithCarer], unread };
            let fact = if draw.is_multiple_of(17) { PartFact { beside, ..fact } } else { fact };
            PartRow { part, visit, subject, fact: (!draw.is_multiple_of(11)).then_some(fact) }
        })
        .collect()
}

/// What is wanted, said plainly.
fn wanted(all: &[PartRow], from: Day) -> BTreeSet<RecordId> {
    let facts = || all.iter().filter_map(|row| row.fact.as_ref());
    let kind = |fact: &PartFact| (fact.way, fact.met, fact.visitors);
    facts()
        .filter(|fact| {
            let later = |other: &&PartFact| {
                kind(other) == kind(fact)
                    && !always_needed(other)
                    && other.day < from
                    && (other.day, fact.part) > (fact.day, other.part)
            };
            fact.day >= from || always_needed(fact) || facts().find(later).is_none()
        })
        .map(|fact| fact.part)
        .collect()
}

#[tokio::test]
async fn long_and_short_histories_are_searched_alike() {
    let place = Place::new("parts");
    let county = place.open();
    for count in [3, 20, 31, 32, 200] {
        let subject = RecordId::named("person", &count.to_string());
        let all = parts(subject, count);
        let written = all.clone();
        let write = move |desk: &mut super::Desk<'_>| {
            written.iter().try_for_each(|part| put_part(desk.connection, desk.county, part))
        };
        county.write(write).await.unwrap();
        for day in 19_999..20_062 {
            let found = county.read(move |view| {
                Ok((view.parts_since(subject, Day(day))?, view.parts_by_kind(subject, Day(day))?))
            });
            let (found, by_kind) = found.await.unwrap();
            assert_eq!(found, by_kind);
            assert!(
                found.iter().all(|row| all.contains(row)),
                "a part is read otherwise than it was written"
            );
            let ids: BTreeSet<RecordId> = found.iter().map(|row| row.part).collect();
            assert_eq!(ids, wanted(&all, Day(day)), "{count} parts, from {day}");
        }
    }
}

#[tokio::test]
async fn a_job_that_holds_the_writer_up_leaves_the_others_waiting_or_told_busy() {
    let place = Place::new("busy");
    let county = std::sync::Arc::new(place.open());
    let (start, started) = std::sync::mpsc::channel::<()>();
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let holder = std::sync::Arc::clone(&county);
    let held = tokio::spawn(async move {
        holder
            .write(move |_| {
                let _ = start.send(());
                let _ = gone.recv();
                Ok(())
            })
            .await
    });
    tokio::task::spawn_blocking(move || started.recv()).await.unwrap().unwrap();
    let mut waiting = Vec::new();
    for number in 0..300 {
        let county = std::sync::Arc::clone(&county);
        waiting.push(tokio::spawn(async move { run(&county, number % 7 + 1).await }));
    }
    tokio::task::yield_now().await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    let (mut done, mut busy) = (0, 0);
    for one in waiting {
        match one.await.unwrap() {
            Ok(_) => done += 1,
            Err(StoreError::Busy) => busy += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((done, busy), (256, 44));
    agrees(&county, 7).await;
}

/// All pages of the file as they are behind the key, those that are free among them.
fn pages(place: &Place) -> Vec<u8> {
    let mut connection = open(&place.0.join("county.db"), &[1; 32], Half::County).unwrap();
    connection.serialize("main").unwrap().to_vec()
}

#[tokio::test]
async fn what_was_erased_is_on_no_page_and_in_no_file_any_more() {
    let place = Place::new("erased");
    let words = "说不得的话";
    let person = RecordRef { kind: RecordKind::Person, id: RecordId::named("person", "one") };
    let write = |text: String, salt: u64| OwnPatch {
        record: OwnRecord::Known(person),
        form: None,
        body: Body {
            sets: BTreeMap::from([(keys::NAME.to_owned(), text.into())]),
            salt: WriterId(salt),
            ..Body::default()
        },
        seen: None,
        author: author(),
        stamp: Stamp::default(),
    };
    let prepared = |job| Prepared { county: COUNTY, now_ms: 0, spare_writer: WriterId(9), job };
    let holds = |bytes: &[u8]| bytes.windows(words.len()).any(|at| at == words.as_bytes());
    {
        let county = place.open();
        // Long ones lie on pages of their own, and what stood before lies on pages that are free by now.
        for (number, times) in (1..).zip([1, 2_000, 3, 900, 1]) {
            county.run(prepared(Job::Append(vec![write(words.repeat(times), number)]))).await.unwrap();
        }
        county.overwrite().await.unwrap();
        assert!(holds(&pages(&place)), "it is looked for where it is");
        let word = OwnPatch {
            record: OwnRecord::New(RecordKind::Erasure),
            body: Body { salt: WriterId(77), ..Body::default() },
            ..write(String::new(), 7)
        };
        let erase = Erase { word, records: vec![person], leaves: Vec::new() };
        county.run(prepared(Job::Erase(Box::new(erase)))).await.unwrap();
        county.overwrite().await.unwrap();
        assert_eq!(std::fs::metadata(place.0.join("county.db-wal")).map_or(0, |file| file.len()), 0);
        assert_eq!(audit(&county, &county, COUNTY, &mut |_, _| {}).await.unwrap(), []);
        assert!(county.history(person).await.unwrap().iter().all(|one| one.entry.body.is_none()));
    }
    assert!(!holds(&pages(&place)), "on no page");
}
