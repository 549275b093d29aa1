//! Looking through lists: 名单 by who somebody is, 记录 by what finds them in 名单.

use super::county::{County, HERE, TOWN, VILLAGE, person, staff};
use super::flows::{enrolled, not_met, visit};
use super::world::sync;
use client::App;
use client::lock::Nothing;
use client::me::Room;
use client::people::{PeopleAsked, SearchAsked};
use client::records::{RecordPlace, RecordsAsked, RecordsFilter};
use client::visits::draft::DraftName;
use client::visits::start::{Chosen, StartVisit};
use domain::catalogue::{RecordKind, keys};
use domain::category::ListedAs;
use domain::ids::{AreaCode, RecordId};
use domain::value::Value;
use domain::visit::{Met, NotMet};

fn people(app: &mut App, listed_as: ListedAs, offset: usize, count: usize) -> Vec<RecordId> {
    let listed_as = Some(listed_as);
    let asked = PeopleAsked { listed_as, offset, count: Some(count), ..PeopleAsked::default() };
    app.people(asked).unwrap().into_iter().map(|item| item.subject).collect()
}

#[test]
fn people_are_listed_by_who_they_are_page_by_page_and_in_a_search() {
    let (county, phone, mut app) = enrolled();
    assert_eq!(people(&mut app, ListedAs::Child, 0, 50), [person("李小花")]);
    assert_eq!(people(&mut app, ListedAs::Elder, 0, 50).len(), 2);
    assert_eq!(people(&mut app, ListedAs::Destitute, 0, 50), []);
    let mut found = |typed: &str, listed_as| {
        let asked = SearchAsked { typed: typed.into(), listed_as: Some(listed_as), offset: 0, count: None };
        app.search(asked).unwrap().into_iter().map(|item| item.subject).collect::<Vec<_>>()
    };
    assert_eq!(found("l", ListedAs::Elder), [person("李阿普")]);
    assert_eq!(found("l", ListedAs::Child), [person("李小花")]);
    // More than are looked at in one go.
    county.crowd(250, phone.clock.wall());
    sync(&mut app, &phone, &county);
    let all = people(&mut app, ListedAs::Other, 0, usize::MAX);
    assert_eq!(all.len(), 250);
    let mut pages = people(&mut app, ListedAs::Other, 0, 210);
    pages.extend(people(&mut app, ListedAs::Other, 210, usize::MAX));
    assert_eq!(pages, all);
    assert_eq!(people(&mut app, ListedAs::Child, 0, 50), [person("李小花")]);
}

/// Which visits are found.
fn records(
    app: &mut App,
    typed: &str,
    count: usize,
    before: Option<RecordPlace>,
) -> Vec<(RecordId, RecordPlace)> {
    let asked = RecordsAsked { typed: typed.into(), count: Some(count), before, filter: RecordsFilter::All };
    app.records(asked).unwrap().into_iter().map(|item| (item.visit, item.place)).collect()
}

#[test]
fn records_are_found_as_people_are_and_by_place() {
    let (county, phone, mut app) = enrolled();
    let (first, second) = (visit(&mut app, "李阿普"), visit(&mut app, "张建国"));
    let chosen = Chosen { subject: person("李小花"), met: Some(Met::InPerson) };
    let place = Some("民主完小".to_owned());
    let start = StartVisit { place, subjects: vec![chosen], ..StartVisit::default() };
    let draft = app.start_visit(start).unwrap().visit;
    super::flows::fill(&mut app, &draft, "李小花");
    let school = app.finish(DraftName { visit: draft }).unwrap().visit.unwrap();
    let mut found = |typed: &str| -> Vec<RecordId> {
        records(&mut app, typed, 50, None).into_iter().map(|(visit, _)| visit).collect()
    };
    for typed in ["李阿普", "liapu", "lap"] {
        assert_eq!(found(typed), [first], "{typed}");
    }
    assert_eq!(found("045x").len(), 3, "one ID number stands for all of them here");
    assert_eq!(found("zjg"), [second]);
    assert_eq!(found("完小"), [school], "by its place");
    assert_eq!(found("xiaohua"), [school]);
    assert_eq!(found(" "), [school, second, first], "nothing was typed");
    assert_eq!(found("没有这个人"), []);
    sync(&mut app, &phone, &county);
    let waiting =
        RecordsAsked { typed: "zjg".into(), filter: RecordsFilter::Waiting, ..RecordsAsked::default() };
    assert_eq!(app.records(waiting).unwrap(), [], "both hold at once");
}

#[test]
fn a_page_of_records_is_full_while_there_are_more() {
    let (_, _, mut app) = enrolled();
    let wanted = visit(&mut app, "张建国");
    for _ in 0..70 {
        app.not_met(not_met("李阿普", NotMet::NotAtHome)).unwrap();
    }
    assert_eq!(records(&mut app, "zjg", 40, None)[0].0, wanted, "behind two pages of others");
    let first = records(&mut app, "lap", 40, None);
    let rest = records(&mut app, "lap", 40, Some(first[39].1));
    assert_eq!((first.len(), rest.len()), (40, 30));
    assert!(rest.iter().all(|row| !first.contains(row)));
}

/// Somebody with a telephone and a role.
pub fn helper(county: &County, name: &str, phone: &str, role: &str, area: AreaCode, now_ms: i64) {
    let fields = [(keys::NAME, Value::from(name)), (keys::PHONE, phone.into())];
    county.put(RecordKind::Staff, staff(name), &fields, now_ms);
    let fields = [
        (keys::STAFF, Value::text(staff(name).to_string())),
        (keys::ROLE, role.into()),
        (keys::AREA, Value::Int(area.0 as i64)),
        (keys::FROM, "2020-01-01".into()),
    ];
    county.put(RecordKind::Assignment, RecordId::named("assignment", name), &fields, now_ms);
}

#[test]
fn who_may_have_come_along_is_named_by_how_near_they_work() {
    let (county, phone, mut app) = enrolled();
    let now_ms = phone.clock.wall();
    helper(&county, "阿县", "", "county_reviewer", AreaCode(532_929_000_000), now_ms);
    helper(&county, "乙站长", "", "station_head", TOWN, now_ms);
    helper(&county, "周同村", "", "child_director", VILLAGE, now_ms);
    sync(&mut app, &phone, &county);
    let all = app.colleagues(Nothing {}).unwrap();
    let place = |name: &str| all.iter().position(|one| one.name == name).unwrap();
    assert!(all[0].me);
    assert!(place("周同村") < place("乙站长") && place("乙站长") < place("阿县"));
}

#[test]
fn whom_to_ring_are_those_of_the_township_who_have_a_telephone() {
    let (county, mut phone, mut app) = enrolled();
    assert_eq!(app.helpers(Nothing {}).unwrap().people, []);
    let now_ms = phone.clock.wall();
    helper(&county, "王站长", "10700000002", "station_head", TOWN, now_ms);
    helper(&county, "赵督导", "10700000001", "child_supervisor", TOWN, now_ms);
    helper(&county, "没电话", "", "child_supervisor", TOWN, now_ms);
    helper(&county, "别处的", "10700000003", "child_supervisor", AreaCode(532_929_102_000), now_ms);
    helper(&county, "审核员", "10700000004", "county_reviewer", HERE, now_ms);
    helper(&county, "同村的", "10700000005", "child_director", VILLAGE, now_ms);
    sync(&mut app, &phone, &county);
    let helping = app.helpers(Nothing {}).unwrap();
    let helpers = &helping.people;
    let told: Vec<_> = helpers.iter().map(|one| (one.name.as_str(), one.phone.as_str())).collect();
    assert_eq!(told, [("赵督导", "10700000001"), ("王站长", "10700000002")]);
    assert_eq!(helpers[0].area_name, "诺邓镇");
    let mut nameless = helping.clone();
    nameless.people.iter_mut().for_each(|one| one.name.clear());
    app.lock(Nothing {}).unwrap();
    assert_eq!(app.helpers(Nothing {}).unwrap(), nameless, "no name lies in the open");
    assert_eq!(
        phone.start().helpers(Nothing {}).unwrap(),
        nameless,
        "after a cold start, before anybody unlocked"
    );
}

#[test]
fn the_room_that_is_left_is_told_and_when_it_is_too_little() {
    let (_, phone, mut app) = enrolled();
    for (free, low) in [(200_000_000, false), (199_999_999, true), (0, true)] {
        *phone.shelf.2.lock().unwrap() = Some(free);
        assert_eq!(app.me(Nothing {}).unwrap().room, Some(Room { free_bytes: free, low }));
    }
    *phone.shelf.2.lock().unwrap() = None;
    assert_eq!(app.me(Nothing {}).unwrap().room, None);
}

#[test]
fn whoever_has_no_id_number_is_listed_with_the_countys_own() {
    let (county, phone, mut app) = enrolled();
    let now_ms = phone.clock.wall();
    let listed = |app: &mut App| {
        let asked = SearchAsked { typed: "张建国".into(), listed_as: None, offset: 0, count: None };
        app.search(asked).unwrap()[0].local_number.clone()
    };
    let fields = [(keys::ID_NUMBER, Value::Null), (keys::LOCAL_NUMBER, "YL0017".into())];
    county.put(RecordKind::Person, person("张建国"), &fields, now_ms);
    sync(&mut app, &phone, &county);
    assert_eq!(listed(&mut app).as_deref(), Some("YL0017"));
    county.put(
        RecordKind::Person,
        person("张建国"),
        &[(keys::ID_NUMBER, "532929194801010459".into())],
        now_ms,
    );
    sync(&mut app, &phone, &county);
    assert_eq!(listed(&mut app), None);
}
