//! The people behind a figure: 未走访名单 and its neighbours.

use super::responsible::{Responsible, responsible};
use super::visits::{contested_in_words, mets_in_words, ways_in_words};
use super::{Asked, contested, standings};
use crate::county::{County, at_county};
use crate::credit::Credit;
use crate::goings;
use domain::catalogue::RecordKind;
use domain::category::Category;
use domain::coverage::reading::Row;
use domain::coverage::rules::ANY_DUTY;
use domain::coverage::{Standing, Status};
use domain::household::Household;
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::mask;
use domain::patch::RecordRef;
use domain::period::Period;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::Day;
use domain::visit::{Met, NotMet, PartFact, Way};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use sync::county::needs::PartRow;

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
    /// Why it is so: what was said at the door. Chinese.
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

/// The people whom a figure counts, by village, group, household and name.
/// O(people of the figure), a few reads each.
///
/// # Errors
/// What the store says.
pub async fn people(county: &County, asked: &Asked, column: Column) -> Result<Vec<Line>, Problem> {
    Ok(people_after(county, asked, column, None, usize::MAX).await?.lines)
}

/// At most so many of them, after one whom the page before ended with, wherever that person stands now.
/// O(people of the villages that the page touches), a few reads each.
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
    let mut page = Page { lines: Vec::new(), next: None };
    let first = after.as_ref().map_or(AreaCode(0), |(village, _)| *village);
    for village in asked.villages.range(first..) {
        for found in of_village(county, asked, column, *village, &contested).await? {
            if after.as_ref().is_some_and(|after| (*village, found.key()) <= *after) {
                continue;
            }
            if page.lines.len() == count {
                page.next = page.lines.last().map(|line| line.person);
                return Ok(page);
            }
            page.lines.extend(line(county, asked, &found, column).await?);
        }
    }
    Ok(page)
}

/// Somebody behind a figure, before the line is written.
struct Found {
    standing: Standing,
    person: Person,
    household: Option<Household>,
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

async fn read(county: &County, standing: Standing) -> Result<Option<Found>, Problem> {
    let ledger = &county.stores.ledger;
    let record = RecordRef { kind: RecordKind::Person, id: standing.subject };
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
    Ok(Some(Found { standing, person, household }))
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
    let found = read(county, standing).await?.ok_or_else(gone)?;
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
    let mut people = Vec::new();
    let Some(period) = period(asked, column, village) else { return Ok(people) };
    for standing in standings(reports, asked, period, BTreeSet::from([village])).await? {
        let step = standing.step_on(as_of).filter(|step| asked.chooses(step));
        let counts = step.is_some_and(|step| match column {
            Column::MissedBefore => standing.missed_on(as_of),
            Column::Contested => contested.contains(&standing.subject),
            Column::Overdue => asked.overdue_days(&standing) > 0,
            _ => column.counts(step.status, silent),
        });
        if counts {
            people.extend(read(county, standing).await?);
        }
    }
    people.sort_by_cached_key(Found::key);
    Ok(people)
}

/// How many of a person's latest parts are looked at for the last visit and what was said.
const PARTS: usize = 20;

async fn line(
    county: &County,
    asked: &Asked,
    found: &Found,
    column: Column,
) -> Result<Option<Line>, Problem> {
    let Found { standing, person, household } = found;
    let as_of = asked.question.as_of;
    let Some(step) = standing.step_on(as_of) else { return Ok(None) };
    let mut parts = county.stores.reports.parts_of(person.id, PARTS).await.map_err(at_county)?;
    parts.retain(|part| part.fact.as_ref().is_some_and(|fact| fact.first_day() <= as_of));
    let village = step.place.area;
    let reference = &asked.reference;
    let silent = step.status == Status::NotYet && asked.silent.contains(&village);
    // A duty may also be met by whoever looks after somebody: that visit counts, and is shown.
    let counts = standing.met_by.filter(|_| step.status.is_met());
    let last = parts
        .iter()
        .find_map(|part| part.fact.as_ref().filter(|fact| fact.met.in_person() || counts == Some(part.part)));
    let credit = match last {
        Some(fact) => goings::credit(county, reference, &goings::visit(county, fact.visit).await?).await?,
        None => Credit::default(),
    };
    let minor = person.is_minor_on(as_of);
    let head_name = household.as_ref().map(|home| home.head_name.clone()).unwrap_or_default();
    let head_is_child = minor && head_name == person.name;
    let (status, status_en) = match silent {
        true => (Column::Silent.zh(), "phone not heard from"),
        false => (step.status.zh(), step.status.en()),
    };
    let (duties, duties_en) = duties(county, asked, standing, village).await?;
    let (why, why_en) = why(&parts, standing.period, as_of, step.status, column);
    Ok(Some(Line {
        person: person.id,
        township: township(reference, village),
        village,
        village_name: reference.areas.name(village),
        group: household.as_ref().map(|home| home.group.clone()).unwrap_or_default(),
        head_name: if head_is_child { mask::name(&head_name) } else { head_name },
        name: if minor { mask::name(&person.name) } else { person.name.clone() },
        categories: categories(person, as_of, Category::zh),
        categories_en: categories(person, as_of, Category::en),
        duties,
        duties_en,
        status: status.to_owned(),
        status_en: status_en.to_owned(),
        due_on: standing.due_on(as_of),
        overdue_days: asked.overdue_days(standing),
        last_visit: last.and_then(|fact| fact.days().rfind(|day| *day <= as_of)),
        last_visit_by: credit.zh(),
        last_visit_by_en: credit.en(),
        why,
        why_en,
        responsible: responsible(asked, village),
    }))
}

/// What is asked for: titles, Chinese and English.
async fn duties(
    county: &County,
    asked: &Asked,
    standing: &Standing,
    village: AreaCode,
) -> Result<(Vec<String>, Vec<String>), Problem> {
    if asked.question.duty != ANY_DUTY {
        return Ok((vec![asked.rule.title_zh.clone()], vec![asked.rule.title_en.clone()]));
    }
    let as_of = asked.question.as_of;
    let met = standing.step_on(as_of).is_some_and(|step| step.status.is_met());
    let day = as_of.min(asked.period.last());
    let names: BTreeSet<&str> = asked.rules.iter().map(|rule| rule.duty.as_str()).collect();
    let all = county.stores.reports.standings_of(standing.subject).await.map_err(at_county)?;
    let wanted = |one: &&Standing| {
        let status = one.step_on(as_of).map(|step| step.status);
        let open = status.is_some_and(|status| status.is_due() && (met || !status.is_met()));
        names.contains(one.duty.as_str()) && one.period.contains(day) && open
    };
    let title = |one: &Standing| {
        let rule = asked.reference.rule_on(&one.duty, village, day)?;
        Some((rule.title_zh.clone(), rule.title_en.clone()))
    };
    Ok(all.iter().filter(wanted).filter_map(title).unzip())
}

pub(crate) fn township(reference: &Reference, village: AreaCode) -> String {
    let above = reference.areas.ancestors(village).find(|area| area.level() == AreaLevel::Township);
    above.map(|area| reference.areas.name(area)).unwrap_or_default()
}

pub(super) fn categories(person: &Person, day: Day, word: fn(Category) -> &'static str) -> Vec<String> {
    let known = |code: &str| Category::from_code(code).map(|category| word(category).to_owned());
    person.categories_on(day).map(|code| known(code).unwrap_or_else(|| code.to_owned())).collect()
}

/// What was said at the door the last time somebody went there in the period, for those not visited; Chinese and
/// English.
fn why(parts: &[PartRow], period: Period, as_of: Day, status: Status, column: Column) -> (String, String) {
    if status.is_met() || column == Column::Contested {
        return Default::default();
    }
    if !status.is_due() {
        return (status.zh().to_owned(), status.en().to_owned());
    }
    let here = |fact: &&PartFact| fact.days().any(|day| period.contains(day) && day <= as_of);
    let tried = parts.iter().filter_map(|part| part.fact.as_ref()).find(here);
    tried.map(told_at_the_door).unwrap_or_default()
}

fn told_at_the_door(fact: &PartFact) -> (String, String) {
    let days = |or: &str| fact.days().map(|day| day.to_string()).collect::<Vec<_>>().join(or);
    let reason = |word: fn(NotMet) -> &'static str, met: String| {
        fact.reason.map_or(met, |reason| word(reason).to_owned())
    };
    let (way, said) =
        (ways_in_words(fact, Way::zh, "或"), reason(NotMet::zh, mets_in_words(fact, Met::zh, "或")));
    let zh = format!("{} {way}：{said}{}", days("或"), contested_in_words(fact));
    let (way, said) =
        (ways_in_words(fact, Way::en, " or "), reason(NotMet::en, mets_in_words(fact, Met::en, " or ")));
    let contested = if fact.is_contested() { " (entries differ)" } else { "" };
    (zh, format!("{}, {way}: {said}{contested}", days(" or ")))
}
