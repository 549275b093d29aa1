//! 情况变了: what was reported at the door, the township's word on it, and what that writes into the register.
//! Each word can be taken back: then everything is as before it.

use crate::county::{County, at_county};
use crate::credit::Credit;
use crate::goings;
use crate::person::{self, AHEAD_DAYS, Move, Target};
use crate::problem::{unchanged, wrong};
use crate::staff::{Change, Sets, write_all};
use crate::who::{Known, Who, known};
use domain::catalogue::{RecordKind, keys};
use domain::change::{ACCEPTED, ChangeState, Effect, REJECTED, Written, key, words_key, wrote_key};
use domain::coverage::timeline::reports_change;
use domain::head::Head;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::permission::{self, require};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use domain::visit::{NotMet, PartFact};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

mod together;

pub use together::{Also, Reported};
use together::{Together, Told};

/// What one worker reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// The part.
    #[schema(value_type = String)]
    pub part: RecordId,
    /// Its visit.
    #[schema(value_type = String)]
    pub visit: RecordId,
    /// When they were there.
    #[schema(value_type = String)]
    pub day: Day,
    /// Who went, came along, and wrote it down.
    #[serde(flatten)]
    pub credit: Credit,
    /// From when the change holds, as they said.
    #[schema(value_type = Option<String>)]
    pub from: Option<Day>,
    /// In their words; nothing of a child.
    pub words: Option<String>,
}

/// One change of one person: what several reported of it stands together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Case {
    /// Whose.
    #[serde(flatten)]
    pub who: Who,
    /// What is reported: the reason's code.
    pub change: &'static str,
    /// How far it is.
    pub state: &'static str,
    /// From when it holds: as was decided, else as was reported, else since the first visit.
    #[schema(value_type = String)]
    pub from: Day,
    /// The reports, oldest first.
    pub reports: Vec<Report>,
    /// What was said with the last word, also when that was taken back.
    pub words: String,
    /// Who said it.
    pub by: String,
    /// When.
    pub at_ms: Option<UnixMs>,
    /// Of whom the same reports tell something too.
    pub also: Vec<Also>,
}

/// The township's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Whose change.
    pub person: RecordId,
    /// The parts that report it.
    pub parts: Vec<RecordId>,
    /// Others of the same report of whom the same is confirmed in this step; each can be taken back alone.
    pub also: Vec<Reported>,
    /// What is said.
    pub said: Said,
    /// In words: for the finder, who reads them when it is not so; the reason when a word is taken back.
    pub words: String,
    /// Who says it.
    pub by: RecordId,
}

/// What is said of a reported change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// 确认.
    So {
        /// The first day of it.
        from: Day,
        /// The first day back, when that is known.
        until: Option<Day>,
        /// To which village of this county somebody moved.
        village: Option<AreaCode>,
    },
    /// 不是这样.
    NotSo,
    /// The word before is taken back.
    TakenBack,
}

/// More parts than one person has.
pub(crate) const PARTS_MAX: usize = 10_000;

/// The longest words.
pub(crate) const WORDS_MAX: usize = 300;

async fn now(county: &County) -> Result<std::sync::Arc<Reference>, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    Ok(reference)
}

/// All reported changes of an area, those in the state that is asked for, by village and name.
/// O(changes ever reported), a few reads each.
///
/// # Errors
/// What the store says.
pub async fn list(county: &County, area: AreaCode, open: bool, today: Day) -> Result<Vec<Case>, Problem> {
    let reference = now(county).await?;
    let mut of_people: BTreeMap<RecordId, Vec<PartFact>> = BTreeMap::new();
    for row in county.stores.reports.reported().await.map_err(at_county)? {
        of_people.entry(row.subject).or_default().extend(row.fact);
    }
    let (mut here, mut same) = (Vec::new(), Together::default());
    for (id, facts) in of_people {
        let Some(found) = known(county, &reference, id, today).await? else { continue };
        let inside = found.person.villages.iter().any(|village| reference.areas.within(*village, area));
        if inside || found.person.villages.is_empty() && area == county.keys.county() {
            let told = told(&found, facts);
            told.iter().for_each(|one| same.add(&found.who, one));
            here.push((found, told));
        }
    }
    let mut cases = Vec::new();
    for (found, told) in here {
        for one in told.into_iter().filter(|one| (one.state == ChangeState::Open) == open) {
            cases.push(case(county, &reference, &found, one, &same).await?);
        }
    }
    cases.sort_by_cached_key(|one| (one.who.village, one.who.group.clone(), one.who.name.clone()));
    Ok(cases)
}

/// What is reported of somebody, by kind and by the word on it. Without a read.
fn told(found: &Known, facts: Vec<PartFact>) -> Vec<Told> {
    let mut groups: BTreeMap<(NotMet, &'static str, Vec<String>), Told> = BTreeMap::new();
    for fact in facts {
        let Some(reason) = fact.reason else { continue };
        let state = ChangeState::of(&found.head, fact.part);
        let wrote = Written::read(&found.head, &wrote_key(fact.part));
        let wrote = wrote.iter().map(Written::to_string).collect();
        let group = groups.entry((reason, state.code(), wrote));
        group.or_insert_with(|| Told { reason, state, facts: Vec::new() }).facts.push(fact);
    }
    let mut all: Vec<Told> = groups.into_values().collect();
    all.iter_mut().for_each(|one| one.facts.sort_by_key(|fact| (fact.day, fact.part)));
    all
}

/// A change as the desk shows it. A few reads for each report.
async fn case(
    county: &County,
    reference: &Reference,
    found: &Known,
    told: Told,
    same: &Together,
) -> Result<Case, Problem> {
    let Told { reason, state, facts } = &told;
    let first = facts.first().ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    let decided = Written::read(&found.head, &wrote_key(first.part));
    let decided = decided.iter().filter_map(|one| one.after.as_ref()?.parse().ok()).next();
    let said = facts.iter().filter_map(|fact| fact.reason_from).min();
    let shut = found.who.shut || found.who.restricted;
    let mut reports = Vec::new();
    for fact in facts {
        reports.push(report(county, reference, fact, shut).await?);
    }
    let write = found.head.fields.get(&key(first.part)).and_then(|all| all.first());
    Ok(Case {
        who: found.who.clone(),
        change: reason.code(),
        state: state.code(),
        from: decided.or(said).unwrap_or(first.day),
        reports,
        words: found.head.text(&words_key(first.part)).filter(|_| !shut).unwrap_or_default().to_owned(),
        by: write.map(|one| reference.staff_name(one.author)).unwrap_or_default(),
        at_ms: write.map(|one| one.at_ms),
        also: same.of(found.who.person, facts),
    })
}

async fn report(
    county: &County,
    reference: &Reference,
    fact: &PartFact,
    shut: bool,
) -> Result<Report, Problem> {
    let record = RecordRef { kind: RecordKind::Part, id: fact.part };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let words = row.and_then(|row| row.head.text(keys::REASON_WORDS).map(str::to_owned));
    Ok(Report {
        part: fact.part,
        visit: fact.visit,
        day: fact.day,
        credit: Credit::of(reference, &goings::visit(county, fact.visit).await?),
        from: fact.reason_from,
        words: words.filter(|_| !shut),
    })
}

/// Carries out a word on a reported change; of several people all of it, or nothing.
///
/// # Errors
/// `nothing_found`; `argument_wrong` for parts that report no change of this person or not the same, a day that
/// cannot be, words that are lacking, what was written since, and others of whom not the same was reported in one
/// report, or a death; `nothing_to_change` when that was said already; `right_missing`; what the store says.
pub async fn say(county: &County, word: &Word, now_ms: UnixMs) -> Result<(), Problem> {
    let first = Reported { person: word.person, parts: word.parts.clone() };
    let (mut changes, told) = written(county, word, &first, now_ms).await?;
    let mut people = BTreeSet::from([word.person]);
    for one in &word.also {
        let (more, other) = written(county, word, one, now_ms).await?;
        together::check(&word.said, &told, &other)?;
        if !people.insert(one.person) {
            return Err(wrong(one.person, "同一个人写了两次", "somebody is named twice"));
        }
        changes.extend(more);
    }
    write_all(county, word.by, changes, now_ms).await?;
    let parts = word.parts.len() + word.also.iter().map(|one| one.parts.len()).sum::<usize>();
    tracing::info!(parts, people = people.len(), "a word on a reported change was written");
    Ok(())
}

/// What a word writes of one person, and what was reported.
async fn written(
    county: &County,
    word: &Word,
    of: &Reported,
    now_ms: UnixMs,
) -> Result<(Vec<Change>, Told), Problem> {
    let today = Day::of(now_ms);
    let (reference, found) = about(county, of.person, today).await?;
    let told = reported(county, &found, of, &word.said).await?;
    let reason = told.reason;
    let words = tidy(&word.words)?;
    if words.is_none() && !matches!(word.said, Said::So { .. }) {
        return Err(wrong("words", "要写理由，走访人看得到", "say why: the worker reads it"));
    }
    let mut changes = Vec::new();
    let (mut sets, verdict, wrote) = match &word.said {
        Said::So { from, until, village: None } => {
            let effect = effect(reason)?;
            dates(effect, *from, *until, today)?;
            let first = of.parts.first().copied().unwrap_or(of.person);
            let sets = effect.sets(first, *from, *until);
            let written = Written::all(&found.head, &sets);
            let differs = |key: &String| written.iter().any(|one| one.field == *key);
            let sets: Sets = sets.into_iter().filter(|(key, _)| differs(key)).collect();
            (sets, Value::from(ACCEPTED), Written::list(&written))
        }
        Said::So { from, village: Some(village), .. } => {
            if effect(reason)? != Effect::MovedOut {
                return Err(wrong(
                    "village",
                    "只有搬走才写搬到哪个村",
                    "only who moved has a village to go to",
                ));
            }
            let moved = Written {
                field: format!("{}{from}", keys::MOVED),
                before: None,
                after: Some(village.to_string()),
            };
            let to = Target { village: *village, from: *from, household: None };
            changes.extend(planned(county, of.person, Some(to)).await?);
            (Sets::new(), Value::from(ACCEPTED), Written::list(&[moved]))
        }
        Said::NotSo => (Sets::new(), Value::from(REJECTED), Written::list(&[])),
        Said::TakenBack => {
            let part = of.parts.first().copied().unwrap_or(of.person);
            let wrote = Written::read(&found.head, &wrote_key(part));
            let (sets, more) = taken_back(county, &found, &wrote).await?;
            changes.extend(more);
            (sets, Value::Null, Value::Null)
        }
    };
    let said = words.map_or(Value::Null, Value::from);
    for part in &of.parts {
        sets.extend([
            (key(*part), verdict.clone()),
            (words_key(*part), said.clone()),
            (wrote_key(*part), wrote.clone()),
        ]);
    }
    may(&reference, &found, word.by, &sets, county, today)?;
    let record = RecordRef { kind: RecordKind::Person, id: of.person };
    changes.push(Change::of_register(record, found.head.vector.clone(), sets));
    Ok((changes, told))
}

/// Somebody whom a word is about.
///
/// # Errors
/// `nothing_found`; what the store says.
pub(crate) async fn about(
    county: &County,
    person: RecordId,
    today: Day,
) -> Result<(std::sync::Arc<Reference>, Known), Problem> {
    let reference = now(county).await?;
    let found = known(county, &reference, person, today).await?;
    let found = found.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    Ok((reference, found))
}

/// Whether somebody may write these fields of a person.
///
/// # Errors
/// `right_missing`, with the roles that may.
pub(crate) fn may(
    reference: &Reference,
    found: &Known,
    by: RecordId,
    sets: &Sets,
    county: &County,
    today: Day,
) -> Result<(), Problem> {
    let acts = permission::acts(RecordKind::Person, Some(sets), false);
    let area = found.person.counted_in().unwrap_or_else(|| county.keys.county());
    require(reference, by, &acts, area, today)
}

/// Words as they are kept; nothing of nothing.
///
/// # Errors
/// `argument_wrong` when they are too long.
pub(crate) fn tidy(words: &str) -> Result<Option<String>, Problem> {
    let words = words.trim();
    if words.chars().count() > WORDS_MAX {
        let (zh, en) = (format!("最多 {WORDS_MAX} 个字"), format!("{WORDS_MAX} characters at most"));
        return Err(wrong("words", zh, en));
    }
    Ok((!words.is_empty()).then(|| words.to_owned()))
}

fn effect(reason: NotMet) -> Result<Effect, Problem> {
    Effect::of(reason).ok_or_else(|| Problem::new(ProblemCode::NothingFound))
}

/// What the parts of a word report: the same of this person, undecided unless a word is taken back.
async fn reported(county: &County, found: &Known, of: &Reported, said: &Said) -> Result<Told, Problem> {
    let rows = county.stores.reports.parts_of(of.person, PARTS_MAX).await.map_err(at_county)?;
    let facts: Vec<PartFact> = rows.into_iter().filter_map(|row| row.fact).filter(reports_change).collect();
    let mut named = Vec::new();
    for part in &of.parts {
        let fact = facts.iter().find(|fact| fact.part == *part);
        let none =
            || wrong(part, "这次走访没有报告情况变化，或已作废", "this visit reports no change, or is void");
        named.push(fact.ok_or_else(none)?.clone());
        let open = ChangeState::of(&found.head, *part) == ChangeState::Open;
        if open == (*said == Said::TakenBack) {
            return Err(match open {
                true => unchanged(
                    &found.who.name,
                    "还没有定，没有可以撤销的",
                    "nothing was decided that could be taken back",
                ),
                false => unchanged(
                    &found.who.name,
                    "已经有人定了，请刷新再看",
                    "somebody has decided on it already; look again",
                ),
            });
        }
    }
    let reasons: BTreeSet<NotMet> = named.iter().filter_map(|fact| fact.reason).collect();
    let state = if *said == Said::TakenBack { ChangeState::Accepted } else { ChangeState::Open };
    match reasons.first().filter(|_| reasons.len() == 1) {
        Some(reason) => Ok(Told { reason: *reason, state, facts: named }),
        None => Err(wrong("parts", "一次只能定同一种情况", "one word is on one kind of change")),
    }
}

/// Whether a change can be from then on.
fn dates(effect: Effect, from: Day, until: Option<Day>, today: Day) -> Result<(), Problem> {
    let latest = if effect == Effect::Died { today } else { today.plus(AHEAD_DAYS) };
    if from > latest {
        return Err(wrong("--from", format!("不能晚于 {latest}"), format!("not later than {latest}")));
    }
    if until.is_some_and(|until| until <= from) {
        return Err(wrong("--until", format!("要在 {from} 之后"), format!("it has to be after {from}")));
    }
    Ok(())
}

async fn planned(county: &County, person: RecordId, to: Option<Target>) -> Result<Vec<Change>, Problem> {
    let new = Move { person, whole_household: false, take_back: to.is_none(), to };
    Ok(person::plan(county, &new).await?.into_changes())
}

/// The fields as they were before something was written; a move is taken back as moves are.
///
/// # Errors
/// `argument_wrong` when they were written since.
pub(crate) async fn taken_back(
    county: &County,
    found: &Known,
    wrote: &[Written],
) -> Result<(Sets, Vec<Change>), Problem> {
    let (mut sets, mut moves) = (Sets::new(), Vec::new());
    for one in wrote {
        if let Some(day) = one.field.strip_prefix(keys::MOVED) {
            let last = found.person.moves.last_key_value().map(|(day, _)| day.to_string());
            if last.as_deref() != Some(day) {
                return Err(since(&found.head, &one.field));
            }
            moves.extend(planned(county, found.person.id, None).await?);
            continue;
        }
        // Whoever came back meanwhile was away by this word: that goes with it.
        let back = one.field.starts_with(keys::AWAY) && one.field.ends_with("/until");
        if !back && found.head.text(&one.field) != one.after.as_deref() {
            return Err(since(&found.head, &one.field));
        }
        sets.insert(one.field.clone(), one.before.clone().map_or(Value::Null, Value::from));
    }
    Ok((sets, moves))
}

fn since(head: &Head, field: &str) -> Problem {
    let zh = domain::catalogue::field_zh(field).unwrap_or_else(|| field.to_owned());
    let now = head.text(field).unwrap_or("填写不一致或没有填").to_owned();
    let en = "it was changed since by somebody else; put that right first";
    wrong(&zh, format!("后来又有人改过（现在是 {now}），请先改那一处"), en)
}

#[cfg(test)]
mod tests;
