//! A county that is destroyed and comes back out of yesterday's backup.

use crate::world::{PIN, World, deliver, exchange, not_met};
use county_server::seed::story::STORY_VILLAGE;
use domain::problem::ProblemCode;
use serde_json::json;
use std::path::PathBuf;
use system_tests::county::{ask, cli};
use system_tests::phone::Told;

impl World {
    pub fn backup(&self) -> PathBuf {
        let backup = self.folder.join("backup.age");
        ask(&self.data(), &["backup", &backup.display().to_string()]).unwrap();
        backup
    }

    /// Nothing is left of the county but its backup and the recovery key.
    pub fn destroy_and_restore(&mut self, backup: &std::path::Path) {
        self.kill_county();
        std::fs::remove_dir_all(self.data()).unwrap();
        std::fs::remove_file(self.data().with_extension("keys.json")).unwrap();
        let recovery = self.folder.join("county.recovery-key.txt").display().to_string();
        let backup = backup.display().to_string();
        ask(&self.data(), &["restore", &backup, "--recovery", &recovery]).unwrap();
        self.start_county();
    }
}

#[test]
fn a_restored_county_takes_back_phones_that_were_enrolled_after_the_backup() {
    let mut world = World::new("restored");
    let person = world.story.not_met;
    let mut expected = world.visits_at_county(person);
    let mut old = world.enrolled("old", world.story.officer);
    let backup = world.backup();
    // After the backup: a new phone, and a new member of staff with another.
    let code = world.sheet(world.story.second_officer);
    let mut late = world.enrolled_with("late", &code);
    let new = ask(&world.data(), &["staff", "add", "测试员"]).unwrap();
    let village = STORY_VILLAGE.to_string();
    ask(&world.data(), &["staff", "assign", new.trim(), "assistance_officer", &village]).unwrap();
    let mut newcomer = world.enrolled("newcomer", new.trim().parse().unwrap());
    let before = expected.clone();
    for phone in [&mut old, &mut late, &mut newcomer] {
        expected.insert(not_met(phone, person));
        deliver(phone);
        expected.insert(not_met(phone, person));
    }
    world.destroy_and_restore(&backup);
    assert_eq!(world.visits_at_county(person), before);
    let mut stranger = world.phone("stranger");
    let asked = json!({ "code": code, "pin": PIN, "county": world.county_code() });
    let Told::Problem(used) = stranger.tell("enrol", asked).unwrap() else { panic!("used twice") };
    assert_eq!(used.code, ProblemCode::EnrolCodeUnknown, "its sheet was printed after the backup");
    for phone in [&mut old, &mut late, &mut newcomer] {
        deliver(phone);
        let report = exchange(phone);
        assert_eq!((&report["problem"], &report["alike"]), (&json!(null), &json!(true)), "{report}");
    }
    assert_eq!(world.visits_at_county(person), expected, "each once");
    world.doctor_finds_nothing();
    let staff = ask(&world.data(), &["staff", "list", &village]).unwrap();
    assert!(staff.contains("测试员"), "{staff}");
    let phones = ask(&world.data(), &["staff", "phones"]).unwrap();
    let row = phones.lines().find(|line| line.contains("测试员")).unwrap();
    let number = row.split_whitespace().next().unwrap();
    let output = cli(&world.data(), &["staff", "recovery", number]).unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("recovery code"), "it is lost, and says so: {said}");
    // It draws another when it is next unlocked, and tells the county.
    newcomer.call("lock", json!({})).unwrap();
    newcomer.call("unlock", json!({ "pin": PIN })).unwrap();
    deliver(&mut newcomer);
    let said = ask(&world.data(), &["staff", "recovery", number]).unwrap();
    let code: String = said.chars().filter(char::is_ascii_digit).collect();
    newcomer.call("lock", json!({})).unwrap();
    newcomer.call("unlock_recovery", json!({ "code": code, "new_pin": "775533" })).unwrap();
    // From here on they are phones like any other.
    ask(&world.data(), &["staff", "revoke", number]).unwrap();
    assert_eq!(exchange(&mut newcomer)["problem"]["code"], "device_revoked");
}

#[test]
fn a_sheet_that_was_used_after_the_backup_enrols_nobody_after_the_restore() {
    let mut world = World::new("restored-sheet");
    let code = world.sheet(world.story.officer);
    let backup = world.backup();
    let mut phone = world.enrolled_with("phone", &code);
    world.destroy_and_restore(&backup);
    let mut stranger = world.phone("stranger");
    let asked = json!({ "code": code, "pin": PIN, "county": world.county_code() });
    let Told::Problem(used) = stranger.tell("enrol", asked).unwrap() else { panic!("used twice") };
    assert_eq!(used.code, ProblemCode::EnrolCodeExpired);
    deliver(&mut phone);
}
