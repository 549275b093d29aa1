//! The forms that come with the program. A county publishes its own beside them, in the same shape.
//!
//! `elder_visit`: 健康、精神、安全、卫生、居住, the five groups of three that 北京市 looks at on its rounds,
//! each 良／中／差, then needs and hazards, whose follow-ups appear only when needed.
//! `child_visit`: care and guardians, school, health and living, safety, after the fields that are kept for
//! 困境儿童 and 留守儿童; no score and no colour. Safety is never "nothing changed". Injuries raise no
//! concern but send the worker to the telephone: the app is never the report.

use crate::form::Form;
use domain::problem::Problem;

/// The elder's visit, as JSON.
pub const ELDER_VISIT: &str = include_str!("../library/elder_visit.json");

/// The child's visit, as JSON.
pub const CHILD_VISIT: &str = include_str!("../library/child_visit.json");

/// Every form of the library, as JSON.
pub const ALL: [&str; 2] = [ELDER_VISIT, CHILD_VISIT];

/// The elder's visit.
///
/// # Errors
/// None that the tests of this crate would not have met first.
pub fn elder_visit() -> Result<Form, Vec<Problem>> {
    Form::parse(ELDER_VISIT)
}

/// The child's visit.
///
/// # Errors
/// As [`elder_visit`].
pub fn child_visit() -> Result<Form, Vec<Problem>> {
    Form::parse(CHILD_VISIT)
}
