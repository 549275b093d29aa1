//! Staff, their roles and their phones: what is told, what is written once.

use super::*;
use crate::clock;
use crate::testing::World;
use store::county::Ledger;

#[tokio::test]
async fn who_is_there_already_is_told_and_namesakes_need_a_telephone() {
    let world = World::new().await;
    let add = async |name: &str, phone: Option<&str>| {
        add(&world.county, operator(), name, phone, clock::now_ms()).await
    };
    let one = add(" 阿苏•木呷 ", Some("139 0000-0001")).await.unwrap();
    let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
    assert_eq!(reference.staff[&one].name, "阿苏·木呷");
    assert_eq!(reference.staff[&one].phone.as_deref(), Some("13900000001"));
    let again = add("阿苏·木呷", Some("13900000001")).await.unwrap_err();
    assert!(again.zh().contains("已经在名册里") && again.en().contains(&one.to_string()), "{again}");
    assert!(add("阿苏·木呷", None).await.unwrap_err().en().contains("--phone"));
    add("阿苏·木呷", Some("13900000002")).await.unwrap();
    for (name, phone) in [("", None), ("12345", None), ("杨\n洁", None), ("杨洁", Some("12ab"))] {
        let told = add(name, phone).await.unwrap_err();
        assert_eq!(told.code, ProblemCode::ArgumentWrong, "{name:?} {phone:?}");
    }
}

async fn seq(world: &World) -> u64 {
    world.store.standing_now().await.unwrap().0.seq
}

#[tokio::test]
async fn a_role_is_given_once_and_ended_once() {
    let world = World::new().await;
    let (now_ms, county) = (clock::now_ms(), &world.county);
    let today = Day::of(now_ms);
    let (staff, area) = (world.officer(), crate::testing::VILLAGE);
    let new = NewAssignment { staff, role: Role::Reader, area, from: today, until: None };
    let give = async |new: &NewAssignment| assign(county, operator(), new, now_ms).await;
    let end = async |id, until| end(county, operator(), id, until, now_ms).await;
    let id = give(&new).await.unwrap();
    let stood = seq(&world).await;
    for (other, code) in [
        (new.clone(), ProblemCode::NothingToChange),
        (
            NewAssignment { from: today.plus(3), until: Some(today.plus(9)), ..new.clone() },
            ProblemCode::NothingToChange,
        ),
        (NewAssignment { from: today.plus(-3), ..new.clone() }, ProblemCode::ArgumentWrong),
        (
            NewAssignment { from: today.plus(-3), until: Some(today.plus(1)), ..new.clone() },
            ProblemCode::ArgumentWrong,
        ),
    ] {
        let told = give(&other).await.unwrap_err();
        assert_eq!(told.code, code, "{other:?}");
        assert!(told.zh().contains(&id.to_string()) && told.en().contains(&id.to_string()), "{told}");
        let what_to_do = told.zh().contains(&format!("staff end {id} --until {today}"));
        assert_eq!(what_to_do, code == ProblemCode::ArgumentWrong, "{}", told.zh());
    }
    assert_eq!(seq(&world).await, stood, "nothing was written");
    give(&NewAssignment { from: today.plus(-3), until: Some(today), ..new.clone() }).await.unwrap();
    give(&NewAssignment { area: AreaCode(532_929_102_201), ..new.clone() }).await.unwrap();
    end(id, today.plus(9)).await.unwrap();
    end(id, today.plus(20)).await.unwrap();
    end(id, today).await.unwrap();
    let stood = seq(&world).await;
    for until in [today, today.plus(5)] {
        assert_eq!(end(id, until).await.unwrap_err().code, ProblemCode::NothingToChange, "{until}");
    }
    assert_eq!(seq(&world).await, stood, "a role that has ended does not come back by being ended again");
    give(&new).await.unwrap();
}

#[tokio::test]
async fn a_phone_that_is_so_already_is_told() {
    let world = World::new().await;
    let phone = world.phone(9).await;
    let device = phone.certificate().device;
    for state in [DeviceState::Active, DeviceState::Retired, DeviceState::Revoked] {
        if state != DeviceState::Active {
            set_state(&world.county, operator(), device, state, clock::now_ms()).await.unwrap();
        }
        let told = set_state(&world.county, operator(), device, state, clock::now_ms()).await.unwrap_err();
        assert_eq!(told.code, ProblemCode::NothingToChange);
        assert!(told.zh().contains(state.zh()) && told.en().contains(state.en()), "{told}");
    }
    let stranger = set_state(&world.county, operator(), DeviceId(7), DeviceState::Retired, clock::now_ms())
        .await
        .unwrap_err();
    assert_eq!(stranger.code, ProblemCode::DeviceUnknown);
}

#[tokio::test]
async fn an_unknown_or_ambiguous_name_is_told_with_what_there_is() {
    let world = World::new().await;
    let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
    let near = find_area(&reference, "功果桥").unwrap_err();
    assert!(near.zh().contains("功果桥镇 532929102000"), "{}", near.zh());
    let mut twice = Reference::clone(&reference);
    let one = twice.areas.0[&crate::testing::VILLAGE].clone();
    let other =
        Area { code: AreaCode(532_929_101_999), parent: Some(AreaCode(532_929_101_000)), ..one.clone() };
    twice.areas.0.insert(other.code, other.clone());
    let told = find_area(&twice, &one.name).unwrap_err();
    for area in [&one, &other] {
        let township = twice.areas.name(area.parent.unwrap());
        let candidate = format!("{township} {} {}", area.name, area.code);
        assert!(told.zh().contains(&candidate) && told.en().contains(&candidate), "{}", told.zh());
    }
    let member = reference.staff.values().next().unwrap();
    let slip = format!("{}某", member.name);
    assert!(find(&reference, &slip).unwrap_err().zh().contains(&member.name));
}
