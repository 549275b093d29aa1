//! The real county over a store in memory, in this process: its own enrolment and its own ingest, at the
//! times that a test says.

use super::flows::noon;
use axum::body::Bytes;
use county_server::county::{County as Server, Stores};
use county_server::decide::{self, Retraction, Verdict, Word};
use county_server::duplicates::{self, Merging};
use county_server::enrol::{self, HOURS};
use county_server::handover::{HandOver, hand_over};
use county_server::open::begin_again;
use county_server::problem::status;
use county_server::register::Register;
use county_server::{changes, concerns, erase, ingest, registrations, staff as members, urgent};
use domain::catalogue::{RecordKind, keys};
use domain::concern::ConcernState;
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::problem::Problem;
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use seal::Dictionaries;
use seal::county_keys::CountyKeys;
use seal::dice::{SeededDice, draw_u64};
use seal::enrol::EnrolRequest;
use seal::frame::RequestFrame;
use seal::stretch::Stretch;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::StoreError;
use store::county::{Directory, Ledger, QueueItem, Reports};
use store::memory::county::{MemoryCounty, Snapshot};
use sync::county::needs::{DeviceState, PartRow, RecordRow, WaitsFor};
use sync::county::prepared::{Decision, OwnPatch, OwnRecord};
use sync::wire::exchange::ExchangeRequest;
use tokio::runtime::{Builder, Runtime};

pub const HERE: AreaCode = AreaCode(532_929_000_000);
pub const TOWN: AreaCode = AreaCode(532_929_101_000);
pub const VILLAGE: AreaCode = AreaCode(532_929_101_001);
pub const OTHER_VILLAGE: AreaCode = AreaCode(532_929_101_002);

pub fn person(name: &str) -> RecordId {
    RecordId::named("person", name)
}

pub fn household(name: &str) -> RecordId {
    RecordId::named("household", name)
}

pub fn staff(name: &str) -> RecordId {
    RecordId::named("staff", name)
}

/// A county that is serving.
pub struct County {
    server: Arc<Server>,
    store: Arc<MemoryCounty>,
    runtime: Runtime,
    starts: u64,
    asks: AtomicBool,
}

impl County {
    /// A county with a township of two villages, its staff, duties, forms and people.
    pub fn new(now_ms: UnixMs) -> Self {
        let mut dice = SeededDice::repeatable(4_711);
        let (keys, _) = CountyKeys::generate(HERE, &mut dice).unwrap();
        let begins = Day::of(now_ms).plus(-400);
        let store = Arc::new(MemoryCounty::new(WriterId(draw_u64(&mut dice)), begins));
        let runtime = Builder::new_current_thread().build().unwrap();
        let server = Arc::new(server(keys, &store, dice));
        let county = Self { server, store, runtime, starts: 0, asks: AtomicBool::new(false) };
        county.furnish(now_ms);
        county
    }

    fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    pub fn keys(&self) -> &CountyKeys {
        &self.server.keys
    }

    /// The county writes to records, having seen all of them.
    pub fn put_all(&self, records: Vec<(RecordRef, Vec<(&str, Value)>)>, now_ms: UnixMs) {
        let patch = |(record, fields): (RecordRef, Vec<(&str, Value)>)| {
            let sets = fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            let body = Body { sets, salt: WriterId(self.server.dice.number()), ..Body::default() };
            let (record, stamp) = (OwnRecord::Known(record), Stamp { wall_ms: now_ms, ..Stamp::default() });
            OwnPatch { record, form: None, body, seen: None, author: staff("县管"), stamp }
        };
        let patches = records.into_iter().map(patch).collect();
        self.wait(self.server.append(patches, now_ms)).unwrap();
    }

    /// The county writes to a record, having seen all of it.
    pub fn put(&self, kind: RecordKind, id: RecordId, fields: &[(&str, Value)], now_ms: UnixMs) {
        self.put_all(vec![(RecordRef { kind, id }, fields.to_vec())], now_ms);
    }

    pub fn record(&self, kind: RecordKind, id: RecordId) -> Option<RecordRow> {
        self.wait(self.store.record(RecordRef { kind, id })).unwrap()
    }

    /// How many records of a kind there are.
    pub fn count(&self, kind: RecordKind) -> usize {
        self.wait(self.store.records_after(kind, None, usize::MAX)).unwrap().len()
    }

    /// What waits for a reviewer, or for something that is still to come.
    pub fn waiting(&self) -> Vec<QueueItem> {
        self.wait(self.store.queue(usize::MAX)).unwrap()
    }

    /// Nothing that is stored differs from a recomputation.
    /// The parts of a person, as the county has them.
    pub fn parts_of(&self, subject: RecordId) -> Vec<PartRow> {
        self.wait(self.store.parts_of(subject, usize::MAX)).unwrap()
    }

    /// A reviewer's word on the first item that waits for one; answers how a later word names it.
    pub fn decide(&self, verdict: Verdict, reason: &str, now_ms: UnixMs) -> RecordId {
        let all = self.waiting();
        let item = all.iter().find(|item| item.waits_for == Some(WaitsFor::Reviewer)).unwrap();
        let items = vec![format!("{}:{}", item.dot.writer, item.dot.serial)];
        let word = Word { items, verdict, reason: reason.to_owned(), by: staff("县管") };
        self.wait(decide::decide(&self.server, &word, now_ms)).unwrap();
        Decision::record(item.hash).id
    }

    /// The county says that two records are of one person; answers how a later word names it.
    pub fn merge(&self, person: RecordId, into: RecordId, now_ms: UnixMs) -> RecordId {
        let (takes, reason) = (BTreeSet::new(), "同一个人".to_owned());
        let word = Merging { person, into, takes, reason, by: staff("县管") };
        self.wait(duplicates::merge(&self.server, &word, now_ms)).unwrap()
    }

    /// The township's word on a reported change.
    pub fn say_of_change(&self, part: RecordId, who: &str, said: changes::Said, words: &str, now_ms: UnixMs) {
        let (person, by) = (person(who), staff("县管"));
        let word =
            changes::Word { person, parts: vec![part], also: Vec::new(), said, words: words.to_owned(), by };
        self.wait(changes::say(&self.server, &word, now_ms)).unwrap();
    }

    /// The township's word on somebody who was registered at the door.
    pub fn say_of_registration(
        &self,
        person: RecordId,
        said: registrations::Said,
        words: &str,
        now_ms: UnixMs,
    ) {
        let word = registrations::Word { person, said, words: words.to_owned(), by: staff("县管") };
        self.wait(registrations::say(&self.server, &Register::default(), &word, now_ms)).unwrap();
    }

    /// The township's answer to a concern.
    pub fn answer(&self, concern: RecordId, state: Option<ConcernState>, words: &str, now_ms: UnixMs) {
        let due = Some(Day::of(now_ms).plus(7));
        let (handler, words, by) = ("张站长".to_owned(), words.to_owned(), staff("县管"));
        let word = concerns::Word { concern, state, handler, due, words, seen: None, by };
        self.wait(concerns::answer(&self.server, &word, now_ms)).unwrap();
    }

    /// Villages of one worker become another's.
    pub fn hand_over(&self, from: &str, to: &str, day: Day, now_ms: UnixMs) -> usize {
        let new = HandOver { from: staff(from), to: staff(to), villages: vec![VILLAGE], day };
        self.wait(hand_over(&self.server, members::operator(), &new, now_ms)).unwrap()
    }

    /// What is kept of where somebody stands.
    pub fn standings_of(&self, who: &str) -> Vec<domain::coverage::Standing> {
        self.wait(self.store.standings_of(person(who))).unwrap()
    }

    /// A decision is taken back.
    pub fn undo(&self, decision: RecordId, now_ms: UnixMs) {
        let word = Retraction { decision, reason: "看错了人".to_owned(), by: staff("县管") };
        self.wait(decide::undo(&self.server, &word, now_ms)).unwrap();
    }

    pub fn is_sound(&self) {
        let (ledger, reports) = (self.store.as_ref(), self.store.as_ref());
        let found = self.wait(store::audit::audit(ledger, reports, HERE, &mut |_, _| {}));
        assert_eq!(found.unwrap(), []);
    }

    /// A sheet of paper: the code.
    pub fn sheet(&self, name: &str) -> String {
        let sheet = self.wait(enrol::sheet(&self.server, staff(name), HOURS, noon())).unwrap();
        sheet.code.on_paper()
    }

    /// `POST /enrol`.
    pub fn enrol(&self, body: &str, now_ms: UnixMs) -> String {
        let request: EnrolRequest = serde_json::from_str(body).unwrap();
        let answer = self.wait(enrol::enrol(&self.server, &request, now_ms));
        answer.map_or_else(
            |problem| serde_json::to_string(&problem).unwrap(),
            |reply| serde_json::to_string(&reply).unwrap(),
        )
    }

    pub fn recovery_code(&self) -> String {
        self.wait(enrol::recovery(&self.server, self.device())).unwrap().read_out()
    }

    /// The one phone.
    pub fn device(&self) -> DeviceId {
        let devices = self.wait(self.store.devices()).unwrap();
        assert_eq!(devices.len(), 1);
        devices[0].row.device
    }

    pub fn set_state(&self, device: DeviceId, state: DeviceState) {
        self.wait(members::set_state(&self.server, members::operator(), device, state, noon())).unwrap();
    }

    /// From now on the county may have questions.
    pub fn may_ask(&self) {
        self.asks.store(true, Ordering::Relaxed);
    }

    /// `POST /exchange`. The county judges as the phone does: it has nothing to ask, unless a test says so.
    pub fn exchange(&self, frame: &[u8], now_ms: UnixMs) -> (u16, Vec<u8>) {
        let frame = Bytes::copy_from_slice(frame);
        let answer = self.wait(ingest::exchange(&self.server, frame, now_ms));
        let asks = self.asks.load(Ordering::Relaxed);
        let asked = self.waiting().iter().any(|item| !item.questions.is_empty());
        assert!(asks || !asked, "{:?}", self.waiting());
        match answer {
            Ok(reply) => (200, reply),
            Err(problem) => refused(&problem),
        }
    }

    /// `POST /urgent`.
    pub fn urgent(&self, sealed: &[u8], now_ms: UnixMs) -> (u16, Vec<u8>) {
        match self.wait(urgent::take_sealed(&self.server, sealed, now_ms)) {
            Ok(word) => (200, word.into_bytes()),
            Err(problem) => refused(&problem),
        }
    }

    /// Somebody at the desk reads a report.
    pub fn read_urgent(&self, report: RecordId, name: &str, now_ms: UnixMs) {
        let (_, _, reference, _) = self.wait(self.store.standing_now()).unwrap();
        self.wait(urgent::open(&self.server, &reference, report, staff(name), now_ms)).unwrap();
    }

    /// What a request of the phone says.
    pub fn request(&self, frame: &[u8]) -> ExchangeRequest {
        let limits = ingest::LIMITS;
        let frame = RequestFrame::open(frame, limits).unwrap();
        let key = self.wait(self.server.device(frame.device)).unwrap().key;
        let message = frame.verify(&key).unwrap().decompress(&Dictionaries::builtin(), limits).unwrap();
        serde_json::from_slice(&message).unwrap()
    }

    /// The next job of the county fails, and nothing of it is written.
    pub fn fail_next(&self, error: StoreError) {
        self.store.fail_next(error);
    }

    /// The next job of the county is written, and its answer is lost.
    pub fn lose_next(&self, error: StoreError) {
        self.store.lose_next(error);
    }

    /// An administrator asks for an erasure, and somebody else approves it.
    pub fn erase(&self, kind: RecordKind, id: RecordId) {
        let approver = [
            (keys::STAFF, staff("负责人").to_string().into()),
            (keys::ROLE, "approver".into()),
            (keys::AREA, Value::Int(i64::try_from(HERE.0).unwrap())),
            (keys::FROM, "2026-01-01".into()),
        ];
        self.put(RecordKind::Assignment, staff("负责人"), &approver, noon());
        let (target, reason) = (RecordRef { kind, id }, "本人申请".to_owned());
        let asked = erase::Ask { target, reason, by: staff("县管") };
        let erasure = self.wait(erase::ask(&self.server, &asked, noon())).unwrap();
        let word = erase::Word { erasure, refused: None, by: staff("负责人") };
        self.wait(erase::say(&self.server, &word, noon())).unwrap();
    }

    pub fn backup(&self) -> Snapshot {
        self.store.snapshot()
    }

    /// As after a disaster: the copy takes the place of what was there, and a new process begins.
    pub fn restore(&mut self, backup: &Snapshot) {
        self.store.restore(backup);
        self.start_again(|_| {});
        self.wait(begin_again(&self.server, noon())).unwrap();
        self.wait(erase::again(&self.server, noon())).unwrap();
    }

    /// The server is stopped and takes a new signing key.
    pub fn renew_keys(&mut self) {
        self.start_again(|keys| keys.renew_signing(&mut SeededDice::repeatable(8)));
    }

    fn start_again(&mut self, change: impl FnOnce(&mut CountyKeys)) {
        let mut keys = CountyKeys::from_json(&self.keys().to_json().unwrap()).unwrap();
        change(&mut keys);
        self.starts += 1;
        let dice = SeededDice::repeatable(9_000 + self.starts);
        let mut server = server(keys, &self.store, dice);
        server.erasures = self.server.erasures.clone();
        self.server = Arc::new(server);
    }
}

fn server(keys: CountyKeys, store: &Arc<MemoryCounty>, dice: SeededDice) -> Server {
    Server::new(keys, Stores::of(Arc::clone(store)), dice, Stretch::FAST)
}

fn refused(problem: &Problem) -> (u16, Vec<u8>) {
    (status(problem.code).as_u16(), serde_json::to_vec(problem).unwrap())
}
