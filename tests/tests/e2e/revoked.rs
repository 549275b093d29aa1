//! A phone that was revoked and is enrolled again: what it kept is set aside, never deleted.

use crate::world::{PIN, World, deliver, exchange, not_met};
use serde_json::json;
use std::path::Path;
use system_tests::county::ask;

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}

#[test]
fn a_revoked_phone_is_enrolled_again_and_its_old_database_and_journal_stay() {
    let world = World::new("revoked");
    let person = world.story.not_met;
    let mut phone = world.enrolled("phone", world.story.officer);
    not_met(&mut phone, person);
    let folder = world.folder.join("phone");
    let journal = length(&folder.join("journal"));
    let phones = ask(&world.data(), &["staff", "phones"]).unwrap();
    let row = phones.lines().find(|line| line.contains("在用")).unwrap();
    ask(&world.data(), &["staff", "revoke", row.split_whitespace().next().unwrap()]).unwrap();
    let report = exchange(&mut phone);
    assert_eq!(report["problem"]["code"], "device_revoked", "{report}");
    assert_eq!(phone.call("status", json!({})).unwrap()["phase"], "fresh");
    assert_eq!(length(&folder.join("journal")), journal, "the sealed journal stays");
    // The same process, a new sheet: another database under another key.
    let enrol =
        json!({ "code": world.sheet(world.story.officer), "pin": PIN, "county": world.county_code() });
    phone.call("enrol", enrol).unwrap();
    deliver(&mut phone);
    let visit = not_met(&mut phone, person);
    deliver(&mut phone);
    assert!(world.visits_at_county(person).contains(&visit));
    let aside: Vec<_> = std::fs::read_dir(folder.join("quarantine")).unwrap().collect();
    assert_eq!(aside.len(), 1);
    assert!(length(&aside[0].as_ref().unwrap().path().join("phone.db")) > 0, "the old one, whole");
    assert!(length(&folder.join("journal")) > journal, "the new entries follow the old ones");
    phone.kill().unwrap();
    let mut phone = world.again("phone");
    assert!(!phone.call("people", json!({})).unwrap().as_array().unwrap().is_empty());
    world.doctor_finds_nothing();
}
