//! A field put right, a category ended and begun again; what contradicts is refused, and who may.

use super::*;
use crate::clock;
use crate::testing::World;
use domain::ids::AreaCode;
use domain::staff::Role;
use domain::subject::Person;

const TOWNSHIP: AreaCode = AreaCode(532_929_102_000);
const ELSEWHERE: AreaCode = AreaCode(532_929_101_000);

fn today() -> Day {
    Day::of(clock::now_ms())
}

async fn head(world: &World) -> std::sync::Arc<Head> {
    about(&world.county, world.elder().await, today()).await.unwrap().1.head.clone()
}

async fn person(world: &World) -> Person {
    about(&world.county, world.elder().await, today()).await.unwrap().1.person
}

async fn put_right(world: &World, field: &str, value: Value, by: RecordId) -> Result<(), Problem> {
    let (person, field) = (world.elder().await, field.to_owned());
    let word = Correction { person, home: false, field, value, seen: None, by };
    correct(&world.county, &Register::default(), &word, clock::now_ms()).await
}

async fn of_category(
    world: &World,
    code: &str,
    days: (Day, Option<Day>),
    by: RecordId,
) -> Result<(), Problem> {
    let (person, category, (from, until)) = (world.elder().await, code.to_owned(), days);
    belong(&world.county, &Belonging { person, category, from, until, by }, clock::now_ms()).await
}

/// A number of this birth and sex that nobody has: its check digit is right.
fn number(born: &str, order: u32) -> String {
    let body = format!("532929{born}{order:03}");
    let ends = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X"];
    let all = ends.iter().map(|end| format!("{body}{end}"));
    all.into_iter().find(|number| id_number::is_valid(number)).unwrap()
}

#[tokio::test]
async fn a_number_put_right_takes_birth_and_sex_along_and_neither_contradicts_it_afterwards() {
    let world = World::new().await;
    let by = world.clerk(Role::StationHead, TOWNSHIP).await;
    let right = number("19480305", 124);
    put_right(&world, keys::ID_NUMBER, right.as_str().into(), by).await.unwrap();
    let now = person(&world).await;
    assert_eq!(now.id_number.as_deref(), Some(right.as_str()));
    assert_eq!((now.born, now.sex.as_deref()), ("1948-03-05".parse().ok(), Some("2")));
    for (field, value) in [(keys::BORN, "1949-03-05"), (keys::SEX, "1")] {
        let refused = put_right(&world, field, value.into(), by).await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::ArgumentWrong, "{field}");
        assert!(refused.zh().contains("和身份证号对不上"), "{}", refused.zh());
    }
    let twice = put_right(&world, keys::ID_NUMBER, right.to_lowercase().as_str().into(), by).await;
    assert_eq!(twice.unwrap_err().code, ProblemCode::NothingToChange);
    world.sound().await;
}

#[tokio::test]
async fn a_field_takes_what_it_takes_from_whoever_may() {
    let world = World::new().await;
    let by = world.clerk(Role::AssistanceClerk, TOWNSHIP).await;
    let code =
        async |field: &str, value: Value, by| put_right(&world, field, value, by).await.unwrap_err().code;
    for (field, value) in [
        (keys::PHONE, "12".into()),
        (keys::SEX, "3".into()),
        (keys::BORN, "2999-01-01".into()),
        (keys::NAME, "123".into()),
        (keys::NAME, Value::Null),
        (keys::ID_NUMBER, "532929194803051239".into()),
        (keys::VILLAGE, "1".into()),
        (keys::DIED, "2026-01-01".into()),
    ] {
        assert_eq!(code(field, value, by).await, ProblemCode::ArgumentWrong, "{field}");
    }
    let other = world.clerk(Role::StationHead, ELSEWHERE).await;
    let auditor = world.clerk(Role::Auditor, world.county.keys.county()).await;
    for by in [other, auditor, world.officer()] {
        assert_eq!(code(keys::NAME, "和大顺".into(), by).await, ProblemCode::RightMissing);
    }
    put_right(&world, keys::PHONE, " 139 0000-0007 ".into(), by).await.unwrap();
    assert_eq!(head(&world).await.text(keys::PHONE), Some("13900000007"));
    put_right(&world, keys::PHONE, Value::Null, by).await.unwrap();
    assert_eq!(head(&world).await.text(keys::PHONE), None);
    let home = Correction {
        person: world.elder().await,
        home: true,
        field: keys::DIRECTIONS.to_owned(),
        value: "村口核桃树下".into(),
        seen: None,
        by,
    };
    correct(&world.county, &Register::default(), &home, clock::now_ms()).await.unwrap();
    let (_, found) = about(&world.county, home.person, today()).await.unwrap();
    let (_, home) = home_of(&world.county, &found).await.unwrap().unwrap();
    assert_eq!(home.text(keys::DIRECTIONS), Some("村口核桃树下"));
    world.sound().await;
}

#[tokio::test]
async fn what_came_unseen_stands_beside_the_correction_and_is_settled_where_all_that_differs_is() {
    let world = World::new().await;
    let by = world.clerk(Role::StationHead, TOWNSHIP).await;
    let seen = Some(head(&world).await.vector.clone());
    put_right(&world, keys::CARER, "测甲".into(), by).await.unwrap();
    let (person, field) = (world.elder().await, keys::CARER.to_owned());
    let word = Correction { person, home: false, field, value: "测乙".into(), seen, by };
    correct(&world.county, &Register::default(), &word, clock::now_ms()).await.unwrap();
    assert!(matches!(head(&world).await.read(keys::CARER), Reading::Contested(_)));
    let refused = put_right(&world, keys::CARER, "测丙".into(), by).await.unwrap_err();
    assert!(refused.zh().contains("待处理"), "{}", refused.zh());
    world.sound().await;
}

#[tokio::test]
async fn whoever_leaves_a_category_is_due_no_more_and_a_second_spell_is_one_of_its_own() {
    let world = World::new().await;
    let by = world.clerk(Role::StationHead, TOWNSHIP).await;
    let of = person(&world).await.memberships.into_iter().find(|one| one.until.is_none()).unwrap();
    let (code, from) = (of.code.clone(), of.from.unwrap());
    let holds = async || person(&world).await.categories_on(today()).any(|one| one == code);
    assert!(holds().await);
    let before = world.standings(world.elder().await).await;
    of_category(&world, &code, (from, Some(today())), by).await.unwrap();
    assert!(!holds().await);
    assert_ne!(world.standings(world.elder().await).await, before, "and the figures know");
    world.sound().await;
    let wrong = async |code: &str, days, by| of_category(&world, code, days, by).await.unwrap_err().code;
    assert_eq!(wrong(&code, (from, Some(today())), by).await, ProblemCode::NothingToChange);
    assert_eq!(wrong(&code, (from, Some(from)), by).await, ProblemCode::ArgumentWrong);
    assert_eq!(wrong("XX", (today(), None), by).await, ProblemCode::ArgumentWrong);
    assert_eq!(wrong(&code, (today().plus(-1), None), by).await, ProblemCode::ArgumentWrong, "it held then");
    assert_eq!(wrong(&code, (today(), None), world.officer()).await, ProblemCode::RightMissing);
    of_category(&world, &code, (today(), None), by).await.unwrap();
    assert!(holds().await);
    let spells = person(&world).await.memberships.into_iter().filter(|one| one.code == code).count();
    assert_eq!(spells, 2, "the first stays as it was");
    of_category(&world, &code, (today(), Some(today().plus(1))), by).await.unwrap();
    let back = of_category(&world, &code, (from, None), by).await;
    assert_eq!(back.unwrap_err().code, ProblemCode::ArgumentWrong, "both would hold today");
    world.sound().await;
}

#[tokio::test]
async fn an_end_is_taken_back() {
    let world = World::new().await;
    let by = world.clerk(Role::StationHead, TOWNSHIP).await;
    let of = person(&world).await.memberships.into_iter().find(|one| one.until.is_none()).unwrap();
    let before = world.standings(world.elder().await).await;
    of_category(&world, &of.code, (of.from.unwrap(), Some(today())), by).await.unwrap();
    of_category(&world, &of.code, (of.from.unwrap(), None), by).await.unwrap();
    assert_eq!(world.standings(world.elder().await).await, before);
    world.sound().await;
}
