//! 未走访名单 by worker: whose homes are left, to ring round; a list, never a figure.

use super::{Clerk, ELSEWHERE, TOWNSHIP};
use crate::testing::World;
use domain::staff::Role;
use serde_json::Value;
use std::collections::BTreeSet;

fn texts(list: &Value, key: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_lists_of_the_workers_together_are_the_list_and_each_row_says_whose_it_is() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "station", &[(Role::StationHead, TOWNSHIP)]).await;
    let asked = format!("duty=elder_monthly&area={TOWNSHIP}");
    let workers = clerk.get(&world, &format!("/api/coverage/workers?{asked}")).await.json();
    let names = texts(&workers, "name");
    assert!(names.len() > 1, "{workers}");
    let keys = |one: &Value| one.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&workers[0]), ["name", "staff", "villages"], "no number of anything");
    let list = async |more: &str| {
        let path = format!("/api/coverage/people?{asked}&column=open&count=1000{more}");
        clerk.get(&world, &path).await.json()
    };
    let all = list("").await;
    let order = texts(&all["lines"], "person");
    let mut found = BTreeSet::new();
    for worker in workers.as_array().unwrap() {
        let (id, name) = (worker["staff"].as_str().unwrap(), worker["name"].as_str().unwrap());
        let theirs = list(&format!("&worker={id}")).await;
        assert_eq!(theirs["total"].as_u64().unwrap(), theirs["lines"].as_array().unwrap().len() as u64);
        for line in theirs["lines"].as_array().unwrap() {
            assert!(texts(&line["responsible"], "name").contains(&name.to_owned()), "{line}");
        }
        let people = texts(&theirs["lines"], "person");
        let kept: Vec<_> = order.iter().filter(|one| people.contains(one)).cloned().collect();
        assert_eq!(people, kept, "in the order of the whole list");
        found.extend(people);
    }
    assert_eq!(found, order.into_iter().collect());
}

#[tokio::test]
async fn of_a_worker_no_figure_is_told_and_none_of_elsewhere_is_shown() {
    let world = World::new().await;
    let county = world.county.keys.county();
    let reviewer = Clerk::with(&world, "reviewer", &[(Role::CountyReviewer, county)]).await;
    let station = Clerk::with(&world, "elsewhere", &[(Role::StationHead, ELSEWHERE)]).await;
    let all = reviewer.get(&world, "/api/coverage/workers?duty=elder_monthly").await.json();
    let here = format!("/api/coverage/workers?duty=elder_monthly&area={TOWNSHIP}");
    let theirs = reviewer.get(&world, &here).await.json();
    let worker = theirs[0]["staff"].as_str().unwrap();
    for column in ["met", "due", "register", "overdue"] {
        let path = format!("/api/coverage/people?duty=elder_monthly&column={column}&worker={worker}");
        assert_eq!(reviewer.get(&world, &path).await.code(), "argument_wrong", "{column}");
    }
    assert_eq!(station.get(&world, &here).await.code(), "not_for_you");
    let own = texts(&station.get(&world, "/api/coverage/workers?duty=elder_monthly").await.json(), "staff");
    let all = texts(&all, "staff");
    assert!(own.iter().all(|one| all.contains(one)) && !own.contains(&worker.to_owned()), "{own:?}");
    let path = format!("/api/coverage/people?duty=elder_monthly&column=open&worker={worker}");
    assert_eq!(station.get(&world, &path).await.code(), "argument_wrong");
    let path =
        format!("/api/coverage/people/export?duty=elder_monthly&column=open&format=csv&worker={worker}");
    let file = String::from_utf8(reviewer.get(&world, &path).await.bytes).unwrap();
    let name = theirs[0]["name"].as_str().unwrap();
    assert!(file.contains(&format!("只看责任人：{name}（")) && !file.contains("已走访"), "{file}");
}
