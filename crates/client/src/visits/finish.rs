//! Finishing: visit, parts and concerns become entries of the log, in one act.

use crate::app::{App, Open, Settings};
use crate::pen::{Pen, Said};
use crate::ports::Ports;
use crate::tell::OrTell;
use crate::visits::draft::{DraftHead, DraftName, DraftPart};
use crate::visits::start::{Chosen, StartVisit, When};
use domain::catalogue::{RecordKind, keys};
use domain::closing::after_closing;
use domain::concern::{Concern, ConcernState};
use domain::ids::{AreaCode, RecordId};
use domain::patch::{Body, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::settings::Setting;
use domain::time::{Day, Happened, UnixMs};
use domain::value::{Origin, Value};
use domain::visit::{Met, NotMet, NotMetGroup, Way, late_without_reason};
use forms::session::{Answers, RaisedConcern};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::phone::{Link, PeopleFilter};

/// What finishing came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct FinishReply {
    /// The visit's record; nothing while there are gaps.
    pub visit: Option<RecordId>,
    /// What keeps it from being finished, in order.
    pub gaps: Vec<Gap>,
    /// The next person due in the same household, or else the same group.
    pub next: Option<RecordId>,
}

/// One thing that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Gap {
    /// Whose part; nothing for the visit itself.
    pub subject: Option<RecordId>,
    /// The question, to jump to.
    pub path: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

/// 没见到, in one go: who, why, when to come again.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct NotMetVisit {
    /// Whom the worker went to see.
    pub subjects: Vec<RecordId>,
    /// Why they were not met.
    pub reason: NotMet,
    /// Where, since when, whom to ring.
    #[serde(default)]
    pub reason_words: Option<String>,
    /// From when a reported change holds.
    #[serde(default)]
    pub reason_from: Option<Day>,
    /// When to come again.
    #[serde(default)]
    pub come_again: Option<String>,
    /// 上门 unless said.
    #[serde(default)]
    pub way: Option<Way>,
    /// Now unless said.
    #[serde(default)]
    pub happened: Option<When>,
    /// Who went there: the author unless said.
    #[serde(default)]
    pub visited_by: Vec<RecordId>,
    /// Who came along.
    #[serde(default)]
    pub companions: Vec<String>,
    /// Why it is entered so late.
    #[serde(default)]
    pub late_reason: Option<String>,
}

/// 情况变了, of one person or of several of a home.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct ChangeReport {
    /// Of whom.
    pub subjects: Vec<RecordId>,
    /// What has changed.
    pub reason: NotMet,
    /// Where, whom to ring.
    #[serde(default)]
    pub reason_words: Option<String>,
    /// Since when.
    #[serde(default)]
    pub reason_from: Option<Day>,
}

/// A part ready to be written.
struct Ready<'a> {
    part: &'a DraftPart,
    answers: Option<Answers>,
}

fn text_field(sets: &mut BTreeMap<String, Value>, key: &str, text: Option<&str>) {
    if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
        sets.insert(key.to_owned(), Value::from(text));
    }
}

fn visit_sets(head: &DraftHead, author: RecordId) -> BTreeMap<String, Value> {
    let mut sets = BTreeMap::from([
        (keys::WAY.to_owned(), Value::from(head.way.code())),
        (keys::HAPPENED.to_owned(), Value::text(head.happened.to_string())),
    ]);
    if let Some(household) = head.household {
        sets.insert(keys::HOUSEHOLD.to_owned(), Value::text(household.to_string()));
    }
    text_field(&mut sets, keys::PLACE, head.place.as_deref());
    if let Some(village) = head.village.and_then(|code| i64::try_from(code.0).ok()) {
        sets.insert(keys::VILLAGE.to_owned(), Value::Int(village));
    }
    if !head.visited_by.is_empty() && head.visited_by != [author] {
        let visitors = head.visited_by.iter().map(RecordId::to_string).collect();
        sets.insert(keys::VISITED_BY.to_owned(), Value::List(visitors));
    }
    if !head.companions.is_empty() {
        sets.insert(keys::COMPANIONS.to_owned(), Value::List(head.companions.clone()));
    }
    text_field(&mut sets, keys::LOCATION, head.location.map(|at| at.to_string()).as_deref());
    text_field(&mut sets, keys::LATE_REASON, head.late_reason.as_deref());
    sets
}

fn part_body(visit: RecordId, ready: &Ready<'_>) -> Body {
    let part = ready.part;
    let mut sets = BTreeMap::from([
        (keys::VISIT.to_owned(), Value::text(visit.to_string())),
        (keys::SUBJECT.to_owned(), Value::text(part.subject.to_string())),
    ]);
    text_field(&mut sets, keys::MET, part.met.map(Met::code));
    text_field(&mut sets, keys::REASON, part.reason.map(NotMet::code));
    text_field(&mut sets, keys::REASON_WORDS, part.reason_words.as_deref());
    text_field(&mut sets, keys::REASON_FROM, part.reason_from.map(|day| day.to_string()).as_deref());
    text_field(&mut sets, keys::COME_AGAIN, part.come_again.as_deref());
    let mut body = Body { sets, ..Body::default() };
    if let Some(answers) = &ready.answers {
        (body.row, body.origins) = (answers.row.clone(), answers.origins.clone());
        body.given = answers.given.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    }
    body
}

/// Something found, in a part of a visit or beside any.
pub(crate) fn concern_said(subject: RecordId, part: Option<RecordId>, kind: &str, words: &str) -> Said {
    let mut sets = BTreeMap::from([
        (keys::SUBJECT.to_owned(), Value::text(subject.to_string())),
        (keys::KIND.to_owned(), Value::from(kind)),
        (keys::STATE.to_owned(), Value::from(ConcernState::Open.code())),
    ]);
    sets.extend(part.map(|part| (keys::PART.to_owned(), Value::text(part.to_string()))));
    text_field(&mut sets, keys::WORDS, Some(words));
    Said::new(sets)
}

impl Open {
    /// What is wrong with the time of a visit that is written down now: it is still to come, or so long ago
    /// that the county asks for a reason.
    pub(crate) fn time_wrong(
        &self,
        now_ms: UnixMs,
        village: Option<AreaCode>,
        happened: Happened,
        reason: Option<&str>,
    ) -> Option<Problem> {
        if happened.from_ms > now_ms {
            return Some(Problem::new(ProblemCode::VisitInTheFuture));
        }
        let entered = Day::of(now_ms);
        let limit_days = self.setting(Setting::LateDays, village, entered);
        let closed = || after_closing(self.reference.closings.values(), happened, entered, reason);
        late_without_reason(happened.last_day(), reason, entered, limit_days).or_else(closed)
    }

    /// What the visit itself still lacks.
    fn visit_gaps(&self, ports: &Ports, head: &DraftHead) -> Vec<Gap> {
        let gap = |subject, code| Gap { subject, path: None, problem: Problem::new(code) };
        let mut gaps = Vec::new();
        if head.parts.is_empty() {
            gaps.push(gap(None, ProblemCode::VisitWithoutParts));
        }
        let wrong =
            self.time_wrong(self.now_ms(ports), head.village, head.happened, head.late_reason.as_deref());
        gaps.extend(wrong.map(|problem| Gap { subject: None, path: None, problem }));
        for part in &head.parts {
            match part.met {
                // Whoever only reports a change met nobody, and tried to meet nobody.
                None if head.way == Way::Report => {}
                None => gaps.push(gap(Some(part.subject), ProblemCode::VisitWithoutParts)),
                Some(Met::Nobody) if part.reason.is_none() => {
                    gaps.push(gap(Some(part.subject), ProblemCode::NotMetWithoutReason));
                }
                Some(_) => {}
            }
        }
        gaps
    }

    /// The parts with their finished forms, or all that is missing.
    fn ready<'a>(
        &mut self,
        ports: &Ports,
        settings: &Settings,
        name: &str,
        head: &'a DraftHead,
    ) -> Result<Result<Vec<Ready<'a>>, Vec<Gap>>, Problem> {
        let mut gaps = self.visit_gaps(ports, head);
        let mut parts = Vec::new();
        for part in &head.parts {
            let mut answers = None;
            if part.asks().is_some() {
                match self.desk(settings, name, part.subject)?.session.finish() {
                    Ok(finished) => answers = Some(finished),
                    Err(problems) => gaps.extend(problems.into_iter().map(|problem| Gap {
                        subject: Some(part.subject),
                        path: problem.params.get("path").cloned(),
                        problem,
                    })),
                }
            }
            parts.push(Ready { part, answers });
        }
        Ok(if gaps.is_empty() { Ok(parts) } else { Err(gaps) })
    }

    /// Writes a finished visit and lets the draft go, in one act.
    fn write_visit(
        &mut self,
        ports: &mut Ports,
        name: &str,
        head: &DraftHead,
        parts: &[Ready<'_>],
    ) -> Result<RecordId, Problem> {
        let mut pen = Pen::new(self, ports, false)?;
        let mut said = Said::new(visit_sets(head, self.staff));
        let limit_days = self.setting(Setting::LateDays, head.village, self.today(ports));
        Setting::LateDays.give(limit_days, &mut said.body.given);
        let visit = pen.create(ports, RecordKind::Visit, said)?;
        let mut made = Vec::new();
        for ready in parts {
            let form = ready.answers.as_ref().and(ready.part.form);
            let said = Said { body: part_body(visit, ready), form, ..Said::default() };
            made.push((pen.create(ports, RecordKind::Part, said)?, ready));
        }
        for (part, ready) in made {
            let subject = ready.part.subject;
            for raised in ready.answers.iter().flat_map(|answers| &answers.concerns) {
                if !self.raised_before(subject, raised)? {
                    let said = concern_said(subject, Some(part), raised.kind.code(), &raised.words);
                    pen.create(ports, RecordKind::Concern, said)?;
                }
            }
            for found in &ready.part.found {
                let said = concern_said(subject, Some(part), found.kind.code(), &found.words);
                pen.create(ports, RecordKind::Concern, said)?;
            }
            for (id, now) in &ready.part.now {
                let record = RecordRef { kind: RecordKind::Concern, id: *id };
                let row = self.store.record(record).or_tell()?;
                let seen = row.and_then(|row| row.head().map(|head| head.vector.clone())).unwrap_or_default();
                let sets = BTreeMap::from([(keys::NOW.to_owned(), Value::from(now.code()))]);
                pen.change(ports, record, Said::having_seen(seen, sets))?;
            }
        }
        self.commit(ports, pen, Some(visit), Some(name.to_owned()))?;
        self.desks.retain(|(draft, _), _| draft != name);
        Ok(visit)
    }

    /// Whether what an answer raises is a concern that is open already: the same words again, or, of what
    /// "nothing changed" raises, the same kind. What has become of it the visit asks by itself.
    fn raised_before(&self, subject: RecordId, raised: &RaisedConcern) -> Result<bool, Problem> {
        let unchanged = raised.origin == Origin::ConfirmedUnchanged;
        let open = self.store.linked(Link::Subject(subject), RecordKind::Concern, None, 100).or_tell()?;
        Ok(open.iter().filter_map(|row| Some(Concern::read(row.record.id, row.head()?))).any(|concern| {
            concern.kind == raised.kind
                && (unchanged || concern.words == raised.words.trim())
                && matches!(concern.state, ConcernState::Open | ConcernState::InHand)
        }))
    }

    /// Who is to be visited next: of the same household, else of the same group.
    fn next_person(&self, ports: &Ports, head: &DraftHead) -> Result<Option<RecordId>, Problem> {
        let Some(first) = head.parts.first() else { return Ok(None) };
        let Some(person) = self.store.person(first.subject).or_tell()? else { return Ok(None) };
        let group = person.village.map(|village| PeopleFilter::Group(village, person.group.clone()));
        let filters = person.household.map(PeopleFilter::Household).into_iter().chain(group);
        let today = self.today(ports);
        let mine = self.my_duties(today);
        for filter in filters {
            for one in self.store.people(&filter, 0, 200).or_tell()? {
                let here = head.parts.iter().any(|part| part.subject == one.id);
                if !here && self.is_due(one.id, &mine, today)? {
                    return Ok(Some(one.id));
                }
            }
        }
        Ok(None)
    }
}

impl App {
    /// Finishes a visit: afterwards it is in the journal and in the database, or nothing happened.
    /// Finishing again answers the same visit.
    ///
    /// # Errors
    /// [`ProblemCode::VisitNotOpen`], [`ProblemCode::RequestTooLarge`], and those of journal and
    /// database. Gaps are no error: they are listed.
    pub fn finish(&mut self, request: DraftName) -> Result<FinishReply, Problem> {
        let (ports, open, settings) = self.writing()?;
        let name = request.visit;
        if let Some(visit) = open.store.visit_of_draft(&name).or_tell()? {
            return Ok(FinishReply { visit: Some(visit.id), gaps: Vec::new(), next: None });
        }
        let head = open.draft(&name)?;
        let parts = match open.ready(ports, settings, &name, &head)? {
            Ok(parts) => parts,
            Err(gaps) => return Ok(FinishReply { visit: None, gaps, next: None }),
        };
        let visit = open.write_visit(ports, &name, &head, &parts)?;
        let next = open.next_person(ports, &head)?;
        Ok(FinishReply { visit: Some(visit), gaps: Vec::new(), next })
    }

    /// What keeps a visit from being finished.
    ///
    /// # Errors
    /// As [`App::finish`].
    pub fn gaps(&mut self, request: DraftName) -> Result<Vec<Gap>, Problem> {
        let (ports, open, settings) = self.writing()?;
        let head = open.draft(&request.visit)?;
        Ok(open.ready(ports, settings, &request.visit, &head)?.err().unwrap_or_default())
    }

    /// 没见到: a finished visit in which nobody was met, in one go.
    ///
    /// # Errors
    /// As [`App::finish`].
    pub fn not_met(&mut self, request: NotMetVisit) -> Result<FinishReply, Problem> {
        let (ports, open, settings) = self.writing()?;
        told_since(request.reason_from, open.today(ports))?;
        let subjects =
            request.subjects.iter().map(|subject| Chosen { subject: *subject, met: Some(Met::Nobody) });
        let start = StartVisit {
            subjects: subjects.collect(),
            way: request.way,
            happened: request.happened,
            ..StartVisit::default()
        };
        let (name, mut head) = open.begin_draft(ports, start)?;
        head.visited_by = request.visited_by;
        head.companions = request.companions;
        head.late_reason = request.late_reason;
        for part in &mut head.parts {
            part.reason = Some(request.reason);
            part.reason_words.clone_from(&request.reason_words);
            part.reason_from = request.reason_from;
            part.come_again.clone_from(&request.come_again);
        }
        let parts = match open.ready(ports, settings, &name, &head)? {
            Ok(parts) => parts,
            Err(gaps) => return Ok(FinishReply { visit: None, gaps, next: None }),
        };
        let visit = open.write_visit(ports, &name, &head, &parts)?;
        let next = open.next_person(ports, &head)?;
        Ok(FinishReply { visit: Some(visit), gaps: Vec::new(), next })
    }
}

impl App {
    /// 情况变了, reported from a person's page of one or several of a home: no visit, and nobody was looked for. The
    /// township confirms.
    ///
    /// # Errors
    /// [`ProblemCode::NotMetWithoutReason`] for a reason that is no change, and as [`App::finish`].
    pub fn report_change(&mut self, request: ChangeReport) -> Result<FinishReply, Problem> {
        if request.reason.group() != NotMetGroup::Changed {
            return Err(Problem::new(ProblemCode::NotMetWithoutReason));
        }
        let (ports, open, settings) = self.writing()?;
        told_since(request.reason_from, open.today(ports))?;
        let subjects = request.subjects.iter().map(|subject| Chosen { subject: *subject, met: None });
        let start =
            StartVisit { subjects: subjects.collect(), way: Some(Way::Report), ..StartVisit::default() };
        let (name, mut head) = open.begin_draft(ports, start)?;
        for part in &mut head.parts {
            part.form = None;
            part.reason = Some(request.reason);
            part.reason_words.clone_from(&request.reason_words);
            part.reason_from = request.reason_from;
        }
        let parts = match open.ready(ports, settings, &name, &head)? {
            Ok(parts) => parts,
            Err(gaps) => return Ok(FinishReply { visit: None, gaps, next: None }),
        };
        let visit = open.write_visit(ports, &name, &head, &parts)?;
        Ok(FinishReply { visit: Some(visit), gaps: Vec::new(), next: None })
    }
}

/// Nobody lives longer, in days.
const LIFETIME: i32 = 130 * 366;

/// Since when something has changed for a person: a day that has come, within a lifetime.
pub(crate) fn told_since(day: Option<Day>, today: Day) -> Result<(), Problem> {
    if day.is_none_or(|day| today.plus(-LIFETIME) <= day && day <= today) {
        return Ok(());
    }
    let wrong =
        Problem::new(ProblemCode::AnswerOutsideConstraint).with_both("question", "从哪天起", "since when");
    Err(wrong.with_both("message", "要写今天或以前的日子", "a day that has come"))
}
