//! 县里的设定: what an area sets for its phones and its figures, each value from a day on.

mod past;

pub use past::{Past, Then, past};

use crate::area::exists;
use crate::county::{County, at_county};
use crate::problem::{unchanged, wrong};
use crate::staff::{Change, write};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::permission::{Act, require};
use domain::problem::Problem;
use domain::reference::Reference;
use domain::settings::Setting;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Something is set, or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The setting's name.
    pub setting: String,
    /// To what; nothing takes back what was set from that day on.
    pub value: Option<i32>,
    /// For this area and all below it that sets nothing itself.
    pub area: AreaCode,
    /// From this day on.
    pub from: Day,
    /// Who says so: document, decision.
    pub source: String,
    /// Who sets it.
    pub by: RecordId,
}

/// The record in which an area keeps its settings.
pub fn record(area: AreaCode) -> RecordRef {
    RecordRef { kind: RecordKind::Settings, id: RecordId::named("settings", &area.to_string()) }
}

/// An edit that can be made, and what held before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// What is set.
    pub setting: Setting,
    /// What holds on its day as long as nothing is written.
    pub before: i32,
    /// What holds on its day then.
    pub after: i32,
    /// The area had what an area above it sets, and has its own from now on.
    pub own_from_now: bool,
}

/// Looks whether an edit can be made; writes nothing.
///
/// # Errors
/// `argument_wrong` for a name, value, area, day or source that cannot be; `right_missing`;
/// `nothing_to_change` when the area's own value is that already; what the store says.
pub async fn check(county: &County, edit: &Edit, today: Day) -> Result<Checked, Problem> {
    let Some(setting) = Setting::from_code(&edit.setting) else {
        let known: Vec<_> = Setting::ALL.iter().map(|one| one.code()).collect();
        let known = known.join(", ");
        return Err(wrong(&edit.setting, format!("可设的有 {known}"), format!("there are {known}")));
    };
    let range = setting.range();
    if edit.value.is_some_and(|value| !range.contains(&value)) {
        let (least, most) = (range.start(), range.end());
        let (zh, en) = (format!("要在 {least} 到 {most} 之间"), format!("between {least} and {most}"));
        return Err(wrong(setting.code(), zh, en));
    }
    if edit.source.trim().is_empty() {
        return Err(wrong("--source", "要写依据", "the source is needed"));
    }
    let (state, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    if !reference.areas.0.contains_key(&edit.area) {
        return Err(wrong(edit.area, "没有这个区划", "no area of this county"));
    }
    if edit.from < state.begins {
        let begins = state.begins;
        let en = format!("nothing is counted before {begins}");
        return Err(wrong("--from", format!("统计从 {begins} 开始，不能更早"), en));
    }
    if edit.value.is_some() {
        exists(&reference, edit.area, edit.from)?;
    }
    let stands = |(area, one, from, _)| (area, one, from) == (edit.area, setting, edit.from);
    if edit.value.is_none() && !reference.settings.all().any(stands) {
        let from = edit.from;
        let en = format!("nothing is set here from {from} on");
        return Err(wrong(setting.code(), format!("这里从 {from} 起没有设过"), en));
    }
    require(&reference, edit.by, &BTreeSet::from([Act::EditRules]), edit.area, today)?;
    let before = reference.setting(setting, edit.area, edit.from);
    let own = reference.settings.own(setting, edit.area, edit.from);
    if let Some(value) = edit.value {
        already(county, &reference, edit, setting, value).await?;
    }
    let above = reference.areas.ancestors(edit.area).nth(1);
    let earlier = || reference.settings.own(setting, edit.area, edit.from.plus(-1)).map(|(_, value)| value);
    let of_above = || above.map(|above| reference.setting(setting, above, edit.from));
    let after = edit.value.or_else(earlier).or_else(of_above).unwrap_or(setting.default_value());
    let own_from_now = edit.value.is_some() && own.is_none() && above.is_some();
    Ok(Checked { setting, before, after, own_from_now })
}

/// Whether a value holds already because the area set it itself, or because nobody above it could set
/// another. A better source for the same day is a change.
async fn already(
    county: &County,
    reference: &Reference,
    edit: &Edit,
    setting: Setting,
    value: i32,
) -> Result<(), Problem> {
    let Some((since, held)) = reference.settings.own(setting, edit.area, edit.from) else {
        let top = reference.areas.ancestors(edit.area).nth(1).is_none();
        if top && value == setting.default_value() {
            let (zh, en) = (setting.told_zh(value), setting.told_en(value));
            let zh = format!("没有设过，默认就是 {zh}");
            return Err(unchanged(setting.code(), zh, format!("nothing is set, and the default is {en}")));
        }
        return Ok(());
    };
    if held != value {
        return Ok(());
    }
    let row = county.stores.ledger.record(record(edit.area)).await.map_err(at_county)?;
    let key = format!("{}{}/{since}", keys::SETTING_SOURCE, setting.code());
    let source = row.as_ref().and_then(|row| row.head.text(&key)).unwrap_or_default();
    if since == edit.from && source != edit.source.trim() {
        return Ok(());
    }
    let (zh, en) = (setting.told_zh(value), setting.told_en(value));
    let zh = format!("从 {since} 起就是 {zh}（依据：{source}）");
    Err(unchanged(setting.code(), zh, format!("it has been {en} since {since} (source: {source})")))
}

/// Sets something, or takes it back. Phones get it with their next exchange.
///
/// # Errors
/// As [`check`].
pub async fn set(county: &County, edit: &Edit, now_ms: UnixMs) -> Result<(), Problem> {
    let Checked { setting, .. } = check(county, edit, Day::of(now_ms)).await?;
    let place = format!("{}/{}", setting.code(), edit.from);
    let area = i64::try_from(edit.area.0).unwrap_or_default();
    let mut sets = BTreeMap::from([
        (keys::AREA.to_owned(), Value::Int(area)),
        (
            format!("{}{place}", keys::SETTING),
            edit.value.map_or(Value::Null, |value| Value::Int(i64::from(value))),
        ),
        (format!("{}{place}", keys::SETTING_SOURCE), Value::text(edit.source.trim())),
    ]);
    if let Some(value) = edit.value {
        sets.insert(format!("{}{}/{value}", keys::SETTING_WAS, setting.code()), Value::Bool(true));
    }
    write(county, edit.by, Change::of_office(record(edit.area), sets), now_ms).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::seed::places::COUNTY;
    use crate::seed::staff::id;
    use crate::testing::{VILLAGE, World};
    use domain::problem::ProblemCode;
    use store::county::Ledger;

    #[tokio::test]
    async fn a_county_sets_from_a_day_on_and_nothing_wrong_is_written() {
        let world = World::new().await;
        let today = Day::of(clock::now_ms());
        let begins = world.store.standing_now().await.unwrap().0.begins;
        let (admin, reviewer) = (id(COUNTY, 1), id(COUNTY, 2));
        let edit = Edit {
            setting: "silent_days".to_owned(),
            value: Some(5),
            area: COUNTY,
            from: today,
            source: "云龙民发〔2026〕3号".to_owned(),
            by: admin,
        };
        let try_set = async |edit: &Edit| set(&world.county, edit, clock::now_ms()).await;
        for (bad, code) in [
            (Edit { setting: "tea_breaks".to_owned(), ..edit.clone() }, ProblemCode::ArgumentWrong),
            (Edit { value: Some(0), ..edit.clone() }, ProblemCode::ArgumentWrong),
            (Edit { source: " ".to_owned(), ..edit.clone() }, ProblemCode::ArgumentWrong),
            (Edit { from: begins.plus(-1), ..edit.clone() }, ProblemCode::ArgumentWrong),
            (Edit { value: None, ..edit.clone() }, ProblemCode::ArgumentWrong),
            (Edit { area: AreaCode(1), ..edit.clone() }, ProblemCode::ArgumentWrong),
            (Edit { by: reviewer, ..edit.clone() }, ProblemCode::RightMissing),
        ] {
            assert_eq!(try_set(&bad).await.unwrap_err().code, code, "{bad:?}");
        }
        let silent = async |area, day| {
            let (_, _, reference, _) = world.store.standing_now().await.unwrap();
            reference.setting(Setting::SilentDays, area, day)
        };
        assert_eq!(silent(VILLAGE, today).await, 3);
        let default = Edit { value: Some(3), ..edit.clone() };
        assert_eq!(try_set(&default).await.unwrap_err().code, ProblemCode::NothingToChange);
        try_set(&edit).await.unwrap();
        for same in [edit.clone(), Edit { from: today.plus(9), source: "另一份".to_owned(), ..edit.clone() }]
        {
            let told = try_set(&same).await.unwrap_err();
            assert_eq!(told.code, ProblemCode::NothingToChange, "{same:?}");
            assert!(
                told.zh().contains(&format!("从 {today} 起就是 5 天（依据：云龙民发〔2026〕3号）")),
                "{told}"
            );
        }
        let source = async || {
            let row = world.store.record(record(COUNTY)).await.unwrap().unwrap();
            row.head.text(&format!("source/silent_days/{today}")).map(str::to_owned)
        };
        try_set(&Edit { source: "云龙民发〔2026〕4号".to_owned(), ..edit.clone() }).await.unwrap();
        assert_eq!(source().await.as_deref(), Some("云龙民发〔2026〕4号"), "the source is put right");
        let pinned = Edit { area: VILLAGE, ..edit.clone() };
        assert!(check(&world.county, &pinned, today).await.unwrap().own_from_now, "as above, but its own");
        try_set(&Edit { area: VILLAGE, value: Some(2), from: today.plus(1), ..edit.clone() }).await.unwrap();
        assert_eq!((silent(VILLAGE, today.plus(-1)).await, silent(VILLAGE, today).await), (3, 5));
        assert_eq!((silent(VILLAGE, today.plus(1)).await, silent(COUNTY, today.plus(1)).await), (2, 5));
        let back = Edit { value: None, source: "录错了".to_owned(), ..edit };
        try_set(&back).await.unwrap();
        assert_eq!((silent(VILLAGE, today).await, silent(VILLAGE, today.plus(1)).await), (3, 2));
        let history = past(&world.county, today).await.unwrap();
        let told: Vec<_> =
            history.iter().map(|one| (one.area, one.value, one.then, one.source.as_str())).collect();
        let expected = [
            (COUNTY, Some(5), Then::Replaced, "云龙民发〔2026〕3号"),
            (COUNTY, Some(5), Then::Withdrawn, "云龙民发〔2026〕4号"),
            (COUNTY, None, Then::TookBack, "录错了"),
            (VILLAGE, Some(2), Then::ToCome, "云龙民发〔2026〕3号"),
        ];
        assert_eq!(told, expected);
        let name = &world.store.standing_now().await.unwrap().2.staff[&admin].name;
        assert!(history.iter().all(|one| one.by == *name), "by whom");
        assert_eq!(try_set(&back).await.unwrap_err().code, ProblemCode::ArgumentWrong, "nothing is left");
    }
}
