//! 发现的问题 at the desk: what was found, by township, kind, age and state; the township's answer; and the figures:
//! 发现, 办结, 办结及时.

use crate::clock;
use crate::county::{County, at_county, each_record};
use crate::problem::{unchanged, wrong};
use crate::staff::{Change, Sets, write_all};
use crate::who::{Who, known};
use domain::catalogue::{RecordKind, keys};
use domain::change::Written;
use domain::concern::{ConcernKind, ConcernState};
use domain::head::{Head, Reading};
use domain::ids::{AreaCode, RecordId};
use domain::log::Vector;
use domain::patch::RecordRef;
use domain::permission::{self, Act, require};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use sync::county::needs::RecordRow;
use sync::wire::receipt::ItemState;

mod figures;
mod kept;

pub use figures::{Figures, figures};
pub(crate) use kept::Kept;

/// Which of them: a figure of the table, which opens into its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Which {
    /// 发现
    Found,
    /// 待处理
    Open,
    /// 处理中
    InHand,
    /// 没办结: 待处理 and 处理中.
    Unsettled,
    /// 办结: 已解决 and 解决不了.
    Settled,
    /// 其中解决不了
    Unsolvable,
    /// 办结及时
    InTime,
    /// 过了期还没办结
    Overdue,
    /// 填写不一致
    Contested,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Here and below.
    pub area: AreaCode,
    /// Which.
    pub which: Which,
    /// Only of this kind.
    pub kind: Option<ConcernKind>,
    /// Only what was found on this day or later.
    pub from: Option<Day>,
    /// Only what was found on this day or before.
    pub to: Option<Day>,
    /// Found up to this day, and as it stood at its end, as known today.
    pub as_of: Day,
    /// Only what was found so many days before that, or more.
    pub older: Option<i32>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConcernLine)]
pub struct Line {
    /// The record.
    #[schema(value_type = String)]
    pub concern: RecordId,
    /// Whose; nobody's of a whole household.
    pub who: Option<Who>,
    /// What kind: a code.
    pub kind: &'static str,
    /// How far it is: a code.
    pub state: &'static str,
    /// Whether answers to it differ.
    pub contested: bool,
    /// What was found; nothing of a child, nor under 限制处理.
    pub words: Option<String>,
    /// The township's answer; as that.
    pub reply: Option<String>,
    /// Who sees to it.
    pub handler: Option<String>,
    /// By when that was promised.
    #[schema(value_type = Option<String>)]
    pub due: Option<Day>,
    /// The day of the visit in which it was found; else when it was written down.
    #[schema(value_type = String)]
    pub found: Day,
    /// By whom.
    pub found_by: String,
    /// When it was settled.
    #[schema(value_type = Option<String>)]
    pub settled: Option<Day>,
    /// Days past its day, while it is not settled.
    pub overdue_days: i32,
    /// What a later visit said: a code.
    pub now: Option<&'static str>,
    /// When.
    pub now_ms: Option<UnixMs>,
}

impl Line {
    /// What was found, as the terminal and files have it; else why not.
    pub(crate) fn shown_words(&self) -> String {
        let restricted = self.who.as_ref().is_some_and(|who| who.restricted);
        let hidden =
            if restricted { crate::restrict::UNNAMED } else { "（可能是未成年人，不显示）" };
        self.words.clone().unwrap_or_else(|| hidden.to_owned())
    }
}

/// The township's word on a concern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Which.
    pub concern: RecordId,
    /// How far it is from now on; nothing takes the last answer back.
    pub state: Option<ConcernState>,
    /// Who sees to it.
    pub handler: String,
    /// By when.
    pub due: Option<Day>,
    /// The answer; why, when the last one is taken back.
    pub words: String,
    /// What was seen of it: an answer that has come since stands beside this one. All of it when nothing is said.
    pub seen: Option<Vector>,
    /// Who says it.
    pub by: RecordId,
}

/// Those of an area and kind that were found in the days asked for, whatever became of them. What was found in a visit
/// that was made void (作废) is not among them while it is that. O(concerns), a few reads of each that was answered.
async fn all(county: &County, asked: &Asked) -> Result<(Arc<Reference>, Vec<Kept>), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut rows = Vec::new();
    let take = |record: RecordRef, row: &RecordRow| {
        if !row.head.fields.is_empty() {
            rows.push(Kept::read(record.id, &row.head, &row.scopes));
        }
    };
    each_record(county.stores.ledger.as_ref(), RecordKind::Concern, take).await?;
    let mut kept = Vec::new();
    for mut one in rows {
        one.place(county).await?;
        // Nothing is found after it was written down.
        let late = asked.from.is_none_or(|from| from <= one.found);
        if !late || !one.belongs(&reference, asked) {
            continue;
        }
        one.follow(county, &reference).await?;
        if !one.void && one.found_when(asked) {
            kept.push(one);
        }
    }
    Ok((reference, kept))
}

/// Those that are asked for, the longest found first. O(concerns); the lines are read when they are needed.
///
/// # Errors
/// What the store says.
pub(crate) async fn found(county: &County, asked: &Asked) -> Result<(Arc<Reference>, Vec<Kept>), Problem> {
    let (reference, mut kept) = all(county, asked).await?;
    kept.retain(|one| one.is(asked.which, asked.as_of));
    kept.sort_by_key(|one| (one.found, one.concern.id));
    Ok((reference, kept))
}

/// The line of one as it stood at the end of a day, as known today: an answer that came after it is not there yet.
///
/// # Errors
/// What the store says.
pub(crate) async fn line(
    county: &County,
    reference: &Reference,
    kept: &Kept,
    as_of: Day,
) -> Result<Line, Problem> {
    let who = match kept.concern.subject {
        // Who is a child now is masked, whatever day is asked for.
        Some(id) => known(county, reference, id, Day::of(clock::now_ms())).await?.map(|known| known.who),
        None => None,
    };
    // Whose it is nobody knows may be a child's.
    let shut = who.as_ref().is_none_or(|who| who.shut || who.restricted);
    let concern = &kept.concern;
    let said = kept.head.fields.get(keys::NOW).and_then(|all| all.iter().max_by_key(|one| one.at_ms));
    let said = said.filter(|one| Day::of(one.at_ms) <= as_of);
    let stood = kept.on(as_of);
    Ok(Line {
        concern: concern.id,
        kind: concern.kind.code(),
        state: stood.state.code(),
        contested: kept.contested_on(as_of),
        words: Some(concern.words.clone()).filter(|_| !shut),
        reply: stood.reply.clone().filter(|_| !shut),
        handler: stood.handler.clone(),
        due: stood.due,
        found: kept.found,
        found_by: reference.staff_name(kept.found_by),
        settled: stood.settled,
        overdue_days: if stood.state.settled() { 0 } else { (as_of.0 - kept.limit_on(as_of).0).max(0) },
        now: concern.now.filter(|_| said.is_some()).map(|now| now.code()),
        now_ms: said.map(|one| one.at_ms),
        who,
    })
}

/// One concern by its record.
///
/// # Errors
/// `nothing_found`; what the store says.
pub(crate) async fn one(county: &County, id: RecordId) -> Result<(Arc<Reference>, Kept), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let record = RecordRef { kind: RecordKind::Concern, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let row = row.filter(|row| !row.head.fields.is_empty());
    let row = row.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    let mut kept = Kept::read(id, &row.head, &row.scopes);
    kept.place(county).await?;
    kept.follow(county, &reference).await?;
    Ok((reference, kept))
}

/// Answers a concern, or takes the last answer back. What somebody else has answered meanwhile, unseen, stands beside
/// it as 填写不一致.
///
/// # Errors
/// `nothing_found`; `argument_wrong` for an answer that lacks something, and what cannot be taken back;
/// `nothing_to_change`; `right_missing`; what the store says.
pub async fn answer(county: &County, word: &Word, now_ms: UnixMs) -> Result<(), Problem> {
    let today = Day::of(now_ms);
    let (reference, kept) = one(county, word.concern).await?;
    let words = crate::changes::tidy(&word.words)?;
    let erased = |id| reference.erased.contains(&RecordRef { kind: RecordKind::Person, id });
    if kept.concern.subject.is_some_and(erased) {
        return Err(unchanged(word.concern, "这个人已经依法删除", "the person was erased by law"));
    }
    let sets = match word.state {
        None => taken_back(county, &kept, words).await?,
        Some(state) => answered(&kept, state, word, words, today)?,
    };
    let who = match kept.concern.subject {
        Some(id) => known(county, &reference, id, today).await?.map(|known| known.who),
        None => None,
    };
    let mut acts = permission::acts(RecordKind::Concern, Some(&sets), false);
    acts.insert(Act::ConfirmChange);
    acts.remove(&Act::LogVisit);
    if who.is_none_or(|who| who.shut) {
        acts.insert(Act::ReadChild);
    }
    let area = kept.areas.first().copied().unwrap_or_else(|| county.keys.county());
    require(&reference, word.by, &acts, area, today)?;
    let record = RecordRef { kind: RecordKind::Concern, id: word.concern };
    if word.seen.as_ref().is_some_and(|seen| own_only(&kept.head, seen, word.by)) {
        let zh = "您刚才在别的窗口答复过这一件，这次没有写入；请刷新看一看，再决定要不要改";
        let en = "you answered it in another window just now, and this was not written: reload, then decide whether to change it";
        return Err(unchanged("state", zh, en));
    }
    let seen = word.seen.clone().unwrap_or_else(|| kept.head.vector.clone());
    write_all(county, word.by, vec![Change::of_register(record, seen, sets)], now_ms).await?;
    tracing::info!(state = ?word.state, "a concern was answered");
    Ok(())
}

/// What an answer may write.
const ANSWER: [&str; 4] = [keys::STATE, keys::REPLY, keys::HANDLER, keys::DUE];

/// Whether something was answered unseen, all of it by the same person in another window: that is no difference
/// between two people, and nobody replaces their own word without having read it.
fn own_only(head: &Head, seen: &Vector, by: RecordId) -> bool {
    let written = ANSWER.iter().filter_map(|key| head.fields.get(*key)).flatten();
    let mut unseen = written.filter(|one| !seen.covers(one.dot())).peekable();
    unseen.peek().is_some() && unseen.all(|one| one.author == by)
}

/// What an answer writes.
fn answered(
    kept: &Kept,
    state: ConcernState,
    word: &Word,
    words: Option<String>,
    today: Day,
) -> Result<Sets, Problem> {
    let handler = Some(word.handler.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    match state {
        ConcernState::Open => {
            return Err(wrong(
                "state",
                "回答要选处理中、已解决或解决不了",
                "an answer is in hand, solved or unsolvable",
            ));
        }
        ConcernState::InHand => {
            let Some(due) = word.due.filter(|_| handler.is_some()) else {
                return Err(wrong("until", "要写谁来办、到哪天", "who sees to it, and by when, are needed"));
            };
            if due < today || due > today.plus(crate::person::AHEAD_DAYS) {
                return Err(wrong("until", "要写今天或以后一年内的日子", "today or later, within a year"));
            }
        }
        ConcernState::Solved | ConcernState::Unsolvable => {
            if words.is_none() {
                let (zh, en) = (
                    "要写怎么办的或为什么，走访人看得到",
                    "say what was done, or why not: the worker reads it",
                );
                return Err(wrong("words", zh, en));
            }
        }
    }
    let text = |value: Option<String>| value.map_or(Value::Null, Value::from);
    let mut sets = Sets::from([
        (keys::STATE.to_owned(), Value::from(state.code())),
        (keys::REPLY.to_owned(), text(words)),
    ]);
    if state == ConcernState::InHand {
        sets.insert(keys::HANDLER.to_owned(), text(handler));
        sets.insert(keys::DUE.to_owned(), text(word.due.map(|day| day.to_string())));
    }
    let same = Written::all(&kept.head, &sets).is_empty();
    if same && kept.head.contested().next().is_none() {
        return Err(unchanged("state", "已经是这样答复的", "it is answered so already"));
    }
    sets.insert(keys::UNDONE.to_owned(), Value::Null);
    Ok(sets)
}

/// What taking the last answer back writes: what stood before it. O(patches of the concern).
async fn taken_back(county: &County, kept: &Kept, reason: Option<String>) -> Result<Sets, Problem> {
    let reason = reason.ok_or_else(|| wrong("words", "要写为什么撤销", "say why it is taken back"))?;
    if ANSWER.iter().any(|key| matches!(kept.head.read(key), Reading::Contested(_))) {
        let (zh, en) = ("几个人答复得不一样，请先在“待处理”里定", "answers differ: settle that first");
        return Err(wrong("state", zh, en));
    }
    let record = RecordRef { kind: RecordKind::Concern, id: kept.concern.id };
    let history = county.stores.reports.history(record).await.map_err(at_county)?;
    let applied = history.into_iter().filter(|item| item.state == ItemState::Applied);
    let bodies: Vec<Sets> = applied.filter_map(|item| Some(item.entry.body?.sets)).collect();
    let last = bodies.iter().rposition(|sets| sets.contains_key(keys::STATE)).filter(|at| *at > 0);
    let none = || unchanged("state", "没有可以撤销的答复", "there is no answer to take back");
    let (before, after) = bodies.split_at_checked(last.ok_or_else(none)?).ok_or_else(none)?;
    let answer = after.first().ok_or_else(none)?;
    if answer.get(keys::UNDONE).is_some_and(|value| !value.is_null()) {
        return Err(none());
    }
    let stood = |key: &str| before.iter().rev().find_map(|sets| sets.get(key)).cloned().unwrap_or_default();
    let written = ANSWER.iter().filter(|key| answer.contains_key(**key));
    let mut sets: Sets = written.map(|key| ((*key).to_owned(), stood(key))).collect();
    sets.insert(keys::UNDONE.to_owned(), Value::from(reason));
    Ok(sets)
}

#[cfg(test)]
mod tests;
