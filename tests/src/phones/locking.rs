//! Enrolling, locking, and what happens when something of it is cut off, wrong or lost.

use super::county::County;
use super::flows::{enrolled, noon};
use super::world::Net;
use super::world::{PIN, Phone, code, sync, sync_over};
use client::App;
use client::enrol::{CodeKind, EnrolBegin, EnrolFinish, TypedCode};
use client::lock::{ChangePin, Nothing, Phase, Unlock, UnlockRecovery};
use client::ports::VaultFile;
use client::sync_driver::{Arrived, SyncWant};
use domain::catalogue::RecordKind;
use domain::problem::ProblemCode;
use sync::county::needs::DeviceState;

fn begin(code: &str, pin: &str) -> EnrolBegin {
    EnrolBegin { code: code.into(), pin: pin.into(), county: "532929000000".into(), anew: false }
}

#[test]
fn an_enrolment_cut_after_the_countys_commit_resumes_with_the_same_key() {
    let county = County::new(noon());
    let mut phone = Phone::new(1, noon());
    let sheet = county.sheet("杨洁");
    let mut app = phone.start();
    let first = app.enrol_begin(begin(&sheet, PIN)).unwrap();
    let lost = county.enrol(&first.body, noon());
    assert!(lost.contains("body"));
    // The reply is lost, and the app dies.
    let mut app = phone.start();
    assert_eq!(app.status(Nothing {}).unwrap().phase, Phase::Begun);
    assert_eq!(code(app.unlock(Unlock { pin: PIN.into() })), ProblemCode::NotEnrolled);
    let again = app.enrol_begin(begin(&sheet, PIN)).unwrap();
    assert_eq!(again, first, "the same bytes");
    let reply = county.enrol(&again.body, noon());
    let done = app.enrol_finish(EnrolFinish { reply }).unwrap();
    assert_eq!(done.fingerprint, county.keys().public().fingerprint());
    assert_eq!(code(app.enrol_begin(begin(&sheet, PIN))), ProblemCode::AlreadyEnrolled);
    // Whoever goes away before the six digits were compared comes back to them, once.
    assert_eq!(app.status(Nothing {}).unwrap().phase, Phase::Compare);
    let mut app = phone.start();
    assert_eq!(app.status(Nothing {}).unwrap().phase, Phase::Locked);
    assert_eq!(app.unlock(Unlock { pin: PIN.into() }).unwrap().phase, Phase::Compare);
    app.enrol_compared(Nothing {}).unwrap();
    let mut app = phone.start();
    assert_eq!(app.unlock(Unlock { pin: PIN.into() }).unwrap().phase, Phase::Open);
}

#[test]
fn one_wrong_digit_is_told_before_anything_else_is_asked() {
    let (county, mut phone, app) = enrolled();
    drop(app);
    let mut fresh = Phone::new(2, noon()).start();
    let recovery = county.recovery_code();
    for (kind, right, wrong) in [
        (CodeKind::Enrol, county.sheet("和平"), ProblemCode::EnrolCodeMalformed),
        (CodeKind::Recovery, recovery, ProblemCode::RecoveryCodeMalformed),
    ] {
        let check = |app: &mut App, code: &str| app.check_code(TypedCode { kind, code: code.to_owned() });
        let mut locked = phone.start();
        for app in [&mut fresh, &mut locked] {
            assert!(check(app, &right).is_ok() && check(app, &right.replace(' ', "")).is_ok());
            let (rest, last) = right.split_at(right.len() - 1);
            let other = last.parse::<u32>().map(|digit| (digit + 1) % 10).unwrap();
            assert_eq!(code(check(app, &format!("{rest}{other}"))), wrong);
            assert_eq!(code(check(app, rest)), wrong);
        }
        assert_eq!(locked.status(Nothing {}).unwrap().wait_s, 0, "it costs no try");
    }
    assert_eq!(fresh.status(Nothing {}).unwrap().phase, Phase::Fresh, "nothing was begun");
}

#[test]
fn an_enrolment_that_was_begun_under_a_forgotten_pin_is_begun_anew() {
    let county = County::new(noon());
    let mut phone = Phone::new(1, noon());
    let mut app = phone.start();
    let sheet = county.sheet("杨洁");
    app.enrol_begin(begin(&sheet, PIN)).unwrap();
    let mut app = phone.start();
    for _ in 0..5 {
        app.enrol_begin(begin(&sheet, "246802")).unwrap_err();
    }
    let anew = EnrolBegin { anew: true, ..begin(&sheet, "246802") };
    let post = app.enrol_begin(anew).unwrap();
    let reply = county.enrol(&post.body, noon());
    app.enrol_finish(EnrolFinish { reply }).unwrap();
    // What is enrolled is never begun anew, whatever is asked.
    let mut app = phone.start();
    let anew = EnrolBegin { anew: true, ..begin(&county.sheet("和平"), "135791") };
    assert_eq!(code(app.enrol_begin(anew)), ProblemCode::PinWrong);
    app.unlock(Unlock { pin: "246802".into() }).unwrap();
}

#[test]
fn wrong_codes_and_false_counties_are_told_and_enrol_nothing() {
    let county = County::new(noon());
    let mut phone = Phone::new(1, noon());
    let mut app = phone.start();
    assert_eq!(code(app.enrol_begin(begin("1234", PIN))), ProblemCode::EnrolCodeMalformed);
    let sheet = county.sheet("杨洁");
    assert_eq!(code(app.enrol_begin(begin(&sheet, "123"))), ProblemCode::PinTooShort);
    for simple in ["000000", "123456", "654321"] {
        assert_eq!(code(app.enrol_begin(begin(&sheet, simple))), ProblemCode::PinTooSimple, "{simple}");
    }
    let post = app.enrol_begin(begin(&sheet, PIN)).unwrap();
    let html = EnrolFinish { reply: "<html>".into() };
    assert_eq!(code(app.enrol_finish(html)), ProblemCode::NotTheCounty);
    let genuine = county.enrol(&post.body, noon());
    let forged = EnrolFinish { reply: genuine.replace("532929", "532930") };
    assert_eq!(code(app.enrol_finish(forged)), ProblemCode::CountyNotProven);
    // Another sheet's request after the first was used: the county says so, the phone shows it.
    let other = app.enrol_begin(begin(&county.sheet("和平"), PIN)).unwrap();
    assert_ne!(other, post);
    let problem = county.enrol(&other.body.replace("lookup\":\"", "lookup\":\"9"), noon());
    assert_eq!(code(app.enrol_finish(EnrolFinish { reply: problem })), ProblemCode::EnrolCodeUnknown);
    assert!(phone.files.0.lock().unwrap().contains_key(&VaultFile::Identity));
}

#[test]
fn wrong_tries_wait_longer_by_the_monotonic_clock_and_wipe_nothing() {
    let (_, mut phone, app) = enrolled();
    drop(app);
    let mut app = phone.start();
    let wrong = || Unlock { pin: "000000".into() };
    for _ in 0..4 {
        assert_eq!(code(app.unlock(wrong())), ProblemCode::PinWrong);
    }
    let fifth = app.unlock(wrong()).unwrap_err();
    assert_eq!((fifth.code, fifth.params["wait_s"].as_str()), (ProblemCode::PinWrong, "30"));
    let soon = app.unlock(Unlock { pin: PIN.into() }).unwrap_err();
    assert_eq!((soon.code, soon.params["wait_s"].as_str()), (ProblemCode::UnlockTooSoon, "30"));
    // Neither the wall clock nor a new start shortens it.
    phone.clock.set_wall(noon() + 86_400_000);
    let mut app = phone.start();
    assert_eq!(app.status(Nothing {}).unwrap().wait_s, 30);
    // After a restart of the phone it counts from there.
    phone.clock.pass(20_000);
    phone.clock.reboot();
    assert_eq!(app.status(Nothing {}).unwrap().wait_s, 30);
    phone.clock.pass(30_000);
    assert_eq!(app.unlock(Unlock { pin: PIN.into() }).unwrap().phase, Phase::Open);
    assert_eq!(app.status(Nothing {}).unwrap().wait_s, 0);
}

#[test]
fn a_locked_phone_answers_nothing_but_its_lock() {
    let (_, _, mut app) = enrolled();
    assert_eq!(app.lock(Nothing {}).unwrap().phase, Phase::Locked);
    assert_eq!(code(app.today_list(Default::default())), ProblemCode::Locked);
    assert_eq!(code(app.sync_step(Arrived::Start)), ProblemCode::Locked);
}

#[test]
fn a_changed_pin_opens_and_the_recovery_code_opens_without_pin_and_key_store() {
    let (county, mut phone, mut app) = enrolled();
    let simple = ChangePin { old: PIN.into(), new: "111111".into() };
    assert_eq!(code(app.change_pin(simple)), ProblemCode::PinTooSimple);
    app.change_pin(ChangePin { old: PIN.into(), new: "246802".into() }).unwrap();
    let mut app = phone.start();
    assert_eq!(code(app.unlock(Unlock { pin: PIN.into() })), ProblemCode::PinWrong);
    app.unlock(Unlock { pin: "246802".into() }).unwrap();
    phone.files.lose_platform_secret();
    let mut app = phone.start();
    assert_eq!(code(app.unlock(Unlock { pin: "246802".into() })), ProblemCode::KeyStoreChanged);
    let recovery = |pin: &str| UnlockRecovery { code: county.recovery_code(), new_pin: pin.into() };
    // A PIN that is refused uses no code up.
    assert_eq!(code(app.unlock_recovery(recovery("123456"))), ProblemCode::PinTooSimple);
    app.unlock_recovery(recovery("775533")).unwrap();
    app.lock(Nothing {}).unwrap();
    // That it was used is told, and counts as no guess.
    for _ in 0..3 {
        assert_eq!(code(app.unlock_recovery(recovery("886644"))), ProblemCode::RecoveryCodeUsed);
    }
    let mut app = phone.start();
    assert_eq!(app.unlock(Unlock { pin: "775533".into() }).unwrap().phase, Phase::Open);
    sync(&mut app, &phone, &county);
}

#[test]
fn a_key_store_without_an_answer_is_told_and_is_not_needed_for_the_recovery_code() {
    let (county, mut phone, app) = enrolled();
    drop(app);
    phone.files.silence_platform(true);
    let mut app = phone.start();
    assert_eq!(code(app.unlock(Unlock { pin: PIN.into() })), ProblemCode::KeyStoreChanged);
    phone.files.silence_platform(false);
    app.unlock(Unlock { pin: PIN.into() }).unwrap();
    phone.files.silence_platform(true);
    let mut app = phone.start();
    let recovery = UnlockRecovery { code: county.recovery_code(), new_pin: "864209".into() };
    app.unlock_recovery(recovery).unwrap();
    let mut app = phone.start();
    assert_eq!(app.unlock(Unlock { pin: "864209".into() }).unwrap().phase, Phase::Open);
    sync(&mut app, &phone, &county);
}

#[test]
fn one_damaged_vault_copy_is_mended_and_two_are_told() {
    let (_, mut phone, app) = enrolled();
    drop(app);
    let spoil = |phone: &Phone, file| drop(phone.files.0.lock().unwrap().insert(file, b"x".to_vec()));
    spoil(&phone, VaultFile::First);
    phone.opened();
    let files = phone.files.0.lock().unwrap();
    assert_eq!(files[&VaultFile::First], files[&VaultFile::Second]);
    drop(files);
    spoil(&phone, VaultFile::First);
    spoil(&phone, VaultFile::Second);
    let mut app = phone.start();
    assert_eq!(code(app.unlock(Unlock { pin: PIN.into() })), ProblemCode::VaultDamaged);
}

#[test]
fn on_the_countys_signed_word_the_keys_are_destroyed_and_the_sealed_journal_stays() {
    let (county, mut phone, mut app) = enrolled();
    super::flows::visit(&mut app, "李阿普");
    let before = phone.journal.0.lock().unwrap().len();
    assert!(before > 0);
    // An unsigned sentence destroys nothing.
    let want = app.sync_step(Arrived::Start).unwrap();
    assert!(matches!(want, SyncWant::Post { .. }));
    let said = domain::problem::Problem::new(ProblemCode::DeviceRevoked);
    let body = serde_json::to_vec(&said).unwrap();
    let SyncWant::Done(report) = app.sync_step(Arrived::Reply { status: 403, body }).unwrap() else {
        panic!("the session goes on");
    };
    assert_eq!(report.problem.unwrap().code, ProblemCode::DeviceRevoked);
    assert_eq!(app.status(Nothing {}).unwrap().phase, Phase::Open);
    county.set_state(county.device(), DeviceState::Revoked);
    let report = sync_over(&mut app, &phone, &county, Net::Good);
    assert_eq!(report.problem.unwrap().code, ProblemCode::DeviceRevoked);
    assert_eq!(app.status(Nothing {}).unwrap().phase, Phase::Fresh);
    assert_eq!(phone.journal.0.lock().unwrap().len(), before);
    // The county can open what the phone kept.
    let lines = phone.journal.0.lock().unwrap();
    let opened = seal::age_seal::open(&county.keys().sealing(), &lines[0], 1 << 20).unwrap();
    assert!(String::from_utf8(opened).unwrap().contains("\"visit\""));
    drop(lines);
    assert_eq!(code(phone.start().unlock(Unlock { pin: PIN.into() })), ProblemCode::NotEnrolled);
}

#[test]
fn a_revoked_phone_is_enrolled_again_and_its_old_journal_stays_for_the_county() {
    let (county, mut phone, mut app) = enrolled();
    let lost = super::flows::visit(&mut app, "李阿普");
    county.set_state(county.device(), DeviceState::Revoked);
    sync_over(&mut app, &phone, &county, Net::Good);
    let old = phone.journal.0.lock().unwrap().clone();
    // The shell sets the old database aside: an empty one takes its place.
    phone.shelf = Default::default();
    let (mut app, sheet) = (phone.start(), county.sheet("杨洁"));
    let post = app.enrol_begin(begin(&sheet, "246802")).unwrap();
    // The app dies before the answer: the same code and PIN go on.
    let mut app = phone.start();
    assert_eq!(app.enrol_begin(begin(&sheet, "246802")).unwrap(), post);
    let reply = county.enrol(&post.body, phone.clock.wall());
    app.enrol_finish(EnrolFinish { reply }).unwrap();
    sync(&mut app, &phone, &county);
    let made = super::flows::visit(&mut app, "张建国");
    sync(&mut app, &phone, &county);
    assert!(phone.journal.0.lock().unwrap().len() > old.len());
    // An erasure has the journal written anew, but for what only the county can open.
    county.erase(RecordKind::Visit, made);
    sync(&mut app, &phone, &county);
    assert_eq!(*phone.journal.0.lock().unwrap(), old);
    let opened = seal::age_seal::open(&county.keys().sealing(), &old[0], 1 << 20).unwrap();
    assert!(String::from_utf8(opened).unwrap().contains(&lost.to_string()));
}

#[test]
fn a_retired_phone_still_sends_and_downloads_no_more() {
    let (county, phone, mut app) = enrolled();
    super::flows::visit(&mut app, "李阿普");
    county.set_state(county.device(), DeviceState::Retired);
    let report = sync_over(&mut app, &phone, &county, Net::Good);
    assert_eq!(report.problem.unwrap().code, ProblemCode::DeviceRetired);
    assert_eq!(report.waiting, 0);
    assert_eq!(county.count(RecordKind::Visit), 1);
}
