//! What is said before something is done: of an edit of a rule, of a period that is to be closed.

use super::{Clerk, today};
use crate::close;
use crate::testing::World;
use domain::period::{Cadence, Cut, Period};
use domain::staff::Role;
use serde_json::{Value, json};

fn months_ago(count: u32) -> Period {
    let now = Period::containing(Cadence::Month, Cut::Natural, today());
    (0..count).fold(now, |period, _| period.previous())
}

#[tokio::test]
async fn a_cut_in_the_middle_of_a_month_says_how_many_are_no_longer_due_in_it_and_when_they_would_stay() {
    let world = World::new().await;
    let county = world.county.keys.county();
    let clerk = Clerk::with(&world, "admin", &[(Role::CountyAdmin, county)]).await;
    let month = months_ago(0);
    let due = clerk.get(&world, "/api/coverage?duty=elder_monthly").await.json()["total"]["due"].clone();
    let preview = async |from| {
        let fields = json!({ "cut": "day26", "source": "县民政局 2026 年 9 号", "strength": "D" });
        let said = json!({ "act": "change", "duty": "elder_monthly", "from": from, "fields": fields });
        clerk.post(&world, "/api/duties/preview", said).await.json()
    };
    let zh = |told: &Value| told["effects"].to_string();
    let from = today().max(month.from().plus(1));
    let told = zh(&preview(from).await);
    let sentence = format!(
        "{}现在应走访 {due} 人；这样改，到 {from} 那天起这一期的应走访变成 0 人。想让它照常算完，从 {} 起改。",
        month.zh(),
        month.until()
    );
    assert!(told.contains(&sentence), "{told}");
    let told = zh(&preview(month.until()).await);
    assert!(!told.contains("变成 0 人"), "{told}");
}

#[tokio::test]
async fn the_day_of_grace_that_is_proposed_is_still_to_come_and_an_empty_month_says_so() {
    let world = World::with_months(1).await;
    let county = world.county.keys.county();
    let clerk = Clerk::with(&world, "reviewer", &[(Role::CountyReviewer, county)]).await;
    let all = clerk.get(&world, "/api/closings").await.json();
    let all = all.as_array().unwrap();
    let over = |one: &&Value| one["over"] == true && one["closed"] == false;
    assert!(all.iter().filter(over).count() > 0, "{all:?}");
    for one in all.iter().filter(over) {
        let last: domain::time::Day = one["last"].as_str().unwrap().parse().unwrap();
        let proposed: domain::time::Day = one["late_until"].as_str().unwrap().parse().unwrap();
        assert!(proposed >= today() || today() > last.plus(62), "{one}");
        assert!(proposed <= last.plus(62), "{one}");
    }
    let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
    let empty = |period| close::is_empty(&world.county, &reference, period);
    assert!(!empty(months_ago(1)).await.unwrap(), "the seed's month has visits");
    let mut month = all.iter().filter(over).filter(|one| one["empty"] == true);
    assert!(month.next().is_some(), "months before the seed's are empty, and said to be");
    let shown = all.iter().find(|one| one["period"]["code"] == months_ago(1).to_string()).unwrap();
    assert_eq!(shown["empty"], false);
    // Whoever says no day gets the one that is proposed.
    clerk.post(&world, "/api/closings", json!({ "period": months_ago(1) })).await;
    let closed = clerk.get(&world, "/api/closings").await.json();
    let closed = closed.as_array().unwrap().iter().find(|one| one["period"] == shown["period"]).unwrap();
    assert_eq!((&closed["closed"], &closed["late_until"]), (&json!(true), &shown["late_until"]));
    let bare = World::new().await;
    let (_, _, reference, _) = bare.county.stores.ledger.standing_now().await.unwrap();
    assert!(close::is_empty(&bare.county, &reference, months_ago(0)).await.unwrap(), "nobody went anywhere");
}
