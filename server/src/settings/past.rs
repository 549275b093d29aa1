//! What was ever set, by whom and when, and what became of it: nothing is forgotten.

use crate::county::{County, at_county, each_record};
use domain::area::codes;
use domain::catalogue::{RecordKind, keys};
use domain::head::{Head, Reading};
use domain::ids::AreaCode;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::settings::Setting;
use domain::time::{Day, UnixMs};
use std::collections::BTreeMap;
use std::sync::Arc;
use sync::merge::counted;

/// What became of a word on a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It stands, and its day has come.
    Holds,
    /// It stands, and held up to this day: the first day of another value has come since.
    HeldUntil(Day),
    /// It stands, and its day is to come.
    ToCome,
    /// It took back what was set.
    TookBack,
    /// Another value was set for the same day.
    Replaced,
    /// It was taken back.
    Withdrawn,
    /// Another stands beside it: neither holds.
    Contested,
}

impl Then {
    /// In Chinese words.
    pub fn zh(self) -> String {
        let word = match self {
            Self::Holds => "有效",
            Self::HeldUntil(last) => return format!("到 {last} 为止"),
            Self::ToCome => "以后生效",
            Self::TookBack => "撤回后按以前的或上级的",
            Self::Replaced => "已被替换",
            Self::Withdrawn => "已撤回",
            Self::Contested => "填写不一致，都不算",
        };
        word.to_owned()
    }
}

/// One word on a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// For which area.
    pub area: AreaCode,
    /// What.
    pub setting: Setting,
    /// From which day on.
    pub from: Day,
    /// To what; nothing takes back what was set from that day on.
    pub value: Option<i32>,
    /// Who said so: document, decision.
    pub source: String,
    /// Who set it.
    pub by: String,
    /// When.
    pub at_ms: UnixMs,
    /// What became of it.
    pub then: Then,
}

/// Every word on every setting of the county, by area, setting and first day, the oldest first.
/// O(patches of settings).
///
/// # Errors
/// What the store says.
pub async fn past(county: &County, today: Day) -> Result<Vec<Past>, Problem> {
    let ledger = county.stores.ledger.as_ref();
    let (_, _, reference, _) = ledger.standing_now().await.map_err(at_county)?;
    let (mut records, mut found) = (Vec::new(), Vec::new());
    each_record(ledger, RecordKind::Settings, |record, row| records.push((record, Arc::clone(&row.head))))
        .await?;
    for (record, head) in &records {
        found.extend(of_record(county, &reference, *record, head, today).await?);
    }
    // Of one day the order of arrival stays.
    found.sort_by_key(|one| (one.area, one.setting, one.from));
    Ok(found)
}

async fn of_record(
    county: &County,
    reference: &Reference,
    record: RecordRef,
    head: &Head,
    today: Day,
) -> Result<Vec<Past>, Problem> {
    let Some(area) = codes(head, keys::AREA).first().copied() else { return Ok(Vec::new()) };
    let mut found: BTreeMap<(Setting, Day), Vec<Past>> = BTreeMap::new();
    for item in county.stores.reports.history(record).await.map_err(at_county)? {
        let patch = &item.entry.patch;
        let Some(body) = counted(item.state, item.entry.body.as_ref()) else { continue };
        for (key, value) in &body.sets {
            let Some((setting, from)) = named(key) else { continue };
            let stands =
                head.fields.get(key).is_some_and(|all| all.iter().any(|one| one.dot() == patch.dot()));
            let then = match head.read(key) {
                _ if !stands => Then::Replaced,
                Reading::Contested(_) => Then::Contested,
                Reading::Settled(value) if value.is_null() => Then::TookBack,
                _ if from > today => Then::ToCome,
                _ => Then::Holds,
            };
            let source = format!("{}{}/{from}", keys::SETTING_SOURCE, setting.code());
            let source = body.sets.get(&source).and_then(|text| text.as_text()).unwrap_or_default();
            let value = value.as_int().and_then(|value| i32::try_from(value).ok());
            let past = found.entry((setting, from)).or_default();
            if let (None, Some(before)) = (value, past.last_mut().filter(|one| one.then == Then::Replaced)) {
                before.then = Then::Withdrawn;
            }
            past.push(Past {
                area,
                setting,
                from,
                value,
                source: source.to_owned(),
                by: reference.staff_name(patch.author),
                at_ms: patch.stamp.best_ms(),
                then,
            });
        }
    }
    let mut next: Option<(Setting, Day)> = None;
    for ((setting, from), past) in found.iter_mut().rev() {
        let last = next.filter(|(of, _)| of == setting).map(|(_, first)| first.plus(-1));
        for one in past.iter_mut().filter(|one| one.then == Then::Holds) {
            next = Some((*setting, *from));
            one.then = last.map_or(Then::Holds, Then::HeldUntil);
        }
    }
    Ok(found.into_values().flatten().collect())
}

/// The setting and the day of a key.
fn named(key: &str) -> Option<(Setting, Day)> {
    let (name, day) = key.strip_prefix(keys::SETTING)?.split_once('/')?;
    Some((Setting::from_code(name)?, day.parse().ok()?))
}
