//! What a session knows of the world outside the form.

use domain::settings::Setting;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use std::collections::BTreeMap;

/// The world outside the form, as the worker's phone knows it when the visit is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The language of labels and problems: `zh` or `en`.
    pub language: String,
    /// What `today()` is: the day of the visit.
    pub today: Day,
    /// What `now()` is.
    pub now_ms: UnixMs,
    /// What `outside('key')` is, such as `subject/age`. What the form does not read is not looked at.
    pub outside: BTreeMap<String, Value>,
    /// The last visit to this person with this form, if there was one.
    pub last: Option<LastVisit>,
    /// By section: how many times running it was "nothing changed" until now; see [`super::unchanged_runs`].
    pub unchanged_runs: BTreeMap<String, u32>,
    /// How many times running it may be: a setting of the county.
    pub unchanged_limit: i32,
}

/// The last visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastVisit {
    /// When it was.
    pub day: Day,
    /// Its answers by path; see [`crate::form::Form::by_path`]. It may have used another version of the form.
    pub answers: BTreeMap<String, Value>,
}

impl Context {
    /// A first visit, in Chinese, at this moment.
    pub fn new(now_ms: UnixMs) -> Self {
        Self {
            language: "zh".to_owned(),
            today: Day::of(now_ms),
            now_ms,
            outside: BTreeMap::new(),
            last: None,
            unchanged_runs: BTreeMap::new(),
            unchanged_limit: Setting::UnchangedTimes.default_value(),
        }
    }
}
