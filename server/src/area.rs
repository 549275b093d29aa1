//! 区划: a village or a township ends, and another takes its place (撤并): whoever lives there, their
//! households and the roles of those who work there are its successor's from that day on.

use crate::county::{County, at_county, each_record};
use crate::person::{everybody, number};
use crate::problem::{unchanged, wrong};
use crate::roll::SLICE;
use crate::staff::{Change, NewAssignment, Sets, find_area, operator, write_all};
use domain::area::Area;
use domain::area::codes;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::log::Vector;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::staff::Assignment;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use sync::county::needs::RecordRow;

/// An end that is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Which area ends.
    pub area: AreaCode,
    /// What takes its place.
    pub successor: AreaCode,
    /// The first day on which it exists no more.
    pub from: Day,
}

/// What an end comes to: what is not written yet.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Whether the end itself stands already: the last time was cut off, or somebody has come since.
    pub goes_on: bool,
    /// Everybody concerned: as they are, and as they will be.
    pub people: Vec<(Person, Person)>,
    /// Households of the area.
    pub households: Vec<RecordId>,
    /// Roles in the area that end, each with its continuation; with none where the successor gave the
    /// same role to the same member of staff before.
    pub assignments: Vec<(Assignment, Option<NewAssignment>)>,
    /// People and households of whom it is contested whether they are of this area: they stay until that
    /// is settled.
    pub contested: usize,
    /// What has been seen of these people and households.
    seen: BTreeMap<RecordId, Vector>,
}

/// What is written together or not at all.
type Unit = Vec<Change>;

/// Finds out what an end comes to; writes nothing. O(people + households).
///
/// # Errors
/// `argument_wrong` when there is no such area or successor, they are not of one level, one of them has
/// ended, a township has villages, or the day is before what is counted or to come; `nothing_to_change` when
/// it is done already; what the store says.
pub async fn plan(county: &County, end: &End, today: Day) -> Result<Plan, Problem> {
    let (state, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let goes_on = check(&reference, end)?;
    check_day(&reference, state.begins, today, end)?;
    let mut plan = Plan { goes_on, assignments: assignments(&reference, end), ..Plan::default() };
    for (person, seen) in everybody(county).await? {
        let after = after(&person, end);
        if person.villages.len() > 1 && person.villages.contains(&end.area) {
            plan.contested += 1;
        } else if after != person {
            plan.seen.insert(person.id, seen);
            plan.people.push((person, after));
        }
    }
    households(county, end, &mut plan).await?;
    if goes_on && plan.nothing() {
        let (name, count) = (reference.areas.name(end.area), plan.contested);
        let (left_zh, left_en) = match count {
            0 => (String::new(), String::new()),
            count => (
                format!("；还有 {count} 个人或户，在哪个村填写不一致，定下来以后再写一次这个命令"),
                format!(
                    "; of {count} people or households the village is contested: settle it, then write this again"
                ),
            ),
        };
        let zh = format!("{name}已经在 {} 撤并，人和分工都已转过去{left_zh}", end.from);
        let en =
            format!("{name} ended on {} already, and people and roles have gone over{left_en}", end.from);
        return Err(unchanged(end.area, zh, en));
    }
    Ok(plan)
}

/// Whether an area is there on a day.
///
/// # Errors
/// `argument_wrong` with its successor when it has ended by then.
pub(crate) fn exists(reference: &Reference, code: AreaCode, day: Day) -> Result<(), Problem> {
    let Some((area, until)) = reference.areas.0.get(&code).and_then(|area| Some((area, area.until?))) else {
        return Ok(());
    };
    if day < until {
        return Ok(());
    }
    Err(ended(reference, area, until))
}

fn ended(reference: &Reference, area: &Area, until: Day) -> Problem {
    let heir = reference.areas.heir_on(area.code, until);
    let (name, heir) = (&area.name, format!("{} {heir}", reference.areas.name(heir)));
    let zh = format!("{name}在 {until} 已撤，并入{heir}");
    wrong(area.code, zh, format!("{name} ended on {until}; its successor is {heir}"))
}

/// Whether this very end stands already; only another end of an area that has one is refused.
fn check(reference: &Reference, end: &End) -> Result<bool, Problem> {
    let find = |code: AreaCode| {
        let code = find_area(reference, &code.to_string())?;
        reference.areas.0.get(&code).ok_or_else(|| wrong(code, "没有这个区划", "there is no such area"))
    };
    let (old, new) = (find(end.area)?, find(end.successor)?);
    let level = old.code.level();
    if old.code == new.code {
        return Err(wrong("--successor", "不能并入自己", "an area cannot be its own successor"));
    }
    if !matches!(level, AreaLevel::Village | AreaLevel::Township) {
        let zh = format!("{}不是村，也不是乡镇，不能撤并", old.name);
        return Err(wrong(old.code, zh, format!("{} is neither village nor township", old.name)));
    }
    if level != new.code.level() {
        let zh = format!("{}和{}级别不同：村只能并入村，乡镇只能并入乡镇", old.name, new.name);
        let en = format!("{} and {} are not of one level: a village ends in a village", old.name, new.name);
        return Err(wrong("--successor", zh, en));
    }
    let goes_on = old.until == Some(end.from) && old.successor == Some(new.code);
    if let (Some(until), false) = (old.until, goes_on) {
        return Err(ended(reference, old, until));
    }
    if let Some(until) = new.until {
        return Err(ended(reference, new, until));
    }
    let left = reference.areas.children(old.code).find(|one| one.until.is_none_or(|until| until > end.from));
    if let Some(village) = left {
        let zh = format!("{}下面还有{}等村，先把村撤并", old.name, village.name);
        let en = format!("{} still has villages, such as {}: end them first", old.name, village.name);
        return Err(wrong(old.code, zh, en));
    }
    Ok(goes_on)
}

fn check_day(reference: &Reference, begins: Day, today: Day, end: &End) -> Result<(), Problem> {
    let refused = |zh: String, en: String| Err(wrong("--from", zh, en));
    let from = end.from;
    if from < begins {
        return refused(
            format!("统计从 {begins} 开始，不能更早"),
            format!("nothing is counted before {begins}"),
        );
    }
    if from > today {
        // People change feeds at once: until the day they would be on nobody's phone.
        return refused(
            format!("{from} 还没到：到那一天或以后再写"),
            format!("{from} is still to come: write it on that day or later"),
        );
    }
    for area in [end.area, end.successor].iter().filter_map(|code| reference.areas.0.get(code)) {
        // The successor may begin on that day, the area must have begun before it.
        let begun = |first: Day| first < from || (first == from && area.code == end.successor);
        if let Some(first) = area.from.filter(|first| !begun(*first)) {
            return refused(
                format!("{}从 {first} 才有", area.name),
                format!("{} exists from {first} only", area.name),
            );
        }
    }
    Ok(())
}

fn moved(day: Day) -> String {
    format!("{}{day}", keys::MOVED)
}

/// Where somebody lives and lived, as it is once the area has ended: the part of a stay there that lies
/// behind that day is a stay in the successor. O(moves).
fn after(before: &Person, end: &End) -> Person {
    let mut after = before.clone();
    let mut since = None;
    let split = |since: Option<Day>, after: &mut Person| {
        if since.is_none_or(|since| since < end.from) {
            after.moves.insert(end.from, end.area);
        }
    };
    for (until, village) in &before.moves {
        if *village == end.area && *until > end.from {
            after.moves.insert(*until, end.successor);
            split(since, &mut after);
        }
        since = Some(*until);
    }
    if before.villages == [end.area] {
        after.villages = vec![end.successor];
        split(since, &mut after);
    }
    after
}

/// What has to be written for somebody to live and have lived so.
fn sets(before: &Person, after: &Person) -> Sets {
    let new = after.moves.iter().filter(|(day, village)| before.moves.get(day) != Some(village));
    let mut sets: Sets = new.map(|(day, village)| (moved(*day), number(*village))).collect();
    if let (Some(village), true) = (after.counted_in(), before.villages != after.villages) {
        sets.insert(keys::VILLAGE.to_owned(), number(village));
    }
    sets
}

/// The roles that go over. O(assignments).
fn assignments(reference: &Reference, end: &End) -> Vec<(Assignment, Option<NewAssignment>)> {
    let there = reference
        .assignments
        .values()
        .filter(|one| one.area == end.area && one.until.is_none_or(|until| until > end.from.max(one.from)));
    let goes_on = |one: &Assignment| {
        let (staff, role, until) = (one.staff, one.role, one.until);
        let new = NewAssignment { staff, role, area: end.successor, from: end.from.max(one.from), until };
        new.given(reference).is_none().then_some(new)
    };
    there.map(|one| (one.clone(), goes_on(one))).collect()
}

/// The households of the area. O(households).
async fn households(county: &County, end: &End, plan: &mut Plan) -> Result<(), Problem> {
    let take = |record: RecordRef, row: &RecordRow| match codes(&row.head, keys::VILLAGE).as_slice() {
        [village] if *village == end.area => {
            plan.seen.insert(record.id, row.head.vector.clone());
            plan.households.push(record.id);
        }
        several if several.contains(&end.area) => plan.contested += 1,
        _ => {}
    };
    each_record(county.stores.ledger.as_ref(), RecordKind::Household, take).await
}

impl Plan {
    fn nothing(&self) -> bool {
        self.people.is_empty() && self.households.is_empty() && self.assignments.is_empty()
    }

    /// First the end and the roles: whoever works there goes on working, whatever is cut off behind.
    fn units(&self, end: &End) -> Vec<Unit> {
        let mut units = Vec::new();
        if !self.goes_on {
            let sets = [
                (keys::UNTIL.to_owned(), Value::from(end.from.to_string())),
                (keys::SUCCESSOR.to_owned(), number(end.successor)),
            ];
            units.push(vec![Change::of_office(Area::record(end.area), sets.into())]);
        }
        units.extend(self.assignments.iter().map(|(old, new)| {
            let record = RecordRef { kind: RecordKind::Assignment, id: old.id };
            let until = Value::from(end.from.max(old.from).to_string());
            let mut unit = vec![Change::of_office(record, Sets::from([(keys::UNTIL.to_owned(), until)]))];
            let new = new.as_ref().map(|new| Change::new(RecordKind::Assignment, new.sets()));
            unit.extend(new);
            unit
        }));
        units.extend(self.households.iter().map(|id| {
            let record = RecordRef { kind: RecordKind::Household, id: *id };
            // Nobody leaves the house: its 小组 stays what it is.
            let sets = Sets::from([(keys::VILLAGE.to_owned(), number(end.successor))]);
            vec![self.of_register(record, sets)]
        }));
        units.extend(self.people.iter().map(|(before, after)| {
            let record = RecordRef { kind: RecordKind::Person, id: before.id };
            vec![self.of_register(record, sets(before, after))]
        }));
        units
    }

    fn of_register(&self, record: RecordRef, sets: Sets) -> Change {
        Change::of_register(record, self.seen.get(&record.id).cloned().unwrap_or_default(), sets)
    }

    /// The jobs, each of at most so many patches (a unit of more is one of its own).
    fn slices(&self, end: &End, count: usize) -> Vec<Unit> {
        let mut slices: Vec<Unit> = Vec::new();
        for unit in self.units(end) {
            match slices.last_mut() {
                Some(slice) if slice.len() + unit.len() <= count => slice.extend(unit),
                _ => slices.push(unit),
            }
        }
        slices
    }
}

/// Ends an area, in slices between which phones are answered. Until that day people are counted in it,
/// from then on in its successor; whoever works there has them through the successor. Cut off in the
/// middle, the next time goes on.
///
/// # Errors
/// As [`plan`]; what the store says: the slices before are on disk.
pub async fn end(county: &County, end: &End, now_ms: UnixMs) -> Result<(), Problem> {
    let plan = plan(county, end, Day::of(now_ms)).await?;
    for slice in plan.slices(end, SLICE) {
        write_all(county, operator(), slice, now_ms).await?;
    }
    tracing::info!(area = %end.area, successor = %end.successor, from = %end.from, "an area was ended");
    Ok(())
}

#[cfg(test)]
mod tests;
