//! A headless writer: enrolled for real, with a log of visits made ready beforehand, which it brings to
//! the county over a kept connection. It opens every reply and goes on from there, as a phone does; it
//! keeps nothing and shows nothing, so that the county and not the phones is measured.

use crate::Outcome;
use county_server::county::County;
use county_server::seed::visits::SeedVisit;
use county_server::{clock, enrol};
use domain::ids::RecordId;
use domain::log::Mark;
use seal::dice::SeededDice;
use seal::enrol::{EnrolKey, EnrolRequest, Enrolled};
use seal::frame::{Limits, ReplyFrame, seal_request};
use seal::stretch::Stretch;
use seal::{Dictionaries, Dictionary, SigningKey};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use sync::wire::exchange::{Cursor, Position};
use sync::wire::item::LogPiece;
use sync::wire::limits::REPLY_BYTES_MAX;
use sync::wire::receipt::Statement;
use sync::wire::version;
use system_tests::workload::LogMaker;

/// A writer compresses fast: its processor time is taken from the county's.
const LEVEL: i32 = 1;

/// Visits of one request, ready to be sent.
#[derive(Debug)]
struct Batch {
    logs: Box<RawValue>,
    visits: usize,
    /// How far the county holds the log when it has taken this in.
    mark: Mark,
}

/// A headless writer.
#[derive(Debug)]
pub struct Writer {
    key: SigningKey,
    enrolled: Enrolled,
    log: LogMaker,
    batches: std::vec::IntoIter<Batch>,
    number: u64,
    cursor: Option<Cursor>,
    feeds: Vec<Position>,
    /// How far the county has said that it holds the log.
    pub held: Mark,
}

/// A request, whose pieces of a log are spelled already.
#[derive(serde::Serialize)]
struct Request<'a> {
    v: u32,
    app: &'static str,
    n: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    logs: Option<&'a RawValue>,
    waiting: u64,
    cursor: Option<Cursor>,
    feeds: &'a [Position],
}

/// Of a reply, what a writer needs to go on.
#[derive(Deserialize)]
struct Rest {
    page: Option<Page>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    f: Vec<Position>,
    #[serde(default)]
    m: bool,
}

/// What carries a request frame to the county and its reply back.
pub trait Carries {
    /// Carries one.
    fn carry(&mut self, frame: &[u8]) -> Outcome<Vec<u8>>;
}

impl Carries for Line {
    fn carry(&mut self, frame: &[u8]) -> Outcome<Vec<u8>> {
        self.post("/exchange", frame)
    }
}

/// What came of one exchange.
#[derive(Debug, Clone, Copy, Default)]
pub struct Came {
    /// Visits that the county has signed for.
    pub visits: usize,
    /// Whether the county has more for this phone.
    pub more: bool,
}

impl Writer {
    /// Enrols a phone of a member of staff, as the sheet of paper and both ends do it.
    pub async fn enrol(county: &County, staff: RecordId, place: u64) -> Outcome<Self> {
        let now_ms = clock::now_ms();
        let said = |problem: domain::problem::Problem| problem.en();
        let sheet = enrol::sheet(county, staff, enrol::HOURS, now_ms).await.map_err(said)?;
        let mut dice = SeededDice::repeatable(place);
        let key = SigningKey::generate(&mut dice);
        let code = county.keys.county();
        let proof = EnrolKey::stretch(&sheet.code, code, Stretch::ENROL)?;
        let request = EnrolRequest::new(&proof, &sheet.code, code, &key, &mut dice);
        let enrolled = enrol::enrol(county, &request, now_ms).await.map_err(said)?.open(&proof, &request)?;
        let log = LogMaker::new(enrolled.certificate.writer, staff);
        let (batches, held) = (Vec::new().into_iter(), Mark::NONE);
        Ok(Self { key, enrolled, log, batches, number: 0, cursor: None, feeds: Vec::new(), held })
    }

    /// Writes visits into the log and makes them ready, so many a request.
    pub fn prepare(&mut self, visits: &[SeedVisit], a_request: usize) -> Outcome {
        let mut batches: Vec<Batch> = self.batches.by_ref().collect();
        for some in visits.chunks(a_request) {
            let entries: Vec<_> = some.iter().flat_map(|visit| self.log.visit(visit)).collect();
            let last = entries.last().ok_or("no visits")?;
            let mark = Mark { serial: last.patch.serial, hash: last.patch.hash() };
            let logs = to_raw_value(&[LogPiece::encode(&entries).ok_or("a piece of a log")?])?;
            batches.push(Batch { logs, visits: some.len(), mark });
        }
        self.batches = batches.into_iter();
        Ok(())
    }

    /// The log that it writes.
    pub fn writer(&self) -> domain::ids::WriterId {
        self.enrolled.certificate.writer
    }

    /// Requests that are ready.
    pub fn ready(&self) -> usize {
        self.batches.len()
    }

    /// Reads its feeds to their end.
    pub fn catch_up(&mut self, way: &mut impl Carries) -> Outcome {
        while self.exchange(way, None)?.more {}
        Ok(())
    }

    /// Brings the next visits that are ready.
    pub fn bring(&mut self, way: &mut impl Carries) -> Outcome<Came> {
        let batch = self.batches.next().ok_or("no request is ready")?;
        self.exchange(way, Some(&batch))
    }

    fn sealed(&mut self, batch: Option<&Batch>) -> Outcome<Vec<u8>> {
        self.number += 1;
        let request = Request {
            v: version::CURRENT,
            app: env!("CARGO_PKG_VERSION"),
            n: self.number,
            logs: batch.map(|batch| &*batch.logs),
            waiting: 0,
            cursor: self.cursor,
            feeds: &self.feeds,
        };
        let dictionary = Some(&**Dictionary::builtin());
        let device = self.enrolled.certificate.device;
        Ok(seal_request(device, &self.key, dictionary, LEVEL, &serde_json::to_vec(&request)?)?)
    }

    fn exchange(&mut self, way: &mut impl Carries, batch: Option<&Batch>) -> Outcome<Came> {
        let frame = self.sealed(batch)?;
        let reply = way.carry(&frame)?;
        self.take(&reply, batch)
    }

    /// Opens a reply, proves that the county signed it, and goes on from where it says.
    fn take(&mut self, reply: &[u8], batch: Option<&Batch>) -> Outcome<Came> {
        let limits = Limits { frame: REPLY_BYTES_MAX, message: REPLY_BYTES_MAX };
        let key = &self.enrolled.county.signing;
        let opened = ReplyFrame::open(reply, limits)?.verify(key, &Dictionaries::builtin(), limits)?;
        let statement: Statement = serde_json::from_str(&opened.proof.statement)?;
        let rest: Rest = serde_json::from_slice(&opened.rest)?;
        let Statement { epoch, seq, hash, .. } = statement;
        self.cursor = Some(Cursor { epoch, seq, hash });
        let page = rest.page.ok_or("receipts only")?;
        if !page.f.is_empty() {
            self.feeds = page.f;
        }
        let mut came = Came { visits: 0, more: page.m };
        let Some(batch) = batch else { return Ok(came) };
        let held = statement.marks.iter().find(|(writer, _)| *writer == self.writer());
        self.held = held.ok_or("no word on the log")?.1;
        if self.held != batch.mark || !statement.outcomes.is_empty() {
            return Err(format!("not everything was taken in: {:?}", statement.outcomes).into());
        }
        came.visits = statement.visits.len().min(batch.visits);
        Ok(came)
    }
}

/// A kept connection, over which one request follows the other.
#[derive(Debug)]
pub struct Line {
    host: String,
    stream: BufReader<TcpStream>,
}

impl Line {
    /// Connects to `address`, such as `127.0.0.1:8443`.
    pub fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { host: address.to_owned(), stream: BufReader::new(stream) })
    }

    /// Posts a body and waits for the body of the answer, which has to be 200.
    pub fn post(&mut self, path: &str, body: &[u8]) -> Outcome<Vec<u8>> {
        let head = format!(
            "POST {path} HTTP/1.1\r\naccept: */*\r\nhost: {}\r\ncontent-length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        let request = [head.as_bytes(), body].concat();
        self.stream.get_mut().write_all(&request)?;
        let (mut line, mut first, mut length) = (String::new(), String::new(), 0);
        while line != "\r\n" {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err("the county closed the connection".into());
            }
            if first.is_empty() {
                first.clone_from(&line);
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        if first.split(' ').nth(1) == Some("200") {
            Ok(answer)
        } else {
            Err(format!("{first}{}", String::from_utf8_lossy(&answer)).into())
        }
    }
}
