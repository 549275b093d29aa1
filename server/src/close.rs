//! 月结: a period is closed, and may be opened again. Where everybody stood is copied then; later corrections stand
//! beside it, with those of whom they are.

#[cfg(test)]
mod tests;

use crate::clock;
use crate::county::{County, at_county};
use crate::problem::{unchanged, wrong};
use crate::reports::{Asked, Column, Question, ask, stood_of};
use crate::staff::{Change, Sets, write_all};
use domain::catalogue::{RecordKind, keys};
use domain::closing::{Closing, Stood, figures};
use domain::coverage::reading::Row;
use domain::coverage::rules::{ANY_DUTY, Rules};
use domain::coverage::status::Status;
use domain::coverage::tally::EVERYBODY;
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::patch::RecordRef;
use domain::period::Period;
use domain::permission::{Act, require};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::county::FiguresQuery;

/// For so many days after a period its work is entered without a reason, unless something else is said.
pub const GRACE_DAYS: i32 = 5;

/// No period has more days of grace.
const GRACE_DAYS_MAX: i32 = 62;

/// The word that closes a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Close {
    /// Which.
    pub period: Period,
    /// The last day on which its work is entered without a reason; as it is [`proposed`] when nothing is said.
    pub late_until: Option<Day>,
    /// Who closes it.
    pub by: RecordId,
}

/// A period, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub period: Period,
    /// Its closing, open again or not; `None` when it was never closed.
    pub closing: Option<Closing>,
    /// Whether it is over, and may be closed.
    pub over: bool,
}

/// The record of where a township stood in a duty.
fn stood_in(period: Period, duty: &str, township: AreaCode) -> RecordRef {
    let id = RecordId::named("closing figures", &format!("{period} {duty} {township}"));
    RecordRef { kind: RecordKind::ClosingFigures, id }
}

/// The duties that are reported by a period, `*` among them where it is told by such periods: by months of the 26th
/// where all of them are. O(areas + rules).
fn duties(reference: &Reference, period: Period) -> BTreeSet<String> {
    let suits = |rule: &&domain::duty::Duty| {
        let overlaps = rule.from < period.until() && rule.until.is_none_or(|until| period.from() < until);
        overlaps && rule.holds_ever() && period.suits(rule.cadence, rule.cut)
    };
    let mut names: BTreeSet<String> =
        reference.duties.values().filter(suits).map(|rule| rule.duty.clone()).collect();
    let rules = Rules::of(reference);
    let mut areas = reference.areas.0.keys();
    if areas.any(|area| rules.at(ANY_DUTY, *area).iter().any(|rule| suits(&rule))) {
        names.insert(ANY_DUTY.to_owned());
    }
    names
}

/// Periods that lie behind, and the one that is not over, of every kind by which some duty is reported: the latest
/// first. O(duties × months).
pub fn periods(reference: &Reference, begins: Day, today: Day) -> Vec<Kept> {
    let mut all: BTreeSet<Period> = reference.closings.keys().copied().collect();
    for rule in reference.duties.values().filter(|rule| rule.holds_ever()) {
        let mut period = Period::containing(rule.cadence, rule.cut, today);
        while period.last() >= begins.max(rule.from) && period.from() >= today.plus(-LOOKED_BACK_DAYS) {
            if rule.until.is_none_or(|until| period.from() < until) {
                all.insert(period);
            }
            period = period.previous();
        }
    }
    let mut kept: Vec<Kept> = all
        .into_iter()
        .map(|period| Kept {
            period,
            closing: reference.closings.get(&period).cloned(),
            over: period.last() < today,
        })
        .collect();
    kept.sort_by_key(|one| std::cmp::Reverse((one.period.last(), one.period)));
    kept
}

/// The day that is proposed as the last of grace: one that is still to come where the period has one left.
pub fn proposed(period: Period, today: Day) -> Day {
    let [usual, latest] = [GRACE_DAYS, GRACE_DAYS_MAX].map(|days| period.last().plus(days));
    if usual >= today { usual } else { today.plus(GRACE_DAYS).min(latest) }
}

/// Whether a period is empty: by no duty that is reported by it was anybody met, tried or reported as changed, up to
/// now; where nobody is due that is so as well. The page offers no 月结 of one, because it would keep a rate of 0 for
/// a time in which nobody used this (before the pilot began); whoever means that can close it by its name on the
/// command line. One select over the tally for each duty, until one has somebody: of a month with visits the first.
/// O(duties).
///
/// # Errors
/// What the store says.
pub async fn is_empty(county: &County, reference: &Reference, period: Period) -> Result<bool, Problem> {
    let as_of = Day::of(clock::now_ms());
    let somebody =
        |status: Status| status.is_met() || matches!(status, Status::Tried | Status::ChangePending);
    for duty in duties(reference, period) {
        let query = FiguresQuery { duty, period, category: EVERYBODY.to_owned(), as_of };
        let figures = county.stores.reports.figures(&query).await.map_err(at_county)?;
        if figures.iter().any(|((_, status), people)| *people > 0 && somebody(*status)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// So far back periods are listed.
const LOOKED_BACK_DAYS: i32 = 400;

/// Closes a period. Everybody's place in every duty that is reported by it is copied in the same act, all or
/// nothing. O(people × duties).
///
/// # Errors
/// `argument_wrong` when it is not over, nothing is reported by it, or the day of grace is out of bounds;
/// `nothing_to_change` when it is closed; `right_missing`; what the store says.
pub async fn close(county: &County, word: Close, now_ms: UnixMs) -> Result<(), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let today = Day::of(now_ms);
    may(county, &reference, word.by, today)?;
    let period = word.period;
    if period.last() >= today {
        let zh = format!("{}还没有结束（到 {}），结束以后才能月结", period.zh(), period.last());
        return Err(wrong(
            "period",
            zh,
            format!("{period} ends on {}; it is closed after that", period.last()),
        ));
    }
    if reference.closings.get(&period).is_some_and(Closing::is_closed) {
        return Err(unchanged(period.zh(), "已经月结了", format!("{} is closed already", period.en())));
    }
    let names = duties(&reference, period);
    if names.is_empty() {
        let zh = format!("没有按{}统计的走访要求", period.zh());
        return Err(wrong("period", zh, format!("nothing is reported by {}", period.en())));
    }
    let late_until = word.late_until.unwrap_or_else(|| proposed(period, today));
    let bounds = period.last()..=period.last().plus(GRACE_DAYS_MAX);
    if !bounds.contains(&late_until) {
        let (first, last) = (bounds.start(), bounds.end());
        let zh = format!("补记截止写在 {first} 到 {last} 之间");
        return Err(wrong("late_until", zh, format!("late entries until {first} to {last}")));
    }
    let mut changes = Vec::new();
    for duty in &names {
        for (township, stood) in townships(county, duty, period).await? {
            let text = serde_json::to_string(&stood).unwrap_or_default();
            let sets = Sets::from([
                (keys::PERIOD.to_owned(), Value::text(period.to_string())),
                (keys::DUTY.to_owned(), Value::text(duty.as_str())),
                (keys::STOOD.to_owned(), Value::text(text)),
            ]);
            changes.push(Change::of_office(stood_in(period, duty, township), sets));
        }
    }
    let sets = Sets::from([
        (keys::PERIOD.to_owned(), Value::text(period.to_string())),
        (keys::CLOSED.to_owned(), Value::Int(now_ms)),
        (keys::LATE_UNTIL.to_owned(), Value::text(late_until.to_string())),
        (keys::REOPENED.to_owned(), Value::Null),
    ]);
    let record = RecordRef { kind: RecordKind::Closing, id: Closing::record(period) };
    changes.push(Change::of_office(record, sets));
    write_all(county, word.by, changes, now_ms).await?;
    tracing::info!(%period, "a period was closed");
    Ok(())
}

/// Opens a closed period again, with a reason; closed once more, it takes the figures of then.
///
/// # Errors
/// `nothing_to_change` when it is not closed; `argument_wrong` without a reason; `right_missing`; what the store
/// says.
pub async fn reopen(
    county: &County,
    period: Period,
    reason: &str,
    by: RecordId,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    may(county, &reference, by, Day::of(now_ms))?;
    if !reference.closings.get(&period).is_some_and(Closing::is_closed) {
        return Err(unchanged(period.zh(), "没有月结", format!("{} is not closed", period.en())));
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(wrong("reason", "理由写 1 到 500 个字", "1 to 500 characters"));
    }
    let record = RecordRef { kind: RecordKind::Closing, id: Closing::record(period) };
    let sets = Sets::from([(keys::REOPENED.to_owned(), Value::text(reason))]);
    write_all(county, by, vec![Change::of_office(record, sets)], now_ms).await?;
    tracing::info!(%period, "a period was opened again");
    Ok(())
}

fn may(county: &County, reference: &Reference, by: RecordId, today: Day) -> Result<(), Problem> {
    let act = BTreeSet::from([Act::Decide]);
    require(reference, by, &act, county.keys.county(), today)
}

/// Where everybody stands at the end of a period, by township.
async fn townships(
    county: &County,
    duty: &str,
    period: Period,
) -> Result<BTreeMap<AreaCode, Vec<Stood>>, Problem> {
    let asked = ask(county, question(county.keys.county(), duty, period)).await?;
    let mut found: BTreeMap<AreaCode, Vec<Stood>> = BTreeMap::new();
    for stood in stood_of(county, &asked).await? {
        found.entry(township(&asked.reference, stood.1)).or_default().push(stood);
    }
    found.values_mut().for_each(|all| all.sort_by_key(|one| (one.1, one.0)));
    Ok(found)
}

fn question(area: AreaCode, duty: &str, period: Period) -> Question {
    let as_of = period.last().min(Day::of(clock::now_ms()));
    Question { area, duty: duty.to_owned(), period: Some(period), category: None, as_of, silence: true }
}

/// The township of a village.
fn township(reference: &Reference, village: AreaCode) -> AreaCode {
    let above = reference.areas.ancestors(village).find(|area| area.level() == AreaLevel::Township);
    above.unwrap_or(village)
}

/// Where everybody of a question stood when its period was closed. O(people of its townships).
///
/// # Errors
/// What the store says.
pub async fn then(county: &County, asked: &Asked) -> Result<Vec<Stood>, Problem> {
    let townships: BTreeSet<_> =
        asked.villages.iter().map(|village| township(&asked.reference, *village)).collect();
    let mut all = Vec::new();
    for township in townships {
        let record = stood_in(asked.period, &asked.question.duty, township);
        let Some(row) = county.stores.ledger.record(record).await.map_err(at_county)? else { continue };
        let text = row.head.text(keys::STOOD).unwrap_or_default();
        let stood: Vec<Stood> = serde_json::from_str(text).map_err(|_| damaged())?;
        all.extend(stood.into_iter().filter(|one| asked.villages.contains(&one.1)));
    }
    Ok(all)
}

fn damaged() -> Problem {
    Problem::new(ProblemCode::Internal).with("reference", "closing figures")
}

/// The figures of a question as its period was closed, by village; `None` when it is not closed, or the question
/// is of a day within it.
///
/// # Errors
/// What the store says.
pub async fn figures_then(
    county: &County,
    asked: &Asked,
) -> Result<Option<(Closing, BTreeMap<AreaCode, Row>)>, Problem> {
    let closing = asked.reference.closings.get(&asked.period).filter(|one| one.is_closed()).cloned();
    let Some(closing) = closing.filter(|_| asked.question.as_of >= asked.period.last()) else {
        return Ok(None);
    };
    let stood = then(county, asked).await?;
    Ok(Some((closing, figures(&stood, asked.question.category.as_deref()))))
}

/// Somebody who stands otherwise than when the period was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// Who.
    pub person: RecordId,
    /// How they stood; `None` when they were not in the register.
    pub then: Option<Stood>,
    /// How they stand; `None` when they are not in the register any more.
    pub now: Option<Stood>,
}

/// Everybody whom a figure of then counts, with how they stand now. O(people of its townships).
///
/// # Errors
/// What the store says.
pub async fn opened(county: &County, asked: &Asked, column: Column) -> Result<Vec<Corrected>, Problem> {
    let category = asked.question.category.as_ref();
    let chosen = |one: &Stood| category.is_none_or(|code| one.4.contains(code));
    let now: BTreeMap<_, _> = stood_of(county, asked).await?.into_iter().map(|one| (one.0, one)).collect();
    let then = then(county, asked).await?.into_iter();
    let counted = then.filter(|one| column.counts(one.2, one.3) && chosen(one));
    let mut found: Vec<Corrected> = counted
        .map(|one| Corrected { person: one.0, now: now.get(&one.0).cloned(), then: Some(one) })
        .collect();
    found.sort_by_key(|one| (one.then.as_ref().map(|stood| stood.1), one.person));
    Ok(found)
}

/// Everybody of a question who stands otherwise now, by village and id. O(people of its townships).
///
/// # Errors
/// What the store says.
pub async fn corrections(county: &County, asked: &Asked) -> Result<Vec<Corrected>, Problem> {
    let by_person = |all: Vec<Stood>| all.into_iter().map(|one| (one.0, one)).collect::<BTreeMap<_, _>>();
    let mut then = by_person(then(county, asked).await?);
    let now = by_person(stood_of(county, asked).await?);
    let mut found = Vec::new();
    // That a phone has been heard since is no correction of where somebody stood.
    let same = |one: &Stood, other: &Stood| (one.1, one.2) == (other.1, other.2);
    for (person, one) in now {
        let before = then.remove(&person);
        if !before.as_ref().is_some_and(|before| same(before, &one)) {
            found.push(Corrected { person, then: before, now: Some(one) });
        }
    }
    found.extend(then.into_iter().map(|(person, one)| Corrected { person, then: Some(one), now: None }));
    let village = |one: &Corrected| one.now.as_ref().or(one.then.as_ref()).map(|stood| stood.1);
    found.sort_by_key(|one| (village(one), one.person));
    Ok(found)
}
