//! 发现的问题: what was found, and what the township answered.

use crate::app::App;
use crate::people::OfPerson;
use domain::catalogue::keys;
use domain::concern::{Concern, ConcernKind, ConcernState};
use domain::head::Head;
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::time::Day;
use serde::Serialize;

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
    /// By when somebody will see to it.
    pub due: Option<Day>,
    /// When it was found.
    pub found: Option<Day>,
    /// What the last visit said of it.
    pub now: Option<String>,
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
            due: head.text(keys::DUE).and_then(|text| text.parse().ok()),
            found,
            now: head.text(crate::visits::finish::CONCERN_NOW).map(str::to_owned),
        }
    }
}

impl App {
    /// What was found at a person's and is not settled yet.
    ///
    /// # Errors
    /// Those of the database.
    pub fn concerns(&mut self, request: OfPerson) -> Result<Vec<ConcernView>, Problem> {
        self.reading()?.open_concerns(request.subject)
    }
}
