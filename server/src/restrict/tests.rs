//! What is restricted leaves phones, and comes back when that ends.

use super::*;
use crate::clock;
use crate::seed::places::COUNTY;
use crate::staff::{NewAssignment, add, assign, operator};
use crate::testing::World;
use domain::permission::{Audience, Scope};
use domain::problem::ProblemCode;
use domain::staff::Role;
use store::county::Ledger;

#[tokio::test]
async fn answers_leave_phones_and_files_and_come_back_when_it_ends() {
    let world = World::with_months(2).await;
    let (county, now_ms) = (&world.county, clock::now_ms());
    let by = add(county, operator(), "段管理", None, now_ms).await.unwrap();
    let new = NewAssignment {
        staff: by,
        role: Role::CountyAdmin,
        area: COUNTY,
        from: Day::of(now_ms),
        until: None,
    };
    assign(county, operator(), &new, now_ms).await.unwrap();
    let rows = world.store.records_after(RecordKind::Part, None, usize::MAX).await.unwrap();
    let (part, row) = rows.into_iter().find(|(_, row)| !row.scopes.is_empty()).unwrap();
    let (person, before) = (row.subject.unwrap(), row.scopes);
    let word = |restricted, words: &str, by| Word { person, restricted, words: words.to_owned(), by };
    let code = async |word: Word| say(county, &word, now_ms).await.unwrap_err().code;
    assert_eq!(code(word(true, "", by)).await, ProblemCode::ArgumentWrong);
    assert_eq!(code(word(false, "本人要求", by)).await, ProblemCode::NothingToChange);
    assert_eq!(code(word(true, "本人要求", world.officer())).await, ProblemCode::RightMissing);
    let scopes = async || world.store.record(part).await.unwrap().unwrap().scopes;
    say(county, &word(true, "本人要求", by), now_ms).await.unwrap();
    assert!(holds(county, person).await.unwrap());
    assert_eq!(scopes().await, [], "no phone has the answers");
    let record = RecordRef { kind: RecordKind::Person, id: person };
    let row = world.store.record(record).await.unwrap().unwrap();
    assert!(!row.scopes.is_empty(), "who and where stays");
    assert!(!row.head.fields.contains_key(keys::RESTRICTED_WORDS), "no phone has why");
    assert_eq!(reason::of(county, person).await.unwrap().restricted.as_deref(), Some("本人要求"));
    let all = store::erasure::reach(&*world.store, &*world.store, record).await.unwrap();
    let why = all.into_iter().find(|one| one.kind == RecordKind::Decision).unwrap();
    let row = world.store.record(why).await.unwrap().unwrap();
    let nobodys = |scope: &Scope| scope.audience == Audience::Restricted;
    assert!(row.scopes.iter().all(nobodys), "and it is erased with the person");
    world.sound().await;
    say(county, &word(false, "本人撤回", by), now_ms).await.unwrap();
    assert_eq!(scopes().await, before);
    assert_eq!(reason::of(county, person).await.unwrap().restricted.as_deref(), Some("本人撤回"));
    world.sound().await;
}
