//! 今日, 名单, search, pages, records: what the worker sees before and after.

use super::county::{VILLAGE, household, person};
use super::flows::{enrolled, fill, not_met, visit};
use super::world::{code, sync};
use client::App;
use client::amend::{Amend, CorrectContact};
use client::contested::{OfRecord, Settle};
use client::history::{HistoryAsked, OfPart};
use client::lock::Nothing;
use client::people::{OfPerson, PeopleAsked, SearchAsked};
use client::records::{OfVisit, RecordState, RecordsAsked, RecordsFilter};
use client::today::{TodayAsked, TodayOrder, Why};
use client::visits::finish::NotMetVisit;
use client::visits::start::When;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::ProblemCode;
use domain::time::{Day, Happened};
use domain::value::Value;
use domain::visit::{NotMet, Way};

pub fn search(app: &mut App, typed: &str) -> Vec<RecordId> {
    let asked = SearchAsked { typed: typed.into(), listed_as: None, offset: 0, count: None };
    app.search(asked).unwrap().into_iter().map(|item| item.subject).collect()
}

pub fn of(kind: RecordKind, id: RecordId) -> RecordRef {
    RecordRef { kind, id }
}

#[test]
fn today_tells_who_is_due_and_a_visit_takes_them_off() {
    let (county, phone, mut app) = enrolled();
    let before = app.today_list(TodayAsked::default()).unwrap();
    assert_eq!((before.due, before.met, before.total), (3, 0, 3));
    assert_eq!(before.staff_name, "杨洁");
    assert!(before.heard_ms.is_some());
    let grandmother = before.people.iter().find(|one| one.subject == person("李阿普")).unwrap();
    assert!(grandmother.at_home, "the quarterly duty is met at home only");
    assert_eq!((grandmother.age, grandmother.group.as_str()), (Some(78), "三组"));
    assert!(grandmother.why.contains(&Why::NotYet { months: 1 }));
    assert!(grandmother.why.contains(&Why::MissedLast { months: 1 }), "nobody went in October");
    let child = before.people.iter().find(|one| one.subject == person("李小花")).unwrap();
    assert_eq!((child.name.as_str(), child.household.as_str(), child.by_phone), ("李*花", "李阿普", false));
    visit(&mut app, "李阿普");
    let after = app.today_list(TodayAsked { order: TodayOrder::Group, ..TodayAsked::default() }).unwrap();
    assert_eq!((after.due, after.met, after.total, after.waiting), (3, 1, 2, 1));
    assert_eq!(after.people[0].group, "一组");
    sync(&mut app, &phone, &county);
    let sent = app.today_list(TodayAsked::default()).unwrap();
    assert_eq!((sent.met, sent.waiting, sent.waiting_since_ms), (1, 0, None));
}

#[test]
fn a_rule_that_arrives_judges_everybody_anew() {
    let (county, phone, mut app) = enrolled();
    let mut due = |categories: &[&str]| {
        county.duty("elder_monthly", categories, &["home"], "month", phone.clock.wall());
        sync(&mut app, &phone, &county);
        let view = app.today_list(TodayAsked::default()).unwrap();
        (view.due, view.people.iter().any(|one| one.subject == person("张建国")))
    };
    assert_eq!(due(&["DJ"]), (2, false), "who is only 高龄 is asked for no more");
    assert_eq!(due(&["GL"]), (3, true));
}

fn part_of(app: &mut App, name: &str) -> RecordId {
    let asked = HistoryAsked { subject: person(name), after: None, count: None };
    app.history(asked).unwrap()[0].part
}

#[test]
fn not_met_stays_due_and_a_reported_change_is_asked_no_more() {
    let (_, _, mut app) = enrolled();
    let again = Some("后天上午".to_owned());
    let done =
        app.not_met(NotMetVisit { come_again: again, ..not_met("张建国", NotMet::NotAtHome) }).unwrap();
    assert!(done.visit.is_some());
    let tried = app.today_list(TodayAsked::default()).unwrap();
    let row = tried.people.iter().find(|one| one.subject == person("张建国")).unwrap();
    assert!(row.why.contains(&Why::Tried));
    assert_eq!(row.come_again.as_deref(), Some("后天上午"));
    for day in ["2126-01-01", "1800-01-01"] {
        let wrong = NotMetVisit { reason_from: day.parse().ok(), ..not_met("张建国", NotMet::Died) };
        assert!(wrong.reason_from.is_some());
        assert_eq!(app.not_met(wrong).unwrap_err().code, ProblemCode::AnswerOutsideConstraint, "{day}");
    }
    app.not_met(not_met("张建国", NotMet::Hospital)).unwrap();
    let pending = app.today_list(TodayAsked::default()).unwrap();
    assert_eq!((pending.due, pending.met, pending.total), (3, 0, 2), "due, not met, asked no more");
}

#[test]
fn who_was_not_met_long_ago_is_entered_with_a_reason_and_how_and_by_whom_it_was_tried() {
    let (_, phone, mut app) = enrolled();
    let day = Day::of(phone.clock.wall()).plus(-12);
    let tried = NotMetVisit {
        way: Some(Way::Phone),
        happened: Some(When::Day(day)),
        come_again: Some("赶集那天".into()),
        ..not_met("张建国", NotMet::NotAtHome)
    };
    let silent = app.not_met(tried.clone()).unwrap();
    assert_eq!((silent.visit, silent.gaps[0].problem.code), (None, ProblemCode::VisitTooLongAgo));
    let said = NotMetVisit { late_reason: Some("山路断了".into()), ..tried };
    assert!(app.not_met(said).unwrap().visit.is_some());
    let part = part_of(&mut app, "张建国");
    let view = app.part(OfPart { part }).unwrap();
    assert_eq!((view.brief.way, view.late_reason.as_deref()), (Some(Way::Phone), Some("山路断了")));
    assert_eq!(view.happened.map(Happened::day), Some(day));
}

#[test]
fn who_was_met_stays_met_when_a_change_is_reported_afterwards() {
    let (county, phone, mut app) = enrolled();
    // Asked for at home only, and so not met by a visit of another way.
    county.duty("quarterly_home", &["DJ", "GL"], &["home"], "quarter", phone.clock.wall());
    sync(&mut app, &phone, &county);
    let made = visit(&mut app, "张建国");
    let part = part_of(&mut app, "张建国");
    let seen = app.part(OfPart { part }).unwrap().visit_seen;
    let by_phone =
        Amend { record: of(RecordKind::Visit, made), key: keys::WAY.into(), value: "phone".into(), seen };
    assert!(app.amend(by_phone).unwrap().changed);
    let figures = |app: &mut App| {
        let today = app.today_list(TodayAsked::default()).unwrap();
        (today.due, today.met)
    };
    assert_eq!(figures(&mut app), (3, 0), "at home still to come");
    app.not_met(not_met("张建国", NotMet::Hospital)).unwrap();
    assert_eq!(figures(&mut app), (3, 1), "met by one duty, and no other asks any more");
}

#[test]
fn people_are_listed_and_found_by_name_pinyin_initials_and_digits() {
    let (_, _, mut app) = enrolled();
    for typed in ["李阿普", "阿普", "liapu", "lap", "045x"] {
        assert!(search(&mut app, typed).contains(&person("李阿普")), "{typed}");
    }
    assert_eq!(search(&mut app, "zjg"), [person("张建国")]);
    assert_eq!(search(&mut app, "没有这个人"), []);
    let all = app.people(PeopleAsked::default()).unwrap();
    assert_eq!(all.len(), 3, "the neighbouring village is not on this phone");
    let home = PeopleAsked { household: Some(household("李阿普家")), ..PeopleAsked::default() };
    assert_eq!(app.people(home).unwrap().len(), 2);
    let groups = app.groups(Nothing {}).unwrap();
    assert_eq!(groups.iter().map(|one| one.people).sum::<u64>(), 3);
    assert_eq!(groups[0].village_name, "民主村");
}

#[test]
fn neighbours_of_one_name_are_told_apart_in_search_and_today() {
    let (county, phone, mut app) = enrolled();
    let now_ms = phone.clock.wall();
    for (home, head, group, born, nickname) in [
        ("桥头家", "张有福", "一组", "1941-03-05", "桥头老张"),
        ("坡上家", "张树林", "二组", "1949-08-19", "石匠"),
    ] {
        county.home(home, head, VILLAGE, group, now_ms);
        let fields = [
            (keys::NAME, Value::from("张建国")),
            (keys::BORN, born.into()),
            (keys::VILLAGE, Value::Int(VILLAGE.0 as i64)),
            (keys::HOUSEHOLD, Value::text(household(home).to_string())),
            (keys::NICKNAME, nickname.into()),
            ("category/DJ/start", "2024-01-01".into()),
        ];
        county.put(RecordKind::Person, person(home), &fields, now_ms);
    }
    let fields = [(keys::NICKNAME, Value::from("花花"))];
    county.put(RecordKind::Person, person("李小花"), &fields, now_ms);
    sync(&mut app, &phone, &county);
    let asked = SearchAsked { typed: "zhangjianguo".into(), listed_as: None, offset: 0, count: None };
    let found = app.search(asked).unwrap();
    assert_eq!(found.len(), 3);
    let told: std::collections::BTreeSet<_> = found
        .iter()
        .map(|one| (one.group.clone(), one.household_head.clone(), one.age, one.nickname.clone()))
        .collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(found.iter().all(|one| one.name == "张建国" && one.village == Some(VILLAGE)));
    assert_eq!(search(&mut app, "shijiang"), [person("坡上家")], "by what neighbours call him");
    let today = app.today_list(TodayAsked::default()).unwrap();
    let due = |home: &str| today.people.iter().find(|one| one.subject == person(home)).unwrap();
    let (bridge, slope) = (due("桥头家"), due("坡上家"));
    assert_eq!((bridge.household.as_str(), bridge.group.as_str(), bridge.age), ("张有福", "一组", Some(85)));
    assert_eq!((slope.household.as_str(), slope.nickname.as_deref()), ("张树林", Some("石匠")));
    let child = today.people.iter().find(|one| one.subject == person("李小花")).unwrap();
    assert_eq!((child.name.as_str(), child.nickname.as_deref()), ("李*花", None), "masked in lists");
    let page = app.person(OfPerson { subject: person("李小花") }).unwrap();
    assert_eq!((page.item.name.as_str(), page.item.nickname.as_deref()), ("李小花", Some("花花")));
}

#[test]
fn a_persons_page_shows_duties_members_and_the_last_visit() {
    let (_, _, mut app) = enrolled();
    let made = visit(&mut app, "李阿普");
    let page = app.person(OfPerson { subject: person("李阿普") }).unwrap();
    assert_eq!(page.members.len(), 1);
    assert_eq!(page.duties.len(), 2);
    assert!(page.duties.iter().all(|duty| !duty.open), "at home: the month and the quarter are met");
    assert_eq!(page.id_number.as_deref(), Some("532929********045X"));
    assert_eq!((page.visits.len(), page.visits[0].visit), (1, Some(made)));
    assert_eq!(page.visits[0].by, ["杨洁"]);
    let asked = HistoryAsked { subject: person("李阿普"), after: None, count: None };
    let part = app.history(asked).unwrap()[0].part;
    assert!(app.part(OfPart { part }).unwrap().answers.len() > 10);
}

#[test]
fn own_records_go_from_waiting_to_received_with_digits_and_a_proof() {
    let (county, phone, mut app) = enrolled();
    let made = visit(&mut app, "李阿普");
    let waiting = app.records(RecordsAsked::default()).unwrap();
    assert_eq!((waiting[0].state, waiting[0].receipt.clone()), (RecordState::Waiting, None));
    assert_eq!(code(app.proof(OfVisit { visit: made })), ProblemCode::NothingFound);
    sync(&mut app, &phone, &county);
    let received = app.records(RecordsAsked::default()).unwrap();
    assert_eq!(received[0].state, RecordState::Received);
    assert_eq!(received[0].receipt.as_deref().map(str::len), Some("1123 0001 5".len()));
    assert!(received[0].receipt.as_deref().unwrap().starts_with("1123 0001 "));
    assert_eq!(received[0].people[0].1, "李阿普");
    assert!(received[0].received_ms.is_some());
    let proof: seal::frame::ReceiptProof =
        serde_json::from_str(&app.proof(OfVisit { visit: made }).unwrap().proof).unwrap();
    assert_eq!(proof.verify(&county.keys().signing().public()), Ok(()));
    let asked = RecordsAsked { filter: RecordsFilter::Waiting, ..RecordsAsked::default() };
    assert_eq!(app.records(asked).unwrap(), []);
}

#[test]
fn two_corrections_of_one_phone_number_are_shown_with_both_sides_and_settled() {
    let (county, phone, mut app) = enrolled();
    let record = of(RecordKind::Person, person("李阿普"));
    let page = app.person(OfPerson { subject: person("李阿普") }).unwrap();
    let correct = |value: &str, seen: &domain::log::Vector| CorrectContact {
        record,
        key: keys::PHONE.into(),
        value: value.into(),
        seen: seen.clone(),
    };
    let waiting = |app: &mut App| app.today_list(TodayAsked::default()).unwrap().waiting_other;
    assert_eq!(waiting(&mut app), 0);
    assert!(app.correct_contact(correct("13911111111", &page.seen)).unwrap().changed);
    assert_eq!(waiting(&mut app), 1, "what is no visit waits too, and is told");
    assert!(!app.correct_contact(correct("13911111111", &page.seen)).unwrap().changed, "unchanged");
    assert!(
        !app.correct_contact(correct("+86 139-1111-1111", &page.seen)).unwrap().changed,
        "the same number"
    );
    for wrong in ["abc", "12345", &"1".repeat(1_000)] {
        let told = app.correct_contact(correct(wrong, &page.seen)).unwrap_err();
        assert_eq!(told.code, ProblemCode::AnswerOutsideConstraint);
        assert!(told.zh().contains("“本人电话”：不是电话号码"), "{}", told.zh());
    }
    let words = CorrectContact { key: keys::DIRECTIONS.into(), ..correct(&"左".repeat(501), &page.seen) };
    assert_eq!(app.correct_contact(words).unwrap_err().code, ProblemCode::AnswerTooLong);
    // Meanwhile another worker corrects the same, without having seen this one.
    let (other_phone, mut other) = super::flows::enrol(&county, "和平", 2);
    let theirs = other.person(OfPerson { subject: person("李阿普") }).unwrap();
    other.correct_contact(correct("13922222222", &theirs.seen)).unwrap();
    sync(&mut app, &phone, &county);
    sync(&mut other, &other_phone, &county);
    sync(&mut app, &phone, &county);
    let fields = app.contested(OfRecord { record }).unwrap();
    assert_eq!(fields.len(), 1);
    let mut authors: Vec<_> = fields[0].sides.iter().map(|side| side.author_name.clone()).collect();
    authors.sort();
    assert_eq!(authors, ["和平", "杨洁"]);
    assert!(fields[0].may_settle);
    let settle = Settle {
        record,
        key: keys::PHONE.into(),
        value: Value::from("13922222222"),
        seen: fields[0].seen.clone(),
    };
    app.settle(settle).unwrap();
    sync(&mut app, &phone, &county);
    let head = county.record(RecordKind::Person, person("李阿普")).unwrap().head;
    assert_eq!(head.text(keys::PHONE), Some("13922222222"));
    assert_eq!(app.contested(OfRecord { record }).unwrap(), []);
}

#[test]
fn a_field_and_an_answer_are_amended_and_what_is_not_the_workers_is_refused() {
    let (county, phone, mut app) = enrolled();
    let made = visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    let asked = HistoryAsked { subject: person("李阿普"), after: None, count: None };
    let part = app.history(asked).unwrap()[0].part;
    let page = app.part(OfPart { part }).unwrap();
    let amend =
        |record, key: &str, value: Value| Amend { record, key: key.into(), value, seen: page.seen.clone() };
    let visit_record = of(RecordKind::Visit, made);
    let way = Amend { seen: page.visit_seen.clone(), ..amend(visit_record, keys::WAY, "elsewhere".into()) };
    assert!(app.amend(way).unwrap().changed);
    let part_record = of(RecordKind::Part, part);
    let path = &page.answers.iter().find(|one| one.path.contains("body_mind")).unwrap().path;
    let key = format!("a/{path}");
    assert!(app.amend(amend(part_record, &key, "poor".into())).unwrap().changed);
    assert_eq!(code(app.amend(amend(part_record, &key, "nonsense".into()))), ProblemCode::AnswerNotAChoice);
    assert_eq!(code(app.amend(amend(part_record, keys::VOID, "x".into()))), ProblemCode::NotYoursToChange);
    let died = amend(of(RecordKind::Person, person("李阿普")), keys::DIED, "2026-11-01".into());
    assert_eq!(code(app.amend(died)), ProblemCode::NotYoursToChange);
    sync(&mut app, &phone, &county);
    let head = county.record(RecordKind::Part, part).unwrap().head;
    assert_eq!(head.text(&key), Some("poor"));
    assert_eq!(county.record(RecordKind::Visit, made).unwrap().head.text(keys::WAY), Some("elsewhere"));
    assert_eq!(app.records(RecordsAsked::default()).unwrap()[0].state, RecordState::Received);
}

#[test]
fn a_concern_found_is_open_on_the_page_and_answered_by_the_township() {
    let (county, phone, mut app) = enrolled();
    let chosen = client::visits::start::Chosen {
        subject: person("张建国"),
        met: Some(domain::visit::Met::InPerson),
    };
    let start = client::visits::start::StartVisit { subjects: vec![chosen], ..Default::default() };
    let draft = app.start_visit(start).unwrap().visit;
    fill(&mut app, &draft, "张建国");
    let found = client::visits::draft::Found {
        kind: domain::concern::ConcernKind::House,
        words: "屋顶漏雨".into(),
    };
    let add = client::visits::start::AddFound {
        visit: draft.clone(),
        subject: person("张建国"),
        found: found.clone(),
    };
    app.add_found(add.clone()).unwrap();
    let found_now = |view: client::visits::start::VisitView| view.parts[0].found.len();
    assert_eq!(found_now(app.drop_found(add.clone()).unwrap()), 0, "a slip is taken back");
    assert_eq!(found_now(app.add_found(add).unwrap()), 1);
    app.finish(client::visits::draft::DraftName { visit: draft }).unwrap();
    sync(&mut app, &phone, &county);
    let part = part_of(&mut app, "张建国");
    assert!(
        app.part(OfPart { part }).unwrap().brief.found.contains(&found),
        "of a past visit, what was not fine"
    );
    let concerns = app.concerns(OfPerson { subject: person("张建国") }).unwrap();
    let one = concerns.iter().find(|one| one.words == "屋顶漏雨").unwrap().concern;
    let fields = [(keys::STATE, Value::from("in_hand")), (keys::REPLY, Value::from("下周派人来修"))];
    county.put(RecordKind::Concern, one, &fields, phone.clock.wall());
    sync(&mut app, &phone, &county);
    let concerns = app.concerns(OfPerson { subject: person("张建国") }).unwrap();
    let one = concerns.iter().find(|concern| concern.concern == one).unwrap();
    assert_eq!(one.reply.as_deref(), Some("下周派人来修"));
}
