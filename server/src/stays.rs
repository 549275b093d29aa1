//! 回来了 and 拒访不计入: the end of a stay elsewhere, and a refusal that is recognised. Both can be taken back.

use crate::changes::{PARTS_MAX, about, may, tidy};
use crate::county::{County, at_county, each_record};
use crate::person::AHEAD_DAYS;
use crate::problem::{unchanged, wrong};
use crate::reason;
use crate::staff::{Change, Sets, write_all};
use crate::who::{Who, known};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use domain::visit::NotMet;
use serde::{Deserialize, Serialize};
use sync::county::needs::RecordRow;

/// The end of a stay elsewhere (回来了).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Back {
    /// Whose.
    pub person: RecordId,
    /// The stay, by its key.
    pub stay: String,
    /// The first day back; none takes it back.
    pub until: Option<Day>,
    /// Who says it.
    pub by: RecordId,
}

/// 拒访不计入, or that it is no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Whose.
    pub person: RecordId,
    /// From which day on; none takes it back.
    pub from: Option<Day>,
    /// Why.
    pub words: String,
    /// Who says it.
    pub by: RecordId,
}

/// Somebody of whom nobody has said yet that they are back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = OpenStay)]
pub struct OpenStay {
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// Where, by its code.
    pub kind: &'static str,
    /// The first day.
    #[schema(value_type = String)]
    pub from: Day,
    /// For how many days by now.
    pub days: i32,
    /// Whether they are not counted as long as it lasts, so that nobody is to visit them.
    pub excludes: bool,
}

/// Who of an area is said to be elsewhere with no word that they are back, the longest first. O(people), one read for
/// each of those.
///
/// # Errors
/// What the store says.
pub async fn open(county: &County, area: AreaCode, today: Day) -> Result<Vec<OpenStay>, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut found = Vec::new();
    let take = |record: RecordRef, row: &RecordRow| {
        let person = Person::read(record.id, &row.head);
        let here = person.villages.iter().any(|village| reference.areas.within(*village, area));
        let gone = person.died.is_some() || person.moved_out.is_some() || person.merged_into.is_some();
        if !here || gone || reference.erased.contains(&record) {
            return;
        }
        let lasts = person.aways.iter().filter(|one| one.until.is_none() && one.holds_on(today));
        found.extend(lasts.filter_map(|one| Some((record.id, one.kind, one.from?))));
    };
    each_record(county.stores.ledger.as_ref(), RecordKind::Person, take).await?;
    found.sort_by_key(|(id, _, from)| (*from, *id));
    let mut all = Vec::new();
    for (id, kind, from) in found {
        let known = known(county, &reference, id, today).await?;
        let (days, excludes) = (today.0 - from.0, kind.excludes());
        all.extend(known.map(|known| OpenStay { who: known.who, kind: kind.code(), from, days, excludes }));
    }
    Ok(all)
}

/// So many tries it takes before a refusal is recognised.
pub const TRIES: usize = 2;

/// Ends a stay elsewhere, or says that it lasts after all.
///
/// # Errors
/// `argument_wrong` when there is no such stay or the day cannot be; `nothing_to_change`; `right_missing`; what
/// the store says.
pub async fn back(county: &County, word: &Back, now_ms: UnixMs) -> Result<(), Problem> {
    let today = Day::of(now_ms);
    let (reference, found) = about(county, word.person, today).await?;
    let field = |name: &str| format!("{}{}/{name}", keys::AWAY, word.stay);
    let from = found.head.text(&field("from")).and_then(|text| text.parse::<Day>().ok());
    let none = || wrong(&word.stay, "没有这一次外出", "there is no such stay");
    let from = from.filter(|_| found.head.text(&field("kind")).is_some()).ok_or_else(none)?;
    if let Some(until) = word.until
        && (until <= from || until > today.plus(AHEAD_DAYS))
    {
        let (zh, en) =
            (format!("要在 {from} 之后，最多提前一年写"), format!("after {from}, a year ahead at most"));
        return Err(wrong("--until", zh, en));
    }
    let value = word.until.map_or(Value::Null, |day| Value::text(day.to_string()));
    if found.head.value(&field("until")).unwrap_or(&Value::Null) == &value {
        return Err(unchanged(&word.stay, "本来就是这样", "it is so already"));
    }
    let sets = Sets::from([(field("until"), value)]);
    may(&reference, &found, word.by, &sets, county, today)?;
    let record = RecordRef { kind: RecordKind::Person, id: word.person };
    let change = Change::of_register(record, found.head.vector.clone(), sets);
    write_all(county, word.by, vec![change], now_ms).await.map(drop)
}

/// On how many days somebody said that they do not want to be visited.
///
/// # Errors
/// What the store says.
pub async fn refusals(county: &County, person: RecordId) -> Result<usize, Problem> {
    let rows = county.stores.reports.parts_of(person, PARTS_MAX).await.map_err(at_county)?;
    let refused =
        rows.into_iter().filter_map(|row| row.fact).filter(|fact| fact.reason == Some(NotMet::Refused));
    let mut days: Vec<Day> = refused.map(|fact| fact.day).collect();
    days.sort_unstable();
    days.dedup();
    Ok(days.len())
}

/// Recognises that somebody does not want to be visited (拒访不计入), or takes that back.
///
/// # Errors
/// `argument_wrong` before somebody went there twice, for a day to come and without a reason; `nothing_to_change`;
/// `right_missing`: it is the county's; what the store says.
pub async fn refuse(county: &County, word: &Refusal, now_ms: UnixMs) -> Result<(), Problem> {
    let today = Day::of(now_ms);
    let (reference, found) = about(county, word.person, today).await?;
    let value = word.from.map_or(Value::Null, |day| Value::text(day.to_string()));
    let words = tidy(&word.words)?;
    let why = || wrong("words", "要写理由", "say why");
    let words = words.ok_or_else(why)?;
    let sets = Sets::from([(keys::REFUSAL_APPROVED.to_owned(), value.clone())]);
    may(&reference, &found, word.by, &sets, county, today)?;
    if found.head.value(keys::REFUSAL_APPROVED).unwrap_or(&Value::Null) == &value {
        return Err(unchanged(&found.who.name, "本来就是这样", "it is so already"));
    }
    if let Some(from) = word.from {
        let tries = refusals(county, word.person).await?;
        if tries < TRIES {
            let zh = format!("只有 {tries} 天去过、本人不愿接受走访；要去过 {TRIES} 次以上，才能不计入");
            let en =
                format!("refused on {tries} days so far; it takes {TRIES} tries before it is not counted");
            return Err(wrong(&found.who.name, zh, en));
        }
        if from > today {
            return Err(wrong("--from", format!("不能晚于 {today}"), format!("not later than {today}")));
        }
    }
    let record = RecordRef { kind: RecordKind::Person, id: word.person };
    let change = Change::of_register(record, found.head.vector.clone(), sets);
    let why = reason::change(word.person, keys::REFUSAL_WORDS, words);
    write_all(county, word.by, vec![change, why], now_ms).await.map(drop)
}
