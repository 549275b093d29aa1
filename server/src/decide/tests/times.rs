//! What is asked of the time of a visit, as a reviewer sees it.

use super::*;

#[tokio::test]
async fn what_is_entered_too_late_asks_and_a_reviewer_answers() {
    let world = World::new().await;
    let mut phone = world.phone(9).await;
    let long_ago = Happened::whole(today().plus(-20)).to_string();
    for reason in [None, Some("路断了")] {
        let mut sets = vec![
            (keys::VILLAGE, Value::Int(i64::try_from(VILLAGE.0).unwrap())),
            (keys::WAY, "home".into()),
            (keys::HAPPENED, long_ago.as_str().into()),
        ];
        sets.extend(reason.map(|reason| (keys::LATE_REASON, reason.into())));
        phone.write(RecordKind::Visit, &sets);
    }
    let reply = phone.exchange(&world.phones).await.unwrap();
    let told: Vec<_> = reply.statement.outcomes.iter().map(|one| (one.serial, one.state)).collect();
    assert_eq!(told, [(1, ItemState::Applied)], "only the one without a reason");
    let items = waiting(&world).await.items;
    assert_eq!(items.iter().map(|item| item.reason).collect::<Vec<_>>(), [Reason::Late]);
    assert_eq!(say(&world, &items[0], Verdict::Accept, "乡镇证实").await, Ok(1));
    assert_eq!(waiting(&world).await.items, []);
}

#[tokio::test]
async fn a_date_that_is_amended_far_into_the_past_is_asked_about() {
    let world = World::new().await;
    let mut phone = world.phone(9).await;
    let id = phone.visit(story().evening);
    let visit = RecordRef { kind: RecordKind::Visit, id };
    for days in [1, 20] {
        let happened = Happened::whole(today().plus(-days)).to_string();
        phone.write_to(visit, &[(keys::HAPPENED, happened.into())]);
    }
    // Nobody has ever set so many days.
    let last = phone.log.last_mut().unwrap();
    let body = last.body.as_mut().unwrap();
    Setting::LateDays.give(300, &mut body.given);
    last.patch.body_hash = body.hash();
    let reply = phone.exchange(&world.phones).await.unwrap();
    let told: Vec<_> = reply.statement.outcomes.iter().map(|one| one.serial).collect();
    assert_eq!(told, [4], "yesterday is soon enough");
    let items = waiting(&world).await.items;
    assert_eq!(items[0].reason, Reason::Late);
}

#[tokio::test]
async fn a_visit_dated_after_its_arrival_is_taken_in_and_its_author_is_asked() {
    let world = World::new().await;
    let mut phone = world.phone(9).await;
    let visit = |days: i32| {
        let happened = Happened::morning(today().plus(days)).to_string();
        let village = Value::Int(i64::try_from(VILLAGE.0).unwrap());
        [(keys::VILLAGE, village), (keys::WAY, "home".into()), (keys::HAPPENED, happened.into())]
    };
    let made: Vec<_> = [3, 0, -1].map(|days| phone.write(RecordKind::Visit, &visit(days))).into();
    let reply = phone.exchange(&world.phones).await.unwrap();
    let told: Vec<_> = reply.statement.outcomes.iter().map(|one| (one.serial, one.state)).collect();
    assert_eq!(told, [(1, ItemState::Applied)], "only the one that lies ahead");
    let asked = reply.statement.outcomes[0].problem.clone().unwrap();
    assert_eq!(asked.code, ProblemCode::VisitDatedAhead);
    assert_eq!(asked.params["day"], today().plus(3).to_string());
    assert_eq!(asked.params["arrived"], today().to_string());
    let items = waiting(&world).await.items;
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((item.reason, item.record), (Reason::Question, Some(made[0])));
    assert_eq!(item.why, asked.zh(), "the list says what is the matter");
    // Amended to another day ahead it is asked about again; one that is amended to the past is not.
    for (record, days) in [(made[0], 2), (made[1], -1)] {
        let record = RecordRef { kind: RecordKind::Visit, id: record };
        phone.write_to(record, &[(keys::HAPPENED, Happened::whole(today().plus(days)).to_string().into())]);
    }
    let reply = phone.exchange(&world.phones).await.unwrap();
    let mut told: Vec<_> = reply.statement.outcomes.iter().map(|one| one.serial).collect();
    told.sort_unstable();
    assert_eq!(told, [1, 4]);
    world.sound().await;
}
