//! 走访情况: one figure, and everything that stands behind it.
//!
//! ```text
//! sentence ── rows ── people ── visits ── parts and the history of their fields
//! ```

mod answers;
mod counted;
mod explain;
mod lines;
mod named;
mod people;
mod responsible;
mod settled;
mod silence;
#[cfg(test)]
mod tests;
mod told;
mod visits;
pub mod waiting;

pub use answers::{Answer, answers_of};
pub use explain::{Explanation, explain};
pub(crate) use named::Names;
pub(crate) use people::township;
pub use people::{Column, Line, Page, people, people_after};
pub use responsible::{Responsible, Worker, of_worker, workers};
pub use settled::{Settled, settled_of};
pub use visits::{
    FieldHistory, Met, PersonVisits, RecordHistory, Share, VisitLine, contested_of, of_person, of_visit,
};
pub(crate) use visits::{history as record_history, one_with};

use crate::clock;
use crate::county::{County, at_county};
use crate::near::near;
use crate::problem::wrong;
use crate::staff::no_books;
use domain::catalogue::{RecordKind, keys};
use domain::category::Category;
use domain::closing::Stood;
use domain::coverage::reading::{Row, roll_up, rows, sentence_en, sentence_zh, total};
use domain::coverage::rules::{ANY_DUTY_ZH, Rules, rule_on};
use domain::coverage::status::Status;
use domain::coverage::tally::{EVERYBODY, MISSED, overdue_of};
use domain::coverage::{Standing, Step};
use domain::duty::Duty;
use domain::head::{Head, Reading};
use domain::ids::{AreaCode, AreaLevel, RecordId};
use domain::patch::RecordRef;
use domain::period::{Cadence, Period};
use domain::problem::Problem;
use domain::reference::Reference;
use domain::settings::Setting;
use domain::subject::Person;
use domain::time::{Day, SHANGHAI_OFFSET_MS, UnixMs};
use domain::visit::{Part, PartFact};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::county::{FiguresQuery, Reports, StandingQuery};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The area: a village or anything above.
    pub area: AreaCode,
    /// The duty's name, or `*`.
    pub duty: String,
    /// The period; the one in which `as_of` lies, by the duty's own cadence, when nothing is said.
    pub period: Option<Period>,
    /// A category's code; everybody once when nothing is said.
    pub category: Option<String>,
    /// Facts up to the end of this day.
    pub as_of: Day,
    /// Whether 手机未回传 is told apart from 还没去.
    pub silence: bool,
}

/// A question whose duty, period and villages have been found.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was asked.
    pub question: Question,
    /// The period.
    pub period: Period,
    /// The rule that gives the table its title.
    pub rule: Duty,
    /// All rules that speak in the area on some day of the period; of `*` those of care.
    pub rules: Vec<Duty>,
    /// The villages of the area, whether they exist today or not.
    pub villages: BTreeSet<AreaCode>,
    /// Whose villages they are, where only one worker's are asked for.
    pub worker: Option<RecordId>,
    /// Those whose phones are silent.
    pub silent: BTreeSet<AreaCode>,
    /// Those in which the duty is due by days (超期), with the period in which the day of the question lies there:
    /// only its standings know who is late on that day. None while the figures are still those of a program whose
    /// tally does not tell it.
    pub rolling: BTreeMap<AreaCode, Period>,
    /// The last day of which anything can be known: that of the question, or today when it lies ahead. No phone
    /// is silent on a day to come; what the standings say of it is expected, by the visits known now.
    pub known: Day,
    /// Areas, staff, rules.
    pub reference: Arc<Reference>,
}

/// The answer: rows that add up to the total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The duty's name.
    pub duty: String,
    /// Its Chinese title.
    pub title_zh: String,
    /// Its English title.
    pub title_en: String,
    /// The category's code, when one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The period's key.
    pub period: Period,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub last: Day,
    /// As of the end of this day.
    pub as_of: Day,
    /// Villages with somebody in them, ascending by code.
    pub villages: BTreeMap<AreaCode, Row>,
    /// The whole area.
    pub total: Row,
}

/// How many contested records are looked at.
const CONTESTED_MAX: usize = 10_000;

/// Finds duty, period and villages of a question.
///
/// # Errors
/// `argument_wrong` for an area, duty, category, period or day that is not there or never counted; what
/// the store says.
pub async fn ask(county: &County, mut question: Question) -> Result<Asked, Problem> {
    let (state, _, reference, generations) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    // The rules by which the figures were judged, not those that are being built.
    let rules = generations.rules();
    if reference.areas.0.is_empty() {
        return Err(no_books(question.area));
    }
    if !reference.areas.0.contains_key(&question.area) {
        let code = question.area;
        return Err(wrong("area", format!("没有区划 {code}"), format!("there is no area {code}")));
    }
    question.category = question.category.map(|text| counted::category(rules, &text)).transpose()?;
    let rule = title_rule(rules, &reference, &question);
    let rule = rule.ok_or_else(|| no_duty(&reference, &question.duty, rules.names()))?;
    let own = Period::containing(rule.cadence, rule.cut, question.as_of);
    let period = question.period.unwrap_or(own);
    let here = reference.areas.villages(question.area).map(|one| rules.at(&question.duty, one.code));
    let here: Vec<_> = here.chain([rules.at(&question.duty, question.area)]).collect();
    let today = Day::of(clock::now_ms());
    counted::period(&question, &rule, &here, period, state.begins, today)?;
    let villages: BTreeSet<_> = reference.areas.villages(question.area).map(|area| area.code).collect();
    let known = question.as_of.min(today);
    let roles = |village| silence::roles(rules, &question.duty, village, known);
    let phones = silence::phones(county, known).await?;
    let silent = |village: &AreaCode| {
        let limit_days = reference.setting(Setting::SilentDays, *village, known);
        silence::is_silent(&reference, &phones, *village, &roles(*village), known, limit_days)
    };
    let silent = villages.iter().copied().filter(|one| question.silence && silent(one)).collect();
    let tells_overdue = rules.tells_overdue();
    let rolls = |village: &AreaCode| {
        Some((*village, rolling_period(rules.at(&question.duty, *village), question.as_of)?))
    };
    let rolling = villages.iter().filter(|_| tells_overdue).filter_map(rolls).collect();
    let rules = explain::applying(rules, &question.duty, &villages, period);
    Ok(Asked { question, period, rule, rules, villages, worker: None, silent, rolling, known, reference })
}

/// The period in which a day lies, when one of these rules is due by days in it.
fn rolling_period(rules: &[Duty], day: Day) -> Option<Period> {
    let rule = rule_on(rules, day)?;
    let period = Period::containing(rule.cadence, rule.cut, day);
    let rolls = |rule: &Duty| {
        let overlaps = rule.from < period.until() && rule.until.is_none_or(|until| period.from() < until);
        overlaps && matches!(rule.cadence, Cadence::Rolling { .. }) && period.suits(rule.cadence, rule.cut)
    };
    rules.iter().any(rolls).then_some(period)
}

/// There is no duty of this name or title; these are, with their titles.
pub(crate) fn no_duty<'a>(
    reference: &Reference,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let titled = |name: &str| {
        let last = reference.duties.values().filter(|rule| rule.duty == name).max_by_key(|rule| rule.from);
        last.map_or((ANY_DUTY_ZH, "any of them"), |rule| (rule.title_zh.as_str(), rule.title_en.as_str()))
    };
    let known: Vec<_> = known.into_iter().map(|name| (name, titled(name))).collect();
    let near_names = near(name, known.iter().flat_map(|(name, (title, _))| [*name, *title])).join(", ");
    let (near_zh, near_en) = match near_names.as_str() {
        "" => ("。".to_owned(), ".".to_owned()),
        near => (format!("；是不是 {near}？"), format!("; did you mean {near}?")),
    };
    let all_zh: Vec<_> = known.iter().map(|(name, (zh, _))| format!("{name} {zh}")).collect();
    let all_en: Vec<_> = known.iter().map(|(name, (_, en))| format!("{name} {en}")).collect();
    wrong(
        "duty",
        format!("没有“{name}”这项走访要求{near_zh}全部：{}", all_zh.join("，")),
        format!("there is no duty {name}{near_en} All: {}", all_en.join(", ")),
    )
}

/// The rule whose words and periods the table has: of the period that is asked for the last one that
/// has such periods, however it went on; else the one of the area on the day; else any.
fn title_rule(rules: &Rules, reference: &Reference, question: &Question) -> Option<Duty> {
    let at = rules.at(&question.duty, question.area);
    let below =
        || reference.areas.villages(question.area).find_map(|one| rules.at(&question.duty, one.code).last());
    let of = |period: Period| {
        let villages = reference.areas.villages(question.area).map(|one| rules.at(&question.duty, one.code));
        let overlaps =
            |rule: &&Duty| rule.from < period.until() && rule.until.is_none_or(|until| period.from() < until);
        let had = |list: &'_ [Duty]| -> Option<Duty> {
            let fits = |rule: &&Duty| period.suits(rule.cadence, rule.cut) && overlaps(rule);
            list.iter().rev().filter(|rule| rule.holds_ever()).find(fits).cloned()
        };
        had(at).or_else(|| villages.into_iter().find_map(had))
    };
    let held = || rule_on(at, question.as_of).or(at.last()).or_else(below).cloned();
    question.period.and_then(of).or_else(held)
}

/// The figures of a question. One select over the tally, one for what was missed before (of one
/// category the standings of that period), the standings of the few people with contested fields, and of a
/// duty that is due by days two more selects for who is late.
///
/// # Errors
/// What the store says.
pub async fn table(county: &County, asked: &Asked) -> Result<Table, Problem> {
    let reports = county.stores.reports.as_ref();
    let category = asked.question.category.as_deref().unwrap_or(EVERYBODY);
    let query = asked.figures(asked.period, category);
    let mut figures = reports.figures(&query).await.map_err(at_county)?;
    figures.retain(|(area, _), _| asked.villages.contains(area));
    let mut villages = rows(&figures, &asked.silent);
    for (area, people) in missed_before(county, asked).await? {
        villages.entry(area).or_insert_with(|| Row::empty(area)).missed_before += people;
    }
    for (area, people) in contested(county, asked).await? {
        let row = villages.entry(area).or_insert_with(|| Row::empty(area));
        row.contested += i64::try_from(people.len()).unwrap_or(i64::MAX);
    }
    for (area, people) in overdue(county, asked).await? {
        villages.entry(area).or_insert_with(|| Row::empty(area)).overdue = Some(people);
    }
    let total = total(asked.question.area, villages.values());
    Ok(Table {
        duty: asked.question.duty.clone(),
        title_zh: asked.rule.title_zh.clone(),
        title_en: asked.rule.title_en.clone(),
        category: asked.question.category.clone(),
        period: asked.period,
        from: asked.period.from(),
        last: asked.period.last(),
        as_of: asked.question.as_of,
        villages,
        total,
    })
}

impl Asked {
    fn figures(&self, period: Period, category: &str) -> FiguresQuery {
        let Question { duty, as_of, .. } = &self.question;
        FiguresQuery { duty: duty.clone(), period, category: category.to_owned(), as_of: *as_of }
    }

    /// 超期 N 天, as of the day of the question; 0 where the duty is not due by days, and by the standing of
    /// another period than that in which the day lies: it does not know who was visited since.
    fn overdue_days(&self, standing: &Standing) -> i32 {
        let as_of = self.question.as_of;
        let here = standing.step_on(as_of).and_then(|step| self.rolling.get(&step.place.area));
        if here == Some(&standing.period) { standing.overdue_days(as_of) } else { 0 }
    }

    /// The days of the period, up to that of the question, on which a part may have been; ascending.
    fn days_of<'f>(&'f self, fact: &'f PartFact) -> impl DoubleEndedIterator<Item = Day> + 'f {
        fact.days().filter(|day| self.period.contains(*day) && *day <= self.question.as_of)
    }

    /// Whether somebody who stands here is asked for.
    fn chooses(&self, step: &Step) -> bool {
        self.question.category.as_ref().is_none_or(|code| step.place.categories.contains(code))
    }
}

/// 上期漏访至今未补, by village. The tally counts everybody; of one category the standings tell.
async fn missed_before(county: &County, asked: &Asked) -> Result<BTreeMap<AreaCode, i64>, Problem> {
    let (reports, period) = (county.stores.reports.as_ref(), asked.period.previous());
    let mut found = BTreeMap::new();
    if asked.question.category.is_none() {
        let figures = reports.figures(&asked.figures(period, MISSED)).await.map_err(at_county)?;
        for ((area, _), people) in figures.into_iter().filter(|((area, _), _)| asked.villages.contains(area))
        {
            *found.entry(area).or_default() += people;
        }
        return Ok(found);
    }
    let as_of = asked.question.as_of;
    for standing in standings(reports, asked, period, asked.villages.clone()).await? {
        let step = standing.step_on(as_of).filter(|step| asked.chooses(step) && standing.missed_on(as_of));
        if let Some(step) = step {
            *found.entry(step.place.area).or_default() += 1;
        }
    }
    Ok(found)
}

/// 现已超期, by village in which the duty is due by days; zero where nobody is late of those who stand there.
async fn overdue(county: &County, asked: &Asked) -> Result<BTreeMap<AreaCode, i64>, Problem> {
    let category = asked.question.category.as_deref().unwrap_or(EVERYBODY);
    let mut found = BTreeMap::new();
    for period in asked.rolling.values().copied().collect::<BTreeSet<_>>() {
        for (category, counts) in [(category, 0), (&*overdue_of(category), 1)] {
            let query = asked.figures(period, category);
            let figures = county.stores.reports.figures(&query).await.map_err(at_county)?;
            let here = figures.into_iter().filter(|((area, _), _)| asked.rolling.get(area) == Some(&period));
            for ((area, _), people) in here {
                *found.entry(area).or_default() += people * counts;
            }
        }
    }
    Ok(found)
}

/// People of the register of this question of whom something is contested, by the village they stand in: a field
/// of their own, or by what a visit of the period counts.
async fn contested(
    county: &County,
    asked: &Asked,
) -> Result<BTreeMap<AreaCode, BTreeSet<RecordId>>, Problem> {
    let records = county.stores.reports.contested(CONTESTED_MAX).await.map_err(at_county)?;
    let (mut people, mut villages) = (BTreeSet::new(), BTreeSet::new());
    for record in records {
        people.extend(contested_by(county, asked, record).await?);
    }
    for id in &people {
        let record = RecordRef { kind: RecordKind::Person, id: *id };
        let Some(row) = county.stores.ledger.record(record).await.map_err(at_county)? else { continue };
        let person = Person::read(record.id, &row.head);
        let here = person.village_on(asked.question.as_of);
        villages.extend(here.filter(|village| asked.villages.contains(village)));
    }
    let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    if villages.is_empty() {
        return Ok(found);
    }
    for standing in standings(county.stores.reports.as_ref(), asked, asked.period, villages).await? {
        let step = standing.step_on(asked.question.as_of).filter(|step| asked.chooses(step));
        if let Some(step) = step.filter(|_| people.contains(&standing.subject)) {
            found.entry(step.place.area).or_default().insert(standing.subject);
        }
    }
    Ok(found)
}

/// Of whom something is contested by a record whose sides differed by the day of the question: a person, or those
/// whom a visit of the period met.
async fn contested_by(
    county: &County,
    asked: &Asked,
    record: RecordRef,
) -> Result<BTreeSet<RecordId>, Problem> {
    let mut people = BTreeSet::new();
    let Some(row) = county.stores.ledger.record(record).await.map_err(at_county)? else { return Ok(people) };
    let (visit, counted): (_, &[&str]) = match record.kind {
        RecordKind::Person => {
            people.extend(differed_by(&row.head, asked.question.as_of, |_| true).then_some(record.id));
            return Ok(people);
        }
        RecordKind::Visit => (Some(record.id), &[keys::HAPPENED, keys::WAY]),
        RecordKind::Part => (Part::read(record.id, &row.head).visit, &[keys::MET]),
        _ => return Ok(people),
    };
    let differs = differed_by(&row.head, asked.question.as_of, |field| counted.contains(&field));
    let Some(visit) = visit.filter(|_| differs) else { return Ok(people) };
    for part in county.stores.reports.parts_of_visit(visit).await.map_err(at_county)? {
        let within = |fact: &PartFact| asked.days_of(fact).next().is_some();
        let spoken_of = record.kind == RecordKind::Visit || part.part == record.id;
        people.extend(part.fact.filter(|fact| spoken_of && within(fact)).map(|_| part.subject));
    }
    Ok(people)
}

/// Whether two of the values that still stand side by side in one of these fields had been written by the end of a
/// day and differ. What has been settled since is not told: a head keeps only what stands.
fn differed_by(head: &Head, day: Day, of: impl Fn(&str) -> bool) -> bool {
    head.contested().filter(|field| of(field)).any(|field| {
        let Reading::Contested(writes) = head.read(field) else { return false };
        let mut values = writes.iter().filter(|write| Day::of(write.at_ms) <= day).map(|write| &write.value);
        values.next().is_some_and(|first| values.any(|value| value != first))
    })
}

/// Where everybody of a question stands at its day, in the villages of its area. O(people).
///
/// # Errors
/// What the store says.
pub async fn stood_of(county: &County, asked: &Asked) -> Result<Vec<Stood>, Problem> {
    let reports = county.stores.reports.as_ref();
    let all = standings(reports, asked, asked.period, asked.villages.clone()).await?;
    let stood = |one: &Standing| {
        let step = one.step_on(asked.question.as_of)?;
        let silent = step.status == Status::NotYet && asked.silent.contains(&step.place.area);
        Some(Stood(one.subject, step.place.area, step.status, silent, step.place.categories.clone()))
    };
    Ok(all.iter().filter_map(stood).collect())
}

async fn standings(
    reports: &dyn Reports,
    asked: &Asked,
    period: Period,
    villages: BTreeSet<AreaCode>,
) -> Result<Vec<Standing>, Problem> {
    let query = StandingQuery {
        duty: asked.question.duty.clone(),
        period,
        villages: villages.into_iter().collect(),
        as_of: asked.question.as_of,
    };
    reports.standings(&query).await.map_err(at_county)
}

impl Table {
    /// Whose figures they are, in Chinese: the duty, and the category when one was asked for.
    pub fn heading_zh(&self) -> String {
        self.heading(&self.title_zh, "，只算", Category::zh)
    }

    /// The same in English.
    pub fn heading_en(&self) -> String {
        self.heading(&self.title_en, ", only ", Category::en)
    }

    fn heading(&self, title: &str, only: &str, word: fn(Category) -> &'static str) -> String {
        let Some(code) = &self.category else { return title.to_owned() };
        let name = Category::from_code(code).map_or(String::new(), |known| format!("{} ", word(known)));
        format!("{title}{only}{name}{code}")
    }

    /// The lines directly below the area, in the order of their codes: townships of a county,
    /// villages of a township. One that did not exist on the day is there only with somebody in it.
    pub fn below(&self, asked: &Asked) -> Vec<Row> {
        let top = asked.question.area;
        if top.level() == AreaLevel::Village {
            return self.villages.values().cloned().collect();
        }
        let areas = &asked.reference.areas;
        let exists = |area| areas.0.get(&area).is_none_or(|area| area.exists_on(self.as_of));
        let mut rows = roll_up(areas, top, &self.villages);
        rows.retain(|row| exists(row.area) || *row != Row::empty(row.area));
        rows
    }

    /// The sentence over the table, in Chinese; `now_ms` gives it the time of day when it is of today.
    pub fn sentence_zh(&self, now_ms: UnixMs) -> String {
        let (day, time) = self.moment(now_ms);
        let date = day.date();
        let (year, month) = (chrono::Datelike::year(&date), chrono::Datelike::month(&date));
        let mut as_of = format!("{month}月{}日 {time}", chrono::Datelike::day(&date));
        if year != chrono::Datelike::year(&self.period.from().date()) {
            as_of = format!("{year}年{as_of}");
        }
        if day > Day::of(now_ms) {
            as_of.push_str("（还没到，这是预计：只有现在已有的走访）");
        }
        sentence_zh(&self.total, &self.heading_zh(), self.period, &as_of)
    }

    /// The same in English.
    pub fn sentence_en(&self, now_ms: UnixMs) -> String {
        let (day, time) = self.moment(now_ms);
        let ahead =
            if day > Day::of(now_ms) { " (still to come; expected, with the visits known now)" } else { "" };
        sentence_en(&self.total, &self.heading_en(), self.period, &format!("{day} {time}{ahead}"))
    }

    fn moment(&self, now_ms: UnixMs) -> (Day, String) {
        if self.as_of != Day::of(now_ms) {
            return (self.as_of, "24:00".to_owned());
        }
        let minutes = (now_ms + SHANGHAI_OFFSET_MS).div_euclid(60_000).rem_euclid(24 * 60);
        (self.as_of, format!("{:02}:{:02}", minutes / 60, minutes % 60))
    }
}
