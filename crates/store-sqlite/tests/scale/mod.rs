//! What a phone costs with 5,000 people and 20,000 visits. Measured, not asserted: run by name with
//! `--ignored --nocapture`.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test's own data; clippy knows only functions that are tests themselves"
)]

use crate::folder::{Folder, KEY};
use domain::catalogue::RecordKind;
use domain::coverage::{Place, Standing, Status, Step};
use domain::head::{Head, Write};
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::{Mark, Vector};
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::period::{Cadence, Cut, Period};
use domain::time::{Day, Stamp};
use domain::value::{Origin, Value};
use domain::visit::{Met, PartFact, Way};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::phone::{
    AnswerRow, Batch, DraftRow, FactRow, Link, Links, LogRow, Needle, OwnFilter, PeopleFilter, PersonRow,
    PhoneStore, RecordRow, SearchKeys, WriterRow,
};
use store_sqlite::open;
use store_sqlite::phone::SqlitePhone;

const PEOPLE: u64 = 5_000;
const VISITS: u64 = 20_000;
const OWN: WriterId = WriterId(9);
const TODAY: Day = Day(20_780);
const FAMILY: [(&str, &str); 6] =
    [("李", "li"), ("杨", "yang"), ("普", "pu"), ("张", "zhang"), ("字", "zi"), ("罗", "luo")];
const GIVEN: [(&str, &str); 10] = [
    ("阿", "a"),
    ("花", "hua"),
    ("荣", "rong"),
    ("文", "wen"),
    ("秀", "xiu"),
    ("兴", "xing"),
    ("国", "guo"),
    ("金", "jin"),
    ("木", "mu"),
    ("呷", "ga"),
];

fn person(number: u64) -> RecordId {
    RecordId::derived(WriterId(1), number + 1)
}

fn village(number: u64) -> AreaCode {
    AreaCode(532_929_101_200 + number % 12)
}

fn head(number: u64, fields: u64) -> Head {
    let write = |field: u64| Write {
        writer: OWN,
        serial: number + 1,
        author: person(0),
        at_ms: 1_795_000_000_000,
        value: Value::from(format!("a value of field {field}").as_str()),
        origin: Origin::Asked,
    };
    let fields =
        (0..fields).map(|field| (format!("a/section/question {field}"), vec![write(field)])).collect();
    Head { vector: Vector::from_iter([(OWN, number + 1)]), ahead: Vector::default(), fields }
}

fn person_row(number: u64) -> PersonRow {
    let pick =
        |list: &[(&'static str, &'static str)], by: u64| list[usize::try_from(by).unwrap() % list.len()];
    let name = [pick(&FAMILY, number), pick(&GIVEN, number / 6), pick(&GIVEN, number / 60)];
    let mut keys = SearchKeys::default();
    keys.add(&name.map(|(sign, _)| sign));
    keys.add(&name.map(|(_, sound)| sound));
    keys.add(&name.map(|(_, sound)| &sound[..1]));
    keys.add(&["上", "村", "老", "李", "家"]);
    keys.add_number(&format!("5329291948{:08}", number * 7_919 % 100_000_000));
    keys.add_number(&format!("138{:08}", number * 104_729 % 100_000_000));
    PersonRow {
        id: person(number),
        village: Some(village(number)),
        group: format!("{}组", number % 7),
        household: Some(RecordId::derived(WriterId(2), number / 3 + 1)),
        name: name.map(|(sign, _)| sign).concat(),
        keys: keys.into_text(),
    }
}

fn standings(number: u64) -> Vec<Standing> {
    let period = |cadence| Period::containing(cadence, Cut::Natural, TODAY);
    let month = period(Cadence::Month);
    let duties = [("elder_monthly", month), ("*", month), ("*", month.previous())];
    let place = Place { area: village(number), categories: vec!["TK".to_owned()] };
    let of = |(duty, period): (&str, Period)| Standing {
        duty: duty.to_owned(),
        period,
        subject: person(number),
        steps: vec![
            Step { day: period.from(), place: place.clone(), status: Status::NotYet },
            Step { day: period.from().plus(9), place: place.clone(), status: Status::MetHome },
        ],
        dues: Vec::new(),
        tried_on: None,
        met_on: Some(period.from().plus(9)),
        met_by: Some(person(number)),
        missed: None,
    };
    duties.into_iter().map(of).collect()
}

fn visit_batch(batch: &mut Batch, number: u64) {
    let (subject, day) = (person(number * 31 % PEOPLE), TODAY.plus(-i32::try_from(number / 28).unwrap()));
    let visit = RecordId::derived(OWN, 2 * number + 1);
    let part = RecordId::derived(OWN, 2 * number + 2);
    let links = Links { day: Some(day), ..Links::default() };
    let of_visit = Links { household: Some(RecordId::derived(WriterId(2), number % 1_700)), ..links };
    let of_part = Links { subject: Some(subject), visit: Some(visit), ..links };
    for (kind, id, links, fields) in
        [(RecordKind::Visit, visit, of_visit, 6), (RecordKind::Part, part, of_part, 25)]
    {
        let record = RecordRef { kind, id };
        batch.records.push(RecordRow { record, county: Some(head(number, fields)), view: None, links });
    }
    let (way, met) = (Way::Home, Met::InPerson);
    let fact = PartFact {
        part,
        visit,
        day,
        way,
        met,
        reason: None,
        reason_from: None,
        visitors: 1,
        by: Some(person(0)),
    };
    batch.facts.push(FactRow { subject, fact });
    // Every tenth is this phone's own.
    if number.is_multiple_of(10) {
        let sets = BTreeMap::from([("met".to_owned(), Value::from("self"))]);
        let body =
            Body { sets, row: vec![Value::from("good"); 25], salt: WriterId(number), ..Body::default() };
        let serial = 2 * number + 1;
        let wall_ms = i64::from(day.0) * 86_400_000;
        let patch = Patch {
            writer: OWN,
            serial,
            prev: domain::canonical::Hash::ZERO,
            record: RecordRef { kind: RecordKind::Visit, id: visit },
            seen: Vector::default(),
            form: None,
            author: person(0),
            stamp: Stamp { wall_ms, ..Stamp::default() },
            body_hash: body.hash(),
        };
        let row =
            LogRow::new(Entry { patch, body: Some(body) }, Some(visit), Some(format!("draft {number}")));
        let last = Mark { serial, hash: row.hash };
        batch.writers = vec![WriterRow {
            writer: OWN,
            urgent: false,
            closed: false,
            last,
            delivered: serial.saturating_sub(3),
        }];
        batch.entries.push(row);
    }
}

fn fill(phone: &mut SqlitePhone) {
    for from in (0..PEOPLE).step_by(500) {
        let mut batch = Batch::default();
        for number in from..from + 500 {
            let record = RecordRef { kind: RecordKind::Person, id: person(number) };
            let links = Links { village: Some(village(number)), ..Links::default() };
            batch.records.push(RecordRow { record, county: Some(head(number, 15)), view: None, links });
            batch.people.push(person_row(number));
            batch.standings.push((person(number), standings(number)));
        }
        phone.apply(&batch).unwrap();
    }
    for from in (0..VISITS).step_by(1_000) {
        let mut batch = Batch::default();
        (from..from + 1_000).for_each(|number| visit_batch(&mut batch, number));
        phone.apply(&batch).unwrap();
    }
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    eprintln!("{what:<40} {:>5} times: p50 {:?}, p99 {:?}, most {:?}", times.len(), at(50), at(99), at(100));
}

fn measure(what: &str, times: u64, mut act: impl FnMut(u64)) {
    let timed = |number| {
        let begun = Instant::now();
        act(number);
        begun.elapsed()
    };
    report(what, (0..times).map(timed).collect());
}

fn answer(number: u64) -> Batch {
    let draft = DraftRow {
        id: "draft".to_owned(),
        head: "{\"form\":\"elder\"}".repeat(10),
        changed_ms: i64::try_from(number).unwrap(),
        discarded_ms: None,
    };
    let row = AnswerRow {
        draft: draft.id.clone(),
        subject: person(1),
        path: format!("section/question {}", number % 40),
        value: Value::from("good"),
        origin: Origin::Asked,
    };
    Batch { drafts: vec![draft], answers: vec![row], ..Batch::default() }
}

#[test]
#[ignore = "measures"]
fn what_a_full_phone_costs() {
    let folder = Folder::new();
    let path = folder.path("phone.db");
    let begun = Instant::now();
    fill(&mut SqlitePhone::open(&path, &KEY, 0).unwrap());
    eprintln!("filled in {:?}, {} MB", begun.elapsed(), std::fs::metadata(&path).unwrap().len() >> 20);
    let month = Period::containing(Cadence::Month, Cut::Natural, TODAY);
    measure("open to today's list", 10, |_| {
        let phone = SqlitePhone::open(&path, &KEY, 0).unwrap();
        let due = phone.due("elder_monthly", month, TODAY).unwrap();
        assert_eq!(due.len(), 5_000);
        due.iter().for_each(|row| assert!(phone.person(row.subject).unwrap().is_some()));
        phone.drafts().unwrap();
    });
    let mut phone = SqlitePhone::open(&path, &KEY, 0).unwrap();
    measure("search", 1_000, |number| {
        let row = person_row(number * 13 % PEOPLE);
        let sounds: Vec<&str> = row.keys.split('|').collect();
        let typed = match number % 5 {
            0 => row.name.chars().take(1).collect(),
            1 => row.name.chars().skip(1).collect(),
            2 => sounds[2].chars().take(4).collect::<String>(),
            3 => format!("{:04}", number * 37 % 10_000),
            _ => "没有这个人".to_owned(),
        };
        phone.search(&Needle::of(&typed).unwrap(), 0, 50).unwrap();
    });
    measure("a person's facts", 1_000, |number| drop(phone.facts(person(number), TODAY.plus(-60)).unwrap()));
    measure("a person's last 10 parts", 1_000, |number| {
        let parts = phone.linked(Link::Subject(person(number)), RecordKind::Part, None, 10).unwrap();
        assert!(parts.len() <= 10);
    });
    measure("a village's first 50 people", 200, |number| {
        let filter = PeopleFilter::Village(village(number));
        assert_eq!(phone.people(&filter, 0, 50).unwrap().len(), 50);
    });
    for filter in [OwnFilter::All, OwnFilter::Waiting, OwnFilter::Attention] {
        measure(&format!("own visits: {filter:?}"), 200, |_| {
            drop(phone.own_visits(filter, None, 20).unwrap())
        });
    }
    measure("an answer", 300, |number| phone.apply(&answer(number)).unwrap());
    drop(phone);
    let bare = open::open(&folder.path("bare.db"), &KEY, open::Half::Phone).unwrap();
    bare.execute_batch("CREATE TABLE bare (n INTEGER PRIMARY KEY, text TEXT)").unwrap();
    let insert = "INSERT INTO bare (text) VALUES ('good')";
    measure("one bare durable insert", 300, |_| {
        assert_eq!(bare.prepare_cached(insert).unwrap().execute([]).unwrap(), 1)
    });
}
