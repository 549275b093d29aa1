//! What a reviewer may write where values differ.

use super::*;
use crate::takes::Taken;
use domain::patch::ANSWER_PREFIX;

/// A visit of the story of which two phones say otherwise in a field.
async fn contested(world: &World, kind: RecordKind, id: RecordId, field: &str, said: [&str; 2]) -> RecordRef {
    let record = RecordRef { kind, id };
    for value in said {
        let sets = BTreeMap::from([(field.to_owned(), Value::from(value))]);
        let body = Body { sets, salt: WriterId(world.county.dice.number()), ..Body::default() };
        let (record, seen) = (OwnRecord::Known(record), Some(Vector::default()));
        let form = Some(forms::library::elder_visit().unwrap().hash()).filter(|_| kind == RecordKind::Part);
        let patch = OwnPatch { record, form, body, seen, author: reviewer(), stamp: Stamp::default() };
        world.county.append(vec![patch], clock::now_ms()).await.unwrap();
    }
    record
}

async fn word(world: &World, record: RecordRef, field: &str, value: Value) -> Settlement {
    let seen = world.store.record(record).await.unwrap().unwrap().head.vector.clone();
    Settlement { record, field: field.to_owned(), value, seen, by: reviewer() }
}

#[tokio::test]
async fn a_coded_field_takes_a_code_and_is_offered_with_its_choices() {
    let world = World::new().await;
    let mut phone = world.phone(9).await;
    let id = phone.visit(story().evening);
    phone.exchange(&world.phones).await.unwrap();
    let visit = contested(&world, RecordKind::Visit, id, keys::WAY, ["home", "phone"]).await;
    let shown = show(&world.county, &id.to_string(), today()).await.unwrap();
    let [takes] = shown.takes.as_slice() else { panic!("{:?}", shown.takes) };
    assert_eq!((takes.field.as_str(), takes.taken), (keys::WAY, Taken::Choice));
    assert!(takes.choices.iter().any(|one| (one.code.as_str(), one.zh.as_str()) == ("home", "上门")));
    let nonsense = word(&world, visit, keys::WAY, "上门".into()).await;
    let before = world.store.record(visit).await.unwrap().unwrap().head.clone();
    for refused in [
        settling(&world.county, &nonsense, clock::now_ms()).await.map(drop),
        settle(&world.county, &nonsense, clock::now_ms()).await,
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.code, ProblemCode::ArgumentWrong);
        assert_eq!(refused.zh(), "“怎么见的”：要从列出的里面选。");
    }
    let good = word(&world, visit, keys::WAY, "elsewhere".into()).await;
    settling(&world.county, &good, clock::now_ms()).await.unwrap();
    assert_eq!(world.store.record(visit).await.unwrap().unwrap().head, before, "asking writes nothing");
    settle(&world.county, &good, clock::now_ms()).await.unwrap();
    let head = &world.store.record(visit).await.unwrap().unwrap().head;
    assert_eq!(head.text(keys::WAY), Some("elsewhere"));
}

#[tokio::test]
async fn the_time_of_a_visit_is_an_interval_that_coverage_can_read() {
    let world = World::new().await;
    let mut phone = world.phone(9).await;
    let id = phone.visit(story().evening);
    phone.exchange(&world.phones).await.unwrap();
    let said = [1, 2].map(|days| Happened::whole(today().plus(-days)).to_string());
    let visit = contested(&world, RecordKind::Visit, id, keys::HAPPENED, [&said[0], &said[1]]).await;
    let tomorrow = Happened::whole(today().plus(1)).to_string();
    for text in ["昨天上午", &today().to_string(), &tomorrow] {
        let nonsense = word(&world, visit, keys::HAPPENED, text.into()).await;
        let refused = settle(&world.county, &nonsense, clock::now_ms()).await.unwrap_err();
        assert!(refused.zh().contains("走访时间"), "{}", refused.zh());
    }
    let morning = Happened::morning(today().plus(-1)).to_string();
    let good = word(&world, visit, keys::HAPPENED, morning.as_str().into()).await;
    settle(&world.county, &good, clock::now_ms()).await.unwrap();
}

#[tokio::test]
async fn an_answer_is_taken_as_its_form_takes_it() {
    let world = World::new().await;
    let form = forms::library::elder_visit().unwrap();
    let question = form.field_order().find_map(|path| {
        let takes = form.takes(path, "zh")?;
        (takes.kind == forms::def::Kind::SelectOne && takes.choices.len() > 1)
            .then(|| (path.to_owned(), takes))
    });
    let (path, takes) = question.unwrap();
    let mut phone = world.phone(9).await;
    phone.visit(story().evening);
    phone.exchange(&world.phones).await.unwrap();
    let id = world.store.parts_of(story().evening, 1).await.unwrap()[0].part;
    let field = format!("{ANSWER_PREFIX}{path}");
    let [one, other] = [0, 1].map(|at| takes.choices[at].code.as_str());
    let part = contested(&world, RecordKind::Part, id, &field, [one, other]).await;
    let shown = show(&world.county, &id.to_string(), today()).await.unwrap();
    let told = shown.takes.iter().find(|one| one.field == field).unwrap();
    assert_eq!((told.taken, told.choices.len()), (Taken::Choice, takes.choices.len()));
    assert_ne!(told.zh, path, "the question in words");
    let label = takes.choices[0].label.as_str();
    let nonsense = word(&world, part, &field, label.into()).await;
    assert!(
        settle(&world.county, &nonsense, clock::now_ms())
            .await
            .unwrap_err()
            .zh()
            .contains("要从列出的里面选")
    );
    let good = word(&world, part, &field, takes.choices[1].code.as_str().into()).await;
    settle(&world.county, &good, clock::now_ms()).await.unwrap();
}
