//! Sending and fetching: `sync::phone::Session` carried out on this phone's store and keys. The
//! shell only posts bytes and brings back what came.
//!
//! - [`outbox`]: what is said to the county, signed, under a number that is on disk before it is sent.
//! - [`reply`]: what came back, proved with the county's key, before anything of it is believed.
//! - [`absorb`]: one transaction with all that a reply changes.
//! - [`feeds`], [`delivered`], [`epoch`], [`fork`], [`erase`], [`code`]: its parts.
//!
//! Delivered is only what the county has signed for by the hash of this phone's own entry.

mod absorb;
mod code;
mod delivered;
mod epoch;
mod erase;
mod feeds;
mod fork;
mod outbox;
mod reply;

use crate::app::{App, Open};
use crate::ports::Ports;
use crate::standings::SLICE;
use crate::tell::OrTell;
use domain::patch::RecordRef;
use domain::permission::Scope;
use domain::problem::{Problem, ProblemCode};
use domain::time::UnixMs;
use serde::Serialize;
use std::collections::BTreeSet;
use store::phone::Stretch;
use sync::phone::{Failure, Input, Session, Want};

/// Where exchanges are posted.
pub const EXCHANGE_PATH: &str = "/exchange";

/// What happened, as the shell saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// Somebody opened the app, finished a visit, came into the network, or pressed "send".
    Start,
    /// An answer, whatever it is.
    Reply {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// No connection, or it broke.
    Unreachable,
    /// It took too long.
    TooSlow,
    /// Whoever answered could not prove to be the county's server.
    NotTrusted,
    /// Time has passed.
    Tick,
    /// Somebody pressed "stop".
    Stop,
}

/// What the shell is to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncWant {
    /// Post this to the county's listener for phones, and bring back the answer.
    Post {
        /// The path.
        path: &'static str,
        /// The body.
        body: Vec<u8>,
    },
    /// Nothing until then, by the phone's wall clock; then [`Arrived::Tick`].
    Wait {
        /// Unix milliseconds.
        until_ms: UnixMs,
    },
    /// It is over.
    Done(SyncReport),
}

/// What a session of sending and fetching did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct SyncReport {
    /// Requests that were answered.
    pub exchanges: u32,
    /// Items that were sent.
    pub sent: u64,
    /// Items still on the phone.
    pub waiting: u64,
    /// Records that came.
    pub fetched: u64,
    /// Whether, after the last page, every feed was what the county has, by its digest; `None` while
    /// the county has not said.
    pub alike: Option<bool>,
    /// Bytes sent and received, without HTTP's own.
    pub bytes: u64,
    /// What stopped it, if something did. The work is on the phone in every case.
    pub problem: Option<Problem>,
}

/// How far the session under way is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Progress {
    /// Items that the county has taken in since it began.
    pub sent: u64,
    /// Items that waited when it began.
    pub of: u64,
    /// Bytes sent and received, without HTTP's own.
    pub bytes: u64,
    /// Why nothing is being sent just now, while it waits to try again.
    pub held_up: Option<Problem>,
}

/// A session under way.
#[derive(Debug)]
pub(crate) struct Exchanging {
    session: Session,
    asked: Asked,
    /// Entries that waited when it began.
    of: u64,
    /// Feeds that were read again in this session: once is enough.
    reread: BTreeSet<Scope>,
    fetched: u64,
    /// What the last comparison of digests found.
    alike: Option<bool>,
    bytes: u64,
    /// What the county said besides.
    told: Option<Problem>,
    /// The last request's frame, and whether the certificate went before it.
    posted: Vec<u8>,
    introduced: bool,
}

/// What the last request said.
#[derive(Debug, Clone, Default)]
struct Asked {
    number: u64,
    sent: Vec<Stretch>,
    recovered: Vec<RecordRef>,
    code: Option<String>,
}

impl App {
    /// Takes one step: tells what happened, and is told what to do. Call with [`Arrived::Start`], and
    /// go on until [`SyncWant::Done`]. Dropping it at any point loses nothing.
    ///
    /// # Errors
    /// [`ProblemCode::Locked`]. Everything else is in the report.
    pub fn sync_step(&mut self, arrived: Arrived) -> Result<SyncWant, Problem> {
        let (ports, open, settings) = self.both()?;
        let device = open.identity.certificate.device.0;
        let of = if open.exchanging.is_none() { open.waiting()? } else { 0 };
        let mut exchanging = open.exchanging.take().unwrap_or_else(|| Exchanging {
            session: Session::new(&settings.app, device),
            asked: Asked::default(),
            of,
            reread: BTreeSet::new(),
            fetched: 0,
            alike: None,
            bytes: 0,
            told: None,
            posted: Vec::new(),
            introduced: false,
        });
        match open.step(ports, &mut exchanging, arrived) {
            Ok(Some(want)) => {
                // A session that is over is told of once; the next one counts anew.
                open.exchanging = (!matches!(want, SyncWant::Done(_))).then_some(exchanging);
                Ok(want)
            }
            Ok(None) => Ok(SyncWant::Done(exchanging.report(open, None))),
            Err(problem) if problem.code == ProblemCode::DeviceRevoked => {
                let report = exchanging.report(open, Some(problem));
                self.destroy_keys()?;
                Ok(SyncWant::Done(report))
            }
            Err(problem) => Ok(SyncWant::Done(exchanging.report(open, Some(problem)))),
        }
    }
}

impl App {
    /// How far the session under way is; nothing when there is none.
    pub fn progress(&self) -> Progress {
        let Some(open) = &self.open else { return Progress::default() };
        let Some(under_way) = &open.exchanging else { return Progress::default() };
        let waiting = open.waiting().unwrap_or(under_way.of);
        Progress {
            sent: under_way.of.saturating_sub(waiting),
            of: under_way.of,
            bytes: under_way.bytes,
            held_up: under_way.session.held_up().cloned(),
        }
    }
}

impl Exchanging {
    fn post(&mut self, body: Vec<u8>) -> SyncWant {
        self.bytes += body.len() as u64;
        SyncWant::Post { path: EXCHANGE_PATH, body }
    }

    fn report(&mut self, open: &Open, problem: Option<Problem>) -> SyncReport {
        self.session.handle(Input::Stop, 0);
        let Want::Done(done) = self.session.poll() else { return SyncReport::default() };
        SyncReport {
            exchanges: done.exchanges,
            sent: done.sent,
            waiting: open.waiting().unwrap_or(done.waiting),
            fetched: self.fetched,
            alike: self.alike,
            bytes: self.bytes,
            problem: problem.or(done.problem).or(self.told.clone()),
        }
    }
}

impl Open {
    /// Entries that the county does not have yet.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn waiting(&self) -> Result<u64, Problem> {
        let rows = self.store.writers().or_tell()?;
        Ok(rows.iter().map(|row| row.last.serial.saturating_sub(row.delivered)).sum())
    }

    /// `None` when the session is over.
    fn step(
        &mut self,
        ports: &mut Ports,
        exchanging: &mut Exchanging,
        arrived: Arrived,
    ) -> Result<Option<SyncWant>, Problem> {
        let now_ms = ports.clock.wall_ms();
        let input = match arrived {
            Arrived::Start => {
                self.catch_up(ports)?;
                Input::Start
            }
            Arrived::Tick => Input::Tick,
            Arrived::Stop => Input::Stop,
            Arrived::Unreachable => Input::Failed(Failure::Unreachable),
            Arrived::TooSlow => Input::Failed(Failure::TooSlow),
            Arrived::NotTrusted => Input::Failed(Failure::NotTrusted),
            Arrived::Reply { status, body } => {
                exchanging.bytes += body.len() as u64;
                match self.open_reply(exchanging.asked.number, status, &body) {
                    Ok(came) => Input::Reply(Box::new(self.absorb(ports, exchanging, came)?)),
                    Err(Failure::Refused(problem))
                        if problem.code == ProblemCode::DeviceUnknown && !exchanging.introduced =>
                    {
                        exchanging.introduced = true;
                        return self.introduced(exchanging).map(Some);
                    }
                    Err(failure) => Input::Failed(failure),
                }
            }
        };
        exchanging.session.handle(input, now_ms);
        loop {
            match exchanging.session.poll() {
                Want::LoadOutbox { bytes_max, alone } => {
                    let (outgoing, asked) = self.load_outbox(bytes_max, alone)?;
                    exchanging.asked = asked;
                    exchanging.session.handle(Input::Outbox(Box::new(outgoing)), now_ms);
                }
                Want::Send(request) => {
                    exchanging.posted = self.frame(&request)?;
                    return Ok(Some(exchanging.post(exchanging.posted.clone())));
                }
                // It was stored before the machine heard of it.
                Want::Store(_) => exchanging.session.handle(Input::Stored, now_ms),
                Want::Wait { until_ms } => return Ok(Some(SyncWant::Wait { until_ms })),
                Want::Done(report) => {
                    while self.judge_slice(ports, SLICE)? {}
                    self.leave_outside(ports);
                    let bytes = exchanging.bytes;
                    return Ok(Some(SyncWant::Done(SyncReport {
                        exchanges: report.exchanges,
                        sent: report.sent,
                        waiting: self.waiting()?,
                        fetched: exchanging.fetched,
                        alike: exchanging.alike,
                        bytes,
                        problem: report.problem.or(exchanging.told.clone()),
                    })));
                }
            }
        }
    }
}
