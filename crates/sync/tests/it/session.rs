//! The phone's machine, walked through good and bad weather.

use domain::canonical::Hash;
use domain::ids::{AreaCode, DeviceId, WriterId};
use domain::log::Mark;
use domain::problem::{Problem, ProblemCode};
use serde_json::value::RawValue;
use sync::phone::{Failure, Input, Outgoing, Session, Want};
use sync::wire::exchange::{ExchangeReply, Page, Rest};
use sync::wire::item::LogPiece;
use sync::wire::receipt::{ItemOutcome, ItemState, Statement};

fn outgoing(waiting: u64) -> Input {
    outgoing_with(Vec::new(), waiting)
}

fn outgoing_with(pieces: Vec<LogPiece>, waiting: u64) -> Input {
    let feeds = Vec::new();
    Input::Outbox(Box::new(Outgoing {
        pieces,
        waiting,
        number: 1,
        cursor: None,
        feeds,
        digest: WriterId(0),
        recovered: None,
        key: None,
        code: None,
        unread: Vec::new(),
    }))
}

fn reply(mark: u64, more: bool) -> ExchangeReply {
    let statement = Statement {
        county: AreaCode(532_929_000_000),
        device: DeviceId(1),
        number: 1,
        epoch: WriterId(9),
        seq: mark,
        hash: Hash::ZERO,
        at_ms: 0,
        marks: vec![(WriterId(1), Mark { serial: mark, hash: Hash::ZERO })],
        outcomes: Vec::new(),
        visits: Vec::new(),
        forks: Vec::new(),
    };
    ExchangeReply {
        statement,
        rest: Rest { page: Some(Page { more, ..Page::default() }), ..Rest::default() },
    }
}

/// Drives the machine until it sends, loading an outbox on the way.
fn until_send(session: &mut Session, waiting: u64) {
    assert!(matches!(session.poll(), Want::LoadOutbox { .. }));
    session.handle(outgoing(waiting), 0);
    assert!(matches!(session.poll(), Want::Send(_)));
}

#[test]
fn nothing_new_is_one_request() {
    let mut session = Session::new("0.1", 7);
    session.handle(Input::Start, 0);
    until_send(&mut session, 0);
    session.handle(Input::Reply(Box::new(reply(0, false))), 0);
    assert!(matches!(session.poll(), Want::Store(_)));
    session.handle(Input::Stored, 0);
    let Want::Done(report) = session.poll() else { panic!("not done") };
    assert_eq!((report.exchanges, report.problem), (1, None));
}

#[test]
fn more_pages_are_fetched_but_a_county_that_stands_still_is_not_asked_for_ever() {
    let mut session = Session::new("0.1", 7);
    session.handle(Input::Start, 0);
    until_send(&mut session, 0);
    session.handle(Input::Reply(Box::new(reply(1, true))), 0);
    assert!(matches!(session.poll(), Want::Store(_)));
    session.handle(Input::Stored, 0);
    until_send(&mut session, 0);
    session.handle(Input::Reply(Box::new(reply(1, true))), 0);
    assert!(matches!(session.poll(), Want::Store(_)));
    session.handle(Input::Stored, 0);
    assert!(matches!(session.poll(), Want::Done(_)), "no progress, no third request");
}

#[test]
fn failures_wait_longer_and_give_up_for_the_time_being() {
    let mut session = Session::new("0.1", 7);
    let mut now = 0;
    session.handle(Input::Start, now);
    let mut waits = Vec::new();
    loop {
        until_send(&mut session, 3);
        session.handle(Input::Failed(Failure::Unreachable), now);
        match session.poll() {
            Want::Wait { until_ms } => {
                waits.push(until_ms - now);
                assert_eq!(session.held_up(), Some(&Problem::new(ProblemCode::Unreachable)));
                session.handle(Input::Tick, until_ms - 1);
                assert!(matches!(session.poll(), Want::Wait { .. }), "not before its time");
                now = until_ms;
                session.handle(Input::Tick, now);
                assert_eq!(session.held_up(), None, "it tries again");
            }
            Want::Done(report) => {
                assert_eq!(report.problem, Some(Problem::new(ProblemCode::Unreachable)));
                assert_eq!(report.waiting, 3);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(waits.len(), 4);
    assert!(waits.is_sorted());
}

#[test]
fn a_refusal_is_not_asked_again() {
    let mut session = Session::new("0.1", 7);
    session.handle(Input::Start, 0);
    until_send(&mut session, 0);
    let problem = Problem::new(ProblemCode::DeviceUnknown);
    session.handle(Input::Failed(Failure::Refused(problem.clone())), 0);
    let Want::Done(report) = session.poll() else { panic!("not done") };
    assert_eq!(report.problem, Some(problem));
}

/// A piece of so many items.
fn piece(from: u64, count: usize) -> LogPiece {
    let (writer, prev, last) = (WriterId(1), Hash::ZERO, Hash::ZERO);
    let items = (0..count).filter_map(|_| RawValue::from_string("[]".into()).ok()).collect();
    LogPiece { writer, from, prev, last, authors: Vec::new(), forms: Vec::new(), items }
}

#[test]
fn an_unreadable_item_is_sent_alone_next() {
    // Behind the county's mark, or where another has its place; alone it is not asked for again.
    for (mark, from, count, expected) in
        [(4, 3, 4, true), (9, 3, 4, true), (5, 5, 1, false), (9, 6, 2, false)]
    {
        let mut session = Session::new("0.1", 7);
        session.handle(Input::Start, 0);
        assert!(matches!(session.poll(), Want::LoadOutbox { alone: false, .. }));
        session.handle(outgoing_with(vec![piece(from, count)], 1), 0);
        assert!(matches!(session.poll(), Want::Send(_)));
        let mut answer = reply(mark, false);
        answer.statement.outcomes.push(ItemOutcome {
            writer: WriterId(1),
            serial: 5,
            state: ItemState::SetAside,
            problem: Some(Problem::new(ProblemCode::ItemUndecodable)),
        });
        session.handle(Input::Reply(Box::new(answer)), 0);
        assert!(matches!(session.poll(), Want::Store(_)));
        session.handle(Input::Stored, 0);
        let Want::LoadOutbox { alone, .. } = session.poll() else { panic!("more waits") };
        assert_eq!(alone, expected, "mark {mark}, {count} items from {from}");
    }
}

#[test]
fn inputs_that_fit_no_want_change_nothing() {
    let mut session = Session::new("0.1", 7);
    session.handle(Input::Stored, 0);
    session.handle(Input::Reply(Box::new(reply(1, false))), 0);
    assert!(matches!(session.poll(), Want::Done(_)));
    session.handle(Input::Start, 0);
    until_send(&mut session, 0);
    session.handle(Input::Stop, 0);
    assert!(matches!(session.poll(), Want::Done(_)), "stopping needs no answer");
}
