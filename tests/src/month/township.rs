//! What township and county do at their desks: sheets, 情况变了, 发现的问题, 紧急, phones, 移交, 月结.

use super::Stage;
use super::workers::Worker;
use crate::desk::{rows, text};
use domain::ids::{AreaCode, RecordId};
use domain::staff::Role;
use domain::time::Day;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Error, Result};

/// Hands to each worker the villages that they do not have yet: what was many people's is twenty's.
pub(super) fn give_villages(stage: &mut Stage, workers: &[Worker], day: Day) -> Result<usize> {
    let mut roles = 0;
    for worker in workers {
        let mut from: BTreeMap<RecordId, Vec<AreaCode>> = BTreeMap::new();
        for one in stage.synthetic.reference.assignments.values() {
            let here = worker.villages.contains(&one.area) && one.role.of_the_village() && one.holds_on(day);
            let villages =
                if here && one.staff != worker.staff { from.entry(one.staff).or_default() } else { continue };
            if !villages.contains(&one.area) {
                villages.push(one.area);
            }
        }
        let desk = stage.office(Role::CountyAdmin)?;
        for (staff, villages) in from {
            let said = json!({ "to": worker.staff, "villages": villages, "day": day });
            let done = desk.post(&format!("/api/staff/{staff}/handover"), &said)?;
            roles += done.get("roles").and_then(Value::as_u64).unwrap_or_default();
        }
    }
    Ok(usize::try_from(roles).unwrap_or_default())
}

/// Prints sheets; answers the code of each.
pub(super) fn sheets(stage: &mut Stage, staff: &[RecordId]) -> Result<BTreeMap<RecordId, String>> {
    let printed = stage.office(Role::CountyAdmin)?.post("/api/sheets", &json!({ "staff": staff }))?;
    let sheet = |one: &Value| Some((text(one, "staff").parse().ok()?, text(one, "code").to_owned()));
    let codes: BTreeMap<RecordId, String> = rows(&printed).filter_map(sheet).collect();
    if codes.len() == staff.len() { Ok(codes) } else { Err(Error::other(format!("sheets: {printed}"))) }
}

/// The township confirms what a worker reported of somebody.
pub(super) fn confirm_change(stage: &mut Stage, township: AreaCode, person: RecordId) -> Result<()> {
    let so = |case: &Value| json!({ "verdict": "so", "from": text(case, "from"), "words": "和村委会核对过" });
    say_of_change(stage, township, person, so)
}

/// The township says that what a worker reported of somebody is not so.
pub(super) fn change_is_not_so(stage: &mut Stage, township: AreaCode, person: RecordId) -> Result<()> {
    say_of_change(stage, township, person, |_| json!({ "verdict": "not_so", "words": "问过本人，没有走" }))
}

fn say_of_change(
    stage: &mut Stage,
    township: AreaCode,
    person: RecordId,
    word: impl Fn(&Value) -> Value,
) -> Result<()> {
    let desk = stage.desk(Role::StationHead, township)?;
    let cases = desk.get(&format!("/api/changes?area={township}"))?;
    let id = person.to_string();
    let case = rows(&cases).find(|one| text(one, "person") == id);
    let case =
        case.ok_or_else(|| Error::other(format!("the township does not see what was reported: {cases}")))?;
    let parts: Vec<&str> =
        rows(case.get("reports").unwrap_or(&Value::Null)).map(|one| text(one, "part")).collect();
    let mut said = word(case);
    if let Some(said) = said.as_object_mut() {
        said.insert("parts".to_owned(), json!(parts));
    }
    desk.post(&format!("/api/changes/{person}"), &said).map(drop)
}

/// The township takes in whoever was registered at a door.
pub(super) fn take_in(stage: &mut Stage, township: AreaCode, person: RecordId, from: Day) -> Result<()> {
    let desk = stage.desk(Role::StationHead, township)?;
    let taking = json!({ "categories": { "LSET": from }, "born": "2016-05-01", "sex": "2" });
    let said = json!({ "verdict": "taken", "taking": taking, "words": "已核对户口册" });
    desk.post(&format!("/api/registrations/{person}"), &said).map(drop)
}

/// The township answers a concern, found by its words.
pub(super) fn answer_concern(
    stage: &mut Stage,
    township: AreaCode,
    words: &str,
    answer: &Value,
) -> Result<Value> {
    let desk = stage.desk(Role::AssistanceClerk, township)?;
    let list = desk.get(&format!("/api/concerns?area={township}&kind=house"))?;
    let line = rows(list.get("lines").unwrap_or(&Value::Null)).find(|one| text(one, "words") == words);
    let line = line.ok_or_else(|| Error::other(format!("the township does not see the concern: {list}")))?;
    let concern = text(line, "concern");
    let shown = desk.get(&format!("/api/concerns/{concern}"))?;
    let mut said = answer.clone();
    if let (Some(said), Some(seen)) = (said.as_object_mut(), shown.get("seen")) {
        said.insert("seen".to_owned(), seen.clone());
    }
    desk.post(&format!("/api/concerns/{concern}/answer"), &said)?;
    Ok(line.clone())
}

/// Whoever is responsible for children reads the urgent report of a township, and notes the call.
pub(super) fn read_urgent(stage: &mut Stage, township: AreaCode) -> Result<Value> {
    let desk = stage.desk(Role::ChildSupervisor, township)?;
    let list = desk.get(&format!("/api/urgent?area={township}"))?;
    let first = rows(&list).next().ok_or_else(|| Error::other("no urgent report at the desk"))?;
    let report = text(first, "report");
    let opened = desk.post(&format!("/api/urgent/{report}/openings"), &Value::Null)?;
    let call = json!({ "words": "已报派出所和县未保中心，一起上门" });
    desk.post(&format!("/api/urgent/{report}/calls"), &call)?;
    Ok(opened)
}

/// Stops (`revoked`) or retires (`retired`) the phones in use of somebody.
pub(super) fn set_phone(stage: &mut Stage, township: AreaCode, staff: RecordId, state: &str) -> Result<()> {
    let desk = stage.office(Role::CountyAdmin)?;
    let phones = desk.get(&format!("/api/devices?area={township}"))?;
    let id = staff.to_string();
    let his = rows(&phones).find(|one| text(one, "staff") == id && text(one, "state") == "active");
    let his = his.ok_or_else(|| Error::other(format!("no phone in use of theirs: {phones}")))?;
    desk.post(&format!("/api/devices/{}/state", text(his, "device")), &json!({ "state": state })).map(drop)
}

/// 移交: everything that one has in villages is the other's from a day on.
pub(super) fn hand_over(stage: &mut Stage, from: RecordId, to: RecordId, day: Day) -> Result<()> {
    let said = json!({ "to": to, "villages": [], "day": day });
    stage.office(Role::CountyAdmin)?.post(&format!("/api/staff/{from}/handover"), &said).map(drop)
}

/// 月结 of the period.
pub(super) fn close_period(stage: &mut Stage) -> Result<Value> {
    let key = stage.period.to_string();
    let said = json!({ "period": key, "late_until": null });
    let kept = stage.office(Role::CountyReviewer)?.post("/api/closings", &said)?;
    let closed = |one: &&Value| {
        one.pointer("/period/code").and_then(Value::as_str) == Some(&key)
            && one.get("closed").and_then(Value::as_bool) == Some(true)
    };
    let closed = rows(&kept).find(closed).cloned();
    closed.ok_or_else(|| Error::other(format!("the period is not closed: {kept}")))
}
