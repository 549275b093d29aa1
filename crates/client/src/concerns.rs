//! 发现的问题: what was found, and what the township answered.

use crate::amend::Written;
use crate::app::App;
use crate::pen::Pen;
use crate::people::OfPerson;
use crate::tell::{OrTell, nothing_found};
use crate::visits::finish::concern_said;
use domain::catalogue::{RecordKind, keys};
use domain::concern::{Concern, ConcernKind, ConcernState};
use domain::head::Head;
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::permission::{Act, allowed};
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use serde::{Deserialize, Serialize};

/// Something found, as screens show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct ConcernView {
    /// The record.
    pub concern: RecordId,
    /// What kind.
    pub kind: ConcernKind,
    /// In words.
    pub words: String,
    /// How far it is.
    pub state: ConcernState,
    /// The township's answer.
    pub reply: Option<String>,
    /// Who sees to it.
    pub handler: Option<String>,
    /// By when somebody will see to it.
    pub due: Option<Day>,
    /// When it was found.
    pub found: Option<Day>,
    /// What the last visit said of it.
    pub now: Option<String>,
}

/// Something found that no visit tells: seen in passing, or told by a neighbour.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct RaiseConcern {
    /// At whose.
    pub subject: RecordId,
    /// What kind.
    pub kind: ConcernKind,
    /// In words.
    pub words: String,
}

impl ConcernView {
    /// A concern with its record.
    pub(crate) fn of(concern: &Concern, head: &Head, found: Option<Day>) -> Self {
        Self {
            concern: concern.id,
            kind: concern.kind,
            words: concern.words.clone(),
            state: concern.state,
            reply: concern.reply.clone(),
            handler: concern.handler.clone(),
            due: concern.due,
            found: found.or_else(|| {
                let raised = head.fields.get(keys::WORDS)?.iter().map(|write| write.at_ms).min()?;
                Some(Day::of(raised))
            }),
            now: head.text(keys::NOW).map(str::to_owned),
        }
    }
}

impl App {
    /// Writes down something found, outside of a visit.
    ///
    /// # Errors
    /// [`ProblemCode::AnswerMissing`] without words, [`ProblemCode::OutsideArea`] for whoever is not of this worker's
    /// villages, and those of journal and database.
    pub fn raise_concern(&mut self, request: RaiseConcern) -> Result<Written, Problem> {
        let RaiseConcern { subject, kind, words } = request;
        let (ports, open, _) = self.writing()?;
        let today = open.today(ports);
        let words = words.trim();
        if words.is_empty() {
            return Err(Problem::new(ProblemCode::AnswerMissing).with_both("question", "内容", "words"));
        }
        let village = open.store.person(subject).or_tell()?.ok_or_else(nothing_found)?.village;
        let may = |area| allowed(&open.reference, open.staff, Act::LogVisit, area, today..=today);
        if !village.is_some_and(may) {
            return Err(Problem::new(ProblemCode::OutsideArea));
        }
        let said = concern_said(subject, None, kind.code(), words);
        let mut pen = Pen::new(open, ports, false)?;
        let id = pen.create(ports, RecordKind::Concern, said)?;
        open.commit(ports, pen, None, None)?;
        Ok(Written { record: RecordRef { kind: RecordKind::Concern, id }, changed: true })
    }

    /// What was found at a person's and is not settled yet.
    ///
    /// # Errors
    /// Those of the database.
    pub fn concerns(&mut self, request: OfPerson) -> Result<Vec<ConcernView>, Problem> {
        self.reading()?.open_concerns(request.subject)
    }
}
