//! What was found, the township's answer, and the figures of both.

use super::*;
use crate::testing::{Phone, VILLAGE, World};
use domain::staff::Role;
use store::county::Ledger;

const TOWNSHIP: AreaCode = AreaCode(532_929_102_000);
const ELSEWHERE: AreaCode = AreaCode(532_929_101_000);

fn today() -> Day {
    Day::of(clock::now_ms())
}

async fn raised(world: &World, phone: &mut Phone, subject: RecordId, words: &str) -> RecordId {
    let fields = [
        (keys::SUBJECT, subject.to_string().into()),
        (keys::KIND, "house".into()),
        (keys::WORDS, words.into()),
        (keys::STATE, "open".into()),
    ];
    let id = phone.write(RecordKind::Concern, &fields);
    phone.exchange(&world.phones).await.unwrap();
    id
}

fn word(concern: RecordId, state: ConcernState, words: &str, by: RecordId) -> Word {
    let due = (state == ConcernState::InHand).then(|| today().plus(5));
    Word {
        concern, state: Some(state), handler: "张站长".into(), due, words: words.into(), seen: None, by
    }
}

async fn say(world: &World, word: &Word) -> Result<(), Problem> {
    answer(&world.county, word, clock::now_ms()).await
}

async fn listed(world: &World, area: AreaCode, which: Which) -> Vec<RecordId> {
    let asked = Asked { area, which, kind: None, from: Some(today()), to: None, as_of: today(), older: None };
    let (_, kept) = found(&world.county, &asked).await.unwrap();
    kept.into_iter().map(|one| one.concern.id).collect()
}

async fn counted(world: &World) -> Figures {
    figures(&world.county, TOWNSHIP, None, (today(), today()), today()).await.unwrap().pop().unwrap()
}

#[tokio::test]
async fn an_answer_moves_a_concern_on_and_every_figure_opens_into_as_many() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let elder = world.elder().await;
    let roof = raised(&world, &mut phone, elder, "屋顶漏雨").await;
    let other = raised(&world, &mut phone, elder, "电线老化").await;
    say(&world, &word(roof, ConcernState::InHand, "已报危改", head)).await.unwrap();
    assert_eq!(listed(&world, TOWNSHIP, Which::InHand).await, [roof]);
    say(&world, &word(roof, ConcernState::Solved, "修好了", head)).await.unwrap();
    say(&world, &word(other, ConcernState::Unsolvable, "房主不同意", head)).await.unwrap();
    let all = counted(&world).await;
    assert_eq!((all.found, all.settled, all.unsolvable, all.in_time, all.open), (2, 2, 1, 2, 0));
    for (which, count) in [
        (Which::Found, all.found),
        (Which::Open, all.open),
        (Which::InHand, all.in_hand),
        (Which::Settled, all.settled),
        (Which::Unsolvable, all.unsolvable),
        (Which::InTime, all.in_time),
        (Which::Overdue, all.overdue),
    ] {
        assert_eq!(listed(&world, TOWNSHIP, which).await.len(), count, "{which:?}");
    }
    assert_eq!(all.found, all.open + all.in_hand + all.settled, "they add up");
    assert!(listed(&world, ELSEWHERE, Which::Found).await.is_empty());
    let rows =
        figures(&world.county, world.county.keys.county(), None, (today(), today()), today()).await.unwrap();
    let (total, rows) = rows.split_last().unwrap();
    assert_eq!(rows.iter().map(|row| row.found).sum::<usize>(), total.found);
}

#[tokio::test]
async fn an_answer_is_taken_back_to_what_stood_before_it() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let roof = raised(&world, &mut phone, world.elder().await, "屋顶漏雨").await;
    let back = |words: &str| Word { state: None, ..word(roof, ConcernState::Solved, words, head) };
    assert_eq!(say(&world, &back("没有的事")).await.unwrap_err().code, ProblemCode::NothingToChange);
    say(&world, &word(roof, ConcernState::InHand, "已报危改", head)).await.unwrap();
    say(&world, &word(roof, ConcernState::Solved, "修好了", head)).await.unwrap();
    assert_eq!(say(&world, &back(" ")).await.unwrap_err().code, ProblemCode::ArgumentWrong);
    say(&world, &back("还在漏")).await.unwrap();
    let (_, kept) = one(&world.county, roof).await.unwrap();
    assert_eq!((kept.concern.state, kept.concern.reply.as_deref()), (ConcernState::InHand, Some("已报危改")));
    assert_eq!(kept.head.text(keys::UNDONE), Some("还在漏"));
    assert_eq!(say(&world, &back("再撤")).await.unwrap_err().code, ProblemCode::NothingToChange);
}

#[tokio::test]
async fn two_desks_that_answer_at_once_stand_side_by_side() {
    let world = World::new().await;
    let (head, clerk) =
        (world.clerk(Role::StationHead, TOWNSHIP).await, world.clerk(Role::AssistanceClerk, TOWNSHIP).await);
    let mut phone = world.phone(1).await;
    let roof = raised(&world, &mut phone, world.elder().await, "屋顶漏雨").await;
    let seen = Some(one(&world.county, roof).await.unwrap().1.head.vector.clone());
    let solved = Word { seen: seen.clone(), ..word(roof, ConcernState::Solved, "修好了", head) };
    let unsolvable = Word { seen, ..word(roof, ConcernState::Unsolvable, "房主不同意", clerk) };
    say(&world, &solved).await.unwrap();
    say(&world, &unsolvable).await.unwrap();
    assert_eq!(listed(&world, TOWNSHIP, Which::Contested).await, [roof]);
    assert_eq!(listed(&world, TOWNSHIP, Which::Open).await, [roof], "it counts as open meanwhile");
    let filter = crate::reports::waiting::Filter { area: Some(TOWNSHIP), ..Default::default() };
    let waits = crate::reports::waiting::list(&world.county, filter, today()).await.unwrap();
    let fields: Vec<_> =
        waits.items.iter().filter(|one| one.record == Some(roof)).map(|one| one.field.as_deref()).collect();
    assert_eq!(fields, [Some(keys::REPLY), Some(keys::STATE)]);
    let back = Word { state: None, ..word(roof, ConcernState::Solved, "撤", head) };
    assert_eq!(say(&world, &back).await.unwrap_err().code, ProblemCode::ArgumentWrong, "first it is settled");
    say(&world, &word(roof, ConcernState::Solved, "已修好", head)).await.unwrap();
    assert!(listed(&world, TOWNSHIP, Which::Contested).await.is_empty(), "who saw both has settled it");
}

#[tokio::test]
async fn one_person_in_two_windows_is_told_of_their_own_answer() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let roof = raised(&world, &mut phone, world.elder().await, "屋顶漏雨").await;
    let seen = Some(one(&world.county, roof).await.unwrap().1.head.vector.clone());
    let first = Word { seen: seen.clone(), ..word(roof, ConcernState::Solved, "修好了", head) };
    say(&world, &first).await.unwrap();
    let second = Word { seen, ..word(roof, ConcernState::Unsolvable, "房主不同意", head) };
    let refused = say(&world, &second).await.unwrap_err();
    assert!(refused.zh().contains("别的窗口"), "{}", refused.zh());
    let (_, kept) = one(&world.county, roof).await.unwrap();
    assert_eq!((kept.concern.reply.as_deref(), kept.head.contested().next()), (Some("修好了"), None));
    let read = Word { seen: Some(kept.head.vector.clone()), ..second };
    say(&world, &read).await.unwrap();
    assert_eq!(one(&world.county, roof).await.unwrap().1.concern.state, ConcernState::Unsolvable);
}

#[tokio::test]
async fn what_a_later_visit_says_stands_beside_the_answer() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let roof = raised(&world, &mut phone, world.elder().await, "屋顶漏雨").await;
    say(&world, &word(roof, ConcernState::Solved, "修好了", head)).await.unwrap();
    let record = RecordRef { kind: RecordKind::Concern, id: roof };
    phone.write_to(record, &[(keys::NOW, "worse".into())]);
    phone.exchange(&world.phones).await.unwrap();
    let (reference, kept) = one(&world.county, roof).await.unwrap();
    let line = line(&world.county, &reference, &kept, today()).await.unwrap();
    assert_eq!((line.state, line.now, line.contested), ("solved", Some("worse"), false));
}

#[tokio::test]
async fn who_may_not_answer_is_told_who_may_and_a_child_s_is_for_those_responsible() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    let roof = raised(&world, &mut phone, world.elder().await, "屋顶漏雨").await;
    for by in [
        world.clerk(Role::Reader, TOWNSHIP).await,
        world.clerk(Role::StationHead, ELSEWHERE).await,
        world.officer(),
    ] {
        let refused = say(&world, &word(roof, ConcernState::Solved, "好了", by)).await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::RightMissing);
        assert!(refused.zh().contains("乡镇站长"), "{}", refused.zh());
    }
    let born = today().plus(-9 * 365).to_string();
    let child = phone.write(
        RecordKind::Person,
        &[
            (keys::NAME, "李小花".into()),
            (keys::VILLAGE, Value::Int(i64::try_from(VILLAGE.0).unwrap())),
            (keys::BORN, born.as_str().into()),
            (keys::REGISTRATION, "pending".into()),
        ],
    );
    let bruise = raised(&world, &mut phone, child, "手臂有淤青").await;
    let (reference, kept) = one(&world.county, bruise).await.unwrap();
    let line = line(&world.county, &reference, &kept, today()).await.unwrap();
    assert_eq!((line.words, line.who.unwrap().name.contains('*')), (None, true), "masked, without words");
    assert!(listed(&world, TOWNSHIP, Which::Open).await.contains(&bruise), "and counted");
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let refused = say(&world, &word(bruise, ConcernState::Solved, "好了", head)).await.unwrap_err();
    assert!(refused.zh().contains("儿童督导员"), "{}", refused.zh());
    let supervisor = world.clerk(Role::ChildSupervisor, TOWNSHIP).await;
    say(&world, &word(bruise, ConcernState::Solved, "已处理", supervisor)).await.unwrap();
}

#[tokio::test]
async fn an_answer_says_what_it_has_to_say() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let roof = raised(&world, &mut phone, world.elder().await, "屋顶漏雨").await;
    let in_hand = word(roof, ConcernState::InHand, "", head);
    for wrong in [
        Word { handler: String::new(), ..in_hand.clone() },
        Word { due: None, ..in_hand.clone() },
        Word { due: Some(today().plus(-1)), ..in_hand.clone() },
        word(roof, ConcernState::Solved, "", head),
        word(roof, ConcernState::Unsolvable, " ", head),
        word(roof, ConcernState::Open, "再看", head),
        word(roof, ConcernState::Solved, &"好".repeat(400), head),
    ] {
        assert_eq!(say(&world, &wrong).await.unwrap_err().code, ProblemCode::ArgumentWrong, "{wrong:?}");
    }
    say(&world, &in_hand).await.unwrap();
    assert_eq!(say(&world, &in_hand).await.unwrap_err().code, ProblemCode::NothingToChange);
}

#[tokio::test]
async fn a_row_of_an_earlier_day_says_how_late_it_was_then_and_nothing_that_came_after() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let roof = raised(&world, &mut phone, world.elder().await, "屋顶漏雨").await;
    let (reference, mut kept) = one(&world.county, roof).await.unwrap();
    let late = kept.limit_on(today()).plus(3);
    let then = line(&world.county, &reference, &kept, late).await.unwrap();
    assert_eq!((then.overdue_days, then.state), (3, "open"));
    assert_eq!(line(&world.county, &reference, &kept, late.plus(-3)).await.unwrap().overdue_days, 0);
    say(&world, &word(roof, ConcernState::Solved, "修好了", head)).await.unwrap();
    kept = one(&world.county, roof).await.unwrap().1;
    let yesterday = line(&world.county, &reference, &kept, today().plus(-1)).await.unwrap();
    assert_eq!((yesterday.state, yesterday.reply, yesterday.settled), ("open", None, None));
    let now = line(&world.county, &reference, &kept, late).await.unwrap();
    assert_eq!((now.state, now.overdue_days, now.settled), ("solved", 0, Some(today())));
}

#[tokio::test]
async fn a_period_counts_what_was_found_in_it() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    raised(&world, &mut phone, world.elder().await, "屋顶漏雨").await;
    let (day, yesterday) = (today(), today().plus(-1));
    for (span, found) in [((yesterday, yesterday), 0), ((yesterday, day), 1), ((day, day.plus(9)), 1)] {
        let all = figures(&world.county, TOWNSHIP, None, span, day).await.unwrap();
        assert_eq!(all.last().unwrap().found, found, "{span:?}");
    }
}

const DAY_MS: i64 = 86_400_000;

/// Something that was found, and written down, so many days ago.
async fn raised_before(world: &World, subject: RecordId, days: i64) -> RecordId {
    let sets = Sets::from([
        (keys::SUBJECT.to_owned(), subject.to_string().into()),
        (keys::KIND.to_owned(), "house".into()),
        (keys::WORDS.to_owned(), "屋顶漏雨".into()),
        (keys::STATE.to_owned(), "open".into()),
    ]);
    let at_ms = clock::now_ms() - days * DAY_MS;
    let written =
        write_all(&world.county, world.officer(), vec![Change::new(RecordKind::Concern, sets)], at_ms);
    written.await.unwrap()[0]
}

/// In hand, said so many days ago, promised for a day so many days after today.
async fn promise(world: &World, concern: RecordId, by: RecordId, ago: i64, in_days: i32) {
    let word = Word { due: Some(today().plus(in_days)), ..word(concern, ConcernState::InHand, "在办", by) };
    answer(&world.county, &word, clock::now_ms() - ago * DAY_MS).await.unwrap();
}

#[tokio::test]
async fn who_promises_nothing_until_the_days_allowed_have_passed_is_late_whatever_is_promised_then() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let elder = world.elder().await;
    let (silent, said) = (raised_before(&world, elder, 50).await, raised_before(&world, elder, 50).await);
    promise(&world, said, head, 40, 5).await;
    promise(&world, silent, head, 1, 5).await;
    let (from, which) = (Some(today().plus(-60)), Which::Overdue);
    let asked = Asked { area: TOWNSHIP, which, kind: None, from, to: None, as_of: today(), older: None };
    let (_, kept) = found(&world.county, &asked).await.unwrap();
    assert_eq!(kept.into_iter().map(|one| one.concern.id).collect::<Vec<_>>(), [silent]);
}

#[tokio::test]
async fn a_promise_that_was_missed_and_moved_is_late_all_the_same_and_one_that_was_moved_in_time_is_not() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let elder = world.elder().await;
    let (missed, moved) = (raised_before(&world, elder, 20).await, raised_before(&world, elder, 20).await);
    promise(&world, missed, head, 19, -10).await;
    promise(&world, moved, head, 19, -10).await;
    promise(&world, missed, head, 5, 5).await;
    promise(&world, moved, head, 12, 5).await;
    let asked = async |which, as_of: Day| {
        let from = Some(as_of.plus(-60));
        let asked = Asked { area: TOWNSHIP, which, kind: None, from, to: None, as_of, older: None };
        let (_, kept) = found(&world.county, &asked).await.unwrap();
        kept.into_iter().map(|one| one.concern.id).collect::<Vec<_>>()
    };
    assert_eq!(asked(Which::Overdue, today()).await, [missed]);
    for one in [missed, moved] {
        say(&world, &word(one, ConcernState::Solved, "修好了", head)).await.unwrap();
    }
    assert_eq!(asked(Which::InTime, today()).await, [moved]);
    let all = figures(&world.county, TOWNSHIP, None, (today().plus(-30), today()), today()).await.unwrap();
    let all = all.last().unwrap();
    assert_eq!((all.settled, all.in_time, all.overdue), (2, 1, 0));
    // As of an earlier day: by what had been said then.
    assert_eq!(asked(Which::Overdue, today().plus(-1)).await, [missed]);
    assert!(asked(Which::Overdue, today().plus(-10)).await.is_empty(), "its day itself is in time");
    assert_eq!(asked(Which::InHand, today().plus(-15)).await.len(), 2, "answered since, and in hand then");
    assert_eq!(asked(Which::Open, today().plus(-20)).await.len(), 2);
    let (reference, kept) = one(&world.county, missed).await.unwrap();
    let then = line(&world.county, &reference, &kept, today().plus(-7)).await.unwrap();
    let due = Some(today().plus(-10));
    assert_eq!((then.state, then.due, then.overdue_days, then.settled), ("in_hand", due, 3, None));
    assert_eq!((then.reply.as_deref(), then.handler.as_deref()), (Some("在办"), Some("张站长")));
}

#[tokio::test]
async fn an_answer_that_was_taken_back_was_never_given_on_any_day() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let roof = raised_before(&world, world.elder().await, 20).await;
    let at = async |word: Word, ago: i64| {
        answer(&world.county, &word, clock::now_ms() - ago * DAY_MS).await.unwrap();
    };
    at(word(roof, ConcernState::Solved, "修好了", head), 15).await;
    at(Word { due: Some(today()), ..word(roof, ConcernState::InHand, "在办", head) }, 12).await;
    at(Word { state: None, ..word(roof, ConcernState::Solved, "说错了", head) }, 3).await;
    let (_, kept) = one(&world.county, roof).await.unwrap();
    for day in [-14, -11, -2, 0] {
        let stood = kept.on(today().plus(day));
        assert_eq!((stood.state, stood.settled), (ConcernState::Solved, Some(today().plus(-15))), "{day}");
    }
}

#[tokio::test]
async fn it_was_found_on_the_day_of_its_visit_and_not_at_all_while_that_is_void() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    let elder = world.elder().await;
    let part = phone.not_met(elder, "away", 6);
    let fields = [
        (keys::SUBJECT, elder.to_string().into()),
        (keys::PART, part.to_string().into()),
        (keys::KIND, "house".into()),
        (keys::WORDS, "屋顶漏雨".into()),
        (keys::STATE, "open".into()),
    ];
    let roof = phone.write(RecordKind::Concern, &fields);
    phone.exchange(&world.phones).await.unwrap();
    let day = today().plus(-6);
    let here = async || {
        let span = (day, day);
        let all = figures(&world.county, TOWNSHIP, None, span, today()).await.unwrap();
        let asked = Asked {
            area: TOWNSHIP,
            which: Which::Unsettled,
            kind: None,
            from: Some(day),
            to: Some(day),
            as_of: today(),
            older: None,
        };
        let (_, kept) = found(&world.county, &asked).await.unwrap();
        (all.last().unwrap().found, kept.iter().map(|one| one.concern.id).collect::<Vec<_>>())
    };
    assert_eq!(here().await, (1, vec![roof]), "typed today, found then");
    assert_eq!(listed(&world, TOWNSHIP, Which::Found).await, [], "and not today");
    let row = world.store.record(RecordRef { kind: RecordKind::Part, id: part }).await.unwrap().unwrap();
    let visit = domain::visit::Part::read(part, &row.head).visit.unwrap();
    let reviewer = crate::seed::staff::id(world.county.keys.county(), 2);
    let void = async |reason: Value| {
        let record = RecordRef { kind: RecordKind::Visit, id: visit };
        let change = Change::of_office(record, Sets::from([(keys::VOID.to_owned(), reason)]));
        write_all(&world.county, reviewer, vec![change], clock::now_ms()).await.unwrap();
    };
    void("记错了人".into()).await;
    assert_eq!(here().await, (0, vec![]));
    void(Value::Null).await;
    assert_eq!(here().await, (1, vec![roof]));
}
