//! What earlier visits to a person said.

use crate::app::Open;
use crate::tell::OrTell;
use domain::catalogue::RecordKind;
use domain::head::Head;
use domain::ids::RecordId;
use domain::patch::ANSWER_PREFIX;
use domain::problem::Problem;
use domain::time::Day;
use domain::value::{Origin, Value};
use forms::form::Form;
use forms::session::{LastVisit, unchanged_runs};
use std::collections::BTreeMap;
use store::phone::Link;

/// Parts looked at for the last answers beyond the limit of "nothing changed" running: room for visits
/// on which nobody was met.
const LOOK_BACK: usize = 6;

/// What the form of a visit has to know of those before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Past {
    /// The last answers to questions of this form.
    pub last: Option<LastVisit>,
    /// By section, how many times running it was "nothing changed".
    pub unchanged_runs: BTreeMap<String, u32>,
}

fn answers(form: &Form, head: &Head) -> BTreeMap<String, Value> {
    let answer = |path: &str| {
        let value = head.value(&format!("{ANSWER_PREFIX}{path}"))?;
        Some((path.to_owned(), value.clone()))
    };
    form.field_order().filter_map(answer).collect()
}

fn origins(form: &Form, head: &Head) -> String {
    let letter = |path: &str| {
        let writes = head.fields.get(&format!("{ANSWER_PREFIX}{path}"));
        writes.and_then(|writes| writes.first()).map_or(Origin::Asked, |write| write.origin).letter()
    };
    form.field_order().map(letter).collect()
}

impl Open {
    /// What the visits to a person up to a day said under this form, the last first.
    /// Cost does not grow with history.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn past(
        &self,
        form: &Form,
        subject: RecordId,
        day: Day,
        unchanged_limit: i32,
    ) -> Result<Past, Problem> {
        let count = LOOK_BACK + usize::try_from(unchanged_limit).unwrap_or_default();
        let rows = self.store.linked(Link::Subject(subject), RecordKind::Part, None, count).or_tell()?;
        let mut past = Past::default();
        let mut newest_first = Vec::new();
        for row in &rows {
            let (Some(head), Some(at)) = (row.head(), row.links.day) else { continue };
            if at > day || head.text(domain::catalogue::keys::VOID).is_some() {
                continue;
            }
            let given = answers(form, head);
            if given.is_empty() {
                continue;
            }
            newest_first.push(origins(form, head));
            past.last.get_or_insert(LastVisit { day: at, answers: given });
        }
        past.unchanged_runs = unchanged_runs(form, newest_first.iter().map(String::as_str));
        Ok(past)
    }
}
