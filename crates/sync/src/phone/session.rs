//! One session of sending and fetching, from "open" or "send now" to a report.

use super::backoff;
use crate::wire::exchange::{Cursor, ExchangeReply, ExchangeRequest, Position};
use crate::wire::heads::HeadTables;
use crate::wire::item::LogPiece;
use crate::wire::limits::UNIT_BYTES_MAX;
use crate::wire::version;
use domain::ids::{RecordId, WriterId};
use domain::problem::{Problem, ProblemCode};
use domain::time::UnixMs;

/// What the phone has to say: loaded from its store, its exchange number already on disk.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Pieces of its logs, within the bytes asked for.
    pub pieces: Vec<LogPiece>,
    /// Entries that are waiting beyond these pieces.
    pub waiting: u64,
    /// A fresh exchange number.
    pub number: u64,
    /// Where it stands.
    pub cursor: Option<Cursor>,
    /// The feeds it follows.
    pub feeds: Vec<Position>,
    /// The digest of all that it holds of them.
    pub digest: WriterId,
    /// Standing writes of a former county writer, to be offered after a restore.
    pub recovered: Option<HeadTables>,
    /// The county's key that it takes for the present one, unless its certificate says so.
    pub key: Option<String>,
    /// A 备用解锁码 that the county does not have yet, sealed to it.
    pub code: Option<String>,
    /// Urgent reports of which it has not heard that anybody read them.
    pub unread: Vec<RecordId>,
}

/// Why a request failed. The work is on the phone in every case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No connection.
    Unreachable,
    /// It took too long.
    TooSlow,
    /// Whoever answered could not prove to be the county's server.
    NotTrusted,
    /// Something else answered: a log-in page.
    NotTheCounty,
    /// The reply was cut short, or its signature is wrong.
    Damaged,
    /// The county asks to come later.
    Busy {
        /// After so many seconds.
        wait_s: u32,
    },
    /// The county says what is wrong.
    Refused(Problem),
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// Somebody opened the app, finished a visit, came into the network, or pressed "send".
    Start,
    /// The answer to [`Want::LoadOutbox`].
    Outbox(Box<Outgoing>),
    /// The answer to [`Want::Send`], verified.
    Reply(Box<ExchangeReply>),
    /// [`Want::Send`] failed.
    Failed(Failure),
    /// [`Want::Store`] is on disk.
    Stored,
    /// Time has passed.
    Tick,
    /// Somebody pressed "stop".
    Stop,
}

/// What is to be done next.
#[derive(Debug, Clone)]
pub enum Want {
    /// Load what is to be sent.
    LoadOutbox {
        /// Up to so many bytes of JSON; a larger first item goes alone.
        bytes_max: usize,
        /// Only one item: the county could not read it among others.
        alone: bool,
    },
    /// Send this.
    Send(Box<ExchangeRequest>),
    /// Store this, in one transaction.
    Store(Box<ExchangeReply>),
    /// Nothing until then; tick or start again.
    Wait {
        /// Unix milliseconds.
        until_ms: UnixMs,
    },
    /// The session is over.
    Done(Report),
}

/// What a session did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Requests that were answered.
    pub exchanges: u32,
    /// Items that were sent.
    pub sent: u64,
    /// Items still on the phone.
    pub waiting: u64,
    /// What stopped it, if something did.
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone)]
enum State {
    Idle,
    Load { alone: bool },
    Loading,
    Ready(Box<Outgoing>),
    Sending,
    Answered(Box<ExchangeReply>),
    Storing { again: bool, alone: bool },
    Waiting { until_ms: UnixMs },
    Over,
}

/// The machine. Nothing in it is lost by dropping it: all that counts is in the store.
#[derive(Debug, Clone)]
pub struct Session {
    state: State,
    app: String,
    dice: u64,
    failures: u32,
    report: Report,
    sent_now: u64,
    /// Of the request under way: log, first and last serial.
    pieces: Vec<(WriterId, u64, u64)>,
    progress: Option<(u64, u64)>,
}

impl Session {
    /// A new machine; `dice` is any number that differs between phones.
    pub fn new(app: &str, dice: u64) -> Self {
        Self {
            state: State::Idle,
            app: app.to_owned(),
            dice,
            failures: 0,
            report: Report::default(),
            sent_now: 0,
            pieces: Vec::new(),
            progress: None,
        }
    }

    /// Takes in one thing that happened. Inputs that fit no want are left alone.
    pub fn handle(&mut self, input: Input, now_ms: UnixMs) {
        let state = std::mem::replace(&mut self.state, State::Idle);
        self.state = match (state, input) {
            (_, Input::Stop) => State::Over,
            (State::Idle | State::Over, Input::Start) => {
                (self.report, self.failures, self.progress) = (Report::default(), 0, None);
                State::Load { alone: false }
            }
            (State::Waiting { .. }, Input::Start) => State::Load { alone: false },
            (State::Waiting { until_ms }, Input::Tick) if now_ms >= until_ms => State::Load { alone: false },
            (State::Loading, Input::Outbox(outgoing)) => State::Ready(outgoing),
            (State::Sending, Input::Reply(reply)) => State::Answered(reply),
            (State::Sending, Input::Failed(failure)) => self.fail(failure, now_ms),
            (State::Storing { again: true, alone }, Input::Stored) => State::Load { alone },
            (State::Storing { .. }, Input::Stored) => State::Over,
            (state, _) => state,
        };
    }

    /// What is to be done next. After `Wait` or `Done`, nothing until the next input.
    pub fn poll(&mut self) -> Want {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Load { alone } => {
                self.state = State::Loading;
                Want::LoadOutbox { bytes_max: UNIT_BYTES_MAX, alone }
            }
            State::Ready(outgoing) => {
                self.state = State::Sending;
                Want::Send(Box::new(self.request(*outgoing)))
            }
            State::Answered(reply) => {
                self.state = self.answered(&reply);
                Want::Store(reply)
            }
            State::Waiting { until_ms } => {
                self.state = State::Waiting { until_ms };
                Want::Wait { until_ms }
            }
            State::Over | State::Idle => {
                self.state = State::Idle;
                Want::Done(self.report.clone())
            }
            // Something is under way; its result comes as an input.
            state @ (State::Loading | State::Sending | State::Storing { .. }) => {
                self.state = state;
                Want::Wait { until_ms: UnixMs::MAX }
            }
        }
    }

    /// What holds the session up while it waits to try again.
    pub fn held_up(&self) -> Option<&Problem> {
        self.report.problem.as_ref().filter(|_| matches!(self.state, State::Waiting { .. }))
    }

    fn request(&mut self, outgoing: Outgoing) -> ExchangeRequest {
        let items = outgoing.pieces.iter().map(|piece| piece.items.len() as u64);
        self.sent_now = items.sum();
        let last = |piece: &LogPiece| piece.from + (piece.items.len() as u64).saturating_sub(1);
        self.pieces = outgoing.pieces.iter().map(|one| (one.writer, one.from, last(one))).collect();
        self.report.waiting = outgoing.waiting + self.sent_now;
        // What it brings comes back as heads, and the county's digests with them.
        let digest = outgoing.pieces.is_empty().then_some(outgoing.digest);
        ExchangeRequest {
            version: version::CURRENT,
            app: self.app.clone(),
            number: outgoing.number,
            logs: outgoing.pieces,
            waiting: outgoing.waiting,
            cursor: outgoing.cursor,
            feeds: outgoing.feeds,
            digest,
            recovered: outgoing.recovered,
            key: outgoing.key,
            code: outgoing.code,
            unread: outgoing.unread,
        }
    }

    fn answered(&mut self, reply: &ExchangeReply) -> State {
        (self.failures, self.report.problem) = (0, None);
        self.report.exchanges += 1;
        self.report.sent += self.sent_now;
        let left = self.report.waiting.saturating_sub(self.sent_now);
        self.report.waiting = left;
        let unreadable = |code| code == Some(ProblemCode::ItemUndecodable);
        let among_others = |one: &crate::wire::receipt::ItemOutcome| {
            let within = |(writer, from, last): &(WriterId, u64, u64)| {
                *writer == one.writer && from < last && (*from..=*last).contains(&one.serial)
            };
            self.pieces.iter().any(within)
        };
        let alone = reply
            .statement
            .outcomes
            .iter()
            .any(|one| unreadable(one.problem.as_ref().map(|problem| problem.code)) && among_others(one));
        let more = reply.rest.page.as_ref().is_some_and(|page| page.more);
        let reached = self.reached(reply);
        // A county that gives nothing and takes nothing is not asked the same again.
        let moved = self.progress.replace(reached) != Some(reached);
        let again = (left > 0 || more || alone || !reply.statement.forks.is_empty()) && moved;
        State::Storing { again, alone }
    }

    fn reached(&self, reply: &ExchangeReply) -> (u64, u64) {
        let marks = reply.statement.marks.iter().map(|(_, mark)| mark.serial).sum();
        let page = reply.rest.page.as_ref();
        let feeds = page.map_or(0, |page| page.feeds.iter().map(|position| position.1).sum());
        (marks, feeds)
    }

    fn fail(&mut self, failure: Failure, now_ms: UnixMs) -> State {
        self.failures += 1;
        let (problem, retry_ms) = match failure {
            Failure::Unreachable => (Problem::new(ProblemCode::Unreachable), None),
            Failure::TooSlow => (Problem::new(ProblemCode::TooSlow), None),
            Failure::NotTrusted => (Problem::new(ProblemCode::CountyNotTrusted), None),
            Failure::NotTheCounty => (Problem::new(ProblemCode::NotTheCounty), None),
            Failure::Damaged => (Problem::new(ProblemCode::ReplyDamaged), None),
            Failure::Busy { wait_s } => {
                let problem = Problem::new(ProblemCode::CountyBusy).with("wait_s", wait_s);
                (problem, Some(i64::from(wait_s) * 1_000))
            }
            Failure::Refused(problem) => {
                // Asking again would be answered the same.
                self.report.problem = Some(problem);
                return State::Over;
            }
        };
        self.report.problem = Some(problem);
        if self.failures >= backoff::TRIES_MAX {
            return State::Over;
        }
        let wait_ms = retry_ms.unwrap_or(0).max(backoff::wait_ms(self.failures, self.dice));
        State::Waiting { until_ms: now_ms.saturating_add(wait_ms) }
    }
}
