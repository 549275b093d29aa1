//! What lies in the open beside a locked phone: the least that an urgent report needs, and nobody's once the phone
//! is another's.

use super::county::{County, TOWN, VILLAGE, person};
use super::flows::{enrol, enrolled, noon, visit};
use super::looking::helper;
use super::world::{Net, PIN, Phone, sync, sync_over};
use client::App;
use client::enrol::{EnrolBegin, EnrolFinish};
use client::lock::{Nothing, Phase};
use client::ports::VaultFile;
use client::urgent::UrgentReport;
use domain::catalogue::{RecordKind, keys};
use domain::time::Day;
use std::collections::BTreeMap;
use sync::county::needs::DeviceState;

const NUMBERS: [&str; 2] = ["10700000001", "10700000002"];

/// A phone whose holder has two people of the township to ring.
fn helped() -> (County, Phone, App) {
    let (county, phone, mut app) = enrolled();
    for (name, number, role) in
        [("赵督导", NUMBERS[0], "child_supervisor"), ("王站长", NUMBERS[1], "station_head")]
    {
        helper(&county, name, number, role, TOWN, phone.clock.wall());
    }
    sync(&mut app, &phone, &county);
    assert_eq!(app.helpers(Nothing {}).unwrap().people.len(), 2);
    assert!(NUMBERS.iter().all(|number| in_the_open(&phone).contains(number)));
    (county, phone, app)
}

/// All that a stranger reads on the phone without its keys.
fn in_the_open(phone: &Phone) -> String {
    let files = phone.files.0.lock().unwrap();
    files.values().map(|bytes| String::from_utf8_lossy(bytes)).collect()
}

/// Nobody to ring lies there, nor is told.
fn empty(phone: &mut Phone, app: &mut App) {
    assert_eq!(app.helpers(Nothing {}).unwrap().people, []);
    assert_eq!(phone.start().helpers(Nothing {}).unwrap().people, [], "nor after a cold start");
    let open = in_the_open(phone);
    assert!(NUMBERS.iter().all(|number| !open.contains(number)), "{open}");
}

fn begin(county: &County, name: &str, anew: bool) -> EnrolBegin {
    EnrolBegin { code: county.sheet(name), pin: PIN.into(), county: "532929000000".into(), anew }
}

#[test]
fn it_is_the_least_that_has_to_be_there_and_nothing_of_children_or_subjects() {
    let (county, mut phone, mut app) = helped();
    let number = "10755555555";
    let fields = [(keys::PHONE, number.into()), (keys::PHONE_CARER, "10766666666".into())];
    county.put(RecordKind::Person, person("李小花"), &fields, phone.clock.wall());
    sync(&mut app, &phone, &county);
    visit(&mut app, "李小花");
    let report = || UrgentReport {
        subject: Some(person("李小花")),
        who: Some("李小花".into()),
        words: Some("手臂上有几块青的".into()),
        ..UrgentReport::default()
    };
    app.urgent(report()).unwrap();
    sync(&mut app, &phone, &county);
    app.lock(Nothing {}).unwrap();
    phone.start().urgent(report()).unwrap();
    let open = in_the_open(&phone);
    let id = person("李小花").to_string();
    for secret in [
        "李小花",
        "李*花",
        "小花",
        "李阿普",
        "张建国",
        number,
        "10766666666",
        "手臂",
        &id,
        "赵督导",
        "王站长",
        "杨洁",
    ] {
        assert!(!open.contains(secret), "{secret} lies in the open");
    }
    let file = phone.files.0.lock().unwrap()[&VaultFile::Outside].clone();
    let file: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&file).unwrap();
    let keys: Vec<&str> = file.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["county", "device", "heard", "helping", "own", "village"],
        "what is new here was thought over"
    );
    let helping = serde_json::json!({ "areas": [VILLAGE], "people": [
        { "name": "", "role": "child_supervisor", "area": TOWN, "area_name": "诺邓镇", "phone": NUMBERS[0] },
        { "name": "", "role": "station_head", "area": TOWN, "area_name": "诺邓镇", "phone": NUMBERS[1] },
    ], "townships": [] });
    assert_eq!(file["helping"], helping);
}

#[test]
fn it_goes_with_the_keys_when_the_phone_is_revoked() {
    let (county, mut phone, mut app) = helped();
    county.set_state(county.device(), DeviceState::Revoked);
    sync_over(&mut app, &phone, &county, Net::Good);
    assert_eq!(app.status(Nothing {}).unwrap().phase, Phase::Fresh);
    assert!(!phone.files.0.lock().unwrap().contains_key(&VaultFile::Outside));
    empty(&mut phone, &mut app);
}

#[test]
fn it_is_anothers_once_the_phone_is_enrolled_for_another() {
    let (county, mut phone, mut app) = helped();
    county.set_state(county.device(), DeviceState::Revoked);
    sync_over(&mut app, &phone, &county, Net::Good);
    phone.shelf = Default::default();
    let mut app = phone.start();
    let post = app.enrol_begin(begin(&county, "县管", false)).unwrap();
    let reply = county.enrol(&post.body, phone.clock.wall());
    app.enrol_finish(EnrolFinish { reply }).unwrap();
    sync(&mut app, &phone, &county);
    empty(&mut phone, &mut app);
}

#[test]
fn a_phone_that_begins_anew_without_its_keys_forgets_whom_its_former_holder_rang() {
    let (county, mut phone, app) = helped();
    drop(app);
    for copy in [VaultFile::First, VaultFile::Second] {
        phone.files.0.lock().unwrap().remove(&copy);
    }
    phone.shelf = Default::default();
    let mut app = phone.start();
    app.enrol_begin(begin(&county, "县管", true)).unwrap();
    // Before the county has answered.
    empty(&mut phone, &mut app);
}

#[test]
fn whoever_handed_the_villages_over_still_knows_whom_to_ring_of_what_is_not_settled() {
    let (county, phone, mut app) = helped();
    let _other = enrol(&county, "县管", 2);
    assert!(county.hand_over("杨洁", "县管", Day::of(noon()), phone.clock.wall()) > 0);
    sync(&mut app, &phone, &county);
    let people = app.helpers(Nothing {}).unwrap().people;
    let known: Vec<_> = people.iter().map(|one| (one.name.as_str(), one.phone.as_str())).collect();
    assert_eq!(known, NUMBERS.map(|number| ("", number)), "by role and number, and no name");
}

#[test]
fn while_a_lost_database_is_downloaded_again_the_last_ones_are_known() {
    let (_county, mut phone, app) = helped();
    drop(app);
    phone.shelf = Default::default();
    let mut app = phone.opened();
    let numbers = |app: &mut App| {
        let people = app.helpers(Nothing {}).unwrap().people;
        people.into_iter().map(|one| one.phone).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&mut app), NUMBERS);
    app.lock(Nothing {}).unwrap();
    assert_eq!(numbers(&mut app), NUMBERS);
}
