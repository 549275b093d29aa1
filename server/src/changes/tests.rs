//! A reported change, the township's word on it, and that word taken back.

use super::*;
use crate::clock;
use crate::stays::{Back, Refusal, back, refuse};
use crate::testing::{Phone, VILLAGE, World, story};
use domain::staff::Role;
use domain::subject::Person;

const TOWNSHIP: AreaCode = AreaCode(532_929_102_000);
const ELSEWHERE: AreaCode = AreaCode(532_929_101_000);

fn today() -> Day {
    Day::of(clock::now_ms())
}

async fn reported_by(world: &World, phone: &mut Phone, reason: &str, days_ago: i32) -> RecordId {
    let part = phone.not_met(world.elder().await, reason, days_ago);
    phone.exchange(&world.phones).await.unwrap();
    part
}

fn so(from: Day) -> Said {
    Said::So { from, until: None, village: None }
}

async fn word(
    world: &World,
    parts: &[RecordId],
    said: Said,
    words: &str,
    by: RecordId,
) -> Result<(), Problem> {
    let word = Word {
        person: world.elder().await,
        parts: parts.to_vec(),
        also: Vec::new(),
        said,
        words: words.to_owned(),
        by,
    };
    say(&world.county, &word, clock::now_ms()).await
}

async fn cases(world: &World, open: bool) -> Vec<Case> {
    list(&world.county, TOWNSHIP, open, today()).await.unwrap()
}

async fn person(world: &World) -> Person {
    let (_, found) = about(&world.county, world.elder().await, today()).await.unwrap();
    found.person
}

#[tokio::test]
async fn what_two_workers_report_stands_together_and_is_decided_by_one_word() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let (mut one, mut other) = (world.phone(1).await, world.phone(2).await);
    let first = reported_by(&world, &mut one, "hospital", 2).await;
    let second = reported_by(&world, &mut other, "hospital", 1).await;
    let waits = cases(&world, true).await;
    let parts: Vec<RecordId> = waits[0].reports.iter().map(|one| one.part).collect();
    assert_eq!((waits.len(), parts), (1, vec![first, second]));
    assert_eq!(waits[0].from, today().plus(-2), "since the first of them was there");
    assert_eq!(waits[0].reports[0].words.as_deref(), Some("邻居说的"));
    assert!(list(&world.county, ELSEWHERE, true, today()).await.unwrap().is_empty(), "of another township");
    word(&world, &[first, second], so(today().plus(-3)), "", head).await.unwrap();
    assert!(cases(&world, true).await.is_empty());
    assert_eq!(person(&world).await.aways.len(), 1, "one stay, whoever reported it");
    let decided = cases(&world, false).await;
    assert_eq!(
        (decided[0].state, decided[0].from, decided[0].reports.len()),
        ("accepted", today().plus(-3), 2)
    );
    let again = word(&world, &[first], so(today()), "", head).await.unwrap_err();
    assert_eq!(again.code, ProblemCode::NothingToChange);
    assert!(!again.zh().contains("这一条"), "whose it is: {}", again.zh());
    world.sound().await;
}

#[tokio::test]
async fn a_death_that_was_confirmed_and_taken_back_leaves_everything_as_it_was() {
    let world = World::with_months(1).await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let part = reported_by(&world, &mut phone, "died", 0).await;
    let (before, stood) = (person(&world).await, world.standings(world.elder().await).await);
    word(&world, &[part], so(today()), "", head).await.unwrap();
    assert_eq!(person(&world).await.died, Some(today()));
    assert_ne!(world.standings(world.elder().await).await, stood);
    assert_eq!(
        word(&world, &[part], Said::TakenBack, " ", head).await.unwrap_err().code,
        ProblemCode::ArgumentWrong
    );
    word(&world, &[part], Said::TakenBack, "认错人了", head).await.unwrap();
    assert_eq!(person(&world).await, before);
    assert_eq!(world.standings(world.elder().await).await, stood, "the figures too");
    let waits = cases(&world, true).await;
    assert_eq!((waits[0].state, waits[0].words.as_str()), ("open", "认错人了"));
    world.sound().await;
    word(&world, &[part], so(today()), "", head).await.unwrap();
    assert_eq!(person(&world).await.died, Some(today()), "and it can be said again");
}

#[tokio::test]
async fn what_is_not_so_keeps_the_person_due_and_says_why() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let part = reported_by(&world, &mut phone, "migrant", 0).await;
    assert_eq!(
        word(&world, &[part], Said::NotSo, "", head).await.unwrap_err().code,
        ProblemCode::ArgumentWrong
    );
    word(&world, &[part], Said::NotSo, "昨天还在家", head).await.unwrap();
    let decided = cases(&world, false).await;
    assert_eq!((decided[0].state, decided[0].words.as_str()), ("rejected", "昨天还在家"));
    assert_eq!(person(&world).await.aways, []);
    world.sound().await;
}

#[tokio::test]
async fn only_the_township_itself_and_the_county_decide_and_others_are_told_who_may() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    let part = reported_by(&world, &mut phone, "hospital", 0).await;
    for (role, area) in [
        (Role::Reader, TOWNSHIP),
        (Role::Approver, world.county.keys.county()),
        (Role::StationHead, ELSEWHERE),
    ] {
        let by = world.clerk(role, area).await;
        let refused = word(&world, &[part], so(today()), "", by).await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::RightMissing, "{}", role.zh());
        assert!(refused.zh().contains("乡镇站长"), "{}", refused.zh());
    }
    assert_eq!(
        word(&world, &[part], so(today()), "", world.officer()).await.unwrap_err().code,
        ProblemCode::RightMissing
    );
    let county = world.clerk(Role::CountyReviewer, world.county.keys.county()).await;
    word(&world, &[part], so(today()), "", county).await.unwrap();
}

#[tokio::test]
async fn days_that_cannot_be_and_reports_of_something_else_are_refused() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let died = reported_by(&world, &mut phone, "died", 0).await;
    let away = reported_by(&world, &mut phone, "hospital", 0).await;
    let home = reported_by(&world, &mut phone, "not_at_home", 0).await;
    let until = Said::So { from: today(), until: Some(today()), village: None };
    let moved = Said::So { from: today(), until: None, village: Some(VILLAGE) };
    for (parts, said) in [
        (vec![died], so(today().plus(1))),
        (vec![away], until),
        (vec![away], moved),
        (vec![died, away], so(today())),
        (vec![home], so(today())),
        (vec![], so(today())),
    ] {
        let refused = word(&world, &parts, said, "", head).await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::ArgumentWrong, "{parts:?}");
    }
}

#[tokio::test]
async fn who_moved_within_the_county_is_counted_there_and_comes_back_with_the_word() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let part = reported_by(&world, &mut phone, "moved_away", 1).await;
    let before = person(&world).await;
    let to = AreaCode(532_929_101_201);
    word(&world, &[part], Said::So { from: today(), until: None, village: Some(to) }, "", head)
        .await
        .unwrap();
    let after = person(&world).await;
    assert_eq!((after.counted_in(), after.moved_out), (Some(to), None));
    let county = world.clerk(Role::CountyAdmin, world.county.keys.county()).await;
    word(&world, &[part], Said::TakenBack, "没有搬", county).await.unwrap();
    assert_eq!(person(&world).await, before);
    world.sound().await;
}

#[tokio::test]
async fn whoever_came_back_is_due_again_and_that_can_be_taken_back() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let part = reported_by(&world, &mut phone, "hospital", 5).await;
    word(&world, &[part], so(today().plus(-5)), "", head).await.unwrap();
    let elder = world.elder().await;
    let end = |until| Back { person: elder, stay: part.to_string(), until, by: head };
    let act = async |until| back(&world.county, &end(until), clock::now_ms()).await;
    assert_eq!(act(Some(today().plus(-5))).await.unwrap_err().code, ProblemCode::ArgumentWrong);
    act(Some(today())).await.unwrap();
    assert_eq!(act(Some(today())).await.unwrap_err().code, ProblemCode::NothingToChange);
    assert!(!person(&world).await.aways[0].holds_on(today()));
    act(None).await.unwrap();
    assert!(person(&world).await.aways[0].holds_on(today()));
    act(Some(today())).await.unwrap();
    word(&world, &[part], Said::TakenBack, "没有住院", head).await.unwrap();
    assert_eq!(person(&world).await.aways, [], "the stay is gone with its end");
    world.sound().await;
}

#[tokio::test]
async fn a_refusal_is_recognised_by_the_county_after_two_tries() {
    let world = World::new().await;
    let (head, county) = (world.clerk(Role::StationHead, TOWNSHIP).await, world.county.keys.county());
    let reviewer = world.clerk(Role::CountyReviewer, county).await;
    let elder = world.elder().await;
    let mut phone = world.phone(1).await;
    let act = async |from: Option<Day>, by| {
        let word = Refusal { person: elder, from, words: "两次都不开门".to_owned(), by };
        refuse(&world.county, &word, clock::now_ms()).await
    };
    reported_by(&world, &mut phone, "refused", 3).await;
    let early = act(Some(today()), reviewer).await.unwrap_err();
    assert!(early.zh().contains("只有 1 天去过"), "{}", early.zh());
    reported_by(&world, &mut phone, "refused", 1).await;
    let not_yours = act(Some(today()), head).await.unwrap_err();
    assert_eq!(not_yours.code, ProblemCode::RightMissing, "the township does not decide that");
    act(Some(today()), reviewer).await.unwrap();
    assert_eq!(person(&world).await.refusal_approved, Some(today()));
    act(None, reviewer).await.unwrap();
    assert_eq!(person(&world).await.refusal_approved, None);
    world.sound().await;
}

#[tokio::test]
async fn what_one_report_says_of_a_home_is_shown_together_and_confirmed_in_one_step() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let home = [story().grandmother, story().son, story().evening];
    let parts = phone.not_met_all(&home, "moved_away", 1);
    phone.exchange(&world.phones).await.unwrap();
    let waits = cases(&world, true).await;
    assert_eq!(waits.iter().map(|one| one.also.len()).collect::<Vec<_>>(), [2, 2, 2]);
    let first = waits.iter().find(|one| one.who.person == home[0]).unwrap();
    assert!(first.also.iter().all(|one| (one.change, one.state) == ("moved_away", "open")));
    let also = |of: &Case| -> Vec<Reported> {
        of.also.iter().map(|one| Reported { person: one.person, parts: one.parts.clone() }).collect()
    };
    let word = |said, also, words: &str| Word {
        person: home[0],
        parts: vec![parts[0]],
        also,
        said,
        words: words.to_owned(),
        by: head,
    };
    let act = async |word: Word| say(&world.county, &word, clock::now_ms()).await;
    let not_so = act(word(Said::NotSo, also(first), "没有搬")).await.unwrap_err();
    assert_eq!(not_so.code, ProblemCode::ArgumentWrong, "only what is so is said of several");
    act(word(so(today()), also(first), "")).await.unwrap();
    assert!(cases(&world, true).await.is_empty());
    assert!(cases(&world, false).await.iter().all(|one| one.also.iter().all(|one| one.state == "accepted")));
    act(word(Said::TakenBack, Vec::new(), "只有她没搬")).await.unwrap();
    let waits = cases(&world, true).await;
    assert_eq!(waits.iter().map(|one| one.who.person).collect::<Vec<_>>(), [home[0]], "each alone");
    assert!(waits[0].also.iter().all(|one| one.state == "accepted"));
    world.sound().await;
}

#[tokio::test]
async fn each_death_is_confirmed_alone_and_nothing_of_two_reports_in_one_step() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let (one, other) = (story().grandmother, story().son);
    let dead = phone.not_met_all(&[one, other], "died", 1);
    let away = [phone.not_met(one, "migrant", 1), phone.not_met(other, "migrant", 1)];
    phone.exchange(&world.phones).await.unwrap();
    for [mine, theirs] in [[dead[0], dead[1]], away] {
        let also = vec![Reported { person: other, parts: vec![theirs] }];
        let word =
            Word { person: one, parts: vec![mine], also, said: so(today()), words: String::new(), by: head };
        let refused = say(&world.county, &word, clock::now_ms()).await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::ArgumentWrong);
    }
    assert_eq!(cases(&world, true).await.len(), 4, "nothing was written");
}

#[tokio::test]
async fn whoever_is_in_hospital_with_no_word_that_they_are_back_stands_in_a_list_until_there_is_one() {
    let world = World::new().await;
    let head = world.clerk(Role::StationHead, TOWNSHIP).await;
    let mut phone = world.phone(1).await;
    let part = reported_by(&world, &mut phone, "hospital", 2).await;
    let elder = world.elder().await;
    let open = async |area| {
        let all = crate::stays::open(&world.county, area, today()).await.unwrap();
        all.into_iter().find(|one| one.who.person == elder)
    };
    assert_eq!(open(TOWNSHIP).await, None, "as long as the township has not spoken");
    word(&world, &[part], so(today().plus(-40)), "", head).await.unwrap();
    let one = open(TOWNSHIP).await.unwrap();
    assert_eq!((one.kind, one.from, one.days, one.excludes), ("hospital", today().plus(-40), 40, true));
    assert_eq!(open(ELSEWHERE).await, None, "of another township");
    let (_, found) = about(&world.county, elder, today()).await.unwrap();
    let stay = domain::subject::stays(&found.head)[0].0.to_owned();
    let said = Back { person: elder, stay, until: Some(today()), by: head };
    back(&world.county, &said, clock::now_ms()).await.unwrap();
    assert_eq!(open(TOWNSHIP).await, None);
}
