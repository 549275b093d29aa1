//! Which rule of which duty holds where: the nearest owner's, of each duty for itself.

use super::super::{ANY_DUTY, Rules, standing};
use super::examples::{care, grandmother, november, rules};
use super::world::{COUNTY, VILLAGES};
use crate::duty::{Duty, DutyKind};
use crate::ids::AreaCode;
use crate::subject::Person;

const TOWNSHIP: AreaCode = AreaCode(532_929_101_000);

fn owned(duty: &str, area: AreaCode, category: &str) -> Duty {
    Duty { duty: duty.to_owned(), area, categories: vec![category.to_owned()], ..care() }
}

#[test]
fn each_duty_has_its_nearest_owner_whoever_owns_others_nearer() {
    let all = rules(vec![
        owned("care", COUNTY, "LSLR"),
        owned("calls", COUNTY, "DB"),
        owned("calls", TOWNSHIP, "DJ"),
        owned("rounds", VILLAGES[0], "LSET"),
    ]);
    let told = |village, duty| -> Vec<&str> {
        all.at(duty, village).iter().flat_map(|rule| &rule.categories).map(String::as_str).collect()
    };
    let [mine, next_door, elsewhere] = VILLAGES;
    for (village, duty, expected) in [
        (mine, "care", &["LSLR"][..]),
        (mine, "calls", &["DJ"]),
        (mine, "rounds", &["LSET"]),
        (mine, ANY_DUTY, &["DJ", "LSET", "LSLR"]),
        (next_door, "care", &["LSLR"]),
        (next_door, "calls", &["DJ"]),
        (next_door, "rounds", &[]),
        (next_door, ANY_DUTY, &["DJ", "LSLR"]),
        (elsewhere, "calls", &["DB"]),
        (elsewhere, ANY_DUTY, &["DB", "LSLR"]),
        (mine, "nothing", &[]),
        (AreaCode(532_930_101_201), "care", &[]),
    ] {
        assert_eq!(told(village, duty), expected, "{duty} in {village}");
    }
}

#[test]
fn a_village_whose_own_rules_leave_no_care_has_no_any_requirement_of_the_county() {
    let [mine, next_door, _] = VILLAGES;
    let checked = Duty { kind: DutyKind::Check, ..owned("care", mine, "LSLR") };
    let all = rules(vec![owned("care", COUNTY, "LSLR"), checked]);
    assert_eq!((all.at(ANY_DUTY, mine).len(), all.at(ANY_DUTY, next_door).len()), (0, 1));
    let mut person = grandmother();
    let counted = |person: &Person| standing(person, &all, ANY_DUTY, november(), &[]).is_some();
    assert!(!counted(&person), "a check is no care");
    person.villages = vec![next_door];
    assert!(counted(&person));
}

/// Of the program before ends had sources.
const STORED: &str = r#"{"judgement":4,
"parents":{"532929101000":532929000000,"532929101201":532929101000,"532929101202":532929101000,
"532929102000":532929000000,"532929102201":532929102000},
"duties":{
"*":{"532929000000":[{"id":"63f0fb10678e8e698355909d680e65fb","duty":"*","title_zh":"任一要求",
"title_en":"any requirement","kind":"care","categories":["DJ","LSET","LSLR"],"ways":[],"mets":[],"cadence":"month",
"cut":"natural","visitors_min":1,"enrolled_days_min":5,"roles":[],"area":532929000000,"from":"2022-10-01",
"until":null,"source":"","strength":""}]},
"care":{"532929000000":[{"id":"00000000000000040000000000000001","duty":"care","title_zh":"特殊困难老年人月探访",
"title_en":"monthly visits to elders","kind":"care","categories":["LSLR","DJ","LSET"],"ways":["home","phone"],
"mets":["self","self_and_carer"],"cadence":"month","cut":"natural","visitors_min":1,"enrolled_days_min":5,
"roles":[],"area":532929000000,"from":"2022-10-01","until":null,"source":"民发〔2022〕73号","strength":"N"}]}}}"#;

#[test]
fn what_a_county_has_stored_is_read_and_holds_the_same() {
    let now = rules(vec![care()]);
    let stored: Rules = serde_json::from_str(STORED).unwrap();
    assert_eq!(stored, now);
    for (village, duty) in VILLAGES.into_iter().flat_map(|village| [(village, "care"), (village, ANY_DUTY)]) {
        assert_eq!((stored.at(duty, village), stored.at(duty, village).len()), (now.at(duty, village), 1));
    }
    let written = serde_json::to_value(&now).unwrap();
    let names: Vec<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["duties", "judgement", "parents"], "what is found out anew is not stored");
}
