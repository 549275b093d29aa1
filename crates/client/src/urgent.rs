//! 紧急: a report in the lane that overtakes. The app is not the police and never stands for a call.

use crate::amend::Written;
use crate::app::App;
use crate::pen::{Pen, Said};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::value::Value;
use serde::Deserialize;
use std::collections::BTreeMap;

/// 谁、在哪里、看到什么; none of it required.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(default)]
pub struct UrgentReport {
    /// The person, when they are on the list.
    pub subject: Option<RecordId>,
    /// Who, in words.
    pub who: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// What was seen.
    pub words: Option<String>,
    /// 已打电话: to whom and when.
    pub called: Option<String>,
    /// The village; that of the worker's first assignment unless said.
    pub village: Option<AreaCode>,
}

impl App {
    /// Writes an urgent report; it is sent before everything else.
    ///
    /// # Errors
    /// Those of journal and database.
    pub fn urgent(&mut self, request: UrgentReport) -> Result<Written, Problem> {
        let (ports, open, _) = self.writing()?;
        let today = open.today(ports);
        let mine = open.reference.assignments_of(open.staff).find(|one| one.holds_on(today));
        let village = request.village.or(mine.map(|one| one.area));
        let texts = [
            (keys::SUBJECT, request.subject.map(|id| id.to_string())),
            (keys::NAME, request.who),
            (keys::PLACE, request.place),
            (keys::WORDS, request.words),
            ("called", request.called),
        ];
        let mut sets: BTreeMap<String, Value> = BTreeMap::new();
        for (key, text) in texts {
            sets.extend(text.map(|text| (key.to_owned(), Value::text(text))));
        }
        let code = village.and_then(|village| i64::try_from(village.0).ok());
        sets.extend(code.map(|code| (keys::VILLAGE.to_owned(), Value::Int(code))));
        let mut pen = Pen::new(open, ports, true)?;
        let id = pen.create(ports, RecordKind::Urgent, Said::new(sets))?;
        open.commit(ports, pen, None, None)?;
        Ok(Written { record: RecordRef { kind: RecordKind::Urgent, id }, changed: true })
    }
}
