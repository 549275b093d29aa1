//! What fields take.

use super::*;

fn of(kind: RecordKind, field: &str) -> Slot {
    let choices = if taken(kind, field) == Taken::Choice { codes(Some(kind), field) } else { Vec::new() };
    let choice = |(code, zh, en): Code| Choice { code: code.into(), zh: zh.into(), en: en.into() };
    let takes = Takes {
        field: field.to_owned(),
        zh: field_zh(field).unwrap(),
        en: field.to_owned(),
        taken: taken(kind, field),
        choices: choices.into_iter().map(choice).collect(),
        longest: LONGEST,
    };
    Slot { takes, form: None }
}

fn today() -> Day {
    "2026-11-23".parse().unwrap()
}

#[test]
fn a_field_takes_what_rules_can_read_and_nothing_else() {
    use RecordKind::{Household, Part, Person, Visit};
    for (kind, field, good, bad) in [
        (Visit, "way", "home", "上门"),
        (Visit, "way", "elsewhere", "by_boat"),
        (Visit, "happened", "2026-11-22T00:00/2026-11-22T12:00", "昨天上午"),
        (Visit, "happened", "2026-11-23T00:00/2026-11-24T00:00", "2026-11-24T08:00/2026-11-24T09:00"),
        (Visit, "happened", "2026-11-22T09:00/2026-11-22T09:30", "2026-11-22"),
        (Part, "met", "family", "只见到家人"),
        (Part, "reason", "hospital", "住院"),
        (Part, "reason/from", "2026-11-01", "上个月"),
        (Person, "sex", "2", "女"),
        (Person, "born", "1948-02-29", "1949-02-29"),
        (Person, "life/died", "2026-11-20", "2026-11-24"),
        (Person, "category/DB/start", "2026-01-01", "1026-01-01"),
        (Person, "away/1/kind", "migrant", "打工"),
        (Person, "away/1/until", "2027-01-01", "明年"),
        (Person, "change/1", "accepted", "是"),
        (Person, "id_number", "11010519491231002X", "110105194912310021"),
        (Person, "phone", "13800000000", "abc😀"),
        (Household, "directions", "核桃树下第二家", "　"),
    ] {
        let slot = of(kind, field);
        assert_eq!(slot.fitting(good.into(), &[], today()), Ok(good.into()), "{field}");
        let refused = slot.fitting(bad.into(), &[], today()).unwrap_err();
        assert_eq!(refused.code, ProblemCode::ArgumentWrong, "{field}");
        assert!(refused.zh().contains(&slot.takes.zh), "{}", refused.zh());
        // What stands there already is no better for it.
        assert!(slot.fitting(bad.into(), &[bad.into()], today()).is_err(), "{field}");
        assert!(slot.fitting(Value::Int(1), &[], today()).is_err(), "{field}");
    }
}

#[test]
fn a_telephone_is_kept_as_one_that_can_be_dialled_and_can_be_taken_away() {
    let slot = of(RecordKind::Person, keys::PHONE_CARER);
    assert_eq!(slot.fitting("138 0000-0000".into(), &[], today()), Ok("13800000000".into()));
    assert_eq!(slot.fitting(Value::Null, &[], today()), Ok(Value::Null));
    let way = of(RecordKind::Visit, keys::WAY);
    assert!(way.fitting(Value::Null, &[], today()).is_err());
    assert_eq!(way.fitting(Value::Null, &["home".into(), Value::Null], today()), Ok(Value::Null), "a side");
}

#[test]
fn where_nothing_can_be_typed_only_a_side_is_taken() {
    for (kind, field) in [
        (RecordKind::Visit, keys::VISITED_BY),
        (RecordKind::Person, keys::VILLAGE),
        (RecordKind::Person, keys::HOUSEHOLD),
        (RecordKind::Person, keys::REGISTRATION),
        (RecordKind::Grant, keys::STATE),
    ] {
        let slot = of(kind, field);
        assert_eq!(slot.takes.taken, Taken::Standing, "{field}");
        let side: Value = "0123".into();
        assert_eq!(slot.fitting(side.clone(), std::slice::from_ref(&side), today()), Ok(side));
        assert!(slot.fitting("别的".into(), &["0123".into()], today()).is_err());
    }
}
