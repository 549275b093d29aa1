//! 服务对象: where people of the register live, as the county itself writes it: a move, a whole
//! household's move, and the last move taken back or put right.

mod past;

use crate::area::exists;
use crate::clock;
use crate::county::{County, at_county, each_record};
use crate::problem::{unchanged, wrong};
use crate::staff::{Change, Sets, find_area, operator, write_all};
use domain::area::codes;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::reading::Row;
use domain::coverage::{Standing, standing};
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::log::Vector;
use domain::patch::RecordRef;
use domain::period::Period;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use past::{as_of, first_of, former_group, moved_alone, written};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use sync::county::needs::RecordRow;

/// What is to be written about where somebody lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Who.
    pub person: RecordId,
    /// Everybody of the household who lives with them, and the household itself.
    pub whole_household: bool,
    /// The last move was a mistake: it is taken back first.
    pub take_back: bool,
    /// Where to; nowhere, when a move is only taken back.
    pub to: Option<Target>,
}

/// Where somebody moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The village.
    pub village: AreaCode,
    /// The first day there.
    pub from: Day,
    /// Into which household; into none that is known when nothing is said: the old one stays behind.
    pub household: Option<RecordId>,
}

/// What a move comes to.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Everybody concerned: as they are, and as they will be.
    pub people: Vec<(Person, Person)>,
    /// The move that is taken back: its first day.
    pub taken_back: Option<Day>,
    /// Somebody goes back alone, who came with the household: where it is from now on. It goes back with
    /// the last of those who came with it.
    pub household: Option<AreaCode>,
    changes: Vec<Change>,
}

impl Plan {
    /// What it writes.
    pub(crate) fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}

/// Finds out what a move comes to; writes nothing. O(people) when a whole household moves.
///
/// # Errors
/// `argument_wrong` when there is no such person, no such village of this county, the household is
/// elsewhere or did not move with the person, the day is before what is counted or before an earlier move,
/// or there is no move to be taken back; `nothing_to_change` when they live there already; what the store
/// says.
pub async fn plan(county: &County, new: &Move) -> Result<Plan, Problem> {
    let (state, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let (person, seen) = person(county, new.person).await?;
    if let Some(to) = &new.to {
        check(county, &reference, state.begins, new, to).await?;
    }
    let home = match (new.whole_household, person.household) {
        (true, None) => {
            let zh = "这个人没有户，不能全户搬";
            return Err(wrong(new.person, zh, "this person has no household that could move"));
        }
        (true, Some(home)) => Some(home),
        (false, _) => None,
    };
    let mut last = None;
    if new.take_back {
        let found = person.moves.last_key_value().map(|(day, village)| (*day, *village));
        let zh = "没有搬过村，没有可以撤回的";
        let found = found.ok_or_else(|| wrong(new.person, zh, "has never moved: nothing to take back"))?;
        if new.to.is_none() {
            exists(&reference, found.1, found.0)?;
        }
        last = Some(found);
    }
    let alone = match last {
        Some((day, _)) => moved_alone(county, person.id, day).await?,
        None => false,
    };
    if home.is_some() && alone {
        let zh = "上一次是一个人搬的，不是全户一起搬；请去掉 --household";
        return Err(wrong(new.person, zh, "moved alone, without the household: leave --household out"));
    }
    let taken_back = last.map(|(day, _)| day);
    let mut plan = Plan { people: Vec::new(), taken_back, household: None, changes: Vec::new() };
    for member in members(county, (&person, seen), home, last).await? {
        one(county, new, last, member, &mut plan).await?;
    }
    if plan.people.iter().all(|(before, after)| before == after) {
        let since = taken_back.map_or_else(String::new, |day| format!("从 {day} 起"));
        let zh = format!("{since}本来就住在这个村");
        return Err(unchanged(new.person, zh, "lives there already, since that day"));
    }
    match (home, person.household, last) {
        (Some(id), _, _) => household(county, new, id, last, &mut plan).await?,
        (None, Some(id), Some(last)) if !alone => {
            leave(county, &reference, &person, id, last, &mut plan).await?
        }
        _ => {}
    }
    Ok(plan)
}

/// Whoever moves: somebody alone, or all of a household who live together and made the same last move. Who
/// joined it there, from the same village and on the same day, did not come with it. O(people).
async fn members(
    county: &County,
    (person, seen): (&Person, Vector),
    home: Option<RecordId>,
    last: Option<(Day, AreaCode)>,
) -> Result<Vec<(Person, Vector)>, Problem> {
    if home.is_none() {
        return Ok(vec![(person.clone(), seen)]);
    }
    let together = |(one, _): &(Person, Vector)| {
        let same_move =
            last.is_none_or(|(day, village)| one.moves.last_key_value() == Some((&day, &village)));
        one.merged_into.is_none()
            && one.household == home
            && one.counted_in() == person.counted_in()
            && same_move
    };
    let mut members = Vec::new();
    for one in everybody(county).await?.into_iter().filter(together) {
        let joined = match last {
            Some((day, _)) => moved_alone(county, one.0.id, day).await?,
            None => false,
        };
        members.extend((!joined).then_some(one));
    }
    Ok(members)
}

/// The share of a household that moves with its people.
async fn household(
    county: &County,
    new: &Move,
    id: RecordId,
    last: Option<(Day, AreaCode)>,
    plan: &mut Plan,
) -> Result<(), Problem> {
    let Some((_, after)) = plan.people.first() else { return Ok(()) };
    let record = RecordRef { kind: RecordKind::Household, id };
    let group = match (last, new.to) {
        (Some((day, _)), None) => former_group(county, record, new.person, day).await?,
        // A 小组 is one of the village that is left.
        _ => Value::Null,
    };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let seen = row.map(|row| row.head.vector.clone()).unwrap_or_default();
    let village = after.counted_in().map_or(Value::Null, number);
    let sets = [(keys::VILLAGE.to_owned(), village), (keys::GROUP.to_owned(), group)];
    plan.changes.push(Change::of_register(record, seen, sets.into()));
    Ok(())
}

/// Somebody goes back alone who came with the household: it goes back with the last of those who live there
/// with it. O(people).
async fn leave(
    county: &County,
    reference: &Reference,
    person: &Person,
    id: RecordId,
    (day, before): (Day, AreaCode),
    plan: &mut Plan,
) -> Result<(), Problem> {
    let record = RecordRef { kind: RecordKind::Household, id };
    let Some(row) = county.stores.ledger.record(record).await.map_err(at_county)? else { return Ok(()) };
    let stands = codes(&row.head, keys::VILLAGE);
    if stands != person.villages || exists(reference, before, day).is_err() {
        return Ok(());
    }
    let lives_there = |one: &Person| {
        let alive = one.died.is_none() && one.moved_out.is_none() && one.merged_into.is_none();
        one.id != person.id && one.household == Some(id) && one.villages == stands && alive
    };
    if everybody(county).await?.iter().any(|(one, _)| lives_there(one)) {
        plan.household = stands.first().copied();
        return Ok(());
    }
    let group = former_group(county, record, person.id, day).await?;
    let sets = [(keys::VILLAGE.to_owned(), number(before)), (keys::GROUP.to_owned(), group)];
    plan.changes.push(Change::of_register(record, row.head.vector.clone(), sets.into()));
    plan.household = Some(before);
    Ok(())
}

async fn check(
    county: &County,
    reference: &Reference,
    begins: Day,
    new: &Move,
    to: &Target,
) -> Result<(), Problem> {
    let village = find_area(reference, &to.village.to_string())?;
    exists(reference, village, to.from)?;
    if village.level() != AreaLevel::Village {
        let name = reference.areas.name(village);
        let zh = format!("{name}不是村，请写村的代码或全名");
        return Err(wrong(village, zh, format!("{name} is no village: give a village's code or name")));
    }
    if to.from < begins {
        let zh = format!("统计从 {begins} 开始，不能更早");
        return Err(wrong("--from", zh, format!("nothing is counted before {begins}")));
    }
    if let Some(id) = to.household {
        let record = RecordRef { kind: RecordKind::Household, id };
        let row = county.stores.ledger.record(record).await.map_err(at_county)?;
        let there = row.is_some_and(|row| codes(&row.head, keys::VILLAGE).contains(&village));
        if !there || new.whole_household {
            return Err(wrong("--into", "那个村没有这一户", "that village has no such household"));
        }
    }
    Ok(())
}

/// One person's share of a move.
async fn one(
    county: &County,
    new: &Move,
    last: Option<(Day, AreaCode)>,
    (before, seen): (Person, Vector),
    plan: &mut Plan,
) -> Result<(), Problem> {
    let record = RecordRef { kind: RecordKind::Person, id: before.id };
    let (mut after, mut sets) = (before.clone(), Sets::new());
    if let Some((day, village)) = last {
        let key = format!("{}{day}", keys::MOVED);
        if !new.whole_household {
            let patches = written(county, record).await?;
            let household = as_of(&patches, first_of(&patches, &key), keys::HOUSEHOLD);
            after.household = household.as_text().and_then(|text| text.parse().ok());
            sets.insert(keys::HOUSEHOLD.to_owned(), household);
        }
        after.moves.remove(&day);
        after.villages = vec![village];
        sets.extend([(key, Value::Null), (keys::VILLAGE.to_owned(), number(village))]);
    }
    if let Some(Target { village, from, household }) = new.to {
        if after.villages == [village] {
            return Err(match last {
                None => there_already(&after, village, from, household),
                Some(_) => {
                    let zh = "没有搬的时候就住在这个村：请用 `person withdraw` 撤回";
                    wrong(
                        village,
                        zh,
                        "that is where the person lived before: `person withdraw` takes the move back",
                    )
                }
            });
        }
        if let Some((day, _)) = after.moves.range(from..).next_back() {
            let zh =
                format!("在 {day} 已经搬过一次；那一次不对，请加 --correct，或先用 person withdraw 撤回");
            let en = format!(
                "moved on {day} already; if that was wrong, add --correct, or `person withdraw` first"
            );
            return Err(wrong("--from", zh, en));
        }
        let latest = Day::of(clock::now_ms()).plus(AHEAD_DAYS);
        if from > latest {
            let zh = format!("太远了：搬村最多提前一年写入（不晚于 {latest}）");
            return Err(wrong("--from", zh, format!("too far ahead: not later than {latest}")));
        }
        if let Some(was) = after.counted_in() {
            after.moves.insert(from, was);
            sets.insert(format!("{}{from}", keys::MOVED), number(was));
        }
        after.villages = vec![village];
        sets.insert(keys::VILLAGE.to_owned(), number(village));
        if !new.whole_household {
            after.household = household;
            let id = household.map_or(Value::Null, |id| Value::text(id.to_string()));
            sets.insert(keys::HOUSEHOLD.to_owned(), id);
        }
    }
    plan.people.push((before, after));
    plan.changes.push(Change::of_register(record, seen, sets));
    Ok(())
}

/// For how many days ahead a move is written down; a year that was mistyped is none of them.
pub(crate) const AHEAD_DAYS: i32 = 366;

/// Whoever lives in the village already moves nowhere; whether that is what was meant.
fn there_already(person: &Person, village: AreaCode, from: Day, household: Option<RecordId>) -> Problem {
    let since = person.moves.last_key_value().map(|(day, _)| *day);
    match since.filter(|since| *since != from) {
        _ if household.is_some_and(|id| person.household != Some(id)) => {
            wrong(village, "已经住在这个村，在另一户", "the person lives there already, in another household")
        }
        Some(since) => {
            let zh = format!("从 {since} 起已经住在这个村；日期不对，请加 --correct");
            let en = format!("the person has lived there since {since}; if the day is wrong, add --correct");
            wrong("--from", zh, en)
        }
        None => unchanged(village, "已经住在这个村", "the person lives there already"),
    }
}

pub(crate) fn number(area: AreaCode) -> Value {
    Value::Int(i64::try_from(area.0).unwrap_or_default())
}

async fn person(county: &County, id: RecordId) -> Result<(Person, Vector), Problem> {
    let record = RecordRef { kind: RecordKind::Person, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let nobody = || {
        let zh = "没有这个服务对象；编号在 `coverage --list` 最后一列";
        wrong(id, zh, "there is no such person; `coverage --list` shows the ids, last column")
    };
    let found = read(id, &row.ok_or_else(nobody)?);
    // Of whom was merged everything is said of the one who stays.
    if found.0.merged_into.is_some() { Err(nobody()) } else { Ok(found) }
}

/// A person, and what has been seen of their record by reading it.
fn read(id: RecordId, row: &RecordRow) -> (Person, Vector) {
    (Person::read(id, &row.head), row.head.vector.clone())
}

/// Everybody, ascending by id, with what has been seen of their records. O(people).
///
/// # Errors
/// What the store says.
pub async fn everybody(county: &County) -> Result<Vec<(Person, Vector)>, Problem> {
    let mut people = Vec::new();
    let take = |record: RecordRef, row: &RecordRow| people.push(read(record.id, row));
    each_record(county.stores.ledger.as_ref(), RecordKind::Person, take).await?;
    Ok(people)
}

/// What moves change in figures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// What is added to the figures of today, and to those of periods that have ended, by period, duty and village.
    pub rows: BTreeMap<(Period, String, AreaCode), Row>,
    /// The first day before today as of which figures are other than they were shown.
    pub since: Option<Day>,
}

/// More parts than one person has.
const PARTS_MAX: usize = 10_000;

/// What it changes in figures up to today that people live elsewhere, each as of today or of its period's
/// end; they are given as they are and as they will be. O(people × standings of each).
///
/// # Errors
/// What the store says.
pub async fn effects(county: &County, people: &[(Person, Person)], today: Day) -> Result<Effects, Problem> {
    let (_, _, _, generations) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let reports = &county.stores.reports;
    let mut effects = Effects::default();
    for (before, after) in people {
        let parts = reports.parts_of(before.id, PARTS_MAX).await.map_err(at_county)?;
        let facts: Vec<_> = parts.into_iter().filter_map(|part| part.fact).collect();
        for old in reports.standings_of(before.id).await.map_err(at_county)? {
            if old.period.from() > today {
                continue;
            }
            let new = standing(after, generations.rules(), &old.duty, old.period, &facts);
            let day = today.min(old.period.last());
            count(&mut effects, &old, day, -1);
            if let Some(new) = &new {
                count(&mut effects, new, day, 1);
            }
            effects.since = effects.since.into_iter().chain(differs_before(&old, new.as_ref(), day)).min();
        }
    }
    effects.rows.retain(|_, row| *row != Row::empty(row.area));
    Ok(effects)
}

/// The first day before another on which somebody stands elsewhere, or otherwise.
fn differs_before(old: &Standing, new: Option<&Standing>, until: Day) -> Option<Day> {
    let steps = old.steps.iter().chain(new.into_iter().flat_map(|new| &new.steps));
    let days: BTreeSet<Day> = steps.map(|step| step.day).filter(|day| *day < until).collect();
    let stands = |one: &Standing, day| one.step_on(day).map(|step| (step.place.area, step.status));
    days.into_iter().find(|day| stands(old, *day) != new.and_then(|new| stands(new, *day)))
}

fn count(effects: &mut Effects, standing: &Standing, day: Day, people: i64) {
    let Some(step) = standing.step_on(day) else { return };
    let (area, status) = (step.place.area, step.status);
    let row = effects.rows.entry((standing.period, standing.duty.clone(), area));
    let row = row.or_insert_with(|| Row::empty(area));
    row.register += people;
    row.due += if status.is_due() { people } else { 0 };
    row.met += if status.is_met() { people } else { 0 };
}

/// Moves people: until that day they are counted where they lived, from then on where they live. The
/// old village's phones let go of them, the new village's get them with all that hangs on them.
///
/// # Errors
/// As [`plan`]; what the store says: then nothing was written.
pub async fn move_to(county: &County, new: &Move, now_ms: UnixMs) -> Result<(), Problem> {
    let plan = plan(county, new).await?;
    tracing::info!(people = plan.people.len(), taken_back = new.take_back, "a move was written");
    write_all(county, operator(), plan.changes, now_ms).await.map(drop)
}

#[cfg(test)]
mod tests;
