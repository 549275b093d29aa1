//! How many visits a second a county takes in, through planning, writing and the disk: phones that
//! each bring 20 visits a request, one request after another. And how long its figures take.
//!
//! `cargo bench -p store-sqlite`. `PHONES`, `REQUESTS` (of each phone), `SUBJECTS`, `FOLDER` change
//! the play; nothing is asserted.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on should stop"
)]

use domain::area::Area;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::log::{Mark, Vector};
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::period::{Cadence, Cut, Period};
use domain::time::{Day, Happened, Stamp};
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;
use store::county::{
    DeviceRecord, Directory, EnrolCode, EnrolState, FeedRequest, FiguresQuery, Ledger, Reports,
};
use store_sqlite::SqliteCounty;
use sync::county::Prepared;
use sync::county::prepared::{Exchange, Job, OwnPatch, OwnRecord, Piece};
use sync::wire::exchange::{Cursor, Position};

const COUNTY: AreaCode = AreaCode(532_929_000_000);
const SEED: WriterId = WriterId(0x5eed_0000_0000_0001);
const VISITS: u64 = 20;
const ANSWERS: usize = 23;
const VILLAGES: u64 = 90;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn today() -> Day {
    Day::from_ymd(2026, 11, 23).unwrap()
}

fn now_ms() -> i64 {
    today().starts_at() + 36_000_000
}

fn village(place: u64) -> AreaCode {
    AreaCode(COUNTY.0 + (101 + place / 9) * 1_000 + 201 + place % 9)
}

fn code(area: AreaCode) -> Value {
    Value::Int(area.0.cast_signed())
}

fn sets<const N: usize>(fields: [(&str, Value); N]) -> BTreeMap<String, Value> {
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn form() -> Hash {
    Hash::of(b"elder")
}

fn prepared(job: Job) -> Prepared {
    Prepared { county: COUNTY, now_ms: now_ms(), spare_writer: WriterId(99), job }
}

fn own(record: RecordRef, sets: BTreeMap<String, Value>) -> OwnPatch {
    let stamp = Stamp { wall_ms: now_ms(), ..Stamp::default() };
    let author = RecordId::named("staff", "admin");
    let body = Body { sets, salt: SEED, ..Body::default() };
    OwnPatch { record: OwnRecord::Known(record), form: None, body, seen: None, author, stamp }
}

fn named(kind: RecordKind, name: &str) -> RecordRef {
    RecordRef { kind, id: RecordId::named("bench", name) }
}

fn person(place: u64) -> RecordId {
    RecordId::derived(SEED, 2 * place + 1)
}

fn household(place: u64) -> RecordId {
    RecordId::derived(SEED, 2 * place + 2)
}

fn list(codes: &[&str]) -> Value {
    Value::List(codes.iter().map(|code| (*code).to_owned()).collect())
}

/// Areas, staff, duties, a form.
fn furniture(phones: u64) -> Vec<OwnPatch> {
    let area = |area: AreaCode, parent: Option<AreaCode>| {
        let mut fields = sets([(keys::CODE, code(area)), (keys::NAME, area.to_string().into())]);
        fields.extend(parent.map(|parent| (keys::PARENT.to_owned(), code(parent))));
        own(Area::record(area), fields)
    };
    let mut patches = vec![area(COUNTY, None)];
    for place in 0..VILLAGES {
        let township = AreaCode(village(place).0 / 1_000 * 1_000);
        if place.is_multiple_of(9) {
            patches.push(area(township, Some(COUNTY)));
        }
        patches.push(area(village(place), Some(township)));
    }
    for phone in 0..phones {
        let staff = named(RecordKind::Staff, &format!("staff {phone}"));
        patches.push(own(staff, sets([(keys::NAME, format!("staff {phone}").into())])));
        let assignment = named(RecordKind::Assignment, &format!("assignment {phone}"));
        let fields = sets([
            (keys::STAFF, staff.id.to_string().into()),
            (keys::ROLE, "assistance_officer".into()),
            (keys::AREA, code(village(phone % VILLAGES))),
            (keys::FROM, "2026-01-01".into()),
        ]);
        patches.push(own(assignment, fields));
    }
    for (duty, cadence, categories) in [
        ("elder", "month", &["LSLR"][..]),
        ("home", "quarter", &["LSLR", "TK"]),
        ("rounds", "days:30", &["TK"]),
    ] {
        let fields = sets([
            (keys::DUTY, duty.into()),
            (keys::TITLE_ZH, duty.into()),
            (keys::KIND, "care".into()),
            (keys::CATEGORIES, list(categories)),
            (keys::WAYS, list(&["home"])),
            (keys::METS, list(&["self", "self_and_carer"])),
            (keys::CADENCE, cadence.into()),
            (keys::CUT, "natural".into()),
            (keys::AREA, code(COUNTY)),
            (keys::FROM, "2026-01-01".into()),
        ]);
        patches.push(own(named(RecordKind::Duty, duty), fields));
    }
    let order: Vec<String> =
        (0..ANSWERS).map(|place| format!("section{}/question{place}", place % 5)).collect();
    let fields = sets([
        (keys::FORM, "elder".into()),
        (keys::HASH, form().to_string().into()),
        (keys::ORDER, Value::List(order)),
        (keys::AREA, code(COUNTY)),
    ]);
    patches.push(own(named(RecordKind::Form, "elder"), fields));
    patches
}

fn register(place: u64, per_village: u64) -> [OwnPatch; 2] {
    let village = village(place / per_village % VILLAGES);
    let home = RecordRef { kind: RecordKind::Household, id: household(place) };
    let house = sets([(keys::VILLAGE, code(village)), (keys::NAME, format!("户主{place}").into())]);
    let category = if place.is_multiple_of(5) { "TK" } else { "LSLR" };
    let start = format!("{}{category}/start", keys::CATEGORY);
    let fields = sets([
        (keys::NAME, format!("段某{place}").into()),
        (keys::PINYIN, "duan mou mou".into()),
        (keys::SEX, "1".into()),
        (keys::BORN, "1950-05-01".into()),
        (keys::ID_NUMBER, "532929195005010019".into()),
        (keys::ETHNIC_GROUP, "14".into()),
        (keys::VILLAGE, code(village)),
        (keys::HOUSEHOLD, home.id.to_string().into()),
        (keys::RELATION, "户主".into()),
        (keys::GROUP, "三组".into()),
        (keys::DIRECTIONS, "村委会往上走二百米，左手边第二家".into()),
        (keys::PHONE, "13988700001".into()),
        (&start, "2024-01-01".into()),
    ]);
    [own(home, house), own(RecordRef { kind: RecordKind::Person, id: person(place) }, fields)]
}

/// One phone: its log, its next request.
struct Phone {
    place: u64,
    writer: WriterId,
    staff: RecordId,
    serial: u64,
    prev: Hash,
    number: u64,
    cursor: Option<Cursor>,
    next: u64,
}

impl Phone {
    fn new(place: u64) -> Self {
        let writer = WriterId(place.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let staff = named(RecordKind::Staff, &format!("staff {place}")).id;
        Self { place, writer, staff, serial: 0, prev: Hash::ZERO, number: 0, cursor: None, next: 0 }
    }

    fn push(
        &mut self,
        entries: &mut Vec<(Entry, Hash)>,
        kind: RecordKind,
        form: Option<Hash>,
        body: Body,
    ) -> RecordId {
        self.serial += 1;
        let body = Body { salt: WriterId(self.serial), ..body };
        let id = RecordId::derived(self.writer, self.serial);
        let stamp = Stamp {
            wall_ms: now_ms(),
            up_ms: 77_000_000,
            boot: 3,
            county_ms: now_ms(),
            county_up_ms: 70_000_000,
        };
        let patch = Patch {
            writer: self.writer,
            serial: self.serial,
            prev: self.prev,
            record: RecordRef { kind, id },
            seen: Vector::default(),
            form,
            author: self.staff,
            stamp,
            body_hash: body.hash(),
        };
        self.prev = patch.hash();
        entries.push((Entry { patch, body: Some(body) }, self.prev));
        id
    }

    fn request(&mut self, per_village: u64) -> Exchange {
        let (from, prev) = (self.serial + 1, self.prev);
        let mut entries = Vec::new();
        let home = self.place % VILLAGES;
        for _ in 0..VISITS {
            let subject = home * per_village + self.next * 35 % per_village;
            let day = today().plus(-i32::try_from(self.next / per_village % 60).unwrap());
            self.next += 1;
            let visit = sets([
                (keys::HOUSEHOLD, household(subject).to_string().into()),
                (keys::VILLAGE, code(village(home))),
                (keys::WAY, "home".into()),
                (keys::HAPPENED, Happened::morning(day).to_string().into()),
            ]);
            let visit =
                self.push(&mut entries, RecordKind::Visit, None, Body { sets: visit, ..Body::default() });
            let part = sets([
                (keys::VISIT, visit.to_string().into()),
                (keys::SUBJECT, person(subject).to_string().into()),
                (keys::MET, "self".into()),
            ]);
            let mut row: Vec<Value> =
                (0..ANSWERS - 1).map(|place| Value::from(format!("choice{}", place % 4))).collect();
            row.push("老人精神好，耳朵有点背，药按时吃；屋后墙有一条裂缝，下雨会渗水，已告诉村委会，下次再看，请子女常打电话".into());
            let given = sets([("today", today().to_string().into())]);
            let body = Body { sets: part, row, origins: "ccccpaaa".into(), given, ..Body::default() };
            self.push(&mut entries, RecordKind::Part, Some(form()), body);
        }
        self.number += 1;
        let piece = Piece {
            writer: self.writer,
            from,
            prev,
            last: self.prev,
            entries,
            unreadable: None,
            questions: BTreeMap::new(),
            kept: BTreeSet::new(),
            joining_kept: false,
        };
        Exchange {
            device: DeviceId(self.place + 1),
            number: self.number,
            app: "0.1.0".into(),
            waiting: 0,
            pieces: vec![piece],
            cursor: self.cursor,
            recovered: Vec::new(),
            salt: WriterId(5),
        }
    }
}

async fn enrol(county: &SqliteCounty, phone: &Phone) {
    let lookup = format!("code {}", phone.place);
    let code = EnrolCode {
        lookup: lookup.clone(),
        sealed: vec![0; 64],
        staff: phone.staff,
        made_ms: now_ms(),
        until_ms: now_ms() + 1,
        tries_left: 5,
        state: EnrolState::Open,
    };
    county.put_code(code).await.unwrap();
    let row =
        DeviceRecord::fresh_row(DeviceId(phone.place + 1), phone.staff, [phone.writer].into(), now_ms());
    let device = DeviceRecord {
        row,
        key: vec![0; 32],
        certificate: "certificate".repeat(20),
        recovery_sealed: vec![0; 80],
        enrolled_ms: now_ms(),
    };
    assert!(county.enrol(&lookup, device).await.unwrap());
}

async fn found(county: &SqliteCounty, phones: u64, subjects: u64, per_village: u64) {
    county.run(prepared(Job::Append(furniture(phones)))).await.unwrap();
    for first in (0..subjects).step_by(500) {
        let patches = (first..(first + 500).min(subjects)).flat_map(|place| register(place, per_village));
        county.run(prepared(Job::Append(patches.collect()))).await.unwrap();
    }
    for first in (0..subjects).step_by(500) {
        let subjects = (first..(first + 500).min(subjects)).map(person).collect();
        let (from, horizon) = (today(), today().plus(60));
        county.run(prepared(Job::Roll { subjects, from, horizon })).await.unwrap();
    }
}

async fn play(
    county: Arc<SqliteCounty>,
    mut phone: Phone,
    requests: u64,
    per_village: u64,
) -> (Phone, Vec<f64>) {
    let mut times = Vec::new();
    for _ in 0..requests {
        let exchange = phone.request(per_village);
        let began = Instant::now();
        let done = county.run(prepared(Job::Exchange(Box::new(exchange)))).await.unwrap();
        times.push(began.elapsed().as_secs_f64() * 1e3);
        let statement = done.statement.unwrap();
        let mark = Mark { serial: phone.serial, hash: phone.prev };
        assert!(statement.marks.contains(&(phone.writer, mark)), "everything is held");
        assert!(statement.outcomes.is_empty(), "and applied: {:?}", statement.outcomes);
        phone.cursor = Some(Cursor { epoch: statement.epoch, seq: statement.seq, hash: statement.hash });
    }
    (phone, times)
}

fn quantile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() - 1) as f64 * share) as usize]
}

/// Processor time of this process so far, in seconds: steadier than the clock on a busy machine.
fn processor_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit(')').next().unwrap_or_default();
    let field = |place: usize| -> f64 {
        after.split_whitespace().nth(place).and_then(|word| word.parse().ok()).unwrap_or(0.0)
    };
    // User and system time, in ticks of 10 ms.
    (field(11) + field(12)) / 100.0
}

async fn rounds(
    county: &Arc<SqliteCounty>,
    phones: Vec<Phone>,
    requests: u64,
    per_village: u64,
) -> Vec<Phone> {
    let (began, worked) = (Instant::now(), processor_s());
    let count = phones.len() as u64;
    let tasks: Vec<_> = phones
        .into_iter()
        .map(|phone| tokio::spawn(play(Arc::clone(county), phone, requests, per_village)))
        .collect();
    let (mut back, mut times) = (Vec::new(), Vec::new());
    for task in tasks {
        let (phone, mut one) = task.await.unwrap();
        times.append(&mut one);
        back.push(phone);
    }
    let seconds = began.elapsed().as_secs_f64();
    let visits = count * requests * VISITS;
    let (half, slow) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
    println!(
        "{count:>3} phones × {requests} × {VISITS}: {:>7.0} visits/s, request p50 {half:.1} ms, p99 {slow:.1} ms, \
         {:.0} µs of processor a visit",
        visits as f64 / seconds,
        (processor_s() - worked) * 1e6 / visits as f64
    );
    back
}

async fn read(county: &SqliteCounty) {
    let period = Period::containing(Cadence::Month, Cut::Natural, today());
    for (duty, category) in [("elder", "*"), ("*", "*")] {
        let query = FiguresQuery { duty: duty.into(), period, category: category.into(), as_of: today() };
        let mut times = Vec::new();
        let mut people = 0;
        for _ in 0..200 {
            let began = Instant::now();
            let figures = county.figures(&query).await.unwrap();
            times.push(began.elapsed().as_secs_f64() * 1e3);
            people = figures.values().sum();
        }
        let (half, slow) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
        println!("figures of {duty} by village: p50 {half:.3} ms, p99 {slow:.3} ms ({people} people)");
    }
    let scope =
        domain::permission::Scope { area: village(0), audience: domain::permission::Audience::General };
    let began = Instant::now();
    let (mut position, mut rows, mut pages) = (Position(scope, 0), 0, 0);
    loop {
        let request = FeedRequest { feeds: vec![position], bytes_max: 64 * 1024 };
        let page = county.changes_since(request).await.unwrap();
        (rows, pages) = (rows + page.rows.len(), pages + 1);
        position = page.positions[0];
        if !page.more {
            break;
        }
    }
    println!(
        "first sync of a village: {rows} records in {pages} pages, {:.1} ms",
        began.elapsed().as_secs_f64() * 1e3
    );
}

fn main() {
    let (phones, requests, subjects) =
        (number("PHONES", 32), number("REQUESTS", 20), number("SUBJECTS", 20_000));
    let per_village = subjects / VILLAGES;
    let folder = std::env::var("FOLDER").map_or_else(|_| std::env::temp_dir(), Into::into);
    let folder = folder.join(format!("shanfang-bench-{}", std::process::id()));
    let path = folder.join("county.db");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let began = Instant::now();
        let county = SqliteCounty::open(&path, &[3; 32], COUNTY, WriterId(7), today().plus(-90)).unwrap();
        let county = Arc::new(county);
        found(&county, phones, subjects, per_village).await;
        println!("{subjects} people founded and rolled in {:.1} s", began.elapsed().as_secs_f64());
        let mut all: Vec<Phone> = (0..phones).map(Phone::new).collect();
        for phone in &all {
            enrol(&county, phone).await;
        }
        // On a noisy machine the best of several says most.
        let again = usize::try_from(number("AGAIN", 1)).unwrap();
        for count in [1, 8].into_iter().chain(std::iter::repeat_n(all.len(), again)) {
            let rest = all.split_off(count.min(all.len()));
            all = rounds(&county, all, requests, per_village).await;
            all.extend(rest);
        }
        read(&county).await;
        let size = std::fs::metadata(&path).map_or(0, |file| file.len());
        println!("file {} MiB", size / 1024 / 1024);
    });
    let _ = std::fs::remove_dir_all(&folder);
}
