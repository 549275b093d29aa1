//! 填写不一致: both sides of a field, and the word that settles it.

use crate::amend::Written;
use crate::app::{App, Open};
use crate::tell::{OrTell, nothing_found};
use domain::head::{Head, Reading};
use domain::ids::RecordId;
use domain::log::Vector;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};

/// One of the values that stand side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Side {
    /// The value.
    pub value: Value,
    /// Who wrote it.
    pub author: RecordId,
    /// By name, where it is known.
    pub author_name: String,
    /// When, as far as clocks can tell.
    pub at_ms: UnixMs,
}

/// A field on which values differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct ContestedField {
    /// The record.
    pub record: RecordRef,
    /// The field.
    pub key: String,
    /// What stands.
    pub sides: Vec<Side>,
    /// What the screen has seen: to be handed back with the decision.
    pub seen: Vector,
    /// Whether this worker may settle it.
    pub may_settle: bool,
}

/// A record.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct OfRecord {
    /// Which.
    pub record: RecordRef,
}

/// 用这一个 ｜ 都不对，重新填.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Settle {
    /// The record.
    pub record: RecordRef,
    /// The field.
    pub key: String,
    /// The value that is to stand.
    pub value: Value,
    /// What the screen had seen.
    pub seen: Vector,
}

impl Open {
    /// The contested fields of a record.
    pub(crate) fn contested_fields(&self, record: RecordRef, head: &Head, today: Day) -> Vec<ContestedField> {
        let name = |id: RecordId| self.reference.staff.get(&id).map(|staff| staff.name.clone());
        let sides = |key: &str| match head.read(key) {
            Reading::Contested(writes) => writes
                .iter()
                .map(|write| Side {
                    value: write.value.clone(),
                    author: write.author,
                    author_name: name(write.author).unwrap_or_default(),
                    at_ms: write.at_ms,
                })
                .collect(),
            _ => Vec::new(),
        };
        head.contested()
            .map(|key| ContestedField {
                record,
                key: key.to_owned(),
                sides: sides(key),
                seen: head.vector.clone(),
                may_settle: self.may_write(record, head, key, today).is_ok(),
            })
            .collect()
    }
}

impl App {
    /// Both sides of every contested field of a record.
    ///
    /// # Errors
    /// [`domain::problem::ProblemCode::NothingFound`], and those of the database.
    pub fn contested(&mut self, request: OfRecord) -> Result<Vec<ContestedField>, Problem> {
        let today = self.today()?;
        let open = self.reading()?;
        let row = open.store.record(request.record).or_tell()?.ok_or_else(nothing_found)?;
        let head = row.head().ok_or_else(nothing_found)?;
        Ok(open.contested_fields(request.record, head, today))
    }

    /// Settles a contested field, with all sides in view. Also a value that stands already is
    /// written, because it takes the others away.
    ///
    /// # Errors
    /// [`domain::problem::ProblemCode::NotYoursToChange`], and as [`App::amend`].
    pub fn settle(&mut self, request: Settle) -> Result<Written, Problem> {
        let Settle { record, key, value, seen } = request;
        let (ports, open, _) = self.writing()?;
        open.write_fields(ports, record, seen, [(key, value)].into())
    }
}
