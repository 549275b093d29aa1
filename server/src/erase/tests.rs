//! Erasure takes two, and reaches what phones bring afterwards.

use super::*;
use crate::clock;
use crate::seed::places::COUNTY;
use crate::staff::{NewAssignment, assign, operator};
use crate::testing::World;
use domain::time::Happened;
use store::county::Ledger;

fn person(id: RecordId) -> RecordRef {
    RecordRef { kind: RecordKind::Person, id }
}

async fn member(world: &World, name: &str, role: Role) -> RecordId {
    let now_ms = clock::now_ms();
    let staff = crate::staff::add(&world.county, operator(), name, None, now_ms).await.unwrap();
    let new = NewAssignment { staff, role, area: COUNTY, from: Day::of(now_ms), until: None };
    assign(&world.county, operator(), &new, now_ms).await.unwrap();
    staff
}

fn asked(target: RecordRef, by: RecordId) -> Ask {
    Ask { target, reason: "本人书面申请，撤回同意".to_owned(), by }
}

#[tokio::test]
async fn it_takes_two_and_neither_alone() {
    let world = World::new().await;
    let (admin, approver) =
        (member(&world, "段管理", Role::CountyAdmin).await, member(&world, "字负责", Role::Approver).await);
    let both = member(&world, "双管", Role::CountyAdmin).await;
    let (county, now_ms) = (&world.county, clock::now_ms());
    let also =
        NewAssignment { staff: both, role: Role::Approver, area: COUNTY, from: Day::of(now_ms), until: None };
    assign(county, operator(), &also, now_ms).await.unwrap();
    let target = person(world.elder().await);
    let refused = async |by| ask(county, &asked(target, by), now_ms).await.unwrap_err().code;
    assert_eq!(refused(approver).await, ProblemCode::RightMissing);
    assert_eq!(refused(world.officer()).await, ProblemCode::RightMissing);
    let name = called(county, target, Day::of(now_ms)).await.unwrap();
    let spaced = name.chars().map(|c| format!("{c} ")).collect::<String>() + "申请";
    let own = format!("{name}本人申请");
    for reason in [" ".to_owned(), own, spaced, "本人来电139-0000 0001申请".to_owned()] {
        let wrong = Ask { reason, ..asked(target, both) };
        assert_eq!(
            ask(county, &wrong, now_ms).await.unwrap_err().code,
            ProblemCode::ArgumentWrong,
            "{wrong:?}"
        );
    }
    let people = world.store.records_after(RecordKind::Person, None, usize::MAX).await.unwrap();
    let home = |row: &RecordRow| row.head.text(keys::HOUSEHOLD).map(str::to_owned);
    let pair =
        people.windows(2).find(|pair| home(&pair[0].1).is_some() && home(&pair[0].1) == home(&pair[1].1));
    let [(one, _), (_, other)] = pair.unwrap() else { unreachable!() };
    let reason = format!("{}代为申请", other.head.text(keys::NAME).unwrap());
    let wrong = Ask { reason, ..asked(*one, both) };
    let code = ask(county, &wrong, now_ms).await.unwrap_err().code;
    assert_eq!(code, ProblemCode::ArgumentWrong, "who lives with them is not named either");
    let erasure = ask(county, &asked(target, both), now_ms).await.unwrap();
    assert_eq!(refused(admin).await, ProblemCode::NothingToChange, "it waits already");
    let word = |by| Word { erasure, refused: None, by };
    assert_eq!(say(county, &word(both), now_ms).await.unwrap_err().code, ProblemCode::ArgumentWrong);
    assert_eq!(say(county, &word(admin), now_ms).await.unwrap_err().code, ProblemCode::RightMissing);
    assert_ne!(called(county, target, Day::of(now_ms)).await.unwrap(), "", "nothing was erased yet");
    let no = Word { refused: Some("还在处理".to_owned()), ..word(approver) };
    say(county, &no, now_ms).await.unwrap();
    assert_eq!(say(county, &word(approver), now_ms).await.unwrap_err().code, ProblemCode::NothingToChange);
    let erasure = ask(county, &asked(target, admin), now_ms).await.unwrap();
    say(county, &Word { erasure, refused: None, by: approver }, now_ms).await.unwrap();
    assert_eq!(called(county, target, Day::of(now_ms)).await.unwrap(), "");
    assert_eq!(foreseen(county, target).await.unwrap_err().code, ProblemCode::NothingToChange);
    let log = county.stores.directory.accesses(None, 10).await.unwrap();
    let acts: Vec<_> = log.iter().map(|(_, one)| one.act.as_str()).collect();
    assert_eq!(acts, ["erased", "erasure_asked", "erasure_refused", "erasure_asked"]);
    world.sound().await;
}

#[tokio::test]
async fn what_a_phone_brings_of_an_erased_person_is_an_envelope_and_it_is_told() {
    let world = World::new().await;
    let (admin, approver) =
        (member(&world, "段管理", Role::CountyAdmin).await, member(&world, "字负责", Role::Approver).await);
    let (county, now_ms) = (&world.county, clock::now_ms());
    let elder = world.elder().await;
    let mut phone = world.phone(1).await;
    let erasure = ask(county, &asked(person(elder), admin), now_ms).await.unwrap();
    say(county, &Word { erasure, refused: None, by: approver }, now_ms).await.unwrap();
    let happened = Happened::morning(Day::of(now_ms)).to_string();
    let village = Value::Int(i64::try_from(crate::testing::VILLAGE.0).unwrap());
    let visit = phone.write(
        RecordKind::Visit,
        &[(keys::VILLAGE, village), (keys::WAY, "home".into()), (keys::HAPPENED, happened.into())],
    );
    let part = phone.write(
        RecordKind::Part,
        &[
            (keys::VISIT, visit.to_string().into()),
            (keys::SUBJECT, elder.to_string().into()),
            (keys::MET, "self".into()),
            ("a/health", "瘫痪在床".into()),
        ],
    );
    let reply = phone.exchange(&world.phones).await.unwrap();
    assert_eq!(reply.rest.erased, [RecordRef { kind: RecordKind::Part, id: part }]);
    let held = BTreeSet::from([RecordRef { kind: RecordKind::Part, id: part }]);
    assert!(!is_left(county.stores.reports.as_ref(), &held).await.unwrap());
    world.sound().await;
}

#[tokio::test]
async fn what_differs_in_a_record_that_was_erased_waits_for_nobody() {
    let world = World::new().await;
    let (admin, approver) =
        (member(&world, "段管理", Role::CountyAdmin).await, member(&world, "字负责", Role::Approver).await);
    let (county, now_ms) = (&world.county, clock::now_ms());
    let elder = world.elder().await;
    let mut phone = world.phone(1).await;
    let raised: [(&str, Value); 4] = [
        (keys::SUBJECT, elder.to_string().into()),
        (keys::KIND, "house".into()),
        (keys::WORDS, "屋顶漏雨".into()),
        (keys::STATE, "open".into()),
    ];
    let concern = RecordRef { kind: RecordKind::Concern, id: phone.write(RecordKind::Concern, &raised) };
    phone.exchange(&world.phones).await.unwrap();
    for (by, state) in [(admin, "solved"), (approver, "unsolvable")] {
        let sets = Sets::from([(keys::STATE.to_owned(), Value::from(state))]);
        write(county, by, Change::of_register(concern, domain::log::Vector::default(), sets), now_ms)
            .await
            .unwrap();
    }
    let waits = async || {
        let filter = crate::reports::waiting::Filter::default();
        crate::reports::waiting::list(county, filter, Day::of(now_ms)).await.unwrap().items.len()
    };
    assert_eq!(waits().await, 1);
    let erasure = ask(county, &asked(person(elder), admin), now_ms).await.unwrap();
    say(county, &Word { erasure, refused: None, by: approver }, now_ms).await.unwrap();
    assert_eq!(waits().await, 0);
    assert!(crate::reports::waiting::contested_record(county, concern.id).await.is_err());
    world.sound().await;
}

#[tokio::test]
async fn a_county_s_number_of_whoever_is_erased_is_given_to_nobody_and_none_is_passed_over() {
    let world = World::new().await;
    let (admin, approver) =
        (member(&world, "段管理", Role::CountyAdmin).await, member(&world, "字负责", Role::Approver).await);
    let county = &world.county;
    let came = async |name: &str| {
        let bytes = format!("村,姓名,类别\n532929102210,{name},低保\n");
        let (table, columns) =
            crate::import::read("a.csv", bytes.as_bytes(), crate::import::List::People).unwrap();
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.unwrap();
        let today = Day::of(clock::now_ms());
        let (rows, _) = crate::import::people::rows(&table, &columns, &reference, today);
        let frame = crate::import::Frame { scope: COUNTY, now_ms: clock::now_ms() };
        let none = crate::import::Ticks::None;
        crate::import::take(county, operator(), &rows, &none, frame, None).await.unwrap();
        let all = crate::person::everybody(county).await.unwrap();
        let id = all.into_iter().find(|(one, _)| one.name == name).unwrap().0.id;
        let row = county.stores.ledger.record(person(id)).await.unwrap().unwrap();
        let number = row.head.text(keys::LOCAL_NUMBER).unwrap().to_owned();
        let running: u32 = number.get(4..9).unwrap().parse().unwrap();
        (id, running)
    };
    let (_, first) = came("测甲").await;
    for name in ["测乙", "测丙"] {
        let (gone, running) = came(name).await;
        let erasure = ask(county, &asked(person(gone), admin), clock::now_ms()).await.unwrap();
        say(county, &Word { erasure, refused: None, by: approver }, clock::now_ms()).await.unwrap();
        assert!(running > first);
    }
    // 甲 has the first; 乙 and 丙 had the next two and are erased: theirs stay theirs.
    assert_eq!(came("测丁").await.1, first + 3);
    assert_eq!(came("测戊").await.1, first + 4, "and no gap grows with each file");
    world.sound().await;
}
