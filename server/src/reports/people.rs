//! The people behind a figure: 未走访名单 and its neighbours.

use super::lines::lines_of;
use super::responsible::{Responsible, retain_theirs};
use super::{Asked, contested, standings};
use crate::county::{County, at_county};
use domain::catalogue::RecordKind;
use domain::category::Category;
use domain::coverage::reading::Row;
use domain::coverage::{Standing, Status};
use domain::household::Household;
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::patch::RecordRef;
use domain::period::Period;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A figure of the table, which opens into its people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[value(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
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
    /// 现已超期
    Overdue,
}

impl Column {
    /// 未走访 and what it is made of.
    pub const UNVISITED: [Self; 5] =
        [Self::Open, Self::ChangePending, Self::Tried, Self::Silent, Self::NotYet];

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
            Self::Overdue => "现已超期",
        }
    }

    /// The number in a row of the table that it opens.
    pub fn of(self, row: &Row) -> i64 {
        match self {
            Self::Register => row.register,
            Self::Excluded => row.not_counted(),
            Self::Due => row.due,
            Self::Met => row.met,
            Self::MetHome => row.met_home,
            Self::MetOther => row.met - row.met_home,
            Self::Open => row.open(),
            Self::ChangePending => row.change_pending,
            Self::Tried => row.tried,
            Self::Silent => row.silent,
            Self::NotYet => row.not_yet,
            Self::MissedBefore => row.missed_before,
            Self::Contested => row.contested,
            Self::Overdue => row.overdue.unwrap_or_default(),
        }
    }

    /// Whether somebody with this status is among those that the figure counts.
    pub(crate) fn counts(self, status: Status, silent: bool) -> bool {
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
            Self::MissedBefore | Self::Contested | Self::Overdue => false,
        }
    }
}

/// One person of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Line {
    /// The record.
    #[schema(value_type = String)]
    pub person: RecordId,
    /// The township's name.
    pub township: String,
    /// The village's code.
    #[schema(value_type = u64)]
    pub village: AreaCode,
    /// The village's name.
    pub village_name: String,
    /// 小组.
    pub group: String,
    /// 户主.
    pub head_name: String,
    /// The name; a child's is masked.
    pub name: String,
    /// Categories as of the day, in Chinese words.
    pub categories: Vec<String>,
    /// The same, English.
    pub categories_en: Vec<String>,
    /// The duty; of any of them those that are asked for and, of who was not visited, are not met. Chinese.
    pub duties: Vec<String>,
    /// The same, English.
    pub duties_en: Vec<String>,
    /// Where the person stands, Chinese.
    pub status: String,
    /// The same, English.
    pub status_en: String,
    /// By when.
    #[schema(value_type = Option<String>)]
    pub due_on: Option<Day>,
    /// Days late on the day that is asked; rolling duties only.
    pub overdue_days: i32,
    /// The last visit on which the person was met, or by which the duty was.
    #[schema(value_type = Option<String>)]
    pub last_visit: Option<Day>,
    /// Who made it, came along, and wrote it down. Chinese.
    pub last_visit_by: String,
    /// The same, English.
    pub last_visit_by_en: String,
    /// Why it is so: what was said at the door; of who is not visited where they stand, when nobody has been. Chinese.
    pub why: String,
    /// The same, English.
    pub why_en: String,
    /// Who is to go there.
    pub responsible: Vec<Responsible>,
}

/// Some of the people behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The people.
    pub lines: Vec<Line>,
    /// After whom it goes on; `None` at the end.
    pub next: Option<RecordId>,
}

/// So many lines are made of one reading of each kind.
const LOT: usize = 500;

/// The people whom a figure counts, by village, group, household and name.
/// O(people of the figure).
///
/// # Errors
/// What the store says.
pub async fn people(county: &County, asked: &Asked, column: Column) -> Result<Vec<Line>, Problem> {
    Ok(people_after(county, asked, column, None, usize::MAX).await?.lines)
}

/// At most so many of them, after one whom the page before ended with, wherever that person stands now.
/// O(people of the villages that the page touches); three readings for each village, five for the page, none for a
/// person.
///
/// # Errors
/// `nothing_found` when that person stands nowhere in this question; what the store says.
pub async fn people_after(
    county: &County,
    asked: &Asked,
    column: Column,
    after: Option<RecordId>,
    count: usize,
) -> Result<Page, Problem> {
    let after = match after {
        Some(id) => Some(place_of(county, asked, column, id).await?),
        None => None,
    };
    let contested = match column {
        Column::Contested => contested(county, asked).await?.into_values().flatten().collect(),
        _ => BTreeSet::new(),
    };
    let (mut chosen, mut more) = (Vec::new(), false);
    let first = after.as_ref().map_or(AreaCode(0), |(village, _)| *village);
    for village in asked.villages.range(first..) {
        let here = of_village(county, asked, column, *village, &contested).await?;
        let behind = |found: &Found| after.as_ref().is_none_or(|after| (*village, found.key()) > *after);
        chosen.extend(here.into_iter().filter(behind));
        more = chosen.len() > count;
        if more {
            chosen.truncate(count);
            break;
        }
    }
    let mut lines = Vec::new();
    for some in chosen.chunks(LOT) {
        lines.extend(lines_of(county, asked, some, column).await?);
    }
    let next = lines.last().map(|line| line.person).filter(|_| more);
    Ok(Page { lines, next })
}

/// Somebody behind a figure, before the line is written.
pub(super) struct Found {
    pub standing: Standing,
    pub person: Person,
    pub household: Option<Household>,
}

/// What people of a village are sorted by.
type Key = (String, String, String, RecordId);

impl Found {
    fn key(&self) -> Key {
        let home = self.household.as_ref();
        let (group, head) = home.map(|home| (home.group.clone(), home.head_name.clone())).unwrap_or_default();
        (group, head, self.person.name.clone(), self.person.id)
    }
}

/// The people of these standings with their households, in two readings; of whom nothing is there nobody.
async fn read(county: &County, standings: Vec<Standing>) -> Result<Vec<Found>, Problem> {
    let of = |kind: RecordKind| move |id: RecordId| RecordRef { kind, id };
    let records = |all: BTreeSet<RecordRef>| async {
        if all.is_empty() {
            return Ok(BTreeMap::new());
        }
        county.stores.ledger.records(all).await.map_err(at_county)
    };
    let ids = standings.iter().map(|one| one.subject).map(of(RecordKind::Person)).collect();
    let people = records(ids).await?;
    let mut found: Vec<Found> = standings
        .into_iter()
        .filter_map(|standing| {
            let row = people.get(&of(RecordKind::Person)(standing.subject))?;
            let person = Person::read(standing.subject, &row.head);
            Some(Found { standing, person, household: None })
        })
        .collect();
    let homes = found.iter().filter_map(|one| one.person.household).map(of(RecordKind::Household));
    let homes = records(homes.collect()).await?;
    for one in &mut found {
        let home =
            one.person.household.map(of(RecordKind::Household)).and_then(|home| homes.get_key_value(&home));
        one.household = home.map(|(home, row)| Household::read(home.id, &row.head));
    }
    Ok(found)
}

/// The period of whose standings a figure is made in a village; `None` where it counts nobody.
fn period(asked: &Asked, column: Column, village: AreaCode) -> Option<Period> {
    match column {
        Column::MissedBefore => Some(asked.period.previous()),
        Column::Overdue => asked.rolling.get(&village).copied(),
        _ => Some(asked.period),
    }
}

/// Where somebody stands among all whom a question can list.
async fn place_of(
    county: &County,
    asked: &Asked,
    column: Column,
    id: RecordId,
) -> Result<(AreaCode, Key), Problem> {
    let gone = || Problem::new(ProblemCode::NothingFound);
    let all = county.stores.reports.standings_of(id).await.map_err(at_county)?;
    let here = all.into_iter().filter(|one| one.duty == asked.question.duty).find_map(|standing| {
        let village = standing.step_on(asked.question.as_of)?.place.area;
        (Some(standing.period) == period(asked, column, village)).then_some((village, standing))
    });
    let (village, standing) = here.ok_or_else(gone)?;
    let found = read(county, vec![standing]).await?.pop().ok_or_else(gone)?;
    Ok((village, found.key()))
}

/// Those of a village whom a figure counts, in their order.
async fn of_village(
    county: &County,
    asked: &Asked,
    column: Column,
    village: AreaCode,
    contested: &BTreeSet<RecordId>,
) -> Result<Vec<Found>, Problem> {
    let as_of = asked.question.as_of;
    let reports = county.stores.reports.as_ref();
    let silent = asked.silent.contains(&village);
    let mut counted = Vec::new();
    let Some(period) = period(asked, column, village) else { return Ok(Vec::new()) };
    for standing in standings(reports, asked, period, BTreeSet::from([village])).await? {
        let step = standing.step_on(as_of).filter(|step| asked.chooses(step));
        let counts = step.is_some_and(|step| match column {
            Column::MissedBefore => standing.missed_on(as_of),
            Column::Contested => contested.contains(&standing.subject),
            Column::Overdue => asked.overdue_days(&standing) > 0,
            _ => column.counts(step.status, silent),
        });
        if counts {
            counted.push(standing);
        }
    }
    retain_theirs(county, asked, &mut counted).await?;
    let mut people = read(county, counted).await?;
    people.sort_by_cached_key(Found::key);
    Ok(people)
}

pub(crate) fn township(reference: &Reference, village: AreaCode) -> String {
    let above = reference.areas.ancestors(village).find(|area| area.level() == AreaLevel::Township);
    above.map(|area| reference.areas.name(area)).unwrap_or_default()
}

pub(super) fn categories(person: &Person, day: Day, word: fn(Category) -> &'static str) -> Vec<String> {
    let known = |code: &str| Category::from_code(code).map(|category| word(category).to_owned());
    person.categories_on(day).map(|code| known(code).unwrap_or_else(|| code.to_owned())).collect()
}
