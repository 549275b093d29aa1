//! What a bad network does to an exchange, through the phone's real socket: it is told, nothing is called
//! delivered, and the next exchange is as if nothing had been.

use crate::world::{PIN, World, deliver, not_met};
use serde_json::{Value, json};
use system_tests::net::Weather;
use system_tests::phone::{PhoneProcess, Told};

/// Every weather, what the holder is told, and whether the county has the request all the same.
const ROADS: [(Weather, &str, bool); 8] = [
    (Weather::Closed, "unreachable", false),
    (Weather::Portal, "not_the_county", false),
    (Weather::Redirect, "not_the_county", false),
    (Weather::RequestsCut { after: 300 }, "unreachable", false),
    (Weather::RepliesLost, "unreachable", true),
    (Weather::RepliesCut { after: 40 }, "unreachable", true),
    (Weather::RepliesCut { after: 400 }, "unreachable", true),
    (Weather::RepliesSlow, "too_slow", true),
];

fn own(phone: &mut PhoneProcess, visit: &str) -> Value {
    let records = phone.call("records", json!({})).unwrap();
    let mut records = records.as_array().unwrap().iter();
    records.find(|record| record["visit"] == visit).unwrap().clone()
}

#[test]
fn a_bad_road_is_told_nothing_is_called_delivered_and_the_next_exchange_is_fine() {
    let world = World::new("roads");
    let person = world.story.not_met;
    let mut phone = world.enrolled("phone", world.story.officer);
    let mut expected = world.visits_at_county(person);
    phone.call("patience", json!({ "ms": 700 })).unwrap();
    for (weather, code, arrives) in ROADS {
        let visit = not_met(&mut phone, person);
        world.road.set(weather);
        let report = phone.call("exchange_once", json!({})).unwrap();
        assert_eq!(report["problem"]["code"], code, "{weather:?}: {report}");
        assert!(report["waiting"].as_u64() > Some(0), "{weather:?}: {report}");
        let record = own(&mut phone, &visit);
        assert_eq!((&record["state"], &record["receipt"]), (&json!("waiting"), &Value::Null), "{weather:?}");
        assert_eq!(world.visits_at_county(person).contains(&visit), arrives, "{weather:?}");
        world.road.set(Weather::Fair);
        deliver(&mut phone);
        let record = own(&mut phone, &visit);
        assert_eq!(record["state"], "received", "{weather:?}");
        assert!(record["receipt"].is_string(), "{weather:?}: {record}");
        expected.insert(visit);
        assert_eq!(world.visits_at_county(person), expected, "{weather:?}: each visit once");
    }
    world.doctor_finds_nothing();
}

#[test]
fn an_enrolment_on_a_bad_road_is_told_and_uses_nothing_up() {
    let world = World::new("enrol-roads");
    let code = world.sheet(world.story.officer);
    let args = json!({ "code": code, "pin": PIN, "county": world.county_code() });
    let mut phone = world.phone("phone");
    phone.call("patience", json!({ "ms": 5_000 })).unwrap();
    for (weather, code, _) in ROADS {
        world.road.set(weather);
        let Told::Problem(problem) = phone.tell("enrol", args.clone()).unwrap() else {
            panic!("enrolled over {weather:?}")
        };
        assert_eq!(json!(problem.code), code, "{weather:?}: {}", problem.en());
    }
    world.road.set(Weather::Fair);
    phone.call("enrol", args).unwrap();
    deliver(&mut phone);
}
