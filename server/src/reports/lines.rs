//! The lines of people behind a figure: what of their visits stands in a list.

use super::Asked;
use super::people::{Column, Found, Line, categories, township};
use super::responsible::responsible;
use super::told::told_duties;
use super::visits::{contested_in_words, mets_in_words, ways_in_words};
use crate::county::{County, at_county};
use crate::credit::Credit;
use crate::goings;
use domain::category::Category;
use domain::coverage::rules::ANY_DUTY;
use domain::coverage::{Standing, Status};
use domain::ids::RecordId;
use domain::mask;
use domain::period::Period;
use domain::problem::Problem;
use domain::time::Day;
use domain::visit::{Met, NotMet, PartFact, Way};
use std::collections::{BTreeMap, BTreeSet};
use sync::county::needs::PartRow;

/// How many of a person's latest parts are looked at for the last visit and what was said.
const PARTS: usize = 20;

/// The lines of people behind a figure, in four readings, however many people they are.
///
/// # Errors
/// What the store says.
pub(super) async fn lines_of(
    county: &County,
    asked: &Asked,
    people: &[Found],
    column: Column,
) -> Result<Vec<Line>, Problem> {
    let (reports, as_of) = (&county.stores.reports, asked.question.as_of);
    let ids: BTreeSet<RecordId> = people.iter().map(|one| one.person.id).collect();
    let mut beside = Beside {
        parts: reports.parts_of_all(ids.clone(), PARTS).await.map_err(at_county)?,
        ..Beside::default()
    };
    for parts in beside.parts.values_mut() {
        parts.retain(|part| part.fact.as_ref().is_some_and(|fact| fact.first_day() <= as_of));
    }
    let visits = people.iter().filter_map(|one| beside.last(one, as_of)).map(|fact| fact.visit).collect();
    beside.credits = goings::credits(county, &asked.reference, visits).await?;
    if asked.question.duty == ANY_DUTY {
        beside.standings = reports.standings_of_all(ids).await.map_err(at_county)?;
    }
    Ok(people.iter().filter_map(|one| line(asked, one, column, &beside)).collect())
}

/// What is read beside people and households.
#[derive(Default)]
struct Beside {
    /// The latest of each, up to the day that is asked for.
    parts: BTreeMap<RecordId, Vec<PartRow>>,
    /// Of the last visits.
    credits: BTreeMap<RecordId, Credit>,
    /// By every duty; of `*` alone.
    standings: BTreeMap<RecordId, Vec<Standing>>,
}

impl Beside {
    fn parts(&self, person: RecordId) -> &[PartRow] {
        self.parts.get(&person).map_or(&[], Vec::as_slice)
    }

    /// The last visit on which somebody was met, or by which the duty was: it may also be met by whoever looks after
    /// somebody, and that visit counts and is shown.
    fn last(&self, one: &Found, as_of: Day) -> Option<&PartFact> {
        let step = one.standing.step_on(as_of)?;
        let counts = one.standing.met_by.filter(|_| step.status.is_met());
        self.parts(one.person.id).iter().find_map(|part| {
            part.fact.as_ref().filter(|fact| fact.met.in_person() || counts == Some(part.part))
        })
    }
}

fn line(asked: &Asked, found: &Found, column: Column, beside: &Beside) -> Option<Line> {
    let Found { standing, person, household } = found;
    let as_of = asked.question.as_of;
    let step = standing.step_on(as_of)?;
    let village = step.place.area;
    let reference = &asked.reference;
    let silent = step.status == Status::NotYet && asked.silent.contains(&village);
    let last = beside.last(found, as_of);
    let credit = last.and_then(|fact| beside.credits.get(&fact.visit)).cloned().unwrap_or_default();
    let minor = person.is_minor_on(as_of);
    let head_name = household.as_ref().map(|home| home.head_name.clone()).unwrap_or_default();
    let head_is_child = minor && head_name == person.name;
    let (status, status_en) = match silent {
        true => (Column::Silent.zh(), "phone not heard from"),
        false => (step.status.zh(), step.status.en()),
    };
    let all = beside.standings.get(&standing.subject).map_or(&[][..], Vec::as_slice);
    let told = told_duties(asked, standing, village, all);
    let titles = told.asked.iter().map(|rule| (rule.title_zh.clone(), rule.title_en.clone()));
    let (duties, duties_en) = titles.unzip();
    let stands = (status.to_owned(), status_en.to_owned());
    let (why, why_en) = why(beside.parts(person.id), standing.period, as_of, (step.status, stands), column);
    Some(Line {
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
        due_on: told.due_on,
        overdue_days: asked.overdue_days(standing),
        last_visit: last.and_then(|fact| fact.days().rfind(|day| *day <= as_of)),
        last_visit_by: credit.zh(),
        last_visit_by_en: credit.en(),
        why,
        why_en,
        responsible: responsible(asked, village, &told.carried()),
    })
}

/// What was said at the door the last time somebody went there in the period, for those not visited; Chinese and
/// English. Of a list of who was not visited it is where they stand, when nobody has been there.
fn why(
    parts: &[PartRow],
    period: Period,
    as_of: Day,
    (status, stands): (Status, (String, String)),
    column: Column,
) -> (String, String) {
    if status.is_met() || column == Column::Contested {
        return Default::default();
    }
    if !status.is_due() {
        return (status.zh().to_owned(), status.en().to_owned());
    }
    let here = |fact: &&PartFact| fact.days().any(|day| period.contains(day) && day <= as_of);
    let tried = parts.iter().filter_map(|part| part.fact.as_ref()).find(here);
    let stands = || if Column::UNVISITED.contains(&column) { stands } else { Default::default() };
    tried.map(told_at_the_door).unwrap_or_else(stands)
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
