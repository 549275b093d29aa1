//! 历次走访: earlier visits to a person, and what was answered.

use crate::app::{App, Open};
use crate::contested::ContestedField;
use crate::news::ChangeView;
use crate::tell::{OrTell, nothing_found};
use crate::visits::draft::Found;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::concern::Concern;
use domain::going::Going;
use domain::head::{Head, Write};
use domain::ids::RecordId;
use domain::log::Vector;
use domain::patch::{ANSWER_PREFIX, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::question::stands;
use domain::time::{Day, Happened};
use domain::value::{Origin, Value};
use domain::visit::{Met, NotMet, NotMetGroup, Part, Visit, Way};
use forms::form::Form;
use forms::view::TakesView;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::phone::{Link, LogRow};
use sync::wire::receipt::ItemState;

/// Visits of a page unless said otherwise.
const PAGE: usize = 20;

/// So many concerns of a person are looked at.
const FOUND_MAX: usize = 100;

/// Earlier visits to a person.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct HistoryAsked {
    /// The person.
    pub subject: RecordId,
    /// The last row of the page before: its day and part.
    #[serde(default)]
    pub after: Option<(Day, RecordId)>,
    /// How many at most.
    #[serde(default)]
    pub count: Option<usize>,
}

/// One person's share of a past visit, in brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct PastVisit {
    /// The part.
    pub part: RecordId,
    /// The visit.
    pub visit: Option<RecordId>,
    /// The day.
    pub day: Option<Day>,
    /// How.
    pub way: Option<Way>,
    /// Who was met.
    pub met: Option<Met>,
    /// Why nobody was.
    pub reason: Option<NotMet>,
    /// Where, whom to ring, as it was said.
    pub reason_words: Option<String>,
    /// From when a reported change holds.
    pub reason_from: Option<Day>,
    /// 什么时候再来, in the words of whoever went there.
    pub come_again: Option<String>,
    /// 发现的问题 of that visit: of a past visit only what was not fine is shown in a list.
    pub found: Vec<Found>,
    /// The township's word on a reported change (情况变了).
    pub change: Option<ChangeView>,
    /// Who visited, by name.
    pub by: Vec<String>,
    /// 同行人: who came along.
    pub companions: Vec<String>,
    /// 代记: who wrote it down without having been there.
    pub recorded_by: Option<String>,
    /// Who made another visit that the county holds for one and the same going-there: of each such visit the names;
    /// none where it is not on this phone.
    pub one_with: Vec<Vec<String>>,
    /// Whether it was made void.
    pub void: bool,
}

/// What stands on a person's page of what was.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lately {
    /// The newest visits.
    pub visits: Vec<PastVisit>,
    /// What was only reported since the last of these.
    pub reports: Vec<PastVisit>,
}

/// A part by record.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct OfPart {
    /// The part.
    pub part: RecordId,
}

/// One answer of a past visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct PastAnswer {
    /// The question.
    pub path: String,
    /// What was asked; empty when no form on this phone has the question.
    pub label: String,
    /// What stands, in words.
    pub words: String,
    /// What stands; several while it is contested.
    pub values: Vec<Value>,
    /// Where it came from.
    pub origin: Origin,
    /// What the question takes, to be amended; nothing when no form here has it.
    pub takes: Option<TakesView>,
}

/// A past part, whole: what may be amended, with what the screen has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct PartPage {
    /// Whose.
    pub name: String,
    /// In brief.
    pub brief: PastVisit,
    /// When, as an interval.
    pub happened: Option<Happened>,
    /// 补记: entered on a later day than the visit.
    pub late: bool,
    /// Why, as far as it was said.
    pub late_reason: Option<String>,
    /// Answers in the order of the form; those that no form here knows come last.
    pub answers: Vec<PastAnswer>,
    /// What the screen has seen of the part.
    pub seen: Vector,
    /// What the screen has seen of the visit.
    pub visit_seen: Vector,
    /// What a reviewer asks about an answer, and nobody has answered yet: the field, and the question.
    pub asks: Vec<(String, Problem)>,
    /// 填写不一致.
    pub contested: Vec<ContestedField>,
    /// Whether it was entered on this phone, where its author may amend it.
    pub own: bool,
}

impl Open {
    /// What was found at a person's, each with the part in which it was. O(their concerns).
    fn found_at(&self, subject: RecordId) -> Result<Vec<(RecordId, Found)>, Problem> {
        let rows =
            self.store.linked(Link::Subject(subject), RecordKind::Concern, None, FOUND_MAX).or_tell()?;
        let read = rows.iter().filter_map(|row| {
            let concern = Concern::read(row.record.id, row.head()?);
            Some((concern.part?, Found { kind: concern.kind, words: concern.words }))
        });
        Ok(read.collect())
    }

    /// The township's word on the change that a part reports of somebody.
    pub(crate) fn word_on(
        &self,
        subject: Option<RecordId>,
        part: RecordId,
    ) -> Result<Option<ChangeView>, Problem> {
        let Some(id) = subject else { return Ok(None) };
        let row = self.store.record(RecordRef { kind: RecordKind::Person, id }).or_tell()?;
        Ok(row.and_then(|row| row.head().map(|head| ChangeView::of(head, part))))
    }

    fn brief(&self, id: RecordId, head: &Head, found: &[(RecordId, Found)]) -> Result<PastVisit, Problem> {
        let part = Part::read(id, head);
        let visit = match part.visit {
            Some(visit) => self.store.record(RecordRef { kind: RecordKind::Visit, id: visit }).or_tell()?,
            None => None,
        };
        let visit = visit.and_then(|row| row.head().map(|head| Visit::read(row.record.id, head)));
        let missed = part.met.is_none_or(|met| met == Met::Nobody);
        let said = |key| head.text(key).filter(|text| missed && !text.trim().is_empty()).map(str::to_owned);
        let name = |id: &RecordId| {
            self.reference.staff.get(id).map_or_else(|| id.to_string(), |staff| staff.name.clone())
        };
        let companion = |text: &String| text.parse().map_or_else(|_| text.clone(), |id| name(&id));
        let there = |id: &RecordId| visit.as_ref().is_some_and(|visit| visit.visited_by.contains(id));
        let recorded_by = visit.as_ref().and_then(|visit| visit.recorded_by).filter(|id| !there(id));
        let reported = part.reason.filter(|reason| missed && reason.group() == NotMetGroup::Changed);
        Ok(PastVisit {
            change: self.word_on(part.subject.filter(|_| reported.is_some()), id)?,
            part: id,
            visit: part.visit,
            day: visit.as_ref().and_then(|visit| visit.happened).map(Happened::day),
            way: visit.as_ref().and_then(|visit| visit.way),
            met: part.met,
            reason: part.reason,
            reason_words: said(keys::REASON_WORDS),
            reason_from: part.reason_from.filter(|_| missed),
            come_again: said(keys::COME_AGAIN),
            found: found.iter().filter(|(part, _)| *part == id).map(|(_, found)| found.clone()).collect(),
            by: visit.as_ref().map(|visit| visit.visited_by.iter().map(name).collect()).unwrap_or_default(),
            companions: visit.iter().flat_map(|visit| visit.companions.iter().map(companion)).collect(),
            recorded_by: recorded_by.as_ref().map(name),
            one_with: match &visit {
                Some(visit) => self.one_with(visit)?,
                None => Vec::new(),
            },
            void: part.void || visit.is_some_and(|visit| visit.void),
        })
    }

    /// Who made the visits that are one going-there with this one, void ones left out.
    fn one_with(&self, visit: &Visit) -> Result<Vec<Vec<String>>, Problem> {
        let mut all = Vec::new();
        for id in visit.said.iter().filter(|(_, going)| **going == Going::One).map(|(id, _)| *id) {
            let row = self.store.record(RecordRef { kind: RecordKind::Visit, id }).or_tell()?;
            let other = row.and_then(|row| row.head().map(|head| Visit::read(id, head)));
            if other.as_ref().is_some_and(|other| other.void) {
                continue;
            }
            let names = other.iter().flat_map(|other| &other.visited_by);
            all.push(names.filter_map(|id| Some(self.reference.staff.get(id)?.name.clone())).collect());
        }
        Ok(all)
    }

    /// 什么时候再来, as it was said at the last visit.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn come_again(&self, subject: RecordId) -> Result<Option<String>, Problem> {
        let rows = self.store.linked(Link::Subject(subject), RecordKind::Part, None, 1).or_tell()?;
        let Some((id, head)) = rows.first().and_then(|row| Some((row.record.id, row.head()?))) else {
            return Ok(None);
        };
        let last = self.brief(id, head, &[])?;
        Ok(last.come_again.filter(|_| !last.void))
    }

    /// Visits to a person, the newest first. Cost by the page, not by the history.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn past_visits(
        &self,
        subject: RecordId,
        after: Option<(Day, RecordId)>,
        count: usize,
    ) -> Result<Vec<PastVisit>, Problem> {
        let rows = self.store.linked(Link::Subject(subject), RecordKind::Part, after, count).or_tell()?;
        let heads = rows.iter().filter_map(|row| Some((row.record.id, row.head()?)));
        let found = self.found_at(subject)?;
        heads.map(|(id, head)| self.brief(id, head, &found)).collect()
    }

    /// The newest visits to a person, so many, and apart from them what was only reported since (decision 0016): whoever
    /// reported a change went nowhere. Cost by what is shown.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn lately(&self, subject: RecordId, count: usize) -> Result<Lately, Problem> {
        let found = self.found_at(subject)?;
        let (mut lately, mut after) = (Lately::default(), None);
        loop {
            let rows = self.store.linked(Link::Subject(subject), RecordKind::Part, after, count).or_tell()?;
            for row in &rows {
                let Some(head) = row.head() else { continue };
                let brief = self.brief(row.record.id, head, &found)?;
                match brief.way {
                    Some(Way::Report) => lately.reports.push(brief),
                    _ => lately.visits.push(brief),
                }
                if lately.visits.len() == count {
                    return Ok(lately);
                }
            }
            after = rows.last().and_then(|row| Some((row.links.day?, row.record.id)));
            if rows.len() < count || after.is_none() {
                return Ok(lately);
            }
        }
    }

    /// The answers of a part in words. A head does not say by which form it was filled in: it is read by
    /// the published one that knows most of its questions. O(forms × their questions).
    fn past_answers(&mut self, head: &Head, language: &str) -> Result<Vec<PastAnswer>, Problem> {
        let published: Vec<Hash> = self.published.values().map(|(_, hash)| *hash).collect();
        let mut best: Option<(usize, Arc<Form>)> = None;
        for hash in published {
            let form = self.form(hash)?;
            let asked = |path: &&str| head.fields.contains_key(&format!("{ANSWER_PREFIX}{path}"));
            let known = form.field_order().filter(asked).count();
            if known > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((known, form));
            }
        }
        let form = best.map(|(_, form)| form);
        let place: BTreeMap<&str, usize> = form
            .iter()
            .flat_map(|form| form.field_order().enumerate())
            .map(|(place, path)| (path, place))
            .collect();
        let answer = |(path, writes): (&str, &[Write])| {
            let values: Vec<Value> = writes.iter().map(|write| write.value.clone()).collect();
            let said = |value| form.as_ref().and_then(|form| form.in_words(path, value, language));
            let words: Vec<(String, String)> = values.iter().filter_map(said).collect();
            let label = words.first().map(|(label, _)| label.clone()).unwrap_or_default();
            let words: Vec<String> = words.into_iter().map(|(_, words)| words).collect();
            let origin = writes.first().map(|write| write.origin).unwrap_or_default();
            let takes = form.as_ref().and_then(|form| form.takes(path, language));
            PastAnswer { path: path.to_owned(), label, words: words.join(" ／ "), values, origin, takes }
        };
        let mut answers: Vec<PastAnswer> = head.under(ANSWER_PREFIX).map(answer).collect();
        answers.retain(|one| one.values.iter().any(|value| !value.is_null()));
        answers.sort_by_key(|one| place.get(one.path.as_str()).copied().unwrap_or(usize::MAX));
        Ok(answers)
    }

    fn part_page(&mut self, id: RecordId, today: Day, language: &str) -> Result<PartPage, Problem> {
        let record = RecordRef { kind: RecordKind::Part, id };
        let row = self.store.record(record).or_tell()?.ok_or_else(nothing_found)?;
        let head = row.head().ok_or_else(nothing_found)?;
        let visit = match head.text(keys::VISIT).and_then(|text| text.parse().ok()) {
            Some(id) => self.store.record(RecordRef { kind: RecordKind::Visit, id }).or_tell()?,
            None => None,
        };
        let visit_head = visit.as_ref().and_then(|visit| visit.head());
        let answers = self.past_answers(head, language)?;
        let (found, name) = match Part::read(id, head).subject {
            Some(subject) => (self.found_at(subject)?, self.listed_name(subject, today)?),
            None => Default::default(),
        };
        let mut contested = self.contested_fields(record, head, today);
        if let (Some(visit), Some(head)) = (&visit, visit_head) {
            contested.extend(self.contested_fields(visit.record, head, today));
        }
        let own = self.store.log_of(record).or_tell()?;
        let happened: Option<Happened> = visit_head.and_then(|head| head.text(keys::HAPPENED)?.parse().ok());
        let entered = own.first().map(|row| Day::of(row.entry.patch.stamp.best_ms()));
        let brief = self.brief(id, head, &found)?;
        let asks = own.iter().filter(|_| !brief.void).filter_map(|row| asked(row, head)).collect();
        Ok(PartPage {
            name,
            brief,
            happened,
            late: happened.zip(entered).is_some_and(|(happened, entered)| happened.last_day() < entered),
            late_reason: visit_head.and_then(|head| head.text(keys::LATE_REASON)).map(str::to_owned),
            answers,
            seen: head.vector.clone(),
            asks,
            visit_seen: visit_head.map(|head| head.vector.clone()).unwrap_or_default(),
            contested,
            own: !own.is_empty(),
        })
    }
}

/// What a reviewer asks of an own entry, with the field that it is about.
fn asked(row: &LogRow, head: &Head) -> Option<(String, Problem)> {
    let question = row.problem.as_ref().filter(|_| row.state == Some(ItemState::Applied))?;
    let open = question.code == ProblemCode::ReviewerAsks && stands(question, row.entry.patch.dot(), head);
    open.then(|| Some((question.params.get("field")?.clone(), question.clone()))).flatten()
}

impl App {
    /// Earlier visits to a person, page by page.
    ///
    /// # Errors
    /// Those of the database.
    pub fn history(&mut self, request: HistoryAsked) -> Result<Vec<PastVisit>, Problem> {
        let open = self.reading()?;
        open.past_visits(request.subject, request.after, request.count.unwrap_or(PAGE))
    }

    /// One person's share of a past visit, with its answers.
    ///
    /// # Errors
    /// [`domain::problem::ProblemCode::NothingFound`], and those of the database.
    pub fn part(&mut self, request: OfPart) -> Result<PartPage, Problem> {
        let today = self.today()?;
        let (_, open, settings) = self.both()?;
        open.part_page(request.part, today, &settings.language)
    }
}
