//! A county in memory behind the real protocol: what the server does, in a few lines.

use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::permission::{Scope, scopes};
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use forms::form::Form;
use forms::verdict::verdict;
use seal::certificate::{Certificate, RevocationWord};
use seal::codes::{EnrolCode, RecoveryCode};
use seal::county_keys::CountyKeys;
use seal::dice::{SeededDice, draw_u64};
use seal::enrol::{EnrolKey, EnrolReply, EnrolRequest};
use seal::frame::{Limits, RequestFrame, seal_reply};
use seal::stretch::Stretch;
use seal::word::SignedWord;
use seal::{Dictionaries, Dictionary, PublicKey};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use store::county::{DeviceRecord, Directory, Done, FeedRequest, Ledger};
use store::memory::county::{MemoryCounty, Snapshot};
use sync::county::Prepared;
use sync::county::needs::{DeviceState, RecordRow};
use sync::county::prepared::{Exchange, Job, OwnPatch, OwnRecord, Piece};
use sync::wire::exchange::{ExchangeRequest, Page, Position, Rest};
use sync::wire::heads::HeadTables;
use sync::wire::limits::{FRAME_BYTES_MAX, REQUEST_BYTES_MAX};

pub const HERE: AreaCode = AreaCode(532_929_000_000);
pub const TOWN: AreaCode = AreaCode(532_929_101_000);
pub const VILLAGE: AreaCode = AreaCode(532_929_101_001);
pub const OTHER_VILLAGE: AreaCode = AreaCode(532_929_101_002);

/// Runs what never waits.
pub fn now<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("memory never waits"),
    }
}

pub fn person(name: &str) -> RecordId {
    RecordId::named("person", name)
}

pub fn household(name: &str) -> RecordId {
    RecordId::named("household", name)
}

pub fn staff(name: &str) -> RecordId {
    RecordId::named("staff", name)
}

struct Sheet {
    key: EnrolKey,
    staff: RecordId,
    answered: Option<(Hash, EnrolReply)>,
}

struct Desk {
    dice: SeededDice,
    sheets: BTreeMap<String, Sheet>,
    keys_of: BTreeMap<DeviceId, PublicKey>,
    pub recoveries: BTreeMap<DeviceId, RecoveryCode>,
    page_bytes: usize,
    erased: Vec<RecordRef>,
}

pub struct County {
    pub store: MemoryCounty,
    pub keys: CountyKeys,
    desk: Mutex<Desk>,
    forms: Vec<Form>,
}

fn sets(fields: &[(&str, Value)]) -> BTreeMap<String, Value> {
    fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

fn code(area: AreaCode) -> Value {
    Value::Int(area.0 as i64)
}

fn codes(list: &[&str]) -> Value {
    Value::List(list.iter().map(|one| (*one).to_owned()).collect())
}

impl County {
    /// A county with a township of two villages, its staff, duties and forms.
    pub fn new(now_ms: UnixMs) -> Self {
        let mut dice = SeededDice::repeatable(4_711);
        let (keys, _) = CountyKeys::generate(HERE, &mut dice).unwrap();
        let begins = Day::of(now_ms).plus(-400);
        let store = MemoryCounty::new(WriterId(draw_u64(&mut dice)), begins);
        let forms = vec![forms::library::elder_visit().unwrap(), forms::library::child_visit().unwrap()];
        let (sheets, keys_of, recoveries, erased) = Default::default();
        let desk = Mutex::new(Desk { dice, sheets, keys_of, recoveries, page_bytes: 60_000, erased });
        let county = Self { store, keys, desk, forms };
        county.fill(now_ms);
        county
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap()
    }

    pub fn small_pages(&self, bytes: usize) {
        self.desk().page_bytes = bytes;
    }

    fn fill(&self, now_ms: UnixMs) {
        for (area, name, parent) in [
            (HERE, "云龙县", None),
            (TOWN, "诺邓镇", Some(HERE)),
            (VILLAGE, "民主村", Some(TOWN)),
            (OTHER_VILLAGE, "和平村", Some(TOWN)),
        ] {
            let mut fields = vec![(keys::CODE, code(area)), (keys::NAME, name.into())];
            fields.extend(parent.map(|parent| (keys::PARENT, code(parent))));
            self.put(RecordKind::Area, RecordId::named("area", &area.to_string()), &fields, now_ms);
        }
        for (name, role, area) in [
            ("杨洁", "assistance_officer", VILLAGE),
            ("杨洁", "child_director", VILLAGE),
            ("和平", "assistance_officer", VILLAGE),
            ("县管", "county_admin", HERE),
        ] {
            self.put(RecordKind::Staff, staff(name), &[(keys::NAME, name.into())], now_ms);
            let fields = [
                (keys::STAFF, Value::text(staff(name).to_string())),
                (keys::ROLE, role.into()),
                (keys::AREA, code(area)),
                (keys::FROM, "2020-01-01".into()),
            ];
            self.put(
                RecordKind::Assignment,
                RecordId::named("assignment", &format!("{name} {role}")),
                &fields,
                now_ms,
            );
        }
        self.duty("elder_monthly", &["DJ", "GL"], &["home", "elsewhere", "phone", "video"], "month", now_ms);
        self.duty("elder_home_quarterly", &["DJ"], &["home"], "quarter", now_ms);
        self.duty("child_monthly", &["LSET"], &["home", "elsewhere"], "month", now_ms);
        for form in &self.forms {
            let id = RecordId::named("form", &form.hash().to_string());
            let fields = [
                (keys::HASH, Value::text(form.hash().to_string())),
                (keys::FORM, form.def().id.as_str().into()),
                (keys::DEFINITION, form.canonical().into()),
                (keys::ORDER, Value::List(form.field_order().map(str::to_owned).collect())),
                (keys::AREA, code(HERE)),
            ];
            self.put(RecordKind::Form, id, &fields, now_ms);
        }
        for (form, bound) in [("child_visit", keys::AGE_UNTIL), ("elder_visit", keys::AGE_FROM)] {
            let fields = [(keys::FORM, form.into()), (keys::AREA, code(HERE)), (bound, Value::Int(18))];
            self.put(RecordKind::FormAssignment, RecordId::named("form_assignment", form), &fields, now_ms);
        }
        self.home("李阿普家", "李阿普", VILLAGE, "三组", now_ms);
        self.member("李阿普", "李阿普家", "1948-03-02", &["DJ", "GL"], now_ms);
        self.member("李小花", "李阿普家", "2017-05-06", &["LSET"], now_ms);
        self.home("张建国家", "张建国", VILLAGE, "一组", now_ms);
        self.member("张建国", "张建国家", "1940-01-01", &["GL"], now_ms);
        self.home("邻村家", "邻村人", OTHER_VILLAGE, "二组", now_ms);
        self.member("邻村人", "邻村家", "1941-01-01", &["GL"], now_ms);
    }

    pub fn duty(&self, name: &str, categories: &[&str], ways: &[&str], cadence: &str, now_ms: UnixMs) {
        let fields = [
            (keys::DUTY, name.into()),
            (keys::TITLE_ZH, name.into()),
            (keys::KIND, "care".into()),
            (keys::CATEGORIES, codes(categories)),
            (keys::WAYS, codes(ways)),
            (keys::METS, codes(&["self", "self_and_carer"])),
            (keys::CADENCE, cadence.into()),
            (keys::ROLES, codes(&["assistance_officer", "child_director"])),
            (keys::AREA, code(HERE)),
            (keys::FROM, "2024-01-01".into()),
        ];
        self.put(RecordKind::Duty, RecordId::named("duty", name), &fields, now_ms);
    }

    pub fn home(&self, name: &str, head: &str, village: AreaCode, group: &str, now_ms: UnixMs) {
        let fields = [(keys::NAME, head.into()), (keys::VILLAGE, code(village)), (keys::GROUP, group.into())];
        self.put(RecordKind::Household, household(name), &fields, now_ms);
    }

    pub fn member(&self, name: &str, home: &str, born: &str, categories: &[&str], now_ms: UnixMs) {
        let village = if home == "邻村家" { OTHER_VILLAGE } else { VILLAGE };
        let starts: Vec<String> = categories.iter().map(|one| format!("category/{one}/start")).collect();
        let mut fields = vec![
            (keys::NAME, Value::from(name)),
            (keys::BORN, born.into()),
            (keys::SEX, "1".into()),
            (keys::VILLAGE, code(village)),
            (keys::HOUSEHOLD, Value::text(household(home).to_string())),
            (keys::PHONE, "13900000000".into()),
            (keys::ID_NUMBER, "53292919480302045X".into()),
        ];
        fields.extend(starts.iter().map(|key| (key.as_str(), Value::from("2024-01-01"))));
        self.put(RecordKind::Person, person(name), &fields, now_ms);
    }

    fn run(&self, job: Job, now_ms: UnixMs) -> Done {
        let spare_writer = WriterId(draw_u64(&mut self.desk().dice));
        now(self.store.run(Prepared { county: HERE, now_ms, spare_writer, job })).unwrap()
    }

    /// The county writes to a record, having seen all of it.
    pub fn put(&self, kind: RecordKind, id: RecordId, fields: &[(&str, Value)], now_ms: UnixMs) {
        let patch = OwnPatch {
            record: OwnRecord::Known(RecordRef { kind, id }),
            form: None,
            body: Body {
                sets: sets(fields),
                salt: WriterId(draw_u64(&mut self.desk().dice)),
                ..Body::default()
            },
            seen: None,
            author: staff("县管"),
            stamp: Stamp { wall_ms: now_ms, ..Stamp::default() },
        };
        let done = self.run(Job::Append(vec![patch]), now_ms);
        assert_eq!(done.problem, None);
    }

    pub fn record(&self, kind: RecordKind, id: RecordId) -> Option<RecordRow> {
        now(self.store.record(RecordRef { kind, id })).unwrap()
    }

    /// How many records of a kind there are.
    pub fn count(&self, kind: RecordKind) -> usize {
        now(self.store.records_after(kind, None, usize::MAX)).unwrap().len()
    }

    /// A sheet of paper: the code.
    pub fn sheet(&self, name: &str) -> String {
        let mut desk = self.desk();
        let code = EnrolCode::generate(&mut desk.dice);
        let key = EnrolKey::stretch(&code, HERE, Stretch::FAST).unwrap();
        desk.sheets.insert(code.lookup().to_owned(), Sheet { key, staff: staff(name), answered: None });
        code.on_paper()
    }

    /// `POST /enrol`.
    pub fn enrol(&self, body: &str, now_ms: UnixMs) -> String {
        let request: EnrolRequest = serde_json::from_str(body).unwrap();
        let asked = Hash::of(body.as_bytes());
        let mut desk = self.desk();
        let Desk { dice, sheets, keys_of, recoveries, .. } = &mut *desk;
        let problem = |code| serde_json::to_string(&Problem::new(code)).unwrap();
        let Some(sheet) = sheets.get_mut(&request.lookup) else {
            return problem(ProblemCode::EnrolCodeWrong);
        };
        if request.check(&sheet.key).is_err() {
            return problem(ProblemCode::EnrolCodeWrong);
        }
        match &sheet.answered {
            Some((known, reply)) if *known == asked => return serde_json::to_string(reply).unwrap(),
            Some(_) => return problem(ProblemCode::EnrolCodeUsed),
            None => {}
        }
        let certificate = Certificate {
            device: DeviceId(draw_u64(dice)),
            key: request.key,
            writer: WriterId(draw_u64(dice)),
            urgent_writer: WriterId(draw_u64(dice)),
            staff: sheet.staff,
            staff_name: "杨洁".into(),
            county: HERE,
            issued_ms: now_ms,
            roles: Vec::new(),
        };
        let recovery = RecoveryCode::generate(dice);
        let (device, staff) = (certificate.device, certificate.staff);
        let writers = [certificate.writer, certificate.urgent_writer].into_iter().collect();
        let word = SignedWord::sign(&certificate, self.keys.signing()).unwrap();
        let reply = EnrolReply::new(&sheet.key, &request, word, self.keys.public(), &recovery, dice).unwrap();
        keys_of.insert(device, request.key);
        recoveries.insert(device, recovery);
        sheet.answered = Some((asked, reply.clone()));
        let record = DeviceRecord {
            row: DeviceRecord::fresh_row(device, staff, writers, now_ms),
            key: request.key.to_bytes().to_vec(),
            certificate: String::new(),
            recovery_sealed: Vec::new(),
            enrolled_ms: now_ms,
        };
        let code = store::county::EnrolCode {
            lookup: request.lookup.clone(),
            sealed: Vec::new(),
            staff,
            made_ms: now_ms,
            until_ms: i64::MAX,
            tries_left: 5,
            state: store::county::EnrolState::Open,
        };
        now(self.store.put_code(code)).unwrap();
        assert!(now(self.store.enrol(&request.lookup, record)).unwrap());
        serde_json::to_string(&reply).unwrap()
    }

    pub fn recovery_code(&self) -> String {
        self.desk().recoveries.values().next_back().unwrap().read_out()
    }

    pub fn device(&self) -> DeviceId {
        *self.desk().keys_of.keys().next_back().unwrap()
    }

    pub fn set_state(&self, device: DeviceId, state: DeviceState) {
        assert!(now(self.store.set_state(device, state, Day::of(crate::flows::noon()))).unwrap());
    }

    /// The next reply says that these records were erased by law.
    pub fn erase(&self, records: &[RecordRef]) {
        self.desk().erased.extend(records);
    }

    pub fn backup(&self) -> Snapshot {
        self.store.snapshot()
    }

    /// As the server restores: the first opening begins a new epoch.
    pub fn restore(&self, backup: &Snapshot) {
        self.store.restore(backup);
        assert_eq!(self.run(Job::Restored, crate::flows::noon()).problem, None);
    }

    /// `POST /exchange`.
    pub fn exchange(&self, frame: &[u8], now_ms: UnixMs) -> (u16, Vec<u8>) {
        let limits = Limits { frame: FRAME_BYTES_MAX, message: REQUEST_BYTES_MAX };
        let opened = RequestFrame::open(frame, limits).unwrap();
        let key = self.desk().keys_of.get(&opened.device).copied();
        let problem = |code| (400, serde_json::to_vec(&Problem::new(code)).unwrap());
        let Some(key) = key else { return problem(ProblemCode::DeviceUnknown) };
        let Ok(verified) = opened.verify(&key) else { return problem(ProblemCode::SignatureWrong) };
        let message = verified.decompress(&Dictionaries::builtin(), limits).unwrap();
        let request: ExchangeRequest = serde_json::from_slice(&message).unwrap();
        let device = verified.device();
        let mut pieces: Vec<Piece> = request.logs.iter().map(Piece::decode).collect();
        for piece in &mut pieces {
            for (entry, _) in &piece.entries {
                let form = self.forms.iter().find(|form| Some(form.hash()) == entry.patch.form);
                if let (Some(form), Some(body)) = (form, &entry.body) {
                    let odd = verdict(form, &body.row, &body.origins, &body.given);
                    assert_eq!(odd, [], "the county judges as the phone does");
                }
            }
        }
        let exchange = Exchange {
            device,
            number: request.number,
            app: request.app,
            waiting: request.waiting,
            pieces,
            cursor: request.cursor,
            recovered: request.recovered.map(|tables| tables.decode().0).unwrap_or_default(),
            salt: WriterId(draw_u64(&mut self.desk().dice)),
        };
        let done = self.run(Job::Exchange(Box::new(exchange)), now_ms);
        if let Some(problem) = done.problem {
            return (400, serde_json::to_vec(&problem).unwrap());
        }
        let row = now(self.store.device(device)).unwrap().unwrap().row;
        let rest = if done.receipts_only {
            let word = RevocationWord { device, county: HERE, issued_ms: now_ms };
            let word = SignedWord::sign(&word, self.keys.signing()).unwrap();
            let (code, revoked) = match row.state {
                DeviceState::Active => (ProblemCode::ExchangeNumberOld, None),
                DeviceState::Retired => (ProblemCode::DeviceRetired, None),
                DeviceState::Revoked => {
                    (ProblemCode::DeviceRevoked, Some(serde_json::to_string(&word).unwrap()))
                }
            };
            let problem = Problem::new(code).with("number", row.number);
            Rest { problem: Some(problem), revoked, ..Rest::default() }
        } else {
            self.page(row.staff, &request.feeds, done.positions_reset, now_ms)
        };
        let told = request.key.map(|id| serde_json::from_value(id.into()).unwrap());
        let (signer, mut rest) = (self.keys.signing_for(told.as_slice()), rest);
        if signer.public() != self.keys.signing().public() {
            let word = SignedWord::sign(&self.keys.public(), signer).unwrap();
            rest.keys = Some(serde_json::to_string(&word).unwrap());
        }
        let statement = serde_json::to_string(&done.statement.unwrap()).unwrap();
        let rest = serde_json::to_vec(&rest).unwrap();
        let dictionary = Some(&**Dictionary::builtin());
        (200, seal_reply(signer, dictionary, 6, &statement, &rest).unwrap())
    }

    fn page(&self, staff: RecordId, asked: &[Position], reset: bool, now_ms: UnixMs) -> Rest {
        let (_, _, reference, _) = now(self.store.standing_now()).unwrap();
        let granted = scopes(&reference, staff, Day::of(now_ms));
        let reached = |scope: &Scope| {
            let read = asked.iter().find(|position| position.0 == *scope);
            if reset { 0 } else { read.map_or(0, |position| position.1) }
        };
        let feeds: Vec<Position> = granted.iter().map(|scope| Position(*scope, reached(scope))).collect();
        let dropped = asked.iter().map(|one| one.0).filter(|scope| !granted.contains(scope)).collect();
        let bytes_max = self.desk().page_bytes;
        let found = now(self.store.changes_since(FeedRequest { feeds, bytes_max })).unwrap();
        let left =
            found.rows.iter().filter(|row| row.head.is_none()).map(|row| (row.feed, row.record)).collect();
        let mut by_record: BTreeMap<RecordRef, Vec<u16>> = BTreeMap::new();
        for row in found.rows.iter().filter(|row| row.head.is_some()) {
            by_record.entry(row.record).or_default().push(row.feed);
        }
        let heads: BTreeMap<RecordRef, _> =
            found.rows.iter().filter_map(|row| Some((row.record, row.head.as_ref()?))).collect();
        let tables = HeadTables::encode(heads.iter().map(|(record, head)| (*record, &***head)));
        let order = tables.decode().0;
        let scopes = order.iter().map(|(record, _)| by_record.get(record).unwrap().clone()).collect();
        let (feeds, more) = (found.positions, found.more);
        let page = Page { heads: tables, scopes, left, feeds, dropped, more };
        let erased = std::mem::take(&mut self.desk().erased);
        Rest { page: Some(page), digests: found.digests, staff: Some(staff), erased, ..Rest::default() }
    }
}
