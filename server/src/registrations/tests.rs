//! Somebody who was registered at the door, taken in, not taken in, and back again.

use super::*;
use crate::clock;
use crate::testing::{Phone, VILLAGE, World};
use domain::problem::ProblemCode;
use domain::staff::Role;
use domain::subject::Person;

const TOWNSHIP: AreaCode = AreaCode(532_929_102_000);

fn today() -> Day {
    Day::of(clock::now_ms())
}

async fn registered(world: &World, phone: &mut Phone, name: &str) -> RecordId {
    let village = Value::Int(i64::try_from(VILLAGE.0).unwrap());
    let id = phone.write(
        RecordKind::Person,
        &[(keys::NAME, name.into()), (keys::VILLAGE, village), (keys::REGISTRATION, "pending".into())],
    );
    phone.visit(id);
    phone.exchange(&world.phones).await.unwrap();
    id
}

async fn word(world: &World, person: RecordId, said: Said, words: &str, by: RecordId) -> Result<(), Problem> {
    let word = Word { person, said, words: words.to_owned(), by };
    say(&world.county, &Register::default(), &word, clock::now_ms()).await
}

fn taking(number: Option<&str>) -> Said {
    let categories = [("DJ".to_owned(), today().plus(-40))].into();
    let id_number = number.map(str::to_owned);
    Said::Taken(Box::new(Taking { id_number, categories, ..Taking::default() }))
}

async fn person(world: &World, id: RecordId) -> Person {
    about(&world.county, id, today()).await.unwrap().1.person
}

#[tokio::test]
async fn who_is_taken_in_is_counted_and_their_visit_with_them() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let id = registered(&world, &mut phone, "段生面").await;
    let found = list(&world.county, TOWNSHIP, true, today()).await.unwrap();
    let one = found.iter().find(|one| one.who.person == id).unwrap();
    assert_eq!((one.state, one.visits), ("pending", 1));
    assert!(world.standings(id).await.is_empty(), "outside the register");
    let before = person(&world, id).await;
    word(&world, id, taking(Some("53292919400102301X")), "", head).await.unwrap_err();
    let number = "11010519491231002X";
    word(&world, id, taking(Some(number)), "", head).await.unwrap();
    let after = person(&world, id).await;
    assert_eq!((after.born, after.sex.as_deref()), (Some("1949-12-31".parse().unwrap()), Some("2")));
    let stands = world.standings(id).await;
    assert!(stands.iter().any(|one| one.step_on(today()).is_some_and(|step| step.status.is_met())));
    let other = registered(&world, &mut phone, "段生面二").await;
    let same = word(&world, other, taking(Some(number)), "", head).await.unwrap_err();
    assert!(same.zh().contains("名册上已有这个身份证号"), "{}", same.zh());
    word(&world, id, Said::TakenBack, "认错了", head).await.unwrap();
    assert_eq!(person(&world, id).await, before, "everything as it was");
    assert!(world.standings(id).await.is_empty());
    world.sound().await;
}

#[tokio::test]
async fn who_is_not_taken_in_stays_outside_with_the_reason_and_the_visit_stays() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let id = registered(&world, &mut phone, "段生面").await;
    assert_eq!(
        word(&world, id, Said::NotTaken, "", head).await.unwrap_err().code,
        ProblemCode::ArgumentWrong
    );
    let officer = word(&world, id, Said::NotTaken, "外县人", world.officer()).await.unwrap_err();
    assert_eq!(officer.code, ProblemCode::RightMissing);
    word(&world, id, Said::NotTaken, "外县人", head).await.unwrap();
    assert!(person(&world, id).await.pending);
    let decided = list(&world.county, TOWNSHIP, false, today()).await.unwrap();
    let one = decided.iter().find(|one| one.who.person == id).unwrap();
    assert_eq!((one.state, one.words.as_str(), one.visits), ("not_taken", "外县人", 1));
    let again = word(&world, id, taking(None), "", head).await.unwrap_err();
    assert_eq!(again.code, ProblemCode::NothingToChange, "first it is taken back");
    word(&world, id, Said::TakenBack, "看错了", head).await.unwrap();
    word(&world, id, taking(None), "", head).await.unwrap();
    assert!(!person(&world, id).await.pending);
    world.sound().await;
}

#[tokio::test]
async fn what_was_said_of_an_age_is_corrected_and_gives_way_to_a_birth() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let id = registered(&world, &mut phone, "段生面").await;
    let with = |age: Option<&str>, born: Option<Day>| {
        let categories = [("DB".to_owned(), today().plus(-40))].into();
        let age_said = age.map(str::to_owned);
        Said::Taken(Box::new(Taking { age_said, born, categories, ..Taking::default() }))
    };
    let wrong = word(&world, id, with(Some("?"), None), "", head).await.unwrap_err();
    assert_eq!(wrong.code, ProblemCode::ArgumentWrong);
    word(&world, id, with(Some("child"), None), "", head).await.unwrap();
    assert!(person(&world, id).await.is_minor_on(today()));
    word(&world, id, Said::TakenBack, "说错了", head).await.unwrap();
    assert_eq!(person(&world, id).await.age_said, None, "taken back with the rest");
    word(&world, id, with(Some("adult"), None), "", head).await.unwrap();
    assert_eq!(person(&world, id).await.age_said, Some(AgeSaid::Adult));
    word(&world, id, Said::TakenBack, "有生日", head).await.unwrap();
    let born = "1950-01-01".parse().unwrap();
    word(&world, id, with(Some("child"), Some(born)), "", head).await.unwrap();
    let after = person(&world, id).await;
    assert_eq!((after.age_said, after.is_minor_on(today())), (None, false), "a birth decides");
    world.sound().await;
}

#[tokio::test]
async fn namesakes_are_shown_and_what_cannot_be_is_refused() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let elder = world.elder().await;
    let name = person(&world, elder).await.name;
    let id = registered(&world, &mut phone, &name).await;
    let same = namesakes(&world.county, &Register::default(), id, None, today()).await.unwrap();
    assert!(same.iter().any(|one| one.who.person == elder), "{same:?}");
    for wrong in [
        Taking::default(),
        Taking { categories: [("GL".to_owned(), today().plus(1))].into(), ..Taking::default() },
        Taking { categories: [("??".to_owned(), today())].into(), ..Taking::default() },
        Taking {
            categories: [("GL".to_owned(), today())].into(),
            household: Some(RecordId::named("household", "nowhere")),
            ..Taking::default()
        },
    ] {
        let refused = word(&world, id, Said::Taken(Box::new(wrong)), "", head).await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::ArgumentWrong);
    }
    let elder = word(&world, world.elder().await, Said::NotTaken, "不是", head).await.unwrap_err();
    assert_eq!(elder.code, ProblemCode::ArgumentWrong, "who was never registered so");
}
