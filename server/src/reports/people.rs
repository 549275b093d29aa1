//! The people behind a figure: 未走访名单 and its neighbours.

use super::{Asked, contested, standings};
use crate::county::{County, at_county};
use domain::catalogue::RecordKind;
use domain::category::Category;
use domain::coverage::{Standing, Status};
use domain::household::Household;
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::patch::RecordRef;
use domain::period::Period;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::staff::Role;
use domain::subject::Person;
use domain::time::Day;
use serde::Serialize;
use std::collections::BTreeSet;
use sync::county::needs::PartRow;

/// A figure of the table, which opens into its people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Column {
    /// 名册
    Register,
    /// 不计入
    Excluded,
    /// 应走访
    Due,
    /// 已走访
    Met,
    /// 已走访（上门）
    MetHome,
    /// 已走访（其他）
    MetOther,
    /// 未走访
    Open,
    /// 情况有变待确认
    ChangePending,
    /// 去过未见到
    Tried,
    /// 手机未回传
    Silent,
    /// 还没去
    NotYet,
    /// 上期漏访至今未补
    MissedBefore,
    /// 填写不一致
    Contested,
}

impl Column {
    /// The words of the table.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Register => "名册",
            Self::Excluded => "不计入",
            Self::Due => "应走访",
            Self::Met => "已走访",
            Self::MetHome => "已走访（上门）",
            Self::MetOther => "已走访（其他）",
            Self::Open => "未走访",
            Self::ChangePending => "情况有变待确认",
            Self::Tried => "去过未见到",
            Self::Silent => "手机未回传",
            Self::NotYet => "还没去",
            Self::MissedBefore => "上期漏访至今未补",
            Self::Contested => "填写不一致",
        }
    }

    /// Whether somebody with this status is among those that the figure counts.
    fn counts(self, status: Status, silent: bool) -> bool {
        match self {
            Self::Register => true,
            Self::Excluded => !status.is_due(),
            Self::Due => status.is_due(),
            Self::Met => status.is_met(),
            Self::MetHome => status == Status::MetHome,
            Self::MetOther => status == Status::MetOther,
            Self::Open => status.is_due() && !status.is_met(),
            Self::ChangePending => status == Status::ChangePending,
            Self::Tried => status == Status::Tried,
            Self::Silent => status == Status::NotYet && silent,
            Self::NotYet => status == Status::NotYet && !silent,
            Self::MissedBefore | Self::Contested => false,
        }
    }
}

/// Somebody who is to go there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Responsible {
    /// Their name.
    pub name: String,
    /// Their telephone.
    pub phone: Option<String>,
}

/// One person of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The record.
    pub person: RecordId,
    /// The township's name.
    pub township: String,
    /// The village's code.
    pub village: AreaCode,
    /// The village's name.
    pub village_name: String,
    /// 小组.
    pub group: String,
    /// 户主.
    pub head_name: String,
    /// The name; a child's is masked.
    pub name: String,
    /// Categories as of the day, in words.
    pub categories: Vec<String>,
    /// Where the person stands.
    pub status: String,
    /// By when.
    pub due_on: Option<Day>,
    /// Days late; rolling duties only.
    pub overdue_days: i32,
    /// The last visit on which the person was met.
    pub last_visit: Option<Day>,
    /// Who made it.
    pub last_visit_by: String,
    /// Why it is so: what was said at the door.
    pub why: String,
    /// Who is to go there.
    pub responsible: Vec<Responsible>,
}

/// The people whom a figure counts, by village, group, household and name.
/// O(people of the figure), a few reads each.
///
/// # Errors
/// What the store says.
pub async fn people(county: &County, asked: &Asked, column: Column) -> Result<Vec<Line>, Problem> {
    let mut lines = Vec::new();
    for standing in behind(county, asked, column).await? {
        lines.extend(line(county, asked, &standing, column).await?);
    }
    lines.sort_by(|one, other| {
        let key = |line: &Line| (line.village, line.group.clone(), line.head_name.clone(), line.name.clone());
        key(one).cmp(&key(other))
    });
    Ok(lines)
}

async fn behind(county: &County, asked: &Asked, column: Column) -> Result<Vec<Standing>, Problem> {
    let as_of = asked.question.as_of;
    let missed = column == Column::MissedBefore;
    let period = if missed { asked.period.previous() } else { asked.period };
    let reports = county.stores.reports.as_ref();
    let mut all = standings(reports, asked, period, asked.villages.clone()).await?;
    all.retain(|one| one.step_on(as_of).is_some_and(|step| asked.chooses(step)));
    if missed {
        all.retain(|one| one.missed_on(as_of));
    } else if column == Column::Contested {
        let people: BTreeSet<_> = contested(county, asked).await?.into_values().flatten().collect();
        all.retain(|one| people.contains(&one.subject));
    } else {
        all.retain(|one| {
            one.step_on(as_of)
                .is_some_and(|step| column.counts(step.status, asked.silent.contains(&step.place.area)))
        });
    }
    Ok(all)
}

/// How many of a person's latest parts are looked at for the last visit and what was said.
const PARTS: usize = 20;

async fn line(
    county: &County,
    asked: &Asked,
    standing: &Standing,
    column: Column,
) -> Result<Option<Line>, Problem> {
    let as_of = asked.question.as_of;
    let Some(step) = standing.step_on(as_of) else { return Ok(None) };
    let record = RecordRef { kind: RecordKind::Person, id: standing.subject };
    let ledger = &county.stores.ledger;
    let Some(row) = ledger.record(record).await.map_err(at_county)? else { return Ok(None) };
    let person = Person::read(record.id, &row.head);
    let household = match person.household {
        Some(id) => {
            let record = RecordRef { kind: RecordKind::Household, id };
            let row = ledger.record(record).await.map_err(at_county)?;
            row.map(|row| Household::read(id, &row.head))
        }
        None => None,
    };
    let mut parts = county.stores.reports.parts_of(person.id, PARTS).await.map_err(at_county)?;
    parts.retain(|part| part.fact.as_ref().is_some_and(|fact| fact.day <= as_of));
    let village = step.place.area;
    let reference = &asked.reference;
    let silent = step.status == Status::NotYet && asked.silent.contains(&village);
    let last = parts.iter().find_map(|part| part.fact.as_ref().filter(|fact| fact.met.in_person()));
    let staff = |id: RecordId| reference.staff.get(&id).map(|staff| staff.name.clone());
    let minor = person.is_minor_on(as_of);
    let head_name = household.as_ref().map(|home| home.head_name.clone()).unwrap_or_default();
    let head_is_child = minor && head_name == person.name;
    Ok(Some(Line {
        person: person.id,
        township: township(reference, village),
        village,
        village_name: reference.areas.name(village),
        group: household.map(|home| home.group).unwrap_or_default(),
        head_name: if head_is_child { masked(&head_name) } else { head_name },
        name: if minor { masked(&person.name) } else { person.name.clone() },
        categories: categories(&person, as_of),
        status: if silent { Column::Silent.zh() } else { step.status.zh() }.to_owned(),
        due_on: standing.due_on(as_of),
        overdue_days: standing.overdue_days(as_of),
        last_visit: last.map(|fact| fact.day),
        last_visit_by: last.and_then(|fact| staff(fact.by?)).unwrap_or_default(),
        why: why(&parts, standing.period, step.status, column),
        responsible: responsible(asked, village),
    }))
}

/// A child's name on a list: the first character only.
pub(crate) fn masked(name: &str) -> String {
    let mut characters = name.chars();
    let first: String = characters.by_ref().take(1).collect();
    format!("{first}{}", "○".repeat(characters.count().max(1)))
}

fn township(reference: &Reference, village: AreaCode) -> String {
    let above = reference.areas.ancestors(village).find(|area| area.level() == AreaLevel::Township);
    above.map(|area| reference.areas.name(area)).unwrap_or_default()
}

fn categories(person: &Person, day: Day) -> Vec<String> {
    let known = |code: &str| Category::from_code(code).map(|category| category.zh().to_owned());
    person.categories_on(day).map(|code| known(code).unwrap_or_else(|| code.to_owned())).collect()
}

/// What was said at the door the last time somebody went there in the period, for those not visited.
fn why(parts: &[PartRow], period: Period, status: Status, column: Column) -> String {
    if status.is_met() || column == Column::Contested {
        return String::new();
    }
    if !status.is_due() {
        return status.zh().to_owned();
    }
    let tried = parts.iter().filter_map(|part| part.fact.as_ref()).find(|fact| period.contains(fact.day));
    tried.map_or_else(String::new, |fact| {
        let reason = fact.reason.map_or(fact.met.zh(), domain::visit::NotMet::zh);
        format!("{} {}：{reason}", fact.day, fact.way.zh())
    })
}

/// Who carries the duty in the village itself; who has the township or county when nobody does.
fn responsible(asked: &Asked, village: AreaCode) -> Vec<Responsible> {
    let (reference, as_of) = (&asked.reference, asked.question.as_of);
    let carries = |role: Role| {
        if asked.rule.roles.is_empty() {
            matches!(role, Role::AssistanceOfficer | Role::ChildDirector)
        } else {
            asked.rule.roles.contains(&role)
        }
    };
    let mut people = BTreeSet::new();
    for area in reference.areas.ancestors(village) {
        let here = reference.assignments.values().filter(|one| one.area == area);
        people.extend(here.filter(|one| carries(one.role) && one.holds_on(as_of)).map(|one| one.staff));
        if !people.is_empty() {
            break;
        }
    }
    let member = |id: RecordId| {
        let staff = reference.staff.get(&id)?;
        Some(Responsible { name: staff.name.clone(), phone: staff.phone.clone() })
    };
    people.into_iter().filter_map(member).collect()
}
