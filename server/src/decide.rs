//! 待处理: a reviewer's word on what waits, and on fields on which values differ.

use crate::county::{County, at_county};
use crate::problem::{unchanged, wrong};
use crate::reports::waiting::{Desk, Shut, act_of, area_of_row, contested_record};
use crate::takes::Slot;
use domain::head::Reading;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::Vector;
use domain::patch::{Body, Entry, RecordRef};
use domain::permission::{self, require};
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::county::QueueItem;
use sync::county::needs::WaitsFor;
use sync::county::prepared::{Decision, Job, OwnPatch, OwnRecord, ReviewVerdict, Settle, Undo};
use sync::wire::receipt::ItemState;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is taken in; a question of a form is answered: it is right as it is.
    Accept,
    /// It is passed over, and its author is told why.
    Dismiss,
    /// It goes on waiting.
    Keep,
}

/// A reviewer's word on items that wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The items, as the list names them.
    pub items: Vec<String>,
    /// What is decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// Who decides.
    pub by: RecordId,
}

/// Carries out a reviewer's word, all of it or nothing. What hangs on an item is decided with it: forked
/// work is taken in whole, and what waits for a visit that is dismissed can wait no longer. Answers how
/// many items were decided on.
///
/// # Errors
/// `argument_wrong` when an item is not there or has no reason; `right_missing`, for the word or for what
/// it would take in; `nothing_to_change` when all of it was kept with these words already; what the store says.
pub async fn decide(county: &County, word: &Word, now_ms: UnixMs) -> Result<usize, Problem> {
    let today = Day::of(now_ms);
    let desk = Desk::open(county, today).await?;
    let mut chosen: Vec<&QueueItem> = Vec::new();
    for text in &word.items {
        match desk.find(text) {
            Ok(item) => chosen.push(item),
            Err(problem) => return Err(differing(county, text).await.unwrap_or(problem)),
        }
    }
    follow(&mut chosen, &desk.queue, word.verdict);
    // In the order of their logs: no decision passes over an earlier entry.
    chosen.sort_by_key(|item| (item.dot, item.hash));
    chosen.dedup_by_key(|item| (item.dot, item.hash));
    let mut decisions = Vec::new();
    for item in chosen {
        let reason = word.reason.trim().to_owned();
        if word.verdict == Verdict::Keep {
            let kept = desk.kept_by(item.hash).await?;
            if kept.is_some_and(|(by, _, why)| by == word.by && why == reason) {
                continue;
            }
        }
        let area = desk.area(item).await?;
        let verdict = match word.verdict {
            Verdict::Accept => ReviewVerdict::Accept { reason },
            Verdict::Dismiss => ReviewVerdict::Dismiss { reason },
            Verdict::Keep => ReviewVerdict::Keep { reason },
        };
        let salt = WriterId(county.dice.number());
        decisions.push(Decision { dot: item.dot, hash: item.hash, verdict, by: word.by, area, salt });
    }
    let count = decisions.len();
    if count == 0 {
        let zh = "同一个人已经说过“以后再看”，理由也一样";
        return Err(unchanged(word.items.join(", "), zh, "the same person has kept it for the same reason"));
    }
    county.decide(decisions, now_ms).await?;
    tracing::info!(count, verdict = ?word.verdict, "items that waited were decided on");
    Ok(count)
}

/// What is named is no entry, but a record on which values differ: that is settled, not decided on.
async fn differing(county: &County, text: &str) -> Option<Problem> {
    let id = contested_record(county, text.parse().ok()?).await.ok()?.id;
    let zh = format!(
        "这是填写不一致，要说用哪个值：`waiting settle {id} FIELD --use N` 或 `--value …`；项和各边见 `waiting show {id}`"
    );
    let en = format!(
        "values differ here, and one has to be chosen: `waiting settle {id} FIELD --use N` or `--value …`; \
         `waiting show {id}` prints fields and sides"
    );
    Some(wrong(text, zh, en))
}

/// Adds what cannot be decided on apart from what was chosen.
fn follow<'q>(chosen: &mut Vec<&'q QueueItem>, queue: &'q [QueueItem], verdict: Verdict) {
    if verdict == Verdict::Keep {
        return;
    }
    loop {
        let hangs = |item: &&QueueItem| {
            let here = chosen.iter().any(|one| (one.dot, one.hash) == (item.dot, item.hash));
            !here && chosen.iter().any(|one| together(one, item, verdict))
        };
        let more: Vec<&QueueItem> = queue.iter().filter(hangs).collect();
        if more.is_empty() {
            return;
        }
        chosen.extend(more);
    }
}

/// Whether the second item is decided with the first.
fn together(one: &QueueItem, other: &QueueItem, verdict: Verdict) -> bool {
    let (Some(first), Some(second)) = (&one.entry, &other.entry) else { return false };
    let same_log = one.dot.writer == other.dot.writer && one.device == other.device;
    let forked = [one, other].iter().all(|item| item.state == ItemState::Forked);
    if forked && same_log {
        // The other branch may have used their ids: only together they still find each other.
        return names(first, second.patch.record) || names(second, first.patch.record);
    }
    let waits = other.waits_for == Some(WaitsFor::Record(first.patch.record));
    verdict == Verdict::Dismiss && one.state == ItemState::SetAside && waits
}

/// Whether an entry is of a record, or names it.
fn names(entry: &Entry, record: RecordRef) -> bool {
    let id = record.id.to_string();
    let links = entry.body.iter().flat_map(|body| body.sets.values());
    entry.patch.record == record || links.filter_map(Value::as_text).any(|text| text == id)
}

/// A reviewer's word on a contested field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The record.
    pub record: RecordRef,
    /// The field.
    pub field: String,
    /// What is to stand.
    pub value: Value,
    /// What whoever decides has seen: a side that has come since stays beside the word.
    pub seen: Vector,
    /// Who decides.
    pub by: RecordId,
}

/// Settles a contested field: one more patch, which has seen all sides.
///
/// # Errors
/// As [`settling`]; what the store says.
pub async fn settle(county: &County, word: &Settlement, now_ms: UnixMs) -> Result<(), Problem> {
    let (area, value) = settling(county, word, now_ms).await?;
    let stamp = Stamp { wall_ms: now_ms, county_ms: now_ms, ..Stamp::default() };
    let sets = BTreeMap::from([(word.field.clone(), value)]);
    let body = Body { sets, salt: WriterId(county.dice.number()), ..Body::default() };
    let (record, seen) = (OwnRecord::Known(word.record), Some(word.seen.clone()));
    let patch = OwnPatch { record, form: None, body, seen, author: word.by, stamp };
    let settle = Settle { patch, area, salt: WriterId(county.dice.number()) };
    county.run(Job::Settle(Box::new(settle)), now_ms).await?;
    Ok(())
}

/// Whether a field may be settled so: where it belongs, and the value as the field keeps it. Writes nothing.
///
/// # Errors
/// `argument_wrong` when nothing is contested there, its sides are not shown here, or the field does not take the
/// value; `right_missing`, also of village workers, who settle on their phones; what the store says.
pub async fn settling(
    county: &County,
    word: &Settlement,
    now_ms: UnixMs,
) -> Result<(AreaCode, Value), Problem> {
    let today = Day::of(now_ms);
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let row = county.stores.ledger.record(word.record).await.map_err(at_county)?;
    let row = row.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    let Reading::Contested(sides) = row.head.read(&word.field) else {
        let en = "nothing differs there; it may be settled";
        return Err(wrong(&word.field, "这一项没有不一致，可能已经定了", en));
    };
    not_blindly(county, word.record, &word.field, today).await?;
    let sides: Vec<Value> = sides.iter().map(|side| side.value.clone()).collect();
    let slot = Slot::of(county, word.record, &word.field).await?;
    let value = slot.fitting(word.value.clone(), &sides, today)?;
    let sets = BTreeMap::from([(word.field.clone(), value.clone())]);
    let acts = permission::acts_of_settling(permission::acts(word.record.kind, Some(&sets), false));
    let area = area_of_row(&row).unwrap_or_else(|| county.keys.county());
    require(&reference, word.by, &acts, area, today)?;
    Ok((area, value))
}

/// Whether the sides of a field are shown to whoever settles it here.
///
/// # Errors
/// `argument_wrong` when they are for those responsible for a child; `nothing_found`; what the store says.
pub(crate) async fn not_blindly(
    county: &County,
    record: RecordRef,
    field: &str,
    today: Day,
) -> Result<(), Problem> {
    let desk = Desk::open(county, today).await?;
    let row = desk.row(record).await?.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    if !Shut::of(&desk, None, record, &row.head).await?.hides(field) {
        return Ok(());
    }
    let zh = "儿童的内容，这里看不到各边，不能在这里定；由负责儿童的人在手机上定";
    let en = "a child's: its sides are not shown here, so it cannot be settled here; those responsible do it on \
              their phones";
    Err(wrong(field, zh, en))
}

/// A reviewer's word that takes a decision back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retraction {
    /// The decision, as the list of them names it.
    pub decision: RecordId,
    /// Why.
    pub reason: String,
    /// Who takes it back.
    pub by: RecordId,
}

/// Takes a decision back, as it was said: with all that was decided in the same word. What was accepted or
/// dismissed waits again; a field that was settled is contested again, unless somebody has written it since.
/// Answers how many items that were.
///
/// # Errors
/// `argument_wrong` when there is no such decision, it was taken back already, or another rests on it, and
/// without a reason; `right_missing`; what the store says.
pub async fn undo(county: &County, word: &Retraction, now_ms: UnixMs) -> Result<usize, Problem> {
    let mut undos = Vec::new();
    for hash in act_of(county, word.decision).await? {
        let (reason, salt) = (word.reason.trim().to_owned(), WriterId(county.dice.number()));
        undos.push(Undo { hash, reason, by: word.by, salt });
    }
    let count = undos.len();
    county.run(Job::Undo(undos), now_ms).await?;
    tracing::info!(count, "decisions were taken back");
    Ok(count)
}

#[cfg(test)]
mod tests;
