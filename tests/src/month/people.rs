//! People change in the month: a child nobody had on a list, and two who are said to be away: what comes of each is known
//! beforehand, and held to at the end.

use super::days::{age, date, due};
use super::township::{change_is_not_so, take_in};
use super::workers::{Habit, Worker};
use super::{Stage, on_its_list};
use crate::desk::{rows, text};
use crate::story::{finish, start};
use domain::ids::RecordId;
use domain::time::Day;
use serde_json::{Value, json};
use std::io::{Error, Result};

/// The child at the door. Its name is made up, and nobody of the register has it.
const CHILD: &str = "字小满";

/// A child who stands on no list: registered at the door and visited at once; the township takes it in the next day.
pub(super) fn a_child_at_the_door(stage: &mut Stage, workers: &mut [Worker], day: Day) -> Result<()> {
    let worker = last_at_the_door(workers)?;
    let village = *worker.villages.first().ok_or_else(|| Error::other("no village"))?;
    let said = json!({ "name": CHILD, "village": village, "age_said": "child" });
    let written = worker.phone()?.call("register_person", said)?;
    let id = written.pointer("/record/id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let person: RecordId = id.ok_or_else(|| Error::other("not registered"))?;
    // Whoever has no category yet has no form either.
    let begun = json!({ "subjects": [{ "subject": person, "met": "self" }], "way": "home" });
    let draft = start(worker.phone()?, begun)?;
    finish(worker.phone()?, &draft)?;
    worker.written += 1;
    worker.send()?;
    stage.tell.line(&format!("　{}：{}登记名单上没有的孩子，当场走访", date(day), worker.name));
    let township = worker.township;
    let before = on_its_list(stage, person)?;
    stage.clock.set(day.plus(1), 8, 20)?;
    take_in(stage, township, person, day)?;
    let told = format!("登记：{}当场走访，{}第二天纳入，以前不在分母", worker.name, stage.name(township));
    if before || !on_its_list(stage, person)? {
        return Err(Error::other("who waits for the township is counted, or who was taken in is not"));
    }
    stage.tell.line(&format!("　{}：{told}", date(day.plus(1))));
    stage.told.push(told);
    // Whoever came that late is not counted in the month, or was visited: never on the list of the unvisited.
    stage.stands.push((person, &["excluded", "met_home"]));
    Ok(())
}

/// Two people are said to be away by neighbours: of one the township says nothing, the other is there after all. Nobody
/// went to either: a report is no visit.
pub(super) fn heard_of(stage: &mut Stage, workers: &mut [Worker], day: Day) -> Result<()> {
    let last = stage.period.last();
    let worker = last_at_the_door(workers)?;
    let (township, name) = (worker.township, worker.name.clone());
    let people = worker.phone()?.call("people", json!({ "count": 10_000 }))?;
    let fits = |one: &&Value| due(one) && age(one) >= 30;
    let mut found = rows(&people).filter(fits).filter_map(|one| text(one, "subject").parse().ok());
    let none = || Error::other("nobody on the list is like this");
    let (open, not_so): (RecordId, RecordId) =
        (found.next().ok_or_else(none)?, found.next().ok_or_else(none)?);
    for (person, reason) in [(open, "migrant"), (not_so, "moved_away")] {
        let said = json!({ "subjects": [person], "reason": reason, "reason_from": day.plus(-3) });
        worker.phone()?.call("report_change", said)?;
        // Nobody goes there any more this month.
        worker.tried.insert(person, last);
    }
    worker.send()?;
    stage.clock.set(day.plus(1), 8, 20)?;
    change_is_not_so(stage, township, not_so)?;
    let told = format!("只报告情况变了：{name}听说两人不在；一人乡镇还没定，一人不属实，照样算还没去");
    stage.tell.line(&format!("　{}：{told}", date(day.plus(1))));
    stage.told.push(told);
    stage.stands.extend([(open, &["change_pending"] as &[_]), (not_so, &["not_yet"])]);
    Ok(())
}

/// The last who writes at the door: those before have other parts.
fn last_at_the_door(workers: &mut [Worker]) -> Result<&mut Worker> {
    let found = workers.iter_mut().rev().find(|one| one.habit == Habit::Door);
    found.ok_or_else(|| Error::other("nobody writes at the door"))
}
