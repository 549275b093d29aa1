//! Parts, standings and figures, from the heads of persons, visits and parts.

use super::{Finding, Listener, Progress, Step, records};
use crate::StoreError;
use crate::county::{Figures, FiguresQuery, Ledger, Reports};
use domain::catalogue::RecordKind;
use domain::coverage::tally::Tally;
use domain::coverage::touch::pairs_since;
use domain::coverage::{EVERYBODY, Generation, Generations, Rules, Spans, Standing, deltas, standing};
use domain::going::{self, DAYS_AROUND, Pair};
use domain::head::Head;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::period::Period;
use domain::subject::Person;
use domain::time::Day;
use domain::visit::{Met, Part, PartFact, Visit};
use std::collections::{BTreeMap, BTreeSet};
use sync::county::needs::CountyState;

/// Facts of parts, by person.
type Facts = BTreeMap<RecordId, BTreeSet<PartFact>>;

/// What the figures should be: as readers see them, and of the generation that is being built.
#[derive(Default)]
struct Expected {
    read: Tally,
    built: Tally,
}

pub(super) async fn check(
    ledger: &dyn Ledger,
    reports: &dyn Reports,
    listener: &mut Listener<'_>,
) -> Result<Vec<Finding>, StoreError> {
    let (county, _, reference, generations) = ledger.standing_now().await?;
    let facts = facts(ledger, Progress::begin(Step::Parts, listener)).await?;
    let mut findings = Vec::new();
    if **generations.newest() != Rules::of(&reference) {
        findings.push(Finding::Rules);
    }
    let mut suggested: BTreeMap<RecordId, BTreeSet<Pair>> = BTreeMap::new();
    for (pair, subject) in reports.suggested().await? {
        suggested.entry(subject).or_default().insert(pair);
    }
    let mut expected = Expected::default();
    let mut progress = Progress::begin(Step::People, listener);
    let mut after = None;
    while let Some((last, page)) = records(ledger, RecordKind::Person, after).await? {
        after = Some(last);
        for (record, row) in page {
            progress.more(1);
            let person = Person::read(record.id, &row.head);
            let known = facts.get(&person.id).cloned().unwrap_or_default();
            findings.extend(check_parts(reports, person.id, &known).await?);
            let here = suggested.remove(&person.id).unwrap_or_default();
            if alike(ledger, &known).await? != here {
                findings.push(Finding::Suggested(person.id));
            }
            let known: Vec<PartFact> = known.into_iter().collect();
            let one = One { county: &county, generations: &generations, person: &person, facts: &known };
            findings.extend(one.check(reports, &mut expected).await?);
        }
    }
    findings.extend(suggested.into_keys().map(Finding::Suggested));
    let names: BTreeSet<&str> = generations.rules().names().chain(generations.newest().names()).collect();
    let mut progress = Progress::begin(Step::Figures, listener);
    let readers = Source::Readers(generations.spans());
    findings.extend(check_figures(reports, readers, &names, &expected.read, &mut progress).await?);
    if let Some((span, _)) = generations.building() {
        let kept = Source::Kept(span.number);
        findings.extend(check_figures(reports, kept, &names, &expected.built, &mut progress).await?);
    }
    if generations.spans().at_rest() {
        findings.extend(left_over(reports, generations.spans(), &names, &expected.read).await?);
    }
    Ok(findings)
}

/// One person with all that judging needs.
struct One<'a> {
    county: &'a CountyState,
    generations: &'a Generations,
    person: &'a Person,
    facts: &'a [PartFact],
}

impl One<'_> {
    async fn check(
        &self,
        reports: &dyn Reports,
        expected: &mut Expected,
    ) -> Result<Vec<Finding>, StoreError> {
        let (id, spans) = (self.person.id, self.generations.spans());
        let stored = reports.standings_of(id).await?;
        let fresh = self.standings(self.generations.rules(), self.county.begins, &stored, |_| true);
        let mut findings = self.differences(&stored, &fresh, |one| spans.holder(&one.duty, one.period));
        fresh.iter().for_each(|one| expected.read.apply(deltas(None, Some(one))));
        let kept = reports.standings_kept(id).await?;
        if let Some((span, rules)) = self.generations.building() {
            let of_span = kept.iter().filter(|(number, _)| *number == span.number);
            let stored: Vec<Standing> = of_span.map(|(_, one)| one.clone()).collect();
            let mut fresh = Vec::new();
            if span.has_passed(id) {
                fresh =
                    self.standings(rules, span.from, &stored, |(duty, period)| span.covers(duty, *period));
            }
            findings.extend(self.differences(&stored, &fresh, |_| span.number));
            fresh.iter().for_each(|one| expected.built.apply(deltas(None, Some(one))));
        }
        let dead = kept.iter().filter(|(number, one)| !spans.lives(*number, &one.duty, one.period));
        let dead = dead.filter(|_| spans.at_rest());
        findings.extend(dead.map(|(number, one)| self.finding(*number, &one.duty, one.period)));
        Ok(findings)
    }

    /// What should stand: wherever something stands, and in every period that begins before the horizon.
    fn standings(
        &self,
        rules: &Rules,
        from: Day,
        stored: &[Standing],
        covered: impl Fn(&(String, Period)) -> bool,
    ) -> Vec<Standing> {
        let Self { county, person, facts, .. } = self;
        let mut pairs = pairs_since(rules, person, from, county.horizon);
        pairs.retain(|(_, period)| period.from() < county.horizon && period.until() > county.begins);
        pairs.extend(stored.iter().map(|one| (one.duty.clone(), one.period)));
        let pairs = pairs.iter().filter(|pair| covered(pair));
        pairs.filter_map(|(duty, period)| standing(person, rules, duty, *period, facts)).collect()
    }

    fn differences(
        &self,
        stored: &[Standing],
        fresh: &[Standing],
        generation: impl Fn(&Standing) -> Generation,
    ) -> Vec<Finding> {
        let by_key = |list: &[Standing]| -> BTreeMap<(String, Period), Standing> {
            list.iter().map(|one| ((one.duty.clone(), one.period), one.clone())).collect()
        };
        let (stored, fresh) = (by_key(stored), by_key(fresh));
        let keys: BTreeSet<&(String, Period)> = stored.keys().chain(fresh.keys()).collect();
        let differ = keys.into_iter().filter(|key| stored.get(*key) != fresh.get(*key));
        let one = differ.filter_map(|key| stored.get(key).or(fresh.get(key)));
        one.map(|one| self.finding(generation(one), &one.duty, one.period)).collect()
    }

    fn finding(&self, generation: Generation, duty: &str, period: Period) -> Finding {
        Finding::Standing { generation, subject: self.person.id, duty: duty.to_owned(), period }
    }
}

/// The facts of every part, computed from the part and its visit.
async fn facts(ledger: &dyn Ledger, mut progress: Progress<'_, '_>) -> Result<Facts, StoreError> {
    let mut facts = Facts::new();
    let mut after = None;
    while let Some((last, page)) = records(ledger, RecordKind::Part, after).await? {
        after = Some(last);
        progress.more(page.len());
        for (record, row) in page {
            if let Some((subject, fact)) = fact(ledger, record.id, &row.head).await? {
                facts.entry(subject).or_default().insert(fact);
            }
        }
    }
    Ok(facts)
}

async fn fact(
    ledger: &dyn Ledger,
    id: RecordId,
    head: &Head,
) -> Result<Option<(RecordId, PartFact)>, StoreError> {
    let part = Part::read(id, head);
    let (Some(visit), Some(subject)) = (part.visit, part.subject) else { return Ok(None) };
    let row = ledger.record(RecordRef { kind: RecordKind::Visit, id: visit }).await?;
    let fact = row.and_then(|row| PartFact::of(&part, &Visit::read(visit, &row.head)));
    Ok(fact.map(|fact| (subject, fact)))
}

async fn check_parts(
    reports: &dyn Reports,
    subject: RecordId,
    expected: &BTreeSet<PartFact>,
) -> Result<Vec<Finding>, StoreError> {
    let rows = reports.parts_of(subject, usize::MAX).await?;
    let stored: BTreeSet<PartFact> = rows.into_iter().filter_map(|row| row.fact).collect();
    Ok(stored.symmetric_difference(expected).map(|fact| Finding::Part(fact.part)).collect())
}

/// What should be suggested of a person's visits.
async fn alike(ledger: &dyn Ledger, facts: &BTreeSet<PartFact>) -> Result<BTreeSet<Pair>, StoreError> {
    let met = || facts.iter().filter(|fact| fact.met != Met::Nobody);
    let near = |one: &PartFact, other: &PartFact| {
        let (first, last) = (other.first_day().plus(-DAYS_AROUND), other.day.plus(DAYS_AROUND));
        one.visit != other.visit && one.day >= first && one.first_day() <= last
    };
    let several = met().filter(|one| met().any(|other| near(one, other)));
    let several: BTreeSet<RecordId> = several.map(|fact| fact.visit).collect();
    let mut visits = Vec::new();
    for id in several {
        let row = ledger.record(RecordRef { kind: RecordKind::Visit, id }).await?;
        visits.extend(row.map(|row| Visit::read(id, &row.head)));
    }
    Ok(going::suggested(&visits))
}

/// Where figures are read.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// Where readers find them.
    Readers(&'a Spans),
    /// In one generation.
    Kept(Generation),
}

impl Source<'_> {
    async fn figures(self, reports: &dyn Reports, query: &FiguresQuery) -> Result<Figures, StoreError> {
        match self {
            Self::Readers(_) => reports.figures(query).await,
            Self::Kept(generation) => reports.figures_kept(generation, query).await,
        }
    }

    fn generation(self, query: &FiguresQuery) -> Generation {
        match self {
            Self::Readers(spans) => spans.holder(&query.duty, query.period),
            Self::Kept(generation) => generation,
        }
    }
}

/// The figures as of every day on which they change, and at the end where there should be none.
async fn check_figures(
    reports: &dyn Reports,
    source: Source<'_>,
    names: &BTreeSet<&str>,
    tally: &Tally,
    progress: &mut Progress<'_, '_>,
) -> Result<Vec<Finding>, StoreError> {
    let mut days: BTreeMap<(&str, Period, &str), BTreeSet<Day>> = BTreeMap::new();
    let periods: BTreeSet<Period> = tally.0.keys().map(|key| key.period).collect();
    let categories: BTreeSet<&str> = tally.0.keys().map(|key| key.category.as_str()).collect();
    for (duty, period) in names.iter().flat_map(|duty| periods.iter().map(move |period| (*duty, *period))) {
        for category in &categories {
            days.entry((duty, period, category)).or_default().insert(period.next().last());
        }
    }
    for key in tally.0.keys() {
        days.entry((&key.duty, key.period, &key.category)).or_default().insert(key.day);
    }
    let mut findings = Vec::new();
    for ((duty, period, category), days) in days {
        progress.more(1);
        for as_of in days {
            let (duty, category) = (duty.to_owned(), category.to_owned());
            let query = FiguresQuery { duty, period, category, as_of };
            let expected = tally.figures(&query.duty, period, &query.category, as_of);
            if source.figures(reports, &query).await? != expected {
                let generation = source.generation(&query);
                let FiguresQuery { duty, category, .. } = query;
                findings.push(Finding::Figures { generation, duty, period, category, as_of });
                break;
            }
        }
    }
    Ok(findings)
}

/// Figures in generations in which nobody reads them any more.
async fn left_over(
    reports: &dyn Reports,
    spans: &Spans,
    names: &BTreeSet<&str>,
    tally: &Tally,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for (generation, query) in unread(spans, names, tally) {
        if !reports.figures_kept(generation, &query).await?.is_empty() {
            let FiguresQuery { duty, period, category, as_of } = query;
            findings.push(Finding::Figures { generation, duty, period, category, as_of });
        }
    }
    Ok(findings)
}

fn unread(spans: &Spans, names: &BTreeSet<&str>, tally: &Tally) -> Vec<(Generation, FiguresQuery)> {
    let periods: BTreeSet<Period> = tally.0.keys().map(|key| key.period).collect();
    let mut queries = Vec::new();
    for (duty, period) in names.iter().flat_map(|duty| periods.iter().map(move |period| (*duty, *period))) {
        let dead = spans.all().iter().filter(|span| !spans.lives(span.number, duty, period));
        let query = || FiguresQuery {
            duty: duty.to_owned(),
            period,
            category: EVERYBODY.to_owned(),
            as_of: period.last(),
        };
        queries.extend(dead.map(|span| (span.number, query())));
    }
    queries
}
