//! For the tests of this crate: a county in memory, and a phone of a few lines.

use crate::config::Config;
use crate::county::{County, Stores};
use crate::desk::{Desk, Settings};
use crate::enrol::{HOURS, Sheet, sheet};
use crate::routes::{self, Limits};
use crate::seed::places::COUNTY;
use crate::staff::{self, NewAssignment, operator};
use crate::{clock, seed, seeding};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::Vector;
use domain::patch::{Body as PatchBody, Entry, Patch, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::staff::Role;
use domain::time::{Day, Happened, Stamp};
use domain::value::Value;
use seal::certificate::Certificate;
use seal::county_keys::CountyKeys;
use seal::dice::{Dice, SeededDice, draw_u64};
use seal::enrol::{EnrolKey, EnrolReply, EnrolRequest, Enrolled};
use seal::frame::{ReplyFrame, seal_request};
use seal::stretch::Stretch;
use seal::{Dictionaries, Dictionary, SigningKey};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::audit::audit;
use store::county::Reports;
use store::memory::county::MemoryCounty;
use sync::wire::exchange::{ExchangeReply, ExchangeRequest, Position};
use sync::wire::item::LogPiece;
use sync::wire::limits::REPLY_BYTES_MAX;
use sync::wire::version;
use tower::ServiceExt;

pub(crate) const VILLAGE: AreaCode = seed::story::STORY_VILLAGE;

/// A county in memory with its two routers.
pub(crate) struct World {
    pub county: Arc<County>,
    pub store: Arc<MemoryCounty>,
    pub phones: Router,
    pub desk: Router,
}

pub(crate) fn limits() -> Limits {
    Limits { request: Duration::from_secs(20), concurrent: 8 }
}

impl World {
    /// A county whose register has the fewest people there can be, and no visits.
    pub(crate) async fn new() -> Self {
        Self::with_months(0).await
    }

    pub(crate) async fn with_months(months: u32) -> Self {
        let now_ms = clock::now_ms();
        let mut dice = SeededDice::repeatable(1);
        let (keys, _) = CountyKeys::generate(COUNTY, &mut dice).unwrap();
        let begins = seeding::months_before(Day::of(now_ms), 12);
        let store = Arc::new(MemoryCounty::new(WriterId(draw_u64(&mut dice)), begins));
        let county = County::new(keys, Stores::of(Arc::clone(&store)), dice, Stretch::FAST);
        let style = seed::notes::Style::Plain;
        let order = seeding::Order { seed: 1, subjects: seed::register::SUBJECTS_MIN, months, style };
        seeding::fill(&county, &order, now_ms, &mut |_| {}).await.unwrap();
        let county = Arc::new(county);
        let phones = routes::phones(Arc::clone(&county), &limits());
        let at_desk = Arc::new(Desk::new(Arc::clone(&county), Settings::of(&Config::default())));
        let desk = routes::desk(at_desk, &limits());
        Self { county, store, phones, desk }
    }

    /// The officer of the story's village.
    pub(crate) fn officer(&self) -> RecordId {
        seed::staff::id(VILLAGE, 1)
    }

    pub(crate) async fn sheet(&self, staff: RecordId) -> Sheet {
        sheet(&self.county, staff, HOURS, clock::now_ms()).await.unwrap()
    }

    /// A phone of the story's officer.
    pub(crate) async fn phone(&self, seed: u64) -> Phone {
        self.phone_of(self.officer(), seed).await
    }

    /// A phone of a member of staff.
    pub(crate) async fn phone_of(&self, staff: RecordId, seed: u64) -> Phone {
        let sheet = self.sheet(staff).await;
        let device = SigningKey::generate(&mut SeededDice::repeatable(seed));
        let (request, key) = ask(&sheet, &device, seed);
        let answer = send(&self.phones, "/enrol", serde_json::to_vec(&request).unwrap()).await;
        let reply: EnrolReply = serde_json::from_slice(&answer.unwrap()).unwrap();
        Phone::new(reply.open(&key, &request).unwrap(), device)
    }

    /// Nothing that is stored differs from a recomputation.
    pub(crate) async fn sound(&self) {
        let (store, county) = (self.store.as_ref(), self.county.keys.county());
        let found = audit(store, store, county, &mut |_, _| {}).await.unwrap();
        assert_eq!(found, []);
    }

    /// A lone elder of the story's village.
    pub(crate) async fn elder(&self) -> RecordId {
        story().not_met
    }
}

/// Whom the story is of.
pub(crate) fn story() -> seed::story::Story {
    let today = Day::of(clock::now_ms());
    let plan = seed::Plan { seed: 1, subjects: seed::register::SUBJECTS_MIN, today };
    seed::story::story(&seed::County::new(plan), today).unwrap()
}

/// What a phone asks with, from the sheet on paper.
pub(crate) fn ask(sheet: &Sheet, device: &SigningKey, seed: u64) -> (EnrolRequest, EnrolKey) {
    let key = EnrolKey::stretch(&sheet.code, COUNTY, Stretch::FAST).unwrap();
    let mut dice = SeededDice::repeatable(seed + 1_000);
    (EnrolRequest::new(&key, &sheet.code, COUNTY, device, &mut dice), key)
}

/// Posts bytes; what is not 200 is a problem, or the test fails.
pub(crate) async fn send(router: &Router, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Problem> {
    let (status, bytes) = request(router, Method::POST, path, body).await;
    if status == StatusCode::OK {
        return Ok(bytes);
    }
    let problem: Problem = serde_json::from_slice(&bytes).unwrap();
    if problem.code != ProblemCode::NotFromHere {
        assert_eq!(status, crate::problem::status(problem.code));
    }
    Err(problem)
}

pub(crate) async fn request(
    router: &Router,
    method: Method,
    path: &str,
    body: impl Into<Body>,
) -> (StatusCode, Vec<u8>) {
    let request = Request::builder().method(method).uri(path).body(body.into()).unwrap();
    let response: Response<Body> = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    if !status.is_success() {
        assert_eq!(response.headers()["content-type"], "application/json");
    }
    (status, axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec())
}

/// A phone: keys and a log.
pub(crate) struct Phone {
    pub enrolled: Enrolled,
    pub key: SigningKey,
    pub number: u64,
    pub log: Vec<Entry>,
    pub feeds: Vec<Position>,
    dice: SeededDice,
}

impl Phone {
    pub(crate) fn new(enrolled: Enrolled, key: SigningKey) -> Self {
        let dice = SeededDice::repeatable(enrolled.certificate.device.0);
        Self { enrolled, key, number: 0, log: Vec::new(), feeds: Vec::new(), dice }
    }

    pub(crate) fn certificate(&self) -> &Certificate {
        &self.enrolled.certificate
    }

    /// Writes a new record into the log.
    pub(crate) fn write(&mut self, kind: RecordKind, sets: &[(&str, Value)]) -> RecordId {
        self.write_under(kind, sets, None)
    }

    pub(crate) fn write_under(
        &mut self,
        kind: RecordKind,
        sets: &[(&str, Value)],
        form: Option<(Hash, Vec<Value>)>,
    ) -> RecordId {
        let id = RecordId::derived(self.certificate().writer, self.log.len() as u64 + 1);
        self.append(RecordRef { kind, id }, sets, form, Vector::default());
        id
    }

    /// Writes to a record that somebody else made, without having seen it.
    pub(crate) fn write_to(&mut self, record: RecordRef, sets: &[(&str, Value)]) {
        self.append(record, sets, None, Vector::default());
    }

    /// The same, having seen so much of it.
    pub(crate) fn write_having_seen(&mut self, record: RecordRef, sets: &[(&str, Value)], seen: Vector) {
        self.append(record, sets, None, seen);
    }

    fn append(
        &mut self,
        record: RecordRef,
        sets: &[(&str, Value)],
        form: Option<(Hash, Vec<Value>)>,
        seen: Vector,
    ) {
        let writer = self.certificate().writer;
        let serial = self.log.len() as u64 + 1;
        let sets = sets.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let mut salt = [0; 8];
        self.dice.fill(&mut salt);
        let (form, row) = form.map_or((None, Vec::new()), |(form, row)| (Some(form), row));
        let salt = WriterId(u64::from_le_bytes(salt));
        let body = PatchBody { sets, row, salt, given: BTreeMap::new(), origins: String::new() };
        let patch = Patch {
            writer,
            serial,
            prev: self.log.last().map_or(Hash::ZERO, |entry| entry.patch.hash()),
            record,
            seen,
            form,
            author: self.certificate().staff,
            stamp: Stamp { wall_ms: clock::now_ms(), ..Stamp::default() },
            body_hash: body.hash(),
        };
        self.log.push(Entry { patch, body: Some(body) });
    }

    /// A visit today with one part.
    pub(crate) fn visit(&mut self, subject: RecordId) -> RecordId {
        let today = Happened::whole(Day::of(clock::now_ms()));
        let visit = self.write(
            RecordKind::Visit,
            &[
                (keys::VILLAGE, Value::Int(i64::try_from(VILLAGE.0).unwrap())),
                (keys::WAY, "home".into()),
                (keys::HAPPENED, today.to_string().into()),
            ],
        );
        self.write(
            RecordKind::Part,
            &[
                (keys::VISIT, visit.to_string().into()),
                (keys::SUBJECT, subject.to_string().into()),
                (keys::MET, "self".into()),
            ],
        );
        visit
    }

    /// The whole log as a request with a fresh number.
    pub(crate) fn ask(&mut self) -> ExchangeRequest {
        self.number += 1;
        ExchangeRequest {
            version: version::CURRENT,
            app: "test".into(),
            number: self.number,
            logs: LogPiece::encode(&self.log).into_iter().collect(),
            waiting: 0,
            cursor: None,
            feeds: self.feeds.clone(),
            digest: None,
            recovered: None,
            key: None,
            code: None,
            unread: Vec::new(),
        }
    }

    pub(crate) fn seal(&self, message: &[u8]) -> Vec<u8> {
        let dictionary = Some(&**Dictionary::builtin());
        seal_request(self.certificate().device, &self.key, dictionary, 3, message).unwrap()
    }

    pub(crate) async fn exchange(&mut self, router: &Router) -> Result<ExchangeReply, Problem> {
        let request = self.ask();
        let frame = self.seal(&serde_json::to_vec(&request).unwrap());
        let reply = self.open(&send(router, "/exchange", frame).await?);
        if let Some(page) = &reply.rest.page {
            self.feeds.clone_from(&page.feeds);
        }
        Ok(reply)
    }

    /// Proves and reads a reply.
    pub(crate) fn open(&self, frame: &[u8]) -> ExchangeReply {
        let limits = seal::frame::Limits { frame: REPLY_BYTES_MAX, message: REPLY_BYTES_MAX };
        let frame = ReplyFrame::open(frame, limits).unwrap();
        let key = &self.enrolled.county.signing;
        let opened = frame.verify(key, &Dictionaries::builtin(), limits).unwrap();
        ExchangeReply {
            statement: serde_json::from_str(&opened.proof.statement).unwrap(),
            rest: serde_json::from_slice(&opened.rest).unwrap(),
        }
    }
}

impl World {
    /// Somebody at a township's or the county's desk.
    pub(crate) async fn clerk(&self, role: Role, area: AreaCode) -> RecordId {
        let phone = format!("107{:08}", self.county.dice.number() % 100_000_000);
        let now_ms = clock::now_ms();
        let id = staff::add(&self.county, operator(), "办事员", Some(&phone), now_ms).await.unwrap();
        let new = NewAssignment { staff: id, role, area, from: Day::of(now_ms).plus(-400), until: None };
        staff::assign(&self.county, operator(), &new, now_ms).await.unwrap();
        id
    }

    /// Everything that coverage says of somebody, with what of it readers see.
    pub(crate) async fn standings(&self, person: RecordId) -> Vec<domain::coverage::Standing> {
        self.store.standings_of(person).await.unwrap()
    }
}

impl Phone {
    /// A visit so many days ago at which somebody was not met; the part.
    pub(crate) fn not_met(&mut self, subject: RecordId, reason: &str, days_ago: i32) -> RecordId {
        let parts = self.not_met_all(&[subject], reason, days_ago);
        parts.first().copied().unwrap()
    }

    /// The same of several people of a home; the parts.
    pub(crate) fn not_met_all(
        &mut self,
        subjects: &[RecordId],
        reason: &str,
        days_ago: i32,
    ) -> Vec<RecordId> {
        let day = Happened::whole(Day::of(clock::now_ms()).plus(-days_ago));
        let visit = self.write(
            RecordKind::Visit,
            &[
                (keys::VILLAGE, Value::Int(i64::try_from(VILLAGE.0).unwrap())),
                (keys::WAY, "home".into()),
                (keys::HAPPENED, day.to_string().into()),
            ],
        );
        let part = |subject: &RecordId| {
            let sets = [
                (keys::VISIT, visit.to_string().into()),
                (keys::SUBJECT, subject.to_string().into()),
                (keys::MET, "none".into()),
                (keys::REASON, reason.into()),
                (keys::REASON_WORDS, "邻居说的".into()),
            ];
            self.write(RecordKind::Part, &sets)
        };
        subjects.iter().map(part).collect()
    }
}
