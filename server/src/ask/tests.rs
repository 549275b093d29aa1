//! A question to the author of an answer: what the phone hears, what ends it, and that figures stay.

use super::*;
use crate::clock;
use crate::decide::{self, Retraction, Verdict, Word};
use crate::reports::waiting::{self, Filter, Reason};
use crate::testing::{Phone, VILLAGE, World};
use domain::time::Day;
use domain::value::Value;
use sync::wire::receipt::ItemState;

fn reviewer(world: &World) -> RecordId {
    crate::seed::staff::id(world.county.keys.county(), 2)
}

fn today() -> Day {
    Day::of(clock::now_ms())
}

struct Scene {
    world: World,
    phone: Phone,
    part: RecordId,
}

/// A visit that the county has.
async fn scene() -> Scene {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    let visit = phone.visit(world.elder().await);
    phone.exchange(&world.phones).await.unwrap();
    let parts = world.county.stores.reports.parts_of_visit(visit).await.unwrap();
    let part = parts[0].part;
    Scene { world, phone, part }
}

impl Scene {
    fn question(&self, field: &str, words: &str) -> Question {
        let by = reviewer(&self.world);
        Question { part: self.part, field: field.to_owned(), words: words.to_owned(), by, area: VILLAGE }
    }

    async fn ask(&self, field: &str, words: &str) -> Result<(), Problem> {
        ask(&self.world.county, &self.question(field, words), clock::now_ms()).await
    }

    fn record(&self) -> RecordRef {
        RecordRef { kind: RecordKind::Part, id: self.part }
    }

    async fn asks(&self) -> Vec<Asked> {
        let row = self.world.county.stores.ledger.record(self.record()).await.unwrap().unwrap();
        asks_of(&self.world.county, self.record(), &row.head).await.unwrap()
    }

    /// What the phone is told of its entries.
    async fn told(&mut self) -> Vec<Problem> {
        let reply = self.phone.exchange(&self.world.phones).await.unwrap();
        let outcomes = reply.statement.outcomes.into_iter();
        outcomes.filter(|one| one.state == ItemState::Applied).filter_map(|one| one.problem).collect()
    }

    async fn waits(&self) -> Vec<waiting::Item> {
        waiting::list(&self.world.county, Filter::default(), today()).await.unwrap().items
    }

    async fn standings(&self) -> Vec<domain::coverage::Standing> {
        let subject = self.world.elder().await;
        self.world.county.stores.reports.standings_of(subject).await.unwrap()
    }
}

#[tokio::test]
async fn a_question_goes_to_the_phone_waits_with_its_answer_and_moves_no_figure() {
    let mut scene = scene().await;
    let before = scene.standings().await;
    scene.ask("met", " 照料人是哪一位？ ").await.unwrap();
    let [told] = scene.told().await.try_into().unwrap();
    assert_eq!(told.code, ProblemCode::ReviewerAsks);
    assert_eq!(told.params["part"], scene.part.to_string());
    assert!(told.zh().contains("照料人是哪一位？") && told.zh().contains("见到谁"), "{}", told.zh());
    let [item] = scene.waits().await.try_into().unwrap();
    assert_eq!(item.reason, Reason::Question);
    let [asked] = scene.asks().await.try_into().unwrap();
    assert!(!asked.answered);
    assert!(scene.ask("met", "还有一个问题").await.is_err(), "one after the other");
    let key = format!("{EXPLAINED}met");
    scene.phone.write_to(scene.record(), &[(key.as_str(), "是她女儿".into())]);
    scene.told().await;
    let [asked] = scene.asks().await.try_into().unwrap();
    assert_eq!((asked.answered, asked.said.as_deref()), (true, Some("是她女儿")));
    let word = Word {
        items: vec![item.handle],
        verdict: Verdict::Accept,
        reason: String::new(),
        by: reviewer(&scene.world),
    };
    decide::decide(&scene.world.county, &word, clock::now_ms()).await.unwrap();
    assert_eq!((scene.asks().await.len(), scene.waits().await.len()), (0, 0));
    scene.ask("met", "电话是多少？").await.unwrap();
    assert!(!scene.asks().await[0].answered, "what was said before answers nothing");
    assert_eq!(scene.standings().await, before);
    scene.world.sound().await;
}

#[tokio::test]
async fn a_question_is_taken_back_and_all_is_as_before() {
    let mut scene = scene().await;
    scene.ask("met", "照料人是哪一位？").await.unwrap();
    assert_eq!(scene.told().await.len(), 1);
    let decided = waiting::decided(&scene.world.county, None, None, 5, today()).await.unwrap();
    let [one] = decided.decisions.try_into().unwrap();
    assert_eq!((one.verdict.as_str(), one.reason.as_str(), one.stands), ("ask", "照料人是哪一位？", true));
    let by = reviewer(&scene.world);
    let word = Retraction { decision: one.id, reason: "问错了人".to_owned(), by };
    decide::undo(&scene.world.county, &word, clock::now_ms()).await.unwrap();
    assert_eq!((scene.asks().await.len(), scene.waits().await.len()), (0, 0));
    let reply = scene.phone.exchange(&scene.world.phones).await.unwrap();
    let last = reply.statement.outcomes.last().unwrap();
    assert_eq!(
        (last.state, &last.problem),
        (ItemState::Applied, &None),
        "the phone hears that nothing is asked"
    );
    scene.world.sound().await;
}

#[tokio::test]
async fn what_cannot_be_asked_says_why() {
    let scene = scene().await;
    for (field, words) in [("met", "  "), ("met", &"长".repeat(301)), ("reason", "为什么没见到？")] {
        let problem = scene.ask(field, words).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::ArgumentWrong, "{field}");
    }
    let stranger = Question { by: scene.world.officer(), ..scene.question("met", "谁？") };
    let problem = ask(&scene.world.county, &stranger, clock::now_ms()).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::RightMissing);
    let nobody = Question { part: RecordId::named("part", "none"), ..scene.question("met", "谁？") };
    let problem = ask(&scene.world.county, &nobody, clock::now_ms()).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::NothingFound);
    let change =
        crate::staff::Change::of_office(scene.record(), [("met".to_owned(), Value::from("family"))].into());
    crate::staff::write(&scene.world.county, reviewer(&scene.world), change, clock::now_ms()).await.unwrap();
    let problem = scene.ask("met", "谁？").await.unwrap_err();
    assert!(problem.zh().contains("没有手机可以问"), "{}", problem.zh());
}
